"""What proofs and directions around a fixed point need of a system; an iterate of a map has it, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray

__all__ = ["Linearised", "Vicinity"]

Array = NDArray[np.float64]


class Vicinity(Protocol):
    """The part of a system that a proof around one of its fixed points needs."""

    @property
    def kind(self) -> str:
        """Flow or map."""

    @property
    def dimension(self) -> int:
        """The number of states."""

    def jacobian_at(self, x: Array) -> Array:
        """The Jacobian at a state."""

    def ball_residual(self, x: Sequence[arb]) -> list[arb]:
        """F (of a map F - id) over a box."""

    def ball_jacobian(self, x: Sequence[arb]) -> arb_mat:
        """The Jacobian of F over a box."""


class Linearised(Protocol):
    """The part of a system that its directions at a fixed point need."""

    @property
    def kind(self) -> str:
        """Flow or map."""

    def jacobian_at(self, x: Array) -> Array:
        """The Jacobian at a state."""

    def jvp(self, x: Array, v: Array) -> Array:
        """Its product with vectors."""

    def second_derivative(self, x: Array, u: Array, v: Array) -> Array:
        """The second derivative at a state along pairs of vectors."""
