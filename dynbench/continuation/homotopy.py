"""The straight line between two systems of one dimension."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.fixed_points.large.curve import Curve
from dynbench.fixed_points.large.krylov import MOST_DENSE
from dynbench.fixed_points.symmetry import is_mirrored
from dynbench.systems import System
from dynbench.systems.system import as_system

__all__ = ["Homotopy"]

Array = NDArray[np.float64]


class Homotopy:
    """The systems H(x, s) = (1 - s) G_a(x) + s G_b(x), from `a` at s = 0 to `b` at s = 1.

    G is F for a flow and F(x) - x for a map. Where the parameters in which the two systems differ enter linearly (W_r,
    W_o or b of a network, not W_o and W_fb at once) this is the straight line between the parameters; else only its
    ends are systems of the family.

    Parameters
    ----------
    a, b : System
        Two flows or two maps with as many states, with a value for every parameter.

    Raises
    ------
    InputError
        If they are of different kinds or dimensions, list the same states in another order, or have too many states for
        dense matrices.
    """

    def __init__(self, a: System, b: System) -> None:
        as_system(a), as_system(b)
        if a.kind != b.kind:
            raise InputError(f"A homotopy joins two flows or two maps, not a {a.kind} and a {b.kind}.")
        if a.dimension != b.dimension:
            raise InputError(
                f"The systems of a homotopy have {a.dimension} and {b.dimension} states; expected as many."
            )
        if a.states != b.states and sorted(map(str, a.states)) == sorted(map(str, b.states)):
            names = [", ".join(map(str, system.states)) for system in (a, b)]
            raise InputError(
                f"The systems of a homotopy list their states as {names[0]} and as {names[1]}; expected one order."
            )
        if a.dimension > MOST_DENSE:
            raise InputError(f"A homotopy takes dense matrices, up to {MOST_DENSE} states; these have {a.dimension}.")
        self.a, self.b = a, b

    def __repr__(self) -> str:
        return f"Homotopy({self.a.name or 'a'} to {self.b.name or 'b'}, {self.dimension} states)"

    @property
    def kind(self) -> str:
        """The kind of both systems, "flow" or "map"."""
        return self.a.kind

    @property
    def dimension(self) -> int:
        """The number of states."""
        return self.a.dimension

    @cached_property
    def odd(self) -> bool:
        """Whether H(-x, s) = -H(x, s) is proved, at both ends and so for every s."""
        return _is_odd(self.a) and _is_odd(self.b)

    @cached_property
    def curve(self) -> Curve:
        """H = 0 as a curve in (x, s)."""
        return Curve(self.residual, self.residual_jacobian, lambda x, s: self.slope(x))

    def end(self, s: float) -> System:
        """The system at s = 0 or s = 1."""
        return self.b if s else self.a

    def residual(self, x: Array, s: float) -> Array:
        """H at a state (n,)."""
        return (1 - s) * self.a.residual(x) + s * self.b.residual(x)

    def slope(self, x: Array) -> Array:
        """dH/ds at a state (n,), the same for every s."""
        return self.b.residual(x) - self.a.residual(x)

    def residual_jacobian(self, x: Array, s: float) -> Array:
        """dH/dx at a state (n,)."""
        if s in (0, 1):
            return self.end(s).residual_jacobian(x)
        jacobian, other = self.a.residual_jacobian(x), self.b.residual_jacobian(x)
        return (1 - s) * jacobian + s * other

    def jacobian_at(self, x: Array, s: float) -> Array:
        """The Jacobian of the right-hand side at a state (n,): for a map dH/dx plus the identity."""
        jacobian = self.residual_jacobian(x, s)
        return jacobian + np.eye(self.dimension) if self.kind == "map" else jacobian

    def jvp(self, x: Array, s: float, v: Array) -> Array:
        """`jacobian_at` times `v`, both (n,)."""
        return (1 - s) * self.a.jvp(x, v) + s * self.b.jvp(x, v)

    def second_derivative(self, x: Array, s: float, u: Array, v: Array) -> Array:
        """The second derivative by x at a state, applied to `u` and `v`, all (n,)."""
        return (1 - s) * self.a.second_derivative(x, u, v) + s * self.b.second_derivative(x, u, v)

    def eigenvalues(self, x: Array, s: float) -> NDArray[np.complex128]:
        """Eigenvalues of `jacobian_at`, the most unstable ones first: by `beyond`."""
        values = np.asarray(np.linalg.eigvals(self.jacobian_at(x, s)), dtype=complex)
        return values[np.argsort(-self.beyond(values), kind="stable")]

    def beyond(self, values: NDArray[np.complex128]) -> Array:
        """How far eigenvalues are on the unstable side: their real part for a flow, modulus minus 1 for a map."""
        return np.asarray(np.abs(values) - 1 if self.kind == "map" else np.real(values), dtype=float)

    def count_unstable(self, values: NDArray[np.complex128]) -> int:
        """How many of these eigenvalues are on the unstable side."""
        return int(np.count_nonzero(self.beyond(values) > 0))

    @property
    def singular(self) -> float:
        """The eigenvalue of `jacobian_at` where dH/dx is singular: 0 for a flow, 1 for a map."""
        return 1.0 if self.kind == "map" else 0.0


def _is_odd(system: System) -> bool:
    """Whether G(-x) = -G(x) is proved: from a matrix form's structure, or as an identity of the components."""
    if system.matrix_form is not None:
        return is_mirrored(system)
    turned = {state: -state for state in system.states}
    return all(sp.expand(entry.xreplace(turned) + entry) == 0 for entry in system.exact_residual)
