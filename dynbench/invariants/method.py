"""What every way of finding invariants offers: a name, what it would search, and what it finds."""

from __future__ import annotations

import abc
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import ClassVar

from dynbench._arrays import is_real
from dynbench.errors import InputError
from dynbench.invariants.deadline import deadline
from dynbench.invariants.records import Invariant, NearInvariant
from dynbench.systems import System

__all__ = ["GivenUp", "InvariantMethod", "Limits", "OutOfTime"]

#: The time for one search where the user named none.
_DEFAULT_SECONDS = 60.0


class OutOfTime(BaseException):
    """Raised where the time of `Limits` is over; the front keeps what was found and says that it was stopped.

    Like KeyboardInterrupt it is no Exception, so that no handler on its way takes it for a failure.
    """


class GivenUp(Exception):
    """Raised by a search that cannot go on, saying why: the front notes it and goes on with the next method."""


class Limits:
    """How far a search may go.

    Parameters
    ----------
    degree : int, optional
        The total degree of monomials; by default each method chooses by the dimension.
    seconds : float, optional
        The time for the whole search, from now; by default a minute, ``math.inf`` is no limit.

    Raises
    ------
    InputError
        If `degree` is no integer of at least 2, or `seconds` is not positive.
    """

    def __init__(self, degree: int | None = None, seconds: float | None = None) -> None:
        if degree is not None and not (is_real(degree) and float(degree).is_integer() and degree >= 2):
            raise InputError(f"degree is {degree!r:.60}: expected an integer of at least 2, a quadratic form.")
        if seconds is not None and not (is_real(seconds) and seconds > 0):
            raise InputError(f"time_limit is {seconds!r:.60}: expected a positive number of seconds.")
        self.degree = degree
        self._end = time.monotonic() + (_DEFAULT_SECONDS if seconds is None else seconds)

    def enforced(self) -> AbstractContextManager[None]:
        """A block that `OutOfTime` ends when the time is over, also where nothing in it calls `check`."""
        return deadline(max(self._end - time.monotonic(), 0.0), OutOfTime)

    def check(self) -> None:
        """Raise `OutOfTime` where the time is over: called between steps that take long."""
        if time.monotonic() >= self._end:
            raise OutOfTime


class InvariantMethod(abc.ABC):
    """One way of finding functions with a proved property along solutions.

    A new method is a class in a file of its own, listed in `dynbench.invariants.find` or, for Lyapunov functions, in
    `dynbench.invariants.lyapunov`.
    """

    #: How records and reports call it.
    name: ClassVar[str]
    #: Whether it works on ``system.expand()``: the front asks it about systems with `System.algebraic` only.
    in_components: ClassVar[bool] = True

    @abc.abstractmethod
    def scope(self, system: System, limits: Limits) -> str:
        """What `search` would search in this system, a noun phrase; "" where it has nothing to search in it."""

    @abc.abstractmethod
    def search(self, system: System, known: Sequence[Invariant], limits: Limits) -> Iterator[Invariant | NearInvariant]:
        """Yield what is found, each proved, as soon as it is; may call `limits.check`.

        Parameters
        ----------
        system : System
            The system as it was declared; a method that wants components calls ``system.expand()``. A method that works
            on matrix forms says so by `in_components`, and is asked about all systems, also where the number of states
            is a symbol or values are missing.
        known : sequence of Invariant
            What other methods found before, so that work need not be done twice. The front drops what depends on it.
        limits : Limits
            Degree and time.
        """
