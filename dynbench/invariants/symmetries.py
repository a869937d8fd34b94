"""Symmetries of the equations among the signed permutations of the states."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench.invariants.differential_ring import DifferentialRing
from dynbench.invariants.records import Symmetry
from dynbench.symbolic.kernels import NumpyKernel
from dynbench.systems import System

__all__ = ["signed_permutation_symmetries"]

_ALL_UP_TO, _SOME_UP_TO = 4, 8
_POINTS = 3
#: What the screening takes for equal. Far above rounding: a symmetry must never be lost here, only proved
#: later.
_TOLERANCE = 1e-6

#: (permutation, signs): (S x)_i = signs[i] * x[permutation[i]].
SignedPermutation = tuple[tuple[int, ...], tuple[int, ...]]


def signed_permutation_symmetries(system: System) -> tuple[Symmetry, ...]:
    """Find the signed permutation matrices S with F(S x) = S F(x), and prove each.

    Parameters
    ----------
    system : System
        A flow or a map. Its parameters stay symbolic: what holds at special values only is not reported.

    Returns
    -------
    tuple of Symmetry
        Without the identity, always in the same order. Up to dimension 4 all candidates are tried; from 5 to
        8 the sign changes, the transpositions and the cyclic shifts; beyond 8 none. Each is tested in
        floating point first and then proved in the field of functions that the equations span; one that
        cannot be proved is not reported.
    """
    candidates = list(_candidates(system.dimension))
    if not candidates:
        return ()
    ring = DifferentialRing(system.states, system.rhs)
    plausible = (candidate for candidate, fits in zip(candidates, _screen(system, candidates), strict=True) if fits)
    return tuple(_record(system, ring, candidate) for candidate in plausible if _is_symmetry(system, ring, candidate))


def _candidates(n: int) -> Iterator[SignedPermutation]:
    identity, plus = tuple(range(n)), (1,) * n
    signs = list(itertools.product((1, -1), repeat=n)) if n <= _SOME_UP_TO else []
    if n <= _ALL_UP_TO:
        yield from ((p, s) for p in itertools.permutations(range(n)) for s in signs if (p, s) != (identity, plus))
    elif n <= _SOME_UP_TO:
        yield from ((identity, s) for s in signs if s != plus)
        for i, j in itertools.combinations(range(n), 2):
            swapped = list(identity)
            swapped[i], swapped[j] = j, i
            yield tuple(swapped), plus
        yield from ((identity[k:] + identity[:k], plus) for k in range(1, n))


def _screen(system: System, candidates: Sequence[SignedPermutation]) -> NDArray[np.bool_]:
    """For each candidate, whether F(S x) = S F(x) in floating point at a few points, parameters included."""
    n = system.dimension
    symbols = (*system.states, *system.parameter_symbols)
    roots = np.sqrt([sp.prime(k + 2) for k in range(_POINTS * len(symbols))]).reshape(_POINTS, -1)
    points = 3 * (roots % 1) - 1.5
    permutations, signs = (np.array(part)[:, None, :] for part in zip(*candidates, strict=True))
    moved = np.broadcast_to(points, (len(candidates), *points.shape)).copy()
    moved[..., :n] = signs * np.take_along_axis(moved[..., :n], np.broadcast_to(permutations, moved[..., :n].shape), -1)
    rates = NumpyKernel(tuple(system.rhs), symbols, (n,))
    with np.errstate(all="ignore"):
        there, here = rates(moved), rates(points)
        expected = signs * np.take_along_axis(
            np.broadcast_to(here, there.shape), np.broadcast_to(permutations, there.shape), -1
        )
        differ = np.abs(there - expected) > _TOLERANCE * (1 + np.abs(expected))
    return ~differ.any(axis=(-1, -2))


def _is_symmetry(system: System, ring: DifferentialRing, candidate: SignedPermutation) -> bool:
    """Whether F(S x) - S F(x) is proved to be zero."""
    try:
        return all(ring.is_zero(ring.element(left - right)) for left, right in _sides(system, candidate))
    except KeyError:  # F(S x) holds a function that F does not
        return False


def _sides(system: System, candidate: SignedPermutation) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """The components of F(S x) and of S F(x)."""
    permutation, signs = candidate
    move = {x: s * system.states[p] for x, p, s in zip(system.states, permutation, signs, strict=True)}
    for i, (p, s) in enumerate(zip(permutation, signs, strict=True)):
        yield system.rhs[i].xreplace(move), s * system.rhs[p]


def _record(system: System, ring: DifferentialRing, candidate: SignedPermutation) -> Symmetry:
    permutation, signs = candidate
    n = system.dimension
    matrix = sp.ImmutableDenseMatrix(n, n, lambda i, j: signs[i] if permutation[i] == j else 0)
    image = ", ".join(f"{'-' if s < 0 else ''}{system.state_names[p]}" for p, s in zip(permutation, signs, strict=True))
    identities = "; ".join(f"{left} = {right}" for left, right in _sides(system, candidate))
    return Symmetry(
        matrix=matrix,
        description=f"({', '.join(system.state_names)}) -> ({image})",
        proof=f"F(S x) = S F(x), component by component: {identities}. Each holds in {ring}.",
    )
