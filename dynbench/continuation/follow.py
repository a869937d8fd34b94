"""`follow_fixed_points`: the fixed points of a sequence of systems, followed from each to the next."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import as_generator, brief
from dynbench.continuation.assembly import assembled
from dynbench.continuation.homotopy import Homotopy
from dynbench.continuation.known_points import KnownPoints
from dynbench.continuation.pieces import Sweep
from dynbench.continuation.results import FixedPointPaths
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoints, find_fixed_points
from dynbench.fixed_points.records import Status
from dynbench.fixed_points.search import Progress, SearchStrategy
from dynbench.systems import System
from dynbench.systems.system import as_system

__all__ = ["follow_fixed_points"]

#: max |G| at a fixed point, relative to max(1, |x|).
_FIXED = 1e-6


def follow_fixed_points(
    systems: Sequence[System],
    *,
    points: Sequence[FixedPoints] | None = None,
    search: SearchStrategy | Sequence[SearchStrategy] | None = None,
    starts: Any = None,
    rng: int | np.random.Generator | None = None,
    certify: bool = True,
    most_unstable: int = 8,
    progress: Progress | None = None,
) -> FixedPointPaths:
    """Find the fixed points of each system of a sequence, follow each to its neighbours, and name what changes.

    Following goes along the homotopy (1 - s) G_a + s G_b between neighbours, by pseudo-arclength, in both directions,
    so that it is itself a search: where a path ends at a point that was not known, that point is certified, added, and
    followed in its turn. Where the number of unstable directions differs, the places at which eigenvalues pass the
    axis are refined.

    Parameters
    ----------
    systems : sequence of System
        Two or more flows, or maps, with as many states; with parameters that change along a line, say.
    points : sequence of FixedPoints, optional
        The fixed points of each system; by default they are searched for.
    search : SearchStrategy or sequence of them, optional
        How, as in `find_fixed_points`.
    starts : (K, n) array, optional
        States to start from, as in `find_fixed_points`.
    rng : int or numpy.random.Generator, optional
        Seed for strategies that sample.
    certify : bool
        Whether to prove the points of the systems.
    most_unstable : int
        Points with more unstable directions are not followed, except x = 0 of odd systems; of that, where it has more,
        only the real eigenvalues that change the sign of the determinant are located.
    progress : callable, optional
        Called as ``progress(stage, done, total)``.

    Returns
    -------
    FixedPointPaths
        The paths and the changes. Interrupted (Ctrl-C), what was done by then.

    Raises
    ------
    InputError
        If there are fewer than two systems, they do not fit together, or `points` does not fit them.
    ModelError
        If a parameter has no value.

    Notes
    -----
    Only the points of the systems given are proved. Paths and the places and kinds of changes are numerical; changes
    that cancel each other between two stations at which eigenvalues were taken are not seen (up to 60 states they are
    taken at every station; beyond, at the ends, and between them only as the ends or the determinants say that
    something happened; a Hopf bifurcation close to a fold can be missed there). What is not connected to a point found
    is not met.

    Where all systems are odd, G(-x) = -G(x) proved, x = 0 is a fixed point, and a simple real eigenvalue passes 0 there
    in a pitchfork, unless that is degenerate (as for a linear system): its pair is reached by Newton's method and
    followed, to a system or to another pitchfork. Elsewhere a real eigenvalue that passes 0 without a fold is called an
    exchange where the quadratic coefficient of the Lyapunov-Schmidt reduction does not vanish.

    References
    ----------
    W. Govaerts, Numerical Methods for Bifurcations of Dynamical Equilibria, SIAM 2000. M. Golubitsky, D. G. Schaeffer,
    Singularities and Groups in Bifurcation Theory I, Springer 1985.

    Examples
    --------
    >>> import dynbench as db
    >>> fold = db.ODE({"x": "r + x^2"}, {"r": -1})
    >>> paths = db.follow_fixed_points([fold, fold.with_parameters(r=1)])
    >>> [(change.kind.value, round(change.s, 6)) for change in paths.changes]
    [('pair annihilated at a fold', 0.5)]
    """
    sequence = _checked(systems, points, most_unstable)
    homotopies = [Homotopy(a, b) for a, b in itertools.pairwise(sequence)]
    odd = all(homotopy.odd for homotopy in homotopies)
    generator = as_generator(rng)
    known: list[KnownPoints] = []
    sweep = Sweep(homotopies, known, most_unstable, progress)
    interrupted = False
    try:
        for i, system in enumerate(sequence):
            if points is not None:
                found = points[i]
            else:
                found = find_fixed_points(
                    system, starts=starts, search=search, rng=generator, certify=certify, progress=progress
                )
            known.append(KnownPoints(system, found, odd=odd, certify=certify))
            if progress is not None:
                progress("finding", i + 1, len(sequence))
            if points is None and found.interrupted:
                raise KeyboardInterrupt
        sweep.run()
    except KeyboardInterrupt:
        interrupted = True
    return assembled(sequence[: len(known)], homotopies, known, sweep, interrupted=interrupted)


def _checked(systems: Any, points: Any, most_unstable: Any) -> list[System]:
    """The sequence of systems."""
    if isinstance(systems, System) or not isinstance(systems, Sequence):
        raise InputError(f"systems is {systems!r:.60}; expected a sequence of two or more systems.")
    sequence = [as_system(system) for system in systems]
    if len(sequence) < 2:
        raise InputError(f"systems holds {len(sequence)} system; expected two or more.")
    if not isinstance(most_unstable, int | np.integer) or isinstance(most_unstable, bool) or most_unstable < 0:
        raise InputError(f"most_unstable is {most_unstable!r:.60}; expected a number of unstable directions.")
    if points is None:
        return sequence
    if not isinstance(points, Sequence) or not all(isinstance(found, FixedPoints) for found in points):
        raise InputError(f"points is {points!r:.60}; expected a sequence of FixedPoints, one for each system.")
    if len(points) != len(sequence):
        raise InputError(f"points holds {len(points)} sets, systems {len(sequence)}; expected one set for each.")
    for i, (found, system) in enumerate(zip(points, sequence, strict=True)):
        if len(found.state_names) != system.dimension:
            raise InputError(f"points[{i}] has {len(found.state_names)} states, systems[{i}] {system.dimension}.")
        for point in found:
            if point.status in (Status.CERTIFIED, Status.CONVERGED) and not _is_fixed(system, point.x):
                raise InputError(f"points[{i}] holds {brief(point.x)}, which is no fixed point of systems[{i}].")
    return sequence


def _is_fixed(system: System, x: NDArray[np.float64]) -> bool:
    """Whether G is as small as at a fixed point, by the size of its Jacobian where it is not small by itself."""
    allowed = _FIXED * max(1.0, float(np.abs(x).max()))
    off = float(np.abs(system.residual(x)).max())
    return off <= allowed or off <= allowed * float(np.abs(system.residual_jacobian(x)).sum(axis=1).max())
