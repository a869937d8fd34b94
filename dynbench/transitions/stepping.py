"""Taking a few steps with a batch of orbits, or with one stiff orbit."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench.systems import System

__all__ = ["Piece", "Stepper"]

Array = NDArray[np.float64]

_SMALLEST_RTOL = 100 * float(np.finfo(float).eps)


class Piece(NamedTuple):
    """A piece of a batch of orbits: times (m,) from 0 on, states (K, m, n), and whether the solver got stuck."""

    times: Array
    states: Array
    stuck: bool


class Stepper:
    """Integrates batches as one system with common steps, a limited number of steps at a time.

    Unlike `dynbench.integrate` it stops in the step in which an orbit of the batch has gone far: others are not held
    up by it.

    Parameters
    ----------
    system : System
        A flow.
    rtol, atol : float
        Tolerances of every orbit.
    direction : int
        1, or -1 for backward time.
    far : float
        Beyond this |x| an orbit has gone far.
    parts : int
        States written for each step of the explicit solver.
    """

    def __init__(self, system: System, rtol: float, atol: float, *, direction: int, far: float, parts: int) -> None:
        self.system, self.rtol, self.atol = system, rtol, atol
        self.direction, self.far, self.parts = direction, far, parts
        self._last_step: float | None = None

    def take(self, states: Array, steps: int, span: float, *, stiff: bool = False) -> Piece:
        """At most so many steps, and at most the time `span`, from states (K, n)."""
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="lsoda", category=UserWarning)
            return self._take(states, steps, span, stiff)

    def _take(self, states: Array, steps: int, span: float, stiff: bool) -> Piece:
        count, n = states.shape
        solver = self._solver(states, span, stiff)
        times, pieces = [np.zeros(1)], [states[:, None]]
        parts = 1 if stiff else self.parts  # the implicit solver's steps are short
        shares = np.arange(1, parts) / parts
        stuck = False
        for _ in range(steps):
            before = float(solver.t)
            try:
                solver.step()
            except (ValueError, np.linalg.LinAlgError):
                stuck = True  # SciPy's linear algebra refuses the matrices of an implicit step that have overflowed
            stuck = stuck or solver.status == "failed" or solver.t == before or not np.isfinite(solver.y).all()
            if stuck:
                break
            if parts > 1:
                inner = before + shares * (solver.t - before)
                times.append(np.abs(inner))
                pieces.append(np.swapaxes(solver.dense_output()(inner).reshape(count, n, -1), 1, 2))
            times.append(np.array([abs(float(solver.t))]))
            pieces.append(solver.y.reshape(count, 1, n).copy())
            if solver.status == "finished" or np.abs(solver.y).max() > self.far:
                break
        self._last_step = float(solver.h_abs) if hasattr(solver, "h_abs") and not stuck else None
        return Piece(np.concatenate(times), np.concatenate(pieces, axis=1), stuck)

    def _solver(self, states: Array, span: float, stiff: bool) -> Any:
        import scipy.integrate

        count, n = states.shape
        options: dict[str, Any] = {
            "rtol": max(self.rtol / np.sqrt(count), _SMALLEST_RTOL),
            "atol": self.atol / np.sqrt(count),
        }
        end = self.direction * span
        if stiff:
            return scipy.integrate.LSODA(
                lambda _, y: self.system(y), 0.0, states[0], end, jac=lambda _, y: self.system.jacobian_at(y), **options
            )
        if self._last_step is not None and 0 < self._last_step <= span:
            options["first_step"] = self._last_step
        single = count == 1
        return scipy.integrate.DOP853(
            lambda _, y: self.system(y if single else y.reshape(-1, n)).ravel(), 0.0, states.ravel(), end, **options
        )
