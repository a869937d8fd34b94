"""Continuous-time recurrent networks in rate and in activation form."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dynbench.errors import ModelError
from dynbench.networks.activations import as_activation
from dynbench.networks.network import Network, as_column
from dynbench.symbolic.matrices.operators import as_operand
from dynbench.systems.declaration import exact_number
from dynbench.systems.matrix_declaration import MatrixDeclaration

__all__ = ["RNN"]


class RNN(Network):
    """A recurrent network of n units, kept as a matrix expression.

    In rate form tau x' = -leak x + W phi(x) + b, in activation form tau x' = -leak x + phi(W x + b).

    Parameters
    ----------
    W : (n, n) array, sparse array, `LowRank` or operator
        The weights, from unit j to unit i in entry (i, j).
    b : float or (n,) array
        The bias; a number stands for a column of it.
    activation : str, SymPy function class or Lambda
        phi: "tanh", "logistic", "relu", "linear", or a function of one variable.
    leak : float
        The rate of decay, relative to tau.
    tau : float
        The time constant, positive.
    form : {"rate", "activation"}
        Where phi stands.
    name : str, optional
        A title for reports.

    Raises
    ------
    ModelError
        In one sentence: W is not square, b has the wrong length, a value is not finite, or the activation is unknown.

    Notes
    -----
    ``W``, ``b``, ``leak`` and ``tau`` are parameters: ``network.with_parameters(b=...)`` is the network with another
    bias. The two forms are conjugate where W is invertible: y = W x + b of the second obeys the first.

    References
    ----------
    K. D. Miller, F. Fumarola: Mathematical equivalence of two common forms of firing rate models of neural networks,
    Neural Computation 24 (2012), 25-31.

    Examples
    --------
    >>> import dynbench as db
    >>> network = db.RNN([[2.0, 0.0], [0.0, 2.0]])
    >>> str(network.jacobian)
    '1/tau*((-leak)*I + W*Diag(1 - tanh(x)**2))'
    >>> network([0.0, 0.0])
    array([0., 0.])
    """

    kind_of_network = "recurrent network"

    def __init__(
        self,
        W: Any,
        b: Any = 0,
        *,
        activation: Any = "tanh",
        leak: Any = 1.0,
        tau: Any = 1.0,
        form: str = "rate",
        name: str | None = None,
    ) -> None:
        phi = as_activation(activation)
        if form not in ("rate", "activation"):
            raise ModelError(f"form is {form!r:.60}; expected 'rate' or 'activation'.")
        if not exact_number(tau, "tau").is_positive:
            raise ModelError(f"tau is {tau}; a time constant is positive.")
        W = as_operand(W, "W")
        n = sp.Symbol("n", integer=True, positive=True)
        weights, x, bias = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("b", n, 1)
        leaking, time = sp.symbols("leak tau", real=True)
        driven = weights * x.applyfunc(phi) + bias if form == "rate" else (weights * x + bias).applyfunc(phi)
        values = {weights: W, bias: as_column(b, int(W.shape[0]), "b"), leaking: leak, time: tau}
        super().__init__({x: (-leaking * x + driven) / time}, values, name=name)

    @classmethod
    def _is(cls, declaration: MatrixDeclaration) -> bool:
        return {parameter.name for parameter in declaration.parameters} == {"W", "b", "leak", "tau"}

    @property
    def weights(self) -> Any:
        """W, as it is kept: a read-only array, a sparse array, a `LowRank` or an operator."""
        return self.parameters["W"]

    @property
    def bias(self) -> np.ndarray:
        """b, a vector of length n."""
        return self.parameters["b"].ravel()
