"""Reports on networks: an analysis without a graph, as what is checked here is the points."""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest
import scipy.sparse
import sympy as sp

import dynbench as db
from dynbench.analysis import Analysis
from dynbench.fixed_points.search.newton_starts import NewtonStarts
from dynbench.fixed_points.search.slow_points import SlowPoints
from dynbench.reporting.json import notation_of, render_json
from dynbench.reporting.matrix_systems import system_to_dict
from dynbench.transitions import TransitionGraph
from dynbench.verification.document import Field
from dynbench.verification.matrices import MatrixSystem, read_matrix_system


def analysis_without_graph(system: db.System, points: db.FixedPoints) -> Analysis:
    provenance = {"dynbench": db.__version__, "content_hash": system.content_hash}
    return Analysis(system, points, (), TransitionGraph(), (), (), False, provenance)


def _weights(rng: np.random.Generator, n: int, g: float) -> np.ndarray:
    return g * rng.normal(size=(n, n)) / np.sqrt(n)


def _cell(rng: np.random.Generator, gates: int, h: int) -> dict[str, np.ndarray]:
    return {
        "weight_ih_l0": rng.normal(size=(gates * h, 2)),
        "weight_hh_l0": 2 * rng.normal(size=(gates * h, h)) / np.sqrt(h),
        "bias_ih_l0": 0.1 * rng.normal(size=gates * h),
        "bias_hh_l0": 0.1 * rng.normal(size=gates * h),
    }


def built(name: str) -> db.System:
    """A network by name: what it is, then the number of units."""
    kind, n = name.split()[0], int(name.split()[1])
    rng = np.random.default_rng(n)
    s = sp.Symbol("s", real=True)
    W, b = _weights(rng, n, 1.5), 0.1 * rng.normal(size=n)
    match kind:
        case "esn":
            return db.EchoStateNetwork(
                0.8 * W,
                rng.uniform(-1, 1, (n, 3)),
                rng.normal(size=(3, n)) / np.sqrt(n),
                rng.normal(size=(n, 1)),
                u=0.1,
            )
        case "activation":
            return db.RNN(W, b, form="activation", tau=2.5, leak=0.9)
        case "softsign":
            return db.RNN(W, b, activation=sp.Lambda(s, s / (1 + sp.Abs(s))))
        case "relu":
            return db.RNN(W / 2, b, activation="relu")
        case "low-rank":
            return db.RNN(db.LowRank(rng.normal(size=(n, 3)), 2 * rng.normal(size=(n, 3)) / n), b)
        case "sparse":
            return db.RNN(scipy.sparse.csr_array(np.where(rng.random((n, n)) < 0.2, 2 * W, 0)), b)
        case "gru" | "lstm":
            h = n // 2 if kind == "lstm" else n
            return db.networks.from_state_dict(_cell(rng, 3 if kind == "gru" else 4, h), cell=kind, inputs=0.2)
    return db.RNN(W, b)


def text_of(system: db.System, *search) -> str:
    points = db.find_fixed_points(system, search=list(search), rng=0)
    return render_json(analysis_without_graph(system, points))


@pytest.fixture
def build():
    """A function from a name to a network."""
    return built


@pytest.fixture
def declared():
    """A function from a system to what the checker reads of it."""

    def read(system: db.System) -> MatrixSystem:
        notation = notation_of(system)
        data = {"kind": system.kind, "states": list(system.state_names), "aliases": notation.aliases}
        return read_matrix_system(Field(data | system_to_dict(system, notation), "system"), system.parameters)

    return read


@pytest.fixture
def report_from():
    """A function from a network and strategies to its report, as plain values."""
    return lambda system, *search: json.loads(text_of(system, *search))


@pytest.fixture(scope="session")
def network():
    """A function from a name to (system, the text of its report)."""

    @functools.cache
    def made(name: str) -> tuple[db.System, str]:
        system = built(name)
        starts = 0.7 * np.random.default_rng(0).normal(size=(25, system.dimension))
        return system, text_of(system, NewtonStarts(starts=starts), SlowPoints(starts=starts[:5]))

    return made


@pytest.fixture
def report_of(network):
    """A function from a name to (system, its report as plain values, a fresh copy)."""

    def copy(name: str) -> tuple[db.System, dict]:
        system, text = network(name)
        return system, json.loads(text)

    return copy
