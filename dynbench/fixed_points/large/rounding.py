"""Upper bounds of sums of nonnegative terms that were computed in doubles.

With u = 2**-53 and gamma_k = k u / (1 - k u), a sum of products of k terms differs from the exact one by at most
gamma_k times the sum of their sizes, in whatever order it is taken (Higham 2002, section 3.1), and by k times the least
subnormal number where products underflow. So a computed sum of nonnegative terms, times 1 + 2 gamma_k and plus that,
bounds the exact one from above, as long as k u < 1/4. Assumed are IEEE doubles rounded to nearest with gradual
underflow (no flushing to zero), and that BLAS adds products up (no Strassen).

References
----------
N. J. Higham: Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench.symbolic.matrices.enclosures import gamma

__all__ = ["gamma", "raised", "times"]

Array = NDArray[np.float64]

#: Covers underflow in every product and sum of up to 2**20 terms.
_FLOOR = 2.0**-1040


def raised(value: Any, k: int) -> Any:
    """A bound from above, given the computed value of nonnegative terms in at most `k` operations one after another."""
    return value * (1 + 2 * gamma(k + 4)) + _FLOOR


def times(sizes: Array, vector: Array) -> Array:
    """A bound from above of a nonnegative matrix times a nonnegative vector; inf where that is not finite."""
    with np.errstate(invalid="ignore", over="ignore"):
        product = raised(sizes @ vector, sizes.shape[-1])
    # 0 times inf is nan to BLAS.
    return np.where(np.isnan(product), np.inf, product)
