"""Invariants: conserved quantities, Lyapunov functions and symmetries, each with the identities that prove it."""

from dynbench.invariants.find import conserved_quantities
from dynbench.invariants.lyapunov import lyapunov_functions
from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.records import Invariant, InvariantKind, Invariants, Proof, Symmetry
from dynbench.invariants.symmetries import signed_permutation_symmetries

__all__ = [
    "Invariant",
    "InvariantKind",
    "InvariantMethod",
    "Invariants",
    "Limits",
    "Proof",
    "Symmetry",
    "conserved_quantities",
    "lyapunov_functions",
    "signed_permutation_symmetries",
]
