"""Whether an orbit that comes near a saddle ends there, or only passes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.large import is_large
from dynbench.systems import System
from dynbench.transitions.limits import Limit
from dynbench.transitions.orbits import Branch

__all__ = ["confirmed", "unstable_part"]

Array = NDArray[np.float64]
Follow = Callable[[Sequence[Branch]], list[Limit]]

#: An orbit is near a saddle within this distance, relative to max(1, |x|).
_NEAR = 1e-2
#: The unstable part of a connection is below the first number, relative to max(1, |x|), and either at rounding level
#: (the second) or smaller by the third when the orbit is followed more accurately.
_LARGEST, _ROUNDING, _SHRINKS = 1e-10, 1e-13, 0.1
#: Branches that are followed more accurately start so much nearer to their point.
_NEARER = 1e-2


def unstable_part(system: System, point: FixedPoint, times: Array, states: Array) -> float:
    """By how much an orbit misses the stable manifold of a saddle, relative to max(1, |x|).

    The components of its last state along the unstable eigenvectors, carried back by the linear flow to where the
    orbit came near: there they do not depend on how long it has stayed.

    Parameters
    ----------
    system : System
        The system.
    point : FixedPoint
        The saddle.
    times : (m,) array
        Times or step numbers.
    states : (m, n) array
        The last part of the orbit; it ends near the saddle.
    """
    values, parts = _components(system, point.x, states[-1] - point.x)
    rates = values.real if system.kind == "flow" else np.log(np.maximum(np.abs(values), 1e-300))
    scale = max(1.0, float(np.abs(point.x).max()))
    away = np.flatnonzero(np.abs(states - point.x).max(axis=-1) > _NEAR * scale)
    stay = abs(float(times[-1] - times[away[-1] if len(away) else 0]))
    unstable = rates > 0
    return float((parts[unstable] * np.exp(-rates[unstable] * stay)).max(initial=0.0)) / scale


def _components(system: System, x: Array, offset: Array) -> tuple[NDArray[np.complex128], Array]:
    """The eigenvalues at a point, and the size of the component of an offset along each eigenvector."""
    jacobian = system.jacobian_at(x)
    if not is_large(system):
        values, vectors = np.linalg.eig(jacobian)
        return values, np.abs(np.linalg.pinv(vectors) @ offset)
    # Left eigenvectors take no inverse, and fail only where an eigenvalue is multiple.
    values, left, right = scipy.linalg.eig(jacobian, left=True)
    scales = np.abs(np.einsum("ik,ik->k", left.conj(), right))
    return values, np.abs(left.conj().T @ offset) / np.maximum(scales, np.finfo(float).tiny)


def confirmed(
    branches: Sequence[Branch], limits: Sequence[Limit], origins: Mapping[int, Array], middle: Follow, fine: Follow
) -> list[Limit]:
    """The limits of branches, where what looks like a connection is followed again, more accurately.

    What remains of the unstable part must be the error of the integration: at rounding level, or smaller the more
    accurate the orbit is. Otherwise the orbit passes the saddle, and is followed on.

    Parameters
    ----------
    branches : sequence of Branch
        The branches.
    limits : sequence of Limit
        Their limits.
    origins : mapping
        Source -> the state that its branches start beside.
    middle, fine : callables
        Follow branches with tight and with tighter tolerances.
    """
    found = list(limits)
    asked = {k: branches[k] for k, limit in enumerate(limits) if limit.how == "connection"}
    for _ in range(len(origins) + 1):
        if not asked:
            break
        before = middle(list(asked.values()))
        nearer = [_nearer(branch, origins[branch.source]) for branch in asked.values()]
        after = fine(nearer)
        following = {}
        for (k, branch), rough, exact in zip(asked.items(), before, after, strict=True):
            found[k] = exact
            if exact.how == "connection" and not _is_error(rough, exact):
                assert exact.index is not None
                following[k] = replace(branch, passes=branch.passes | {exact.index})
        asked = following
    return found


def _nearer(branch: Branch, origin: Array) -> Branch:
    """The same direction from nearer by, where the unstable manifold is straighter."""
    return replace(branch, start=origin + _NEARER * (branch.start - origin))


def _is_error(rough: Limit, exact: Limit) -> bool:
    if exact.unstable <= _ROUNDING:
        return True
    # An orbit that is less accurate and misses the saddle altogether has a larger error, too.
    shrinks = rough.label != exact.label or exact.unstable <= _SHRINKS * rough.unstable
    return exact.unstable <= _LARGEST and shrinks
