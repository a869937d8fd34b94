"""Stable and unstable manifolds of fixed points."""

from dynbench.manifolds.records import Manifold
from dynbench.manifolds.trace import trace_manifold

__all__ = ["Manifold", "trace_manifold"]
