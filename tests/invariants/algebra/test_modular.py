"""Points modulo a prime respect the relations, and tell independent vectors from dependent ones."""

from __future__ import annotations

import pytest
import sympy as sp

from dynbench.invariants.algebra.differential_ring import DifferentialRing
from dynbench.invariants.algebra.modular import PRIME, IndependentVectors, ModularPoint

x, y, a, phi = sp.symbols("x y a phi")


def test_the_prime_is_safe() -> None:
    assert sp.isprime(PRIME)
    assert sp.isprime((PRIME - 1) // 2)
    assert PRIME < 2**64


@pytest.mark.parametrize(
    "zero",
    [
        sp.sin(x - y) ** 2 + sp.cos(x - y) ** 2 - 1,
        sp.sqrt(1 + x**2) ** 2 - 1 - x**2,
        sp.root(x + y, 3) ** 3 - x - y,
        sp.root(1 + sp.sqrt(x), 4) ** 4 - 1 - sp.sqrt(x),
        sp.sin(x + phi) - sp.sin(x) * sp.cos(phi) - sp.cos(x) * sp.sin(phi),
        sp.exp(x - y) - sp.exp(x) / sp.exp(y),
    ],
    ids=str,
)
def test_zero_maps_to_zero(zero: sp.Expr) -> None:
    ring = DifferentialRing((x, y), zero.atoms(sp.Function, sp.Pow) | {x, y})
    point = ModularPoint(ring)
    total = sum(point.ratio(ring.element(term)) for term in sp.Add.make_args(zero))
    assert total % PRIME == 0
    assert point.ratio(ring.element(zero + x)) != 0


def test_impossible_points_are_refused() -> None:
    ring = DifferentialRing((x,), [sp.sin(x)])
    s, c, *_ = ring.element(sp.sin(x)).numer.ring.gens
    with pytest.raises(ValueError, match="no point"):
        ModularPoint(ring, [s**2 + c**2 - 1])


def test_independent_vectors() -> None:
    vectors = IndependentVectors()
    assert not vectors.add([0, 0, 0])
    assert vectors.add([1, 2, 3])
    assert not vectors.add([PRIME - 2, PRIME - 4, PRIME - 6])
    assert vectors.add([0, 1, 5])
    assert not vectors.add([1, 3, 8])
    assert len(vectors) == 2
