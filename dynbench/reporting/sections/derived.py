"""What follows from the declaration by algebra: derivatives, speed and stability conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from dynbench.reporting.blocks import (
    Block,
    Equation,
    Equations,
    Heading,
    Paragraph,
    SecondDerivative,
    SecondDifferential,
    Section,
    Symbol,
)
from dynbench.reporting.derived import Derived, derive
from dynbench.reporting.numbers import plural, readable

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.symbolic.matrices import MatrixForm
    from dynbench.systems import System

__all__ = ["derived_section", "display_equations"]

#: Longer expressions are not printed: nobody reads them.
_MOST_OPERATIONS = 300
#: More second derivatives than this, or more operations in all of them, are counted, not printed.
_MOST_DERIVATIVES = 12
_MOST_IN_ALL = 200
_IN_JSON = "the JSON report holds them in full"
_IN_SYSTEM = "system.hessian holds it"


def derived_section(analysis: Analysis) -> Section:
    """Jacobian, divergence, second derivatives, speed, characteristic polynomial and stability conditions."""
    derived = derive(analysis.system)
    flow = analysis.system.kind == "flow"
    speed = "|F|\u00b2/2" if flow else "|F \u2212 x|\u00b2/2"
    blocks: list[Block] = [
        Heading("Jacobian and divergence"),
        *display_equations("Of the right-hand side F, parameters kept as symbols:", _derivatives(derived), _IN_JSON),
        Heading("Second derivatives"),
        *_second_derivatives(analysis.system),
        Heading("Speed"),
        *display_equations(
            f"The speed q = {speed} is zero exactly at the fixed points. It and its gradient:",
            _speed(derived),
            _IN_JSON,
        ),
        Heading("Stability conditions"),
        *_conditions(derived, flow),
    ]
    return Section("derived", "Derived from the equations", tuple(blocks))


def display_equations(introduction: str, equations: list[Equation], elsewhere: str) -> list[Block]:
    """A sentence and the equations that it introduces; of those too long to read it is said where they are."""
    shown = tuple(e for e in equations if _operations(e) <= _MOST_OPERATIONS)
    blocks: list[Block] = [Paragraph((introduction,))]
    if shown:
        blocks.append(Equations(shown))
    left_out = [_operations(e) for e in equations if _operations(e) > _MOST_OPERATIONS]
    if left_out:
        what = plural(len(left_out), "expression")
        blocks.append(Paragraph((f"Too long to print: {what} of {_listed(left_out)} operations; {elsewhere}.",)))
    return blocks


def _listed(sizes: list[int]) -> str:
    return str(sizes[0]) if len(sizes) == 1 else f"{', '.join(map(str, sizes[:-1]))} and {sizes[-1]}"


def _derivatives(derived: Derived) -> list[Equation]:
    return [Equation(Symbol.JACOBIAN, derived.jacobian), Equation(Symbol.DIVERGENCE, derived.divergence)]


def _second_derivatives(system: System) -> list[Block]:
    """The second derivatives that are not zero, printed where they are few and short."""
    if system.matrix_form is not None:
        return _second_differential(system.hessian, system.matrix_form)
    rows = []
    for k in range(system.dimension):
        for i, one in enumerate(system.states):
            for j, other in enumerate(system.states[i:], i):
                value = system.hessian[k, i, j]
                if value != 0:
                    rows.append(Equation(SecondDerivative(k + 1, (one, other)), value))
    every = system.dimension**2 * (system.dimension + 1) // 2
    if not rows:
        return [Paragraph(("All are zero: F is affine in the states.",))]
    some = "All" if len(rows) == every else str(len(rows))
    text = f"{some} of the {every} are not zero" if every > 1 else "It is not zero"
    if len(rows) > _MOST_DERIVATIVES or sum(map(_operations, rows)) > _MOST_IN_ALL:
        return [Paragraph((f"{text}: too many or too long to print; system.hessian holds them.",))]
    number = " (the subscript of F counts the equations)" if system.dimension > 1 else ""
    return [Paragraph((f"{text}{number}:",)), Equations(tuple(rows))]


def _second_differential(hessian: sp.Lambda, form: MatrixForm) -> list[Block]:
    """The second derivative of a matrix form, applied to two columns."""
    if isinstance(hessian.expr, sp.ZeroMatrix):
        return [Paragraph(("It is zero: F is affine in the states.",))]
    # Without the marks that keep names apart, but no letter of the system's, though it drops out of this derivative.
    own = hessian.expr.free_symbols | form.expression.free_symbols | {form.state}
    taken = {s.name for s in own - set(hessian.variables)}
    free = (name for name in "uvwyzabcdefgh" if name not in taken)
    columns = tuple(sp.MatrixSymbol(next(free, v.name), *v.shape) for v in hessian.variables)
    applied = Equation(SecondDifferential(columns), hessian(*columns))
    return display_equations("The second derivative of F, applied to two columns:", [applied], _IN_SYSTEM)


def _speed(derived: Derived) -> list[Equation]:
    return [Equation(Symbol.SPEED, derived.speed), Equation(Symbol.GRADIENT, derived.speed_gradient)]


def _conditions(derived: Derived, flow: bool) -> list[Block]:
    if derived.polynomial is None:
        return [Paragraph((f"The characteristic polynomial is not shown: {derived.reason}.",))]
    text = "The characteristic polynomial of the Jacobian"
    if derived.reason:
        text += f", with its coefficients as symbols ({derived.reason})"
    polynomial = [Equation(Symbol.POLYNOMIAL, derived.polynomial.as_expr())]
    criterion = "Routh\u2013Hurwitz" if flow else "Jury"
    where = "has a negative real part" if flow else "lies inside the unit circle"
    value = "eigenvalue" if flow else "multiplier"
    never = [c for c in derived.conditions if c.is_number and not c.is_positive]
    if never:
        sentence = f"{criterion}: one of the conditions is {readable(str(never[0]))} > 0, which never holds: no "
        sentence += f"fixed point is such that every {value} {where}."
        return [*display_equations(f"{text}:", polynomial, _IN_JSON), Paragraph((sentence,))]
    introduction = f"{criterion}: at a fixed point every {value} {where} exactly where all of these hold:"
    conditions = [Equation(c, sp.S.Zero, ">") for c in derived.conditions]
    return [
        *display_equations(f"{text}:", polynomial, _IN_JSON),
        *display_equations(introduction, conditions, _IN_JSON),
    ]


def _operations(equation: Equation) -> int:
    return sum(int(sp.count_ops(side)) for side in (equation.left, equation.right) if isinstance(side, sp.Basic))
