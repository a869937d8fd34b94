"""Invariants: conserved quantities, Lyapunov functions and symmetries, each with the identities that prove it."""

from dynbench.invariants.find import conserved_quantities
from dynbench.invariants.hamiltonian import hamiltonian_structure, volume_preservation
from dynbench.invariants.lyapunov import lyapunov_functions
from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.records import Invariant, InvariantKind, Invariants, Proof
from dynbench.invariants.scalings import Scaling, scaling_symmetries
from dynbench.invariants.signed_permutations import SignedPermutation
from dynbench.invariants.structure_records import HamiltonianStructure, StructureKind
from dynbench.invariants.symmetries import reversing_symmetries, signed_permutation_symmetries
from dynbench.invariants.symmetry_records import Symmetries, Symmetry

__all__ = [
    "HamiltonianStructure",
    "Invariant",
    "InvariantKind",
    "InvariantMethod",
    "Invariants",
    "Limits",
    "Proof",
    "Scaling",
    "SignedPermutation",
    "StructureKind",
    "Symmetries",
    "Symmetry",
    "conserved_quantities",
    "hamiltonian_structure",
    "lyapunov_functions",
    "reversing_symmetries",
    "scaling_symmetries",
    "signed_permutation_symmetries",
    "volume_preservation",
]
