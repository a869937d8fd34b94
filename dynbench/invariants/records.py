"""The records that describe invariants and symmetries, with their proofs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy as sp

__all__ = ["Invariant", "Invariants", "Symmetry"]


@dataclass(frozen=True)
class Invariant:
    """A function of the state with a proved property along solutions.

    Attributes
    ----------
    expression : sympy expression
        The function, in the system's own symbols, parameters symbolic.
    kind : str
        What is proved of it: "conserved quantity".
    proof : str
        The identity that proves it: the Lie derivative written out, and the ring in which it is zero.
    assumptions : tuple of sympy relations
        Where the identity was proved: ``x > 0`` for ``log(x)``, ``Ne(x + 1, 0)`` for a denominator, and
        ``Eq(d, 0)`` where it holds at that value of the parameter d only.
    """

    expression: sp.Expr
    kind: str
    proof: str
    assumptions: tuple[sp.Basic, ...] = ()


class Invariants(tuple[Invariant, ...]):
    """The invariants found by one search: a tuple that also says what was searched.

    Attributes
    ----------
    scope : str
        The ansatz, in a sentence. That nothing was found says only that the ansatz holds nothing; it never
        says that the system has no invariant.
    """

    scope: str

    def __new__(cls, found: Iterable[Invariant] = (), scope: str = "") -> Invariants:
        """Make the tuple of `found` and note the `scope` of the search."""
        self = super().__new__(cls, found)
        self.scope = scope
        return self

    def __getnewargs__(self) -> tuple[tuple[Invariant, ...], str]:
        return tuple(self), self.scope

    def __repr__(self) -> str:
        found = ", ".join(str(i.expression) for i in self) or "none"
        return f"<Invariants: {found}; sought: {self.scope}>"


@dataclass(frozen=True, repr=False)
class Symmetry:
    """A linear change of variables S that the equations do not notice: F(S x) = S F(x).

    Attributes
    ----------
    matrix : sympy ImmutableMatrix, (n, n)
        S, a signed permutation matrix.
    description : str
        Where S takes a state: ``(x, y) -> (-x, -y)``.
    proof : str
        The identity that was checked, component by component.
    """

    matrix: sp.ImmutableDenseMatrix
    description: str
    proof: str

    def __repr__(self) -> str:
        return f"Symmetry({self.description})"
