from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

import dynbench as db
from dynbench.symbolic.typesetting import latex, printable

x = sp.Symbol("x")


@given(st.text(min_size=1, max_size=20))
def test_names_never_end_the_mathematics_that_they_stand_in(name):
    text = latex(sp.Symbol(name) + 1)
    bare = text.replace("\\$", "").replace("\\{", "").replace("\\}", "")
    assert "$" not in bare
    assert bare.count("{") == bare.count("}")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (sp.Symbol("alpha_1"), "\\alpha_{1}"),
        (sp.Symbol("\\frac{1}{2}"), r"\mathtt{\backslash frac\{1\}\{2\}}"),
        (sp.sign(x), r"\mathrm{sign}{\left(x \right)}"),
    ],
    ids=str,
)
def test_latex(expression, text):
    assert latex(expression) == text


def test_a_system_in_a_notebook_is_escaped():
    hostile = sp.Symbol("<img src=x onerror=alert(1)>$\\frac")
    system = db.ODE({hostile: -hostile}, name='"><script>alert(1)</script>\u202e')
    shown = system._repr_html_()
    assert "<img" not in shown
    assert "<script" not in shown
    assert printable("\u202e") in shown
    assert "$\\frac" not in system._repr_latex_()
