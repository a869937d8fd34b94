"""Invariants: conserved quantities and symmetries, each with the identities that prove it."""

from dynbench.invariants.evaluate import InvariantFunction, invariant_function
from dynbench.invariants.find import conserved_quantities
from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.records import Invariant, InvariantKind, Invariants, Proof, Symmetry
from dynbench.invariants.symmetries import signed_permutation_symmetries

__all__ = [
    "Invariant",
    "InvariantFunction",
    "InvariantKind",
    "InvariantMethod",
    "Invariants",
    "Limits",
    "Proof",
    "Symmetry",
    "conserved_quantities",
    "invariant_function",
    "signed_permutation_symmetries",
]
