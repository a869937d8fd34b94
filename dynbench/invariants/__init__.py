"""Invariants: conserved quantities and symmetries, each with the identities that prove it."""

from dynbench.invariants.find import conserved_quantities
from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.records import Invariant, InvariantKind, Invariants, Proof
from dynbench.invariants.scalings import Scaling, scaling_symmetries
from dynbench.invariants.signed_permutations import SignedPermutation
from dynbench.invariants.symmetries import reversing_symmetries, signed_permutation_symmetries
from dynbench.invariants.symmetry_records import Symmetries, Symmetry

__all__ = [
    "Invariant",
    "InvariantKind",
    "InvariantMethod",
    "Invariants",
    "Limits",
    "Proof",
    "Scaling",
    "SignedPermutation",
    "Symmetries",
    "Symmetry",
    "conserved_quantities",
    "reversing_symmetries",
    "scaling_symmetries",
    "signed_permutation_symmetries",
]
