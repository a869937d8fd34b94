"""Enclosing eigenvalues that are multiple, or too close together to be isolated one by one.

`acb_mat.eig` isolates simple eigenvalues. For the others the characteristic polynomial p of degree n is used. With
distinct z_1, ..., z_n every root of p lies in one of the discs

    |z - z_i| <= n |p(z_i)| / prod_{j != i} |z_i - z_j| ,

and a connected component of k discs holds exactly k roots (Smith 1970). For a cluster of m eigenvalues the z_i are
put on a small circle around its centre, which is the root of the (m - 1)-th derivative of p there.

Where that fails, as where multiple eigenvalues have close neighbours, and p loses too many digits, the matrix is taken
near to a diagonal one by its approximate eigenvectors: a connected component of k of the Gershgorin discs of X^-1 J X
holds exactly k eigenvalues. For a defective eigenvalue X is nearly singular, and the discs are wider for it.

References
----------
S. Gerschgorin, Ueber die Abgrenzung der Eigenwerte einer Matrix, Izv. Akad. Nauk SSSR, Ser. Mat. 6 (1931) 749-754.
B. T. Smith, Error bounds for zeros of a polynomial based upon Gerschgorin's theorems, J. ACM 17 (1970) 661-674.
"""

from __future__ import annotations

import math

import numpy as np
from flint import acb, acb_mat, acb_poly, arb, arb_mat, ctx

__all__ = ["clustered_eigenvalues"]

#: Floating-point eigenvalues closer than this, relative to the norm of the matrix, are taken as one cluster. All are
#: tried and the tightest result is kept: exactly multiple eigenvalues come out of the floating-point solver far apart,
#: nearly multiple ones must not be lumped together.
_CLUSTERS = (1e-3, 1e-5, 1e-8, 1e-12)
_NEWTON_STEPS = 12


def clustered_eigenvalues(matrix: arb_mat) -> list[acb] | None:
    """Balls that hold the eigenvalues, each repeated by how many it holds; different ones are disjoint.

    Parameters
    ----------
    matrix : arb_mat
        A real matrix of balls, (n, n) with n small: the characteristic polynomial is formed.

    Returns
    -------
    list of acb, or None
        None where neither way encloses them.
    """
    n = matrix.nrows()
    middle = np.array([float(entry.mid()) for entry in matrix.entries()]).reshape(n, n)
    scale = max(1.0, float(np.linalg.norm(middle, 2)))
    polynomial = acb_mat(matrix).charpoly()
    values = np.linalg.eigvals(middle)
    best: tuple[float, list[acb] | None] = (math.inf, None)
    for relative in _CLUSTERS:
        balls = _enclose(polynomial, _clusters(values, relative * scale), scale)
        if balls is not None:
            best = min(best, (max(float(ball.real.rad()) for ball in balls), balls), key=lambda found: found[0])
    return best[1] if best[1] is not None else _by_similarity(matrix)


def _by_similarity(matrix: arb_mat) -> list[acb] | None:
    """One ball around each connected component of Gershgorin discs, once for each of its discs."""
    n = matrix.nrows()
    _, vectors = acb_mat(matrix.mid()).eig(right=True, algorithm="approx")
    basis = acb_mat(vectors).mid()
    try:
        similar = basis.solve(acb_mat(matrix) * basis).tolist()
    except ZeroDivisionError:
        return None
    discs: list[tuple[acb, int]] = []
    for i, row in enumerate(similar):
        radius = sum((abs(e) for j, e in enumerate(row) if j != i), arb(0)).abs_upper()
        if not (row[i].is_finite() and radius.is_finite()):
            return None
        discs = _joined(discs, row[i] + acb(arb(0, radius), arb(0, radius)))
    assert sum(count for _, count in discs) == n, "every disc is in one component"
    return [ball for ball, count in discs for _ in range(count)]


def _joined(balls: list[tuple[acb, int]], ball: acb) -> list[tuple[acb, int]]:
    """Disjoint balls and how many discs each covers, with one more disc, as one ball with all that it comes to meet."""
    count, apart = 1, balls
    while True:
        meeting = [other for other in apart if other[0].overlaps(ball)]
        if not meeting:
            return [*apart, (ball, count)]
        apart = [other for other in apart if not other[0].overlaps(ball)]
        for other, size in meeting:
            ball, count = ball.union(other), count + size


def _enclose(polynomial: acb_poly, clusters: list[list[complex]], scale: float) -> list[acb] | None:
    """Balls around clusters taken as multiple roots; None where they overlap, and so prove less."""
    nodes: list[acb] = []
    owners: list[tuple[int, acb]] = []
    for k, members in enumerate(clusters):
        m = len(members)
        center = _center(polynomial, complex(np.mean(members)), m)
        # Small enough to tell a cluster from its neighbours, large enough for p to be evaluated there.
        spread = arb(0) if m == 1 else scale * arb(2) ** (-(9 * ctx.prec // (10 * m)))
        nodes += [(center + spread * acb(arb(2 * i) / m).exp_pi_i()).mid() for i in range(m)]
        owners += [(k, center)] * m
    balls = _cluster_balls(polynomial, nodes, owners, len(clusters))
    if any(a.overlaps(b) for i, a in enumerate(balls) for b in balls[i + 1 :]):
        return None
    return [ball for ball, members in zip(balls, clusters, strict=True) for _ in members]


def _clusters(values: np.ndarray, distance: float) -> list[list[complex]]:
    """Single linkage: values closer than `distance` to a member belong to the cluster."""
    clusters: list[list[complex]] = []
    for value in map(complex, values):
        near = [c for c in clusters if any(abs(value - member) <= distance for member in c)]
        clusters = [c for c in clusters if c not in near] + [[value, *(v for c in near for v in c)]]
    return clusters


def _center(polynomial: acb_poly, start: complex, multiplicity: int) -> acb:
    """The root of the (multiplicity - 1)-th derivative near `start`, by Newton's method; only a good guess."""
    function = polynomial
    for _ in range(multiplicity - 1):
        function = function.derivative()
    slope = function.derivative()
    center = acb(start.real, start.imag)
    for _ in range(_NEWTON_STEPS):
        moved = (center - function(center) / slope(center)).mid()
        if not moved.is_finite():
            break
        center = moved
    return center


def _cluster_balls(polynomial: acb_poly, nodes: list[acb], owners: list[tuple[int, acb]], count: int) -> list[acb]:
    """For each cluster one ball around all of its discs."""
    radii = [arb(0)] * count
    centers = [acb(0)] * count
    for i, (z, (k, center)) in enumerate(zip(nodes, owners, strict=True)):
        others = arb(1)
        for j, other in enumerate(nodes):
            if j != i:
                others *= abs(z - other)
        disc = len(nodes) * abs(polynomial(z)) / others
        radii[k] = radii[k].max((abs(z - center) + disc).abs_upper())
        centers[k] = center
    return [c + acb(arb(0, r), arb(0, r)) for c, r in zip(centers, radii, strict=True)]
