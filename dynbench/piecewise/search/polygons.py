"""Itineraries in the plane: which words have an orbit that stays in a box, by moving polygons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import check_count, given_array, shown
from dynbench.errors import InputError
from dynbench.piecewise.complementarity import rational_form
from dynbench.piecewise.form import PiecewiseLinear, Region
from dynbench.piecewise.rational import in_doubles
from dynbench.piecewise.search.base import Progress, WordFindings, WordSearch, distinct
from dynbench.piecewise.search.convex import cut, moved, rectangle

__all__ = ["Polygons"]

Array = NDArray[np.float64]
Words = NDArray[np.bool_]

#: Polygons that are moved at once.
_BATCH = 1 << 12
#: A slack of this share of the box excludes hardly anything any more.
_WORTHLESS = 1e-3


class Polygons(WordSearch):
    """Itineraries in one or two dimensions, complete for the cycles that lie in a box, whatever the period.

    The box is cut into the regions; the part in each region is moved by its affine map, and the image is cut again. A
    word with no part left has no orbit in the box. Words that are not the greatest of their rotations are left out as
    soon as that shows. Polygons are doubles that stand for all points within a slack, to which every rounding is added
    (`dynbench.piecewise.search.convex`), so no orbit is lost to it.

    Parameters
    ----------
    box : (n, 2) array, optional
        By default that of `find_cycles`.
    max_words : int
        The budget: itineraries followed at once. Beyond it nothing is claimed.
    max_cuts : int, optional
        A budget of work: polygons cut at the border of a unit, over all steps, at 2 to 5 microseconds each. By default
        there is none.
    """

    def __init__(self, box: Any = None, *, max_words: int = 500_000, max_cuts: int | None = None) -> None:
        for name, value in (("max_words", max_words), ("max_cuts", max_cuts)):
            if name == "max_words" or value is not None:
                check_count(value, name=name)
        self.box = box
        self.max_words = max_words
        self.max_cuts = max_cuts

    def __repr__(self) -> str:
        return "Polygons()" if self.box is None else "Polygons(box)"

    def within(self, box: Array | None, starts: Array | None) -> Polygons:
        """The same search in the caller's box."""
        if box is None:
            return self
        return Polygons(box, max_words=self.max_words, max_cuts=self.max_cuts)

    def search(
        self,
        form: PiecewiseLinear,
        period: int,
        *,
        rng: np.random.Generator,
        progress: Progress | None = None,
    ) -> WordFindings:
        """Follow all itineraries of `period` steps; nothing is random.

        Raises
        ------
        InputError
            If there are more than two states, the system is a flow, or there is no box.
        """
        if form.dimension > 2 or form.kind == "flow":
            raise InputError(
                f"Polygons takes maps of one or two states, and this is a {form.kind} of {form.dimension}."
            )
        if self.box is None:
            raise InputError("Polygons needs a box: give box=, in which cycles are looked for.")
        front = _Front(form, _bounds(self.box, form.dimension), _Regions(form))
        step = 0
        try:
            for step in range(1, period + 1):
                stopped = self._advance(front, step, period, progress)
                if stopped:
                    return WordFindings((), False, f"polygon itineraries: {stopped} in step {step} of {period}")
        except KeyboardInterrupt:
            argument = f"the polygon itineraries were interrupted in step {step} of {period}"
            return WordFindings((), False, argument, interrupted=True)
        words = distinct(front.words[period % front.cycle == 0])
        return WordFindings(words, True, f"polygon itineraries: {len(words)} words have orbits that stay in the box")

    def _advance(self, front: _Front, step: int, period: int, progress: Progress | None) -> str:
        """Take one step, batch by batch; why that had to be given up, or nothing."""
        parts = []
        for start in range(0, max(len(front.words), 1), _BATCH):
            parts.append(front.part(slice(start, start + _BATCH), step - 1))
            alive = sum(len(part.words) for part in parts)
            if alive > self.max_words:
                return f"the budget of {self.max_words} itineraries at once was spent"
            if self.max_cuts is not None and front.cuts > self.max_cuts:
                return f"the budget of {self.max_cuts} cuts was spent"
            if progress is not None:
                progress(f"moving polygons, {alive} words alive", step, period)
        front.become(parts)
        # No finite slack is left after an overflow: it may be no number.
        if not front.slack <= _WORTHLESS * float(np.ptp(front.box, axis=1).max()):
            return "rounding has made polygons meaningless"
        return ""


def _bounds(box: Any, dimension: int) -> Array:
    """The bounds of the states, in their order."""
    bounds = given_array(box, "box")
    if bounds.shape != (dimension, 2):
        raise InputError(f"box has shape {bounds.shape}; expected ({dimension}, 2), a row (low, high) for each state.")
    if not (np.isfinite(bounds).all() and (bounds[:, 0] < bounds[:, 1]).all()):
        raise InputError(f"box is {shown(box)}; expected finite numbers with low < high for each state.")
    return bounds


class _Part(NamedTuple):
    """What one batch of itineraries becomes in a step."""

    polygons: Array
    words: Words
    cycle: NDArray[np.intp]
    slack: float


@dataclass(eq=False)
class _Front:
    """Itineraries so far, each with the states where its orbits are now, before the next pattern is read.

    `cycle` is the length of the shortest word whose repetitions begin so (Duval): it decides which prefixes can begin
    the greatest rotation of a word.
    """

    form: PiecewiseLinear
    box: Array
    regions: _Regions

    def __post_init__(self) -> None:
        self.polygons = rectangle(self.box)
        self.slack = 0.0
        self.words: Words = np.empty((1, 0, self.form.units), dtype=bool)
        self.cycle = np.ones(1, dtype=np.intp)
        self.cuts = 0

    def become(self, parts: Sequence[_Part]) -> None:
        """Go on with what all batches have become."""
        width = max(part.polygons.shape[1] for part in parts)
        self.polygons = np.concatenate([_widened(part.polygons, width) for part in parts])
        self.words = np.concatenate([part.words for part in parts])
        self.cycle = np.concatenate([part.cycle for part in parts])
        self.slack = max(part.slack for part in parts)

    def part(self, rows: slice, step: int) -> _Part:
        """Read one more pattern of some itineraries, move, and cut at the box."""
        polygons, slack, words, cycle = self.polygons[rows], self.slack, self.words[rows], self.cycle[rows]
        source = np.arange(len(words))
        if not len(words):
            return _Part(polygons, np.empty((0, step + 1, self.form.units), dtype=bool), cycle, slack)
        patterns = np.zeros((len(words), self.form.units), dtype=bool)
        for level in self.form.levels:
            for unit in level:
                polygons, slack, source, patterns = self._split(polygons, slack, source, patterns, int(unit))
        words, cycle = words[source], cycle[source]
        greater, equal = _compared(patterns, words[np.arange(len(words)), step - cycle] if step else patterns)
        longer = np.where(equal, cycle, step + 1)
        keep = ~greater
        polygons, patterns, words, longer = polygons[keep], patterns[keep], words[keep], longer[keep]
        polygons, left, slack = self._moved(polygons, slack, patterns)
        words = np.concatenate([words, patterns[:, None]], axis=1)[left]
        return _Part(polygons, words, longer[left], slack)

    def _split(
        self, polygons: Array, slack: float, source: NDArray[np.intp], patterns: Words, unit: int
    ) -> tuple[Array, float, NDArray[np.intp], Words]:
        """Both sides of the border of a unit, whose margin is affine where the units decided so far have a sign."""
        self.cuts += len(patterns)
        region = self.regions(patterns)
        normal, offset = region.G[:, unit], region.g[:, unit]
        above, over, first = cut(polygons, slack, normal, offset)
        below, under, second = cut(polygons, slack, -normal, -offset)
        width = max(above.shape[1], below.shape[1])
        active = patterns[over].copy()
        active[:, unit] = True
        return (
            np.concatenate([_widened(above, width), _widened(below, width)]),
            max(first, second),
            np.concatenate([source[over], source[under]]),
            np.concatenate([active, patterns[under]]),
        )

    def _moved(self, polygons: Array, slack: float, patterns: Words) -> tuple[Array, NDArray[np.intp], float]:
        """The images that reach into the box, cut at it, and which they are."""
        region = self.regions(patterns)
        images, slack = moved(polygons, slack, region.J, region.c)
        left = np.arange(len(images))
        for axis, (low, high) in enumerate(self.box):
            for sign, bound in ((1.0, low), (-1.0, high)):
                normal = sign * np.eye(len(self.box))[axis]
                images, kept, slack = cut(images, slack, normal, -sign * bound)
                left = left[kept]
        return images, left, slack


class _Regions:
    """The affine functions of patterns, each entry rounded once from the exact one."""

    def __init__(self, form: PiecewiseLinear) -> None:
        self._exact = rational_form(form)
        self._known: dict[bytes, Region] = {}

    def __call__(self, patterns: Words) -> Region:
        """Those of a batch of patterns (B, H)."""
        if not len(patterns):
            n, units = self._exact.dimension, self._exact.units
            return Region(*(np.empty((0, *shape)) for shape in ((n, n), (n,), (units, n), (units,))))
        distinct_patterns, inverse = np.unique(patterns, axis=0, return_inverse=True)
        regions = [self._region(pattern) for pattern in distinct_patterns]
        return Region(*(np.array(part)[inverse.ravel()] for part in zip(*regions, strict=True)))

    def _region(self, pattern: NDArray[np.bool_]) -> Region:
        key = pattern.tobytes()
        if key not in self._known:
            region = self._exact.region(pattern)
            J, c, G, g = (in_doubles(part) for part in (region.J, region.c, region.G, region.g))
            self._known[key] = Region(J, c[:, 0], G, g[:, 0])
        return self._known[key]


def _compared(first: Words, second: Words) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether patterns (B, H) are greater than others, and whether they are equal, in the order of tuples."""
    differ = first != second
    place = differ.argmax(axis=1)
    rows = np.arange(len(first))
    equal = ~differ.any(axis=1)
    return ~equal & first[rows, place], equal


def _widened(polygons: Array, width: int) -> Array:
    """The same polygons with the first vertex repeated up to `width` vertices."""
    missing = width - polygons.shape[1]
    return polygons if not missing else np.concatenate([polygons, np.repeat(polygons[:, :1], missing, axis=1)], axis=1)
