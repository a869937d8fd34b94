"""Proofs about fixed points of piecewise-linear systems, region by region, in exact rational arithmetic.

Where regions meet, the hull of their Jacobians may hold singular matrices, and the inequality of
`dynbench.fixed_points.certificates` shows nothing. Rational data need no inequality. Let G = F (flows) or F - id (maps)
and z a rational state with G(z) = 0, found by solving the affine equations of one region.

Isolation. A margin y_i that is not zero at z keeps its sign within |y_i(z)| / L_i of it, L_i a Lipschitz constant. So
within the least of these, R, there are states of no regions but those that agree with z in the margins that are not
zero there. If z is the only zero of G in each of these closed regions, it is the only one within R.

Index. G(z + d) is positively homogeneous in d near z, so the degree of -G around an isolated z is the sum of the signs
of det(-G') over the cones of regions in which -G takes a value b, for any b that is taken inside cones only and by
regular matrices. Where one region holds z it is the sign of det(-G'); where several do it may be any integer.

All of it is exact: the assumption is that python-flint's rational arithmetic is correct, and there is no rounding but
that of the bounds that are returned, outwards.

References
----------
S. Scholtes, Introduction to Piecewise Differentiable Equations (Springer 2012), chapter 2.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from flint import arb, arb_mat, ctx, fmpq, fmpq_mat
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.fixed_points.records import Certificate, Verdict
from dynbench.fixed_points.spectrum import Spectrum, enclosed_spectrum
from dynbench.piecewise import piecewise_linear
from dynbench.piecewise.periodic import Reality, solve_word
from dynbench.piecewise.rational import RationalForm, as_rationals
from dynbench.symbolic.balls import lower, upper
from dynbench.systems import System

__all__ = ["certify_regionally"]

Array = NDArray[np.float64]
Pattern = tuple[bool, ...]

#: Regions that meet at a point are gone through up to this many operations: one costs the cube of states or units, and
#: never less than so many.
_WORK, _LEAST = 10_000_000, 5_000
#: The zero near a state is looked for in so many of the regions around it.
_TRIED = 64
#: Right-hand sides b that are tried; all but those of a set of measure zero will do.
_VALUES = 5
#: Bits of the balls by which eigenvalues are enclosed and bounds are rounded.
_BITS = 256
#: Eigenvalues of more states are not enclosed.
_ENCLOSED = 30
#: The uniqueness radius of a point that no border limits, relative to the scale of the state.
_WIDEST = 2.0**40
_ZERO = fmpq(0)


class _Around(NamedTuple):
    """The zero, its patterns, and R; None where no border limits it."""

    state: fmpq_mat
    patterns: tuple[Pattern, ...]
    reach: fmpq | None


def certify_regionally(system: System, center: Array, *, tolerance: float = 1e-6) -> Certificate | None:
    """Prove a fixed point near a state of a piecewise-linear system to exist and to be isolated.

    Parameters
    ----------
    system : System
    center : (n,) array
        The state, taken as exactly these doubles.
    tolerance : float
        It stands for a fixed point within this distance, times max(1, max |x_i|).

    Returns
    -------
    Certificate or None
        None where the system is not recognised as piecewise linear with rational entries, no fixed point was found near
        the state, or none is proved to be the only one, as on a continuum; or where too many regions meet.
    """
    form = piecewise_linear(system)
    if form is None or max(form.dimension, form.units) ** 3 > _WORK or form.exact is None:
        return None
    scale = max(1.0, float(np.abs(center).max()))
    around = _around(form.exact, as_rationals(center), fmpq(*(tolerance * scale).as_integer_ratio()))
    if around is None or not _isolated(form.exact, around):
        return None
    return _certificate(form.exact, around, center, scale)


def _around(form: RationalForm, x: fmpq_mat, near: fmpq) -> _Around | None:
    """The zero of G within a distance of a state; None where none was found, or too many regions meet at it."""
    slopes = _slopes(form)
    state = next((z for z in _zeros(form, x, slopes, near) if _largest(z - x) <= near), None)
    if state is None:
        return None
    margins = form.margins(state).entries()
    open_ = [i for i, (y, slope) in enumerate(zip(margins, slopes, strict=True)) if y == 0 and slope != 0]
    if 2 ** len(open_) * max(form.dimension**3, form.units**3, _LEAST) > _WORK:
        return None
    steady = [abs(y) / slope for y, slope in zip(margins, slopes, strict=True) if y != 0 and slope != 0]
    return _Around(state, tuple(_patterns(margins, open_)), min(steady, default=None))


def _zeros(form: RationalForm, x: fmpq_mat, slopes: list[fmpq], near: fmpq) -> Iterator[fmpq_mat]:
    """Zeros of G in the closed regions around a state."""
    margins = form.margins(x).entries()
    open_ = [i for i, (y, slope) in enumerate(zip(margins, slopes, strict=True)) if abs(y) <= slope * near]
    open_.sort(key=lambda i: abs(margins[i]))
    for pattern in itertools.islice(_patterns(margins, open_), _TRIED):
        found = solve_word(form, (pattern,))
        if found.reality in (Reality.REAL, Reality.BORDER):
            yield found.points[0]


def _patterns(margins: list[fmpq], open_: list[int]) -> Iterator[Pattern]:
    """The patterns with the signs of margins but for those left open, the signs of all first."""
    base = [y > 0 for y in margins]
    for flipped in itertools.product((False, True), repeat=len(open_)):
        pattern = list(base)
        # The last ones vary fastest: of a sorted list those least in doubt should vary slowest.
        for i, flip in zip(reversed(open_), flipped, strict=True):
            pattern[i] ^= flip
        yield tuple(pattern)


def _slopes(form: RationalForm) -> list[fmpq]:
    """Lipschitz constants of the margins in the maximum norm; zero only where a margin is constant."""
    slopes: list[fmpq] = []
    for i in range(form.units):
        own = sum((abs(form.W2[i, j]) for j in range(form.dimension)), _ZERO)
        slopes.append(own + sum((abs(form.V[i, j]) * slopes[j] for j in range(i)), _ZERO))
    return slopes


def _isolated(form: RationalForm, around: _Around) -> bool:
    """Whether the state is shown to be the only zero of G in each closed region that it lies in."""
    return all(_alone(form, pattern) for pattern in around.patterns)


def _alone(form: RationalForm, pattern: Pattern) -> bool:
    """Whether there is one zero in a closed region; not looked at where the affine function has a plane of them."""
    if _minus_derivative(form, form.region(pattern).J).rank() < form.dimension - 1:
        return False
    return solve_word(form, (pattern,)).reality in (Reality.REAL, Reality.BORDER)


def _certificate(form: RationalForm, around: _Around, center: Array, scale: float) -> Certificate | None:
    gap = _largest(around.state - as_rationals(center))
    count = len(around.patterns)
    with ctx.workprec(_BITS):
        radius = upper(arb(gap))
        unique = _WIDEST * scale if around.reach is None else lower(arb(around.reach - gap))
        spectrum = _spectrum(form, around)
    unique = min(unique, _WIDEST * scale, sys.float_info.max)
    if not unique > radius:
        return None
    where = "one region holds it" if count == 1 else f"in each of the {count} patterns of regions that meet there"
    return Certificate(
        center=readonly(center),
        verdict=Verdict.FIXED_POINT,
        radius=radius,
        uniqueness_radius=unique,
        index=_index(form, around),
        spectrum=spectrum,
        inequality=(
            f"G = 0 exactly at a rational state within {radius:.3g} of the centre; {where}"
            f"{', and' if count == 1 else ''} it is the only zero of the affine function, "
            f"and no other border is within {unique:.3g} of the centre (exact rational arithmetic)"
        ),
        precision=0,
    )


def _spectrum(form: RationalForm, around: _Around) -> Spectrum | None:
    """Enclosures of the eigenvalues where one region holds the point; None for many states, which takes long."""
    if len(around.patterns) > 1 or form.dimension > _ENCLOSED:
        return None
    return enclosed_spectrum(arb_mat(form.region(around.patterns[0]).J), form.kind)


def _index(form: RationalForm, around: _Around) -> int | None:
    """The degree of -G around the zero; None where no value b that was tried tells it."""
    zero = [i for i, y in enumerate(form.margins(around.state).entries()) if y == 0]
    regions = [(pattern, form.region(pattern)) for pattern in around.patterns]
    parts = [(pattern, _minus_derivative(form, r.J), r.G) for pattern, r in regions]
    rng = np.random.default_rng(0)
    for _ in range(_VALUES):
        b = as_rationals(rng.integers(-(10**6), 10**6, form.dimension).astype(float))
        signs = [_sign_of_solution(matrix, G, pattern, zero, b) for pattern, matrix, G in parts]
        if None not in signs:
            return sum(sign for sign in signs if sign is not None)
    return None


def _minus_derivative(form: RationalForm, J: fmpq_mat) -> fmpq_mat:
    n = form.dimension
    identity = fmpq_mat(n, n, [fmpq(int(i == j)) for i in range(n) for j in range(n)])
    return -J if form.kind == "flow" else identity - J


def _sign_of_solution(matrix: fmpq_mat, G: fmpq_mat, pattern: Pattern, zero: list[int], b: fmpq_mat) -> int | None:
    """The sign of det M where M d = b in the open cone of a pattern, 0 where d is outside; None where b will not do."""
    try:
        d = matrix.solve(b)
    except ZeroDivisionError:
        n = matrix.nrows()
        joined = fmpq_mat(n, n + 1, [e for i in range(n) for e in (*matrix.tolist()[i], b[i, 0])])
        return 0 if joined.rank() > matrix.rank() else None
    on_a_border = False
    slopes = (G * d).entries()
    for i in zero:
        if slopes[i] == 0 and all(G[i, j] == 0 for j in range(G.ncols())):
            # The margin is zero on all of the region: the pattern with the unit inactive stands for both.
            if pattern[i]:
                return 0
        elif slopes[i] == 0:
            on_a_border = True
        elif (slopes[i] > 0) is not pattern[i]:
            return 0
    return None if on_a_border else 1 if matrix.det() > 0 else -1


def _largest(column: fmpq_mat) -> fmpq:
    return max((abs(e) for e in column.entries()), default=_ZERO)
