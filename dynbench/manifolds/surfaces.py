"""Manifolds of piecewise-linear maps that are surfaces: exact polygons, mapped or pulled back and split at borders."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.cycles import Cycle
from dynbench.fixed_points import FixedPoint
from dynbench.manifolds.discs import Disc
from dynbench.manifolds.meshes import Mesh
from dynbench.manifolds.polygon_steps import images, preimages
from dynbench.manifolds.polygons import clipped, extents, outside, sizes
from dynbench.manifolds.reach import Reach
from dynbench.manifolds.records import Manifold
from dynbench.manifolds.seeds import Anchor
from dynbench.manifolds.surface_errors import surface_error
from dynbench.piecewise import PiecewiseLinear
from dynbench.piecewise.inverse import Inverse

__all__ = ["surface"]

Array = NDArray[np.float64]
Polygons = list[Array]
Carry = Callable[[Polygons], Polygons]

#: Polygons are dropped beyond so many widths of the box on each side, and the others cut off at so many.
_WIDE, _FAR = 3.0, 10.0
#: Polygons smaller, or thinner, than these parts of the box are kept, and not continued.
_SMALL, _THIN = 1e-6, 1e-9
#: Times that the polygons are carried on.
_MOST_STEPS = 500


def surface(
    form: PiecewiseLinear,
    point: FixedPoint | Cycle,
    anchor: Anchor,
    which: Literal["stable", "unstable"],
    reach: Reach,
    most: int,
) -> Manifold:
    """The manifold of dimension 2 of a fixed point or cycle, in any number of states.

    The seed is a polygon D in the eigenplane at the first point whose image under the k-th iterate holds it (unstable),
    or whose preimage there does (stable), and that stays in the regions of the cycle's word on the way. It is carried
    once round the cycle, which gives the other points their own; what the k-th step adds to D is a ring of convex
    polygons. They and their images, or preimages, are the manifold, each on the sheet of the point whose turn it is.
    Images are split at the borders of regions; preimages are taken in every region that holds any, so that those of a
    map without an inverse are all there.

    Parameters
    ----------
    form : PiecewiseLinear
    point : FixedPoint or Cycle
    anchor : Anchor
        Of the point.
    which : "stable" or "unstable"
    reach : Reach
        Polygons farther than 3 widths of its box away are dropped, as are those beyond its length from the point that
        their sheet belongs to; what is farther than 10 widths away is cut off.
    most : int
        Polygons at which growing ends.

    Raises
    ------
    InputError
        If a stable multiplier is zero, or preimages have to be taken in every region and these are too many.
    """
    disc = Disc.of(anchor, which, reach.cap)
    period = len(anchor.points)
    if which == "unstable":
        order = np.arange(period)
        carry: Carry = partial(images, form)
        first = _mapped_round(disc)
        how = "mapped, split where they change region"
    else:
        order = -np.arange(period) % period
        inverse = Inverse(form)
        carry = partial(preimages, inverse)
        first = _pulled_back_round(disc, carry)
        by = "by the inverse map" if inverse.invertible else "in every region"
        how = f"pulled back {by} ({inverse.argument})"
    generations, note = _grown(carry, first, reach, anchor.points[order], most)
    cycle = point if isinstance(point, Cycle) else None
    return Manifold(
        point=readonly(anchor.points[0]),
        which=which,
        branches=(),
        error=surface_error(form.rational, disc, generations, which),
        exact=True,
        cycle=cycle,
        dimension=2,
        method=f"exact polygons: the seed {how}",
        attached=0,
        mesh=_mesh(generations, order, form.dimension).within(reach.box),
        note=note,
    )


def _mapped_round(disc: Disc) -> list[Polygons]:
    """The discs of the points in turn, and what their next image adds to the first; with places on the seed."""
    period = len(disc.anchor.points)
    ring = [disc.at(0, piece) for piece in outside(disc.corners @ disc.growth.T, disc.corners)]
    back = np.linalg.inv(disc.growth).T
    ring = [np.column_stack([p[:, :-2], p[:, -2:] @ back]) for p in ring]
    return [*([disc.at(number, disc.corners)] for number in range(period)), ring]


def _pulled_back_round(disc: Disc, carry: Carry) -> list[Polygons]:
    """The disc of the first point and its preimages, in the last generation without the disc itself.

    The piece that lies around the cycle's points is followed through the regions of the word.
    """
    anchor, n = disc.anchor, len(disc.anchor.points[0])
    x, back = anchor.points[0], np.linalg.pinv(disc.bases[0])
    own, others = [disc.at(0, disc.corners)[:, :n]], Polygons()
    generations = [own]
    for pattern in anchor.patterns[::-1]:
        pieces = carry(own)
        same = [bool((anchor.form.pattern(piece.mean(axis=0)) == pattern).all()) for piece in pieces]
        others = carry(others) + [piece for piece, yes in zip(pieces, same, strict=True) if not yes]
        own = [piece for piece, yes in zip(pieces, same, strict=True) if yes]
        generations.append(own + others)
    ring = [x + piece @ disc.bases[0].T for whole in own for piece in outside((whole - x) @ back.T, disc.corners)]
    return [*generations[:-1], ring + others]


def _grown(carry: Carry, first: list[Polygons], reach: Reach, points: Array, most: int) -> tuple[list[Polygons], str]:
    """The polygons, generation by generation, after those of the first round; points in the order of `carry`."""
    generations, total = list(first[:-1]), 0
    front = first[-1]
    note = f"polygons beyond {_WIDE:g} widths of the box are dropped, and cut off at {_FAR:g}"
    for _ in range(_MOST_STEPS):
        front = _near(front, reach, points[len(generations) % len(points)])
        generations.append(front)
        total += len(front)
        if not front:
            break
        size, thickness = sizes(front, points.shape[1]) / np.ptp(reach.box, axis=1).max()
        large = np.flatnonzero((size > _SMALL) & (thickness > _THIN))
        if not len(large):
            break
        if total >= most:
            note = f"given up at {total} polygons; {note}"
            break
        front = carry([front[number] for number in large])
    return generations, note


def _near(polygons: Polygons, reach: Reach, x: Array) -> Polygons:
    """The polygons that are not too far from the box and from the point x; what is very far is cut off.

    A corner in the box would be rounded as the far ends of its edges are.
    """
    if not polygons:
        return []
    n, widths = len(x), np.ptp(reach.box, axis=1)[:, None]
    wide, far = (reach.box + factor * widths * [-1, 1] for factor in (_WIDE, _FAR))
    low, high = extents(polygons, n)
    gap = np.maximum(np.maximum(low - x, x - high), 0.0)
    near = (high >= wide[:, 0]).all(axis=1) & (low <= wide[:, 1]).all(axis=1)
    near &= np.linalg.norm(gap, axis=1) <= reach.length
    beyond = (low < far[:, 0]).any(axis=1) | (high > far[:, 1]).any(axis=1)
    kept = [polygons[number] for number in np.flatnonzero(near & ~beyond)]
    return kept + list(
        clipped(
            [polygons[number] for number in np.flatnonzero(near & beyond)],
            lambda z: np.concatenate([z[:, :n] - far[:, 0], far[:, 1] - z[:, :n]], axis=1),
        )
    )


def _mesh(generations: list[Polygons], order: NDArray[np.intp], n: int) -> Mesh:
    polygons = [p[:, :n] for generation in generations for p in generation]
    if len(order) == 1:
        return Mesh.of(polygons, n)
    sheets = [order[step % len(order)] for step, generation in enumerate(generations) for _ in generation]
    return Mesh.of(polygons, n, np.array(sheets, dtype=np.intp))
