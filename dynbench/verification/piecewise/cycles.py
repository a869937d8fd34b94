"""The claims about the cycles of a piecewise-linear map: each of them, and that the lists are complete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flint import fmpq

from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.piecewise.claims import Word, read_word
from dynbench.verification.piecewise.orbits import Orbit, State, agree, multipliers_of, orbit_from, rational_of
from dynbench.verification.piecewise.rows import Rectified
from dynbench.verification.piecewise.words import MOST_WORDS, all_cycles, count_words
from dynbench.verification.records import Outcome

__all__ = ["StatedCycle", "check_cycles"]

#: Multipliers in doubles are products of up to a few dozen matrices.
_TOLERANCE = 1e-6
#: Coordinates are the exact ones rounded to doubles, up to so many units in the last place of the largest.
_ROUNDED = 2.0**-44


class StatedCycle(NamedTuple):
    """A cycle of the report, and what was proved about it: its orbit, or None."""

    period: int
    word: Word | None
    orbit: Orbit | None


def check_cycles(
    system: Rectified | None, form: Rectified | None, cycles: Field, dimension: int, ledger: Ledger
) -> list[StatedCycle]:
    """Check every cycle listed, that no two are the same, and that the lists of the periods stated are complete."""
    listed = []
    for number, field in enumerate(cycles["cycles"].items()):
        ledger.progress("checking cycles", number, len(cycles["cycles"].items()))
        listed.append(_check_cycle(system, form, field, f"cycle {number}", dimension, ledger))
    known = [frozenset(c.orbit.states) for c in listed if c.orbit is not None]
    ledger.require(f"the {len(known)} cycles proved are different", len(set(known)) == len(known), "some are the same")
    for text in cycles["periods"].keys():  # noqa: SIM118
        _check_period(system, cycles, text, listed, dimension, ledger)
    return listed


def _check_cycle(
    system: Rectified | None, form: Rectified | None, field: Field, name: str, n: int, ledger: Ledger
) -> StatedCycle:
    period, status = field["period"].integer(), field["status"].choice("certified", "converged")
    points = [p.vector(n) for p in field["points"].items(period)]
    multipliers = [complex(*pair.vector(2)) for pair in field["multipliers"].items(n)]
    counts = field["stability"].integers(3)
    kind = field["kind"].text()
    field["residual"].length()
    word = None if field["word"].null else read_word(field["word"], _units(field, form))
    if status != "certified":
        ledger.require(f"{name}: converged, not proved; nothing more is checked", field["exact"].null, "it is exact")
        return StatedCycle(period, word, None)
    claim = f"{name}: a cycle of period {period}, in rational numbers"
    if system is None or field["exact"].null:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "its first state or the equations are not given as rational numbers")
        return StatedCycle(period, word, None)
    start: State = tuple(rational_of(e) for e in field["exact"].items(n))
    orbit = orbit_from(system, start, period)
    if isinstance(orbit, str):
        ledger.add(claim, Outcome.FAILS, orbit)
        return StatedCycle(period, word, None)
    ledger.require(claim, True)
    near = all(_rounds(p, q) for p, q in zip(points, orbit.states, strict=True))
    ledger.require(f"{name}: its states are those, rounded", near, "they are not")
    _check_word(form, word, orbit, name, ledger)
    _check_multipliers(orbit, multipliers, counts, kind, name, ledger)
    return StatedCycle(period, word, orbit)


def _units(field: Field, form: Rectified | None) -> int:
    """How many bits a step of the word has; without a form, those of its first step."""
    return len(form.arguments) if form is not None else len(field["word"].items()[0].text())


def _rounds(stated: Sequence[float], exact: State) -> bool:
    room = _ROUNDED * max(1.0, *(abs(int(e.p) / int(e.q)) for e in exact))
    return all(abs(_exactly(x) - e) <= _exactly(room) for x, e in zip(stated, exact, strict=True))


def _exactly(number: float) -> fmpq:
    return fmpq(*number.as_integer_ratio())


def _check_word(form: Rectified | None, word: Word | None, orbit: Orbit, name: str, ledger: Ledger) -> None:
    if word is None or form is None:
        return
    patterns = []
    for state in orbit.states:
        patterns.append(tuple(bool(m > 0) for m in form.margins(state)))
    holds = orbit.on_border or tuple(patterns) == word
    ledger.require(f"{name}: its word is that of its states", holds, "it is another")


def _check_multipliers(
    orbit: Orbit, stated: Sequence[complex], counts: tuple[int, ...], kind: str, name: str, ledger: Ledger
) -> None:
    if orbit.on_border:
        claim = f"{name}: a state lies on a border, and its kind is said not to be known from multipliers"
        ledger.require(claim, kind == "nonsmooth cycle", f"it is called a {kind:.40}")
        return
    found = multipliers_of(orbit.derivative)
    ledger.require(f"{name}: its multipliers", agree(stated, found, _TOLERANCE), "they are others")
    stability = found.stability()
    claim = f"{name}: {counts[0]} stable, {counts[1]} central, {counts[2]} unstable multipliers: a {kind:.40}"
    if stability is None:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "one is not told from the unit circle")
        return
    stable, central, unstable = stability
    word = "saddle cycle" if stable and unstable else "unstable cycle" if unstable else "stable cycle"
    right = "nonhyperbolic cycle" if central else word
    ledger.require(claim, counts == stability and kind == right, f"it is a {right} with {stability}")


def _check_period(
    system: Rectified | None, cycles: Field, text: str, listed: Sequence[StatedCycle], n: int, ledger: Ledger
) -> None:
    field = cycles["periods"][text]
    field["argument"].text()
    if not field["complete"].flag() or not text.isdecimal():
        ledger.require(f"period {text:.20}: the list is not claimed to be complete", text.isdecimal(), "no period")
        return
    period = int(text)
    stated = [frozenset(c.orbit.states) for c in listed if c.period == period and c.orbit is not None]
    unproved = sum(c.period == period and c.orbit is None for c in listed)
    claim = f"there are exactly {len(stated) + unproved} cycles of period {period}"
    if unproved or system is None:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, f"{unproved} of them are not proved")
        return
    words = count_words(len(system.arguments), period)
    if words > MOST_WORDS:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, f"not checked again: there are about {words:.2g} words")
        return
    found = all_cycles(system, period)
    if isinstance(found, str):
        ledger.add(claim, Outcome.NOT_ESTABLISHED, found)
        return
    region = None if cycles["region"].null else [f.box(n) for f in cycles["region"].items()]
    inside = {states for states in found if region is None or any(_lies_in(states, box) for box in region)}
    outside = "" if region is None else " with all states in the region"
    missing = len(inside - set(stated))
    ledger.require(claim + outside, not missing and set(stated) <= found, f"{missing} are missing")


def _lies_in(states: frozenset[State], box: Sequence[tuple[float, float]]) -> bool:
    sides = [(_exactly(low), _exactly(high)) for low, high in box]
    return all(low <= x <= high for state in states for x, (low, high) in zip(state, sides, strict=True))
