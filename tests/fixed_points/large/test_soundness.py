"""Certificates in doubles against the truth in 300-bit balls (`truth`), at 31 to 60 units, on inputs made to deceive.

Every claim is checked that a certificate makes; a certificate that claims nothing is never wrong, so that each test
also says how many claims there must be at least.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from scipy.sparse.csgraph import connected_components

import dynbench as db
from dynbench.fixed_points import certificates
from dynbench.fixed_points.large import certify_large, polish_large
from dynbench.fixed_points.large.index import index_of, prove_spectrum
from dynbench.fixed_points.large.linearisation import linearise
from dynbench.fixed_points.large.newton import newton_from
from dynbench.fixed_points.large.residuals import enclosed_residual
from dynbench.fixed_points.records import Certificate, Verdict
from dynbench.fixed_points.spectrum import Spectrum

from . import truth

S = sp.Symbol("s", real=True)
LAMBDAS = {
    "tanh": "tanh",
    "logistic": "logistic",
    "relu": "relu",
    "arctan": sp.atan,
    "erf": sp.erf,
    "softplus": sp.Lambda(S, sp.log(1 + sp.exp(S))),
    "sine": sp.sin,
    "softsign": sp.Lambda(S, S / (1 + sp.Abs(S))),
}
#: Where the network with gain 1.5 has no fixed point that Newton's method finds at once.
GAINS = {"relu": 0.6, "softplus": 0.6, "sine": 0.8, "erf": 1.0}
SIZES = (31, 60)


def weights(n: int, seed: int, gain: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return gain * rng.normal(size=(n, n)) / np.sqrt(n), 0.3 * rng.normal(size=n)


def some_points(system: db.System, seed: int, count: int = 24) -> list[np.ndarray]:
    starts = 2 * np.random.default_rng(seed).normal(size=(count, system.dimension))
    ends, converged = newton_from(system, starts)
    found: list[np.ndarray] = []
    for x in ends[converged]:
        if all(np.abs(x - y).max() > 1e-6 for y in found):
            found.append(polish_large(system, x))
    return found[:4]


def in_balls(system: db.System, x: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """The certificate that `certificates` gives in balls, though the system is large."""
    with monkeypatch.context() as patched:
        patched.setattr(certificates, "is_large", lambda _: False)
        return certificates.certify(system, x)


@pytest.mark.parametrize("name", LAMBDAS)
@pytest.mark.parametrize("n", SIZES)
def test_the_ball_holds_the_true_point_and_the_index_is_right(name, n):
    w, b = weights(n, seed=n + 3, gain=GAINS.get(name, 1.5))
    system = db.RNN(w, b, activation=LAMBDAS[name], leak=0.7, tau=0.3)
    leak, tau = Fraction(7, 10), Fraction(3, 10)
    claims = indices = 0
    for x in some_points(system, seed=n):
        true, jacobian = truth.fixed_point(x, w, b, name, leak, tau)
        sign = truth.sign_of_determinant(jacobian)
        # Units of relu that are silent give a multiple eigenvalue, which balls do not isolate.
        unstable = None if name == "relu" else truth.unstable(jacobian, "flow")
        for shift in (0.0, 2.0**-52, 1e-12, 1e-9, 1e-7):
            center = x + shift * np.random.default_rng(1).choice([-1.0, 1.0], size=n)
            found = certify_large(system, center)
            if found.verdict is Verdict.NO_FIXED_POINT:
                assert truth.distance(true, center) > found.exclusion_radius
            if found.verdict is not Verdict.FIXED_POINT:
                continue
            claims += 1
            assert truth.distance(true, center) <= found.radius
            assert found.radius <= 1.1 * shift + 1e-13
            if found.index is not None:
                indices += 1
                assert found.index == sign
            if found.n_unstable is not None and unstable is not None:
                assert found.n_unstable == unstable
    assert claims >= 5
    assert indices >= 3


@pytest.mark.parametrize("form", ["rate", "activation"])
@pytest.mark.parametrize("n", SIZES)
def test_agrees_with_the_certificate_in_balls(n, form, monkeypatch):
    w, b = weights(n, seed=7 * n)
    system = db.RNN(w, b, form=form)
    points = some_points(system, seed=n)
    assert points
    for x in points[:2]:
        found, sharp = certify_large(system, x), in_balls(system, x, monkeypatch)
        assert found.verdict is sharp.verdict is Verdict.FIXED_POINT
        assert sharp.radius * (1 - 1e-12) <= found.radius <= sharp.radius + 1e-14
        assert found.index == sharp.index
        assert found.stability == sharp.stability
        gaps = np.abs(found.eigenvalues[:, None] - sharp.eigenvalues[None, :])
        assert np.all(gaps.min(axis=0) <= found.eigenvalue_radii.max() + sharp.eigenvalue_radii + 1e-15)
        for y in points:  # no other point may lie where this one is proved unique
            assert y is x or np.abs(x - y).max() > max(found.uniqueness_radius, sharp.uniqueness_radius)


@pytest.mark.parametrize("name", ["tanh", "softplus", "erf"])
@pytest.mark.parametrize("change", ["ulp", 1e-14, 1e-12, 1e-9, 1e-6])
def test_another_network_gets_a_ball_around_its_own_point(name, change):
    """The centre is a point of another network, of which one weight is off: by the last bit, or more."""
    claims = 0
    for n in (31, 50):
        w, b = weights(n, seed=3 * n, gain=GAINS.get(name, 1.5))
        for k, x in enumerate(some_points(db.RNN(w, b, activation=LAMBDAS[name]), seed=n)):
            i, j = k % n, (5 * k + 2) % n
            other = w.copy()
            other[i, j] = np.nextafter(w[i, j], np.inf) if change == "ulp" else w[i, j] + change
            found = certify_large(db.RNN(other, b, activation=LAMBDAS[name]), x)
            true, jacobian = truth.fixed_point(x, other, b, name)
            if found.verdict is Verdict.FIXED_POINT:
                claims += 1
                assert truth.distance(true, x) <= found.radius
                assert found.index in (None, truth.sign_of_determinant(jacobian))
    assert claims >= 2


@pytest.mark.parametrize("name", ["tanh", "logistic", "sine"])
def test_maps_count_multipliers_outside_the_circle(name):
    counted = set()
    for n in (31, 40):
        for gain in (0.9, 1.4, 2.0):
            w, b = weights(n, seed=n, gain=4 * gain if name == "logistic" else gain)
            x = sp.MatrixSymbol("x", n, 1)
            W, B = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("b", n, 1)
            phi = LAMBDAS[name] if not isinstance(LAMBDAS[name], str) else db.networks.activations.as_activation(name)
            system = db.Map({x: W * x.applyfunc(phi) + B}, {W: w, B: b})
            for point in some_points(system, seed=n)[:2]:
                true, jacobian = truth.fixed_point(point, w, b, name)
                found = certify_large(system, point)
                assert found.verdict is Verdict.FIXED_POINT
                assert truth.distance(true, point) <= found.radius
                assert found.index == truth.sign_of_determinant(jacobian)
                multipliers = truth.jacobian(true, w, truth.ACTIVATIONS[name], Fraction(0), Fraction(1))
                assert found.n_unstable == truth.unstable(multipliers, "map")
                counted.add(found.n_unstable)
    assert len(counted) > 1


def with_eigenvalue(n: int, value: complex, spread: float, seed: int) -> np.ndarray:
    """A matrix of which one eigenvalue (pair) is `value`, the others within the left half plane; `spread`: how skew."""
    rng = np.random.default_rng(seed)
    core = np.diag(-rng.uniform(0.2, 1.5, size=n))
    core[:2, :2] = [[value.real, value.imag], [-value.imag, value.real]]
    if value.imag == 0:
        core[1, 1] = -0.5
    core += np.triu(spread * rng.normal(size=(n, n)), 2)
    q = np.linalg.qr(rng.normal(size=(n, n)))[0]
    return q @ core @ q.T


@pytest.mark.parametrize("spread", [0.0, 0.3])
@pytest.mark.parametrize("size", [1e-4, 1e-6, 1e-9, 1e-12, 1e-14, 1e-15, 1e-16])
@pytest.mark.parametrize("sign", [-1, 1])
def test_close_to_the_axis_the_index_is_right_or_not_claimed(size, sign, spread):
    """The origin of x' = -x + W tanh(x), of which W - I has an eigenvalue, or a pair, this close to the axis."""
    n = 36
    for value in (complex(sign * size), complex(sign * size, 1.3)):
        w = with_eigenvalue(n, value, spread, seed=5) + np.eye(n)
        found = certify_large(db.RNN(w), np.zeros(n))
        jacobian = truth.jacobian([truth.ball(0.0)] * n, w, truth.ACTIVATIONS["tanh"], Fraction(1), Fraction(1))
        if found.verdict is not Verdict.FIXED_POINT:
            assert size <= 1e-12
            continue
        assert found.radius < 1e-290
        if found.index is not None:
            assert found.index == truth.sign_of_determinant(jacobian)
        if found.n_unstable is not None:
            assert found.n_unstable == truth.unstable(jacobian, "flow")
        if size >= 1e-6 and spread == 0:
            assert found.n_unstable == (0 if sign < 0 else 1 if value.imag == 0 else 2)
        if size <= 1e-16:
            assert found.n_unstable is None


@pytest.mark.parametrize("size", [1e-6, 1e-12, 1e-15])
def test_close_to_the_circle_too(size):
    n = 36
    W = sp.MatrixSymbol("W", n, n)
    x = sp.MatrixSymbol("x", n, 1)
    for value in (complex(1 + size), complex(1 - size), complex(-1 - size), (1 + size) * np.exp(1.0j)):
        w = with_eigenvalue(n, value, 0.0, seed=6)
        system = db.Map({x: W * x.applyfunc(sp.tanh) / 2 + W * x.applyfunc(sp.atan) / 2}, {W: w})
        found = certify_large(system, np.zeros(n))
        true = truth.jacobian([truth.ball(0.0)] * n, w, truth.ACTIVATIONS["tanh"], Fraction(0), Fraction(1))
        if found.n_unstable is not None:
            assert found.n_unstable == truth.unstable(true, "map")
        if size == 1e-6:
            assert found.n_unstable is not None


@pytest.mark.parametrize("radius", [1e-8, 1e-4, 1e-2])
@pytest.mark.parametrize("kind", [db.ODE, db.Map])
def test_the_discs_hold_the_eigenvalues_anywhere_in_the_ball(kind, radius):
    """Each disc, or union of discs apart from the others, as many eigenvalues as discs; pairs of them included."""
    rng = np.random.default_rng(4)
    tight = 0.0
    for n in (2, 3, 12):
        x, W = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("W", n, n)
        system = kind({x: -x + W * x.applyfunc(sp.tanh)}, {W: 2 * rng.normal(size=(n, n)) / np.sqrt(n)})
        center = rng.normal(size=n)
        around = linearise(system, center)
        discs = prove_spectrum(around, radius, system.kind)
        assert discs is not None
        reach = discs.radii[:, None] + discs.radii[None, :]
        near = np.abs(discs.midpoints[:, None] - discs.midpoints[None, :]) <= reach
        count, group = connected_components(near, directed=False)
        for corner in center + radius * rng.choice([-1.0, 1.0], size=(100, n)):
            values = np.linalg.eigvals(system.jacobian_at(corner))
            outside = np.abs(values[:, None] - discs.midpoints[None, :]) - discs.radii
            assert outside.min(axis=1).max() <= 1e-13
            owners = group[outside.argmin(axis=1)]
            assert np.array_equal(np.bincount(owners, minlength=count), np.bincount(group, minlength=count))
            moved = np.abs(values[:, None] - discs.midpoints[None, :]).min(axis=1).max()
            tight = max(tight, float(moved / discs.radii.max()))
    assert tight > 0.01  # else the discs would be so wide that nothing was tested


def test_an_index_is_claimed_only_off_the_axis():
    def discs(radii: list[float]) -> Spectrum:
        return Spectrum(np.array([0.5, -1e-3, -2.0], complex), np.array(radii), (1, -1, -1), (False,) * 3, True, True)

    assert index_of(discs([1e-9] * 3), "flow") == -1
    assert index_of(discs([1e-9, 2e-3, 1e-9]), "flow") is None
    assert index_of(discs([1e-9] * 3), "map") == 1
    assert index_of(discs([0.5, 1e-9, 1e-9]), "map") is None


@pytest.mark.parametrize("decades", [2, 6, 12])
def test_weights_of_a_huge_range(decades):
    claims = 0
    for n in (31, 40):
        rng = np.random.default_rng(n + decades)
        w = rng.normal(size=(n, n)) * 10.0 ** rng.uniform(-decades, 0.5, size=(n, n))
        b = rng.normal(size=n) * 10.0 ** rng.uniform(-decades, 1, size=n)
        system = db.RNN(w, b, tau=0.01)
        for x in some_points(system, seed=n):
            true, jacobian = truth.fixed_point(x, w, b, "tanh", tau=Fraction(1, 100))
            found = certify_large(system, x)
            if found.verdict is Verdict.FIXED_POINT:
                claims += 1
                assert truth.distance(true, x) <= found.radius
                assert found.index in (None, truth.sign_of_determinant(jacobian))
    assert claims >= 2


def test_rows_and_columns_scaled_apart():
    """D W D^-1 with D over sixteen decades: the point is as well determined as without, its coordinates are not."""
    n = 34
    w, b = weights(n, seed=9, gain=0.8)
    d = 10.0 ** np.random.default_rng(9).uniform(-8, 8, size=n)
    skew = d[:, None] * w / d
    system = db.RNN(skew, b)
    ends, converged = newton_from(system, np.random.default_rng(2).normal(size=(30, n)))
    for x in ends[converged][:3]:
        found = certify_large(system, x)
        if found.verdict is Verdict.FIXED_POINT:
            true, jacobian = truth.fixed_point(x, skew, b, "tanh")
            assert truth.distance(true, x) <= found.radius
            assert found.index in (None, truth.sign_of_determinant(jacobian))


def test_scalars_are_decimals_and_arrays_are_doubles():
    """leak = 0.1 is 1/10 and the double 0.1 in b is not: at x = 1 they leave 5.55e-18, which doubles do not see."""
    n = 33
    system = db.RNN(np.zeros((n, n)), np.full(n, 0.1), leak=0.1, tau=0.3)
    exact = float((Fraction(0.1) - Fraction(1, 10)) / Fraction(3, 10))
    middle, radius = enclosed_residual(system, np.ones(n))
    assert exact > 1e-17
    assert np.all(np.abs(middle - exact) <= radius)
    assert np.all(radius < 1e-30)
    found = certify_large(system, np.ones(n))
    assert found.verdict is Verdict.FIXED_POINT
    assert found.radius >= float((Fraction(0.1) - Fraction(1, 10)) * 10)
    assert found.radius < 1e-16


JUMPING = sp.Lambda(S, sp.Piecewise((S / 2, S < 0), (S / 2 + 1, True)))


def test_no_claim_across_a_jump_or_where_nothing_is_defined():
    n = 32
    x = sp.MatrixSymbol("x", n, 1)
    # x' = -x + phi(x), phi = x/2 or x/2 + 1: fixed points are 0- (no), 2; -x + phi jumps over 0 at x = 0.
    system = db.ODE({x: -x + x.applyfunc(JUMPING)})
    for center in (np.zeros(n), np.full(n, -1e-9), np.full(n, 1e-9), np.full(n, -1e-300)):
        found = certify_large(system, center)
        assert found.verdict is not Verdict.FIXED_POINT
    found = certify_large(system, np.full(n, 2.0))
    assert found.verdict is Verdict.FIXED_POINT
    assert found.uniqueness_radius < 2
    # With sqrt(x) only x >= 0 is defined, and the balls around 1 must not reach beyond.
    root = db.ODE({x: -x + x.applyfunc(sp.Lambda(S, sp.sqrt(S)))})
    found = certify_large(root, np.ones(n))
    assert found.verdict is Verdict.FIXED_POINT
    assert found.uniqueness_radius < 1
    for center in (np.zeros(n), -np.ones(n), np.full(n, 1e-320)):
        assert certify_large(root, center).verdict is not Verdict.FIXED_POINT
