"""Structure: F = S grad H is an identity, S is skew and satisfies Jacobi's; nothing is claimed where there is none."""

from __future__ import annotations

import itertools

import pytest
import sympy as sp

from dynbench import ODE, Map
from dynbench.invariants import StructureKind, hamiltonian_structure, volume_preservation

TODA = {f"q{i}": f"p{i}" for i in range(3)} | {
    f"p{i}": f"exp(q{(i - 1) % 3} - q{i}) - exp(q{i} - q{(i + 1) % 3})" for i in range(3)
}
FOUND = {
    "pendulum": ({"x": "v", "v": "-sin(x)"}, StructureKind.CANONICAL),
    "Duffing": ({"x": "y", "y": "a*x - x^3"}, StructureKind.CANONICAL),
    "Henon-Heiles": ({"a": "p", "b": "q", "p": "-a - 2*a*b", "q": "-b - a^2 + b^2"}, StructureKind.CANONICAL),
    "Kepler": (
        {"x": "u", "y": "v", "u": "-k*x/(x^2 + y^2)^(3/2)", "v": "-k*y/(x^2 + y^2)^(3/2)"},
        StructureKind.CANONICAL,
    ),
    "Toda": (TODA, StructureKind.CANONICAL),
    "two oscillators": ({"x": "u", "y": "v", "u": "-x", "v": "-2*y"}, StructureKind.CANONICAL),
    "skew network": ({"x": "tanh(y)", "y": "-tanh(x)"}, StructureKind.CANONICAL),
    "skew network of three": (
        {"x": "2*tanh(y) - tanh(z)", "y": "-2*tanh(x) + tanh(z)", "z": "tanh(x) - tanh(y)"},
        StructureKind.CONSTANT,
    ),
    "rigid body": ({"x": "a*y*z", "y": "b*z*x", "z": "c*x*y"}, StructureKind.POISSON),
    "Lotka-Volterra": ({"x": "x*(a - b*y)", "y": "y*(d*x - c)"}, StructureKind.POISSON),
    "SIR": ({"s": "-b*s*i", "i": "b*s*i - c*i"}, StructureKind.POISSON),
}


@pytest.mark.parametrize("name", FOUND)
def test_structures_are_found_and_are_what_they_claim(name):
    equations, kind = FOUND[name]
    names = {
        n
        for n in "abcdk"
        if n not in equations
        and any(n in str(sp.sympify(e.replace("^", "**")).free_symbols) for e in equations.values())
    }
    system = ODE(equations, sorted(names))
    found = hamiltonian_structure(system)
    assert found.kind is kind
    states, matrix = list(system.states), found.matrix
    gradient = sp.Matrix([found.hamiltonian.diff(s) for s in states])
    at = {s: sp.Rational(7 + 3 * i, 5) for i, s in enumerate([*states, *system.parameter_symbols])}
    assert all(abs(e) < 1e-25 for e in (sp.Matrix(system.rhs) - matrix * gradient).subs(at).evalf(30))
    assert (matrix + matrix.T).is_zero_matrix
    for i, j, k in itertools.combinations(range(len(states)), 3):
        total = sum(
            matrix[a, m] * matrix[b, c].diff(s)
            for m, s in enumerate(states)
            for a, b, c in ((i, j, k), (j, k, i), (k, i, j))
        )
        assert sp.expand(total) == 0
    for casimir in found.casimirs:
        product = matrix * sp.Matrix([casimir.diff(s) for s in states])
        assert all(abs(e) < 1e-25 for e in product.subs(at).evalf(30))


def test_positions_come_first_and_what_is_defined_where_is_said():
    x, v = sp.symbols("x v")
    assert hamiltonian_structure(ODE({x: v, v: -sp.sin(x)})).pairs == ((x, v),)
    a, b = sp.symbols("a b")
    predator = hamiltonian_structure(ODE({a: a * (1 - b), b: b * (a - 1)}))
    assert set(predator.assumptions) == {a > 0, b > 0}


def test_casimirs_are_found():
    x, y, z = sp.symbols("x y z")
    found = hamiltonian_structure(
        ODE({x: 2 * sp.tanh(y) - sp.tanh(z), y: -2 * sp.tanh(x) + sp.tanh(z), z: sp.tanh(x) - sp.tanh(y)})
    )
    assert found.casimirs == (x + y + 2 * z,)
    assert len(hamiltonian_structure(ODE({x: y * z, y: -2 * z * x, z: x * y})).casimirs) == 1


@pytest.mark.parametrize(
    "equations",
    [
        {"x": "y", "y": "(1 - x^2)*y - x"},
        {"x": "10*(y - x)", "y": "x*(28 - z) - y", "z": "x*y - 8*z/3"},
        {"x": "-x"},
        {"x": "v", "v": "-sin(x) - v/5"},
        {"x": "abs(y)", "y": "-x"},
    ],
)
def test_nothing_is_claimed_elsewhere(equations):
    assert hamiltonian_structure(ODE(equations)) is None


def test_volume():
    assert (
        volume_preservation(ODE({"x": "sin(z) + cos(y)", "y": "sin(x) + cos(z)", "z": "sin(y) + cos(x)"})) is not None
    )
    (identity,) = volume_preservation(ODE({"x": "a*x*y", "y": "-a*y^2/2"}, ["a"])).identities
    assert identity.rhs == 0
    assert volume_preservation(ODE({"x": "x", "y": "-x*y"})) is None
    assert volume_preservation(ODE({"x": "sign(x)", "y": "1"})) is None
    assert volume_preservation(Map({"x": "y", "y": "-x"})) is None
    assert hamiltonian_structure(Map({"x": "y", "y": "-x"})) is None
