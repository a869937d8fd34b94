"""What a real eigenvalue that passes 0 leads to: by Lyapunov-Schmidt reduction, and by switching to the branch.

At (x, s) let v and w be the right and left null vectors of H_x. In the direction v with amplitude y the equation
H = 0 becomes, to leading order, (w.H_s) ds + (c2/2) y^2 + m y ds + (c3/6) y^3 = 0, with c2 = w.H_xx[v, v]. Where w.H_s
is not 0 the point is a fold. Where it is, two branches cross if c2 is not 0 (a transcritical bifurcation). In an odd
system c2 = 0 at the origin and w.H_s = 0 for every s: there a pair y^2 = -6 m ds/c3 leaves it, a pitchfork.

References
----------
M. Golubitsky, D. G. Schaeffer, Singularities and Groups in Bifurcation Theory I, Springer 1985, chapter VII.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynbench.continuation.homotopy import Homotopy
from dynbench.continuation.legs import nearest_eigenpair, on_plane
from dynbench.fixed_points.large.curve import Station

__all__ = ["Emergence", "emerging_pair", "is_exchange"]

Array = NDArray[np.float64]

#: Amplitudes of v, by its largest entry: for the cubic coefficient, and those tried for the pair.
_AMPLITUDE, _TRIED = 2e-2, (0.1, 0.03, 0.01, 0.003)
#: A state is on a branch close to its pitchfork where it is along the pair up to this cosine, and s is on the pair's
#: side up to the second number.
_ALONG, _SAME_S = 0.9, 1e-6
#: A coefficient below this share of what it is made of counts as 0.
_VANISHES = 1e-5


@dataclass(frozen=True, eq=False)
class Emergence:
    """The pair that leaves the origin of an odd system in a pitchfork.

    Attributes
    ----------
    side : int
        1 where it exists for larger s, -1 for smaller s.
    supercritical : bool
        Whether it exists on the side on which the origin has more unstable directions.
    place : Station
        One of the two, near the origin, to which Newton's method converged.
    """

    side: int
    supercritical: bool
    place: Station

    def holds(self, s: float, station: Station) -> bool:
        """Whether a station is on the pair between `place` and the pitchfork at s, where there is no other branch."""
        x, along = station.x, self.place.x
        if np.abs(x).max() > np.abs(along).max():
            return False
        near = -_SAME_S <= (station.a - s) * self.side <= abs(self.place.a - s)
        return near and abs(float(x @ along)) >= _ALONG * float(np.linalg.norm(x) * np.linalg.norm(along))


def emerging_pair(homotopy: Homotopy, s: float, vector: Array) -> Emergence | None:
    """The pair that leaves the origin where an eigenvalue of vector v passes 0; None where none was reached."""
    origin = np.zeros(homotopy.dimension)
    v = vector / np.linalg.norm(vector)
    w = _left(homotopy, origin, s)
    if abs(w @ v) < _VANISHES:
        return None  # a multiple eigenvalue
    speed = float(w @ (homotopy.b.jvp(origin, v) - homotopy.a.jvp(origin, v)) / (w @ v))
    small = _AMPLITUDE / float(np.abs(v).max())
    cubic = float(w @ homotopy.residual(small * v, s) / (w @ v)) / small**3
    if speed == 0 or cubic == 0:
        return None
    for part in _TRIED:
        amplitude = part / float(np.abs(v).max())
        guess = Station(amplitude * v, s - cubic * amplitude**2 / speed, v, 0.0, 0)
        place = on_plane(homotopy, guess, Station(origin, s, v, 0.0, 0), amplitude)
        if place is not None and 0 < place.a < 1 and place.a != s:
            side = 1 if place.a > s else -1
            return Emergence(side, (side > 0) is (speed > 0), place)
    return None


def is_exchange(homotopy: Homotopy, s: float, x: Array, vector: Array) -> bool:
    """Whether two branches cross at a place with a zero eigenvalue: w.H_s = 0 and w.H_xx[v, v] is not 0, in doubles."""
    v = vector / np.linalg.norm(vector)
    w = _left(homotopy, x, s)
    slope, curvature = homotopy.slope(x), homotopy.second_derivative(x, s, v, v)
    norm = float(np.linalg.norm(slope))
    through = norm <= _VANISHES or abs(float(w @ slope)) <= _VANISHES * norm
    return through and abs(float(w @ curvature)) > _VANISHES * max(1.0, float(np.linalg.norm(curvature)))


def _left(homotopy: Homotopy, x: Array, s: float) -> Array:
    """The left null vector of H_x."""
    return np.real(nearest_eigenpair(homotopy.residual_jacobian(x, s).T, 0.0).vector)
