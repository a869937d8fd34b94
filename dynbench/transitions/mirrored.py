"""Pairs of fixed points x and -x of a system with F(-x) = -F(x): what is known of one is known of the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.mirror import is_mirrored
from dynbench.systems import System
from dynbench.transitions.limits import Limit
from dynbench.transitions.orbits import Way

__all__ = ["followed_once", "mirror_images"]


def mirror_images(system: System, points: Mapping[int, FixedPoint]) -> dict[int, int]:
    """Which fixed point is the mirror image of which, where that is proved; the origin is its own.

    Parameters
    ----------
    system : System
        The system; where it is not proved to be odd, nothing is.
    points : mapping
        Number -> fixed point.
    """
    if not is_mirrored(system):
        return {}
    return {i: j for i, one in points.items() for j, other in points.items() if _are_mirrored(one, other)}


def _are_mirrored(one: FixedPoint, other: FixedPoint) -> bool:
    """Whether the mirror image of one fixed point is proved to lie where the other is the only one."""
    here, there = one.certificate, other.certificate
    if here is None or there is None or here.radius is None or there.uniqueness_radius is None:
        return False
    return bool(np.abs(here.center + there.center).max() + here.radius < there.uniqueness_radius)


def followed_once(
    ways: Sequence[Way],
    seconds: Collection[int],
    images: Mapping[int, int],
    follow: Callable[[Sequence[Way]], list[Limit]],
) -> list[tuple[Way, Limit]]:
    """Ways with their limits, and with them the mirror images of those whose source has its own among `seconds`.

    Parameters
    ----------
    ways : sequence of Way
        None of them out of `seconds`.
    seconds : collection of int
        Points whose ways are the mirror images of some of these.
    images : mapping
        As `mirror_images` returns it.
    follow : callable
        Ways -> limits; for those mirror images too whose limit is none, as it is no fixed point or its image no node.
    """
    led = list(zip(ways, follow(ways), strict=True))
    left = []
    for way, limit in tuple(led):
        if images.get(way.branch.source) in seconds:
            mirrored, image = _mirrored_way(way, images), _mirrored_limit(limit, images)
            if image is None:
                left.append(mirrored)
            else:
                led.append((mirrored, image))
    return [*led, *zip(left, follow(left), strict=True)]


def _mirrored_way(way: Way, images: Mapping[int, int]) -> Way:
    branch = replace(way.branch, source=images[way.branch.source], start=0.0 - way.branch.start)
    return Way(-way.side, way.name, 0.0 - way.direction, branch)


def _mirrored_limit(limit: Limit, images: Mapping[int, int]) -> Limit | None:
    if limit.kind != "point" or limit.index is None or limit.index not in images:
        return None
    reason = f"{limit.reason}; by F(-x) = -F(x) from the mirror image"
    return replace(limit, index=images[limit.index], reason=reason, path=0.0 - limit.path)
