"""The checker's own rows, words and square roots, against known answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from dynbench.verification.declaration import Declared
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.piecewise.cells import cells
from dynbench.verification.piecewise.inverse import check_inverse
from dynbench.verification.piecewise.orbits import multipliers_of, orbit_from
from dynbench.verification.piecewise.reading import read_rectified
from dynbench.verification.piecewise.rows import Rectified, Row
from dynbench.verification.piecewise.surds import Surd
from dynbench.verification.piecewise.words import all_cycles
from dynbench.verification.records import Outcome

X, Y = sp.symbols("x y", real=True)
LOZI = (1 - sp.Rational(17, 10) * sp.Abs(X) + Y, X / 2)
#: Cycles of the Lozi map at a = 1.7, b = 0.5, by period.
COUNTS = (2, 1, 0, 1, 0, 4, 4, 7, 10, 12)


def declared(*rhs):
    states = (X, Y)[: len(rhs)]
    return Declared("map", [s.name for s in states], states, {}, rhs, {s.name: s for s in states})


def test_the_words_of_the_lozi_map_give_the_known_numbers_of_cycles():
    lozi = read_rectified(declared(*LOZI))
    assert tuple(len(all_cycles(lozi, k)) for k in range(1, 11)) == COUNTS


def test_an_orbit_knows_its_smallest_period_and_its_multipliers():
    lozi = read_rectified(declared(*LOZI))
    (states,) = all_cycles(lozi, 2)
    orbit = orbit_from(lozi, min(states), 2)
    assert not orbit.on_border
    jacobians = [np.array([[-1.7 if p[0] else 1.7, 1], [0.5, 0]]) for p in orbit.patterns]
    product = jacobians[1] @ jacobians[0]
    found = sorted(float(e.real.mid()) for e in multipliers_of(orbit.derivative).enclosures)
    assert np.allclose(found, sorted(np.linalg.eigvals(product)), rtol=0, atol=1e-12)
    assert multipliers_of(orbit.derivative).stability() == (1, 0, 1)
    assert orbit_from(lozi, min(states), 4) == "its smallest period is 2"
    assert orbit_from(lozi, (fmpq(1), fmpq(1)), 3) == "the orbit does not close after 3 steps"


def test_a_continuum_is_no_complete_list():
    flip = read_rectified(declared(1 - sp.Max(X, 0) + X / 2 - sp.Max(X, 0) / 2))
    assert all_cycles(flip, 2) == "a word of 2 patterns may have a continuum of cycles"
    assert all_cycles(flip, 4) == set()  # the states of that continuum have period 2


@pytest.mark.parametrize(
    "expression",
    [
        *("Abs(x) - Max(x, y, 2) + Min(x, 2*y)", "Abs(Abs(x + y) - 1) - y/3"),
        *("Piecewise((-1, x < -1), (x, x <= 1), (1, True))", "Piecewise((0, y > x), (x - y, True))"),
    ],
)
def test_rows_have_the_values_of_the_expression(expression):
    e = sp.sympify(expression, locals={"x": X, "y": Y})
    function = read_rectified(declared(e, X))
    rng = np.random.default_rng(1)
    for a, b in rng.integers(-30, 30, (40, 2)).tolist():
        value = e.subs({X: sp.Rational(a, 7), Y: sp.Rational(b, 7)})
        z = (fmpq(a, 7), fmpq(b, 7))
        assert function.image(z)[0] == fmpq(int(value.p), int(value.q))
        piece = function.piece([bool(m > 0) for m in function.margins(z)])
        assert piece.J[0, 0] * z[0] + piece.J[0, 1] * z[1] + piece.c[0, 0] == function.image(z)[0]


@pytest.mark.parametrize("expression", ["x**2", "x*Abs(y)", "Piecewise((0, x > 0), (1, True))", "sqrt(2)*x", "sign(x)"])
def test_what_is_not_linear_in_pieces_with_rational_coefficients_is_not_read(expression):
    assert read_rectified(declared(sp.sympify(expression, locals={"x": X, "y": Y}), X)) is None


@pytest.mark.parametrize("seed", range(4))
def test_the_cells_of_a_plane_are_those_of_random_states(seed):
    rng = np.random.default_rng(seed)
    lines = rng.integers(-3, 4, (5, 3))  # parallel ones, and many through one point, among them
    lines = lines[np.abs(lines[:, :2]).max(axis=1) > 0]
    arguments = tuple(Row({i: fmpq(int(c)) for i, c in enumerate(row[:2]) if c}, fmpq(int(row[2]))) for row in lines)
    function = Rectified(2, arguments, (Row({0: fmpq(1)}), Row({1: fmpq(1)})))
    found = cells(function)
    patterns = {pattern for pattern, _ in found}
    assert len(patterns) == len(found)
    for pattern, corners in found:
        middle = [sum((c[i] for c in corners), fmpq(0)) / len(corners) for i in range(2)]
        assert all(
            m != 0 and bool(m > 0) == active for m, active in zip(function.margins(middle), pattern, strict=True)
        )
    states = rng.normal(size=(3000, 2)) * rng.choice([0.3, 3, 300], (3000, 1))
    assert set(map(tuple, (states @ lines[:, :2].T + lines[:, 2] > 0).tolist())) <= patterns


def test_a_map_that_folds_or_covers_twice_is_not_invertible():
    """z -> z^2 / |z| on polygons: all eight determinants are positive, and every state but 0 has two preimages."""
    fold = read_rectified(declared(sp.Abs(X), Y))
    twice = read_rectified(declared(sp.Abs(X) - sp.Abs(Y), sp.Abs(X + Y) - sp.Abs(X - Y)))
    for function, reason in ((fold, "do not have one sign"), (twice, "a state has 2 preimages")):
        ledger = Ledger()
        check_inverse(
            Field({"invertible": True, "invertibility": "so it is said"}, "piecewise"), function, True, ledger
        )
        (check,) = ledger.checks
        assert check.outcome is Outcome.FAILS
        assert reason in check.detail


small = st.fractions(min_value=-20, max_value=20, max_denominator=50)


@given(small, small, small, small)
def test_surds_are_numbers(a, b, c, d):
    root = math.sqrt(4.89)
    pairs = [(fmpq(*p.as_integer_ratio()), fmpq(*q.as_integer_ratio())) for p, q in ((a, b), (c, d))]
    first, second = (Surd(p, q, fmpq(489, 100)) for p, q in pairs)
    x, y = float(a) + float(b) * root, float(c) + float(d) * root
    assert float(first * second - first) == pytest.approx(x * y - x, rel=1e-9, abs=1e-9)
    assert first - first == 0
    if abs(x - y) > 1e-9:
        assert (first > second) == (x > y)
    if abs(y) > 1e-9:
        assert float(first / second) == pytest.approx(x / y, rel=1e-6, abs=1e-9)
