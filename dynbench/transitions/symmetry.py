"""Branches of unstable manifolds that symmetries take to each other: one of them is followed for all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.directions import Directions
from dynbench.fixed_points.symmetry import Images
from dynbench.invariants import SignedPermutation
from dynbench.systems import System
from dynbench.transitions.limits import Limit
from dynbench.transitions.orbits import Way

__all__ = ["followed_once", "images_of", "moved_limit", "with_images"]

#: Unit vectors that differ by no more are one direction.
_ONE_DIRECTION = 1e-9


def images_of(system: System, points: Mapping[int, FixedPoint]) -> Images:
    """Which fixed point is the image of which under the symmetries, as far as there are branches to be saved.

    Parameters
    ----------
    system : System
        The system.
    points : mapping
        Number -> fixed point.
    """
    if not any(p.stability[2] for p in points.values()):
        return Images(points, ())
    return Images(points, [s.action for s in system.symmetries().generators])


class _Copy(NamedTuple):
    """A way that a symmetry makes of the way at position `of`."""

    way: Way
    symmetry: SignedPermutation
    of: int


def followed_once(
    system: System,
    ways: Sequence[Way],
    seconds: Collection[int],
    directions: Mapping[int, Directions],
    images: Images,
    follow: Callable[[Sequence[Way]], list[Limit]],
) -> list[tuple[Way, Limit]]:
    """Ways with their limits, and with them all their images under symmetries.

    Parameters
    ----------
    system : System
        The system.
    ways : sequence of Way
        None of them out of `seconds`.
    seconds : collection of int
        Points whose ways are the images of some of these.
    directions : mapping
        Point -> its directions.
    images : Images
        Which point is the image of which.
    follow : callable
        Ways -> limits; also for those images whose limit is none, as it is no fixed point or its image is no node.
    """
    kept, copies = _told_apart(system, ways, images)
    first = [_Copy(way, SignedPermutation.identity(system.dimension), k) for k, way in enumerate(kept)]
    for j in seconds:
        source, carrier = images.carriers[j]
        copies += [
            _Copy(_moved_way(c.way, carrier, j, directions[j]), carrier @ c.symmetry, c.of)
            for c in (*first, *copies)
            if c.way.branch.source == source
        ]
    led = list(zip(kept, follow(kept), strict=True))
    left = []
    for way, symmetry, of in copies:
        image = moved_limit(led[of][1], symmetry, images)
        if image is None:
            left.append(way)
        else:
            led.append((way, image))
    return [*led, *zip(left, follow(left), strict=True)]


def with_images(system: System, source: int, limits: Sequence[Limit], images: Images) -> list[Limit]:
    """Limits of branches out of a point, and those of their images under the symmetries that keep the point.

    Parameters
    ----------
    system : System
        The system.
    source : int
        The point.
    limits : sequence of Limit
        Limits met by sampling, which may have missed some.
    images : Images
        Which point is the image of which.
    """
    found = list(limits)
    if not limits or not images.is_carried(source):
        return found
    isotropy = [s.action for s in system.symmetries() if images.image(s.action, source) == source]
    known = {limit.label for limit in limits}
    for limit in found:  # grows while it is read: images of images count too
        for s in isotropy:
            if (
                limit.kind == "point"
                and limit.index is not None
                and ("point", images.image(s, limit.index)) not in known
            ):
                image = moved_limit(limit, s, images)
                if image is not None:
                    known.add(image.label)
                    found.append(image)
    return found


def _told_apart(system: System, ways: Sequence[Way], images: Images) -> tuple[list[Way], list[_Copy]]:
    """The ways of which none is an image of another out of the same point, and the others as images of those."""
    kept: list[Way] = []
    copies: list[_Copy] = []
    sources = {way.branch.source for way in ways if way.side}
    symmetries = [s.action for s in system.symmetries()] if any(map(images.is_carried, sources)) else []
    isotropy = {i: [s for s in symmetries if images.image(s, i) == i] for i in sources}
    for way in ways:
        copy = None if not way.side else _copy_of(way, kept, isotropy[way.branch.source])
        if copy is None:
            kept.append(way)
        else:
            copies.append(copy)
    return kept, copies


def _copy_of(way: Way, kept: Sequence[Way], symmetries: Sequence[SignedPermutation]) -> _Copy | None:
    for k, other in enumerate(kept):
        if other.side and other.branch.source == way.branch.source and other.branch.stride == way.branch.stride:
            for s in symmetries:
                if np.abs(s(other.side * other.direction) - way.side * way.direction).max() <= _ONE_DIRECTION:
                    return _Copy(way, s, k)
    return None


def _moved_way(way: Way, s: SignedPermutation, source: int, directions: Directions) -> Way:
    branch = replace(way.branch, source=source, start=s(way.branch.start))
    direction = s(way.direction)
    if way.side:
        (own,) = (v for (_, v), name in zip(directions.eigenvectors, directions.names, strict=True) if name == way.name)
        side = way.side if float(direction @ own) > 0 else -way.side
        return Way(side, way.name, own, branch)
    return Way(0, way.name, direction, branch)


def moved_limit(limit: Limit, s: SignedPermutation, images: Images) -> Limit | None:
    """The limit of the image of a branch under a symmetry; None where it is no fixed point or has no proved image.

    Parameters
    ----------
    limit : Limit
        The limit of the branch.
    s : SignedPermutation
        The symmetry.
    images : Images
        Which point is the image of which.
    """
    image = None if limit.kind != "point" or limit.index is None else images.image(s, limit.index)
    if image is None:
        return None
    reason = f"{limit.reason}; by the symmetry F(S x) = S F(x) from its image under S"
    return replace(limit, index=image, reason=reason, path=s(limit.path))
