"""Scalar expressions read as affine functions of states and of rectified units, in exact arithmetic.

|s| = 2 relu(s) - s, Max(a, b) = b + relu(a - b), Min(a, b) = a - relu(a - b); a continuous Piecewise whose conditions
compare one affine function s with numbers is an affine function and a sum of c_j relu(s - t_j).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import sympy as sp
from sympy.core.relational import Relational

__all__ = ["Affine", "Hinges", "NotPiecewiseLinear"]


class NotPiecewiseLinear(Exception):
    """The expression is not continuous and piecewise linear, or not in a way that is recognised."""


@dataclass(frozen=True)
class Affine:
    """A sum of multiples of states, of multiples of units, and a number.

    Attributes
    ----------
    states, units : mappings
        Number of the state or unit -> its coefficient, an exact nonzero SymPy number.
    constant : sympy number
    """

    states: Mapping[int, sp.Expr] = field(default_factory=dict)
    units: Mapping[int, sp.Expr] = field(default_factory=dict)
    constant: sp.Expr = sp.S.Zero

    def __add__(self, other: Affine) -> Affine:
        return Affine(_sum(self.states, other.states), _sum(self.units, other.units), self.constant + other.constant)

    def __sub__(self, other: Affine) -> Affine:
        return self + other.times(sp.S.NegativeOne)

    def times(self, number: sp.Expr) -> Affine:
        """The multiple of it."""
        if number == 0:
            return Affine()
        return Affine(
            {i: number * c for i, c in self.states.items()},
            {i: number * c for i, c in self.units.items()},
            number * self.constant,
        )

    @property
    def is_constant(self) -> bool:
        """Whether no state and no unit is in it."""
        return not self.states and not self.units

    @property
    def lead(self) -> sp.Expr:
        """The coefficient of the first state, or else of the first unit."""
        part = self.states or self.units
        return part[min(part)]

    @property
    def linear(self) -> Affine:
        """It without its number."""
        return Affine(self.states, self.units)

    @property
    def key(self) -> tuple[object, ...]:
        """What it is known by."""
        return tuple(sorted(self.states.items())), tuple(sorted(self.units.items())), self.constant


class Hinges:
    """Reads expressions; the units that they need are collected in `arguments`, each once up to a factor.

    Parameters
    ----------
    states : sequence of symbols
        The states; every other symbol is refused.
    """

    def __init__(self, states: Sequence[sp.Symbol]) -> None:
        self.arguments: list[Affine] = []
        self._numbers: dict[tuple[object, ...], int] = {}
        self._states = {state: i for i, state in enumerate(states)}

    def read(self, e: sp.Expr) -> Affine:
        """The expression as an affine function of states and units.

        Raises
        ------
        NotPiecewiseLinear
            If it is none.
        """
        if e in self._states:
            return Affine({self._states[e]: sp.S.One})
        if e.is_number:
            if not (e.is_real and e.is_finite):
                raise NotPiecewiseLinear(str(e))
            return Affine(constant=e)
        if isinstance(e, sp.Add):
            return _total([self.read(term) for term in e.args])
        if isinstance(e, sp.Mul):
            number, rest = e.as_independent(*self._states)
            if number == 1 or not number.is_number:
                return self._product(e)
            return self.read(rest).times(self.read(number).constant)
        if isinstance(e, sp.Abs):
            s = self.read(e.args[0])
            return self.relu(s).times(sp.Integer(2)) - s
        if isinstance(e, sp.Max | sp.Min):
            return self._extremum(e)
        if isinstance(e, sp.Piecewise):
            return self._piecewise(e)
        raise NotPiecewiseLinear(str(e))

    def relu(self, s: Affine) -> Affine:
        """relu of an affine function: a multiple of a unit whose argument has the leading coefficient 1."""
        if s.is_constant:
            return Affine(constant=sp.Max(s.constant, 0))
        lead = s.lead
        argument = s.times(1 / lead)
        if argument.key not in self._numbers:
            self._numbers[argument.key] = len(self.arguments)
            self.arguments.append(argument)
        unit = Affine(units={self._numbers[argument.key]: abs(lead)})
        return unit if lead.is_positive else unit + s  # relu(-s) = relu(s) - s

    def _product(self, e: sp.Mul) -> Affine:
        """A product of sums that expands to a sum."""
        expanded = sp.expand(e)
        if isinstance(expanded, sp.Mul):
            raise NotPiecewiseLinear(str(e))
        return self.read(expanded)

    def _extremum(self, e: sp.Expr) -> Affine:
        first, *others = (self.read(part) for part in sp.ordered(e.args))
        for other in others:
            above = self.relu(first - other)
            first = other + above if isinstance(e, sp.Max) else first - above
        return first

    def _piecewise(self, e: sp.Piecewise) -> Affine:
        """One affine function s decides between the branches: its thresholds, and the hinge at each of them."""
        comparisons = sorted(
            {c for _, condition in e.args for c in condition.atoms(Relational)}, key=sp.default_sort_key
        )
        compared = [self.read(c.lhs - c.rhs) for c in comparisons]
        moving = [s for s in compared if not s.is_constant]
        if not moving:
            raise NotPiecewiseLinear(str(e))
        direction = moving[0].linear.times(1 / moving[0].lead)
        thresholds = set()
        for s in moving:
            if s.linear.times(1 / s.lead).key != direction.key:
                raise NotPiecewiseLinear(str(e))
            thresholds.add(-s.constant / s.lead)
        cuts = sorted(thresholds)
        inner = [cuts[0] - 1, *((a + b) / 2 for a, b in pairwise(cuts)), cuts[-1] + 1]
        pieces = [self._branch(e, comparisons, compared, sample) for sample in inner]
        result = pieces[0]
        for cut, (before, after) in zip(cuts, pairwise(pieces), strict=True):
            hinge = direction + Affine(constant=-cut)
            factor = _multiple(after - before, hinge)
            # A case may hold on the border alone, or none there.
            on_it = _multiple(self._branch(e, comparisons, compared, cut) - before, hinge)
            if factor is None or on_it is None:
                raise NotPiecewiseLinear(str(e))  # it jumps there, or bends along another line
            result = result + self.relu(hinge).times(factor)
        return result

    def _branch(
        self, e: sp.Piecewise, comparisons: Sequence[Relational], compared: Sequence[Affine], sample: sp.Expr
    ) -> Affine:
        """The branch taken where s has the value `sample`."""
        truth = {
            c: c.func(sample * s.lead + s.constant if not s.is_constant else s.constant, 0)
            for c, s in zip(comparisons, compared, strict=True)
        }
        if not all(holds in (sp.true, sp.false) for holds in truth.values()):
            raise NotPiecewiseLinear(str(e))  # irrational numbers that are equal, but not shown to be
        for value, condition in e.args:
            if condition.xreplace(truth) == sp.true:
                return self.read(value)
        raise NotPiecewiseLinear(str(e))


def _multiple(step: Affine, hinge: Affine) -> sp.Expr | None:
    """By what the hinge is multiplied to give the step; None where it is no multiple of it."""
    factor = sp.S.Zero if step.is_constant else step.lead / hinge.lead
    return factor if (step - hinge.times(factor)).key == Affine().key else None


def _sum(first: Mapping[int, sp.Expr], second: Mapping[int, sp.Expr]) -> dict[int, sp.Expr]:
    total = dict(first)
    for i, c in second.items():
        total[i] = total.get(i, sp.S.Zero) + c
    return {i: c for i, c in total.items() if c != 0}


def _total(parts: Sequence[Affine]) -> Affine:
    total = Affine()
    for part in parts:
        total = total + part
    return total
