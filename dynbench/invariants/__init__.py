"""Invariants: conserved quantities and symmetries, each with the identity that proves it."""

from dynbench.invariants.records import Invariant, Invariants, Symmetry
from dynbench.invariants.separable import conserved_quantities
from dynbench.invariants.symmetries import signed_permutation_symmetries

__all__ = ["Invariant", "Invariants", "Symmetry", "conserved_quantities", "signed_permutation_symmetries"]
