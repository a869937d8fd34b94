"""Recognising piecewise-linear systems: the canonical form agrees with the declaration, in doubles and exactly."""

import gc
import pickle
import weakref

import numpy as np
import pytest
import sympy as sp
from flint import fmpq

import dynbench as db
from dynbench.piecewise import piecewise_linear
from dynbench.piecewise.rational import as_rationals

RNG = np.random.default_rng(0)
S = sp.Symbol("s")


def normal(*shape):
    return RNG.normal(size=shape)


SYSTEMS = {
    "lozi": db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5}),
    "nested": db.Map(
        {
            "x": "Max(x, y, 1) - Min(2*x, Abs(y) - 1)",
            "y": "Piecewise((-1, x < -1), (x, x <= 1), (1, True)) + 0.3*Abs(Abs(x) - 1)",
        }
    ),
    "flow": db.ODE({"x": "y - Abs(x)", "y": "-x + relu(y - 1)"}),
    "plrnn": db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1, 0.7]),
    "shallow": db.PLRNN.shallow(normal(3), normal(3, 5), normal(5, 3), normal(3), normal(5)),
    "clipped": db.PLRNN.clipped(normal(3), normal(3, 5), normal(5, 3), normal(3), normal(5)),
    "almost linear": db.PLRNN.almost_linear(normal(4), normal(4, 4), 0.3, units=2),
    "dendritic": db.PLRNN.dendritic(normal(4), normal(4, 4), [1, 2, -1.0], normal(3, 4), 0.3),
    "rate": db.RNN(normal(4, 4), 0.2, activation="relu", tau=0.1),
    "activation": db.RNN(normal(4, 4), 0.2, activation="relu", form="activation", leak=0.3),
    "clip": db.RNN(normal(4, 4), 0.2, activation=sp.Lambda(S, sp.Max(-1, sp.Min(1, S)))),
}


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS.keys())
def test_the_form_is_the_system(system):
    form = piecewise_linear(system)
    z = np.random.default_rng(1).normal(size=(100, system.dimension)) * 2
    np.testing.assert_allclose(form(z), system(z), rtol=1e-13, atol=1e-13)
    region = form.region(form.pattern(z))
    np.testing.assert_allclose(np.einsum("bij,bj->bi", region.J, z) + region.c, system(z), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(np.einsum("bij,bj->bi", region.G, z) + region.g, form.margins(z), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(region.J, system.jacobian_at(z), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS.keys())
def test_the_rational_form_is_the_system(system):
    exact = piecewise_linear(system).exact
    for z in np.random.default_rng(2).normal(size=(5, system.dimension)):
        column = as_rationals(z)
        value = exact(column)
        np.testing.assert_allclose([int(e.p) / int(e.q) for e in value.entries()], system(z), rtol=1e-13, atol=1e-13)
        region = exact.region(exact.pattern(column))
        assert region.J * column + region.c == value
        assert region.G * column + region.g == exact.margins(column)


def test_a_form_is_pickled_with_its_rationals():
    form = piecewise_linear(SYSTEMS["nested"])
    assert pickle.loads(pickle.dumps(form)).exact.W1 == form.exact.W1


def test_floats_of_components_are_decimals_and_those_of_arrays_doubles():
    assert piecewise_linear(SYSTEMS["lozi"]).exact.W1[0, 0] == fmpq(-17, 5)
    assert piecewise_linear(SYSTEMS["plrnn"]).exact.A[0, 0] == fmpq(*(0.9).as_integer_ratio())


def test_lozi_has_one_unit_and_nesting_only_where_it_was_declared():
    assert piecewise_linear(SYSTEMS["lozi"]).units == 1
    assert not piecewise_linear(SYSTEMS["lozi"]).V.any()
    assert len(piecewise_linear(SYSTEMS["nested"]).levels) == 2


@pytest.mark.parametrize(
    "equation", ["1 - x^2", "sign(x)", "Piecewise((1, x < 0), (2, True))", "0.5*x", "x*Abs(x)", "tanh(x)"]
)
def test_what_is_smooth_or_jumps_or_is_linear_is_not_piecewise_linear(equation):
    assert piecewise_linear(db.Map({"x": equation})) is None


@pytest.mark.parametrize(
    "equation",
    [
        "Piecewise((x/2, x < 0), (5, x <= 0), (x/2, True)) + Max(x - 1, 0)",
        sp.Piecewise((5, sp.Eq(S, 0)), (S / 2 + sp.Max(S - 1, 0), True)),
        sp.Piecewise((S / 2, S < 0), (S / 3, S > 0)),
    ],
    ids=["string", "equality", "no case"],
)
def test_a_case_on_the_border_alone_is_looked_at(equation):
    # The point 0 was called a certified fixed point, where F(0) = 5 or nothing at all.
    assert piecewise_linear(db.Map({S: equation} if isinstance(equation, sp.Expr) else {"x": equation})) is None


def test_a_case_on_the_border_alone_may_agree_with_its_neighbours():
    form = piecewise_linear(db.Map({"x": "Piecewise((x/2, x < 1), (3*x - 5/2, x <= 1), (x - 1/2, True))"}))
    np.testing.assert_array_equal(form(np.array([[0.0], [1.0], [2.0]])), [[0.0], [0.5], [1.5]])


def test_irrational_entries_have_no_rational_form():
    form = piecewise_linear(db.Map({"x": "1 - sqrt(2)*Abs(x)"}))
    assert form.exact is None
    np.testing.assert_allclose(form(np.array([[0.5]])), [[1 - 0.5 * 2**0.5]], rtol=1e-15)


def test_a_thousand_units_are_recognised_without_writing_them_out():
    form = piecewise_linear(db.RNN(normal(1000, 1000), activation="relu"))
    assert form.units == 1000


def test_the_fixed_state_of_a_pattern_solves_its_equations():
    form = piecewise_linear(SYSTEMS["plrnn"])
    z = form.fixed_state(np.array([True, True]))
    np.testing.assert_allclose(z, [4 / 11, 53 / 22], rtol=1e-14)
    assert np.isnan(piecewise_linear(db.Map({"x": "Abs(x) + 1"})).fixed_state(np.array([[True], [False]]))[0]).all()


@pytest.mark.parametrize(
    "declared",
    [
        lambda: db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1, 0.7]),
        lambda: db.Map({"x": "1 - 1.75*Abs(x)"}),
    ],
    ids=["matrices", "components"],
)
def test_what_is_remembered_of_a_system_does_not_keep_it_alive(declared):
    system = declared()
    form = piecewise_linear(system)
    assert form.exact is not None
    here = weakref.ref(system)
    del system
    gc.collect()
    assert here() is None
    assert form.exact is not None
