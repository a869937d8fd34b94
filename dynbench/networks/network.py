"""What continuous-time networks have in common."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from dynbench.errors import ModelError
from dynbench.symbolic.matrices.operators import as_operand, describe
from dynbench.systems import ODE, System
from dynbench.systems.abstract import AbstractDeclaration
from dynbench.systems.matrix_declaration import MatrixDeclaration

__all__ = ["Network", "as_column"]


class Network(ODE):
    """A flow in matrix form with known structure; written out in components it is an `ODE` like any other.

    Parameters
    ----------
    equations : mapping
        The column of states -> its rate.
    parameters : mapping
        Parameter -> value.
    name : str, optional
        A title for reports.

    Raises
    ------
    ModelError
        If the declaration is at fault, or there is no unit.
    """

    #: What reports call it.
    kind_of_network: ClassVar[str] = "network"

    def __init__(self, equations: Any, parameters: Any, *, name: str | None = None) -> None:
        super().__init__(equations, parameters, name=name)
        if not self.dimension:
            raise ModelError("The network has no units: its weights are empty.")

    @classmethod
    def _from_declaration(cls, declaration: AbstractDeclaration, name: str | None) -> System:
        if isinstance(declaration, MatrixDeclaration):
            return super()._from_declaration(declaration, name)
        return ODE._from_declaration(declaration, name)

    @classmethod
    def of(cls, system: System) -> Self:
        """The same system as a network of this class, with all that such a network offers.

        Parameters
        ----------
        system : System
            A flow in matrix form, such as one that was rebuilt from a report.

        Raises
        ------
        ModelError
            If its equation and parameters are not those of such a network.
        """
        declaration = system._declaration
        if system.kind != "flow" or not isinstance(declaration, MatrixDeclaration) or not cls._is(declaration):
            raise ModelError(f"The system is no {cls.kind_of_network}: its equation or its parameters are other ones.")
        network = cls._from_declaration(declaration, system.name)
        assert isinstance(network, cls), "a matrix form keeps its class"
        return network

    @classmethod
    def _is(cls, declaration: MatrixDeclaration) -> bool:
        """Whether equation and parameters are those of a network of this class."""
        return True


def as_column(value: Any, length: int, what: str) -> Any:
    """A vector as it was given, or a number as a vector of that number; the declaration checks the length.

    Raises
    ------
    ModelError
        If it is no vector of finite real numbers; `what` names it.
    """
    if not _is_scalar(value):
        return as_operand(value, what)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ModelError(f"The value of {what} must be a number or a vector, not {describe(value)}.") from None
    return as_operand(np.full(length, number), what)


def _is_scalar(value: Any) -> bool:
    try:
        return np.ndim(value) == 0
    except ValueError:  # a list of rows of unequal length
        return False
