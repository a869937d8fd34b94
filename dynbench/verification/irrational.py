"""Eigenvalues of a matrix of exact numbers that are not rational: those on the axis are counted by exact zero tests.

Coefficients of the characteristic polynomial are shown to be 0 in a normal form, or not to be 0 by an enclosure. As
many eigenvalues are 0 as its last coefficients are; for a map 1 and -1 are divided out likewise. What is left has its
roots enclosed, but for a quadratic with a pair on the axis, which its coefficients tell.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from flint import acb, arb, arb_mat

from dynbench.errors import InputError
from dynbench.verification.evaluation import Evaluator
from dynbench.verification.identities import vanishes
from dynbench.verification.records import Outcome
from dynbench.verification.spectra import Eigenvalues, enclose_eigenvalues

__all__ = ["algebraic_eigenvalues"]

_MOST_STATES = 6
_Z = sp.Symbol("z")


def algebraic_eigenvalues(matrix: sp.Matrix, *, is_map: bool) -> Eigenvalues | None:
    """Eigenvalues of a matrix of exact real numbers; None where a zero test is open or they cannot be enclosed."""
    n = matrix.rows
    if n > _MOST_STATES or matrix.free_symbols:
        return None
    coefficients: Sequence[sp.Expr] = matrix.charpoly(_Z).all_coeffs()
    found: list[acb] = []
    for root in (1, -1) if is_map else (0,):
        while len(coefficients) > 1:
            remainder = sp.expand(sum(c * root**k for k, c in enumerate(reversed(coefficients))))
            outcome, _ = vanishes(remainder)
            if outcome is Outcome.NOT_ESTABLISHED:
                return None
            if outcome is Outcome.FAILS:
                break
            coefficients = _divided(coefficients, root)
            found.append(acb(root))
    rest = _rest(coefficients, is_map=is_map)
    if rest is None:
        return None
    values, pair = rest
    return Eigenvalues((*found, *values), is_map, len(found) + pair)


def _divided(coefficients: Sequence[sp.Expr], root: int) -> list[sp.Expr]:
    """The quotient by z - root (Horner)."""
    result = [coefficients[0]]
    for c in coefficients[1:-1]:
        result.append(sp.expand(c + root * result[-1]))
    return result


def _rest(coefficients: Sequence[sp.Expr], *, is_map: bool) -> tuple[tuple[acb, ...], int] | None:
    """Enclosures of the roots, and how many of them lie exactly on the axis."""
    n = len(coefficients) - 1
    if n == 0:
        return (), 0
    try:
        enclosed = [v.ball() for v in Evaluator(coefficients[1:], ()).values(())]
    except InputError:
        return None
    companion = arb_mat(n, n)
    for k, c in enumerate(enclosed):
        companion[0, k] = -c
        if k:
            companion[k, k - 1] = arb(1)
    found = enclose_eigenvalues(companion, is_map=is_map)
    if found is None:
        return None
    pair = n == 2 and _is_central_pair(coefficients, enclosed, is_map=is_map)
    return found.enclosures, 2 * pair


def _is_central_pair(coefficients: Sequence[sp.Expr], enclosed: Sequence[arb], *, is_map: bool) -> bool:
    """Whether the roots of z^2 + a z + b are a pair on the axis: a = 0 < b, or on the circle: b = 1, |a| < 2."""
    _, a, b = coefficients
    if is_map:
        return vanishes(b - 1)[0] is Outcome.HOLDS and bool(abs(enclosed[0]) < 2)
    return vanishes(a)[0] is Outcome.HOLDS and bool(enclosed[1] > 0)
