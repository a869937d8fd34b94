"""That a box of few states holds no zero of G but known ones, by cutting it up, very many parts at once.

A part is done with if interval Newton steps (Krawczyk) leave nothing of it, or if it lies in a box around a known zero
on which G is one-to-one. For a leaky system, G = -a x + h(x), it is first cut down to h(x)/a, which such steps do not
see on large boxes.

References
----------
A. Neumaier, Interval Methods for Systems of Equations, Cambridge 1990, chapter 5.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import arb
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.verification.matrices.blocks import Block, up
from dynbench.verification.matrices.jets import Jets, from_left
from dynbench.verification.matrices.system import MatrixSystem
from dynbench.verification.matrices.zeros import is_one_to_one
from dynbench.verification.zeros import Root

__all__ = ["holds_nothing_else"]

Array = NDArray[np.float64]

#: Boxes looked at, and numbers in one batch of derivatives.
_BUDGET, _BATCH = 600_000, 2**17
_HALVINGS = 12


def holds_nothing_else(
    system: MatrixSystem, pairs: Sequence[tuple[float, float]], roots: Sequence[Root]
) -> bool | None:
    """Whether it is shown that a box holds no zero of G but the known ones; None where G is not treated here."""
    low, high = np.array(pairs).T.copy()
    try:
        jets = Jets(system, low, high)
        with np.errstate(all="ignore"):
            around = [_neighbourhood(system, root, float((high - low).max())) for root in roots]
            return _cut_up(jets, low[:, None], high[:, None], [part for part in around if part is not None])
    except InputError:
        return None


def _neighbourhood(system: MatrixSystem, root: Root, widest: float) -> tuple[Array, Array] | None:
    """Bounds of a box around a zero in which it is the only one, as large as halving finds it."""
    center = np.array([float(side.mid) for side in root.box])
    reach = max(float(abs(side.mid - arb(c)).upper()) for side, c in zip(root.box, center, strict=True))
    reach = max(reach, *(float((side.hi - side.lo).upper()) for side in root.box))
    radius = widest
    for _ in range(_HALVINGS):
        if 4 * reach < radius and is_one_to_one(system, center, radius):
            # Rounded inwards.
            return np.nextafter(center - radius, np.inf), np.nextafter(center + radius, -np.inf)
        radius /= 2
    return None


def _cut_up(jets: Jets, low: Array, high: Array, around: list[tuple[Array, Array]]) -> bool:
    looked, most = 0, max(1, _BATCH // len(low) ** 2)
    while low.shape[1]:
        # The last parts first: so few wait.
        cut = max(0, low.shape[1] - most)
        a, b = low[:, cut:], high[:, cut:]
        looked += a.shape[1]
        if looked > _BUDGET:
            return False
        a, b = _open(a, b, around)
        low, high = low[:, :cut], high[:, :cut]
        if not a.shape[1]:
            continue
        a, b, slopes = _narrowed(jets, a, b)
        if not np.all(a < b):
            return False  # too thin to be cut
        lower, upper = _halves(a, b, slopes)
        low = np.concatenate([low, a, lower], axis=1)
        high = np.concatenate([high, upper, b], axis=1)
    return True


def _open(low: Array, high: Array, around: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """The boxes that lie in no neighbourhood of a known zero."""
    rest = np.ones(low.shape[1], dtype=bool)
    for bottom, top in around:
        rest &= ~((low >= bottom[:, None]) & (high <= top[:, None])).all(axis=0)
    return low[:, rest], high[:, rest]


def _narrowed(jets: Jets, low: Array, high: Array) -> tuple[Array, Array, Array]:
    """What one step leaves of boxes, empty ones dropped, and sizes of the slopes (boxes, n, n)."""
    n = len(low)
    driven = jets(low, high)
    if jets.leak.ends[0] > 0:
        quotient = driven.value * Block.between(*_reciprocal(jets.leak))
        low, high = _met(low, high, *quotient.ends)
    rate = Block(jets.leak.mid[None], jets.leak.rad[None])
    slope = driven.slope - rate * Block.exact(np.eye(n)[None])
    center = 0.5 * low + 0.5 * high
    reach = up(np.maximum(high - center, center - low), 2)
    residual = jets(center, center).value - jets.leak * Block.exact(center)
    inverse = Block.exact(_inverses(slope.mid))
    defect = (Block.exact(np.eye(n)[None]) - from_left(inverse, slope)).mag
    step = from_left(inverse, Block(residual.mid.T[:, :, None], residual.rad.T[:, :, None]))
    spread = up(defect @ reach.T[:, :, None], n + 1)
    moved = Block.exact(center) - Block(step.mid[:, :, 0].T, up(step.rad + spread, 1)[:, :, 0].T)
    low, high = _met(low, high, *moved.ends)
    left = (low <= high).all(axis=0)
    return low[:, left], high[:, left], slope.mag[left]


def _met(low: Array, high: Array, least: Array, most: Array) -> tuple[Array, Array]:
    """The intersection with boxes; what is not finite bounds nothing."""
    least, most = np.where(np.isfinite(least), least, -np.inf), np.where(np.isfinite(most), most, np.inf)
    return np.maximum(low, least), np.minimum(high, most)


def _reciprocal(number: Block) -> tuple[Array, Array]:
    low, high = number.ends
    return np.nextafter(1 / high, -np.inf), np.nextafter(1 / low, np.inf)


def _inverses(matrices: Array) -> Array:
    """Approximate inverses; anything will do where there is none."""
    matrices = np.where(np.isfinite(matrices), matrices, 0.0)
    try:
        found = np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        found = np.linalg.inv(matrices + 1e-9 * np.random.default_rng(0).normal(size=matrices.shape[1:]))
    return np.where(np.isfinite(found), found, 0.0)


def _halves(low: Array, high: Array, slopes: Array) -> tuple[Array, Array]:
    """Where to cut boxes in two: lower bounds of the upper halves, upper bounds of the lower ones."""
    share = np.where(np.isfinite(slopes), slopes, 1.0) * (high - low).T[:, None, :]
    scores = (share / share.sum(axis=2, keepdims=True)).sum(axis=1)
    axes, boxes = scores.argmax(axis=1), np.arange(low.shape[1])
    middle = low[axes, boxes] + 0.5 * (high[axes, boxes] - low[axes, boxes])
    lower, upper = low.copy(), high.copy()
    lower[axes, boxes] = upper[axes, boxes] = middle
    return lower, upper
