"""The numbers of unstable directions along a path, counted at as few stations as will do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from dynbench.continuation.homotopy import Homotopy
from dynbench.fixed_points.large.curve import Station

__all__ = ["FEW", "CountedPath"]

#: Up to so many states eigenvalues are taken at every station.
FEW = 60


class CountedPath:
    """The stations of a path with their numbers of unstable directions, counted where they are asked for.

    Parameters
    ----------
    homotopy : Homotopy
        The line between two systems.
    stations : list of Station
        The path.
    known : mapping
        Station -> number of its unstable directions, where it is known.

    Attributes
    ----------
    folds : list of int
        The stations after which a fold lies, before the next one.
    """

    def __init__(self, homotopy: Homotopy, stations: list[Station], known: Mapping[int, int]) -> None:
        self.homotopy, self.stations = homotopy, stations
        self.folds = [k for k, (a, b) in enumerate(itertools.pairwise(stations)) if a.da * b.da < 0]
        self._counts = dict(known)
        self._eigenvalues: dict[int, NDArray[np.complex128]] = {}
        if self.few:
            for k in range(len(stations)):
                self.count(k)

    @property
    def few(self) -> bool:
        """Whether the states are so few that eigenvalues are taken wherever they may tell something."""
        return self.homotopy.dimension <= FEW

    def known(self) -> tuple[int | None, ...]:
        """The counts at the stations, None where there was none."""
        return tuple(self._counts.get(k) for k in range(len(self.stations)))

    def count(self, k: int) -> int:
        """The number of unstable directions at a station."""
        if k not in self._counts:
            self._counts[k] = self.homotopy.count_unstable(self.eigenvalues(k))
        return self._counts[k]

    def eigenvalues(self, k: int) -> NDArray[np.complex128]:
        """The eigenvalues at a station, the most unstable ones first."""
        if k not in self._eigenvalues:
            here = self.stations[k]
            self._eigenvalues[k] = self.homotopy.eigenvalues(here.x, here.a)
        return self._eigenvalues[k]

    def changing(self, first: int, last: int) -> Iterator[int]:
        """The stations between two, in order, of which the next has another number of unstable directions.

        Two that agree are not looked at between, unless the sign of the determinant says that they differ there.
        """
        if first == last:
            return
        if last == first + 1:
            if self.count(first) != self.count(last):
                yield first
            return
        signs = [self.stations[k].sign for k in range(first, last + 1)]
        inner = [first + i for i in range(1, len(signs) - 1) if signs[i] != signs[i - 1] or signs[i] != signs[i + 1]]
        if self.few:
            inner = list(range(first + 1, last))
        if not inner and self.count(first) == self.count(last):
            return
        middle = inner[len(inner) // 2] if inner else (first + last) // 2
        yield from self.changing(first, middle)
        yield from self.changing(middle, last)
