"""Proving that a set given by polynomial equations holds a smooth real point."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import flint
from flint import arb, arb_mat, fmpz_mpoly

from dynbench.errors import ConvergenceError
from dynbench.symbolic.ideals import Basis, groebner, has_no_zero, independent_variables
from dynbench.symbolic.quotient_algebra import QuotientAlgebra
from dynbench.symbolic.rational_equations import ring
from dynbench.symbolic.rational_parametrisation import parametrise

__all__ = ["has_smooth_real_point"]

#: Numerators over 3 at which free variables are fixed (the j-th one at (2 + j) / 2 times that).
_SLICES = (0, 3, -3, 1, -1, 9, -9)
_PRECISION = 192
_LARGEST_CUT = 64
_MOST_MINORS = 40


def has_smooth_real_point(part: Basis, variables: int) -> bool:
    """Whether a smooth real point was found on the solution set of an equidimensional ideal.

    At a real point where the Jacobian of the generators has rank n - d, d the dimension, the set is a
    manifold of dimension d, and so are its real points. Where the set meets a few rational coordinate
    planes in finitely many points, or a coordinate has finitely many critical points on it (a bounded
    smooth set has some), these are solved for. True is a proof; False says only that none of them is such a
    point.

    Parameters
    ----------
    part : tuple of polynomials
        An ideal all of whose components have the same dimension.
    variables : int
        The number n of variables.
    """
    free = independent_variables(part, variables)
    codimension = variables - len(free)
    if not codimension:
        return True
    jacobian = [[p.derivative(i) for i in range(variables)] for p in part]
    cuts = itertools.chain(_slices(free, variables), _critical_points(jacobian, codimension))
    return any(
        _rank_reaches(jacobian, point, codimension) for cut in cuts for point in _real_points((*part, *cut), variables)
    )


def _slices(free: Sequence[int], variables: int) -> Iterator[list[fmpz_mpoly]]:
    x = ring(variables).gens()
    for value in _SLICES:
        yield [6 * x[i] - value * (2 + j) for j, i in enumerate(free)]


def _critical_points(jacobian: list[list[fmpz_mpoly]], size: int) -> Iterator[list[fmpz_mpoly]]:
    """For each variable what makes it critical: the minors of the Jacobian without its column vanish."""
    n = len(jacobian[0])
    if math.comb(len(jacobian), size) * math.comb(n - 1, size) > _MOST_MINORS:
        return
    for variable in range(n):
        others = [i for i in range(n) if i != variable]
        yield [
            _determinant([[row[i] for i in columns] for row in rows])
            for rows in itertools.combinations(jacobian, size)
            for columns in itertools.combinations(others, size)
        ]


def _determinant(matrix: list[list[fmpz_mpoly]]) -> fmpz_mpoly:
    """By expansion along the first row: the matrices are tiny and their entries polynomials."""
    first, *rest = matrix
    if not rest:
        return first[0]
    minors = (_determinant([row[:i] + row[i + 1 :] for row in rest]) for i in range(len(first)))
    return sum((-1) ** i * entry * minor for i, (entry, minor) in enumerate(zip(first, minors, strict=True)))


def _real_points(generators: Sequence[fmpz_mpoly], variables: int) -> Iterator[tuple[arb, ...]]:
    """The real solutions, where they are finitely many and cheap to find."""
    try:
        basis = groebner(generators, variables)
    except ConvergenceError:
        return
    if has_no_zero(basis) or independent_variables(basis, variables):
        return
    algebra = QuotientAlgebra(basis, variables)
    if algebra.dimension > _LARGEST_CUT:
        return
    parametrisation = parametrise(algebra)
    for factor, _ in parametrisation.factors:
        yield from parametrisation.real_points(factor, _PRECISION)


def _rank_reaches(jacobian: list[list[fmpz_mpoly]], point: Sequence[arb], rank: int) -> bool:
    """Whether the Jacobian is proved to have at least this rank at the point.

    The sum of the squares of its minors of that size is a coefficient of the characteristic polynomial of
    J^T J (Cauchy and Binet).
    """
    with flint.ctx.workprec(_PRECISION):
        j = arb_mat([[_value(entry, point) for entry in row] for row in jacobian])
        coefficients = (j.transpose() * j).charpoly().coeffs()
        return not coefficients[len(point) - rank].contains(0)


def _value(polynomial: fmpz_mpoly, point: Sequence[arb]) -> arb:
    total = arb(0)
    for exponents, coefficient in polynomial.to_dict().items():
        term = arb(coefficient)
        for x, exponent in zip(point, exponents, strict=True):
            for _ in range(int(exponent)):  # arb's ** fails on balls that contain 0
                term *= x
        total += term
    return total
