"""The list of checks while it grows."""

from __future__ import annotations

from collections.abc import Callable

from dynbench.verification.records import Check, Outcome

__all__ = ["Ledger"]

Progress = Callable[[str, int, int | None], None]


class Ledger:
    """Collects checks, and whether points were proved in doubles; each method adds one and says whether it holds."""

    def __init__(self, progress: Progress | None = None) -> None:
        self.checks: list[Check] = []
        self.doubles = False
        self._progress = progress

    def add(self, claim: str, outcome: Outcome, detail: str = "") -> bool:
        """Add a check with its outcome."""
        self.checks.append(Check(claim, outcome, detail))
        return outcome is Outcome.HOLDS

    def require(self, claim: str, truth: bool, detail: str = "") -> bool:
        """Add a check that holds or fails; the detail says why it fails."""
        return self.add(claim, Outcome.HOLDS if truth else Outcome.FAILS, "" if truth else detail)

    def prove(self, claim: str, truth: bool, detail: str = "") -> bool:
        """Add a check that holds or is not established; the detail says why it is not."""
        return self.add(claim, Outcome.HOLDS if truth else Outcome.NOT_ESTABLISHED, "" if truth else detail)

    def progress(self, stage: str, done: int, total: int | None) -> None:
        """Report progress to the caller."""
        if self._progress is not None:
            self._progress(stage, done, total)
