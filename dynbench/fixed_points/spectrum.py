"""Where eigenvalues lie, with respect to the imaginary axis (flows) or the unit circle (maps).

A `Spectrum` is a list of discs that hold the eigenvalues, proved (`enclosed_spectrum`) or estimated
(`estimated_spectrum`). No disc is ever compared with the axis by a sign test on its midpoint: a disc that meets
the axis is undecided. Where the Jacobian is known exactly over the rationals, `settle` counts exactly how many
eigenvalues lie on the axis, how many are real, and which are repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import sympy as sp
from flint import acb, acb_mat, arb, arb_mat
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.fixed_points.clusters import clustered_eigenvalues
from dynbench.symbolic.balls import upper

__all__ = ["Spectrum", "enclosed_spectrum", "estimated_spectrum", "settle"]

SystemKind = Literal["flow", "map"]


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Discs that hold the eigenvalues, and what follows from them.

    Attributes
    ----------
    midpoints, radii : (n,) complex array, (n,) array
        The discs, by descending real part (flows) or modulus (maps).
    sides : tuple of int
        For each disc -1 (stable side), +1 (unstable side) or 0 (it meets the axis or circle).
    nonreal : tuple of bool
        For each disc whether it excludes the real axis.
    resolved : bool
        True where the discs are disjoint, so that one that meets the real axis holds a real eigenvalue.
    decided : bool
        True where `stability` is established: no side is 0, or every 0 is exactly on the axis.
    remark : str
        What was settled exactly: repeated eigenvalues, and whether they have a full set of eigenvectors.
    """

    midpoints: NDArray[np.complex128]
    radii: NDArray[np.float64]
    sides: tuple[int, ...]
    nonreal: tuple[bool, ...]
    resolved: bool
    decided: bool
    remark: str = ""

    @property
    def stability(self) -> tuple[int, int, int]:
        """(stable, central or undecided, unstable) counts, with multiplicity."""
        return self.sides.count(-1), self.sides.count(0), self.sides.count(1)

    def on_axis(self) -> Spectrum:
        """The same discs, where it is proved otherwise that the undecided eigenvalues lie on the axis."""
        return replace(self, decided=True)


def enclosed_spectrum(matrix: arb_mat, kind: SystemKind) -> Spectrum | None:
    """Proved discs for every real matrix in a matrix of balls; None where none were found."""
    values: list[acb] | None
    try:
        values = acb_mat(matrix).eig()
    except ValueError:  # python-flint could not isolate the eigenvalues: some are multiple, or nearly so
        values = clustered_eigenvalues(matrix)
    if values is None:
        return None
    values = sorted(values, key=lambda v: _order(complex(v), kind))
    overlaps = any(a.overlaps(b) for i, a in enumerate(values) for b in values[i + 1 :])
    sides = tuple(_side(v, kind) for v in values)
    middles = [_middle(v) for v in values]
    return Spectrum(
        midpoints=readonly(middles, complex),
        radii=readonly([_radius(v, middle) for v, middle in zip(values, middles, strict=True)]),
        sides=sides,
        nonreal=tuple(not v.imag.contains(0) for v in values),
        resolved=not overlaps,
        decided=0 not in sides,
    )


def estimated_spectrum(matrix: NDArray[np.float64], kind: SystemKind) -> Spectrum:
    """Discs around floating-point eigenvalues, from their condition numbers: an estimate, not a proof.

    An eigenvalue of condition number k moves by about k |J| eps under rounding; where k is so large that this
    first-order estimate is void (a defective eigenvalue), the disc has the radius |J| eps^(1/n). A
    matrix that is not finite has no spectrum: its discs are nan, and all sides undecided.
    """
    from scipy.linalg import eig

    n = len(matrix)
    if not np.isfinite(matrix).all():
        nothing = np.full(n, np.nan)
        return Spectrum(readonly(nothing, complex), readonly(nothing), (0,) * n, (False,) * n, False, False)
    values, left, right = eig(matrix, left=True, right=True)
    order = sorted(range(n), key=lambda i: _order(values[i], kind))
    values = values[order]
    overlap = np.abs(np.sum(left[:, order].conj() * right[:, order], axis=0))
    eps = 64 * n * np.finfo(float).eps
    size = max(np.linalg.norm(matrix, 2), np.finfo(float).tiny)
    with np.errstate(divide="ignore"):
        radii = size * np.minimum(eps / overlap, eps ** (1 / n))
    gaps = np.abs(values[:, None] - values[None, :]) + np.diag(np.full(n, np.inf))
    distance = np.abs(values) - 1 if kind == "map" else values.real
    sides = tuple(0 if abs(d) <= r else int(np.sign(d)) for d, r in zip(distance, radii, strict=True))
    return Spectrum(
        midpoints=readonly(values, complex),
        radii=readonly(radii),
        sides=sides,
        nonreal=tuple(bool(abs(v.imag) > r) for v, r in zip(values, radii, strict=True)),
        resolved=bool(np.all(gaps > radii[:, None] + radii[None, :])),
        decided=False,
    )


def settle(spectrum: Spectrum, jacobian: sp.Matrix, kind: SystemKind) -> Spectrum:
    """Sharpen proved discs by exact algebra on a Jacobian with rational entries; others are left as they are."""
    if not all(entry.is_Rational for entry in jacobian):
        return spectrum
    variable = sp.Dummy("lambda")
    polynomial = sp.Poly(jacobian.charpoly().all_coeffs(), variable, domain="QQ")
    central = _on_circle(polynomial) if kind == "map" else _on_axis(polynomial)
    real = sum(m * factor.count_roots() for factor, m in polynomial.sqf_list()[1])
    nonreal = spectrum.nonreal
    if real == len(nonreal):
        nonreal = (False,) * real
    return replace(
        spectrum,
        nonreal=nonreal,
        resolved=spectrum.resolved or sum(nonreal) == len(nonreal) - real,
        decided=spectrum.sides.count(0) == central,
        remark=_repeated(polynomial, jacobian),
    )


def _order(value: complex, kind: SystemKind) -> tuple[float, float, float]:
    leading = abs(value) if kind == "map" else value.real
    return (-round(leading, 9), -value.real, -value.imag)


def _side(value: acb, kind: SystemKind) -> int:
    distance = abs(value) - 1 if kind == "map" else value.real
    return 1 if distance > 0 else -1 if distance < 0 else 0


def _middle(value: acb) -> complex:
    """The double nearest to the midpoint, on an axis where the enclosure meets that: a part of 1e-232 says nothing."""
    middle = complex(value)
    return complex(0.0 if value.real.contains(0) else middle.real, 0.0 if value.imag.contains(0) else middle.imag)


def _radius(value: acb, middle: complex) -> float:
    """From a point to the farthest point of the enclosure."""
    return upper(abs(value - acb(arb(middle.real), arb(middle.imag))))


def _on_axis(polynomial: sp.Poly) -> int:
    """Roots with real part zero, with multiplicity, of a rational polynomial.

    With p(z) = E(z^2) + z O(z^2), z = i w is a root if and only if -w^2 is a common root of E and O.
    """
    coefficients = polynomial.all_coeffs()[::-1]
    variable = polynomial.gen
    zeros = next(i for i, c in enumerate(coefficients) if c != 0)
    coefficients = coefficients[zeros:]
    even, odd = (sp.Poly(coefficients[k::2][::-1] or [0], variable, domain="QQ") for k in (0, 1))
    common = sp.gcd(even, odd)
    if common.degree() < 1:
        return zeros
    negative = sum(m * factor.count_roots(sup=0) for factor, m in common.sqf_list()[1])
    return zeros + 2 * int(negative)


def _on_circle(polynomial: sp.Poly) -> int:
    """Roots of modulus one, with multiplicity: z = (1 + s)/(1 - s) takes the circle without -1 to the axis."""
    variable = polynomial.gen
    at_minus_one, rest = 0, polynomial
    while rest.eval(-1) == 0:
        rest = rest.quo(sp.Poly(variable + 1, variable, domain="QQ"))
        at_minus_one += 1
    n = rest.degree()
    if n < 1:
        return at_minus_one
    plus, minus = (sp.Poly(1 + sign * variable, variable, domain="QQ") for sign in (1, -1))
    terms = (c * plus**k * minus ** (n - k) for k, c in enumerate(rest.all_coeffs()[::-1]))
    return at_minus_one + _on_axis(sum(terms, sp.Poly(0, variable, domain="QQ")))


def _repeated(polynomial: sp.Poly, jacobian: sp.Matrix) -> str:
    factors: Sequence[tuple[sp.Poly, int]] = polynomial.sqf_list()[1]
    if all(m == 1 for _, m in factors):
        return ""
    values = jacobian.zeros(jacobian.rows)
    squarefree = sp.prod([factor for factor, _ in factors])
    for coefficient in squarefree.all_coeffs():
        values = values * jacobian + coefficient * sp.eye(jacobian.rows)
    if jacobian.is_diagonal() and len(set(jacobian.diagonal())) == 1:
        return "star: every direction is an eigenvector"
    if values.is_zero_matrix:
        return "a repeated eigenvalue with a full set of eigenvectors"
    return "degenerate: a repeated eigenvalue without a full set of eigenvectors"
