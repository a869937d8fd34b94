"""Conserved quantities of networks, in matrix form: sums of antiderivatives of the activation.

For x' = A g(B x + c) and a diagonal matrix D = diag(d) without zeros, the function H = d^T G(B x + c), G' = g, has

    dH/dt = g(y)^T D B A g(y),    y = B x + c,

which vanishes identically if D B A is skew, for any continuous g; neither A nor B need be invertible. Nothing is
written out in components: the derivative comes from `dynbench.symbolic.matrices`, and u^T S u = 0 for skew S ends the
proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.networks.antiderivatives import antiderivative
from dynbench.invariants.networks.form import NetworkForm, fitting, network_form
from dynbench.invariants.networks.pieces import in_pieces
from dynbench.invariants.networks.values import NetworkValues
from dynbench.invariants.records import Invariant, InvariantKind, NearInvariant, Proof
from dynbench.symbolic.matrices import vjp
from dynbench.symbolic.matrices.derivatives import slope
from dynbench.symbolic.matrices.nodes import SLOT, diag, elementwise, mul, ones, transpose
from dynbench.symbolic.matrices.products import expanded, quadratic_form
from dynbench.systems import System

__all__ = ["NetworkTemplates"]

#: Weights whose symmetric part is smaller than this, relative to them (Frobenius norms), are called nearly skew: that
#: takes in rounding to single precision (6e-8) and what follows from it, and is far below any asymmetry that is meant.
NEARLY = 1e-6

_S = sp.Symbol("s", real=True)


class NetworkTemplates(InvariantMethod):
    """Sums of antiderivatives of the activation, weighted such that the weights are skew.

    References
    ----------
    M. A. Cohen, S. Grossberg: Absolute stability of global pattern formation and parallel memory storage by competitive
    neural networks, IEEE Trans. Systems, Man, and Cybernetics 13 (1983), 815-826, has the same sums for symmetric
    weights. For skew weights D B A it is the gradient form x' = S grad H in coordinates y = B x + c.

    Examples
    --------
    >>> import sympy as sp, dynbench as db
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, x = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1)
    >>> network = db.ODE({x: (A - A.T)*x.applyfunc(sp.tanh)}, {A: None})
    >>> (energy,) = network.invariants()
    >>> print(energy.expression)
    ones(1, n)*log(cosh(x))
    """

    name = "network template"
    in_components = False

    def scope(self, system: System, limits: Limits) -> str:
        """The sums that are tried; nothing for systems that are not of this form."""
        form = _bare(system)
        if form is None:
            return ""
        if form.body == SLOT:
            return f"quadratic forms {form.state}^T D {form.state} with a diagonal matrix D"
        y = form.argument
        if antiderivative(form.body) is None:
            body = form.body.xreplace({SLOT: _S})
            return (
                f"sums of antiderivatives of {body} at {y}, of which none was found in closed form (where the weights "
                "are skew, the sum of its integrals from 0 is conserved all the same)"
            )
        return f"weighted sums of antiderivatives of the activation at {y}"

    def search(self, system: System, known: Sequence[Invariant], limits: Limits) -> Iterator[Invariant | NearInvariant]:
        """Yield the sum whose weights make D B A skew to the last bit; else, if there is one, that up to rounding."""
        form = _bare(system)
        integral = None if form is None else antiderivative(form.body)
        if form is None or integral is None:
            return
        values = NetworkValues(system)
        for scale, certain in values.scalings(form.coupling, -1):
            limits.check()
            candidate = _Candidate(fitting(system, form, scale), integral, scale)
            if candidate.form_matrix is None:
                continue
            proved, used = (True, ()) if certain else values.transposes_to(candidate.form_matrix, -1)
            if proved:
                yield _conserved(system, candidate, used)
                return
        limits.check()
        yield from _nearly(system, values, form, integral)


def _bare(system: System) -> NetworkForm | None:
    """The network form, where it has neither leak nor drive."""
    form = network_form(system) if system.kind == "flow" else None
    return form if form is not None and form.leak == 0 and isinstance(form.drive, sp.ZeroMatrix) else None


class _Candidate:
    """H = d^T G(y), and its derivative along solutions as g(y)^T S g(y).

    Attributes
    ----------
    function : MatrixExpr
        H; x^T D x where g is linear.
    gradient : MatrixExpr
        The gradient of H, with g for G'.
    change : MatrixExpr
        That times the field.
    form_matrix : MatrixExpr or None
        S; None where the derivative was not brought into that form.
    """

    def __init__(self, form: NetworkForm, integral: sp.Expr, scale: MatrixExpr | None) -> None:
        self.form, self.integral, self.scale = form, integral, scale
        x, u, n = form.state, form.output, form.output.shape[0]
        if form.body == SLOT:
            weight = sp.Identity(n) if scale is None else diag(scale)
            self.function = mul(transpose(x), weight, x)
        else:
            weight = ones((sp.S.One, n)) if scale is None else transpose(scale)
            self.function = mul(weight, elementwise(integral, form.argument))
        self.gradient = vjp(self.function, x, sp.Identity(1))
        if form.body != SLOT:
            self.gradient = self.gradient.xreplace({elementwise(slope(integral), form.argument): u})
        self.change = mul(transpose(self.gradient), form.field)
        self.form_matrix = quadratic_form(expanded(self.change, x), u)

    @property
    def identities(self) -> tuple[sp.Basic, ...]:
        """G' = g, and dH/dt = g^T S g."""
        u, found = self.form.output, []
        if self.form.body != SLOT:
            integral, body = (e.xreplace({SLOT: _S}) for e in (self.integral, self.form.body))
            found.append(sp.Eq(sp.Derivative(integral, _S), body, evaluate=False))
        quadratic = sp.MatMul(transpose(u), self.form_matrix, u)
        return (*found, sp.Eq(self.change, quadratic, evaluate=False))


def _conserved(system: System, candidate: _Candidate, used: tuple[tuple[Any, int], ...]) -> Invariant:
    matrix = candidate.form_matrix
    assert matrix is not None, "it is what was proved to be skew"
    facts = [_transposed(a, sign) for a, sign in used]
    skew = sp.Eq(sp.Transpose(matrix), mul(-1, matrix), evaluate=False)
    where = "matrix expressions"
    if used:
        arrays = " and ".join(f"{a}^T = {'-' if sign < 0 else ''}{a}" for a, sign in used)
        where += f"; {arrays} holds to the last bit of every entry of the array"
    elif matrix.atoms(sp.MatrixSymbol) and not _symbolic(matrix):
        where += "; the entries of the arrays were multiplied out in rational arithmetic"
    conclusion = f"{matrix} is skew and u^T S u = 0 for every skew matrix S, so the rate is zero."
    identities = (*candidate.identities, *dict.fromkeys([*facts, skew]))
    expression, assumptions = candidate.function, _assumptions(candidate)
    if system.algebraic:
        values = NetworkValues(system)
        identities = (values.rate_in_components(candidate.gradient, candidate.form.field, None),)
        expression, assumptions = values.in_components(expression), ()
    return Invariant(
        expression=expression,
        kind=InvariantKind.CONSERVED,
        proof=Proof(identities, where, conclusion),
        assumptions=assumptions,
        method=NetworkTemplates.name,
    )


def _symbolic(matrix: MatrixExpr) -> bool:
    """Whether S^T = -S follows from the expression alone."""
    return isinstance(expanded(transpose(matrix) + matrix), sp.ZeroMatrix)


def _transposed(a: sp.MatrixSymbol, sign: int) -> sp.Basic:
    return sp.Eq(sp.Transpose(a), mul(sign, a), evaluate=False)


def _assumptions(candidate: _Candidate) -> tuple[sp.Basic, ...]:
    """That dropped parameters are 0, and what the antiderivative divides by is not."""
    _, below = sp.fraction(sp.together(candidate.integral))
    return (*candidate.form.zero, *(sp.Ne(p, 0) for p in sorted(below.free_symbols - {SLOT}, key=str)))


def _nearly(system: System, values: NetworkValues, form: NetworkForm, integral: sp.Expr) -> Iterator[NearInvariant]:
    found = values.near_scaling(form.coupling, -1, NEARLY)
    if found is None:
        return
    (scale,) = found
    candidate = _Candidate(fitting(system, form, scale), integral, scale)
    matrix = candidate.form_matrix
    if matrix is None:
        return
    rate, how = _rate(values, candidate, matrix)
    expression = candidate.function
    if system.algebraic:
        expression = values.in_components(expression)
        rate = values.in_components(rate) if isinstance(rate, MatrixExpr) else rate
    conclusion = (
        f"With u = {candidate.form.output}, S = {matrix} and E = (S + S^T)/2, u^T S u = u^T E u; {how}. H is not "
        f"conserved, but |dH/dt| <= {rate}."
    )
    where = "matrix expressions; the bound of E in interval arithmetic, rounded outward"
    yield NearInvariant(expression, rate, Proof(candidate.identities, where, conclusion), NetworkTemplates.name)


def _rate(values: NetworkValues, candidate: _Candidate, matrix: MatrixExpr) -> tuple[Any, str]:
    """A bound of |u^T E u|: a number where |u| is bounded, a multiple of H where u^T u is, else one of u^T u."""
    part, form = values.symmetric_part(matrix), candidate.form
    largest = values.greatest(form.body)
    if largest is not None:
        rate = sp.Float(part.total * largest**2 * (1 + 2.0**-50), 17)
        return rate, f"|u_i| <= {largest:.17g}, and the entries of |E| add up to at most {part.total:.17g}"
    norm = sp.Float(part.norm, 17)
    how = f"|E| <= {norm} in the 2-norm"
    if candidate.scale is None:
        multiple = _square(form.body, candidate.integral)
        if multiple is not None:
            return mul(multiple * norm, candidate.function), f"{how}, and u^T u = {multiple} H"
    return mul(norm, transpose(form.output), form.output), how


def _square(body: sp.Expr, integral: sp.Expr) -> int | None:
    """The factor k with u^T u = k H, where there is one: 1 for linear units, 2 for rectified ones."""
    if body == SLOT:
        return 1
    pieces = in_pieces(body**2 - 2 * integral)
    return 2 if pieces is not None and all(sp.expand(piece.body) == 0 for piece in pieces) else None
