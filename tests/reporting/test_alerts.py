from __future__ import annotations

import dataclasses

from dynbench.reporting.alerts import alerts
from dynbench.reporting.blocks import Severity


def texts(analysis, **fields):
    changed = dataclasses.replace(analysis, fixed_points=dataclasses.replace(analysis.fixed_points, **fields))
    return [(a.severity, a.text) for a in alerts(changed)]


def test_a_settled_analysis_raises_none(jang):
    assert alerts(jang) == ()


def test_a_double_root_raises_several_by_severity(fold):
    found = alerts(fold)
    order = list(Severity)
    assert [order.index(a.severity) for a in found] == sorted(order.index(a.severity) for a in found)
    joined = " ".join(a.text for a in found)
    assert "Point 0 is nonhyperbolic" in joined
    assert "Point 0 could not be certified: the equations hold exactly, but uniqueness is not proved." in joined
    assert "1 box neither" in joined
    assert all(a.threshold for a in found if "nonhyperbolic" in a.text or "ill-conditioned" in a.text)


def test_an_index_sum_that_is_off_is_serious(jang):
    (found,) = texts(jang, expected_index_sum=3)
    assert found[0] is Severity.SERIOUS
    assert "add up to 1, not to 3" in found[1]


def test_incompleteness_without_undecided_boxes_is_said(jang):
    assert texts(jang, complete=False) == [
        (Severity.CAUTION, "There may be more fixed points than those listed: the search was not complete.")
    ]


def test_near_duplicates_are_named_with_their_threshold(jang):
    first, second, third = jang.fixed_points
    near = dataclasses.replace(second, x=first.x + 1e-5)
    changed = dataclasses.replace(
        jang, fixed_points=dataclasses.replace(jang.fixed_points, points=(first, near, third))
    )
    (alert,) = [a for a in alerts(changed) if "apart" in a.text]
    assert "Points 0 and 1" in alert.text
    assert "0.001" in alert.threshold
