"""Echo state networks: a fixed reservoir, a readout, and the readout fed back."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.errors import ModelError
from dynbench.networks.activations import as_activation
from dynbench.networks.network import Network, as_column
from dynbench.symbolic.matrices import MatrixForm, MatrixKernel
from dynbench.symbolic.matrices.arithmetic import DOUBLES
from dynbench.symbolic.matrices.nodes import mul, split
from dynbench.symbolic.matrices.operators import as_operand, rows_times
from dynbench.systems.matrix_declaration import MatrixDeclaration

__all__ = ["EchoStateNetwork"]

Array = NDArray[np.float64]


class EchoStateNetwork(Network):
    """The network x' = -x + W_r phi(x) + W_fb z + B u with the readout z = W_o phi(x), kept in its factors.

    Parameters
    ----------
    W_r : (n, n) array, sparse array or `LowRank`
        The weights of the reservoir.
    W_fb : (n, m) array
        How the readout is fed back; a vector for one readout.
    W_o : (m, n) array
        The readout; a vector for one.
    B : (n, p) array, optional
        How the input enters; a vector for one input. Without it the network has no input.
    activation : str, SymPy function class or Lambda
        phi: "tanh", "logistic", "relu", "linear", or a function of one variable.
    u : float or (p,) array
        The input, held constant; a number stands for a vector of it.
    name : str, optional
        A title for reports.

    Raises
    ------
    ModelError
        In one sentence: W_r is not square, a factor does not fit, a value is not finite, or the activation is unknown.

    Notes
    -----
    The factors and ``u`` are parameters: ``network.with_parameters(u=[1, 0, 0])`` is the network under another input,
    ``network.with_parameters(W_o=...)`` the one with another readout.

    References
    ----------
    H. Jaeger, H. Haas: Harnessing nonlinearity, Science 304 (2004), 78-80. E. Jang: Recurrent neural networks: a
    dynamical systems perspective, 2015.

    Examples
    --------
    >>> import dynbench as db
    >>> network = db.EchoStateNetwork([[0, 0.5], [0.5, 0]], [1, -1], [2, -2])
    >>> str(network.rhs)
    '(W_fb*W_o + W_r)*tanh(x) - x'
    """

    kind_of_network = "echo state network"

    def __init__(
        self,
        W_r: Any,
        W_fb: Any,
        W_o: Any,
        B: Any = None,
        *,
        activation: Any = "tanh",
        u: Any = 0,
        name: str | None = None,
    ) -> None:
        n, m, p = sp.symbols("n m p", integer=True, positive=True)
        x = sp.MatrixSymbol("x", n, 1)
        phi = x.applyfunc(as_activation(activation))
        reservoir, feedback, out = (sp.MatrixSymbol(*a) for a in (("W_r", n, n), ("W_fb", n, m), ("W_o", m, n)))
        # One matrix in front of phi, as in the paper's W^c: a Jacobian scales its columns once, values use the factors.
        right = -x + (reservoir + feedback * out) * phi
        values = {
            reservoir: as_operand(W_r, "W_r"),
            feedback: _matrix(W_fb, "W_fb"),
            out: _matrix(W_o, "W_o", row=True),
        }
        if B is not None:
            entry, held = sp.MatrixSymbol("B", n, p), sp.MatrixSymbol("u", p, 1)
            values[entry] = _matrix(B, "B")
            values[held] = as_column(u, values[entry].shape[1], "u")
            right += entry * held
        elif np.any(as_column(u, 1, "u")):
            raise ModelError("An input u was given, but no B, the matrix by which it enters.")
        super().__init__({x: right}, values, name=name)

    @classmethod
    def _is(cls, declaration: MatrixDeclaration) -> bool:
        found = {parameter.name: parameter for parameter in declaration.parameters}
        if not {"W_r", "W_fb", "W_o"} <= set(found) or not set(found) <= {"W_r", "W_fb", "W_o", "B", "u"}:
            return False
        weights = {found["W_r"], mul(found["W_fb"], found["W_o"])}  # the terms of a sum are in no order
        terms = map(split, declaration.expression.args)
        return any(isinstance(factors[0], sp.MatAdd) and set(factors[0].args) == weights for _, factors in terms)

    def rates(self, x: ArrayLike) -> Array:
        """phi(x) at states `x` of shape (..., n); returns (..., n)."""
        x = self._states(x)
        (rates,) = self._rates_kernel(x)
        return rates if rates is not x else rates.copy()

    def readout(self, x: ArrayLike) -> Array:
        """z = W_o phi(x) at states `x` of shape (..., n); returns (..., m)."""
        return rows_times(self.rates(x), self.parameters["W_o"].T)

    @cached_property
    def _rates_kernel(self) -> MatrixKernel:
        form = self._bound
        assert isinstance(form, MatrixForm)
        return MatrixKernel((_rates_in(form.expression),), (form.state,), form.values, DOUBLES)


def _rates_in(expression: MatrixExpr) -> MatrixExpr:
    """What stands behind W_r + W_fb W_o: the function phi(x), whose coefficient may stand in front."""
    for coefficient, factors in map(split, expression.args):
        if isinstance(factors[0], sp.MatAdd):
            return mul(coefficient, *factors[1:])
    raise AssertionError("an echo state network has its weights in front of phi")


def _matrix(value: Any, what: str, *, row: bool = False) -> Any:
    """A matrix, or a vector as one row or one column."""
    matrix = as_operand(value, what)
    if len(matrix.shape) == 1:
        return matrix[None, :] if row else matrix[:, None]
    return matrix
