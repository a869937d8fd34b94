"""What must agree in any result of following, on random systems: counts, balances, and folds against discriminants."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.continuation import ChangeKind, Homotopy

#: Eigenvalues closer to the axis than this are not counted, nor those closer than this to a change.
CLOSE = 1e-6


def odd_networks(rng):
    n = int(rng.integers(2, 4))
    return [db.RNN(np.round(1.5 * rng.normal(size=(n, n)), 2)) for _ in range(2)]


def networks(rng):
    biases = np.round(0.3 * rng.normal(size=(2, 2)), 2)
    return [db.RNN(np.round(2 * rng.normal(size=(2, 2)), 2), b=b) for b in biases]


def flows(rng):
    def system(a, b):
        return db.ODE({"x": f"{a[0]} + {a[1]}*x + {a[2]}*y + {a[3]}*x*y - x^3"} | cubic(b))

    def cubic(b):
        return {"y": f"{b[0]} + {b[1]}*x + {b[2]}*y + {b[3]}*x^2 - y^3"}

    return [system(*c) for c in np.round(rng.normal(size=(2, 2, 4)), 2)]


def maps(rng):
    def system(a, b):
        x, y = (f"{c[0]} + {c[1]}*x + {c[2]}*y" for c in (a, b))
        return db.Map({"x": f"{x} - 0.5*x^3", "y": f"{y} - 0.5*y^3"})

    return [system(*c) for c in np.round(rng.normal(size=(2, 2, 3)), 2)]


def polynomial(coefficients):
    return db.ODE({"x": " + ".join(f"({c})*x^{k}" for k, c in enumerate(coefficients))})


def followed(systems):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return db.follow_fixed_points(systems, rng=0)


def check(paths):
    """All that must hold: what needs every path to have led somewhere only where there are no doubts."""
    for i, found in enumerate(paths.sets):
        assert sorted(p.positions[i] for p in paths.paths if p.positions[i] is not None) == list(range(len(found)))
    for change in paths.changes:
        assert 0 <= change.s <= 1
        assert change.kind not in (ChangeKind.UNRESOLVED, ChangeKind.PAIRS)
        assert abs(change.after - change.before) == (2 if change.kind is ChangeKind.HOPF else 1)
        assert change.kind.fold <= (len(change.paths) <= 2)
    for path in paths.paths:
        check_stations(paths, path)
    without_cause = sum(
        (p.positions[0] is None and p.born is None) + (p.positions[-1] is None and p.died is None) for p in paths.paths
    )
    assert without_cause <= len(paths.doubts)
    if paths.doubts:
        return
    born = sum(2 * ((c.kind is ChangeKind.BIRTH) - (c.kind is ChangeKind.DEATH)) for c in paths.changes)
    born += sum(2 * change.side for change in paths.changes)
    assert len(paths.sets[1]) - len(paths.sets[0]) == born
    sums = [
        sum(np.sign(np.linalg.det(system.residual_jacobian(p.x))) for p in found)
        for system, found in zip(paths.systems, paths.sets, strict=True)
    ]
    assert sums[0] == sums[1]


def check_stations(paths, path):
    """Each station is a fixed point with as many unstable directions as said, which change only where t stands."""
    homotopy = Homotopy(*paths.systems)
    places = [change.position for change in paths.changes]
    for t, x, unstable in zip(path.t, path.x, path.unstable, strict=True):
        slopes = np.abs(homotopy.residual_jacobian(x, t)).sum(axis=1).max()
        assert np.abs(homotopy.residual(x, t)).max() <= CLOSE * max(1, np.abs(x).max()) * max(1, slopes)
        beyond = homotopy.beyond(homotopy.eigenvalues(x, t))
        if np.abs(beyond).min() > CLOSE and all(abs(t - place) > CLOSE for place in places):
            assert np.count_nonzero(beyond > 0) == unstable
    moved, changed = np.diff(path.t) != 0, np.diff(path.unstable) != 0
    assert not np.any(moved & changed)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("draw", [odd_networks, networks, flows, maps])
def test_of_random_systems_whose_points_stay_bounded_all_agrees(draw, seed):
    paths = followed(draw(np.random.default_rng(seed)))
    check(paths)
    assert paths.doubts == ()


@pytest.mark.parametrize("seed", range(12))
def test_folds_of_random_polynomials_are_the_roots_of_their_discriminant(seed):
    rng = np.random.default_rng(seed)
    degree = rng.integers(3, 6)
    first, last = np.round(rng.normal(size=(2, degree + 1)), 2)
    paths = followed([polynomial(first), polynomial(last)])
    check(paths)
    s, x = sp.symbols("s x")
    line = sum(
        ((1 - s) * sp.Rational(str(a)) + s * sp.Rational(str(b))) * x**k
        for k, (a, b) in enumerate(zip(first, last, strict=True))
    )
    folds = [float(root) for root in sp.real_roots(sp.Poly(sp.discriminant(line, x), s)) if 0 < root < 1]
    for change in paths.changes:
        assert change.kind.fold
        assert min(abs(change.s - fold) for fold in folds) < CLOSE
    # Points go to infinity where the leading coefficient changes its sign, and the paths that do so say it.
    assert all("out of reach" in doubt.reason for doubt in paths.doubts)
    if first[-1] * last[-1] > 0:
        assert paths.doubts == ()


@pytest.mark.parametrize("seed", [148, 164, 188, 235])
def test_eigenvalues_that_meet_close_to_the_circle_are_told_apart(seed):
    """Two real eigenvalues of these maps meet within a step of passing -1, or of passing the circle as a pair."""
    paths = followed(maps(np.random.default_rng(seed)))
    check(paths)
    assert {change.kind for change in paths.changes} >= {ChangeKind.FLIP}
    assert min(min(change.before, change.after) for change in paths.changes) >= 0
