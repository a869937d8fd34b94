"""True centres: a fixed point at which a combination of conserved quantities has a strict extremum."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import sympy as sp
from flint import arb, arb_mat, ctx
from numpy.typing import ArrayLike
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.errors import InputError
from dynbench.fixed_points.certificates import PRECISION
from dynbench.fixed_points.records import Certificate
from dynbench.invariants.algebra.definiteness import squares
from dynbench.invariants.records import InvariantKind
from dynbench.symbolic.balls import ball_around
from dynbench.symbolic.calculus import hessian
from dynbench.symbolic.exact import exact_floats
from dynbench.symbolic.kernels import BallKernel
from dynbench.systems import System, as_system

__all__ = ["definite_invariant", "energy_casimir"]

#: So many conserved quantities are combined, with coefficients -1, 0 and 1 after scaling.
_MOST_COMBINED = 5
#: Factors of the squares that the energy-Casimir method adds.
_PENALTIES = (1, 16, 1024, 2**20)


def definite_invariant(system: System, certificate: Certificate) -> sp.Expr | None:
    """A conserved quantity of a flow whose Hessian is proved definite at the certified fixed point, or None.

    If H is conserved then J^T grad H = 0 at a fixed point, and so grad H = 0 where J is invertible, as it is at a
    certified point. With a definite Hessian the level sets of H around the point are spheres that no orbit
    leaves: the point is stable, every eigenvalue is imaginary, and in the plane it is a centre (Strogatz,
    Nonlinear Dynamics and Chaos, theorem 6.5.1). A sum or difference of conserved quantities, scaled by powers of 2,
    will do as well: that of two oscillators that are not coupled is the sum of two, neither of them definite.
    """
    if system.kind != "flow" or certificate.radius is None:
        return None
    found = _conserved(system)
    if not found:
        return None
    components = system.expand()
    values = components.exact_parameters
    with ctx.workprec(PRECISION):
        point = ball_around(certificate.center, certificate.radius)
        matrices = []
        for expression in found:
            second = hessian([expression.subs(values)], components.states)
            entries = BallKernel(tuple(sp.flatten(second)), components.states)(point)
            matrices.append(arb_mat(system.dimension, system.dimension, entries))
        usable = [k for k, m in enumerate(matrices) if all(e.is_finite() for e in m.entries())]
        scales = {k: _power_of_two(matrices[k]) for k in usable}
        for coefficients in _combinations(len(usable)):
            weights = {k: c * scales[k] for c, k in zip(coefficients, usable, strict=True) if c}
            total = arb_mat(system.dimension, system.dimension)
            for k, weight in weights.items():
                total += matrices[k] * arb(float(weight))
            if _definite(total):
                single = len(weights) == 1
                return sp.Add(*((1 if single else weight) * found[k] for k, weight in weights.items()))
    return None


def energy_casimir(system: System, x: ArrayLike) -> sp.Expr | None:
    """A conserved quantity with a strict minimum at an equilibrium that need not be isolated; None if none is found.

    Where a combination C of conserved quantities H_k has zero gradient at x and a Hessian that is definite on the
    directions in which no H_k changes, C + K sum_k (H_k - H_k(x))^2 or its negative has a definite Hessian for large
    K: so x is stable (Lyapunov), and so it is for neighbouring values of the H_k (Arnold; Holm, Marsden, Ratiu,
    Weinstein, Physics Reports 123 (1985) 1). Everything is decided in exact arithmetic.

    Parameters
    ----------
    system : System
        A flow with a value for every parameter.
    x : (n,) array
        The equilibrium: each float means the decimal that Python prints for it. F(x) = 0 must hold exactly.

    Raises
    ------
    InputError
        If `x` has another shape, or is no equilibrium exactly.
    """
    components = as_system(system).expand()
    point = np.asarray(x, dtype=object).ravel()
    if len(point) != components.dimension:
        raise InputError(f"x has {len(point)} entries; expected one for each of the {components.dimension} states.")
    at = {s: exact_floats(sp.sympify(v)) for s, v in zip(components.states, point, strict=True)}
    if any(sp.simplify(f.subs(at)) != 0 for f in components.exact_rhs):
        raise InputError("x is no equilibrium: F(x) is not 0 in exact arithmetic.")
    functions = [e.subs(components.exact_parameters) for e in _conserved(system)]
    states = list(components.states)
    gradients = sp.Matrix([[f.diff(s).subs(at) for s in states] for f in functions])
    if not functions or gradients.has(sp.nan, sp.zoo, sp.oo):
        return None
    penalty = sp.Add(*((f - f.subs(at)) ** 2 for f, row in zip(functions, gradients.tolist(), strict=True) if any(row)))
    for multipliers in gradients.T.nullspace():
        combination = sp.Add(*(c * f for c, f in zip(multipliers, functions, strict=True)))
        for sign, factor in itertools.product((1, -1), _PENALTIES):
            candidate = sign * combination + factor * penalty
            if _has_strict_minimum(candidate, states, at):
                return candidate
    return None


def _has_strict_minimum(function: sp.Expr, states: Sequence[sp.Symbol], at: dict[sp.Symbol, sp.Expr]) -> bool:
    """Whether the Hessian is positive definite at a point, by completing the square in exact arithmetic."""
    second = sp.hessian(function, list(states)).subs(at)
    terms = squares(second, {})
    return terms is not None and len(terms) == len(states)


def _conserved(system: System) -> list[sp.Expr]:
    """The conserved quantities in components, as they hold at the values of the parameters."""
    return [
        i.expression
        for i in system.invariants()
        if i.kind is InvariantKind.CONSERVED and not isinstance(i.expression, MatrixExpr)
    ]


def _combinations(count: int) -> Iterator[tuple[int, ...]]:
    """Coefficients -1, 0 and 1 up to a common sign, those of fewest functions first."""
    if count > _MOST_COMBINED:
        yield from (tuple(int(i == k) for i in range(count)) for k in range(count))
        return
    every = (c for c in itertools.product((1, 0, -1), repeat=count) if next((e for e in c if e), 0) == 1)
    yield from sorted(every, key=lambda c: (sum(map(abs, c)), -sum(c)))


def _power_of_two(matrix: arb_mat) -> sp.Rational:
    """What brings the largest entry to between 1/2 and 1."""
    largest = max((float(abs(e).mid()) for e in matrix.entries()), default=0.0)
    return sp.Rational(2) ** (-int(np.frexp(largest)[1])) if 0 < largest < np.inf else sp.S.One


def _definite(matrix: arb_mat) -> bool:
    """Sylvester's criterion, for the matrix and for its negative."""
    n = matrix.nrows()
    return any(
        all(arb_mat([row[:k] for row in (matrix * arb(sign)).tolist()[:k]]).det() > 0 for k in range(1, n + 1))
        for sign in (1, -1)
    )
