"""What branches of unstable manifolds leave from: fixed points and cycles, with their unstable directions.

The unstable manifold of a k-cycle of a map is made up of those of its k states as fixed points of F^k, and F takes each
of them onto the next, branch to branch: the branches of one state lead wherever those of the others do. A branch is
mapped into itself by F^k, or by F^(2k) where the multiplier is negative; F^k then takes the two branches to each other.
Of a cycle of a flow the branches of one state are orbits on the manifold, from which all others follow by the flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dynbench.cycles import Cycle, CycleKind
from dynbench.cycles.returns import ReturnMap
from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.directions import Directions, reach_of
from dynbench.fixed_points.large import is_large
from dynbench.fixed_points.symmetry import Images
from dynbench.systems import System
from dynbench.transitions.orbits import Branch, Way

__all__ = ["Source", "cycle_source", "point_sources"]

Array = NDArray[np.float64]

#: In matrix forms of many states the unstable manifolds with up to so many directions are followed.
_MOST_UNSTABLE = 4


@dataclass(frozen=True, eq=False)
class Source:
    """A fixed point or a cycle.

    Attributes
    ----------
    states : (k, n) array
        Its state or states.
    unstable : int
        The number of its unstable directions.
    directions : Directions or None
        They; None where there are none or they are not followed.
    skipped : str
        Why not, or "".
    stride : int
        Steps of the map (one of a flow) after which an orbit is back at the same state of the cycle.
    """

    states: Array
    unstable: int
    directions: Directions | None
    skipped: str = ""
    stride: int = 1

    def ways(self, number: int, samples: int, rng: np.random.Generator, *, many: bool, doubled: bool) -> Iterator[Way]:
        """Both ways along each real eigenvector, and a sample of the sphere where there is more than one direction.

        Parameters
        ----------
        number : int
            The node of this source.
        samples : int
            Directions sampled for each dimension of the sphere.
        rng : numpy.random.Generator
            For the sample.
        many : bool
            Whether half of it has to do, as the system has many states.
        doubled : bool
            Whether a negative eigenvalue means that every second return lies on one branch: in maps.
        """
        directions = self.directions
        if directions is None:
            return
        for (value, vector), name in zip(directions.eigenvectors, directions.names, strict=True):
            stride = self.stride * (2 if doubled and value < 0 else 1)
            for side in (1, -1):
                yield Way(side, name, vector, Branch(number, directions.start(side * vector), stride))
        if directions.basis.shape[1] > 1:
            sample = directions.sample(samples, rng)[: (samples + 1) // 2 if many else None]
            for direction, start in zip(sample, directions.start(sample), strict=True):
                yield Way(0, "sphere", direction, Branch(number, start, self.stride))


def point_sources(system: System, points: Mapping[int, FixedPoint], images: Images) -> dict[int, Source]:
    """Those of fixed points, as many directions as are proved; of the images of a point they are its own, moved.

    Parameters
    ----------
    system : System
        The system.
    points : mapping
        Number -> fixed point.
    images : Images
        Which point is the image of which under symmetries.
    """
    many = is_large(system)
    found: dict[int, Source] = {}
    for i, point in points.items():
        proved = point.certificate.n_unstable if point.certificate is not None else None
        doubtful = proved is None and (point.stability[2] or not point.kind.settled)
        skipped = "its number of unstable directions is not proved" if doubtful else ""
        directions = None
        if proved and many and proved > _MOST_UNSTABLE:
            skipped = f"it has {proved} unstable directions; of so many states up to {_MOST_UNSTABLE} are followed"
        elif proved:
            first, carrier = images.carriers[i]
            twin = found[first].directions if first in found else None
            directions = Directions.of(system, point, proved) if twin is None else twin.moved(carrier)
        found[i] = Source(point.x[None], point.stability[2] if proved is None else proved, directions, skipped)
    return found


def cycle_source(system: System, cycle: Cycle) -> Source:
    """That of a cycle, with the unstable directions of its first state under one return.

    Parameters
    ----------
    system : System
        The system.
    cycle : Cycle
        One of its cycles.
    """
    unstable, many = cycle.stability[2], is_large(system)
    source = Source(cycle.points, unstable, None, stride=len(cycle.points) if system.kind == "map" else 1)
    if cycle.kind not in (CycleKind.STABLE, CycleKind.SADDLE, CycleKind.UNSTABLE):
        return replace(source, skipped=f"it is a {cycle.kind.value}: its unstable directions are not known")
    if not unstable:
        return source
    if many and (system.kind == "flow" or unstable > _MOST_UNSTABLE):
        what = (
            "the cycles of flows are not followed" if system.kind == "flow" else f"up to {_MOST_UNSTABLE} are followed"
        )
        return replace(source, skipped=f"it has {unstable} unstable directions; of so many states {what}")
    directions = Directions.at(ReturnMap(system, cycle.period), cycle.points[0], unstable)
    if system.kind == "map":
        directions = replace(directions, reach=reach_of(system, cycle.points, directions.basis))
    return replace(source, directions=directions)
