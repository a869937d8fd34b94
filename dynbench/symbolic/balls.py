"""The functions of the code generator in ball arithmetic (python-flint's ``arb``).

Every function returns a ball that contains the exact value for every point of its argument, at the working
precision ``flint.ctx.prec``. Where a piecewise function cannot be decided on a ball, the result is the hull of
all the values that it may take; ``dirac`` is then the whole line, so that a derivative taken across a jump
claims nothing.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from flint import arb, arb_mat

__all__ = ["NAMESPACE", "ball_around", "identity", "lower", "sup_norm", "upper"]


def upper(x: arb) -> float:
    """A double that is at least every point of `x` (inf where `x` is not finite)."""
    value = float(x.upper())
    if math.isnan(value):
        return math.inf
    return value if arb(value) >= x else math.nextafter(value, math.inf)


def lower(x: arb) -> float:
    """A double that is at most every point of `x` (-inf where `x` is not finite)."""
    return -upper(-x)


def ball_around(center: Iterable[Any], radius: Any) -> list[arb]:
    """The box of all points within `radius` of `center` in the sup norm, as balls."""
    spread = arb(0, arb(radius).upper())
    return [arb(value) + spread for value in center]


def identity(size: int) -> arb_mat:
    """The identity matrix."""
    return arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])


def sup_norm(a: arb_mat) -> arb:
    """An upper bound, as a ball, of the matrix norm that belongs to max |x_i|: the largest row sum of |a_ij|."""
    rows = [sum((abs(entry) for entry in row), arb(0)).abs_upper() for row in a.tolist()]
    return functools.reduce(arb.max, rows)


class _Truth(NamedTuple):
    possible: bool
    certain: bool


def _method(name: str) -> Callable[[Any], arb]:
    def function(x: Any) -> arb:
        return getattr(arb(x), name)()

    return function


def _less(a: Any, b: Any) -> _Truth:
    a, b = arb(a), arb(b)
    return _Truth(possible=not a >= b, certain=a < b)


def _less_equal(a: Any, b: Any) -> _Truth:
    a, b = arb(a), arb(b)
    return _Truth(possible=not a > b, certain=a <= b)


def _equal(a: Any, b: Any) -> _Truth:
    a, b = arb(a), arb(b)
    return _Truth(possible=bool(a.overlaps(b)), certain=bool(a == b))


def _not(a: _Truth) -> _Truth:
    return _Truth(possible=not a.certain, certain=not a.possible)


def _truth(a: _Truth | bool) -> _Truth:
    return a if isinstance(a, _Truth) else _Truth(a, a)


def _piecewise(branches: tuple[tuple[_Truth | bool, Any], ...]) -> arb:
    """The hull of the branches that may hold; nan where it is not certain that one of them does."""
    hull: arb | None = None
    for condition, value in branches:
        truth = _truth(condition)
        if truth.possible:
            hull = arb(value) if hull is None else hull.union(arb(value))
        if truth.certain:
            assert hull is not None, "what is certain is possible"
            return hull
    return arb("nan")


def _sign(x: Any) -> arb:
    x = arb(x)
    if x > 0 or x < 0 or x == 0:
        return arb(1 if x > 0 else -1 if x < 0 else 0)
    return arb("nan") if x.is_nan() else arb(0, 1)


def _heaviside(x: Any) -> arb:
    return (_sign(x) + 1) / 2


def _dirac(x: Any) -> arb:
    x = arb(x)
    return arb(0) if x > 0 or x < 0 else arb(0, "inf")


def _power(x: Any, y: Any) -> arb:
    return (arb(y) * arb(x).log()).exp()


#: Name in generated code -> function of balls.
NAMESPACE: dict[str, Callable[..., Any]] = {
    **{
        name: _method(name)
        for name in (
            *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"),
            *("asinh", "acosh", "atanh", "exp", "log", "sqrt", "erf"),
        )
    },
    "absolute": lambda x: abs(arb(x)),
    "maximum": lambda x, y: arb(x).max(arb(y)),
    "minimum": lambda x, y: arb(x).min(arb(y)),
    "sign": _sign,
    "heaviside": _heaviside,
    "dirac": _dirac,
    "power": _power,
    "piecewise": _piecewise,
    "less": _less,
    "less_equal": _less_equal,
    "equal": _equal,
    "not_equal": lambda a, b: _not(_equal(a, b)),
    "logical_not": _not,
    "logical_and": lambda a, b: _Truth(a.possible and b.possible, a.certain and b.certain),
    "logical_or": lambda a, b: _Truth(a.possible or b.possible, a.certain or b.certain),
    "pi": arb.pi,
}
