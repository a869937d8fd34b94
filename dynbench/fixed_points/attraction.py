"""Ellipsoids that are proved to lie in the basin of a stable fixed point.

Let x* be a fixed point within distance rho of c (sup norm), B the box |x - c| <= r, and P positive definite. Suppose
that for every matrix A in a convex set that holds F' on B (flows) P A + A^T P is negative definite, or (maps)
A^T P A - P is. For x in B the mean value theorem gives F(x) - F(x*) = A (x - x*) with such an A, the mean of F' along
the segment, so V(x) = (x - x*)^T P (x - x*) falls along the orbit as long as it stays in B and x is not x*. A sublevel
set of V that lies in B is then invariant, and every orbit in it converges to x* (Lyapunov's direct method; LaSalle).
{V <= v} lies in B if sqrt(v (P^-1)_ii) + rho <= r for all i, and {(x - c)^T P (x - c) <= level} lies in {V <= v} if
sqrt(level) + rho sqrt(sum |P_ij|) <= sqrt(v), the triangle inequality in the norm of P.

The inequalities are checked in ball arithmetic, the definiteness by a Cholesky decomposition of the matrix of balls.
Assumption: python-flint's (Arb's) arithmetic is correct. The enclosures of F' cover the one-sided derivatives at kinks,
and a jump makes them infinite, so the mean value theorem holds wherever they are finite on B.

References
----------
H. K. Khalil, Nonlinear Systems (2002), theorems 4.1 and 4.4 and section 8.2: estimates of the region of attraction.
"""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from flint import arb, arb_mat, ctx
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states, brief, readonly
from dynbench.errors import InputError
from dynbench.fixed_points.large import is_large
from dynbench.fixed_points.records import FixedPoint, Verdict
from dynbench.fixed_points.vicinity import Vicinity
from dynbench.symbolic.balls import ball_around, lower, upper
from dynbench.systems import System, as_system

__all__ = ["AttractionBall", "attraction_ball", "proved_ellipsoid", "repulsion_ball"]

Array = NDArray[np.float64]

_PRECISION = 128
#: No box wider than this multiple of the scale of the state is tried.
_WIDEST = 2.0**20
#: Boxes closer than this ratio are not told apart.
_RATIO = 1.05
_EPS = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class AttractionBall:
    """An ellipsoid around a stable fixed point x* that is proved to lie in its basin.

    Attributes
    ----------
    matrix : (n, n) array
        P, symmetric and positive definite, exactly these doubles.
    radius : float
        r: in the box |x - center| <= r (sup norm) the quadratic form V(x) = (x - x*)^T P (x - x*) is proved to
        fall along orbits.
    level : float
        Every x with (x - center)^T P (x - center) <= level is proved to converge to x*.
    center : (n,) array
        The centre of the point's certificate, exactly these doubles.
    """

    matrix: Array
    radius: float
    level: float
    center: Array

    def __repr__(self) -> str:
        return f"AttractionBall(center={brief(self.center)}, radius={self.radius:.3g}, level={self.level:.3g})"

    def holds(self, x: ArrayLike) -> NDArray[np.bool_]:
        """Whether states `x` of shape (..., n) lie in the ellipsoid, rounding on the safe side.

        Parameters
        ----------
        x : (..., n) array
            States; nan lies nowhere.
        """
        offset = as_states(x, len(self.center), name="x", finite=False) - self.center
        with np.errstate(all="ignore"):
            value = np.einsum("...i,ij,...j->...", offset, self.matrix, offset)
            size = np.einsum("...i,ij,...j->...", np.abs(offset), np.abs(self.matrix), np.abs(offset))
            return np.asarray(value + 8 * len(self.center) * _EPS * size <= self.level)


def attraction_ball(system: System, point: FixedPoint) -> AttractionBall | None:
    """Prove an ellipsoid around a stable fixed point to lie in its basin.

    Parameters
    ----------
    system : System
        The system, with a value for every parameter.
    point : FixedPoint
        One of its fixed points.

    Returns
    -------
    AttractionBall or None
        None where the point is not certified as stable, or nothing could be proved. For matrix forms of more than 30
        states it is not tried: definiteness takes n**3 operations with balls for each radius.

    Raises
    ------
    InputError
        If `point` is no fixed point of a system of this dimension.
    """
    _check(system, point)
    if is_large(system) or point.certificate is None or point.certificate.stability != (system.dimension, 0, 0):
        return None
    return _ellipsoid(system, point, 1)


def repulsion_ball(system: System, point: FixedPoint) -> AttractionBall | None:
    """As `attraction_ball`, of a source of a flow and in backward time: orbits there come from the point.

    Parameters
    ----------
    system : System
        A flow.
    point : FixedPoint
        One of its fixed points.

    Returns
    -------
    AttractionBall or None
        None for maps, where the point is not certified as repelling, or where nothing could be proved.

    Raises
    ------
    InputError
        If `point` is no fixed point of a system of this dimension.
    """
    _check(system, point)
    if is_large(system) or system.kind == "map" or point.certificate is None:
        return None
    return _ellipsoid(system, point, -1) if point.certificate.stability == (0, 0, system.dimension) else None


def _check(system: System, point: FixedPoint) -> None:
    if not isinstance(point, FixedPoint) or len(point.x) != as_system(system).dimension:
        raise InputError(f"point is {point!r:.60}; expected a FixedPoint of a system with {system.dimension} states.")


def _ellipsoid(system: System, point: FixedPoint, direction: int) -> AttractionBall | None:
    """The largest ellipsoid that could be proved; direction -1 is backward time."""
    certificate = point.certificate
    if certificate is None or certificate.verdict is not Verdict.FIXED_POINT or certificate.radius is None:
        return None
    return proved_ellipsoid(system, certificate.center, certificate.radius, direction)


def proved_ellipsoid(system: Vicinity, center: Array, gap: float, direction: int = 1) -> AttractionBall | None:
    """The largest ellipsoid that could be proved to lie in the basin of a fixed point.

    Parameters
    ----------
    system : Vicinity
        A system, or what has its derivatives in doubles and in balls, such as an iterate of a map.
    center : (n,) array
        A state near the fixed point.
    gap : float
        A fixed point is proved to lie within this distance of it (sup norm).
    direction : int
        -1 for backward time.
    """
    matrix = _lyapunov_matrix(system, center, direction)
    if matrix is None:
        return None
    with ctx.workprec(_PRECISION):
        exact = [arb(float(value)) for value in center]
        radius = _widest(system, matrix, exact, gap, direction)
        level = _level(matrix, radius, gap)
    if not level > 0:
        return None
    return AttractionBall(readonly(matrix), radius, level, readonly(center))


def _lyapunov_matrix(system: Vicinity, x: Array, direction: int) -> Array | None:
    """P with P J + J^T P = -1 (flows) or J^T P J - P = -1 (maps) up to rounding; None where it is not to be had."""
    jacobian = direction * system.jacobian_at(x)
    if not np.isfinite(jacobian).all():
        return None
    identity = np.eye(len(x))
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", scipy.linalg.LinAlgWarning)  # whether P is any good is proved later
            if system.kind == "map":
                matrix = scipy.linalg.solve_discrete_lyapunov(jacobian.T, identity)
            else:
                matrix = scipy.linalg.solve_continuous_lyapunov(jacobian.T, -identity)
    except np.linalg.LinAlgError:
        return None
    matrix = (matrix + matrix.T) / 2
    return matrix if np.isfinite(matrix).all() else None


def _widest(system: Vicinity, matrix: Array, center: Sequence[arb], start: float, direction: int) -> float:
    """The largest radius, to a few per cent, of a box in which V is shown to fall; 0 where none was found."""
    scale = max(1.0, *(abs(float(value)) for value in center))
    low, high = max(4 * start, 2.0**-40 * scale), min(_WIDEST * scale, sys.float_info.max)
    if not _falls(system, matrix, center, low, direction):
        return 0.0
    if _falls(system, matrix, center, high, direction):
        return high
    while high > _RATIO * low:
        middle = math.sqrt(low) * math.sqrt(high)
        low, high = (middle, high) if _falls(system, matrix, center, middle, direction) else (low, middle)
    return low


def _falls(system: Vicinity, matrix: Array, center: Sequence[arb], radius: float, direction: int) -> bool:
    """Whether V is proved to fall in the box of this radius."""
    box = ball_around(center, radius)
    jacobian = system.ball_jacobian(box)
    defined = all(value.is_finite() for value in (*system.ball_residual(box), *jacobian.entries()))
    if not defined:
        return False
    form = arb_mat(matrix.tolist())
    if system.kind == "map":
        return _positive_definite(form - jacobian.transpose() * form * jacobian)
    product = form * jacobian
    return _positive_definite((product + product.transpose()) * -direction)


def _positive_definite(matrix: arb_mat) -> bool:
    """Whether every symmetric matrix in a matrix of balls is shown to be positive definite, by elimination."""
    rows = matrix.tolist()
    n = len(rows)
    for k in range(n):
        if not rows[k][k] > 0:
            return False
        for i in range(k + 1, n):
            for j in range(i, n):
                rows[i][j] = rows[j][i] = rows[i][j] - rows[k][i] * rows[k][j] / rows[k][k]
    return True


def _level(matrix: Array, radius: float, gap: float) -> float:
    """The level of the module's docstring, rounded down; 0 where there is none. `gap` is rho."""
    form = arb_mat(matrix.tolist())
    if not (radius > gap and _positive_definite(form)):
        return 0.0
    try:
        inverse = form.inv()
    except ZeroDivisionError:
        return 0.0
    widest = max(upper(inverse[i, i]) for i in range(len(matrix)))
    reach = (arb(radius) - arb(gap)) / arb(widest).sqrt()
    shift = arb(gap) * sum((abs(entry) for entry in form.entries()), arb(0)).sqrt()
    left = reach - shift
    return max(lower(left * left), 0.0) if left > 0 else 0.0
