"""Preimages under a piecewise-linear map: the inverse where it is proved to have one, else all of them by regions."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states, shown
from dynbench.errors import InputError
from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.invertibility import invertibility
from dynbench.piecewise.katzenelson import followed
from dynbench.piecewise.rational import in_doubles
from dynbench.piecewise.regions import patterns_of, states_off_borders

__all__ = ["Inverse"]

Array = NDArray[np.float64]
Pattern = NDArray[np.bool_]

#: A state counts for a region whose inequalities it violates by no more than this, relative to its size.
_BORDER = 1e-12
#: Matrices of a larger condition number are inverted in rational numbers.
_ILL = 1e14


class Inverse:
    """The preimages of states under a map F(z) = A z + W1 relu(y) + h1, y = W2 z + V relu(y) + h2.

    Parameters
    ----------
    form : PiecewiseLinear
        Of a map.

    See Also
    --------
    dynbench.piecewise.invertibility : The proofs that there is an inverse.
    """

    def __init__(self, form: PiecewiseLinear) -> None:
        if not isinstance(form, PiecewiseLinear):
            raise InputError(
                f"form is {shown(form)}; expected what dynbench.piecewise.piecewise_linear returns of a map."
            )
        if form.kind != "map":
            raise InputError("form is of a flow; preimages are those of a map.")
        self.form = form

    def __repr__(self) -> str:
        return f"Inverse({self.form!r}, {'invertible' if self.invertible else 'not proved invertible'})"

    @property
    def invertible(self) -> bool:
        """Whether F is proved to be a homeomorphism; False is a proof of nothing, `argument` says what is known.

        Where an entry is irrational F is the map whose entries are rounded, here and in every preimage.
        """
        return invertibility(self.form).proved

    @property
    def argument(self) -> str:
        """Why F is invertible, or why it is not, or is not proved to be."""
        return invertibility(self.form).argument

    @property
    def coherent(self) -> bool:
        """Whether all patterns, also those without a region, have determinants of one sign, by which paths can turn."""
        return invertibility(self.form).coherent

    @property
    def patterns(self) -> Pattern:
        """The patterns of the regions, (R, H)."""
        return patterns_of(self.form)

    @cached_property
    def singular(self) -> Pattern:
        """The patterns of the regions whose determinant is zero: a preimage in one is no single state."""
        return self.patterns[~self._usable]

    @cached_property
    def _usable(self) -> NDArray[np.bool_]:
        usable = ~_ill_conditioned(self.form.region(self.patterns).J)
        for i in np.flatnonzero(~usable):
            usable[i] = self.form.rational.region(self.patterns[i]).J.det() != 0
        return usable

    @cached_property
    def pieces(self) -> tuple[Array, Array, Array, Array]:
        """The affine inverses of the nonsingular regions, as `of_patterns` gives them."""
        return self.of_patterns(self.patterns[self._usable])

    def of_patterns(self, patterns: Pattern) -> tuple[Array, Array, Array, Array]:
        """The affine inverses z = K w + k of nonsingular patterns, and their margins S y = P w + p, inside positive.

        Parameters
        ----------
        patterns : (R, H) array of bool

        Returns
        -------
        K, k, P, p : (R, n, n), (R, n), (R, H, n), (R, H) arrays
        """
        region = self.form.region(patterns)
        ill = _ill_conditioned(region.J)
        K = np.linalg.inv(np.where(ill[:, None, None], np.eye(self.form.dimension), region.J))
        k: Array = -np.einsum("rij,rj->ri", K, region.c)
        for i in np.flatnonzero(ill):
            exact = self.form.rational.region(patterns[i])
            K[i], k[i] = in_doubles(exact.J.inv()), in_doubles(exact.J.solve(-exact.c))[:, 0]
        sign = np.where(patterns, 1.0, -1.0)
        P = sign[..., None] * (region.G @ K)
        p = sign * (np.einsum("rhn,rn->rh", region.G, k) + region.g)
        return np.asarray(K, dtype=np.float64), k, np.asarray(P, dtype=np.float64), p

    def preimage(self, z: ArrayLike) -> Array:
        """The one preimage of each state.

        By Katzenelson's path-following from one state whose image is known; where a path could come into a pattern
        whose determinant has the other sign (of a map that is `invertible` but not `coherent`) by trying every region.

        Parameters
        ----------
        z : (..., n) array

        Returns
        -------
        (..., n) array

        Raises
        ------
        InputError
            If the map is not proved invertible: `preimages` finds all of them.
        """
        states = as_states(z, self.form.dimension, name="z")
        if not self.invertible:
            raise InputError(f"the map is not proved invertible ({self.argument}); expected one that is.")
        flat = states.reshape(-1, self.form.dimension)
        if not self.coherent:
            return self._in_any_region(flat).reshape(states.shape)
        start = np.broadcast_to(self._start, flat.shape)
        pattern = np.broadcast_to(self.form.pattern(self._start), (len(flat), self.form.units))
        return followed(self.form, start, pattern, flat).ends.reshape(states.shape)

    def preimages(self, z: ArrayLike) -> Array:
        """All preimages of one state in regions with a nonsingular matrix, (m, n), by trying every region.

        Parameters
        ----------
        z : (n,) array

        Raises
        ------
        InputError
            If there are too many regions.
        """
        state = as_states(z, self.form.dimension, name="z")
        if state.ndim != 1:
            raise InputError(f"z has shape {state.shape}; expected one state of shape ({self.form.dimension},).")
        return self._by_regions(state)

    def _in_any_region(self, w: Array) -> Array:
        """The preimages of states (m, n), each in the region whose inequalities it fulfils best."""
        ends, best = np.full(w.shape, np.nan), np.full(len(w), -np.inf)
        for K, k, P, p in zip(*self.pieces, strict=True):
            size = np.abs(w) @ np.abs(P).T + np.abs(p)
            margin = ((w @ P.T + p) / np.where(size > 0, size, 1.0)).min(axis=1, initial=np.inf)
            better = margin > best
            ends[better], best[better] = w[better] @ K.T + k, margin[better]
        return ends

    def _by_regions(self, w: Array) -> Array:
        K, k, P, p = self.pieces
        z = K @ w + k
        y = P @ w + p
        size = np.abs(P) @ np.abs(w) + np.abs(p)
        found = z[(y >= -_BORDER * size).all(axis=1)]
        if len(found) < 2:
            return found
        # A preimage on a border is found in every region that it belongs to.
        near = _BORDER * 1e3 * (1.0 + np.abs(found).max())
        apart = np.abs(found[:, None] - found[None]).max(axis=-1) > near
        first = [i for i in range(len(found)) if apart[i, :i].all()]
        return found[first]

    @property
    def _start(self) -> Array:
        """A state off the borders."""
        return np.asarray(states_off_borders(self.form)[0], dtype=np.float64)


def _ill_conditioned(J: Array) -> NDArray[np.bool_]:
    sizes = np.linalg.norm(J, axis=(-2, -1))
    return ~((np.linalg.cond(J) < _ILL) & (sizes > 0))
