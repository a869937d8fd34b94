"""Following many orbits at once until each of them has a limit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dynbench.flow import Outcome, integrate
from dynbench.systems import System
from dynbench.transitions.chaos import ChaoticSets
from dynbench.transitions.judge import Judge
from dynbench.transitions.limits import Limit, Targets
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
        self.system, self.targets = system, targets
        self.time, self.rtol, self.atol, self.direction = time, rtol, atol, direction
        self.paths = paths
        self._usual = float(steepness(system, targets.states).max(initial=0.0))
        self._judge = Judge(system, targets, recurrences, chaos, usual=self._usual, direction=direction, paths=paths)

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
            self._judge.look(alive, looking)
            stiff += [orbit for orbit in held_up if orbit.limit is None and way == "explicit"]
            alive = [orbit for orbit in alive if orbit.limit is None and orbit not in stiff]
        for orbit in alive:
            self._judge.give_up(orbit)
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
                self._judge.stuck(orbits[0])
        return [orbit for orbit, is_stiff in zip(orbits, held_up, strict=True) if is_stiff]

    def _iterate(self, orbits: list[Orbit], start: Array, now: float, steps: int) -> None:
        run = integrate(self.system, start, steps)
        self._record(orbits, now + run.t, run.x)
        for orbit, outcome, why in zip(orbits, run.outcomes, run.reasons, strict=True):
            if outcome is Outcome.BLOW_UP and not self._judge.arrived(orbit):
                orbit.end("infinity", None, "blow-up", f"{outcome.value}: {why}", path=self.paths)
            elif outcome is not Outcome.COMPLETED and orbit.limit is None:
                orbit.end("undecided", None, "undecided", f"{outcome.value}: {why}", path=self.paths)

    def _record(self, orbits: list[Orbit], times: Array, pieces: Array) -> None:
        n = self.system.dimension
        window = int(np.clip(_MEMORY / (len(orbits) * n), _FEWEST / max(n, 100), _WINDOW))
        for orbit, states in zip(orbits, pieces, strict=True):
            usable = int(np.isfinite(states).all(axis=-1).sum())
            orbit.add(times[1:usable], states[1:usable], window)
