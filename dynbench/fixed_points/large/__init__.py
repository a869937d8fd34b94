"""Certificates for systems of many states, in matrix form: doubles with a-priori rounding bounds."""

from dynbench.fixed_points.large.certificate import certify_large, is_large, polish_large

__all__ = ["certify_large", "is_large", "polish_large"]
