"""`find_fixed_points` end to end: the points, the proof, and what is honestly not proved."""

from __future__ import annotations

import json

import numpy as np
import pytest
import sympy as sp

import dynbench as db

Kind, Status = db.Kind, db.Status


def test_jang_planar_system():
    system = db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"})
    points = db.find_fixed_points(system, box={"x": (-3, 3), "y": (-3, 3)})
    assert points.complete
    np.testing.assert_allclose([p.x for p in points], [[-1, -0.5], [0, 0], [1, 0.5]], rtol=0, atol=1e-15)
    assert [p.kind for p in points] == [Kind.STABLE_NODE, Kind.SADDLE, Kind.STABLE_NODE]
    assert [p.stability for p in points] == [(2, 0, 0), (1, 0, 1), (2, 0, 0)]
    assert all(p.status is Status.CERTIFIED and p.certificate.n_unstable is not None for p in points)
    np.testing.assert_allclose(points[1].eigenvalues, [(np.sqrt(3) - 1) / 2, -(np.sqrt(3) + 1) / 2], atol=1e-15)
    assert "degenerate" in points[0].note
    assert points.index_sum == 1


def test_coupled_cells():
    names = ["x", "y", "z"]
    cells = db.ODE({a: f"{a} - {a}^3 + {b}/10" for a, b in zip(names, names[1:] + names[:1], strict=True)})
    points = db.find_fixed_points(cells, box=[[-2, 2]] * 3)
    assert points.complete
    assert len(points.certified) == len(points) == 27
    assert [sum(p.certificate.n_unstable == k for p in points) for k in range(4)] == [8, 12, 6, 1]
    assert points.index_sum == points.expected_index_sum == 1
    found = db.find_fixed_points(cells, starts=np.random.default_rng(0).uniform(-1.5, 1.5, (2000, 3)))
    assert len(found) == 27
    assert not found.complete


def test_a_continuum_is_reported_as_such():
    system = db.ODE({"x": "x*(1 - x - y)", "y": "2*y*(1 - x - y)"})
    points = db.find_fixed_points(system, box={"x": (-2, 2), "y": (-2, 2)})
    assert not points.complete
    assert points.undecided
    assert [p.exact for p in points.certified] == [(0, 0)]
    (continuum,) = points.continua
    x, y = system.states
    assert continuum.dimension == 1
    assert continuum.proved_real
    assert any(sp.simplify(e - sign * (1 - x - y)) == 0 for e in continuum.equations for sign in (1, -1))
    assert not any(abs(p.x.sum() - 1) < 1e-3 for p in points.certified)


@pytest.mark.parametrize("region", [{"box": [[-1, 1]]}, {}])
def test_a_double_root_is_never_certified_and_never_complete(region):
    points = db.find_fixed_points(db.ODE({"x": "mu - x^2"}, {"mu": 0}), **region)
    assert not points.complete
    assert not points.certified
    assert points.undecided
    assert all(u.box[0, 0] <= 0 <= u.box[0, 1] for u in points.undecided)
    assert points.index_sum is None
    for point in points:
        assert point.status is Status.CONVERGED
        assert point.kind is Kind.NONHYPERBOLIC
        assert abs(point.x[0]) < 1e-4


def test_a_minimum_of_speed_is_a_slow_point_with_an_exclusion_radius():
    system = db.ODE({"x": "x^2 + 1e-6", "y": "-y"})
    found = db.find_fixed_points(system, starts=[[0.4, 1.0], [-2.0, 0.3]])
    (slow,) = found
    assert slow.status is Status.SLOW_POINT
    assert slow.certificate.exclusion_radius > 5e-4
    np.testing.assert_allclose(slow.x, [0, 0], atol=1e-6)
    proved = db.find_fixed_points(system, box=[[-1, 1], [-1, 1]])
    assert proved.complete
    assert len(proved) == 0


def test_without_certification_nothing_is_claimed():
    points = db.find_fixed_points(db.ODE({"x": "x - x^3"}), box=[[-2, 2]], certify=False)
    assert [round(p.x[0], 9) for p in points] == [-1, 0, 1]
    assert all(p.status is Status.CONVERGED and p.certificate is None for p in points)
    assert not points.complete
    assert points.index_sum is None


@pytest.mark.parametrize(
    ("equations", "point"),
    [
        ({"x": "x - x*y", "y": "x*y - y"}, (1, 1)),
        ({"x": "y", "y": "-x"}, (0, 0)),
        ({"x": "y", "y": "-sin(x)"}, (0, 0)),
        ({"x": "y", "y": "x - x^3"}, (1, 0)),
    ],
)
def test_a_conserved_quantity_makes_a_true_center(equations, point):
    points = db.find_fixed_points(db.ODE(equations), box=[[-1.5, 1.6], [-1.5, 1.6]])
    (center,) = [p for p in points if np.allclose(p.x, point)]
    assert center.kind is Kind.CENTER
    assert center.stability == center.certificate.stability == (0, 2, 0)
    assert "conserved" in center.note


def test_imaginary_eigenvalues_alone_make_no_center():
    # A weak focus: the cubic terms decide, linearisation cannot.
    system = db.ODE({"x": "y - x^3", "y": "-x - y^3"})
    (point,) = db.find_fixed_points(system, box=[[-1, 1], [-1, 1]])
    assert point.status is Status.CERTIFIED
    assert point.kind is Kind.NONHYPERBOLIC
    assert point.stability == (0, 2, 0)


def test_exact_coordinates_are_kept():
    points = db.find_fixed_points(db.ODE({"x": "x^2 - 2", "y": "x - 3*y"}))
    assert points.complete
    assert points.region is None
    assert [p.exact for p in points] == [
        (-sp.sqrt(2), -sp.sqrt(2) / 3),
        (sp.sqrt(2), sp.sqrt(2) / 3),
    ]


def test_a_bounded_network_is_searched_globally():
    weights = [[0.0, 2.0, -1.0], [1.5, 0.5, 0.0], [-1.0, 2.0, 1.0]]
    names = ["u", "v", "w"]
    rates = {
        a: f"-{a} + " + " + ".join(f"({c})*tanh({b})" for c, b in zip(row, names, strict=True))
        for a, row in zip(names, weights, strict=True)
    }
    points = db.find_fixed_points(db.ODE(rates))
    assert points.complete
    assert points.index_sum == points.expected_index_sum == 1
    # tanh is odd: so is the set of fixed points.
    mirrored = sorted(tuple(np.round(-p.x, 9) + 0.0) for p in points)
    assert mirrored == [tuple(np.round(p.x, 9) + 0.0) for p in points]


def test_union_of_boxes():
    system = db.ODE({"x": "sin(x)"})
    points = db.find_fixed_points(system, box=[{"x": (-1, 1)}, {"x": (3, 7)}])
    np.testing.assert_allclose([p.x[0] for p in points], [0, np.pi, 2 * np.pi], atol=1e-15)
    assert points.complete
    assert points.expected_index_sum is None


def test_a_nonsmooth_fixed_point_is_called_that():
    (point,) = db.find_fixed_points(db.ODE({"x": "-2*x - abs(x)"}), box=[[-1, 1]])
    assert point.status is Status.CERTIFIED
    assert point.kind is Kind.NONSMOOTH


def test_the_same_seed_gives_the_same_points():
    system = db.ODE({"x": "sin(3*x)*y - x", "y": "cos(x) - y^3"})
    runs = [db.find_fixed_points(system, search=db.search.MultiStart(box=[[-3, 3]] * 2, count=50), rng=7) for _ in "ab"]
    assert runs[0].to_dict() == runs[1].to_dict()


def test_an_interrupted_search_keeps_what_was_decided():
    calls = []

    def progress(stage, done, total):
        calls.append(stage)
        if len(calls) == 3:
            raise KeyboardInterrupt

    system = db.ODE({"x": "sin(5*x)*cos(y)", "y": "sin(4*y) + x/10"})
    points = db.find_fixed_points(system, search=db.search.Complete([[-9, 9], [-9, 9]]), progress=progress)
    assert points.interrupted
    assert not points.complete
    assert points.undecided


def test_results_are_read_only_and_export():
    points = db.find_fixed_points(db.ODE({"x": "x - x^3"}), box=[[-2, 2]])
    with pytest.raises(ValueError, match="read-only"):
        points[0].x[0] = 1.0
    with pytest.raises(AttributeError):
        points.complete = True
    assert json.loads(json.dumps(points.to_dict()))["points"][1]["kind"] == "unstable node"
    frame = points.to_frame()
    assert list(frame["x"]) == [-1.0, 0.0, 1.0]
    assert points._repr_html_().count("<tr>") == 4
    assert len(points[:2]) == 2


BAD = {
    "unknown state": ({"box": {"x": (-1, 1), "w": (0, 1)}}, "w"),
    "missing state": ({"box": {"x": (-1, 1)}}, "y"),
    "reversed bounds": ({"box": {"x": (1, -1), "y": (0, 1)}}, "x"),
    "wrong shape": ({"box": [[0, 1, 2]]}, "box"),
    "infinite bound": ({"box": [[-1, np.inf], [0, 1]]}, "finite"),
    "starts of a wrong shape": ({"starts": [[1.0, 2.0, 3.0]]}, "starts"),
    "starts not finite": ({"starts": [[1.0, np.nan]]}, "starts"),
    "no strategy": ({"search": "newton"}, "strategy"),
    "empty search": ({"search": []}, "empty"),
    "no region": ({}, "box="),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_bad_input_gets_one_clear_sentence(case):
    arguments, expected = BAD[case]
    system = db.ODE({"x": "sin(x)*y", "y": "exp(x) - y"})
    with pytest.raises(db.errors.InputError, match=expected) as caught:
        db.find_fixed_points(system, **arguments)
    assert "\n" not in str(caught.value)
