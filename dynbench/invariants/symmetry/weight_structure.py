"""The units of a system in matrix form as a structure whose symmetries are sought, and the exact test of one."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from dynbench.invariants.symmetry.automorphisms import Colours, mixed
from dynbench.invariants.symmetry.signed_permutations import SignedPermutation
from dynbench.invariants.symmetry.weight_relations import Relation, Relations, Units

__all__ = ["WeightStructure"]

Array = NDArray[np.float64]

#: Arrays with a smaller share of entries that are not zero are kept sparse.
_SPARSE = 0.1


class _Coded(NamedTuple):
    """A relation between units `rows` and `columns`, its entries as 64-bit numbers: of A and of -A, and transposed."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    signed: tuple[bool, bool]
    codes: tuple[Any, Any]
    transposed: tuple[Any, Any]


class WeightStructure:
    """The units of all blocks, those of the state first; an instance of `automorphisms.Structure`.

    Parameters
    ----------
    relations : Relations
        What is to be kept.
    marks : (2N,) array of uint64, optional
        Colours beside those that follow from the relations.
    """

    def __init__(self, relations: Relations, marks: Colours | None = None) -> None:
        self._relations = relations
        starts = np.cumsum([0, *relations.sizes.values()])
        self.size = int(starts[-1])
        self.visible = relations.sizes[0]
        self._units = {k: np.arange(a, a + n) for (k, n), a in zip(relations.sizes.items(), starts, strict=False)}
        self._coded = [self._code(k, r) for k, r in enumerate(self._relations.relations) if r.right is not None]
        self.work = max(1, sum(8 * _entries(c.codes[0]) for c in self._coded))
        self.colours = self._first_colours()
        if marks is not None:
            self.colours = mixed(self.colours + mixed(marks))

    @property
    def entries(self) -> int:
        """How many weights there are."""
        return sum(_entries(c.codes[0]) for c in self._coded)

    def spread(self, colours: Colours) -> Colours:
        """Sums over the weights of each unit, to it and from it."""
        out = np.zeros_like(colours)
        again = mixed(colours)
        with np.errstate(over="ignore"):
            for c in self._coded:
                self._add(out, colours, c.rows, c.columns, c.signed, c.codes)
                self._add(out, again, c.columns, c.rows, c.signed[::-1], c.transposed)
        return out

    def keeps(self, s: SignedPermutation) -> bool:
        """Whether a signed permutation of all units keeps every array, to the last bit."""
        places, signs = np.array(s.permutation), np.array(s.signs, dtype=float)
        for units, block in self._units.items():
            if not np.isin(places[block], block).all():
                return False
            sign = self._relations.fixed.get(units)
            if sign is not None and not np.all(signs[block] == sign):
                return False
        return all(self._is_kept(r, places, signs) for r in self._relations.relations)

    def sums(self, z: Colours, sign: int) -> tuple[Colours, Colours]:
        """For each unit, with that sign, sums of codes times z over the units joined to it, by row and column."""
        rows, columns = np.zeros(self.size, dtype=np.uint64), np.zeros(self.size, dtype=np.uint64)
        with np.errstate(over="ignore"):
            for c in self._coded:
                rows[c.rows] += c.codes[_which(c.signed, sign, 1)] @ z[c.columns]
                columns[c.columns] += c.transposed[_which(c.signed, 1, sign)] @ z[c.rows]
        return rows, columns

    def code(self, i: int, js: NDArray[np.intp], a: int, b: int) -> Colours:
        """A number for the weights to unit i, with sign a, from units js with sign b."""
        return self._between(i, js, lambda c: (c.rows, c.columns, c.codes[_which(c.signed, a, b)]))

    def code_into(self, js: NDArray[np.intp], i: int, a: int, b: int) -> Colours:
        """A number for the weights to units js, with sign a, from unit i with sign b."""
        return self._between(i, js, lambda c: (c.columns, c.rows, c.transposed[_which(c.signed, a, b)]))

    def own_code(self, js: NDArray[np.intp], a: int, b: int) -> Colours:
        """A number for the weights of units to themselves, as `code`."""
        found = np.zeros(len(js), dtype=np.uint64)
        for c in self._coded:
            if c.rows[0] == c.columns[0]:
                inside = np.isin(js, c.rows)
                found[inside] += c.codes[_which(c.signed, a, b)].diagonal()[js[inside] - c.rows[0]]
        return found

    def is_alone(self, i: int) -> bool:
        """Whether no weight would change its sign with that of unit i."""
        for c in self._coded:
            for which, units, codes in ((0, c.rows, c.codes[0]), (1, c.columns, c.transposed[0])):
                if c.signed[which] and units[0] <= i <= units[-1]:
                    line = _line(codes, i - units[0])
                    if c.rows[0] == c.columns[0] and all(c.signed):
                        line[i - units[0]] = 0
                    if line.any():
                        return False
        return True

    def restricted(self, kept: NDArray[np.intp], marks: Colours) -> WeightStructure:
        """The structure of some of the units, with marks (2N,) for all."""
        places = {k: units[np.isin(units, kept)] - units[0] for k, units in self._units.items()}
        relations = tuple(
            Relation(
                r.name,
                r.left,
                r.right,
                r.array[places[r.left.block]]
                if r.right is None
                else r.array[places[r.left.block]][:, places[r.right.block]],
            )
            for r in self._relations.relations
        )
        sizes = {k: len(units) for k, units in places.items()}
        chosen = np.concatenate([kept, kept + self.size])
        return WeightStructure(Relations(sizes, relations, self._relations.fixed), marks[chosen])

    def _between(self, i: int, js: NDArray[np.intp], of: Any) -> Colours:
        found = np.zeros(len(js), dtype=np.uint64)
        with np.errstate(over="ignore"):
            for c in self._coded:
                here, there, codes = of(c)
                inside = np.isin(js, there)
                if here[0] <= i <= here[-1] and inside.any():
                    found[inside] += _line(codes, i - here[0])[js[inside] - there[0]]
        return found

    def _is_kept(self, r: Relation, places: NDArray[np.intp], signs: Array) -> bool:
        left = self._units[r.left.block]
        rows, s = places[left] - left[0], _signs(r.left, signs[left])
        if r.right is None:
            return bool(np.array_equal(s * r.array[rows], r.array))
        right = self._units[r.right.block]
        columns, t = places[right] - right[0], _signs(r.right, signs[right])
        if scipy.sparse.issparse(r.array):
            a = r.array.tocsr()
            moved = scipy.sparse.diags_array(s) @ a[rows][:, columns] @ scipy.sparse.diags_array(t)
            return (moved - a).count_nonzero() == 0
        return bool(np.array_equal(s[:, None] * r.array[np.ix_(rows, columns)] * t, r.array))

    def _add(self, out: Colours, colours: Colours, to: Any, of: Any, signed: tuple[bool, bool], codes: Any) -> None:
        n, (plus, minus) = self.size, codes
        here, there = colours[of], colours[of + n]
        if signed[1]:
            same, other = plus @ here + minus @ there, minus @ here + plus @ there
        else:
            same = plus @ (here + there)
            other = minus @ (here + there) if signed[0] else same
        out[to] += same
        out[to + n] += other if signed[0] else same

    def _code(self, k: int, r: Relation) -> _Coded:
        assert r.right is not None
        array = r.array
        if not scipy.sparse.issparse(array) and np.count_nonzero(array) < _SPARSE * array.size:
            array = scipy.sparse.csr_array(array)
        sign = r.left.turned * r.right.turned
        codes = _codes(array, k, sign), _codes(array, k, -sign)
        transposed = _transposed(codes[0]), _transposed(codes[1])
        signed = (r.left.signed, r.right.signed)
        return _Coded(self._units[r.left.block], self._units[r.right.block], signed, codes, transposed)

    def _first_colours(self) -> Colours:
        n = self.size
        colours = np.zeros(2 * n, dtype=np.uint64)
        for k, units in self._units.items():
            colours[units] = colours[units + n] = mixed(np.array([k], dtype=np.uint64))
            sign = self._relations.fixed.get(k)
            if sign is not None:
                colours[units + (0 if sign > 0 else n)] += np.uint64(1)
        for k, r in enumerate(self._relations.relations):
            units = self._units[r.left.block]
            with np.errstate(over="ignore"):
                if r.right is None:
                    plus, minus = (_hashed(r.left.turned * s * r.array, 1000 + k) for s in (1, -1))
                    signed = r.left.signed
                elif r.right.block == r.left.block:
                    turned = r.left.turned * r.right.turned
                    diagonal = r.array.diagonal()
                    plus, minus = (_hashed(turned * s * diagonal, 2000 + k) for s in (1, -1))
                    signed = r.left.signed != r.right.signed
                else:
                    continue
                colours[units] += plus
                colours[units + n] += minus if signed else plus
        return mixed(colours)


def _signs(units: Units, signs: Array) -> Array:
    return units.turned * (signs if units.signed else np.ones_like(signs))


def _which(signed: tuple[bool, bool], a: int, b: int) -> int:
    """Whether the entries of A are meant (0) or of -A (1), where the units have these signs."""
    return int((a if signed[0] else 1) * (b if signed[1] else 1) < 0)


def _line(codes: Any, i: int) -> Colours:
    """A copy of row i."""
    if not scipy.sparse.issparse(codes):
        return np.array(codes[i])
    line = np.zeros(codes.shape[1], dtype=np.uint64)
    entries = slice(codes.indptr[i], codes.indptr[i + 1])
    line[codes.indices[entries]] = codes.data[entries]
    return line


def _codes(array: Any, k: int, sign: int) -> Any:
    """64-bit numbers for the entries of an array times a sign; 0 for 0."""
    if scipy.sparse.issparse(array):
        a = array.tocsr()
        return scipy.sparse.csr_array((_hashed(sign * a.data, k), a.indices, a.indptr), shape=a.shape)
    return _hashed(sign * array, k)


def _transposed(codes: Any) -> Any:
    return codes.T.tocsr() if scipy.sparse.issparse(codes) else np.ascontiguousarray(codes.T)


def _hashed(values: Array, salt: int) -> NDArray[np.uint64]:
    values = np.ascontiguousarray(values + 0.0)
    return np.where(values == 0, np.uint64(0), mixed(values.view(np.uint64) ^ mixed(np.array([salt], dtype=np.uint64))))


def _entries(codes: Any) -> int:
    return int(codes.nnz) if scipy.sparse.issparse(codes) else int(codes.size)
