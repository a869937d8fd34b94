"""Quadratic forms u^T S u of columns u, from trees: their middles, whether S is skew, and S in rational numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
import sympy as sp
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from dynbench.symbolic.matrix_parsing import Diagonal, Hadamard, Name, Node, Numbers, Product, Scaled, Sum, Transposed
from dynbench.verification.matrices.quadratic import canonical, factors_of, transposed
from dynbench.verification.matrices.system import MatrixSystem

__all__ = ["LARGEST_EXACT", "QuadraticForm", "exact_doubles", "exact_product", "quadratic_form", "terms_of"]

#: Products of arrays are multiplied out in rational arithmetic up to so many rows.
LARGEST_EXACT = 200


@dataclass(frozen=True)
class QuadraticForm:
    """u^T S u, with S a sum of products of matrices.

    Attributes
    ----------
    column : Node
        u.
    middles : tuple of (factor, matrices)
        The terms of S: a number times a product.
    """

    column: Node
    middles: tuple[tuple[sp.Expr, tuple[Node, ...]], ...]

    def is_skew(self, system: MatrixSystem) -> bool:
        """Whether S^T = -S, exactly."""
        name = self.array(system)
        if name is not None:
            return _is_skew(system.arrays[name])
        exact = self.exact(system)
        return exact is not None and all(a == 0 for a in (exact + exact.transpose()).entries())

    def array(self, system: MatrixSystem) -> str | None:
        """The name of the array that S is a multiple of, up to transposition."""
        if len(self.middles) == 1 and len(self.middles[0][1]) == 1:
            (part,) = self.middles[0][1]
            part = part.argument if isinstance(part, Transposed) else part
            if isinstance(part, Name) and part.name in system.arrays:
                return part.name
        return None

    def exact(self, system: MatrixSystem) -> fmpq_mat | None:
        """S in rational numbers; None where it is too large, or not made of known numbers."""
        total: fmpq_mat | None = None
        for factor, parts in self.middles:
            product = exact_product(system, factor, parts)
            if product is None:
                return None
            total = product if total is None else total + product
        return total


def quadratic_form(system: MatrixSystem, e: Node) -> QuadraticForm | None:
    """An expression as u^T S u; None where it is not seen to be one."""
    middles, ends = [], {}
    for factor, parts in ((factor, _scales_apart(parts)) for factor, parts in terms_of(e)):
        if len(parts) < 2 or canonical(transposed(parts[0])) != canonical(parts[-1]):
            return None
        ends[canonical(parts[-1])] = parts[-1]
        middles.append((factor.subs(system.scalars), tuple(parts[1:-1])))
    return QuadraticForm(next(iter(ends.values())), tuple(middles)) if len(ends) == 1 else None


def terms_of(node: Node, factor: sp.Expr = sp.S.One) -> Iterator[tuple[sp.Expr, list[Node]]]:
    """The terms of a sum, multiplied out between the ends of products: a scalar and the matrices of a product."""
    if isinstance(node, Sum):
        for part in node.parts:
            yield from terms_of(part, factor)
    elif isinstance(node, Scaled):
        yield from terms_of(node.argument, factor * node.factor)
    elif isinstance(node, Product):
        scale, parts = factors_of(node)
        inner = [k for k, part in enumerate(parts) if isinstance(part, Sum) and 0 < k < len(parts) - 1]
        if inner:
            k = inner[0]
            for term in parts[k].children:  # multiplied out
                yield from terms_of(Product((*parts[:k], term, *parts[k + 1 :])), factor * scale)
        else:
            yield factor * scale, list(parts)
    else:
        yield factor, [node]


def _scales_apart(parts: list[Node]) -> list[Node]:
    """u^T diag(d) M ... for the elementwise product of u^T and d^T in front of M, where u stands last."""
    if isinstance(parts[0], Hadamard):
        row, wanted = parts[0].children, canonical(transposed(parts[-1]))
        scales = [part for part in row if canonical(part) != wanted]
        if len(scales) == len(row) - 1:
            return [transposed(parts[-1]), *(Diagonal(transposed(part)) for part in scales), *parts[1:]]
    return parts


def _is_skew(array: Any) -> bool:
    if scipy.sparse.issparse(array):
        return array.shape[0] == array.shape[1] and not (array + array.T).count_nonzero()
    return isinstance(array, np.ndarray) and array.shape[0] == array.shape[1] and np.array_equal(array, -array.T)


def exact_product(system: MatrixSystem, factor: sp.Expr, parts: Sequence[Node]) -> fmpq_mat | None:
    """A number times a product of matrices, in rational numbers; None where that is not possible."""
    if not factor.is_Rational:
        return None
    result: fmpq_mat | None = None
    for part in parts:
        matrix = _exact(system, part)
        if matrix is None:
            return None
        result = matrix if result is None else result * matrix
    return None if result is None else fmpq_mat.__mul__(result, fmpq(int(factor.p), int(factor.q)))


def _exact(system: MatrixSystem, node: Node) -> fmpq_mat | None:
    """The entries as rational numbers, of arrays, their transposes, and diagonal matrices of numbers."""
    if isinstance(node, Transposed):
        inner = _exact(system, node.argument)
        return None if inner is None else inner.transpose()
    if isinstance(node, Diagonal):
        column = _exact(system, node.argument)
        if column is None:
            return None
        n = column.nrows()
        return fmpq_mat([[column[i, 0] if i == j else fmpq(0) for j in range(n)] for i in range(n)])
    if isinstance(node, Numbers):
        n, m = node.shape
        return fmpq_mat(n, m, [fmpq(int(a.p), int(a.q)) for a in node.entries])
    if isinstance(node, Name) and node.name in system.arrays:
        array = system.arrays[node.name]
        if max(array.shape) > LARGEST_EXACT:
            return None
        array = array.toarray() if scipy.sparse.issparse(array) else array
        return exact_doubles(array)
    return None


def exact_doubles(array: NDArray[np.float64]) -> fmpq_mat:
    """The doubles of an array as the rational numbers that they are."""
    return fmpq_mat([[fmpq(*a.as_integer_ratio()) for a in row] for row in array.tolist()])
