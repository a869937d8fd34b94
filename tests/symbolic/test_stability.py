"""The algebraic stability conditions against eigenvalues, and against the forms in print."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dynbench.errors import InputError
from dynbench.symbolic.stability import (
    characteristic_polynomial,
    expansion_size,
    jury_conditions,
    routh_hurwitz,
)

LAMBDA = sp.Symbol("lambda")
ENTRIES = st.fractions(min_value=-3, max_value=3, max_denominator=8)
#: Nearer to the boundary than this, an eigenvalue in doubles cannot be trusted to lie on one side.
MARGIN = 1e-6


@st.composite
def matrices(draw: st.DrawFn, scale: Fraction = Fraction(1), shift: Fraction = Fraction(0)) -> sp.Matrix:
    n = draw(st.integers(1, 4))
    rows = [[scale * draw(ENTRIES) + (shift if i == j else 0) for j in range(n)] for i in range(n)]
    return sp.Matrix(n, n, lambda i, j: sp.Rational(rows[i][j].numerator, rows[i][j].denominator))


def eigenvalues(matrix: sp.Matrix) -> np.ndarray:
    return np.linalg.eigvals(np.array(matrix, dtype=float))


def polynomial_with_roots(roots: list[sp.Expr]) -> sp.Poly:
    product = sp.prod(LAMBDA - root for root in roots)
    return sp.Poly(sp.expand(product), LAMBDA)


@st.composite
def root_sets(draw: st.DrawFn) -> list[sp.Expr]:
    """One to four roots, real or in conjugate pairs, with rational parts: some on the boundary."""
    parts = st.fractions(min_value=Fraction(-3, 2), max_value=Fraction(3, 2), max_denominator=6)
    roots: list[sp.Expr] = []
    n = draw(st.integers(1, 4))
    while len(roots) < n:
        real = sp.Rational(*draw(parts).as_integer_ratio())
        if n - len(roots) >= 2 and draw(st.booleans()):
            imaginary = sp.Rational(*draw(parts).as_integer_ratio())
            roots += [real + sp.I * imaginary, real - sp.I * imaginary]
        else:
            roots.append(real)
    return roots


@given(st.one_of(matrices(), matrices(shift=Fraction(-3))))
@settings(max_examples=80, deadline=None)
def test_routh_hurwitz_agrees_with_eigenvalues(matrix: sp.Matrix) -> None:
    abscissa = eigenvalues(matrix).real.max()
    assume(abs(abscissa) > MARGIN)
    assert all(condition > 0 for condition in routh_hurwitz(matrix)) == (abscissa < 0)


@given(matrices(scale=Fraction(1, 3)))
@settings(max_examples=80, deadline=None)
def test_jury_agrees_with_eigenvalues(matrix: sp.Matrix) -> None:
    radius = abs(eigenvalues(matrix)).max()
    assume(abs(radius - 1) > MARGIN)
    assert all(condition > 0 for condition in jury_conditions(matrix)) == (radius < 1)


@given(root_sets())
@settings(max_examples=80, deadline=None)
def test_conditions_agree_exactly_with_the_roots_also_on_the_boundary(roots: list[sp.Expr]) -> None:
    poly = polynomial_with_roots(roots)
    stable = all(sp.re(root) < 0 for root in roots)
    inside = all(sp.re(root) ** 2 + sp.im(root) ** 2 < 1 for root in roots)
    assert all(condition > 0 for condition in routh_hurwitz(poly)) == stable
    assert all(condition > 0 for condition in jury_conditions(poly)) == inside


def test_each_condition_is_needed() -> None:
    """Dropping any one condition admits an unstable polynomial, so none is printed in vain."""
    rng = np.random.default_rng(0)
    for conditions_of, unstable in (
        (routh_hurwitz, lambda r: r.real.max() > MARGIN),
        (jury_conditions, lambda r: abs(r).max() > 1 + MARGIN),
    ):
        for n in (2, 3, 4):
            symbols = sp.symbols(f"c1:{n + 1}")
            conditions = conditions_of(sp.Poly([1, *symbols], LAMBDA))
            values = rng.normal(size=(40_000, n)) * [4.0, 6.0, 4.0, 1.5][:n]
            signs = np.array([np.broadcast_to(sp.lambdify(symbols, c)(*values.T), len(values)) > 0 for c in conditions])
            for dropped in range(len(conditions)):
                others = np.delete(signs, dropped, axis=0).all(axis=0) & ~signs[dropped]
                witnesses = values[others][:5]
                assert len(witnesses), (conditions_of.__name__, n, dropped)
                assert all(unstable(np.roots([1.0, *w])) for w in witnesses)


def test_characteristic_polynomial_is_exact_and_symbolic() -> None:
    a, b = sp.symbols("a b")
    poly = characteristic_polynomial(sp.Matrix([[a, b], [1, 0]]), LAMBDA)
    assert poly == sp.Poly(LAMBDA**2 - a * LAMBDA - b, LAMBDA)
    third = characteristic_polynomial(sp.Matrix([[sp.Rational(1, 3), 0.1], [sp.sqrt(2), sp.tanh(a)]]), LAMBDA)
    expected = (LAMBDA - sp.Rational(1, 3)) * (LAMBDA - sp.tanh(a)) - sp.sqrt(2) / 10
    assert sp.expand(third.as_expr() - expected) == 0
    assert not third.as_expr().has(sp.Float)


def test_exponentials_of_one_argument_are_one_variable() -> None:
    x, y, a, b = sp.symbols("x y a b")
    u = sp.exp(-a * (b + x))
    matrix = sp.Matrix([[u, u**2 / (1 + u), 1 / u], [sp.sqrt(2), y, sp.exp(x * y)], [0, x, sp.sin(x)]])
    assert expansion_size(matrix)[0] == 5, "x, y, u, exp(x y), sin(x)"
    poly = characteristic_polynomial(matrix, LAMBDA)
    assert sp.simplify(poly.all_coeffs()[1] + matrix.trace()) == 0
    at = {x: 0.3, y: -0.7, a: 1.1, b: 0.4}
    expected = np.poly(np.array(matrix.subs(at).evalf(), dtype=float))
    assert np.allclose([float(c.subs(at)) for c in poly.all_coeffs()], expected, rtol=1e-12, atol=1e-12)


def test_expansion_size_bounds_the_terms() -> None:
    x, y = sp.symbols("x y")
    entries = [(1 + x + y) ** 3, x / (1 + y) + y / (1 + x) ** 2, (x + y) * (x - y), sp.S.Zero]
    for entry in entries:
        top, bottom = (sp.Poly(part, x, y) for part in sp.fraction(sp.cancel(entry)))
        assert expansion_size(sp.Matrix([[entry]]))[1] >= len(top.terms()) + len(bottom.terms())


def test_what_would_take_long_to_reduce_is_left_as_it_is() -> None:
    symbols = sp.symbols("c0:9")
    large = sp.Add(*symbols) ** 20
    (condition,) = routh_hurwitz(sp.Matrix([[-large]]))
    assert condition == large


@given(matrices())
@settings(max_examples=50, deadline=None)
def test_cayley_hamilton(matrix: sp.Matrix) -> None:
    coefficients = characteristic_polynomial(matrix, LAMBDA).all_coeffs()
    value = sp.zeros(matrix.rows)
    for coefficient in coefficients:
        value = value * matrix + coefficient * sp.eye(matrix.rows)
    assert value == sp.zeros(matrix.rows)


def test_forms_in_print() -> None:
    a1, a2, a3, a4 = sp.symbols("a1:5")
    cubic = sp.Poly([1, a1, a2, a3], LAMBDA)
    assert routh_hurwitz(cubic) == (a1, a3, a1 * a2 - a3)
    *_, last = routh_hurwitz(sp.Poly([1, a1, a2, a3, a4], LAMBDA))
    assert sp.expand(last - (a1 * a2 * a3 - a3**2 - a1**2 * a4)) == 0
    trace, det = sp.symbols("T D")
    assert jury_conditions(sp.Poly([1, -trace, det], LAMBDA)) == (1 - trace + det, 1 + trace + det, 1 - det)


def test_lorenz_origin_and_hopf_value() -> None:
    """Sparrow: the origin is stable for r < 1; C+- lose stability at r = s (s + b + 3)/(s - b - 1)."""
    s, r, b = sp.symbols("s r b", positive=True)
    origin = sp.Matrix([[-s, s, 0], [r, -1, 0], [0, 0, -b]])
    assert sp.expand(routh_hurwitz(origin)[1] - (1 - r) * b * s) == 0
    q = sp.sqrt(b * (r - 1))
    wing = sp.Matrix([[-s, s, 0], [1, -1, -q], [q, q, -b]])
    *_, hopf = routh_hurwitz(wing)
    assert sp.simplify(hopf.subs(r, s * (s + b + 3) / (s - b - 1))) == 0


def test_leading_coefficient_is_divided_out() -> None:
    assert routh_hurwitz(sp.Poly([-2, -4, -6], LAMBDA)) == (2, 3)


@pytest.mark.parametrize("conditions_of", [routh_hurwitz, jury_conditions])
def test_bad_input(conditions_of) -> None:
    with pytest.raises(InputError, match="dimension 1 to 4, not 5"):
        conditions_of(sp.eye(5))
    with pytest.raises(InputError, match=r"shape \(2, 3\)"):
        conditions_of(sp.zeros(2, 3))
    with pytest.raises(InputError, match="not real"):
        conditions_of(sp.Matrix([[sp.I]]))
    with pytest.raises(InputError, match="matrix or Poly, not list"):
        conditions_of([[1]])
    with pytest.raises(InputError, match="one variable"):
        conditions_of(sp.Poly(sp.Symbol("u") * LAMBDA))
    with pytest.raises(InputError, match="lambda already occurs"):
        characteristic_polynomial(sp.Matrix([[LAMBDA]]), LAMBDA)
