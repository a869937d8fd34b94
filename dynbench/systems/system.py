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

from dynbench._arrays import as_states, shown
from dynbench.errors import InputError, ModelError
from dynbench.symbolic.forms import Form
from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.matrices import MatrixForm
from dynbench.symbolic.typesetting import latex, printable
from dynbench.systems.abstract import AbstractDeclaration
from dynbench.systems.declaration import declare_components
from dynbench.systems.matrix_declaration import declare_matrix

if TYPE_CHECKING:
    from dynbench.invariants.records import Invariants
    from dynbench.invariants.symmetry.records import Symmetries
    from dynbench.invariants.symmetry.scalings import Scaling

__all__ = ["System", "as_system"]

Array = NDArray[np.float64]


class System(abc.ABC):
    """A dynamical system, declared once; everything else is derived from the declaration.

    Parameters
    ----------
    equations : mapping
        State -> its rate (`ODE`) or next value (`Map`): SymPy symbols to expressions, or strings to strings.
        Strings are parsed by a whitelist parser that executes nothing; ``^`` is accepted for power. Or, in matrix
        form, one MatrixSymbol of shape (n, 1) to a matrix expression (``{x: -x + W*x.applyfunc(tanh) + b}``).
    parameters : mapping or iterable, optional
        Parameter -> value (None where it has none yet), or just the names. The value of a matrix is an array, dense
        or sparse, a `LowRank`, or any operator with ``.T`` and ``__rmatmul__``.
    name : str, optional
        A title for reports.

    Raises
    ------
    ModelError
        In one sentence, naming the symbol at fault.

    Notes
    -----
    States go on the last axis: one state has shape ``(n,)``, a batch ``(..., n)``. A float means the decimal that
    Python prints for it (0.1 is 1/10), so the declaration is exact; doubles, intervals and balls evaluate it. In an
    array it means exactly the double that it is.
    """

    kind: ClassVar[Literal["flow", "map"]]

    def __init__(self, equations: Any, parameters: Any = None, *, name: str | None = None) -> None:
        self._declaration = _declare(equations, parameters)
        if not (name is None or isinstance(name, str)):
            raise ModelError(f"name is {name!r:.60}; expected text.")
        self.name = name

    @classmethod
    def _from_declaration(cls, declaration: AbstractDeclaration, name: str | None) -> System:
        system = cls.__new__(cls)
        system._declaration = declaration
        system.name = name
        return system

    # --- the declaration -------------------------------------------------------------------------

    @property
    def states(self) -> tuple[sp.Symbol, ...]:
        """The states, in the order declared, as the user's own symbols; in matrix form symbols x_1, ..., x_n."""
        return self._states_declared

    @property
    def state_names(self) -> tuple[str, ...]:
        """The names of the states."""
        return tuple(state.name for state in self.states)

    @cached_property
    def dimension(self) -> int:
        """The number of states."""
        return self._declaration.dimension

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
    def exact_parameters(self) -> dict[Any, Any]:
        """Parameter symbol -> exact value, in matrix form the array of a matrix parameter.

        Raises
        ------
        ModelError
            If a parameter has no value.
        """
        exact = {}
        for symbol, value in zip(self._declaration.parameters, self._declaration.values, strict=True):
            if value is None:
                raise ModelError(f"The parameter {symbol} has no value: set it with with_parameters({symbol}=...).")
            exact[symbol] = self._declaration.exact(symbol, value)
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
            If a name is no parameter, a value is not a finite real number, or an array does not fit the others.
        """
        values = dict(self.parameters)
        symbols = dict(zip(values, self.parameter_symbols, strict=True))
        for name, value in new.items():
            if name not in values:
                near = difflib.get_close_matches(name, values, 1)
                hint = f"; did you mean {near[0]}?" if near else f" (it has {', '.join(values) or 'none'})."
                raise ModelError(f"{name} is no parameter of this system{hint}")
            values[name] = None if value is None else self._declaration.checked(symbols[name], value)
        return self._from_declaration(self._declaration.with_values(tuple(values.values())), self.name)

    def expand(self) -> System:
        """The same system in component form, one equation a state.

        A system in matrix form is written out with the values of its parameters, each double as the rational number
        that it is; any other system is returned as it is.

        Raises
        ------
        ModelError
            If the system has too many states to be written out, or a parameter has no value.
        """
        return self._expanded

    @property
    def algebraic(self) -> bool:
        """Whether computer algebra on `expand` is worth trying: in matrix form for few states only."""
        return self._declaration.algebraic

    @property
    def matrix_form(self) -> MatrixForm | None:
        """G with the values of its parameters as a `MatrixForm`; None for a system declared in components."""
        return self._residual_bound if isinstance(self._residual_bound, MatrixForm) else None

    @property
    def sizes(self) -> Mapping[sp.Symbol, sp.Integer]:
        """In matrix form the symbols in the shapes of its matrices, and their values; else empty."""
        return MappingProxyType(self._declaration.sizes)

    @property
    def described_parameters(self) -> Mapping[str, str]:
        """Parameter name -> its value as a short text: an array by its shape."""
        return {name: self._declaration.described(value) for name, value in self.parameters.items()}

    # --- derived symbolically, parameters kept as symbols ----------------------------------------

    @property
    def equations(self) -> tuple[tuple[Any, Any], ...]:
        """(left, right) for each equation in the form declared: a state, or the column of states, and its rate."""
        return self._declaration.equations

    @cached_property
    def rhs(self) -> Any:
        """The right-hand side, an (n, 1) matrix; in matrix form a matrix expression."""
        return self._declaration.shown(self._form.column)

    @cached_property
    def jacobian(self) -> Any:
        """The (n, n) matrix of first derivatives of `rhs`; in matrix form a matrix expression."""
        return self._declaration.shown(self._form.jacobian)

    @cached_property
    def hessian(self) -> Any:
        """The (n, n, n) array of second derivatives: ``hessian[i, j, k]`` is that of ``rhs[i]`` by states j and k.

        In matrix form it is a function of two vectors, ``hessian(u, v)``: the contraction with them.
        """
        return self._declaration.shown(self._form.hessian)

    @property
    def divergence(self) -> sp.Expr:
        """The trace of the Jacobian: for a flow, the rate at which volumes grow."""
        return self._declaration.shown(self._form.trace)

    @cached_property
    def residual_rhs(self) -> Any:
        """G, (n, 1), whose zeros are the fixed points: `rhs` for a flow, `rhs` minus the states for a map."""
        return self._declaration.shown(self._residual_form.column)

    @property
    def symbolic_speed(self) -> Any:
        """The speed q = |G|^2 / 2, with G as in `residual_rhs`; in matrix form a 1 x 1 matrix."""
        return self._declaration.shown(self._residual_form.speed)

    @property
    def symbolic_speed_gradient(self) -> Any:
        """The gradient of q as an (n, 1) matrix, J^T G."""
        return self._declaration.shown(self._residual_form.gradient_expression)

    @property
    def exact_rhs(self) -> sp.ImmutableDenseMatrix:
        """The right-hand side component by component, with the exact values of the parameters."""
        components = self.expand()
        return components.rhs.subs(components.exact_parameters)

    @property
    def exact_residual(self) -> sp.ImmutableDenseMatrix:
        """`residual_rhs` component by component, with the exact values of the parameters."""
        components = self.expand()
        return components.residual_rhs.subs(components.exact_parameters)

    @property
    def switching(self) -> tuple[Any, ...]:
        """The functions g (parameters substituted) such that the system may fail to be smooth only where some g = 0.

        In matrix form they are columns, of which an entry may be 0.
        """
        return tuple(map(self._declaration.shown, self._bound.switching))

    def invariants(self, *, degree: int | None = None, time_limit: float | None = None) -> Invariants:
        """Conserved quantities that were found and proved: none found is no proof that there is none.

        Parameters
        ----------
        degree : int, optional
            Total degree of monomials, at least 2; by default each method chooses by the dimension.
        time_limit : float, optional
            Seconds after which the search ends and keeps what it found; by default a minute.

        Returns
        -------
        Invariants
            A tuple of `Invariant` records, simplest first; `.scope` says what was searched, `.stopped` why not all of
            it was. See `dynbench.invariants.conserved_quantities`.

        Examples
        --------
        >>> import dynbench as db
        >>> [i.expression for i in db.ODE({"q": "p", "p": "-q"}).invariants()]
        [p**2 + q**2]
        """
        from dynbench.invariants import conserved_quantities

        if degree is None and time_limit is None:
            found = self._invariants
            if found.stopped == "interrupted":
                del self._invariants  # the next call searches again
            return found
        return conserved_quantities(self, degree=degree, time_limit=time_limit)

    @cached_property
    def _invariants(self) -> Invariants:
        from dynbench.invariants import conserved_quantities

        return conserved_quantities(self)

    def lyapunov_functions(self, *, time_limit: float | None = None) -> Invariants:
        """Functions that never increase along solutions, found and proved: none found is no proof that there is none.

        Parameters
        ----------
        time_limit : float, optional
            Seconds after which the search ends and keeps what it found; by default a minute.

        Returns
        -------
        Invariants
            Records of kind ``LYAPUNOV`` or ``STRICT_LYAPUNOV``, the strict ones first; see
            `dynbench.invariants.lyapunov_functions`.
        """
        from dynbench.invariants import lyapunov_functions

        if time_limit is not None:
            return lyapunov_functions(self, time_limit=time_limit)
        found = self._lyapunov_functions
        if found.stopped == "interrupted":
            del self._lyapunov_functions  # the next call searches again
        return found

    @cached_property
    def _lyapunov_functions(self) -> Invariants:
        from dynbench.invariants import lyapunov_functions

        return lyapunov_functions(self)

    def symmetries(self) -> Symmetries:
        """Sign changes and permutations of states, and their products, that leave the equations as they are, proved.

        Returns
        -------
        Symmetries
            A tuple of `Symmetry` records without the identity; `.order` is that of the group, and `.scope` says what
            was searched. See `dynbench.invariants.signed_permutation_symmetries`.
        """
        return self._symmetries

    def reversing_symmetries(self) -> Symmetries:
        """Sign changes, permutations and their products S with F(S x) = -S F(x), which reverse time, proved.

        Returns
        -------
        Symmetries
            Involutions first; see `dynbench.invariants.reversing_symmetries`.

        Raises
        ------
        InputError
            If the system is a map.
        """
        from dynbench.invariants import reversing_symmetries

        return reversing_symmetries(self)

    def scaling_symmetries(self, *, parameters: bool = False) -> tuple[Scaling, ...]:
        """Powers of one factor by which states and time may be multiplied; see `dynbench.invariants.Scaling`.

        Parameters
        ----------
        parameters : bool
            Whether parameters may be multiplied by powers of it too.

        Returns
        -------
        tuple of Scaling
            A basis; see `dynbench.invariants.scaling_symmetries`.
        """
        from dynbench.invariants import scaling_symmetries

        return scaling_symmetries(self, parameters=parameters)

    @cached_property
    def _symmetries(self) -> Symmetries:
        from dynbench.invariants import signed_permutation_symmetries

        return signed_permutation_symmetries(self)

    # --- numbers ---------------------------------------------------------------------------------

    def __call__(self, x: ArrayLike) -> Array:
        """Evaluate the right-hand side at states `x` of shape (..., n); returns (..., n)."""
        return self._bound.value(self._states(x))

    def jacobian_at(self, x: ArrayLike) -> Array:
        """Jacobians at states `x` of shape (..., n); returns (..., n, n), dense even where the weights are not.

        Raises
        ------
        InputError
            If a system in matrix form has more than 5000 states: `jvp` and `vjp` need no such array.
        """
        return self._bound.derivative(self._states(x))

    def hessian_at(self, x: ArrayLike) -> Array:
        """Hessians at states `x` of shape (..., n); returns (..., n, n, n)."""
        return self._bound.second_derivatives(self._states(x))

    def jvp(self, x: ArrayLike, v: ArrayLike) -> Array:
        """Jacobian at `x` times `v`, both (..., n)."""
        x, v = self._together(x=x, v=v)
        return self._bound.jvp(x, v)

    def vjp(self, x: ArrayLike, w: ArrayLike) -> Array:
        """Transposed Jacobian at `x` times `w`, both (..., n)."""
        x, w = self._together(x=x, w=w)
        return self._bound.vjp(x, w)

    def second_derivative(self, x: ArrayLike, u: ArrayLike, v: ArrayLike) -> Array:
        """The second derivative at `x` applied to `u` and `v`, all (..., n)."""
        x, u, v = self._together(x=x, u=u, v=v)
        return self._bound.second_derivative(x, u, v)

    def residual(self, x: ArrayLike) -> Array:
        """G at states `x` of shape (..., n): F(x) for a flow, F(x) - x for a map."""
        return self._residual_bound.value(self._states(x))

    def residual_jacobian(self, x: ArrayLike) -> Array:
        """Jacobians of G at states `x` of shape (..., n); returns (..., n, n)."""
        return self._residual_bound.derivative(self._states(x))

    def residual_and_jacobian(self, x: ArrayLike) -> tuple[Array, Array]:
        """G and its Jacobian at states `x`, common subexpressions computed once."""
        return self._residual_bound.value_and_derivative(self._states(x))

    def speed(self, x: ArrayLike) -> Array:
        """q = |G|^2 / 2 at states `x` of shape (..., n) (Sussillo & Barak 2013); returns (...)."""
        with np.errstate(over="ignore"):
            return 0.5 * np.sum(self.residual(x) ** 2, axis=-1)

    def speed_gradient(self, x: ArrayLike) -> Array:
        """The gradient J^T G of `speed`, (..., n)."""
        return self._residual_bound.gradient(self._states(x))

    def gauss_newton(self, x: ArrayLike, v: ArrayLike) -> Array:
        """J^T J v, J the Jacobian of G at `x`, both (..., n): `speed_hessian` times `v` where G = 0."""
        x, v = self._together(x=x, v=v)
        return self._residual_bound.gauss_newton(x, v)

    def speed_hessian(self, x: ArrayLike, gauss_newton: bool = True) -> Array:
        """Second derivatives of `speed`, (..., n, n).

        Parameters
        ----------
        x : (..., n) array
            States.
        gauss_newton : bool
            True for J^T J, which is exact at fixed points; False adds the term sum_k G_k Hess(G_k).
        """
        derivative = self.residual_jacobian(x)
        gram = np.swapaxes(derivative, -1, -2) @ derivative
        return gram if gauss_newton else gram + self._residual_bound.curvature(self._states(x))

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
        return hashlib.sha256(b"\x00".join([self.kind.encode(), *self._declaration.signature()])).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, System) and self.content_hash == other.content_hash

    def __hash__(self) -> int:
        return hash(self.content_hash)

    def __reduce__(self) -> tuple[Any, ...]:
        # Compiled kernels stay behind: the receiver derives them again from the declaration.
        return type(self)._from_declaration, (self._declaration, self.name)

    def __repr__(self) -> str:
        lines = [f"{self._left_text(s)} = {e}" for s, e in self.equations]
        values = ", ".join(self._values())
        title = f"{type(self).__name__} {self.name!r}" if self.name else type(self).__name__
        return "\n  ".join([title + (f" ({values})" if values else ""), *lines])

    def _repr_latex_(self) -> str:
        rows = [f"{self._left_latex(s)} &= {latex(e)}" for s, e in self.equations]
        return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"

    def _repr_html_(self) -> str:
        cells = ((self._escaped(self._left_text(s)), self._escaped(str(e))) for s, e in self.equations)
        rows = "".join(f"<tr><th scope='row'><bdi>{left}</bdi></th><td>= {right}</td></tr>" for left, right in cells)
        values = ", ".join(self._values())
        title = self._escaped(self.name or type(self).__name__) + (f" ({self._escaped(values)})" if values else "")
        return f"<table><caption><bdi>{title}</bdi></caption><tbody>{rows}</tbody></table>"

    @staticmethod
    def _escaped(text: str) -> str:
        return html.escape(printable(text))

    def _values(self) -> list[str]:
        return [f"{name} = {text}" for name, text in self.described_parameters.items()]

    # --- for the kinds ---------------------------------------------------------------------------

    @abc.abstractmethod
    def _residual_of(self, form: Form) -> Form:
        """The function whose zeros are the fixed points."""

    @abc.abstractmethod
    def _left_text(self, state: sp.Expr) -> str:
        """The left-hand side of the equation for `state`, as text."""

    @abc.abstractmethod
    def _left_latex(self, state: sp.Expr) -> str:
        """The left-hand side of the equation for `state`, in LaTeX."""

    @cached_property
    def _states_declared(self) -> tuple[sp.Symbol, ...]:
        return self._declaration.state_symbols()

    @cached_property
    def _expanded(self) -> System:
        declaration = self._declaration.components()
        return self if declaration is self._declaration else self._from_declaration(declaration, self.name)

    @cached_property
    def _form(self) -> Form:
        """The declaration in real symbols, parameters kept."""
        return self._declaration.form()

    @cached_property
    def _residual_form(self) -> Form:
        return self._residual_of(self._form)

    @cached_property
    def _bound(self) -> Form:
        """The declaration in real symbols, parameters substituted."""
        return self._declaration.bound()

    @cached_property
    def _residual_bound(self) -> Form:
        return self._residual_of(self._bound)

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


def _declare(equations: Any, parameters: Any) -> AbstractDeclaration:
    """The declaration in the form in which it was made."""
    if isinstance(equations, Mapping) and any(isinstance(state, sp.MatrixSymbol) for state in equations):
        return declare_matrix(equations, parameters)
    return declare_components(equations, parameters)


def as_system(value: Any) -> System:
    """Check that a public function was given a system.

    Raises
    ------
    InputError
        If it was given anything else.
    """
    if not isinstance(value, System):
        raise InputError(f"system is {shown(value)}; expected an ODE or a Map.")
    return value
