"""How nodes are printed."""

from __future__ import annotations

import sympy as sp

from dynbench.reporting.mathml import inline
from dynbench.symbolic.matrices import normalise
from dynbench.symbolic.matrices.nodes import SLOT, elementwise, mul, ones, transpose
from dynbench.symbolic.matrices.text import read_matrix, write_matrix
from dynbench.symbolic.notation import Notation

N = sp.Symbol("n", integer=True, positive=True)
X = sp.MatrixSymbol("x", 3, 1)


def test_ones_are_not_printed_like_a_number():
    row = ones((sp.S.One, N))
    assert str(row) == "ones(1, n)"
    assert sp.latex(row) == r"\mathbf{1}^{T}"
    assert sp.latex(transpose(row)) == r"\mathbf{1}"
    bold = '<mn mathvariant="bold">1</mn>'
    assert f"<msup>{bold}<mi>T</mi></msup>" in inline(row)
    assert inline(transpose(row)) == f"<math>{bold}</math>"


def test_ones_of_sympy_are_those_of_dynbench():
    assert normalise(sp.OneMatrix(N, 1)) == ones((N, sp.S.One)) == transpose(ones((sp.S.One, N))) == ones((1, N)).T
    assert sp.srepr(ones((N, sp.S.One))) == sp.srepr(sp.OneMatrix(N, 1))


def test_a_sum_of_entries_reads_back():
    total = mul(ones((sp.S.One, sp.Integer(3))), elementwise(sp.log(sp.cosh(SLOT)), X))
    notation = Notation([X])
    assert read_matrix(write_matrix(total, notation), {"x": X}) == total
