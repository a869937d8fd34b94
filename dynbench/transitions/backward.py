"""Stable manifolds of dimension 1, followed back to the sources that they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.directions import Directions
from dynbench.systems import System
from dynbench.transitions.follow import Follower
from dynbench.transitions.limits import Limit, Targets
from dynbench.transitions.orbits import Branch

__all__ = ["descents"]


def descents(system: System, points: Mapping[int, FixedPoint], follower: Follower) -> list[tuple[int, Limit]]:
    """Orbits from sources to saddles with one stable direction: (source, limit with the saddle for its index).

    In backward time a source attracts, so that an orbit on the saddle's stable manifold comes from it where, followed
    backward, it enters an ellipsoid proved to lie in the source's basin of backward time.

    Parameters
    ----------
    system : System
        The system; a map has no backward orbits, so nothing is found.
    points : mapping
        Position -> fixed point.
    follower : Follower
        Its tolerances and time are used.
    """
    n = system.dimension
    saddles = {
        i: Directions.of(system, p, 1, stable=True)
        for i, p in points.items()
        if p.certificate is not None and p.certificate.stability == (1, 0, n - 1) and n > 1
    }
    if system.kind == "map" or not saddles:
        return []
    targets = Targets(system, points, direction=-1, rtol=follower.rtol)
    if not targets.balls:
        return []
    backward = Follower(system, targets, None, time=follower.time, rtol=follower.rtol, atol=follower.atol, direction=-1)
    ways = [
        (i, Branch(i, directions.start(side * vector)))
        for i, directions in saddles.items()
        for _, vector in directions.eigenvectors
        for side in (1, -1)
    ]
    found = []
    for (saddle, _), limit in zip(ways, backward.follow([branch for _, branch in ways]), strict=True):
        if limit.kind == "point" and limit.how == "attraction ball" and limit.index is not None:
            reason = (
                "followed backward along the stable manifold of the saddle, it enters an ellipsoid around the source "
                "in which all orbits are proved to come from there"
            )
            connection = replace(limit, index=saddle, how="connection", reason=reason, path=limit.path[::-1])
            found.append((limit.index, connection))
    return found
