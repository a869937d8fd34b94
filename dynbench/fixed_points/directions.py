"""The unstable or stable directions of a fixed point: eigenvectors, a sample of the sphere, states along them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from dynbench.fixed_points.large import is_large
from dynbench.fixed_points.records import FixedPoint
from dynbench.fixed_points.vicinity import Linearised
from dynbench.invariants import SignedPermutation
from dynbench.piecewise import linear_reach, piecewise_linear
from dynbench.systems import System

__all__ = ["Directions", "between", "reach_of"]

Array = NDArray[np.float64]

#: Offsets along a direction, relative to the scale, that are tried until the local manifold is straight enough.
_OFFSETS = np.logspace(-3, -7, 9)
#: Straight enough: the quadratic part of the field along the direction against the linear part.
_CURVATURE = 1e-4
#: Eigenvalues count as real when their imaginary part is below this, relative to their modulus.
_REAL = 1e-9
#: Components of an eigenvector count as equally large within this, relative to the largest.
_TIED = 1e-6


@dataclass(frozen=True, eq=False)
class Directions:
    """The linear unstable (or stable) manifold of a fixed point.

    Attributes
    ----------
    system : System
        The system.
    x : (n,) array
        The fixed point.
    basis : (n, k) array
        An orthonormal basis of the invariant subspace.
    eigenvectors : tuple of (float, (n,) array)
        The real eigenvalues (multipliers) in it, strongest first, with unit eigenvectors whose largest component is
        positive; the position in the list of all of them (complex pairs count twice) is in `names`.
    names : tuple of str
        "v1", "v2", ... for each of `eigenvectors`.
    reach : float
        States along the directions are nearer than half of this: in piecewise-linear systems the distance up to which
        they have the pattern of the point, so that they lie in its unstable manifold exactly.
    """

    system: Linearised
    x: Array
    basis: Array
    eigenvectors: tuple[tuple[float, Array], ...]
    names: tuple[str, ...]
    reach: float = np.inf

    @classmethod
    def of(cls, system: System, point: FixedPoint, count: int, *, stable: bool = False) -> Directions:
        """The directions of a point with so many unstable (or stable) eigenvalues."""
        directions = cls.at(system, point.x, count, stable=stable, many=is_large(system))
        return replace(directions, reach=reach_of(system, point.x[None], directions.basis))

    @classmethod
    def at(cls, system: Linearised, x: Array, count: int, *, stable: bool = False, many: bool = False) -> Directions:
        """Those of a fixed point x of what need not be a system, such as the map once round a cycle."""
        jacobian = system.jacobian_at(x)
        values, vectors = np.linalg.eig(jacobian)
        strength = np.abs(values) if system.kind == "map" else values.real
        order = np.argsort(strength if stable else -strength, kind="stable")[:count]
        real = [k for k in range(count) if abs(values[order[k]].imag) <= _REAL * max(abs(values[order[k]]), 1e-300)]
        pairs = tuple((float(values[order[k]].real), _oriented(np.real(vectors[:, order[k]]))) for k in real)
        if many:
            basis = _spanned(values[order], vectors[:, order])
        else:
            basis = _basis(jacobian, strength, count, stable, system.kind)
        return cls(system, x, basis, pairs, tuple(f"v{k + 1}" for k in real))

    def moved(self, s: SignedPermutation) -> Directions:
        """The directions of the fixed point S x, for a symmetry S: F'(S x) = S F'(x) S^T."""
        pairs = tuple((value, _oriented(s(vector))) for value, vector in self.eigenvectors)
        return replace(self, x=s(self.x), basis=s(self.basis.T).T, eigenvectors=pairs)

    def sample(self, count: int, rng: np.random.Generator) -> Array:
        """Unit vectors (m, n) in the subspace: for a plane equally spaced, else at random."""
        k = self.basis.shape[1]
        if k == 2:
            angles = 2 * np.pi * np.arange(count) / count
            coefficients = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        else:
            coefficients = rng.normal(size=(count * (k - 1), k))
            coefficients /= np.linalg.norm(coefficients, axis=1, keepdims=True)
        return np.asarray(coefficients @ self.basis.T, dtype=np.float64)

    def start(self, direction: Array) -> Array:
        """States along directions (..., n), so near that the quadratic part of the field is small beside the linear."""
        scale = max(1.0, float(np.abs(self.x).max()))
        change = self.system.jvp(self.x, direction) - (direction if self.system.kind == "map" else 0.0)
        linear = np.linalg.norm(change, axis=-1)
        quadratic = np.linalg.norm(self.system.second_derivative(self.x, direction, direction), axis=-1) / 2
        straight = _OFFSETS * scale * quadratic[..., None] <= _CURVATURE * linear[..., None]
        offset = np.where(straight.any(axis=-1), _OFFSETS[np.argmax(straight, axis=-1)], _OFFSETS[-1])
        offset = np.minimum(scale * offset, self.reach / 2)
        return np.asarray(self.x + offset[..., None] * direction, dtype=np.float64)


def reach_of(system: System, orbit: Array, basis: Array) -> float:
    """How far from a fixed point (or a cycle's first state) a piecewise-linear system is linear; inf of others.

    Parameters
    ----------
    system : System
        The system.
    orbit : (k, n) array
        The point, or the states of a cycle of a map.
    basis : (n, m) array
        Orthonormal columns that span the directions.
    """
    form = piecewise_linear(system)
    return np.inf if form is None else linear_reach(form, orbit, basis)


def between(a: Array, b: Array, count: int) -> Array:
    """Unit vectors (count, n) that part the arc from `a` to `b` evenly, ends left out."""
    angle = float(np.arctan2(np.linalg.norm(a - b) * np.linalg.norm(a + b) / 2, a @ b))
    shares = np.arange(1, count + 1)[:, None] / (count + 1)
    if angle < 1e-6:  # the arc is straight in doubles; sines of such angles would cancel
        return np.asarray(a + shares * (b - a), dtype=np.float64)
    return np.asarray((np.sin((1 - shares) * angle) * a + np.sin(shares * angle) * b) / np.sin(angle), dtype=np.float64)


def _oriented(vector: Array) -> Array:
    vector = vector / np.linalg.norm(vector)
    # Of components that are equally large but for rounding the first one decides, as they do under symmetries.
    largest = np.argmax(np.abs(vector) >= (1 - _TIED) * np.abs(vector).max())
    return np.asarray(vector * np.sign(vector[largest]), dtype=np.float64)


def _basis(jacobian: Array, strength: Array, count: int, stable: bool, kind: str) -> Array:
    """An orthonormal basis of the invariant subspace, from an ordered Schur form (eigenvectors may be missing)."""
    if count == len(jacobian):
        return np.eye(count)
    sign = 1 if stable else -1
    ordered = np.sort(sign * strength)
    limit = (ordered[count - 1] + ordered[count]) / 2

    def chosen(re: float, im: float) -> bool:
        return bool(sign * (np.hypot(re, im) if kind == "map" else re) < limit)

    _, vectors, _ = scipy.linalg.schur(jacobian, output="real", sort=chosen)
    return np.asarray(vectors[:, :count], dtype=np.float64)


def _spanned(values: NDArray[np.complex128], vectors: NDArray[np.complex128]) -> Array:
    """An orthonormal basis of what eigenvectors span, both of each pair among them.

    For many states, where an ordered Schur form takes several times as long as the eigenvectors, and a random matrix
    has no multiple eigenvalues.
    """
    real, above = vectors[:, values.imag == 0].real, vectors[:, values.imag > 0]
    return np.asarray(np.linalg.qr(np.hstack([real, above.real, above.imag]))[0], dtype=np.float64)
