from __future__ import annotations

import html
from xml.etree import ElementTree

import pytest
import sympy as sp

from dynbench.reporting.blocks import Equation, Equations, Rate, SecondDerivative, Symbol
from dynbench.reporting.mathml import display, inline

x, y = sp.symbols("x y")


def parse(text: str) -> ElementTree.Element:
    """Read MathML as XML, after HTML's named entities (but not the five of XML) are replaced."""
    for name in ("InvisibleTimes", "pi", "infin", "ExponentialE", "ImaginaryI"):
        text = text.replace(f"&{name};", html.unescape(f"&{name};"))
    return ElementTree.fromstring(text)


def words(text: str) -> str:
    return "".join(parse(text).itertext())


@pytest.mark.parametrize(
    "expression",
    [
        (1 - x**2) * y,
        sp.sqrt(3) / 2 - sp.Rational(1, 2),
        sp.Matrix([[x, -y], [1, sp.sin(x) ** 2]]),
        sp.exp(-x) + sp.E + sp.I * sp.pi,
        sp.Piecewise((x, x > 0), (-x, True)),
        sp.Heaviside(x),
        sp.Abs(x) + sp.sign(y) + sp.Max(x, y) + sp.tanh(x),
        sp.Gt(x, 0),
        sp.Ne(x + 1, 0),
    ],
    ids=str,
)
def test_well_formed(expression):
    assert parse(inline(expression)).tag == "math"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'a"b', "&amp;", "$x$", "\\frac{a}{b}", "]]>", "--"])
def test_hostile_names_come_out_as_text(name):
    assert words(inline(sp.Symbol(name))) == name


def test_invisible_characters_are_made_visible():
    assert words(inline(sp.Symbol("a\u202eb\x00"))) == "a\ufffdb\ufffd"


def test_minus_is_a_minus_sign():
    assert "-" not in words(inline(-x - 2 * y - 1))
    assert words(inline(sp.Integer(-3))) == "\u22123"


def test_subscripts_and_greek():
    assert words(inline(sp.Symbol("alpha_12"))) == "\u03b112"
    assert "<msub>" in inline(sp.Symbol("x_1"))


def test_cases_are_written_out():
    assert words(inline(sp.Piecewise((x, x > 0), (0, True)))) == "{xif\u00a0x>00otherwise"


def test_equations_are_rows():
    equations = Equations((Equation(Rate(x), y), Equation(Symbol.SPEED, x**2), Equation(x, sp.S.Zero, ">")))
    rows = parse(display(equations)).findall(".//mtr")
    assert ["".join(row.itertext()) for row in rows] == ["x\u2032=y", "q=x2", "x>0"]


def test_a_long_sum_goes_on_in_the_next_row_with_its_signs():
    terms = [(-1) ** k * sp.Symbol(f"a_{k}") * x**k for k in range(30)]
    long = sp.Add(*terms)
    rows = parse(display(Equations((Equation(Symbol.SPEED, long),)))).findall(".//mtr")
    assert len(rows) > 1
    joined = "".join("".join(row.itertext()) for row in rows)
    assert joined.count("+") + joined.count("\u2212") >= len(terms) - 1
    assert all("".join(row.itertext())[0] in "+\u2212" for row in rows[1:])


def test_second_derivatives():
    rows = (Equation(SecondDerivative(1, (x, x)), y), Equation(SecondDerivative(2, (x, y)), x))
    assert "".join(parse(display(Equations(rows))).itertext()) == "\u22022F1\u2202x2=y\u22022F2\u2202x\u2202y=x"


def test_a_product_with_a_word_has_a_space():
    assert "mspace" in inline(x * sp.log(y))
    assert "mspace" in inline(sp.Symbol("rate") * x)
    assert "mspace" in inline(sp.sin(x) ** 2 * sp.cos(y) ** 2)
    assert "mspace" not in inline(x * y)
    assert "mspace" not in inline(sp.pi * x)
