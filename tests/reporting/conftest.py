"""Analyses that several tests write up: one of each kind of outcome, made once."""

from __future__ import annotations

import pytest
import sympy as sp

import dynbench as db

#: Names that break whatever is not escaped: markup, LaTeX, tables, right-to-left, control characters, length.
HOSTILE_NAMES = (
    '<script>alert("1")</script>',
    "$\\frac{a}{b}$ `x` | & {{ 7*7 }}",
    "\u05e9\u05dc\u05d5\u05dd\u202e\x00",
    "w" * 200,
)


@pytest.fixture(scope="session")
def jang():
    system = db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}, name="Jang's planar system")
    return db.analyze(system, box={"x": (-3, 3), "y": (-3, 3)})


@pytest.fixture(scope="session")
def fold():
    """A double root: known exactly, and not certified."""
    return db.analyze(db.ODE({"x": "mu - x^2"}, {"mu": 0}), box={"x": (-1, 1)})


@pytest.fixture(scope="session")
def henon():
    return db.analyze(db.Map({"x": "1 - a*x^2 + y", "y": "b*x"}, {"a": 1.4, "b": 0.3}), box=[(-2, 2), (-2, 2)])


@pytest.fixture(scope="session")
def oscillator():
    """Van der Pol's: its only attractor is a cycle, which the unstable branches of the focus meet."""
    system = db.ODE({"x": "y", "y": "mu*(1 - x^2)*y - x"}, {"mu": 1}, name="van der Pol")
    return db.analyze(system, box=[(-3, 3), (-4, 4)])


@pytest.fixture(scope="session")
def duffing():
    """A Hamiltonian flow, with an invariant, a symmetry and a saddle whose branches come back to it."""
    return db.analyze(db.ODE({"x": "v", "v": "x - x^3"}), box=[(-2, 2), (-2, 2)])


@pytest.fixture(scope="session")
def runaway():
    """x' = x^2 - 1: one branch of the repeller runs away to infinity."""
    return db.analyze(db.ODE({"x": "x^2 - 1"}), box=[(-2, 2)])


@pytest.fixture(scope="session")
def ghost():
    """Just past a fold: no fixed point, and a slow point where the pair was."""
    return db.analyze(db.ODE({"x": "1/1000 + x^2"}), box=[(-1, 1)])


@pytest.fixture(scope="session")
def hostile():
    first, second, third, fourth = map(sp.Symbol, HOSTILE_NAMES)
    equations = {first: second - first, second: third - second**3 * fourth}
    title = '"><img src=x onerror=alert(1)> $x_{1}$ </title> {% raw %}\ud800'
    return db.analyze(db.ODE(equations, {third: 0.5, fourth: 2}, name=title), box=[(-1, 2), (-1, 2)])


@pytest.fixture(scope="session")
def cells():
    """Two coupled bistable cells: nine points, a saddle-to-saddle complex, complete by boxes and by algebra."""
    system = db.ODE({"x": "x - x^3 + (y - x)/20", "y": "y - y^3 + (x - y)/20"}, name="Two coupled cells")
    return db.analyze(system)
