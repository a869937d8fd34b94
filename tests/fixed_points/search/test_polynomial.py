"""The exact strategy: what it finds, what it proves, what it leaves undecided and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from dynbench.errors import ConvergenceError, InputError
from dynbench.fixed_points.search import polynomial
from dynbench.fixed_points.search.polynomial import Polynomial
from dynbench.systems import ODE, Map

RNG = np.random.default_rng(0)


def search(system, progress=None, **options):
    return Polynomial(**options).search(system, rng=RNG, progress=progress)


def cells(n):
    return ODE({f"x{i}": f"x{i} - x{i}^3 + 0.1*x{(i + 1) % n}" for i in range(n)})


def test_coupled_cells():
    system = cells(3)
    found = search(system)
    assert found.complete
    assert found.region is None
    assert found.candidates.shape == (27, 3)
    assert len(np.unique(np.round(found.candidates), axis=0)) == 27
    assert np.abs(system.residual(found.candidates)).max() < 1e-15
    assert "complex solutions is 27" in found.argument
    assert "real ones 27 (signature of Hermite's trace form)" in found.argument
    assert (found.undecided, found.continua) == ((), ())


def test_jang_planar_system_is_solved_exactly():
    """The paper prints (1, -1/2) as a fixed point; it is (-1, -1/2)."""
    half = sp.Rational(1, 2)
    found = search(ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}))
    assert found.exact == ((-1, -half), (0, 0), (1, half))
    np.testing.assert_array_equal(found.candidates, [[-1, -0.5], [0, 0], [1, 0.5]])
    assert found.complete


def test_fixed_points_of_a_map_are_those_of_f_minus_identity():
    """Henon: b = 3/10 gives x = (-7 +- sqrt(609)) / 28 for a = 7/5."""
    found = search(Map({"x": "1 - a*x^2 + y", "y": "b*x"}, {"a": 1.4, "b": 0.3}))
    x = [(-7 + sign * sp.sqrt(609)) / 28 for sign in (-1, 1)]
    assert [sp.simplify(e[0] - v) for e, v in zip(found.exact, x, strict=True)] == [0, 0]
    assert [sp.simplify(e[1] - sp.Rational(3, 10) * v) for e, v in zip(found.exact, x, strict=True)] == [0, 0]
    assert found.complete


def test_floats_mean_their_decimals():
    lorenz = ODE({"x": "s*(y - x)", "y": "x*(r - z) - y", "z": "x*y - b*z"}, {"s": 10, "r": 28, "b": sp.Rational(8, 3)})
    c = 6 * sp.sqrt(2)
    assert search(lorenz).exact == ((-c, -c, 27), (0, 0, 0), (c, c, 27))
    b = sp.Rational(repr(8 / 3))
    (exact, *_) = search(lorenz.with_parameters(b=8 / 3)).exact
    assert sp.simplify(exact[0] ** 2 - 27 * b) == 0


def test_rational_right_hand_sides():
    toggle = ODE({"u": "a/(1 + v^3) - u", "v": "a/(1 + u^3) - v"}, {"a": 4.0})
    found = search(toggle)
    assert found.complete
    assert np.abs(toggle.residual(found.candidates)).max() < 1e-13
    assert (found.candidates > 0).all(axis=-1).sum() == 3


def test_a_double_root_is_undecided_but_located_exactly():
    found = search(ODE({"x": "mu - (x - 1/3)^2"}, {"mu": 0}))
    assert not found.complete
    assert found.exact == ((sp.Rational(1, 3),),)
    (undecided,) = found.undecided
    assert "multiplicity 2" in undecided.reason
    assert undecided.box[0, 0] <= 1 / 3 <= undecided.box[0, 1]
    assert undecided.box[0, 1] - undecided.box[0, 0] < 1e-15
    assert "multiple roots among them is 1" in found.argument


def test_a_continuum_is_described_by_its_equation():
    found = search(ODE({"x": "x*(1 - x - y)", "y": "2*y*(1 - x - y)"}))
    assert not found.complete
    np.testing.assert_array_equal(found.candidates, [[0, 0]])
    (continuum,) = found.continua
    x, y = sp.symbols("x y")
    assert continuum.equations == (x + y - 1,)
    assert (continuum.dimension, continuum.proved_real) == (1, True)
    assert "sets of dimension 1 over the complex numbers" in found.argument


def test_a_set_that_is_only_complex_is_not_called_real():
    found = search(ODE({"x": "x^2 + y^2", "y": "-x^2 - y^2"}))
    assert not found.complete
    assert len(found.candidates) == 0
    assert [(c.dimension, c.proved_real) for c in found.continua] == [(1, False)]


@pytest.mark.parametrize(("rate", "count"), [("x^2 + 1e-6", 2), ("1", 0)])
def test_absence_is_proved(rate, count):
    found = search(ODE({"x": rate, "y": "-y"}))
    assert found.complete
    assert found.candidates.shape == (0, 2)
    expected = f"complex solutions is {count}" if count else "no isolated complex solution"
    assert expected in found.argument


@pytest.mark.parametrize(
    ("rate", "part"),
    [
        ("tanh(x) - x/2", r"tanh\(x\)"),
        ("abs(x) - 1", r"Abs\(x\)"),
        ("sqrt(2)*x", r"sqrt\(2\)"),
        ("relu(x)", "Piecewise"),
    ],
)
def test_systems_that_are_not_rational_are_refused(rate, part):
    system = ODE({"x": rate})
    assert not Polynomial.suits(system)
    with pytest.raises(InputError, match=rf"{part}.* is not a rational function of x with rational coefficients"):
        search(system)


def test_limits():
    assert Polynomial.suits(cells(3))
    assert not Polynomial.suits(cells(5))
    with pytest.raises(InputError, match=r"Bezout number 27 .* above the limit of 26"):
        search(cells(3), max_bezout=26)
    with pytest.raises(InputError, match="max_bezout is 0"):
        Polynomial(max_bezout=0)
    assert repr(Polynomial(max_bezout=26)) == "Polynomial(max_bezout=26)"


def test_progress_is_reported():
    calls = []
    search(cells(2), progress=lambda *call: calls.append(call))
    assert [(done, total) for _, done, total in calls] == [(0, 1), (1, 1)]


def test_failure_and_interruption_are_reported_not_raised(monkeypatch):
    def fails(*_, **__):
        raise ConvergenceError("The Groebner basis grew too large.")

    monkeypatch.setattr(polynomial, "solve_real", fails)
    found = search(cells(2))
    assert (found.complete, found.interrupted, found.candidates.shape) == (False, False, (0, 2))
    assert "Groebner basis grew too large" in found.argument

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(polynomial, "solve_real", interrupted)
    found = search(cells(2))
    assert (found.complete, found.interrupted) == (False, True)
