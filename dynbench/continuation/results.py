"""`FixedPointPaths`: fixed points followed through a sequence of systems, and what happened on the way."""

from __future__ import annotations

import enum
import html
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dynbench.fixed_points.results import FixedPoints
from dynbench.systems import System

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Change", "ChangeKind", "Doubt", "FixedPointPath", "FixedPointPaths"]


class ChangeKind(enum.Enum):
    """What happens to fixed points as the systems change from one to the next."""

    BIRTH = "pair born at a fold"
    DEATH = "pair annihilated at a fold"
    SUPERCRITICAL = "supercritical pitchfork"  #: the pair exists where the origin has more unstable directions
    SUBCRITICAL = "subcritical pitchfork"  #: the pair exists where the origin has fewer unstable directions
    EXCHANGE = "exchange (transcritical)"
    HOPF = "Hopf"  #: of a map: Neimark-Sacker
    FLIP = "flip"  #: of a map: an eigenvalue passes -1
    REAL = "real eigenvalue, not resolved"  #: a real eigenvalue is 0 (a map: 1), and no more could be shown
    UNRESOLVED = "not resolved"  #: no eigenvalue on the axis was found: the path may have jumped to another one
    PAIRS = "pairs, not located"  #: at a point of many unstable directions: an even number of eigenvalues

    @property
    def fold(self) -> bool:
        """True where a pair is born or annihilated at a fold."""
        return self in (ChangeKind.BIRTH, ChangeKind.DEATH)

    @property
    def pitchfork(self) -> bool:
        """True for both kinds of pitchfork."""
        return self in (ChangeKind.SUPERCRITICAL, ChangeKind.SUBCRITICAL)


@dataclass(frozen=True, eq=False)
class Change:
    """A place at which eigenvalues lie on the axis, on the homotopy from one system to the next, in doubles.

    Attributes
    ----------
    kind : ChangeKind
        What happens.
    step : int
        On the way from system `step` to the next one.
    s : float
        How far, from 0 to 1; nan for `ChangeKind.PAIRS`.
    x : (n,) array
        The fixed point there; for `ChangeKind.PAIRS` at the start.
    eigenvalue : complex
        The crossing eigenvalue as computed there, near 0 or i omega (a map: near the unit circle).
    residual : float
        max |J v - eigenvalue v| for its vector v of length 1.
    before, after : int
        Unstable directions of the point before and after, as s rises; at a fold those of its two branches.
    paths : tuple of int
        The paths to which it happened, as numbers in `FixedPointPaths.paths`; of a pitchfork the origin first, then
        the pair as far as it was followed.
    side : int
        Of a pitchfork: 1 where the pair exists after it, -1 where before; else 0.
    pair : tuple of (n,) arrays
        Of a pitchfork: the pair close to it, as Newton's method found it; else empty.
    note : str
        What else there is to say.
    """

    kind: ChangeKind
    step: int
    s: float
    x: NDArray[np.float64] = field(repr=False)
    eigenvalue: complex
    residual: float
    before: int
    after: int
    paths: tuple[int, ...] = ()
    side: int = 0
    pair: tuple[NDArray[np.float64], ...] = field(default=(), repr=False)
    note: str = ""

    @property
    def position(self) -> float:
        """step + s: where it is in the sequence of systems."""
        return self.step + self.s


@dataclass(frozen=True, eq=False)
class FixedPointPath:
    """One fixed point through the sequence of systems, for as long as it exists.

    Attributes
    ----------
    positions : tuple of (int or None)
        For each system the point's place in `FixedPointPaths.sets`, None where it does not exist or was not followed;
        all None for a pair that leaves x = 0 and returns to it on the way from one system to the next.
    t : (m,) array
        Where in the sequence of systems the stations are: step + s. They need not rise where the path has folds. The
        place of a change is a station twice, with the counts on both its sides.
    x : (m, n) array
        The point at the stations.
    unstable : tuple of int
        Its unstable directions there: counted, or as they follow from the changes that were located.
    born, died : int or None
        The change at which it came to be or ceased to, as a number in `FixedPointPaths.changes`. None where it was
        there from the first system, or up to the last one, or where following ended early.
    """

    positions: tuple[int | None, ...]
    t: NDArray[np.float64] = field(repr=False)
    x: NDArray[np.float64] = field(repr=False)
    unstable: tuple[int, ...] = field(repr=False)
    born: int | None
    died: int | None


@dataclass(frozen=True)
class Doubt:
    """Where following failed, or may have gone wrong; as text it is a sentence.

    Attributes
    ----------
    step : int
        On the way from system `step` to the next one.
    system, point : int
        The point from which it began: its place in the set of one of these two systems.
    reason : str
        What happened.
    """

    step: int
    system: int
    point: int
    reason: str

    def __str__(self) -> str:
        return f"point {self.point} of system {self.system} {self.reason}"


@dataclass(frozen=True, eq=False, repr=False)
class FixedPointPaths:
    """Fixed points of a sequence of systems, followed from each to the next.

    The points of `sets` are as well established as their records say. What lies between them is numerical, not proved:
    paths, the places of changes and their kinds. A compensating pair of changes between two stations at which
    eigenvalues were taken is not seen.

    Attributes
    ----------
    systems : tuple of System
        The sequence.
    sets : tuple of FixedPoints
        The fixed points of each, those found by following included.
    paths : tuple of FixedPointPath
        The paths.
    changes : tuple of Change
        What happened, in the order of the sequence.
    left_out : tuple of (int, int)
        (system, place in its set) of points that were not followed, as they have too many unstable directions.
    doubts : tuple of Doubt
        Where following failed, or two paths came to one point, so that one of them left its own.
    interrupted : bool
        True where the user interrupted it: then what is there is what was done by then.
    """

    systems: tuple[System, ...]
    sets: tuple[FixedPoints, ...]
    paths: tuple[FixedPointPath, ...]
    changes: tuple[Change, ...]
    left_out: tuple[tuple[int, int], ...] = ()
    doubts: tuple[Doubt, ...] = ()
    interrupted: bool = False

    @property
    def counts(self) -> dict[ChangeKind, int]:
        """How often each kind of change happened; kinds that did not are left out."""
        kinds = [change.kind for change in self.changes]
        return {kind: kinds.count(kind) for kind in ChangeKind if kind in kinds}

    def to_dict(self) -> dict[str, Any]:
        """Plain Python values, without the states at the stations of paths."""
        return {
            "sets": [points.to_dict() for points in self.sets],
            "paths": [
                {
                    "positions": list(path.positions),
                    "t": path.t.tolist(),
                    "unstable": list(path.unstable),
                    "born": path.born,
                    "died": path.died,
                }
                for path in self.paths
            ],
            "changes": [
                _row(change) | {"x": change.x.tolist(), "pair": [x.tolist() for x in change.pair]}
                for change in self.changes
            ],
            "left_out": [list(place) for place in self.left_out],
            "doubts": [asdict(doubt) for doubt in self.doubts],
            "interrupted": self.interrupted,
        }

    def to_frame(self) -> pd.DataFrame:
        """One row a change, as a pandas DataFrame (pandas comes with the extra ``frames``)."""
        import pandas as pd

        return pd.DataFrame([_row(change) for change in self.changes], columns=list(_COLUMNS))

    def __repr__(self) -> str:
        sizes = ", ".join(str(len(points)) for points in self.sets)
        lines = [f"{len(self.paths)} paths through {len(self.sets)} systems of {sizes} points"]
        lines += [f"  {c.position:.6g}: {c.kind.value} ({c.before} -> {c.after})" for c in self.changes]
        lines += [f"  {len(self.left_out)} points were not followed"] if self.left_out else []
        lines += [f"  {doubt}" for doubt in self.doubts]
        return "\n".join(lines + (["  interrupted"] if self.interrupted else []))

    def _repr_html_(self) -> str:
        head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in _COLUMNS)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_cell(value))}</td>" for value in _row(change).values()) + "</tr>"
            for change in self.changes
        )
        caption = html.escape(repr(self).partition("\n")[0] + ("; interrupted" if self.interrupted else ""))
        return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


_COLUMNS = ("step", "s", "kind", "before", "after", "real", "imaginary", "residual", "side", "paths", "note")


def _row(change: Change) -> dict[str, Any]:
    value = complex(change.eigenvalue)
    values = (
        *(change.step, change.s, change.kind.value, change.before, change.after),
        *(value.real, value.imag, change.residual, change.side, list(change.paths), change.note),
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _cell(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
