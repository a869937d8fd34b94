"""How many of some frequencies are independent: integer relations up to an order, within a tolerance."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly

__all__ = ["Independence", "independent_frequencies"]

Array = NDArray[np.float64]

#: A relation is believed where one as good would turn up by chance with at most this probability.
_CHANCE = 0.01
#: More independent frequencies than this are not told apart from noise.
_MOST = 8
#: Relations up to a lower order than this say nothing about independence; for weak lines, which high combinations
#: have, the order must be higher. So many integer vectors are tried.
_TOO_LOW, _TOO_LOW_WEAK, _ENOUGH = 6, 18, 100_000


@dataclass(frozen=True, eq=False)
class Independence:
    """Frequencies of which no integer combination of small order vanishes.

    Attributes
    ----------
    basis : (d,) array
        Independent frequencies among those given.
    order : int
        Relations sum m_i w_i = 0 were sought with sum |m_i| up to this.
    tolerance : float
        How near to zero a relation had to be, per unit of order, at most.
    base : float
        For d = 1 the frequency of which all the others are multiples; else nan.
    """

    basis: Array
    order: int
    tolerance: float
    base: float


def independent_frequencies(
    frequencies: Array,
    errors: Array,
    *,
    order: int = 24,
    sampling: float = 0.0,
    weak: NDArray[np.bool_] | None = None,
) -> Independence:
    """Sort frequencies into independent ones and integer combinations of these.

    One after the other, a frequency w joins the basis unless m w = sum m_i w_i for integers of at most `order` in
    all, within the errors. Where these are so coarse that a relation of that order would turn up by chance, the order
    is lowered until one in a hundred would; a frequency of which that leaves an order below 6 (a weak line: 18) says
    nothing. Numbers in doubles are never "rationally independent" in the strict sense: what is found is that no
    relation of small order holds. Lines above half the rate of sampling appear folded to w + m times that rate: a
    weak line may be explained so.

    Parameters
    ----------
    frequencies : (m,) array
        The most important first; positive.
    errors : (m,) array
        How far each may be off.
    order : int
        The largest order of a relation.
    sampling : float, optional
        The angular frequency of sampling.
    weak : (m,) bool array, optional
        Lines that may be folded.

    Returns
    -------
    Independence
        Its order is the lowest that was used.
    """
    basis: list[float] = []
    off: list[float] = []
    multiples: list[Fraction] = []
    used = order
    foldable = np.zeros(len(frequencies), dtype=bool) if weak is None else weak
    for value, error, faint in zip(map(float, frequencies), map(float, errors), foldable, strict=True):
        limit = _credible(len(basis) + 1, order, max([error, *off]) / float(max(frequencies)))
        if basis and limit < (_TOO_LOW_WEAK if faint else _TOO_LOW):
            continue
        relation = _relation(np.array([value, *basis]), np.array([error, *off]), limit)
        if relation is None and faint and _folded(value, error, basis, off, sampling, order):
            continue
        if relation is None and len(basis) < _MOST:
            basis.append(value)
            off.append(error)
            multiples.append(Fraction(1))
            used = min(used, limit)
        elif relation is not None and len(basis) == 1:
            multiples.append(Fraction(abs(int(relation[1])), int(relation[0])))
    base = float("nan")
    if len(basis) == 1:
        denominator = math.lcm(*(q.denominator for q in multiples))
        base = basis[0] / denominator * math.gcd(*(int(q * denominator) for q in multiples))
    return Independence(readonly(basis), used, max(off, default=0.0), base)


def _relation(values: Array, errors: Array, order: int) -> NDArray[np.int64] | None:
    """Integers (m, m_1, ...), m > 0, of the smallest order with sum m_i w_i near zero."""
    if len(values) == 1:
        return None
    vectors = _vectors(len(values), order)
    near = np.abs(vectors @ values) <= np.abs(vectors) @ errors
    return vectors[np.argmax(near)] if near.any() else None


def _folded(value: float, error: float, basis: list[float], off: list[float], sampling: float, order: int) -> bool:
    """Whether a line is a combination of the basis, seen through the sampling."""
    limit = _credible(len(basis) + 2, order, max([error, *off]) / max([sampling, *basis]))
    if limit < _TOO_LOW_WEAK:
        return True  # nothing can be said of it
    return _relation(np.array([value, *basis, sampling]), np.array([error, *off, 0.0]), limit) is not None


@lru_cache(maxsize=64)
def _vectors(length: int, order: int) -> NDArray[np.int64]:
    """Integer vectors without a common divisor, their first entry positive, by their sum of moduli: to `order`."""
    found = [
        (first, *rest)
        for first in range(1, order)
        for rest in _within(length - 1, order - first)
        if any(rest) and math.gcd(first, *rest) == 1
    ]
    found.sort(key=lambda v: (sum(map(abs, v)), v))
    return np.array(found, dtype=np.int64).reshape(-1, length)


def _within(length: int, order: int) -> list[tuple[int, ...]]:
    """All integer vectors with a sum of moduli of at most `order`."""
    if length == 0:
        return [()]
    return list(
        itertools.chain.from_iterable(
            ((m, *rest) for rest in _within(length - 1, order - abs(m))) for m in range(-order, order + 1)
        )
    )


@lru_cache(maxsize=1024)
def _count(length: int, order: int) -> int:
    """The number of integer vectors with a sum of moduli of at most `order`."""
    return sum(2**k * math.comb(length, k) * math.comb(order, k) for k in range(length + 1))


def _credible(length: int, order: int, error: float) -> int:
    """The largest order at which a relation would turn up by chance with a probability of at most `_CHANCE`.

    Sums of order o are spread over o times the largest frequency, and count as zero within o times the error, which
    is given relative to that frequency.
    """
    while order > 2 and (_count(length, order) > _ENOUGH or _count(length, order) * error > _CHANCE):
        order -= 1
    return order
