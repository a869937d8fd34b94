from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest

import dynbench as db
from dynbench.analysis import Analysis

_CELLS = {f"x{i}": f"x{i} - x{i}^3 + x{(i + 1) % 3}/20 + x{(i + 2) % 3}/20 - x{i}/10" for i in range(3)}

SYSTEMS = {
    "jang": (lambda: db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}), {"box": [[-2, 2], [-2, 2]]}),
    "whole space": (lambda: db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}), {}),
    "henon": (lambda: db.Map({"x": "1 - a*x^2 + y", "y": "b*x"}, {"a": 1.4, "b": 0.3}), {}),
    "lotka-volterra": (
        lambda: db.ODE({"x": "x*(a - b*y)", "y": "y*(d*x - c)"}, {"a": 1, "b": 2, "c": 3, "d": 4}),
        {},
    ),
    "toggle": (
        lambda: db.ODE({"u": "a/(1 + v^3) - u", "v": "a/(1 + u^3) - v"}, {"a": 4}),
        {"box": [[0, 5], [0, 5]]},
    ),
    "van der pol": (lambda: db.ODE({"x": "y", "y": "mu*(1 - x^2)*y - x"}, {"mu": 1}), {}),
    "duffing": (lambda: db.ODE({"x": "y", "y": "x - x^3"}), {"box": [[-2, 2], [-2, 2]]}),
    "tanh network": (
        lambda: db.ODE({"x": "-x + tanh(3*x - y)", "y": "-y + tanh(3*y - z)", "z": "-z + tanh(3*z - x)"}),
        {},
    ),
    "coupled cells": (lambda: db.ODE(_CELLS), {"box": [[-1.5, 1.5]] * 3}),
    "slow": (lambda: db.ODE({"x": "x^2 + 0.001", "y": "-y"}), {"box": [[-2, 2], [-1, 1.5]]}),
    "kinks": (
        lambda: db.ODE({"x": "-x + relu(2*x - y + 0.3)", "y": "-y + relu(x + 0.5) - abs(y)"}),
        {"box": [[-3, 3], [-3, 3]]},
    ),
    "double root": (lambda: db.ODE({"x": "x^2*(x - 1)"}), {"box": [[-1, 2]]}),
}


@pytest.fixture(scope="session")
def report_of(tmp_path_factory):
    """A function from a name of `SYSTEMS` to the report on it, as plain values."""
    folder: Path = tmp_path_factory.mktemp("reports")

    @functools.cache
    def text(name: str) -> str:
        build, options = SYSTEMS[name]
        analysis: Analysis = db.analyze(build(), **options)
        path = folder / f"{name.replace(' ', '-')}.json"
        db.report(analysis, path)
        return path.read_text()

    return lambda name: json.loads(text(name))
