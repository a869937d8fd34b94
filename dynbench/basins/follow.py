"""Following batches of states in pieces of time until each has a label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dynbench.basins.records import INFINITY, UNDECIDED
from dynbench.basins.targets import CycleTarget, PointTarget, Target
from dynbench.flow import Outcome, integrate
from dynbench.systems import System

__all__ = ["Follower"]

Array = NDArray[np.float64]

#: An orbit this many sizes of the box and the attractors away counts as on its way to infinity.
_FAR = 1e6
#: Pieces of time for flows (no longer than this, several to a period) and of steps for maps.
_PIECE, _PIECES_A_PERIOD, _STEPS = 2.0, 7, 20


class Follower:
    """Follows batches of states, and drops those that have arrived.

    Parameters
    ----------
    system : System
        The system.
    targets : sequence of Target
        The attractors.
    bounds : (n, 2) array
        The box of the states.
    time : float or None
        How long to follow a state; None for the default of `dynbench.basins`.
    rtol, atol : float
        Tolerances of the integration.
    """

    def __init__(
        self, system: System, targets: Sequence[Target], bounds: Array, time: float | None, rtol: float, atol: float
    ) -> None:
        self.system, self.rtol, self.atol = system, rtol, atol
        self.targets = list(targets)
        self.far = _FAR * max(1.0, float(np.abs(bounds).max()), *(t.size for t in targets))
        self.flow = system.kind == "flow"
        self.periods = [float(t.cycle.period) for t in targets if isinstance(t, CycleTarget)]
        self.horizon = time if time is not None else self._patience()
        self.piece = min([_PIECE, *(p / _PIECES_A_PERIOD for p in self.periods)]) if self.flow else float(_STEPS)

    def _patience(self) -> float:
        if not self.flow:
            return 2000.0
        rates = [float(np.abs(t.point.eigenvalues.real).min()) for t in self.targets if isinstance(t, PointTarget)]
        return max(100.0, 50 / max(min(rates, default=1.0), 1e-2), *(20 * p for p in self.periods), 0.0)

    def labels(self, states: Array) -> NDArray[np.intp]:
        """A label for each of the states (K, n)."""
        labels = np.full(len(states), UNDECIDED)
        going = np.arange(len(states))
        beside = np.zeros((len(self.targets), len(states)))  # time spent beside each cycle without leaving it
        elapsed, now = 0.0, states
        while len(going):
            settled = self._settle(now, beside[:, going])
            labels[going[settled >= 0]] = [self.targets[k].label for k in settled[settled >= 0]]
            now, going = now[settled < 0], going[settled < 0]
            if not len(going) or elapsed >= self.horizon:
                break
            piece = min(self.piece, self.horizon - elapsed)
            now, gone = self._advance(now, piece)
            elapsed += piece
            labels[going[gone]] = INFINITY
            keep = ~gone & np.isfinite(now).all(axis=-1)
            now, going = now[keep], going[keep]
            self._wait(now, beside, going, piece)
        return labels

    def _settle(self, states: Array, beside: Array) -> NDArray[np.intp]:
        """The target that each state has reached, or -1."""
        settled = np.full(len(states), -1)
        for k, target in enumerate(self.targets):
            if isinstance(target, CycleTarget) and target.attraction is None:
                arrived = beside[k] >= target.cycle.period
            else:
                arrived = target.reached(states)
            settled[arrived & (settled < 0)] = k
        return settled

    def _wait(self, states: Array, beside: Array, going: NDArray[np.intp], piece: float) -> None:
        for k, target in enumerate(self.targets):
            if isinstance(target, CycleTarget) and target.attraction is None:
                beside[k, going] = np.where(target.beside(states), beside[k, going] + piece, 0.0)

    def _advance(self, states: Array, piece: float) -> tuple[Array, NDArray[np.bool_]]:
        """States a piece of time later, and which of them went to infinity."""
        if self.flow:
            orbit = integrate(self.system, states, [0.0, piece], rtol=self.rtol, atol=self.atol)
        else:
            orbit = integrate(self.system, states, max(1, int(piece)))
        final = orbit.final
        with np.errstate(invalid="ignore"):
            gone = (orbit.outcomes == Outcome.BLOW_UP) | (np.abs(final).max(axis=-1) > self.far)
        return final, gone
