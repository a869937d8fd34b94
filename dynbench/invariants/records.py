"""The records that describe invariants, with their proofs."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sympy as sp

__all__ = ["Invariant", "InvariantKind", "Invariants", "Proof"]


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

    def __str__(self) -> str:
        if not self.identities:  # read back from a report, which holds the text
            return self.conclusion
        equations = "; ".join(f"{equation.args[0]} = {equation.args[1]}" for equation in self.identities)
        return f"{equations} ({self.where}). {self.conclusion}"


@dataclass(frozen=True)
class Invariant:
    """A function of the state with a proved property along solutions.

    Attributes
    ----------
    expression : sympy expression
        The function, in the system's own symbols, parameters symbolic; for a system in matrix form of many states a
        1 x 1 matrix expression.
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


class Invariants(tuple[Invariant, ...]):
    """The invariants found by one search: a tuple that also says what was searched.

    Attributes
    ----------
    scope : str
        What was searched, in a sentence. That nothing was found says only that this holds nothing; it never says
        that the system has no invariant.
    stopped : str
        "time limit" or "interrupted" where the search ended before all of `scope` was searched; else "".
    """

    scope: str
    stopped: str

    def __new__(cls, found: Iterable[Invariant] = (), scope: str = "", stopped: str = "") -> Invariants:
        """Make the tuple of `found` and note the `scope` of the search, and whether it was `stopped`."""
        self = super().__new__(cls, found)
        self.scope = scope
        self.stopped = stopped
        return self

    def __getnewargs__(self) -> tuple[tuple[Invariant, ...], str, str]:
        return tuple(self), self.scope, self.stopped

    def __repr__(self) -> str:
        found = ", ".join(str(i.expression) for i in self) or "none"
        stopped = f"; not all of it: {self.stopped}" if self.stopped else ""
        return f"<Invariants: {found}; sought: {self.scope}{stopped}>"
