"""The records that describe symmetries, with their proofs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy as sp

from dynbench.invariants.records import Proof
from dynbench.invariants.symmetry.signed_permutations import SignedPermutation

__all__ = ["Symmetries", "Symmetry"]

#: States whose images are written out one by one in a description.
_WRITTEN_OUT = 30


@dataclass(frozen=True, repr=False)
class Symmetry:
    """A signed permutation S of the states that the equations do not notice, or that reverses time.

    For a symmetry F(S x) = S F(x): S takes solutions to solutions. For a reversing symmetry of a flow
    F(S x) = -S F(x): it takes solutions to solutions run backwards.

    Attributes
    ----------
    action : SignedPermutation
        S; calling it on states (..., n) gives their images.
    description : str
        Where S takes a state: ``(x, y) -> (-x, -y)``.
    proof : Proof
        The identities that were proved.
    reversing : bool
        Whether S reverses time.

    References
    ----------
    J. S. W. Lamb, J. A. G. Roberts: Time-reversal symmetry in dynamical systems: a survey, Physica D 112 (1998), 1-39.
    """

    action: SignedPermutation
    description: str
    proof: Proof
    reversing: bool = False

    @property
    def matrix(self) -> sp.ImmutableDenseMatrix:
        """S as a matrix, (n, n)."""
        return self.action.matrix

    @property
    def involution(self) -> bool:
        """Whether S applied twice is the identity."""
        return (self.action @ self.action).is_identity

    def __repr__(self) -> str:
        return f"{'Reversing symmetry' if self.reversing else 'Symmetry'}({self.description})"


class Symmetries(tuple[Symmetry, ...]):
    """The symmetries found by one search: a tuple that also says what group they make and what was searched.

    Where the group is small these are all its elements but the identity; else generators only. Reversing symmetries
    make no group, but the products of one of them with the symmetries: all of them where there are few, else one.

    Attributes
    ----------
    order : int or None
        The number of elements of the group, identity included (of reversing symmetries, how many there are); None
        where the search was not finished, so that there may be more.
    generators : tuple of Symmetry
        Some of these that generate the group; of reversing symmetries one.
    scope : str
        What was searched, in a sentence.
    """

    order: int | None
    generators: tuple[Symmetry, ...]
    scope: str

    def __new__(
        cls,
        found: Iterable[Symmetry] = (),
        generators: Iterable[Symmetry] = (),
        order: int | None = 1,
        scope: str = "",
    ) -> Symmetries:
        """Make the tuple of `found`, with the `generators` and the `order` of the group, and the `scope`."""
        self = super().__new__(cls, found)
        self.generators = tuple(generators)
        self.order = order
        self.scope = scope
        return self

    def __getnewargs__(self) -> tuple[tuple[Symmetry, ...], tuple[Symmetry, ...], int | None, str]:
        return tuple(self), self.generators, self.order, self.scope

    def __repr__(self) -> str:
        found = "; ".join(s.description for s in self) or "none"
        order = "not known" if self.order is None else self.order
        return f"<Symmetries: {found}; order {order}; sought: {self.scope}>"


def described(names: tuple[str, ...], s: SignedPermutation) -> str:
    """Where a signed permutation takes a state: ``(x, y) -> (-x, -y)``; of many states only what moves."""
    n = len(names)
    if n <= _WRITTEN_OUT:
        image = ", ".join(
            f"{'-' if sign < 0 else ''}{names[p]}" for p, sign in zip(s.permutation, s.signs, strict=True)
        )
        return f"({', '.join(names)}) -> ({image})"
    if s == SignedPermutation.identity(n, -1):
        return "x -> -x"
    moved = [i for i in range(n) if (s.permutation[i], s.signs[i]) != (i, 1)]
    shown = ", ".join(
        f"{names[i]} -> {'-' if s.signs[i] < 0 else ''}{names[s.permutation[i]]}" for i in moved[:_WRITTEN_OUT]
    )
    more = f" and {len(moved) - _WRITTEN_OUT} more" if len(moved) > _WRITTEN_OUT else ""
    return f"{shown}{more}; other states stay"
