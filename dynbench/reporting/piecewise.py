"""The canonical form of a piecewise-linear system, for reports: what the words of its cycles refer to."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from flint import fmpq_mat

from dynbench.piecewise import PiecewiseLinear, piecewise_linear
from dynbench.piecewise.inverse import Inverse
from dynbench.systems import System

__all__ = ["Invertibility", "invertibility", "piecewise_to_dict", "reported_form"]

#: Matrices with more entries together are not written out.
_MOST_ENTRIES = 4000
#: Of maps with more units it is not asked whether they are invertible: all patterns are gone through.
_MOST_UNITS = 12
#: Systems of more states and units together are not reported as piecewise linear: nothing is enumerated there.
_MOST_SIZE = 400


class Invertibility(NamedTuple):
    """Whether a map is proved to be invertible, None where that was not asked, and why or why not."""

    proved: bool | None
    argument: str


def reported_form(system: System) -> PiecewiseLinear | None:
    """The canonical form of a system that reports speak of; None of other systems, and of very large ones."""
    if system.dimension > _MOST_SIZE:
        return None
    form = piecewise_linear(system)
    return None if form is None or form.dimension + form.units > _MOST_SIZE else form


@lru_cache(maxsize=16)
def invertibility(form: PiecewiseLinear) -> Invertibility:
    """Whether a map has an inverse."""
    if form.kind == "flow":
        return Invertibility(None, "")
    if form.units > _MOST_UNITS:
        return Invertibility(None, f"not looked at: more than {_MOST_UNITS} units")
    inverse = Inverse(form)
    # The doubles that irrational entries round to may have a determinant of another sign, where theirs is zero.
    return Invertibility(inverse.invertible and form.exact is not None, inverse.argument)


def piecewise_to_dict(system: System) -> dict[str, Any] | None:
    """Units, matrices (as exact texts, where they are rational and not too many) and whether a map is invertible."""
    form = reported_form(system)
    if form is None:
        return None
    found = invertibility(form)
    n, units = form.dimension, form.units
    exact = form.exact if (n + units) ** 2 <= _MOST_ENTRIES else None
    matrices: dict[str, Any] | None = None
    if exact is not None:
        vectors = {"h1": exact.h1, "h2": exact.h2}
        matrices = {name: _texts(m) for name, m in (("A", exact.A), ("W1", exact.W1), ("W2", exact.W2), ("V", exact.V))}
        matrices |= {name: [row[0] for row in _texts(column)] for name, column in vectors.items()}
    return {"units": units, "form": matrices, "invertible": found.proved, "invertibility": found.argument}


def _texts(matrix: fmpq_mat) -> list[list[str]]:
    return [[str(entry) for entry in row] for row in matrix.tolist()]
