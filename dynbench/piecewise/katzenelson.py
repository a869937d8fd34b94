"""Katzenelson's path-following: the preimage of a straight path, from region to region."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import ConvergenceError
from dynbench.piecewise.form import PiecewiseLinear

__all__ = ["Paths", "followed"]

Array = NDArray[np.float64]
Pattern = NDArray[np.bool_]

#: Regions that a path may pass, a multiple of the number of units.
_STEPS = 200


class Paths(NamedTuple):
    """The preimages of straight paths.

    Attributes
    ----------
    ends : (K, n) array
        The preimage of the end of each path.
    patterns : (K, H) array of bool
        The region that each path ends in.
    path, share : (c,) arrays
        Where paths change region: the number of the path, and how far along it, ascending in each path.
    corners : (c, n) array
        The preimage of that place.
    """

    ends: Array
    patterns: Pattern
    path: NDArray[np.intp]
    share: Array
    corners: Array


def followed(form: PiecewiseLinear, start: Array, pattern: Pattern, target: Array) -> Paths:
    """The paths z(t) with F(z(t)) = (1 - t) F(start) + t target, all of them at once.

    In a region z moves along J^-1 (target - F(start)); at its border the unit that vanishes there changes sign, and
    where the determinants on both sides have one sign the path goes on into the new region. Such a map is injective
    along the path, which therefore ends after finitely many regions.

    Parameters
    ----------
    form : PiecewiseLinear
        A map all of whose regional determinants have the same sign.
    start : (K, n) array
    pattern : (K, H) array of bool
        The regions of `start`; on a border the one that the path runs in.
    target : (K, n) array

    Raises
    ------
    ConvergenceError
        If a path passes more regions than an injective one is expected to.

    References
    ----------
    J. Katzenelson, An algorithm for solving nonlinear resistor networks, Bell System Tech. J. 44 (1965). T. Fujisawa,
    E. S. Kuh, Piecewise-linear theory of nonlinear networks, SIAM J. Appl. Math. 22 (1972).
    """
    z, pattern = np.array(start, dtype=np.float64), np.array(pattern)
    wanted = target - form(z)
    reached = np.zeros(len(z))
    ends, active = np.empty_like(z), np.arange(len(z))
    passed: list[tuple[NDArray[np.intp], Array, Array]] = []
    for _ in range(_STEPS * max(1, form.units)):
        region = form.region(pattern[active])
        velocity = np.linalg.solve(region.J, wanted[active, :, None])[..., 0]
        y = np.einsum("khn,kn->kh", region.G, z[active]) + region.g
        rate = np.einsum("khn,kn->kh", region.G, velocity)
        leaving = np.where(pattern[active], rate < 0, rate > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            time = np.where(leaving, np.maximum(-y / rate, 0.0), np.inf)
        unit = time.argmin(axis=1)
        step = time[np.arange(len(active)), unit]
        done = reached[active] + step >= 1.0
        # The end is solved for afresh: nothing that was rounded on the way is left in it.
        arrived = active[done]
        ends[arrived] = np.linalg.solve(region.J[done], (target[arrived] - region.c[done])[..., None])[..., 0]
        going, unit, step, velocity = active[~done], unit[~done], step[~done], velocity[~done]
        if not len(going):
            break
        z[going] += step[:, None] * velocity
        reached[going] += step
        pattern[going, unit] ^= True
        passed.append((going, reached[going].copy(), z[going].copy()))
        active = going
    else:
        raise ConvergenceError(
            f"{len(active)} of {len(z)} paths passed more than {_STEPS * form.units} regions; the map has to be "
            "invertible where preimages are followed."
        )
    path = np.concatenate([p for p, _, _ in passed] or [np.zeros(0, dtype=np.intp)])
    share = np.concatenate([s for _, s, _ in passed] or [np.zeros(0)])
    corners = np.concatenate([c for _, _, c in passed] or [np.zeros((0, z.shape[1]))])
    order = np.argsort(path, kind="stable")
    return Paths(ends, pattern, path[order], share[order], corners[order])
