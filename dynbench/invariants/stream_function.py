"""The stream function of a planar flow without divergence: x' = dH/dy, y' = -dH/dx, and H is conserved.

Where div F = 0 identically such an H exists (locally), and it is a conserved quantity whatever functions the
equations are made of. It is integrated term by term with SymPy's rules, and counts only if its derivatives are the
equations again, identically.

References
----------
J. Guckenheimer, P. Holmes, Nonlinear Oscillations, Dynamical Systems, and Bifurcations of Vector Fields, Springer
1983, section 1.8.
"""

from __future__ import annotations

import sympy as sp
from sympy.integrals.manualintegrate import manualintegrate

from dynbench.invariants.records import Invariant
from dynbench.systems import System

__all__ = ["stream_function"]

#: Rules of integration branch: longer right-hand sides may take them minutes.
_MOST_OPERATIONS = 80


def stream_function(system: System) -> Invariant | None:
    """The stream function of a planar flow, with the identities that prove it; None where none was found.

    Parameters
    ----------
    system : System
        Any system: flows of two states whose right-hand side is smooth are tried.
    """
    if system.kind != "flow" or system.dimension != 2:
        return None
    f, g = system.rhs
    if f.has(*_ROUGH) or g.has(*_ROUGH) or sp.count_ops(f) + sp.count_ops(g) > _MOST_OPERATIONS:
        return None
    if sp.expand(system.divergence) != 0:
        return None
    x, y = system.states
    first = _integral(f, y)
    rest = sp.expand(-g - first.diff(x))
    if rest.has(y):
        return None
    function = first + _integral(rest, x)
    if function.has(sp.Integral) or any(sp.expand(e) != 0 for e in (function.diff(y) - f, function.diff(x) + g)):
        return None
    return Invariant(
        expression=function,
        kind="conserved quantity",
        proof=f"dH/d{y} = {f} and dH/d{x} = {-g}, identically, so that dH/dt = grad H . F = 0 (stream function).",
        assumptions=tuple(sp.Ne(d, 0) for d in _denominators(function)),
    )


_ROUGH = (sp.Piecewise, sp.Max, sp.Min, sp.Abs, sp.sign, sp.Heaviside, sp.log)


def _integral(expression: sp.Expr, variable: sp.Symbol) -> sp.Expr:
    """An antiderivative, without the cases that SymPy tells apart where a symbol may be zero: the caller checks it."""
    positive = {s: sp.Dummy(s.name, positive=True) for s in sorted(expression.free_symbols | {variable}, key=str)}
    terms = (manualintegrate(term.xreplace(positive), positive[variable]) for term in sp.Add.make_args(expression))
    return sp.Add(*terms).xreplace({dummy: s for s, dummy in positive.items()})


def _denominators(expression: sp.Expr) -> list[sp.Expr]:
    """The bases of negative powers that hold a state."""
    powers = (p for p in expression.atoms(sp.Pow) if p.exp.is_negative and p.base.free_symbols)
    return sorted({p.base for p in powers}, key=str)
