"""Manifolds of piecewise-linear maps that are curves: exact polylines, grown from an invariant seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dynbench.manifolds.reach import Branch, Reach
from dynbench.manifolds.seeds import Seed

__all__ = ["grown"]

Array = NDArray[np.float64]

#: Steps, and numbers that all branches are made of, after which growing is given up.
_MOST_STEPS, _MOST_NUMBERS = 20_000, 20_000_000
#: A polyline of this extent, relative to its place, has shrunk to a state.
_POINT = 1e-13


def grown(carry: Callable[[Array], Array], seed: Seed, points: Array, reach: Reach) -> tuple[list[Branch], str]:
    """The branches of a manifold, from a seed that `carry` makes longer.

    What one round through the cycle adds to the seed is a fundamental segment; its images (under the map, or its
    inverse) are the rest of the manifold, each appended to the branch that it continues. Nothing of an image is dropped
    before every branch that its images belong to has its length, so that a branch that leaves the box is continued
    where it comes back.

    Parameters
    ----------
    carry : callable
        Takes a polyline (n + 1, m), states and places on the seed, to its image or preimage.
    seed : Seed
    points : (k, n) array
        The points in the order of `carry`.
    reach : Reach

    Returns
    -------
    list of Branch, str
        Two branches at each of the points, and why they end early.
    """
    sides, period, n = (1, -1), len(points), len(seed.x)
    branches = {(i, side): Branch(reach) for i in range(period) for side in sides}
    fronts: dict[int, tuple[Array, int]] = {}
    for side, extent in zip(sides, seed.extents, strict=True):
        ends = np.stack([seed.x, seed.x + side * extent * seed.vector], axis=-1)
        fronts[side] = np.vstack([ends, [0.0, extent]]), side
        branches[0, side].append(fronts[side][0], 0, side)
    note, numbers = "", 0
    for step in range(1, _MOST_STEPS):
        place = step % period
        for start, (line, side) in list(fronts.items()):
            with np.errstate(over="ignore", invalid="ignore"):
                image = carry(line)
            if place == 0 and seed.factor < 0:
                side = -side
            if step < period:
                image[:n, 0] = points[place]
            if step == period:
                image = _beyond(image, seed, side)
            fronts[start] = image, side
            branches[place, side].append(image, step, start)
        _drop_finished(fronts, branches, seed, reach)
        if not fronts:
            break
        numbers += sum(line.size for line, _ in fronts.values())
        if numbers > _MOST_NUMBERS:
            corners = numbers // (n + 1)
            note = f"given up after {step} steps with some {corners:,} corners, before every branch had its length"
            break
    else:
        note = f"given up after {_MOST_STEPS} steps, before every branch had its length or had left"
    for branch in branches.values():
        branch.finish()
    return list(branches.values()), note


def _beyond(image: Array, seed: Seed, side: int) -> Array:
    """What the first round adds to the seed: it starts where the seed ends, on the side that was reached."""
    extent = seed.extents[0 if side == 1 else 1]
    share = extent / abs(seed.factor)
    end = np.append(seed.x + side * extent * seed.vector, share)
    return np.column_stack([end, image[:, image[-1] > share * (1 + 1e-12)]])


def _drop_finished(
    fronts: dict[int, tuple[Array, int]], branches: dict[tuple[int, int], Branch], seed: Seed, reach: Reach
) -> None:
    """Forget the polylines that have nothing to add; with a negative multiplier both sides feed all branches."""
    finished = {}
    for start, (line, side) in fronts.items():
        route = [b for (_, s), b in branches.items() if seed.factor < 0 or s == side]
        states = line[:-1]
        finished[start] = (
            (line.shape[1] < 2 and seed.factor > 0)
            or all(branch.complete for branch in route)
            or not np.isfinite(states).all()
            or reach.gone(states)
            or bool((np.ptp(states, axis=1) <= _POINT * (1.0 + np.abs(states).max())).all())
        )
    if seed.factor > 0:
        for start in [start for start, done in finished.items() if done]:
            del fronts[start]
    elif all(finished.values()):
        fronts.clear()
