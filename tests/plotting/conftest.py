"""Analyses of every kind and dimension that the figures are drawn from, made once.

The graphs and manifolds of `pictured` are built here by hand, so that the golden images show what the figures
make of them and not how orbits are followed.
"""

from __future__ import annotations

import dataclasses
import enum
import itertools
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
import sympy as sp
from matplotlib.figure import Figure

import dynbench as db


def bare_graph(points):
    """Nodes for the fixed points, and no edge."""
    graph = nx.MultiDiGraph()
    for i, point in enumerate(points):
        graph.add_node(i, point=point, cycle=None, kind=point.kind.value, unstable=point.stability[2], attraction=None)
    return graph


def study(system, box):
    """An analysis of what the figures here need, in which no orbit was followed."""
    points = db.find_fixed_points(system, box=box)
    return db.Analysis(
        system=system,
        fixed_points=points,
        slow_points=(),
        graph=bare_graph(points),
        invariants=system.invariants() if system.dimension == 2 else (),
        symmetries=(),
        interrupted=False,
        provenance={},
    )


@pytest.fixture(scope="session")
def analyses():
    hostile = sp.Symbol("$\\frac{a}{b$ <b> \u05e9\u05dc\u05d5\u05dd")
    long = sp.Symbol("w" * 200)
    return {
        "line": study(db.ODE({"x": "x - x^3"}), box=[(-2, 2)]),
        "cobweb": study(db.Map({"x": "r*x*(1 - x)"}, {"r": 2.5}), box=[(-0.2, 1.2)]),
        "plane": study(db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}), box=[(-3, 3), (-3, 3)]),
        "attractor": study(db.Map({"x": "1 - 1.4*x^2 + y", "y": "0.3*x"}), box=[(-2, 2), (-2, 2)]),
        "expanding": study(db.Map({"x": "2*x", "y": "3*y"}), box=[(-1, 1), (-1, 1)]),
        "cube": study(db.ODE({n: f"{n} - {n}^3" for n in "xyz"}), box=[(-2, 2)] * 3),
        "four": study(db.ODE({n: f"{k}*{n} - {n}^3" for k, n in enumerate("wxyz", 1)}), box=[(-3, 3)] * 4),
        "hostile": study(db.ODE({hostile: long - hostile, long: -long}), box=[(-1, 1), (-1, 1)]),
        "empty": study(db.ODE({"x": "1 + x^2", "y": "1"}), box=[(-1, 1), (-1, 1)]),
        "sink": study(db.ODE({"a": "b - a", "b": "-a - b", "c": "d - c/2", "d": "-3*d"}), box=[(-2, 2)] * 4),
        "friction-free": study(db.ODE({"x": "v", "v": "x - x^3"}), box=[(-2, 2), (-1.5, 1.5)]),
    }


def flip_flop(bits, each=5):
    """A network of `each` units for every bit, with all its fixed points: x = 0 or +-1.915 in all units of a bit.

    In the units of a bit x' = -x + 2 tanh(x) where they agree, and their differences decay.
    """
    W_fb = 2 * np.kron(np.eye(bits), np.ones((each, 1)))
    W_o = np.kron(np.eye(bits), np.ones((1, each))) / each
    network = db.EchoStateNetwork(np.zeros((bits * each,) * 2), W_fb, W_o)
    lattice = np.array(list(itertools.product((-2.0, 0.0, 2.0), repeat=bits)))
    search = db.search.NewtonStarts(np.kron(lattice, np.ones(each)))
    points = db.find_fixed_points(network, search=search, certify=False)
    graph = bare_graph(points)
    corner = [np.sign(network.readout(p.x).round(6)) for p in points]
    for node, data in graph.nodes(data=True):
        data |= {"readout": network.readout(points[node].x), "skipped": ""}
    for i, j in itertools.permutations(range(len(points)), 2):
        if np.abs(corner[i] - corner[j]).sum() == 1 and points[i].stability[2] == points[j].stability[2] + 1:
            path = np.linspace(points[i].x, points[j].x, 9)
            graph.add_edge(i, j, side=0, path=path, proved=False)
    return network, points, graph


@pytest.fixture(scope="session")
def flip_flops():
    """Number of bits -> network, fixed points and graph."""
    return {bits: flip_flop(bits) for bits in (1, 2, 3, 4)}


class CycleKind(enum.Enum):
    """Stands in for the kind of a cycle, whose attributes are all that a figure reads."""

    STABLE = "stable cycle"
    UNSTABLE = "unstable cycle"

    @property
    def attracting(self):
        return self is CycleKind.STABLE


def cycle(points, period, kind=CycleKind.STABLE):
    return SimpleNamespace(points=np.asarray(points), period=period, kind=kind)


def branches(system, point, which):
    """Both branches of a one-dimensional manifold of a flow's saddle, followed for a while."""
    values, vectors = np.linalg.eig(system.jacobian_at(point.x))
    direction = vectors[:, np.argmax(values.real) if which == "unstable" else np.argmin(values.real)].real
    time = 30.0 if which == "unstable" else -12.0
    return [
        db.integrate(system, point.x + side * 1e-4 * direction, np.linspace(0, time, 400), rtol=1e-10).x
        for side in (1, -1)
    ]


def with_manifolds(analysis):
    """An analysis of a planar flow, with the manifolds of its saddle and the edges to what they reach."""
    graph, manifolds = bare_graph(analysis.fixed_points), []
    for i, point in enumerate(analysis.fixed_points):
        if not point.kind.saddle:
            continue
        for which in ("stable", "unstable"):
            paths = branches(analysis.system, point, which)
            manifolds.append(SimpleNamespace(point=point.x, which=which, branches=tuple(paths)))
        for side, path in zip((1, -1), paths, strict=True):
            distance = [np.linalg.norm(path[-1] - p.x) for p in analysis.fixed_points]
            graph.add_edge(i, int(np.argmin(distance)), side=side, path=path, proved=False)
    return dataclasses.replace(analysis, graph=graph, manifolds=tuple(manifolds))


def with_cycle(analysis):
    """Van der Pol's analysis, with its limit cycle."""
    period = 6.6632868593231
    start = db.integrate(analysis.system, [2.0, 0.0], [0.0, 60.0]).final
    points = db.integrate(analysis.system, start, np.linspace(0, period, 129)).x[:-1]
    graph = bare_graph(analysis.fixed_points)
    graph.add_node(1, point=None, cycle=cycle(points, period), kind="stable cycle", unstable=0, attraction=None)
    for side in (1, -1):
        path = db.integrate(analysis.system, [side * 0.01, 0.0], 40.0).x
        graph.add_edge(0, 1, side=side, path=path, proved=False)
    return dataclasses.replace(analysis, graph=graph)


def with_lattice(analysis):
    """The coupled cells with the whole complex: each point joined to its neighbours of one index less."""
    points, graph = analysis.fixed_points, bare_graph(analysis.fixed_points)
    corner = [np.sign(np.where(np.abs(p.x) < 0.5, 0.0, p.x)) for p in points]
    for i, j in itertools.permutations(range(len(points)), 2):
        neighbours = np.abs(corner[i] - corner[j]).sum() == 1
        if neighbours and points[i].stability[2] == points[j].stability[2] + 1:
            path = np.linspace(points[i].x, points[j].x, 9)
            graph.add_edge(i, j, side=0, path=path, proved=points[i].stability[2] == 1)
    return dataclasses.replace(analysis, graph=graph)


def with_infinity(analysis):
    """Henon's map, with an orbit to infinity and limits that are undecided."""
    graph = bare_graph(analysis.fixed_points)
    first = len(graph)
    for node, kind in enumerate(("infinity", "undecided"), first):
        graph.add_node(node, point=None, cycle=None, kind=kind, unstable=None, attraction=None)
    for source, target in ((0, first), (0, first + 1), (1, first + 1), (1, first + 1)):
        graph.add_edge(source, target, side=1, path=np.zeros((0, 2)), proved=False)
    return dataclasses.replace(analysis, graph=graph)


@pytest.fixture(scope="session")
def pictured(analyses):
    """The analyses of the golden images."""
    cells = {f"x{i}": f"x{i} - x{i}^3 + x{i % 3 + 1}/10" for i in (1, 2, 3)}
    box = [(-2, 2), (-2, 2)]
    return {
        "jang": with_manifolds(analyses["plane"]),
        "duffing": with_manifolds(study(db.ODE({"x": "v", "v": "x - x^3 - v/5"}), box=box)),
        "vdp": with_cycle(study(db.ODE({"x": "y", "y": "(1 - x^2)*y - x"}), box=[(-3, 3), (-3, 3)])),
        "cells": with_lattice(study(db.ODE(cells), box=[(-2, 2)] * 3)),
        "henon": with_infinity(analyses["attractor"]),
        "energy": analyses["friction-free"],
        "line": analyses["line"],
        "cobweb": analyses["cobweb"],
        "sink": analyses["sink"],
        "axes": study(db.ODE({"x": "x*y", "y": "x*y"}), box=[(-1, 1), (-1, 1)]),
    }


@pytest.fixture
def column():
    """Axes as wide as a column of print."""
    ax = Figure(figsize=(3.4, 3.6), layout="constrained").add_subplot()
    ax.tick_params(labelsize=7.5)
    return ax
