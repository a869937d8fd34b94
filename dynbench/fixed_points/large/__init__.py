"""Certificates for systems of many states, in matrix form: doubles with a-priori rounding bounds."""

from dynbench.fixed_points.large.certificate import DOUBLES, certify_large, is_large, polish_large

__all__ = ["DOUBLES", "certify_large", "is_large", "polish_large"]
