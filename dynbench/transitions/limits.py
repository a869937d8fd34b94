"""What an orbit can be shown to have for a limit: fixed points, or none as yet, as it has gone far.

Nothing is assigned to the nearest point. An orbit ends in an attractor where it enters an ellipsoid that is proved to
lie in its basin (`dynbench.fixed_points.attraction`; around known cycles of maps, `dynbench.cycles.attraction`), or,
where there is none, when it has converged inside the ball in which the point is proved to be the only fixed point. It
ends in a saddle where it comes as near as doubles allow inside that ball (`dynbench.transitions.approach` then tells a
connection from a close pass). An orbit that has gone far has infinity for its limit only where
`dynbench.transitions.escape` shows it. An orbit is integrated in doubles, so all of this is evidence about the orbit,
not proof.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench.cycles import Cycle
from dynbench.cycles.attraction import CycleBalls, cycle_balls
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
    """Where a branch of an unstable manifold ends; `index` is a position in the list of points, cycles or chaotic sets.

    `unstable` is by how much a connection misses the stable manifold of its saddle (`unstable_part`).
    """

    kind: Literal["point", "cycle", "chaotic set", "infinity", "undecided"]
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
    kind: Literal["point", "cycle", "undecided"]
    target: int | None
    how: str
    reason: str


class Basin(NamedTuple):
    """A set that is proved to lie in the basin of an attracting point or cycle; `number` as the index of a `Limit`."""

    kind: Literal["point", "cycle"]
    number: int
    ball: AttractionBall | CycleBalls


class Targets:
    """The limits that are known before any orbit is followed, and how to tell them.

    Parameters
    ----------
    system : System
        The system.
    points : mapping
        Position -> fixed point.
    cycles : mapping
        Number -> cycle, of any kind; the attracting ones are counted in this order by the limits.
    direction : int
        1, or -1 for backward time, in which the sources attract.
    rtol : float
        The tolerance of the orbits.
    """

    def __init__(
        self,
        system: System,
        points: Mapping[int, FixedPoint],
        cycles: Mapping[int, Cycle] | None = None,
        *,
        direction: int = 1,
        rtol: float = 1e-9,
    ) -> None:
        self.points, self.cycles = points, cycles or {}
        self.states = np.concatenate(
            [np.empty((0, system.dimension)), *(p.x[None] for p in points.values())]
            + [cycle.points for cycle in self.cycles.values()]
        )
        self.scale = max(1.0, float(np.abs(self.states).max(initial=0.0)))
        self.far = _FAR * self.scale
        make = attraction_ball if direction == 1 else repulsion_ball
        balls = {i: make(system, p) for i, p in points.items()}
        self.balls: dict[int, AttractionBall] = {i: ball for i, ball in balls.items() if ball is not None}
        self.attracting = [cycle for cycle in self.cycles.values() if cycle.kind.attracting] if direction == 1 else []
        around = {k: cycle_balls(system, cycle) for k, cycle in enumerate(self.attracting)}
        self._basins = [Basin("point", i, ball) for i, ball in self.balls.items()]
        self._basins += [Basin("cycle", k, ball) for k, ball in around.items() if ball is not None]
        self._near = {i: arrival_radius(p, rtol) for i, p in points.items() if i not in self.balls}

    def first(self, piece: Array, source: int, basin: int, passes: Collection[int] = ()) -> Hit | None:
        """The first limit that an orbit from the source of this number has in a piece of it, rows (m, n).

        Parameters
        ----------
        piece : (m, n) array
            The piece.
        source : int
            The point or cycle that the orbit comes from.
        basin : int
            What `candidates` said of the orbit.
        passes : collection of int
            Saddles that are not its limit.
        """
        entered = self._entered(piece, self._basins[basin]) if basin >= 0 and np.isfinite(piece[-1]).all() else None
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
            Which of the proved basins holds the last state, by position; -1 for another possible limit, -2 for none.
        """
        with np.errstate(all="ignore"):
            # An orbit that comes near a point has it in its bounding box, up to that distance.
            other = np.maximum(-low, high).max(axis=-1) > self.far
            for i, near in self._near.items():
                x = self.points[i].x
                other |= ((low - near <= x) & (x <= high + near)).all(axis=-1)
            found = np.where(other, -1, -2)
            for k, basin in enumerate(self._basins):
                found[basin.ball.holds(ends)] = k
        return found

    def _far(self, piece: Array) -> Hit | None:
        rows = np.flatnonzero(np.abs(piece).max(axis=-1) > self.far)
        if not len(rows):
            return None
        return Hit(int(rows[0]), "undecided", None, "far", f"|x| exceeded {self.far:.3g}")

    def _entered(self, piece: Array, basin: Basin) -> Hit | None:
        """When an orbit that ends in a basin has entered it."""
        ball = basin.ball
        inside = ball.holds(piece)
        if not inside[-1]:
            return None
        if isinstance(ball, CycleBalls):  # not invariant, but every orbit that enters converges
            reason = "entered an ellipsoid around a state of the cycle that is proved to lie in its basin"
            return Hit(int(np.argmax(inside)), "cycle", basin.number, "cycle ball", reason)
        row = 0 if inside.all() else len(inside) - int(np.argmin(inside[::-1]))  # invariant: it has stayed since
        reason = f"entered an ellipsoid (level {ball.level:.3g}) that is proved to lie in the basin"
        return Hit(row, "point", basin.number, "attraction ball", reason)

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
