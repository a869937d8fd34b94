"""Fixed points of systems too large for a dense Jacobian: Newton-Krylov, and a few eigenvalues by Arnoldi's method.

Only products of the Jacobian with vectors are used (`System.jvp`). Newton's steps are solved by GMRES to a tolerance
that tightens as the iteration converges (Eisenstat & Walker 1996), and taken as far as they lower |G|. Nothing is
proved.

References
----------
D. A. Knoll, D. E. Keyes, Jacobian-free Newton-Krylov methods, J. Comput. Phys. 193 (2004) 357-397. S. C. Eisenstat,
H. F. Walker, Choosing the forcing terms in an inexact Newton method, SIAM J. Sci. Comput. 17 (1996) 16-32.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eig
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs, gmres

from dynbench._arrays import readonly
from dynbench.fixed_points.spectrum import Spectrum
from dynbench.systems import System

__all__ = ["MOST_DENSE", "leading_eigenvalues", "leading_spectrum", "newton_krylov", "unstable_eigenvectors"]

Array = NDArray[np.float64]

#: Beyond so many states dense matrices are not formed.
MOST_DENSE = 3000
#: Eigenvalues that are looked for at a point.
_LEADING = 16
#: Krylov vectors between restarts of GMRES, and restarts.
_RESTART, _RESTARTS = 60, 8
_STEP = 1e-11
#: An eigenvalue closer to the axis than this is undecided.
_SURE = 1e-8
_SHORTEST = 2.0**-8


def newton_krylov(system: System, start: Array, *, steps: int = 40) -> tuple[Array, bool]:
    """Newton's method with steps solved by GMRES, from one state: where it ended, and whether it converged."""
    x = np.array(start, dtype=float)
    value = system.residual(x)
    forcing, last = 0.3, np.inf
    for _ in range(steps):
        before = float(np.linalg.norm(value))
        if before == 0:
            return x, True
        step, _ = gmres(_jacobian(system, x), value, rtol=forcing, atol=0.0, restart=_RESTART, maxiter=_RESTARTS)
        size = float(np.abs(step).max())
        if not np.isfinite(size):
            return x, False
        length, moved, after = 1.0, x, value
        while length >= _SHORTEST:
            moved = x - length * step
            after = system.residual(moved)
            if np.linalg.norm(after) <= (1 - 1e-4 * length) * before:
                break
            length /= 2
        small = size <= _STEP * max(1.0, float(np.abs(x).max()))
        if length < _SHORTEST:
            return x, small
        x, value = moved, after
        if small and last <= 1e-3 * max(1.0, float(np.abs(x).max())):
            return x, True
        ratio = float(np.linalg.norm(value)) / before
        forcing, last = min(0.3, max(1e-6, 0.9 * ratio**2)), size
    return x, False


def leading_spectrum(system: System, x: Array) -> Spectrum:
    """An estimate from the leading eigenvalues alone: `midpoints` and `radii` list these, `sides` all n.

    Where the last one found is stable, the others are taken for stable too; else their sides are undecided.
    """
    values = leading_eigenvalues(system, x, _LEADING)
    n, found = system.dimension, len(values)
    distance = np.abs(values) - 1 if system.kind == "map" else values.real
    sides = np.where(np.abs(distance) > _SURE, np.sign(distance), 0).astype(int)
    rest = -1 if found and sides[-1] < 0 else 0
    return Spectrum(
        midpoints=readonly(values, complex),
        radii=readonly(np.full(found, _SURE)),
        sides=(*sides.tolist(), *[rest] * (n - found)),
        nonreal=tuple((np.abs(values.imag) > _SURE).tolist()),
        resolved=False,
        decided=False,
        remark=f"from the {found} leading eigenvalues, found by Arnoldi's method",
    )


def unstable_eigenvectors(system: System, x: Array) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Eigenvalues beyond the axis (or circle) among the leading ones, and their eigenvectors as columns."""
    if system.dimension <= MOST_DENSE:
        values, vectors = eig(system.jacobian_at(x))
    else:
        values, vectors = _arnoldi(system, x, _LEADING)
    leading = np.abs(values) - 1 if system.kind == "map" else values.real
    order = [i for i in np.argsort(-leading) if leading[i] > 0]
    return values[order], vectors[:, order]


def leading_eigenvalues(system: System, x: Array, count: int = 12) -> NDArray[np.complex128]:
    """Up to `count` eigenvalues of the right-hand side's Jacobian: of largest real part (a flow) or modulus (a map).

    Those that Arnoldi's method does not converge to are left out, so there may be fewer, or none.
    """
    values, _ = _arnoldi(system, x, count)
    leading = np.abs(values) if system.kind == "map" else values.real
    return np.asarray(values[np.argsort(-leading)], dtype=complex)


def _arnoldi(system: System, x: Array, count: int) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    n = system.dimension
    operator = LinearOperator((n, n), matvec=lambda v: system.jvp(x, np.ravel(v)), dtype=float)
    which = "LM" if system.kind == "map" else "LR"
    start = np.random.default_rng(0).normal(size=n)  # a fixed start, so that the same point gets the same numbers
    try:
        return eigs(operator, k=count, which=which, ncv=min(n, 6 * count), v0=start)
    except ArpackNoConvergence as partial:
        return partial.eigenvalues, partial.eigenvectors


def _jacobian(system: System, x: Array) -> LinearOperator:
    """The Jacobian of G, by its products with vectors."""
    shift = 1.0 if system.kind == "map" else 0.0
    n = system.dimension

    def product(v: Array) -> Array:
        vector = np.ravel(v)
        return system.jvp(x, vector) - shift * vector

    return LinearOperator((n, n), matvec=product, dtype=float)
