"""Every public function, given something that it cannot use, says so in one sentence."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import dynbench as db
from dynbench.cycles import refine_cycle
from dynbench.piecewise import Inverse, piecewise_linear
from dynbench.piecewise.search import BranchAndBound, Polygons, Scyfi, Sweep

SYSTEM = db.ODE({"x": "x - x^3"})
POINTS = db.find_fixed_points(SYSTEM)
ANALYSIS = db.analyze(SYSTEM)
InputError, ModelError = db.errors.InputError, db.errors.ModelError
PLANE = db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1.0, 0.7])
CYCLES = db.find_cycles(PLANE, periods=1)
(SADDLE,) = (cycle for cycle in CYCLES if cycle.stability == (1, 0, 1))


def trace(**arguments):
    return db.trace_manifold(PLANE, SADDLE, arguments.pop("which", "unstable"), **{"length": 5.0, **arguments})


def onset(parameter, interval):
    return db.homoclinic_onset(PLANE, parameter, interval, SADDLE, length=5.0)


CASES = {
    "find: no system": (lambda: db.find_fixed_points("x"), InputError, "expected an ODE or a Map"),
    "find: strategy class": (lambda: db.find_fixed_points(SYSTEM, search=db.search.Complete), InputError, "instance"),
    "find: strategy name": (lambda: db.find_fixed_points(SYSTEM, search="Complete"), InputError, "'Complete'"),
    "cycles: progress": (lambda: db.find_cycles(PLANE, periods=1, progress="abc"), InputError, "progress is 'abc'"),
    "cycles: certify": (lambda: db.find_cycles(PLANE, periods=1, certify=2), InputError, "certify is 2; expected True"),
    "cycles: certify array": (lambda: db.find_cycles(PLANE, periods=1, certify=np.ones(2)), InputError, "certify is"),
    "cycles: matrix": (lambda: db.find_cycles(PLANE, periods=1, search=np.ones((3, 2))), InputError, "search is array"),
    "manifold: which": (lambda: trace(which=np.array([1, 2])), InputError, "which is array"),
    "manifold: pieces": (lambda: trace(pieces=0), InputError, "pieces is 0; expected a positive integer"),
    "manifold: pieces text": (lambda: trace(pieces="a"), InputError, "pieces is 'a'"),
    "manifold: seed": (lambda: trace(rng="a"), InputError, "seed"),
    "manifold: lengths": (lambda: trace(length=np.ones((3, 2))), InputError, "length is array"),
    "manifold: cycles": (lambda: db.trace_manifold(PLANE, CYCLES, "stable"), InputError, "point is 3 cycles"),
    "homoclinic: cycles": (lambda: db.homoclinic_points(PLANE, CYCLES), InputError, "point is 3 cycles"),
    "homoclinic: other": (lambda: db.homoclinic_points(PLANE, SADDLE, CYCLES), InputError, "other is 3 cycles"),
    "homoclinic: prove": (lambda: db.homoclinic_points(PLANE, SADDLE, prove=np.eye(2)), InputError, "prove is array"),
    "boundary: limits": (lambda: db.basin_boundary(PLANE, np.ones((3, 2))), InputError, "limits is array"),
    "network: no states": (lambda: db.PLRNN(np.zeros((0, 0)), np.zeros((0, 0))), ModelError, "A is empty"),
    "network: no slopes": (lambda: db.PLRNN.dendritic([0.5], [[1.0]], [], np.ones((0, 1))), ModelError, "slopes is"),
    "network: ragged slopes": (
        lambda: db.PLRNN.dendritic(*[[0.5], [[1.0]], [[1], [1, 2]], [[0.0]]]),
        ModelError,
        "slopes",
    ),
    "cycles: system": (lambda: db.find_cycles(np.eye(2), periods=1), InputError, "expected an ODE or a Map"),
    "cycles: long": (lambda: db.find_cycles(PLANE, periods=[10**30]), InputError, "expected at most 10000"),
    "cycles: no number": (lambda: db.find_cycles(PLANE, periods=np.array(1.5)), InputError, "periods is 1.5"),
    "cycles: starts": (lambda: db.find_cycles(PLANE, periods=1, starts=np.ones((2, 2, 2))), InputError, "starts has"),
    "cycles: no starts": (lambda: db.find_cycles(PLANE, periods=1, starts=np.ones((0, 2))), InputError, "starts has"),
    "cycles: two boxes": (
        lambda: db.find_cycles(PLANE, periods=1, box=[(0, 9)] * 2, search=Polygons([(0, 1)] * 2)),
        InputError,
        "box reaches beyond",
    ),
    "find: two boxes": (
        lambda: db.find_fixed_points(PLANE, box=[(0, 9)] * 2, search=Polygons([(0, 1)] * 2)),
        InputError,
        "box reaches beyond",
    ),
    "sweep: units": (lambda: Sweep(max_units=2.5), InputError, "max_units is 2.5; expected a positive integer"),
    "sweep: truth": (lambda: Sweep(max_units=True), InputError, "max_units is True"),
    "sweep: many": (lambda: Sweep(max_units=41), InputError, "1 to 40"),
    "branch: nodes": (lambda: BranchAndBound(max_nodes="a"), InputError, "max_nodes is 'a'"),
    "polygons: words": (lambda: Polygons(max_words=None), InputError, "max_words is None"),
    "polygons: cuts": (lambda: Polygons(max_cuts=np.nan), InputError, "max_cuts is nan"),
    "scyfi: batch": (lambda: Scyfi(batch=[1]), InputError, "batch is"),
    "scyfi: starts": (
        lambda: db.find_cycles(PLANE, periods=1, search=Scyfi([[1, 2, 3]])),
        InputError,
        "starts has shape",
    ),
    "refine: no period": (
        lambda: refine_cycle(PLANE, [0, 0], None),
        InputError,
        "period is None; expected a positive int",
    ),
    "refine: truth": (lambda: refine_cycle(PLANE, [0, 0], True), InputError, "period is True"),
    "refine: long": (lambda: refine_cycle(PLANE, [0, 0], 1e300), InputError, "at most 1000000"),
    "refine: text": (lambda: refine_cycle(SYSTEM, [0], "3"), InputError, "period is '3'; expected a positive time"),
    "onset: parameter": (lambda: onset("z", (1, 2)), InputError, "parameter is 'z'; the system has A, W, h"),
    "onset: no name": (lambda: onset(None, (1, 2)), InputError, "parameter is None"),
    "onset: no interval": (lambda: onset("h", None), InputError, "interval is None"),
    "onset: text": (lambda: onset("h", "ab"), InputError, "interval"),
    "onset: endless": (lambda: onset("h", (0, np.inf)), InputError, "different values, both finite"),
    "onset: nested": (lambda: onset("h", [[1, 2]]), InputError, "different values, both finite"),
    "inverse: none": (lambda: Inverse(None), InputError, "form is None"),
    "inverse: system": (lambda: Inverse(PLANE), InputError, "piecewise_linear"),
    "form: state": (lambda: piecewise_linear(PLANE)([1.0]), InputError, "z has shape"),
    "form: text": (lambda: piecewise_linear(PLANE).margins("a"), InputError, "z must be an array"),
    "form: region": (lambda: piecewise_linear(PLANE).region([1, 2]), InputError, "pattern is"),
    "form: short": (lambda: piecewise_linear(PLANE).region([True]), InputError, "2 units"),
    "integrate: steps": (lambda: db.integrate(SYSTEM, [0.0], 1.0, max_steps="a"), InputError, "max_steps is 'a'"),
    "integrate: endless": (
        lambda: db.integrate(db.ODE({"x": "-Abs(x)"}), [1.0], 1e300, engine="piecewise"),
        InputError,
        r"1.2e\+301 states",
    ),
    "find: strategy number": (lambda: db.find_fixed_points(SYSTEM, search=3), InputError, "strategy"),
    "find: seed": (lambda: db.find_fixed_points(SYSTEM, rng="a"), InputError, "seed"),
    "find: negative seed": (lambda: db.find_fixed_points(SYSTEM, rng=-1), InputError, "seed"),
    "certify: no system": (lambda: db.certify(3, [0.0]), InputError, "expected an ODE or a Map"),
    "certify: precision": (lambda: db.certify(SYSTEM, [0.0], precision=-1), InputError, "53 bits"),
    "certify: text": (lambda: db.certify(SYSTEM, "here"), InputError, "real numbers"),
    "analyze: no system": (lambda: db.analyze(3), InputError, "expected an ODE or a Map"),
    "integrate: no system": (lambda: db.integrate(3, [0.0], 1.0), InputError, "expected an ODE or a Map"),
    "graph: no system": (lambda: db.transition_graph(3, POINTS), InputError, "expected an ODE or a Map"),
    "graph: no points": (lambda: db.transition_graph(SYSTEM, 3), InputError, "find_fixed_points"),
    "graph: cycles as points": (lambda: db.transition_graph(PLANE, CYCLES), InputError, "find_fixed_points"),
    "graph: cycles of points": (
        lambda: db.transition_graph(PLANE, db.find_fixed_points(PLANE), cycles=db.find_fixed_points(PLANE)),
        InputError,
        "cycles is 3 points",
    ),
    "graph: arrays": (lambda: db.transition_graph(SYSTEM, [[0.0]]), InputError, "find_fixed_points"),
    "graph: time": (lambda: db.transition_graph(SYSTEM, POINTS, time="a"), InputError, "time"),
    "graph: endless": (lambda: db.transition_graph(SYSTEM, POINTS, time=np.inf), InputError, "finite"),
    "transitions: nothing": (lambda: db.attractor_transitions(None), InputError, "transition_graph"),
    "transitions: other graph": (lambda: db.attractor_transitions(nx.path_graph(3)), InputError, "transition_graph"),
    "value: text": (lambda: SYSTEM("a"), InputError, "real numbers"),
    "value: complex": (lambda: SYSTEM([1j]), InputError, "real numbers"),
    "jvp: batches": (lambda: SYSTEM.jvp(np.zeros((2, 1)), np.zeros((3, 1))), InputError, "do not fit together"),
    "declare: nothing": (lambda: db.ODE({"x": None}), ModelError, "expected an expression"),
    "declare: function": (lambda: db.ODE({"x": lambda x: x}), ModelError, "expected an expression"),
    "declare: title": (lambda: db.ODE({"x": "-x"}, name=3), ModelError, "name is 3"),
    "declare: text value": (lambda: db.ODE({"x": "a*x"}, {"a": "1/3"}), ModelError, "Rational"),
    "report: no analysis": (lambda: db.report(POINTS, "x.html"), InputError, "dynbench.analyze"),
    "report: no path": (lambda: db.report(ANALYSIS, None), InputError, "name of a file"),
    "report: suffix": (lambda: db.report(ANALYSIS, "x.pdf"), InputError, "suffix .pdf"),
    "report: folder": (lambda: db.report(ANALYSIS, "/nowhere/x.md"), InputError, "does not exist"),
    "load: number": (lambda: db.load_toml(3), ModelError, "path"),
    "load: null": (lambda: db.load_toml("a\0b"), ModelError, "null"),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bad_input(case):
    call, error, expected = CASES[case]
    with pytest.raises(error, match=expected) as caught:
        call()
    assert "\n" not in str(caught.value)
