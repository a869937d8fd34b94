"""Meshes in reports: they are written and read back, held against the map, and false ones are told."""

from __future__ import annotations

import dataclasses
import json

import jsonschema
import numpy as np
import pytest
from flint import fmpq

import dynbench as db
from dynbench.analysis import pipeline
from dynbench.reporting import plain
from dynbench.reporting.json import content_of, render_json, schema
from dynbench.reporting.rebuild import analysis_of
from dynbench.transitions import TransitionGraph
from dynbench.verification import Outcome, verify
from dynbench.verification.document import Field
from dynbench.verification.piecewise.manifolds import comes_from_outside, largest_gap
from dynbench.verification.piecewise.meshes import distances, largest_jump, read_sheets
from dynbench.verification.piecewise.rows import Rectified, Row

CUBE = [(-6, 6)] * 3
CARRIED = "the map carries its corners along it, images in rational numbers"


def surfaces(report):
    return [m for m in report["manifolds"] if m["mesh"] is not None]


def failed(report):
    """The claims that fail but for the comparison with what is written again."""
    return [check.claim for check in verify(report).failed if "written again" not in check.claim]


def test_a_surface_is_written_and_read_back(report_of):
    report = report_of("surface")
    jsonschema.validate(report, schema())
    analysis = analysis_of(report)
    assert json.loads(render_json(analysis)) == report
    read = [m for m in analysis.manifolds if m.dimension == 2]
    (manifold,) = read
    assert manifold.mesh is not None
    assert not manifold.branches
    assert len(manifold.mesh) == len(surfaces(report)[0]["mesh"]["faces"]) > 20
    assert manifold.mesh.polygons[0].dtype == np.intp


def test_of_very_many_polygons_the_first_are_written_and_the_note_says_so(report_of, monkeypatch):
    analysis = analysis_of(report_of("surface"))
    total = len(analysis.manifolds[0].mesh)
    monkeypatch.setattr(plain, "_MOST_POLYGONS", 7)
    data = content_of(analysis)
    written = data["manifolds"][0]
    assert len(written["mesh"]["faces"]) == 7
    assert len(written["mesh"]["vertices"]) == 1 + max(map(max, written["mesh"]["faces"]))
    assert written["note"].endswith(f"the first 7 of {total} polygons are in the report")
    assert content_of(analysis_of(data))["manifolds"] == data["manifolds"]
    assert not failed(data)


@pytest.mark.parametrize("shift", [1e-6, 0.1])
def test_corners_off_the_surface_are_told(report_of, shift):
    report = report_of("surface")
    vertices = surfaces(report)[0]["mesh"]["vertices"]
    for vertex in vertices[len(vertices) // 2 :]:
        vertex[0] += shift
    assert [claim for claim in failed(report) if CARRIED in claim]


def test_a_surface_elsewhere_does_not_hold_the_point(report_of):
    report = report_of("surface")
    vertices = surfaces(report)[0]["mesh"]["vertices"]
    vertices[:] = [[x + 1.0, y, z] for x, y, z in vertices]
    assert [claim for claim in failed(report) if "its polygons hold the point" in claim]


@pytest.mark.parametrize("face", [[0, 1], [0, 1, -1], [0, 1, 10**6]])
def test_faces_without_corners_are_refused(report_of, face):
    report = report_of("surface")
    surfaces(report)[0]["mesh"]["faces"][3] = face
    with pytest.raises(db.errors.InputError, match=r"faces\[3\] is no polygon of the \d+ vertices"):
        verify(report)
    surfaces(report)[0]["mesh"]["faces"] = []
    with pytest.raises(db.errors.InputError, match="has no faces"):
        verify(report)


@pytest.fixture(scope="module")
def sheets_text():
    """The report on a map with a saddle cycle of two states that has a stable surface, and on no other manifold."""
    system = db.Map({"x": "1 - 5/4*Abs(x) + y", "y": "x/5", "z": "z/2 + Abs(x + z)/8"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "graph_of", lambda *_: TransitionGraph())  # it takes most of the time
        analysis = db.analyze(system, periods=2, box=[(-2, 2), (-1, 1), (-1, 1)])
    surface = next(m for m in analysis.manifolds if m.cycle is not None and m.mesh is not None)
    return render_json(dataclasses.replace(analysis, manifolds=(surface,), homoclinic=()))


def test_sheets_of_a_cycle_are_written_and_read_back(sheets_text, monkeypatch):
    report = json.loads(sheets_text)
    jsonschema.validate(report, schema())
    analysis = analysis_of(report)
    assert json.loads(render_json(analysis)) == report
    (manifold,) = analysis.manifolds
    assert manifold.mesh.sheets.tolist() == report["manifolds"][0]["mesh"]["sheets"]
    assert set(manifold.mesh.sheets) == {0, 1}
    assert not verify(report).failed
    monkeypatch.setattr(plain, "_MOST_POLYGONS", 9)
    assert content_of(analysis)["manifolds"][0]["mesh"]["sheets"] == manifold.mesh.sheets[:9].tolist()


def test_points_of_a_fixed_point_have_no_sheets(report_of):
    report = report_of("surface")
    assert "sheets" not in surfaces(report)[0]["mesh"]
    assert analysis_of(report).manifolds[0].mesh.sheets is None


def test_sheets_that_were_exchanged_are_told(sheets_text):
    report = json.loads(sheets_text)
    mesh = report["manifolds"][0]["mesh"]
    mesh["sheets"] = [1 - sheet for sheet in mesh["sheets"]]
    assert [claim for claim in failed(report) if "its polygons hold the point" in claim]


@pytest.mark.parametrize(
    ("mesh", "message"),
    [
        ({"sheets": [0, 1, 2]}, "mesh.sheets holds what is no number of one of the 2 states"),
        ({"sheets": [0, -1, 1]}, "mesh.sheets holds what is no number of one of the 2 states"),
        ({"sheets": [0, 1]}, "mesh.sheets has 2 entries; expected 3"),
        ({"sheets": [0, 0.5, 1]}, "whole number"),
        ({}, "The report has no key mesh.sheets"),
    ],
)
def test_sheets_must_be_numbers_of_states(mesh, message):
    faces = {"faces": [[0, 1, 2]] * 3}
    assert read_sheets(Field(faces | {"sheets": [0, 1, 1]}, "mesh"), 2) == [0, 1, 1]
    assert read_sheets(Field(faces, "mesh"), 1) == [0, 0, 0]
    with pytest.raises(db.errors.InputError, match=message):
        read_sheets(Field(faces | mesh, "mesh"), 2)


def test_distances_from_polygons():
    square = np.array([[0.0, 0, 1], [2, 0, 1], [2, 2, 1], [0, 2, 1]])
    states = np.array([[1.0, 1, 1], [1, 1, 4], [5, 1, 1], [5, 1, 5], [-3, -4, 1]])
    assert distances(states, [square]) == pytest.approx([0, 3, 3, 5, 5], abs=1e-14)
    assert distances(states, [square[::-1], square + 4.0]) == pytest.approx([0, 3, 3, np.hypot(3, 0), 5], abs=1e-14)


def test_a_side_as_short_as_rounding_says_nothing_of_where_a_state_is():
    corners = np.array([[-2.0, 2.1, 4.3], [-4.75, 4.6, 10.0], [-4.75, 4.6, 10.0], [-1.9, 2.0, 4.1]])
    shifts = 2.0**-50 * np.random.default_rng(0).integers(-4, 5, (20, 3))
    inner = corners[:1] * 0.3 + corners[1:2] * 0.5 + corners[3:] * 0.2
    for shift in shifts:
        doubled = corners + np.outer([0, 0, 1, 0], shift)
        assert distances(inner, [doubled]) == pytest.approx([0], abs=1e-14)
        assert distances(inner, [doubled[::-1]]) == pytest.approx([0], abs=1e-14)


def test_a_corner_of_a_singular_map_may_have_come_from_outside_along_a_line_of_preimages():
    """The preimage nearest to zero lies inside, and on no surface: a corner was once judged by it, and was 0.6 off."""
    singular = {"x": "4/3 - 3*x/2 - 3*y + 2*z/5 - Abs(z/5 - 3)/2", "y": "3/5 - z + Abs(z/5 - 3)/5", "z": "-2*z - 1"}
    report = json.loads(render_json(db.analyze(db.Map(singular), box=[(-2, 2), (-10, 10), (-10, 10)], periods=0)))
    assert len(surfaces(report)) == 1
    assert not [check for check in verify(report, precision=128) if check.outcome is Outcome.FAILS]


def test_the_whole_line_of_preimages_may_lie_inside_where_a_region_is_narrow():
    flat = Rectified(
        2,
        (Row({1: fmpq(1)}), Row({1: fmpq(1)}, fmpq(-1))),
        (Row({0: fmpq(2)}), Row({1: fmpq(1), 2: fmpq(-1), 3: fmpq(1)})),
    )  # (2 x, y - relu(y) + relu(y - 1)): zero in y from 0 to 1
    for high, outside in ((2.0, False), (0.5, True)):
        assert comes_from_outside(flat, np.array([1.0, 0.0]), np.array([-1.0, -1]), np.array([1, high])) is outside


def network(seed):
    """A network of three units, and the same in rational numbers."""
    rng = np.random.default_rng(seed)
    A, W, h = rng.uniform(0.2, 0.9, 3), np.round(rng.normal(size=(3, 3)) * 1.2, 2), np.round(rng.normal(size=3), 2)
    rational = [[fmpq(*float(e).as_integer_ratio()) for e in (*np.diag(A)[i], *W[i], h[i])] for i in range(3)]
    rows = tuple(Row({j: c for j, c in enumerate(row[:6]) if c != 0}, row[6]) for row in rational)
    return db.PLRNN(A, W, h), Rectified(3, tuple(Row({i: fmpq(1)}) for i in range(3)), rows)


@pytest.mark.parametrize("seed", [27, 33])
def test_an_unstable_surface_lies_in_its_image(seed):
    system, function = network(seed)
    saddle = next(p for p in db.find_fixed_points(system, box=CUBE) if p.stability == (1, 0, 2))
    manifold = db.trace_manifold(system, saddle, "unstable", box=CUBE, pieces=60)
    polygons = list(manifold.mesh.corners())
    assert largest_jump(function, "unstable", polygons, np.array(CUBE, dtype=float)) < 1e-9
    bent = [p + 1e-4 * np.sin(p) for p in polygons]
    assert largest_jump(function, "unstable", bent, np.array(CUBE, dtype=float)) > 1e-6


def test_branches_that_come_back_from_outside_the_box_are_not_called_false():
    """With a negative multiplier the sides of an unstable manifold alternate: one side is cut, its image is not."""
    system, function = network(25)
    (saddle,) = db.find_fixed_points(system, box=CUBE)
    lines = db.trace_manifold(system, saddle, "unstable", box=CUBE).branches
    everything = np.array([(-1e6, 1e6)] * 3)
    assert largest_gap(function, "unstable", lines, everything) > 0.1
    assert largest_gap(function, "unstable", lines, np.array(CUBE, dtype=float)) < 1e-9
    moved = [line + 1e-3 * (line[:, :1] > 0) for line in lines]
    assert largest_gap(function, "unstable", moved, np.array(CUBE, dtype=float)) > 1e-4
