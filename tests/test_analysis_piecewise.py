"""The analysis of piecewise-linear maps: cycles, exact manifolds, homoclinic points, and what is left alone."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.analysis import recurrence as module
from dynbench.errors import InputError

BOX = [(-2, 2), (-1, 1)]


def lozi():
    return db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5})


@pytest.fixture(scope="module")
def analysed():
    return db.analyze(lozi(), box=BOX)


def test_all_cycles_up_to_a_period_are_found(analysed):
    cycles = analysed.cycles
    assert cycles.periods == tuple(range(1, 9))
    assert [len(cycles.of_period(k)) for k in cycles.periods] == [2, 1, 0, 1, 0, 4, 4, 7]
    assert all(cycles.complete.values())
    assert all(c.status is db.Status.CERTIFIED for c in cycles)


def test_manifolds_of_both_saddles_are_exact_and_start_there(analysed):
    of_points = [m for m in analysed.manifolds if m.cycle is None]
    assert [(tuple(m.point), m.which) for m in of_points] == [
        (tuple(p.x), which) for p in analysed.fixed_points for which in ("stable", "unstable")
    ]
    assert all(m.exact and m.error < 1e-10 for m in analysed.manifolds)
    assert {m.cycle.period for m in analysed.manifolds if m.cycle is not None} == {2, 4, 6}


def test_chaos_is_proved_at_the_saddle_within_the_attractor(analysed):
    saddle = analysed.fixed_points[1]
    proved = [p for p in analysed.homoclinic if p.source is saddle]
    assert proved
    assert all(p.proved and p.kind == "homoclinic" for p in proved)
    assert proved[0].proof.source == ((sp.Rational(5, 11), sp.Rational(5, 22)),)
    # The saddle in x < 0 is not in the attractor: its unstable manifold leaves for the attractor, and for infinity.
    assert not [p for p in analysed.homoclinic if p.source is analysed.fixed_points[0]]


def test_the_cycles_are_nodes_of_the_graph(analysed):
    nodes = [data["cycle"] for _, data in analysed.graph.nodes(data=True) if data["cycle"] is not None]
    assert [c.period for c in nodes] == [2, 4, 6]
    assert all(any(c is known for known in analysed.cycles) for c in nodes)


def test_cycles_have_one_number_in_the_list_and_in_the_graph(analysed):
    system, points = analysed.system, analysed.fixed_points
    found = db.find_cycles(system, periods=[2, 4, 6])  # without the fixed points: the places in the list are others
    last = dataclasses.replace(found[5], kind=db.CycleKind.STABLE)
    found = dataclasses.replace(found, cycles=(*found.cycles[:5], last))
    graph = module.graph_of(system, points, found, 0, None)
    assert isinstance(graph, db.TransitionGraph)
    numbered = found.numbered(len(points))
    assert list(numbered) == [2, 3, 4, 5, 6, 7]
    nodes = {node: cycle for node, cycle in graph.nodes(data="cycle") if cycle is not None}
    assert list(nodes) == [2, 3, 4, 7]  # the shortest saddles, and what attracts
    assert all(numbered[node] is cycle for node, cycle in nodes.items())
    assert [node for node in graph if node not in nodes] == [0, 1, 8, 9]  # the points, and what was met
    assert graph.nodes[9]["kind"] == "infinity"
    assert graph.has_edge(0, 9)


def test_periods_are_chosen_by_the_number_of_words():
    rng = np.random.default_rng(0)
    sizes = {n: db.PLRNN(np.full(n, 0.5), rng.normal(size=(n, n)) / n, rng.normal(size=n)) for n in (3, 10, 20)}
    assert {n: module.affordable_periods(network) for n, network in sizes.items()} == {3: 5, 10: 1, 20: 0}
    assert module.affordable_periods(db.Map({"x": "1 - 1.4*x^2"})) == 0


def test_periods_may_be_asked_for_or_left_out():
    tent = db.Map({"x": "1 - 8/5*Max(x, 0) + x/2"})
    assert db.analyze(tent, box=[(-3, 3)], periods=0).cycles is None
    found = db.analyze(tent, box=[(-3, 3)], periods=[2]).cycles
    assert [(c.period, c.kind) for c in found] == [(2, db.CycleKind.STABLE)]
    with pytest.raises(InputError, match=r"periods holds -1"):
        db.analyze(tent, box=[(-3, 3)], periods=[-1])


def test_cycles_of_flows_are_not_part_of_an_analysis():
    with pytest.raises(InputError, match="an analysis lists cycles of maps only"):
        db.analyze(db.ODE({"x": "-x + Abs(x)/2"}), box=[(-1, 1)], periods=2)


def test_smooth_maps_are_left_alone():
    henon = db.analyze(db.Map({"x": "1 - 1.4*x^2 + y", "y": "0.3*x"}), box=[(-2, 2), (-2, 2)])
    assert henon.cycles is None
    assert henon.manifolds == ()
    assert henon.homoclinic == ()


def test_a_manifold_that_no_method_traces_is_left_out():
    # The multiplier 0 along y: there is no inverse, and no method for the stable manifold of the saddle.
    singular = db.analyze(db.Map({"x": "1 - 2*Abs(x)", "y": "x/2"}), box=[(-3, 3), (-3, 3)])
    assert {m.which for m in singular.manifolds} <= {"unstable"}
    assert singular.homoclinic == ()


def test_an_interrupted_search_for_cycles_leaves_out_what_follows(monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "find_cycles", interrupted)
    found = db.analyze(lozi(), box=BOX)
    assert found.interrupted
    assert found.cycles is None
    assert len(found.fixed_points) == 2
    assert not len(found.graph)
    assert found.manifolds == ()
    assert found.homoclinic == ()


def test_progress_is_reported():
    stages = set()
    db.analyze(lozi(), box=BOX, periods=2, progress=lambda stage, *_: stages.add(stage))
    assert {"tracing manifolds", "looking for homoclinic points"} <= stages
