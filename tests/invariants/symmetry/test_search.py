"""Signed permutations that commute with the equations: known groups, closure, and no false ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.errors import InputError
from dynbench.invariants import SignedPermutation, signed_permutation_symmetries
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


def test_large_groups_are_given_by_generators() -> None:
    """Rings have the dihedral group and, where they are odd, x -> -x; equal all-to-all coupling all permutations."""
    ring = ODE({f"x{i}": f"tanh(x{(i + 1) % 6}) - x{i}" for i in range(6)})
    assert ring.symmetries().order == len(ring.symmetries()) + 1 == 12
    both = ODE(
        {f"x{i}": f"a*x{i} - x{i}^3 + k*(x{(i + 1) % 20} + x{i - 1 if i else 19})" for i in range(20)}, ["a", "k"]
    )
    assert both.symmetries().order == 2 * 2 * 20
    mean = ODE({f"x{i}": f"x{i}^2 + {' + '.join(f'x{j}' for j in range(5))}" for i in range(5)})
    assert mean.symmetries().order == math.factorial(5)
    assert tuple(mean.symmetries()) == mean.symmetries().generators
    linear = ODE({f"x{i}": f"-x{i}" for i in range(9)})
    assert linear.symmetries().order == 2**9 * math.factorial(9)
    dense = ODE({f"x{i}": f"x{i}*(1 - {' - '.join(f'x{j}^2' for j in range(11))})" for i in range(11)})
    assert dense.symmetries().order == 2**11 * math.factorial(11)


@pytest.mark.parametrize(
    ("equations", "order", "involutions"),
    [
        ({"x": "v", "v": "-sin(x)"}, 2, 2),
        ({"x": "v", "v": "-sin(x) - v/5"}, 0, 0),
        ({"x": "u", "y": "v", "u": "-x - 2*x*y", "v": "-y - x^2 + y^2"}, 2, 2),
        ({"x": "x*(1 - y)", "y": "y*(x - 1)"}, 1, 1),
        ({"x": "y*(1 - x^2)", "y": "x*(1 - y^2)"}, 4, 2),
    ],
)
def test_reversing_symmetries(equations: dict[str, str], order: int, involutions: int) -> None:
    system = ODE(equations)
    found = system.reversing_symmetries()
    for s in found:
        assert s.reversing
        x = np.random.default_rng(2).uniform(0.1, 1.5, (5, system.dimension))
        np.testing.assert_allclose(system(s.action(x)), -s.action(system(x)), atol=1e-12)
    assert found.order == len(found) == order
    assert sum(s.involution for s in found) == involutions
    assert not any(s.reversing for s in system.symmetries())


def test_of_maps_no_reversing_symmetries_are_sought() -> None:
    with pytest.raises(InputError, match="The system is a map; reversing symmetries are sought of flows"):
        SYSTEMS["Henon"][0].reversing_symmetries()


@settings(max_examples=15, deadline=None)
@given(
    name=st.sampled_from(["Lorenz", "Thomas", "Jang", "isotropic", "parameters tell the states apart"]),
    seed=st.integers(0, 2**16),
)
def test_a_signed_permutation_of_the_states_keeps_the_order(name: str, seed: int) -> None:
    """Conjugate by a random signed permutation: the group is conjugate to what it was."""
    system, order = SYSTEMS[name]
    n, rng = system.dimension, np.random.default_rng(seed)
    s = SignedPermutation(tuple(rng.permutation(n).tolist()), tuple(rng.choice([-1, 1], n).tolist()))
    moved = [sign * system.states[p] for p, sign in zip(s.permutation, s.signs, strict=True)]
    back = s.inverse
    rhs = [f.xreplace(dict(zip(system.states, moved, strict=True))) for f in system.rhs]
    equations = [sign * rhs[p] for p, sign in zip(back.permutation, back.signs, strict=True)]
    conjugate = ODE(dict(zip(system.states, equations, strict=True)), system.parameter_symbols)
    group = {g.action for g in conjugate.symmetries()}
    assert conjugate.symmetries().order == order
    assert group == {back @ g.action @ s for g in system.symmetries()}


def test_records_are_readable_and_in_a_fixed_order() -> None:
    system = SYSTEMS["Lorenz"][0]
    (symmetry,) = signed_permutation_symmetries(system)
    assert symmetry.description == "(x, y, z) -> (-x, -y, z)"
    assert symmetry.matrix == sp.diag(-1, -1, 1)
    assert str(symmetry.proof).startswith("s*(x - y) = -s*(-x + y); ")
    assert symmetry.proof.conclusion == "So F(S x) = S F(x), component by component."
    assert len(symmetry.proof.identities) == 3
    assert repr(system.symmetries()) == (
        "<Symmetries: (x, y, z) -> (-x, -y, z); order 2; sought: all permutations of the states with changes of sign>"
    )
    thomas = SYSTEMS["Thomas"][0]
    assert signed_permutation_symmetries(thomas) == signed_permutation_symmetries(thomas)
