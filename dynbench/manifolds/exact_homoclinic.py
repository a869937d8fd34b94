"""Proving that a piecewise-linear map has a transversal homoclinic or heteroclinic orbit of a given word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from flint import arb, arb_mat, ctx, fmpq, fmpq_mat

from dynbench.manifolds.exact_saddles import ExactSaddle, NotProved, apply, dot, shared_roots, strictly
from dynbench.manifolds.homoclinic_records import HomoclinicProof, Number
from dynbench.piecewise.quadratic import Quadratic
from dynbench.piecewise.rational import RationalForm, to_sympy
from dynbench.piecewise.words import Word

__all__ = ["prove_connection"]

#: Bits of the ball arithmetic where one quadratic field does not hold both saddles.
_BITS = 320
#: Turns around the target after which its local stable manifold is given up as too slow (more than two dimensions).
_TURNS = 400


@dataclass(frozen=True, eq=False)
class _End:
    """A saddle with the numbers of its unstable direction, exact or balls."""

    saddle: ExactSaddle
    multiplier: Any
    right: list[Any]
    left: list[Any]


def prove_connection(form: RationalForm, source: Word, target: Word, word: Word) -> tuple[HomoclinicProof, list[Any]]:
    """Prove that an orbit leads from the cycle with the word `source` along `word` to the cycle with the word `target`.

    Parameters
    ----------
    form : RationalForm
        A map.
    source, target : tuple of patterns
        The words of two saddle cycles, from the points on where the orbit leaves and where it arrives; the same cycle
        for a homoclinic orbit (its word may be rotated).
    word : tuple of patterns
        The word of the orbit between their local manifolds.

    Returns
    -------
    HomoclinicProof
        The proof: its docstring says what is proved.
    list
        The states q_0, ..., q_N, each a list of doubles.

    Raises
    ------
    NotProved
        If a condition of the proof does not hold; the message says which one.
    """
    first, last = ExactSaddle(form, source), ExactSaddle(form, target)
    if form.dimension == 2:
        roots = shared_roots(first.discriminant, last.discriminant)
        if roots is not None:
            ends = [
                _end(saddle, saddle.multipliers(root)[0]) for saddle, root in zip((first, last), roots, strict=True)
            ]
            return _prove(ends[0], ends[1], word, 0)
    with ctx.workprec(_BITS):
        return _prove(_end(first, first.enclosed_multiplier()), _end(last, last.enclosed_multiplier()), word, _BITS)


def _end(saddle: ExactSaddle, multiplier: Any) -> _End:
    return _End(saddle, multiplier, *saddle.eigenvectors(multiplier))


def _prove(source: _End, target: _End, word: Word, bits: int) -> tuple[HomoclinicProof, list[Any]]:
    form, start, end = source.saddle.form, source.saddle.points, target.saddle.points
    regions = [form.region(pattern) for pattern in word]
    slope, state = source.right, start[0]
    for region in regions:
        if region.J.det() == 0:
            raise NotProved("the map has a singular Jacobian on the orbit")
        slope, state = apply(region.J, slope), _affine(region, state)
    crossing = dot(target.left, slope)
    if not _nonzero(crossing):
        raise NotProved("the manifolds are not proved to cross transversally")
    t = dot(target.left, [y - q for y, q in zip(end[0], state, strict=True)]) / crossing
    if not _nonzero(t):
        raise NotProved("the orbit of this word is the cycle itself")
    orbit = [[x + t * v for x, v in zip(start[0], source.right, strict=True)]]
    margins = [_past(source, t)]
    for region, pattern in zip(regions, word, strict=True):
        margins.append(strictly(region, pattern, orbit[-1]))
        orbit.append(_affine(region, orbit[-1]))
    rest = [q - y for q, y in zip(orbit[-1], end[0], strict=True)]
    if not any(map(_nonzero, rest)):
        raise NotProved("the orbit arrives at the cycle after finitely many steps")
    margins.append(_future(target, rest))
    proof = HomoclinicProof(
        kind="homoclinic" if _same(source.saddle, target.saddle) else "heteroclinic",
        source=_rationals(start),
        target=_rationals(end),
        source_word=source.saddle.word,
        target_word=target.saddle.word,
        word=word,
        d=None if bits else to_sympy(source.multiplier.d),
        multiplier=_number(source.multiplier),
        direction=tuple(map(_number, source.right)),
        t=_number(t),
        covector=tuple(map(_number, target.left)),
        transversality=_number(crossing),
        margin=min(margins),
        precision=bits,
    )
    return proof, [[float(entry) for entry in q] for q in orbit]


def _affine(region: Any, state: Sequence[Any]) -> list[Any]:
    return [e + c for e, c in zip(apply(region.J, state), region.c.entries(), strict=True)]


def _past(source: _End, t: Any) -> float:
    """Margins of the states before the orbit's start: two turns back; those before lie between these and the cycle."""
    factor = t / source.multiplier
    return min(_around(source, factor), _around(source, factor / source.multiplier))


def _around(source: _End, factor: Any) -> float:
    return _turn(source.saddle, [factor * v for v in source.right])


def _turn(saddle: ExactSaddle, offset: Sequence[Any]) -> float:
    """Margins along one turn of the affine maps at a cycle, from x_0 + offset on."""
    least = float("inf")
    for point, region, pattern, turn in zip(saddle.points, saddle.regions, saddle.word, saddle.turns[:-1], strict=True):
        state = [x + e for x, e in zip(point, apply(turn, offset), strict=True)]
        least = min(least, strictly(region, pattern, state))
    return least


def _future(target: _End, rest: list[Any]) -> float:
    """Margins of the states after the orbit's end, all turns: of a vector `rest` in the stable eigenspace.

    In the plane, with the stable multiplier mu, the states of turn m lie between those of turns 0 and 1 and the cycle,
    as mu^m is between 0, 1 and mu. In more dimensions turns are followed, the unstable component projected away, until
    a bound of the norm of all later ones is below every margin of the cycle.
    """
    if len(rest) == 2:
        return min(_turn(target.saddle, rest), _turn(target.saddle, apply(target.saddle.turns[-1], rest)))
    stable = _stable_part(target)
    cycle, power = 1, stable
    while not _contracts(power):
        cycle, power = cycle + 1, power * stable
        if cycle > _TURNS:
            raise NotProved("the stable multipliers of the target are too near the unit circle")
    room, offset = _room(target.saddle), arb_mat([[e] for e in rest])
    least, near = float("inf"), 0
    for _ in range(_TURNS + cycle):
        least = min(least, _turn(target.saddle, offset.entries()))
        near = near + 1 if all(abs(e) < room for e in offset.entries()) else 0
        if near == cycle:  # no later one is larger than the one so many turns before it
            return least
        offset = stable * offset
    raise NotProved("the orbit is not proved to stay on the local stable manifold")


def _stable_part(target: _End) -> arb_mat:
    """The derivative along one turn, without its unstable component."""
    matrix = target.saddle.turns[-1]
    scale = target.multiplier / dot(target.left, target.right)
    places = range(matrix.nrows())
    return arb_mat([[matrix[i, j] - scale * target.right[i] * target.left[j] for j in places] for i in places])


def _contracts(matrix: arb_mat) -> bool:
    """Whether a matrix is proved to have a sup norm below 1."""
    return all(sum(map(abs, row), arb(0)) < 1 for row in matrix.tolist())


def _room(saddle: ExactSaddle) -> fmpq:
    """How large an offset (sup norm) from x_0 all points of the turn stay within their regions for."""
    room = []
    for point, region, turn in zip(saddle.points, saddle.regions, saddle.turns[:-1], strict=True):
        margins = (region.G * _column(point) + region.g).entries()
        sizes = [sum(map(abs, row), fmpq(0)) for row in (region.G * turn).tolist()]
        room += [abs(margin) / size for margin, size in zip(margins, sizes, strict=True) if size != 0]
    return min(room)


def _column(entries: Sequence[fmpq]) -> fmpq_mat:
    return fmpq_mat(len(entries), 1, list(entries))


def _nonzero(number: Any) -> bool:
    return bool(number > 0) or bool(number < 0)


def _same(first: ExactSaddle, second: ExactSaddle) -> bool:
    """Whether two cycles are one, up to where they begin."""
    return first.points[0] in second.points


def _rationals(points: Sequence[Sequence[fmpq]]) -> tuple[tuple[sp.Rational, ...], ...]:
    return tuple(tuple(map(to_sympy, point)) for point in points)


def _number(value: Any) -> Number:
    if isinstance(value, Quadratic):
        return to_sympy(value.a), to_sympy(value.b)
    if isinstance(value, fmpq):
        return to_sympy(value), sp.S.Zero
    return to_sympy(value.mid().fmpq()), to_sympy(value.rad().fmpq())
