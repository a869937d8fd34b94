"""How high the saddle lies above an attractor: in energy for gradient flows, else as a distance."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench.errors import ModelError
from dynbench.systems import System

__all__ = ["Energy"]

Array = NDArray[np.float64]

#: Nodes of the Gauss-Legendre rules that are tried until two agree.
_NODES = (8, 16, 32, 64, 128, 256)
#: Differences of larger numerators are not expanded to see whether they vanish.
_LARGEST = 2000
#: What is defined and smooth on the whole line (or plane) where its arguments are.
_SMOOTH = (sp.Add, sp.Mul, sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.sech, sp.atan, sp.asinh, sp.erf)


class Energy:
    """The energy V of a flow with F = -grad V, if it is one.

    A flow that is smooth on all of R^n is a gradient if and only if its Jacobian is symmetric (Poincare's lemma); both
    are proved symbolically. Around a pole V could have many values. Hence fields are left out that have a denominator
    or a logarithm or root whose argument is not proved to be positive, or another function that is not smooth. For
    polynomials V is integrated and verified by differentiation; for others differences of V are line integrals of -F
    along segments. A matrix form is looked at in components, and not where it has too many for algebra.

    Parameters
    ----------
    system : System
        The system.
    """

    def __init__(self, system: System) -> None:
        self._system = system

    @cached_property
    def is_gradient(self) -> bool:
        """Whether F is proved to be smooth on all of R^n with a symmetric Jacobian."""
        if self._system.kind == "map" or self._system.switching or not self._system.algebraic:
            return False
        system = self._system.expand()
        pairs = itertools.combinations(range(system.dimension), 2)
        jacobian = system.jacobian
        try:
            if not all(_smooth(f, system.states) for f in system.exact_rhs):
                return False
            return all(_vanishes((jacobian[i, j] - jacobian[j, i]).subs(system.exact_parameters)) for i, j in pairs)
        except ModelError:
            return False

    @cached_property
    def potential(self) -> sp.Expr | None:
        """V for a polynomial gradient flow, with grad V + F = 0 verified; else None."""
        system = self._system
        if not self.is_gradient or not all(f.is_polynomial(*system.states) for f in system.exact_rhs):
            return None
        potential = sp.S.Zero
        for state, rate in zip(system.states, system.exact_rhs, strict=True):
            potential += sp.integrate(sp.expand(-rate - sp.diff(potential, state)), state)
        wrong = (sp.expand(sp.diff(potential, s) + f) for s, f in zip(system.states, system.exact_rhs, strict=True))
        return sp.expand(potential) if all(w == 0 for w in wrong) else None

    def above(self, high: Array, low: Array) -> float | None:
        """V(high) - V(low); None where the flow is no gradient or its integral was not resolved.

        Parameters
        ----------
        high, low : (n,) arrays
            Two states.
        """
        if not self.is_gradient:
            return None
        # Also of a polynomial, whose own values would cancel where the difference is small beside them.
        direction = low - high
        before = np.nan
        for nodes, weights in map(np.polynomial.legendre.leggauss, _NODES):
            shares = (nodes + 1) / 2
            power = self._system(high + shares[:, None] * direction) @ direction
            value, size = float(power @ weights) / 2, float(np.abs(power) @ weights) / 2
            if abs(value - before) <= 1e-13 * size:
                return value
            before = value
        return None


def _smooth(expression: sp.Expr, states: Sequence[sp.Symbol]) -> bool:
    """Whether an expression is shown to be defined and smooth for all real states."""
    if not expression.args:
        return bool(expression.is_finite) or expression in states
    if not all(_smooth(arg, states) for arg in expression.args):
        return False
    if isinstance(expression, sp.Pow):
        base, exponent = expression.args
        return bool(exponent.is_Integer and exponent.is_nonnegative) or _positive(base, states)
    if isinstance(expression, sp.log):
        return _positive(expression.args[0], states)
    return isinstance(expression, _SMOOTH)


def _positive(expression: sp.Expr, states: Sequence[sp.Symbol]) -> bool:
    """Whether an expression is shown to be positive for all real states."""
    return bool(expression.xreplace({s: sp.Dummy(real=True) for s in states}).is_positive)


def _vanishes(expression: sp.Expr) -> bool:
    """Whether an expression is shown to be zero, by expansion or cancellation."""
    if expression == 0:
        return True
    if sp.count_ops(expression) > _LARGEST:
        return False
    if sp.expand(expression) == 0:
        return True
    return bool(expression.is_rational_function() and sp.cancel(sp.together(expression)) == 0)
