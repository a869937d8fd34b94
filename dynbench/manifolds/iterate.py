"""Unstable manifolds of maps: a fundamental segment iterated, with states inserted where its image needs them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dynbench.flow.polylines import arclength, beginning
from dynbench.systems import System

__all__ = ["iterated_segment"]

Array = NDArray[np.float64]

_START = 16
_ROUNDS = 12
_MOST_IMAGES = 200
#: Two steps of the polyline may differ by this angle (radians) and be this long, relative to the box.
_ANGLE, _STEP = 0.15, 0.02


def iterated_segment(
    system: System,
    x: Array,
    offset: Array,
    multiplier: float,
    inside: Callable[[Array], NDArray[np.bool_]],
    length: float,
    most: int,
) -> Array:
    """The polyline from the fixed point x along one branch of its unstable manifold.

    The segment from x + offset to its image is a fundamental segment: its images make up the branch. With a
    negative multiplier the second iterate of the map is taken, which keeps the branch.

    Parameters
    ----------
    system : System
        A map.
    x, offset : (n,) arrays
        The fixed point, and the start on the eigenvector seen from it.
    multiplier : float
        The unstable multiplier.
    inside : callable
        Says which states (m, n) are followed.
    length : float
        Arclength at which the branch ends.
    most : int
        States spent on one image of the segment.

    References
    ----------
    D. Hobson, An efficient method for computing invariant manifolds of planar maps, J. Comput. Phys. 104 (1993).
    """
    stride = 2 if multiplier < 0 else 1
    factor = abs(multiplier) ** stride
    shares = factor ** np.linspace(0.0, 1.0, _START)
    scale = max(1.0, float(np.abs(x).max()))
    path = [x[None], x + shares[:, None] * offset]
    total = arclength(np.concatenate(path))
    for count in range(1, _MOST_IMAGES):
        image, shares = _image(system, x, offset, shares, stride * count, scale, most)
        usable = np.isfinite(image).all(axis=-1) & inside(image)
        stop = len(image) if usable.all() else int(np.argmin(usable))
        path.append(image[1:stop])
        total += arclength(image[:stop])
        if stop < len(image) or total > length:
            break
        if np.ptp(image, axis=0).max() < 1e-9 * scale:
            break  # the branch has converged
        shares = _fewer(shares)
    return beginning(np.concatenate(path), length)


def _image(
    system: System, x: Array, offset: Array, shares: Array, steps: int, scale: float, most: int
) -> tuple[Array, Array]:
    """The image of the fundamental segment after so many steps, refined where it bends or stretches."""
    image = _iterate(system, x + shares[:, None] * offset, steps)
    for _ in range(_ROUNDS):
        wanted = _coarse(image, scale)
        if not wanted.any() or len(shares) >= most:
            break
        middle = np.sqrt(shares[:-1][wanted] * shares[1:][wanted])
        places = np.flatnonzero(wanted) + 1
        image = np.insert(image, places, _iterate(system, x + middle[:, None] * offset, steps), axis=0)
        shares = np.insert(shares, places, middle)
    return image, shares


def _iterate(system: System, states: Array, steps: int) -> Array:
    with np.errstate(all="ignore"):
        for _ in range(steps):
            states = system(states)
    return states


def _coarse(image: Array, scale: float) -> NDArray[np.bool_]:
    """Which steps of the polyline are too long, or turn too far from their neighbours."""
    with np.errstate(all="ignore"):
        step = np.diff(image, axis=0)
        size = np.linalg.norm(step, axis=1)
        unit = step / np.where(size > 0, size, 1.0)[:, None]
        turn = np.linalg.norm(np.diff(unit, axis=0), axis=1) > _ANGLE
    bends = np.zeros(len(size), dtype=bool)
    bends[:-1] |= turn
    bends[1:] |= turn
    return np.isfinite(size) & ((size > _STEP * scale) | (bends & (size > 1e-3 * _STEP * scale)))


def _fewer(shares: Array) -> Array:
    """Every second share where there are many: the next image says anew where it needs them."""
    if len(shares) <= 4 * _START:
        return shares
    return np.append(shares[:-1:2], shares[-1])
