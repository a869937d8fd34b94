"""The regions that there are, all of them and no others, in rational numbers: for few borders in few dimensions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from dynbench.piecewise.rational import RationalForm

__all__ = ["exact_patterns", "few_enough"]

Signs = tuple[bool, ...]
#: The coefficients of an affine function, its constant last.
Row = tuple[fmpq, ...]

#: Signs that are looked at at most, before any are found twice.
_MOST_SIGNS = 10**5


def few_enough(dimension: int, units: int, *, nested: bool) -> bool:
    """Whether the regions of a form are enumerated exactly in a few seconds.

    On the line up to 316 units of one layer are, in the plane 46, in space 18.
    """
    depth = min(dimension, units)
    layers = math.perm(units, depth) if nested else 1
    return layers * math.perm(units, depth) * units <= _MOST_SIGNS


def exact_patterns(form: RationalForm, most: int) -> NDArray[np.bool_] | None:
    """The patterns of the regions with an interior, (R, H), however thin they are; None if there are more than `most`.

    A pattern of one layer is a cell of the arrangement of its borders. With nested units the margins of the next layer
    are affine on each region of the layers before it, which their borders part further.

    Parameters
    ----------
    form : RationalForm
        With as few units as `few_enough` asks for.
    most : int
        Nested units may make as many as 2**H.
    """
    found: set[Signs] = {()}
    order: list[int] = []
    for layer in _layers(form):
        order += layer
        found = {longer for pattern in found for longer in _parted(form, order, pattern)}
        if len(found) > most:
            return None
    patterns = np.zeros((len(found), form.units), dtype=np.bool_)
    patterns[:, order] = np.array(list(found), dtype=np.bool_).reshape(len(found), len(order))
    return np.unique(patterns, axis=0)


def _layers(form: RationalForm) -> list[list[int]]:
    """The units by depth: those of one layer are fed by units of earlier layers only."""
    depth: list[int] = []
    for i in range(form.units):
        depth.append(max((1 + depth[j] for j in range(i) if form.V[i, j] != 0), default=0))
    return [[i for i, own in enumerate(depth) if own == layer] for layer in range(max(depth, default=-1) + 1)]


def _parted(form: RationalForm, order: Sequence[int], pattern: Signs) -> Iterable[Signs]:
    """The patterns of the units `order` that begin with the pattern of the first of them."""
    active = dict(zip(order, pattern, strict=False))
    region = form.region([active.get(i, False) for i in range(form.units)])
    rows = [(*(region.G[i, j] for j in range(form.dimension)), region.g[i, 0]) for i in order]
    return [signs for signs in _cells(rows) if signs[: len(pattern)] == pattern]


def _cells(rows: Sequence[Row]) -> set[Signs]:
    """The signs that affine functions take together on open sets; of one that is zero everywhere False.

    Every cell has a facet if any function is not constant, and the facets in a border are the cells into which the
    others part it: the signs on both sides of each are those of two cells.
    """
    moving = [i for i, row in enumerate(rows) if any(e != 0 for e in row[:-1])]
    if not moving:
        return {tuple(row[-1] > 0 for row in rows)}
    found: set[Signs] = set()
    seen: set[int] = set()
    for i in moving:
        if i in seen:
            continue
        own = rows[i]
        pivot = next(k for k, e in enumerate(own[:-1]) if e != 0)
        factors = [row[pivot] / own[pivot] for row in rows]
        inner = [_without(row, own, factor, pivot) for row, factor in zip(rows, factors, strict=True)]
        same = [j for j in moving if not any(inner[j])]
        seen.update(same)
        for face in _cells(inner):
            for side in (1, -1):
                signs = list(face)
                for j in same:
                    signs[j] = side * factors[j] > 0
                found.add(tuple(signs))
    return found


def _without(row: Row, own: Row, factor: fmpq, pivot: int) -> Row:
    """A function on the border of `own`, in the other variables."""
    return tuple(e - factor * f for k, (e, f) in enumerate(zip(row, own, strict=True)) if k != pivot)
