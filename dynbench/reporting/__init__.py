"""The write-up of an `Analysis`: HTML, Markdown or JSON, chosen by the suffix of the path."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynbench.errors import InputError

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["load_report", "report", "report_target"]


def load_report(
    path: str | os.PathLike[str], *, weights: Mapping[str, Any] | str | os.PathLike[str] | None = None
) -> Analysis:
    """Read a JSON report and rebuild the analysis that it was written from; nothing is computed or proved again.

    Parameters
    ----------
    path : str or path
        The file that `report` or ``dynbench report`` wrote.
    weights : mapping or path, optional
        For a system in matrix form its arrays, by name, or the file that `save_weights` wrote: a report identifies
        them by content hashes and does not hold them.

    Returns
    -------
    Analysis
        Written again, it gives the same bytes. To check its claims use `dynbench.verify`.

    Raises
    ------
    InputError
        If the file cannot be read or is no report in a format that this version knows, or the weights are missing or
        not those of the report.
    """
    from dynbench.reporting.rebuild import rebuild

    return rebuild(path, weights)


def report(analysis: Analysis, path: str | os.PathLike[str]) -> Path:
    """Write an analysis up in one file.

    Parameters
    ----------
    analysis : Analysis
        What `dynbench.analyze` returned.
    path : str or path
        Where to write. The suffix chooses the form: ``.html`` (one self-contained page with figures), ``.md``
        (for a code host) or ``.json`` (for programs). A file of that name is replaced.

    Returns
    -------
    pathlib.Path
        The path written.

    Raises
    ------
    InputError
        If the suffix is none of these, the folder does not exist, or the file cannot be written.

    Notes
    -----
    The same analysis always gives the same bytes: no date is written, and the figures are drawn reproducibly.
    """
    from dynbench.analysis import Analysis

    if not isinstance(analysis, Analysis):
        raise InputError(f"analysis is {analysis!r:.60}; expected what dynbench.analyze returned.")
    target = report_target(path)
    text = _renderer(target)(analysis)
    try:
        target.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}.") from error
    return target


def report_target(path: str | os.PathLike[str]) -> Path:
    """Check, before a long analysis, as far as can be told without writing, that `path` can be written.

    Raises
    ------
    InputError
        As `report`.
    """
    try:
        target = Path(path)
    except TypeError as error:
        raise InputError(f"path is {path!r:.60}; expected the name of a file.") from error
    if target.suffix.lower() not in (".html", ".md", ".json"):
        suffix = f"has the suffix {target.suffix}" if target.suffix else "has no suffix"
        raise InputError(f"{target.name or target} {suffix}; a report is written as .html, .md or .json.")
    if not target.parent.is_dir():
        raise InputError(f"The folder {target.parent} does not exist, so {target.name} cannot be written there.")
    if target.is_dir():
        raise InputError(f"{target} is a folder; give the name of a file to write.")
    if target.exists() and not os.access(target, os.W_OK):
        raise InputError(f"{target} cannot be written: permission denied.")
    if not target.exists() and not os.access(target.parent, os.W_OK | os.X_OK):
        raise InputError(f"{target} cannot be written: the folder {target.parent} does not allow it.")
    return target


def _renderer(target: Path) -> Callable[[Analysis], str]:
    """The function that renders this suffix, imported only now: HTML brings Jinja and Matplotlib with it."""
    match target.suffix.lower():
        case ".html":
            from dynbench.reporting.html import render_html

            return render_html
        case ".md":
            from dynbench.reporting.markdown import render_markdown

            return render_markdown
        case _:
            from dynbench.reporting.json import render_json

            return render_json
