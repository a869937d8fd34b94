"""What a verification says: one line a claim."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

__all__ = ["Check", "Outcome", "Verification", "lines"]


class Outcome(enum.Enum):
    """What became of a claim."""

    HOLDS = "holds"  #: proved again, independently
    FAILS = "fails"  #: shown to be false, or to contradict another part of the report
    NOT_ESTABLISHED = "not established"  #: neither; it counts against the report, which asserts it as proved


@dataclass(frozen=True)
class Check:
    """One claim of a report.

    Attributes
    ----------
    claim : str
        The claim, as a line of text.
    outcome : Outcome
        What became of it.
    detail : str
        By which numbers, or why not.
    """

    claim: str
    outcome: Outcome
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.outcome.value}: {self.claim}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True)
class Verification(Sequence[Check]):
    """All claims of a report that were checked.

    Attributes
    ----------
    checks : tuple of Check
        One a claim, in the order of the report.
    precision : int
        Bits of the ball arithmetic.
    doubles : bool
        Whether points and their spectra were proved in doubles with bounds of their rounding, as for networks of many
        states; only residuals are then taken in balls, of 160 bits.
    """

    checks: tuple[Check, ...]
    precision: int
    doubles: bool = False

    @property
    def holds(self) -> bool:
        """True only if every claim holds."""
        return all(check.outcome is Outcome.HOLDS for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The claims that do not hold: shown to be false, or not established."""
        return tuple(check for check in self.checks if check.outcome is not Outcome.HOLDS)

    @overload
    def __getitem__(self, index: int) -> Check: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Check, ...]: ...
    def __getitem__(self, index: int | slice) -> Check | tuple[Check, ...]:
        return self.checks[index]

    def __len__(self) -> int:
        return len(self.checks)

    def __iter__(self) -> Iterator[Check]:
        return iter(self.checks)


def lines(verification: Verification) -> list[str]:
    """A line for each claim and a last one that counts them, for a terminal."""
    width = max(len(outcome.value) for outcome in Outcome)
    rows = [
        f"{check.outcome.value:<{width}}  {check.claim}" + (f"  [{check.detail}]" if check.detail else "")
        for check in verification
    ]
    counts = {outcome: sum(check.outcome is outcome for check in verification) for outcome in Outcome}
    bad = [
        f"{n} {'fail' if o is Outcome.FAILS else 'not established'}"
        for o, n in counts.items()
        if n and o is not Outcome.HOLDS
    ]
    how = "in doubles with bounds of their rounding" if verification.doubles else f"at {verification.precision} bits"
    total = f"{len(verification)} claims, checked {how}: "
    return [*rows, total + ("all hold" if verification.holds else f"{counts[Outcome.HOLDS]} hold, {', '.join(bad)}")]
