"""A function of one variable, and its slopes, over many intervals of doubles."""

from __future__ import annotations

import math

import numpy as np
import sympy as sp
from flint import arb, ctx
from numpy.typing import NDArray

from dynbench.verification.enclosure import EMPTY, Enclosure, hull, meet
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
        In `SLOT` and numbers. Where it holds its variable more than once and is smooth, or smooth on both sides of 0,
        slopes are enclosed through its second derivative, too, which is sharper on small intervals.
    """

    def __init__(self, body: sp.Expr) -> None:
        self._function = Evaluator([body], (SLOT,))
        once = sum(part == SLOT for part in sp.preorder_traversal(body)) == 1
        smooth = not body.has(*_KINKS)
        self._whole = _Smooth(body) if smooth and not once else None
        sides = [] if smooth else [_on_side(body, sign) for sign in (-1, 1)]
        self._sides = tuple(_Smooth(side) for side in sides if not side.has(*_KINKS))

    def over(self, low: Array, high: Array) -> tuple[Array, Array, Array, Array, bool]:
        """Bounds of values and of slopes, and whether it is defined and continuous on every interval.

        Slopes are infinite where there is a jump.
        """
        ends = []
        continuous = True
        with ctx.workprec(_PRECISION):
            for a, b in zip(low.ravel().tolist(), high.ravel().tolist(), strict=True):
                if math.isnan(a) or math.isnan(b):
                    ends.append((math.nan,) * 4)
                    continuous = False
                    continue
                value, slope = self._over_one(Enclosure(arb(a), arb(b)))
                continuous = continuous and value is not EMPTY and value.continuous
                ends.append((float(value.lo), float(value.hi), float(slope.lo), float(slope.hi)))
        below, above, least, most = np.array(ends).T.reshape(4, *low.shape)
        down, upward = (lambda v: np.nextafter(v, -np.inf)), (lambda v: np.nextafter(v, np.inf))
        return down(below), upward(above), down(least), upward(most), continuous

    def _over_one(self, x: Enclosure) -> tuple[Enclosure, Enclosure]:
        jet = self._function.jets([x])[0]
        value, slope = jet.value, jet.gradient.get(0, _ZERO)
        if not (x.finite and value.finite and value.continuous):
            return value, slope
        if self._whole is not None:
            return self._whole.sharper(x, value, slope)
        if len(self._sides) == 2:
            return self._by_sides(x, value, slope)
        return value, slope

    def _by_sides(self, x: Enclosure, value: Enclosure, slope: Enclosure) -> tuple[Enclosure, Enclosure]:
        """Where the function is continuous, its slopes are those of the two sides."""
        left, right = self._sides
        if x.lo >= 0:
            return right.sharper(x, value, slope)
        if x.hi <= 0:
            return left.sharper(x, value, slope)
        slopes = [
            side.sharper(part, value, slope)[1]
            for side, part in ((left, Enclosure(x.lo, arb(0))), (right, Enclosure(arb(0), x.hi)))
        ]
        return value, hull(*slopes)


class _Smooth:
    """The first two derivatives of a smooth function; the first in two forms, of which either may be the sharper."""

    def __init__(self, body: sp.Expr) -> None:
        slope = body.diff(SLOT)
        self._value = Evaluator([body], (SLOT,))
        self._slopes = Evaluator([slope, sp.factor(slope)], (SLOT,))

    def sharper(self, x: Enclosure, value: Enclosure, slope: Enclosure) -> tuple[Enclosure, Enclosure]:
        """Value and slope over an interval, of which `value` and `slope` are known to be enclosures."""
        middle = Enclosure(x.mid, x.mid)
        forms = self._slopes.jets([x])
        if not all(form.value.continuous and form.value.finite for form in forms):
            return value, slope
        found = slope
        for form, at_middle in zip(forms, self._slopes.values([middle]), strict=True):
            found = meet(found, form.value)
            second = form.gradient.get(0, _ZERO)
            if second.finite and at_middle.finite:
                found = meet(found, at_middle + second * (x - middle))
        here = self._value.values([middle])[0]
        tight = value if found is EMPTY else meet(value, here + found * (x - middle))
        return (value, slope) if found is EMPTY or tight is EMPTY else (tight, found)


def _on_side(body: sp.Expr, sign: int) -> sp.Expr:
    """The function for arguments of one sign, 0 as their limit."""
    positive = sign > 0
    return body.subs(
        {
            sp.Abs(SLOT): sign * SLOT,
            sp.sign(SLOT): sp.Integer(sign),
            sp.Heaviside(SLOT): sp.Integer(positive),
            sp.Max(0, SLOT): SLOT if positive else sp.S.Zero,
            sp.Min(0, SLOT): sp.S.Zero if positive else SLOT,
        }
    )
