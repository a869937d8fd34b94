"""The manifolds traced, with their errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dynbench.cycles import CycleKind
from dynbench.flow.polylines import arclength
from dynbench.reporting.blocks import Bullets, Paragraph, Section, Table, Text
from dynbench.reporting.homoclinic import saddle_name
from dynbench.reporting.numbers import at_most, plural, readable, short
from dynbench.reporting.tables import NONE, without_empty_columns

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.manifolds import Manifold

__all__ = ["manifolds_section"]

_SUMMARY = (
    "The stable manifold of a saddle holds the states that end at it, and so may part the states that end in one "
    "attractor from those that end in another; along the unstable manifold states leave the saddle. In a "
    "piecewise-linear map these are {what}: each was mapped corner by corner and split where it crosses a border "
    "between regions, so that it is the manifold itself up to rounding, as far as it was traced. It goes on beyond."
)
_ERRORS: tuple[Text, ...] = (
    (
        "Transversal error: an estimate of how far a corner lies from the manifold, at a sample of corners; a corner "
        "may lie farther along the manifold than it should.",
    ),
    (
        "Delta: the corners carried back to the seed, their distance from the linear manifold there relative to that "
        "from the point (Eisenmann et al. 2025). It measures what rounding has become on the way, and says little of "
        "the curve. From one on it says nothing: it is lost to rounding.",
    ),
)


def manifolds_section(analysis: Analysis) -> Section | None:
    """The exact manifolds of a piecewise-linear map; None where there is none."""
    exact = [m for m in analysis.manifolds if m.exact]
    if not exact:
        return None
    headers: tuple[Text, ...] = (
        *(("of",), ("which",), ("branches",), ("polygons",), ("corners",), ("arclength",)),
        *(("transversal error",), ("delta",), ("remark",)),
    )
    rows = tuple(_row(analysis, m) for m in exact)
    surfaces = any(m.mesh is not None for m in exact)
    caption = "Stable and unstable manifolds" + (": curves, and surfaces made of polygons" if surfaces else ": curves")
    table = without_empty_columns(Table(caption, headers, rows, numeric=(2, 3, 4, 5, 6, 7)))
    what = "lines and surfaces with flat pieces" if surfaces else "lines with straight pieces"
    errors = _ERRORS if any(m.delta is not None for m in exact) else _ERRORS[:1]
    legend = Bullets((*_untraced(analysis), *_methods(exact), *errors))
    return Section("manifolds", "Manifolds", (Paragraph((_SUMMARY.format(what=what),)), table, legend))


def _untraced(analysis: Analysis) -> Iterator[Text]:
    """How many saddle cycles there are whose manifolds are not in the table."""
    traced = {tuple(m.point) for m in analysis.manifolds if m.cycle is not None}
    saddles = [c for c in analysis.numbered_cycles.values() if c.kind is CycleKind.SADDLE]
    missing = sum(tuple(c.points[0]) not in traced for c in saddles)
    if missing:
        longer = "" if missing == len(saddles) else ", the longer ones,"
        yield (f"The manifolds of {missing} of the {plural(len(saddles), 'saddle cycle')}{longer} were not traced.",)


def _methods(manifolds: Sequence[Manifold]) -> Iterator[Text]:
    """How the manifolds were computed, each way once."""
    ways = dict.fromkeys((m.which, m.method) for m in manifolds if m.method)
    for which, method in ways:
        yield (readable(f"{which.capitalize()}: {method}."),)
    if any("the seed" in method for _, method in ways):
        yield ("Seed: the part around the saddle, which is straight or flat and known from its eigenvectors.",)


def _row(analysis: Analysis, manifold: Manifold) -> tuple[Text, ...]:
    saddle = manifold.cycle or next(p for p in analysis.fixed_points if (p.x == manifold.point).all())
    return (
        *((saddle_name(saddle, analysis),), (manifold.which,), *((text,) for text in _size(manifold))),
        *((at_most(manifold.error),), (_delta(manifold.delta),)),
        (readable(manifold.note),),
    )


def _size(manifold: Manifold) -> tuple[str, str, str, str]:
    """Branches, polygons, corners and arclength; empty where it has none."""
    if manifold.mesh is not None:
        return "", str(len(manifold.mesh)), str(len(manifold.mesh.vertices)), ""
    loose = len(manifold.branches) - manifold.attached
    branches = f"{manifold.attached} and {plural(loose, 'loose piece')}" if loose > 0 else str(manifold.attached)
    length = short(sum(map(arclength, manifold.branches)), 4)
    return branches, "", str(sum(map(len, manifold.branches))), length


def _delta(delta: float | None) -> str:
    """From one on it is as large as the distance that it is relative to, and says nothing."""
    if delta is None:
        return NONE
    return at_most(delta) if delta < 1 else "lost to rounding"
