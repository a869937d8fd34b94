"""Antiderivatives of activation functions: from a small table, in pieces, else by SymPy; each differentiated back.

SymPy integrates tanh to ``x - log(tanh(x) + 1)``, which is nan at 800; the table gives log cosh, which the code for
doubles evaluates without overflow (`dynbench.symbolic.overflow`).
"""

from __future__ import annotations

import functools
import itertools

import sympy as sp
from sympy.integrals.manualintegrate import manualintegrate

from dynbench.invariants.networks.pieces import Piece, in_pieces, overlap
from dynbench.symbolic.calculus import NONSMOOTH
from dynbench.symbolic.matrices.nodes import SLOT
from dynbench.symbolic.overflow import without_overflow

__all__ = ["antiderivative"]

_U = sp.Dummy("u", real=True)

#: How the parser writes max(u, 0).
_RELU = sp.Piecewise((_U, _U > 0), (0, True))

#: Function of u -> its antiderivative; u may be any linear function of the variable.
_TABLE: tuple[tuple[sp.Expr, sp.Expr], ...] = (
    (sp.tanh(_U), sp.log(sp.cosh(_U))),
    (sp.atan(_U), _U * sp.atan(_U) - sp.log(1 + _U**2) / 2),
    (sp.erf(_U), _U * sp.erf(_U) + sp.exp(-(_U**2)) / sp.sqrt(sp.pi)),
    (1 / (1 + sp.exp(_U)), _U - sp.log(1 + sp.exp(_U))),
    (sp.exp(_U) / (1 + sp.exp(_U)), sp.log(1 + sp.exp(_U))),
    (_U / sp.sqrt(1 + _U**2), sp.sqrt(1 + _U**2)),
    (sp.asinh(_U), _U * sp.asinh(_U) - sp.sqrt(1 + _U**2)),
    (_U / (1 + sp.Abs(_U)), sp.Abs(_U) - sp.log(1 + sp.Abs(_U))),
    (sp.tanh(_U) ** 2, _U - sp.tanh(_U)),
    (sp.tanh(_U) ** 3, sp.log(sp.cosh(_U)) - sp.tanh(_U) ** 2 / 2),
    (sp.Max(0, _U), sp.Max(0, _U) ** 2 / 2),
    (_RELU, _RELU**2 / 2),
    (sp.Abs(_U), _U * sp.Abs(_U) / 2),
    (sp.sin(_U), -sp.cos(_U)),
    (sp.cos(_U), sp.sin(_U)),
    (sp.exp(_U), sp.exp(_U)),
)  # fmt: skip


@functools.lru_cache(maxsize=256)
def antiderivative(body: sp.Expr) -> sp.Expr | None:
    """A function whose derivative is `body`, continuous on the whole line; None where none was found.

    Parameters
    ----------
    body : sympy expression
        A function of `SLOT`, continuous; it may hold parameters.

    Examples
    --------
    >>> import sympy as sp
    >>> antiderivative(sp.tanh(SLOT)).subs(SLOT, sp.Symbol("s"))
    log(cosh(s))
    >>> antiderivative(sp.Max(-1, sp.Min(1, SLOT))).subs(SLOT, sp.Symbol("s"))
    Piecewise((-s - 1/2, s <= -1), (s**2/2, s <= 1), (s - 1/2, True))
    """
    found = _of_sum(body)
    if found is None:
        pieces = in_pieces(body)
        found = _joined(pieces) if pieces is not None and len(pieces) > 1 else None
    return found if found is not None and _differentiates_to(found, body) else None


def _differentiates_to(integral: sp.Expr, body: sp.Expr) -> bool:
    """Whether the derivative is `body`, on every piece where there are several, and the pieces meet."""
    if not body.has(*NONSMOOTH):
        return _equal(integral.diff(SLOT), body)
    wholes, parts = in_pieces(integral), in_pieces(body)
    if wholes is None or parts is None:
        return False
    if not (_meet(wholes) and _meet(parts)):
        return False
    return all(_equal(whole.body.diff(SLOT), part.body) for whole in wholes for part in parts if overlap(whole, part))


def _meet(pieces: tuple[Piece, ...]) -> bool:
    gaps = ((right.body - left.body).xreplace({SLOT: right.low}) for left, right in itertools.pairwise(pieces))
    return all(sp.simplify(gap) == 0 for gap in gaps)


def _equal(first: sp.Expr, second: sp.Expr) -> bool:
    """Whether two smooth functions of `SLOT` are shown to be equal by rewriting; False proves nothing."""
    difference = first - second
    return any(simpler(difference) == 0 for simpler in (without_overflow, sp.expand, _in_exponentials, sp.simplify))


def _in_exponentials(e: sp.Expr) -> sp.Expr:
    return sp.cancel(sp.together(sp.expand(e.rewrite(sp.exp))))


def _of_sum(body: sp.Expr) -> sp.Expr | None:
    """Term by term; constants in front."""
    total = sp.S.Zero
    for term in sp.Add.make_args(sp.expand(body, deep=False)):
        coefficient, rest = term.as_independent(SLOT, as_Add=False)
        part = _of_term(rest)
        if part is None:
            return None
        total += coefficient * part
    return total


def _of_term(rest: sp.Expr) -> sp.Expr | None:
    if rest.is_polynomial(SLOT):
        return sp.integrate(rest, SLOT)
    for function, integral in _TABLE:
        found = _matched(rest, function, integral)
        if found is not None:
            return found
    if rest.has(*NONSMOOTH):
        return None
    return _by_rules(rest)


def _matched(rest: sp.Expr, function: sp.Expr, integral: sp.Expr) -> sp.Expr | None:
    for u in _linear_parts(rest, function):
        if rest == function.xreplace({_U: u}):
            slope = u.diff(SLOT)
            return integral.xreplace({_U: u}) / slope
    return None


def _linear_parts(rest: sp.Expr, function: sp.Expr) -> list[sp.Expr]:
    """What may stand for u: linear functions of the variable among the parts of `rest`."""
    parts = {SLOT} | {a for part in sp.preorder_traversal(rest) for a in part.args if isinstance(a, sp.Expr)}
    linear = [p for p in parts if p.has_free(SLOT) and not p.diff(SLOT).has_free(SLOT)] if function else []
    return sorted(linear, key=sp.default_sort_key)


def _by_rules(rest: sp.Expr) -> sp.Expr | None:
    """By SymPy's rules, if they come to an end and the result is real and continuous."""
    found = manualintegrate(rest, SLOT)
    if found.has(sp.Integral, sp.Piecewise, sp.I, sp.polylog) or not found.has_free(SLOT):
        return None
    if not (found.is_real and sp.calculus.singularities(found, SLOT, sp.S.Reals) is sp.S.EmptySet):
        return None
    return found


def _joined(pieces: tuple[Piece, ...]) -> sp.Expr | None:
    """The antiderivatives of the pieces with such constants that they agree where they meet; 0 at 0 if 0 is there."""
    wholes: list[sp.Expr] = []
    for i, piece in enumerate(pieces):
        part = _of_sum(piece.body)
        if part is None:
            return None
        if i:
            meeting = piece.low
            part += wholes[-1].xreplace({SLOT: meeting}) - part.xreplace({SLOT: meeting})
        wholes.append(part)
    start = next(w for w, piece in zip(wholes, pieces, strict=True) if piece.high is None or piece.high >= 0)
    constant = start.xreplace({SLOT: sp.S.Zero})
    branches = [
        (sp.expand(w - constant), True if piece.high is None else sp.Le(SLOT, piece.high))
        for w, piece in zip(wholes, pieces, strict=True)
    ]
    return sp.Piecewise(*branches)
