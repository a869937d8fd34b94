"""Where eigenvalues lie on the axis along a path: located between stations by counting, then refined."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.continuation.counts import FEW, CountedPath
from dynbench.continuation.homotopy import Homotopy
from dynbench.continuation.legs import Eigenpair, Leg, nearest_eigenpair
from dynbench.continuation.records import Crossing, CrossingKind
from dynbench.fixed_points.large.curve import Station

__all__ = ["crossings_on"]

Array = NDArray[np.float64]

#: An eigenvalue as close to the axis as this is followed by inverse iteration, and may move so many times that far.
_NEAR, _JUMP = 1e-2, 4.0
#: So often a leg is halved on which crossings do not add up.
_HALVINGS = 16
#: At a crossing the eigenvalue is as close to the axis as this.
_ON_AXIS = 1e-6


def crossings_on(
    homotopy: Homotopy, stations: list[Station], known: Mapping[int, int] | None = None, *, pairs: bool = True
) -> tuple[tuple[Crossing, ...], tuple[int | None, ...]]:
    """The crossings along a path, in its sense, and the unstable directions at the stations where they were counted.

    Parameters
    ----------
    homotopy : Homotopy
        The line between two systems.
    stations : list of Station
        The path.
    known : mapping, optional
        Station -> number of its unstable directions, where it is known.
    pairs : bool
        Whether all changes are located; else only folds and real eigenvalues that change the sign of the determinant.
    """
    if len(stations) < 2:
        return (), (None,) * len(stations)
    path = CountedPath(homotopy, stations, known or {})
    crossings: list[Crossing] = []
    folds = path.folds
    for first, end in zip([0, *(k + 1 for k in folds)], [*folds, len(stations) - 1], strict=True):
        if pairs:
            for k in path.changing(first, end):
                leg, values = (
                    Leg(homotopy, stations[k], stations[k + 1]),
                    (path.eigenvalues(k), path.eigenvalues(k + 1)),
                )
                crossings += _refined(leg, (path.count(k), path.count(k + 1)), values, k)
        else:
            crossings += _real_ones(path, first, end)
        if end in folds:
            crossings += _at_fold(path, end)
    return tuple(crossings), path.known()


def _at_fold(path: CountedPath, k: int) -> Iterator[Crossing]:
    """The fold between a station and the next, where ds is 0, and what else happens between them."""
    homotopy, first, last = path.homotopy, path.stations[k], path.stations[k + 1]
    counts = path.count(k), path.count(k + 1)
    leg, zero = Leg(homotopy, first, last), 1.0 if homotopy.kind == "map" else 0.0
    here = leg.zero(lambda station: station.da, first.da, last.da)
    place = first if here is None else here
    pair = nearest_eigenpair(homotopy.jacobian_at(place.x, place.a), zero)
    if here is None:
        yield _crossing(CrossingKind.UNRESOLVED, first, pair, counts, first, k)
        return
    found = [_crossing(CrossingKind.FOLD, here, pair, counts, first, k)]
    beside = _beside(leg, here, counts) if path.few or abs(counts[0] - counts[1]) != 1 else None
    if beside is not None:
        (before, after), values = beside, [homotopy.eigenvalues(station.x, station.a) for station in beside]
        near = [int(np.count_nonzero(homotopy.beyond(each) > 0)) for each in values]
        left = _refined(Leg(homotopy, first, before), (counts[0], near[0]), (path.eigenvalues(k), values[0]), k)
        fold = _crossing(CrossingKind.FOLD, here, pair, (near[0], near[1]), first, k)
        right = _refined(Leg(homotopy, after, last), (near[1], counts[1]), (values[1], path.eigenvalues(k + 1)), k)
        finer = [*left, fold, *right]
        # Another real eigenvalue at 0 so close by is not told from the fold's own.
        if all(crossing is fold or crossing.kind in (CrossingKind.HOPF, CrossingKind.FLIP) for crossing in finer):
            found = finer
    yield from found


def _beside(leg: Leg, here: Station, counts: tuple[int, int]) -> tuple[Station, Station] | None:
    """Places close to a fold, before and after, where those at the stations are not the numbers that it is between."""
    homotopy = leg.homotopy
    values = homotopy.eigenvalues(here.x, here.a)
    others = np.delete(values, np.argmin(np.abs(values - (1.0 if homotopy.kind == "map" else 0.0))))
    count = int(np.count_nonzero(homotopy.beyond(others) > 0))
    if sorted(counts) == [count, count + 1]:
        return None
    for before, after in leg.around(here):
        near = [homotopy.beyond(homotopy.eigenvalues(station.x, station.a)) for station in (before, after)]
        if sorted(int(np.count_nonzero(each > 0)) for each in near) == [count, count + 1]:
            return before, after
    return None


def _refined(
    leg: Leg,
    counts: tuple[int, int],
    values: tuple[NDArray[np.complex128], NDArray[np.complex128]],
    station: int,
    halvings: int = _HALVINGS,
) -> list[Crossing]:
    """The crossings on a leg, given the numbers of unstable directions and the eigenvalues at its ends.

    Where they do not lead from the one number to the other, as eigenvalues meet on the way, so do those on its halves.
    """
    found, count = _located(leg, counts, values, station)
    if count == counts[1] and all(crossing.kind is not CrossingKind.UNRESOLVED for crossing in found):
        return found
    homotopy, first = leg.homotopy, leg.first
    middle = leg.middle() if halvings else None
    if middle is not None:
        between = homotopy.eigenvalues(middle.x, middle.a)
        half = int(np.count_nonzero(homotopy.beyond(between) > 0))
        legs = Leg(homotopy, first, middle), Leg(homotopy, middle, leg.last)
        before = _refined(legs[0], (counts[0], half), (values[0], between), station, halvings - 1)
        return before + _refined(legs[1], (half, counts[1]), (between, values[1]), station, halvings - 1)
    if not min(counts) <= count <= max(counts):  # a pair more than there are eigenvalues to pass
        found, count = [], counts[0]
    if count != counts[1]:
        pair = nearest_eigenpair(homotopy.jacobian_at(first.x, first.a), complex(values[0][min(counts)]))
        found.append(_crossing(CrossingKind.UNRESOLVED, first, pair, (count, counts[1]), first, station))
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
        found.append(_crossing(_kind(homotopy, pair), here, pair, (count, moved), first, station))
        count = moved
    return found, count


def _real_ones(path: CountedPath, first: int, last: int) -> Iterator[Crossing]:
    """The places between two stations at which a real eigenvalue of G' passes 0, found without all eigenvalues.

    Stations are close together where the determinant changes its sign, so that inverse iteration leads to it. As that
    sign comes from single precision, the legs beside are looked at too.
    """
    zero = 1.0 if path.homotopy.kind == "map" else 0.0

    def smallest(here: Station) -> float:
        return nearest_eigenpair(path.homotopy.jacobian_at(here.x, here.a), zero).value.real - zero

    done: set[int] = set()
    for k in range(first, last):
        if path.stations[k].sign * path.stations[k + 1].sign >= 0:
            continue
        beside = [j for j in (k, k - 1, k + 1) if first <= j < last]
        ends = {j: (smallest(path.stations[j]), smallest(path.stations[j + 1])) for j in beside}
        chosen = next((j for j in beside if ends[j][0] * ends[j][1] < 0), k)
        if chosen not in done:
            done.add(chosen)
            yield _real(path, chosen, smallest, *ends[chosen])


def _real(path: CountedPath, station: int, smallest: Callable[[Station], float], start: float, end: float) -> Crossing:
    """Where the eigenvalue nearest to 0 passes it between a station and the next, given its values at both."""
    homotopy, first, last = path.homotopy, path.stations[station], path.stations[station + 1]
    here = Leg(homotopy, first, last).zero(smallest, start, end)
    kind = CrossingKind.REAL
    if here is None:
        kind, here = CrossingKind.UNRESOLVED, first
    pair = nearest_eigenpair(homotopy.jacobian_at(here.x, here.a), 1.0 if homotopy.kind == "map" else 0.0)
    values = homotopy.eigenvalues(here.x, here.a)
    others = np.delete(values, np.argmin(np.abs(values - pair.value)))
    count = int(np.count_nonzero(homotopy.beyond(others) > 0))
    return _crossing(kind, here, pair, (count + (start > 0), count + (end > 0)), first, station)


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


def _crossing(
    kind: CrossingKind, here: Station, pair: Eigenpair, counts: tuple[int, int], first: Station, station: int
) -> Crossing:
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
