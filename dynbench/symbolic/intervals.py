"""Batches of real intervals in outward-rounded doubles.

An `Interval` holds two float64 arrays, lower and upper bounds, and stands for as many intervals as they have
entries. Operators and the functions of this module return intervals that contain every value that the exact
operation takes on the operands; all of them are NumPy operations on whole batches.

What soundness rests on
-----------------------
1. ``+ - * /`` and ``sqrt`` on doubles are IEEE 754, rounded to nearest. A rounded result r is moved outward
   by |r| 2**-52, one ulp or more (and by the least subnormal number where it may have underflowed). The n-th
   power is a product of doubles, moved outward by (n + 1)/2 |r| 2**-52 + 2**-1022.
2. NumPy's ``sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh exp log power`` and
   SciPy's ``erf`` return doubles within 4 ulp of the exact value at their double arguments; where the exact
   value is below 2**-1022 in size they may return anything below that in size. Results are moved outward by
   5 * 2**-52 |r| + 2**-1022, then cut to the range of the function. This is an assumption: the libraries
   measure these errors (below 1 ulp nearly everywhere) but do not prove them. Where ``sin``, ``cos`` and
   ``tan`` turn is decided here, and beyond 2**30 their whole range is returned.

Whatever must be a proof is checked once more in ball arithmetic (`dynbench.symbolic.balls`), which does not
rest on the second assumption.

Undefined values
----------------
Where a function is undefined on part of its argument, the result encloses the values on the rest, and
`Interval.defined` is False there: a fixed-point theorem must not be applied to such an enclosure. Where it
is undefined on the whole of its argument, `Interval.empty` is True: the function takes no value there, so no
root either, and the bounds say nothing. Both marks pass through every operation; whoever puts a result
together by hand must keep them (`stack` does). Bounds are never NaN, lower ones never +inf, upper never -inf.

References
----------
R. E. Moore, R. B. Kearfott, M. J. Cloud: Introduction to Interval Analysis, SIAM 2009. The marks are a subset
of the decorations of IEEE Std 1788-2015 ("def", "trv" and the empty set).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import erf as _scipy_erf

from dynbench.symbolic._interval import (
    PARTLY,
    STEP,
    TINY,
    Bools,
    Floats,
    Interval,
    Operand,
    above,
    as_interval,
    below,
    constant,
    cut,
    grades,
    make,
    power_int,
    quiet,
    same_sign,
    stack,
    worst,
)

__all__ = [
    "Interval",
    "Truth",
    "absolute",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "constant",
    "cos",
    "cosh",
    "dirac",
    "equal",
    "erf",
    "exp",
    "heaviside",
    "less",
    "less_equal",
    "log",
    "logical_and",
    "logical_not",
    "logical_or",
    "maximum",
    "minimum",
    "not_equal",
    "piecewise",
    "power",
    "power_int",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "stack",
    "tan",
    "tanh",
]

_LIBRARY_STEP = 5 * STEP
_REDUCIBLE = 2.0**30


class Truth:
    """What is known of a condition over each interval of a batch: it may hold, it holds everywhere.

    Parameters
    ----------
    possible, certain : bool arrays
        `possible` is False only where the condition holds at no point of the interval, `certain` True only
        where it holds at all of them.
    """

    __slots__ = ("certain", "possible")

    def __init__(self, possible: Bools, certain: Bools) -> None:
        self.possible = possible
        self.certain = certain

    def __repr__(self) -> str:
        return f"Truth(possible={self.possible!r}, certain={self.certain!r})"


# ---- elementary functions


def _library_below(r: Floats) -> Floats:
    return below(r, _LIBRARY_STEP, TINY)


def _library_above(r: Floats) -> Floats:
    return above(r, _LIBRARY_STEP, TINY)


def _odd_increasing(function: Callable[[Floats], Floats], bound: float = np.inf) -> Callable[[Operand], Interval]:
    """An odd increasing function, with values in [-bound, bound] and the sign of its argument."""

    @quiet
    def enclose(x: Operand) -> Interval:
        x = as_interval(x)
        lo = np.maximum(_library_below(function(x.lo)), -bound)
        hi = np.minimum(_library_above(function(x.hi)), bound)
        return make(*same_sign(lo, hi, x), x.grade)

    enclose.__doc__ = f"{function.__name__} over each interval."
    return enclose


_HALF_PI_ABOVE = math.nextafter(math.pi / 2, math.inf)

sinh = _odd_increasing(np.sinh)
tanh = _odd_increasing(np.tanh, 1.0)
asinh = _odd_increasing(np.arcsinh)
atan = _odd_increasing(np.arctan, _HALF_PI_ABOVE)
erf = _odd_increasing(_scipy_erf, 1.0)


@quiet
def exp(x: Operand) -> Interval:
    """The exponential function over each interval."""
    x = as_interval(x)
    return make(np.maximum(_library_below(np.exp(x.lo)), 0.0), _library_above(np.exp(x.hi)), x.grade)


@quiet
def cosh(x: Operand) -> Interval:
    """The hyperbolic cosine over each interval."""
    x = as_interval(x)
    return make(np.maximum(_library_below(np.cosh(x.mig)), 1.0), _library_above(np.cosh(x.mag)), x.grade)


@quiet
def log(x: Operand) -> Interval:
    """The natural logarithm over the positive part of each interval."""
    x = as_interval(x)
    lo = _library_below(np.log(np.maximum(x.lo, 0.0)))
    hi = _library_above(np.log(np.maximum(x.hi, 0.0)))
    return cut(lo, hi, x.grade, x.lo <= 0, x.hi <= 0)


@quiet
def sqrt(x: Operand) -> Interval:
    """The square root over the nonnegative part of each interval."""
    x = as_interval(x)
    lo, hi = below(np.sqrt(np.maximum(x.lo, 0.0))), above(np.sqrt(np.maximum(x.hi, 0.0)))
    return cut(lo, hi, x.grade, x.lo < 0, x.hi < 0)


@quiet
def asin(x: Operand) -> Interval:
    """The inverse sine over the part of each interval in [-1, 1]."""
    x = as_interval(x)
    lo = np.maximum(_library_below(np.arcsin(np.clip(x.lo, -1.0, 1.0))), -_HALF_PI_ABOVE)
    hi = np.minimum(_library_above(np.arcsin(np.clip(x.hi, -1.0, 1.0))), _HALF_PI_ABOVE)
    return cut(*same_sign(lo, hi, x), x.grade, x.mag > 1, x.mig > 1)


@quiet
def acos(x: Operand) -> Interval:
    """The inverse cosine over the part of each interval in [-1, 1]."""
    x = as_interval(x)
    lo = np.maximum(_library_below(np.arccos(np.clip(x.hi, -1.0, 1.0))), 0.0)
    hi = np.minimum(_library_above(np.arccos(np.clip(x.lo, -1.0, 1.0))), 2 * _HALF_PI_ABOVE)
    return cut(lo, hi, x.grade, x.mag > 1, x.mig > 1)


@quiet
def acosh(x: Operand) -> Interval:
    """The inverse hyperbolic cosine over the part of each interval above 1."""
    x = as_interval(x)
    lo = np.maximum(_library_below(np.arccosh(np.maximum(x.lo, 1.0))), 0.0)
    hi = _library_above(np.arccosh(np.maximum(x.hi, 1.0)))
    return cut(lo, np.where(x.hi == 1, 0.0, hi), x.grade, x.lo < 1, x.hi < 1)


@quiet
def atanh(x: Operand) -> Interval:
    """The inverse hyperbolic tangent over the part of each interval in (-1, 1)."""
    x = as_interval(x)
    lo = _library_below(np.arctanh(np.clip(x.lo, -1.0, 1.0)))
    hi = _library_above(np.arctanh(np.clip(x.hi, -1.0, 1.0)))
    return cut(*same_sign(lo, hi, x), x.grade, x.mag >= 1, x.mig >= 1)


def sin(x: Operand) -> Interval:
    """The sine over each interval."""
    return _sinusoid(np.sin, as_interval(x), 0.25)


def cos(x: Operand) -> Interval:
    """The cosine over each interval."""
    return _sinusoid(np.cos, as_interval(x), 0.0)


@quiet
def _sinusoid(function: Callable[[Floats], Floats], x: Interval, top: float) -> Interval:
    """A function of period 2 pi with values in [-1, 1], its maxima at `top` turns, minima half a turn on."""
    far = ~(x.mag <= _REDUCIBLE)
    lo, hi = np.where(far, 0.0, x.lo), np.where(far, 0.0, x.hi)
    first, last = function(lo), function(hi)
    low = np.maximum(_library_below(np.minimum(first, last)), -1.0)
    high = np.minimum(_library_above(np.maximum(first, last)), 1.0)
    high = np.where(far | _holds_integer(lo, hi, 2 * math.pi, top), 1.0, high)
    low = np.where(far | _holds_integer(lo, hi, 2 * math.pi, top + 0.5), -1.0, low)
    return make(low, high, x.grade)


@quiet
def tan(x: Operand) -> Interval:
    """The tangent over each interval; the whole line where it holds a pole."""
    x = as_interval(x)
    far = ~(x.mag <= _REDUCIBLE)
    lo, hi = np.where(far, 0.0, x.lo), np.where(far, 0.0, x.hi)
    pole = far | _holds_integer(lo, hi, math.pi, 0.5)
    low = np.where(pole, -np.inf, _library_below(np.tan(lo)))
    high = np.where(pole, np.inf, _library_above(np.tan(hi)))
    return cut(low, high, x.grade, pole, np.zeros_like(pole))


def _holds_integer(lo: Floats, hi: Floats, period: float, shift: float) -> Bools:
    """False only where no x in [lo, hi] has x/period - shift an integer (period a rounded multiple of pi)."""
    first, last = lo / period - shift, hi / period - shift
    # The rounded period, quotient and difference err by less than 4 * 2**-53 (|x/period| + 1) together.
    first, last = first - 1e-15 * (np.abs(first) + 1), last + 1e-15 * (np.abs(last) + 1)
    return np.floor(last) >= np.ceil(first)


@quiet
def power(x: Operand, y: Operand) -> Interval:
    """The real power x**y: of any base where y is one integer, else of x >= 0 (of 0 for y >= 0 only)."""
    x, y = as_interval(x), as_interval(y)
    if y.lo.ndim == 0 and y.lo == y.hi and float(y.lo).is_integer() and abs(y.lo) <= 10**6:
        result = power_int(x, int(y.lo))
        return make(result.lo, result.hi, worst(result.grade, y.grade))
    base_lo, base_hi = np.maximum(x.lo, 0.0), np.maximum(x.hi, 0.0)
    # y log(x) is bilinear in (log x, y), so the extremes lie at corners.
    corners = [np.power(base, exponent) for base in (base_lo, base_hi) for exponent in (y.lo, y.hi)]
    lo = np.maximum(_library_below(np.minimum.reduce(corners)), 0.0)
    hi = np.where((base_hi == 0) & (y.lo > 0), 0.0, _library_above(np.maximum.reduce(corners)))
    # A negative base has a power at the integers in y, if there are any.
    negative = x.lo < 0
    some = negative & (np.floor(y.hi) >= np.ceil(y.lo))
    lo, hi = np.where(some, -np.inf, lo), np.where(some, np.inf, hi)
    outside = negative | ((x.lo <= 0) & (y.lo < 0))
    nowhere = ~some & ((x.hi < 0) | ((x.hi <= 0) & (y.hi < 0)))
    return cut(lo, hi, worst(x.grade, y.grade), outside, nowhere)


# ---- kinks and jumps


def absolute(x: Operand) -> Interval:
    """The absolute value over each interval."""
    x = as_interval(x)
    return make(x.mig, x.mag, x.grade)


def maximum(x: Operand, y: Operand) -> Interval:
    """The larger of two values."""
    x, y = as_interval(x), as_interval(y)
    return make(np.maximum(x.lo, y.lo), np.maximum(x.hi, y.hi), worst(x.grade, y.grade))


def minimum(x: Operand, y: Operand) -> Interval:
    """The smaller of two values."""
    x, y = as_interval(x), as_interval(y)
    return make(np.minimum(x.lo, y.lo), np.minimum(x.hi, y.hi), worst(x.grade, y.grade))


def sign(x: Operand) -> Interval:
    """The sign; [-1, 1] where the interval holds 0: then it is the generalised derivative of ``absolute``."""
    x = as_interval(x)
    return make(np.where(x.lo > 0, 1.0, -1.0), np.where(x.hi < 0, -1.0, 1.0), x.grade)


def heaviside(x: Operand) -> Interval:
    """The unit step; [0, 1] where the interval holds 0: then it is the generalised derivative of relu."""
    x = as_interval(x)
    return make(np.where(x.lo > 0, 1.0, 0.0), np.where(x.hi < 0, 0.0, 1.0), x.grade)


def dirac(x: Operand) -> Interval:
    """The derivative of a unit jump at 0: 0 off the jump, the whole line where the interval holds 0.

    With that, no mean-value argument is made across a jump.
    """
    x = as_interval(x)
    zero = x.contains_zero
    return make(np.where(zero, -np.inf, 0.0), np.where(zero, np.inf, 0.0), x.grade)


# ---- conditions


def less(a: Operand, b: Operand) -> Truth:
    """The condition a < b."""
    a, b = as_interval(a), as_interval(b)
    return _truth(a.lo < b.hi, a.hi < b.lo, a, b)


def less_equal(a: Operand, b: Operand) -> Truth:
    """The condition a <= b."""
    a, b = as_interval(a), as_interval(b)
    return _truth(a.lo <= b.hi, a.hi <= b.lo, a, b)


def equal(a: Operand, b: Operand) -> Truth:
    """The condition a == b."""
    a, b = as_interval(a), as_interval(b)
    thin = (a.lo == a.hi) & (b.lo == b.hi)
    return _truth((a.lo <= b.hi) & (b.lo <= a.hi), thin & (a.lo == b.lo), a, b)


def not_equal(a: Operand, b: Operand) -> Truth:
    """The condition a != b."""
    a, b = as_interval(a), as_interval(b)
    thin = (a.lo == a.hi) & (b.lo == b.hi)
    return _truth(~(thin & (a.lo == b.lo)), (a.hi < b.lo) | (b.hi < a.lo), a, b)


def _truth(possible: Bools, certain: Bools, a: Interval, b: Interval) -> Truth:
    # Where a side is undefined on part of the interval, nothing is said to hold, or to fail, on all of it.
    if a.grade is None and b.grade is None:
        return Truth(possible, certain)
    defined = a.defined & b.defined
    return Truth(possible | ~defined, certain & defined)


def _known(condition: Truth | bool) -> Truth:
    if isinstance(condition, Truth):
        return condition
    return Truth(np.asarray(bool(condition)), np.asarray(bool(condition)))


def logical_and(a: Truth | bool, b: Truth | bool) -> Truth:
    """Both conditions."""
    a, b = _known(a), _known(b)
    return Truth(a.possible & b.possible, a.certain & b.certain)


def logical_or(a: Truth | bool, b: Truth | bool) -> Truth:
    """At least one of two conditions."""
    a, b = _known(a), _known(b)
    return Truth(a.possible | b.possible, a.certain | b.certain)


def logical_not(a: Truth | bool) -> Truth:
    """The opposite condition."""
    a = _known(a)
    return Truth(~a.certain, ~a.possible)


def piecewise(branches: Sequence[tuple[Truth | bool, Operand]]) -> Interval:
    """The value of the first branch whose condition holds: the hull over all that may be taken.

    Parameters
    ----------
    branches : sequence of (condition, value)
        Undefined where no condition holds.

    Notes
    -----
    A jump between branches is not marked: the derivative must carry a `dirac` there.
    """
    known = [(_known(condition), as_interval(value)) for condition, value in branches]
    shape = np.broadcast_shapes(*(c.possible.shape for c, _ in known), *(v.shape for _, v in known))
    lo, hi = np.full(shape, np.inf), np.full(shape, -np.inf)
    grade = np.zeros(shape, np.int8)
    reached, some = np.ones(shape, bool), np.zeros(shape, bool)
    for condition, value in known:
        taken = reached & condition.possible
        filled = taken & ~value.empty
        lo = np.where(filled, np.minimum(lo, value.lo), lo)
        hi = np.where(filled, np.maximum(hi, value.hi), hi)
        grade = np.where(taken, np.maximum(grade, np.minimum(grades(value), PARTLY)), grade)
        some |= filled
        reached = reached & ~condition.certain
    return cut(lo, hi, grade if grade.any() else None, reached | ~some, ~some)
