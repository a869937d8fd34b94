"""Recognising the systems whose only nonlinearity is relu, Abs, Max, Min or a continuous linear Piecewise."""

from __future__ import annotations

from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import sympy as sp
from flint import fmpq
from numpy.typing import NDArray

from dynbench.errors import ModelError
from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.hinges import Affine, Hinges, NotPiecewiseLinear
from dynbench.piecewise.matrix import MatrixReader
from dynbench.piecewise.numbers import exactly, in_doubles
from dynbench.piecewise.rational import RationalForm, as_rationals, from_sympy, to_sympy
from dynbench.symbolic.matrices import MatrixForm
from dynbench.symbolic.matrices.nodes import add
from dynbench.systems import System, as_system

__all__ = ["piecewise_linear"]

_KNOWN: WeakKeyDictionary[System, PiecewiseLinear | None] = WeakKeyDictionary()


def piecewise_linear(system: System) -> PiecewiseLinear | None:
    """The canonical form of a system, with the values of its parameters; None where it is not recognised as one.

    In component form the entries are exact (a float is the decimal that Python prints) and `PiecewiseLinear.A`, ... are
    their roundings; in matrix form arrays are the doubles that they are. A system without any rectified unit is linear,
    and not called piecewise linear.

    Parameters
    ----------
    system : System
        A map or a flow, with a value for every parameter.

    Returns
    -------
    PiecewiseLinear or None
        None is no proof that the system is not piecewise linear: a Piecewise with conditions on several functions, say,
        is not recognised, and one that jumps is not continuous.

    Raises
    ------
    ModelError
        If a parameter has no value.

    Examples
    --------
    >>> import dynbench as db
    >>> lozi = db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5})
    >>> piecewise_linear(lozi)
    PiecewiseLinear(map of 2 states, 1 units)
    """
    system = as_system(system)
    if system not in _KNOWN:
        _KNOWN[system] = _recognised(system)
    return _KNOWN[system]


def _recognised(system: System) -> PiecewiseLinear | None:
    matrix, source = system.matrix_form, None
    try:
        if matrix is not None:
            # Not of the system itself: what is kept for it as long as it lives must not keep it alive.
            source = partial(_of_matrices, matrix, system.dimension, system.kind)
        parts = _of_components(system) if source is None else source()
    except NotPiecewiseLinear:
        return None
    if not len(parts["h2"]):
        return None
    rounded = {name: _rounded(value) for name, value in parts.items()}
    return PiecewiseLinear(kind=system.kind, exactly=partial(_exact, source or parts, system.kind), **rounded)


def _exact(source: Any, kind: Any) -> RationalForm | None:
    """The rational form: of a matrix form the walk is made again, in rational numbers."""
    try:
        parts = source(exact=True) if callable(source) else source
    except ModelError:
        return None
    if not all(isinstance(e, fmpq) for part in parts.values() for e in np.ravel(part).tolist()):
        return None
    return RationalForm(kind, **{name: as_rationals(part) for name, part in parts.items()})


def _of_matrices(form: MatrixForm, dimension: int, kind: str, *, exact: bool = False) -> dict[str, NDArray[Any]]:
    reader = MatrixReader(form.state, dimension, form.values, exactly if exact else in_doubles)
    # `matrix_form` is F - x of a map: added to it as a symbol, x cancels without rounding.
    return reader.parts(add(form.expression, form.state) if kind == "map" else form.expression)


def _of_components(system: System) -> dict[str, NDArray[Any]]:
    hinges = Hinges(system.states)
    rows = [hinges.read(e) for e in system.exact_rhs]
    arguments = hinges.arguments
    n, size = len(rows), len(arguments)
    return {
        "A": _matrix([row.states for row in rows], n),
        "W1": _matrix([row.units for row in rows], size),
        "h1": _column(rows),
        "W2": _matrix([s.states for s in arguments], n),
        "V": _matrix([s.units for s in arguments], size),
        "h2": _column(arguments),
    }


def _matrix(rows: list[Any], width: int) -> NDArray[Any]:
    matrix = np.empty((len(rows), width), dtype=object)
    for i, row in enumerate(rows):
        for j in range(width):
            matrix[i, j] = _number(row.get(j, sp.S.Zero))
    return matrix


def _column(rows: list[Affine]) -> NDArray[Any]:
    column = np.empty(len(rows), dtype=object)
    column[:] = [_number(row.constant) for row in rows]
    return column


def _number(value: sp.Expr) -> Any:
    """A rational number as such; another one as SymPy has it."""
    return from_sympy(value) if isinstance(value, sp.Rational) else value


def _rounded(values: NDArray[Any]) -> NDArray[np.float64]:
    if values.dtype != object:
        return values
    flat = [float(to_sympy(e)) if isinstance(e, fmpq) else float(e) for e in values.ravel()]
    return np.array(flat, dtype=np.float64).reshape(values.shape)
