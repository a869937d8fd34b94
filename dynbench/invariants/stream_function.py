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

from collections.abc import Iterator, Sequence

import sympy as sp
from sympy.integrals.manualintegrate import manualintegrate

from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.records import Invariant, InvariantKind, Proof
from dynbench.systems import System

__all__ = ["StreamFunction"]

#: Rules of integration branch: longer right-hand sides may take them minutes.
_MOST_OPERATIONS = 80


class StreamFunction(InvariantMethod):
    """The stream function of a planar flow without divergence, whatever functions it is made of."""

    name = "stream function"

    def scope(self, system: System, limits: Limits) -> str:
        """Planar flows whose right-hand side is smooth, not long and free of divergence are tried."""
        return "the stream function of the flow, which has no divergence" if _applies(system) else ""

    def search(self, system: System, known: Sequence[Invariant], limits: Limits) -> Iterator[Invariant]:
        """Integrate, and differentiate again to prove it."""
        if known or not _applies(system):
            return
        system = system.expand()
        (f, g), (x, y) = system.rhs, system.states
        first = _integral(f, y)
        rest = sp.expand(-g - first.diff(x))
        if rest.has(y):
            return
        function = first + _integral(rest, x)
        derivatives = function.diff(y), function.diff(x)
        if function.has(sp.Integral) or any(sp.expand(e) != 0 for e in (derivatives[0] - f, derivatives[1] + g)):
            return
        yield Invariant(
            expression=function,
            kind=InvariantKind.CONSERVED,
            proof=Proof(
                identities=(
                    sp.Eq(derivatives[0], f, evaluate=False),
                    sp.Eq(derivatives[1], -g, evaluate=False),
                ),
                where="expanded, the two sides are the same",
                conclusion=f"These are dH/d{y} and dH/d{x}, so dH/dt = grad H . F = 0.",
            ),
            assumptions=tuple(sp.Ne(d, 0) for d in _denominators(function)),
            method=self.name,
        )


def _applies(system: System) -> bool:
    if system.kind != "flow" or system.dimension != 2:
        return False
    system = system.expand()
    f, g = system.rhs
    if f.has(*_ROUGH) or g.has(*_ROUGH) or sp.count_ops(f) + sp.count_ops(g) > _MOST_OPERATIONS:
        return False
    return bool(sp.expand(system.divergence) == 0)


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
