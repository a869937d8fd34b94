"""Each alert with an analysis that triggers it and one that does not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.fixed_points import Kind, Status
from dynbench.fixed_points.search import Continuum
from dynbench.reporting.alerts import alerts
from dynbench.reporting.blocks import Severity


def with_points(analysis, **fields):
    return dataclasses.replace(analysis, fixed_points=dataclasses.replace(analysis.fixed_points, **fields))


def with_first(analysis, **fields):
    first, *rest = analysis.fixed_points
    return with_points(analysis, points=(dataclasses.replace(first, **fields), *rest))


def matching(analysis, words):
    return [alert for alert in alerts(analysis) if words in alert.text]


def with_edges(analysis, **fields):
    """The analysis with every edge of its graph changed."""
    graph = analysis.graph.copy()
    for *_, data in graph.edges(data=True):
        data.update(fields)
    return dataclasses.replace(analysis, graph=graph)


def test_a_settled_analysis_raises_none(jang):
    assert alerts(jang) == ()


def test_every_alert_stands_beside_a_threshold_and_the_serious_come_first(fold, hostile, ghost):
    for analysis in (fold, hostile, ghost):
        found = alerts(analysis)
        order = list(Severity)
        assert [order.index(a.severity) for a in found] == sorted(order.index(a.severity) for a in found)
        assert all(a.threshold for a in found)
        assert all(a.text.endswith(".") and not a.text[0].islower() for a in found)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"interrupted": True, "complete": False}, "The search was interrupted"),
        ({"expected_index_sum": 3}, "add up to 1, not to 3"),
        ({"continua": (Continuum((sp.Symbol("x"),), 1, True),)}, "a continuum of real solutions, of dimension 1"),
    ],
    ids=["interrupted", "index sum", "continuum"],
)
def test_serious(jang, fields, words):
    (alert,) = matching(with_points(jang, **fields), words)
    assert alert.severity is Severity.SERIOUS
    assert not matching(jang, words)


def test_an_interruption_after_the_search(jang):
    (alert,) = alerts(dataclasses.replace(jang, interrupted=True))
    assert "interrupted after the search" in alert.text


def test_undecided_boxes(fold, jang):
    (alert,) = matching(fold, "1 box neither")
    assert alert.severity is Severity.SERIOUS
    assert not matching(jang, "neither")


def test_incompleteness_without_undecided_boxes(jang):
    (alert,) = alerts(with_points(jang, complete=False))
    assert alert.text == "There may be more fixed points than those listed: the search was not complete."
    assert alert.severity is Severity.CAUTION


def test_nonhyperbolic(fold, jang):
    (alert,) = matching(fold, "Point 0 is nonhyperbolic")
    assert alert.threshold == "an eigenvalue whose enclosure meets the imaginary axis"
    assert not matching(jang, "nonhyperbolic")


def test_a_map_meets_the_unit_circle():
    doubling = db.analyze(db.Map({"x": "-x + x^2"}), box=[(-0.5, 0.5)])
    (alert,) = matching(doubling, "nonhyperbolic")
    assert alert.threshold.endswith("the unit circle")


def test_nonsmooth(jang):
    kink = db.analyze(db.ODE({"x": "-x + abs(x)/2"}), box=[(-1, 1)])
    (alert,) = matching(kink, "not smooth")
    assert alert.text.startswith("Point 0 is where the system is not smooth")
    assert not matching(jang, "not smooth")


def test_unknown_kinds(jang):
    (alert,) = matching(with_first(jang, kind=Kind.UNKNOWN), "unknown kind")
    assert alert.text.startswith("Point 0 is of unknown kind")


def test_uncertified(fold, jang):
    assert matching(fold, "Point 0 could not be certified: the equations hold exactly, but uniqueness is not proved.")
    loose = with_first(jang, status=Status.CONVERGED, certificate=None, exact=None)
    assert matching(loose, "Point 0 could not be certified: existence and uniqueness are not proved.")
    assert not matching(jang, "certified")


def test_near_duplicates(jang):
    first, second, third = jang.fixed_points
    near = dataclasses.replace(second, x=first.x + 1e-5)
    (alert,) = matching(with_points(jang, points=(first, near, third)), "apart")
    assert "Points 0 and 1" in alert.text
    assert "0.001" in alert.threshold
    assert not matching(jang, "apart")


def test_many_near_duplicates_are_one_alert(jang):
    first = jang.fixed_points[0]
    cluster = tuple(dataclasses.replace(first, x=first.x + k * 1e-5) for k in range(40))
    (alert,) = matching(with_points(jang, points=cluster), "nearly coincide")
    assert alert.text.startswith("780 pairs")


def test_ill_conditioned(jang):
    stiff = db.analyze(db.ODE({"x": "-x", "y": "-10^-9*y"}), box=[(-1, 1), (-1, 1)])
    (alert,) = matching(stiff, "ill-conditioned")
    assert "condition number 1 \u00d7 10\u2079" in alert.text
    assert alert.threshold == "a condition number above 1 \u00d7 10\u2078"
    assert not matching(jang, "ill-conditioned")


def test_slow_points(ghost, jang):
    (alert,) = matching(ghost, "1 slow point")
    assert "1/100 of its median" in alert.threshold
    assert not matching(jang, "slow")


def test_failed_starts(jang):
    (alert,) = alerts(with_points(jang, failed=3))
    assert alert.text.startswith("3 starts led to no fixed point")
    assert alert.severity is Severity.NOTE


def test_undecided_limits(jang):
    (alert,) = alerts(with_edges(jang, identified=False))
    assert alert.text == "The limit of 2 of 2 unstable branches is undecided (point 1)."


def test_branches_not_followed(jang):
    graph = jang.graph.copy()
    graph.nodes[1]["skipped"] = "its number of unstable directions is not proved"
    (alert,) = alerts(dataclasses.replace(jang, graph=graph))
    assert alert.text == "The unstable manifold of point 1 was not followed: transitions may be missing."


def test_far_points_are_not_near_duplicates_whatever_their_order():
    system = db.ODE({"x": "x*(x - 1)*(x + 1)"})
    analysis = db.analyze(system, box=[(-2, 2)])
    assert not matching(analysis, "apart")
    assert np.ptp([p.x[0] for p in analysis.fixed_points]) == pytest.approx(2)
