"""The claims about the cycles of a piecewise-linear system: each one, and that the lists of a map are complete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flint import arb, fmpq

from dynbench.errors import InputError
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.piecewise.claims import Word, read_word
from dynbench.verification.piecewise.flow_cycles import check_flow_cycle
from dynbench.verification.piecewise.multipliers import check_multipliers
from dynbench.verification.piecewise.orbits import (
    Orbit,
    State,
    fixed_state,
    multipliers_of,
    orbit_from,
    rational_of,
)
from dynbench.verification.piecewise.rows import Rectified
from dynbench.verification.piecewise.unique import has_no_cycle, has_one_fixed_point
from dynbench.verification.piecewise.words import affordable, all_cycles, segment_of
from dynbench.verification.records import Outcome

__all__ = ["StatedCycle", "check_cycles"]

#: Coordinates are the exact ones rounded to doubles, up to so many units in the last place of the largest.
_ROUNDED = 2.0**-44


class StatedCycle(NamedTuple):
    """A cycle of the report, and what was proved about it: its orbit, or None."""

    period: float
    points: tuple[tuple[float, ...], ...]
    kind: str
    stability: tuple[int, ...]
    orbit: Orbit | None


def check_cycles(
    system: Rectified | None, form: Rectified | None, cycles: Field, dimension: int, is_map: bool, ledger: Ledger
) -> list[StatedCycle]:
    """Check every cycle listed, that no two are the same, and that the lists of the periods stated are complete."""
    fields = cycles["cycles"].items()
    listed = []
    for number, field in enumerate(fields):
        ledger.progress("checking cycles", number, len(fields))
        check = _check_cycle if is_map else _check_flow_cycle
        listed.append(check(system, form, field, f"cycle {number}", dimension, ledger))
    known = [frozenset(c.orbit.states) for c in listed if c.orbit is not None]
    ledger.require(f"the {len(known)} cycles proved are different", len(set(known)) == len(known), "some are the same")
    periods = cycles["periods"].items()
    if not is_map:
        nothing = not periods and not cycles["continua"].items()
        ledger.require("no list of cycles of the flow is said to be complete", nothing, "more is claimed")
        return listed
    if cycles["interrupted"].flag():
        unfinished = any(not field["complete"].flag() for field in periods)
        ledger.require("an interrupted search left a period open", unfinished, "all periods are said to be complete")
    numbers = [field["period"].integer() for field in periods]
    ledger.require("each period is listed once", len(set(numbers)) == len(numbers), "one is listed again")
    for field in periods:
        ledger.progress("checking lists of cycles", 0, None)
        _check_period(system, cycles, field, listed, dimension, ledger)
    for field in cycles["continua"].items():
        _check_continuum(form, field, dimension, ledger)
    return listed


def _check_flow_cycle(
    _: Rectified | None, form: Rectified | None, field: Field, name: str, n: int, ledger: Ledger
) -> StatedCycle:
    period, status = field["period"].number(), field["status"].choice("certified", "converged")
    points = tuple(p.vector(n) for p in field["points"].items())
    if status == "certified":
        check_flow_cycle(form, field, n, name, ledger)
    else:
        _check_unproved(field, name, ledger)
    return StatedCycle(period, points, field["kind"].text(), field["stability"].integers(3), None)


def _check_unproved(field: Field, name: str, ledger: Ledger) -> None:
    nothing = field["exact"].null and not field["proved"].flag()
    ledger.require(f"{name}: converged, not proved, and nothing else is claimed", nothing, "more is claimed")


def _check_cycle(
    system: Rectified | None, form: Rectified | None, field: Field, name: str, n: int, ledger: Ledger
) -> StatedCycle:
    period, status = field["period"].integer(), field["status"].choice("certified", "converged")
    points = [p.vector(n) for p in field["points"].items(period)]
    counts = field["stability"].integers(3)
    _check_residual(system, points, field["residual"].length(), name, ledger)
    unproved = StatedCycle(period, tuple(points), field["kind"].text(), counts, None)
    word = None if field["word"].null or form is None else read_word(field["word"], len(form.arguments))
    if status != "certified":
        _check_unproved(field, name, ledger)
        return unproved
    claim = f"{name}: a cycle of period {period}, in rational numbers"
    start = _start(form, field, word, n)
    if system is None or start is None:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "the equations are not read as rational ones, or it has no word")
        return unproved
    orbit = orbit_from(system, start, period)
    if isinstance(orbit, str):
        ledger.add(claim, Outcome.FAILS, orbit)
        return unproved
    stated = None if field["exact"].null else tuple(_state(f, n) for f in field["exact"].items(period))
    ledger.require(claim, stated in (None, orbit.states), "its exact states are no orbit")
    near = all(_rounds(p, q) for p, q in zip(points, orbit.states, strict=True))
    ledger.require(f"{name}: its states are those, rounded", near, "they are not")
    if form is not None:
        holds = word is not None and len(word) == period and all(map(_lies, [form] * period, orbit.states, word))
        ledger.require(f"{name}: its word is that of its states", holds, "it is another")
    if orbit.on_border:
        claim = f"{name}: a state lies on a border, and nothing is claimed of its multipliers"
        kind = field["kind"].text()
        nothing = kind == "nonsmooth cycle" and not field["character"].text() and not field["proved"].flag()
        ledger.require(claim, nothing, f"it is called a {kind:.40}")
    else:
        check_multipliers(multipliers_of(orbit.derivative), field, n, name, ledger)
    return unproved._replace(orbit=orbit)


def _lies(form: Rectified, state: State, pattern: Sequence[bool]) -> bool:
    """Whether a state lies in the closed region of a pattern."""
    return all(m == 0 or bool(m > 0) == active for m, active in zip(form.margins(state), pattern, strict=True))


def _check_residual(
    system: Rectified | None, points: Sequence[Sequence[float]], stated: float, name: str, ledger: Ledger
) -> None:
    """The largest gap between the image of a state and the next one, up to rounding."""
    if system is None:
        return
    exact = [[_exactly(x) for x in point] for point in points]
    images = [system.image(point) for point in exact]
    gaps = [abs(a - b) for q, p in zip(images, exact[1:] + exact[:1], strict=True) for a, b in zip(q, p, strict=True)]
    gap = max(gaps, default=fmpq(0))
    room = _exactly(_ROUNDED) * (1 + max((size for point in exact for size in system.sizes(point)), default=fmpq(0)))
    claim = f"{name}: its residual is {stated:.3g}, up to rounding"
    ledger.require(claim, abs(_exactly(stated) - gap) <= room, f"it is {arb(gap).str(3, radius=False)}")


def _start(form: Rectified | None, field: Field, word: Word | None, n: int) -> State | None:
    """Its first state: as stated, or, where it has too many digits to be, the fixed state of its word."""
    if not field["exact"].null:
        states = field["exact"].items()
        return _state(states[0], n) if states else None
    return None if form is None or word is None else fixed_state(form, word)


def _state(field: Field, n: int) -> State:
    return tuple(rational_of(e) for e in field.items(n))


def _rounds(stated: Sequence[float], exact: State) -> bool:
    room = _exactly(_ROUNDED) * max(fmpq(1), *map(abs, exact))
    return all(abs(_exactly(x) - e) <= room for x, e in zip(stated, exact, strict=True))


def _exactly(number: float) -> fmpq:
    return fmpq(*number.as_integer_ratio())


def _check_period(
    system: Rectified | None, cycles: Field, field: Field, listed: Sequence[StatedCycle], n: int, ledger: Ledger
) -> None:
    period, count = field["period"].integer(), field["cycles"].integer()
    field["argument"].text()
    if period < 1:
        raise InputError(f"{field.path}.period is {period}; expected at least 1.")
    mine = [c for c in listed if c.period == period]
    ledger.require(f"{count} cycles of period {period} are listed", count == len(mine), f"there are {len(mine)}")
    if not field["complete"].flag():
        return
    stated = {frozenset(c.orbit.states) for c in mine if c.orbit is not None}
    region = None if cycles["region"].null else cycles["region"].box(n)
    where = "" if region is None else " with all their states in the region"
    claim = f"there are no others of period {period}{where}"
    if len(stated) < len(mine) or system is None:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "not all of those listed are proved")
        return
    if not affordable(system, period):
        ledger.add(claim, *_at_once(system, period, len(stated)))
        return
    found = all_cycles(system, period)
    if isinstance(found, str):
        ledger.add(claim, Outcome.NOT_ESTABLISHED, found)
        return
    inside = {states for states in found if region is None or _lies_in(states, region)}
    missing = len(inside - stated)
    ledger.require(claim, not missing, f"{missing} are missing")
    apart = len(stated - inside)
    ledger.require(f"those of period {period} listed are there", not apart, f"{apart} of them are not")


def _at_once(system: Rectified, period: int, listed: int) -> tuple[Outcome, str]:
    """Whether there are no others, by an argument about all words at once."""
    if listed == 1 and period == 1 and has_one_fixed_point(system):
        return Outcome.HOLDS, "there is exactly one fixed point"
    if listed == 0 and period > 1 and has_no_cycle(system, period):
        return Outcome.HOLDS, "there is one state of such a period only, a fixed point"
    return Outcome.NOT_ESTABLISHED, f"not checked again: there are 2^{len(system.arguments) * period} words"


def _check_continuum(form: Rectified | None, field: Field, n: int, ledger: Ledger) -> None:
    period, dimension = field["period"].integer(), field["dimension"].integer()
    through = [state.vector(n) for state in field["through"].items()]
    claim = f"a continuum of states of period {period}, of dimension {dimension}"
    if form is None:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "the equations are not read as rational ones")
        return
    word = read_word(field["word"], len(form.arguments))
    segment = segment_of(form, word) if dimension == 1 and len(word) == period else None
    why = "the word is not shown to have a segment of such states, not all of a smaller period"
    ledger.prove(claim, segment is not None, why)
    if segment is not None:
        lies = all(_rounds(state, segment.near([_exactly(x) for x in state])) for state in through)
        ledger.require(f"{claim}: its states lie in it, up to rounding", lies, "one does not")


def _lies_in(states: frozenset[State], box: Sequence[tuple[float, float]]) -> bool:
    sides = [(_exactly(low), _exactly(high)) for low, high in box]
    return all(low <= x <= high for state in states for x, (low, high) in zip(state, sides, strict=True))
