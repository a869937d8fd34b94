"""`FixedPoints`: what a search found, and how much of the truth that is."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.fixed_points.bounds import GlobalBounds
from dynbench.fixed_points.plain import point_from_dict, point_to_dict
from dynbench.fixed_points.records import FixedPoint, Status
from dynbench.fixed_points.search.base import Continuum, Contribution, Stage, Undecided
from dynbench.symbolic.typesetting import printable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MOST_COLUMNS", "FixedPoints", "index_sum"]

#: States with more components than this are shown by their size, not component by component.
MOST_COLUMNS = 12


@dataclass(frozen=True, eq=False, repr=False)
class FixedPoints(Sequence[FixedPoint]):
    """An immutable sequence of fixed points (slow points last), with what is known about the set as a whole.

    Attributes
    ----------
    points : tuple of FixedPoint
        The points, in lexicographic order of their coordinates, slow points last.
    state_names : tuple of str
        The names of the states.
    complete : bool
        True only with a proof that `region` holds no fixed point but the certified ones listed.
    argument : str
        By what argument, or why not.
    region : (B, n, 2) array or None
        The union of boxes searched; None for the whole state space.
    undecided : tuple of Undecided
        Boxes where neither "none" nor "exactly one" could be proved.
    continua : tuple of Continuum
        Sets of fixed points of positive dimension.
    expected_index_sum : int or None
        What the indices of all fixed points in the region add up to, where it is proved (Poincare-Hopf for flows,
        Lefschetz for maps: the degree of -G on the boundary).
    index_argument : str
        Why `expected_index_sum` is what it is, or why it is not known.
    strategies : tuple of str
        The strategies that searched.
    failed : int
        Starts that ended at neither a root nor a minimum of speed.
    interrupted : bool
        True where the user interrupted the search.
    bounds : GlobalBounds or None
        The box in which a search of the whole state space was made, and why no fixed point lies outside of it.
    algebraic : bool
        True where `complete` holds in the whole state space by exact algebra: the real solutions were counted.
    contributions : tuple of Contribution
        What each part of a combined search found first, and its CPU seconds.
    history : tuple of Stage
        What a combined search knew after each of its parts, before certification: counts and index sum against effort.
    """

    points: tuple[FixedPoint, ...]
    state_names: tuple[str, ...]
    complete: bool = False
    argument: str = ""
    region: NDArray[np.float64] | None = None
    undecided: tuple[Undecided, ...] = ()
    continua: tuple[Continuum, ...] = ()
    expected_index_sum: int | None = None
    index_argument: str = ""
    strategies: tuple[str, ...] = ()
    failed: int = 0
    interrupted: bool = False
    bounds: GlobalBounds | None = None
    algebraic: bool = False
    contributions: tuple[Contribution, ...] = ()
    history: tuple[Stage, ...] = ()

    @overload
    def __getitem__(self, index: int) -> FixedPoint: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[FixedPoint, ...]: ...
    def __getitem__(self, index: int | slice) -> FixedPoint | tuple[FixedPoint, ...]:
        return self.points[index]

    def __len__(self) -> int:
        return len(self.points)

    def __iter__(self) -> Iterator[FixedPoint]:
        return iter(self.points)

    @property
    def certified(self) -> tuple[FixedPoint, ...]:
        """The points whose existence and local uniqueness are proved."""
        return tuple(p for p in self.points if p.status is Status.CERTIFIED)

    @property
    def slow_points(self) -> tuple[FixedPoint, ...]:
        """The points that are proved to be none: minima of speed."""
        return tuple(p for p in self.points if p.status is Status.SLOW_POINT)

    @property
    def by_index(self) -> dict[int, int]:
        """Number of unstable directions -> number of certified points for which it is proved."""
        proved = [p.certificate.n_unstable for p in self.certified if p.certificate]
        return {k: proved.count(k) for k in sorted({k for k in proved if k is not None})}

    @property
    def index_sum(self) -> int | None:
        """The sum of sign det(-G') over the fixed points listed; None where one of the signs is not proved."""
        return index_sum(self.points)

    @property
    def incomplete(self) -> str:
        """That points are missing, in a sentence, where the index sum shows it; else empty."""
        found, expected = self.index_sum, self.expected_index_sum
        if self.complete or expected is None or found in (None, expected):
            return ""
        return f"the set is incomplete: the indices add up to {found}, those of all points to {expected}"

    def to_dict(self, *, write: Callable[[sp.Expr], str] = str) -> dict[str, Any]:
        """Plain Python values (lists, numbers, strings, None), ready for JSON.

        Parameters
        ----------
        write : callable
            How the equations and inequalities of a continuum are written: `from_dict` reads them with its `read`.
        """
        return {
            "states": list(self.state_names),
            "complete": self.complete,
            "argument": self.argument,
            "region": None if self.region is None else self.region.tolist(),
            "undecided": [{"box": u.box.tolist(), "reason": u.reason} for u in self.undecided],
            "continua": [
                {
                    "equations": [write(e) for e in c.equations],
                    "dimension": c.dimension,
                    "proved_real": c.proved_real,
                    "inequalities": [write(e) for e in c.inequalities],
                }
                for c in self.continua
            ],
            "index_sum": self.index_sum,
            "expected_index_sum": self.expected_index_sum,
            "index_argument": self.index_argument,
            "strategies": list(self.strategies),
            "failed_starts": self.failed,
            "interrupted": self.interrupted,
            "bounds": None if self.bounds is None else _bounds_to_dict(self.bounds),
            "algebraic": self.algebraic,
            "contributions": [{"strategy": c.strategy, "points": c.points} for c in self.contributions],
            "history": [asdict(stage) for stage in self.history],
            "points": [point_to_dict(p) for p in self.points],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, read: Callable[[str], sp.Expr]) -> FixedPoints:
        """The set of which `to_dict` made `data`.

        Parameters
        ----------
        data : mapping
            What `to_dict` returned, or what JSON made of that.
        read : callable
            Reads the equation of a continuum.
        """
        return cls(
            points=tuple(map(point_from_dict, data["points"])),
            state_names=tuple(data["states"]),
            complete=data["complete"],
            argument=data["argument"],
            region=None if data["region"] is None else readonly(data["region"]),
            undecided=tuple(Undecided(readonly(u["box"]), u["reason"]) for u in data["undecided"]),
            continua=tuple(
                Continuum(
                    tuple(map(read, c["equations"])),
                    c["dimension"],
                    c["proved_real"],
                    tuple(map(read, c.get("inequalities", ()))),  # as in reports written before there were any
                )
                for c in data["continua"]
            ),
            expected_index_sum=data["expected_index_sum"],
            index_argument=data["index_argument"],
            strategies=tuple(data["strategies"]),
            failed=data["failed_starts"],
            interrupted=data["interrupted"],
            bounds=None if data["bounds"] is None else _bounds_from_dict(data["bounds"]),
            algebraic=data["algebraic"],
            contributions=tuple(Contribution(**c, seconds=np.nan) for c in data["contributions"]),
            # Reports written before there was a history lack it.
            history=tuple(
                Stage(**stage | {"counts": tuple(map(tuple, stage["counts"]))}) for stage in data.get("history", ())
            ),
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a point, as a pandas DataFrame (pandas comes with the extra ``frames``)."""
        import pandas as pd

        rows = [dict(zip(self.state_names, p.x.tolist(), strict=True)) | _evidence(p) for p in self.points]
        return pd.DataFrame(rows, columns=[*self.state_names, *_COLUMNS])

    def __repr__(self) -> str:
        count = "1 point" if len(self) == 1 else f"{len(self)} points"
        lines = [f"{count}; complete: {self.complete} ({self.argument})"]
        for p in self.points:
            state = ", ".join(f"{n} = {v:.6g}" for n, v in zip(self.state_columns, self.shown_state(p), strict=True))
            lines.append(f"  {p.kind.value}, {p.status.value}: {state}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        names = (f"<bdi>{html.escape(printable(name))}</bdi>" for name in self.state_columns)
        head = "".join(f"<th scope='col'>{c}</th>" for c in (*names, *_COLUMNS))
        cells = ((*self.shown_state(p), *_evidence(p).values()) for p in self.points)
        rows = "".join("<tr>" + "".join(f"<td>{html.escape(_cell(v))}</td>" for v in row) + "</tr>" for row in cells)
        caption = html.escape(f"complete: {self.complete} ({self.argument})")
        return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def _repr_latex_(self) -> str:
        rows = " \\\\\n".join(f"{p._repr_latex_().strip('$')} & \\text{{{p.kind.value}}}" for p in self.points)
        return f"$$\\begin{{array}}{{ll}}\n{rows}\n\\end{{array}}$$"

    @property
    def state_columns(self) -> tuple[str, ...]:
        """What tables show of a state: its components, or its norms where there are many."""
        return self.state_names if len(self.state_names) <= MOST_COLUMNS else ("|x|", "max |x_i|")

    def shown_state(self, p: FixedPoint) -> list[float]:
        """The numbers of these columns for one of the points."""
        many = len(p.x) > MOST_COLUMNS
        return [float(np.linalg.norm(p.x)), float(np.abs(p.x).max())] if many else p.x.tolist()


def index_sum(points: Sequence[FixedPoint]) -> int | None:
    """The sum of the proved indices of the fixed points, slow points left out; None where one is not proved."""
    indices = [p.certificate.index if p.certificate else None for p in points if p.status is not Status.SLOW_POINT]
    known = [index for index in indices if index is not None]
    return sum(known) if len(known) == len(indices) else None


def _evidence(p: FixedPoint) -> dict[str, Any]:
    certificate = p.certificate
    values = (
        *(p.kind.value, p.status.value, *p.stability, p.residual),
        certificate.radius if certificate else None,
        certificate.uniqueness_radius if certificate else None,
    )
    return dict(zip(_COLUMNS, values, strict=True))


_COLUMNS = ("kind", "status", "stable", "central", "unstable", "residual", "radius", "uniqueness radius")


def _cell(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "" if value is None else str(value)


def _bounds_to_dict(bounds: GlobalBounds) -> dict[str, Any]:
    boxes = {"box": bounds.box, "entered": bounds.entered}
    return {"argument": bounds.argument} | {k: None if box is None else box.tolist() for k, box in boxes.items()}


def _bounds_from_dict(data: Mapping[str, Any]) -> GlobalBounds:
    box, entered = (None if data[key] is None else readonly(data[key]) for key in ("box", "entered"))
    return GlobalBounds(box, data["argument"], entered)
