"""True centres: a fixed point at which a conserved quantity has a strict extremum."""

from __future__ import annotations

import sympy as sp
from flint import arb, arb_mat, ctx
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.fixed_points.certificates import PRECISION
from dynbench.fixed_points.records import Certificate
from dynbench.symbolic.balls import ball_around
from dynbench.symbolic.calculus import hessian
from dynbench.symbolic.kernels import BallKernel
from dynbench.systems import System

__all__ = ["definite_invariant"]


def definite_invariant(system: System, certificate: Certificate) -> sp.Expr | None:
    """A conserved quantity of a flow whose Hessian is proved definite at the certified fixed point, or None.

    If H is conserved then J^T grad H = 0 at a fixed point, and so grad H = 0 where J is invertible, as it is at a
    certified point. With a definite Hessian the level sets of H around the point are spheres that no orbit
    leaves: the point is stable, every eigenvalue is imaginary, and in the plane it is a centre (Strogatz,
    Nonlinear Dynamics and Chaos, theorem 6.5.1).
    """
    if system.kind != "flow" or certificate.radius is None:
        return None
    with ctx.workprec(PRECISION):
        point = ball_around(certificate.center, certificate.radius)
        for invariant in system.invariants():
            if isinstance(invariant.expression, MatrixExpr):
                continue  # of many states: its Hessian is not written out
            expression = invariant.expression.subs(system.expand().exact_parameters)
            second = hessian([expression], system.states)
            entries = BallKernel(tuple(sp.flatten(second)), system.states)(point)
            if _definite(entries, system.dimension):
                return invariant.expression
    return None


def _definite(entries: list[arb], n: int) -> bool:
    """Sylvester's criterion, for the matrix and for its negative."""
    matrix = arb_mat(n, n, entries)
    return any(
        all(arb_mat([row[:k] for row in (sign * matrix).tolist()[:k]]).det() > 0 for k in range(1, n + 1))
        for sign in (1, -1)
    )
