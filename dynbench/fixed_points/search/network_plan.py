"""The default plan for networks: every strategy in turn, with doubled effort, until that adds nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dynbench.errors import InputError
from dynbench.fixed_points.search.base import Findings, Progress, SearchStrategy, Stage
from dynbench.fixed_points.search.network_rounds import FEW, round_of
from dynbench.fixed_points.search.network_run import NetworkRun
from dynbench.systems import System

__all__ = ["NetworkPlan"]

#: So many rounds on end must add nothing, each of twice the effort, before the search ends; up to the second number of
#: states, where rounds are cheap, the third number of them.
_IDLE, _CHEAP, _IDLE_CHEAP = 1, 300, 2


class NetworkPlan(SearchStrategy):
    """Attractors, the saddles between them, then whatever more effort brings; each round twice the effort of the last.

    A round relaxes random states, holds random readouts (of an `EchoStateNetwork`, the lattice first), follows
    directional fibers from the attractors and from very unstable points, tracks the edges between neighbouring
    attractors that no saddle found joins yet, leaves the saddles along their unstable directions, and starts Newton's
    method at the minima of speed along trajectories. Points in mirror pairs are found once.

    Parameters
    ----------
    starts : (K, n) array, optional
        States to relax and to follow in the first round, beside the random ones.
    budget : float
        CPU seconds after which no further strategy is started.
    rounds : int
        At most so many rounds.
    index : int, optional
        The search ends before where a round (up to 300 states two on end) adds no point with at most so many unstable
        directions. By default, above 60 states, one more than the fewest met: attractors and the saddles between
        them; below, any number.

    Notes
    -----
    Above g = 1 a random network of many units has exponentially many equilibria, nearly all with many unstable
    directions (Wainrib & Touboul, Phys. Rev. Lett. 110 (2013) 118101): then no search lists them all, and what the plan
    aims at is the attractors, the saddles of index 1 between them, then rising index as far as the budget goes.
    """

    def __init__(
        self,
        starts: ArrayLike | None = None,
        *,
        budget: float = 200.0,
        rounds: int = 8,
        index: int | None = None,
    ) -> None:
        if not budget > 0 or rounds < 1:
            raise InputError(f"budget is {budget} and rounds {rounds}; both must be positive.")
        if index is not None and index < 0:
            raise InputError(f"index is {index}; expected a number of unstable directions.")
        self.starts, self.budget, self.rounds, self.index = starts, budget, rounds, index

    def __repr__(self) -> str:
        return f"NetworkPlan(budget={self.budget:g})"

    def within(self, box: object, starts: ArrayLike | None) -> SearchStrategy:
        """Return this plan with the caller's starts, where it has none."""
        if self.starts is not None or starts is None:
            return self
        return NetworkPlan(starts, budget=self.budget, rounds=self.rounds, index=self.index)

    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """Run the rounds; an interruption keeps what was found by then."""
        run = NetworkRun(system, rng, self.budget, progress)
        many = self.index is None and system.dimension > FEW
        patience = _IDLE_CHEAP if system.dimension <= _CHEAP else _IDLE
        interrupted, ended, idle = False, "the rounds given were done", 0
        try:
            if run.pool.odd:
                run.add("symmetry", np.zeros((1, system.dimension)))
            for k in range(self.rounds):
                before = run.pool.counts()
                for name, strategy in round_of(run, self.starts, k):
                    if run.spent() >= self.budget:
                        break
                    run.use(k, name, strategy)
                if run.spent() >= self.budget:
                    ended = f"the budget of {self.budget:g} CPU seconds was spent"
                    break
                after = run.pool.counts()
                index = min(after, default=0) + 1 if many else self.index
                idle = idle + 1 if _up_to(index, after) == _up_to(index, before) else 0
                if idle == patience:
                    what = (
                        "nothing" if index is None else f"no point of at most {_counted(index, 'unstable direction')}"
                    )
                    rounds = "a round" if patience == 1 else f"{patience} rounds on end, each"
                    ended = f"{rounds} of twice the effort of the last added {what}"
                    break
        except KeyboardInterrupt:
            interrupted = True
        return Findings(
            candidates=run.pool.points(),
            failed=run.failed,
            argument=_argument(run.history, ended),
            contributions=tuple(run.contributions),
            history=tuple(run.history),
            interrupted=interrupted,
        )


def _up_to(index: int | None, counts: dict[int, int]) -> int:
    """The number of points with at most so many unstable directions, or of all."""
    return sum(count for unstable, count in counts.items() if index is None or unstable <= index)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("s" if number != 1 else "")


def _argument(history: list[Stage], ended: str) -> str:
    """What was found by the end of each round, in a sentence."""
    rounds = {stage.round: stage for stage in history}  # the last of each
    text = "a search that proves nothing about points that it did not meet: "
    text += "; ".join(map(_reached, rounds.values())) or "nothing was found"
    if history:
        last = history[-1].counts
        shown = ", ".join(f"{count} with {index}" for index, count in last[:6])
        text += f"; by unstable directions {shown}" + (f", {len(last) - 6} more kinds" if len(last) > 6 else "")
    return f"{text}; it ended as {ended}"


def _reached(stage: Stage) -> str:
    total = "not known" if stage.index_sum is None else str(stage.index_sum)
    points = _counted(sum(stage.by_index.values()), "point")
    return f"{points} at {stage.seconds:.1f} s, sum of indices {total}"
