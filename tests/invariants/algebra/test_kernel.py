"""The kernel of polynomial matrices, against matrices made to have it."""

from __future__ import annotations

import sympy as sp
from flint import fmpz_mpoly_ctx
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.polys.matrices import DomainMatrix

from dynbench.invariants.algebra.kernel import line_kernel

a, b = sp.symbols("a b")
CONTEXT = fmpz_mpoly_ctx.get(["a", "b"], "lex")
SMALL = st.integers(-3, 3)
POLYNOMIALS = st.dictionaries(st.tuples(st.integers(0, 1), st.integers(0, 1)), SMALL, max_size=2)


def rows_of(matrix: sp.Matrix) -> list[dict]:
    rows = []
    for i in range(matrix.rows):
        entries = {j: sp.Poly(matrix[i, j], a, b).as_dict() for j in range(matrix.cols)}
        rows.append(
            {j: CONTEXT.from_dict({e: int(c) for e, c in p.items()}) for j, p in entries.items() if any(p.values())}
        )
    return rows


def to_sympy(polynomial) -> sp.Expr:
    return sp.Add(*(int(c) * a ** int(i) * b ** int(j) for (i, j), c in polynomial.to_dict().items()))


@given(st.lists(POLYNOMIALS, min_size=9, max_size=9), st.integers(2, 4))
@settings(max_examples=60, deadline=None)
def test_against_sympy(entries: list[dict], width: int) -> None:
    polynomials = [sp.Add(*(c * a**i * b**j for (i, j), c in entry.items())) for entry in entries]
    matrix = sp.Matrix(3, width, lambda i, j: polynomials[(i * width + j) % 9])
    kernel = DomainMatrix.from_Matrix(matrix).convert_to(sp.QQ.frac_field(a, b)).nullspace().to_Matrix()
    vector = line_kernel(rows_of(matrix), width, CONTEXT)
    if kernel.rows != 1 or sp.cancel(kernel[0, -1]) == 0:
        assert vector is None
        return
    assert vector is not None
    found = sp.Matrix([to_sympy(entry) for entry in vector])
    assert (matrix * found).applyfunc(sp.expand) == sp.zeros(3, 1)
    assert sp.gcd_list(list(found)) in (1, -1)


def test_signs_and_content() -> None:
    (row,) = rows_of(sp.Matrix([[2 * a, 4 * a * b]]))
    assert [to_sympy(e) for e in line_kernel([row], 2, CONTEXT)] == [2 * b, -1]
    assert [to_sympy(e) for e in line_kernel([], 1, CONTEXT)] == [1]
    assert line_kernel([], 2, CONTEXT) is None
    assert line_kernel(rows_of(sp.Matrix([[a]])), 1, CONTEXT) is None


def test_integers_are_polynomials_in_no_variable() -> None:
    context = fmpz_mpoly_ctx.get([], "lex")
    rows = [{0: context.constant(6), 1: context.constant(-4)}]
    assert [int(e.leading_coefficient()) for e in line_kernel(rows, 2, context)] == [2, 3]
