"""`find_cycles`: the cycles of a map, period by period, and for which periods these are all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from dynbench._arrays import as_generator, as_states, readonly, shown
from dynbench.cycles.exact import cycle_of
from dynbench.cycles.find_flow import cycles_of_flow
from dynbench.cycles.records import Cycle
from dynbench.cycles.refine import refine_cycle
from dynbench.cycles.results import CycleContinuum, Cycles
from dynbench.errors import InputError
from dynbench.fixed_points.search.patterns import region_searched
from dynbench.piecewise import PiecewiseLinear, piecewise_linear
from dynbench.piecewise.periodic import Periodic
from dynbench.piecewise.rational import in_doubles, to_rational
from dynbench.piecewise.search import WordPlan, WordSearch
from dynbench.piecewise.search.base import Progress
from dynbench.piecewise.settle import settle_words
from dynbench.systems import System, as_system

__all__ = ["find_cycles"]

Array = NDArray[np.float64]
_STOPPED = "the search was interrupted"
#: Cycles found from starts are one where their states differ by less than this, relative to their size.
_SAME = 1e-6
#: An integer for all periods up to it is no larger: every one of them is a search of its own.
_LONGEST = 1000
#: A period on its own is no longer: its words alone would fill the memory.
_LONGEST_ALONE = 10_000


def find_cycles(
    system: System,
    *,
    periods: int | Iterable[int],
    box: Any = None,
    starts: Any = None,
    search: WordSearch | None = None,
    rng: int | np.random.Generator | None = None,
    certify: bool = True,
    progress: Progress | None = None,
) -> Cycles:
    """Find the cycles of a map by their periods (fixed points are those of period 1), or of a piecewise-linear flow.

    Of a piecewise-linear map (`dynbench.piecewise.piecewise_linear` recognises them) every cycle is verified in exact
    rational arithmetic, and told from others by its word of patterns. Of another map the cycles that Newton's method
    reaches from `starts` are listed, converged and not proved.

    Of a piecewise-linear flow the orbits of `starts` are followed, forward and backward; every loop that they nearly
    close is refined, and its existence proved in ball arithmetic where the entries are rational. The list is never
    complete.

    Parameters
    ----------
    system : System
        A map or a piecewise-linear flow, with a value for every parameter.
    periods : int or iterable of int; for a flow float
        Maps: an integer k stands for 1, 2, ..., k; else the periods themselves. Flows: the longest period.
    box : mapping or (n, 2) array, optional
        Only cycles all of whose points lie in it are asked for; by default the box of `search`, where it has one. In
        the plane it also allows complete searches for long periods.
    starts : (K, n) array, optional
        States whose orbits the heuristic starts from; for a map that is not piecewise linear, Newton's method.
    search : WordSearch, optional
        A strategy of `dynbench.piecewise.search`; by default `WordPlan`, which takes a complete one where that is
        affordable, and else the heuristic.
    rng : int or numpy.random.Generator, optional
        Seed for strategies that sample.
    certify : bool
        Whether multipliers are enclosed and points kept exactly; without, cycles are verified all the same, but listed
        as converged.
    progress : callable, optional
        Called as ``progress(stage, done, total)``.

    Returns
    -------
    Cycles
        The cycles, with what is proved about the set for every period. An interrupted search (Ctrl-C) returns what it
        had found.

    Raises
    ------
    InputError
        If `system` is a flow that is not piecewise linear; if it is a flow, or no piecewise-linear map, and no starts
        are given; if a period is no positive integer (of a flow: no positive number); if box or starts do not fit; if
        `search` would take too long.
    ModelError
        If a parameter has no value.

    References
    ----------
    L. Eisenmann, Z. Monfared, N. Goering, D. Durstewitz, Bifurcations and loss jumps in RNN training, NeurIPS 2023.

    Examples
    --------
    >>> import dynbench as db
    >>> lozi = db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5})
    >>> cycles = db.find_cycles(lozi, periods=8)
    >>> [len(cycles.of_period(k)) for k in cycles.periods], all(cycles.complete.values())
    ([2, 1, 0, 1, 0, 4, 4, 7], True)
    """
    form = _form(as_system(system))
    _check(certify, progress)
    if form is not None and form.kind == "flow":
        region = _region(region_searched(system, box, None))
        return cycles_of_flow(system, form, periods, region=region, starts=starts, search=search, certify=certify)
    asked = _periods(periods)
    generator = as_generator(rng)
    if search is not None and not isinstance(search, WordSearch):
        raise InputError(f"search is {shown(search)}, no strategy: give an instance like piecewise.search.Sweep().")
    region = _region(region_searched(system, box, search))
    states = None if starts is None else _starts(starts, system.dimension)
    if form is None:
        return _refined(system, asked, region, states)
    strategy = (search or WordPlan()).within(region, states)
    strategy.check_period(form, asked[-1])
    found = _Found(form, region, certify)
    for period in asked:
        if found.interrupted:
            found.leave_out(period)
        else:
            found.add(period, strategy, generator, progress)
    return Cycles(
        cycles=tuple(sorted(found.cycles, key=lambda c: (c.period, tuple(c.points[0])))),
        state_names=system.state_names,
        complete=found.complete,
        arguments=found.arguments,
        region=region,
        strategies=tuple(dict.fromkeys(found.strategies)),
        continua=tuple(found.continua),
        interrupted=found.interrupted,
    )


@dataclass
class _Found:
    """What is known so far, period by period."""

    form: PiecewiseLinear
    region: Array | None
    certify: bool
    cycles: list[Cycle] = field(default_factory=list)
    complete: dict[int, bool] = field(default_factory=dict)
    arguments: dict[int, str] = field(default_factory=dict)
    strategies: list[str] = field(default_factory=list)
    continua: list[CycleContinuum] = field(default_factory=list)
    interrupted: bool = False

    def leave_out(self, period: int) -> None:
        """Say that nothing is known of a period."""
        self.complete[period], self.arguments[period] = False, _STOPPED

    def add(self, period: int, strategy: WordSearch, rng: np.random.Generator, progress: Progress | None) -> None:
        """Search for one period, and decide about each word."""
        findings = strategy.search(self.form, period, rng=rng, progress=progress)
        self.strategies.append(findings.strategy or repr(strategy))
        self.interrupted = findings.interrupted
        settled = settle_words(self.form, findings.words, progress)
        self.interrupted |= settled.interrupted
        kept: dict[object, Periodic] = {}
        for periodic in settled.periodic:
            key = frozenset(periodic.keys)
            if len(key) == period and self._inside(periodic.points):
                kept.setdefault(key, periodic)
        self.cycles += [cycle_of(self.form, periodic, certify=self.certify) for periodic in kept.values()]
        continua = [(word, c) for word, c in settled.continua if c.period == period]
        for word, continuum in continua:
            through = readonly([in_doubles(z)[:, 0] for z in continuum.through])
            self.continua.append(CycleContinuum(period, word, continuum.dimension, through))
        reasons = [] if findings.complete else [findings.argument]
        if self.form.exact is None:
            reasons.append("an entry is irrational: the map searched is that with entries rounded to doubles")
        if not self.certify:
            reasons.append("certification was not asked for")
        if continua:
            reasons.append(f"periodic points of period {period} come in continua")
        if settled.undecided:
            reasons.append(f"{settled.undecided} singular words could not be decided")
        if self.interrupted:
            reasons.append(_STOPPED)
        self.complete[period] = not reasons
        self.arguments[period] = "; ".join(dict.fromkeys(reasons)) or findings.argument

    def _inside(self, points: Sequence[fmpq_mat]) -> bool:
        """Whether all points lie in the region, decided exactly."""
        if self.region is None:
            return True
        bounds: list[tuple[fmpq, fmpq]] = [(to_rational(low), to_rational(high)) for low, high in self.region]
        return all(low <= e <= high for z in points for e, (low, high) in zip(z.entries(), bounds, strict=True))


def _form(system: System) -> PiecewiseLinear | None:
    form = piecewise_linear(system)
    if system.kind == "flow" and form is None:
        raise InputError(
            "find_cycles takes maps and piecewise-linear flows, and the system is another flow: use "
            "dynbench.cycles.refine_cycle from a state near a cycle, or transition_graph, which refines those that "
            "unstable branches end in."
        )
    return form


def _periods(periods: Any) -> list[int]:
    """The periods asked for, rising, each once."""
    periods = periods.tolist() if isinstance(periods, np.ndarray) else periods
    whole = _is_integer(periods)
    if not whole and not isinstance(periods, Iterable):
        raise InputError(f"periods is {shown(periods)}; expected a positive integer k, for 1 to k, or several of them.")
    if whole and periods > _LONGEST:
        raise InputError(f"periods is {periods}; expected at most {_LONGEST}, or a few periods in a list.")
    given = list(range(1, int(periods) + 1)) if whole else list(periods)
    for period in given:
        if not _is_integer(period) or period < 1:
            raise InputError(f"periods holds {shown(period)}; a period of a map is a positive integer.")
        if period > _LONGEST_ALONE:
            raise InputError(f"periods holds {period}; expected at most {_LONGEST_ALONE}.")
    if not given:
        raise InputError(f"periods is {shown(periods)}; expected at least one positive integer.")
    return sorted({int(period) for period in given})


def _check(certify: Any, progress: Any) -> None:
    if not isinstance(certify, bool):
        raise InputError(f"certify is {shown(certify)}; expected True or False.")
    if progress is not None and not callable(progress):
        raise InputError(f"progress is {shown(progress)}; expected a callable of (stage, done, total).")


def _is_integer(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _region(boxes: Array | None) -> Array | None:
    if boxes is not None and len(boxes) > 1:
        raise InputError(f"box is a union of {len(boxes)} boxes; find_cycles takes one box, which holds whole cycles.")
    return None if boxes is None else readonly(boxes[0])


def _starts(starts: Any, dimension: int) -> Array:
    states = np.atleast_2d(as_states(starts, dimension, name="starts"))
    if states.ndim > 2 or not len(states):
        raise InputError(f"starts has shape {states.shape}; expected (K, {dimension}), a row for each of some states.")
    return states


def _refined(system: System, periods: Sequence[int], region: Array | None, starts: Array | None) -> Cycles:
    """Newton's method from every start for every period: for maps that are not piecewise linear."""
    if starts is None:
        raise InputError(
            "The map is not recognised as piecewise linear, and only of such maps are all cycles searched for: give "
            "starts=, from which Newton's method looks for cycles of the periods asked for."
        )
    cycles: list[Cycle] = []
    for period in periods:
        for start in starts:
            cycle = refine_cycle(system, start, period)
            if cycle is None or cycle.period != period or not _holds(region, cycle.points):
                continue
            if not any(_same(cycle, other) for other in cycles):
                cycles.append(cycle)
    argument = f"Newton's method from {len(starts)} starts finds what it finds: no search of a region"
    return Cycles(
        cycles=tuple(sorted(cycles, key=lambda c: (c.period, tuple(c.points[0])))),
        state_names=system.state_names,
        complete=dict.fromkeys(periods, False),
        arguments=dict.fromkeys(periods, argument),
        region=region,
        strategies=("Newton's method from starts",),
    )


def _holds(region: Array | None, points: Array) -> bool:
    return region is None or bool(np.all((points >= region[:, 0]) & (points <= region[:, 1])))


def _same(first: Cycle, second: Cycle) -> bool:
    if first.period != second.period:
        return False
    gaps = np.abs(first.points[:, None] - second.points[None]).max(axis=-1)
    return bool(gaps.min() <= _SAME * max(1.0, np.abs(first.points).max()))
