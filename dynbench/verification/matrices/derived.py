"""The derivatives that a report states for a matrix form, compared with the checker's own.

A stated identity in the arrays is compared at random arrays of small sizes and random states, in doubles with radii: a
statement that is false in the arrays is refuted with certainty there but for a set of probability 0, and the line says
that this is what was done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from dynbench.errors import InputError, ModelError
from dynbench.symbolic.matrix_parsing import (
    Constant,
    Diagonal,
    DiagonalOf,
    Each,
    Hadamard,
    Name,
    Node,
    Numbers,
    Product,
    Scaled,
    Sum,
    Transposed,
)
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.blocks import Block
from dynbench.verification.matrices.linearisation import Over
from dynbench.verification.matrices.system import MatrixSystem

__all__ = ["check_matrix_derived"]

_TIMES = 3
#: Sizes up to this are kept; larger ones become the next small numbers.
_SMALL = 6


def check_matrix_derived(system: MatrixSystem, derived: Field, ledger: Ledger) -> None:
    """Check the Jacobian, the divergence, the speed and its gradient."""
    ledger.require(
        "no stability conditions are stated for a matrix form",
        derived["characteristic_polynomial"].null and not derived["stability_conditions"].texts(),
        "some are",
    )
    derived["reason"].text()
    jacobian = derived["jacobian"].text()
    divergence = derived["divergence"].text() == f"trace({jacobian})"
    ledger.require("the divergence is the trace of the Jacobian", divergence, "it is stated otherwise")
    for what, key in (("the Jacobian", "jacobian"), ("the speed q", "speed"), ("the gradient of q", "speed_gradient")):
        claim = f"{what} as stated agrees with its own derivative at {_TIMES} random states of a small instance"
        try:
            stated = system.read(derived[key].text())
            agrees = all(_agrees(system, key, stated, seed) for seed in range(_TIMES))
        except ModelError as error:
            ledger.require(claim, False, str(error))
        except InputError as error:
            ledger.prove(claim, False, str(error))
        else:
            ledger.require(claim, agrees, "it does not")


def _agrees(system: MatrixSystem, key: str, stated: Node, seed: int) -> bool:
    rng = np.random.default_rng(seed)
    small = _Sizes(system, stated)
    instance = small.instance(rng)
    over = Over(instance, rng.uniform(-2, 2, instance.dimension), 0.0)
    found = over.value(small.of(stated))
    own = _own(over, key)
    same = found.shape == own.shape
    return same and bool(np.all(np.abs(found.mid - own.mid) <= (1 + 1e-6) * (found.rad + own.rad) + 1e-300))


def _own(over: Over, key: str) -> Block:
    if key == "jacobian":
        return over.slope()
    value = over.value(over.system.tree)
    value = value - over.value(Name(over.system.column)) if over.system.is_map else value
    if key == "speed":
        return Block.exact(np.array([[0.5]])) * (value.T @ value)
    return over.residual_slope().T @ value


class _Sizes:
    """The sizes of a system, and small ones in their place, equal where they are equal."""

    def __init__(self, system: MatrixSystem, stated: Node) -> None:
        self._system = system
        fixed = {n for tree in (system.tree, stated) for n in _explicit(tree)}
        if max(fixed, default=0) > 3 * _SMALL:
            raise InputError("a matrix of numbers is too large for a small instance")
        sizes = sorted({n for shape in system.shapes.values() for n in shape} | _constants(system.tree, stated) | fixed)
        fresh = iter(n for n in range(_SMALL + 1, _SMALL + 1 + 2 * len(sizes) + 3 * _SMALL) if n not in fixed)
        self._to = {n: n if n <= _SMALL or n in fixed else next(fresh) for n in sizes}

    def instance(self, rng: np.random.Generator) -> MatrixSystem:
        """The system with random arrays of the small sizes."""
        arrays = {
            name: rng.uniform(-1, 1, tuple(self._to[k] for k in array.shape))
            for name, array in self._system.arrays.items()
        }
        names = self._system.names[: self._to[self._system.dimension]]
        return replace(self._system, names=names, tree=self.of(self._system.tree), arrays=arrays)

    def of(self, node: Node) -> Node:
        """An expression with the small sizes."""
        match node:
            case Constant(what, (n, m)):
                return Constant(what, (self._to[n], self._to[m]))
            case Sum() | Product() | Hadamard():
                return type(node)(tuple(map(self.of, node.parts)))
            case Scaled() | Each() | Transposed() | Diagonal() | DiagonalOf():
                return replace(node, argument=self.of(node.argument))
        return node


def _explicit(tree: Node) -> Iterator[int]:
    return (n for node in tree.walk() if isinstance(node, Numbers) for n in node.shape)


def _constants(*trees: Node) -> set[Any]:
    return {n for tree in trees for node in tree.walk() if isinstance(node, Constant) for n in node.shape}
