"""Values and gradients of SymPy expressions over boxes, in one pass over the expressions' trees.

Differentiation is forward and by the rules of calculus, on enclosures. At a kink (Abs, Max, Min, a Piecewise whose
branches meet) the gradient is the hull of those on all sides, which holds Clarke's generalised gradient; where a jump
cannot be excluded it is the whole line. So for a gradient D over a box that is finite, with a value that is
continuous, f(y) - f(x) lies in D (y - x) for all x, y of the box (Lebourg's mean value theorem).

References
----------
F. H. Clarke, Optimization and Nonsmooth Analysis, SIAM 1990, section 2.3.
A. Griewank, A. Walther, Evaluating Derivatives, SIAM 2008, chapter 3 (forward mode).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import sympy as sp
from flint import arb, ctx, fmpq
from sympy.core.relational import Relational

from dynbench.errors import InputError
from dynbench.verification.branches import Truth, agree, relation_truth
from dynbench.verification.enclosure import EMPTY, WHOLE, Enclosure, hull
from dynbench.verification.functions import FUNCTIONS, power, signed_root

__all__ = ["Evaluator", "Jet"]

Gradient = dict[int, Enclosure]
_ZERO = Enclosure(arb(0), arb(0))


class Jet(NamedTuple):
    """A value over a box with its partial derivatives; a variable that is missing has derivative 0."""

    value: Enclosure
    gradient: Gradient


Step = Callable[[list[Jet]], Jet]


class Evaluator:
    """Evaluates some expressions over boxes; parts that they share are computed once.

    Parameters
    ----------
    expressions : sequence of sympy expressions
        In the `variables` and numbers only.
    variables : sequence of sympy symbols
        The variables, in the order of the boxes' sides.

    Raises
    ------
    InputError
        If an expression holds a function that is not in the vocabulary of models.
    """

    def __init__(self, expressions: Sequence[sp.Expr], variables: Sequence[sp.Symbol]) -> None:
        self._variables = tuple(variables)
        self._steps: list[Step] = []
        self._where: dict[sp.Basic, int] = {}
        self._box: Sequence[Enclosure] = ()
        self._derive = False
        self._numbers: dict[tuple[sp.Expr, int], Enclosure] = {}
        self._outputs = [self._place(sp.sympify(e)) for e in expressions]

    def values(self, box: Sequence[Enclosure]) -> list[Enclosure]:
        """The expressions over a box."""
        return [jet.value for jet in self._run(box, derive=False)]

    def jets(self, box: Sequence[Enclosure]) -> list[Jet]:
        """The expressions over a box, with their gradients."""
        return self._run(box, derive=True)

    def values_and_jacobian(self, box: Sequence[Enclosure]) -> tuple[list[Enclosure], list[list[Enclosure]]]:
        """Values, and rows of partial derivatives."""
        jets = self.jets(box)
        columns = range(len(self._variables))
        return [jet.value for jet in jets], [[jet.gradient.get(j, _ZERO) for j in columns] for jet in jets]

    def _run(self, box: Sequence[Enclosure], *, derive: bool) -> list[Jet]:
        self._box, self._derive = box, derive
        jets: list[Jet] = []
        for step in self._steps:
            jets.append(step(jets))
        return [jets[i] for i in self._outputs]

    # ---- from trees to steps

    def _place(self, e: sp.Expr) -> int:
        """The number of the step that computes `e`."""
        if e not in self._where:
            step = self._step(e)
            self._steps.append(step)
            self._where[e] = len(self._steps) - 1
        return self._where[e]

    def _step(self, e: sp.Expr) -> Step:
        if e in self._variables:
            i = self._variables.index(e)
            return lambda _: Jet(self._box[i], {i: _UNIT} if self._derive else {})
        if not e.args or e.is_Rational:
            return self._constant(e)
        if e.is_Mul and (signed := _signed_power(e)) is not None:
            return self._signed_power(*signed)
        if e.is_Add or e.is_Mul:
            places = [self._place(a) for a in e.args]
            combine = _sum if e.is_Add else _times
            return lambda jets: _fold(combine, [jets[p] for p in places])
        if e.is_Pow:
            return self._power(e)
        if isinstance(e, sp.Max | sp.Min):
            places, sign = [self._place(a) for a in e.args], 1 if isinstance(e, sp.Max) else -1
            return lambda jets: _extreme([jets[p] for p in places], sign)
        if isinstance(e, sp.Piecewise):
            return self._piecewise(e)
        return self._function(e)

    def _constant(self, e: sp.Expr) -> Step:
        def step(_: list[Jet]) -> Jet:
            key = e, ctx.prec
            if key not in self._numbers:
                self._numbers[key] = _number(e)
            return Jet(self._numbers[key], {})

        _number(e)  # refuses a symbol now
        return step

    def _function(self, e: sp.Expr) -> Step:
        name = type(e).__name__
        if name not in FUNCTIONS or (len(e.args) != 1 and name != "Heaviside"):
            raise InputError(f"The function {name} is not one that models may hold.")
        return self._call(name, e.args[0])

    def _call(self, name: str, x: sp.Expr) -> Step:
        function, slope = FUNCTIONS[name]
        argument = self._place(x)

        def step(jets: list[Jet]) -> Jet:
            x = jets[argument].value
            if slope is not None:
                return Jet(function(x), _scaled(jets[argument].gradient, slope, x))
            flat = x.zero_free and x.continuous
            return Jet(function(x), {} if flat else dict.fromkeys(jets[argument].gradient, WHOLE))

        return step

    def _power(self, e: sp.Expr) -> Step:
        base, exponent = e.args
        if base == sp.E:
            return self._call("exp", exponent)
        if not exponent.is_Rational:
            return self._call("exp", exponent * sp.log(base))
        place, q = self._place(base), fmpq(int(exponent.p), int(exponent.q))

        def step(jets: list[Jet]) -> Jet:
            x = jets[place].value
            return Jet(power(x, q), _scaled(jets[place].gradient, lambda x: Enclosure.of(arb(q)) * power(x, q - 1), x))

        return step

    def _signed_power(self, base: sp.Expr, q: fmpq, rest: sp.Expr) -> Step:
        place, other = self._place(base), self._place(rest)

        def step(jets: list[Jet]) -> Jet:
            x = jets[place].value
            slope = _scaled(jets[place].gradient, lambda x: Enclosure.of(arb(q)) * power(x.magnitude(), q - 1), x)
            return _times(Jet(signed_root(x, q), slope), jets[other])

        return step

    def _piecewise(self, e: sp.Piecewise) -> Step:
        branches = [(self._place(value), self._condition(condition)) for value, condition in e.args]

        def step(jets: list[Jet]) -> Jet:
            possible: list[int] = []
            undecided: dict[sp.Expr, int] = {}
            continuous, decided = True, False
            for i, (_, condition) in enumerate(branches):
                truth = condition(jets)
                continuous = continuous and truth.continuous
                if not truth.certain:
                    undecided.update(truth.boundaries)
                if truth.possible:
                    possible.append(i)
                if truth.certain:
                    decided = True
                    break
            chosen = [jets[branches[i][0]] for i in possible]
            if not chosen:
                return Jet(EMPTY, {})
            if len(chosen) > 1:
                continuous = continuous and all(jets[p].value.continuous for p in undecided.values())
                continuous = continuous and all(
                    agree(e.args[i][0], e.args[j][0], g) for g in undecided for i in possible for j in possible if i < j
                )
            result = _hull_of(chosen)
            kept = result.value.continuous and continuous and decided
            if not kept and result.value is not EMPTY:
                support = set(result.gradient).union(*(jets[p].gradient for p in undecided.values()))
                return Jet(Enclosure(result.value.lo, result.value.hi, False), dict.fromkeys(support, WHOLE))
            return result

        return step

    def _condition(self, condition: sp.Basic) -> Callable[[list[Jet]], Truth]:
        if condition in (sp.true, sp.false):
            constant = Truth(condition == sp.true, condition == sp.true, True, {})
            return lambda _: constant
        if isinstance(condition, Relational):
            g, relation = condition.lhs - condition.rhs, type(condition)
            place = self._place(g)
            return lambda jets: relation_truth(relation, jets[place].value, {g: place})
        if isinstance(condition, sp.And | sp.Or | sp.Not):
            parts = [self._condition(part) for part in condition.args]
            kind = type(condition)
            return lambda jets: Truth.combine(kind, [part(jets) for part in parts])
        raise InputError(f"The condition {condition!s:.60} is not one that models may hold.")


_UNIT = Enclosure(arb(1), arb(1))


def _number(e: sp.Expr) -> Enclosure:
    if e.is_Rational:
        return Enclosure.of(arb(fmpq(int(e.p), int(e.q))))
    if e == sp.pi:
        return Enclosure.of(arb.pi())
    if e == sp.E:
        return Enclosure.of(arb.const_e())
    raise InputError(f"{e!s:.60} is no real number and no variable of the system.")


def _signed_power(e: sp.Mul) -> tuple[sp.Expr, fmpq, sp.Expr] | None:
    """(s, q, rest) where e is rest sign(s) |s|**q with q > 0, which is continuous though sign(s) is not."""
    for factor in e.args:
        if not isinstance(factor, sp.sign):
            continue
        s = factor.args[0]
        for other in e.args:
            base, q = other.as_base_exp()
            if base == sp.Abs(s) and q.is_Rational and q > 0:
                rest = sp.Mul(*(f for f in e.args if f is not factor and f is not other))
                return s, fmpq(int(q.p), int(q.q)), rest
    return None


def _fold(combine: Callable[[Jet, Jet], Jet], jets: list[Jet]) -> Jet:
    result = jets[0]
    for jet in jets[1:]:
        result = combine(result, jet)
    return result


def _sum(a: Jet, b: Jet) -> Jet:
    gradient = dict(a.gradient)
    for j, slope in b.gradient.items():
        gradient[j] = gradient[j] + slope if j in gradient else slope
    return Jet(a.value + b.value, gradient)


def _times(a: Jet, b: Jet) -> Jet:
    gradient = {j: slope * b.value for j, slope in a.gradient.items()}
    for j, slope in b.gradient.items():
        term = slope * a.value
        gradient[j] = gradient[j] + term if j in gradient else term
    return Jet(a.value * b.value, gradient)


def _scaled(gradient: Gradient, slope: Callable[[Enclosure], Enclosure], x: Enclosure) -> Gradient:
    if not gradient:
        return gradient
    factor = slope(x)
    return {j: factor * entry for j, entry in gradient.items()}


def _extreme(jets: list[Jet], sign: int) -> Jet:
    """The largest (sign 1) or smallest (sign -1) of some functions; the gradient of each that may be that one."""
    values = [jet.value for jet in jets]
    if any(value is EMPTY for value in values):
        return Jet(EMPTY, {})
    lows, highs = [v.lo for v in values], [v.hi for v in values]
    choose = (lambda a, b: a.max(b)) if sign > 0 else (lambda a, b: a.min(b))
    lo, hi = lows[0], highs[0]
    for low, high in zip(lows[1:], highs[1:], strict=True):
        lo, hi = choose(lo, low), choose(hi, high)
    reach = [jet for jet in jets if (jet.value.hi >= lo if sign > 0 else jet.value.lo <= hi)]
    value = Enclosure(lo, hi, all(v.continuous for v in values))
    return Jet(value, _hull_of(reach).gradient)


def _hull_of(jets: list[Jet]) -> Jet:
    """The hull of values and of gradients, in which a missing derivative is 0."""
    value = jets[0].value
    for jet in jets[1:]:
        value = hull(value, jet.value)
    gradient: Gradient = {}
    for j in {j for jet in jets for j in jet.gradient}:
        entries = [jet.gradient.get(j, _ZERO) for jet in jets]
        gradient[j] = entries[0]
        for entry in entries[1:]:
            gradient[j] = hull(gradient[j], entry)
    return Jet(value, gradient)
