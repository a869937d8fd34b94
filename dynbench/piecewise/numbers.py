"""The two arithmetics in which matrices are read: doubles, and rational numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq
from numpy.typing import NDArray

from dynbench.errors import ModelError
from dynbench.piecewise.rational import from_sympy, to_rational
from dynbench.symbolic.matrices.arithmetic import DOUBLES, Arithmetic
from dynbench.symbolic.matrices.entries import SYMBOLS

__all__ = ["Numbers", "exactly", "in_doubles"]

Array = NDArray[Any]


@dataclass(frozen=True)
class Numbers:
    """An arithmetic of entries.

    Attributes
    ----------
    arithmetic : Arithmetic
        In which constant matrices are evaluated.
    entry : callable
        Makes an entry of a number of that arithmetic, or of a double.
    dtype : type
        Of the arrays.
    """

    arithmetic: Arithmetic
    entry: Callable[[Any], Any]
    dtype: Any

    def array(self, values: Any) -> Array:
        """An array of entries."""
        given = np.asarray(values)
        if self.dtype is float:
            return np.array(given, dtype=np.float64)
        array = np.empty(given.size, dtype=object)
        array[:] = [self.entry(e) for e in given.ravel().tolist()]
        return array.reshape(given.shape)


def _rational(value: Any) -> fmpq:
    if isinstance(value, int | float):
        return to_rational(value)
    if isinstance(value, sp.Rational):
        return from_sympy(value)
    raise ModelError(f"{value} is no rational number.")


in_doubles = Numbers(DOUBLES, float, float)
exactly = Numbers(SYMBOLS, _rational, object)
