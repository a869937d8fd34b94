"""All cycles of one period, by every word of patterns: what the claim that a list is complete is checked by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flint import fmpq, fmpq_mat

from dynbench.verification.piecewise.orbits import State
from dynbench.verification.piecewise.rows import Piece, Rectified
from dynbench.verification.piecewise.sieve import in_range, patterns_left

__all__ = ["MOST_WORDS", "Segment", "affordable", "all_cycles", "fixed_states", "segment_of", "solutions"]

#: So many words are gone through.
MOST_WORDS = 40_000
_MOST_BITS = 64
#: Patterns of so many units are looked at, for fixed points.
_MOST_UNITS = 20


class _Letter(NamedTuple):
    pattern: tuple[bool, ...]
    piece: Piece


class Segment(NamedTuple):
    """The states start + s along with low <= s <= high (None: no bound) and low < high."""

    start: fmpq_mat
    along: fmpq_mat
    low: fmpq | None
    high: fmpq | None

    def near(self, state: Sequence[fmpq]) -> State:
        """The state of it that is told from a given one by the coordinate that changes most along it."""
        i = max(range(len(state)), key=lambda j: abs(self.along[j, 0]))
        s = (state[i] - self.start[i, 0]) / self.along[i, 0]
        s = s if self.low is None else max(s, self.low)
        s = s if self.high is None else min(s, self.high)
        return tuple((self.start + self.along * s).entries())


class _Continuum(Exception):
    """A word has a segment of solutions in its regions, or, without one, a larger set that is not looked at."""

    def __init__(self, segment: Segment | None = None) -> None:
        super().__init__()
        self.segment = segment


def affordable(system: Rectified, period: int) -> bool:
    """Whether the words of a period are few enough to be gone through; those of period 1 mostly in doubles."""
    units = len(system.arguments)
    if period == 1 and _sieved(system):
        return units <= _MOST_UNITS
    return units * period <= _MOST_BITS and 2 ** (units * period) // period <= MOST_WORDS


def _sieved(system: Rectified) -> bool:
    """Whether most patterns can be told in doubles: no unit is within another, and no number too large or too small."""
    nested = any(i >= system.dimension for argument in system.arguments for i in argument.terms)
    return not nested and in_range(system)


def fixed_states(system: Rectified) -> set[State] | str:
    """Every fixed point, in the whole space; why they are not known, as a text."""
    if not _sieved(system):
        found = all_cycles(system, 1)
        return found if isinstance(found, str) else {state for states in found for state in states}
    states: set[State] = set()
    try:
        for pattern in patterns_left(system):
            solved = _solved([_Letter(pattern, system.piece(pattern))])
            states |= set(solved or ())
    except _Continuum:
        return "a pattern may have a continuum of fixed points"
    return states


def all_cycles(system: Rectified, period: int) -> set[frozenset[State]] | str:
    """The states of every cycle of primitive period `period`, in the whole space; why they are not known, as a text.

    The states of a cycle lie in the closed regions of some word of patterns and solve x = J x + c, the word's composed
    function. Rotations of a word have the same cycles. A word that repeats a shorter one has other solutions only
    where I - J has a lower rank than for fewer repetitions.
    """
    if period == 1 and _sieved(system):
        known = fixed_states(system)
        return known if isinstance(known, str) else {frozenset({state}) for state in known}
    size = len(system.arguments)
    patterns = [tuple(bool(number >> i & 1) for i in range(size)) for number in range(2**size)]
    alphabet = [_Letter(pattern, system.piece(pattern)) for pattern in patterns]
    found: set[frozenset[State]] = set()
    try:
        for length in (d for d in range(1, period + 1) if period % d == 0):
            for word in _necklaces(len(alphabet), length):
                if length < period and not _adds([alphabet[i] for i in word], period // length):
                    continue
                states = _solved([alphabet[i] for i in word] * (period // length))
                if states is not None and len(set(states)) == period:
                    found.add(frozenset(states))
    except _Continuum:
        return f"a word of {period} patterns may have a continuum of cycles"
    return found


def solutions(system: Rectified, pattern: Sequence[bool]) -> list[State] | None:
    """The fixed points in the closed region of a pattern; None where there may be infinitely many."""
    try:
        return _solved([_Letter(tuple(pattern), system.piece(pattern))]) or []
    except _Continuum:
        return None


def segment_of(system: Rectified, word: Sequence[tuple[bool, ...]]) -> Segment | None:
    """The states in the closed regions of a word that F^k fixes; None where these are no segment, ray or line.

    None also where a smaller number of steps, one that divides k, fixes all of them.
    """
    try:
        _solved([_Letter(pattern, system.piece(pattern)) for pattern in word])
    except _Continuum as found:
        return found.segment
    return None


def _adds(word: Sequence[_Letter], times: int) -> bool:
    """Whether so many repetitions of a word fix more states than any smaller number that divides them."""
    n = word[0].piece.J.nrows()
    J = _identity(n)
    for letter in word:
        J = letter.piece.J * J
    ranks, power = [], _identity(n)
    for _ in range(times):
        power = J * power
        ranks.append(int((_identity(n) - power).rref()[1]))
    return all(ranks[e - 1] > ranks[-1] for e in range(1, times) if times % e == 0)


def _identity(n: int) -> fmpq_mat:
    return fmpq_mat([[fmpq(int(i == j)) for j in range(n)] for i in range(n)])


def _solved(word: Sequence[_Letter]) -> list[State] | None:
    """The states in the closed regions of a word that F^k maps to themselves, where there is one such orbit.

    None also where all solutions have a smaller period: no cycle of k states is among them.
    """
    n = word[0].piece.J.nrows()
    J, c = _identity(n), fmpq_mat(n, 1)
    for letter in word:
        J, c = letter.piece.J * J, letter.piece.J * c + letter.piece.c
    matrix = _identity(n) - J
    if matrix.det() != 0:
        return _orbit(word, matrix.solve(c))
    reduced, rank = fmpq_mat([[*row, c[i, 0]] for i, row in enumerate(matrix.tolist())]).rref()
    pivots = [next(j for j in range(n + 1) if reduced[i, j] != 0) for i in range(rank)]
    if n in pivots:
        return None  # no solution
    start, kernel = fmpq_mat(n, 1), []
    for i, j in enumerate(pivots):
        start[j, 0] = reduced[i, n]
    for free in (j for j in range(n) if j not in pivots):
        kernel.append(fmpq_mat(n, 1))
        kernel[-1][free, 0] = fmpq(1)
        for i, j in enumerate(pivots):
            kernel[-1][j, 0] = -reduced[i, free]
    if _returns_early(word, start, kernel):
        return None
    if len(kernel) > 1:
        raise _Continuum
    share = _share(word, start, kernel[0])
    return None if share is None else _orbit(word, start + kernel[0] * share)


def _returns_early(word: Sequence[_Letter], start: fmpq_mat, kernel: Sequence[fmpq_mat]) -> bool:
    """Whether d < k steps of a word, d a divisor of k, fix every state of start + span kernel."""
    z, moved = start, list(kernel)
    for step, (_, piece) in enumerate(word[:-1], 1):
        z, moved = piece.J * z + piece.c, [piece.J * direction for direction in moved]
        if len(word) % step == 0 and z == start and moved == list(kernel):
            return True
    return False


def _share(word: Sequence[_Letter], start: fmpq_mat, along: fmpq_mat) -> fmpq | None:
    """The number s for which the orbit of start + s along stays in the closed regions; None where there is none."""
    low: fmpq | None = None
    high: fmpq | None = None
    first = Segment(start, along, None, None)
    for pattern, piece in word:
        for active, row, shift in zip(pattern, piece.G, piece.g, strict=True):
            sign = fmpq(1 if active else -1)
            value = sign * (_dot(row, start) + shift)
            slope = sign * _dot(row, along)
            if slope == 0:
                if value < 0:
                    return None
                continue
            bound = -value / slope
            if slope > 0:
                low = bound if low is None else max(low, bound)
            else:
                high = bound if high is None else min(high, bound)
        start, along = piece.J * start + piece.c, piece.J * along
    if low is None or high is None or low < high:
        raise _Continuum(first._replace(low=low, high=high))
    return low if low == high else None


def _orbit(word: Sequence[_Letter], start: fmpq_mat) -> list[State] | None:
    """The orbit of a state through the closed regions of a word; None where it leaves them."""
    states: list[State] = []
    for pattern, piece in word:
        for active, row, shift in zip(pattern, piece.G, piece.g, strict=True):
            margin = _dot(row, start) + shift
            if (margin < 0) if active else (margin > 0):
                return None
        states.append(tuple(start.entries()))
        start = piece.J * start + piece.c
    return states


def _dot(row: Sequence[fmpq], column: fmpq_mat) -> fmpq:
    return sum((c * column[j, 0] for j, c in enumerate(row) if c), fmpq(0))


def _necklaces(letters: int, length: int) -> Iterator[list[int]]:
    """Words that none of their rotations precedes and that repeat no shorter one (Duval's algorithm)."""
    word = [-1]
    while word:
        word[-1] += 1
        size = len(word)
        if size == length:
            yield word
        while len(word) < length:
            word.append(word[-size])
        while word and word[-1] == letters - 1:
            word.pop()
