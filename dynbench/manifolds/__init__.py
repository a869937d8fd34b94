"""Stable and unstable manifolds of fixed points, and their intersections."""

from dynbench.manifolds.homoclinic_records import HomoclinicPoint, HomoclinicProof
from dynbench.manifolds.records import Manifold
from dynbench.manifolds.trace import trace_manifold

__all__ = ["HomoclinicPoint", "HomoclinicProof", "Manifold", "trace_manifold"]
