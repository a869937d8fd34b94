"""What an orbit can be shown to have for a limit: fixed points, or none as yet, as it has gone far.

Nothing is assigned to the nearest point. An orbit ends in an attractor where it enters an ellipsoid that is proved to
lie in its basin (`dynbench.fixed_points.attraction`), or, where there is none, when it has converged inside the ball in
which the point is proved to be the only fixed point. It ends in a saddle where it comes as near as doubles allow inside
that ball (`dynbench.transitions.approach` then tells a connection from a close pass). An orbit that has gone far has
infinity for its limit only where `dynbench.transitions.escape` shows it. An orbit is integrated in doubles, so all of
this is evidence about the orbit, not proof.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.attraction import AttractionBall, attraction_ball, repulsion_ball
from dynbench.systems import System

__all__ = ["ARRIVED", "Hit", "Limit", "Targets", "arrival_radius"]

Array = NDArray[np.float64]

#: An orbit has converged to a point within this distance, relative to max(1, |x|).
ARRIVED = 1e-6
#: An orbit's own error is up to so many times its tolerance: nearer to its limit it need not come.
_TOLERANCES = 10.0
#: It has left the saddle that it comes from beyond this distance, relative to max(1, |x|).
_LEFT = 1e-2
#: Beyond this many times the scale of the fixed points an orbit is far away: `escape` tells what becomes of it.
_FAR = 1e6


@dataclass(frozen=True, eq=False)
class Limit:
    """Where a branch of an unstable manifold ends; `index` is a position in the list of fixed points or of cycles.

    `unstable` is by how much a connection misses the stable manifold of its saddle (`unstable_part`).
    """

    kind: Literal["point", "cycle", "infinity", "undecided"]
    index: int | None
    how: str
    reason: str
    time: float
    length: float
    path: Array
    unstable: float = 0.0

    @property
    def label(self) -> tuple[str, int | None]:
        """Limits with one label are one limit."""
        return self.kind, self.index


class Hit(NamedTuple):
    """A limit seen in a piece of an orbit: from row `row` of the piece on."""

    row: int
    kind: Literal["point", "undecided"]
    target: int | None
    how: str
    reason: str


class Targets:
    """The limits that are known before any orbit is followed, and how to tell them.

    Parameters
    ----------
    system : System
        The system.
    points : mapping
        Position -> fixed point.
    direction : int
        1, or -1 for backward time, in which the sources attract.
    rtol : float
        The tolerance of the orbits.
    """

    def __init__(
        self, system: System, points: Mapping[int, FixedPoint], *, direction: int = 1, rtol: float = 1e-9
    ) -> None:
        self.points = points
        self.scale = max([1.0, *(float(np.abs(p.x).max()) for p in points.values())])
        self.far = _FAR * self.scale
        make = attraction_ball if direction == 1 else repulsion_ball
        balls = {i: make(system, p) for i, p in points.items()}
        self.balls: dict[int, AttractionBall] = {i: ball for i, ball in balls.items() if ball is not None}
        self._near = {i: arrival_radius(p, rtol) for i, p in points.items() if i not in self.balls}

    def first(self, piece: Array, source: int, ball: int, passes: Collection[int] = ()) -> Hit | None:
        """The first limit that an orbit from point `source` has in a piece of it, rows (m, n).

        Parameters
        ----------
        piece : (m, n) array
            The piece.
        source : int
            The point that the orbit comes from.
        ball : int
            What `candidates` said of the orbit.
        passes : collection of int
            Saddles that are not its limit.
        """
        entered = self._entered(piece, ball) if ball >= 0 and np.isfinite(piece[-1]).all() else None
        hits = [hit for hit in (self._far(piece), entered, self._converged(piece, source, passes)) if hit]
        return min(hits, key=lambda hit: hit.row, default=None)

    def candidates(self, ends: Array, low: Array, high: Array) -> NDArray[np.intp]:
        """Which orbits of a batch may have a limit in their last piece.

        Parameters
        ----------
        ends, low, high : (K, n) arrays
            The last states of the pieces, and the corners of the boxes around them.

        Returns
        -------
        (K,) array of int
            The point whose attraction ball holds the last state; -1 for another possible limit, -2 for none.
        """
        with np.errstate(all="ignore"):
            # An orbit that comes near a point has it in its bounding box, up to that distance.
            other = np.maximum(-low, high).max(axis=-1) > self.far
            for i, near in self._near.items():
                x = self.points[i].x
                other |= ((low - near <= x) & (x <= high + near)).all(axis=-1)
            found = np.where(other, -1, -2)
            for i, ball in self.balls.items():
                found[ball.holds(ends)] = i
        return found

    def _far(self, piece: Array) -> Hit | None:
        rows = np.flatnonzero(np.abs(piece).max(axis=-1) > self.far)
        if not len(rows):
            return None
        return Hit(int(rows[0]), "undecided", None, "far", f"|x| exceeded {self.far:.3g}")

    def _entered(self, piece: Array, i: int) -> Hit | None:
        """When an orbit that ends in a ball has entered it: the ball is invariant, so it has stayed since."""
        ball = self.balls[i]
        inside = ball.holds(piece)
        if not inside[-1]:
            return None
        row = 0 if inside.all() else len(inside) - int(np.argmin(inside[::-1]))
        reason = f"entered an ellipsoid (level {ball.level:.3g}) that is proved to lie in the basin"
        return Hit(row, "point", i, "attraction ball", reason)

    def _converged(self, piece: Array, source: int, passes: Collection[int]) -> Hit | None:
        hits = []
        low, high = piece.min(axis=0), piece.max(axis=0)
        for i, near in self._near.items():
            if i in passes or not ((low - near <= self.points[i].x) & (self.points[i].x <= high + near)).all():
                continue
            distance = np.abs(piece - self.points[i].x).max(axis=-1)
            close = distance <= near
            if i == source:
                scale = max(1.0, float(np.abs(self.points[i].x).max()))
                close &= np.maximum.accumulate(distance) > _LEFT * scale
            if close.any():
                row = int(np.argmax(close))
                hits.append(self._close(i, row, float(distance[close].min())))
        return min(hits, key=lambda hit: hit.row, default=None)

    def _close(self, i: int, row: int, distance: float) -> Hit:
        certificate = self.points[i].certificate
        unique = certificate.uniqueness_radius if certificate is not None else None
        reason = f"within {distance:.2g} of the point, which is the only fixed point within {unique or 0:.2g}"
        saddle = self.points[i].stability[2] > 0
        return Hit(row, "point", i, "connection" if saddle else "uniqueness ball", reason)


def arrival_radius(point: FixedPoint, rtol: float) -> float:
    """How near an orbit must come to a point (sup norm) to have converged to it.

    Parameters
    ----------
    point : FixedPoint
        The point.
    rtol : float
        The tolerance of the orbit.

    Returns
    -------
    float
        Within the ball in which the point is proved to be the only one; negative where nothing is proved, so that
        nothing could show it.
    """
    certificate = point.certificate
    if certificate is None or certificate.uniqueness_radius is None:
        return -1.0
    near = max(ARRIVED, _TOLERANCES * rtol) * max(1.0, float(np.abs(point.x).max()))
    return min(certificate.uniqueness_radius, near)
