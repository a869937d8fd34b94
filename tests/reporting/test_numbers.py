from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynbench.reporting.numbers import at_least, at_most, decimal, eigenvalue_list, plural, readable, short

finite = st.floats(-1e12, 1e12).filter(lambda v: v == 0 or abs(v) > 1e-200)
positive = st.floats(1e-200, 1e12)


def read(text: str) -> float:
    """The number that a reader takes from the text."""
    text = text.replace("\N{MINUS SIGN}", "-")
    mantissa, _, power = text.partition(" \u00d7 10")
    superscripts = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    return float(mantissa) * 10.0 ** int(power.translate(superscripts) or 0) if power else float(mantissa)


@given(positive)
def test_bounds_stay_true(value):
    assert read(at_most(value)) >= value * (1 - 1e-15)
    assert read(at_least(value)) <= value * (1 + 1e-15)
    assert read(at_most(value)) <= 1.11 * value
    assert read(at_least(value)) >= 0.9 * value


@given(finite, st.floats(1e-18, 1e-2))
def test_no_digit_is_shown_that_is_not_proved(value, relative):
    radius = relative * max(abs(value), 1e-100)
    text = decimal(value, radius)
    shown, _, bound = text.partition(" ± ")
    if bound:
        assert abs(read(shown) - value) + radius <= read(bound) * (1 + 1e-12)
        return
    if value == 0:
        assert text == "0"
        return
    digits = text.replace("\N{MINUS SIGN}", "").partition(" ")[0]
    after_point = len(digits.partition(".")[2])
    scale = read(text) / read(digits) if read(digits) else 1.0
    unit = abs(scale) * 10.0**-after_point
    assert abs(read(text) - value) <= 0.5001 * unit, "what is shown is the rounded value"
    assert radius <= 0.5001 * unit, "the last digit shown is proved"


@pytest.mark.parametrize(
    ("value", "radius", "text"),
    [
        (0.36602540378443865, 1e-17, "0.3660254"),
        (-1.5, 0.0, "\u22121.5"),
        (1.23456789, 1e-3, "1.23"),
        (65.0, 0.75, "65 ± 0.75"),
        (12345.0, 40.0, "12345 ± 40"),
        (1.23456789, None, "1.23457"),
        (0.0, 1e-20, "0"),
        (2.5e-9, 1e-20, "2.5 \u00d7 10\u207b\u2079"),
        (1e-17, 2e-17, "1 \u00d7 10\u207b\u00b9\u2077 ± 2.1 \u00d7 10\u207b\u00b9\u2077"),
        (math.nan, None, "not a number"),
        (-math.inf, None, "\u2212\u221e"),
    ],
)
def test_decimals(value, radius, text):
    assert decimal(value, radius) == text


def test_missing_bounds_are_dashes():
    assert at_most(None) == at_least(None) == "\u2014"


def test_short_drops_trailing_zeros():
    assert short(3.0) == "3"
    assert short(-0.25) == "\u22120.25"
    assert short(1e8) == "1 \u00d7 10\u2078"


def test_eigenvalues_pair_up_and_are_counted():
    values = np.array([0.5 + 2j, 0.5 - 2j, -1, -1], dtype=complex)
    assert eigenvalue_list(values, np.full(4, 1e-16)) == "0.5 ± 2\u202fi, \u22121 (2 times)"


def test_an_imaginary_part_within_the_radius_is_not_shown():
    assert eigenvalue_list(np.array([1 + 1e-12j]), np.array([1e-10])) == "1"


def test_a_pair_on_the_imaginary_axis_has_no_real_part():
    assert eigenvalue_list(np.array([1e-18 + 1j, 1e-18 - 1j]), np.array([1e-15, 1e-15])) == "± 1\u202fi"


def test_plural():
    assert plural(1, "box", "boxes") == "1 box"
    assert plural(0, "saddle") == "0 saddles"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("within 2e-10 of it", "within 2 \u00d7 10\u207b\u00b9\u2070 of it"),
        ("|x| exceeded 1e+06", "|x| exceeded 1000000"),
        ("Y + Z r <= r", "Y + Z r \u2264 r"),
        ("from -0.5 to 3", "from \u22120.5 to 3"),
        ("|I - R G'| < 1", "|I \u2212 R G'| < 1"),
        ("(x, y) -> (y, x)", "(x, y) \u2192 (y, x)"),
        ("-A*sin(pi*x)**2 - 1 is conserved", "\u2212A\u00b7sin(pi\u00b7x)\u00b2 \u2212 1 is conserved"),
        ("a saddle-focus, --seed 0", "a saddle-focus, --seed 0"),
        ("Poincare-Hopf, x1e5, 256 bits", "Poincare-Hopf, x1e5, 256 bits"),
    ],
)
def test_sentences_from_the_computation_are_typeset(text, shown):
    assert readable(text) == shown
