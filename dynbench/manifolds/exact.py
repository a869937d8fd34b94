"""Manifolds of piecewise-linear maps: which exact method a point, its multipliers and the map call for."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.cycles import Cycle
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.manifolds.accuracy import errors
from dynbench.manifolds.exact_curves import grown
from dynbench.manifolds.reach import Branch, Reach
from dynbench.manifolds.records import Manifold
from dynbench.manifolds.sampling import sampled
from dynbench.manifolds.seeds import Anchor, Seed
from dynbench.manifolds.stable_sets import stable_set
from dynbench.manifolds.surfaces import surface
from dynbench.piecewise import PiecewiseLinear
from dynbench.piecewise.inverse import Inverse
from dynbench.piecewise.polylines import mapped
from dynbench.piecewise.pullback import pulled_back

__all__ = ["exact_manifold"]

Array = NDArray[np.float64]
Which = Literal["stable", "unstable"]


def exact_manifold(
    form: PiecewiseLinear, point: FixedPoint | Cycle, which: Which, reach: Reach, pieces: int, rng: Any = None
) -> Manifold:
    """The manifold of a fixed point or cycle of a piecewise-linear map.

    Parameters
    ----------
    form : PiecewiseLinear
        Of a map.
    point : FixedPoint or Cycle
    which : "stable" or "unstable"
    reach : Reach
        How far it is followed.
    pieces : int
        Polygons at which a surface ends, or states of a sample.
    rng : seed or Generator, optional
        Of a sample.

    Raises
    ------
    InputError
        If the point lies on a border or is not hyperbolic, or has no such direction.
    """
    anchor = Anchor.of(form, point)
    count = len(anchor.chosen(which))
    if count == 0:
        raise InputError(f"point has no {which} direction, and so no {which} manifold.")
    if not reach.bounded and (count > 1 or (which == "stable" and not Inverse(form).invertible)):
        reach = _around(anchor, reach.length)
    if count == 2:
        return surface(form, point, anchor, which, reach, pieces)
    if count > 2:
        return sampled(form, anchor, which, reach, pieces, rng)
    return _curve(form, point, anchor, which, reach)


def _curve(form: PiecewiseLinear, point: FixedPoint | Cycle, anchor: Anchor, which: Which, reach: Reach) -> Manifold:
    seed = Seed.of(anchor, which, reach.cap)
    period = len(anchor.points)
    if which == "unstable":
        branches, note = grown(partial(mapped, form), seed, anchor.points, reach)
        method = "exact polylines: the seed mapped, split where it changes region"
    else:
        inverse = Inverse(form)
        if not inverse.invertible:
            return _set(inverse, point, anchor, seed, reach)
        backward = anchor.points[-np.arange(period) % period]
        branches, note = grown(partial(pulled_back, inverse), seed, backward, reach)
        branches = _in_order(branches, period)
        method = f"exact polylines: the seed pulled back by the inverse map ({inverse.argument})"
    return _record(form, point, anchor, seed, branches, which, method, note, reach)


def _set(inverse: Inverse, point: FixedPoint | Cycle, anchor: Anchor, seed: Seed, reach: Reach) -> Manifold:
    """The stable set under a map without an inverse."""
    paths, attached, parts, note = stable_set(inverse, anchor, seed, reach)
    error, delta = errors(inverse.form.rational, anchor, seed, [parts], "stable", reach)
    return Manifold(
        point=readonly(anchor.points[0]),
        which="stable",
        branches=tuple(map(readonly, paths)),
        error=error,
        exact=True,
        delta=delta,
        cycle=point if isinstance(point, Cycle) else None,
        method=f"exact polylines: all preimages of the seed, region by region ({inverse.argument})",
        attached=attached,
        note=note,
    )


def _around(anchor: Anchor, length: float) -> Reach:
    """The cube that nothing of this length leaves."""
    low, high = anchor.points.min(axis=0) - length, anchor.points.max(axis=0) + length
    return Reach(np.stack([low, high], axis=-1), length)


def _in_order(branches: list[Branch], period: int) -> list[Branch]:
    """The branches of the preimages, which visit the cycle backward, in the order of the cycle's points."""
    return [branches[2 * (-i % period) + side] for i in range(period) for side in (0, 1)]


def _record(
    form: PiecewiseLinear,
    point: FixedPoint | Cycle,
    anchor: Anchor,
    seed: Seed,
    branches: list[Branch],
    which: Which,
    method: str,
    note: str,
    reach: Reach,
) -> Manifold:
    error, delta = errors(form.rational, anchor, seed, [b.parts for b in branches], which, reach)
    return Manifold(
        point=readonly(anchor.points[0]),
        which=which,
        branches=tuple(readonly(branch.path) for branch in branches),
        error=error,
        exact=True,
        delta=delta,
        cycle=point if isinstance(point, Cycle) else None,
        method=method,
        attached=len(branches),
        note=note,
    )
