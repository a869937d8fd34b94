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

from dynbench.invariants.algebra.derivatives import gradient_of
from dynbench.invariants.algebra.potentials import MOST_OPERATIONS, ROUGH, domain, potential
from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.records import Invariant, InvariantKind, Proof
from dynbench.systems import System

__all__ = ["StreamFunction"]


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
        function = potential((-g, f), system.states)
        if function is None:
            return
        derivatives = gradient_of(function, (y, x))
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
            assumptions=tuple(domain(function)),
            method=self.name,
        )


def _applies(system: System) -> bool:
    if system.kind != "flow" or system.dimension != 2:
        return False
    system = system.expand()
    f, g = system.rhs
    if f.has(*ROUGH) or g.has(*ROUGH) or sp.count_ops(f) + sp.count_ops(g) > MOST_OPERATIONS:
        return False
    return bool(sp.expand(system.divergence) == 0)
