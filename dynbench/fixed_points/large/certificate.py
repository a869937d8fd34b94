"""`Certificate` records for systems of many states, from proofs in doubles with a-priori rounding bounds.

What is certified is the network as stated: every array of its declaration is taken as exactly those doubles, products
of
them (W_fb W_o) as the exact products, and scalars as the decimals that they print as. Soundness rests on IEEE doubles
rounded to nearest, on BLAS and LAPACK products that add up products (`rounding`), on the assumption of
`dynbench.symbolic.intervals` about NumPy's elementary functions within 4 ulp, and on python-flint for the residual.
What
LAPACK returns for inverses and eigenvectors is never trusted: it enters as an arbitrary matrix.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.fixed_points.large.exclusion import exclusion_radius
from dynbench.fixed_points.large.existence import Existence, prove_existence
from dynbench.fixed_points.large.index import index_of, prove_spectrum
from dynbench.fixed_points.large.krylov import MOST_DENSE
from dynbench.fixed_points.large.linearisation import Linearisation, linearise
from dynbench.fixed_points.large.residuals import enclosed_residual
from dynbench.fixed_points.records import Certificate, Verdict
from dynbench.symbolic.balls import ball_around
from dynbench.systems import System

__all__ = ["DOUBLES", "certify_large", "is_large", "polish_large"]

Array = NDArray[np.float64]

#: Matrix forms with more states than this are certified here.
_MANY = 30
#: Bits of a double, the precision of the proofs here.
DOUBLES = 53


def is_large(system: System) -> bool:
    """Whether a system is certified with dense matrices of doubles rather than matrices of balls."""
    return system.dimension > _MANY and system.matrix_form is not None


def certify_large(system: System, center: Array, *, tolerance: float = 1e-6, spectrum: bool = True) -> Certificate:
    """Prove what can be proved about one state of a system of many states.

    Parameters
    ----------
    system : System
        The system.
    center : (n,) array
        The state, taken as exactly these doubles.
    tolerance : float
        `center` stands for a fixed point if one is proved to lie within this distance, times max(1, max |x_i|).
    spectrum : bool
        Whether to prove the index, which takes eigenvectors; False leaves `index` and `spectrum` None.
    """
    if system.dimension > MOST_DENSE:
        return _undecided(center, f"proofs take dense matrices, which are formed up to {MOST_DENSE} states")
    around = linearise(system, center)
    if around is None:
        return _undecided(center, "the Jacobian is not finite here")
    scale = max(1.0, float(np.max(np.abs(center))))
    residual = enclosed_residual(system, center)
    existence = prove_existence(system, around, residual, scale)
    if existence is not None and existence.radius <= tolerance * scale:
        return _fixed_point(system, around, existence, spectrum)
    radius, length = exclusion_radius(system, around, residual, scale)
    if radius == 0:
        return _undecided(center, "neither inequality could be shown")
    return Certificate(
        center=readonly(center),
        verdict=Verdict.NO_FIXED_POINT,
        exclusion_radius=radius,
        inequality=f"v.G(c) > r |v^T G'(B_r)|_1 for v along G(c), where v.G(c) >= {length:.3g}, r = {radius:.3g}",
        precision=DOUBLES,
    )


def polish_large(system: System, x: Array, *, steps: int = 6) -> Array:
    """The state nearest in doubles, up to a few ulp, to the fixed point that Newton's method reaches; `x` if none.

    The Jacobian is factorised once, at `x`; residuals are those of `enclosed_residual`.
    """
    from scipy.linalg import LinAlgWarning, lu_factor, lu_solve

    if system.dimension > MOST_DENSE:
        return x
    jacobian = system.residual_jacobian(x)
    if not np.isfinite(jacobian).all():
        return x
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", LinAlgWarning)  # from a singular matrix no step is taken
        factors = lu_factor(jacobian, check_finite=False)
    if not np.all(np.diagonal(factors[0])):
        return x
    current, size = x, np.inf
    for _ in range(steps):
        step = lu_solve(factors, enclosed_residual(system, current)[0], check_finite=False)
        moved = current - step
        length = float(np.abs(step).max())
        if not (np.isfinite(moved).all() and length < size):
            break
        current, size = moved, length
        if length <= 2.0**-53 * max(1.0, float(np.abs(moved).max())):
            break
    return current + 0.0


def _fixed_point(system: System, around: Linearisation, existence: Existence, spectrum: bool) -> Certificate:
    discs = None
    if spectrum and _smooth(system, around.center, existence.radius):
        discs = prove_spectrum(around, existence.radius, system.kind)
    return Certificate(
        center=readonly(around.center),
        verdict=Verdict.FIXED_POINT,
        radius=existence.radius,
        uniqueness_radius=existence.unique,
        index=None if discs is None else index_of(discs, system.kind),
        spectrum=discs,
        inequality=(
            f"Y + Z r <= r with Y = {existence.displacement:.3g}, Z = {existence.contraction:.3g} < 1 and "
            f"r = {existence.radius:.3g}; |I - R G'| < 1 within {existence.unique:.3g} of the centre"
            + ("" if discs is None else f"; Gershgorin radii of V^-1 G' V up to {discs.radii.max():.3g}")
        ),
        precision=DOUBLES,
    )


def _smooth(system: System, center: Array, radius: float) -> bool:
    """Whether no switching function is seen to vanish within `radius`."""
    if not system.switching:
        return True
    ball = ball_around([float(x) for x in center], max(radius, 2.0**-60))
    return all(g > 0 or g < 0 for g in system.ball_switching(ball))


def _undecided(center: Array, reason: str) -> Certificate:
    return Certificate(readonly(center), Verdict.UNDECIDED, inequality=reason, precision=DOUBLES)
