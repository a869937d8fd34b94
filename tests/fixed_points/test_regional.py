"""Fixed points where regions of a piecewise-linear system meet: proofs in exact arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.fixed_points import Status, Verdict

#: The angle doubled: piecewise linear, and of degree 2 around the origin.
DOUBLED = {"x": "abs(x) - abs(y)", "y": "abs(x + y) - abs(x - y)"}


def winding(system):
    """How often -F turns around 0 along the unit circle."""
    angles = np.linspace(0, 2 * np.pi, 4001)
    values = -system(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    turned = np.unwrap(np.arctan2(values[:, 1], values[:, 0]))
    return round((turned[-1] - turned[0]) / (2 * np.pi)), np.hypot(*values.T).min()


@pytest.mark.parametrize(
    ("rates", "index"),
    [
        ({"x": "-x + 2*abs(x)"}, 0),
        ({"x": "max(x, -3*x)"}, 0),
        (DOUBLED, 2),
        ({"x": DOUBLED["x"], "y": f"-({DOUBLED['y']})"}, -2),
        ({"x": "abs(x) + abs(y)", "y": "abs(x) + abs(y)"}, 0),
    ],
    ids=["fold", "max", "doubled", "mirrored", "singular in every region"],
)
def test_the_index_is_the_degree(rates, index):
    points = db.find_fixed_points(db.ODE(rates))
    (point,) = points
    assert points.complete
    assert (point.status, point.kind) == (Status.CERTIFIED, db.Kind.NONSMOOTH)
    assert point.exact == (0,) * len(rates)
    assert (point.certificate.index, points.index_sum) == (index, index)
    assert (point.certificate.radius, point.certificate.precision) == (0.0, 0)
    assert "exact rational arithmetic" in point.certificate.inequality


def test_random_folds_of_the_plane_have_the_winding_number_as_index():
    rng = np.random.default_rng(5)
    seen = set()
    for _ in range(25):
        a, b, c = rng.integers(-3, 4, (3, 2, 2))
        terms = [
            "{0[0]}*x + {0[1]}*y + {1[0]}*abs(x) + {1[1]}*abs(y) + {2}*abs(x - 2*y)".format(*row)
            for row in zip(a, b, c[:, 0], strict=True)
        ]
        system = db.ODE(dict(zip("xy", terms, strict=True)))
        turns, least = winding(system)
        certificate = db.certify(system, [0.0, 0.0])
        if least < 1e-2:  # not isolated, or nearly so
            continue
        assert certificate.verdict is Verdict.FIXED_POINT
        assert certificate.index == turns
        seen.add((turns, certificate.precision))
    assert {index for index, precision in seen if precision == 0} >= {-1, 0, 1}


def test_a_float_of_an_equation_is_its_decimal_and_one_of_an_array_is_a_double():
    """1/10 + 9/10 is 1, but the two doubles add up to more: there is a fixed point, and there is none."""
    (point,) = found = db.find_fixed_points(db.Map({"z": "0.1 + 0.9*z + 2*abs(z - 1)"}))
    assert found.complete
    assert (point.status, point.exact, point.certificate.index) == (Status.CERTIFIED, (1,), 0)
    network = db.PLRNN.shallow([0.9], [[2.0, 2.0]], [[1.0], [-1.0]], [0.1], [-1.0, 1.0])
    none = db.find_fixed_points(network)
    assert none.complete
    assert not len(none)


def test_a_state_that_is_no_double_lies_within_the_radius():
    system = db.Map({"x": "x + 2*abs(x - 1/3) + max(x - 1, 0)"})
    (point,) = db.find_fixed_points(system)
    certificate = point.certificate
    assert point.exact == (sp.Rational(1, 3),)
    gap = abs(sp.Rational(1, 3) - sp.Rational(float(point.x[0])))
    assert 0 < gap <= sp.Rational(certificate.radius) < sp.Rational(1, 10**16)
    # The next border is at 1.
    assert sp.Rational(certificate.uniqueness_radius) <= sp.Rational(2, 3) - gap
    assert certificate.uniqueness_radius == pytest.approx(2 / 3)


def test_a_network_of_many_states_with_two_units_on_their_borders():
    rng = np.random.default_rng(2)
    A, W = rng.integers(-4, 5, 7) / 8, rng.integers(-16, 17, (7, 7)) / 8
    z = np.array([1.0, -2.0, 0.0, 3.0, 0.0, -1.0, 2.0])
    network = db.PLRNN(A, W, z - A * z - W @ np.maximum(z, 0))
    certificate = db.certify(network, z + 1e-9)
    assert certificate.verdict is Verdict.FIXED_POINT
    assert certificate.precision == 0
    assert certificate.radius == pytest.approx(1e-9)
    assert certificate.uniqueness_radius == pytest.approx(1 - 1e-9)
    points = db.find_fixed_points(network)
    assert points.complete
    assert any(np.array_equal(p.x, z) and p.status is Status.CERTIFIED for p in points)
    cycles = db.find_cycles(network, periods=1)
    np.testing.assert_array_equal(sorted(p.x.tolist() for p in points), sorted(c.points[0].tolist() for c in cycles))


@pytest.mark.parametrize("state", [[0.0, 0.0], [1.0, 0.0]])
def test_a_point_of_a_continuum_is_not_certified(state):
    system = db.Map({"x": "Abs(x) + y", "y": "y/2"})
    assert db.certify(system, state).verdict is Verdict.UNDECIDED


def test_regions_with_a_plane_of_zeros_of_their_own_are_not_looked_at():
    """The origin is the only zero, but the affine functions of all regions vanish on planes through it."""
    system = db.ODE(dict.fromkeys("xyz", "abs(x) + abs(y) + abs(z)"))
    assert db.certify(system, [0.0, 0.0, 0.0]).verdict is Verdict.UNDECIDED
    (point,) = points = db.find_fixed_points(system)
    assert (point.status, point.exact) == (Status.CONVERGED, (0, 0, 0))
    assert not points.complete


def test_a_state_that_is_no_fixed_point_is_proved_to_be_none():
    system = db.ODE({"x": "-x + 2*abs(x)"})
    far = db.certify(system, [0.5])
    assert far.verdict is Verdict.NO_FIXED_POINT
    assert far.exclusion_radius == pytest.approx(0.5, rel=0.1)


def test_where_too_many_regions_meet_nothing_is_claimed():
    rng = np.random.default_rng(1)
    W1, W2 = rng.normal(size=(2, 14)), rng.normal(size=(14, 2))
    points = db.find_fixed_points(db.PLRNN.shallow([0.5, 0.5], W1, W2, np.zeros(2), np.zeros(14)))
    assert [p.status for p in points if not p.x.any()] == [Status.CONVERGED]
    assert not points.complete
    assert "may lie on a border" in points.argument
    assert "that they are isolated was not shown" in points.argument
