"""What a figure function returns, and how it is put together: artists by the role that they play."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, overload

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dynbench.plotting.style import Glyph, add_legend, draw_glyphs

__all__ = ["Drawing", "Sketch"]

#: Dots per inch of a drawing that a notebook shows.
_NOTEBOOK_DPI = 110


@dataclass(frozen=True, eq=False, repr=False)
class Drawing(Sequence[Artist]):
    """What was drawn: a sequence of Matplotlib artists that knows the role of each.

    Attributes
    ----------
    ax : matplotlib Axes
        The axes drawn into.
    by_role : mapping of str to tuple of matplotlib artists
        The artists by what they show: "points", "nullclines", "stable manifolds", "legend" and so on. A role
        that nothing plays is absent.
    """

    ax: Axes
    by_role: Mapping[str, tuple[Artist, ...]]

    @property
    def figure(self) -> Figure:
        """The figure that holds the axes."""
        figure = self.ax.figure.canvas.figure  # of axes in a sub-figure too
        assert isinstance(figure, Figure)
        return figure

    def __len__(self) -> int:
        return sum(map(len, self.by_role.values()))

    @overload
    def __getitem__(self, index: int) -> Artist: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Artist, ...]: ...
    def __getitem__(self, index: int | slice) -> Artist | tuple[Artist, ...]:
        return tuple(artist for artists in self.by_role.values() for artist in artists)[index]

    def __repr__(self) -> str:
        roles = ", ".join(f"{role} ({len(artists)})" for role, artists in self.by_role.items())
        return f"<Drawing of {roles or 'nothing'}>"

    def _repr_png_(self) -> bytes:
        """The figure, for a notebook."""
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", dpi=_NOTEBOOK_DPI)
        return buffer.getvalue()


@dataclass(eq=False)
class Sketch:
    """A drawing in the making: what has been drawn so far, and what the legend is to say.

    Attributes
    ----------
    ax : matplotlib Axes
        The axes drawn into.
    roles : dict of str to list of artists
        What has been drawn.
    entries : list of (artist, str)
        Handles and texts of the legend, beside the glyphs.
    glyphs : list of Glyph
        The glyphs that occur.
    """

    ax: Axes
    roles: dict[str, list[Artist]] = field(default_factory=dict)
    entries: list[tuple[Any, str]] = field(default_factory=list)
    glyphs: list[Glyph] = field(default_factory=list)

    def add(self, role: str, artists: Artist | Iterable[Artist]) -> None:
        """Note artists under their role."""
        found = [artists] if isinstance(artists, Artist) else list(artists)
        if found:
            self.roles.setdefault(role, []).extend(found)

    def explain(self, handle: Any, text: str) -> None:
        """Let the legend say `text` beside `handle`, once."""
        if text not in (known for _, known in self.entries):
            self.entries.append((handle, text))

    def mark(self, role: str, positions: Any, glyphs: Sequence[Glyph], *, scale: float = 1.0) -> None:
        """Draw glyphs at positions (K, 2) and let the legend name them."""
        self.add(role, draw_glyphs(self.ax, positions, glyphs, scale=scale))
        self.glyphs += glyphs

    def finish(self, *, gap: float | None = None) -> Drawing:
        """Put the legend below the axes and return the drawing."""
        legend = add_legend(self.ax, self.glyphs, self.entries, **({} if gap is None else {"gap": gap}))
        self.add("legend", [legend] if legend is not None else [])
        return Drawing(self.ax, MappingProxyType({role: tuple(found) for role, found in self.roles.items()}))
