from __future__ import annotations

import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from dynbench.reporting.names import is_plain, printable, split_sum


@given(st.text(max_size=20))
def test_printable_text_can_be_written_and_seen(text):
    shown = printable(text)
    shown.encode("utf-8")
    assert len(shown) == len(text)
    assert all(c.isprintable() or c.isspace() for c in shown)


def test_plain_names():
    assert all(map(is_plain, ("x", "x_1", "alpha", "V_m_2", "x1")))
    assert not any(map(is_plain, ("", "_x", "x__1", "x y", "$", "x_", "\u05e9", "\\alpha")))


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=25))
def test_the_parts_of_a_sum_add_up_to_it(coefficients):
    expression = sp.Add(*(c * sp.Symbol(f"state_{k}") for k, c in enumerate(coefficients)))
    parts = split_sum(expression)
    assert sum((-part if sign == "-" else part for sign, part in parts), sp.S.Zero) == expression
    assert parts[0][0] == ""
    assert all(sign in "+-" for sign, _ in parts[1:])
