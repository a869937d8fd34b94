"""Stable and unstable manifolds of fixed points and cycles, and where they cross."""

from dynbench.manifolds.homoclinic import homoclinic_points
from dynbench.manifolds.homoclinic_records import HomoclinicPoint, HomoclinicProof
from dynbench.manifolds.meshes import Mesh, Patch
from dynbench.manifolds.onset import HomoclinicOnset, homoclinic_onset
from dynbench.manifolds.records import Manifold
from dynbench.manifolds.trace import trace_manifold

__all__ = [
    "HomoclinicOnset",
    "HomoclinicPoint",
    "HomoclinicProof",
    "Manifold",
    "Mesh",
    "Patch",
    "homoclinic_onset",
    "homoclinic_points",
    "trace_manifold",
]
