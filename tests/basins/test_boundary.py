"""Basin boundaries as stable manifolds: the known answer of the notes, and grids of orbits."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.basins import CONTRADICTED
from dynbench.basins.sides import Sides
from dynbench.errors import InputError

#: Random nets of two states with two attractors (numbers of three decimals): the net, the periods of its attractors and
#: of the saddles between, and of how many curves the boundary is made. The last two have no inverse: determinants of
#: both signs.
NETS = {
    "two points, a flip saddle": (
        db.PLRNN([-0.673, 0.856], [[0, -1.559], [-1.205, 0]], [0.227, 0.032]),
        [1, 1],
        [2],
        2,
    ),
    "a point and a cycle of three": (
        db.PLRNN([-0.297, -0.589], [[0, 1.927], [-1.099, 0]], [0.972, -0.087]),
        [1, 3],
        [3],
        3,
    ),
    "without an inverse, joined": (
        db.PLRNN([0.565, 0.544], [[0, -0.599], [-0.901, 0]], [0.539, 1.037]),
        [1, 1],
        [1],
        1,
    ),
    "without an inverse, in pieces": (
        db.PLRNN.shallow(
            [-0.733, 0.652],
            [[0.947, 0.494, 1.456], [-0.66, 0.15, 1.25]],
            [[0.385, 0.609], [-0.417, -0.281], [-0.681, 0.023]],
            [-0.058, -0.347],
            [-2.237, -1.513, -0.161],
        ),
        [1, 2],
        [2],
        4,
    ),
}


@pytest.fixture(scope="module")
def bistable():
    """The net of the notes: attractors (-4, 3.5) and (10, -26.5), saddle (4/11, 53/22)."""
    net = db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1.0, 0.7])
    limits = tuple(db.find_cycles(net, periods=1))
    box = np.array([(-10.0, 15.0), (-30.0, 10.0)])
    return net, limits, box, db.basin_boundary(net, limits, box)


def test_the_known_crossing(bistable):
    """The boundary meets x = 0 at y = 1.915961009009 (the notes)."""
    _, limits, _, boundary = bistable
    (saddle,) = boundary.saddles
    assert np.allclose(limits[saddle].points[0], [4 / 11, 53 / 22], rtol=0, atol=1e-14)
    assert len(boundary.curves) == 1
    curve = boundary.curves[0]
    (k,) = np.flatnonzero((curve[:-1, 0] > 0) != (curve[1:, 0] > 0))
    share = curve[k, 0] / (curve[k, 0] - curve[k + 1, 0])
    assert curve[k, 1] + share * (curve[k + 1, 1] - curve[k, 1]) == pytest.approx(1.915961009009, abs=1e-12)
    attractors = {i for i, limit in enumerate(limits) if limit.kind.attracting}
    assert set(boundary.leads[0]) == set(boundary.sides[0]) == attractors


def test_all_of_a_grid_agrees_off_the_boundary(bistable):
    net, limits, box, boundary = bistable
    grid = db.basins(net, limits, box, resolution=(151, 120))
    agreement = boundary.agreement(grid)
    assert agreement.share == 1.0
    assert not len(agreement.disagreeing)
    assert 0 < agreement.on_boundary < 600
    assert agreement.agreeing == agreement.states - agreement.on_boundary


def test_a_wrong_boundary_does_not_agree(bistable):
    """Sides exchanged, or the curve moved by three cells: the comparison sees it."""
    from dataclasses import replace

    net, limits, box, boundary = bistable
    grid = db.basins(net, limits, box, resolution=80)
    left, right = boundary.sides[0]
    assert replace(boundary, sides=((right, left),)).agreement(grid).share == 0.0
    cell = (box[:, 1] - box[:, 0]) / 79
    moved = replace(boundary, curves=(boundary.curves[0] + 3 * cell,)).agreement(grid)
    assert moved.share < 1.0
    assert len(moved.disagreeing) == moved.states - moved.on_boundary - moved.agreeing


def test_states_anywhere(bistable):
    """Single states, also on lines that meet no curve, are labelled as their orbits go."""
    net, limits, box, boundary = bistable
    rng = np.random.default_rng(4)
    states = rng.uniform(3 * box[:, 0], 3 * box[:, 1], (500, 2))
    far = db.integrate(net, states, 400).final
    for state, end, label in zip(states, far, boundary.classify(states), strict=True):
        assert label == boundary.classify(state)
        assert np.allclose(limits[label].points[0], end, atol=1e-6)


def surroundings(limits):
    """A box three times as wide as the limits' own."""
    states = np.concatenate([limit.points for limit in limits])
    low, high = states.min(axis=0), states.max(axis=0)
    width = float((high - low).max())
    return np.stack([low - width, high + width], axis=1)


@pytest.mark.parametrize("name", NETS)
def test_random_nets_agree_with_their_grids(name):
    net, attracting, between, curves = NETS[name]
    limits = tuple(db.find_cycles(net, periods=3))
    assert [c.period for c in limits if c.kind.attracting] == attracting
    box = surroundings(limits)
    boundary = db.basin_boundary(net, limits, box)
    assert [limits[s].period for s in boundary.saddles] == between
    assert len(boundary.curves) == curves
    grid = db.basins(net, limits, box, resolution=151)
    assert min(grid.fractions.values()) > 0.01
    assert set(grid.fractions) == {i for i, c in enumerate(limits) if c.kind.attracting}
    agreement = boundary.agreement(grid)
    assert agreement.share == 1.0
    assert agreement.on_boundary < 0.04 * agreement.states


class TestSides:
    def test_of_a_circle_and_a_line(self):
        """Inside and outside of a polygon, above and below a line through it; by formula."""
        angle = np.linspace(0, 2 * np.pi, 200)
        circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)  # the left of it is inside
        sides = Sides([circle], [7], [8])
        states = np.random.default_rng(0).uniform(-3, 3, (4000, 2))
        radius = np.hypot(*states.T)
        keep = abs(radius - 1) > 1e-3
        assert (sides.labels(states)[keep] == np.where(radius < 1, 7, 8)[keep]).all()
        mirrored = Sides([circle[::-1]], [8], [7])
        assert (mirrored.labels(states)[keep] == np.where(radius < 1, 7, 8)[keep]).all()

    def test_a_missing_curve_is_seen(self):
        low = np.array([[-9.0, 0.0], [9.0, 0.0]])
        high = np.array([[-9.0, 1.0], [9.0, 1.0]])
        sides = Sides([low, high], [1, 3], [0, 2])
        assert sides.labels(np.array([[0.0, -1.0], [0.0, 0.5], [0.0, 2.0]])).tolist() == [0, CONTRADICTED, 3]

    def test_no_curve_at_all(self):
        assert Sides([], [], []).labels(np.zeros((2, 2))).tolist() == [CONTRADICTED, CONTRADICTED]


def test_limits_and_box_may_be_left_out(bistable):
    net, limits, _, boundary = bistable
    found = db.basin_boundary(net)
    assert repr(found).startswith("BasinBoundary(1 saddle between ")
    assert [limit.period for limit in found.limits] == [1] * len(limits)
    assert found.leads == boundary.leads
    states = np.concatenate([limit.points for limit in limits])
    assert (found.box[:, 0] < states.min(axis=0) - 1).all()
    assert (found.box[:, 1] > states.max(axis=0) + 1).all()
    assert found.note.startswith("limits: the cycles of periods 1 to 4, all of them")
    assert boundary.search == ""
    samples = np.random.default_rng(0).uniform(-3, 3, (50, 2))
    assert (found.classify(samples) == boundary.classify(samples)).all()
    assert db.basin_boundary(net, limits).saddles == boundary.saddles


def test_a_saddle_on_a_border_is_passed_over_and_named():
    """x = 0 parts the basins of 9/4 and -11/9, on a border: there is no manifold, and the note says so."""
    net = db.Map({"x": "8*x/5 + 2*Abs(x)/5 - 9*Max(x - 1, 0)/5 + 11*Max(-x - 1, 0)/10", "y": "y/2"})
    boundary = db.basin_boundary(net)
    (border,) = [i for i, limit in enumerate(boundary.limits) if np.allclose(limit.points, 0)]
    assert boundary.limits[border].kind is db.cycles.CycleKind.NONSMOOTH
    assert f"limit {border} lies on a border and is passed over" in boundary.note
    assert boundary.saddles == ()


def test_a_set_that_was_cut_short_says_so():
    """A stable set without end: the note of the boundary has that preimages are missing."""
    net = db.PLRNN([0.565, 0.544], [[0, -0.599], [-0.901, 0]], [0.539, 1.037])
    assert "there are more" in db.basin_boundary(net, length=1e-3).note


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"limits": 3}, "^limits is 3; expected a sequence of fixed points and cycles"),
        ({"limits": ()}, "^limits holds no attractor"),
        ({"box": [(1.0, 1.0), (0.0, 1.0)]}, "^box must be one box with low < high"),
        ({"length": 0}, "^length is 0"),
        ({"length": np.ones((3, 2))}, "^length is .*; it must be a positive"),
    ],
)
def test_misfits_are_refused(bistable, arguments, message):
    net, limits, box, _ = bistable
    call = {"limits": limits, "box": box, **arguments}
    with pytest.raises(InputError, match=message):
        db.basin_boundary(net, call["limits"], call["box"], length=call.get("length"))


def test_other_systems_are_refused(bistable):
    _, limits, box, boundary = bistable
    with pytest.raises(InputError, match="not recognised as a piecewise-linear map of two states"):
        db.basin_boundary(db.Map({"x": "x^2", "y": "y/2"}), limits, box)
    grid = db.basins(
        db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1.0, 0.7]), limits, [(0.0, 0.0), (-1.0, 1.0)], resolution=5
    )
    with pytest.raises(InputError, match="grid has 1 axes; expected those of two states"):
        boundary.agreement(grid)
    for wrong in (None, "abc", 10, []):
        with pytest.raises(InputError, match=r"^grid is .*; expected what dynbench.basins returned"):
            boundary.agreement(wrong)


def test_one_attractor_has_no_boundary():
    """Everything tends to (2, 2): no curve, and the label is that of the orbits."""
    boundary = db.basin_boundary(db.PLRNN([0.5, 0.5], np.zeros((2, 2)), [1, 1]))
    assert boundary.curves == ()
    assert boundary.everywhere == 0
    assert boundary.classify([[0.0, 0.0], [50.0, -3.0]]).tolist() == [0, 0]
    assert (
        boundary.agreement(
            db.basins(db.PLRNN([0.5, 0.5], np.zeros((2, 2)), [1, 1]), boundary.limits, boundary.box, resolution=11)
        ).share
        == 1.0
    )


def test_basins_without_a_known_curve_are_undecided(bistable):
    """Without the saddle there is no curve, and the orbits do not agree."""
    net, limits, box, _ = bistable
    boundary = db.basin_boundary(net, [limit for limit in limits if limit.kind.attracting], box)
    assert boundary.curves == ()
    assert boundary.classify([[0.0, 0.0]]).tolist() == [-1]


def test_a_grid_is_matched_by_its_attractors(bistable):
    net, limits, box, boundary = bistable
    grid = db.basins(net, limits[::-1], box, resolution=31)
    assert boundary.agreement(grid).share == 1.0
    attractors = [limit for limit in limits if limit.kind.attracting]
    with pytest.raises(InputError, match="grid was made with other attractors"):
        boundary.agreement(db.basins(net, attractors[:1], box, resolution=5))
    wide = np.array(boundary.box) + np.array([-1.0, 1.0])
    with pytest.raises(InputError, match="grid reaches beyond the box"):
        boundary.agreement(db.basins(net, limits, wide, resolution=5))


def test_a_limit_given_twice_counts_once(bistable):
    net, _, box, boundary = bistable
    points = tuple(db.find_fixed_points(net))
    both = db.basin_boundary(net, [*points, *db.find_cycles(net, periods=1)], box)
    assert len(both.limits) == len(points)
    assert len(both.saddles) == 1
    assert len(both.curves) == len(boundary.curves)


def test_curves_too_short_for_doubles_are_left_out(bistable):
    net, limits, box, _ = bistable
    boundary = db.basin_boundary(net, limits, box, length=1e-300)
    assert boundary.curves == ()
    assert boundary.classify([[0.0, 0.0]]).tolist() == [-1]
