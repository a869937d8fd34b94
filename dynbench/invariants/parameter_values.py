"""The values of a system's parameters, for methods that do without where one is missing."""

from __future__ import annotations

import sympy as sp

from dynbench.errors import ModelError
from dynbench.systems import System

__all__ = ["parameter_values", "rational_values"]


def parameter_values(system: System) -> dict[sp.Symbol, sp.Expr]:
    """The exact values of the parameters; none unless every parameter has one."""
    try:
        return system.exact_parameters
    except ModelError:
        return {}


def rational_values(system: System) -> dict[sp.Symbol, sp.Expr]:
    """The parameters with rational values; none unless every parameter has a value."""
    return {p: v for p, v in parameter_values(system).items() if v.is_Rational}
