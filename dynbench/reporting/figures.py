"""Figures as inline SVG: the same bytes from run to run, named for screen readers, nothing fetched."""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.figure import Figure as Canvas
from matplotlib.transforms import Bbox

from dynbench.plotting import (
    draw_transition_graph,
    phase_portrait,
    search_effort,
    spectral_rows,
    spectrum,
    speed_landscape,
    state_space,
    trace_determinant,
)
from dynbench.reporting.blocks import Figure
from dynbench.reporting.names import printable
from dynbench.reporting.networks import drawn_graph

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.plotting import Drawing

__all__ = ["draw_svg"]

#: Whatever the user has set, a report looks the same.
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "dynbench",
    "svg.fonttype": "path",
    "text.usetex": False,
    "path.simplify_threshold": 0.3,
}
_PAD = 0.08
_METADATA = {"Date": None, "Creator": None}


def draw_svg(figure: Figure, analysis: Analysis) -> str:
    """Draw a figure of a report as one ``<svg>`` element.

    Text is drawn as outlines: it looks the same everywhere and cannot be taken for markup. Identifiers
    get the figure's name in front, so that several figures can stand in one page.
    """
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        # A name may hold letters that the font lacks: they come out as boxes, and the tables hold them all.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        canvas = _draw(figure.name, analysis).figure
        assert isinstance(canvas, Canvas), "our own figures have no parent"
        buffer = io.StringIO()
        canvas.savefig(buffer, format="svg", bbox_inches=_crop(canvas), metadata=_METADATA)
    return _inline(buffer.getvalue(), figure)


def _draw(name: str, analysis: Analysis) -> Drawing:
    drawn = _DRAWN.get(name)
    if drawn is None:
        raise ValueError(f"There is no figure called {name!r}.")
    return drawn(analysis)


#: How each figure is drawn.
_DRAWN: dict[str, Callable[[Analysis], Drawing]] = {
    "portrait": phase_portrait,
    "speed": speed_landscape,
    "spectrum": spectrum,
    "spectral-rows": spectral_rows,
    "trace-determinant": trace_determinant,
    "effort": lambda a: search_effort(a.fixed_points),
    "graph": lambda a: draw_transition_graph(drawn_graph(a)),
    "hypercube": lambda a: draw_transition_graph(drawn_graph(a), layout="hypercube"),
    "space-readout": lambda a: state_space(a.system, a.graph, coordinates="readout"),
    "space-points": lambda a: state_space(a.system, a.graph, coordinates="points"),
}


def _crop(canvas: Canvas) -> Bbox:
    """The figure without empty bands above and below; its width stays, so that all text has one size."""
    canvas.draw_without_rendering()
    canvas.set_layout_engine("none")  # laid out once is enough
    tight = canvas.get_tightbbox()
    width = canvas.get_figwidth()
    return Bbox.from_extents(min(0.0, tight.x0), tight.y0 - _PAD, max(width, tight.x1), tight.y1 + _PAD)


def _inline(document: str, figure: Figure) -> str:
    """What stands between ``<svg>`` and ``</svg>``, cleaned of what only a file of its own needs."""
    match = re.search(r"<svg\b[^>]*?viewBox=\"(?P<box>[^\"]*)\"[^>]*>(?P<body>.*)</svg>", document, re.DOTALL)
    assert match is not None, "Matplotlib writes one svg element with a viewBox"
    body = re.sub(
        r"<metadata>.*?</metadata>|<defs>\s*<style\b.*?</style>\s*</defs>|<!--.*?-->",
        "",
        match["body"],
        flags=re.DOTALL,
    )
    body = body.replace("xlink:href", "href")
    body = re.sub(r'\b(id="|href="#)|url\(#', lambda found: f"{found[0]}{figure.name}-", body)
    title, description = f"{figure.name}-title", f"{figure.name}-description"
    return (
        f'<svg viewBox="{match["box"]}" role="img" aria-labelledby="{title} {description}">'
        f'<title id="{title}">{html.escape(printable(figure.caption))}</title>'
        f'<desc id="{description}">{html.escape(printable(figure.description))}</desc>{body.strip()}</svg>'
    )
