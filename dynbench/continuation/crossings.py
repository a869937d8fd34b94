"""Where eigenvalues lie on the axis along a path: located between stations by counting, then refined."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from dynbench.continuation.counts import CountedPath
from dynbench.continuation.homotopy import Homotopy
from dynbench.continuation.legs import Leg, nearest_eigenpair
from dynbench.continuation.locating import crossings_between, record
from dynbench.continuation.records import Crossing, CrossingKind
from dynbench.fixed_points.large.curve import Station

__all__ = ["crossings_on"]


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
                crossings += crossings_between(leg, (path.count(k), path.count(k + 1)), values, k)
        else:
            crossings += _real_ones(path, first, end)
        if end in folds:
            crossings += _at_fold(path, end)
    return tuple(crossings), path.known()


def _at_fold(path: CountedPath, k: int) -> Iterator[Crossing]:
    """The fold between a station and the next, where ds is 0, and what else happens between them."""
    homotopy, first, last = path.homotopy, path.stations[k], path.stations[k + 1]
    counts = path.count(k), path.count(k + 1)
    leg = Leg(homotopy, first, last)
    here = leg.zero(lambda station: station.da, first.da, last.da)
    place = first if here is None else here
    pair = nearest_eigenpair(homotopy.jacobian_at(place.x, place.a), homotopy.singular)
    if here is None:
        yield record(CrossingKind.UNRESOLVED, first, pair, counts, first, k)
        return
    found = [record(CrossingKind.FOLD, here, pair, counts, first, k)]
    beside = _beside(leg, here, counts) if path.few or abs(counts[0] - counts[1]) != 1 else None
    if beside is not None:
        (before, after), values = beside, [homotopy.eigenvalues(station.x, station.a) for station in beside]
        near = [homotopy.count_unstable(each) for each in values]
        left = crossings_between(
            Leg(homotopy, first, before), (counts[0], near[0]), (path.eigenvalues(k), values[0]), k
        )
        fold = record(CrossingKind.FOLD, here, pair, (near[0], near[1]), first, k)
        right = crossings_between(
            Leg(homotopy, after, last), (near[1], counts[1]), (values[1], path.eigenvalues(k + 1)), k
        )
        finer = [*left, fold, *right]
        # Another real eigenvalue at 0 so close by is not told from the fold's own.
        if all(crossing is fold or crossing.kind in (CrossingKind.HOPF, CrossingKind.FLIP) for crossing in finer):
            found = finer
    yield from found


def _beside(leg: Leg, here: Station, counts: tuple[int, int]) -> tuple[Station, Station] | None:
    """Places close to a fold, before and after, where those at the stations are not the numbers that it is between."""
    homotopy = leg.homotopy
    values = homotopy.eigenvalues(here.x, here.a)
    others = np.delete(values, np.argmin(np.abs(values - homotopy.singular)))
    count = homotopy.count_unstable(others)
    if sorted(counts) == [count, count + 1]:
        return None
    for before, after in leg.around(here):
        near = (homotopy.count_unstable(homotopy.eigenvalues(station.x, station.a)) for station in (before, after))
        if sorted(near) == [count, count + 1]:
            return before, after
    return None


def _real_ones(path: CountedPath, first: int, last: int) -> Iterator[Crossing]:
    """The places between two stations at which a real eigenvalue of G' passes 0, found without all eigenvalues.

    Stations are close together where the determinant changes its sign, so that inverse iteration leads to it. As that
    sign comes from single precision, the legs beside are looked at too.
    """
    zero = path.homotopy.singular

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
    pair = nearest_eigenpair(homotopy.jacobian_at(here.x, here.a), homotopy.singular)
    values = homotopy.eigenvalues(here.x, here.a)
    others = np.delete(values, np.argmin(np.abs(values - pair.value)))
    count = homotopy.count_unstable(others)
    return record(kind, here, pair, (count + (start > 0), count + (end > 0)), first, station)
