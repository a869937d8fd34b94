"""Itineraries in the plane: which words have an orbit that stays in a box, by moving polygons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.piecewise.complementarity import rational_form
from dynbench.piecewise.form import PiecewiseLinear, Region
from dynbench.piecewise.rational import in_doubles
from dynbench.piecewise.search.base import Progress, WordFindings, WordSearch, distinct
from dynbench.piecewise.search.convex import cut, moved, rectangle

__all__ = ["Polygons"]

Array = NDArray[np.float64]
Words = NDArray[np.bool_]

_STAGE = "moving polygons"
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
    """

    def __init__(self, box: Array | None = None, *, max_words: int = 500_000) -> None:
        if max_words < 1:
            raise InputError(f"max_words is {max_words}; at least one word is needed.")
        self.box = box
        self.max_words = max_words

    def __repr__(self) -> str:
        return "Polygons()" if self.box is None else "Polygons(box)"

    def within(self, box: Array | None, starts: Array | None) -> Polygons:
        """The same search in the caller's box, where it has none of its own."""
        return self if self.box is not None or box is None else Polygons(box, max_words=self.max_words)

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
        box = np.asarray(self.box, dtype=float).reshape(form.dimension, 2)
        front = _Front(form, box, _Regions(form))
        try:
            for step in range(period):
                front.advance(step)
                if len(front.words) > self.max_words:
                    return WordFindings((), False, f"more than {self.max_words} itineraries of {step + 1} steps")
                if front.slack > _WORTHLESS * float(np.ptp(box, axis=1).max()):
                    return WordFindings((), False, f"after {step + 1} steps rounding has made polygons meaningless")
                if progress is not None:
                    progress(_STAGE, step + 1, period)
        except KeyboardInterrupt:
            return WordFindings((), False, "the itineraries were interrupted", interrupted=True)
        words = distinct(front.words[period % front.cycle == 0])
        return WordFindings(words, True, f"polygon itineraries: {len(words)} words have orbits that stay in the box")


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

    def advance(self, step: int) -> None:
        """Read one more pattern, move, and cut at the box."""
        parts = [self._part(slice(start, start + _BATCH), step) for start in range(0, max(len(self.words), 1), _BATCH)]
        width = max(polygons.shape[1] for polygons, *_ in parts)
        self.polygons = np.concatenate([_widened(polygons, width) for polygons, *_ in parts])
        self.words = np.concatenate([words for _, words, _, _ in parts])
        self.cycle = np.concatenate([cycle for _, _, cycle, _ in parts])
        self.slack = max(slack for *_, slack in parts)

    def _part(self, rows: slice, step: int) -> tuple[Array, Words, NDArray[np.intp], float]:
        polygons, slack, words, cycle = self.polygons[rows], self.slack, self.words[rows], self.cycle[rows]
        source = np.arange(len(words))
        if not len(words):
            return polygons, np.empty((0, step + 1, self.form.units), dtype=bool), cycle, slack
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
        return polygons, words, longer[left], slack

    def _split(
        self, polygons: Array, slack: float, source: NDArray[np.intp], patterns: Words, unit: int
    ) -> tuple[Array, float, NDArray[np.intp], Words]:
        """Both sides of the border of a unit, whose margin is affine where the units decided so far have a sign."""
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
