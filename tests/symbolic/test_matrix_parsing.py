"""Texts of matrix expressions: read back as they were written, and nothing else is read."""

from __future__ import annotations

import time

import pytest
import sympy as sp

from dynbench.errors import ModelError
from dynbench.symbolic.matrices import normalise
from dynbench.symbolic.matrices.text import read_matrix, write_matrix
from dynbench.symbolic.matrix_parsing import Each, Name, Product, Rows, Scaled, Stack, Sum, parse_matrix
from dynbench.symbolic.notation import Notation

S, A = sp.symbols("s a", real=True)
X, W, B, L = (sp.MatrixSymbol(name, 4, k) for name, k in (("x", 1), ("W", 4), ("b", 1), ("lambda", 4)))
EXPRESSIONS = {
    "rate": (-A * X + W * X.applyfunc(sp.tanh) + B) / 3,
    "activation": -X + (W * X + B).applyfunc(sp.Lambda(S, 1 / (1 + sp.exp(-A * S)))),
    "relu": W * X.applyfunc(sp.Lambda(S, sp.Piecewise((S, S > 0), (A * S, True)))),
    "gated": sp.HadamardProduct(sp.OneMatrix(4, 1) - X.applyfunc(sp.tanh), W.T * X) - sp.sqrt(2) * B,
    "powers": sp.HadamardPower(X, 3) * sp.Rational(-1, 7) + sp.DiagMatrix(B) * W * X,
    "norm": (W + W * L) * X * (X.T * X),
    "slices": W[:2, :].T * (X[1:3, :] + B[2:, :]) + W[:, 1:] * X[1:, :].applyfunc(sp.tanh),
    "stacked": sp.BlockMatrix([[W[3:, :] * X + B[:1, :]], [X[2:, :].applyfunc(sp.sin)], [-B[:1, :] * (B.T * X)]]),
    "blocks": sp.BlockMatrix([[W[:2, :2], sp.ZeroMatrix(2, 2)], [-sp.Identity(2), L[2:, :2]]]) * X,
    "a slice of everything": (W + L * W)[:4, :] * X + (A * L * W)[1:2, :].T,
    "full matrices": sp.hadamard_product(W, (X * X.T + W).applyfunc(sp.tanh)) * B,
    "diagonal": sp.DiagonalOf(W) + sp.Identity(4) * X + L * sp.Matrix([1, -2, sp.Rational(1, 3), 0]),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_reads_back(name):
    expression = normalise(EXPRESSIONS[name])
    notation = Notation((A, X, W, B, L))
    text = write_matrix(expression, notation)
    assert read_matrix(text, {token: s for s, token in notation.tokens.items()}) == expression


def test_the_tree_is_what_it_reads():
    tree = parse_matrix("-x + {a/2}*W*tanh(x)", {"x": "x", "W": "W"}, {"a": A}, S)
    x = Name("x")
    assert tree == Sum((Scaled(x, sp.S.NegativeOne), Scaled(Product((Name("W"), Each(x, sp.tanh(S)))), A / 2)))


def test_slices_and_stacks_are_what_they_read():
    x = Name("x")
    assert parse_matrix("stack(x[2:4], (W*x)[0:2])", {"x": "x", "W": "W"}, {}, S) == Stack(
        (Rows(x, 2, 4), Rows(Product((Name("W"), x)), 0, 2))
    )
    symbols = {"x": X, "W": W}
    with pytest.raises(ModelError, match=r"rows 2:5 of x are not among its 4"):
        read_matrix("x[2:5]", symbols)
    with pytest.raises(ModelError, match="cannot stand one below the other"):
        read_matrix("stack(x, W)", symbols)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x +", "y", "x*", "(x", "x)", "{a}", "{a*x", "x x", "tanh(x", "__import__(x)", "x.T", "x[0]", "x; x"),
        *("each(s, x)", "each(s -> , x)", "each(s -> y, x)", "ones(0, 1)", "ones(2)", "identity(2, 2)", "each()"),
        *(
            "matrix(1, 2, 3)",
            "matrix(1, 1, a)",
            "matrix(1, 1, 1/0)",
            f"matrix(1, 1, {'9' * 5000})",
            "hadamard()",
            "{().__class__}*x",
            "x ** 2",
        ),
        *(
            "x[1]",
            "x[:2]",
            "x[1:]",
            "x[2:2]",
            "x[3:1]",
            "x[-1:2]",
            "x[0:1][0:1]",
            "x[0:a]",
            "x[0:9999999999]",
            "stack()",
        ),
        *("ones(99999999999, 1)", "eval(x)", "{9^9^9^9}*x", "each(s -> open('f'), x)"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(text):
    with pytest.raises(ModelError):
        parse_matrix(text, {"x": "x", "W": "W"}, {"a": A}, S)


def test_deep_and_long_texts_are_refused_quickly():
    start = time.process_time()
    for text in ("(" * 5000 + "x" + ")" * 5000, "tanh(" * 3000 + "x" + ")" * 3000, " + ".join(["W*x"] * 20000)):
        with pytest.raises(ModelError):
            parse_matrix(text, {"x": "x", "W": "W"}, {}, S)
    assert time.process_time() - start < 5
