"""Signed permutations that commute with the equations: known groups, closure, and no false ones."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from dynbench.invariants import signed_permutation_symmetries
from dynbench.systems import ODE, Map, System

SYSTEMS: dict[str, tuple[System, int]] = {
    "Lorenz": (ODE({"x": "s*(y - x)", "y": "x*(r - z) - y", "z": "x*y - b*z"}, ["s", "r", "b"]), 2),
    "Roessler": (ODE({"x": "-y - z", "y": "x + a*y", "z": "b + z*(x - c)"}, ["a", "b", "c"]), 1),
    "Thomas": (ODE({"x": "sin(y) - b*x", "y": "sin(z) - b*y", "z": "sin(x) - b*z"}, ["b"]), 6),
    "Jang": (ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}), 2),
    "Henon": (Map({"x": "1 - a*x^2 + y", "y": "b*x"}, ["a", "b"]), 1),
    "odd map": (Map({"x": "a*x - x^3 + y", "y": "b*x"}, ["a", "b"]), 2),
    "toggle": (ODE({"u": "a/(1 + v^n) - u", "v": "a/(1 + u^n) - v"}, ["a", "n"]), 2),
    "logistic less one half": (ODE({"x": "1/(1 + exp(-x)) - 1/2"}), 2),
    "isotropic": (ODE({f"x{i}": f"x{i}*(1 - x0^2 - x1^2 - x2^2)" for i in range(3)}), 48),
    "kinks": (ODE({"x": "Abs(y) - x", "y": "Abs(x) - y"}), 2),
    "parameters tell the states apart": (ODE({"x": "a*x - x^3", "y": "c*y - y^3"}, {"a": 1, "c": 1}), 4),
}


def values(system: System) -> dict[sp.Symbol, sp.Rational]:
    return {p: sp.Rational(7 + 2 * k, 5 + k) for k, p in enumerate(system.parameter_symbols)}


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_group_is_found(name: str) -> None:
    system, order = SYSTEMS[name]
    found = signed_permutation_symmetries(system)
    identity = sp.ImmutableDenseMatrix(sp.eye(system.dimension))
    group = {s.matrix for s in found} | {identity}
    assert len(group) == len(found) + 1 == order
    assert all((a * b).as_immutable() in group for a in group for b in group)


@pytest.mark.parametrize("name", SYSTEMS)
def test_each_commutes_numerically(name: str) -> None:
    system, _ = SYSTEMS[name]
    rate = sp.lambdify(system.states, list(system.rhs.subs(values(system))), "numpy")
    rng = np.random.default_rng(1)
    for symmetry in signed_permutation_symmetries(system):
        s = np.array(symmetry.matrix, dtype=float)
        assert np.array_equal(s @ s.T, np.eye(system.dimension))
        for x in (
            rng.uniform(0.1, 1.5, size=(5, system.dimension))
            if name == "toggle"
            else rng.normal(size=(5, system.dimension))
        ):
            np.testing.assert_allclose(rate(*(s @ x)), s @ rate(*x), rtol=1e-12, atol=1e-12)


def test_no_candidate_is_missed_in_the_plane() -> None:
    """All eight signed permutations of the plane, decided by SymPy's own simplification."""
    system = ODE({"x": "y*(1 - x^2)", "y": "-x*(1 - y^2)"})
    x, y = system.states
    expected = set()
    for s in (sp.Matrix(2, 2, m) for m in ([i, 0, 0, j] for i in (1, -1) for j in (1, -1))):
        for p in (s, s * sp.Matrix([[0, 1], [1, 0]])):
            moved = system.rhs.subs(dict(zip((x, y), p * sp.Matrix([x, y]), strict=True)), simultaneous=True)
            if sp.expand(moved - p * system.rhs) == sp.zeros(2, 1):
                expected.add(p.as_immutable())
    expected.remove(sp.eye(2).as_immutable())
    assert {s.matrix for s in signed_permutation_symmetries(system)} == expected
    assert len(expected) == 3


def test_larger_systems_get_sign_changes_swaps_and_shifts() -> None:
    ring = ODE({f"x{i}": f"tanh(x{(i + 1) % 6}) - x{i}" for i in range(6)})
    assert [s.description.split("-> ")[1] for s in signed_permutation_symmetries(ring)][:2] == [
        "(-x0, -x1, -x2, -x3, -x4, -x5)",
        "(x1, x2, x3, x4, x5, x0)",
    ]
    assert len(signed_permutation_symmetries(ring)) == 6
    mean = ODE({f"x{i}": f"x{i}^2 + {' + '.join(f'x{j}' for j in range(5))}" for i in range(5)})
    assert len(signed_permutation_symmetries(mean)) == 10 + 4
    assert signed_permutation_symmetries(ODE({f"x{i}": f"-x{i}" for i in range(9)})) == ()


def test_records_are_readable_and_in_a_fixed_order() -> None:
    system = SYSTEMS["Lorenz"][0]
    (symmetry,) = signed_permutation_symmetries(system)
    assert symmetry.description == "(x, y, z) -> (-x, -y, z)"
    assert symmetry.matrix == sp.diag(-1, -1, 1)
    assert symmetry.proof.startswith("F(S x) = S F(x), component by component: s*(x - y) = -s*(-x + y)")
    thomas = SYSTEMS["Thomas"][0]
    assert signed_permutation_symmetries(thomas) == signed_permutation_symmetries(thomas)
