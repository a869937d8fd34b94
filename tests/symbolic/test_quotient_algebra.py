"""The algebra modulo a zero-dimensional ideal: dimensions, traces and counts with known roots."""

from __future__ import annotations

import pytest
import sympy as sp
from flint import fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.symbolic.ideals import groebner
from dynbench.symbolic.quotient_algebra import QuotientAlgebra, inertia, reduced_modulo
from dynbench.symbolic.rational_equations import read_equations

X, Y = sp.symbols("x y")
PRIME = 2**61 - 1


def algebra(*equations, unknowns=(X, Y)):
    return QuotientAlgebra(groebner(read_equations(equations, unknowns).numerators, len(unknowns)), len(unknowns))


def test_monomials_and_multiplication():
    a = algebra(X**2 - 2, Y**2 - X - 1)
    assert a.monomials == ((0, 0), (0, 1), (1, 0), (1, 1))
    x, y = a.multiplication
    one = fmpq_mat(4, 4, [int(i == j) for i in range(4) for j in range(4)])
    assert x * x == one * 2  # the relations hold for the matrices
    assert y * y - x == one
    assert x * y == y * x


def test_traces_are_sums_over_the_roots():
    roots = [(0, 0), (1, 3), (2, -1), (sp.Rational(1, 2), 5)]
    x_only = sp.prod([X - p for p, _ in roots])
    a = algebra(x_only, Y - sp.interpolate(roots, X))
    for monomial, trace in zip(a.monomials, a.traces.entries(), strict=True):
        total = sum(p ** monomial[0] * q ** monomial[1] for p, q in roots)
        assert trace == fmpq(int(total.p), int(total.q))
    assert a.distinct == a.distinct_real == a.dimension == 4


@pytest.mark.parametrize(
    ("equations", "dimension", "distinct", "real"),
    [
        ([X**2, Y * (Y - 1) ** 2], 6, 2, 2),
        ([X**2 + 1, Y - X], 2, 2, 0),
        ([X**3 - 1, Y**2 - X], 6, 6, 2),
        ([X**2 + Y**2 - 1, X - 1], 2, 1, 1),
        ([(X**2 + 1) ** 2, Y**3], 12, 2, 0),
        ([X**4 - 5 * X**2 + 4, Y**2 - X], 8, 8, 4),
    ],
)
def test_counts(equations, dimension, distinct, real):
    a = algebra(*equations)
    assert (a.dimension, a.distinct, a.distinct_real) == (dimension, distinct, real)


entries = st.integers(-4, 4)


@given(st.integers(1, 5).flatmap(lambda n: st.tuples(*[st.lists(entries, min_size=n, max_size=n)] * (n + 1))))
@settings(max_examples=60, deadline=None)
def test_inertia_of_congruent_matrices(rows):
    """Sylvester: with C invertible, C D C^T has as many positive and negative eigenvalues as D."""
    *change, diagonal = rows
    n = len(diagonal)
    c = fmpq_mat(n, n, [x for row in change for x in row])
    if c.det() == 0:
        return
    d = fmpq_mat(n, n, [diagonal[i] if i == j else 0 for i in range(n) for j in range(n)])
    assert inertia(c * d * c.transpose(), PRIME) == sum((x > 0) - (x < 0) for x in diagonal)


def test_inertia_with_zero_diagonals_and_tiny_eigenvalues():
    assert inertia(fmpq_mat(2, 2, [0, 1, 1, 0]), PRIME) == 0
    assert inertia(fmpq_mat(3, 3, [0, 1, 1, 1, 0, 1, 1, 1, 0]), PRIME) == -1
    tiny = fmpq(1, 10**80)  # determinant 10^-80, far below the first working precision
    assert inertia(fmpq_mat(2, 2, [1, 1, 1, 1 + tiny]), PRIME) == 2
    assert inertia(fmpq_mat(2, 2, [1, 1, 1, 1 - tiny]), PRIME) == 0
    assert inertia(fmpq_mat(2, 2, [1, 1, 1, 1]), PRIME) == 1


def test_reduction_modulo_a_prime():
    assert reduced_modulo(fmpq_mat(1, 1, [fmpq(1, 3)]), 7)[0, 0] == 5
    assert reduced_modulo(fmpq_mat(1, 1, [fmpq(1, 7)]), 7) is None
