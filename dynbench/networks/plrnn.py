"""Piecewise-linear recurrent networks: maps whose only nonlinearity is relu."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import sympy as sp

from dynbench._arrays import shown
from dynbench.errors import ModelError
from dynbench.networks.activations import as_activation
from dynbench.networks.network import as_column
from dynbench.symbolic.matrices.operators import as_operand, dense
from dynbench.systems import Map, System
from dynbench.systems.abstract import AbstractDeclaration
from dynbench.systems.matrix_declaration import MatrixDeclaration

__all__ = ["PLRNN"]

_M, _H = sp.symbols("M H", integer=True, positive=True)
_Z = sp.MatrixSymbol("z", _M, 1)
_A, _W = sp.MatrixSymbol("A", _M, _M), sp.MatrixSymbol("W", _M, _M)
_W1, _W2 = sp.MatrixSymbol("W_1", _M, _H), sp.MatrixSymbol("W_2", _H, _M)
_B, _B1, _B2 = sp.MatrixSymbol("h", _M, 1), sp.MatrixSymbol("h_1", _M, 1), sp.MatrixSymbol("h_2", _H, 1)


class PLRNN(Map):
    """A piecewise-linear recurrent network, z' = A z + W relu(z) + h.

    The other constructors give z' = A z + W_1 relu(W_2 z + h_2) + h_1 with the matrices of the architecture. Each of
    them is recognised by `dynbench.piecewise.piecewise_linear`, with everything that is exact for such maps.

    Parameters
    ----------
    A : (M,) or (M, M) array
        The linear part; a vector is the diagonal of a diagonal matrix.
    W : (M, M) array
        The weights behind relu.
    h : float or (M,) array
        The bias.
    name : str, optional
        A title for reports.

    Raises
    ------
    ModelError
        In one sentence: an array has the wrong shape, or an entry is not finite.

    Notes
    -----
    The arrays are parameters: ``network.with_parameters(h=...)`` is the network with another bias.

    References
    ----------
    D. Durstewitz, A state space approach for piecewise-linear recurrent neural networks for identifying computational
    dynamics from neural measurements, PLoS Comput. Biol. 13 (2017).

    Examples
    --------
    >>> import dynbench as db
    >>> network = db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1, 0.7])
    >>> str(network.rhs)
    'A*z + W*Piecewise((z, z > 0), (0, True)) + h'
    >>> network([4 / 11, 53 / 22]).round(12)
    array([0.36363636, 2.40909091])
    """

    kind_of_network: ClassVar[str] = "piecewise-linear network"

    def __init__(self, A: Any, W: Any, h: Any = 0, *, name: str | None = None) -> None:
        A = _linear(A)
        equation = _A * _Z + _W * _Z.applyfunc(as_activation("relu")) + _B
        values = {_A: A, _W: as_operand(W, "W"), _B: as_column(h, A.shape[0], "h")}
        super().__init__({_Z: equation}, values, name=name)

    @classmethod
    def shallow(cls, A: Any, W1: Any, W2: Any, h1: Any = 0, h2: Any = 0, *, name: str | None = None) -> Self:
        """The shallow network z' = A z + W1 relu(W2 z + h2) + h1.

        Parameters
        ----------
        A : (M,) or (M, M) array
            The linear part; a vector is a diagonal.
        W1 : (M, H) array
        W2 : (H, M) array
        h1 : float or (M,) array
        h2 : float or (H,) array
        name : str, optional
            A title for reports.

        References
        ----------
        F. Hess, Z. Monfared, M. Brenner, D. Durstewitz, Generalized teacher forcing for learning chaotic dynamics,
        ICML 2023.
        """
        A, W1, W2 = _linear(A), as_operand(W1, "W1"), as_operand(W2, "W2")
        equation = _A * _Z + _W1 * (_W2 * _Z + _B2).applyfunc(as_activation("relu")) + _B1
        values = {_A: A, _W1: W1, _W2: W2, _B1: as_column(h1, A.shape[0], "h1"), _B2: as_column(h2, len(W2), "h2")}
        network = cls.__new__(cls)
        Map.__init__(network, {_Z: equation}, values, name=name)
        return network

    @classmethod
    def clipped(cls, A: Any, W1: Any, W2: Any, h1: Any = 0, h2: Any = 0, *, name: str | None = None) -> Self:
        """The clipped shallow network z' = A z + W1 (relu(W2 z + h2) - relu(W2 z)) + h1, whose hidden layer is bounded.

        Parameters and references are those of `shallow`; the network has 2 H units.
        """
        W1, W2 = _matrix(W1, "W1"), _matrix(W2, "W2")
        shift = np.ravel(as_column(h2, len(W2), "h2"))
        joined = np.concatenate([shift, np.zeros(len(shift))])
        return cls.shallow(A, np.hstack([W1, -W1]), np.vstack([W2, W2]), h1, joined, name=name)

    @classmethod
    def almost_linear(cls, A: Any, W: Any, h: Any = 0, *, units: int, name: str | None = None) -> Self:
        """The almost-linear network z' = A z + W Phi(z) + h: Phi is relu in the last `units` states, else the identity.

        Parameters
        ----------
        A : (M,) or (M, M) array
            The linear part; a vector is a diagonal.
        W : (M, M) array
        h : float or (M,) array
        units : int
            P, the number of rectified states; there are 2**P regions.
        name : str, optional
            A title for reports.

        References
        ----------
        M. Brenner, C. J. Hemmer, Z. Monfared, D. Durstewitz, Almost-linear RNNs yield highly interpretable symbolic
        codes in dynamical systems reconstruction, NeurIPS 2024.
        """
        A, W = dense(_linear(A)), _matrix(W, "W")
        size = len(A)
        if isinstance(units, bool) or not isinstance(units, int | np.integer) or not 0 < units <= size:
            raise ModelError(f"units is {shown(units)}; expected the number of rectified states, from 1 to {size}.")
        if W.shape != (size, size):
            raise ModelError(f"W has shape {W.shape}; expected {(size, size)}, as A has {size} states.")
        linear = size - int(units)
        joined = A.copy()
        joined[:, :linear] += W[:, :linear]
        return cls.shallow(joined, W[:, linear:], np.eye(size)[linear:], h, 0, name=name)

    @classmethod
    def dendritic(cls, A: Any, W: Any, slopes: Any, thresholds: Any, h: Any = 0, *, name: str | None = None) -> Self:
        """The dendritic network z' = A z + W sum_b slopes_b relu(z - thresholds_b) + h.

        Parameters
        ----------
        A : (M,) or (M, M) array
            The linear part; a vector is a diagonal.
        W : (M, M) array
        slopes : (B,) array
            One slope a basis function.
        thresholds : (B, M) array
            The threshold of each basis function at each state.
        h : float or (M,) array
        name : str, optional
            A title for reports.

        References
        ----------
        M. Brenner et al., Tractable dendritic RNNs for reconstructing nonlinear dynamical systems, ICML 2022.
        """
        W, thresholds = _matrix(W, "W"), _matrix(thresholds, "thresholds")
        factors = np.ravel(as_operand([slopes] if np.isscalar(slopes) else slopes, "slopes"))
        if not len(factors):
            raise ModelError("slopes is empty; expected one slope for each basis function.")
        if thresholds.shape != (len(factors), len(W)):
            raise ModelError(
                f"thresholds has shape {thresholds.shape}; expected {(len(factors), len(W))}: one row for each slope, "
                "one entry for each state."
            )
        outer = np.hstack([slope * W for slope in factors])
        return cls.shallow(A, outer, np.vstack([np.eye(len(W))] * len(factors)), h, -thresholds.ravel(), name=name)

    @classmethod
    def _from_declaration(cls, declaration: AbstractDeclaration, name: str | None) -> System:
        if isinstance(declaration, MatrixDeclaration):
            return super()._from_declaration(declaration, name)
        return Map._from_declaration(declaration, name)


def _linear(A: Any) -> Any:
    """The linear part as a matrix; a vector is its diagonal."""
    operand = as_operand(A, "A")
    if 0 in operand.shape:
        raise ModelError("The network has no states: A is empty.")
    return np.diag(dense(operand)) if len(operand.shape) == 1 else operand


def _matrix(value: Any, name: str) -> Any:
    operand = as_operand(value, name)
    if len(operand.shape) != 2:
        raise ModelError(f"{name} has shape {operand.shape}; expected a matrix.")
    return dense(operand)
