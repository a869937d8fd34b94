"""One run of `lyapunov_spectrum`: piece by piece, shared out, kept in a file, and stopped where the user says so."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import plain_arrays
from dynbench.errors import InputError
from dynbench.flow.tangents import Lanes, advance
from dynbench.systems import System

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["SpectrumRun"]

Array = NDArray[np.float64]

#: A run is done in about so many pieces; between them it can be kept, shown and stopped.
_PIECES = 50
#: Orbits that go to a worker together.
_SHARE = 8
#: Seconds from one writing of the checkpoint to the next.
_BETWEEN_WRITES = 10.0


class SpectrumRun:
    """The orbits, how far they are, and how much their tangent vectors have grown.

    Parameters
    ----------
    system : System
        The system.
    lanes : Lanes
        The orbits at the start.
    intervals : (int, int)
        How many intervals to leave out, and how many to keep.
    span : float
        The length of an interval.
    tolerances : (float, float)
        rtol, atol.
    key : hash object
        Of all that makes this run this one: a checkpoint of another is refused.
    """

    def __init__(
        self,
        system: System,
        lanes: Lanes,
        intervals: tuple[int, int],
        span: float,
        tolerances: tuple[float, float],
        key: Any,
    ) -> None:
        self.system, self.lanes, self.span, self.tolerances = system, lanes, span, tolerances
        self.before, self.total = intervals[0], sum(intervals)
        self.key = key.hexdigest()
        self.done = 0
        self.growth: Array = np.empty((0, *lanes.frames.shape[:2]))

    def go(self, executor: Executor | None, path: Any, progress: Callable[[str, int, int | None], None] | None) -> str:
        """Follow the orbits to the end; return "" or, after a KeyboardInterrupt, "interrupted".

        Parameters
        ----------
        executor : Executor, optional
            Whose workers follow the orbits.
        path : path, optional
            Where to keep the run.
        progress : callable, optional
            Called after each piece.
        """
        file = None if path is None else Path(path)
        if file is not None and file.exists():
            self._load(file)
        piece, written = max(1, self.total // _PIECES), time.monotonic()
        stopped = ""
        try:
            while self.done < self.total:
                self._advance(min(piece, self.total - self.done), executor)
                if file is not None and time.monotonic() - written > _BETWEEN_WRITES:
                    self._save(file)
                    written = time.monotonic()
                if progress is not None:
                    progress("averaging Lyapunov exponents", self.done, self.total)
        except KeyboardInterrupt:
            stopped = "interrupted"
        if file is not None:
            self._save(file)
        return stopped

    def _advance(self, count: int, executor: Executor | None) -> None:
        rest = (count, self.span, *self.tolerances)
        if executor is None:
            lanes, growth, _ = advance(self.system, self.lanes, *rest)
        else:
            parts = np.array_split(np.arange(len(self.lanes.x)), max(1, -(-len(self.lanes.x) // _SHARE)))
            jobs = [executor.submit(_advance_part, self.system, self.lanes.part(part), rest) for part in parts]
            try:
                results = [job.result() for job in jobs]
            except BaseException:
                for job in jobs:
                    job.cancel()
                raise
            joined = (np.concatenate([getattr(r[0], name) for r in results]) for name in ("x", "frames", "steps"))
            lanes, growth = Lanes(*joined), np.concatenate([r[1] for r in results], axis=1)
        kept = growth[max(0, self.before - self.done) :]
        # One assignment each, at the end: an interruption before it leaves the run as it was.
        self.lanes, self.growth, self.done = lanes, np.concatenate([self.growth, kept]), self.done + count

    def _save(self, file: Path) -> None:
        """Write the run beside the file and put it in place, so that there is a whole one at any time."""
        beside = file.with_name(f"{file.name}.part")
        try:
            with beside.open("wb") as stream:
                np.savez(stream, key=np.array(self.key), done=self.done, growth=self.growth, **vars(self.lanes))
            os.replace(beside, file)
        except OSError as error:
            raise InputError(f"The checkpoint {file} cannot be written: {error.strerror or error}.") from error

    def _load(self, file: Path) -> None:
        with plain_arrays(file, InputError) as arrays:
            names = {"key", "done", "growth", "x", "frames", "steps"}
            if set(arrays.files) != names or str(arrays["key"]) != self.key:
                raise InputError(
                    f"The checkpoint {file} belongs to another run (another system, x0, k, interval, time or "
                    "tolerance): name another file, or delete it."
                )
            self.done, self.growth = int(arrays["done"]), arrays["growth"]
            self.lanes = Lanes(arrays["x"], arrays["frames"], arrays["steps"])


def _advance_part(system: System, lanes: Lanes, rest: tuple[int, float, float, float]) -> tuple[Lanes, Array]:
    """What a worker does."""
    lanes, growth, _ = advance(system, lanes, *rest)
    return lanes, growth
