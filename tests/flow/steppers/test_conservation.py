"""What each method conserves by its structure, on linear, canonical, Poisson and general systems."""

from __future__ import annotations

import time

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.errors import InputError
from dynbench.flow import DiscreteGradient, Outcome
from dynbench.flow.steppers.splitting import separable_parts


def skew(n, seed=0):
    a = np.random.default_rng(seed).normal(size=(n, n))
    return a - a.T


def tanh_network(n, seed=0, scale=1.0):
    x, w = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("W", n, n)
    return db.ODE({x: w * x.applyfunc(sp.tanh)}, {w: scale * skew(n, seed)})


PENDULUM = db.ODE({"q": "p", "p": "-sin(q)"})
KEPLER = db.ODE({"q1": "p1", "q2": "p2", "p1": "-q1/(q1^2+q2^2)^(3/2)", "p2": "-q2/(q1^2+q2^2)^(3/2)"})
RIGID = db.ODE({"a": "-b*c/3", "b": "5*a*c/6", "c": "-a*b/2"})
VAN_DER_POL = db.ODE({"x": "y", "y": "(1 - x^2)*y - x"})
LOTKA_VOLTERRA = db.ODE({"x": "x*(1 - y)", "y": "y*(x - 1)"})


@pytest.mark.parametrize("name", ["implicit midpoint", "gauss4", "gauss6"])
def test_gauss_methods_conserve_every_quadratic_invariant(name):
    """The rigid body's energy and angular momentum, over 2000 large steps."""
    orbit = db.integrate(RIGID, [1.0, 0.5, -0.7], 400.0, method=name, step=0.2)
    drifts = [float(record.largest) for record in orbit.drift()]
    assert len(drifts) == 2
    assert max(drifts) < 1e-13
    assert orbit.residual < 1e-14
    explicit = db.integrate(RIGID, [1.0, 0.5, -0.7], 40.0, method="rk4", step=0.2)
    assert max(float(record.largest) for record in explicit.drift()) > 1e-8


@pytest.mark.parametrize("name", ["implicit midpoint", "gauss4", "stormer-verlet", "yoshida4", "suzuki4"])
def test_symplectic_maps_keep_areas(name):
    """The Jacobian of one step, by differences, has determinant 1 for a symplectic method, and not for Heun's."""

    def determinant(method):
        x, eps = np.array([1.3, 0.4]), 1e-5
        around = [x + sign * eps * e for e in np.eye(2) for sign in (1, -1)]
        images = db.integrate(PENDULUM, around, [0.0, 0.3], method=method, step=0.3).final
        return np.linalg.det([(images[0] - images[1]) / (2 * eps), (images[2] - images[3]) / (2 * eps)])

    assert determinant(name) == pytest.approx(1, abs=1e-9)
    assert abs(determinant("heun") - 1) > 1e-5


def test_splitting_keeps_the_poisson_structure_of_a_network():
    """M W M^T = W for the Jacobian M of one step of x' = W tanh(x); the energy error stays bounded."""
    system, n = tanh_network(5), 5
    w = np.asarray(system.parameters["W"])
    x, eps = np.random.default_rng(3).normal(size=n), 1e-5
    around = [x + sign * eps * e for e in np.eye(n) for sign in (1, -1)]
    images = db.integrate(system, around, [0, 0.1], method="stormer-verlet", step=0.1).final
    jacobian = np.array([(images[2 * i] - images[2 * i + 1]) / (2 * eps) for i in range(n)]).T
    np.testing.assert_allclose(jacobian @ w @ jacobian.T, w, atol=1e-8)
    energy = sum(sp.log(sp.cosh(state)) for state in system.states)
    early, late = (
        float(db.integrate(system, x, t, method="stormer-verlet", step=0.02).drift(energy)[0].largest)
        for t in (20.0, 400.0)
    )
    assert late < 2 * early
    assert late < 0.1


@pytest.mark.parametrize(
    ("system", "start", "duration", "step"),
    [
        (tanh_network(4), [0.3, -1.2, 0.4, 2.0], 50.0, 0.05),
        (tanh_network(3, scale=5.0), [30.0, -20.0, 5.0], 20.0, 0.02),
        (PENDULUM, [2.0, 0.4], 50.0, 0.1),
        (LOTKA_VOLTERRA, [0.3, 0.4], 50.0, 0.05),
        (KEPLER, [0.5, 0.1, -0.2, np.sqrt(3.0)], 20.0, 0.01),
        (RIGID, [1.0, 0.5, -0.7], 50.0, 0.1),
    ],
    ids=["tanh", "saturated", "pendulum", "lotka-volterra", "kepler", "rigid"],
)
def test_the_discrete_gradient_conserves_every_invariant(system, start, duration, step):
    orbit = db.integrate(system, start, duration, method="discrete gradient", step=step)
    assert orbit.outcome is Outcome.COMPLETED
    records = orbit.drift()
    assert records
    for record in records:
        assert record.largest < 1e-13 * (1 + abs(record.initial)) * np.sqrt(len(orbit.t))
    other = db.integrate(system, start, orbit.t[[0, -1]], method="midpoint", step=step)
    assert max(float(r.largest) for r in other.drift()) > 1e-8


def test_the_invariant_may_be_given_and_is_checked():
    q, p = PENDULUM.states
    energy = p**2 / 2 - sp.cos(q)
    orbit = db.integrate(PENDULUM, [2.0, 0.4], 10.0, method=DiscreteGradient(energy), step=0.1)
    assert orbit.drift(energy)[0].largest < 1e-13
    with pytest.raises(InputError, match="is not conserved: at an initial state it changes at the rate"):
        db.integrate(PENDULUM, [2.0, 0.4], 10.0, method=DiscreteGradient(q**2), step=0.1)
    with pytest.raises(InputError, match="no invariant of the system was found"):
        db.integrate(VAN_DER_POL, [1.0, 1.0], 1.0, method="discrete gradient", step=0.1)
    with pytest.raises(InputError, match="that is defined at the initial state"):
        db.integrate(LOTKA_VOLTERRA, [-1.0, 1.0], 1.0, method="discrete gradient", step=0.1)


def test_an_invariant_that_is_not_defined_at_the_start_is_left_out():
    system = db.ODE({"x": "y", "y": "-x", "z": "(z - 1)*w", "w": "1"})
    orbit = db.integrate(system, [1.0, 0.0, 0.5, 0.0], 5.0, method="discrete gradient", step=0.05)
    circle, exponential = orbit.drift()
    assert circle.invariant.expression == sum(s**2 for s in system.states[:2])
    assert circle.largest < 1e-13
    assert np.isnan(exponential.largest)


def test_dependent_invariants_are_left_out_or_refused():
    """At a state with A_y = 0 the vector's other component A_x is extremal among states of that E and L."""
    q1, q2, p1, p2 = KEPLER.states
    momentum, energy = q1 * p2 - q2 * p1, (p1**2 + p2**2) / 2 - 1 / sp.sqrt(q1**2 + q2**2)
    vector = p2 * momentum - q1 / sp.sqrt(q1**2 + q2**2)
    start = [0.5, 0.0, 0.0, np.sqrt(3.0)]
    orbit = db.integrate(KEPLER, start, 5.0, method="discrete gradient", step=0.01)
    assert orbit.outcome is Outcome.COMPLETED
    drifts = [float(record.largest) for record in orbit.drift([momentum, energy, vector])]
    assert max(drifts[:2]) < 1e-13
    assert drifts[2] < 1e-3
    with pytest.raises(InputError, match="dependent at an initial state: give fewer"):
        db.integrate(KEPLER, start, 5.0, method=DiscreteGradient([momentum, energy, vector]), step=0.01)
    generic = DiscreteGradient([momentum, energy, vector])
    orbit = db.integrate(KEPLER, [0.5, 0.1, -0.2, 1.7], 5.0, method=generic, step=0.01)
    assert max(float(record.largest) for record in orbit.drift([momentum, energy, vector])) < 1e-13


def test_the_discrete_gradient_rests_where_the_flow_does():
    orbit = db.integrate(LOTKA_VOLTERRA, [[1.0, 1.0], [1 + 1e-7, 1.0]], 5.0, method="discrete gradient", step=0.1)
    assert orbit.outcome is Outcome.COMPLETED
    np.testing.assert_array_equal(orbit.x[0], np.ones_like(orbit.x[0]))
    np.testing.assert_allclose(np.linalg.norm(orbit.x[1] - 1, axis=-1), 1e-7, rtol=1e-3)


def test_an_invariant_at_other_parameter_values_is_not_used():
    """With d = 1/5 the pendulum's energy is conserved at d = 0 only, if the search says so at all."""
    damped = db.ODE({"q": "p", "p": "-sin(q) - d*p"}, {"d": 0.2})
    with pytest.raises(InputError, match="no invariant of the system was found"):
        db.integrate(damped, [1.0, 0.0], 1.0, method="discrete gradient", step=0.1)


def test_partitions_are_found():
    henon_heiles = db.ODE({"x": "u", "y": "v", "u": "-x - 2*x*y", "v": "-y - x^2 + y^2"})
    assert sorted(moved for moved, _ in separable_parts(henon_heiles)) == [[0, 1], [2, 3]]
    assert [moved for moved, _ in separable_parts(db.ODE({"x": "1", "y": "2"}))] == [[0, 1]]
    triangle = db.ODE({"x": "sin(y) - z", "y": "z - x", "z": "x - y^3"})
    assert sorted(moved for moved, _ in separable_parts(triangle)) == [[0, 1], [0, 2], [1, 2]]
    rest = db.ODE({"x": "0*x", "y": "0*y"})
    assert separable_parts(rest) == []
    assert db.integrate(rest, [1.0, 2.0], 1.0, method="stormer-verlet", step=0.1).final.tolist() == [1.0, 2.0]


def test_a_batch_that_conserves_several_loses_only_the_orbit_at_fault():
    """The second body passes so close to the centre that no step of this length has a solution: that is no blow-up."""
    q1, q2, p1, p2 = KEPLER.states
    conserved = [q1 * p2 - q2 * p1, (p1**2 + p2**2) / 2 - 1 / sp.sqrt(q1**2 + q2**2)]
    starts = [[0.5, 0.1, -0.2, 1.7], [0.25, 0.01, -0.5, 0.02]]
    method = DiscreteGradient(conserved)
    batch = db.integrate(KEPLER, starts, [0.0, 1.0, 2.0], method=method, step=0.01)
    assert batch.outcomes.tolist() == [Outcome.COMPLETED, Outcome.STEP_FAILURE]
    alone = db.integrate(KEPLER, starts[0], [0.0, 1.0, 2.0], method=method, step=0.01)
    np.testing.assert_allclose(batch.x[0], alone.x, rtol=0, atol=1e-12)


def test_a_matrix_form_splits_where_it_can_be_written_out():
    system, start = tanh_network(12), np.linspace(-1, 1, 12)
    energy = db.integrate(system, start, 2.0, method="stormer-verlet", step=0.02).drift()
    assert energy[0].largest < 0.05
    with pytest.raises(InputError, match=r"component by component\. A matrix form of 101 states"):
        db.integrate(tanh_network(101), np.zeros(101), 1.0, method="yoshida4", step=0.1)


def test_what_does_not_separate_is_refused():
    for equations, what in (
        ({"x": "y - x", "y": "-x"}, "the rate of x depends on x"),
        ({"q": "p", "p": "-sin(q) - p/5"}, "the rate of p depends on p"),
        ({"x": "y*z", "y": "-x*z", "z": "x + y"}, "the rate of [xyz] depends on"),
    ):
        with pytest.raises(InputError, match=what):
            db.integrate(db.ODE(equations), [1.0] * len(equations), 1.0, method="stormer-verlet", step=0.1)


def test_a_thousand_units_by_simplified_newton():
    """The quadratic invariant |x|^2 of x' = W x, n = 1000, and the residual at rounding level."""
    n = 1000
    x, w = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("W", n, n)
    system = db.ODE({x: w * x.applyfunc(sp.tanh)}, {w: skew(n) / np.sqrt(n)})
    start = np.random.default_rng(1).normal(size=n)
    begun = time.process_time()
    orbit = db.integrate(system, start, [0.0, 1.0], method="gauss4", step=0.1)
    spent = time.process_time() - begun
    assert orbit.outcome is Outcome.COMPLETED
    assert orbit.residual < 1e-14
    exact = db.integrate(system, start, [0.0, 1.0], rtol=1e-12, atol=1e-12).final
    np.testing.assert_allclose(orbit.final, exact, atol=1e-4)
    assert spent < 30


def test_the_energy_of_a_thousand_units():
    n = 1000
    start = np.random.default_rng(1).normal(size=n)
    orbit = db.integrate(tanh_network(n, scale=n**-0.5), start, 1.0, method="discrete gradient", step=0.05)
    (record,) = orbit.drift()
    assert record.initial > 100
    assert record.relative < 1e-14


@given(st.integers(2, 5), st.integers(0, 10**6), st.floats(0.01, 0.2), st.floats(0.1, 5.0))
@settings(max_examples=15, deadline=None)
def test_conservation_for_any_skew_weights_and_amplitude(n, seed, step, amplitude):
    """A linear network by the implicit midpoint rule, a tanh network by the discrete gradient of its energy."""
    start = amplitude * np.random.default_rng(seed).normal(size=n)
    x, w = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("W", n, n)
    linear = db.ODE({x: w * x}, {w: skew(n, seed)})
    orbit = db.integrate(linear, start, 50 * step, method="implicit midpoint", step=step)
    squares = np.sum(orbit.x**2, axis=-1)
    assert np.ptp(squares) < 1e-13 * squares[0]
    network = tanh_network(n, seed)
    energy = sum(sp.log(sp.cosh(state)) for state in network.expand().states)
    orbit = db.integrate(network, start, 50 * step, method=DiscreteGradient(energy), step=step)
    assert orbit.outcome is Outcome.COMPLETED
    (record,) = orbit.drift(energy)
    assert record.largest < 1e-13 * (1 + record.initial)


def test_a_hundred_thousand_steps_of_the_discrete_gradient():
    """The figure of the gallery: the energy to 1e-12 over 1e5 steps; here a tenth of them in the default suite."""
    orbit = db.integrate(tanh_network(4), [0.3, -1.2, 0.4, 2.0], 500.0, method="discrete gradient", step=0.05)
    assert len(orbit.t) == 10_001
    assert orbit.drift()[0].largest < 1e-12


@pytest.mark.slow
def test_the_whole_hundred_thousand():
    orbit = db.integrate(tanh_network(4), [0.3, -1.2, 0.4, 2.0], 5000.0, method="discrete gradient", step=0.05)
    assert len(orbit.t) == 100_001
    assert orbit.drift()[0].largest < 1e-12
