"""From n states to the two coordinates of a page."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.plotting.drawing import Sketch
from dynbench.plotting.style import Colour, Style, font_size, legible

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.systems import System

__all__ = ["Components", "View", "corner_matrix", "hypercube_corners", "principal_components", "view_in", "view_of"]

Array = NDArray[np.float64]

#: The corner from which a box of three states is seen, in degrees: points of a cubic lattice stay apart.
_AZIMUTH, _ELEVATION = -76.0, 26.0
#: How far numbers and names stand from the edges of the box, in points: fixed points may lie on those.
_AWAY = 14.0
#: Two principal components must carry this many times more than the third, or they are not well determined.
_DISTINCT = 1.05
#: Number of bits -> where on the page the edges of each bit point, as rows.
_OBLIQUE = {m: np.array([[1.0, -0.1], [0.44, 0.36], [0.0, 1.0]] if m == 3 else np.eye(m, 2)) for m in (1, 2, 3)}
_OBLIQUE[4] = np.stack([np.cos(np.pi / 4 * np.arange(4)), np.sin(np.pi / 4 * np.arange(4))], axis=-1)
#: The box around what is seen of other coordinates is so much larger than it.
_MARGIN = 0.06


class Components(NamedTuple):
    """The directions of largest variance: `origin` (n,), `directions` (k, n), `sizes` (singular values, all of them)."""

    origin: Array
    directions: Array
    sizes: Array

    @property
    def shares(self) -> Array:
        """What part of the variance each direction holds, (k,)."""
        total = float(np.sum(self.sizes**2))
        return self.sizes[: len(self.directions)] ** 2 / (total if total > 0 else 1.0)

    def of(self, states: Array) -> Array:
        """The coordinates (..., k) of states (..., n)."""
        return (np.asarray(states) - self.origin) @ self.directions.T


def principal_components(states: Array, count: int) -> Components:
    """The first `count` principal components of states (K, n), or as many as there are."""
    origin = states.mean(axis=0)
    centred = states - origin
    # Of many states the triangular factor has the same singular values and directions.
    tall = len(centred) > centred.shape[1]
    _, sizes, directions = np.linalg.svd(np.linalg.qr(centred, mode="r") if tall else centred, full_matrices=False)
    # The sign of a singular vector is arbitrary: let its largest entry be positive.
    signs = [np.sign(d[np.abs(d).argmax()]) for d in directions[:count]]
    return Components(origin, directions[:count] * np.array(signs)[:, None], sizes)


@dataclass(frozen=True, eq=False)
class View:
    """A linear projection of states, or of other coordinates of them, onto the page.

    Attributes
    ----------
    matrix : (2, n) array
        The two directions seen, as rows.
    origin : (n,) array
        The state in the middle.
    labels : (str, str)
        What the axes show.
    frame : (n, 2) array or None
        The box drawn in perspective, for three states.
    names : tuple of str
        The names of the states.
    coordinates : callable or None
        The coordinates (..., n) of states that are projected, where these are not the states themselves.
    """

    matrix: Array
    origin: Array
    labels: tuple[str, str]
    frame: Array | None = None
    names: tuple[str, ...] = ()
    coordinates: Callable[[Array], Array] | None = None

    def project(self, states: Array) -> Array:
        """Page coordinates (..., 2) of states."""
        return self._page(np.asarray(states) if self.coordinates is None else self.coordinates(states))

    def _page(self, coordinates: Array) -> Array:
        return (coordinates - self.origin) @ self.matrix.T

    def extent(self, box: Array) -> Array:
        """The size on the page, (2,), of a box (n, 2)."""
        return np.abs(self.matrix) @ (box[:, 1] - box[:, 0])

    def show(self, sketch: Sketch, box: Array) -> None:
        """Let the limits of the axes be those of a box (n, 2) on the page."""
        centre, half = self._page(box.mean(axis=1)), self.extent(box) / 2
        sketch.ax.set_xlim(centre[0] - half[0], centre[0] + half[0])
        sketch.ax.set_ylim(centre[1] - half[1], centre[1] + half[1])

    def draw_frame(self, sketch: Sketch) -> None:
        """Draw the edges of the box, named by state, in place of axes; nothing where there is no frame."""
        if self.frame is None:
            return
        ax = sketch.ax
        ax.set_axis_off()
        ax.set_aspect("equal")
        corners = np.array(list(itertools.product(*self.frame)))
        for a, b in itertools.combinations(range(len(corners)), 2):
            if np.sum(corners[a] != corners[b]) == 1:
                edge = self._page(corners[[a, b]])
                sketch.add("frame", ax.plot(*edge.T, color=Colour.QUIET, linewidth=0.6, zorder=1))
        for i, name in enumerate(self.names):
            self._name_edge(sketch, i, legible(name))

    def _name_edge(self, sketch: Sketch, i: int, name: str) -> None:
        """Write a state's name and range beside the lowest edge of the box (the leftmost, for the last)."""
        assert self.frame is not None
        others = [j for j in range(3) if j != i]
        edges = (self._edge(i, dict(zip(others, c, strict=True))) for c in itertools.product((0, 1), repeat=2))
        ends = min(edges, key=lambda edge: edge[:, 1 if i < 2 else 0].mean())
        along = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
        outward = np.array([along[1], -along[0]])
        outward = outward if outward @ ends.mean(axis=0) > 0 else -outward
        low, high = (f"{bound:.3g}".replace("-", "\N{MINUS SIGN}") for bound in self.frame[i])
        # The ends are moved inwards along the edge: two edges meet in each corner.
        _write(sketch, low, ends[0], _AWAY * outward + 11 * along, small=True)
        _write(sketch, high, ends[1], _AWAY * outward - 11 * along, small=True)
        _write(sketch, name, ends.mean(axis=0), (_AWAY + 5) * outward)

    def _edge(self, i: int, fixed: dict[int, int]) -> Array:
        assert self.frame is not None
        ends = np.array([[self.frame[j, fixed.get(j, side)] for j in range(3)] for side in (0, 1)])
        return self._page(ends)


def view_in(coordinates: Callable[[Array], Array], names: tuple[str, ...], sample: Array) -> View:
    """The view of other coordinates of states: two of them as they are, three from a corner, all to one scale.

    Parameters
    ----------
    coordinates : callable
        Two or three coordinates (..., k) of states.
    names : tuple of str
        What they are.
    sample : (K, n) array
        The states that must lie in the box.
    """
    seen = coordinates(sample)
    if len(names) == 2:
        return View(np.eye(2), np.zeros(2), (names[0], names[1]), coordinates=coordinates)
    low, high = seen.min(axis=0), seen.max(axis=0)
    margin = _MARGIN * float(np.max(high - low)) or 1.0
    box = np.stack([low - margin, high + margin], axis=-1)
    scale = 2.0 / float(np.max(box[:, 1] - box[:, 0]))
    return View(corner_matrix() * scale, box.mean(axis=1), ("", ""), box, names, coordinates)


def view_of(analysis: Analysis, states: Sequence[Any] | None = None) -> View:
    """The view in which an analysis is drawn.

    Two states are seen as they are, three from a corner of their box; more in the plane of the first two
    principal components of the fixed points, or of the first two states where those are not well determined.

    Parameters
    ----------
    analysis : Analysis
        What is to be seen.
    states : pair of states, optional
        The states (names, symbols or positions) on the two axes, in place of all that. Of a system of two
        states they are those two, in any order: the first stays on the horizontal axis.

    Raises
    ------
    InputError
        If `states` are not two different states of the system.
    """
    system = analysis.system
    n, names = system.dimension, system.state_names
    chosen = None if states is None else _chosen_view(system, states)
    if chosen is not None and n > 2:
        return chosen
    if n == 2:
        return View(np.eye(2), np.zeros(2), (names[0], names[1]))
    if n == 3:
        return _corner_view(analysis.box, names)
    points = np.array([p.x for p in analysis.fixed_points]).reshape(-1, n)
    if len(points) >= 3:
        origin, directions, size = principal_components(points, 2)
        if size[1] > 0 and (len(size) == 2 or size[1] > _DISTINCT * size[2]):
            return View(directions, origin, ("first component", "second component"))
    return View(np.eye(2, n), np.zeros(n), (names[0], names[1]))


def _chosen_view(system: System, states: Sequence[Any]) -> View:
    n, names = system.dimension, system.state_names
    wanted = [states] if isinstance(states, str) or not isinstance(states, Sequence) else list(states)
    known: dict[Any, int] = {name: i for i, name in enumerate(names)} | {i: i for i in range(n)}
    rows = [known.get(s if isinstance(s, int) else str(s)) for s in wanted]
    i, j = rows if len(rows) == 2 else (None, None)
    if i is None or j is None or i == j:
        raise InputError(f"states is {states!r:.60}; expected two different states of {', '.join(names)[:60]}.")
    return View(np.eye(n)[[i, j]], np.zeros(n), (names[i], names[j]))


def corner_matrix() -> Array:
    """The directions to the right and up, (2, 3), of a cube seen from a corner."""
    azimuth, elevation = np.radians(_AZIMUTH), np.radians(_ELEVATION)
    right = [-np.sin(azimuth), np.cos(azimuth), 0.0]
    up = [-np.sin(elevation) * np.cos(azimuth), -np.sin(elevation) * np.sin(azimuth), np.cos(elevation)]
    return np.array([right, up])


def hypercube_corners(corners: Array) -> Array:
    """Places on the page (K, 2) of the corners (K, m) of a hypercube [-1, 1]^m, m up to 4.

    A cube is seen obliquely, so that no edge passes through the middle of another; a tesseract in its Petrie
    projection, a regular octagon around an octagram, in which no two corners or middles of edges coincide.
    """
    return corners @ _OBLIQUE[corners.shape[1]]


def _corner_view(box: Array, names: tuple[str, ...]) -> View:
    scale = 2.0 / (box[:, 1] - box[:, 0])
    return View(corner_matrix() * scale, box.mean(axis=1), ("", ""), frame=box, names=names)


def _write(sketch: Sketch, text: str, position: Array, offset: Array, *, small: bool = False) -> None:
    font = font_size(sketch.ax, small=small)
    style: Style = {"ha": "center", "va": "center", "fontsize": font, "color": Colour.INK, "parse_math": False}
    style |= {"textcoords": "offset points"}
    sketch.add("frame", sketch.ax.annotate(text, (position[0], position[1]), (offset[0], offset[1]), **style))
