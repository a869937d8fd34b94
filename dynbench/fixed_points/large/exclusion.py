"""A radius around a state within which no fixed point lies, for many states.

With v a unit vector along G(c), J the Jacobian at c in doubles and |x - c| <= r in the sup norm, the mean value theorem
for v.G gives

    v.G(x) >= v.G(c) - r (|v^T J|_1 + |v^T (G'(x') - J)|_1),

and G does not vanish where the right-hand side is positive. It is largest, and r largest, at a minimum of speed, where
v^T J is nearly 0: converge the minimisation first. Any v would be sound.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench.fixed_points.large.existence import widest
from dynbench.fixed_points.large.linearisation import Linearisation, sup_box
from dynbench.fixed_points.large.rounding import gamma, raised, times
from dynbench.systems import System

__all__ = ["exclusion_radius"]

Array = NDArray[np.float64]


def exclusion_radius(
    system: System, around: Linearisation, residual: tuple[Array, Array], scale: float
) -> tuple[float, float]:
    """The radius within which no fixed point is proved to lie (0 where none is), and |v.G(c)| bounded from below."""
    middle, radius = residual
    length = float(np.linalg.norm(middle))
    if not (np.isfinite(radius).all() and length > 0):
        return 0.0, 0.0
    v = middle / length
    n = len(v)
    sizes = np.abs(v)
    along = abs(float(v @ middle))
    along -= float(raised(sizes @ raised(gamma(n + 4) * np.abs(middle) + radius, 4), n) + gamma(4) * along)
    if not along > 0:
        return 0.0, 0.0
    product = v @ around.matrix
    slope = raised(np.abs(product) + gamma(n + 2) * times(np.abs(around.matrix).T, sizes), 3)
    still = float(raised(slope.sum(), n))
    varied = around.along(v[None, :], product[None, :])

    def excludes(r: float) -> bool:
        value = system.enclose_residual(sup_box(around.center, r))
        if not (np.all(value.defined) and np.isfinite(value.mag).all()):
            return False
        return along > float(raised(r * raised(still + float(varied(r)[0]), 2), 2))

    return widest(excludes, 0.0, 2.0**20 * scale), along
