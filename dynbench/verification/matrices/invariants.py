"""Conserved quantities and energies of matrix forms, from their texts alone.

The rate that a report states is compared with the checker's own derivative of the function times the field, at random
states of small instances with random arrays (arrays that are said to be zero are zero there): that is how all
derivatives of matrix forms are checked here. What the rate says is then proved: it is u^T S u with S^T = -S exactly, in
the arrays that the report names, or -w^T diag(v) w with v nowhere negative.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse
import sympy as sp
from flint import fmpq, fmpq_mat

from dynbench.errors import InputError, ModelError
from dynbench.symbolic.matrix_parsing import (
    Diagonal,
    Each,
    Hadamard,
    Name,
    Node,
    Numbers,
    Product,
    Scaled,
    Sum,
    Transposed,
)
from dynbench.verification.document import Field
from dynbench.verification.domains import Domain
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.blocks import Block
from dynbench.verification.matrices.linearisation import Over
from dynbench.verification.matrices.quadratic import canonical, factors_of, transposed
from dynbench.verification.matrices.small import SmallInstance
from dynbench.verification.matrices.system import SLOT, MatrixSystem

__all__ = ["check_matrix_invariants"]

_TIMES = 3
_STOPPED = ("", "time limit", "interrupted")
#: Products of arrays are multiplied out in rational arithmetic up to so many rows.
_LARGEST_EXACT = 200


def check_matrix_invariants(system: MatrixSystem, found: Field, ledger: Ledger) -> frozenset[int]:
    """Check each conserved quantity, or each Lyapunov function, in matrix form; returns their places in the list."""
    found["scope"].text()
    found["stopped"].choice(*_STOPPED)
    places = set()
    for k, field in enumerate(found["found"].items()):
        text, kind = field["expression"].text(), field["kind"].text()
        if not _in_matrices(system, text):
            continue
        places.add(k)
        field["method"].text()
        what = f"{text:.60}"
        try:
            function, rate = system.read(text), system.read(field["lie_derivative"].text())
            zero = _zero(system, field["assumptions"].texts())
            ledger.require(f"the rate of {what} as stated", _agree(system, function, rate, zero), "it is another one")
        except (ModelError, InputError) as error:
            ledger.prove(f"{what} is a {kind}", False, str(error))
            continue
        if kind == "conserved quantity":
            ledger.prove(f"{what} is a {kind}", _is_skew_form(system, rate), "its rate is not shown to be zero")
        elif not ledger.prove(f"{what} never increases", _falls(system, rate) != "", "its rate is not shown to fall"):
            continue
        elif kind == "strict Lyapunov function":
            strict = _falls(system, rate) == "strictly" and _at_rest_only(system, rate, zero)
            ledger.prove(f"{what} is constant at fixed points only", strict, "that is not shown")
    return frozenset(places)


def _in_matrices(system: MatrixSystem, text: str) -> bool:
    """Whether a text names the column of states."""
    words = {word for word, name in system.words.items() if name == system.column}
    return not words.isdisjoint(re.findall(r"\w+", text))


def _zero(system: MatrixSystem, assumptions: list[str] | tuple[str, ...]) -> frozenset[str]:
    """The arrays that are said to be zero, and are.

    Raises
    ------
    ModelError
        If an assumption is not met.
    """
    arrays = set()
    for text in assumptions:
        left, sign, right = next(text.partition(f" {s} ") for s in ("==", "!=") if f" {s} " in text)
        name = system.words.get(left)
        if isinstance(name, str) and sign == " == " and right.startswith("zeros(") and name in system.arrays:
            met = not abs(system.arrays[name]).max() > 0
            arrays.add(name)
        elif name in system.scalars:
            met = (system.scalars[name] == 0) is (sign == " == ") and right == "0"
        else:
            met = False
        if not met:
            raise ModelError(f"the assumption {text} is not met")
    return frozenset(arrays)


def _agree(system: MatrixSystem, function: Node, rate: Node, zero: frozenset[str]) -> bool:
    return all(_compare(system, function, rate, zero, np.random.default_rng(seed)) for seed in range(_TIMES))


def _compare(system: MatrixSystem, function: Node, rate: Node, zero: frozenset[str], rng: np.random.Generator) -> bool:
    instance, (function, rate) = _instance(system, (function, rate), zero, rng)
    x = rng.uniform(-2, 2, instance.dimension)
    own, along = Over(instance, x, 0.0), Over(replace(instance, tree=function), x, 0.0)
    change = along.slope(Block.exact(np.ones((1, 1)))) @ own.value(instance.tree)
    stated = own.value(rate)
    return _same(change, stated) and bool(np.all(np.abs(along.slope(Block.exact(np.ones((1, 1)))).mid).max() > 1e-9))


def _same(a: Block, b: Block) -> bool:
    return a.shape == b.shape and bool(np.all(np.abs(a.mid - b.mid) <= (1 + 1e-6) * (a.rad + b.rad) + 1e-300))


def _instance(
    system: MatrixSystem, nodes: tuple[Node, ...], zero: frozenset[str], rng: np.random.Generator
) -> tuple[MatrixSystem, tuple[Node, ...]]:
    """A small one with random arrays; the system itself where a column of numbers leaves no choice of sizes."""
    try:
        small = SmallInstance(system, Sum(nodes))
        instance, nodes = small.instance(rng), tuple(map(small.of, nodes))
    except InputError:
        instance = system
    arrays = {name: np.zeros_like(a) if name in zero else a for name, a in instance.arrays.items()}
    return replace(instance, arrays=arrays), nodes


# ---- u^T S u with S skew


def _is_skew_form(system: MatrixSystem, rate: Node) -> bool:
    """Whether the rate is a sum of terms c u^T M u, with one u, and the sum of the c M exactly skew."""
    middles: list[tuple[sp.Expr, list[Node]]] = []
    ends = set()
    for factor, parts in _terms(rate):
        if len(parts) < 2 or canonical(transposed(parts[0])) != canonical(parts[-1]):
            return False
        ends.add(canonical(parts[-1]))
        middles.append((factor.subs(system.scalars), parts[1:-1]))
    if len(ends) != 1:
        return False
    if len(middles) == 1 and len(middles[0][1]) == 1:
        (part,) = middles[0][1]
        part = part.argument if isinstance(part, Transposed) else part
        if isinstance(part, Name) and part.name in system.arrays:
            return _is_skew(system.arrays[part.name])
    total: fmpq_mat | None = None
    for factor, parts in middles:
        exact = _exact_product(system, factor, parts)
        if exact is None:
            return False
        total = exact if total is None else total + exact
    return total is not None and all(a == 0 for a in (total + total.transpose()).entries())


def _terms(node: Node, factor: sp.Expr = sp.S.One) -> Iterator[tuple[sp.Expr, list[Node]]]:
    if isinstance(node, Sum):
        for part in node.parts:
            yield from _terms(part, factor)
    elif isinstance(node, Scaled):
        yield from _terms(node.argument, factor * node.factor)
    elif isinstance(node, Product):
        scale, parts = factors_of(node)
        inner = [k for k, part in enumerate(parts) if isinstance(part, Sum) and 0 < k < len(parts) - 1]
        if inner:
            k = inner[0]
            for term in parts[k].children:  # multiplied out
                yield from _terms(Product((*parts[:k], term, *parts[k + 1 :])), factor * scale)
        else:
            yield factor * scale, list(parts)
    else:
        yield factor, [node]


def _is_skew(array: Any) -> bool:
    if scipy.sparse.issparse(array):
        return array.shape[0] == array.shape[1] and not (array + array.T).count_nonzero()
    return isinstance(array, np.ndarray) and array.shape[0] == array.shape[1] and np.array_equal(array, -array.T)


def _exact_product(system: MatrixSystem, factor: sp.Expr, parts: list[Node]) -> fmpq_mat | None:
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
        if max(array.shape) > _LARGEST_EXACT:
            return None
        array = array.toarray() if scipy.sparse.issparse(array) else array
        return fmpq_mat([[fmpq(*a.as_integer_ratio()) for a in row] for row in array.tolist()])
    return None


# ---- -w^T diag(v) w with v >= 0


def _falls(system: MatrixSystem, rate: Node) -> str:
    """How the rate is shown to fall: a sum of squares with positive weights "strictly", if some may be 0 "weakly"."""
    found = _weighted_square(rate)
    if found is None:
        return ""
    factor, weights, _ = found
    negative = (-factor.subs(system.scalars)).is_positive
    signs = [_sign(system, part) for part in weights]
    if not negative or not all(signs):
        return ""
    return "strictly" if all(sign == "positive" for sign in signs) else "weakly"


def _weighted_square(rate: Node) -> tuple[sp.Expr, list[Node], Node] | None:
    """(c, factors of v, w) of c w^T diag(v) w."""
    terms = list(_terms(rate)) if not isinstance(rate, Sum) else []
    if len(terms) != 1:
        return None
    ((factor, parts),) = terms
    if len(parts) == 2 and isinstance(parts[0], Hadamard):
        row, column = parts[0].children, parts[1]
        wanted = canonical(transposed(column))
        weights = [part for part in row if canonical(part) != wanted]
        return (factor, [transposed(w) for w in weights], column) if len(weights) < len(row) else None
    k = len(parts) // 2
    if len(parts) % 2 == 0 or not isinstance(parts[k], Diagonal):
        return None
    mirrored = all(canonical(transposed(a)) == canonical(b) for a, b in zip(parts[:k], parts[:k:-1], strict=True))
    (inner,) = parts[k].children
    scales = list(inner.children) if isinstance(inner, Hadamard) else [inner]
    return (factor, scales, Product(tuple(parts[k + 1 :]))) if mirrored else None


def _sign(system: MatrixSystem, node: Node) -> str:
    """Whether every entry of a column is positive, or nonnegative; "" where neither is shown."""
    if isinstance(node, Each):
        body, domain = node.body.subs(system.scalars), Domain((SLOT,), ())
        return "positive" if domain.is_positive(body) else "nonnegative" if domain.is_nonnegative(body) else ""
    if isinstance(node, Numbers):
        return "positive" if all(a > 0 for a in node.entries) else ""
    if isinstance(node, Name) and node.name in system.arrays:
        return "positive" if bool((system.arrays[node.name] > 0).all()) else ""
    return ""


def _at_rest_only(system: MatrixSystem, rate: Node, zero: frozenset[str]) -> bool:
    """Whether w is the field itself, at random states of small instances."""
    found = _weighted_square(rate)
    if found is None:
        return False
    for seed in range(_TIMES):
        rng = np.random.default_rng(seed)
        instance, (column,) = _instance(system, (found[2],), zero, rng)
        over = Over(instance, rng.uniform(-2, 2, instance.dimension), 0.0)
        if not _same(over.value(column), over.value(instance.tree)):
            return False
    return True
