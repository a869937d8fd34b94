"""Stable and unstable manifolds of fixed points and cycles."""

from dynbench.manifolds.meshes import Mesh, Patch
from dynbench.manifolds.records import Manifold
from dynbench.manifolds.trace import trace_manifold

__all__ = ["Manifold", "Mesh", "Patch", "trace_manifold"]
