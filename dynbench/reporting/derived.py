"""What follows from a declaration before any number is computed: derivatives and stability conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from dynbench.symbolic.stability import characteristic_polynomial, expansion_size, jury_conditions, routh_hurwitz
from dynbench.systems import System

__all__ = ["EIGENVALUE", "Derived", "derive"]

#: The eigenvalue in the characteristic polynomial; a dummy, as a state may be called lambda, too.
EIGENVALUE = sp.Dummy("lambda")
#: Dimension -> operations in the Jacobian up to which its characteristic polynomial is written out. Beyond,
#: the conditions take minutes and pages; they are then written with the polynomial's coefficients.
_WRITTEN_OUT = {1: 300, 2: 200, 3: 30, 4: 20}
#: From three states on, up to so many variables, and terms over a common denominator, are written out: beyond,
#: one random Jacobian of three states was still not done after seven seconds, and the conditions fill pages.
_VARIABLES, _TERMS = 6, 150
#: A number with a larger denominator is no number that anybody wrote.
_LARGEST_DENOMINATOR = 10**9


@dataclass(frozen=True)
class Derived:
    """Symbolic consequences of a declaration, parameters kept as symbols.

    Attributes
    ----------
    jacobian : (n, n) matrix
        Of the right-hand side; of a matrix form a matrix expression, as are the speed (1 x 1) and its gradient.
    divergence : expression
        Its trace.
    speed : expression
        q = |F|^2 / 2 for a flow, |F - x|^2 / 2 for a map.
    speed_gradient : (n, 1) matrix
        The gradient of q.
    polynomial : Poly or None
        The characteristic polynomial of the Jacobian, in `EIGENVALUE`; with coefficients a_1, ..., a_n where
        it is not written out, None beyond four states.
    conditions : tuple of expressions
        All positive exactly where every eigenvalue is stable: Routh-Hurwitz for flows, Jury for maps.
    reason : str
        Why the polynomial is not written out; empty where it is.
    """

    jacobian: Any
    divergence: sp.Expr
    speed: sp.Expr
    speed_gradient: Any
    polynomial: sp.Poly | None
    conditions: tuple[sp.Expr, ...]
    reason: str


def derive(system: System) -> Derived:
    """Derive what a report shows of a system."""
    polynomial, conditions, reason = _stability(system)
    return Derived(
        jacobian=system.jacobian,
        divergence=system.divergence,
        speed=system.symbolic_speed,
        speed_gradient=system.symbolic_speed_gradient,
        polynomial=polynomial,
        conditions=conditions,
        reason=reason,
    )


def _stability(system: System) -> tuple[sp.Poly | None, tuple[sp.Expr, ...], str]:
    n = system.dimension
    if n not in _WRITTEN_OUT:
        return None, (), f"it is written out for up to {max(_WRITTEN_OUT)} states"
    conditions = jury_conditions if system.kind == "map" else routh_hurwitz
    jacobian = system.expand().jacobian
    reason = _too_long(jacobian)
    if not reason:
        polynomial = characteristic_polynomial(jacobian, EIGENVALUE)
        return polynomial, conditions(polynomial), ""
    general = sp.Poly([1, *sp.symbols(f"a_1:{n + 1}")], EIGENVALUE)
    return general, conditions(general), reason


def _too_long(jacobian: sp.ImmutableDenseMatrix) -> str:
    """Why the characteristic polynomial of this Jacobian is not written out; empty where it is."""
    if jacobian.has(sp.Piecewise):
        return "the Jacobian holds case distinctions, through which polynomial algebra does not reach"
    if any(number.q > _LARGEST_DENOMINATOR for number in jacobian.atoms(sp.Rational)):
        return "the Jacobian holds doubles, which are fractions too long to be read"
    n = jacobian.rows
    operations = sum(int(sp.count_ops(entry)) for entry in jacobian)
    if operations > _WRITTEN_OUT[n]:
        return f"the Jacobian takes {operations} operations, too many for conditions that can be read"
    variables, terms = expansion_size(jacobian) if n > 2 else (0, 0)
    if variables > _VARIABLES:
        return f"the Jacobian holds {variables} variables, too many for conditions that can be read"
    if terms > _TERMS:
        return f"the Jacobian has up to {terms} terms, too many for conditions that can be read"
    return ""
