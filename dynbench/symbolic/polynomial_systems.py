"""All real solutions of a polynomial (or rational) system with rational coefficients, exactly.

The equations' numerators generate an ideal; what they divide by is removed from it by saturation. Isolated
solutions are counted by Hermite's trace form, parametrised by Rouillier's rational univariate
representation and enclosed in balls of any precision. Solution sets of positive dimension are split off and
described by equations.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sympy as sp
from flint import arb, fmpz_mpoly

from dynbench.errors import ConvergenceError, InputError
from dynbench.symbolic.decomposition import equidimensional_parts, isolated_part
from dynbench.symbolic.ideals import Basis, groebner, has_no_zero, independent_variables, saturate
from dynbench.symbolic.quotient_algebra import QuotientAlgebra
from dynbench.symbolic.rational_equations import RationalEquations, read_equations, to_sympy
from dynbench.symbolic.rational_parametrisation import parametrise
from dynbench.symbolic.smooth_points import has_smooth_real_point

__all__ = ["RealPoint", "RealSolutions", "SolutionComponent", "is_quick", "solve_real"]

#: `is_quick` up to this Bezout number and this estimate of the work (measured: about a second).
_QUICK_BEZOUT = 64
_QUICK_WORK = 600_000


@dataclass(frozen=True, eq=False)
class RealPoint:
    """An isolated real solution.

    Attributes
    ----------
    coordinates : tuple of arb
        Balls that hold the coordinates, of radius at most 2^-precision max(1, |x|).
    exact : tuple of sympy numbers, or None
        The coordinates in radicals, where all are rational or quadratic over the rationals.
    multiplicity : int
        The dimension of the local ring; 1 exactly where the Jacobian has full rank.
    """

    coordinates: tuple[arb, ...]
    exact: tuple[sp.Expr, ...] | None
    multiplicity: int


@dataclass(frozen=True)
class SolutionComponent:
    """A set of solutions of positive dimension.

    Attributes
    ----------
    equations : tuple of sympy expressions
        The set is where all of them vanish (less the zeros of what the system divides by); () for the whole
        space.
    dimension : int
        The dimension, over the complex numbers, of each of its irreducible components.
    proved_real : bool
        True where it is proved to hold a smooth real point, so that its real points have this dimension too.
    """

    equations: tuple[sp.Expr, ...]
    dimension: int
    proved_real: bool


@dataclass(frozen=True, eq=False)
class RealSolutions:
    """The solution set of a system.

    Attributes
    ----------
    unknowns : tuple of sympy symbols
        The unknowns, in the order of coordinates.
    points : tuple of RealPoint
        All real solutions that are isolated among the complex ones, in lexicographic order.
    distinct_complex : int
        The number of isolated complex solutions.
    total_multiplicity : int
        Their number with multiplicities.
    components : tuple of SolutionComponent
        Together with the isolated solutions they hold every solution; () where the solutions are finitely
        many.
    """

    unknowns: tuple[sp.Symbol, ...]
    points: tuple[RealPoint, ...]
    distinct_complex: int
    total_multiplicity: int
    components: tuple[SolutionComponent, ...]


def solve_real(
    equations: Iterable[sp.Expr],
    unknowns: Sequence[sp.Symbol],
    *,
    precision: int = 128,
    max_bezout: int = 200,
) -> RealSolutions:
    """Find all real solutions of a system of polynomial or rational equations, with proof.

    Parameters
    ----------
    equations : iterable of sympy expressions
        Each is to be zero: rational functions of the unknowns with rational coefficients. Points where an
        expression divides by zero are no solutions.
    unknowns : sequence of sympy symbols
        The unknowns.
    precision : int
        Bits to which coordinates are enclosed.
    max_bezout : int
        Systems whose Bezout number (product of the degrees) is larger are refused: cost grows with its cube.

    Returns
    -------
    RealSolutions
        The isolated real points, exactly as many as the signature of the trace form, and the components of
        positive dimension.

    Raises
    ------
    InputError
        If an expression is no rational function with rational coefficients (the message names the part that
        is not), or the Bezout number is too large.
    ConvergenceError
        If a Groebner basis grows too large, or a set of positive dimension splits into too many parts.

    Examples
    --------
    >>> from sympy.abc import x, y
    >>> [point.exact for point in solve_real([x**2 - 2, x * y - 1], [x, y]).points]
    [(-sqrt(2), -sqrt(2)/2), (sqrt(2), sqrt(2)/2)]
    """
    if precision < 2:
        raise InputError(f"precision is {precision} bits, but at least 2 are needed.")
    system = read_equations(equations, unknowns)
    if system.bezout > max_bezout:
        raise InputError(
            f"The system has Bezout number {system.bezout} (the product of its degrees), above the limit of "
            f"{max_bezout}."
        )
    n = len(system.unknowns)
    basis = groebner(system.numerators, n)
    for divisor in system.denominators:
        basis = saturate(basis, divisor, n)
    components: tuple[SolutionComponent, ...] = ()
    if not has_no_zero(basis) and independent_variables(basis, n):
        parts = equidimensional_parts(basis, n)
        components = tuple(_component(part, system) for part in parts if independent_variables(part, n))
        basis = isolated_part(basis, parts, n)
    if has_no_zero(basis):
        return RealSolutions(system.unknowns, (), 0, 0, components)
    algebra = QuotientAlgebra(basis, n)
    points = _real_points(algebra, system.numerators, precision)
    return RealSolutions(system.unknowns, points, algebra.distinct, algebra.dimension, components)


def is_quick(equations: Iterable[sp.Expr], unknowns: Sequence[sp.Symbol]) -> bool:
    """Whether `solve_real` applies to a system and is expected to take no more than a few seconds.

    The time grows with the cube of the Bezout number and with the length of the coefficients. Only dense
    systems need all of it, so a system that is not quick by this estimate may yet be.
    """
    try:
        system = read_equations(equations, unknowns)
    except InputError:
        return False
    bits = max((int(abs(c)).bit_length() for p in system.numerators for c in p.coeffs()), default=0)
    return system.bezout <= _QUICK_BEZOUT and system.bezout**3 * bits <= _QUICK_WORK


def _component(part: Basis, system: RationalEquations) -> SolutionComponent:
    n = len(system.unknowns)
    return SolutionComponent(
        tuple(to_sympy(p, system.unknowns) for p in part),
        len(independent_variables(part, n)),
        has_smooth_real_point(part, n),
    )


def _real_points(algebra: QuotientAlgebra, equations: Sequence[fmpz_mpoly], precision: int) -> tuple[RealPoint, ...]:
    """The real points of an algebra, at a precision at which their boxes are disjoint."""
    parametrisation = parametrise(algebra)
    while True:
        points = []
        for factor, multiplicity in parametrisation.factors:
            balls = parametrisation.real_points(factor, precision)
            exact = parametrisation.exact_points(factor, balls, equations)
            points += [RealPoint(b, e, multiplicity) for b, e in zip(balls, exact, strict=True)]
        if len(points) != algebra.distinct_real:
            raise ConvergenceError(
                f"The trace form counts {algebra.distinct_real} real solutions, but {len(points)} were "
                "isolated: this is a defect of dynbench or of FLINT; please report it."
            )
        if not any(_overlap(p, q) for p, q in itertools.combinations(points, 2)):
            # Rounding only stabilises the order of coordinates that are equal but for their balls.
            return tuple(sorted(points, key=lambda p: [round(float(c.mid()), 12) for c in p.coordinates]))
        precision *= 2


def _overlap(p: RealPoint, q: RealPoint) -> bool:
    return all(a.overlaps(b) for a, b in zip(p.coordinates, q.coordinates, strict=True))
