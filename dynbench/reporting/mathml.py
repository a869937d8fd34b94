"""Expressions as presentation MathML that browsers draw, with every name escaped."""

from __future__ import annotations

import html
import re
from typing import Any

import sympy as sp
from sympy.printing.mathml import MathMLPresentationPrinter
from sympy.printing.precedence import PRECEDENCE

from dynbench.reporting.blocks import Equation, Equations, Rate, SecondDerivative, SecondDifferential, Symbol
from dynbench.reporting.names import is_negative, is_plain, printable, split_sum
from dynbench.symbolic.matrices.nodes import mul, split

__all__ = ["display", "inline"]


def inline(expression: sp.Basic) -> str:
    """A ``<math>`` element within a line of text."""
    return f"<math>{_Printer().doprint(expression)}</math>"


def display(equations: Equations) -> str:
    """A ``<math>`` element that shows equations one below the other, aligned at their relations."""
    rows = "".join(row for equation in equations.rows for row in _rows(equation))
    # What is compared with zero begins at the left: its right-hand side is nothing to align at.
    looks = "eqs conditions" if all(equation.relation == ">" for equation in equations.rows) else "eqs"
    return f'<math display="block"><mtable class="{looks}" displaystyle="true">{rows}</mtable></math>'


def _rows(equation: Equation) -> list[str]:
    """The rows of one equation; a long sum on either side goes on in the next row."""
    left, right = _lines(equation.left), _lines(equation.right)
    if equation.relation == ">":
        ending = f"<mo>{html.escape(equation.relation)}</mo>{right[0]}"
        return [*(_row(line) for line in left[:-1]), _row(f"<mrow>{left[-1]}{ending}</mrow>")]
    rows = [_row(line, "", "") for line in left[:-1]]
    rows.append(_row(left[-1], f"<mo>{html.escape(equation.relation)}</mo>", right[0]))
    return rows + [_row("", "", line) for line in right[1:]]


def _row(*cells: str) -> str:
    return "<mtr>" + "".join(f"<mtd>{cell}</mtd>" for cell in cells) + "</mtr>"


def _lines(side: sp.Basic | Rate | SecondDerivative | SecondDifferential | Symbol) -> list[str]:
    printer = _Printer()
    if isinstance(side, Symbol):
        return [side.value[0]]
    if isinstance(side, SecondDerivative):
        return [_second_derivative(side)]
    if isinstance(side, SecondDifferential):
        one, other = map(printer.doprint, side.by)
        operator = "<msup><mi>D</mi><mn>2</mn></msup><mi>F</mi>"
        return [f"<mrow>{operator}<mo>(</mo>{one}<mo>,</mo>{other}<mo>)</mo></mrow>"]
    if isinstance(side, Rate):
        return [f"<msup>{printer.doprint(side.state)}<mo>\u2032</mo></msup>"]
    return [f"<mrow>{_SIGNS[sign]}{printer.doprint(part)}</mrow>" for sign, part in split_sum(side)]


def _second_derivative(side: SecondDerivative) -> str:
    printer = _Printer()
    one, other = map(printer.doprint, side.by)
    d, two = "<mi>\u2202</mi>", "<mn>2</mn>"
    below = f"{d}<msup><mrow>{one}</mrow>{two}</msup>" if one == other else f"{d}{one}{d}{other}"
    above = f"<msup>{d}{two}</msup><msub><mi>F</mi><mn>{side.component}</mn></msub>"
    return f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"


_SIGNS = {"": "", "+": "<mo>+</mo>", "-": "<mo>\u2212</mo>"}


#: A product with a factor of several letters, such as ``a log(x)``, reads as one word without a space.
_CROWDED = re.compile(
    "(?<=[^<>][^<>;]</mi>)<mo>&InvisibleTimes;</mo>|<mo>&InvisibleTimes;</mo>(?=(?:<m(?:row|su[bp])>)*<mi>[^<>&]{2})"
)
_THIN_SPACE = '<mspace width="0.17em"></mspace>'


class _Printer(MathMLPresentationPrinter):
    """SymPy's printer, which escapes nothing and leaves some functions to notation of its own."""

    def doprint(self, expression: sp.Basic) -> str:
        # Browsers draw the minus sign that is written, and SymPy writes a hyphen.
        text = _CROWDED.sub(rf"\g<0>{_THIN_SPACE}", super().doprint(expression))
        return text.replace("<mo>-</mo>", "<mo>\u2212</mo>").replace("<mn>-", "<mn>\u2212")

    def _print_Symbol(self, symbol: sp.Symbol, style: str = "plain") -> Any:
        if is_plain(symbol.name):
            return super()._print_Symbol(symbol, style)
        return self._leaf("mi", printable(symbol.name))

    _print_Dummy = _print_Symbol

    def _print_Exp1(self, _: sp.Expr) -> Any:
        return self._leaf("mi", "e")

    def _print_ImaginaryUnit(self, _: sp.Expr) -> Any:
        return self._leaf("mi", "i")

    def _print_MatAdd(self, e: sp.MatAdd) -> Any:
        row = self._row_of(self._print(e.args[0]))
        for term in e.args[1:]:
            minus = is_negative(term)
            row.appendChild(self._leaf("mo", "-" if minus else "+"))
            row.appendChild(self._print(mul(-1, term) if minus else term))
        return row

    def _print_MatMul(self, e: sp.MatMul) -> Any:
        coefficient, matrices = split(e)
        minus = is_negative(e)
        coefficient = -coefficient if minus else coefficient
        factors = [self.parenthesize(matrix, PRECEDENCE["Mul"]) for matrix in matrices]
        if coefficient != 1:
            factors.insert(0, self.parenthesize(coefficient, PRECEDENCE["Add"]))
        row = self._row_of(self._leaf("mo", "-"), factors[0]) if minus else self._row_of(factors[0])
        for factor in factors[1:]:
            times = self.dom.createElement("mo")
            times.appendChild(self.dom.createTextNode("&InvisibleTimes;"))
            row.appendChild(times)
            row.appendChild(factor)
        return row

    def _print_exp(self, e: sp.exp) -> Any:
        power = self.dom.createElement("msup")
        power.appendChild(self._leaf("mi", "e"))
        power.appendChild(self._print(e.exp))
        return power

    def _print_Heaviside(self, e: sp.Heaviside) -> Any:
        return self._row_of(self._leaf("mi", "\u0398"), self._paren_comma_separated(e.args[0]))

    def _print_Piecewise(self, e: sp.Piecewise) -> Any:
        table = self.dom.createElement("mtable")
        table.setAttribute("class", "cases")
        for value, condition in e.args:
            row = self.dom.createElement("mtr")
            where = self._leaf("mtext", "otherwise") if condition == sp.true else self._condition(condition)
            for cell in (self._print(value), where):
                entry = self.dom.createElement("mtd")
                entry.appendChild(cell)
                row.appendChild(entry)
            table.appendChild(row)
        return self._row_of(self._leaf("mo", "{"), table)

    def _condition(self, condition: sp.Basic) -> Any:
        return self._row_of(self._leaf("mtext", "if\u00a0"), self._print(condition))

    def _leaf(self, tag: str, text: str) -> Any:
        leaf = self.dom.createElement(tag)
        leaf.appendChild(self.dom.createTextNode(html.escape(text)))
        return leaf

    def _row_of(self, *children: Any) -> Any:
        row = self.dom.createElement("mrow")
        for child in children:
            row.appendChild(child)
        return row
