"""When an orbit that is followed has a limit, and what is said where it has none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import brief
from dynbench.fixed_points.newton import nearby_root
from dynbench.systems import System
from dynbench.transitions.approach import unstable_part
from dynbench.transitions.chaos import ChaoticSets
from dynbench.transitions.escape import escape
from dynbench.transitions.limits import ARRIVED, Hit, Targets
from dynbench.transitions.orbits import Orbit
from dynbench.transitions.recurrence import Recurrences

__all__ = ["Judge"]

Array = NDArray[np.float64]

#: Where |F|, of maps |F(x) - x|, is below this, relative to max(1, |x|), an orbit stands still as far as its
#: tolerances can tell.
_STILL = 1e-8
#: Paths end at an attractor from this distance on, relative to max(1, |x|).
_DRAWN = 1e-3


class Judge:
    """Ends the orbits that have a limit.

    Parameters
    ----------
    system, targets, recurrences, chaos, direction, paths
        As of `dynbench.transitions.follow.Follower`.
    usual : float
        |F'| at the fixed points.
    """

    def __init__(
        self,
        system: System,
        targets: Targets,
        recurrences: Recurrences | None,
        chaos: ChaoticSets | None,
        *,
        usual: float,
        direction: int,
        paths: bool,
    ) -> None:
        self.system, self.targets, self.recurrences, self.chaos = system, targets, recurrences, chaos
        self.direction, self.paths = direction, paths
        self._usual = usual

    def look(self, orbits: list[Orbit], looking: bool) -> None:
        """End the orbits that have a limit."""
        ends = np.array([orbit.last for orbit in orbits])
        lows = np.array([orbit.states[-1].min(axis=0) for orbit in orbits])
        highs = np.array([orbit.states[-1].max(axis=0) for orbit in orbits])
        candidates = self.targets.candidates(ends, lows, highs)
        for number, orbit in enumerate(orbits):
            if orbit.limit is None and (candidates[number] > -2 or orbit.ending is not None):
                self.arrived(orbit, int(candidates[number]))
            if orbit.limit is None and orbit.ending is None and looking:
                if self.recurrences is not None:
                    self._recurred(orbit, self.recurrences)
                if orbit.limit is None:
                    self._stopped(orbit)
            if orbit.limit is None and orbit.ending is None:
                self._passed(orbit)

    def arrived(self, orbit: Orbit, candidate: int = -1) -> bool:
        """End an orbit that has one of the known limits in its last piece; whether it has."""
        piece = orbit.states[-1]
        hit = orbit.ending or self.targets.first(piece, orbit.branch.source, candidate, orbit.branch.passes)
        if hit is None:
            return False
        if hit.how not in ("attraction ball", "cycle ball") or hit.target is None or not self.paths:
            orbit.cut(hit.row)
            if hit.how == "far":
                verdict = escape(self.system, orbit.last, orbit.time, self.targets.far, self.direction)
                orbit.end(verdict[0], None, *verdict[1:], path=self.paths)
            else:
                self._converge(orbit, hit)
            return True
        # The limit is known; the rest of the way to it is followed for its picture.
        if orbit.known_at is None:
            orbit.known_at = float(orbit.times[-1][hit.row])
        if hit.kind == "cycle":  # the rest of the piece shows it
            orbit.end(hit.kind, hit.target, hit.how, hit.reason)
            return True
        x = self.targets.points[hit.target].x
        near = np.abs(piece - x).max(axis=-1) <= _DRAWN * max(1.0, float(np.abs(x).max()))
        orbit.ending = hit
        if near.any() or orbit.time > 4 * orbit.known_at:
            if near.any():
                orbit.cut(int(np.argmax(near)))
            orbit.arrive(x)
            orbit.end(hit.kind, hit.target, hit.how, hit.reason)
        return True

    def _converge(self, orbit: Orbit, hit: Hit) -> None:
        """End an orbit at a point that it has come near to."""
        connects, unstable = hit.how == "connection", 0.0
        if connects and hit.target is not None:
            states, times = np.concatenate(orbit.states), np.concatenate(orbit.times)
            unstable = unstable_part(self.system, self.targets.points[hit.target], times, states)
        orbit.end(hit.kind, hit.target, hit.how, hit.reason, path=self.paths or connects, unstable=unstable)

    def _recurred(self, orbit: Orbit, recurrences: Recurrences) -> None:
        found = recurrences.settled(orbit.number, np.concatenate(orbit.times), np.concatenate(orbit.states))
        if found is not None:
            orbit.end("cycle", found, "recurrence", recurrences.reason(found), path=self.paths)

    def _stopped(self, orbit: Orbit) -> None:
        """End an orbit that stands still where no fixed point was given."""
        scale = max(1.0, float(np.abs(orbit.last).max()))
        speed = float(np.abs(self.system.residual(orbit.last)).max())
        if speed <= _STILL * scale and self._nearest(orbit.last)[1] > 1e-3 * scale:
            size = "|F(x) - x|" if self.system.kind == "map" else "|F|"
            reason = f"it settles ({size} = {speed:.1g}) where no fixed point was given"
            orbit.end("undecided", None, "undecided", reason, path=self.paths)

    def _passed(self, orbit: Orbit) -> None:
        """End an orbit that comes as near to a fixed point that was not given as to one that was would end it.

        Where it goes on from a saddle there is decided by rounding.
        """
        piece = orbit.states[-1]
        if self.system.kind == "map" or len(piece) < 2:
            return
        with np.errstate(all="ignore"):
            speed = np.abs(self.system(piece)).max(axis=-1)
        row = int(np.argmin(np.where(np.isfinite(speed), speed, np.inf)))
        state, scale = piece[row], max(1.0, float(np.abs(piece[row]).max()))
        if speed[row] > ARRIVED * scale * max(self._usual, 1.0) or self._nearest(state)[1] <= 1e-3 * scale:
            return
        root = nearby_root(self.system, state, ARRIVED * scale)
        if root is not None:
            orbit.cut(row)
            distance = float(np.abs(root - state).max())
            reason = f"no fixed point was given near {brief(root)}, where it comes within {distance:.1g} of one"
            orbit.end("undecided", None, "undecided", reason, path=self.paths)

    def stuck(self, orbit: Orbit) -> None:
        """End an orbit with which the solver gets no further."""
        if not self.arrived(orbit):
            reason = f"step failure: the step size has fallen to rounding level at t = {orbit.time:.6g}"
            orbit.end("undecided", None, "undecided", reason, path=self.paths)

    def give_up(self, orbit: Orbit) -> None:
        """What is said of an orbit when its time is up."""
        if orbit.ending is not None:
            hit = orbit.ending
            orbit.end(hit.kind, hit.target, hit.how, hit.reason, path=self.paths)
            return
        if self._chaotic(orbit):
            return
        unit = f"{orbit.time:.0f} steps" if self.system.kind == "map" else f"time {orbit.time:.4g}"
        nearest, distance = self._nearest(orbit.last)
        seen = self.recurrences.seen.get(orbit.number, "") if self.recurrences is not None else ""
        if distance < 1e-2 * self.targets.scale:
            seen = f"it ends within {distance:.2g} of fixed point {nearest}, but was not seen to converge to it"
        reason = f"no limit was reached within {unit}: it stays bounded and neither settles nor recurs"
        orbit.end("undecided", None, "undecided", f"{reason} ({seen})" if seen else reason, path=self.paths)

    def _chaotic(self, orbit: Orbit) -> bool:
        """End an orbit on a chaotic set, as far as can be seen; whether it is on one."""
        found = None if self.chaos is None else self.chaos.met(np.concatenate(orbit.states))
        if found is None or self.chaos is None:
            return False
        known = self.chaos.sets[found]
        reason = (
            "it stays bounded, settles on no point or cycle, and neighbours part: largest Lyapunov exponent "
            f"{known.exponent:.4g} +- {known.error:.1g}; evidence of chaos, no proof"
        )
        orbit.end("chaotic set", found, "chaos", reason, path=self.paths)
        return True

    def _nearest(self, state: Array) -> tuple[int, float]:
        if not self.targets.points:
            return -1, np.inf
        distances = {i: float(np.abs(p.x - state).max()) for i, p in self.targets.points.items()}
        nearest = min(distances, key=lambda i: distances[i])
        return nearest, distances[nearest]
