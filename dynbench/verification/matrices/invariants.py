"""Conserved quantities and energies of matrix forms, from their texts alone.

The rate that a report states is compared with the checker's own derivative of the function times the field, at random
states of small instances with random arrays (zero where they are said to be zero, symmetric where they are): that is
how all derivatives of matrix forms are checked here. What the rate says is then proved: it is u^T S u with S^T = -S
exactly, in the arrays that the report names, or -w^T diag(v) w with v nowhere negative.
"""

from __future__ import annotations

import sympy as sp
from flint import nmod_mat

from dynbench.errors import InputError, ModelError
from dynbench.symbolic.matrix_parsing import Diagonal, Each, Hadamard, Name, Node, Numbers, Product, Scaled, Sum
from dynbench.verification.document import Field
from dynbench.verification.domains import Domain
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.forms import exact_product, quadratic_form, terms_of
from dynbench.verification.matrices.quadratic import canonical, factors_of, transposed
from dynbench.verification.matrices.rates import is_field, is_rate
from dynbench.verification.matrices.system import SLOT, MatrixSystem

__all__ = ["check_matrix_invariants"]

_STOPPED = ("", "time limit", "interrupted")
_PRIME = 2**61 - 1


def check_matrix_invariants(system: MatrixSystem, found: Field, ledger: Ledger) -> frozenset[int]:
    """Check each conserved quantity, or each Lyapunov function, in matrix form; returns their places in the list."""
    found["scope"].text()
    found["stopped"].choice(*_STOPPED)
    places = set()
    for k, field in enumerate(found["found"].items()):
        text, kind = field["expression"].text(), field["kind"].text()
        if not system.names_column(text):
            continue
        places.add(k)
        field["method"].text()
        what = f"{text:.60}"
        try:
            function, rate = system.read(text), system.read(field["lie_derivative"].text())
            zero = _zero(system, field["assumptions"].texts())
            same = not system.is_map and is_rate(system, function, rate, zero)
            ledger.require(f"the rate of {what} as stated", same, "it is another one")
        except (ModelError, InputError) as error:
            ledger.prove(f"{what} is a {kind}", False, str(error))
            continue
        if kind == "conserved quantity":
            ledger.prove(f"{what} is a {kind}", _is_skew(system, rate), "its rate is not shown to be zero")
        elif not ledger.prove(f"{what} never increases", _falls(system, rate) != "", "its rate is not shown to fall"):
            continue
        elif kind == "strict Lyapunov function":
            strict = _falls(system, rate) == "strictly" and _at_rest_only(system, rate, zero)
            ledger.prove(f"{what} is constant at fixed points only", strict, "that is not shown")
    return frozenset(places)


def _zero(system: MatrixSystem, assumptions: list[str] | tuple[str, ...]) -> frozenset[str]:
    """The arrays that are said to be zero, and are.

    Raises
    ------
    ModelError
        If an assumption is not met.
    """
    arrays = set()
    for text in assumptions:
        left, sign, right = text.partition(" == " if " == " in text else " != ")
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


def _is_skew(system: MatrixSystem, rate: Node) -> bool:
    form = quadratic_form(system, rate)
    return form is not None and form.is_skew(system)


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
    terms = list(terms_of(rate)) if not isinstance(rate, Sum) else []
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
        facts = [(SLOT, ">")] if _sign(system, node.argument) == "positive" else []
        body, domain = node.body.subs(system.scalars), Domain((SLOT,), facts)
        if domain.is_positive(body):
            return "positive"
        branches = [e for e, _ in body.args] if isinstance(body, sp.Piecewise) else [body]
        return "nonnegative" if all(e == 0 or domain.is_nonnegative(e) for e in branches) else ""
    if isinstance(node, Numbers):
        return "positive" if all(a > 0 for a in node.entries) else ""
    if isinstance(node, Name) and node.name in system.arrays:
        return "positive" if bool((system.arrays[node.name] > 0).all()) else ""
    return ""


def _at_rest_only(system: MatrixSystem, rate: Node, zero: frozenset[str]) -> bool:
    """Whether w is the field, or constant invertible matrices times it, at random states of small instances."""
    found = _weighted_square(rate)
    if found is None:
        return False
    factor, parts = factors_of(found[2])
    while not is_field(system, Scaled(Product(parts), factor), zero):
        if len(parts) == 1 or not _is_regular(system, parts[0]):
            return False
        parts = parts[1:]
    return True


def _is_regular(system: MatrixSystem, node: Node) -> bool:
    """Whether a matrix is square and invertible, by its determinant modulo a prime."""
    exact = exact_product(system, sp.S.One, (node,))
    if exact is None or exact.nrows() != exact.ncols():
        return False
    whole, _ = exact.numer_denom()
    return bool(nmod_mat(whole, _PRIME).rank() == whole.nrows())
