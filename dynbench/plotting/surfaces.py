"""Which invariant manifolds a portrait shows; of those that are surfaces the polygons, translucent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import Patch
from matplotlib.path import Path
from numpy.typing import NDArray

from dynbench.plotting.drawing import Sketch
from dynbench.plotting.projections import View
from dynbench.plotting.style import Colour

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.manifolds import Manifold

__all__ = ["draw_surfaces", "drawn_manifolds"]

_COLOURS = {"stable": Colour.STABLE, "unstable": Colour.REPELLING}
#: How opaque polygons and their edges are: what lies behind is to be seen.
_FACE, _EDGE = 0.16, 0.45
#: How opaque polygons on top of each other are together: generations of them cover the same ground again and again.
_TOGETHER = 0.5
#: Layers are counted at the middles of so many polygons.
_COUNTED = 200
#: Of more polygons than this the edges would be all that is seen.
_EDGED = 1000


def drawn_manifolds(analysis: Analysis) -> list[Any]:
    """The manifolds to draw, of cycles where none is of a point: in a chaotic map all lie along the same ones."""
    of_points = [m for m in analysis.manifolds if getattr(m, "cycle", None) is None]
    drawn = any(m.branches or getattr(m, "mesh", None) is not None for m in of_points)
    return of_points if drawn else list(analysis.manifolds)


def draw_surfaces(sketch: Sketch, manifolds: Iterable[Manifold], box: NDArray[np.float64], view: View) -> None:
    """Draw the polygons of manifolds of dimension 2, where they are in the box."""
    for manifold in manifolds:
        mesh = getattr(manifold, "mesh", None)  # curves need not be a Manifold
        polygons = [] if mesh is None else [view.project(corners) for corners in mesh.within(box).corners()]
        if not polygons:
            continue
        colour = _COLOURS[manifold.which]
        face = min(_FACE, 1.0 - (1.0 - _TOGETHER) ** (1.0 / _layers(polygons)))
        edge = to_rgba(colour, _EDGE * face / _FACE if len(polygons) <= _EDGED else 0.0)
        drawn = PolyCollection(polygons, facecolors=to_rgba(colour, face), edgecolors=edge, linewidths=0.3, zorder=2)
        sketch.ax.add_collection(drawn)
        sketch.add(f"{manifold.which} manifolds", drawn)
        handle = Patch(facecolor=to_rgba(colour, 2 * _FACE), edgecolor=to_rgba(colour, _EDGE))
        sketch.explain(handle, f"{manifold.which} manifold (surface)")


def _layers(polygons: Sequence[NDArray[np.float64]]) -> float:
    """How many of the polygons (c, 2) lie on top of each other on the page, where they are crowded; at least one."""
    chosen = np.unique(np.linspace(0, len(polygons) - 1, _COUNTED).astype(int))
    middles = np.array([polygons[k].mean(axis=0) for k in chosen])
    count = sum(Path(corners).contains_points(middles).astype(int) for corners in polygons)
    return max(1.0, float(np.quantile(count, 0.9)))
