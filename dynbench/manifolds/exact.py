"""Manifolds of piecewise-linear maps: which exact method a point, its multipliers and the map call for."""

from __future__ import annotations

from functools import partial
from typing import Literal

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
from dynbench.manifolds.seeds import Anchor, Seed
from dynbench.piecewise import PiecewiseLinear
from dynbench.piecewise.inverse import Inverse
from dynbench.piecewise.polylines import mapped
from dynbench.piecewise.pullback import pulled_back

__all__ = ["exact_manifold"]

Array = NDArray[np.float64]
Which = Literal["stable", "unstable"]


def exact_manifold(form: PiecewiseLinear, point: FixedPoint | Cycle, which: Which, reach: Reach) -> Manifold:
    """The manifold of a fixed point or cycle of a piecewise-linear map.

    Parameters
    ----------
    form : PiecewiseLinear
        Of a map.
    point : FixedPoint or Cycle
    which : "stable" or "unstable"
    reach : Reach
        How far it is followed.

    Raises
    ------
    InputError
        If the point lies on a border or is not hyperbolic, or has no such direction.
    """
    anchor = Anchor.of(form, point)
    count = len(anchor.chosen(which))
    if count == 0:
        raise InputError(f"point has no {which} direction, and so no {which} manifold.")
    if count > 1:
        raise InputError(f"point has {count} {which} directions; expected one.")
    return _curve(form, point, anchor, which, reach)


def _curve(form: PiecewiseLinear, point: FixedPoint | Cycle, anchor: Anchor, which: Which, reach: Reach) -> Manifold:
    seed = Seed.of(anchor, which, reach.cap)
    period = len(anchor.points)
    if which == "unstable":
        branches, note = grown(partial(mapped, form), seed, period, reach)
        method = "exact polylines: the seed mapped, split where it changes region"
    else:
        inverse = Inverse(form)
        if not inverse.invertible:
            raise InputError(f"the map has no inverse: {inverse.argument}.")
        branches, note = grown(partial(pulled_back, inverse), seed, period, reach)
        branches = _in_order(branches, period)
        method = f"exact polylines: the seed pulled back by the inverse map ({inverse.argument})"
    return _record(form, point, anchor, seed, branches, which, method, note)


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
) -> Manifold:
    error, delta = errors(form.rational, anchor, seed, branches, which)
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
