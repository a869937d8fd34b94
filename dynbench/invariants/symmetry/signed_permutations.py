"""Signed permutations of the states, and the group that some of them generate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy as sp
from numpy.typing import NDArray

__all__ = ["SignedPermutation", "elements"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SignedPermutation:
    """The linear map S with (S x)_i = signs[i] x[permutation[i]].

    Attributes
    ----------
    permutation : tuple of int
        For each component of S x the component of x that it is.
    signs : tuple of int
        The sign with which it is, 1 or -1.
    """

    permutation: tuple[int, ...]
    signs: tuple[int, ...]

    @classmethod
    def identity(cls, n: int, sign: int = 1) -> SignedPermutation:
        """The identity of so many states, or its negative."""
        return cls(tuple(range(n)), (sign,) * n)

    def __len__(self) -> int:
        """The number of states."""
        return len(self.permutation)

    def __call__(self, x: Array) -> Array:
        """S x for states (..., n), exactly; -0 becomes 0."""
        places, signs = self._arrays
        return np.asarray(signs * x[..., places] + 0.0)

    def of(self, entries: Sequence[sp.Expr]) -> tuple[sp.Expr, ...]:
        """S x for the entries of a column of expressions."""
        return tuple(sign * entries[p] for p, sign in zip(self.permutation, self.signs, strict=True))

    def __matmul__(self, other: SignedPermutation) -> SignedPermutation:
        """The product: first `other`, then this."""
        places, signs = self._arrays
        others, signs_there = other._arrays
        return SignedPermutation(tuple(others[places].tolist()), tuple((signs * signs_there[places]).tolist()))

    @property
    def inverse(self) -> SignedPermutation:
        """The inverse, which is the transpose."""
        places, signs = self._arrays
        back = np.argsort(places)
        return SignedPermutation(tuple(back.tolist()), tuple(signs[back].tolist()))

    @property
    def is_identity(self) -> bool:
        """Whether S x = x for all x."""
        return self == SignedPermutation.identity(len(self))

    @property
    def matrix(self) -> sp.ImmutableDenseMatrix:
        """S as a matrix, (n, n)."""
        entries = {(i, p): s for i, (p, s) in enumerate(zip(self.permutation, self.signs, strict=True))}
        return sp.ImmutableDenseMatrix(sp.SparseMatrix(len(self), len(self), entries))

    @property
    def images(self) -> tuple[int, ...]:
        """For each component of S x the number of the component of x that it is, from 1, negative for a minus."""
        return tuple(s * (p + 1) for p, s in zip(self.permutation, self.signs, strict=True))

    @classmethod
    def of_images(cls, images: Sequence[int]) -> SignedPermutation:
        """The signed permutation with such `images`.

        Raises
        ------
        ValueError
            If they are those of none.
        """
        if sorted(map(abs, images)) != list(range(1, len(images) + 1)):
            raise ValueError(f"{images!r:.60} is no signed permutation")
        return cls(tuple(abs(i) - 1 for i in images), tuple(1 if i > 0 else -1 for i in images))

    def conjugate(self, matrix: Array) -> Array:
        """S A S^T for a matrix (n, n), exactly."""
        places, signs = self._arrays
        return np.asarray(signs[:, None] * matrix[places][:, places] * signs)

    @cached_property
    def _arrays(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        return np.array(self.permutation, dtype=np.intp), np.array(self.signs, dtype=np.intp)


def elements(generators: Iterable[SignedPermutation], most: int) -> tuple[SignedPermutation, ...] | None:
    """All products of `generators`, the identity first, in a fixed order; None where there are more than `most`."""
    generators = tuple(generators)
    if not generators:
        return ()
    identity = SignedPermutation.identity(len(generators[0]))
    found, new = {identity}, [identity]
    while new:
        products = {g @ s for s in new for g in generators} - found
        found |= products
        new = list(products)
        if len(found) > most:
            return None
    return tuple(sorted(found, key=lambda s: (s.permutation, tuple(-sign for sign in s.signs))))
