"""All signed permutations that keep a structure: individualisation and refinement, as programs for graphs do it.

Every state i stands for two points, +i and -i. Points get colours that any symmetry must keep, each from the colours
of those it is related to, until nothing new is told apart (colour refinement). Then one point is singled out, which
tells others apart, and so on until all are: two such ends with the same colours define the only candidate for a
symmetry that takes the choices of the one to those of the other, and it is tested. Along the stabilisers of the first
sequence of choices one candidate is needed for each orbit only; the order of the group is the product of the orbits.

References
----------
B. D. McKay, A. Piperno: Practical graph isomorphism, II, Journal of Symbolic Computation 60 (2014), 94-112.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dynbench.invariants.symmetry.signed_permutations import SignedPermutation

__all__ = ["Group", "Structure", "automorphisms", "isomorphism", "mixed"]

Colours = NDArray[np.uint64]
Accepts = Callable[[SignedPermutation], bool]

#: Numbers that all refinements of one search may combine, about ten seconds.
_MOST_WORK = 4_000_000_000
#: What a refinement costs beside them.
_OVERHEAD = 20_000
_SINGLED_OUT = np.uint64(0x9E3779B97F4A7C15)


class Structure(Protocol):
    """What symmetries keep: points +0, ..., +(N-1), -0, ..., -(N-1), and how they are related.

    Attributes
    ----------
    size : int
        N.
    visible : int
        How many of them, the first, are states; the group is that of its action on these.
    work : int
        How many numbers one call of `spread` combines.
    colours : (2N,) array of uint64
        Colours that symmetries keep.
    """

    size: int
    visible: int
    work: int
    colours: Colours

    def spread(self, colours: Colours) -> Colours:
        """For each point a number from the colours of the points that it is related to, and how it is."""


@dataclass(frozen=True)
class Group:
    """Signed permutations that were found, by generators.

    Attributes
    ----------
    generators : tuple of SignedPermutation
        None for the trivial group.
    order : int or None
        The number of elements; None where the search was not finished, so that there may be more.
    """

    generators: tuple[SignedPermutation, ...]
    order: int | None


class _Node(NamedTuple):
    """A choice: the points among which one was singled out, that one, and the colours after it."""

    cell: NDArray[np.intp]
    chosen: int
    colours: Colours


class _Spent(Exception):
    """The search has done all the work that it may."""


def automorphisms(structure: Structure, accepts: Accepts) -> Group:
    """Find the group of the signed permutations that keep a structure and that `accepts` accepts.

    Parameters
    ----------
    structure : Structure
        What the signed permutations must keep: necessary conditions.
    accepts : callable
        Decides whether a candidate is a symmetry.
    """
    search = _Search(structure, structure, accepts)
    generators: list[SignedPermutation] = []
    try:
        order = search.run(generators)
    except _Spent:
        return Group(tuple(generators), None)
    return Group(tuple(generators), order)


def isomorphism(a: Structure, b: Structure, accepts: Accepts) -> tuple[SignedPermutation | None, bool]:
    """Find a signed permutation that takes one structure to another.

    Returns
    -------
    SignedPermutation or None
        One that `accepts` accepts, where one was found.
    bool
        Whether the search was finished: None then says that there is none.
    """
    try:
        return _Search(a, b, accepts).match(0, None), True
    except _Spent:
        return None, False


class _Search:
    """The choices made in `a`, and the search for points in `b` to which they can be taken."""

    def __init__(self, a: Structure, b: Structure, accepts: Accepts) -> None:
        self._a, self._b, self._accepts = a, b, accepts
        self._left = _MOST_WORK
        self._root = self._refined(a, a.colours)
        self._root_b = self._root if a is b else self._refined(b, b.colours)
        self._path = list(self._choices())

    def run(self, generators: list[SignedPermutation]) -> int:
        """Append generators of the group; returns its order."""
        order = 1
        for level in range(len(self._path) - 1, -1, -1):
            cell, chosen, _ = self._path[level]
            if chosen % self._a.size >= self._a.visible:
                continue  # the states are told apart already: what is left keeps all of them
            orbits = _Orbits(2 * self._a.size)
            for g in generators:
                orbits.join(g)
            refuted: set[int] = set()
            for v in cell.tolist():
                if orbits.of(v) == orbits.of(chosen) or any(orbits.of(v) == orbits.of(w) for w in refuted):
                    continue
                found = self.match(level, v)
                if found is None:
                    refuted.add(v)
                else:
                    generators.append(found)
                    orbits.join(found)
            order *= sum(orbits.of(v) == orbits.of(chosen) for v in cell.tolist())
        return order

    def match(self, level: int, v: int | None) -> SignedPermutation | None:
        """A symmetry that keeps the first `level` choices and takes the next to v, or to any point for None."""
        before = self._root_b if self._a is not self._b or level == 0 else self._path[level - 1].colours
        if not np.array_equal(np.sort(before), np.sort(self._colours(level))):
            return None
        return self._descend(level, before, v)

    def _descend(self, level: int, before: Colours, v: int | None) -> SignedPermutation | None:
        if level == len(self._path):
            return self._leaf(before)
        _, chosen, after = self._path[level]
        wanted = self._colours(level)[chosen]
        ordered = np.sort(after)
        for w in np.flatnonzero(before == wanted).tolist() if v is None else [v]:
            colours = self._refined(self._b, _single_out(before, w))
            if np.array_equal(np.sort(colours), ordered):
                found = self._descend(level + 1, colours, None)
                if found is not None:
                    return found
        return None

    def _colours(self, level: int) -> Colours:
        """The colours in `a` after so many choices."""
        return self._root if level == 0 else self._path[level - 1].colours

    def _leaf(self, colours: Colours) -> SignedPermutation | None:
        """The signed permutation that takes the last colours in `a` to these, if it is one that is accepted."""
        n = self._a.size
        image = np.empty(2 * n, dtype=np.intp)
        image[np.argsort(self._colours(len(self._path)))] = np.argsort(colours)
        plus, minus = image[:n], image[n:]
        if not np.array_equal((plus + n) % (2 * n), minus):
            return None
        found = SignedPermutation(tuple((plus % n).tolist()), tuple(np.where(plus < n, 1, -1).tolist()))
        return found if self._accepts(found) else None

    def _choices(self) -> Iterator[_Node]:
        colours = self._root
        while True:
            values, which, counts = np.unique(colours, return_inverse=True, return_counts=True)
            if len(values) == len(colours):
                return
            # A cell holds states or other units, not both, as these have colours of their own.
            point = np.empty(len(values), dtype=np.intp)
            point[which] = np.arange(len(colours))
            hidden = point % self._a.size >= self._a.visible
            order = np.lexsort((values, counts, hidden, counts == 1))
            cell = np.flatnonzero(which == order[0])
            colours = self._refined(self._a, _single_out(colours, int(cell[0])))
            yield _Node(cell, int(cell[0]), colours)

    def _refined(self, structure: Structure, colours: Colours) -> Colours:
        """Colours from which no more points are told apart by their relations."""
        n, count = structure.size, 0
        while True:
            self._left -= structure.work + _OVERHEAD
            if self._left < 0:
                raise _Spent
            opposite = np.concatenate([colours[n:], colours[:n]])
            colours = mixed(colours + np.uint64(3) * mixed(opposite) + np.uint64(5) * mixed(structure.spread(colours)))
            now = len(np.unique(colours))
            if now == count or now == 2 * n:
                return colours
            count = now


class _Orbits:
    """The orbits of points under the signed permutations joined so far."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def of(self, v: int) -> int:
        """One point for each orbit."""
        while self._above[v] != v:
            self._above[v] = self._above[self._above[v]]
            v = self._above[v]
        return v

    def join(self, g: SignedPermutation) -> None:
        """Join the orbits of every point and its image."""
        n = len(g)
        for i, (p, s) in enumerate(zip(g.permutation, g.signs, strict=True)):
            there = p if s > 0 else p + n
            self._above[self.of(i)] = self.of(there)
            self._above[self.of(i + n)] = self.of((there + n) % (2 * n))


def _single_out(colours: Colours, v: int) -> Colours:
    result = colours.copy()
    result[v] ^= _SINGLED_OUT
    return result


def mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scrambled 64-bit numbers, equal for equal ones (the finaliser of SplitMix64)."""
    with np.errstate(over="ignore"):
        z = values + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))
