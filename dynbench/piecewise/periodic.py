"""The periodic point of a word, in exact rational arithmetic: real, on a border, virtual, or one of a continuum."""

from __future__ import annotations

import enum
import functools
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat

from dynbench.piecewise.affine_sets import Affine, affine_solutions, range_of, tightest
from dynbench.piecewise.rational import RationalForm, RationalRegion, identity
from dynbench.piecewise.words import Word

__all__ = ["Continuum", "Periodic", "Reality", "holds", "solve_word"]

#: Regions that are kept for the next words, of maps of at most so many states: words share their patterns.
_REMEMBERED, _SMALL = 4096, 4


class Reality(enum.Enum):
    """What the affine maps of a word, one after the other, say about periodic points with that word."""

    REAL = "real"  #: one periodic point, whose patterns are the word, all margins different from zero
    BORDER = "border"  #: one periodic point in the closed regions of the word, with a margin that is zero
    VIRTUAL = "virtual"  #: no periodic point in the closed regions of the word
    CONTINUUM = "continuum"  #: a set of periodic points of positive dimension
    UNDECIDED = "undecided"  #: a singular word whose set of solutions has more than two dimensions


@dataclass(frozen=True, eq=False)
class Continuum:
    """Periodic points of positive dimension in the closed regions of one word.

    Attributes
    ----------
    dimension : int
        Of the set, and of the smallest affine space that it is part of.
    period : int
        The smallest that all of them have: a divisor of the length of the word. Single ones may have a smaller one.
    through : (fmpq_mat, ...)
        States of the set: the two ends of a segment; one state, where it is a ray, a line, or of dimension two.
    equations, inequalities : tuple of (row, number)
        The set is where row z + number is 0 for each of the equations, in reduced echelon form, and not negative for
        each of the inequalities. These are in the states without a pivot alone, and of parallel ones the tightest.
    """

    dimension: int
    period: int
    through: tuple[fmpq_mat, ...]
    equations: tuple[Affine, ...]
    inequalities: tuple[Affine, ...]


@dataclass(frozen=True, eq=False)
class Periodic:
    """What was decided about one word.

    Attributes
    ----------
    reality : Reality
    points : tuple of fmpq_mat
        The orbit, columns (n, 1), where there is exactly one.
    matrix : fmpq_mat or None
        The derivative of F^k (of F, for a flow) by this word.
    word : tuple of tuples of bool
        The patterns of the orbit, zero margins counted as inactive; the word itself where there is no orbit.
    continuum : Continuum or None
    zero : tuple of tuples of bool
        Of a BORDER point: which margins vanish at which step.
    """

    reality: Reality
    points: tuple[fmpq_mat, ...]
    matrix: fmpq_mat | None
    word: Word
    continuum: Continuum | None = None
    zero: Word = ()

    @property
    def keys(self) -> list[Hashable]:
        """What tells the points from others, exactly."""
        return [tuple(z.entries()) for z in self.points]


def solve_word(form: RationalForm, word: Word) -> Periodic:
    """Decide about the periodic points in the closed regions of a word, exactly.

    Parameters
    ----------
    form : RationalForm
    word : k tuples of H bool
        k = 1 for a flow.

    Returns
    -------
    Periodic
    """
    regions = _regions(form, word)
    matrix, constant = identity(form.dimension), fmpq_mat(form.dimension, 1)
    for region in regions:
        matrix, constant = region.J * matrix, region.J * constant + region.c
    system = -matrix if form.kind == "flow" else identity(form.dimension) - matrix
    try:
        start = system.solve(constant)
    except ZeroDivisionError:
        return _singular(system, constant, matrix, regions, word)
    return _decided(start, regions, matrix, word)


def holds(form: RationalForm, word: Word, z: fmpq_mat) -> bool:
    """Whether a state is a periodic point in the closed regions of a word, or of one of its rotations."""
    return any(_holds(form, word[shift:] + word[:shift], z) for shift in range(len(word)))


def _holds(form: RationalForm, word: Word, start: fmpq_mat) -> bool:
    z = start
    for region, pattern in zip(_regions(form, word), word, strict=True):
        if not _agrees((region.G * z + region.g).entries(), pattern):
            return False
        z = region.J * z + region.c
    return all(e == 0 for e in z.entries()) if form.kind == "flow" else bool(z == start)


def _regions(form: RationalForm, word: Word) -> list[RationalRegion]:
    if form.dimension > _SMALL:
        return [form.region(pattern) for pattern in word]
    return [_region(form, tuple(pattern)) for pattern in word]


@functools.lru_cache(maxsize=_REMEMBERED)
def _region(form: RationalForm, pattern: tuple[bool, ...]) -> RationalRegion:
    return form.region(pattern)


def _decided(start: fmpq_mat, regions: Sequence[RationalRegion], matrix: fmpq_mat, word: Word) -> Periodic:
    points, margins = [start], []
    for region, pattern in zip(regions, word, strict=True):
        margins.append((region.G * points[-1] + region.g).entries())
        # Most words end here at the first step, before the fractions grow.
        if not _agrees(margins[-1], pattern):
            return Periodic(Reality.VIRTUAL, (), None, word)
        points.append(region.J * points[-1] + region.c)
    orbit = tuple(points[:-1])
    patterns = tuple(tuple(bool(margin > 0) for margin in row) for row in margins)
    zero = tuple(tuple(bool(margin == 0) for margin in row) for row in margins)
    if any(map(any, zero)):
        return Periodic(Reality.BORDER, orbit, matrix, patterns, zero=zero)
    return Periodic(Reality.REAL, orbit, matrix, patterns)


def _agrees(margins: Sequence[fmpq], pattern: Sequence[bool]) -> bool:
    """Whether margins that are not zero have the signs of a pattern."""
    return all(m == 0 or (m > 0) is active for m, active in zip(margins, pattern, strict=True))


def _singular(
    system: fmpq_mat, constant: fmpq_mat, matrix: fmpq_mat, regions: Sequence[RationalRegion], word: Word
) -> Periodic:
    """The solutions of a singular system, if any, are z + K t; those in the closed regions satisfy a t + b >= 0."""
    solved = affine_solutions(system, constant)
    if solved is None:
        return Periodic(Reality.VIRTUAL, (), None, word)
    start, kernel = solved.start, solved.kernel
    if len(kernel) > 2:
        return Periodic(Reality.UNDECIDED, (), None, word)
    inequalities = _inequalities(start, kernel, regions, word)
    ranges = [range_of(inequalities, coordinate, len(kernel)) for coordinate in range(len(kernel))]
    if any(r is None for r in ranges):
        return Periodic(Reality.VIRTUAL, (), None, word)
    bounds = [r for r in ranges if r is not None]
    single = [low for low, high in bounds if low is not None and low == high]
    if len(single) == len(kernel):
        for value, direction in zip(single, kernel, strict=True):
            start = start + direction * value
        return _decided(start, regions, matrix, word)
    tight = tightest(inequalities)
    for slope, value in tight.items():
        if tight.get(tuple(-a for a in slope)) == -value:  # no wider than a line: it is one more equation
            row = fmpq_mat([list(solved.spread(slope))])
            return _singular(_below(system, row), _below(constant, fmpq_mat([[-value]])), matrix, regions, word)
    continuum = Continuum(
        len(kernel),
        _common_period(start, kernel, regions),
        tuple(_states_of(start, kernel, inequalities, bounds[0])),
        tuple(solved.equations),
        tuple((solved.spread(slope), value) for slope, value in tight.items()),
    )
    return Periodic(Reality.CONTINUUM, (), matrix, word, continuum)


def _below(matrix: fmpq_mat, row: fmpq_mat) -> fmpq_mat:
    return fmpq_mat([*matrix.tolist(), *row.tolist()])


def _states_of(
    start: fmpq_mat, kernel: Sequence[fmpq_mat], inequalities: Sequence[Affine], first: tuple[fmpq | None, fmpq | None]
) -> list[fmpq_mat]:
    """The ends of start + K t with a t + b >= 0 where K is a column, or one state; `first` is the range of t_1."""
    if len(kernel) == 1:
        return [start + kernel[0] * end for end in first if end is not None] or [start]
    t = _nearest_to_zero(*first)
    # t_1 is taken from the projection of the set, so the inequalities leave a value of t_2.
    second = range_of([(a[1:], a[0] * t + b) for a, b in inequalities], 0, 1)
    assert second is not None, "the range of one coordinate is the projection of the set"
    return [start + kernel[0] * t + kernel[1] * _nearest_to_zero(*second)]


def _nearest_to_zero(low: fmpq | None, high: fmpq | None) -> fmpq:
    if low is not None and low > 0:
        return low
    return high if high is not None and high < 0 else fmpq(0)


def _common_period(start: fmpq_mat, kernel: Sequence[fmpq_mat], regions: Sequence[RationalRegion]) -> int:
    """The smallest divisor d of the length of the word such that d steps fix every point of start + span kernel.

    The word need not repeat itself after d steps: states on a border lie in the closed regions of several patterns.
    """
    z, moved = start, list(kernel)
    for step, region in enumerate(regions[:-1], 1):
        z, moved = region.J * z + region.c, [region.J * d for d in moved]
        if len(regions) % step == 0 and z == start and moved == list(kernel):
            return step
    return len(regions)


def _inequalities(
    start: fmpq_mat, kernel: list[fmpq_mat], regions: Sequence[RationalRegion], word: Word
) -> list[Affine]:
    """(a, b) of the inequalities a t + b >= 0: the margins of all steps, with the sign that the word asks for."""
    result = []
    z, moved = start, kernel
    for region, pattern in zip(regions, word, strict=True):
        value, slopes = (region.G * z + region.g).entries(), [(region.G * d).entries() for d in moved]
        for i, active in enumerate(pattern):
            sign = 1 if active else -1
            result.append((tuple(sign * slope[i] for slope in slopes), sign * value[i]))
        z, moved = region.J * z + region.c, [region.J * d for d in moved]
    return result
