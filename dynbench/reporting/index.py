"""The index page over many reports: one row a model, failures included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dynbench._version import __version__
from dynbench.reporting.pages import page_environment

__all__ = ["Entry", "render_index"]


@dataclass(frozen=True)
class Entry:
    """What became of one model of a batch.

    Attributes
    ----------
    model : str
        The file.
    title : str
        The system's name, or the file's where there is no report.
    page : str or None
        The report's address, relative to the index; None where there is none.
    verdict : str
        The verdict, or why there is none.
    settled : bool
        Whether the verdict leaves nothing open about the fixed points.
    points : int or None
        How many fixed points the report lists.
    alerts : int
        How many alerts of severity "serious" it has.
    failed : bool
        Whether there is no report, or only what had been decided before an interruption.
    code : int
        The exit code of ``dynbench report`` on the model.
    """

    model: str
    title: str
    page: str | None
    verdict: str
    settled: bool = False
    points: int | None = None
    alerts: int = 0
    failed: bool = False
    code: int = 0

    @property
    def state(self) -> str:
        """The row's state in a word."""
        return "failed" if self.failed else "settled" if self.settled else "open"


def render_index(title: str, entries: Sequence[Entry]) -> str:
    """The index as one HTML page: no script, nothing fetched; the same entries give the same bytes."""
    counts = {state: sum(entry.state == state for entry in entries) for state in ("settled", "open", "failed")}
    template = page_environment().get_template("index.html.j2")
    return template.render(title=title, entries=entries, counts=counts, version=__version__)
