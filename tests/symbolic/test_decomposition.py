"""Splitting into dimensions: known varieties, and planted unions of points, lines and planes."""

from __future__ import annotations

import itertools
import math

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.errors import ConvergenceError
from dynbench.symbolic import decomposition
from dynbench.symbolic.decomposition import equidimensional_parts, isolated_part
from dynbench.symbolic.ideals import groebner, has_no_zero, in_radical, independent_variables
from dynbench.symbolic.quotient_algebra import QuotientAlgebra
from dynbench.symbolic.rational_equations import read_equations, to_sympy

X, Y, Z = UNKNOWNS = sp.symbols("x y z")


def split(*expressions):
    """The parts as {frozenset of equations: dimension}, and the isolated part as a set of equations."""
    basis = groebner(read_equations(expressions, UNKNOWNS).numerators, 3)
    parts = equidimensional_parts(basis, 3)
    isolated = isolated_part(basis, parts, 3)
    named = {frozenset(named_basis(part)): len(independent_variables(part, 3)) for part in parts}
    return named, set() if has_no_zero(isolated) else named_basis(isolated)


def named_basis(basis):
    return {to_sympy(p, UNKNOWNS) for p in basis}


def test_known_splittings():
    assert split(X * Y, X * Z) == ({frozenset({X}): 2, frozenset({Y, Z}): 1}, set())
    assert split(X**2, X * Y) == ({frozenset({X}): 2}, set())  # the embedded component is no part of the set
    assert split(sp.S.Zero) == ({frozenset(): 3}, set())
    assert split((X**2 + Y**2 - 1) ** 2)[0] == {frozenset({X**2 + Y**2 - 1}): 2}


def test_a_point_is_found_where_nothing_factors():
    """The twisted cubic and a point off it: the ideal's generators are irreducible."""
    curve, point = (Y - X**2, Z - X**3), (X - 1, Y - 2, Z - 3)
    products = [sp.expand(a * b) for a, b in itertools.product(curve, point)]
    mixed = [sum((i + 1) ** k * p for k, p in enumerate(products)) for i in range(6)]
    parts, isolated = split(*mixed)
    assert parts.pop(frozenset({X**2 - Y, X * Y - Z, Y**2 - X * Z})) == 1
    assert set(parts.values()) == {0}
    assert isolated == {X - 1, Y - 2, Z - 3}


def test_isolated_points_keep_their_multiplicity():
    _, isolated = split((X - Y) * (X - 1) ** 2, (X - Y) * (Y - 3), Z)
    assert isolated == {sp.expand((X - 1) ** 2), Y - 3, Z}


numbers = st.integers(-2, 2)
directions = st.tuples(numbers, numbers, numbers).filter(any)


@st.composite
def affine_subspaces(draw):
    """The linear equations of a subspace of dimension 0, 1 or 2."""
    point = draw(st.tuples(numbers, numbers, numbers))
    normals = sp.Matrix(draw(st.lists(directions, min_size=1, max_size=3))).rref()[0]
    rows = [list(normals.row(i)) for i in range(normals.rows) if any(normals.row(i))]
    return [sum(a * (s - p) for a, s, p in zip(row, UNKNOWNS, point, strict=True)) for row in rows]


def covers(subspaces, part):
    """Whether every solution of a part is in one of the subspaces: all products of their equations vanish there."""
    basis = groebner(read_equations(part, UNKNOWNS).numerators, 3)
    products = [sp.expand(math.prod(choice)) for choice in itertools.product(*subspaces)]
    return all(in_radical(basis, p, 3) for p in read_equations(products, UNKNOWNS).numerators)


def test_lines_of_one_part_need_not_be_told_apart():
    """Parts are of one dimension, not irreducible: no factor of an equation separates these lines."""
    lines = [{X - 2 * Z, Y + Z}, {X - 6 * Z - 12, Y + 2 * Z + 4}, {X, Y - 1}]
    parts, isolated = split(*(sp.expand(math.prod(choice)) for choice in itertools.product(*lines)))
    assert set(parts.values()) == {1}
    assert all(covers(lines, part) for part in parts)
    assert not isolated


@given(st.lists(affine_subspaces(), min_size=2, max_size=3, unique_by=lambda subspace: subspace[0]))
@settings(max_examples=40, deadline=None)
def test_unions_of_affine_subspaces(subspaces):
    """The product of the ideals cuts out the union; the parts are made of the subspaces that lie in no other."""
    ideals = {frozenset(named_basis(groebner(read_equations(e, UNKNOWNS).numerators, 3))) for e in subspaces}
    equations = [sp.expand(math.prod(choice)) for choice in itertools.product(*ideals)]

    def inside(small, large):
        reduced = sp.groebner(list(small), *UNKNOWNS, order="grevlex")
        return all(reduced.contains(e) for e in large)

    maximal = {i for i in ideals if not any(inside(i, j) for j in ideals if j != i)}
    parts, isolated = split(*equations)
    held = []
    for part, dimension in parts.items():
        if dimension:
            within = [i for i in maximal if len(i) == 3 - dimension and inside(i, part)]
            assert covers(within, part)
            held += within
    assert sorted(held, key=str) == sorted((i for i in maximal if len(i) < 3), key=str)  # each in one part
    points = [{s: sp.solve(list(i), UNKNOWNS)[s] for s in UNKNOWNS} for i in maximal if len(i) == 3]
    assert bool(isolated) == bool(points)
    assert all(e.subs(point) == 0 for e in isolated for point in points)
    if points:
        standard = groebner(read_equations(isolated, UNKNOWNS).numerators, 3)
        assert QuotientAlgebra(standard, 3).dimension == len(points)  # each once


def test_too_many_parts_are_given_up(monkeypatch):
    monkeypatch.setattr(decomposition, "_MOST_PARTS", 4)
    with pytest.raises(ConvergenceError, match="splits into more than 4 parts"):
        split(X * (X - 1) * (X - 2) * (X - 3) * (X - 4) * Y)
