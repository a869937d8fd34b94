"""Numbers as a reader wants them: as many digits as are proved, bounds rounded so that they stay true."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

import numpy as np
from numpy.typing import NDArray

__all__ = ["at_least", "at_most", "decimal", "eigenvalue_list", "plural", "readable", "short"]

_MINUS = "\N{MINUS SIGN}"
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
#: More proved digits than this are not shown: the JSON report holds them all.
_MOST_DIGITS = 8
_UNPROVED_DIGITS = 6
#: Where fewer are proved, the radius is shown.
_FEWEST_DIGITS = 3
#: Numbers from ten to this power on are written with a power of ten.
_POSITIONAL = 7
#: What a program writes for a number with a power of ten, a minus and a relation.
_POWER_OF_TEN = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)[eE]([+-]?\d+)\b")
_SIGN = re.compile(r"(?<![\w.)\]}-])-(?=[\w.(])|(?<=[\w)\]}|] )-(?= [\w(|])")
_POWER = re.compile(r"(?<=[\w)])(?:\*\*|\^)(\d+)(?!\d)")
_PRODUCT = re.compile(r"(?<=[\w)\u00b2-\u2079])\*(?=[\w(])")
_RELATIONS = {"<=": "\u2264", ">=": "\u2265", "->": "\u2192", " +- ": " \u00b1 ", "QQ(sqrt(": "\u211a(\u221a("}


def decimal(value: float, radius: float | None = None) -> str:
    """A number with the digits that `radius` proves, at most 8, without trailing zeros; six if none is proved.

    A digit counts as proved where the radius is at most half a unit of it. Where fewer than three are, the radius
    is shown.
    """
    if not math.isfinite(value):
        return _special(value)
    if value == 0:
        return "0"
    if radius is None or not math.isfinite(radius):
        return _rounded(value, _UNPROVED_DIGITS)
    top = math.floor(math.log10(abs(value)))
    proved = _MOST_DIGITS if radius == 0 else min(_MOST_DIGITS, top - math.ceil(math.log10(2 * radius)) + 1)
    # A number without a power of ten shows all its digits before the point, proved or not.
    fewest = max(_FEWEST_DIGITS, top + 1 if top < _POSITIONAL else 0)
    if proved >= fewest:
        return _rounded(value, proved)
    shown = Context(fewest).create_decimal(Decimal(value))
    return f"{_rounded(value, fewest)} \u00b1 {at_most(radius + abs(float(Decimal(value) - shown)))}"


def short(value: float, digits: int = 6) -> str:
    """A number to be read, not to be relied on to the last digit: trailing zeros are dropped."""
    if not math.isfinite(value):
        return _special(value)
    return _rounded(value, digits)


def at_most(value: float | None) -> str:
    """An upper bound, rounded up to two digits; a dash where there is none."""
    return _bound(value, ROUND_CEILING)


def at_least(value: float | None) -> str:
    """A lower bound, rounded down to two digits; a dash where there is none."""
    return _bound(value, ROUND_FLOOR)


def eigenvalue_list(values: NDArray[np.complex128], radii: NDArray[np.float64] | None = None) -> str:
    """Eigenvalues in a line, conjugate pairs as ``a ± b i``; repeated ones counted."""
    if radii is None:
        radii = np.full(len(values), np.nan)
    words: list[str] = []
    for value, radius in zip(values, radii, strict=True):
        proved = float(radius) if math.isfinite(radius) else None
        size = proved if proved is not None else 1e-9 * max(1.0, abs(value))
        if abs(value.imag) <= size:
            words.append(_real_part(value.real, proved, size))
        elif value.imag > 0:
            real = _real_part(value.real, proved, size)
            imaginary = f"{decimal(value.imag, proved)}\u202fi"
            words.append(f"\u00b1 {imaginary}" if real == "0" else f"{real} \u00b1 {imaginary}")
    counted = {word: words.count(word) for word in words}
    return ", ".join(word if times == 1 else f"{word} ({times} times)" for word, times in counted.items())


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """``1 saddle``, ``2 saddles``."""
    return f"{count} {noun if count == 1 else nouns or noun + 's'}"


def readable(text: str) -> str:
    """A sentence from the computation, its numbers typeset: ``2e-10`` becomes 2 \u00d7 10\u207b\u00b9\u2070."""
    for ascii_relation, sign in _RELATIONS.items():
        text = text.replace(ascii_relation, sign)
    text = _POWER_OF_TEN.sub(lambda found: _write(Decimal(found[0]).normalize()), text)
    text = _POWER.sub(lambda found: found[1].translate(_SUPERSCRIPTS), text)
    return _SIGN.sub(_MINUS, _PRODUCT.sub("\u00b7", text))


def _rounded(value: float, digits: int) -> str:
    return _write(Context(digits, ROUND_HALF_EVEN).create_decimal(Decimal(value)).normalize())


def _real_part(value: float, proved: float | None, size: float) -> str:
    return "0" if abs(value) <= size else decimal(value, proved)


def _bound(value: float | None, rounding: str) -> str:
    if value is None:
        return "\u2014"
    if not math.isfinite(value):
        return _special(value)
    return _write(Context(2, rounding).create_decimal(Decimal(value)).normalize())


def _write(value: Decimal) -> str:
    """Positional where that is short, else with a power of ten."""
    if value == 0:
        return "0"
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int), "finite decimals have an integer exponent"
    top = len(digits) - 1 + exponent
    minus = _MINUS if sign else ""
    if -4 <= top < _POSITIONAL:
        return minus + f"{abs(value):f}"
    return f"{minus}{_mantissa(digits)} \u00d7 10{str(top).translate(_SUPERSCRIPTS)}"


def _mantissa(digits: Sequence[int]) -> str:
    text = "".join(map(str, digits))
    return text if len(text) == 1 else f"{text[0]}.{text[1:]}"


def _special(value: float) -> str:
    return "not a number" if math.isnan(value) else f"{_MINUS if value < 0 else ''}\u221e"
