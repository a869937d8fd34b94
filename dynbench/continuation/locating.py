"""The places on one leg of a path at which eigenvalues pass the axis, each refined and named."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.continuation.counts import FEW
from dynbench.continuation.homotopy import Homotopy
from dynbench.continuation.legs import Eigenpair, Leg, nearest_eigenpair
from dynbench.continuation.records import Crossing, CrossingKind
from dynbench.fixed_points.large.curve import Station

__all__ = ["crossings_between", "record"]

Array = NDArray[np.float64]

#: An eigenvalue as close to the axis as this is followed by inverse iteration, and may move so many times that far.
_NEAR, _JUMP = 1e-2, 4.0
#: So often a leg is halved on which crossings do not add up.
_HALVINGS = 16
#: At a crossing the eigenvalue is as close to the axis as this.
_ON_AXIS = 1e-6


def crossings_between(
    leg: Leg,
    counts: tuple[int, int],
    values: tuple[NDArray[np.complex128], NDArray[np.complex128]],
    station: int,
    halvings: int = _HALVINGS,
) -> list[Crossing]:
    """The crossings on a leg, given the numbers of unstable directions and the eigenvalues at its ends.

    `station` is the one before the leg, `halvings` how often that may be halved: where the crossings found do not lead
    from the one number to the other, as eigenvalues meet on the way, those on its halves are looked for.
    """
    found, count = _located(leg, counts, values, station)
    if count == counts[1] and all(crossing.kind is not CrossingKind.UNRESOLVED for crossing in found):
        return found
    homotopy, first = leg.homotopy, leg.first
    middle = leg.middle() if halvings else None
    if middle is not None:
        between = homotopy.eigenvalues(middle.x, middle.a)
        half = homotopy.count_unstable(between)
        legs = Leg(homotopy, first, middle), Leg(homotopy, middle, leg.last)
        before = crossings_between(legs[0], (counts[0], half), (values[0], between), station, halvings - 1)
        return before + crossings_between(legs[1], (half, counts[1]), (between, values[1]), station, halvings - 1)
    if not min(counts) <= count <= max(counts):  # a pair more than there are eigenvalues to pass
        found, count = [], counts[0]
    if count != counts[1]:
        pair = nearest_eigenpair(homotopy.jacobian_at(first.x, first.a), complex(values[0][min(counts)]))
        found.append(record(CrossingKind.UNRESOLVED, first, pair, (count, counts[1]), first, station))
    return found


def _located(
    leg: Leg,
    counts: tuple[int, int],
    values: tuple[NDArray[np.complex128], NDArray[np.complex128]],
    station: int,
) -> tuple[list[Crossing], int]:
    """The crossings that are found on a leg, and the number of unstable directions to which they lead.

    Sorted by how far they are beyond the axis, eigenvalues are continuous, and those between the two numbers change
    sides: each has its own place, the two of a pair the same.
    """
    homotopy, first, (before, after) = leg.homotopy, leg.first, counts
    start, end = (homotopy.beyond(each) for each in values)
    places: list[tuple[float, Station, Eigenpair]] = []
    k = min(before, after)
    while k < max(before, after):
        follower = _Follower(homotopy, k)
        here = leg.zero(follower, float(start[k]), float(end[k]))
        if here is None:
            break
        pair = follower.pair_at(here)
        places.append((abs(here.a - first.a), here, pair))
        k += _times(pair)
    sense = 1 if after > before else -1
    count, found = before, []
    for _, here, pair in sorted(places, key=lambda place: place[0]):
        moved = count + sense * _times(pair)
        found.append(record(_kind(homotopy, pair), here, pair, (count, moved), first, station))
        count = moved
    return found, count


def record(
    kind: CrossingKind, here: Station, pair: Eigenpair, counts: tuple[int, int], first: Station, station: int
) -> Crossing:
    """A crossing at a place on a leg that starts at `first`, next after a station of the path."""
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
        before=counts[0],
        after=counts[1],
        rising=first.da > 0,
        station=station,
    )


def _times(pair: Eigenpair) -> int:
    """Two for a pair of eigenvalues, one for a real one."""
    return 1 if pair.value.imag == 0 else 2


def _kind(homotopy: Homotopy, pair: Eigenpair) -> CrossingKind:
    """What a refined eigenvalue makes of a crossing; one that jumps over the axis tells that the path did so too."""
    if abs(float(homotopy.beyond(np.array(pair.value)))) > _ON_AXIS:
        return CrossingKind.UNRESOLVED
    if pair.value.imag != 0:
        return CrossingKind.HOPF
    return CrossingKind.FLIP if homotopy.kind == "map" and pair.value.real < 0 else CrossingKind.REAL


class _Follower:
    """How far the k-th of the sorted eigenvalues is beyond the axis: by all; of many, near the axis by iteration.

    Iteration can lead to another one where two are close to each other.
    """

    def __init__(self, homotopy: Homotopy, k: int) -> None:
        self._homotopy, self._k = homotopy, k
        self.pair: Eigenpair | None = None

    def __call__(self, here: Station) -> float:
        jacobian = self._homotopy.jacobian_at(here.x, here.a)
        few = len(jacobian) <= FEW
        if few or self.pair is None or self._far(self.pair) or not self._followed(jacobian, self.pair):
            value = complex(self._homotopy.eigenvalues(here.x, here.a)[self._k])
            self.pair = nearest_eigenpair(jacobian, value)
        return float(self._homotopy.beyond(np.array(self.pair.value)))

    def pair_at(self, here: Station) -> Eigenpair:
        """The eigenvalue itself, from the last one followed where there is one."""
        jacobian = self._homotopy.jacobian_at(here.x, here.a)
        if self.pair is None:
            return nearest_eigenpair(jacobian, complex(self._homotopy.eigenvalues(here.x, here.a)[self._k]))
        return nearest_eigenpair(jacobian, self.pair.value, self.pair.vector)

    def _far(self, pair: Eigenpair) -> bool:
        return abs(float(self._homotopy.beyond(np.array(pair.value)))) > _NEAR

    def _followed(self, jacobian: Array, pair: Eigenpair) -> bool:
        """Whether iteration from the last place's eigenvalue led to one as near as this should be."""
        found = nearest_eigenpair(jacobian, pair.value, pair.vector)
        if abs(found.value - pair.value) > _JUMP * _NEAR:
            return False
        self.pair = found
        return True
