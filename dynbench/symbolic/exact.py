"""What a float in an expression means: one rule, for declarations and for everything derived from a matrix."""

from __future__ import annotations

import sympy as sp

__all__ = ["exact_floats"]


def exact_floats(expression: sp.Expr) -> sp.Expr:
    """Replace every Float: a double by the decimal that Python prints for it, a longer one by exactly what it holds."""
    return expression.xreplace(
        {f: sp.Rational(repr(float(f))) if f._prec <= 53 else sp.Rational(f) for f in expression.atoms(sp.Float)}
    )
