"""The derivatives that a report states for a matrix form, compared with the checker's own.

A stated identity in the arrays is compared at random arrays of small sizes and random states, in doubles with radii: a
statement that is false in the arrays is refuted with certainty there but for a set of probability 0, and the line says
that this is what was done.
"""

from __future__ import annotations

import numpy as np

from dynbench.errors import InputError, ModelError
from dynbench.symbolic.matrix_parsing import Name, Node
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.blocks import Block
from dynbench.verification.matrices.linearisation import Over
from dynbench.verification.matrices.small import SmallInstance
from dynbench.verification.matrices.system import MatrixSystem

__all__ = ["check_matrix_derived"]

_TIMES = 3


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
    small = SmallInstance(system, stated)
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
