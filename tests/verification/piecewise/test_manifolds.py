"""Manifolds in reports: flat surfaces are judged, curves that come back from outside too, and other sets are told."""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest
from flint import fmpq

import dynbench as db
from dynbench.reporting import plain
from dynbench.reporting.json import content_of, render_json
from dynbench.reporting.rebuild import analysis_of
from dynbench.verification import Outcome, verify
from dynbench.verification.piecewise.eigenspaces import off_eigenspace, return_matrices, spans
from dynbench.verification.piecewise.manifolds import largest_gap
from dynbench.verification.piecewise.meshes import largest_jump
from dynbench.verification.piecewise.rows import Rectified, Row

FLAT = {"x": "x/2 + z/5 + Max(x - 10, 0)/9", "y": "y/3 + x/7", "z": "2*z"}
BACK = {
    "x": "x + 2*y + Max(0, -2*y)/2 + Max(0, -2*x/3 - y)/2",
    "y": "2*x/3 + y/3 + 1 - 3/2*Max(0, Max(0, 1 - 2*y) + x/3 - y/3 - 1)",
}
CARRIED, PLANE, VECTOR = "the map carries its corners", "it lies in an eigenplane", "start along an eigenvector"


@functools.cache
def text(name):
    equations, box, periods = {"flat": (FLAT, [(-2, 2)] * 3, 1), "back": (BACK, [(-3, 3)] * 2, 1)}[name]
    return render_json(db.analyze(db.Map(equations), box=box, periods=periods))


def outcomes(report, part):
    return [check.outcome for check in verify(report, precision=128) if f"manifold 0: {part}" in name(check)]


def name(check):
    for part in (PLANE, VECTOR):
        if part in check.claim:
            return f"{check.claim.split(':')[0]}: {part}"
    return check.claim


def replaced(corners):
    report = json.loads(text("flat"))
    mesh = report["manifolds"][0]["mesh"]
    mesh["vertices"], mesh["faces"] = [list(map(float, c)) for c in corners], [list(range(len(corners)))]
    return report


def test_a_flat_surface_along_the_axes_holds():
    report = json.loads(text("flat"))
    assert report["manifolds"][0]["which"] == "stable"
    assert verify(report).holds
    assert outcomes(report, CARRIED) == outcomes(report, PLANE) == [Outcome.HOLDS]


@pytest.mark.parametrize(
    "corners",
    [
        [(-1, 0, -1), (1, 0, -1), (0, 0, 1)],
        [(0, -1, -1), (0, 1, -1), (0, 0, 1)],
        [(-1, 0, -1), (1, 0, -1), (1, 0, 1), (-1, 0, 1)],
        [(-1, -1, -1e-4), (1, -1, 1e-4), (1, 1, 1e-4), (-1, 1, -1e-4)],
    ],
)
def test_another_plane_through_the_point_is_told(corners):
    assert outcomes(replaced(corners), PLANE) == [Outcome.FAILS]


def test_a_flat_surface_is_held_against_the_map():
    """The plane y = 0, which is not invariant: corners whose images are in the box are off it."""
    corners = [(-1, 0, -0.5), (1, 0, -0.5), (1, 0, 0.5), (-1, 0, 0.5), (-1.5, 0, 0.1)]
    assert outcomes(replaced(corners), CARRIED) == [Outcome.FAILS]


def test_too_small_a_polygon_tells_no_plane():
    tiny = [(1e-9 * x, 1e-9 * y, 0) for x, y in ((-1, -1), (1, -1), (0, 1))]
    assert outcomes(replaced(tiny), PLANE) == [Outcome.NOT_ESTABLISHED]


def test_a_mesh_of_which_nothing_is_judged_does_not_hold():
    report = json.loads(text("flat"))
    away = Rectified(3, (Row({0: fmpq(1)}),), tuple(Row({i: fmpq(1)}, fmpq(100)) for i in range(3)))
    square = [np.array([[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])]
    box = np.array([(-2.0, 2.0)] * 3)
    assert largest_jump(away, "stable", square, box) is None
    many = Rectified(3, tuple(Row({0: fmpq(1)}, fmpq(k)) for k in range(9)), tuple(Row({i: fmpq(2)}) for i in range(3)))
    assert largest_jump(many, "unstable", square, box) is None
    assert largest_gap(away, "stable", square, box) is None
    corners = report["manifolds"][0]["mesh"]["vertices"]
    corners[:] = [[x + 7 * (x > 0), y, z] for x, y, z in corners]
    assert outcomes(report, CARRIED) == [Outcome.HOLDS]  # it is larger, in the same plane


def test_a_stable_curve_whose_images_leave_the_region_and_come_back_holds():
    report = json.loads(text("back"))
    assert report["manifolds"][0]["which"] == "stable"
    assert verify(report, precision=128).holds


@pytest.mark.parametrize("shift", [1e-6, 0.1])
def test_a_stable_curve_that_was_moved_is_told(shift):
    report = json.loads(text("back"))
    branch = report["manifolds"][0]["branches"][1]
    for corner in branch[3:]:
        corner[0] += shift
    assert outcomes(report, CARRIED) == [Outcome.FAILS]


def test_of_very_long_branches_the_first_corners_are_written_and_the_note_says_so(report_of, monkeypatch):
    """One of a million corners was refused: 'expected a list'."""
    analysis = analysis_of(report_of("lozi"))
    longest = [max(map(len, m.branches)) for m in analysis.manifolds]
    monkeypatch.setattr(plain, "_MOST_CORNERS", 40)
    report = content_of(analysis)
    assert max(longest) > 40
    for manifold, length in zip(report["manifolds"], longest, strict=True):
        assert max(map(len, manifold["branches"])) == min(length, 40)
        assert (f"of branches of up to {length} corners the first 40 are" in manifold["note"]) == (length > 40)
    assert [str(check) for check in verify(json.loads(json.dumps(report)), precision=128).failed] == []


def test_the_unstable_curve_is_not_the_stable_one():
    """Its image holds it, so that images in the box are on it; but it starts along the other eigenvector."""
    report = json.loads(text("back"))
    first, second = report["manifolds"][:2]
    assert second["which"] == "unstable"
    for key in ("branches", "attached"):
        first[key] = second[key]
    assert outcomes(report, VECTOR) == [Outcome.FAILS]
    first["branches"] = [[b[0], [b[0][0] + 1e-11, b[0][1]], *b[1:]] for b in second["branches"]]
    assert outcomes(report, VECTOR) == [Outcome.NOT_ESTABLISHED]


def test_eigenspaces_of_known_matrices():
    """A rotation by a third of a plane that shrinks, and a direction that grows; tilted by a known base."""
    turn = 0.5 * np.array([[np.cos(2.0), -np.sin(2.0)], [np.sin(2.0), np.cos(2.0)]])
    base = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.25], [0.5, 0.0, 1.0]])
    matrix = base @ np.block([[turn, np.zeros((2, 1))], [np.zeros((1, 2)), 3.0]]) @ np.linalg.inv(base)
    plane, line = base[:, :2].T, base[:, 2:].T
    assert off_eigenspace(matrix, plane, 2, "stable") < 1e-14
    assert off_eigenspace(matrix, line, 1, "unstable") < 1e-14
    assert off_eigenspace(matrix, line, 1, "stable") == np.inf
    assert off_eigenspace(matrix, plane, 2, "unstable") == np.inf
    assert off_eigenspace(matrix, plane[:1], 1, "stable") == np.inf  # a line that turns
    assert off_eigenspace(matrix, np.add(plane, [[0, 0, 1e-4], [0, 0, 0]]), 2, "stable") > 1e-5
    assert spans(plane, 2, 1.0)
    assert not spans(plane[:1], 2, 1.0)
    assert not spans(plane * 1e-9, 2, 1.0)


def test_the_derivative_once_round_a_cycle():
    """x' = 1 - 3 |x| / 2 + y, y' = x / 2, by relu: |x| = 2 relu(x) - x; states on both sides."""
    unit = Row({0: fmpq(1)})
    function = Rectified(2, (unit,), (Row({0: fmpq(3, 2), 1: fmpq(1), 2: fmpq(-3)}, fmpq(1)), Row({0: fmpq(1, 2)})))
    left, right = np.array([[1.5, 1], [0.5, 0]]), np.array([[-1.5, 1], [0.5, 0]])
    one, two = return_matrices(function, [(-0.5, 0.0), (0.25, -0.25)])
    assert np.array_equal(one, right @ left)
    assert np.array_equal(two, left @ right)
