"""Groebner bases against SymPy's; dimension, membership, saturation and elimination on known ideals."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.errors import ConvergenceError
from dynbench.symbolic import ideals
from dynbench.symbolic.ideals import (
    block_basis,
    contains,
    groebner,
    has_no_zero,
    in_radical,
    independent_variables,
    saturate,
)
from dynbench.symbolic.rational_equations import read_equations, to_sympy

X, Y, Z = UNKNOWNS = sp.symbols("x y z")


def polynomials(*expressions):
    return read_equations(expressions, UNKNOWNS).numerators


def basis(*expressions):
    return groebner(polynomials(*expressions), 3)


def expressions(ideal):
    return {to_sympy(p, UNKNOWNS) for p in ideal}


def primitive(expression):
    poly = sp.Poly(expression, *UNKNOWNS).primitive()[1]
    return (poly if poly.LC(order="grevlex") > 0 else -poly).as_expr()


monomials = st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 2))
random_polynomials = st.dictionaries(monomials, st.integers(-3, 3), min_size=1, max_size=4).map(
    lambda terms: sp.Poly(terms, *UNKNOWNS).as_expr()
)


@given(st.lists(random_polynomials, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_reduced_bases_are_those_of_sympy(generators):
    expected = sp.groebner(generators, *UNKNOWNS, order="grevlex")
    assert expressions(basis(*generators)) == {primitive(e) for e in expected.exprs if e != 0}


def test_twisted_cubic():
    curve = basis(Y - X**2, Z - X**3)
    assert expressions(curve) == {X**2 - Y, X * Y - Z, Y**2 - X * Z}
    assert len(independent_variables(curve, 3)) == 1
    (inside, outside) = polynomials(X**5 - Y * Z, X * Z - Y)
    assert contains(curve, inside, 3)
    assert not in_radical(curve, outside, 3)


@pytest.mark.parametrize(
    ("generators", "dimension"),
    [
        ([X * Y, X * Z], 2),
        ([X * Y, Y * Z, X * Z], 1),
        ([X**2, Y**2, Z**3 - Z], 0),
        ([X**2 + Y**2 + Z**2 + 1], 2),
        ([sp.S.Zero], 3),
    ],
)
def test_dimensions(generators, dimension):
    assert len(independent_variables(basis(*generators), 3)) == dimension


def test_the_whole_ring_has_no_zero_and_no_dimension():
    everything = basis(X * Y - 1, X)
    assert has_no_zero(everything)
    with pytest.raises(ValueError, match="whole ring"):
        independent_variables(everything, 3)


def test_radical_membership_is_more_than_membership():
    double = basis((X - Y) ** 2)
    (line,) = polynomials(X - Y)
    assert in_radical(double, line, 3)
    assert not contains(double, line, 3)


def test_saturation_removes_components_and_keeps_multiplicities():
    (x,) = polynomials(X)
    assert expressions(saturate(basis(X**2 * (Y - 1) ** 3), x, 3)) == {sp.expand((Y - 1) ** 3)}
    assert expressions(saturate(basis(X * Y, X * Z), x, 3)) == {Y, Z}
    embedded = basis(X**2, X * Y)  # the line x = 0 with an embedded point at the origin
    (y,) = polynomials(Y)
    assert expressions(saturate(embedded, y, 3)) == {X}
    assert has_no_zero(saturate(embedded, x, 3))


@given(random_polynomials, random_polynomials, st.sampled_from([X, Y - 1, X + Z]))
@settings(max_examples=30, deadline=None)
def test_saturation_is_elimination_of_an_inverse(f, g, divisor):
    t = sp.Symbol("t")
    lex = sp.groebner([f, g, 1 - t * divisor], t, *UNKNOWNS, order="lex")
    (d,) = polynomials(divisor)
    expected = [e for e in lex.exprs if t not in e.free_symbols and e != 0]
    assert saturate(basis(f, g), d, 3) == basis(*expected)


def test_block_order_eliminates():
    eliminated = block_basis(basis(Y - X**2, Z - X**3), 3, (0,))
    assert {e for e in expressions(eliminated) if X not in e.free_symbols} == {Y**3 - Z**2}


@given(st.lists(random_polynomials, min_size=2, max_size=3), st.sampled_from([(1, 2), (0,), (0, 2), (0, 1, 2)]))
@settings(max_examples=40, deadline=None)
def test_block_orders_are_the_product_orders_of_sympy(generators, block):
    inner = [UNKNOWNS[i] for i in block]
    outer = [s for s in UNKNOWNS if s not in inner]
    size = len(inner)
    expected = sp.groebner(generators, *inner, *outer, order=lambda m: (sp.grevlex(m[:size]), sp.grevlex(m[size:])))
    found = block_basis(polynomials(*generators), 3, block)
    assert {up_to_sign(e) for e in expressions(found)} == {up_to_sign(e) for e in expected.exprs if e != 0}


def up_to_sign(expression):
    poly = sp.Poly(expression, *UNKNOWNS).primitive()[1]
    return frozenset({poly.as_expr(), (-poly).as_expr()})


def test_degrees_that_do_not_fit_a_machine_word_are_given_up(monkeypatch):
    """FLINT would abort the process."""
    monkeypatch.setattr(ideals, "_LARGEST_EXPONENT", 1000)
    with pytest.raises(ConvergenceError, match="degrees grew beyond"):
        block_basis(basis(X**3 * Y - Z, Y**2 * Z - X), 3, (0, 1))


def swelling():
    lines = 7 * X - 5 * Y + 3 * Z, 2 * X + 9 * Y - Z, X + Y + Z
    return [line**3 - rest for line, rest in zip(lines, (1, X, 4 * X * Y), strict=True)]


@given(st.lists(random_polynomials, min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_bases_found_in_steps_are_the_same(generators):
    read = polynomials(*generators)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ideals, "_FIRST_BITS", 0)
        patch.setattr(ideals, "_NEW_POLYNOMIALS", 1)
        try:
            in_steps = groebner(read, 3)
        except ConvergenceError:
            return  # reductions modulo a basis that is not yet complete can swell, too
    assert in_steps == groebner(read, 3)


def test_a_basis_whose_coefficients_swell(monkeypatch):
    expected = basis(*swelling())
    assert len(expected) == 11
    monkeypatch.setattr(ideals, "_FIRST_BITS", 20)
    assert basis(*swelling()) == expected


def test_generators_dropped_by_flint_are_noticed(monkeypatch):
    """FLINT 3.6 drops generators where it stops at a limit; elsewhere that would not go unseen."""
    monkeypatch.setattr(ideals, "_buchberger", lambda generators, *_: (generators[:2], True))
    with pytest.raises(ConvergenceError, match="does not generate the equations"):
        basis(X**2 - Y, Y**2 - Z, Z**2 - X)


def test_bases_that_grow_too_large_are_given_up(monkeypatch):
    monkeypatch.setattr(ideals, "_FIRST_BITS", 20)
    for limit, value in (("_MOST_BITS", 70), ("_MOST_POLYNOMIALS", 5)):
        with monkeypatch.context() as patch:
            patch.setattr(ideals, limit, value)
            with pytest.raises(ConvergenceError, match=rf"given up: it grew beyond .*\b{value}\b"):
                basis(*swelling())
