"""What a report says of a cycle's multipliers, its kind and its character, against enclosures of the multipliers."""

from __future__ import annotations

from collections.abc import Sequence

from flint import acb

from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.piecewise.orbits import character_of
from dynbench.verification.records import Outcome
from dynbench.verification.spectra import Eigenvalues

__all__ = ["check_multipliers"]

#: Multipliers that are not said to be proved are products of up to a few dozen matrices in doubles.
_ESTIMATED = 1e-6
#: Others are the middles of enclosures: relative to their own modulus, and to the largest one.
_ROUNDED, _OF_LARGEST = 1e-9, 1e-14


def check_multipliers(
    found: Eigenvalues, field: Field, dimension: int, name: str, ledger: Ledger, trivial: int = 0
) -> None:
    """Check multipliers, counts, kind and character of a cycle off the borders.

    Parameters
    ----------
    found : Eigenvalues
        Enclosures of the multipliers, without the trivial one of a flow.
    field : Field
        The cycle.
    dimension : int
        The number of states.
    name : str
        What it is called in claims.
    ledger : Ledger
        Collects the checks.
    trivial : int
        1 for a flow, among whose multipliers is 1.
    """
    kind, character, proved = field["kind"].text(), field["character"].text(), field["proved"].flag()
    stated = [complex(*pair.vector(2)) for pair in field["multipliers"].items(dimension)]
    counts = field["stability"].integers(3)
    whole = [*found.enclosures, *[acb(1)] * trivial]
    ledger.require(f"{name}: its multipliers", _agree(stated, whole, proved), "they are others")
    stability = found.stability()
    claim = f"{name}: {counts[0]} stable, {counts[1]} central, {counts[2]} unstable multipliers: a {kind:.40}"
    if stability is None and proved:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "one is not told from the unit circle")
        return
    if proved:
        right = stability is not None and counts == stability and kind == _kind(stability)
    else:
        right = _possible(counts, found.sides()) and kind == _kind(counts)
    ledger.require(claim, right, f"it is a {_kind(stability)} with {stability}" if stability else "they are others")
    if character:
        ledger.require(f"{name}: a {character:.20}", character == character_of(found), f"it is a {character_of(found)}")


def _possible(counts: Sequence[int], sides: Sequence[int]) -> bool:
    """Whether counts in doubles may be right: what lies near the circle may be counted as central."""
    open_, least = sides.count(0), min(counts)
    fits = all(c <= sides.count(side) + open_ for c, side in ((counts[0], -1), (counts[2], 1)))
    return fits and least >= 0 and sum(counts) == len(sides)


def _agree(stated: Sequence[complex], enclosures: Sequence[acb], proved: bool) -> bool:
    """Whether the stated multipliers are those enclosed, in some order."""
    left = [complex(float(e.real.mid()), float(e.imag.mid())) for e in enclosures]
    largest = max(1.0, *map(abs, left))
    for value in stated:
        nearest = min(left, key=lambda other: abs(other - value), default=None)
        if nearest is None:
            return False
        room = _ROUNDED * abs(nearest) + _OF_LARGEST * largest if proved else _ESTIMATED * largest
        if abs(nearest - value) > room:
            return False
        left.remove(nearest)
    return not left


def _kind(stability: Sequence[int]) -> str:
    stable, central, unstable = stability
    word = "saddle cycle" if stable and unstable else "unstable cycle" if unstable else "stable cycle"
    return "nonhyperbolic cycle" if central else word
