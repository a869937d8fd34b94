"""The kinds of systems in component form: flows and maps."""

from __future__ import annotations

from typing import ClassVar, Literal

import sympy as sp

from dynbench.symbolic.forms import Form
from dynbench.symbolic.typesetting import latex
from dynbench.systems.system import System

__all__ = ["ODE", "Map"]


class ODE(System):
    """A flow x' = F(x), declared by the rate of each state.

    Examples
    --------
    >>> import dynbench as db
    >>> jang = db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"})
    >>> jang.jacobian
    Matrix([
    [-2*x*y, 1 - x**2],
    [   1/2,       -1]])
    >>> jang([1.0, 0.5])
    array([0., 0.])
    """

    __doc__ = f"{__doc__}\n{(System.__doc__ or '').partition('declaration.')[2]}"
    kind: ClassVar[Literal["flow", "map"]] = "flow"

    def _residual_of(self, form: Form) -> Form:
        return form

    def _left_text(self, state: sp.Expr) -> str:
        return f"{state}'"

    def _left_latex(self, state: sp.Expr) -> str:
        return f"\\dot{{{latex(state)}}}"


class Map(System):
    """A map x -> F(x), declared by the next value of each state.

    Examples
    --------
    >>> import dynbench as db
    >>> logistic = db.Map({"x": "r*x*(1 - x)"}, {"r": 3.5})
    >>> logistic([0.5])
    array([0.875])
    """

    __doc__ = f"{__doc__}\n{(System.__doc__ or '').partition('declaration.')[2]}"
    kind: ClassVar[Literal["flow", "map"]] = "map"

    def _residual_of(self, form: Form) -> Form:
        return form.minus_identity()

    def _left_text(self, state: sp.Expr) -> str:
        return f"next {state}"

    def _left_latex(self, state: sp.Expr) -> str:
        return f"{latex(state)}_{{k+1}}"
