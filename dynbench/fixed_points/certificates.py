"""Proofs about one state, in the ball arithmetic of python-flint.

Existence and uniqueness. Let R be an approximate inverse of the Jacobian of G at c (G = F for a flow, F - id for a
map), Y >= |R G(c)| and Z(r) >= |I - R G'(x)| for all |x - c| <= r, sup norms. If Y + Z(r) r <= r and Z(r) < 1, then
x -> x - R G(x) maps the closed ball of radius r into itself and contracts, so exactly one fixed point lies in it
(Newton-Kantorovich in Krawczyk's form; R is invertible because Z < 1). No second one lies in any ball with Z < 1.

Eigenvalues. At the fixed point the Jacobian lies in a matrix of balls, whose eigenvalues python-flint encloses
(Rump's method, `acb_mat.eig`), or `dynbench.fixed_points.clusters` where they are multiple; the enclosures hold for
every matrix in the balls.

Of piecewise-linear systems with rational entries, what neither shows is tried in exact arithmetic, region by region:
`dynbench.fixed_points.regional`.

All of it is rigorous under one assumption: python-flint's (Arb's) arithmetic is correct.

References
----------
R. Krawczyk, Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken, Computing 4 (1969) 187-201.
F. Johansson, Arb: efficient arbitrary-precision midpoint-radius interval arithmetic, IEEE Trans. Comput. 66 (2017).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import numpy as np
from flint import arb, arb_mat, ctx
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states, readonly
from dynbench.errors import InputError
from dynbench.fixed_points.large import certify_large, is_large, polish_large
from dynbench.fixed_points.records import Certificate, Verdict
from dynbench.fixed_points.refinement import (
    Refined,
    contraction_bound,
    is_defined,
    narrowest,
    refine,
    residual_jacobian_ball,
)
from dynbench.fixed_points.regional import certify_regionally
from dynbench.fixed_points.spectrum import Spectrum, enclosed_spectrum
from dynbench.symbolic.balls import ball_around, upper
from dynbench.systems import System, as_system

__all__ = ["PRECISION", "certify", "excluded", "polished"]

#: Bits of the ball arithmetic. Refined roots are then exact to about 1e-70, and double eigenvalues to 1e-35.
PRECISION = 256
#: Bits in which a value that may vanish is looked at: the second tells exp(-2000) from 0.
_FINER = (PRECISION, 4096)
#: No radius is looked for beyond this multiple of the scale of the state.
_WIDEST = 2.0**40
#: Below this multiple of the scale, radii are not told apart.
_NARROWEST = 2.0**-60


def certify(system: System, x: ArrayLike, *, tolerance: float = 1e-6, precision: int = PRECISION) -> Certificate:
    """Prove what can be proved about one state, whether it is a fixed point or not.

    Parameters
    ----------
    system : System
        The system.
    x : (n,) array
        The state, taken as exactly these doubles.
    tolerance : float
        `x` stands for a fixed point if one is proved to lie within this distance, times max(1, max |x_i|).
    precision : int
        Bits of the ball arithmetic. Matrix forms of more than 30 states are certified in doubles with a-priori
        rounding bounds instead (`dynbench.fixed_points.large`). Where balls show nothing, as where regions of a
        piecewise-linear system meet, a proof in exact arithmetic is tried (`dynbench.fixed_points.regional`).

    Returns
    -------
    Certificate
        With verdict `Verdict.FIXED_POINT` (radius, uniqueness radius, index and eigenvalue enclosures),
        `Verdict.NO_FIXED_POINT` (the radius within which none lies) or `Verdict.UNDECIDED`.

    Raises
    ------
    InputError
        If `x` is not one finite state, or `precision` is below 53.
    """
    center = as_states(x, as_system(system).dimension, name="x")
    if precision < 53:
        raise InputError(f"precision is {precision}; at least 53 bits are needed.")
    if center.ndim != 1:
        raise InputError(f"x has shape {center.shape}, but one state of shape ({system.dimension},) was expected.")
    if is_large(system):
        proved = certify_large(system, center, tolerance=tolerance)
    else:
        with ctx.workprec(precision):
            proved = _in_balls(system, center, tolerance)
    scale = max(1.0, float(np.max(np.abs(center))))
    far = proved.exclusion_radius is not None and proved.exclusion_radius > tolerance * scale
    if far or proved.verdict is Verdict.FIXED_POINT:
        return proved
    return certify_regionally(system, center, tolerance=tolerance) or proved


def _in_balls(system: System, center: NDArray[np.float64], tolerance: float) -> Certificate:
    """What the inequalities of the module's docstring prove at the working precision."""
    scale = max(1.0, float(np.max(np.abs(center))))
    exact = [arb(float(value)) for value in center]
    refined = refine(system, exact)
    if refined is not None:
        distance = refined.distance(exact)
        if upper(distance) <= tolerance * scale:
            return _fixed_point(system, center, exact, refined, distance, scale)
    return _no_fixed_point(system, center, exact, scale)


def excluded(system: System, x: ArrayLike, radius: float) -> bool:
    """Whether it is proved, with matrices of balls, that no fixed point lies within `radius` (sup norm) of a state.

    It tells a root from a place where G is below the rounding of doubles, as where the gates of a cell are shut:
    (1 - z) (c - h) vanishes in doubles, and its Jacobian too, wherever z is within 1e-16 of 1.
    """
    state = [float(value) for value in as_states(x, system.dimension, name="x")]
    for bits in _FINER:
        with ctx.workprec(bits):
            center = [arb(value) for value in state]
            value, directions = _along(system, center)
            if len(directions) == len(center) and bits != _FINER[-1]:
                continue
            return _excludes(system, center, value, directions, arb(radius))
    return False


def polished(system: System, x: ArrayLike) -> NDArray[np.float64]:
    """The state nearest in doubles to the fixed point that Newton's method reaches from `x`; `x` where it fails."""
    start = as_states(x, system.dimension, name="x")
    if is_large(system):
        return polish_large(system, start)
    with ctx.workprec(PRECISION):
        refined = refine(system, [arb(float(value)) for value in start])
    if refined is None:
        return start
    nearest = np.array([float(value.mid()) for value in refined.center]) + 0.0
    return nearest if np.isfinite(nearest).all() else start


def _fixed_point(
    system: System, center: NDArray[np.float64], exact: list[arb], refined: Refined, distance: arb, scale: float
) -> Certificate:
    radius = upper(distance)
    if not contraction_bound(system, refined.inverse, exact, arb(radius).max(narrowest(exact))) < 1:
        return _undecided(center, f"a fixed point lies within {radius:.3g}, but it is not proved to be the only one")
    unique = _widest(lambda r: contraction_bound(system, refined.inverse, exact, arb(r)) < 1, radius, scale)
    determinant = (-residual_jacobian_ball(system, refined.ball)).det()
    return Certificate(
        center=readonly(center),
        verdict=Verdict.FIXED_POINT,
        radius=radius,
        uniqueness_radius=unique,
        index=1 if determinant > 0 else -1 if determinant < 0 else None,
        spectrum=_spectrum(system, refined),
        inverse=readonly([[float(entry) for entry in row] for row in refined.inverse.tolist()]),
        contraction=upper(refined.contraction),
        proof_radius=upper(refined.radius),
        inequality=(
            f"Y + Z r <= r at the point refined to {ctx.prec} bits, with Z = {upper(refined.contraction):.3g} < 1 and "
            f"r = {upper(refined.radius):.3g}; |I - R G'| < 1 within {unique:.3g} of the centre"
        ),
        precision=ctx.prec,
    )


def _undecided(center: NDArray[np.float64], reason: str) -> Certificate:
    return Certificate(readonly(center), Verdict.UNDECIDED, inequality=reason, precision=ctx.prec)


def _spectrum(system: System, refined: Refined) -> Spectrum | None:
    """Enclosures of the eigenvalues at the fixed point; None where the system may not be smooth there."""
    if any(not (g > 0 or g < 0) for g in system.ball_switching(refined.ball)):
        return None
    return enclosed_spectrum(system.ball_jacobian(refined.ball), system.kind)


def _no_fixed_point(system: System, center: NDArray[np.float64], exact: list[arb], scale: float) -> Certificate:
    value, directions = _along(system, exact)
    length = sum((component * component for component in value), arb(0)).sqrt()
    radius = _widest(lambda r: _excludes(system, exact, value, directions, arb(r)), 0.0, scale)
    if radius == 0:
        return _undecided(center, "neither inequality could be shown")
    return Certificate(
        center=readonly(center),
        verdict=Verdict.NO_FIXED_POINT,
        exclusion_radius=radius,
        inequality=f"|v.G(c)| > r |v^T G'(B_r)|_1 for a vector v, where |G(c)| = {upper(length):.3g}, r = {radius:.3g}",
        precision=ctx.prec,
    )


def _along(system: System, center: list[arb]) -> tuple[list[arb], list[list[arb]]]:
    """G at a state, and vectors along which it may be shown not to vanish: the axes and, last, that of G if not 0."""
    value = system.ball_residual(center)
    length = sum((component * component for component in value), arb(0)).sqrt()
    directions = [[arb(int(i == j)) for j in range(len(center))] for i in range(len(center))]
    if length > 0:
        directions.append([(component / length).mid() for component in value])
    return value, directions


def _excludes(system: System, center: list[arb], value: list[arb], directions: list[list[arb]], radius: arb) -> bool:
    """True where G is proved not to vanish within `radius`: directly, or by the mean value theorem along some v."""
    ball = ball_around(center, radius)
    if any(component > 0 or component < 0 for component in system.ball_residual(ball)):
        return True
    if not is_defined(system, ball):
        return False
    jacobian = residual_jacobian_ball(system, ball)
    for v in directions:
        along = sum((a * b for a, b in zip(v, value, strict=True)), arb(0))
        slopes = arb_mat(1, len(v), v) * jacobian
        if abs(along) > radius * sum((abs(slope) for slope in slopes.entries()), arb(0)):
            return True
    return False


def _widest(holds: Callable[[float], bool], start: float, scale: float) -> float:
    """The largest radius, to a few per cent, at which `holds` could be shown; `start`, where none larger could."""
    low, high = start, min(_WIDEST * scale, sys.float_info.max)
    if holds(high):
        return high
    while high > 1.05 * max(low, _NARROWEST * scale):
        middle = math.sqrt(max(low, _NARROWEST * scale)) * math.sqrt(high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
