"""What every method of fixed step offers: a name, an order, and a stepper for a system and a batch of states."""

from __future__ import annotations

import abc
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dynbench.systems import System

__all__ = ["StepMethod", "Stepper", "UnsolvedStep"]

Array = NDArray[np.float64]


class UnsolvedStep(Exception):
    """Raised by a stepper where the equations of an implicit step have not been solved to rounding.

    Parameters
    ----------
    orbits : bool array of the batch's shape
        Whose equations.
    residual : float array of the batch's shape
        What was left of them, relative to the state.
    """

    def __init__(self, orbits: NDArray[np.bool_], residual: Array) -> None:
        super().__init__("the equations of an implicit step were not solved")
        self.orbits = np.asarray(orbits)
        self.residual = np.asarray(residual)


class Stepper(abc.ABC):
    """A method at work on one system: it takes steps, and may keep what helps it with the next one.

    Attributes
    ----------
    residual : float
        The largest relative residual with which the equations of a step were left so far; 0 where a method has none
        to solve.
    """

    residual: float = 0.0

    @abc.abstractmethod
    def step(self, x: Array, h: float) -> Array:
        """The states one step of length `h` (negative for backward) after the states `x`, (n,) or (K, n).

        Raises
        ------
        UnsolvedStep
            If the method is implicit and its equations were not solved.
        """


class StepMethod(abc.ABC):
    """A way of taking steps of a given length.

    A new method is a class, or an instance of one, in a file of its own, listed in `dynbench.flow.steppers`.

    Attributes
    ----------
    name : str
        What `dynbench.integrate` calls it.
    order : int
        Its error over a given time is of this order in the step.
    """

    name: str
    order: int

    @abc.abstractmethod
    def bind(self, system: System, x: Array) -> Stepper:
        """A stepper for the orbits of the states `x`, (n,) or (K, n).

        Raises
        ------
        InputError
            If the method is not for this system.
        """

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}, order {self.order}>"


def components_where_small(system: System) -> System:
    """The same system in the form that evaluates fastest: of few states, component by component."""
    return system.expand() if system.algebraic else system


def at_stages(function: Callable[[Array], Array], stages: Array, *, small: bool) -> Array:
    """The values of a function at states (..., s, n): of few states without a batch fastest one by one."""
    return np.array([function(stage) for stage in stages]) if small and stages.ndim == 2 else function(stages)
