"""How far the corners of polygons are from the manifold of a piecewise-linear map, by balls of 500 bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import flint
import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray

from dynbench.manifolds.balls import BallMap, column, length, solved, turned
from dynbench.manifolds.discs import Disc
from dynbench.piecewise.rational import RationalForm
from dynbench.symbolic.balls import identity

__all__ = ["surface_error"]

Array = NDArray[np.float64]

#: Vertices whose error is measured, rounds from the seed and growth up to which they are, bits of the balls that do it.
_SAMPLE, _MOST_ROUNDS, _SPREAD, _BITS = 32, 100, 1e6, 500


def surface_error(
    form: RationalForm, disc: Disc, generations: Sequence[Sequence[Array]], which: Literal["stable", "unstable"]
) -> float:
    """The largest distance of sampled vertices from the tangent planes of the manifold; infinite if none is known.

    Unstable: from the plane at the image of the vertex's place on the seed. Stable: what the vertex is off the
    eigenplane when it has been carried there is carried back.

    Parameters
    ----------
    form : RationalForm
        The declared map.
    disc : Disc
        The seed.
    generations : sequence of sequences of (c, m) arrays
        The polygons that so many steps part from the seed at the first point; of unstable ones the last two columns
        are the place there.
    which : "stable" or "unstable"
    """
    chosen = _sample(disc, generations, which)
    if not chosen:
        return 0.0
    n = form.dimension
    with flint.ctx.workprec(_BITS):
        step = BallMap(form).step
        product, offset = turned(form, disc.anchor.patterns)
        x = (identity(n) - product).solve(offset)
        plane = arb_mat(n, 2, [arb(float(e)) for e in disc.bases[0].ravel()])
        apart = []
        for vertex, steps in chosen:
            state = column(vertex[:n])
            point = x + plane * column(vertex[-2:]) if which == "unstable" else state
            tangents = plane if which == "unstable" else identity(n)
            for _ in range(steps):
                point, tangents = step(point, tangents)
            if which == "unstable":
                apart.append(length(_across(state - point, tangents)))
            else:
                off = _across(point - x, plane)
                apart.append(length(_across(solved(tangents, off), solved(tangents, plane))))
    return max((distance for distance in apart if np.isfinite(distance)), default=np.inf)


def _sample(disc: Disc, generations: Sequence[Sequence[Array]], which: str) -> list[tuple[Array, int]]:
    """Vertices, and the numbers of their generations, up to where rounding no longer says which piece they are on.

    A rounded place on the seed (unstable), or a rounded vertex that is carried forward (stable), is then elsewhere.
    """
    grown = np.abs(np.append(np.linalg.eigvals(disc.growth), disc.anchor.values if which == "stable" else 0.0)).max()
    rounds = int(np.log(_SPREAD) / np.log(max(1.0 + 1e-3, float(grown))))
    most = len(disc.anchor.points) * min(_MOST_ROUNDS, max(1, rounds))
    vertices = [(p[0], step) for step, polygons in enumerate(generations[: most + 1]) for p in polygons if step]
    return [vertices[i] for i in np.unique(np.linspace(0, len(vertices) - 1, _SAMPLE).astype(int))] if vertices else []


def _across(vector: arb_mat, plane: arb_mat) -> arb_mat:
    """The part of a vector normal to a plane, given by two columns; infinite where a singular map has made it less."""
    across = plane.transpose()
    return vector - plane * solved(across * plane, across * vector)
