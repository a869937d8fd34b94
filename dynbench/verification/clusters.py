"""Eigenvalues that cannot be told apart, in groups: Pellet's theorem on the characteristic polynomial.

With p(z0 + w) = sum c_j w^j, and |c_k| r^k > sum of |c_j| r^j over j != k, exactly k roots of p lie in |w| < r (by
Rouche's theorem with c_k w^k). The coefficients are balls, so that holds for every matrix in a matrix of balls.

References
----------
M. A. Pellet, Sur un mode de separation des racines des equations et la formule de Lagrange, Bull. Sci. Math. 5 (1881).
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import acb, acb_mat, acb_poly, arb, arb_mat, ctx

__all__ = ["clustered"]


def clustered(matrix: arb_mat) -> tuple[acb, ...] | None:
    """Enclosures of all eigenvalues, one that holds k of them k times; None where they were not separated."""
    polynomial = acb_poly(matrix.charpoly())
    rest = [value.mid() for value in acb_mat(matrix.mid()).eig(algorithm="approx")]
    if not all(value.is_finite() for value in rest):
        return None
    enclosures: list[acb] = []
    while rest:
        group = _group(polynomial, rest)
        if group is None:
            return None
        disc, members = group
        if any(disc.overlaps(other) for other in enclosures):
            return None
        enclosures += [disc] * len(members)
        rest = [value for k, value in enumerate(rest) if k not in members]
    return tuple(enclosures) if len(enclosures) == matrix.nrows() else None


def _group(polynomial: acb_poly, values: Sequence[acb]) -> tuple[acb, list[int]] | None:
    """A disc around the first value and those close to it that holds as many roots, the smallest that is shown to."""
    for exponent in range(-ctx.prec + 8, 8, 4):
        radius = arb(2) ** exponent
        members = [k for k, value in enumerate(values) if abs(value - values[0]) < radius / 2]
        if not members:
            continue
        center = sum((values[k] for k in members), acb(0)) / len(members)
        center = acb(center.real.mid(), center.imag.mid())
        if _holds(polynomial, center, radius, len(members)):
            return acb(center.real + arb(0, radius), center.imag + arb(0, radius)), members
    return None


def _holds(polynomial: acb_poly, center: acb, radius: arb, count: int) -> bool:
    shifted = polynomial(acb_poly([center, 1])).coeffs()
    sizes = [abs(c) * radius**k for k, c in enumerate(shifted)]
    return bool(sizes[count] > sum((s for k, s in enumerate(sizes) if k != count), arb(0)))
