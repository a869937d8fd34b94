"""The records of a basin boundary: shares, labels without curves, and limits that are one."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.basins.boundary_records import Agreement, same_states


def test_the_share_is_of_the_states_off_the_boundary():
    agreement = Agreement(states=12, on_boundary=2, agreeing=9, disagreeing=np.zeros((1, 2)))
    assert agreement.share == 0.9
    assert repr(agreement) == "Agreement(90.000000% of 10 states off the boundary, 2 on it)"
    assert Agreement(states=2, on_boundary=2, agreeing=0, disagreeing=np.zeros((0, 2))).share == 0.0


@pytest.mark.parametrize(
    ("second", "same"),
    [
        ([[3.0, 4.0], [1.0, 2.0]], True),  # from another point on
        ([[1.0, 2.0], [3.0, 4.0 + 1e-9]], True),
        ([[1.0, 2.0], [3.0, 4.001]], False),
        ([[1.0, 2.0]], False),  # a part of it
        ([[1.0, 2.0], [1.0, 2.0]], False),
    ],
)
def test_limits_are_one_where_their_states_are(second, same):
    assert same_states(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array(second)) is same


def test_what_is_shown_of_a_boundary():
    boundary = db.basin_boundary(db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1.0, 0.7]))
    assert repr(boundary) == f"BasinBoundary(1 saddle between {boundary.leads[0][0]}|{boundary.leads[0][1]}, 1 curve)"
    assert boundary.error < 1e-12
    html = boundary._repr_html_()
    assert "<caption>Basin boundary</caption>" in html
    assert all(boundary.names[label] in html for label in boundary.leads[0])
    nothing = db.basin_boundary(db.PLRNN([0.5, 0.5], np.zeros((2, 2)), [1, 1]))
    assert repr(nothing) == "BasinBoundary(0 saddles between nothing, 0 curves)"
    assert nothing.error == 0.0


def test_states_whose_products_overflow_are_labelled_like_others_on_their_ray():
    network = db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1.0, 0.7])
    boundary = db.basin_boundary(network, box=[(-20, 20), (-40, 20)])
    rays = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])
    assert boundary.classify(1e200 * rays).tolist() == boundary.classify(1e90 * rays).tolist()
