"""The check that an expression is real-valued and that its constants are finite."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy.core.function import AppliedUndef

from dynbench.errors import ModelError

__all__ = ["check_real"]

_INFINITE = (sp.oo, -sp.oo, sp.zoo, sp.nan)
_DIGITS = 20
_LARGEST = sp.Float("1.7976931348623157e308", _DIGITS)


def check_real(expression: sp.Basic, where: str) -> None:
    """Check that an expression of real symbols can be real and that its constants are finite doubles.

    Refused are the imaginary unit, infinities and nan; a part that no real value of the symbols makes real
    (``sqrt(-1 - x**2)``); a symbol-free part that is not real (``acos(2)``) or overflows in double precision
    (``exp(1000)``); symbols declared as not real; and undefined functions ``f(x)``, of which nothing is known.
    A part that is real for some values of the symbols only (``log(x)``) passes.

    Parameters
    ----------
    expression : sympy expression
        Symbols without assumptions are taken as real.
    where : str
        What the expression is, as it should stand in the message: ``"the equation for x"``.

    Raises
    ------
    ModelError
        In one sentence that names the part at fault and ends with `where`.
    """
    user_symbols: dict[sp.Basic, sp.Basic] = {}
    for symbol in sorted(expression.free_symbols, key=str):
        if symbol.is_extended_real is False:
            raise ModelError(f"The symbol {symbol} in {where} is declared as not real; states and parameters are real.")
        if symbol.is_extended_real is None:
            user_symbols[sp.Dummy(str(symbol), real=True)] = symbol
    real = expression.xreplace({user: stand_in for stand_in, user in user_symbols.items()})
    for part in _inside_out(real, set()):
        fault = _fault(part)
        if fault:
            raise ModelError(f"{_short(part.xreplace(user_symbols))} {fault} in {where}.")


def _inside_out(part: sp.Basic, seen: set[sp.Basic]) -> Iterator[sp.Basic]:
    """Every part once, arguments first: SymPy may not return from evaluating a function of what is far too large."""
    if part not in seen:
        seen.add(part)
        for argument in part.args:
            yield from _inside_out(argument, seen)
        yield part


def _fault(part: sp.Basic) -> str | None:
    """What is wrong with this node, its arguments apart."""
    if part in _INFINITE:
        return "is not finite"
    if part is sp.I:
        return "is not a real number"
    if isinstance(part, AppliedUndef):
        return "is a function without a definition"
    if not isinstance(part, sp.Expr) or part.is_Symbol:
        return None
    if isinstance(part, sp.Function | sp.Pow) and part.is_extended_real is False:
        return "is not real" if part.free_symbols else "is not a real number"
    return _constant_fault(part) if part.is_number and not part.is_NumberSymbol else None


def _constant_fault(part: sp.Expr) -> str | None:
    value = part.evalf(_DIGITS)
    if value in _INFINITE or value.has(*_INFINITE):
        return "is not finite"
    if value.is_extended_real is False:
        return "is not a real number"
    return None if abs(value) <= _LARGEST else "is not finite in double precision"


def _short(part: sp.Basic) -> str:
    try:
        text = str(part)
    except ValueError:  # Python prints no integer of more than a few thousand digits
        return "A constant of thousands of digits"
    return text if len(text) <= 60 else f"{text[:45]} ... {text[-10:]}"
