"""Units that can be exchanged, or turned, without any other: found beforehand, as they make groups of factorial order.

Two units i and j are twins where exchanging i with j, or i with -j, keeps everything. Twins of twins are twins, so
they come in classes, of which all permutations are symmetries, and every symmetry takes classes to classes. So the
group is the product of those of the classes and that of one unit for each class, coloured by what its class is like.
Units that can be turned alone (i -> -i) are treated first, in the same way.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dynbench.invariants.symmetry.automorphisms import Colours, Group, automorphisms, mixed
from dynbench.invariants.symmetry.signed_permutations import SignedPermutation
from dynbench.invariants.symmetry.weight_structure import WeightStructure

__all__ = ["symmetries_of_weights"]

Class = tuple[tuple[int, int], ...]


def symmetries_of_weights(structure: WeightStructure) -> Group:
    """The group of a structure of units, as it acts on the states."""
    n, most = structure.visible, structure.size
    colours = mixed(structure.colours + mixed(structure.spread(structure.colours)))
    colours = mixed(colours + mixed(structure.spread(colours)))
    turned = [i for i in range(most) if colours[i] == colours[i + most] and structure.is_alone(i)]
    if not structure.keeps(_turning(turned, most)):
        turned = []
    for i in turned:
        colours[i] += np.uint64(1)
    classes = [c for c in _Twins(structure, colours).classes() if all(map(structure.keeps, _permutations(c, most)))]
    generators = [g for c in classes if c[0][0] < n for g in _permutations(c, most)]
    order = math.prod(math.factorial(len(c)) for c in classes if c[0][0] < n)
    followers = {j for c in classes for j, _ in c[1:]}
    generators += [_turning([i], most) for i in turned if i not in followers and i < n]
    order *= 2 ** sum(i < n for i in turned)
    if not followers and not turned:
        rest = automorphisms(structure, structure.keeps)
    else:
        rest = _of_classes(structure, classes, turned)
    generators += rest.generators
    listed = tuple(SignedPermutation(g.permutation[:n], g.signs[:n]) for g in generators)
    return Group(listed, None if rest.order is None else order * rest.order)


def _of_classes(structure: WeightStructure, classes: list[Class], turned: list[int]) -> Group:
    """The symmetries that one unit for each class has, lifted to all units."""
    most = structure.size
    members = {c[0][0]: c for c in classes}
    followers = {j for c in classes for j, _ in c[1:]}
    kept = np.array([i for i in range(most) if i not in followers])
    marks = np.zeros(2 * most, dtype=np.uint64)
    marks[turned] = 1
    with np.errstate(over="ignore"):
        for i, c in members.items():
            for sign, at in ((1, i), (-1, i + most)):
                mutual = structure.code(i, np.array([c[1][0]]), sign, sign * c[1][1])[0]
                marks[at] += mixed(np.array([len(c)], dtype=np.uint64))[0] + mixed(np.array([mutual]))[0]
    quotient = structure.restricted(kept, mixed(marks))

    def lifted(s: SignedPermutation) -> SignedPermutation | None:
        permutation, signs = np.arange(most), np.ones(most, dtype=int)
        for i, p, sign in zip(kept.tolist(), kept[list(s.permutation)].tolist(), s.signs, strict=True):
            here, there = members.get(i, ((i, 1),)), members.get(p, ((p, 1),))
            if len(here) != len(there):
                return None
            for (j, a), (k, b) in zip(here, there, strict=True):
                permutation[j], signs[j] = k, sign * a * b
        return SignedPermutation(tuple(permutation.tolist()), tuple(signs.tolist()))

    def accepts(s: SignedPermutation) -> bool:
        whole = lifted(s)
        return whole is not None and structure.keeps(whole)

    found = automorphisms(quotient, accepts)
    return Group(tuple(g for s in found.generators if (g := lifted(s)) is not None), found.order)


def _permutations(c: Class, size: int) -> list[SignedPermutation]:
    """A transposition and a cycle of the units of a class, which generate all their permutations."""
    return [_cycle(c[:2], size)] + ([_cycle(c, size)] if len(c) > 2 else [])


def _cycle(c: Class, size: int) -> SignedPermutation:
    permutation, signs = list(range(size)), [1] * size
    for (i, a), (j, b) in zip(c, (*c[1:], c[0]), strict=True):
        permutation[i], signs[i] = j, a * b
    return SignedPermutation(tuple(permutation), tuple(signs))


def _turning(units: list[int], size: int) -> SignedPermutation:
    signs = np.ones(size, dtype=int)
    signs[units] = -1
    return SignedPermutation(tuple(range(size)), tuple(signs.tolist()))


class _Twins:
    """Looks for twins by sums of all weights of a unit, each with a number for the unit at its other end."""

    def __init__(self, structure: WeightStructure, colours: Colours) -> None:
        self._structure, self._colours = structure, colours
        n = structure.size
        self._z = mixed(np.arange(n, dtype=np.uint64) + np.uint64(12345))
        self._sums = {sign: structure.sums(self._z, sign) for sign in (1, -1)}

    def classes(self) -> list[Class]:
        """The classes of two or more, each unit with its sign relative to the first."""
        n, found = self._structure.size, []
        left = np.ones(n, dtype=bool)
        plus, minus = self._colours[:n], self._colours[n:]
        for i in range(n):
            left[i] = False
            alike = {sign: np.flatnonzero(left & (there == plus[i])) for sign, there in ((1, plus), (-1, minus))}
            if not any(map(len, alike.values())):
                continue
            twins = {sign: set(js[self._are_twins(i, js, sign)].tolist()) for sign, js in alike.items()}
            members = [(j, sign) for sign in (1, -1) for j in sorted(twins[sign] - twins[-sign])]
            if members:
                found.append(((i, 1), *members))
                left[[j for j, _ in members]] = False
        return found

    def _are_twins(self, i: int, js: NDArray[np.intp], sign: int) -> NDArray[np.bool_]:
        """Whether all weights of i, but those between the two, are those of sign * j."""
        s, z, (rows, columns), (rows_there, columns_there) = self._structure, self._z, self._sums[1], self._sums[sign]
        out, into, own = s.code(i, js, 1, 1), s.code_into(js, i, 1, 1), s.own_code(np.array([i]), 1, 1)
        with np.errstate(over="ignore"):
            found = out == s.code_into(js, i, sign, sign)
            here = rows[i] - z[i] * own - z[js] * out
            found &= here == rows_there[js] - z[js] * s.own_code(js, sign, 1) - z[i] * s.code_into(js, i, sign, 1)
            here = columns[i] - z[i] * own - z[js] * into
            found &= here == columns_there[js] - z[js] * s.own_code(js, 1, sign) - z[i] * s.code(i, js, 1, sign)
        return np.asarray(found)
