"""Expressions compiled to functions of doubles, of interval batches, and of balls.

The three kernels share one code generator (`dynbench.symbolic.emit`) and are cached by the content of the
expressions. Parameters are substituted beforehand, exactly; a kernel knows only states.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, ctx, fmpq, fmpz
from numpy.typing import NDArray

from dynbench.errors import ModelError
from dynbench.symbolic import balls, intervals
from dynbench.symbolic.emit import write_function
from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.overflow import log_cosh, softplus, without_overflow

__all__ = ["BallKernel", "IntervalKernel", "NumpyKernel", "compile_expressions", "exact_float", "write_number"]

Expressions = tuple[sp.Expr, ...]
States = tuple[sp.Symbol, ...]


def exact_float(number: sp.Expr) -> float:
    """The double nearest to an exact number.

    Raises
    ------
    ModelError
        If the number is not real, or beyond the range of doubles.
    """
    if number.is_Rational:
        try:
            return float(Fraction(int(number.p), int(number.q)))
        except OverflowError:
            raise ModelError(f"The constant {sp.N(number, 3)} is beyond the range of double precision.") from None
    value = number.evalf(30)
    if not value.is_Float and not value.is_Integer:
        raise ModelError(f"The constant {number} is not a real number.")
    return float(value)


class NumpyKernel:
    """Expressions as a function of states in doubles, batched over leading axes.

    Parameters
    ----------
    expressions : tuple of sympy expressions
        The components of the result, flattened in C order.
    states : tuple of sympy symbols
        The arguments.
    shape : tuple of int
        The shape of one result.
    """

    def __init__(self, expressions: Expressions, states: States, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self._n = len(states)
        self._constants = np.array([exact_float(e) if e.is_number else math.nan for e in expressions])
        self._varying = [i for i, e in enumerate(expressions) if not e.is_number]
        varying = tuple(expressions[i] for i in self._varying)
        self._batched = compile_expressions(varying, states, "numpy")
        self._scalar = compile_expressions(varying, states, "math")

    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        """Evaluate at states `x` of shape (..., n), float or complex; returns (..., *shape)."""
        if x.ndim == 1 and x.dtype == np.float64:
            try:
                return self._single(x)
            except (ValueError, OverflowError, ZeroDivisionError):
                pass  # outside the domain Python raises where NumPy returns nan or inf: let NumPy answer
        out = np.empty((*x.shape[:-1], len(self._constants)), dtype=x.dtype)
        out[...] = self._constants
        with np.errstate(all="ignore"):
            values = self._batched(*(x[..., i] for i in range(self._n)))
            for i, value in zip(self._varying, values, strict=True):
                out[..., i] = value
        return out.reshape(*x.shape[:-1], *self.shape)

    def _single(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        out = self._constants.copy()
        out[self._varying] = self._scalar(*x.tolist())
        return out.reshape(self.shape)


class IntervalKernel:
    """Expressions as a function of a batch of boxes, in outward-rounded doubles."""

    def __init__(self, expressions: Expressions, states: States, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self._n = len(states)
        self._function = compile_expressions(expressions, states, "interval")

    def __call__(self, box: Interval) -> Interval:
        """Enclose the values over boxes of shape (..., n); returns an `Interval` of shape (..., *shape)."""
        with np.errstate(all="ignore"):
            values = self._function(*(box[..., i] for i in range(self._n)))
        batch = box.shape[:-1]
        return intervals.stack(values, shape=batch).reshape(*batch, *self.shape)


class BallKernel:
    """Expressions as a function of a list of balls, at the working precision ``flint.ctx.prec``."""

    def __init__(self, expressions: Expressions, states: States) -> None:
        self._function = compile_expressions(expressions, states, "ball")

    def __call__(self, x: Sequence[arb]) -> list[arb]:
        """Enclose the values over the balls `x`, flattened in C order."""
        return [arb(value) for value in self._function(*x)]


@dataclass(frozen=True)
class _Arithmetic:
    """How an arithmetic writes a number, what it calls the functions of `emit.FUNCTIONS`, and whether it overflows."""

    literal: Callable[[sp.Expr, dict[str, Any]], str]
    functions: dict[str, Callable[..., Any]]
    powers_as_products: bool = True
    fold_numbers: bool = True
    overflows: bool = False


@functools.lru_cache(maxsize=1024)
def compile_expressions(expressions: Expressions, states: States, arithmetic: str) -> Callable[..., tuple[Any, ...]]:
    """Compile `expressions` to a function of the states that returns the tuple of their values.

    The arithmetic is "numpy", "math", "interval" or "ball". The source holds names of ours and literals only (see
    `emit`).
    """
    chosen = _ARITHMETICS[arithmetic]
    namespace: dict[str, Any] = {"__builtins__": {}, **chosen.functions}
    source = write_function(
        tuple(map(without_overflow, expressions)) if chosen.overflows else expressions,
        states,
        lambda number: chosen.literal(number, namespace),
        powers_as_products=chosen.powers_as_products,
        fold_numbers=chosen.fold_numbers,
    )
    exec(compile(source, f"<dynbench {arithmetic} kernel>", "exec"), namespace)
    return namespace["kernel"]


def write_number(number: sp.Expr, namespace: dict[str, Any], arithmetic: str) -> str:
    """Write an exact number for generated code; what has no literal is put into `namespace`."""
    return _ARITHMETICS[arithmetic].literal(number, namespace)


def _float_literal(number: sp.Expr, namespace: dict[str, Any]) -> str:
    value = exact_float(number)
    return repr(value) if value >= 0 else f"({value!r})"


def _interval_literal(number: sp.Expr, namespace: dict[str, Any]) -> str:
    value = exact_float(number)
    if number.is_Rational and Fraction(value) == Fraction(int(number.p), int(number.q)):
        return _float_literal(number, namespace)
    lo, hi = _enclose_number(number)
    return _store(namespace, intervals.constant(lo, hi))


def _enclose_number(number: sp.Expr) -> tuple[float, float]:
    """Doubles below and above an exact number, from a ball of 128 bits."""
    working = ctx.prec
    ctx.prec = 128
    try:
        (ball,) = BallKernel((number,), ())(())
        middle, radius = float(ball.mid()), float(ball.rad())
    finally:
        ctx.prec = working
    # Converting the midpoint may round by half an ulp; the radius of 128 bits is far below that.
    return (
        float(np.nextafter(np.nextafter(middle - radius, -np.inf), -np.inf)),
        float(np.nextafter(np.nextafter(middle + radius, np.inf), np.inf)),
    )


def _ball_literal(number: sp.Expr, namespace: dict[str, Any]) -> str:
    if number.is_Rational:
        return _store(namespace, fmpq(fmpz(int(number.p)), fmpz(int(number.q))))
    if number in _BALL_CONSTANTS:
        return _BALL_CONSTANTS[number]
    raise ModelError(f"The constant {number} has no numerical form in dynbench.")


def _store(namespace: dict[str, Any], value: Any) -> str:
    name = f"c{len(namespace)}"
    namespace[name] = value
    return name


def _pick(branches: tuple[tuple[Any, Any], ...]) -> Any:
    return next((value for condition, value in branches if condition), math.nan)


def _select(branches: tuple[tuple[Any, Any], ...]) -> Any:
    result: Any = math.nan
    for condition, value in reversed(branches):
        result = np.where(condition, value, result)
    return result


def _erf(x: Any) -> Any:
    from scipy.special import erf

    return erf(x)


#: Constants that are evaluated at the precision of each call, not once.
_BALL_CONSTANTS: dict[sp.Expr, str] = {sp.pi: "pi()", sp.E: "exp(1)"}

_ELEMENTARY = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt")
_INVERSE = ("asin", "acos", "atan", "asinh", "acosh", "atanh")

_MATH: dict[str, Callable[..., Any]] = {
    "log_cosh": log_cosh,
    "softplus": softplus,
    **{name: getattr(math, name) for name in (*_ELEMENTARY, *_INVERSE, "erf")},
    "absolute": abs,
    "maximum": max,
    "minimum": min,
    "sign": lambda x: math.copysign(1.0, x) if x else 0.0,
    "heaviside": lambda x: 0.5 if x == 0 else float(x > 0),
    "dirac": lambda x: 0.0,
    "power": math.pow,
    "piecewise": _pick,
    "less": operator.lt,
    "less_equal": operator.le,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "logical_and": lambda a, b: a and b,
    "logical_or": lambda a, b: a or b,
    "logical_not": operator.not_,
}

_NUMPY: dict[str, Callable[..., Any]] = {
    "log_cosh": log_cosh,
    "softplus": softplus,
    **{name: getattr(np, name) for name in _ELEMENTARY},
    **{name: getattr(np, f"arc{name[1:]}") for name in _INVERSE},
    **{name: getattr(np, name) for name in ("absolute", "maximum", "minimum", "sign", "power")},
    **{name: getattr(np, name) for name in ("less", "less_equal", "equal", "not_equal")},
    **{name: getattr(np, name) for name in ("logical_and", "logical_or", "logical_not")},
    "erf": _erf,
    "heaviside": lambda x: np.heaviside(x, 0.5),
    "dirac": lambda x: np.zeros_like(x),
    "piecewise": _select,
}

_INTERVAL: dict[str, Callable[..., Any]] = {
    name: getattr(intervals, name)
    for name in (
        *(*_ELEMENTARY, *_INVERSE, "erf", "absolute", "maximum", "minimum", "sign", "heaviside", "dirac"),
        *("power_int", "power", "piecewise", "less", "less_equal", "equal", "not_equal"),
        *("logical_and", "logical_or", "logical_not"),
    )
}

_ARITHMETICS: dict[str, _Arithmetic] = {
    "math": _Arithmetic(_float_literal, _MATH, overflows=True),
    "numpy": _Arithmetic(_float_literal, _NUMPY, overflows=True),
    "interval": _Arithmetic(_interval_literal, _INTERVAL, powers_as_products=False),
    "ball": _Arithmetic(_ball_literal, balls.NAMESPACE, fold_numbers=False),
}
