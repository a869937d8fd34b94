"""Following many orbits at once until each of them has a limit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import brief
from dynbench.fixed_points.newton import nearby_root
from dynbench.flow import Outcome, integrate
from dynbench.systems import System
from dynbench.transitions.approach import unstable_part
from dynbench.transitions.chaos import ChaoticSets
from dynbench.transitions.escape import escape
from dynbench.transitions.limits import ARRIVED, Hit, Limit, Targets
from dynbench.transitions.orbits import Branch, Orbit
from dynbench.transitions.pace import MOST_ITERATES, longest, steepness
from dynbench.transitions.recurrence import Recurrences
from dynbench.transitions.stepping import Stepper

__all__ = ["Follower"]

Array = NDArray[np.float64]

#: Steps after which an orbit is given up: of the explicit solver, of the implicit one, and of a map; with a time named
#: by the user only the last number holds, for all.
_MOST_STEPS = {"explicit": 2500, "implicit": 8000, "map": MOST_ITERATES, "named": 200_000}
#: Steps taken between two looks at the orbits.
_STEPS = {"explicit": 40, "implicit": 100, "map": 128}
#: Where |F'| is so many times what it is at the fixed points, an orbit would hold up the others of its batch.
_STIFF = 50.0
#: States of the last part of each orbit that are kept in full, to look for a recurrence there.
_WINDOW = 3000
#: Numbers held at once in the windows of all orbits, and (for 100 states and more) in that of each orbit at least.
_MEMORY, _FEWEST = 2e7, 6e4
#: Recurrences are looked for after this many pieces, and whenever their number has grown by this factor.
_FIRST_LOOK, _LOOK_AGAIN = 3, 1.3
#: Where |F| is below this, relative to max(1, |x|), an orbit stands still as far as its tolerances can tell.
_STILL = 1e-8
#: Paths end at an attractor from this distance on, relative to max(1, |x|).
_DRAWN = 1e-3


class Follower:
    """Follows branches of unstable manifolds (or, in backward time, of stable ones) to their limits.

    Parameters
    ----------
    system : System
        The system.
    targets : Targets
        The limits known beforehand.
    recurrences : Recurrences or None
        Where cycles are kept; None to look for none.
    chaos : ChaoticSets or None
        Where chaotic sets are kept; None to look for none.
    time : float or None
        How long to follow a branch; None for the default of `dynbench.transition_graph`.
    rtol, atol : float
        Tolerances of the integration.
    direction : int
        1, or -1 for backward time.
    paths : bool
        False to keep the paths of saddle-to-saddle connections only.
    """

    def __init__(
        self,
        system: System,
        targets: Targets,
        recurrences: Recurrences | None,
        chaos: ChaoticSets | None = None,
        *,
        time: float | None,
        rtol: float,
        atol: float,
        direction: int = 1,
        paths: bool = True,
    ) -> None:
        self.system, self.targets, self.recurrences, self.chaos = system, targets, recurrences, chaos
        self.time, self.rtol, self.atol, self.direction = time, rtol, atol, direction
        self.paths = paths
        self._usual = float(steepness(system, targets.states).max(initial=0.0))

    def follow(self, branches: Sequence[Branch]) -> list[Limit]:
        """The limits of the branches, in their order."""
        orbits = [Orbit(branch) for branch in branches]
        if not orbits:
            return []
        horizon = self.time
        if horizon is None:
            horizon = longest(self.system, self.targets, {branch.source for branch in branches})
        elif self.system.kind == "map":
            horizon = int(horizon)
        if self.system.kind == "map":
            self._pursue(orbits, "map", horizon)
        else:
            for orbit in self._pursue(orbits, "explicit", horizon):
                self._pursue([orbit], "implicit", horizon)
        return [orbit.limit for orbit in orbits if orbit.limit is not None]

    def _pursue(self, orbits: list[Orbit], way: str, horizon: float) -> list[Orbit]:
        """Follow orbits of one age until they end, but for those that are returned: they have become stiff."""
        stiff: list[Orbit] = []
        alive, taken, pieces, look = list(orbits), 0, 0, float(_FIRST_LOOK)
        most = _MOST_STEPS["named" if self.time is not None else way]
        parts = 4 if self.paths else 1
        far = self.targets.far
        stepper = Stepper(self.system, self.rtol, self.atol, direction=self.direction, far=far, parts=parts)
        while alive and taken < most and alive[0].time < horizon:
            pieces += 1
            looking = pieces >= look
            look = max(look * _LOOK_AGAIN, look + 1) if looking else look
            held_up = self._advance(alive, stepper, way, horizon)
            taken += _STEPS[way]
            self._judge(alive, looking)
            stiff += [orbit for orbit in held_up if orbit.limit is None and way == "explicit"]
            alive = [orbit for orbit in alive if orbit.limit is None and orbit not in stiff]
        for orbit in alive:
            self._give_up(orbit)
        return stiff

    def _advance(self, orbits: list[Orbit], stepper: Stepper, way: str, horizon: float) -> list[Orbit]:
        """Take the next piece; returns the orbits that would hold up the others (an implicit solver ends them)."""
        start, now = np.array([orbit.last for orbit in orbits]), orbits[0].time
        if way == "map":
            self._iterate(orbits, start, now, int(min(_STEPS[way], horizon - now)))
            return []
        piece = stepper.take(start, _STEPS[way], horizon - now, stiff=way == "implicit")
        self._record(orbits, now + piece.times, piece.states)
        ends = piece.states[:, -1]
        with np.errstate(all="ignore"):
            size = steepness(self.system, ends)
            speed = np.abs(self.system(ends)).max(axis=-1) / (1 + np.abs(ends).max(axis=-1))
        held_up = size > _STIFF * self._usual
        if piece.stuck:
            held_up[int(np.argmax(np.where(np.isfinite(speed), speed, np.inf)))] = True
            if way == "implicit":
                self._stuck(orbits[0])
        return [orbit for orbit, is_stiff in zip(orbits, held_up, strict=True) if is_stiff]

    def _iterate(self, orbits: list[Orbit], start: Array, now: float, steps: int) -> None:
        run = integrate(self.system, start, steps)
        self._record(orbits, now + run.t, run.x)
        for orbit, outcome, why in zip(orbits, run.outcomes, run.reasons, strict=True):
            if outcome is Outcome.BLOW_UP and not self._arrived(orbit):
                orbit.end("infinity", None, "blow-up", f"{outcome.value}: {why}", path=self.paths)
            elif outcome is not Outcome.COMPLETED and orbit.limit is None:
                orbit.end("undecided", None, "undecided", f"{outcome.value}: {why}", path=self.paths)

    def _record(self, orbits: list[Orbit], times: Array, pieces: Array) -> None:
        n = self.system.dimension
        window = int(np.clip(_MEMORY / (len(orbits) * n), _FEWEST / max(n, 100), _WINDOW))
        for orbit, states in zip(orbits, pieces, strict=True):
            usable = int(np.isfinite(states).all(axis=-1).sum())
            orbit.add(times[1:usable], states[1:usable], window)

    def _judge(self, orbits: list[Orbit], looking: bool) -> None:
        """End the orbits that have a limit."""
        ends = np.array([orbit.last for orbit in orbits])
        lows = np.array([orbit.states[-1].min(axis=0) for orbit in orbits])
        highs = np.array([orbit.states[-1].max(axis=0) for orbit in orbits])
        candidates = self.targets.candidates(ends, lows, highs)
        for number, orbit in enumerate(orbits):
            if orbit.limit is None and (candidates[number] > -2 or orbit.ending is not None):
                self._arrived(orbit, int(candidates[number]))
            if orbit.limit is None and orbit.ending is None and looking:
                if self.recurrences is not None:
                    self._recurred(orbit, self.recurrences)
                if orbit.limit is None:
                    self._stopped(orbit)
            if orbit.limit is None and orbit.ending is None:
                self._passed(orbit)

    def _arrived(self, orbit: Orbit, candidate: int = -1) -> bool:
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
            reason = f"it settles (|F| = {speed:.1g}) where no fixed point was given"
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

    def _stuck(self, orbit: Orbit) -> None:
        if not self._arrived(orbit):
            reason = f"step failure: the step size has fallen to rounding level at t = {orbit.time:.6g}"
            orbit.end("undecided", None, "undecided", reason, path=self.paths)

    def _give_up(self, orbit: Orbit) -> None:
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
