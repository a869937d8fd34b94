"""Units that may be exchanged, or turned, without any other: found beforehand, as they make groups of factorial order.

Two units are twins where exchanging them (or one and the other's negative) keeps everything. Twins of twins are twins,
so they come in classes, of which all permutations are symmetries; every symmetry takes classes to classes. One unit of
each class, coloured by the size of the class, has the quotient of the group.
"""

from __future__ import annotations

from dynbench.invariants.automorphisms import Group, automorphisms
from dynbench.invariants.signed_permutations import SignedPermutation
from dynbench.invariants.weight_structure import WeightStructure

__all__ = ["without_twins"]


def without_twins(structure: WeightStructure) -> Group:
    """The symmetries of weights."""
    group = automorphisms(structure, structure.keeps)
    n = structure.visible
    return Group(tuple(SignedPermutation(g.permutation[:n], g.signs[:n]) for g in group.generators), group.order)
