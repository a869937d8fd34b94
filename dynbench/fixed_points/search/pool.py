"""The fixed points known so far in a search, up to the mirror symmetry of an odd system."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench.fixed_points.large.krylov import MOST_DENSE, leading_spectrum
from dynbench.fixed_points.phantoms import is_determined
from dynbench.systems import System

__all__ = ["Pool"]

Array = NDArray[np.float64]

#: States closer than this, relative to max(1, |x|), are one.
_CLOSE = 1e-6
#: An eigenvalue of G' this close to 0, relative to the largest, may be 0.
_SINGULAR = 1e-10
#: So many states are kept at which doubles do not determine a root: all along a line of attractors there are such.
_MOST_LOOSE = 16


class Pool:
    """Distinct converged states, each with its number of unstable directions as floating-point eigenvalues say.

    Parameters
    ----------
    system : System
        The system.
    odd : bool
        Whether -x is a fixed point wherever x is: then a point and its mirror are kept as one.
    """

    def __init__(self, system: System, odd: bool) -> None:
        self.system = system
        self.odd = odd
        self.states: list[Array] = []
        self._unstable: dict[int, int] = {}
        self._index: dict[int, int | None] = {}
        self._loose = 0

    def __len__(self) -> int:
        """The number of points, mirrors counted."""
        return len(self.points())

    def add(self, x: Array) -> bool:
        """Whether the state was new; of states at which doubles determine no root only the first few count as such."""
        if not np.isfinite(x).all() or self.find(x) is not None:
            return False
        if not is_determined(self.system, x):
            if self._loose == _MOST_LOOSE:
                return False
            self._loose += 1
        self.states.append(np.array(x))
        return True

    def find(self, x: Array) -> int | None:
        """The number of the state that `x`, or its mirror, is; None where it is none of them."""
        if not self.states:
            return None
        known = np.array(self.states)
        distance = np.abs(known - x).max(-1)
        if self.odd:
            distance = np.minimum(distance, np.abs(known + x).max(-1))
        k = int(distance.argmin())
        return k if distance[k] <= _CLOSE * max(1.0, float(np.abs(x).max())) else None

    def number(self, x: Array) -> int:
        """A number for a point of the pool that stays while it grows; that of its mirror image is its negative."""
        k = self.find(x)
        assert k is not None, "the point comes from the pool"
        known = self.states[k]
        return k + 1 if np.abs(known - x).max() <= np.abs(known + x).max() else -(k + 1)

    def points(self, unstable: int | None = None) -> Array:
        """All states (K, n), mirrors too; only those with so many unstable directions, if a number is given."""
        chosen = [x for k, x in enumerate(self.states) if unstable is None or self.unstable(k) == unstable]
        mirrored = [-x for x in chosen if self.odd and np.abs(x).max() > _CLOSE]
        return np.array(chosen + mirrored).reshape(-1, self.system.dimension)

    def unstable(self, k: int) -> int:
        """The number of unstable directions of state `k`."""
        if k not in self._unstable:
            x, system = self.states[k], self.system
            if system.dimension > MOST_DENSE:
                spectrum = leading_spectrum(system, x)
                values: NDArray[np.complex128] = spectrum.midpoints
                self._unstable[k] = spectrum.sides.count(1)
            else:
                values = np.asarray(np.linalg.eigvals(system.jacobian_at(x)), dtype=complex)
                leading = np.abs(values) - 1 if system.kind == "map" else values.real
                self._unstable[k] = int(np.count_nonzero(leading > 0))
            self._index[k] = _index(values - 1 if system.kind == "map" else values)
        return self._unstable[k]

    def index_sum(self) -> int | None:
        """What the indices add up to, mirrors counted; None where one is not known as an eigenvalue is close to 0."""
        total = 0
        for k, x in enumerate(self.states):
            self.unstable(k)
            index = self._index[k]
            if index is None:
                return None
            total += index * self._times(x)
        return total

    def counts(self) -> dict[int, int]:
        """Number of unstable directions -> number of points, mirrors counted."""
        counts: dict[int, int] = {}
        for k, x in enumerate(self.states):
            counts[self.unstable(k)] = counts.get(self.unstable(k), 0) + self._times(x)
        return dict(sorted(counts.items()))

    def _times(self, x: Array) -> int:
        """Two for a state with a mirror image, else one."""
        return 2 if self.odd and np.abs(x).max() > _CLOSE else 1


def _index(values: NDArray[np.complex128]) -> int | None:
    """The sign of det(-G') from eigenvalues of G': non-real ones come in pairs and do not count."""
    if np.any(np.abs(values) <= _SINGULAR * max(1.0, float(np.abs(values).max(initial=0.0)))):
        return None
    return -1 if np.count_nonzero((values.imag == 0) & (values.real > 0)) % 2 else 1
