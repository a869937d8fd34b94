"""Exhaustive search: all words, each by one rank-one pivot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import check_count
from dynbench.errors import InputError
from dynbench.piecewise.complementarity import Complementarity, complementarity
from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.search.base import Progress, WordFindings, WordSearch, distinct
from dynbench.piecewise.search.tableaux import possible, tableaux

__all__ = ["Sweep", "sweep_seconds"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.int64]

#: Units at the leaves of the tree, whose pivots start from a tableau with a fresh error bound.
_LOW = 6
#: Tableaux that are expanded at once.
_BATCH = 1 << 8
#: In the last levels a tableau is dropped where one row alone forbids every solution.
_PRUNED = 2
_U = 2.0**-53
_ROUNDED_UP = 1.0 + 2.0**-30
#: Up to so many units all words are left to exact arithmetic where the complementarity problem does not exist.
_FEW = 10
_STAGE = "sweeping words"


def sweep_seconds(size: int) -> float:
    """About how many seconds a sweep over 2**size words takes on one core (measured: 0.6 s for 20 units)."""
    return 0.6 * 2.0 ** (size - 20) * max(size, 1) / 20


class Sweep(WordSearch):
    """Exhaustive sweep over all 2**(k H) words, complete in the whole space.

    The words are the leaves of a binary tree: one level decides one unit, active by a principal pivot (a rank-one
    update of its parent's tableau) or inactive, and in both cases its column is dropped. That is 3 m operations a word
    where a Gray code, which has to keep all columns, takes m**2; and as every tableau is a few pivots from one with a
    fresh error bound, errors do not build up along a path of 2**m updates, and the bound is proved: no word is
    dropped on account of rounding. Words whose pivots cannot be told from zero, which is where a word may be singular
    (zero determinant) and hold a continuum of periodic points or none, are inverted one by one, and if that decides
    nothing left to exact arithmetic.

    Parameters
    ----------
    max_units : int
        The search refuses more than so many units k H.
    """

    def __init__(self, *, max_units: int = 24) -> None:
        check_count(max_units, name="max_units")
        if max_units > 40:
            raise InputError(f"max_units is {max_units}; expected a number of units from 1 to 40.")
        self.max_units = max_units

    def check_period(self, form: PiecewiseLinear, period: int) -> None:
        """Refuse a period with too many words, and say how long they would take."""
        size = period * form.units
        if size > self.max_units:
            raise InputError(
                f"{period} x {form.units} = {size} units have 2**{size} words, which a complete sweep would look at in "
                f"about {_duration(sweep_seconds(size))}: raise max_units of Sweep, or use Scyfi, the heuristic."
            )

    def search(
        self,
        form: PiecewiseLinear,
        period: int,
        *,
        rng: np.random.Generator,
        progress: Progress | None = None,
    ) -> WordFindings:
        """Look at every word; nothing is random.

        Raises
        ------
        InputError
            If there are too many words.
        """
        self.check_period(form, period)
        size = period * form.units
        problem = complementarity(form, period)
        if problem is None:
            return _every_word(form, period)
        try:
            candidates = _Tree(problem).candidates(progress)
        except KeyboardInterrupt:
            return WordFindings((), False, "the sweep was interrupted", interrupted=True)
        words = distinct(problem.words(candidates))
        what = "patterns of active units" if period == 1 else "words"
        return WordFindings(words, True, f"all 2**{size} {what} were looked at, with a proved bound of rounding")


class _Tree:
    """One sweep: high units by inversion in batches, low units by pivots."""

    def __init__(self, problem: Complementarity) -> None:
        self.problem = problem
        self.size = problem.size
        self.low = min(_LOW, self.size)
        self.high = self.size - self.low
        self.found: list[Codes] = []
        self.doubtful: list[Codes] = []

    def candidates(self, progress: Progress | None) -> Mask:
        """The sets of active units (K, m) that may determine a nonnegative solution."""
        total = 1 << self.high
        free = np.arange(self.high, self.size)
        for start in range(0, total, _BATCH):
            codes = np.arange(start, min(start + _BATCH, total), dtype=np.int64)
            X, error = tableaux(self.problem, self._sets(codes), free)
            good = error < 1.0
            if not good.all():
                self._doubt(codes[~good], self.high)
            self._expand(np.ascontiguousarray(X[good].transpose(1, 2, 0)), error[good], codes[good])
            if progress is not None:
                progress(_STAGE, min(start + _BATCH, total) << self.low, 1 << self.size)
        codes = np.concatenate([*self.found, *self.doubtful])
        kept = [np.empty((0, self.size), dtype=bool)]
        for start in range(0, len(codes), _BATCH << _LOW):
            sets = self._sets(codes[start : start + (_BATCH << _LOW)])
            kept.append(sets[possible(self.problem, sets)])
        return np.concatenate(kept)

    def _expand(self, T: Array, error: Array, codes: Codes) -> None:
        """Decide the low units of tableaux (m, columns, B), the first column first."""
        for unit in range(self.high, self.size):
            left = self.size - unit
            if left <= _PRUNED:
                T, error, codes = _prune(T, error, codes)
            pivot = T[unit, 0]
            # Twice the error bound: then dividing by the pivot is harmless, and it is proved not to be zero.
            safe = np.abs(pivot) > 2 * error
            if not safe.all():
                self._doubt(codes[~safe] | (1 << unit), unit + 1)
            row = T[unit, 1:] / np.where(safe, pivot, 1.0)
            active = T[:, 1:] - T[:, :1] * row
            active[unit] = -row
            larger = _after_pivot(T, row, np.abs(pivot), error)
            T = np.concatenate([T[:, 1:], active[:, :, safe]], axis=2)
            error = np.concatenate([error, larger[safe]])
            codes = np.concatenate([codes, codes[safe] | (1 << unit)])
        self.found.append(codes[~(T[:, 0] < -error).any(axis=0)])

    def _doubt(self, codes: Codes, unit: int) -> None:
        """Put off every word that agrees with the codes in the units before `unit`."""
        rest = np.arange(1 << (self.size - unit), dtype=np.int64) << unit
        self.doubtful.append((codes[:, None] | rest).ravel())

    def _sets(self, codes: Codes) -> Mask:
        return (codes[:, None] >> np.arange(self.size)) & 1 == 1


def _every_word(form: PiecewiseLinear, period: int) -> WordFindings:
    """Where I - J^k is singular for every base pattern that was tried: all words, if that is not too many."""
    size = period * form.units
    if size > _FEW:
        return WordFindings((), False, f"I - J^{period} is singular in every region that was tried")
    words = (np.arange(1 << size)[:, None] >> np.arange(size)) & 1 == 1
    return WordFindings(
        distinct(words.reshape(-1, period, form.units)), True, f"all 2**{size} words were solved in exact arithmetic"
    )


def _prune(T: Array, error: Array, codes: Codes) -> tuple[Array, Array, Codes]:
    """Without the tableaux that have a row x = c + sum a_j s_j with c < 0 and all a_j <= 0, proved."""
    hopeless = T[:, -1] < -error
    for j in range(T.shape[1] - 1):
        hopeless &= T[:, j] <= -error
    keep = ~hopeless.any(axis=0)
    return (T, error, codes) if keep.all() else (T[:, :, keep], error[keep], codes[keep])


def _after_pivot(T: Array, row: Array, pivot: Array, error: Array) -> Array:
    """The error bound of the tableaux after a pivot (not to be used where the pivot is not safe).

    With operands within e, r / p is within f = e (1 + |r / p|) / (|p| - e) + u |r / p|, and T - c r / p within
    e + (|c| + e) f + e |r / p|, and rounding.
    """
    ratio = np.abs(row).max(axis=0)
    largest = np.maximum(T.max(axis=(0, 1)), -T.min(axis=(0, 1)))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        quotient = error * (1 + ratio) / (pivot - error) + _U * ratio
        update = error * (1 + ratio) + (largest + error) * quotient + _U * largest * (1 + 3 * ratio)
        return _ROUNDED_UP * np.maximum(update, quotient)


def _duration(seconds: float) -> str:
    for unit, length in (("s", 1.0), ("minutes", 60.0), ("hours", 3600.0), ("days", 86400.0)):
        if seconds < 100 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds / 31557600:.2g} years"
