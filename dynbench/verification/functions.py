"""The real functions of one variable that a model may hold, over an `Enclosure`, with their derivatives.

Each is evaluated where it takes its extremes: monotone functions at the end points, the others also at the critical
points inside. A derivative is written so that its argument occurs once, so it is enclosed as tightly.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import arb, fmpq

from dynbench.verification.enclosure import EMPTY, WHOLE, Enclosure

__all__ = ["FUNCTIONS", "power", "signed_root"]

Unary = Callable[[Enclosure], Enclosure]
_ZERO, _ONE, _INFINITY = arb(0), arb(1), arb.pos_inf()
ONE = Enclosure(_ONE, _ONE)


def _increasing(function: Callable[[arb], arb], at_minus: arb | None, at_plus: arb | None) -> Unary:
    """A function that increases on the whole line, with its limits (None for an infinite one)."""

    def value(x: Enclosure) -> Enclosure:
        if x is EMPTY:
            return EMPTY
        lo = function(x.lo).lower() if x.lo.is_finite() else at_minus
        hi = function(x.hi).upper() if x.hi.is_finite() else at_plus
        if lo is None or not lo.is_finite():
            lo = -_INFINITY
        if hi is None or not hi.is_finite():
            hi = _INFINITY
        if at_minus is not None:
            lo = lo.max(at_minus.lower())
        if at_plus is not None:
            hi = hi.min(at_plus.upper())
        return Enclosure(lo, hi, x.continuous)

    return value


def _on_domain(function: Unary, low: arb | None, high: arb | None, *, closed: bool) -> Unary:
    """A function that is defined from `low` to `high` only, the ends included where the domain is `closed`."""

    def value(x: Enclosure) -> Enclosure:
        if x is EMPTY:
            return EMPTY
        lo, hi, continuous = x.lo, x.hi, x.continuous
        if low is not None and not (lo >= low if closed else lo > low):
            lo, continuous = low, False
        if high is not None and not (hi <= high if closed else hi < high):
            hi, continuous = high, False
        if lo > hi or (not closed and lo == hi and lo in (low, high)):
            return EMPTY
        return function(Enclosure(lo, hi, continuous))

    return value


def _log(x: Enclosure) -> Enclosure:
    lo = x.lo.log().lower() if x.lo > 0 else -_INFINITY
    hi = x.hi.log().upper() if x.hi.is_finite() else _INFINITY
    return Enclosure(lo, hi, x.continuous)


def _atanh(x: Enclosure) -> Enclosure:
    lo = x.lo.atanh().lower() if x.lo > -1 else -_INFINITY
    hi = x.hi.atanh().upper() if x.hi < 1 else _INFINITY
    return Enclosure(lo, hi, x.continuous)


def _acos(x: Enclosure) -> Enclosure:
    return Enclosure(x.hi.acos().lower(), x.lo.acos().upper(), x.continuous)


def _cosh(x: Enclosure) -> Enclosure:
    return _increasing(arb.cosh, _ONE, None)(x.magnitude())


def _sin(x: Enclosure) -> Enclosure:
    if x.exact:
        return Enclosure.of(x.lo.sin())
    return _cos(x - Enclosure.of(arb.pi() / 2))


def _cos(x: Enclosure) -> Enclosure:
    """Between the values at the ends, or up to 1 and down to -1 where an even or odd multiple of pi may be inside."""
    if x is EMPTY:
        return EMPTY
    everywhere = Enclosure(-_ONE, _ONE, x.continuous)
    if not x.finite or x.hi - x.lo > 7:
        return everywhere
    first = (x.lo / arb.pi()).lower().floor().unique_fmpz()
    last = (x.hi / arb.pi()).upper().floor().unique_fmpz()
    if first is None or last is None:
        return everywhere
    inner = range(int(first), int(last) + 2)
    ends = (x.lo.cos(), x.hi.cos())
    if not (ends[0].is_finite() and ends[1].is_finite()):
        return everywhere
    lo, hi = ends[0].lower().min(ends[1].lower()), ends[0].upper().max(ends[1].upper())
    for k in inner:
        at = k * arb.pi()
        if not (at < x.lo or at > x.hi):
            lo, hi = (lo, _ONE) if k % 2 == 0 else (-_ONE, hi)
    return Enclosure(lo.max(-_ONE), hi.min(_ONE), x.continuous)


def _tan(x: Enclosure) -> Enclosure:
    """Increasing where no pole can be inside; otherwise nothing is claimed."""
    if x is EMPTY:
        return EMPTY
    if not x.finite:
        return WHOLE
    cell = [(end / arb.pi() + arb(0.5)).floor().unique_fmpz() for end in (x.lo, x.hi)]
    if cell[0] is None or cell[0] != cell[1]:
        return WHOLE
    lo, hi = x.lo.tan(), x.hi.tan()
    if not (lo.is_finite() and hi.is_finite()):
        return WHOLE
    return Enclosure(lo.lower(), hi.upper(), x.continuous)


def _sign(x: Enclosure) -> Enclosure:
    """-1, 0 or 1; continuous only where the argument keeps one sign."""
    if x is EMPTY:
        return EMPTY
    lo = _ONE if x.lo > 0 else -_ONE if x.lo < 0 else _ZERO
    hi = -_ONE if x.hi < 0 else _ONE if x.hi > 0 else _ZERO
    return Enclosure(lo, hi, x.continuous and (x.zero_free or x.exact))


def _kink(x: Enclosure) -> Enclosure:
    """The slopes of |x|, both where x may be 0."""
    return x if x is EMPTY else _sign(x) if x.zero_free else Enclosure(-_ONE, _ONE, x.continuous)


def _heaviside(x: Enclosure) -> Enclosure:
    half = Enclosure(arb(0.5), arb(0.5))
    return _sign(x) * half + half


# ---- powers


def power(x: Enclosure, exponent: fmpq) -> Enclosure:
    """x to a rational power, as a real function: of negative x for integer exponents only."""
    if x is EMPTY:
        return EMPTY
    if exponent < 0:
        return power(x, -exponent).reciprocal()
    if exponent.q != 1:
        return _root_power(x, exponent)
    n = int(exponent.p)
    if n == 0:
        return Enclosure(_ONE, _ONE, x.continuous)
    if n % 2 == 0:
        x = x.magnitude()
    return _increasing(lambda value: value**n, None, None)(x)


def _root_power(x: Enclosure, exponent: fmpq) -> Enclosure:
    return _on_domain(
        _increasing(lambda value: _positive_power(value, exponent), None, None), _ZERO, None, closed=True
    )(x)


def _positive_power(value: arb, exponent: fmpq) -> arb:
    if value == 0:
        return _ZERO
    if exponent == fmpq(1, 2):
        return value.sqrt()
    return value ** arb(exponent)


def signed_root(x: Enclosure, exponent: fmpq) -> Enclosure:
    """sign(x) |x|**exponent for a positive exponent: continuous and increasing on the whole line."""

    def value(end: arb) -> arb:
        return _positive_power(end, exponent) if end >= 0 else -_positive_power(-end, exponent)

    return _increasing(value, None, None)(x)


# ---- derivatives, each of an argument that occurs once


def _square(x: Enclosure) -> Enclosure:
    return power(x, fmpq(2))


def _inverse_root(x: Enclosure) -> Enclosure:
    return power(x, fmpq(-1, 2))


_exp = _increasing(arb.exp, _ZERO, None)
_tanh = _increasing(arb.tanh, -_ONE, _ONE)
_sinh = _increasing(arb.sinh, None, None)
_erf = _increasing(arb.erf, -_ONE, _ONE)
_asinh = _increasing(arb.asinh, None, None)


def _atan(x: Enclosure) -> Enclosure:
    half = arb.pi() / 2
    return _increasing(arb.atan, -half, half)(x)


def _erf_slope(x: Enclosure) -> Enclosure:
    return Enclosure.of(2 / arb.pi().sqrt()) * _exp(-_square(x))


_asin = _on_domain(_increasing(arb.asin, None, None), -_ONE, _ONE, closed=True)
_acosh = _on_domain(_increasing(arb.acosh, None, None), _ONE, None, closed=True)
_logarithm = _on_domain(_log, _ZERO, None, closed=False)

FUNCTIONS: dict[str, tuple[Unary, Unary | None]] = {
    "sin": (_sin, _cos),
    "cos": (_cos, lambda x: -_sin(x)),
    "tan": (_tan, lambda x: ONE + _square(_tan(x))),
    "exp": (_exp, _exp),
    "log": (_logarithm, lambda x: _on_domain(Enclosure.reciprocal, _ZERO, None, closed=False)(x)),
    "sinh": (_sinh, _cosh),
    "cosh": (_cosh, _sinh),
    "tanh": (_tanh, lambda x: ONE - _square(_tanh(x))),
    "asin": (_asin, lambda x: _inverse_root(ONE - _square(x))),
    "acos": (_on_domain(_acos, -_ONE, _ONE, closed=True), lambda x: -_inverse_root(ONE - _square(x))),
    "atan": (_atan, lambda x: (ONE + _square(x)).reciprocal()),
    "asinh": (_asinh, lambda x: _inverse_root(ONE + _square(x))),
    "acosh": (_acosh, lambda x: _inverse_root(_square(x) - ONE)),
    "atanh": (
        _on_domain(_atanh, -_ONE, _ONE, closed=False),
        lambda x: (ONE - _square(x)).reciprocal(),
    ),
    "erf": (_erf, _erf_slope),
    "Abs": (Enclosure.magnitude, _kink),
    "sign": (_sign, None),
    "Heaviside": (_heaviside, None),
}
"""Name of the SymPy class -> the function, and its derivative (the hull of both sides at a kink); None for a jump."""
