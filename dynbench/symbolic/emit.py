"""SymPy expressions written as Python source in which only names of our own occur.

One emitter serves every arithmetic (`dynbench.symbolic.kernels`): doubles, batches of doubles, batches of
intervals, and balls. An arithmetic differs only in how it writes a number, whether it wants integer powers
as products or as calls, and in what the function names of `FUNCTIONS` are bound to.

Nothing that a user typed reaches the source: states are called ``x0, x1, ...``, common subexpressions
``t0, t1, ...``, numbers are written by the arithmetic, and a function outside `FUNCTIONS` is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, BooleanFalse, BooleanTrue, Not, Or

from dynbench.errors import ModelError
from dynbench.symbolic.calculus import Jump
from dynbench.symbolic.overflow import LogCosh, Softplus

__all__ = ["FUNCTIONS", "write_function"]

#: SymPy function -> the name that the arithmetic must provide for it; the last two occur in doubles only.
FUNCTIONS: dict[type, str] = {
    sp.sin: "sin",
    sp.cos: "cos",
    sp.tan: "tan",
    sp.asin: "asin",
    sp.acos: "acos",
    sp.atan: "atan",
    sp.sinh: "sinh",
    sp.cosh: "cosh",
    sp.tanh: "tanh",
    sp.asinh: "asinh",
    sp.acosh: "acosh",
    sp.atanh: "atanh",
    sp.exp: "exp",
    sp.log: "log",
    sp.erf: "erf",
    sp.Abs: "absolute",
    sp.sign: "sign",
    sp.Heaviside: "heaviside",
    Jump: "dirac",
    LogCosh: "log_cosh",
    Softplus: "softplus",
}

_RELATIONS = {
    sp.StrictLessThan: ("less", False),
    sp.LessThan: ("less_equal", False),
    sp.StrictGreaterThan: ("less", True),
    sp.GreaterThan: ("less_equal", True),
    sp.Equality: ("equal", False),
    sp.Unequality: ("not_equal", False),
}


def write_function(
    expressions: Sequence[sp.Expr],
    states: Sequence[sp.Symbol],
    literal: Callable[[sp.Expr], str],
    *,
    powers_as_products: bool,
    fold_numbers: bool,
) -> str:
    """Write ``kernel(x0, ..., x{n-1})``, returning the tuple of `expressions`, as Python source.

    Common subexpressions are computed once, across all expressions. With `fold_numbers`, a subexpression
    without symbols (``sqrt(2)/3``) is handed to `literal` whole; without, only rationals and named constants are.

    Raises
    ------
    ModelError
        If an expression holds a symbol that is no state, or a function that has no numerical form here.
    """
    names: dict[sp.Symbol, str] = {state: f"x{i}" for i, state in enumerate(states)}
    temporaries = iter(_dummies())
    shared, reduced = sp.cse(list(expressions), symbols=temporaries, order="none", list=True)
    writer = _Writer(names, literal, powers_as_products, fold_numbers)
    for symbol, expression in shared:
        names[symbol] = writer.assign(writer.expression(expression))
    outputs = [writer.expression(expression) for expression in reduced]
    arguments = ", ".join(f"x{i}" for i in range(len(states)))
    body = "".join(f"    {line}\n" for line in writer.lines)
    return f"def kernel({arguments}):\n{body}    return ({''.join(f'{output}, ' for output in outputs)})\n"


def _dummies() -> Iterator[sp.Dummy]:
    while True:
        yield sp.Dummy(real=True)


class _Writer:
    """Writes expressions, collecting the assignments that they need in `lines`."""

    def __init__(
        self,
        names: Mapping[sp.Symbol, str],
        literal: Callable[[sp.Expr], str],
        powers_as_products: bool,
        fold_numbers: bool,
    ) -> None:
        self.names = names
        self.literal = literal
        self.powers_as_products = powers_as_products
        self.fold_numbers = fold_numbers
        self.lines: list[str] = []
        self._assigned: dict[str, str] = {}

    def assign(self, source: str) -> str:
        """Name the value of `source`; the same source gets the same name."""
        if source not in self._assigned:
            self._assigned[source] = f"t{len(self.lines)}"
            self.lines.append(f"{self._assigned[source]} = {source}")
        return self._assigned[source]

    def expression(self, e: sp.Expr) -> str:
        """Source of `e`; every compound result comes in parentheses or as a call, so it can be used anywhere."""
        if e.is_Symbol:
            return self._name(e)
        if isinstance(e, Boolean):
            return self._condition(e)
        if e.is_number and (self.fold_numbers or e.is_Atom):
            return self.literal(e)
        if e.is_Add:
            return self._sum(e)
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow:
            return self._power(e.base, e.exp)
        if isinstance(e, sp.Piecewise):
            return self._piecewise(e)
        if isinstance(e, sp.Max | sp.Min):
            return self._extremum(e)
        name = FUNCTIONS.get(type(e))
        if name is None:
            raise ModelError(f"The function {e.func} in {e} has no numerical form in dynbench.")
        return f"{name}({self.expression(e.args[0])})"

    def _name(self, symbol: sp.Symbol) -> str:
        if symbol not in self.names:
            raise ModelError(f"The symbol {symbol} has no value and is no state.")
        return self.names[symbol]

    def _sum(self, e: sp.Add) -> str:
        source = ""
        for term in e.as_ordered_terms():
            if term.could_extract_minus_sign():
                source += f" - {self.expression(-term)}"
            else:
                source += f" + {self.expression(term)}"
        source = source.removeprefix(" + ")
        return f"({source.strip()})" if not source.startswith(" - ") else f"(-{source.removeprefix(' - ')})"

    def _product(self, e: sp.Mul) -> str:
        if e.args[0].is_number and e.args[0].is_negative:
            return f"(-{self.expression(-e)})"
        above, below = [], []
        for factor in e.args:
            if factor.is_Pow and factor.exp.is_Rational and factor.exp.is_negative and not factor.base.is_number:
                below.append(self._power(factor.base, -factor.exp))
            else:
                above.append(self.expression(factor))
        numerator = "*".join(above) or self.literal(sp.S.One)
        return f"({numerator}/({'*'.join(below)}))" if below else f"({numerator})"

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> str:
        if exponent.is_Rational and exponent.is_negative:
            return f"({self.literal(sp.S.One)}/{self._power(base, -exponent)})"
        source = self.expression(base)
        if exponent.is_Integer:
            return self._integer_power(source, int(exponent))
        if exponent.is_Rational and exponent.q == 2:
            whole = (exponent.p - 1) // 2
            root = f"sqrt({source})"
            return f"({self._integer_power(source, whole)}*{root})" if whole else root
        if base == sp.E:
            return f"exp({self.expression(exponent)})"
        return f"power({source}, {self.expression(exponent)})"

    def _integer_power(self, source: str, n: int) -> str:
        if n == 1:
            return source
        if not self.powers_as_products:
            return f"power_int({source}, {n})"
        base = source if source.isidentifier() else self.assign(source)
        half = self._integer_power(base, n // 2)
        return self.assign(f"{half}*{half}" if n % 2 == 0 else f"{half}*{half}*{base}")

    def _extremum(self, e: sp.Expr) -> str:
        name = "maximum" if isinstance(e, sp.Max) else "minimum"
        first, *rest = (self.expression(argument) for argument in sp.ordered(e.args))
        for other in rest:
            first = f"{name}({first}, {other})"
        return first

    def _piecewise(self, e: sp.Piecewise) -> str:
        rectified = _rectified(e)
        if rectified is not None:
            return f"maximum({self.expression(rectified)}, {self.literal(sp.S.Zero)})"
        branches = ", ".join(f"({self._condition(c)}, {self.expression(v)})" for v, c in e.args)
        return f"piecewise(({branches},))"

    def _condition(self, c: sp.Basic) -> str:
        if c.is_Symbol:
            return self._name(c)
        if isinstance(c, BooleanTrue):
            return "True"
        if isinstance(c, BooleanFalse):
            return "False"
        if isinstance(c, Not):
            return f"logical_not({self._condition(c.args[0])})"
        if isinstance(c, And | Or):
            name = "logical_and" if isinstance(c, And) else "logical_or"
            first, *rest = (self._condition(argument) for argument in sp.ordered(c.args))
            for other in rest:
                first = f"{name}({first}, {other})"
            return first
        if isinstance(c, Relational):
            name, swapped = _RELATIONS[type(c)]
            left, right = self.expression(c.lhs), self.expression(c.rhs)
            return f"{name}({right}, {left})" if swapped else f"{name}({left}, {right})"
        raise ModelError(f"The condition {c} has no numerical form in dynbench.")


def _rectified(e: sp.Piecewise) -> sp.Expr | None:
    """The argument s where `e` is relu(s) = Piecewise((s, s > 0), (0, True)), else None."""
    if len(e.args) != 2 or e.args[1].args != (sp.S.Zero, sp.true):
        return None
    value, condition = e.args[0].args
    above = condition in (sp.Gt(value, 0), sp.Ge(value, 0))
    return value if above else None
