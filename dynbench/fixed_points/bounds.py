"""A box that holds every fixed point, derived from the equations.

Dominance. Let B(M) be the box |x_i| <= M**s_i for positive integer weights s_i. On its face |x_i| = M**s_i a
pure power a x_i**d in some component of G is larger than all other terms of that component together as soon
as |a| M**(d s_i) > sum of c_k M**w_k, where the other terms are bounded by monomials in |x_1|, ..., |x_n|
(`dynbench.fixed_points.majorants`). With all w_k <= d s_i the difference of the two sides changes sign once
in M > 0 (Descartes), so the inequality holds for every M above one that satisfies it. Where it holds on all
faces for all M >= M0, G has no zero outside B(M0): every point outside lies on a face of a larger B(M).

If moreover each face is dominated by the component of its own state, with a < 0 and d odd, then G points
inward on the boundary of every B(M), M >= M0: the indices of all fixed points add up to 1.

Propagation. An equation 0 = a x_j + g(x) puts x_j into -g(box)/a; repeated, this shrinks the box.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.fixed_points.large.inward import entered_radius
from dynbench.fixed_points.majorants import Majorant, NoMajorant, magnitude, majorant
from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.kernels import IntervalKernel
from dynbench.systems import System

__all__ = ["GlobalBounds", "global_box"]

Array = NDArray[np.float64]

#: Weights are tried from 1 to this, for up to so many states; beyond, all weights are 1.
_LARGEST_WEIGHT, _MOST_STATES = 3, 4
_ROUNDS = 60
#: A box larger than this is of no use to a search in doubles.
_LARGEST_SIZE = Fraction(2) ** 200
#: The box is made larger than what is proved by this share, so that no fixed point lies on its boundary.
_MARGIN = 1e-2


@dataclass(frozen=True, eq=False)
class GlobalBounds:
    """A box outside of which there is no fixed point.

    Attributes
    ----------
    box : (n, 2) array or None
        The box; every fixed point lies in its interior. None where no such box was found.
    argument : str
        By what argument, or why no box was found.
    entered : (n, 2) array or None
        A box that holds every fixed point and is proved to be entered: on its boundary, and on that of every larger
        one of its family, G (F for a flow, F - id for a map) points inward; or the map takes it into its interior.
        If G is continuous on it, the indices of all fixed points add up to 1.
    """

    box: Array | None
    argument: str
    entered: Array | None = None

    @property
    def inward(self) -> bool:
        """Whether there is a box that the field, or the map, is proved to enter."""
        return self.entered is not None


class _Power(NamedTuple):
    """Component `equation` of G is a x_state**degree + others: |a| >= size, `rest` majorises the others."""

    equation: int
    state: int
    degree: int
    size: Fraction
    decreasing: bool
    rest: Majorant
    text: str


class _Dominance(NamedTuple):
    weights: tuple[int, ...]
    size: Fraction
    inward: bool
    powers: tuple[_Power, ...]


@lru_cache(maxsize=64)
def global_box(system: System) -> GlobalBounds:
    """Derive a box that holds every fixed point of `system`.

    Raises
    ------
    ModelError
        If a parameter has no value.
    """
    form = system.matrix_form
    if form is not None:
        radius, argument = entered_radius(form)
        if radius is not None:
            entered = readonly(np.tile([-radius, radius], (system.dimension, 1)))
            return GlobalBounds(entered, argument, entered)
        if not system.algebraic:
            return GlobalBounds(None, argument)
    equations = [_expanded(g) for g in system.exact_residual]
    dominance, reason = _dominance(equations, system.states)
    sides = np.full(system.dimension, np.inf)
    argument = "each state is bounded by an equation in which it appears linearly"
    if dominance is not None:
        sides = np.array([math.nextafter(float(dominance.size**s), math.inf) for s in dominance.weights])
        argument = _argument(dominance, system.states)
    box = _propagate(equations, system.states, Interval(-sides, sides))
    if not np.isfinite(box.mag).all():
        return GlobalBounds(None, reason)
    margin = _MARGIN * np.maximum(box.width, 0.1 * np.maximum(box.mag, 1e-3))
    outer = readonly(np.stack([box.lo - margin, box.hi + margin], axis=-1))
    if dominance is not None and dominance.inward:
        larger = [float((dominance.size * (1 + Fraction(_MARGIN))) ** s) for s in dominance.weights]
        return GlobalBounds(outer, argument, readonly([[-side, side] for side in larger]))
    if system.kind == "map" and _maps_into_itself(system, outer):
        return GlobalBounds(outer, f"{argument}; and the map takes this box into its interior", outer)
    return GlobalBounds(outer, argument)


def _expanded(expression: sp.Expr) -> sp.Expr:
    return sp.expand(expression, power_exp=False, power_base=False, log=False)


# ---- dominance


def _dominance(equations: list[sp.Expr], states: tuple[sp.Symbol, ...]) -> tuple[_Dominance | None, str]:
    """The weights and the size of the smallest box that dominance gives, inward ones first; or why none."""
    powers: list[_Power] = []
    unbounded = ""
    for k, equation in enumerate(equations):
        try:
            powers += _pure_powers(k, equation, states)
        except NoMajorant as missing:
            unbounded = f"{missing.part} is not bounded by a polynomial in the sizes of the states"
    faces = [[p for p in powers if p.state == i] for i in range(len(states))]
    lacking = [str(state) for state, face in zip(states, faces, strict=True) if not face]
    if lacking and not unbounded:
        return None, f"no equation has a term that is a power of {' or of '.join(lacking)} alone"
    inward = [[p for p in face if p.equation == p.state and p.decreasing] for face in faces]
    for choices, points_inward in ((inward, True), (faces, False)):
        found = [d for w in _weights(len(states)) if (d := _for_weights(choices, w, points_inward)) is not None]
        if found:
            return min(found, key=lambda d: d.size ** sum(d.weights)), ""
    return None, unbounded or "no power of a state outweighs the other terms of its equation on large boxes"


def _weights(n: int) -> Iterator[tuple[int, ...]]:
    if n > _MOST_STATES:
        yield (1,) * n
        return
    for weights in itertools.product(range(1, _LARGEST_WEIGHT + 1), repeat=n):
        if math.gcd(*weights) == 1:
            yield weights


def _pure_powers(k: int, equation: sp.Expr, states: tuple[sp.Symbol, ...]) -> list[_Power]:
    """For each state its highest pure power in component k, as a candidate to dominate."""
    best: dict[int, tuple[int, sp.Expr, sp.Expr]] = {}
    for term in sp.Add.make_args(equation):
        coefficient, variable = term.as_independent(*states, as_Add=False)
        base, exponent = variable.as_base_exp()
        if base not in states or not exponent.is_Integer:
            continue
        i, degree = states.index(base), int(exponent)
        if degree > 0 and (i not in best or degree > best[i][0]):
            best[i] = degree, coefficient, term
    return [
        _Power(
            equation=k,
            state=i,
            degree=degree,
            size=magnitude(coefficient)[0],
            decreasing=bool(coefficient.is_negative) and degree % 2 == 1,
            rest=majorant(equation - term, states),
            text=str(term),
        )
        for i, (degree, coefficient, term) in best.items()
    ]


def _for_weights(faces: list[list[_Power]], weights: tuple[int, ...], points_inward: bool) -> _Dominance | None:
    """The smallest size M from which on each face is dominated by one of its candidates."""
    chosen, size = [], Fraction(0)
    for candidates in faces:
        sizes = [(m, p) for p in candidates if (m := _threshold(p, weights)) is not None]
        if not sizes:
            return None
        m, power = min(sizes, key=lambda pair: pair[0])
        chosen.append(power)
        size = max(size, m)
    # A size of 0 (every equation is one power) would make an empty box: any larger size will do.
    return _Dominance(weights, size or Fraction(1), points_inward, tuple(chosen))


def _threshold(power: _Power, weights: tuple[int, ...]) -> Fraction | None:
    """A size from which on the power dominates, within 1e-6 of the least such; None if there is none."""
    top = power.degree * weights[power.state]
    polynomial = {top: power.size}
    for exponents, coefficient in power.rest.items():
        weight = sum(e * s for e, s in zip(exponents, weights, strict=True))
        if coefficient:
            polynomial[weight] = polynomial.get(weight, Fraction(0)) - coefficient
    if max(polynomial) > top or polynomial[top] <= 0:
        return None
    if len(polynomial) == 1:
        return Fraction(0)

    def holds(m: Fraction) -> bool:
        return sum(c * m**w for w, c in polynomial.items()) > 0

    # Only the leading coefficient is positive: there is one change of sign, and beyond it `holds` stays true.
    low, high = Fraction(0), Fraction(1)
    while not holds(high):
        if high > _LARGEST_SIZE:
            return None
        low, high = high, 2 * high
    while high - low > high / 10**6:
        middle = Fraction(float((low + high) / 2))
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _argument(dominance: _Dominance, states: tuple[sp.Symbol, ...]) -> str:
    faces = [
        f"{power.text} on |{state}| = M" + (f"^{weight}" if weight > 1 else "")
        for state, weight, power in zip(states, dominance.weights, dominance.powers, strict=True)
    ]
    listed = faces if len(faces) <= _MOST_STATES else [faces[0], "...", faces[-1]]
    ending = ", so that the field points inward there" if dominance.inward else ""
    return (
        f"for every M >= {float(dominance.size):.4g} one term of an equation outweighs all its others "
        f"on each face of a box ({', '.join(listed)}){ending}"
    )


# ---- propagation


def _propagate(equations: list[sp.Expr], states: tuple[sp.Symbol, ...], box: Interval) -> Interval:
    """Shrink a box that holds all zeros by the equations that are linear in a state."""
    solved = list(_linear_terms(equations, states))
    if not solved:
        return box
    kernel = IntervalKernel(tuple(e for _, e in solved), states, (len(solved),))
    lo, hi = box.lo.copy(), box.hi.copy()
    for _ in range(_ROUNDS):
        before = hi - lo
        values = kernel(Interval(lo, hi))
        for row, (j, _) in enumerate(solved):
            # An empty meet would prove that there is no fixed point at all; the search finds that out itself.
            low, high = max(lo[j], values.lo[row]), min(hi[j], values.hi[row])
            if low <= high:
                lo[j], hi[j] = low, high
        if np.isfinite(hi - lo).all() and not (hi - lo < 0.99 * before).any():
            break
    return Interval(lo, hi)


def _linear_terms(equations: list[sp.Expr], states: tuple[sp.Symbol, ...]) -> Iterator[tuple[int, sp.Expr]]:
    """Pairs (j, e): the equations imply x_j = e."""
    for equation in equations:
        for term in sp.Add.make_args(equation):
            constant, variable = term.as_independent(*states, as_Add=False)
            if variable in states and magnitude(constant)[0] > 0:
                yield states.index(variable), _expanded((term - equation) / constant)


def _maps_into_itself(system: System, box: Array) -> bool:
    image = IntervalKernel(tuple(system.exact_rhs), system.states, (system.dimension,))(Interval(box[:, 0], box[:, 1]))
    return bool(image.subset_interior(Interval(box[:, 0], box[:, 1])).all())
