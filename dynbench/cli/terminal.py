"""What the command writes to a terminal: logs and a progress bar on stderr, tables on stdout."""

from __future__ import annotations

import signal
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from dynbench.fixed_points import FixedPoints
    from dynbench.fixed_points.search import Progress as Callback
    from dynbench.reporting.index import Entry

__all__ = ["entries_table", "log", "points_table", "progress_bar", "show", "show_page", "uninterrupted"]

#: Columns of a table that goes to a file or a pipe, where there is no terminal to fit.
_PIPE_WIDTH = 240


def log(message: str) -> None:
    """Write a line to stderr."""
    print(f"dynbench: {message}", file=sys.stderr)


def show(table: Table) -> None:
    """Write a table to stdout."""
    console = Console()
    (console if console.is_terminal else Console(width=_PIPE_WIDTH)).print(table)


def show_page(target: Path) -> None:
    """Open a written page in the browser; where there is none, say where it is."""
    address = target.resolve().as_uri()
    if not webbrowser.open(address):
        log(f"no browser could be started; the report is at {address}")


@contextmanager
def progress_bar() -> Iterator[Callback | None]:
    """A callback that draws a bar for each stage, where stderr is a terminal; None elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def update(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield update


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put Ctrl-C off until the block has ended, so that a report that has been worked out is written whole."""
    met: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: met.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if met:
        raise KeyboardInterrupt


def entries_table(entries: Sequence[Entry]) -> Table:
    """What became of the models of a batch, as a table for a terminal."""
    from dynbench.reporting.names import printable

    table = Table(box=None, header_style="bold", pad_edge=False)
    for header in ("model", "state", "points", "verdict"):
        table.add_column(header)
    for entry in entries:
        points = "" if entry.points is None else str(entry.points)
        table.add_row(*map(Text, (printable(entry.model), entry.state, points, printable(entry.verdict))))
    return table


def points_table(points: FixedPoints, eigenvalues: str) -> Table:
    """Fixed points as a table for a terminal."""
    from dynbench.fixed_points.results import MOST_COLUMNS
    from dynbench.reporting.names import printable
    from dynbench.reporting.numbers import decimal, short
    from dynbench.reporting.states import leading_eigenvalues

    many = len(points.state_names) > MOST_COLUMNS
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("point", justify="right")
    table.add_column("kind", no_wrap=True)
    for name in points.state_columns:
        table.add_column(Text(printable(name)), justify="right")
    for header in (eigenvalues, "established", "remark"):
        table.add_column(header)
    for number, p in enumerate(points):
        radius = p.certificate.radius if p.certificate is not None else None
        radii = p.certificate.eigenvalue_radii if p.certificate is not None else None
        state = points.shown_state(p)
        numbers = (short(value, 5) for value in state) if many else (decimal(value, radius) for value in state)
        cells = [str(number), p.kind.value, *numbers]
        cells += [leading_eigenvalues(p.eigenvalues, radii), p.status.value, p.note]
        table.add_row(*map(Text, cells))
    return table
