"""`System`: the one thing that every other room asks."""

from __future__ import annotations

import abc
import difflib
import hashlib
import html
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import sympy as sp
from flint import arb, arb_mat
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states
from dynbench.errors import InputError, ModelError
from dynbench.symbolic.components import ComponentForm
from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.parsing import check_real
from dynbench.symbolic.typesetting import latex, printable
from dynbench.systems.declaration import Declaration, declare, exact_number, realised

if TYPE_CHECKING:
    from dynbench.invariants.records import Invariant, Symmetry

__all__ = ["System", "as_system"]

Array = NDArray[np.float64]


class System(abc.ABC):
    """A dynamical system, declared once; everything else is derived from the declaration.

    Parameters
    ----------
    equations : mapping
        State -> its rate (`ODE`) or next value (`Map`): SymPy symbols to expressions, or strings to strings.
        Strings are parsed by a whitelist parser that executes nothing; ``^`` is accepted for power.
    parameters : mapping or iterable, optional
        Parameter -> value (None where it has none yet), or just the names.
    name : str, optional
        A title for reports.

    Raises
    ------
    ModelError
        In one sentence, naming the symbol at fault.

    Notes
    -----
    States go on the last axis: one state has shape ``(n,)``, a batch ``(..., n)``. A float means the decimal that
    Python prints for it (0.1 is 1/10), so the declaration is exact; doubles, intervals and balls evaluate it.
    """

    kind: ClassVar[Literal["flow", "map"]]

    def __init__(self, equations: Any, parameters: Any = None, *, name: str | None = None) -> None:
        self._declaration = declare(equations, parameters)
        if not (name is None or isinstance(name, str)):
            raise ModelError(f"name is {name!r:.60}; expected text.")
        self.name = name

    @classmethod
    def _from_declaration(cls, declaration: Declaration, name: str | None) -> System:
        system = cls.__new__(cls)
        system._declaration = declaration
        system.name = name
        return system

    # --- the declaration -------------------------------------------------------------------------

    @property
    def states(self) -> tuple[sp.Symbol, ...]:
        """The states, in the order declared, as the user's own symbols."""
        return self._declaration.states

    @property
    def state_names(self) -> tuple[str, ...]:
        """The names of the states."""
        return tuple(state.name for state in self.states)

    @property
    def dimension(self) -> int:
        """The number of states."""
        return len(self.states)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Parameter name -> value as it was given (None where none was); read-only."""
        names = (parameter.name for parameter in self._declaration.parameters)
        return MappingProxyType(dict(zip(names, self._declaration.values, strict=True)))

    @property
    def parameter_symbols(self) -> tuple[sp.Symbol, ...]:
        """The parameters, in the order declared, as the user's own symbols."""
        return self._declaration.parameters

    @property
    def exact_parameters(self) -> dict[sp.Symbol, sp.Expr]:
        """Parameter symbol -> exact value.

        Raises
        ------
        ModelError
            If a parameter has no value.
        """
        exact = {}
        for symbol, value in zip(self._declaration.parameters, self._declaration.values, strict=True):
            if value is None:
                raise ModelError(f"The parameter {symbol} has no value: set it with with_parameters({symbol}=...).")
            exact[symbol] = exact_number(value, f"parameter {symbol}")
        return exact

    def with_parameters(self, **new: Any) -> System:
        """The same system with other parameter values, as a new system.

        Parameters
        ----------
        **new
            Parameter name -> value.

        Raises
        ------
        ModelError
            If a name is no parameter or a value is not a finite real number.
        """
        values = dict(self.parameters)
        for name, value in new.items():
            if name not in values:
                near = difflib.get_close_matches(name, values, 1)
                hint = f"; did you mean {near[0]}?" if near else f" (it has {', '.join(values) or 'none'})."
                raise ModelError(f"{name} is no parameter of this system{hint}")
            if value is not None:
                exact_number(value, f"parameter {name}")
            values[name] = value
        d = self._declaration
        changed = Declaration(d.states, d.parameters, tuple(values.values()), d.expressions)
        return self._from_declaration(changed, self.name)

    # --- derived symbolically, parameters kept as symbols ----------------------------------------

    @property
    def rhs(self) -> sp.ImmutableDenseMatrix:
        """The right-hand side, an (n, 1) matrix."""
        return sp.ImmutableDenseMatrix(self.dimension, 1, list(self._declaration.expressions))

    @cached_property
    def jacobian(self) -> sp.ImmutableDenseMatrix:
        """The (n, n) matrix of first derivatives of `rhs`."""
        return self._form.jacobian.xreplace(self._to_user)

    @cached_property
    def hessian(self) -> sp.ImmutableDenseNDimArray:
        """The (n, n, n) array of second derivatives: ``hessian[i, j, k]`` is that of ``rhs[i]`` by states j and k."""
        return self._form.hessian.applyfunc(lambda e: e.xreplace(self._to_user))

    @property
    def divergence(self) -> sp.Expr:
        """The trace of the Jacobian: for a flow, the rate at which volumes grow."""
        return self.jacobian.trace()

    @cached_property
    def residual_rhs(self) -> sp.ImmutableDenseMatrix:
        """G, (n, 1), whose zeros are the fixed points: `rhs` for a flow, `rhs` minus the states for a map."""
        form = self._residual_of(self._form)
        return sp.ImmutableDenseMatrix(self.dimension, 1, [e.xreplace(self._to_user) for e in form.expressions])

    @property
    def symbolic_speed(self) -> sp.Expr:
        """The speed q = |G|^2 / 2, with G as in `residual_rhs`."""
        return sum((g**2 for g in self.residual_rhs), sp.S.Zero) / 2

    @property
    def symbolic_speed_gradient(self) -> sp.ImmutableDenseMatrix:
        """The gradient of q as an (n, 1) matrix, J^T G."""
        derivative = self.jacobian - (sp.eye(self.dimension) if self.kind == "map" else sp.zeros(self.dimension))
        return sp.ImmutableDenseMatrix(derivative.T * self.residual_rhs)

    @property
    def exact_rhs(self) -> sp.ImmutableDenseMatrix:
        """`rhs` with the exact values of the parameters."""
        return self.rhs.subs(self.exact_parameters)

    @property
    def exact_residual(self) -> sp.ImmutableDenseMatrix:
        """`residual_rhs` with the exact values of the parameters."""
        return self.residual_rhs.subs(self.exact_parameters)

    @property
    def switching(self) -> tuple[sp.Expr, ...]:
        """The functions g (parameters substituted) such that the system may fail to be smooth only where some g = 0."""
        return tuple(g.xreplace(self._to_user) for g in self._bound.switching)

    def invariants(self) -> tuple[Invariant, ...]:
        """Conserved quantities that were found and proved: none found is no proof that there is none."""
        return self._invariants

    @cached_property
    def _invariants(self) -> tuple[Invariant, ...]:
        from dynbench.invariants import conserved_quantities

        return conserved_quantities(self)

    def symmetries(self) -> tuple[Symmetry, ...]:
        """Sign changes and permutations of states that leave the equations as they are, proved."""
        from dynbench.invariants import signed_permutation_symmetries

        return signed_permutation_symmetries(self)

    # --- numbers ---------------------------------------------------------------------------------

    def __call__(self, x: ArrayLike) -> Array:
        """Evaluate the right-hand side at states `x` of shape (..., n); returns (..., n)."""
        return self._bound.value(self._states(x))

    def jacobian_at(self, x: ArrayLike) -> Array:
        """Jacobians at states `x` of shape (..., n); returns (..., n, n)."""
        return self._bound.derivative(self._states(x))

    def hessian_at(self, x: ArrayLike) -> Array:
        """Hessians at states `x` of shape (..., n); returns (..., n, n, n)."""
        return self._bound.second_derivatives(self._states(x))

    def jvp(self, x: ArrayLike, v: ArrayLike) -> Array:
        """Jacobian at `x` times `v`, both (..., n)."""
        x, v = self._together(x=x, v=v)
        return np.einsum("...ij,...j->...i", self.jacobian_at(x), v)

    def vjp(self, x: ArrayLike, w: ArrayLike) -> Array:
        """Transposed Jacobian at `x` times `w`, both (..., n)."""
        x, w = self._together(x=x, w=w)
        return np.einsum("...ij,...i->...j", self.jacobian_at(x), w)

    def second_derivative(self, x: ArrayLike, u: ArrayLike, v: ArrayLike) -> Array:
        """The second derivative at `x` applied to `u` and `v`, all (..., n)."""
        x, u, v = self._together(x=x, u=u, v=v)
        return np.einsum("...ijk,...j,...k->...i", self.hessian_at(x), u, v)

    def residual(self, x: ArrayLike) -> Array:
        """G at states `x` of shape (..., n): F(x) for a flow, F(x) - x for a map."""
        return self._residual_bound.value(self._states(x))

    def residual_jacobian(self, x: ArrayLike) -> Array:
        """Jacobians of G at states `x` of shape (..., n); returns (..., n, n)."""
        return self._residual_bound.derivative(self._states(x))

    def residual_and_jacobian(self, x: ArrayLike) -> tuple[Array, Array]:
        """G and its Jacobian at states `x`, common subexpressions computed once."""
        both = self._residual_bound.value_and_derivative(self._states(x))
        return both[..., 0], both[..., 1:]

    def speed(self, x: ArrayLike) -> Array:
        """q = |G|^2 / 2 at states `x` of shape (..., n) (Sussillo & Barak 2013); returns (...)."""
        with np.errstate(over="ignore"):
            return 0.5 * np.sum(self.residual(x) ** 2, axis=-1)

    def speed_gradient(self, x: ArrayLike) -> Array:
        """The gradient J^T G of `speed`, (..., n)."""
        value, derivative = self.residual_and_jacobian(x)
        return np.einsum("...ij,...i->...j", derivative, value)

    def speed_hessian(self, x: ArrayLike, gauss_newton: bool = True) -> Array:
        """Second derivatives of `speed`, (..., n, n).

        Parameters
        ----------
        x : (..., n) array
            States.
        gauss_newton : bool
            True for J^T J, which is exact at fixed points; False adds the term sum_k G_k Hess(G_k).
        """
        value, derivative = self.residual_and_jacobian(x)
        gram = np.einsum("...ki,...kj->...ij", derivative, derivative)
        if gauss_newton:
            return gram
        return gram + np.einsum("...k,...kij->...ij", value, self.hessian_at(x))

    # --- enclosures ------------------------------------------------------------------------------

    def enclose_residual(self, box: Interval) -> Interval:
        """G over boxes of shape (..., n), enclosed in outward-rounded doubles: (..., n)."""
        return self._residual_bound.enclose(box)

    def enclose_residual_jacobian(self, box: Interval) -> Interval:
        """The Jacobian of G over boxes of shape (..., n), enclosed: (..., n, n)."""
        return self._residual_bound.enclose_derivative(box)

    def ball_residual(self, x: Sequence[arb]) -> list[arb]:
        """G over a box given as n balls, at the working precision of python-flint."""
        return self._residual_bound.ball(x)

    def ball_jacobian(self, x: Sequence[arb]) -> arb_mat:
        """The Jacobian of the right-hand side (not of G) over a box given as n balls."""
        return self._bound.ball_derivative(x)

    def ball_switching(self, x: Sequence[arb]) -> list[arb]:
        """The functions of `switching` over a box given as n balls."""
        return self._bound.ball_switching(x)

    # --- identity and looks ----------------------------------------------------------------------

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 (hex) of kind, states, equations and parameter values; the title does not count."""
        values = ["None" if v is None else sp.srepr(exact_number(v, "")) for v in self._declaration.values]
        parameters = [p.name for p in self._declaration.parameters]
        parts = [self.kind, *self.state_names, *parameters, *values, *map(sp.srepr, self._form.expressions)]
        return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, System) and self.content_hash == other.content_hash

    def __hash__(self) -> int:
        return hash(self.content_hash)

    def __reduce__(self) -> tuple[Any, ...]:
        # Compiled kernels stay behind: the receiver derives them again from the declaration.
        return type(self)._from_declaration, (self._declaration, self.name)

    def __repr__(self) -> str:
        lines = [f"{self._left_text(s)} = {e}" for s, e in zip(self.states, self.rhs, strict=True)]
        values = ", ".join(f"{name} = {value}" for name, value in self.parameters.items())
        title = f"{type(self).__name__} {self.name!r}" if self.name else type(self).__name__
        return "\n  ".join([title + (f" ({values})" if values else ""), *lines])

    def _repr_latex_(self) -> str:
        rows = [f"{self._left_latex(s)} &= {latex(e)}" for s, e in zip(self.states, self.rhs, strict=True)]
        return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"

    def _repr_html_(self) -> str:
        sides = zip(map(self._left_text, self.states), map(str, self.rhs), strict=True)
        cells = ((self._escaped(left), self._escaped(right)) for left, right in sides)
        rows = "".join(f"<tr><th scope='row'><bdi>{left}</bdi></th><td>= {right}</td></tr>" for left, right in cells)
        values = ", ".join(f"{name} = {value}" for name, value in self.parameters.items())
        title = self._escaped(self.name or type(self).__name__) + (f" ({self._escaped(values)})" if values else "")
        return f"<table><caption><bdi>{title}</bdi></caption><tbody>{rows}</tbody></table>"

    @staticmethod
    def _escaped(text: str) -> str:
        return html.escape(printable(text))

    # --- for the kinds ---------------------------------------------------------------------------

    @abc.abstractmethod
    def _residual_of(self, form: ComponentForm) -> ComponentForm:
        """The function whose zeros are the fixed points."""

    @abc.abstractmethod
    def _left_text(self, state: sp.Symbol) -> str:
        """The left-hand side of the equation for `state`, as text."""

    @abc.abstractmethod
    def _left_latex(self, state: sp.Symbol) -> str:
        """The left-hand side of the equation for `state`, in LaTeX."""

    @cached_property
    def _form(self) -> ComponentForm:
        """The declaration in real symbols, parameters kept."""
        to_real = {s: realised(s) for s in (*self.states, *self.parameter_symbols)}
        return ComponentForm(
            [realised(s) for s in self.states], [e.xreplace(to_real) for e in self._declaration.expressions]
        )

    @cached_property
    def _bound(self) -> ComponentForm:
        """The declaration in real symbols, parameters substituted."""
        bound = self._form.substitute({realised(p): value for p, value in self.exact_parameters.items()})
        for state, expression in zip(self.states, bound.expressions, strict=True):
            check_real(expression, f"the equation for {state}, with the parameter values given,")
        return bound

    @cached_property
    def _residual_bound(self) -> ComponentForm:
        return self._residual_of(self._bound)

    @cached_property
    def _to_user(self) -> dict[sp.Symbol, sp.Symbol]:
        return {realised(s): s for s in (*self.states, *self.parameter_symbols)}

    def _together(self, **arrays: ArrayLike) -> list[Array]:
        """Arrays of states whose batches fit together."""
        checked = {name: as_states(a, self.dimension, name=name, finite=False) for name, a in arrays.items()}
        try:
            np.broadcast_shapes(*(a.shape for a in checked.values()))
        except ValueError as error:
            shapes = ", ".join(f"{name} {a.shape}" for name, a in checked.items())
            raise InputError(f"The batches do not fit together: {shapes}.") from error
        return list(checked.values())

    def _states(self, x: ArrayLike) -> Array:
        """Shape is checked, finiteness is not: as in NumPy, nan in gives nan out."""
        return as_states(x, self.dimension, name="x", finite=False)


def as_system(value: Any) -> System:
    """Check that a public function was given a system.

    Raises
    ------
    InputError
        If it was given anything else.
    """
    if not isinstance(value, System):
        raise InputError(f"system is {value!r:.60}; expected an ODE or a Map.")
    return value
