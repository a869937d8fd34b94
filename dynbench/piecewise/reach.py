"""How far from an orbit of a piecewise-linear map its linear part holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench.piecewise.form import PiecewiseLinear

__all__ = ["linear_reach"]

Array = NDArray[np.float64]


def linear_reach(form: PiecewiseLinear, orbit: Array, basis: Array) -> float:
    """The distance from the first state of an orbit, within a subspace, up to which F^k is affine.

    Nearer states of the subspace have the pattern of the orbit at each of its k steps. In an invariant subspace that
    repels they are the local unstable manifold, exactly: their preimages in it are nearer still.

    Parameters
    ----------
    form : PiecewiseLinear
        The map.
    orbit : (k, n) array
        A cycle; of a fixed point the one state.
    basis : (n, m) array
        Orthonormal columns that span the subspace.

    Returns
    -------
    float
        Zero where a state of the orbit is on a border; inf where there is no border in the subspace.
    """
    region = form.region(form.pattern(orbit))
    images, reach = basis, np.inf
    for matrix, normals, margins in zip(region.J, region.G, form.margins(orbit), strict=True):
        slopes = np.linalg.norm(normals @ images, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = min(reach, float(np.min(np.abs(margins) / slopes, initial=np.inf, where=slopes > 0)))
        images = matrix @ images
    return reach
