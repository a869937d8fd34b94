"""Piecewise-linear maps with known cycles, and a search by brute force that shares nothing with the package's."""

from __future__ import annotations

import itertools

import numpy as np

import dynbench as db
from dynbench.piecewise.words import canonical

LOZI = db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5})
#: The number of its k-cycles, k = 1, ..., 16 (notes/piecewise_linear.md).
LOZI_COUNTS = [2, 1, 0, 1, 0, 4, 4, 7, 10, 12, 18, 32, 56, 78, 122, 180]


def network(size: int, seed: int, gain: float = 1.5, own: float = 0.0) -> db.PLRNN:
    """A random PLRNN of `size` units; `own` is added to each unit's weight to itself."""
    rng = np.random.default_rng(seed)
    A = rng.uniform(-0.9, 0.9, size)
    W = rng.normal(size=(size, size)) * gain / np.sqrt(size)
    np.fill_diagonal(W, own)
    return db.PLRNN(A, W, rng.normal(size=size))


def shallow(rng: np.random.Generator, states: int, units: int) -> db.PLRNN:
    """A random shallow PLRNN."""
    return db.PLRNN.shallow(
        rng.normal(size=(states, states)) * 0.8,
        rng.normal(size=(states, units)),
        rng.normal(size=(units, states)),
        rng.normal(size=states),
        rng.normal(size=units),
    )


def brute_force(form, period: int) -> set:
    """The canonical words of all periodic points with F^k(z) = z, one word after the other, with plain NumPy."""
    patterns = list(itertools.product([False, True], repeat=form.units))
    n = form.dimension
    found = set()
    for word in itertools.product(patterns, repeat=period):
        if canonical(word) in found:
            continue
        matrix, constant = np.eye(n), np.zeros(n)
        for pattern in word:
            active = np.diag(np.array(pattern, dtype=float))
            J = form.A + form.W1 @ active @ form.W2
            matrix, constant = J @ matrix, J @ constant + form.W1 @ active @ form.h2 + form.h1
        z = np.linalg.solve(np.eye(n) - matrix, constant)
        met = []
        for _ in range(period):
            margins = form.W2 @ z + form.h2
            met.append(tuple((margins > 0).tolist()))
            z = form.A @ z + form.W1 @ np.maximum(margins, 0) + form.h1
        if tuple(met) == word:
            found.add(canonical(word))
    return found
