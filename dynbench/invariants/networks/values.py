"""The values behind a matrix form: scalings, symmetry and bounds of products of its arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy.sparse
import sympy as sp
from flint import nmod_mat
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.invariants.algebra.derivatives import lie_derivative
from dynbench.invariants.networks.diagonal_scaling import exact_scaling, scaling
from dynbench.invariants.networks.skewness import SymmetricPart, exact_matrix, symmetric_part, transposes_to
from dynbench.piecewise.rational import to_sympy
from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.kernels import IntervalKernel
from dynbench.symbolic.matrices import LowRank, MatrixKernel, normalise
from dynbench.symbolic.matrices.arithmetic import DOUBLES
from dynbench.symbolic.matrices.entries import SYMBOLS
from dynbench.symbolic.matrices.nodes import SLOT, Diag, elementwise, split
from dynbench.symbolic.matrices.products import expanded
from dynbench.systems import System
from dynbench.systems.declaration import realised

__all__ = ["NetworkValues"]


class NetworkValues:
    """What is known of constant matrix expressions in the parameters of a system.

    Parameters
    ----------
    system : System
        A system in matrix form; values may be missing.
    """

    def __init__(self, system: System) -> None:
        self._system = system
        values = system.parameters
        self._given = {
            symbol: values[symbol.name]
            for symbol in system.parameter_symbols
            if isinstance(symbol, sp.MatrixSymbol) and values[symbol.name] is not None
        }
        sizes = system.sizes
        self.complete = all(values[s.name] is not None or s in sizes for s in system.parameter_symbols) and all(
            size.xreplace(dict(sizes)).is_Integer for s in self._symbols() for size in s.shape
        )

    def _symbols(self) -> list[sp.MatrixSymbol]:
        ((state, _),) = self._system.equations
        return [state, *self._given]

    def bound(self, e: MatrixExpr) -> MatrixExpr:
        """`e` with numbers for sizes and scalars."""
        exact = self._system.exact_parameters
        scalars = {s: exact[s] for s in e.free_symbols if isinstance(s, sp.Symbol) and s in exact}
        return normalise(e.xreplace({**self._system.sizes, **scalars}))

    @property
    def arrays(self) -> dict[sp.MatrixSymbol, Any]:
        """Matrix symbol, sizes known -> its array."""
        form = self._system.matrix_form
        return {} if form is None else form.values

    def transposes_to(self, e: MatrixExpr, sign: int) -> tuple[bool, tuple[tuple[Any, int], ...]]:
        """As `dynbench.invariants.skewness.transposes_to`, first with symbols for sizes, then with their values."""
        proved, used = transposes_to(e, sign, self._given)
        if proved or not self.complete:
            return proved, used
        return transposes_to(expanded(self.bound(e)), sign, self.arrays)

    def scalings(self, coupling: MatrixExpr, sign: int) -> Iterator[tuple[MatrixExpr | None, bool]]:
        """Columns d that may make D M skew or symmetric, and whether that is proved: nothing in them is rounded.

        The plain one (None) comes first, then columns that multiply or divide M, then what its entries ask for.
        """
        yield None, False
        for column, power in _diagonals(coupling):
            if self._has_no_zero(column):
                yield elementwise(SLOT**power, column), False
        if self.complete:
            found = self._exact_scaling(coupling, sign)
            if found is not None:
                yield found, True

    def near_scaling(self, coupling: MatrixExpr, sign: int, tolerance: float) -> tuple[MatrixExpr | None] | None:
        """(d,) with D M skew or symmetric up to `tolerance`, d None for the plain one; None where there is none."""
        if not self.complete:
            return None
        bound = expanded(self.bound(coupling))
        if not self._enclosable(bound):
            return None
        size = int(bound.shape[0])
        if sign < 0 and symmetric_part(bound, self.arrays).relative <= tolerance:
            return (None,)
        found = scaling(self._doubles(bound), sign, tolerance)
        if found is None:
            return None
        return (sp.ImmutableDenseMatrix(size, 1, [sp.Rational(*a.as_integer_ratio()) for a in found[0].tolist()]),)

    def symmetric_part(self, e: MatrixExpr) -> SymmetricPart:
        """Bounds of the symmetric part."""
        return symmetric_part(expanded(self.bound(e)), self.arrays)

    def greatest(self, body: sp.Expr) -> float | None:
        """An upper bound of |g| on the whole line, if one is seen in interval arithmetic."""
        exact = self._system.exact_parameters
        scalars = {s: exact[s] for s in body.free_symbols if s in exact}
        kernel = IntervalKernel((body.xreplace(scalars),), (SLOT,), (1,))
        value = kernel(Interval(np.array([-np.inf]), np.array([np.inf])))
        greatest = float(max(abs(value.lo[0]), abs(value.hi[0])))
        return greatest if math.isfinite(greatest) and bool(np.all(value.defined)) else None

    def in_components(self, e: MatrixExpr) -> sp.Expr:
        """A 1 x 1 matrix expression as a scalar in the states of ``system.expand()``, values put in."""
        return self.in_columns(e)[0]

    def rate_in_components(self, gradient: MatrixExpr, field: MatrixExpr, right: MatrixExpr | None) -> sp.Basic:
        """The equation ``gradient . field = right`` in components, its left side written out; 0 for None."""
        left = lie_derivative(self.in_columns(gradient), self.in_columns(field))
        return sp.Eq(left, sp.S.Zero if right is None else self.in_components(right), evaluate=False)

    def is_positive(self, scale: MatrixExpr) -> bool:
        """Whether all entries of a column of `scalings` are positive."""
        if isinstance(scale, sp.MatrixBase):
            return all(a.is_positive for a in scale)
        symbols = scale.atoms(sp.MatrixSymbol)
        return all(isinstance(self._given.get(a), np.ndarray) and bool((self._given[a] > 0).all()) for a in symbols)

    def is_regular(self, e: MatrixExpr) -> bool:
        """Whether a square matrix is shown to be invertible: its determinant is not 0 modulo a prime."""
        exact = exact_matrix(expanded(self.bound(e)), self.arrays) if self.complete else None
        if exact is None or exact.nrows() != exact.ncols():
            return False
        whole, denominator = exact.numer_denom()
        return bool(denominator) and any(
            nmod_mat(whole, prime).rank() == whole.nrows() for prime in (2**61 - 1, 2**31 - 1)
        )

    def in_columns(self, e: MatrixExpr) -> list[sp.Expr]:
        """The entries of a column or of a 1 x 1 matrix in the states of ``system.expand()``, values put in."""
        form = self._system.matrix_form
        assert form is not None, "asked of systems in matrix form only"
        states = self._system.expand().states
        column = np.empty(len(states), dtype=object)
        column[:] = [realised(s) for s in states]
        (entries,) = MatrixKernel((self.bound(e),), (form.state,), form.values, SYMBOLS)(column)
        back = {realised(s): s for s in states}
        size = int(self.bound(e).shape[0])
        return [sp.sympify(a).xreplace(back) for a in np.broadcast_to(np.asarray(entries).ravel(), size)]

    def _exact_scaling(self, coupling: MatrixExpr, sign: int) -> MatrixExpr | None:
        bound = expanded(self.bound(coupling))
        _, factors = split(bound)
        size = int(bound.shape[0])
        matrix: Any = None
        if len(factors) == 1 and factors[0] in self.arrays and not isinstance(self.arrays[factors[0]], LowRank):
            matrix = self.arrays[factors[0]]  # a scalar in front changes nothing
        if matrix is None or not (isinstance(matrix, np.ndarray) or scipy.sparse.issparse(matrix)):
            exact = exact_matrix(bound, self.arrays)
            if exact is None:
                return None
            matrix = {(i, j): exact[i, j] for i in range(size) for j in range(size) if exact[i, j] != 0}
            rough = np.array([[float(exact[i, j]) for j in range(size)] for i in range(size)])
        else:
            rough = matrix
        near = scaling(rough, sign, 1e-9)
        d = None if near is None else exact_scaling(matrix, sign, near[1], size)
        return None if d is None else sp.ImmutableDenseMatrix(size, 1, [to_sympy(a) for a in d])

    def _doubles(self, bound: MatrixExpr) -> np.ndarray:
        (value,) = MatrixKernel((normalise(bound),), (), self.arrays, DOUBLES)()
        size = int(bound.shape[0])
        return np.asarray(value, dtype=float).reshape(size, size)

    def _enclosable(self, bound: MatrixExpr) -> bool:
        kinds = (np.ndarray, LowRank)
        arrays = [self.arrays[a] for a in bound.atoms(sp.MatrixSymbol)]
        return all(isinstance(a, kinds) or scipy.sparse.issparse(a) for a in arrays)

    def _has_no_zero(self, column: MatrixExpr) -> bool:
        value = self._given.get(column)
        return isinstance(value, np.ndarray) and bool(value.all())


def _diagonals(coupling: MatrixExpr) -> list[tuple[MatrixExpr, int]]:
    """The columns of diagonal matrices that stand first in a product, with -1, or last, with 1."""
    terms = [split(term)[1] for term in (coupling.args if isinstance(coupling, sp.MatAdd) else (coupling,))]
    ends = [(term[0], -1) for term in terms] + [(term[-1], 1) for term in terms]
    return list(dict.fromkeys((end.diagonal, power) for end, power in ends if isinstance(end, Diag)))
