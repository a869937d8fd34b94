"""The regions that there are: patterns whose polyhedron has an interior."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from dynbench.errors import InputError
from dynbench.piecewise.arrangements import cells, spread
from dynbench.piecewise.exact_regions import exact_patterns, few_enough
from dynbench.piecewise.form import PiecewiseLinear

__all__ = ["patterns_of", "realised_patterns", "states_off_borders"]

Array = NDArray[np.float64]
Pattern = NDArray[np.bool_]

#: A region counts where a ball of this radius, relative to where it is, fits between its borders.
_THIN = 1e-10
#: Where so many units make too many regions, the others are not looked at.
_FIRST = 32

# What costs time is found once for each form, whoever asks.
_KNOWN: WeakKeyDictionary[PiecewiseLinear, Pattern] = WeakKeyDictionary()


def realised_patterns(form: PiecewiseLinear, *, most: int = 4096) -> Pattern:
    """The patterns of the regions with an interior, (R, H).

    Of few units in few dimensions they are found in rational numbers: all of them, however thin. Otherwise in doubles:
    in one hidden layer on the line, in the plane and in space (where no two borders are nearly parallel) they are the
    cells between the borders; elsewhere one unit is added at a time: it parts the regions that its border meets, which
    a linear program decides (the margin of a unit depends on earlier units only). H borders make at most
    sum over i <= n of (H over i) regions where no unit feeds another, far fewer than 2**H for H > n.

    Parameters
    ----------
    form : PiecewiseLinear
    most : int
        Regions at which the enumeration is given up.

    Raises
    ------
    InputError
        If there are more than `most`.
    """
    n = form.dimension
    # Units with independent rows take all signs: a unit is fed by earlier ones only.
    first = most.bit_length()
    if first <= min(n, form.units) and np.linalg.matrix_rank(form.W2[:first]) == first:
        raise _too_many(most, first, form.units)
    if few_enough(n, form.units, nested=form.rational.nested):
        found = exact_patterns(form.rational, most)
        if found is None:
            raise _too_many(most, form.units, form.units)
        return found
    if len(form.levels) != 1 or n > 3 or (n == 3 and not spread(form.W2)):
        return _by_programs(form, most)
    for count in sorted({min(_FIRST, form.units), form.units}):
        patterns = cells(form.W2[:count], form.h2[:count])
        if len(patterns) > most:
            raise _too_many(most, count, form.units)
    return patterns


def patterns_of(form: PiecewiseLinear) -> Pattern:
    """What `realised_patterns` finds, (R, H), or raises; found once for a form."""
    if form not in _KNOWN:
        _KNOWN[form] = realised_patterns(form)
    return _KNOWN[form]


def states_off_borders(form: PiecewiseLinear) -> Array:
    """Random states of size one, (64, n), those farthest from the borders first."""
    trials = np.random.default_rng(0).normal(size=(64, form.dimension))
    distance = np.abs(form.margins(trials)).min(axis=1)
    return np.asarray(trials[np.argsort(-distance, kind="stable")], dtype=np.float64)


def _by_programs(form: PiecewiseLinear, most: int) -> Pattern:
    size = form.units
    found: list[tuple[Pattern, Array]] = [(np.zeros(0, dtype=bool), np.zeros(form.dimension))]
    for unit in range(size):
        parted: list[tuple[Pattern, Array]] = []
        for pattern, inner in found:
            padded = np.zeros(size, dtype=bool)
            padded[:unit] = pattern
            region = form.region(padded)
            own = bool(region.G[unit] @ inner + region.g[unit] > 0)
            for sign in (own, not own):
                longer = np.append(pattern, sign)
                point = _interior(region.G[: unit + 1], region.g[: unit + 1], longer)
                if point is not None:
                    parted.append((longer, point))
        found = parted
        if len(found) > most:
            raise _too_many(most, unit + 1, size)
    return np.array([pattern for pattern, _ in found], dtype=bool)


def _too_many(most: int, units: int, size: int) -> InputError:
    return InputError(
        f"the map has more than {most} regions (first {units} of {size} units); expected fewer where all "
        "preimages are to be enumerated."
    )


def _interior(G: Array, g: Array, pattern: Pattern) -> Array | None:
    """A point of the region far from its borders; None where it has no interior."""
    sign = np.where(pattern, 1.0, -1.0)
    lengths = np.linalg.norm(G, axis=1)
    if (sign[lengths == 0] * g[lengths == 0] < 0).any():
        return None
    keep = lengths > 0
    normal = (sign * G.T).T[keep] / lengths[keep, None]
    offset = (sign * g)[keep] / lengths[keep]
    size = 1.0 + float(np.abs(offset).max(initial=0.0))
    # The largest ball, of radius at most `size`: normal . z + offset >= r.
    n = G.shape[1]
    answer = linprog(
        np.append(np.zeros(n), -1.0),
        A_ub=np.column_stack([-normal, np.ones(len(normal))]),
        b_ub=offset,
        bounds=[(None, None)] * n + [(None, size)],
        method="highs",
    )
    if answer.status != 0 or answer.x[-1] <= _THIN * (1.0 + np.abs(answer.x[:n]).max()):
        return None
    return np.asarray(answer.x[:n], dtype=np.float64)
