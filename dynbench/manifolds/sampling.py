"""Manifolds of dimension 3 and more of piecewise-linear maps, by sampling: flat patches through carried states."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import as_generator, readonly
from dynbench.errors import InputError
from dynbench.manifolds.meshes import Patch
from dynbench.manifolds.reach import Reach
from dynbench.manifolds.records import Manifold
from dynbench.manifolds.seeds import Anchor
from dynbench.piecewise import PiecewiseLinear
from dynbench.piecewise.inverse import Inverse

__all__ = ["sampled"]

Array = NDArray[np.float64]
Pattern = NDArray[np.bool_]
Which = Literal["stable", "unstable"]

#: Of the distance to the nearest border, the radius of the ball that is sampled.
_WITHIN = 0.9
#: States of the first sample; later generations are what the map makes of it.
_FIRST = 500
_MOST_STEPS = 200


class _Sample(NamedTuple):
    """States of one generation, and a number for the word of regions that each came through."""

    states: Array
    words: NDArray[np.intp]


def sampled(form: PiecewiseLinear, anchor: Anchor, which: Which, reach: Reach, most: int, rng: Any = None) -> Manifold:
    """A manifold of any dimension d by the states that a sample of its seed is carried to, and patches through them.

    A ball of the eigenspace inside the region of the point is sampled and carried by the map, or by its inverse. States
    that came through the same regions lie in one affine piece of the manifold: of each such group of at least d + 2
    states the piece is fitted by principal components to all but every fourth state, and the distance of the others
    from it is the error. Groups that are smaller have states and no patch. Nothing says that the sample has met all
    pieces.

    Parameters
    ----------
    form : PiecewiseLinear
    anchor : Anchor
        Of a fixed point.
    which : "stable" or "unstable"
    reach : Reach
        States outside its box are dropped.
    most : int
        States at which the sample ends.
    rng : seed or Generator, optional
        Of the sample.

    Raises
    ------
    InputError
        If it is a cycle's, or preimages are wanted of a map that is not proved invertible.

    References
    ----------
    L. Eisenmann et al., Detecting invariant manifolds in ReLU-based RNNs, arXiv:2510.03814 (2025), for the idea; the
    groups by words of regions are ours.
    """
    if len(anchor.points) > 1:
        raise InputError(
            f"point is a Cycle with a manifold of dimension {len(anchor.chosen(which))}; expected dimension 1 or 2, "
            "or a fixed point, whose manifold is sampled."
        )
    inverse = Inverse(form)
    if which == "stable" and not inverse.invertible:
        raise InputError(
            f"the map is not proved invertible ({inverse.argument}); expected one that is, for a sample of a stable "
            f"manifold of dimension {len(anchor.chosen(which))}."
        )
    dimension = len(anchor.chosen(which))
    sample = _Sample(_first(form, anchor, which, reach.cap, as_generator(rng)), np.zeros(_FIRST, dtype=np.intp))
    patches, errors, total, single = [], [], 0, 0
    for _ in range(_MOST_STEPS):
        inside = reach.inside(sample.states)
        sample = _Sample(sample.states[inside], sample.words[inside])
        total += len(sample.states)
        for word in np.unique(sample.words):
            states = sample.states[sample.words == word]
            if len(states) < dimension + 2:
                single += len(states)
                continue
            patch, error = _fitted(states, dimension)
            patches.append(patch)
            errors.append(error)
        if total >= most or not len(sample.states):
            break
        sample = _carried(form, inverse, sample, which)
    return Manifold(
        point=readonly(anchor.points[0]),
        which=which,
        branches=(),
        error=max(errors, default=0.0),
        dimension=dimension,
        method="sampled: states of the seed carried, and patches fitted to those that came through the same regions",
        attached=0,
        patches=tuple(patches),
        note=f"{total} states in the box, {single} of them in groups too small for a patch; pieces may be missing",
    )


def _first(form: PiecewiseLinear, anchor: Anchor, which: Which, cap: float, rng: np.random.Generator) -> Array:
    """States of a ball of the eigenspace."""
    basis = anchor.eigenspace(which)
    size = basis.shape[1]
    region = form.region(anchor.patterns[0])
    y, slope = region.G @ anchor.points[0] + region.g, np.linalg.norm(region.G @ basis, axis=1)
    radius = _WITHIN * min(float((np.abs(y)[slope > 0] / slope[slope > 0]).min(initial=np.inf)), cap)
    directions = rng.normal(size=(_FIRST, size))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    distance = radius * rng.random((_FIRST, 1)) ** (1 / size)
    return np.asarray(anchor.points[0] + distance * directions @ basis.T)


def _carried(form: PiecewiseLinear, inverse: Inverse, sample: _Sample, which: Which) -> _Sample:
    """The images, or preimages; words are told apart by the region on this step and the word before."""
    states = form(sample.states) if which == "unstable" else inverse.preimage(sample.states)
    met = form.pattern(sample.states if which == "unstable" else states)
    _, words = np.unique(np.column_stack([sample.words, met]), axis=0, return_inverse=True)
    return _Sample(states, words.ravel())


def _fitted(states: Array, dimension: int) -> tuple[Patch, float]:
    """The affine piece through states, and how far those that were held back are from it."""
    held = np.zeros(len(states), dtype=bool)
    if len(states) >= 2 * (dimension + 2):
        held[::4] = True
    center = states[~held].mean(axis=0)
    basis = np.linalg.svd(states[~held] - center, full_matrices=False)[2][:dimension].T
    off = states - center
    off = off - off @ basis @ basis.T
    tested = off[held] if held.any() else off
    return Patch(readonly(center), readonly(basis), readonly(states)), float(np.linalg.norm(tested, axis=1).max())
