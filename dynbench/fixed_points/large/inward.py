"""A box that a leaky network with bounded activation enters, in matrix form.

Let G(x) = -a x + h(x) with a > 0 and |h_i(x)| <= H for all states x, by the enclosure of h over the whole space. On the
boundary of every box |x_i| <= r with a r > H the field points inward, so all zeros of G lie inside, and their indices
add up to 1 (Poincare-Hopf; for a map, with G = F - id, Lefschetz).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.matrices import MatrixForm, MatrixKernel
from dynbench.symbolic.matrices.enclosures import INTERVALS, broadcast
from dynbench.symbolic.matrices.nodes import add, mul, ones, split

__all__ = ["entered_radius"]


def entered_radius(form: MatrixForm) -> tuple[float | None, str]:
    """The radius r of a box |x_i| <= r that G is proved to enter, and the argument; None, and why not."""
    terms = list(_terms(form.expression))
    own = [coefficient for coefficient, factors in terms if factors == (form.state,)]
    others = [mul(coefficient, *factors) for coefficient, factors in terms if factors != (form.state,)]
    leak = -sum(own, sp.S.Zero)
    if not leak.is_positive:
        return None, "no state is seen to leak"
    n = int(form.state.shape[0])
    bound = 0.0
    if others:
        whole = Interval(np.full(n, -np.inf), np.full(n, np.inf))
        (value,) = MatrixKernel((add(*others),), (form.state,), form.values, INTERVALS)(whole)
        value = broadcast(value, (n,))
        if not np.all(value.defined):
            return None, "the equations are not seen to be defined on the whole space"
        bound = float(value.mag.max())
    if not np.isfinite(bound):
        return None, "what drives the states is not seen to be bounded"
    ((rate),) = MatrixKernel((mul(leak, ones((sp.S.One, sp.S.One))),), (), {}, INTERVALS)()
    radius = float(np.nextafter((Interval(bound) / rate).mag.max(), np.inf)) * 1.01 + 1e-3
    text = (
        f"every state leaks at the rate {leak} and is driven by at most {bound:.4g}, so the field points inward on "
        f"|x_i| = {radius:.4g}"
    )
    return radius, text


def _terms(e: MatrixExpr) -> Iterator[tuple[sp.Expr, tuple[MatrixExpr, ...]]]:
    """The terms of a sum, each a scalar and its matrices; a scalar in front of a sum goes to each of its terms."""
    for term in e.args if isinstance(e, sp.MatAdd) else (e,):
        coefficient, factors = split(term)
        if len(factors) == 1 and isinstance(factors[0], sp.MatAdd):
            yield from ((coefficient * inner, rest) for inner, rest in _terms(factors[0]))
        else:
            yield coefficient, factors
