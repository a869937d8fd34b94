"""Preimages under a piecewise-linear map: the inverse where it is proved to have one, else all of them by regions."""

from __future__ import annotations

from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states, brief, shown
from dynbench.errors import InputError
from dynbench.piecewise.exact_regions import few_enough
from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.katzenelson import followed
from dynbench.piecewise.p_matrix import is_p_matrix
from dynbench.piecewise.rational import RationalForm, RationalRegion, as_rationals, identity, in_doubles
from dynbench.piecewise.regions import realised_patterns

__all__ = ["Inverse"]

Array = NDArray[np.float64]
Pattern = NDArray[np.bool_]

#: A state counts for a region whose inequalities it violates by no more than this, relative to its size.
_BORDER = 1e-12
#: States of each size that are tried to find determinants of both signs.
_TRIALS = 500
#: States whose images are tried as one with no preimage on a border.
_GENERIC = 20
#: Matrices of a larger condition number are inverted in rational numbers.
_ILL = 1e14
#: How the argument begins where no pattern at all has a determinant of another sign.
_COHERENT = "all 2^"

# What costs time is found once for each form, whoever asks.
_SETTLED: WeakKeyDictionary[PiecewiseLinear, tuple[bool, str]] = WeakKeyDictionary()
_PATTERNS: WeakKeyDictionary[PiecewiseLinear, Pattern] = WeakKeyDictionary()


class Inverse:
    """The preimages of states under a map F(z) = A z + W1 relu(y) + h1, y = W2 z + V relu(y) + h2.

    F(z) = w is, for nonsingular A, the linear complementarity problem y+ - y- = q + (V - W2 A^-1 W1) y+, that is
    (I + W2 A^-1 W1 - V) y+ - y- = q(w). Its matrix is a P-matrix if and only if the determinants of all 2**H patterns
    have the sign of det A (they are det A times its principal minors, as units feed later ones only), and then the
    problem has one solution whatever q is (Samelson, Thrall and Wesler): F is a homeomorphism. Where not every pattern
    has a region, F may be one although this matrix is no P-matrix. Determinants of both signs, or zero, among
    the regions exclude it: an injective piecewise affine map is coherently oriented (Scholtes).

    Where the matrix is no P-matrix and the regional determinants have one sign all the same, every state off the images
    of the borders has the same number of preimages, the degree of F; if one such state has a single preimage F is a
    homeomorphism (it is open, and proper because its pieces are nonsingular). That proves it where the regions are
    enumerated in rational numbers; those found in doubles may lack thin ones, and decide nothing.

    Parameters
    ----------
    form : PiecewiseLinear
        Of a map.

    References
    ----------
    H. Samelson, R. M. Thrall, O. Wesler, A partition theorem for Euclidean n-space, Proc. AMS 9 (1958). S. Scholtes,
    Introduction to Piecewise Differentiable Equations (Springer 2012), sections 2.3 and 2.4.
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
        """Whether F is proved to be a homeomorphism; False is a proof of nothing, `argument` says what is known."""
        return self._settled[0]

    @property
    def argument(self) -> str:
        """Why F is invertible, or why it is not, or is not proved to be."""
        return self._settled[1]

    @property
    def coherent(self) -> bool:
        """Whether all patterns, also those without a region, have determinants of one sign, by which paths can turn."""
        return self.argument.startswith(_COHERENT)

    @property
    def _settled(self) -> tuple[bool, str]:
        if self.form not in _SETTLED:
            _SETTLED[self.form] = self._settle()
        return _SETTLED[self.form]

    def _settle(self) -> tuple[bool, str]:
        rational = self.form.rational
        whose = "" if self.form.exact is not None else " (of the doubles that the entries round to)"
        if rational.A.det() != 0:
            matrix = _complementarity(rational)
            if is_p_matrix(matrix):
                return True, f"{_COHERENT}{self.form.units} regional determinants have the sign of det A{whose}"
        opposite = self._opposite()
        if opposite:
            return False, f"not injective: {opposite}{whose}"
        try:
            patterns = self.patterns
        except InputError as error:
            return False, f"not decided: {error}"
        regions = [rational.region(pattern) for pattern in patterns]
        signs = {_sign(region.J.det()) for region in regions}
        exact = few_enough(rational.dimension, rational.units, nested=rational.nested)
        if len(signs) > 1 or 0 in signs:
            differ = f"the determinants of the {len(patterns)} regions"
            if exact:
                return False, f"not injective: {differ} differ in sign{whose}"
            return False, f"not decided: {differ} found in doubles differ in sign{whose}"
        degree = self._degree(regions)
        if degree is None:
            return False, f"not decided: no state was found off the images of all borders{whose}"
        if degree > 1:
            return False, f"the regional determinants have one sign{whose}, but states have {degree} preimages"
        held = f"the determinants of the {len(patterns)} regions have one sign{whose}, and a state off the images of "
        if exact:
            return True, f"{held}all borders has one preimage (regions found in rational numbers)"
        return False, (
            f"not decided: regions found in doubles may lack thin ones; {held}their borders has one preimage in them"
        )

    def _degree(self, regions: list[RationalRegion]) -> int | None:
        """The number of preimages in regions of a state off the images of their borders; None where none was found."""
        for state in self._inner[:_GENERIC]:
            w = self.form.rational(as_rationals(state))
            number = _preimages(regions, self.patterns, w)
            if number is not None:
                return number
        return None

    @cached_property
    def patterns(self) -> Pattern:
        """The patterns of the regions, (R, H)."""
        if self.form not in _PATTERNS:
            _PATTERNS[self.form] = realised_patterns(self.form)
        return _PATTERNS[self.form]

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

    def _opposite(self) -> str:
        """Two states in the interior of regions whose determinants have different signs, where random ones show them.

        The states are doubles; that they are off the borders, and the signs, are exact.
        """
        rng, rational = np.random.default_rng(0), self.form.rational
        sizes = np.repeat([1.0, 10.0, 100.0], _TRIALS)[:, None]
        trials = sizes * rng.normal(size=(len(sizes), self.form.dimension))
        _, first = np.unique(self.form.pattern(trials), axis=0, return_index=True)
        rough = np.linalg.det(self.form.region(self.form.pattern(trials[first])).J)
        signs = {}
        for state in trials[first[[int(rough.argmin()), int(rough.argmax())]]]:
            margins = rational.margins(as_rationals(state)).entries()
            if all(y != 0 for y in margins):
                signs[_sign(rational.region([y > 0 for y in margins]).J.det())] = brief(state)
        if len(signs) < 2 and 0 not in signs:
            return ""
        return ", ".join(f"the determinant at {state} is {_NAMES[sign]}" for sign, state in sorted(signs.items()))

    @cached_property
    def _inner(self) -> Array:
        """States, those farthest from the borders first."""
        rng = np.random.default_rng(0)
        trials = rng.normal(size=(64, self.form.dimension))
        distance = np.abs(self.form.margins(trials)).min(axis=1)
        return np.asarray(trials[np.argsort(-distance, kind="stable")], dtype=np.float64)

    @property
    def _start(self) -> Array:
        """A state off the borders."""
        return np.asarray(self._inner[0], dtype=np.float64)


_NAMES = {1: "positive", -1: "negative", 0: "zero"}


def _sign(number: fmpq) -> int:
    return 1 if number > 0 else -1 if number < 0 else 0


def _complementarity(form: RationalForm) -> fmpq_mat:
    """I + W2 A^-1 W1 - V."""
    return identity(form.units) + form.W2 * form.A.solve(form.W1) - form.V


def _ill_conditioned(J: Array) -> NDArray[np.bool_]:
    sizes = np.linalg.norm(J, axis=(-2, -1))
    return ~((np.linalg.cond(J) < _ILL) & (sizes > 0))


def _preimages(regions: list[RationalRegion], patterns: Pattern, w: fmpq_mat) -> int | None:
    """The number of preimages of a state in nonsingular regions, exact; None where one of them is on a border."""
    number = 0
    for region, pattern in zip(regions, patterns, strict=True):
        z = region.J.solve(w - region.c)
        # A margin that is zero on the whole region is no border of it.
        margins = [
            (y, active)
            for y, active, row in zip((region.G * z + region.g).entries(), pattern, region.G.tolist(), strict=True)
            if y != 0 or any(row)
        ]
        if all(y == 0 or bool(y > 0) == active for y, active in margins):
            if any(y == 0 for y, _ in margins):
                return None
            number += 1
    return number
