"""The symbolic claims: derivatives and the characteristic polynomial."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import sympy as sp

from dynbench.errors import InputError, ModelError
from dynbench.verification.declaration import Declared
from dynbench.verification.document import Field
from dynbench.verification.identities import vanish
from dynbench.verification.ledger import Ledger
from dynbench.verification.records import Outcome

__all__ = ["check_derived"]

#: Operations in the Jacobian up to which minors are multiplied out.
_MOST_OPERATIONS = 1000
#: The degree up to which stability conditions are known here.
_MOST_DEGREE = 4


def check_derived(system: Declared, derived: Field, ledger: Ledger) -> None:
    """Check that the derivatives in the report are those of the equations, off jumps and kinks."""
    n = system.dimension
    jacobian = [[_derivative(e, s) for s in system.states] for e in system.rhs]
    own = sp.Matrix(jacobian)
    _compare(
        system, "the Jacobian", [t for row in derived["jacobian"].items(n) for t in row.texts(n)], list(own), ledger
    )
    _compare(system, "the divergence", [derived["divergence"].text()], [own.trace()], ledger)
    speed = sum((g**2 for g in system.symbolic_residual), sp.S.Zero) / 2
    _compare(system, "the speed q", [derived["speed"].text()], [speed], ledger)
    gradient = [sum((g * _derivative(g, s) for g in system.symbolic_residual), sp.S.Zero) for s in system.states]
    _compare(system, "the gradient of q", _column(derived["speed_gradient"], n), gradient, ledger)
    _check_polynomial(system, derived, own, ledger)


def _derivative(e: sp.Expr, s: sp.Symbol) -> sp.Expr:
    """The derivative off jumps, where a DiracDelta of SymPy's is 0."""
    return e.diff(s).replace(sp.DiracDelta, lambda *_: sp.S.Zero)


def _column(field: Field, n: int) -> list[str]:
    return [entry.text() if isinstance(entry.value, str) else entry.texts(1)[0] for entry in field.items(n)]


def _compare(system: Declared, what: str, texts: Sequence[str], own: Sequence[sp.Expr], ledger: Ledger) -> bool:
    claim = f"{what} as stated"
    try:
        stated = [system.read(text) for text in texts]
    except ModelError as error:
        return ledger.add(claim, Outcome.FAILS, str(error))
    return ledger.add(claim, *vanish([a - b for a, b in zip(stated, own, strict=True)]))


def _check_polynomial(system: Declared, derived: Field, jacobian: sp.Matrix, ledger: Ledger) -> None:
    n = system.dimension
    field, reason = derived.get("characteristic_polynomial"), derived["reason"].text()
    conditions = derived["stability_conditions"].texts()
    if field is None:
        ledger.require("no stability conditions are stated without a polynomial", not conditions, "some are")
        return
    texts = field.texts(n + 1)
    symbolic = [sp.Symbol(f"a_{k}", real=True) for k in range(1, n + 1)]
    general = Declared(system.kind, system.names, system.states, {}, system.rhs, {s.name: s for s in symbolic})
    if reason:
        own, reader = [sp.S.One, *symbolic], general
    else:
        own, reader = [sp.S.One, *_coefficients(jacobian)], system
    if _compare(reader, "the characteristic polynomial", texts, own, ledger):
        stated = [reader.read(text) for text in texts]
        if n > _MOST_DEGREE:
            detail = f"they are known here up to degree {_MOST_DEGREE}"
            ledger.prove("the stability conditions as stated", not conditions, detail)
            return
        wanted = _jury(stated) if system.is_map else _routh_hurwitz(stated)
        if len(conditions) != len(wanted):
            ledger.require("the stability conditions as stated", False, f"{len(wanted)} were expected")
        else:
            _compare(reader, "the stability conditions", conditions, wanted, ledger)


def _coefficients(jacobian: sp.Matrix) -> list[sp.Expr]:
    """(-1)^k times the sum of the principal minors of order k, k = 1 to n."""
    n = jacobian.rows
    if sum(sp.count_ops(e) for e in jacobian) > _MOST_OPERATIONS:
        raise InputError("derived.characteristic_polynomial is too long to be checked.")
    result = []
    for k in range(1, n + 1):
        minors = [jacobian.extract(list(rows), list(rows)) for rows in itertools.combinations(range(n), k)]
        result.append((-1) ** k * sum((m.det(method="berkowitz") for m in minors), sp.S.Zero))
    return result


def _routh_hurwitz(a: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Lienard and Chipart's conditions up to degree 4: all positive exactly where all roots have negative real part."""
    n = len(a) - 1
    hurwitz = sp.Matrix(n, n, lambda i, j: a[2 * j - i + 1] if 0 <= 2 * j - i + 1 <= n else 0)
    if n <= 2:
        return list(a[1:])
    middle = [a[1], a[3]] if n == 3 else [a[1], a[3], a[4]]
    return [*middle, hurwitz[: n - 1, : n - 1].det()]


def _jury(a: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Schur, Cohn and Jury's conditions in Farebrother's form, up to degree 4."""
    n = len(a) - 1
    conditions = [sp.Add(*a), sp.Add(*((-1) ** k * c for k, c in enumerate(a)))]
    if n == 2:
        conditions += [1 - a[2]]
    elif n == 3:
        conditions += [3 - a[2], 1 - a[2] + a[1] * a[3] - a[3] ** 2]
    elif n == 4:
        last = (1 - a[4]) ** 2 * (1 + a[4] - a[2]) + (a[1] - a[3]) * (a[3] - a[1] * a[4])
        conditions += [1 - a[4], 3 - a[2] + 3 * a[4], last]
    return conditions
