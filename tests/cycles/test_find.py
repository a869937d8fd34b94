"""All cycles of piecewise-linear maps: known answers, exactness, completeness, bad input."""

from __future__ import annotations

import dataclasses
import json
import pickle

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.cycles import CycleContinuum
from dynbench.errors import InputError
from dynbench.piecewise import piecewise_linear
from dynbench.piecewise.search import BranchAndBound, Polygons, Scyfi, Sweep, WordPlan
from dynbench.piecewise.words import canonical

from ..piecewise.known import LOZI, LOZI_COUNTS, brute_force, network, shallow

PLANE = {"x": (-3, 3), "y": (-3, 3)}


def counts(cycles):
    return [len(cycles.of_period(k)) for k in cycles.periods]


def test_all_lozi_cycles_to_sixteen_in_the_whole_plane():
    cycles = db.find_cycles(LOZI, periods=16)
    assert counts(cycles) == LOZI_COUNTS
    assert all(cycles.complete.values())
    assert all("were looked at" in argument or "branch" in argument for argument in cycles.arguments.values())
    assert cycles.region is None
    assert {c.status for c in cycles} == {db.Status.CERTIFIED}
    assert {(c.stability, c.proved) for c in cycles} == {((1, 0, 1), True)}


def test_all_lozi_cycles_to_twelve_by_polygons():
    cycles = db.find_cycles(LOZI, periods=12, box=PLANE, search=Polygons())
    assert counts(cycles) == LOZI_COUNTS[:12]
    assert all(cycles.complete.values())
    assert cycles.region.tolist() == [[-3, 3], [-3, 3]]


@pytest.mark.parametrize("period", [1, 2, 6, 10])
def test_lozi_words_against_brute_force(period):
    """By words of all periodic points, those with a smaller period among them."""
    cycles = db.find_cycles(LOZI, periods=[k for k in range(1, period + 1) if period % k == 0])
    repeated = {canonical(c.word * (period // c.period)) for c in cycles}
    assert repeated == brute_force(piecewise_linear(LOZI), period)


def test_the_fixed_points_of_lozi_are_exact():
    left, right = db.find_cycles(LOZI, periods=1)
    assert left.exact == ((-sp.Rational(5, 6), -sp.Rational(5, 12)),)
    assert right.exact == ((sp.Rational(5, 11), sp.Rational(5, 22)),)
    np.testing.assert_allclose(right.multipliers, [-1.9556672194, 0.2556672194], atol=1e-10)
    assert (left.character, right.character) == ("saddle", "flip saddle")
    assert right.kind is db.CycleKind.SADDLE


def test_exact_points_are_an_orbit_with_the_word():
    (cycle,) = db.find_cycles(LOZI, periods=[4])
    x, y = LOZI.states
    for point, image, pattern in zip(cycle.exact, cycle.exact[1:] + cycle.exact[:1], cycle.word, strict=True):
        value = LOZI.exact_rhs.subs({x: point[0], y: point[1]})
        assert tuple(value) == image
        assert pattern == (bool(point[0] > 0),)
    np.testing.assert_allclose(cycle.points, np.array(cycle.exact, dtype=float), rtol=1e-15)
    assert cycle.residual < 1e-15


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), states=st.integers(1, 3), units=st.integers(1, 3), period=st.integers(1, 3))
def test_random_maps_against_brute_force(seed, states, units, period):
    system = shallow(np.random.default_rng(seed), states, units)
    cycles = db.find_cycles(system, periods=[period])
    assert cycles.complete[period]
    found = {c.word for c in cycles}
    known = brute_force(piecewise_linear(system), period)
    assert found == {w for w in known if not any(w == w[d:] + w[:d] for d in range(1, period))}
    for cycle in cycles:
        assert len(np.unique(np.round(cycle.points, 9), axis=0)) == period
        orbit = db.integrate(system, cycle.points[0], period).x
        scale = max(1.0, np.abs(cycle.points).max())
        np.testing.assert_allclose(orbit[:-1], cycle.points, atol=1e-8 * scale * np.abs(cycle.multipliers[0]).clip(1))
        derivative = np.eye(states)
        for x in cycle.points:
            derivative = system.jacobian_at(x) @ derivative
        np.testing.assert_allclose(
            np.sort_complex(np.linalg.eigvals(derivative)), np.sort_complex(cycle.multipliers), rtol=1e-5, atol=1e-5
        )


KINDS = {
    "stable node": ({"x": "x/2 + relu(x)/4 - 1", "y": "y/3"}, db.CycleKind.STABLE, "node"),
    "flip node": ({"x": "-x/2 + relu(x)/4 - 1", "y": "y/3"}, db.CycleKind.STABLE, "flip node"),
    "focus": ({"x": "y/2 - relu(x)/9 - 1", "y": "-x/2 - 1"}, db.CycleKind.STABLE, "focus"),
    "unstable focus": ({"x": "2*y - relu(x)/9 - 1", "y": "-2*x + 3"}, db.CycleKind.UNSTABLE, "focus"),
    "saddle": ({"x": "2*x + relu(x - 9)", "y": "y/2 - 1"}, db.CycleKind.SADDLE, "saddle"),
    "flip saddle": ({"x": "-2*x + relu(x - 9)", "y": "y/2 - 1"}, db.CycleKind.SADDLE, "flip saddle"),
    "saddle-focus": (
        {"x": "2*x + relu(x - 9) + 1", "y": "z/2 - 1", "z": "-y/2"},
        db.CycleKind.SADDLE,
        "saddle-focus",
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_kinds(name):
    equations, kind, character = KINDS[name]
    cycles = db.find_cycles(db.Map(equations), periods=1)
    assert (kind, character) in [(c.kind, c.character) for c in cycles]
    assert all(c.proved for c in cycles)


def test_multipliers_on_the_unit_circle_are_nonhyperbolic_exactly():
    (point,) = db.find_cycles(db.Map({"x": "-x + relu(x - 2)/2 + 1", "y": "y/2"}), periods=1)
    assert point.kind is db.CycleKind.NONHYPERBOLIC
    assert point.stability == (1, 1, 0)
    assert "lies exactly on" in point.note
    assert point.proved


def test_a_border_collision():
    (point,) = db.find_cycles(db.Map({"x": "Abs(x)/2", "y": "x + y/3"}), periods=3)
    assert point.kind is db.CycleKind.NONSMOOTH
    assert point.status is db.Status.CERTIFIED
    assert point.exact == ((0, 0),)
    assert "border collision" in point.note
    assert "unit 1" in point.note
    assert not point.proved


def test_continua_are_reported_and_make_the_set_incomplete():
    cycles = db.find_cycles(db.Map({"x": "-x + relu(x - 5)"}), periods=2)
    assert cycles.complete == {1: True, 2: False}
    assert "continua" in cycles.arguments[2]
    (continuum,) = cycles.continua
    assert isinstance(continuum, CycleContinuum)
    assert (continuum.period, continuum.dimension, continuum.through.tolist()) == (2, 1, [[-5], [5]])
    (point,) = cycles.of_period(1)
    assert point.exact == ((0,),)


def test_fixed_points_on_a_border_leave_longer_periods_complete():
    cycles = db.find_cycles(db.Map({"x": "x/2 + Max(x, 0)/4", "y": "y"}), periods=3)
    assert {c.period for c in cycles.continua} == {1}
    assert cycles.complete == {1: False, 2: True, 3: True}


def test_irrational_entries_are_not_proved():
    cycles = db.find_cycles(db.Map({"x": "1 - sqrt(2)*Abs(x)"}), periods=1)
    assert len(cycles) == 2
    assert cycles.complete == {1: False}
    assert "irrational" in cycles.arguments[1]
    assert {c.status for c in cycles} == {db.Status.CONVERGED}
    assert "irrational" in cycles[0].note


def test_a_fixed_point_is_no_two_cycle_and_periods_are_chosen():
    assert counts(db.find_cycles(LOZI, periods=[2, 6])) == [1, 4]
    assert db.find_cycles(LOZI, periods=np.int64(2)).periods == (1, 2)
    assert db.find_cycles(LOZI, periods=[3, 3, 1]).periods == (1, 3)


def test_a_box_keeps_cycles_that_lie_in_it():
    cycles = db.find_cycles(LOZI, periods=2, box=[[0, 3], [-3, 3]])
    assert counts(cycles) == [1, 0]
    assert all(cycles.complete.values())


def test_large_maps_get_the_heuristic_and_say_so():
    cycles = db.find_cycles(network(31, 3), periods=[2], rng=0)
    assert cycles.complete == {2: False}
    assert "heuristic" in cycles.arguments[2]
    assert cycles.strategies == ("PMatrix(), Scyfi()",)
    assert all(c.status is db.Status.CERTIFIED for c in cycles)


def test_seeds_decide():
    first, second = (
        db.find_cycles(network(20, 1), periods=2, rng=1, search=Scyfi(batch=16, patience=2)) for _ in range(2)
    )
    assert first.to_dict() == second.to_dict()


def test_without_certification_nothing_is_claimed_of_a_cycle():
    cycles = db.find_cycles(LOZI, periods=1, certify=False)
    assert cycles.complete == {1: False}
    left = cycles[0]
    assert left.status is db.Status.CONVERGED
    assert left.exact is None
    assert not left.proved


def test_results_go_to_json_and_back():
    cycles = db.find_cycles(LOZI, periods=6, box=PLANE)
    data = json.loads(json.dumps(cycles.to_dict()))
    assert db.Cycles.from_dict(data).to_dict() == data
    again = pickle.loads(pickle.dumps(cycles))
    assert again[4].exact == cycles[4].exact
    assert "period 6: 4; complete: True" in repr(cycles)
    assert "<table>" in cycles._repr_html_()
    assert "110100" in cycles[4]._repr_html_().replace(" ", "")
    assert len(cycles.to_frame()) == len(cycles) == len(cycles[:])
    with pytest.raises(dataclasses.FrozenInstanceError):
        cycles.interrupted = True
    assert not cycles[0].points.flags.writeable


def test_smooth_maps_from_starts():
    logistic = db.Map({"x": "3.83*x*(1 - x)"})
    cycles = db.find_cycles(logistic, periods=3, starts=np.linspace(0.05, 0.95, 19)[:, None])
    assert counts(cycles) == [2, 1, 2]
    assert cycles.complete == {1: False, 2: False, 3: False}
    assert {c.status for c in cycles} == {db.Status.CONVERGED}
    assert "starts" in cycles.arguments[3]


def test_interruption():
    def stop(stage, done, total):
        if stage.startswith("deciding") and total > 3:
            raise KeyboardInterrupt

    cycles = db.find_cycles(LOZI, periods=8, progress=stop)
    assert cycles.interrupted
    assert cycles.complete[1]
    assert not cycles.complete[4]
    assert not cycles.complete[8]
    assert "interrupted" in cycles.arguments[8]


BAD = {
    "periods is 0": dict(periods=[]),
    "periods holds 0": dict(periods=[0]),
    "periods is -1|at least one positive": dict(periods=-1),
    "positive integer": dict(periods=2.5),
    "periods holds 1.5": dict(periods=[1, 1.5]),
    "periods holds True": dict(periods=[True]),
    "periods is 'x'|periods holds 'x'": dict(periods="x"),
    r"box has shape \(3, 2\)": dict(periods=1, box=np.zeros((3, 2))),
    "union of 2 boxes": dict(periods=1, box=[[[0, 1], [0, 1]], [[2, 3], [0, 1]]]),
    r"starts has shape \(3,\)": dict(periods=1, starts=[0, 1, 2]),
    "starts holds a value that is not finite": dict(periods=1, starts=[0, np.nan]),
    "search is 'sweep', no strategy": dict(periods=1, search="sweep"),
    "rng is": dict(periods=1, rng="seed"),
}


@pytest.mark.parametrize("message", [m for m in BAD if m != "periods is 0"])
def test_bad_input(message):
    with pytest.raises(InputError, match=message):
        db.find_cycles(LOZI, **BAD[message])


def test_no_periods_at_all():
    for empty in ([], 0):
        with pytest.raises(InputError, match="expected at least one positive integer"):
            db.find_cycles(LOZI, periods=empty)


def test_other_systems_are_refused():
    with pytest.raises(InputError, match="the system is another flow"):
        db.find_cycles(db.ODE({"x": "-x"}), periods=1)
    with pytest.raises(InputError, match=r"not recognised as piecewise linear.*starts="):
        db.find_cycles(db.Map({"x": "x^2"}), periods=1)
    with pytest.raises(InputError, match="30 units"):
        db.find_cycles(network(15, 0), periods=[2], search=Sweep())
    with pytest.raises(db.errors.ModelError):
        db.PLRNN([np.inf], [[1.0]], [0.0])


def test_an_absurd_number_of_periods_is_refused():
    with pytest.raises(InputError, match="at most 1000"):
        db.find_cycles(db.Map({"x": "1 - 1.7*Abs(x)"}), periods=10**9)


@pytest.mark.parametrize("box", [[(0, 1), (0, 1)], {"x": (0, 1), "y": (0, 1)}], ids=["array", "mapping"])
def test_a_box_of_the_strategy_is_the_region_of_the_claim(box):
    """Lozi has two fixed points, one of them in this box: neither set may claim to be complete in the plane."""
    cycles = db.find_cycles(LOZI, periods=1, search=Polygons(box))
    assert len(cycles) == 1
    assert cycles.complete[1]
    assert cycles.region.tolist() == [[0, 1], [0, 1]]
    points = db.find_fixed_points(LOZI, search=Polygons(box))
    assert len(points) == 1
    assert points.region.tolist() == [[[0, 1], [0, 1]]]
    assert db.find_cycles(LOZI, periods=1, search=WordPlan([(0, 1), (0, 1)])).region.tolist() == [[0, 1], [0, 1]]


@pytest.mark.parametrize("bounds", [[(1, -1), (0, 1)], [(0, np.nan), (0, 1)], [(0, 1)]], ids=str)
def test_a_box_of_the_strategy_is_checked(bounds):
    with pytest.raises(InputError, match="box"):
        db.find_cycles(LOZI, periods=1, search=Polygons(bounds))
    with pytest.raises(InputError, match="box"):
        Polygons(bounds).search(piecewise_linear(LOZI), 1, rng=np.random.default_rng(0))


def test_polygons_find_the_fixed_points_of_a_union_of_boxes():
    boxes = [[(0, 1), (0, 1)], [(-1, 0), (-1, 0)]]
    points = db.find_fixed_points(LOZI, box=boxes, search=Polygons())
    assert points.complete
    assert len(points) == 2


@pytest.mark.parametrize("exponent", [-1060, -500, 500, 1000])
def test_cycles_of_a_homogeneous_network_scale_with_its_bias(exponent):
    """F(s z; s h) = s F(z; h) for s > 0, exactly for powers of two."""
    rng = np.random.default_rng(5)
    A, W1, W2 = (rng.integers(-3, 4, size=shape) / 2 for shape in ((2, 2), (2, 3), (3, 2)))
    h1, h2 = rng.integers(-3, 4, size=2) / 2, rng.integers(-3, 4, size=3) / 2
    one = db.find_cycles(db.PLRNN.shallow(A, W1, W2, h1, h2), periods=3)
    scale = 2.0**exponent
    for strategy in (Sweep(), BranchAndBound()):
        cycles = db.find_cycles(db.PLRNN.shallow(A, W1, W2, scale * h1, scale * h2), periods=3, search=strategy)
        assert cycles.complete == one.complete
        assert [cycle.word for cycle in cycles] == [cycle.word for cycle in one]


def test_a_sweep_too_long_is_refused_before_the_shorter_periods_are_searched():
    stages = []
    with pytest.raises(InputError, match=r"20 x 2 = 40 units have 2\*\*40 words"):
        db.find_cycles(network(2, 0), periods=20, search=Sweep(), progress=lambda *stage: stages.append(stage))
    assert not stages
