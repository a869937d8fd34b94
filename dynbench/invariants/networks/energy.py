"""The energy of a network with symmetric weights, in matrix form (Cohen and Grossberg 1983, Hopfield 1984).

For x' = -l x + A g(y) + b with y = B x + c, a positive diagonal matrix D = diag(d), K = D B A symmetric, and G' = g,

    V = l d^T (y o g(y) - G(y)) - g(y)^T K g(y)/2 - (D (l c + B b))^T g(y)

has the gradient -B^T (g'(y) o D B F), F the right-hand side, and so

    dV/dt = -(B F)^T diag(d o g'(y)) (B F),

which is nowhere positive where g does not decrease. The gradient comes from `dynbench.symbolic.matrices` and is
compared with this one there; V is written down only to have something to differentiate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.invariants.algebra.signs import is_positive
from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.networks.antiderivatives import antiderivative
from dynbench.invariants.networks.form import NetworkForm, fitting, network_form
from dynbench.invariants.networks.pieces import in_pieces
from dynbench.invariants.networks.values import NetworkValues
from dynbench.invariants.records import Invariant, InvariantKind, Proof
from dynbench.symbolic.matrices import normalise, vjp
from dynbench.symbolic.matrices.derivatives import slope
from dynbench.symbolic.matrices.nodes import SLOT, add, diag, elementwise, hadamard, mul, ones, transpose, zeros
from dynbench.symbolic.matrices.products import expanded, with_transposes
from dynbench.systems import System

__all__ = ["NetworkEnergy"]

_S = sp.Symbol("s", real=True)
_NO_CYCLE = (
    "The right side is negative except at fixed points, so V decreases along every solution that is not at rest: there "
    "is no periodic orbit, and every limit point of a solution is a fixed point."
)
_REST = (
    "The right side is nowhere positive, so V never increases: a periodic orbit, and every limit point of a solution, "
    "lies where it is 0 (LaSalle)."
)


class NetworkEnergy(InvariantMethod):
    """The energy of Cohen and Grossberg, of Hopfield, where the weights are symmetric after a scaling of rows.

    References
    ----------
    M. A. Cohen, S. Grossberg: Absolute stability of global pattern formation and parallel memory storage by competitive
    neural networks, IEEE Trans. Systems, Man, and Cybernetics 13 (1983), 815-826. J. J. Hopfield: Neurons with graded
    response have collective computational properties like those of two-state neurons, PNAS 81 (1984), 3088-3092.
    """

    name = "network energy"
    in_components = False

    def scope(self, system: System, limits: Limits) -> str:
        """Networks whose activation is monotone, with an antiderivative where there is a leak."""
        form = network_form(system) if system.kind == "flow" else None
        fits = form is not None and form.body != SLOT
        return "the energy of a network with symmetric weights and a monotone activation" if fits else ""

    def search(self, system: System, known: Sequence[Invariant], limits: Limits) -> Iterator[Invariant]:
        """Yield the energy where the weights are symmetric to the last bit, or by their expression."""
        form = network_form(system) if system.kind == "flow" else None
        if form is None or form.body == SLOT:
            return
        integral = sp.S.Zero if form.leak == 0 else antiderivative(form.body)
        rising = _rising(form.body)
        if integral is None or rising is None:
            return
        values = NetworkValues(system)
        for scale, certain in values.scalings(form.coupling, 1):
            limits.check()
            if scale is not None and not values.is_positive(scale):
                continue
            energy = _Energy(fitting(system, form, scale), integral, scale)
            proved, used = (True, ()) if certain else values.transposes_to(energy.weights, 1)
            if proved and energy.is_proved:
                yield _record(system, values, energy, used, rising)
                return


def _rising(body: sp.Expr) -> bool | None:
    """True where g' > 0 is shown, False where only g' >= 0 is, None where neither is."""
    pieces = in_pieces(body)
    if pieces is None:
        return None
    slopes = [piece.body.diff(SLOT) for piece in pieces]
    positive = [is_positive(e, {}, ()) for e in slopes]
    return all(positive) if all(sign or e == 0 for sign, e in zip(positive, slopes, strict=True)) else None


@dataclass(frozen=True)
class _Energy:
    """V for one scaling, with what its proof consists of."""

    form: NetworkForm
    integral: sp.Expr
    scale: MatrixExpr | None

    @cached_property
    def scaled(self) -> MatrixExpr:
        """D."""
        size = self.form.output.shape[0]
        return sp.Identity(size) if self.scale is None else diag(self.scale)

    @cached_property
    def weights(self) -> MatrixExpr:
        """K = D B A."""
        return expanded(mul(self.scaled, self.form.coupling))

    @cached_property
    def offset(self) -> MatrixExpr:
        """l c + B b."""
        form = self.form
        constant = normalise(form.argument.xreplace({form.state: sp.ZeroMatrix(*form.state.shape)}))
        return add(mul(form.leak, constant), mul(form.inner, form.drive))

    def function(self, weights: MatrixExpr) -> MatrixExpr:
        """V, with `weights` for K."""
        form, u = self.form, self.form.output
        row = ones((sp.S.One, u.shape[0])) if self.scale is None else transpose(self.scale)
        kept = sp.expand(SLOT * form.body - self.integral)
        return add(
            mul(form.leak, row, elementwise(kept, form.argument)),
            mul(-sp.Rational(1, 2), transpose(u), weights, u),
            mul(-1, transpose(self.offset), self.scaled, u),
        )

    @property
    def velocity(self) -> MatrixExpr:
        """B F."""
        return mul(self.form.inner, self.form.field)

    @property
    def rate(self) -> MatrixExpr:
        """dV/dt as the proof has it."""
        rising = elementwise(slope(self.form.body), self.form.argument)
        column = rising if self.scale is None else hadamard(self.scale, rising)
        return mul(-1, transpose(self.velocity), diag(column), self.velocity)

    @cached_property
    def is_proved(self) -> bool:
        """Whether the gradient of V is -B^T (g' o (K g - l D (y - c) + D B b)), and the bracket D B F, for K^T = K."""
        form, u, n = self.form, self.form.output, self.form.output.shape[0]
        slopes, symmetric = sp.MatrixSymbol("_slopes", n, 1), sp.MatrixSymbol("_weights", n, n)
        kept = elementwise(slope(sp.expand(SLOT * form.body - self.integral)), form.argument)
        known = {kept: hadamard(form.argument, slopes), elementwise(slope(form.body), form.argument): slopes}
        gradient = vjp(self.function(symmetric), form.state, sp.Identity(1)).xreplace(known)
        bracket = add(mul(symmetric, u), mul(-form.leak, self.scaled, form.argument), mul(self.scaled, self.offset))
        wanted = mul(transpose(form.inner), diag(slopes), bracket)
        difference = expanded(normalise(add(gradient, wanted)), form.state)
        left = expanded(bracket.xreplace({symmetric: self.weights}), form.state)
        right = expanded(mul(self.scaled, form.inner, form.field), form.state)
        return all(
            isinstance(expanded(e, form.state), sp.ZeroMatrix)
            for e in (with_transposes(difference, {symmetric: 1}), add(left, _negative(right)))
        )

    @property
    def identities(self) -> tuple[sp.Basic, ...]:
        """(s g - G)' = s g', K^T = K, and dV/dt."""
        found = []
        if self.form.leak != 0:
            whole, body = (e.xreplace({SLOT: _S}) for e in (SLOT * self.form.body - self.integral, self.form.body))
            found.append(sp.Eq(sp.Derivative(whole, _S), _S * sp.Derivative(body, _S), evaluate=False))
        found.append(sp.Eq(sp.Transpose(self.weights), self.weights, evaluate=False))
        change = mul(transpose(self.gradient), self.form.field)
        return (*found, sp.Eq(change, self.rate, evaluate=False))

    @property
    def gradient(self) -> MatrixExpr:
        """The gradient of V as the proof has it."""
        return mul(-1, transpose(self.form.inner), hadamard(self._slopes, mul(self.scaled, self.velocity)))

    @property
    def _slopes(self) -> MatrixExpr:
        return elementwise(slope(self.form.body), self.form.argument)


def _negative(e: MatrixExpr) -> MatrixExpr:
    return expanded(mul(-1, e)) if not isinstance(e, sp.MatAdd) else add(zeros(e.shape), *map(_negative, e.args))


def _record(
    system: System,
    values: NetworkValues,
    energy: _Energy,
    used: tuple[tuple[sp.MatrixSymbol, int], ...],
    rising: bool,
) -> Invariant:
    form = energy.form
    strict = rising and (isinstance(form.inner, sp.Identity) or values.is_regular(form.inner))
    function, identities, assumptions = energy.function(energy.weights), energy.identities, form.zero
    if system.algebraic:
        function, assumptions = values.in_components(function), ()
        identities = (values.rate_in_components(energy.gradient, form.field, energy.rate),)
    arrays = "".join(f"; {a}^T = {'-' if sign < 0 else ''}{a} holds to the last bit of the array" for a, sign in used)
    sign = "> 0" if rising else ">= 0"
    where = f"matrix expressions{arrays}; the activation has a slope {sign} everywhere"
    return Invariant(
        expression=function,
        kind=InvariantKind.STRICT_LYAPUNOV if strict else InvariantKind.LYAPUNOV,
        proof=Proof(identities, where, _NO_CYCLE if strict else _REST),
        assumptions=assumptions,
        method=NetworkEnergy.name,
    )
