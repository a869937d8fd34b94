"""Reports on piecewise-linear maps, made once."""

from __future__ import annotations

import functools
import json

import pytest

import dynbench as db
from dynbench.reporting.json import render_json

NETWORK = ([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1, 0.7])
NESTED = {"x": "1 - 13/10*Max(x, Abs(y) - 1)", "y": "x/2"}
LOZI = {"x": "1 - a*Abs(x) + y", "y": "b*x"}
SPACE = {"x": "1 - 9/10*Abs(x) + y", "y": "x/5", "z": "z/2 + Abs(x + z)/8"}
SYSTEMS = {
    "surface": (lambda: db.Map(SPACE), {"periods": 2, "box": [(-2, 2), (-1, 1), (-1, 1)]}),
    "lozi": (lambda: db.Map(LOZI, {"a": 1.7, "b": 0.5}), {"periods": 6, "box": [(-2, 2), (-1, 1)]}),
    "stable": (lambda: db.Map({"x": "1 - 8/5*Max(x, 0) + x/2"}), {"periods": 4, "box": [(-3, 3)]}),
    "network": (
        lambda: db.PLRNN(*NETWORK),
        {"periods": 3, "box": [(-5, 5), (-5, 5)]},
    ),
    "continuum": (lambda: db.Map({"x": "1 - 3/2*Max(x, 0) + x/2"}), {"periods": 4, "box": [(-3, 3)]}),
    "nested": (
        lambda: db.Map(NESTED),
        {"periods": 3, "box": [(-4, 4), (-4, 4)]},
    ),
}


def build(name):
    make, options = SYSTEMS[name]
    return db.analyze(make(), **options)


@pytest.fixture(scope="session")
def texts():
    return functools.cache(lambda name: render_json(build(name)))


@pytest.fixture
def report_of(texts):
    """A function from a name of `SYSTEMS` to the report on it, as plain values of its own."""
    return lambda name: json.loads(texts(name))
