"""The class `Interval`: a batch of real intervals in outward-rounded doubles, with its arithmetic.

Import it from `dynbench.symbolic.intervals`, which says what soundness rests on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench.errors import InputError

__all__ = ["Interval", "constant", "power_int", "stack"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Operand = Union["Interval", float, Floats]

MAX = float(np.finfo(float).max)
TINY = float(np.finfo(float).tiny)
LEAST = 5e-324
STEP = 2.0**-52

# What is known of the domain, worst last. A grade of None stands for DEFINED everywhere.
DEFINED, PARTLY, EMPTY = np.int8(0), np.int8(1), np.int8(2)
Grade = NDArray[np.int8] | None

quiet = np.errstate(all="ignore")


class Interval:
    """A batch of closed real intervals; bounds may be infinite.

    Parameters
    ----------
    lo, hi : array_like
        Lower and upper bounds, of shapes that broadcast together; copied. `hi` left out means ``hi = lo``.

    Attributes
    ----------
    lo, hi : float64 arrays
        The bounds, read-only and of the same shape.
    grade : int8 array or None
        The marks `defined` and `empty` in one: 0 defined, 1 not everywhere, 2 empty; None where all are 0.

    Raises
    ------
    InputError
        If a bound is NaN, a lower bound exceeds its upper bound, or both are the same infinity.
    """

    __slots__ = ("grade", "hi", "lo")
    __array_ufunc__ = None  # so that ``np.float64(2) * x`` is ours, not an array of objects

    lo: Floats
    hi: Floats
    grade: Grade

    def __init__(self, lo: ArrayLike, hi: ArrayLike | None = None) -> None:
        low = np.array(lo, dtype=float)
        high = low if hi is None else np.array(hi, dtype=float)
        if low.shape != high.shape:
            low, high = np.broadcast_arrays(low, high)
        if not ((low <= high) & (low < np.inf) & (high > -np.inf)).all():
            raise InputError("Interval needs lo <= hi without NaN, lo < +inf and hi > -inf.")
        _fill(self, low, high, None)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("An Interval cannot be changed.")

    def __reduce__(self) -> tuple[Callable[..., Interval], tuple[Any, ...]]:
        return make, (self.lo, self.hi, self.grade)

    def __repr__(self) -> str:
        return f"Interval({self.lo!r}, {self.hi!r})"

    # ---- what it holds

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the batch."""
        return self.lo.shape

    @property
    def defined(self) -> Bools:
        """True where every operation so far was defined on the whole of its operands."""
        return np.broadcast_to(grades(self) == DEFINED, self.shape)

    @property
    def empty(self) -> Bools:
        """True where there is no value: the function is nowhere defined, or intervals were disjoint."""
        return np.broadcast_to(grades(self) == EMPTY, self.shape)

    @property
    def mid(self) -> Floats:
        """A finite point of each interval, its midpoint up to rounding (0 for the whole line)."""
        lo, hi = np.maximum(self.lo, -MAX), np.minimum(self.hi, MAX)
        return np.clip(0.5 * lo + 0.5 * hi, lo, hi)

    @property
    @quiet
    def rad(self) -> Floats:
        """A radius: every interval lies in [mid - rad, mid + rad] computed exactly."""
        mid = self.mid
        return above(np.maximum(mid - self.lo, self.hi - mid))

    @property
    @quiet
    def width(self) -> Floats:
        """Upper bounds of hi - lo."""
        return above(self.hi - self.lo)

    @property
    def mag(self) -> Floats:
        """Largest absolute value."""
        return np.maximum(np.abs(self.lo), np.abs(self.hi))

    @property
    def mig(self) -> Floats:
        """Smallest absolute value."""
        return np.maximum(np.maximum(self.lo, -self.hi), 0.0)

    @property
    def contains_zero(self) -> Bools:
        """True where 0 lies in the interval, ends included."""
        return (self.lo <= 0) & (self.hi >= 0)

    # ---- shapes

    def __getitem__(self, index: Any) -> Interval:
        grade = None if self.grade is None else np.broadcast_to(self.grade, self.shape)[index]
        return make(self.lo[index], self.hi[index], grade)

    def __len__(self) -> int:
        return len(self.lo)

    def reshape(self, *shape: int) -> Interval:
        """The same intervals in another shape."""
        grade = None if self.grade is None else np.broadcast_to(self.grade, self.shape).reshape(shape)
        return make(self.lo.reshape(shape), self.hi.reshape(shape), grade)

    def sum(self, axis: int) -> Interval:
        """The sum along an axis (0 where that axis has length 0)."""
        index: list[Any] = [slice(None)] * self.lo.ndim
        terms = []
        for i in range(self.shape[axis]):
            index[axis] = i
            terms.append(self[tuple(index)])
        return sum(terms[1:], terms[0]) if terms else make(self.lo.sum(axis), self.hi.sum(axis), None)

    # ---- sets

    def intersect(self, other: Operand) -> Interval:
        """The common part; marked `empty` where there is none."""
        other = as_interval(other)
        lo, hi = np.maximum(self.lo, other.lo), np.minimum(self.hi, other.hi)
        grade = worst(self.grade, other.grade)
        apart = lo > hi
        return graded(lo, hi, grade, apart, EMPTY) if apart.any() else make(lo, hi, grade)

    def hull(self, other: Operand) -> Interval:
        """The smallest interval that contains both."""
        other = as_interval(other)
        lo, hi = np.minimum(self.lo, other.lo), np.maximum(self.hi, other.hi)
        if self.grade is None and other.grade is None:
            return make(lo, hi, None)
        mine, its = self.empty, other.empty
        lo = np.where(mine, other.lo, np.where(its, self.lo, lo))
        hi = np.where(mine, other.hi, np.where(its, self.hi, hi))
        grade = np.maximum(grades(self), grades(other))
        return make(lo, hi, np.where(mine != its, PARTLY, grade).astype(np.int8))

    def subset_interior(self, other: Operand) -> Bools:
        """True where this interval is defined, not empty, and lies in the interior of `other`."""
        other = as_interval(other)
        above = (self.lo > other.lo) | (other.lo == -np.inf)
        below = (self.hi < other.hi) | (other.hi == np.inf)
        return above & below & self.defined

    # ---- arithmetic

    def __neg__(self) -> Interval:
        return make(-self.hi, -self.lo, self.grade)

    def __pos__(self) -> Interval:
        return self

    @quiet
    def __add__(self, other: Operand) -> Interval:
        b = as_interval(other)
        # A sum that rounds to a subnormal number or to 0 is exact, so that no absolute term is needed.
        return make(below(self.lo + b.lo), above(self.hi + b.hi), worst(self.grade, b.grade))

    __radd__ = __add__

    def __sub__(self, other: Operand) -> Interval:
        return self + (-as_interval(other))

    def __rsub__(self, other: Operand) -> Interval:
        return as_interval(other) + (-self)

    @quiet
    def __mul__(self, other: Operand) -> Interval:
        if isinstance(other, int | float) and abs(other) == 1:
            return self if other == 1 else -self
        b = as_interval(other)
        p, q, r, s = self.lo * b.lo, self.lo * b.hi, self.hi * b.lo, self.hi * b.hi
        return _from_corners(p, q, r, s, self, b)

    __rmul__ = __mul__

    @quiet
    def __truediv__(self, other: Operand) -> Interval:
        b = as_interval(other)
        p, q, r, s = self.lo / b.lo, self.lo / b.hi, self.hi / b.lo, self.hi / b.hi
        quotient = _from_corners(p, q, r, s, self, b)
        zero = b.contains_zero
        if not zero.any():
            return quotient
        inverse_lo = np.where(b.lo < 0, -np.inf, np.maximum(below(1 / b.hi) - LEAST, 0.0))
        inverse_hi = np.where(b.hi > 0, np.inf, np.minimum(above(1 / b.lo) + LEAST, 0.0))
        nowhere = zero & (b.lo == b.hi)
        some = zero & ~nowhere
        around = self * make(np.where(some, inverse_lo, 1.0), np.where(some, inverse_hi, 1.0), None)
        lo, hi = np.where(zero, around.lo, quotient.lo), np.where(zero, around.hi, quotient.hi)
        return cut(lo, hi, quotient.grade, zero, nowhere)

    def __rtruediv__(self, other: Operand) -> Interval:
        return as_interval(other) / self

    def __pow__(self, exponent: int) -> Interval:
        return power_int(self, exponent)

    def __abs__(self) -> Interval:
        return make(self.mig, self.mag, self.grade)


def constant(lo: float, hi: float) -> Interval:
    """The single interval [lo, hi], of shape ()."""
    return Interval(lo, hi)


def stack(parts: Sequence[Operand], axis: int = -1, shape: tuple[int, ...] = ()) -> Interval:
    """Join intervals (and numbers) along a new axis; marks are kept.

    Parameters
    ----------
    parts : sequence of Interval, float or array
        At least one.
    axis : int
        Where the new axis goes.
    shape : tuple of int
        The parts are broadcast to one shape, and to this one.
    """
    items = [as_interval(part) for part in parts]
    shape = np.broadcast_shapes(shape, *(item.shape for item in items))
    grade = None
    if any(item.grade is not None for item in items):
        grade = np.stack([np.broadcast_to(grades(item), shape) for item in items], axis)
    lo = np.stack([np.broadcast_to(item.lo, shape) for item in items], axis)
    hi = np.stack([np.broadcast_to(item.hi, shape) for item in items], axis)
    return make(lo, hi, grade)


@quiet
def power_int(x: Operand, n: int) -> Interval:
    """x**n for an integer n, tight for even n too.

    Raises
    ------
    InputError
        If `n` is beyond a million in size.
    """
    x = as_interval(x)
    if abs(n) > 10**6:
        raise InputError(f"The integer power {n} is too large for interval arithmetic.")
    if n < 0:
        return 1.0 / power_int(x, -n)
    if n == 0:
        return make(np.ones(x.shape), np.ones(x.shape), x.grade)
    if n == 1:
        return x
    # n - 1 roundings, and one of the padding itself: (1 + 2**-53)**n - 1 < (n + 1) 2**-53 for these n.
    step = (n + 1) * 0.5 * STEP
    if n % 2:
        lo, hi = below(_chain(x.lo, n), step, TINY), above(_chain(x.hi, n), step, TINY)
        return make(*same_sign(lo, hi, x), x.grade)
    lo, hi = below(_chain(x.mig, n), step, TINY), above(_chain(x.mag, n), step, TINY)
    return make(np.maximum(lo, 0.0), np.where(x.mag == 0, 0.0, hi), x.grade)


def _chain(v: Floats, n: int) -> Floats:
    """v**n by repeated squaring: NumPy's ** is slow, and promises no accuracy for integer powers."""
    result = None
    while True:
        if n % 2:
            result = v if result is None else result * v
        n //= 2
        if n == 0:
            assert result is not None
            return result
        v = v * v


# ---- construction, marks and rounding


def make(lo: Any, hi: Any, grade: Any) -> Interval:
    """An interval from bounds that are known to be in order and that nobody else may write to."""
    result = object.__new__(Interval)
    _fill(result, lo, hi, grade)
    return result


def _fill(interval: Interval, lo: Any, hi: Any, grade: Grade) -> None:
    lo, hi = np.asarray(lo), np.asarray(hi)
    lo.setflags(write=False)
    hi.setflags(write=False)
    object.__setattr__(interval, "lo", lo)
    object.__setattr__(interval, "hi", hi)
    object.__setattr__(interval, "grade", grade)


def as_interval(x: Operand) -> Interval:
    """An operand as intervals: a float is exactly that double, a large int is enclosed."""
    if isinstance(x, Interval):
        return x
    if isinstance(x, float) and math.isfinite(x):
        return make(x, x, None)
    if isinstance(x, int) and abs(x) > 2**53:
        try:
            nearest = float(x)
        except OverflowError:
            return Interval(MAX, np.inf) if x > 0 else Interval(-np.inf, -MAX)
        return Interval(math.nextafter(nearest, -math.inf), math.nextafter(nearest, math.inf))
    return Interval(x)


def worst(a: Grade, b: Grade) -> Grade:
    if a is None or b is None:
        return b if a is None else a
    return np.maximum(a, b)


def grades(x: Interval) -> NDArray[np.int8]:
    return np.broadcast_to(DEFINED if x.grade is None else x.grade, x.shape)


def graded(lo: Floats, hi: Floats, grade: Grade, where: Bools, value: np.int8) -> Interval:
    """Worsen the mark to `value` at `where`; what is empty gets the whole line as bounds."""
    worse = np.where(where, value, DEFINED).astype(np.int8)
    grade = np.maximum(worse, DEFINED if grade is None else grade)
    if value == EMPTY:
        lo, hi = np.where(where, -np.inf, lo), np.where(where, np.inf, hi)
    return make(lo, hi, grade)


def cut(lo: Floats, hi: Floats, grade: Grade, outside: Bools, nowhere: Bools) -> Interval:
    """Mark a result whose argument reaches `outside` the domain, or lies `nowhere` in it."""
    result = make(lo, hi, grade)
    if outside.any():
        result = graded(lo, hi, grade, outside, PARTLY)
        if nowhere.any():
            result = graded(lo, hi, result.grade, nowhere, EMPTY)
    return result


def below(r: Floats, step: float = STEP, least: float = 0.0) -> Floats:
    """A lower bound of exact values whose computed values are `r`; an overflow to +inf comes back finite.

    For step = 2**-52 and r the result of one correctly rounded operation: |r| 2**-52 is at least one ulp
    of r, the subtraction is monotone, and r minus one ulp is a double (or -inf).
    """
    r = np.minimum(r, MAX)
    pad = np.abs(r) * step
    return r - (pad + least if least else pad)


def above(r: Floats, step: float = STEP, least: float = 0.0) -> Floats:
    r = np.maximum(r, -MAX)
    pad = np.abs(r) * step
    return r + (pad + least if least else pad)


def _from_corners(p: Floats, q: Floats, r: Floats, s: Floats, a: Interval, b: Interval) -> Interval:
    """The product or quotient of `a` and `b` from its rounded values at the four corners."""
    # fmin and fmax drop the NaN of 0 * inf and inf / inf: another corner then gives the right bound.
    lo, hi = np.fmin(np.fmin(p, q), np.fmin(r, s)), np.fmax(np.fmax(p, q), np.fmax(r, s))
    grade = worst(a.grade, b.grade)
    small, large = np.minimum(np.abs(lo), np.abs(hi)), np.maximum(np.abs(lo), np.abs(hi))
    if ((small >= 4 * TINY) & (large <= MAX)).all():
        return make(below(lo), above(hi), grade)
    # All four are NaN for [0, 0] times the whole line. The least subnormal number covers an underflow; the
    # signs of the corners tell an exact 0 (or a bound on the near side of 0) from one.
    lo, hi = np.where(np.isnan(lo), 0.0, lo), np.where(np.isnan(hi), 0.0, hi)
    signs = [np.sign(x) * np.sign(y) for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
    lowest, highest = np.minimum.reduce(signs), np.maximum.reduce(signs)
    lo, hi = below(lo, least=LEAST), above(hi, least=LEAST)
    return make(np.where(lowest >= 0, np.maximum(lo, 0.0), lo), np.where(highest <= 0, np.minimum(hi, 0.0), hi), grade)


def same_sign(lo: Floats, hi: Floats, x: Interval) -> tuple[Floats, Floats]:
    """Sharpen bounds of a function that has the sign of its argument."""
    return (
        np.where(x.lo >= 0, np.maximum(lo, 0.0), lo),
        np.where(x.hi <= 0, np.minimum(hi, 0.0), hi),
    )
