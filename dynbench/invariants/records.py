"""The records that describe invariants and symmetries, with their proofs."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sympy as sp

__all__ = ["Invariant", "InvariantKind", "Invariants", "NearInvariant", "Proof", "Symmetry"]


class InvariantKind(enum.StrEnum):
    """What is proved of a function of the state."""

    CONSERVED = "conserved quantity"  #: constant along solutions
    LYAPUNOV = "Lyapunov function"  #: never increases along solutions
    STRICT_LYAPUNOV = "strict Lyapunov function"  #: decreases along every solution that is not at rest


@dataclass(frozen=True)
class Proof:
    """Why a property holds, as data that a reader or another program can check again.

    Attributes
    ----------
    identities : tuple of sympy equations
        Equations between scalar or matrix expressions in the system's own symbols, each of which holds identically
        (where the assumptions of the record are met). The sides are as they come out, before anything cancels.
    where : str
        Where the identities were decided: the differential ring, "matrix expressions with W^T = -W", ...
    conclusion : str
        What follows from them, in a sentence.
    """

    identities: tuple[sp.Basic, ...]
    where: str
    conclusion: str

    def __reduce__(self) -> tuple[Any, ...]:
        # SymPy pickles an expression as its class and arguments, and evaluates it when it is read again: nothing but
        # "True" would be left of an identity.
        return _proof, (tuple(map(_tree, self.identities)), self.where, self.conclusion)

    def __str__(self) -> str:
        equations = "; ".join(f"{equation.args[0]} = {equation.args[1]}" for equation in self.identities)
        return f"{equations} ({self.where}). {self.conclusion}"


def _proof(trees: Iterable[Any], where: str, conclusion: str) -> Proof:
    return Proof(tuple(map(_expression, trees)), where, conclusion)


def _tree(expression: Any) -> Any:
    """Class and arguments where SymPy would evaluate, the expression itself elsewhere."""
    if isinstance(expression, _EVALUATED):
        return expression.func, tuple(map(_tree, expression.args))
    return expression


def _expression(tree: Any) -> Any:
    if isinstance(tree, tuple):
        return tree[0](*map(_expression, tree[1]), evaluate=False)
    return tree


_EVALUATED = (sp.Add, sp.Mul, sp.Pow, sp.core.relational.Relational)


@dataclass(frozen=True)
class Invariant:
    """A function of the state with a proved property along solutions.

    Attributes
    ----------
    expression : sympy expression
        The function, in the system's own symbols. For a system declared in components, a scalar, parameters symbolic.
        For one in matrix form of few states (`System.algebraic`), a scalar in the states of ``system.expand()``,
        values put in, as all that works in components needs it, and so are the identities of its proof. For more
        states, or where the number of states is a symbol, a 1 x 1 matrix expression.
    kind : InvariantKind
        What is proved of it.
    proof : Proof
        The identities that prove it.
    assumptions : tuple of sympy relations
        Where it was proved: ``x > 0`` for ``log(x)``, ``Ne(x + 1, 0)`` for a denominator, and ``Eq(d, 0)`` where it
        holds at that value of the parameter d only.
    method : str
        How it was found: the name of an `InvariantMethod`.
    """

    expression: Any
    kind: InvariantKind
    proof: Proof
    assumptions: tuple[sp.Basic, ...] = ()
    method: str = ""


@dataclass(frozen=True)
class NearInvariant:
    """A function of the state that is no conserved quantity, with a proved bound of how fast it changes.

    Attributes
    ----------
    expression : sympy expression
        The function H, as in `Invariant`.
    rate : sympy expression
        A bound of |dH/dt|: a number where one holds at every state, else a function of the state, such as a multiple
        of H itself.
    proof : Proof
        The identity for dH/dt, and the bound that follows.
    method : str
        How it was found.
    """

    expression: Any
    rate: Any
    proof: Proof
    method: str = ""


class Invariants(tuple[Invariant, ...]):
    """The invariants found by one search: a tuple that also says what was searched.

    Attributes
    ----------
    scope : str
        What was searched, in a sentence. That nothing was found says only that this holds nothing; it never says
        that the system has no invariant.
    stopped : str
        "time limit", "interrupted" or why a method gave up, where the search ended before all of `scope` was
        searched; else "".
    nearly : tuple of NearInvariant
        Functions that are not conserved, but proved to change slowly: of networks whose weights are skew up to
        rounding.
    """

    scope: str
    stopped: str
    nearly: tuple[NearInvariant, ...]

    def __new__(
        cls,
        found: Iterable[Invariant] = (),
        scope: str = "",
        stopped: str = "",
        nearly: Iterable[NearInvariant] = (),
    ) -> Invariants:
        """Make the tuple of `found`; note the `scope`, whether the search was `stopped`, and what holds `nearly`."""
        self = super().__new__(cls, found)
        self.scope = scope
        self.stopped = stopped
        self.nearly = tuple(nearly)
        return self

    def __getnewargs__(self) -> tuple[tuple[Invariant, ...], str, str, tuple[NearInvariant, ...]]:
        return tuple(self), self.scope, self.stopped, self.nearly

    def __repr__(self) -> str:
        found = ", ".join(str(i.expression) for i in self) or "none"
        nearly = f"; nearly: {', '.join(str(i.expression) for i in self.nearly)}" if self.nearly else ""
        stopped = f"; not all of it: {self.stopped}" if self.stopped else ""
        return f"<Invariants: {found}{nearly}; sought: {self.scope}{stopped}>"


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
