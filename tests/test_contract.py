"""One contract suite that every System passes, run over systems of every sort and every model of the gallery."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from flint import arb

import dynbench as db
from dynbench.symbolic.balls import lower, upper
from dynbench.symbolic.intervals import Interval

GALLERY = Path(__file__).parents[1] / "gallery" / "models"

SYSTEMS: dict[str, db.System] = {
    "linear": db.ODE({"x": "2*x - y", "y": "x/3 + y"}),
    "elementary functions": db.ODE(
        {
            "x": "sin(x)*exp(-y^2) + tanh(a*z)",
            "y": "log(2 + x^2) - sqrt(3 + y*y)^3",
            "z": "atan(x - z)/(1 + cosh(y))",
        },
        {"a": 1.7},
    ),
    "awkward names": db.ODE(
        {"lambda": "E*S - lambda^3", "E": "I - sin(lambda)", "S": "N*beta - E"}, {"I": 0.3, "N": 2, "beta": 1}
    ),
    "powers": db.Map({"x": "x^7/(1 + y^4) - y^5", "y": "sqrt(1 + x^2)*x^(-2)"}),
    "one state": db.Map({"x": "r*x*(1 - x)"}, {"r": 3.7}),
    "constant rate": db.ODE({"x": "1", "y": "x*y"}),
    "logistic and erf": db.ODE({"u": "logistic(3*v) - u", "v": "erf(u) + softplus(v) - 2*v"}),
    "SymPy input": db.ODE(
        {sp.Symbol("x", positive=True): sp.Symbol("k") * sp.pi * sp.sqrt(2) - sp.Symbol("x", positive=True)},
        {"k": 2},
    ),
    **{path.stem: db.load_toml(path).system for path in sorted(GALLERY.glob("*.toml"))},
}


@pytest.fixture(params=SYSTEMS, ids=str)
def system(request: pytest.FixtureRequest) -> db.System:
    return SYSTEMS[request.param]


@pytest.fixture
def states(system: db.System) -> np.ndarray:
    return np.random.default_rng(5).uniform(0.3, 1.4, (6, system.dimension))


def test_jacobian_agrees_with_finite_differences(system, states):
    step = 1e-6
    basis = np.eye(system.dimension) * step
    differences = np.stack([(system(states + e) - system(states - e)) / (2 * step) for e in basis], axis=-1)
    np.testing.assert_allclose(system.jacobian_at(states), differences, rtol=1e-6, atol=1e-7)


def test_jacobian_agrees_with_complex_step(system, states):
    if system.switching:
        pytest.skip("a complex step does not pass through a kink")
    if any(f.has(sp.erf) for f in system.rhs):
        pytest.skip("SciPy's erf has no complex step of full accuracy")
    kernel = system._bound.value
    basis = 1e-30j * np.eye(system.dimension)
    columns = [kernel(states + e).imag / 1e-30 for e in basis]
    np.testing.assert_allclose(system.jacobian_at(states), np.stack(columns, axis=-1), rtol=1e-13, atol=1e-14)


def test_hessian_agrees_with_finite_differences_and_is_symmetric(system, states):
    step = 1e-6
    basis = np.eye(system.dimension) * step
    differences = np.stack(
        [(system.jacobian_at(states + e) - system.jacobian_at(states - e)) / (2 * step) for e in basis],
        axis=-1,
    )
    hessian = system.hessian_at(states)
    np.testing.assert_allclose(hessian, differences, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(hessian, np.swapaxes(hessian, -1, -2))


def test_products_agree_with_matrices(system, states):
    rng = np.random.default_rng(1)
    u, v = rng.normal(size=(2, *states.shape))
    jacobian, hessian = system.jacobian_at(states), system.hessian_at(states)
    np.testing.assert_allclose(system.jvp(states, v), (jacobian @ v[..., None])[..., 0], rtol=1e-12, atol=1e-12)
    transposed = np.swapaxes(jacobian, -1, -2)
    np.testing.assert_allclose(system.vjp(states, v), (transposed @ v[..., None])[..., 0], rtol=1e-12, atol=1e-12)
    second = [[u[k] @ h @ v[k] for h in hessian[k]] for k in range(len(states))]
    np.testing.assert_allclose(system.second_derivative(states, u, v), second, rtol=1e-11, atol=1e-11)


def test_speed_and_its_derivatives(system, states):
    step = 1e-6
    basis = np.eye(system.dimension) * step
    value = system.residual(states)
    np.testing.assert_allclose(system.speed(states), 0.5 * (value**2).sum(-1), rtol=1e-14)
    gradient = np.stack([(system.speed(states + e) - system.speed(states - e)) / (2 * step) for e in basis], axis=-1)
    np.testing.assert_allclose(system.speed_gradient(states), gradient, rtol=1e-5, atol=1e-5 * np.abs(gradient).max())
    hessian = np.stack(
        [(system.speed_gradient(states + e) - system.speed_gradient(states - e)) / (2 * step) for e in basis],
        axis=-1,
    )
    full = system.speed_hessian(states, gauss_newton=False)
    np.testing.assert_allclose(full, hessian, rtol=1e-5, atol=1e-6 * np.abs(hessian).max())
    gram = np.swapaxes(system.residual_jacobian(states), -1, -2) @ system.residual_jacobian(states)
    np.testing.assert_allclose(system.speed_hessian(states), gram, rtol=1e-11, atol=1e-11)


def test_batch_agrees_with_single(system, states):
    batch = states.reshape(2, 3, -1)
    for function in (system, system.jacobian_at, system.hessian_at, system.residual, system.speed):
        single = np.array([function(x) for x in states])
        whole = np.asarray(function(batch))
        assert whole.shape[:2] == (2, 3)
        np.testing.assert_allclose(whole.reshape(single.shape), single, rtol=1e-13, atol=1e-14)


def test_residual_is_what_vanishes_at_fixed_points(system, states):
    moved = states if system.kind == "map" else 0.0
    np.testing.assert_allclose(system.residual(states), system(states) - moved, rtol=1e-12, atol=1e-13)
    values, jacobians = system.residual_and_jacobian(states)
    np.testing.assert_allclose(values, system.residual(states), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(jacobians, system.residual_jacobian(states), rtol=1e-14, atol=1e-15)


def test_enclosures_hold_the_values(system, states):
    rng = np.random.default_rng(2)
    box = Interval(states - 0.01, states + 0.02)
    value, slope = system.enclose_residual(box), system.enclose_residual_jacobian(box)
    for _ in range(20):
        inside = states + rng.uniform(-0.01, 0.02, states.shape)
        exact, derivative = system.residual(inside), system.residual_jacobian(inside)
        assert (value.lo <= exact).all()
        assert (exact <= value.hi).all()
        assert (slope.lo <= derivative + 1e-14).all()
        assert (derivative <= slope.hi + 1e-14).all()


def test_balls_hold_the_values(system, states):
    for x in states:
        balls = [arb(float(v), 1e-9) for v in x]
        for ball, value in zip(system.ball_residual(balls), system.residual(x), strict=True):
            assert lower(ball) <= value <= upper(ball)
        entries = system.ball_jacobian(balls).entries()
        for ball, value in zip(entries, system.jacobian_at(x).ravel(), strict=True):
            assert lower(ball) - 1e-13 * abs(value) <= value <= upper(ball) + 1e-13 * abs(value)


def test_symbolic_derivatives_agree_with_each_other(system):
    n = system.dimension
    assert system.rhs.shape == (n, 1)
    assert system.jacobian.shape == (n, n)
    assert system.hessian.shape == (n, n, n)
    assert sp.simplify(system.divergence - system.jacobian.trace()) == 0
    if system.switching:
        return  # SymPy differentiates |x| through real and imaginary parts
    q = sum(g**2 for g in system.residual_rhs) / 2
    for state, slope in zip(system.states, system.symbolic_speed_gradient, strict=True):
        assert sp.simplify(sp.diff(q, state) - slope) == 0


def test_pickling_equality_and_hash(system, states):
    copy = pickle.loads(pickle.dumps(system))
    assert copy == system
    assert hash(copy) == hash(system)
    assert copy.content_hash == system.content_hash
    assert copy.states == system.states
    np.testing.assert_array_equal(copy(states), system(states))


def test_representations(system):
    assert all(name in repr(system) for name in system.state_names)
    assert system._repr_latex_().count("&=") == system.dimension
    assert system._repr_html_().count("<tr>") == system.dimension
