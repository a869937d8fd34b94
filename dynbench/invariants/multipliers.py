"""Constant matrices M for which M F is a gradient.

M F = grad W with a constant M exactly where M J is symmetric, J the Jacobian: linear equations for the entries of M.
Then dW/dt = F . M F, a quadratic form in F: zero where M is skew, so W is conserved, and of one sign where the
symmetric part of M is semidefinite. Gradient systems (M = -1), Hamiltonian systems with a constant structure (M skew)
and such systems with linear damping are of this form.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Literal

import sympy as sp
from sympy.polys.matrices import DomainMatrix

from dynbench.invariants.algebra.differential_ring import DifferentialRing
from dynbench.symbolic.calculus import NONSMOOTH

__all__ = ["Part", "constant_multipliers"]

Part = Literal["skew", "symmetric", "all"]
_LARGEST_DIMENSION = 8


@functools.lru_cache(maxsize=32)
def constant_multipliers(
    states: tuple[sp.Symbol, ...], rates: tuple[sp.Expr, ...], part: Part = "all"
) -> tuple[sp.ImmutableDenseMatrix, ...]:
    """A basis, over the rational functions of the constants, of the matrices M with M J symmetric.

    Parameters
    ----------
    states, rates : tuples
        The flow. Where it has kinks or jumps, or more than 8 states, nothing is found.
    part : "skew", "symmetric" or "all"
        Of what form M is to be.
    """
    n = len(states)
    if n > _LARGEST_DIMENSION or any(rate.has(*NONSMOOTH) for rate in rates):
        return ()
    jacobian = [[rate.diff(s) for s in states] for rate in rates]
    ring = DifferentialRing(states, [e for row in jacobian for e in row])
    entries = [[ring.element(e) for e in row] for row in jacobian]
    unknowns = _unknowns(n, part)
    rows: dict[tuple[int, int, tuple[int, ...]], dict[int, object]] = {}
    split = len(ring.functions) + n
    for i in range(n):
        for j in range(i):
            column = [e for row in entries for e in (row[i], row[j])]
            common = functools.reduce(lambda p, q: p.lcm(q), {e.denom for e in column})
            for index, places in enumerate(unknowns):
                # (M J)_ij - (M J)_ji, the part that this unknown multiplies.
                value = sum(
                    (sign * entries[k][j] * (a == i) - sign * entries[k][i] * (a == j) for a, k, sign in places),
                    entries[0][0] * 0,
                )
                numerator = ring.reduce((value.numer * common).exquo(value.denom))
                for exponents, c in numerator.terms():
                    row = rows.setdefault((i, j, exponents[:split]), {})
                    row[index] = row.get(index, sp.S.Zero) + _constant(exponents[split:], c, ring.constants)
    return _matrices(_kernel(list(rows.values()), len(unknowns)), unknowns, n)


def _unknowns(n: int, part: Part) -> list[list[tuple[int, int, int]]]:
    """For each free entry the places that it fills, and with which sign."""
    if part == "all":
        return [[(i, j, 1)] for i in range(n) for j in range(n)]
    if part == "skew":
        return [[(i, j, 1), (j, i, -1)] for i in range(n) for j in range(i + 1, n)]
    return [[(i, j, 1), (j, i, 1)] if i != j else [(i, i, 1)] for i in range(n) for j in range(i, n)]


def _constant(exponents: Sequence[int], coefficient: sp.Rational, constants: Sequence[sp.Expr]) -> sp.Expr:
    return sp.Mul(sp.QQ.to_sympy(coefficient), *(c**e for c, e in zip(constants, exponents, strict=True)))


def _kernel(rows: Sequence[dict[int, sp.Expr]], width: int) -> list[list[sp.Expr]]:
    if not width:
        return []
    if not rows:
        return sp.eye(width).tolist()
    matrix = sp.Matrix(len(rows), width, lambda i, k: rows[i].get(k, sp.S.Zero))
    kernel = DomainMatrix.from_Matrix(matrix).to_field().nullspace().to_Matrix()
    return [_cleared(kernel.row(i)) for i in range(kernel.rows)]


def _cleared(row: sp.MatrixBase) -> list[sp.Expr]:
    """Without denominators and common factors."""
    common = functools.reduce(sp.lcm, (sp.fraction(sp.cancel(e))[1] for e in row))
    entries = [sp.cancel(e * common) for e in row]
    factor = functools.reduce(sp.gcd, entries)
    return [sp.factor(sp.cancel(e / factor)) for e in entries]


def _matrices(
    kernel: Sequence[Sequence[sp.Expr]], unknowns: Sequence[Sequence[tuple[int, int, int]]], n: int
) -> tuple[sp.ImmutableDenseMatrix, ...]:
    found = []
    for vector in kernel:
        matrix = sp.zeros(n, n)
        for value, places in zip(vector, unknowns, strict=True):
            for i, j, sign in places:
                matrix[i, j] = sign * value
        found.append(matrix.as_immutable())
    return tuple(found)
