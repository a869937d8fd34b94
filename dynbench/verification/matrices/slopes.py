"""A function of one variable, and its slopes, over many intervals of doubles."""

from __future__ import annotations

import math

import numpy as np
import sympy as sp
from flint import arb, ctx
from numpy.typing import NDArray

from dynbench.verification.enclosure import EMPTY, Enclosure, meet
from dynbench.verification.evaluation import Evaluator
from dynbench.verification.matrices.system import SLOT

__all__ = ["UnaryFunction"]

Array = NDArray[np.float64]

_PRECISION = 80
_KINKS = (sp.Piecewise, sp.Max, sp.Min, sp.Abs, sp.sign, sp.Heaviside)
_ZERO = Enclosure(arb(0), arb(0))


class UnaryFunction:
    """A scalar function with its derivative.

    Parameters
    ----------
    body : sympy expression
        In `SLOT` and numbers. Where it holds its variable more than once and is smooth, slopes are enclosed through
        its second derivative, too, which is sharper on small intervals.
    """

    def __init__(self, body: sp.Expr) -> None:
        self._function = Evaluator([body], (SLOT,))
        smooth = not body.has(*_KINKS)
        once = sum(part == SLOT for part in sp.preorder_traversal(body)) == 1
        slope = body.diff(SLOT) if smooth and not once else None
        self._slope = None if slope is None else Evaluator([slope], (SLOT,))

    def over(self, low: Array, high: Array) -> tuple[Array, Array, Array, Array, bool]:
        """Bounds of values and of slopes, and whether it is defined and continuous on every interval.

        Slopes are infinite where there is a jump.
        """
        ends = []
        continuous = True
        with ctx.workprec(_PRECISION):
            for a, b in zip(low.ravel().tolist(), high.ravel().tolist(), strict=True):
                if math.isnan(a) or math.isnan(b):
                    return *(np.full(low.shape, np.nan) for _ in range(4)), False
                value, slope = self._over_one(Enclosure(arb(a), arb(b)))
                continuous = continuous and value is not EMPTY and value.continuous
                ends.append((float(value.lo), float(value.hi), float(slope.lo), float(slope.hi)))
        below, above, least, most = np.array(ends).T.reshape(4, *low.shape)
        down, upward = (lambda v: np.nextafter(v, -np.inf)), (lambda v: np.nextafter(v, np.inf))
        return down(below), upward(above), down(least), upward(most), continuous

    def _over_one(self, x: Enclosure) -> tuple[Enclosure, Enclosure]:
        jet = self._function.jets([x])[0]
        value, slope = jet.value, jet.gradient.get(0, _ZERO)
        if self._slope is not None and x.finite:
            value, slope = self._sharper(x, value, slope)
        return value, slope

    def _sharper(self, x: Enclosure, value: Enclosure, slope: Enclosure) -> tuple[Enclosure, Enclosure]:
        """Both by the mean value theorem, where it applies, beside what is known."""
        assert self._slope is not None, "called where there is one"
        middle = Enclosure(x.mid, x.mid)
        direct = self._slope.jets([x])[0]
        if not (direct.value.continuous and direct.value.finite and value.continuous):
            return value, slope
        found = meet(slope, direct.value)
        second = direct.gradient.get(0, _ZERO)
        at_middle = self._slope.values([middle])[0]
        if second.finite and at_middle.finite:
            found = meet(found, at_middle + second * (x - middle))
        here = self._function.values([middle])[0]
        tight = meet(value, here + found * (x - middle)) if found is not EMPTY else value
        if found is EMPTY or tight is EMPTY:
            return value, slope
        return tight, found
