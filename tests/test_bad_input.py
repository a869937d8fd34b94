"""Every public function, given something that it cannot use, says so in one sentence."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import dynbench as db

SYSTEM = db.ODE({"x": "x - x^3"})
POINTS = db.find_fixed_points(SYSTEM)
ANALYSIS = db.analyze(SYSTEM)
InputError, ModelError = db.errors.InputError, db.errors.ModelError
PLANE = db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1.0, 0.7])
CYCLES = db.find_cycles(PLANE, periods=1)
(SADDLE,) = (cycle for cycle in CYCLES if cycle.stability == (1, 0, 1))


def trace(**arguments):
    return db.trace_manifold(PLANE, SADDLE, arguments.pop("which", "unstable"), **{"length": 5.0, **arguments})


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
