"""States at which Newton's method converges in doubles though no fixed point is there, or many lie side by side.

Where the gates of a trained cell are shut, (1 - z) (c - h) and its derivatives are below the rounding of doubles all
over a region in which the true function has no zero: a phantom of a root. Around a multiple root, or along a line of
attractors, G vanishes to rounding on a set of states as well. Both are known by a Jacobian whose inverse magnifies the
rounding of G beyond the distance at which states are told apart; phantoms are then refuted by proof.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from dynbench.fixed_points.certificates import excluded
from dynbench.fixed_points.large.krylov import MOST_DENSE
from dynbench.systems import System

__all__ = ["is_determined", "is_phantom"]

Array = NDArray[np.float64]

#: States closer than this, relative to max(1, |x|), are one.
_CLOSE = 1e-6
#: Up to so many states a matrix of balls is cheap.
_FEW = 100


def is_determined(system: System, x: Array) -> bool:
    """Whether the rounding of G moves the root that Newton's method found at `x` (n,) by less than 1e-6 max(1, |x|).

    By an estimate of the condition of the Jacobian: no proof. Taken for granted where n is too large for it.
    """
    if system.dimension > MOST_DENSE:
        return True
    jacobian = system.residual_jacobian(x)
    if not np.isfinite(jacobian).all():
        return False
    size = float(np.abs(jacobian).sum(axis=0).max())
    factors, _, singular = lapack.dgetrf(jacobian)
    if singular:
        return False
    reciprocal, _ = lapack.dgecon(factors, size)
    scale = max(1.0, float(np.abs(x).max()))
    rounding = np.finfo(float).eps * len(x) * (1 + size) * scale
    return bool(rounding <= _CLOSE * scale * size * reciprocal)


def is_phantom(system: System, x: Array) -> bool:
    """Whether Newton's method was deceived by rounding: no fixed point lies within 1e-6 max(1, |x|), by proof.

    Only asked where the root is not determined, of at most 100 states: elsewhere False, which proves nothing.
    """
    if system.dimension > _FEW or is_determined(system, x):
        return False
    return excluded(system, x, _CLOSE * max(1.0, float(np.abs(x).max())))
