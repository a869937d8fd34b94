"""Following many states at once, roughly: where they go, and where they are slow on the way.

For a flow an embedded Runge-Kutta pair of orders 2 and 3 (Bogacki & Shampine 1989), each state with steps of its own,
to
a tolerance that serves for starting points, not for results. For a map its iteration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import check_positive
from dynbench.systems import System

__all__ = ["Path", "follow", "path_along", "slow_states"]

Array = NDArray[np.float64]
Rate = Callable[[Array], Array]
Arrived = Callable[[Array], NDArray[np.bool_]]

_TOLERANCE = 3e-3
_MOST_STEPS = 4000


@dataclass(frozen=True, eq=False)
class Path:
    """States (K, n) that were followed together, after one more step, and the speeds |G|^2/2 (K,) there."""

    x: Array
    q: Array
    time: Array


def path_along(
    system: System, starts: Array, duration: float, rate: Rate | None = None, arrived: Arrived | None = None
) -> Iterator[Path]:
    """Follow states for a time (for a map, that many steps), one `Path` a step.

    Parameters
    ----------
    system : System
        The system.
    starts : (K, n) array
        Where to start.
    duration : float
        How long.
    rate : callable, optional
        Another field to follow instead of the system's.
    arrived : callable, optional
        States (K, n) -> whether each has come to where it needs not be followed on.

    Raises
    ------
    InputError
        If the duration is not positive and finite.
    """
    check_positive(duration, name="duration", what="time or number of steps")
    if system.kind == "map":
        x = np.array(starts, dtype=float)
        for k in range(int(duration) + 1):
            g = system.residual(x) if rate is None else rate(x)
            yield Path(x, 0.5 * np.sum(g * g, axis=-1), np.full(len(x), float(k)))
            x = x + g if arrived is None else np.where(arrived(x)[:, None], x, x + g)
        return
    yield from _runge_kutta(system.residual if rate is None else rate, starts, duration, arrived)


def follow(
    system: System, starts: Array, duration: float, rate: Rate | None = None, arrived: Arrived | None = None
) -> Array:
    """Where the states are after a time; states that blow up stop where they were."""
    path = Path(np.array(starts, dtype=float), np.zeros(len(starts)), np.zeros(len(starts)))
    for path in path_along(system, starts, duration, rate, arrived):  # noqa: B007 - the last one is wanted
        pass
    return path.x


def slow_states(
    system: System, starts: Array, duration: float, *, most: int, rate: Rate | None = None
) -> tuple[Array, Array, NDArray[np.intp]]:
    """The local minima of speed along paths.

    Returns
    -------
    minima : (M, n) array
        The slowest first, at most `most` of each path.
    speeds : (M,) array
        q there.
    owners : (M,) array
        The row of `starts` that each belongs to.
    """
    before: Path | None = None
    falling = np.zeros(len(starts), dtype=bool)
    kept: list[list[tuple[float, Array]]] = [[] for _ in starts]
    for path in path_along(system, starts, duration, rate):
        if before is not None:
            moved = path.time > before.time
            for k in np.nonzero(moved & (path.q > before.q) & falling)[0]:
                kept[k] = sorted([*kept[k], (float(before.q[k]), before.x[k].copy())], key=lambda pair: pair[0])[:most]
            falling = np.where(moved, path.q < before.q, falling)
        before = path
    found = sorted(((q, k, x) for k, pairs in enumerate(kept) for q, x in pairs), key=lambda entry: entry[:2])
    minima = np.array([x for _, _, x in found]).reshape(-1, starts.shape[-1])
    return minima, np.array([q for q, _, _ in found]), np.array([k for _, k, _ in found], dtype=np.intp)


def _runge_kutta(rate: Rate, starts: Array, duration: float, arrived: Arrived | None) -> Iterator[Path]:
    x = np.array(starts, dtype=float)
    time = np.zeros(len(x))
    k1 = rate(x)
    norm = np.maximum(np.abs(k1).max(-1), 1e-12)
    h = np.minimum(0.05 * np.maximum(1.0, np.abs(x).max(-1)) / norm, 0.1 * duration)
    for _ in range(_MOST_STEPS):
        yield Path(x, 0.5 * np.sum(k1 * k1, axis=-1), time)
        active = (time < duration * (1 - 1e-12)) & np.isfinite(k1).all(-1)
        if not active.any():
            return
        a, f, step = x[active], k1[active], np.minimum(h, duration - time)[active][:, None]
        k2 = rate(a + 0.5 * step * f)
        k3 = rate(a + 0.75 * step * k2)
        moved = a + step * (2 / 9 * f + 1 / 3 * k2 + 4 / 9 * k3)
        k4 = rate(moved)
        error = np.abs(step * (-5 / 72 * f + 1 / 12 * k2 + 1 / 9 * k3 - 1 / 8 * k4)).max(-1)
        size = _TOLERANCE * np.maximum(1.0, np.abs(a).max(-1))
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.clip(0.9 * (size / error) ** (1 / 3), 0.2, 4.0)
        factor = np.where(np.isfinite(factor), factor, 0.2 if not np.isfinite(error).all() else 4.0)
        good = error <= size
        x, k1, time = x.copy(), k1.copy(), time.copy()
        rows = np.nonzero(active)[0]
        x[rows[good]], k1[rows[good]] = moved[good], k4[good]
        time[rows[good]] += step[good, 0]
        h[rows] = step[:, 0] * factor
        stuck = rows[h[rows] < 1e-9 * duration]
        time[stuck] = duration
        if arrived is not None:
            time[rows[arrived(x[rows])]] = duration
