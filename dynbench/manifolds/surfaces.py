"""Manifolds of piecewise-linear maps that are surfaces: exact polygons, mapped or pulled back and split at borders."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import flint
import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.errors import InputError
from dynbench.manifolds.balls import BallMap, column, length, solved
from dynbench.manifolds.discs import Disc
from dynbench.manifolds.meshes import Mesh
from dynbench.manifolds.polygons import clipped, outside, parted
from dynbench.manifolds.reach import Reach
from dynbench.manifolds.records import Manifold
from dynbench.manifolds.seeds import Anchor
from dynbench.piecewise import PiecewiseLinear
from dynbench.piecewise.inverse import Inverse
from dynbench.symbolic.balls import identity

__all__ = ["surface"]

Array = NDArray[np.float64]
Which = Literal["stable", "unstable"]
Polygons = list[Array]

#: Polygons are dropped beyond so many widths of the box on each side.
_WIDE = 3.0
#: Polygons smaller than this part of the box are kept, and not continued.
_SMALL = 1e-6
#: Times that the polygons are carried on.
_MOST_STEPS = 500
#: Preimages by regions, up to so many of them.
_REGIONS = 256
#: Vertices whose error is measured, steps from the seed and growth up to which they are, bits of the balls that do it.
_SAMPLE, _MOST_MEASURED, _SPREAD, _BITS = 32, 100, 1e6, 500


def surface(form: PiecewiseLinear, anchor: Anchor, which: Which, reach: Reach, most: int) -> Manifold:
    """The manifold of dimension 2 of a fixed point, in any number of states.

    The seed is a polygon Q in the eigenplane, inside the region of the point, that its image (unstable) or preimage
    (stable) contains: a parallelogram along two real eigenvectors, or a regular polygon of so many corners that the
    contracted and turned one fits in, in coordinates in which the map turns and stretches. What the first step adds to
    Q is a ring of convex polygons; they and their images are the manifold. Images are split at the borders of regions;
    preimages are taken in every region, so that those of a map without an inverse are all there.

    Parameters
    ----------
    form : PiecewiseLinear
    anchor : Anchor
        Of a fixed point.
    which : "stable" or "unstable"
    reach : Reach
        Polygons farther than 3 widths of its box away are dropped, as are those beyond its length from the point.
    most : int
        Polygons at which growing ends.

    Raises
    ------
    InputError
        If it is a cycle's, the plane has no eigenvectors, or there are too many regions for preimages.
    """
    if len(anchor.points) > 1:
        raise InputError("point is a Cycle with a manifold of dimension 2; expected a fixed point, or dimension 1.")
    x = anchor.points[0]
    disc = Disc.of(form, anchor, which, reach.cap)
    first = disc.lifted(x, disc.corners)
    carry: Callable[[Polygons], Polygons]
    if which == "unstable":
        ring = [disc.lifted(x, piece) for piece in outside(disc.corners @ disc.growth.T, disc.corners)]
        ring = [np.column_stack([p[:, :-2], p[:, -2:] @ np.linalg.inv(disc.growth).T]) for p in ring]

        def carry(polygons: Polygons) -> Polygons:
            return _images(form, polygons)
    else:
        inverse = Inverse(form)
        if len(inverse.patterns) > _REGIONS:
            raise InputError(
                f"the map has {len(inverse.patterns)} regions; expected at most {_REGIONS} for preimages of a surface."
            )
        ring = _first_preimages(inverse, anchor, disc, first)

        def carry(polygons: Polygons) -> Polygons:
            return _preimages(inverse, polygons)

    generations, note = _grown(carry, ring, reach, x, most)
    polygons = [first] + [p for generation in generations for p in generation]
    error = _error(form, anchor, disc, generations, which)
    how = "mapped, split where they change region" if which == "unstable" else "pulled back in every region"
    return Manifold(
        point=readonly(x),
        which=which,
        branches=(),
        error=error,
        exact=True,
        dimension=2,
        method=f"exact polygons: the seed {how}",
        attached=0,
        mesh=_mesh(polygons, form.dimension).within(reach.box),
        note=note,
    )


def _images(form: PiecewiseLinear, polygons: Polygons) -> Polygons:
    n = form.dimension
    for unit in range(form.units):
        polygons = parted(polygons, partial(_margin, form, unit))
    stacked = np.concatenate(polygons)
    stacked[:, :n] = form(stacked[:, :n])
    return np.split(stacked, np.cumsum([len(p) for p in polygons])[:-1])


def _preimages(inverse: Inverse, polygons: Polygons) -> Polygons:
    n, found = inverse.form.dimension, []
    for k_matrix, k, p_matrix, p in zip(*inverse.pieces, strict=True):
        for polygon in clipped(polygons, partial(_affine, p_matrix, p)):
            found.append(np.column_stack([polygon[:, :n] @ k_matrix.T + k, polygon[:, n:]]))
    return found


def _margin(form: PiecewiseLinear, unit: int, corners: Array) -> Array:
    return np.asarray(form.margins(corners[:, : form.dimension])[:, unit])


def _affine(matrix: Array, offset: Array, corners: Array) -> Array:
    return np.asarray(corners[:, : matrix.shape[1]] @ matrix.T + offset)


def _first_preimages(inverse: Inverse, anchor: Anchor, disc: Disc, first: Array) -> Polygons:
    """The preimages of the seed, without itself."""
    n, x, ring = inverse.form.dimension, anchor.points[0], []
    back = np.linalg.pinv(disc.basis)
    for polygon in _preimages(inverse, [first]):
        same = (inverse.form.pattern(polygon[:, :n].mean(axis=0)) == anchor.patterns[0]).all()
        if not same:
            ring.append(polygon)
            continue
        flat = (polygon[:, :n] - x) @ back.T
        ring += [
            np.column_stack([x + piece @ disc.basis.T, piece @ np.linalg.inv(disc.growth).T])
            for piece in outside(flat, disc.corners)
        ]
    return ring


def _grown(
    carry: Callable[[Polygons], Polygons], ring: Polygons, reach: Reach, x: Array, most: int
) -> tuple[list[Polygons], str]:
    """The ring and its images, generation by generation."""
    n, generations, total = len(x), [], 0
    widths = np.ptp(reach.box, axis=1)
    wide = reach.box + _WIDE * widths[:, None] * [-1, 1]
    front, note = ring, f"polygons beyond {_WIDE:g} widths of the box are dropped"
    for _ in range(_MOST_STEPS):
        near = [
            p
            for p in front
            if (p[:, :n].max(axis=0) >= wide[:, 0]).all()
            and (p[:, :n].min(axis=0) <= wide[:, 1]).all()
            and np.linalg.norm(p[:, :n] - x, axis=1).min() <= reach.length
        ]
        generations.append(near)
        total += len(near)
        large = [p for p in near if np.ptp(p[:, :n], axis=0).max() > _SMALL * widths.max()]
        if not large:
            break
        if total >= most:
            note = f"given up at {total} polygons; {note}"
            break
        front = carry(large)
        if not front:
            break
    return generations, note


def _mesh(polygons: Polygons, n: int) -> Mesh:
    return Mesh.of([p[:, :n] for p in polygons], n)


def _error(form: PiecewiseLinear, anchor: Anchor, disc: Disc, generations: list[Polygons], which: Which) -> float:
    """The largest distance of sampled vertices from the tangent planes of the manifold, in balls.

    Unstable: from the plane at the image of the vertex's place on the seed. Stable: what the vertex is off the
    eigenplane when it has been carried there is carried back.
    """
    n = form.dimension
    # Beyond, a rounded place on the seed no longer says which piece a vertex is on.
    growing = max(1.0 + 1e-3, float(np.abs(np.linalg.eigvals(disc.growth)).max()))
    most = min(_MOST_MEASURED, int(np.log(_SPREAD) / np.log(growing)))
    vertices = [(p[0], step) for step, generation in enumerate(generations[:most], 1) for p in generation]
    chosen = (
        [vertices[i] for i in np.unique(np.linspace(0, len(vertices) - 1, _SAMPLE).astype(int))] if vertices else []
    )
    with flint.ctx.workprec(_BITS):
        step = BallMap(form.rational).step
        region = form.rational.region(anchor.patterns[0])
        x = (identity(n) - arb_mat(region.J)).solve(arb_mat(region.c))
        plane = arb_mat(n, 2, [arb(float(e)) for e in disc.basis.ravel()])
        apart = []
        for vertex, steps in chosen:
            state = column(vertex[:n])
            point = x + plane * column(vertex[n:]) if which == "unstable" else state
            tangents = plane if which == "unstable" else identity(n)
            for _ in range(steps):
                point, tangents = step(point, tangents)
            if which == "unstable":
                apart.append(length(_across(state - point, tangents)))
            else:
                off = _across(point - x, plane)
                apart.append(length(_across(solved(tangents, off), solved(tangents, plane))))
    return max(apart, default=0.0)


def _across(vector: arb_mat, plane: arb_mat) -> arb_mat:
    """The part of a vector normal to a plane, given by two columns."""
    across = plane.transpose()
    return vector - plane * (across * plane).solve(across * vector)
