"""Homoclinic and heteroclinic points of piecewise-linear maps: crossings of manifolds, proved by their words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly, shown
from dynbench.cycles import Cycle
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.manifolds.exact_homoclinic import prove_connection
from dynbench.manifolds.exact_saddles import NotProved
from dynbench.manifolds.homoclinic_records import HomoclinicPoint, HomoclinicProof
from dynbench.manifolds.itineraries import Itineraries, UnstableLine, itineraries
from dynbench.manifolds.meetings import Meetings, local_meetings, planar_meetings
from dynbench.manifolds.records import Manifold
from dynbench.manifolds.saddles import Saddle, read_saddle, unit_vectors
from dynbench.manifolds.trace import traced_manifold
from dynbench.piecewise import RationalForm, piecewise_linear
from dynbench.piecewise.words import Word, as_word
from dynbench.systems import System, as_system

__all__ = ["homoclinic_points"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

#: Points whose itineraries are found at once.
_AT_ONCE = 4096
#: The proved orbit passes the crossing within this distance, relative to its size.
_NEAR = 1e-6


def homoclinic_points(
    system: System,
    point: FixedPoint | Cycle,
    other: FixedPoint | Cycle | None = None,
    *,
    length: float | None = None,
    box: Any = None,
    prove: bool | int = 1000,
    manifolds: Sequence[Manifold] = (),
) -> tuple[HomoclinicPoint, ...]:
    """The points where the unstable manifold of a saddle crosses its stable manifold, or that of another saddle.

    In the plane the two manifolds are traced, and the crossings of the polylines found; in more dimensions those of
    the unstable manifold, a curve, with the local stable manifold of codimension 1, which every such orbit passes. A
    crossing in doubles suggests a homoclinic point; what proves one is its itinerary: the orbit that follows a word
    from the local unstable to the local stable manifold is the solution of a linear equation, here in exact arithmetic
    (`HomoclinicProof`). A transversal homoclinic point proves chaos.

    Parameters
    ----------
    system : System
        A piecewise-linear map, with a value for every parameter.
    point : FixedPoint or Cycle
        A saddle with one unstable direction: whose unstable manifold.
    other : FixedPoint or Cycle, optional
        Whose stable manifold; by default that of `point`.
    length : float, optional
        Arclength to which the manifolds are traced, as in `dynbench.trace_manifold`.
    box : (n, 2) array or mapping, optional
        Where they are traced, likewise.
    prove : bool or int
        How many of their orbits to prove, those with the shortest words first; True for all, False for none. A proof
        takes about two milliseconds and more for long words, and the manifolds of a chaotic map cross in very many
        orbits; of the others `reason` says that no proof was asked for.
    manifolds : sequence of Manifold
        What `dynbench.trace_manifold` has returned for the system, in the same box and at least as long. Those needed
        that are among them are not traced again but cut to `length` (but for stable sets in several pieces).

    Returns
    -------
    tuple of HomoclinicPoint
        In the order along the unstable manifold, its sides one after the other. That there are no more is not
        claimed: the manifolds are longer than what was traced of them.

    Raises
    ------
    InputError
        If the system is no piecewise-linear map, or a point no saddle with one unstable direction.

    References
    ----------
    S. Smale, Diffeomorphisms with many periodic points (1965). A. Katok, B. Hasselblatt, Introduction to the Modern
    Theory of Dynamical Systems (1995), Theorem 6.5.5.

    Examples
    --------
    >>> import dynbench as db
    >>> lozi = db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5})
    >>> saddle = db.find_fixed_points(lozi)[1]
    >>> first = db.homoclinic_points(lozi, saddle, length=6)[0]
    >>> first.proved, first.proof.d
    (True, 489/100)
    """
    form = piecewise_linear(as_system(system))
    if form is None or form.kind != "map":
        raise InputError(f"system is a {system.kind} that is not recognised as a piecewise-linear map; expected one.")
    if isinstance(prove, bool):
        budget = np.inf if prove else 0
    elif isinstance(prove, int) and prove >= 0:
        budget = prove
    else:
        raise InputError(f"prove is {shown(prove)}; expected True, False or a number of orbits.")
    source = read_saddle(form, point, "point")
    target = source if other is None else read_saddle(form, other, "other")
    unstable = traced_manifold(system, point, "unstable", manifolds, length=length, box=box)
    lines = [UnstableLine(source, _phase(source, line), line) for line in unstable.branches[: unstable.attached]]
    if form.dimension == 2:
        stable = traced_manifold(system, target.record, "stable", manifolds, length=length, box=box)
        meetings = [planar_meetings(line, stable) for line in lines]
    else:
        meetings = [local_meetings(line, target) for line in lines]
    candidates: list[_Candidate] = []
    orbits: dict[_Orbit, int] = {}
    for line, met in zip(lines, meetings, strict=True):
        for piece in range(0, len(met.segment), _AT_ONCE):
            part = met.chosen(slice(piece, piece + _AT_ONCE))
            found = itineraries(lines, line, line.at(part.segment, part.share), target)
            candidates += _candidates(line, part, found, orbits)
    attempts = _proofs(candidates, tuple(orbits), source, target, budget)
    return tuple(_record(candidate, attempts, source, target) for candidate in candidates)


class _Orbit(NamedTuple):
    """The itinerary of an orbit: phases of the saddles where its word begins and ends, and the word as bytes."""

    leaving: int
    arriving: int
    word: bytes

    def patterns(self, units: int) -> Word:
        """The word as patterns."""
        bits = np.frombuffer(self.word, dtype=bool).reshape(-1, units)
        return as_word(bits)


class _Candidate(NamedTuple):
    """A crossing: what its record says before any proof, its orbit, and its step from where the word begins."""

    x: Array
    tangents: Array
    angle: float
    orbit: int
    step: int


class _Attempt(NamedTuple):
    """What came of trying to prove an orbit: the proof, its states, and where the word begins in it; or the reason."""

    proof: HomoclinicProof | None
    states: Array
    begin: int
    reason: str


def _candidates(
    line: UnstableLine, met: Meetings, found: Itineraries, orbits: dict[_Orbit, int]
) -> Iterator[_Candidate]:
    """The crossings on one line; new orbits are entered in `orbits`."""
    states = line.states(line.at(met.segment, met.share))
    along = line.line[met.segment + 1] - line.line[met.segment]
    tangents = np.stack([unit_vectors(along), unit_vectors(met.stable)], axis=1)
    for i, x in enumerate(states):
        orbit = -1
        if found.known[i]:
            word = found.words[i, found.begin[i] : found.end[i]].tobytes()
            key = _Orbit(int(found.leaving[i]), int(found.arriving[i]), word)
            orbit = orbits.setdefault(key, len(orbits))
        yield _Candidate(x, tangents[i], float(met.angle[i]), orbit, int(found.here[i] - found.begin[i]))


def _proofs(
    candidates: Sequence[_Candidate], orbits: Sequence[_Orbit], source: Saddle, target: Saddle, budget: float
) -> list[_Attempt]:
    """An attempt for each orbit; the word of each is made so long that all its points lie between begin and end."""
    attempts = [_Attempt(None, np.empty(0), 0, "no proof was asked for")] * len(orbits)
    exact = source.form.exact
    if exact is None:
        reason = "the coefficients of the map are not all rational numbers"
        return [attempt._replace(reason=reason) for attempt in attempts]
    first, last = np.zeros((2, len(orbits)), dtype=int)
    for candidate in candidates:
        if candidate.orbit >= 0:
            first[candidate.orbit] = min(first[candidate.orbit], candidate.step)
            last[candidate.orbit] = max(last[candidate.orbit], candidate.step)
    by_length = sorted(range(len(orbits)), key=lambda k: len(orbits[k].word))
    for k in by_length[: int(min(budget, len(orbits)))]:
        attempts[k] = _attempt(exact, source, target, orbits[k], -int(first[k]), int(last[k]))
    return attempts


def _attempt(exact: RationalForm, source: Saddle, target: Saddle, orbit: _Orbit, before: int, last: int) -> _Attempt:
    core = orbit.patterns(exact.units)
    after = max(0, last - len(core))
    begin, end = np.roll(source.word, before - orbit.leaving, axis=0), np.roll(target.word, -orbit.arriving, axis=0)
    word = (*_repeated(begin, before), *core, *_repeated(end, after))
    try:
        proof, states = prove_connection(exact, as_word(begin), as_word(np.roll(end, -after, axis=0)), word)
    except NotProved as failure:
        return _Attempt(None, np.empty(0), 0, str(failure))
    return _Attempt(proof, np.array(states), before, "")


def _record(candidate: _Candidate, attempts: Sequence[_Attempt], source: Saddle, target: Saddle) -> HomoclinicPoint:
    point = HomoclinicPoint(
        x=readonly(candidate.x),
        kind="homoclinic" if source.is_at(target) else "heteroclinic",
        source=source.record,
        target=target.record,
        angle=candidate.angle,
        tangents=readonly(candidate.tangents),
        orbit=candidate.orbit,
        reason="the itinerary of the crossing was not found",
    )
    if candidate.orbit < 0:
        return point
    attempt = attempts[candidate.orbit]
    if attempt.proof is None:
        return replace(point, reason=attempt.reason)
    position = attempt.begin + candidate.step
    x = attempt.states[position]
    if not np.abs(x - candidate.x).max() <= _NEAR * (1.0 + np.abs(x).max()):
        return replace(point, reason="the orbit with this itinerary does not pass the crossing")
    return replace(point, x=readonly(x), proved=True, proof=attempt.proof, position=position, reason="")


def _repeated(word: NDArray[np.bool_], steps: int) -> Word:
    return tuple(as_word(word)[i % len(word)] for i in range(steps))


def _phase(saddle: Saddle, line: Array) -> int:
    return int(np.argmin(np.linalg.norm(saddle.points - line[0], axis=1)))
