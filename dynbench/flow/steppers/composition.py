"""Compositions of a symmetric method of order 2 with itself, to order 4."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.flow.steppers.method import StepMethod, Stepper
from dynbench.flow.steppers.splitting import StormerVerlet
from dynbench.systems import System

__all__ = ["SUZUKI", "YOSHIDA", "Composition"]

Array = NDArray[np.float64]


class Composition(StepMethod):
    """Steps of lengths w_1 h, ..., w_m h of one method (Hairer, Lubich & Wanner, section II.4).

    It is symplectic, or conserves a quantity, where that method does.

    Parameters
    ----------
    name : str
        What to call it.
    method : StepMethod
        Symmetric, of order 2.
    weights : sequence of float
        Symmetric, with the sum 1 and the sum of cubes 0.

    Raises
    ------
    InputError
        If they are not: then the order would not be 4.
    """

    order = 4

    def __init__(self, name: str, method: StepMethod, weights: Sequence[float]) -> None:
        w = np.asarray(weights, dtype=float)
        if not (w.ndim == 1 and np.array_equal(w, w[::-1]) and abs(w.sum() - 1) + abs((w**3).sum()) < 1e-12):
            raise InputError(f"The weights of {name!r:.40} are no symmetric composition of order 4.")
        self.name, self.method, self.weights = name, method, tuple(w.tolist())

    def bind(self, system: System, x: Array) -> Stepper:
        """A stepper for what the method composed is for."""
        return _Composed(self, system, x)


class _Composed(Stepper):
    def __init__(self, method: Composition, system: System, x: Array) -> None:
        # One stepper for each length, so that each keeps what fits to it.
        lengths = dict.fromkeys(method.weights)
        self._steppers = {w: method.method.bind(system, x) for w in lengths}
        self._weights = method.weights

    def step(self, x: Array, h: float) -> Array:
        for w in self._weights:
            x = self._steppers[w].step(x, w * h)
        self.residual = max(stepper.residual for stepper in self._steppers.values())
        return x


_ROOT = 2 ** (1 / 3)
_FIFTH = 1 / (4 - 4 ** (1 / 3))
#: The triple jump (Forest & Ruth 1990; Yoshida 1990), over Stormer-Verlet.
YOSHIDA = Composition("yoshida4", StormerVerlet(), [1 / (2 - _ROOT), -_ROOT / (2 - _ROOT), 1 / (2 - _ROOT)])
#: Five shorter ones (Suzuki 1990): an error about 50 times smaller at the same step.
SUZUKI = Composition("suzuki4", StormerVerlet(), [_FIFTH, _FIFTH, 1 - 4 * _FIFTH, _FIFTH, _FIFTH])
