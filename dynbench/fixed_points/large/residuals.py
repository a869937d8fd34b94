"""G at one state, enclosed far below the rounding of doubles.

The quality of every later statement rests on it: with a residual from plain doubles the radius of existence at a
thousand units is about 1e-10, and most spectra cannot be told from the axis; with this one it is about 1e-15. It is
evaluated in the ball arithmetic of python-flint at 128 bits, in which the stated doubles are exact, products of
parameters such as W_fb W_o too, and activations are enclosed rigorously: nothing rests on the library's tanh, on the
order in which BLAS sums, or on the width of the machine's registers.
"""

from __future__ import annotations

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

from dynbench.systems import System

__all__ = ["enclosed_residual"]

Array = NDArray[np.float64]

#: Bits in which the residual is evaluated.
PRECISION = 128


def enclosed_residual(system: System, center: Array) -> tuple[Array, Array]:
    """Midpoints and radii, (n,) each, of intervals that hold G at exactly these doubles.

    Radii are infinite where G is not defined.
    """
    with ctx.workprec(PRECISION):
        value = system.ball_residual([arb(float(x)) for x in center])
        middle = np.array([float(v.mid()) for v in value])
        radius = np.array([float(v.rad()) for v in value])
    # Converting a midpoint or a radius to a double may round by half an ulp; radii may become subnormal.
    radius = radius * (1 + 2.0**-50) + np.abs(middle) * 2.0**-52 + 2.0**-1060
    broken = ~(np.isfinite(middle) & np.isfinite(radius))
    return np.where(broken, 0.0, middle), np.where(broken, np.inf, radius)
