"""What is nearly conserved in matrix form: the bound of its rate, again from the report and the arrays alone.

The rate is u^T S u, and so u^T E u with E = (S + S^T)/2. The sizes of S + S^T are bounded entry by entry: of one array
each sum of two doubles is rounded once; products are multiplied out in rational arithmetic, larger ones in doubles with
radii. Sums are correctly rounded and raised.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse
import sympy as sp
from flint import ctx
from numpy.typing import NDArray

from dynbench.errors import InputError, ModelError
from dynbench.symbolic.matrix_parsing import Constant, Each, Node, Product
from dynbench.verification.document import Field
from dynbench.verification.domains import Domain
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.blocks import Block, up
from dynbench.verification.matrices.forms import QuadraticForm, quadratic_form, terms_of
from dynbench.verification.matrices.linearisation import Over
from dynbench.verification.matrices.quadratic import canonical, transposed
from dynbench.verification.matrices.rates import is_rate
from dynbench.verification.matrices.system import SLOT, MatrixSystem

__all__ = ["check_matrix_nearly"]

_PRECISION = 160
_DIGITS = 2**80


def check_matrix_nearly(system: MatrixSystem, invariants: Field, ledger: Ledger) -> frozenset[int]:
    """Check each function in matrix form that is said to change slowly; returns their places in the list."""
    places = set()
    zero = frozenset(name for name, a in system.arrays.items() if not abs(a).max() > 0)
    for k, field in enumerate(invariants["nearly"].items()):
        text, rate = field["expression"].text(), field["rate"].text()
        if not system.names_column(text):
            continue
        places.add(k)
        field["method"].text()
        field["proof"]["where"].text()
        field["proof"]["conclusion"].text()
        claim = f"|dH/dt| <= {rate:.40} for H = {text:.60}"
        identities = [sides.texts(2) for sides in field["proof"]["identities"].items()]
        try:
            function, change = system.read(text), system.read(identities[-1][1] if identities else "")
            same = not system.is_map and is_rate(system, function, change, zero)
            if ledger.require(f"the rate of {text:.60} as stated", same, "it is another one"):
                held = _is_bounded(system, function, change, rate)
                ledger.prove(claim, held, "the sizes of the entries do not show it")
        except (ModelError, InputError) as error:
            ledger.prove(claim, False, str(error))
    return frozenset(places)


def _is_bounded(system: MatrixSystem, function: Node, change: Node, rate: str) -> bool:
    form = quadratic_form(system, change)
    sizes = None if form is None else _sizes(system, form)
    if form is None or sizes is None or not math.isfinite(sizes.total):
        return False
    try:
        bound = np.nextafter(float(rate), 0.0)
    except ValueError:
        return _is_multiple(system, function, form.column, sizes.norm, system.read(rate))
    return math.isfinite(bound) and _is_number(system, form.column, sizes.total, Fraction(bound))


def _is_number(system: MatrixSystem, column: Node, total: float, bound: Fraction) -> bool:
    """Whether the sum of |E_ij| times the greatest u_i^2 is no more than a number."""
    if not isinstance(column, Each) or bound < 0:
        return False
    if total == 0:
        return True
    root = sp.Rational(math.isqrt(math.floor(bound / Fraction(total) * _DIGITS**2)), _DIGITS)
    body = column.body.subs(system.scalars)
    return _nonnegative(root - body) and _nonnegative(root + body)


def _is_multiple(system: MatrixSystem, function: Node, column: Node, norm: float, rate: Node) -> bool:
    """Whether a bound is c u^T u with c at least the norm of E, or c H with u^T u <= k H and c at least k times it."""
    whole, own = _single(system, rate), _single(system, function)
    if whole is None or own is None:
        return False
    square = canonical(Product((transposed(column), column)))
    if canonical(whole[1]) == square:
        return bool(whole[0] >= sp.Rational(norm))
    if canonical(whole[1]) != canonical(own[1]):
        return False
    match own[1]:
        case Product((Constant("ones"), Each(body=body, argument=argument))) if isinstance(column, Each) and norm > 0:
            slack = whole[0] / sp.Rational(norm) * body - column.body**2
            return column.argument == argument and own[0] == 1 and _nonnegative(slack.subs(system.scalars))
    return False


def _single(system: MatrixSystem, e: Node) -> tuple[sp.Rational, Node] | None:
    """The number and the product that an expression of one term is."""
    terms = list(terms_of(e))
    if len(terms) != 1:
        return None
    ((factor, parts),) = terms
    factor = factor.subs(system.scalars)
    return (factor, Product(tuple(parts))) if factor.is_Rational else None


def _nonnegative(e: sp.Expr) -> bool:
    """Whether a function of one variable is nowhere negative, piece by piece."""
    e = sp.piecewise_fold(e) if e.has(sp.Piecewise) else e
    pieces = [sp.factor(piece) for piece, _ in e.args] if isinstance(e, sp.Piecewise) else [e]
    with ctx.workprec(_PRECISION):
        return all(Domain((SLOT,), ()).is_nonnegative(piece) for piece in pieces)


# ---- the symmetric part


@dataclass(frozen=True)
class _Sizes:
    """Upper bounds of E: the sum of all |E_ij|, and of the 2-norm."""

    total: float
    norm: float


def _sizes(system: MatrixSystem, form: QuadraticForm) -> _Sizes | None:
    doubled = _doubled(system, form)
    if doubled is None:
        return None
    greatest = float(up(np.asarray(doubled.sum(axis=1)).max(initial=0.0), doubled.shape[1]))
    frobenius = math.sqrt(up(math.fsum(doubled.data**2), 3))
    return _Sizes(float(up(math.fsum(doubled.data), 3)) / 2, float(up(min(greatest, frobenius), 3)) / 2)


def _doubled(system: MatrixSystem, form: QuadraticForm) -> Any:
    """Upper bounds of |S + S^T|, entry by entry, as a sparse array."""
    name = form.array(system)
    if name is not None:
        array, factor = system.arrays[name], form.middles[0][0]
        if array.shape[0] != array.shape[1] or not factor.is_Rational:
            return None
        both = scipy.sparse.csr_array(array + array.T)
        both.data = up(np.abs(both.data) * _upper(int(factor.p), int(factor.q)), 2)
        return both
    exact = form.exact(system)
    if exact is not None:
        total = exact + exact.transpose()
        rounded = [_upper(int(a.p), int(a.q)) for a in total.entries()]
        return scipy.sparse.csr_array(np.reshape(rounded, (total.nrows(), total.ncols())))
    return scipy.sparse.csr_array(_in_doubles(system, form))


def _upper(p: int, q: int) -> float:
    """A double that is no less than |p/q|."""
    try:
        value = abs(p / q)
    except OverflowError:
        return math.inf
    return value if Fraction(value) == abs(Fraction(p, q)) else math.nextafter(value, math.inf)


def _in_doubles(system: MatrixSystem, form: QuadraticForm) -> NDArray[np.float64]:
    over = Over(system, np.zeros(system.dimension), 0.0)
    total: Block | None = None
    for factor, parts in form.middles:
        term = over.scaled(factor, over.value(parts[0] if len(parts) == 1 else Product(parts)))
        total = term if total is None else total + term
    assert total is not None, "a quadratic form has terms"
    return np.asarray((total + total.T).mag)
