"""Whether a piecewise-linear map is a homeomorphism: by P-matrices, or by the degree of a coherently oriented map."""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from dynbench._arrays import brief
from dynbench.errors import InputError
from dynbench.piecewise.exact_regions import few_enough
from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.p_matrix import is_p_matrix
from dynbench.piecewise.rational import RationalForm, RationalRegion, as_rationals, identity
from dynbench.piecewise.regions import patterns_of, states_off_borders

__all__ = ["Invertibility", "invertibility"]

Pattern = NDArray[np.bool_]

#: States of each size that are tried to find determinants of both signs.
_TRIALS = 500
#: States whose images are tried as one with no preimage on a border.
_GENERIC = 20
#: Of signs.
_NAMES = {1: "positive", -1: "negative", 0: "zero"}


class Invertibility(NamedTuple):
    """What is known of it.

    Attributes
    ----------
    proved : bool
        Whether the map is proved to be a homeomorphism; False is a proof of nothing. Where an entry is irrational this
        is the map whose entries are rounded.
    argument : str
        Why it is invertible, or why it is not, or is not proved to be.
    coherent : bool
        Whether all patterns, also those without a region, have determinants of one sign.
    """

    proved: bool
    argument: str
    coherent: bool = False


# What costs time is found once for each form, whoever asks.
_SETTLED: WeakKeyDictionary[PiecewiseLinear, Invertibility] = WeakKeyDictionary()


def invertibility(form: PiecewiseLinear) -> Invertibility:
    """Whether the map F(z) = A z + W1 relu(y) + h1, y = W2 z + V relu(y) + h2 is a homeomorphism.

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
    if form not in _SETTLED:
        _SETTLED[form] = _settle(form)
    return _SETTLED[form]


def _settle(form: PiecewiseLinear) -> Invertibility:
    rational = form.rational
    whose = "" if form.exact is not None else " (of the doubles that the entries round to)"
    if rational.A.det() != 0 and is_p_matrix(_complementarity(rational)):
        argument = f"all 2^{form.units} regional determinants have the sign of det A{whose}"
        return Invertibility(True, argument, coherent=True)
    opposite = _opposite(form)
    if opposite:
        return Invertibility(False, f"not injective: {opposite}{whose}")
    try:
        patterns = patterns_of(form)
    except InputError as error:
        return Invertibility(False, f"not decided: {error}")
    return _by_regions(form, patterns, whose)


def _by_regions(form: PiecewiseLinear, patterns: Pattern, whose: str) -> Invertibility:
    regions = [form.rational.region(pattern) for pattern in patterns]
    signs = {_sign(region.J.det()) for region in regions}
    exact = few_enough(form.dimension, form.units, nested=form.rational.nested)
    if len(signs) > 1 or 0 in signs:
        differ = f"the determinants of the {len(patterns)} regions"
        if exact:
            return Invertibility(False, f"not injective: {differ} differ in sign{whose}")
        return Invertibility(False, f"not decided: {differ} found in doubles differ in sign{whose}")
    degree = _degree(form, regions, patterns)
    if degree is None:
        return Invertibility(False, f"not decided: no state was found off the images of all borders{whose}")
    if degree > 1:
        several = f"the regional determinants have one sign{whose}, but states have {degree} preimages"
        return Invertibility(False, several)
    held = f"the determinants of the {len(patterns)} regions have one sign{whose}, and a state off the images of "
    if exact and degree == 1:
        return Invertibility(True, f"{held}all borders has one preimage (regions found in rational numbers)")
    doubtful = "not decided: regions found in doubles may lack thin ones; "
    return Invertibility(False, f"{doubtful}{held}their borders has {'one' if degree else 'no'} preimage in them")


def _degree(form: PiecewiseLinear, regions: list[RationalRegion], patterns: Pattern) -> int | None:
    """The number of preimages in regions of a state off the images of their borders; None where none was found."""
    for state in states_off_borders(form)[:_GENERIC]:
        w = form.rational(as_rationals(state))
        number = _preimages(regions, patterns, w)
        if number is not None:
            return number
    return None


def _opposite(form: PiecewiseLinear) -> str:
    """Two states in the interior of regions whose determinants have different signs, where random ones show them.

    The states are doubles; that they are off the borders, and the signs, are exact.
    """
    rng, rational = np.random.default_rng(0), form.rational
    sizes = np.repeat([1.0, 10.0, 100.0], _TRIALS)[:, None]
    trials = sizes * rng.normal(size=(len(sizes), form.dimension))
    _, first = np.unique(form.pattern(trials), axis=0, return_index=True)
    rough = np.linalg.det(form.region(form.pattern(trials[first])).J)
    signs = {}
    for state in trials[first[[int(rough.argmin()), int(rough.argmax())]]]:
        margins = rational.margins(as_rationals(state)).entries()
        if all(y != 0 for y in margins):
            signs[_sign(rational.region([y > 0 for y in margins]).J.det())] = brief(state)
    if len(signs) < 2 and 0 not in signs:
        return ""
    return ", ".join(f"the determinant at {state} is {_NAMES[sign]}" for sign, state in sorted(signs.items()))


def _sign(number: fmpq) -> int:
    return 1 if number > 0 else -1 if number < 0 else 0


def _complementarity(form: RationalForm) -> fmpq_mat:
    """I + W2 A^-1 W1 - V."""
    return identity(form.units) + form.W2 * form.A.solve(form.W1) - form.V


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
