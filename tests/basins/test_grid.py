from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import dynbench as db
from dynbench.basins import INFINITY, UNDECIDED, basins
from dynbench.basins.targets import CycleTarget, read_targets
from dynbench.cycles import Cycle, CycleKind, refine_cycle
from dynbench.errors import InputError


def cycle_of(kind, states, period):
    """A cycle made by hand, where it need not be one of the system."""
    states = np.asarray(states, dtype=float)
    values = np.zeros(states.shape[1], dtype=complex)
    return Cycle(period, states, values, (states.shape[1], 0, 0), kind, db.Status.CONVERGED, 0.0)


def graph_of(points, *cycles):
    """A transition graph without edges: the fixed points, then the cycles."""
    graph = nx.MultiDiGraph()
    for i, point in enumerate(points):
        graph.add_node(i, point=point, cycle=None, kind=point.kind.value)
    for i, cycle in enumerate(cycles, len(points)):
        graph.add_node(i, point=None, cycle=cycle, kind=cycle.kind.value)
    return graph


@pytest.fixture(scope="module")
def bistable():
    system = db.ODE({"x": "x - x^3", "y": "-y"})
    return system, db.find_fixed_points(system, box=[(-2, 2), (-2, 2)])


def test_the_sign_decides_between_two_wells(bistable):
    system, points = bistable
    found = basins(system, points, {"x": (-2, 2), "y": (-1, 1)}, resolution=(10, 5))
    assert found.labels.shape == (10, 5)
    assert [len(axis) for axis in found.axes] == [10, 5]
    assert found.states == ("x", "y")
    left, right = (i for i, p in enumerate(points) if p.kind.attracting)
    expected = np.where(found.axes[0] < 0, left, right)
    assert np.array_equal(found.labels, np.repeat(expected[:, None], 5, axis=1))
    assert found.fractions == {left: 0.5, right: 0.5}
    assert found.names[left] == "stable node"


def test_a_saddle_and_its_stable_manifold_stay_undecided(bistable):
    system, points = bistable
    found = basins(system, points, [(-1, 1), (-1, 1)], resolution=3)
    assert found.labels[1].tolist() == [-1, -1, -1]
    assert set(found.labels[0].tolist()) == {0}


def test_a_proved_ellipsoid_is_enough(bistable):
    """A graph's `attraction` decides, without waiting for the orbit to converge."""
    system, points = bistable
    asked = []

    class Everything:
        def holds(self, x):
            asked.append(x.shape)
            return np.full(len(x), True)

    graph = graph_of(points)
    graph.nodes[0]["attraction"] = Everything()
    found = basins(system, graph, [(-2, 2), (-2, 2)], resolution=4)
    assert np.all(found.labels == 0)
    assert asked == [(16, 2)]


def test_escape_is_infinity():
    """x' = x^2 - 1 blows up from x > 1 and goes to -1 from x < 1."""
    system = db.ODE({"x": "x^2 - 1"})
    points = db.find_fixed_points(system, box=[(-2, 2)])
    found = basins(system, points, [(-2, 2)], resolution=8)
    assert np.array_equal(found.labels, np.where(found.axes[0] < 1, 0, -2))
    assert found.names[INFINITY] == "infinity"
    assert found.names[UNDECIDED] == "undecided"
    assert repr(found) == "Basins(8 states of x: -2 (infinity) 25.0%, 0 (stable node) 75.0%)"


def test_exponential_escape_is_infinity_too():
    """x' = x (x^2 - 1) / (x^2 + 1) grows like x beyond 1; the origin attracts what lies between -1 and 1."""
    system = db.ODE({"x": "x*(x^2 - 1)/(x^2 + 1)", "y": "-y"})
    points = db.find_fixed_points(system, box=[(-2, 2), (-1, 1)])
    found = basins(system, points, [(0.5, 1.5), (-1, 1)], resolution=2)
    origin = next(i for i, p in enumerate(points) if p.kind.attracting)
    assert found.labels.tolist() == [[origin] * 2, [INFINITY] * 2]


def circle(count=128):
    angle = 2 * np.pi * np.arange(count) / count
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


@pytest.fixture(scope="module")
def round_cycle():
    """r' = r - r^3 at unit speed: the unit circle attracts all but the origin."""
    system = db.ODE({"x": "x*(1 - x^2 - y^2) - y", "y": "y*(1 - x^2 - y^2) + x"})
    return system, db.find_fixed_points(system, box=[(-2, 2), (-2, 2)])


def test_states_go_to_a_cycle(round_cycle):
    system, points = round_cycle
    cycle = refine_cycle(system, [1.02, 0.0], 6.2)
    found = basins(system, graph_of(points, cycle), [(-2, 2), (-2, 2)], resolution=7)
    expected = np.full((7, 7), 1)
    expected[3, 3] = -1  # the origin itself, a repeller
    assert np.array_equal(found.labels, expected)
    assert found.names[1] == "stable cycle"


def test_states_go_to_a_cycle_of_a_map_by_its_ellipsoids(monkeypatch):
    """In the window of period 3 nearly all of (0, 1) comes to the cycle, and what lies outside goes to infinity."""
    system = db.Map({"x": "r*x*(1 - x)"}, {"r": 3.83})
    cycle = refine_cycle(system, [0.504666], 3)
    (target,) = read_targets(system, [cycle], 1e-6)
    assert target.attraction is not None
    monkeypatch.setattr(CycleTarget, "beside", None)  # what they decide needs no waiting beside the cycle
    found = basins(system, [cycle], {"x": (-0.5, 1.5)}, resolution=202)
    inside = (found.axes[0] > 0) & (found.axes[0] < 1)
    assert (found.labels == np.where(inside, 0, INFINITY)).all()


def test_beside_a_cycle_of_one_state_is_within_rounding():
    system = db.Map({"x": "2*x*(1 - x)"})
    (target,) = read_targets(system, [refine_cycle(system, [0.5001], 1)], 1e-6)
    assert target.beside(0.5 + np.array([[0.0], [1e-9], [1e-6]])).tolist() == [True, True, False]


def test_an_unstable_cycle_is_no_target(round_cycle):
    """In backward time the origin attracts the inside of the circle, and the outside goes to infinity."""
    system = db.ODE({"x": "-x*(1 - x^2 - y^2) + y", "y": "-y*(1 - x^2 - y^2) - x"})
    points = db.find_fixed_points(system, box=[(-2, 2), (-2, 2)])
    cycle = refine_cycle(system, [1.0000001, 0.0], 6.283)
    assert cycle.kind is CycleKind.UNSTABLE
    found = basins(system, graph_of(points, cycle), {"x": (0.5, 2), "y": (0, 0)}, resolution=2, time=20)
    assert found.labels.tolist() == [0, INFINITY]
    with pytest.raises(InputError, match="targets holds no attractor"):
        basins(round_cycle[0], graph_of(round_cycle[1], cycle), [(-2, 2), (-2, 2)])


def test_a_cycle_in_the_way_is_not_where_an_orbit_stays(bistable):
    """Passing by a curve is not staying there: all orbits end at the points beyond."""
    system, points = bistable
    cycle = cycle_of(CycleKind.STABLE, 0.5 * circle(), 3.0)
    found = basins(system, graph_of(points, cycle), [(-2, 2), (-2, 2)], resolution=8)
    assert set(np.unique(found.labels)) == {0, 2}


def test_points_and_cycles_of_maps():
    """The logistic map at r = 3.2 takes almost all of (0, 1) to its 2-cycle, and the rest to -infinity."""
    r = 3.2
    system = db.Map({"x": "r*x*(1 - x)"}, {"r": r})
    points = db.find_fixed_points(system, box=[(-1, 2)])
    cycle = refine_cycle(system, [0.5], 2)
    assert cycle.kind is CycleKind.STABLE
    found = basins(system, graph_of(points, cycle), [(-0.5, 1.5)], resolution=20)
    inside = (found.axes[0] > 0) & (found.axes[0] < 1)
    assert np.array_equal(found.labels, np.where(inside, 2, -2))


def test_a_plane_through_a_larger_space(bistable):
    system = db.ODE({"x": "x - x^3", "y": "y - y^3", "z": "-z"})
    points = db.find_fixed_points(system, box=[(-2, 2)] * 3)
    found = basins(system, points, {"x": (-2, 2), "y": (1.5, 1.5), "z": (-1, 1)}, resolution=4)
    assert found.labels.shape == (4, 4)
    assert found.states == ("x", "z")
    reached = {tuple(np.round(points[k].x, 6)) for k in np.unique(found.labels)}
    assert reached == {(-1.0, 1.0, 0.0), (1.0, 1.0, 0.0)}


def test_batches_agree_with_states_one_by_one():
    system = db.ODE({"x": "v", "v": "x - x^3 - v/5"})
    points = db.find_fixed_points(system, box=[(-2, 2), (-2, 2)])
    box = np.array([(-1.9, 1.8), (-1.7, 1.6)])
    found = basins(system, points, box, resolution=4)
    for i, x in enumerate(found.axes[0]):
        for j, v in enumerate(found.axes[1]):
            end = db.integrate(system, [x, v], 100.0).final
            assert np.allclose(end, points[found.labels[i, j]].x, atol=1e-3)


def test_progress_is_reported_and_records_are_frozen(bistable):
    system, points = bistable
    calls = []
    found = basins(
        *(system, points, [(-2, 2), (-2, 2)]), resolution=(64, 32), progress=lambda *call: calls.append(call), time=5
    )
    assert calls == [("following a grid of states", done, 2048) for done in (1024, 2048)]
    with pytest.raises(ValueError, match="read-only"):
        found.labels[0, 0] = 7
    with pytest.raises(ValueError, match="read-only"):
        found.axes[0][0] = 7
    with pytest.raises(TypeError):
        found.names[0] = "mine"


BOX = [(-2, 2), (-2, 2)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"targets": 3}, r"^targets is 3; expected a transition graph or a sequence of fixed points and cycles\.$"),
        ({"targets": nx.MultiDiGraph([(0, 1)])}, r"^targets is .*; expected a transition graph"),
        ({"targets": []}, "^targets holds no attractor, so no state could be labelled; expected one at least"),
        ({"box": {"x": (0, 1)}}, r"^box has no bounds for the state y\.$"),
        ({"box": {"x": (0, 1), "y": (0, 1), "z": (0, 1)}}, "^box names z, which is no state; the states are x, y"),
        ({"box": [(0, 1)]}, r"^box has shape \(1, 2\); expected \(2, 2\), a row \(low, high\) for each of x, y"),
        ({"box": "all"}, "^box must be a mapping from states"),
        ({"box": None}, r"^box has shape \(\)"),
        ({"box": [(0, 1), (0, np.inf)]}, r"^The box for y is \(0, inf\); expected finite numbers with low <= high"),
        ({"box": [(1, 0), (0, 1)]}, r"^The box for x is \(1, 0\)"),
        ({"box": [(1, 1), (0, 0)]}, "^box is a single state; expected low < high for one of the states at least"),
        ({"box": [[(0, 1), (0, 1)], [(1, 2), (0, 1)]]}, "^box is a union of 2 boxes; expected one"),
        ({"resolution": 1}, r"^resolution is 1; expected the number of states along each axis, 2 or more and "),
        ({"resolution": 2.5}, "^resolution is 2.5"),
        ({"resolution": (3, 3, 3)}, "^resolution is"),
        ({"resolution": 10**6}, "^resolution is 1000000"),
        ({"resolution": [3, [4, 5]]}, "^resolution is"),
        ({"time": True}, "^time is True"),
        ({"rtol": np.nan}, r"^rtol is nan; expected a number above 0 and below 1\.$"),
        ({"rtol": 3}, "^rtol is 3"),
        ({"atol": -1}, r"^atol is -1; it must be a positive, finite number\.$"),
        ({"time": -1}, r"^time is -1; it must be a positive, finite duration or number of steps\.$"),
        ({"time": np.inf}, "^time is inf"),
    ],
)
def test_misfits_are_refused(bistable, arguments, message):
    system, points = bistable
    call = {"targets": points, "box": BOX, **arguments}
    with pytest.raises(InputError, match=message):
        basins(system, **call)


def test_points_of_another_system_are_refused(bistable):
    with pytest.raises(InputError, match=r"^targets holds a limit of 2 states; the system has 1\.$"):
        basins(db.ODE({"x": "-x"}), bistable[1], [(0, 1)])
    with pytest.raises(InputError, match=r"^system is 3"):
        basins(3, bistable[1], BOX)


def test_points_without_proof_are_no_targets():
    """Nothing could show that an orbit reaches them, as in the transition graph."""
    system = db.ODE({"x": "x - x^3"})
    points = db.find_fixed_points(system, box=[(-2, 2)], certify=False)
    with pytest.raises(InputError, match="targets holds no certified attractor"):
        basins(system, points, [(-2, 2)])


def test_labels_agree_with_the_edges_of_the_graph(bistable):
    """The states that the saddle's branches run through go where the edges say."""
    system, points = bistable
    graph = db.transition_graph(system, points)
    for _, target, data in graph.edges(data=True):
        x = data["path"][len(data["path"]) // 2]
        around = {name: (value, value + 1e-6) for name, value in zip("xy", x, strict=True)}
        assert np.all(basins(system, graph, around, resolution=2).labels == target)


def test_the_box_may_be_named_or_not(bistable):
    system, points = bistable
    one, two = basins(system, points, BOX, resolution=2), basins(system, points, box=BOX, resolution=2)
    assert np.array_equal(one.labels, two.labels)


def test_attractors_of_another_system_are_refused():
    network = db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1, 0.7])
    points, box = db.find_fixed_points(network), [(-20, 20), (-40, 20)]
    with pytest.raises(InputError, match=r"targets at .* is no fixed point of this map"):
        basins(network.with_parameters(h=[1, 0.71]), points, box)
    flow = db.ODE({"x": "x - x^3 + c"}, {"c": 0})
    with pytest.raises(InputError, match=r"targets at .* is no fixed point of this flow"):
        basins(flow.with_parameters(c=0.1), db.find_fixed_points(flow), [(-2, 2)])
