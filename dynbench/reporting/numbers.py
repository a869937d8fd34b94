"""Numbers as a reader wants them: as many digits as are proved, bounds rounded so that they stay true."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

import numpy as np
from numpy.typing import NDArray

__all__ = ["at_least", "at_most", "decimal", "eigenvalue_list", "plural", "short"]

_MINUS = "\N{MINUS SIGN}"
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
#: More proved digits than this are not shown: the JSON report holds them all.
_MOST_DIGITS = 8
_UNPROVED_DIGITS = 6


def decimal(value: float, radius: float | None = None) -> str:
    """A number with the digits that `radius` proves, at most 8; six where nothing is proved.

    A digit counts as proved where the radius is at most half a unit of it.
    """
    if not math.isfinite(value):
        return _special(value)
    if value == 0:
        return "0"
    digits = _UNPROVED_DIGITS
    if radius is not None and math.isfinite(radius):
        top = math.floor(math.log10(abs(value)))
        proved = _MOST_DIGITS if radius == 0 else top - math.ceil(math.log10(2 * radius)) + 1
        digits = min(_MOST_DIGITS, proved)
        if digits < 1:
            return f"0 \u00b1 {at_most(abs(value) + radius)}"
    return _write(Context(digits, ROUND_HALF_EVEN).create_decimal(Decimal(value)))


def short(value: float, digits: int = 6) -> str:
    """A number to be read, not to be relied on to the last digit: trailing zeros are dropped."""
    if not math.isfinite(value):
        return _special(value)
    return _write(Context(digits).create_decimal(Decimal(value)).normalize())


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
    if -4 <= top < 7:
        return minus + f"{abs(value):f}"
    return f"{minus}{_mantissa(digits)} \u00d7 10{str(top).translate(_SUPERSCRIPTS)}"


def _mantissa(digits: Sequence[int]) -> str:
    text = "".join(map(str, digits))
    return text if len(text) == 1 else f"{text[0]}.{text[1:]}"


def _special(value: float) -> str:
    return "not a number" if math.isnan(value) else f"{_MINUS if value < 0 else ''}\u221e"
