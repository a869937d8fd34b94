"""What a declaration offers to `System`, in whichever form it was made."""

from __future__ import annotations

import abc
from typing import Any

import sympy as sp

from dynbench.symbolic.forms import Form

__all__ = ["AbstractDeclaration"]


class AbstractDeclaration(abc.ABC):
    """States, parameters with their values, and equations, checked.

    Attributes
    ----------
    parameters : tuple of symbols
        The user's own.
    values : tuple
        For each parameter its value, or None.
    """

    parameters: tuple[Any, ...]
    values: tuple[Any, ...]

    @property
    @abc.abstractmethod
    def dimension(self) -> int:
        """The number of states."""

    @abc.abstractmethod
    def state_symbols(self) -> tuple[sp.Symbol, ...]:
        """One scalar symbol a state, the user's own where there is one."""

    @property
    def sizes(self) -> dict[sp.Symbol, sp.Integer]:
        """The symbols in the shapes of matrices, and their values."""
        return {}

    @property
    @abc.abstractmethod
    def equations(self) -> tuple[tuple[Any, Any], ...]:
        """(left, right) for each equation, as it is to be shown."""

    @abc.abstractmethod
    def checked(self, parameter: Any, value: Any) -> Any:
        """A value for a parameter, as it is kept; raises `ModelError` where it is none."""

    @abc.abstractmethod
    def with_values(self, values: tuple[Any, ...]) -> AbstractDeclaration:
        """The same declaration with other values, each of them checked."""

    @abc.abstractmethod
    def exact(self, parameter: Any, value: Any) -> Any:
        """The exact number, or the array, that a value means."""

    @abc.abstractmethod
    def form(self) -> Form:
        """The equations in real symbols, parameters kept."""

    @abc.abstractmethod
    def bound(self) -> Form:
        """The equations in real symbols, with the values of the parameters; raises `ModelError` where one has none."""

    @abc.abstractmethod
    def shown(self, expression: Any) -> Any:
        """An expression of `form` in the user's own symbols."""

    @abc.abstractmethod
    def described(self, value: Any) -> str:
        """A short text for a value."""

    @abc.abstractmethod
    def signature(self) -> list[bytes]:
        """What the declaration is, for a hash."""

    @property
    @abc.abstractmethod
    def algebraic(self) -> bool:
        """Whether `components` is worth computer algebra."""

    @abc.abstractmethod
    def components(self) -> AbstractDeclaration:
        """The same declaration with one equation a state."""
