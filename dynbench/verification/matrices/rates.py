"""Whether a rate of change is the one stated: both sides at random states of small instances with random arrays.

Arrays that are zero, symmetric, or of low rank and symmetric stay so in the small instances: that is what the rates of
networks rest on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.symbolic.matrix_parsing import Node, Sum
from dynbench.verification.matrices.blocks import Block
from dynbench.verification.matrices.forms import LARGEST_EXACT, exact_doubles
from dynbench.verification.matrices.linearisation import Over
from dynbench.verification.matrices.small import SmallInstance
from dynbench.verification.matrices.system import MatrixSystem

__all__ = ["is_field", "is_rate"]

_TIMES = 3
_GRID = 2.0**10

Array = NDArray[np.float64]


def is_rate(system: MatrixSystem, function: Node, rate: Node, zero: frozenset[str]) -> bool:
    """Whether an expression is the derivative of a function of the state times the field.

    Parameters
    ----------
    system : MatrixSystem
        A flow.
    function, rate : Node
        Expressions, 1 x 1.
    zero : frozenset of str
        The arrays that are zero.
    """
    return all(_compare(system, function, rate, zero, np.random.default_rng(seed)) for seed in range(_TIMES))


def is_field(system: MatrixSystem, column: Node, zero: frozenset[str]) -> bool:
    """Whether a column is the field itself."""
    for seed in range(_TIMES):
        rng = np.random.default_rng(seed)
        instance, (own,) = _instance(system, (column,), zero, rng)
        over = Over(instance, rng.uniform(-2, 2, instance.dimension), 0.0)
        if not _same(over.value(own), over.value(instance.tree)):
            return False
    return True


def _compare(system: MatrixSystem, function: Node, rate: Node, zero: frozenset[str], rng: np.random.Generator) -> bool:
    instance, (function, rate) = _instance(system, (function, rate), zero, rng)
    x = rng.uniform(-2, 2, instance.dimension)
    own, along = Over(instance, x, 0.0), Over(replace(instance, tree=function), x, 0.0)
    change = along.slope(Block.exact(np.ones((1, 1)))) @ own.value(instance.tree)
    stated = own.value(rate)
    return _same(change, stated) and bool(np.all(np.abs(along.slope(Block.exact(np.ones((1, 1)))).mid).max() > 1e-9))


def _same(a: Block, b: Block) -> bool:
    return a.shape == b.shape and bool(np.all(np.abs(a.mid - b.mid) <= (1 + 1e-6) * (a.rad + b.rad) + 1e-300))


def _instance(
    system: MatrixSystem, nodes: tuple[Node, ...], zero: frozenset[str], rng: np.random.Generator
) -> tuple[MatrixSystem, tuple[Node, ...]]:
    """A small one with random arrays; the system itself where a column of numbers leaves no choice of sizes."""
    try:
        small = SmallInstance(system, Sum(nodes))
        instance, nodes = small.instance(rng), tuple(map(small.of, nodes))
    except InputError:
        instance = system
    arrays = {}
    for name, a in instance.arrays.items():
        if name in zero:
            a = np.zeros_like(a)
        elif instance is not system and _is_symmetric(system.arrays[name]):
            a = a + a.T  # exact symmetry is what the rates of energies rest on
        arrays[name] = a
    if instance is not system:
        for name in filter(lambda name: _is_symmetric_product(system, name), system.factored):
            arrays |= _symmetric_factors(name, arrays[f"{name}.U"], rng)
    return replace(instance, arrays=arrays), nodes


def _is_symmetric_product(system: MatrixSystem, name: str) -> bool:
    """Whether U V^T is symmetric, exactly."""
    u, v = system.arrays[f"{name}.U"], system.arrays[f"{name}.V"]
    if u.shape != v.shape or np.array_equal(u, v):
        return bool(u.shape == v.shape)
    if len(u) > LARGEST_EXACT:
        return False
    product = exact_doubles(u) * exact_doubles(v).transpose()
    return bool(product == product.transpose())


def _symmetric_factors(name: str, u: Array, rng: np.random.Generator) -> dict[str, Array]:
    """U and V = U M with M symmetric: of so few digits that nothing is rounded."""
    m = rng.integers(-9, 10, size=(u.shape[1], u.shape[1])).astype(float)
    u = np.round(u * _GRID) / _GRID
    return {f"{name}.U": u, f"{name}.V": u @ (m + m.T)}


def _is_symmetric(array: Any) -> bool:
    if array.shape[0] != array.shape[1] or array.shape[0] == 1:
        return False
    if scipy.sparse.issparse(array):
        return not (array - array.T).count_nonzero()
    return np.array_equal(array, array.T)
