"""Newton's method from many starts, with Levenberg-Marquardt where it stalls."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states
from dynbench.errors import InputError
from dynbench.fixed_points.newton import damped_newton, minimise_speed
from dynbench.fixed_points.search.base import Findings, Progress, SearchStrategy
from dynbench.fixed_points.search.boxes import as_boxes
from dynbench.systems import System

__all__ = ["MultiStart"]

#: States worked on between two calls of the progress callback, and kept if the user interrupts.
_CHUNK = 64
#: A root in doubles: |G| below this, relative to the size of the terms (|G'| |x| + 1).
_ROOT_TOLERANCE = 1e-11


class MultiStart(SearchStrategy):
    """Damped Newton from given or sampled states; where it stalls, minimisation of speed.

    Finds what its starts lead to and proves nothing about what it did not find. A minimum of speed that is no
    root is reported as a candidate slow point (Sussillo & Barak 2013).

    Parameters
    ----------
    starts : (K, n) array, optional
        States to start from.
    box : optional
        Where to sample `count` states uniformly, if no starts are given: as in `find_fixed_points`.
    count : int
        How many states to sample.
    """

    def __init__(self, starts: ArrayLike | None = None, *, box: Any = None, count: int = 256) -> None:
        if count < 1:
            raise InputError(f"count is {count}, but at least one start is needed.")
        self.starts = starts
        self.box = box
        self.count = count

    def __repr__(self) -> str:
        return "MultiStart()" if self.starts is None else f"MultiStart({len(np.atleast_2d(self.starts))} starts)"

    def within(self, box: Any, starts: Any) -> MultiStart:
        """Return this strategy with the caller's box and starts where it has none of its own."""
        if self.starts is not None or self.box is not None:
            return self
        return MultiStart(starts, box=box, count=self.count)

    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """Run all starts, in chunks; an interruption keeps the chunks that are done."""
        starts = self._starts(system, rng)
        roots, minima, failed, interrupted = [], [], 0, False
        try:
            for first in range(0, len(starts), _CHUNK):
                found, slow = _from_starts(system, starts[first : first + _CHUNK])
                roots.append(found)
                minima.append(slow)
                failed += min(_CHUNK, len(starts) - first) - len(found) - len(slow)
                if progress is not None:
                    progress("Newton from starts", min(first + _CHUNK, len(starts)), len(starts))
        except KeyboardInterrupt:
            interrupted = True
        empty = np.empty((0, system.dimension))
        return Findings(
            candidates=np.concatenate([empty, *roots]),
            minima=np.concatenate([empty, *minima]),
            failed=failed,
            complete=False,
            argument=f"Newton's method from {len(starts)} starts proves nothing about points that it did not meet",
            interrupted=interrupted,
        )

    def _starts(self, system: System, rng: np.random.Generator) -> NDArray[np.float64]:
        if self.starts is not None:
            starts = as_states(self.starts, system.dimension, name="starts")
            return starts.reshape(-1, system.dimension)
        if self.box is None:
            raise InputError("MultiStart needs starts, or a box to sample them in.")
        boxes = as_boxes(system, self.box)
        chosen = boxes[rng.integers(len(boxes), size=self.count)]
        return rng.uniform(chosen[..., 0], chosen[..., 1])


def _from_starts(system: System, starts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The roots and the slow points that these starts lead to."""
    x, converged = damped_newton(system, starts)
    stalled = starts[~converged]
    roots = [x[converged]]
    if not len(stalled):
        return x, np.empty((0, system.dimension))
    settled, stationary = minimise_speed(system, stalled)
    # Levenberg-Marquardt may have led Newton's method into reach of a root.
    polished, converged = damped_newton(system, settled)
    near = _is_root(system, settled)
    roots += [polished[converged], settled[near & ~converged]]
    return np.concatenate(roots), settled[stationary & ~near & ~converged]


def _is_root(system: System, x: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether |G| is at rounding level: where the Jacobian is singular Newton's test never says so."""
    value, jacobian = system.residual_and_jacobian(x)
    size = 1 + np.abs(jacobian).sum((-2, -1)) * np.abs(x).max(-1)
    return np.abs(value).max(-1) <= _ROOT_TOLERANCE * size
