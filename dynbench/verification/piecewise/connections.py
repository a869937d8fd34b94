"""Homoclinic and heteroclinic orbits of piecewise-linear maps: their proofs made again, in exact numbers or in balls.

With x_0, ..., x_{k-1} the cycle that the orbit comes from and A the product of the matrices at its states, A v =
lambda v and |lambda| > 1; with y_0, B and mu, w B = mu w, the same of the cycle that it goes to. The orbit starts at
q_0 = x_0 + t v and makes N steps to q_N. What is checked is

1. that both are cycles off the borders, with one unstable multiplier each, none central, and regular matrices;
2. its past: x_i + t lambda^-m M_i v lies in the region of x_i for m = 1, 2, M_i the product of the first i matrices. A
   region is convex and t lambda^-m v for m > 2 lies between these two and zero: so F maps each of these states to the
   next for all m, and they tend to the cycle backward in time;
3. its steps: no q_j lies on a border;
4. its future: w (q_N - y_0) = 0, and the states of all later turns lie in the regions of y_i (in the plane those of two
   turns decide, as in the past; else turns are followed until a bound of all later ones is small enough);
5. that q_N is not y_0, t not zero, and w J v not zero, J the product of the matrices on the way: it crosses the
   stable manifold transversally.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import Any, NamedTuple

from flint import arb, arb_mat, fmpq, fmpq_mat

from dynbench.verification.piecewise.claims import Word
from dynbench.verification.piecewise.orbits import Orbit, multipliers_of
from dynbench.verification.piecewise.rows import Piece, Rectified
from dynbench.verification.piecewise.surds import Surd

__all__ = ["Broken", "Connection", "End", "ball_end", "connect", "exact_end", "start_of"]

#: Turns around the target after which its local stable manifold is given up.
_TURNS = 400


class Broken(Exception):
    """A condition of the proof does not hold; `refuted` where it is shown not to, not only left open."""

    def __init__(self, message: str, *, refuted: bool) -> None:
        super().__init__(message)
        self.refuted = refuted


class End(NamedTuple):
    """A saddle cycle, its unstable multiplier, and eigenvectors from the right and from the left."""

    orbit: Orbit
    pieces: tuple[Piece, ...]
    multiplier: Any
    right: tuple[Any, ...]
    left: tuple[Any, ...]


class Connection(NamedTuple):
    """What was found along the way.

    Attributes
    ----------
    states : list of lists of numbers
        q_0, ..., q_N.
    slopes : list of lists of numbers
        The unstable manifold's direction at each.
    stable : list of lists of numbers
        The stable manifold's direction at each, in the plane; else empty.
    transversality : number
        w J v.
    margin : float
        The smallest margin met, rounded.
    """

    states: list[list[Any]]
    slopes: list[list[Any]]
    stable: list[list[Any]]
    transversality: Any
    margin: float


def exact_end(system: Rectified, orbit: Orbit, d: fmpq) -> End:
    """The end at a saddle cycle in the plane whose multipliers lie in QQ(sqrt(d))."""
    matrix = orbit.derivative
    trace, det = matrix[0, 0] + matrix[1, 1], matrix.det()
    root = _root(trace * trace - det * 4, d)
    unstable, stable = ((root * s + trace) * fmpq(1, 2) for s in ((1, -1) if trace > 0 else (-1, 1)))
    if not (unstable * unstable > 1 and stable * stable < 1):
        raise Broken("a cycle is no saddle", refuted=True)
    # (A - unstable)(A - stable) = 0: what is not zero of A - stable are eigenvectors of the unstable multiplier.
    rest = [[(stable * 0 if i != j else -stable) + matrix[i, j] for j in range(2)] for i in range(2)]
    right = next(column for column in zip(*rest, strict=True) if any(map(_nonzero, column)))
    return _end(system, orbit, unstable, right, next(row for row in rest if any(map(_nonzero, row))))


def _root(number: fmpq, d: fmpq) -> Surd:
    """The square root of a rational number in QQ(sqrt(d))."""
    for square, place in ((number, 0), (number / d, 1)):
        p, q = int(square.p), int(square.q)
        if p >= 0 and isqrt(p) ** 2 == p and isqrt(q) ** 2 == q:
            root = fmpq(isqrt(p), isqrt(q))
            return Surd(root, fmpq(0), d) if place == 0 else Surd(fmpq(0), root, d)
    raise Broken("the multipliers of a cycle do not lie in the field that is stated", refuted=True)


def ball_end(system: Rectified, orbit: Orbit) -> End:
    """The end at a cycle with exactly one unstable multiplier, enclosed, in any dimension."""
    matrix, n = orbit.derivative, system.dimension
    roots = multipliers_of(matrix)
    if roots.stability() != (n - 1, 0, 1):
        raise Broken("the cycle is not shown to have one unstable multiplier and no central one", refuted=False)
    multiplier = next(e.real for e in roots.enclosures if abs(e) > 1)
    # The adjugate of lambda - A is a polynomial in A whose columns and rows are eigenvectors of a simple lambda.
    coefficients = matrix.charpoly().coeffs()
    adjugate, power = arb_mat(n, n), arb(1)
    for j in range(n):
        part, factor = fmpq_mat(n, n), _identity(n)
        for i in range(j + 1, n + 1):
            part, factor = part + factor * coefficients[i], factor * matrix
        adjugate, power = adjugate + arb_mat(part) * power, power * multiplier
    places = [(i, j) for i in range(n) for j in range(n)]
    row, column = max(places, key=lambda place: float(abs(adjugate[place]).mid()))
    right = [adjugate[i, column] for i in range(n)]
    return _end(system, orbit, multiplier, right, [adjugate[row, j] for j in range(n)])


def _end(system: Rectified, orbit: Orbit, multiplier: Any, right: Sequence[Any], left: Sequence[Any]) -> End:
    pieces = tuple(system.piece(pattern) for pattern in orbit.patterns)
    if orbit.on_border or any(p.J.det() == 0 for p in pieces):
        raise Broken("a state of the cycle lies on a border, or its matrix is singular", refuted=True)
    return End(orbit, pieces, multiplier, tuple(right), tuple(left))


def start_of(form: Rectified, source: End, target: End, word: Word) -> Any:
    """The t for which the orbit of x_0 + t v with this word ends on the stable subspace of the target."""
    state: list[Any] = list(source.orbit.states[0])
    slope: list[Any] = list(source.right)
    for pattern in word:
        piece = form.piece(pattern)
        state = [e + c for e, c in zip(_applied(piece.J, state), piece.c.entries(), strict=True)]
        slope = _applied(piece.J, slope)
    crossing = _dot(target.left, slope)
    if not _nonzero(crossing):
        raise Broken("it is not shown to cross the stable manifold transversally", refuted=False)
    return _dot(target.left, [y - q for y, q in zip(target.orbit.states[0], state, strict=True)]) / crossing


def connect(system: Rectified, source: End, target: End, t: Any, steps: int) -> Connection:
    """Follow the orbit from x_0 + t v and check every condition.

    Raises
    ------
    Broken
        If one does not hold.
    """
    if not _nonzero(t):
        raise Broken("t is zero", refuted=_is_exact(t))
    back = t / source.multiplier
    margin = min(_turn(source, [f * v for v in source.right]) for f in (back, back / source.multiplier))
    start = [x + t * v for x, v in zip(source.orbit.states[0], source.right, strict=True)]
    states, slopes, matrices = [start], [list(source.right)], []
    for _ in range(steps):
        margins = system.margins(states[-1])
        if not all(map(_nonzero, margins)):
            raise Broken("a state of the orbit is not shown to lie off the borders", refuted=_is_exact(t))
        piece = system.piece([bool(m > 0) for m in margins])
        if piece.J.det() == 0:
            raise Broken("a matrix on the way is singular", refuted=True)
        margin = min(margin, *(abs(float(m)) for m in margins))
        states.append([e + c for e, c in zip(_applied(piece.J, states[-1]), piece.c.entries(), strict=True)])
        slopes.append(_applied(piece.J, slopes[-1]))
        matrices.append(piece.J)
    offset = [q - y for q, y in zip(states[-1], target.orbit.states[0], strict=True)]
    apart, crossing = _dot(target.left, offset), _dot(target.left, slopes[-1])
    if _nonzero(apart):
        raise Broken("it does not end on the stable subspace of its target", refuted=True)
    if not any(map(_nonzero, offset)) or not _nonzero(crossing):
        raise Broken("it is not shown to cross the stable manifold transversally", refuted=_is_exact(t))
    margin = min(margin, _future(target, offset))
    stable = [offset] if len(offset) == 2 else []
    for matrix in reversed(matrices if stable else []):
        stable.insert(0, _applied(matrix.inv(), stable[0]))
    return Connection(states, slopes, stable, crossing, margin)


def _turn(end: End, offset: Sequence[Any]) -> float:
    """The smallest margin along a turn from x_0 + offset, by the matrices of the cycle's own regions.

    Raises
    ------
    Broken
        If a state is not shown to lie in the region of the cycle's state.
    """
    least, offset = float("inf"), list(offset)
    for x, pattern, piece in zip(end.orbit.states, end.orbit.patterns, end.pieces, strict=True):
        state = [a + b for a, b in zip(x, offset, strict=True)]
        for active, row, constant in zip(pattern, piece.G, piece.g, strict=True):
            m = _dot(row, state) + constant
            if not (m > 0 if active else m < 0):
                raise Broken("a state near a cycle is not shown to lie in its region", refuted=_is_exact(m))
            least = min(least, abs(float(m)))
        offset = _applied(piece.J, offset)
    return least


def _future(target: End, offset: list[Any]) -> float:
    if len(offset) == 2:
        return min(_turn(target, offset), _turn(target, _applied(target.orbit.derivative, offset)))
    n = len(offset)
    scale = target.multiplier / _dot(target.left, target.right)
    split = arb_mat([[scale * v * w for w in target.left] for v in target.right])
    stable = arb_mat(target.orbit.derivative) - split  # B, less its unstable part
    # All later offsets are bounded by the largest norm of a power of it, once one of them is a contraction.
    power, bound = stable, arb(1)
    for _ in range(_TURNS):
        size = _norm(power)
        bound = bound.max(size)
        if size < 1:
            break
        power = power * stable
    else:
        raise Broken("the stable part is not shown to contract", refuted=False)
    least, column = float("inf"), arb_mat([[e] for e in offset])
    for _ in range(_TURNS):
        entries = [column[i, 0] for i in range(n)]
        least = min(least, _turn(target, entries))
        column = stable * column
        reach = bound * max((abs(column[i, 0]).upper() for i in range(n)), key=float)
        if _stays(target, reach):
            return least
    raise Broken("the orbit is not shown to stay near its target", refuted=False)


def _stays(target: End, reach: arb) -> bool:
    """Whether every offset of entries up to `reach` keeps the whole turn in the regions of the cycle."""
    size = reach
    for x, piece in zip(target.orbit.states, target.pieces, strict=True):
        for row, constant in zip(piece.G, piece.g, strict=True):
            m = abs(sum((c * y for c, y in zip(row, x, strict=True)), constant))
            if not arb(m) > sum((abs(arb(c)) for c in row), arb(0)) * size:
                return False
        size = _norm(arb_mat(piece.J)) * size
    return True


def _norm(matrix: arb_mat) -> arb:
    """The maximum norm: the largest sum of a row."""
    rows = [sum((abs(matrix[i, j]) for j in range(matrix.ncols())), arb(0)).upper() for i in range(matrix.nrows())]
    largest = rows[0]
    for row in rows[1:]:
        largest = largest.max(row)
    return largest


def _nonzero(number: Any) -> bool:
    return bool(number > 0) or bool(number < 0)


def _is_exact(number: Any) -> bool:
    return not isinstance(number, arb)


def _dot(first: Sequence[Any], second: Sequence[Any]) -> Any:
    total: Any = fmpq(0)
    for a, b in zip(first, second, strict=True):
        total = b * a + total if isinstance(b, Surd | arb) else a * b + total
    return total


def _applied(matrix: fmpq_mat, vector: Sequence[Any]) -> list[Any]:
    return [_dot(row, vector) for row in matrix.tolist()]


def _identity(n: int) -> fmpq_mat:
    return fmpq_mat([[fmpq(int(i == j)) for j in range(n)] for i in range(n)])
