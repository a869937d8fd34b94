"""Eigenvalues of the derivative at a fixed point, enclosed again, and counted exactly where it is rational.

The enclosures come from Arb at the working precision (`acb_mat.eig`, Rump's method; clusters by Pellet's theorem); for
a derivative that is known over the rationals from the isolated roots of its characteristic polynomial. There the
eigenvalues on the imaginary axis are counted by p(z) and p(-z), whose common roots are symmetric about 0, those on
the unit circle by p(z) and z^n p(1/z), whose common roots are symmetric about the circle; the rest is Sturm's theorem.

References
----------
S. M. Rump, Computational error bounds for multiple or nearly multiple eigenvalues, Linear Algebra Appl. 324 (2001).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import sympy as sp
from flint import acb, acb_mat, arb, arb_mat, fmpz_poly

from dynbench.verification.clusters import clustered

__all__ = ["Eigenvalues", "enclose_eigenvalues", "exact_eigenvalues"]

_Z = sp.Symbol("z")


class Eigenvalues(NamedTuple):
    """Enclosures of all eigenvalues, with multiplicity, and what is known exactly.

    Attributes
    ----------
    enclosures : tuple of acb
        A group of enclosures that overlap holds as many eigenvalues as it has members.
    is_map : bool
        Whether the unit circle counts, or the imaginary axis.
    central, real : int or None
        How many eigenvalues lie exactly on it, and how many are real; None where that is not known exactly.
    """

    enclosures: tuple[acb, ...]
    is_map: bool
    central: int | None = None
    real: int | None = None

    def sides(self) -> tuple[int, ...]:
        """For each enclosure -1 (stable side), +1 (unstable side), or 0: not told from the axis."""
        distances = [abs(e) - 1 if self.is_map else e.real for e in self.enclosures]
        return tuple(1 if d > 0 else -1 if d < 0 else 0 for d in distances)

    def stability(self) -> tuple[int, int, int] | None:
        """The proved counts (stable, central, unstable); None where they are not proved."""
        sides = self.sides()
        if sides.count(0) != (self.central or 0):
            return None
        return sides.count(-1), sides.count(0), sides.count(1)

    def real_count(self) -> int | None:
        """The proved number of real eigenvalues; None where it is not proved.

        An enclosure that meets no other one and its own mirror image holds a real eigenvalue: else it held two.
        """
        if self.real is not None:
            return self.real
        nonreal = [not e.imag.contains(0) for e in self.enclosures]
        apart = not any(a.overlaps(b) for i, a in enumerate(self.enclosures) for b in self.enclosures[i + 1 :])
        return nonreal.count(False) if apart else None


def enclose_eigenvalues(matrix: arb_mat, *, is_map: bool) -> Eigenvalues | None:
    """Eigenvalues of every real matrix in a matrix of balls; None where they could not be enclosed."""
    if not all(e.is_finite() for e in matrix.entries()):
        return None
    if matrix.nrows() == 1:
        return Eigenvalues((acb(matrix[0, 0]),), is_map)
    try:
        return Eigenvalues(tuple(acb_mat(matrix).eig()), is_map)
    except ValueError:  # they could not be isolated
        values = clustered(matrix)
        return None if values is None else Eigenvalues(values, is_map)


def exact_eigenvalues(matrix: sp.Matrix, *, is_map: bool) -> Eigenvalues | None:
    """Eigenvalues of a matrix with rational entries; None for others."""
    if not all(entry.is_Rational for entry in matrix):
        return None
    polynomial = sp.Poly(matrix.charpoly(_Z).as_expr(), _Z, domain="QQ")
    enclosures: list[acb] = []
    central = real = 0
    for factor, multiplicity in polynomial.factor_list()[1]:
        integral = factor.clear_denoms(convert=True)[1]
        roots: Any = fmpz_poly([int(c) for c in reversed(integral.all_coeffs())]).complex_roots()
        enclosures += [acb(root) for root, m in roots for _ in range(m * multiplicity)]
        central += multiplicity * (_on_circle(factor) if is_map else _on_axis(factor))
        real += multiplicity * int(factor.count_roots())
    return Eigenvalues(tuple(enclosures), is_map, central, real)


def _on_axis(factor: sp.Poly) -> int:
    """Imaginary roots of an irreducible polynomial."""
    if factor == sp.Poly(_Z, _Z, domain="QQ"):
        return 1
    mirrored = sp.Poly(factor.as_expr().subs(_Z, -_Z), _Z, domain="QQ")
    common = sp.gcd(factor, mirrored)
    if common.degree() < 1:
        return 0
    # Irreducible and symmetric: a polynomial in z^2, of which a negative root is a pair on the axis.
    squares = sp.Poly(factor.all_coeffs()[::2], _Z, domain="QQ")
    return 2 * int(squares.count_roots(sup=0))


def _on_circle(factor: sp.Poly) -> int:
    """Roots of modulus one of an irreducible polynomial."""
    if factor.degree() == 1:
        return int(abs(factor.eval(0)) == abs(factor.LC()))
    reversed_ = sp.Poly(factor.all_coeffs()[::-1], _Z, domain="QQ")
    if sp.gcd(factor, reversed_).degree() < 1:
        return 0
    # Irreducible and equal to its reverse: z^k q(z + 1/z), of which a root between -2 and 2 is a pair on the circle.
    k = factor.degree() // 2
    coefficients = factor.all_coeffs()
    powers = [sp.Poly(2, _Z, domain="QQ"), sp.Poly(_Z, _Z, domain="QQ")]
    while len(powers) <= k:
        powers.append(sp.Poly(_Z, _Z, domain="QQ") * powers[-1] - powers[-2])
    q = sp.Poly(coefficients[k], _Z, domain="QQ")
    for j in range(1, k + 1):
        q += coefficients[k - j] * powers[j]
    return 2 * int(q.count_roots(inf=-2, sup=2))


def disc_distance(value: acb, middle: complex) -> arb:
    """The distance of an enclosure's points from the exact double `middle`, as a ball."""
    return abs(value - acb(arb(middle.real), arb(middle.imag)))
