from __future__ import annotations

import pytest
import sympy as sp

from dynbench.errors import ModelError
from dynbench.symbolic.notation import Notation
from dynbench.symbolic.parsing import parse_expression

X, Y = sp.symbols("x y")
TEXTS = [
    *("x/3 - 0.1*y^2", "exp(-x)/(1 + exp(1))", "pi*x + sqrt(2)", "relu(x - y)", "logistic(x)", "cbrt(x)"),
    *("softplus(x)", "Heaviside(x)", "log10(x)", "abs(x - 1)", "Max(x, y, 2)", "erf(x)", "2^x", "sign(x)*atan(y)"),
    *("abs(abs(x/3))", "x/5 - abs(2*abs(x - y)/7 + y)", "abs(3*abs(abs(x/2)/5 - y))/2", "abs(2/abs(3*x))"),
    *("abs(relu(3*y/4 - x/2)/2)", "abs(relu(3*y - x)/2 + abs(-relu(y - x)/3))", "abs(-relu(relu(y - x)/3 - 2*x)*5)"),
    "abs(-abs(Max(3*y - x/2 - 1/2, -y))/3)",
    *("Piecewise((x, x >= y), (0, True))", "Piecewise((x, (x > 0) or (y != 1)), (y, True))", "x^(3/2)"),
]


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_written_reads_back_as_the_same_expression(text):
    expression = parse_expression(text, {"x": X, "y": Y})
    notation = Notation([X, Y])
    assert notation.read(notation.write(expression)) == expression
    assert notation.aliases == {}


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "and", "pi", "E", "a b", "x'y\"z", "\u05d0\u05d1", "$\\frac{1}{2}$", "n" * 200, "s0"],
)
def test_any_name_reads_back(name):
    odd = sp.Symbol(name)
    notation = Notation([X, odd, sp.Symbol("s1")])
    expression = sp.exp(odd) * X + sp.pi * odd**2 + sp.E
    text = notation.write(expression)
    assert notation.read(text) == expression
    assert text.isascii()
    for token, alias in notation.aliases.items():
        assert token != alias == name


def test_relations_read_back_unevaluated():
    notation = Notation([X, Y])
    for relation in (sp.Gt(X, 0), sp.Ne(X + 1, 0), sp.Eq(X - Y, 0, evaluate=False), sp.Le(X, Y)):
        assert notation.read_relation(notation.write(relation)) == relation


@pytest.mark.parametrize("text", ["x", "x > y > 0", "x => 0", "__import__('os') > 0"])
def test_what_is_no_relation_is_refused(text):
    with pytest.raises(ModelError):
        Notation([X, Y]).read_relation(text)
