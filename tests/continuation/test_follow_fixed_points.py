"""Fixed points of a sequence of systems: what happens to them, against known answers."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.continuation import ChangeKind
from dynbench.errors import InputError
from dynbench.networks import force


def along(system, **values):
    ((name, numbers),) = values.items()
    return [system.with_parameters(**{name: number}) for number in numbers]


FOLD = db.ODE({"x": "r + x^2"}, {"r": -1})


def test_a_pair_dies_at_a_fold():
    paths = db.follow_fixed_points(along(FOLD, r=(-1, -0.5, 1)))
    (change,) = paths.changes
    assert change.kind is ChangeKind.DEATH
    assert change.position == pytest.approx(1 + 1 / 3, abs=1e-12)
    assert abs(change.eigenvalue) < 1e-6
    assert {change.before, change.after} == {0, 1}
    assert [p.positions for p in paths.paths] == [(0, 0, None), (1, 1, None)]
    assert [(p.born, p.died) for p in paths.paths] == [(None, 0), (None, 0)]
    assert change.paths == (0, 1)
    assert paths.doubts == ()


def test_following_from_the_later_system_finds_both_of_a_pair():
    systems = along(FOLD, r=(1, -1))
    found = db.find_fixed_points(systems[1])
    one = dataclasses.replace(found, points=found.points[:1], complete=False)
    none = db.find_fixed_points(systems[0])
    paths = db.follow_fixed_points(systems, points=[none, one])
    assert len(none) == 0
    assert [p.x[0] for p in paths.sets[1]] == pytest.approx([-1, 1])
    assert len(paths.sets[1].certified) == 2
    assert "1 points came from following" in paths.sets[1].argument
    assert [c.kind for c in paths.changes] == [ChangeKind.BIRTH]
    assert {p.born for p in paths.paths} == {0}


@pytest.mark.parametrize("matrix", [True, False])
def test_a_supercritical_pitchfork(matrix):
    """x' = -x + w tanh x, or r x - x^3: the pair is there where the origin is unstable."""
    if matrix:
        systems = along(db.RNN([[0.5]]), W=([[0.5]], [[1.5]]))
    else:
        systems = along(db.ODE({"x": "r*x - x^3"}, {"r": -1}), r=(-1, 1))
    paths = db.follow_fixed_points(systems)
    (change,) = paths.changes
    assert change.kind is ChangeKind.SUPERCRITICAL
    assert change.s == pytest.approx(0.5, abs=1e-9)
    assert (change.before, change.after, change.side) == (0, 1, 1)
    np.testing.assert_array_equal(change.pair[0], -change.pair[1])
    assert [p.positions for p in paths.paths].count((None, 0)) == 1
    assert sorted((p.born, p.died) for p in paths.paths if p.positions[0] is None) == [(0, None), (0, None)]
    assert len(change.paths) == 3


def test_a_subcritical_pitchfork_and_the_folds_of_its_pair():
    """x' = r x + x^3 - x^5: folds at r = -1/4, x^2 = 1/2, and a subcritical pitchfork at r = 0."""
    systems = along(db.ODE({"x": "r*x + x^3 - x^5"}, {"r": -1}), r=(-0.4, -0.1, 0.1))
    paths = db.follow_fixed_points(systems)
    births, fork = paths.changes[:2], paths.changes[2]
    assert [c.kind for c in births] == [ChangeKind.BIRTH] * 2
    assert [c.s for c in births] == pytest.approx([0.5, 0.5], abs=1e-9)
    assert sorted(c.x[0] for c in births) == pytest.approx([-(0.5**0.5), 0.5**0.5], abs=1e-6)
    assert fork.kind is ChangeKind.SUBCRITICAL
    assert fork.position == pytest.approx(1.5, abs=1e-9)
    assert (fork.before, fork.after, fork.side) == (0, 1, -1)
    dead = [p for p in paths.paths if p.died == 2]
    assert len(dead) == 2
    assert {p.born for p in dead} == {0, 1}


def test_a_pitchfork_of_an_odd_pair_in_a_sequence_that_is_not_odd_is_left_unresolved():
    system = db.ODE({"x": "r*x - x^3 + h"}, {"r": 0, "h": 0})
    ends = [{"r": -1, "h": 0}, {"r": 1, "h": 0}, {"r": 1, "h": 0.1}]
    paths = db.follow_fixed_points([system.with_parameters(**values) for values in ends])
    assert [len(found) for found in paths.sets] == [1, 3, 3]
    assert next(c.kind for c in paths.changes if abs(c.x[0]) < 1e-3) is ChangeKind.REAL
    assert [p.positions for p in paths.paths if p.positions[0] is not None] == [(0, 1, 1)]


@pytest.mark.parametrize("kind", [db.ODE, db.Map])
def test_an_exchange_of_stability(kind):
    """r x - x^2 as a flow crosses at r = 0; as a map x -> (1 + r) x - x^2 it does so too."""
    system = kind({"x": "r*x - x^2" if kind is db.ODE else "(1 + r)*x - x^2"}, {"r": 0})
    paths = db.follow_fixed_points(along(system, r=(-0.5, 0.25)))
    (change,) = paths.changes
    assert change.kind is ChangeKind.EXCHANGE
    assert change.s == pytest.approx(2 / 3, abs=1e-9)
    assert change.paths == (0, 1)
    assert change.eigenvalue == pytest.approx(0 if kind is db.ODE else 1, abs=1e-6)
    assert [p.positions for p in paths.paths] == [(0, 1), (1, 0)]
    assert sorted(set(paths.paths[0].unstable)) == [0, 1]


@pytest.mark.parametrize("e", ["10^(-3)", "10^(-5)", "10^(-8)"])
def test_branches_that_come_close_are_told_from_those_that_cross(e):
    """x' = r x - x^2 + e: for e > 0 two branches avoid each other, by 2 sqrt(e); for e < 0 there are two folds."""
    avoided, folds = (
        db.follow_fixed_points(along(db.ODE({"x": f"r*x - x^2 {sign} {e}"}, {"r": 0}), r=(-1, 0.7))) for sign in "+-"
    )
    assert avoided.changes == avoided.doubts == ()
    assert [p.positions for p in avoided.paths] == [(0, 0), (1, 1)]
    assert [c.kind for c in folds.changes] == [ChangeKind.DEATH, ChangeKind.BIRTH]
    at = 2 * float(sp.sympify(e.replace("^", "**"))) ** 0.5
    assert [1.7 * c.s - 1 for c in folds.changes] == pytest.approx([-at, at], rel=1e-6)


def test_a_zero_eigenvalue_that_is_neither_is_not_called_an_exchange():
    """x' = (x - 1) (r - (x - 1)^2): a pitchfork of a system that is not odd."""
    system = db.ODE({"x": "(x - 1)*(r - (x - 1)^2)"}, {"r": 0})
    paths = db.follow_fixed_points(along(system, r=(-1, 1)))
    assert ChangeKind.EXCHANGE not in paths.counts
    assert paths.counts[ChangeKind.REAL] == 1


def test_a_hopf_bifurcation():
    system = db.RNN(np.zeros((2, 2)))
    paths = db.follow_fixed_points(along(system, W=([[0.5, -3], [3, 0.5]], [[1.25, -3], [3, 1.25]])), rng=0)
    (change,) = paths.changes
    assert change.kind is ChangeKind.HOPF
    assert change.s == pytest.approx(2 / 3, abs=1e-12)
    assert change.eigenvalue == pytest.approx(3j, abs=1e-12)
    assert (change.before, change.after) == (0, 2)


def test_a_hysteresis_loop_is_two_folds_of_one_path():
    """x' = r + x - x^3 has folds at r = -+2/(3 sqrt 3)."""
    paths = db.follow_fixed_points(along(db.ODE({"x": "r + x - x^3"}, {"r": -1}), r=(-1, 1)))
    at = 2 / (3 * 3**0.5)
    assert [c.kind for c in paths.changes] == [ChangeKind.BIRTH, ChangeKind.DEATH]
    assert [2 * c.s - 1 for c in paths.changes] == pytest.approx([-at, at], abs=1e-9)
    (path,) = paths.paths
    assert path.positions == (0, 0)
    assert set(path.unstable) == {0, 1}
    assert np.any(np.diff(path.t) < 0)


def network(seed=1, n=30, g=0.9):
    rng = np.random.default_rng(seed)
    net = force.random_network(n, outputs=2, inputs=2, g=g, rng=rng)
    W_o = 1.5 * rng.normal(size=(2, n)) / np.sqrt(n)
    return [net.with_parameters(W_o=k * W_o) for k in (0, 0.5, 1.0, 1.5)]


def test_from_the_origin_alone_following_finds_what_a_large_search_finds():
    systems = network()
    only = db.search.NewtonStarts(np.zeros((1, 30)))
    paths = db.follow_fixed_points(systems, search=only)
    assert [found.index_sum for found in paths.sets] == [1] * 4
    for k in (1, 3):
        wide = db.find_fixed_points(systems[k], search=db.search.NetworkPlan(budget=5, rounds=2), rng=0)
        assert paths.sets[k].by_index == wide.by_index
    assert len(paths.sets[-1]) == 3
    assert paths.counts == {ChangeKind.SUBCRITICAL: 1, ChangeKind.HOPF: 3}
    fork = next(c for c in paths.changes if c.kind.pitchfork)
    assert (fork.before, fork.after, fork.side) == (2, 1, 1)
    # The pair is there on both sides of what the origin does: with as many unstable directions as it had before.
    assert {paths.paths[k].unstable[0] for k in fork.paths[1:]} == {2}
    assert paths.doubts == ()


def test_a_state_that_converged_to_the_origin_stands_for_it_exactly():
    systems = along(db.RNN([[0.5]]), W=([[0.5]], [[1.5]]))
    found = [db.find_fixed_points(system) for system in systems]
    off = dataclasses.replace(found[0][0], x=np.array([1e-15]))
    paths = db.follow_fixed_points(systems, points=[dataclasses.replace(found[0], points=(off,)), found[1]])
    assert [p.x[0] for p in paths.sets[0]] == [0.0]
    assert [c.kind for c in paths.changes] == [ChangeKind.SUPERCRITICAL]


def test_mirror_images_are_mirrored():
    paths = db.follow_fixed_points(network(), search=db.search.NewtonStarts(np.zeros((1, 30))))
    a, b = (p for p in paths.paths if p.positions[0] is None)
    np.testing.assert_array_equal(a.t, b.t)
    np.testing.assert_array_equal(a.x, -b.x)


def test_points_of_many_unstable_directions_are_left_out_but_for_the_origin():
    systems = along(db.RNN(1.5 * np.eye(2)), W=(1.5 * np.eye(2), 2.0 * np.eye(2)))
    paths = db.follow_fixed_points(systems, most_unstable=0)
    assert [len(found) for found in paths.sets] == [9, 9]
    assert len(paths.left_out) == 8
    assert all(paths.sets[i][k].stability[2] == 1 for i, k in paths.left_out)
    assert len(paths.paths) == 5
    assert paths.changes == ()


def test_at_an_origin_of_many_unstable_directions_only_real_eigenvalues_are_located():
    equations = {"x": "r*x - x^3", "y": "(r - 1/5)*y - 3*z", "z": "3*y + (r - 1/5)*z", "w": "w"}
    systems = along(db.ODE(equations, {"r": 0}), r=(-1, 1))
    paths = db.follow_fixed_points(systems, most_unstable=0)
    fork, pairs = paths.changes
    assert fork.kind is ChangeKind.SUPERCRITICAL
    assert fork.s == pytest.approx(0.5, abs=1e-9)
    assert (fork.before, fork.after) == (1, 2)
    assert len(fork.pair) == 2
    assert fork.paths == (0,)  # the pair has an unstable direction too, and is not followed
    assert pairs.kind is ChangeKind.PAIRS
    assert (pairs.before, pairs.after) == (1, 4)
    assert np.isnan(pairs.s)
    full = db.follow_fixed_points(systems)
    assert [c.kind for c in full.changes] == [ChangeKind.SUPERCRITICAL, *[ChangeKind.HOPF] * 3]


@pytest.mark.parametrize(("seed", "crossings"), [(2, 2), (7, 1), (10, 1), (11, 0)])
def test_real_eigenvalues_at_the_origin_of_a_chaotic_network_against_its_determinant(seed, crossings):
    rng = np.random.default_rng(seed)
    net = force.random_network(70, outputs=2, inputs=2, g=1.5, rng=rng)
    systems = [net, net.with_parameters(W_o=0.5 * rng.normal(size=(2, 70)))]
    origin = db.search.NewtonStarts(np.zeros((1, 70)))
    paths = db.follow_fixed_points(systems, search=origin, certify=False, most_unstable=0)
    found = [c for c in paths.changes if c.kind.pitchfork]
    a, b = (system.jacobian_at(np.zeros(70)) for system in systems)
    grid = np.linspace(0, 1, 2001)
    signs = [np.linalg.slogdet((1 - s) * a + s * b)[0] for s in grid]
    places = [s for s, x, y in zip(grid, signs, signs[1:], strict=False) if x != y]
    assert len(found) == crossings
    assert [c.s for c in found] == pytest.approx(places, abs=1 / 2000)
    for change in found:
        assert abs(change.eigenvalue) < 1e-9
        assert abs(change.after - change.before) == 1


def test_where_following_fails_it_says_so():
    henon = db.Map({"x": "1 - a*x^2 + y", "y": "3*x/10"}, {"a": 1})
    paths = db.follow_fixed_points(along(henon, a=(-1, 1)))
    assert [c.kind for c in paths.changes].count(ChangeKind.BIRTH) == 1
    assert len(paths.doubts) == 2  # both points go to infinity as a comes to 0
    assert [(doubt.step, doubt.system) for doubt in paths.doubts] == [(0, 1)] * 2
    assert sorted(doubt.point for doubt in paths.doubts) == [0, 1]
    assert all(str(doubt) in repr(paths) for doubt in paths.doubts)
    assert str(paths.doubts[0]).startswith("point 0 of system 1 followed towards system 0, led to no point")
    assert paths.to_dict()["doubts"][0] == dataclasses.asdict(paths.doubts[0])
    assert all("out of reach" in doubt.reason for doubt in paths.doubts)


def test_of_a_path_that_leads_nowhere_the_first_fold_is_kept():
    systems = along(db.ODE({"x": "r - x/50 - sin(x)"}, {"r": 0}), r=(-1.5, 1.5))
    only = db.find_fixed_points(systems[0], starts=[[-26.4]])
    none = dataclasses.replace(only, points=())
    paths = db.follow_fixed_points(systems, points=[only, none])
    (change,), (path,) = paths.changes, paths.paths
    assert change.kind is ChangeKind.DEATH
    assert path.died == 0
    assert path.positions == (0, None)
    assert path.t[-1] == change.s
    assert "turned back too often" in paths.doubts[0].reason


@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from([-1.5, -0.9, -0.2, 0.15, 0.8, 1.2]), min_size=2, max_size=4, unique=True))
def test_reversing_the_sequence_mirrors_births_and_deaths(values):
    system = db.ODE({"x": "r + x - x^3"}, {"r": 0})
    there, back = (db.follow_fixed_points(along(system, r=rs)) for rs in (values, values[::-1]))
    end = len(values) - 1
    for kind, mirrored in ((ChangeKind.BIRTH, ChangeKind.DEATH), (ChangeKind.DEATH, ChangeKind.BIRTH)):
        forward = sorted(end - c.position for c in there.changes if c.kind is kind)
        backward = sorted(c.position for c in back.changes if c.kind is mirrored)
        assert forward == pytest.approx(backward, abs=1e-6)
    assert [len(found) for found in there.sets] == [len(found) for found in back.sets[::-1]]
    assert sorted(p.positions for p in there.paths if None not in p.positions) == sorted(
        p.positions[::-1] for p in back.paths if None not in p.positions
    )


def test_every_point_is_on_one_path():
    paths = db.follow_fixed_points(along(db.ODE({"x": "r*x + x^3 - x^5"}, {"r": -1}), r=(-0.4, -0.1, 0.1)))
    for i, found in enumerate(paths.sets):
        assert sorted(p.positions[i] for p in paths.paths if p.positions[i] is not None) == list(range(len(found)))
    for path in paths.paths:
        for i, k in enumerate(path.positions):
            if k is not None:
                at = np.nonzero(path.t == i)[0]
                np.testing.assert_allclose(path.x[at], paths.sets[i][k].x[None].repeat(len(at), 0), atol=1e-9)
                assert {path.unstable[j] for j in at} == {paths.sets[i][k].stability[2]}


def test_an_interruption_keeps_what_was_done():
    systems = along(FOLD, r=(-2, -1, -0.5))

    def stop(stage, done, total):
        if stage == "following" and done == 2:
            raise KeyboardInterrupt

    paths = db.follow_fixed_points(systems, progress=stop)
    assert paths.interrupted
    assert "interrupted" in repr(paths)
    assert sorted(p.positions for p in paths.paths) == [(0, 0, None), (1, 1, None)]

    def early(stage, done, total):
        if stage == "finding" and done == 2:
            raise KeyboardInterrupt

    paths = db.follow_fixed_points(systems, progress=early)
    assert paths.interrupted
    assert [len(found) for found in paths.sets] == [2, 2]
    assert len(paths.systems) == 2
    assert paths.paths == ()


def test_progress_is_reported():
    seen = []
    db.follow_fixed_points(along(FOLD, r=(-1, -0.5)), progress=lambda *report: seen.append(report))
    stages = [report for report in seen if report[0] in ("finding", "following")]
    assert stages[:2] == [("finding", 1, 2), ("finding", 2, 2)]
    assert seen[-1] == stages[-1] == ("following", 2, 2)
    assert any(stage == "certifying" for stage, _, _ in seen)


def test_records_as_plain_values_and_tables():
    pytest.importorskip("pandas")
    paths = db.follow_fixed_points(along(db.ODE({"x": "r*x - x^3"}, {"r": -1}), r=(-1, 1)))
    plain = paths.to_dict()
    json.dumps(plain)
    assert plain["changes"][0]["kind"] == "supercritical pitchfork"
    assert [path["positions"] for path in plain["paths"]] == [[0, 1], [None, 0], [None, 2]]
    frame = paths.to_frame()
    assert list(frame["kind"]) == ["supercritical pitchfork"]
    assert "supercritical pitchfork" in paths._repr_html_()
    assert "3 paths through 2 systems of 1, 3 points" in repr(paths)
    with pytest.raises(dataclasses.FrozenInstanceError):
        paths.changes = ()
    with pytest.raises(ValueError, match="read-only"):
        paths.paths[0].x[0] = 1


def test_bad_input():
    with pytest.raises(InputError, match="expected two or more"):
        db.follow_fixed_points([FOLD])
    with pytest.raises(InputError, match="expected a sequence"):
        db.follow_fixed_points(FOLD)
    with pytest.raises(InputError, match="expected an ODE or a Map"):
        db.follow_fixed_points([FOLD, "x"])
    with pytest.raises(InputError, match="not a flow and a map"):
        db.follow_fixed_points([FOLD, db.Map({"x": "x/2"})])
    with pytest.raises(InputError, match="most_unstable is -1"):
        db.follow_fixed_points([FOLD, FOLD], most_unstable=-1)
    found = db.find_fixed_points(FOLD)
    with pytest.raises(InputError, match="points holds 1 sets, systems 2"):
        db.follow_fixed_points([FOLD, FOLD], points=[found])
    with pytest.raises(InputError, match="expected a sequence of FixedPoints"):
        db.follow_fixed_points([FOLD, FOLD], points=[found, 3])
    two = db.find_fixed_points(db.ODE({"x": "x", "y": "y"}))
    with pytest.raises(InputError, match=r"points\[1\] has 2 states"):
        db.follow_fixed_points([FOLD, FOLD], points=[found, two])


@pytest.mark.parametrize("b", [0.01, 1e-4])
def test_a_hopf_bifurcation_close_to_a_fold_is_told_from_it(b):
    """x' = y, y' = a + b y + x^2 + x y: a fold at a = 0 and a Hopf bifurcation at a = -b^2, x = -b."""
    system = db.ODE({"x": "y", "y": "a + b*y + x^2 + x*y"}, {"a": -0.25, "b": b})
    paths = db.follow_fixed_points(along(system, a=(-0.25, 0.05)))
    hopf, death = paths.changes
    assert (hopf.kind, hopf.before, hopf.after) == (ChangeKind.HOPF, 0, 2)
    assert hopf.x == pytest.approx([-b, 0], abs=1e-9)
    assert hopf.eigenvalue == pytest.approx(1j * (2 * b) ** 0.5, abs=1e-6)
    assert death.kind is ChangeKind.DEATH
    assert {death.before, death.after} == {1, 2}
    assert death.s == pytest.approx(0.25 / 0.3, abs=1e-9)


def test_a_flip_close_to_a_fold_is_told_from_it():
    """A map with one path of two folds, and a flip shortly before the second of them."""
    first = db.Map({"x": "-0.03 + 0.17*x - 1.67*y - 0.5*x^3", "y": "-1.17 + 0.64*x + 1.32*y - 0.5*y^3"})
    last = db.Map({"x": "-0.93 + 2.87*x + 0.88*y - 0.5*x^3", "y": "0.09 - 1.55*x + 0.17*y - 0.5*y^3"})
    paths = db.follow_fixed_points([first, last])
    flip, fold = (c for c in paths.changes if abs(c.s - 0.57214) < 1e-4)
    assert (flip.kind, fold.kind) == (ChangeKind.FLIP, ChangeKind.DEATH)
    assert flip.eigenvalue == pytest.approx(-1, abs=1e-6)
    assert fold.eigenvalue == pytest.approx(1, abs=1e-6)
    assert {flip.before, flip.after} == {fold.before, fold.after} == {0, 1}


def test_a_path_that_leaves_over_the_end_shortly_before_a_fold_stops_there():
    """Quartics whose homotopy, continued, has a fold at s = -0.0023: both points at s = 0 lie before it."""
    first = db.ODE({"x": "0.01 - 0.28*x + 1.29*x^2 + 1.01*x^3 - 2.71*x^4"})
    last = db.ODE({"x": "-1.89 - 0.17*x - 0.42*x^2 + 0.21*x^3 + 0.22*x^4"})
    paths = db.follow_fixed_points([first, last])
    assert [c.kind for c in paths.changes if c.s < 0.5] == [ChangeKind.DEATH] * 2
    assert [c.s for c in paths.changes][:2] == pytest.approx([0.0772941781, 0.0934492847], abs=1e-9)
    assert [path.positions[0] is None or path.died is not None for path in paths.paths] == [True] * 6
    assert all("went out of reach" in doubt.reason for doubt in paths.doubts)


@pytest.mark.parametrize(
    ("system", "r", "kind"),
    [
        (db.ODE({"x": "r*x - y - x^3", "y": "x + r*y - y^3"}, {"r": 0}), (-1, 0, 1), ChangeKind.HOPF),
        (db.Map({"x": "r*x*(1 - x)"}, {"r": 0}), (2, 3, 3.4), ChangeKind.FLIP),
        (db.Map({"x": "r*x*(1 - x)"}, {"r": 0}), (3.4, 3, 2), ChangeKind.FLIP),
    ],
)
def test_eigenvalues_on_the_axis_at_a_system_of_the_sequence(system, r, kind):
    (change,) = db.follow_fixed_points(along(system, r=r), rng=0).changes
    assert change.kind is kind
    assert change.position == 1


def test_no_fold_is_made_of_a_pitchfork_that_is_not_known_as_one():
    paths = db.follow_fixed_points(along(db.ODE({"x": "(x - 1)*(r - (x - 1)^2)"}, {"r": 0}), r=(-1, 1)))
    (change,) = paths.changes
    assert change.kind is ChangeKind.REAL
    assert len(change.paths) == 3
    assert sorted((p.born is None, p.died) for p in paths.paths) == [(False, None), (False, None), (True, None)]


def test_a_line_of_fixed_points_is_not_called_a_pitchfork():
    (change,) = db.follow_fixed_points(along(db.ODE({"x": "r*x"}, {"r": 0}), r=(-1, 1))).changes
    assert change.kind is ChangeKind.REAL
    assert "unless it is degenerate" in change.note


def test_points_of_another_system_and_states_in_another_order_are_refused():
    other = db.find_fixed_points(db.ODE({"x": "3 - x^2"}))
    with pytest.raises(InputError, match=r"points\[0\] holds .* no fixed point of systems\[0\]"):
        db.follow_fixed_points([FOLD, FOLD], points=[other, other])
    with pytest.raises(InputError, match="states as x, y and as y, x"):
        db.follow_fixed_points([db.ODE({"x": "1 - x", "y": "-y"}), db.ODE({"y": "-y", "x": "1 - x"})])


def test_a_pair_that_returns_to_the_origin_at_another_pitchfork_is_one_path():
    """At the origin W has the eigenvalues 1/2 +- 3/2 sqrt(s (1 - s)): beyond 1 between s = (1 -+ sqrt(5)/3)/2."""
    paths = db.follow_fixed_points([db.RNN([[0.5, 1.5], [0, 0.5]]), db.RNN([[0.5, 0], [1.5, 0.5]])])
    assert [c.kind for c in paths.changes] == [ChangeKind.SUPERCRITICAL] * 2
    assert [c.s for c in paths.changes] == pytest.approx([(1 - 5**0.5 / 3) / 2, (1 + 5**0.5 / 3) / 2], abs=1e-9)
    assert [c.side for c in paths.changes] == [1, -1]
    assert [c.paths for c in paths.changes] == [(0, 1, 2)] * 2
    origin, one, other = paths.paths
    assert origin.positions == (0, 0)
    for path in (one, other):
        assert (path.positions, path.born, path.died) == ((None, None), 0, 1)
        assert set(path.unstable) == {0}
        np.testing.assert_array_equal(path.x[[0, -1]], 0)
        assert np.all(np.diff(path.t) > 0)
    np.testing.assert_array_equal(one.x, -other.x)
    # halfway W has 1/2 and 3/4: on the diagonal x = 5/4 tanh x; between stations the line is straight
    halfway = np.abs(np.array([np.interp(0.5, one.t, column) for column in one.x.T]))
    assert halfway == pytest.approx([0.888015] * 2, abs=5e-3)
    assert paths.doubts == ()
    json.dumps(paths.to_dict())


def test_a_pair_that_turns_between_two_pitchforks_is_two_paths():
    """The pair is there before both pitchforks: it comes from a fold, and each of its branches dies at one of them."""
    systems = [db.RNN([[1.23, 0.5], [-1.95, 1.36]]), db.RNN([[0.67, -0.81], [0.87, 0.55]])]
    paths = db.follow_fixed_points(systems)
    assert paths.counts == {ChangeKind.BIRTH: 2, ChangeKind.SUPERCRITICAL: 2}
    assert [(p.born, p.died) for p in paths.paths] == [(None, None), (0, 2), (0, 3), (1, 2), (1, 3)]
    assert [c.paths for c in paths.changes] == [(1, 2), (3, 4), (0, 1, 3), (0, 2, 4)]
    assert [set(p.unstable) for p in paths.paths[1:]] == [{1}, {0}] * 2
    assert paths.doubts == ()
