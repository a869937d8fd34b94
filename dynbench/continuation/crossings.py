"""Where eigenvalues lie on the axis along a path: located between stations by counting, then refined."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.continuation.homotopy import Homotopy
from dynbench.continuation.legs import Eigenpair, Leg, nearest_eigenpair
from dynbench.continuation.records import Crossing, CrossingKind
from dynbench.fixed_points.large.curve import Station

__all__ = ["crossings_on"]

Array = NDArray[np.float64]

#: Up to so many states eigenvalues are taken at every station.
_FEW = 60
#: An eigenvalue as close to the axis as this is followed by inverse iteration, and may move so many times that far.
_NEAR, _JUMP = 1e-2, 4.0


def crossings_on(homotopy: Homotopy, stations: list[Station]) -> tuple[tuple[Crossing, ...], tuple[int | None, ...]]:
    """The crossings along a path, in its sense, and the unstable directions at the stations where they were counted."""
    if len(stations) < 2:
        return (), (None,) * len(stations)
    path = _Counted(homotopy, stations)
    crossings: list[Crossing] = []
    last = len(stations) - 1
    folds = path.folds()
    for first, end in zip([0, *(k + 1 for k in folds)], [*folds, last], strict=True):
        for k in path.changing(first, end):
            crossings += _refined(homotopy, stations[k], stations[k + 1], path.count(k), path.count(k + 1))
        if end in folds:
            crossings.append(path.fold(end))
    return tuple(crossings), path.known()


class _Counted:
    """The stations of a path with their numbers of unstable directions, counted where they are asked for."""

    def __init__(self, homotopy: Homotopy, stations: list[Station]) -> None:
        self._homotopy, self._stations = homotopy, stations
        self._counts: dict[int, int] = {}
        if homotopy.dimension <= _FEW:
            for k in range(len(stations)):
                self.count(k)

    def known(self) -> tuple[int | None, ...]:
        return tuple(self._counts.get(k) for k in range(len(self._stations)))

    def count(self, k: int) -> int:
        if k not in self._counts:
            here = self._stations[k]
            values = self._homotopy.eigenvalues(here.x, here.a)
            self._counts[k] = int(np.count_nonzero(self._homotopy.beyond(values) > 0))
        return self._counts[k]

    def folds(self) -> list[int]:
        """The stations after which a fold lies, before the next one."""
        return [k for k, (a, b) in enumerate(itertools.pairwise(self._stations)) if a.da * b.da < 0]

    def fold(self, k: int) -> Crossing:
        """The fold between a station and the next, where da is 0."""
        first, last = self._stations[k], self._stations[k + 1]
        leg = Leg(self._homotopy, first, last)
        here = leg.zero(lambda station: station.da, first.da, last.da)
        kind = CrossingKind.FOLD
        if here is None:
            kind, here = CrossingKind.UNRESOLVED, first
        guess = 1.0 if self._homotopy.kind == "map" else 0.0
        pair = nearest_eigenpair(self._homotopy.jacobian_at(here.x, here.a), guess)
        return _crossing(kind, here, pair, self.count(k), self.count(k + 1))

    def changing(self, first: int, last: int) -> Iterator[int]:
        """The stations between two, in order, of which the next has another number of unstable directions.

        Two that agree are not looked at between, unless the sign of the determinant says that they differ there.
        """
        if first == last:
            return
        if last == first + 1 and self.count(first) == self.count(last):
            return
        if last == first + 1:
            yield first
            return
        signs = [self._stations[k].sign for k in range(first, last + 1)]
        inner = [first + i for i in range(1, len(signs) - 1) if signs[i] != signs[i - 1] or signs[i] != signs[i + 1]]
        if self._homotopy.dimension <= _FEW:
            inner = list(range(first + 1, last))
        if not inner and self.count(first) == self.count(last):
            return
        middle = inner[len(inner) // 2] if inner else (first + last) // 2
        yield from self.changing(first, middle)
        yield from self.changing(middle, last)


def _refined(homotopy: Homotopy, first: Station, last: Station, before: int, after: int) -> Iterator[Crossing]:
    """The crossings between two neighbouring stations with other numbers of unstable directions.

    Sorted by how far they are beyond the axis, eigenvalues are continuous, and those between the two numbers change
    sides: each has its own place, the two of a pair the same.
    """
    leg = Leg(homotopy, first, last)
    start, end = (homotopy.beyond(homotopy.eigenvalues(x.x, x.a)) for x in (first, last))
    places: list[tuple[float, Station, Eigenpair]] = []
    k = min(before, after)
    while k < max(before, after):
        follower = _Follower(homotopy, k)
        here = leg.zero(follower, float(start[k]), float(end[k]))
        if here is None or follower.pair is None:
            break
        pair = nearest_eigenpair(homotopy.jacobian_at(here.x, here.a), follower.pair.value)
        places.append((abs(here.a - first.a), here, pair))
        k += _times(pair)
    sense = 1 if after > before else -1
    count = before
    for _, here, pair in sorted(places, key=lambda place: place[0]):
        moved = count + sense * _times(pair)
        yield _crossing(_kind(homotopy, pair.value), here, pair, count, moved)
        count = moved
    if count != after:
        value = homotopy.eigenvalues(first.x, first.a)[min(before, after)]
        pair = nearest_eigenpair(homotopy.jacobian_at(first.x, first.a), complex(value))
        yield _crossing(CrossingKind.UNRESOLVED, first, pair, count, after)


def _times(pair: Eigenpair) -> int:
    """Two for a pair of eigenvalues, one for a real one."""
    return 1 if pair.value.imag == 0 else 2


def _kind(homotopy: Homotopy, value: complex) -> CrossingKind:
    if value.imag != 0:
        return CrossingKind.HOPF
    return CrossingKind.FLIP if homotopy.kind == "map" and value.real < 0 else CrossingKind.REAL


class _Follower:
    """How far the k-th of the sorted eigenvalues is beyond the axis: by all of them, near the axis by iteration."""

    def __init__(self, homotopy: Homotopy, k: int) -> None:
        self._homotopy, self._k = homotopy, k
        self.pair: Eigenpair | None = None

    def __call__(self, here: Station) -> float:
        jacobian = self._homotopy.jacobian_at(here.x, here.a)
        if self.pair is None or self._far(self.pair) or not self._followed(jacobian, self.pair):
            value = complex(self._homotopy.eigenvalues(here.x, here.a)[self._k])
            self.pair = nearest_eigenpair(jacobian, value)
        return float(self._homotopy.beyond(np.array(self.pair.value)))

    def _far(self, pair: Eigenpair) -> bool:
        return abs(float(self._homotopy.beyond(np.array(pair.value)))) > _NEAR

    def _followed(self, jacobian: Array, pair: Eigenpair) -> bool:
        """Whether iteration from the last place's eigenvalue led to one as near as this should be."""
        found = nearest_eigenpair(jacobian, pair.value)
        if abs(found.value - pair.value) > _JUMP * _NEAR:
            return False
        self.pair = found
        return True


def _crossing(kind: CrossingKind, here: Station, pair: Eigenpair, before: int, after: int) -> Crossing:
    value, vector = pair.value, pair.vector
    if value.imag < 0:
        value, vector = value.conjugate(), vector.conj()
    return Crossing(
        kind=kind,
        s=float(here.a),
        x=readonly(here.x),
        eigenvalue=value,
        residual=pair.residual,
        vector=readonly(vector, complex),
        before=before,
        after=after,
    )
