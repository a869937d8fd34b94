"""Certificates in doubles against those in balls, and against inputs made wrong on purpose."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.fixed_points.certificates import certify, polished
from dynbench.fixed_points.large import certify_large, polish_large
from dynbench.fixed_points.large.existence import approximate_inverse, prove_existence
from dynbench.fixed_points.large.linearisation import Diagonals, Enclosed, linearise
from dynbench.fixed_points.large.residuals import enclosed_residual
from dynbench.fixed_points.newton import damped_newton
from dynbench.fixed_points.records import Verdict

N, S = sp.Symbol("n", integer=True, positive=True), sp.Symbol("s", real=True)
X, W, B, U = (sp.MatrixSymbol(name, N, k) for name, k in (("x", 1), ("W", N), ("b", 1), ("U", N)))
FORMS = {
    "rate": -X + W * X.applyfunc(sp.tanh) + B,
    "slow rate": (-X + W * X.applyfunc(sp.tanh) + B) / 10,
    "activation": -X + (W * X + B).applyfunc(sp.tanh),
    "two factors": -X + W * X.applyfunc(sp.tanh) + W * U * X.applyfunc(sp.tanh) + B,
    "both sides": -2 * X + U * (W * X + B).applyfunc(sp.tanh),
    "logistic": -2 * X + W * X.applyfunc(sp.Lambda(S, 1 / (1 + sp.exp(-S)))) + B,
    "arctan": -X + W * X.applyfunc(sp.atan) + B,
    "relu": -X + W * X.applyfunc(sp.Lambda(S, sp.Max(S, 0))) / 3 + B,
    "gated": -X + sp.HadamardProduct((W * X).applyfunc(sp.tanh), (U * X + B).applyfunc(sp.atan)) + B,
}


def network(name: str, kind: type, n: int, seed: int) -> db.System:
    rng = np.random.default_rng(seed)
    values = {
        W: 1.6 * rng.normal(size=(n, n)) / np.sqrt(n),
        U: rng.normal(size=(n, n)) / np.sqrt(n),
        B: 0.3 * rng.normal(size=n),
    }
    return kind({X: FORMS[name]}, {m: value for m, value in values.items() if FORMS[name].has(m)})


def fixed_points(system: db.System, seed: int, count: int = 12) -> list[np.ndarray]:
    starts = np.random.default_rng(seed).normal(size=(count, system.dimension))
    x, converged = damped_newton(system, starts)
    return [polished(system, p) for p in np.unique(np.round(x[converged], 6), axis=0)[:3]]


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("kind", [db.ODE, db.Map])
def test_agrees_with_balls(name, kind):
    proved = 0
    for n in (3, 5, 8):
        system = network(name, kind, n, seed=n)
        for x in fixed_points(system, seed=n):
            sharp, found = certify(system, x), certify_large(system, x)
            if sharp.verdict is not Verdict.FIXED_POINT:
                continue
            proved += 1
            assert found.verdict is Verdict.FIXED_POINT
            # Both hold the same point: the radius in doubles is no smaller than the true distance.
            assert found.radius >= 0.99 * sharp.radius
            assert found.radius <= 1e-13
            assert found.uniqueness_radius > 1e-3
            assert found.index == sharp.index or found.index is None
            assert found.stability in (None, sharp.stability)
            if name != "relu":
                assert found.stability == sharp.stability
                gaps = np.abs(found.eigenvalues[:, None] - sharp.eigenvalues[None, :])
                assert np.all(gaps.min(axis=0) <= found.eigenvalue_radii.max() + sharp.eigenvalue_radii + 1e-15)
    assert proved


@pytest.mark.parametrize("name", ["rate", "activation"])
def test_no_second_fixed_point_within_the_uniqueness_radius(name):
    pairs = 0
    for seed in range(6):
        system = network(name, db.ODE, 4, seed)
        points = fixed_points(system, seed, count=60)
        for i, x in enumerate(points):
            certificate = certify_large(system, x)
            for y in points[:i] + points[i + 1 :]:
                pairs += 1
                assert np.abs(x - y).max() > certificate.uniqueness_radius
    assert pairs


@pytest.mark.parametrize("name", ["rate", "activation", "logistic", "gated"])
@pytest.mark.parametrize("shift", [1e-9, 1e-7])
def test_a_state_near_a_fixed_point_gets_the_distance_to_it(name, shift):
    system = network(name, db.ODE, 6, seed=1)
    for x in fixed_points(system, seed=1):
        off = x.copy()
        off[2] += shift
        certificate = certify_large(system, off)
        assert certificate.verdict is Verdict.FIXED_POINT
        assert shift * (1 - 1e-6) <= certificate.radius <= 2 * shift


@pytest.mark.parametrize("shift", [1e-4, 1e-2, 0.5])
def test_a_wrong_state_does_not_certify(shift):
    system = network("rate", db.ODE, 6, seed=1)
    for x in fixed_points(system, seed=1):
        certificate = certify_large(system, x + shift)
        assert certificate.verdict is not Verdict.FIXED_POINT
        if certificate.verdict is Verdict.NO_FIXED_POINT:
            assert certificate.exclusion_radius < shift


@pytest.mark.parametrize("size", [1e-12, 1e-6, 1e-2, 0.3, 3.0, 1e3])
def test_a_wrong_inverse_fails_or_stays_sound(size):
    rng = np.random.default_rng(0)
    for seed in range(4):
        system = network("rate", db.ODE, 6, seed)
        for x in fixed_points(system, seed):
            true = float(certify(system, x).radius)
            around = linearise(system, x)
            inverse = approximate_inverse(around.matrix)
            wrong = inverse + size * np.abs(inverse).max() * rng.normal(size=inverse.shape)
            found = prove_existence(system, around, enclosed_residual(system, x), 1.0, wrong)
            assert found is None or found.radius >= 0.99 * true
            if size >= 3:
                assert found is None


@pytest.mark.parametrize("size", [1e-3, 0.1, 1.0])
def test_a_wrong_residual_moves_the_radius(size):
    system = network("rate", db.ODE, 6, seed=2)
    x = fixed_points(system, seed=2)[0]
    around = linearise(system, x)
    middle, radius = enclosed_residual(system, x)
    found = prove_existence(system, around, (middle + size, radius), 1.0)
    inverse_size = 1 / np.abs(around.matrix).sum(axis=1).max()
    assert found is None or found.radius >= 0.5 * size * inverse_size


@pytest.mark.parametrize("name", ["rate", "two factors", "both sides", "activation"])
def test_the_variation_holds_every_jacobian_in_the_ball(name):
    rng = np.random.default_rng(3)
    system = network(name, db.ODE, 7, seed=3)
    x = rng.normal(size=7)
    structured, general = linearise(system, x), Enclosed(system, x)
    assert isinstance(structured, Diagonals)
    rows = rng.normal(size=(3, 7))
    for radius in (1e-12, 1e-3, 0.3):
        inside = x + radius * rng.uniform(-1, 1, size=(200, 7))
        for around in (structured, general):
            weights = rng.uniform(size=7)
            off = np.abs(system.residual_jacobian(inside) - around.matrix)
            assert np.all(off @ weights <= around.spread(radius, weights) + 1e-15)
            along = np.abs(rows @ (system.residual_jacobian(inside) - around.matrix)).sum(axis=-1)
            assert np.all(along <= around.along(rows, rows @ around.matrix)(radius) + 1e-14)


def test_the_residual_encloses_the_exact_one():
    system = network("two factors", db.ODE, 5, seed=4)
    x = np.random.default_rng(4).normal(size=5)
    middle, radius = enclosed_residual(system, x)
    exact = system.exact_residual.subs({s: sp.Rational(float(v)) for s, v in zip(system.states, x, strict=True)})
    for value, m, r in zip(exact, middle, radius, strict=True):
        assert abs(sp.N(value - sp.Rational(float(m)), 60)) <= r
        assert r < 1e-15


def test_a_slow_point_is_no_fixed_point():
    # x' = -x + w tanh(x) + b just beyond its fold has a minimum of speed that is no root: in the first unit here.
    n = 40
    gains, drive = np.full(n, 0.5), np.zeros(n)
    gains[0], drive[0] = 2, 0.54
    system = db.ODE({X: FORMS["rate"]}, {W: np.diag(gains), B: drive})
    from dynbench.fixed_points.large.newton import minimise_state

    x, stationary = minimise_state(system, np.full(n, -0.8))
    assert stationary
    certificate = db.certify(system, x)
    assert certificate.verdict is Verdict.NO_FIXED_POINT
    assert 1e-3 < certificate.exclusion_radius < 1
    assert abs(x[0] + np.arctanh(np.sqrt(0.5))) < 1e-6


def test_large_systems_are_dispatched():
    n = 40
    rng = np.random.default_rng(5)
    system = db.ODE({X: FORMS["rate"]}, {W: 0.5 * rng.normal(size=(n, n)) / np.sqrt(n), B: rng.normal(size=n)})
    x, converged = damped_newton(system, np.zeros((1, n)))
    assert converged.all()
    certificate = db.certify(system, polish_large(system, x[0]))
    assert certificate.verdict is Verdict.FIXED_POINT
    assert certificate.precision == 53
    assert certificate.n_unstable == 0
    assert certificate.index == 1
    with pytest.raises(db.errors.InputError, match="x has shape"):
        db.certify(system, np.zeros(3))


@pytest.mark.slow
def test_a_thousand_units():
    n = 1000
    rng = np.random.default_rng(6)
    system = db.ODE({X: FORMS["rate"]}, {W: 1.5 * rng.normal(size=(n, n)) / np.sqrt(n), B: np.zeros(n)})
    certificate = db.certify(system, np.zeros(n))
    assert certificate.verdict is Verdict.FIXED_POINT
    eigenvalues = np.linalg.eigvals(system.jacobian_at(np.zeros(n)))
    assert certificate.n_unstable == np.count_nonzero(eigenvalues.real > 0)
    assert certificate.uniqueness_radius > 1e-3


def test_a_singular_jacobian_is_met_without_a_warning():
    network = db.RNN(np.diag([2.0, 1.0] + [0.5] * 38), activation="linear")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(polish_large(network, np.ones(40)), np.ones(40))
