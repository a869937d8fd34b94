"""Discrete-time cells with their inputs held constant: maps in matrix form, in PyTorch's conventions.

The weights of a cell are stacked as PyTorch stacks them, one block of h rows a gate, and are kept gate by gate as
parameters. The input ``u`` and both biases stay as they are, so that the map is exactly the one the weights mean.

References
----------
PyTorch documentation, ``torch.nn.RNN``, ``torch.nn.GRU`` and ``torch.nn.LSTM``. K. Cho et al., Learning phrase
representations using RNN encoder-decoder, EMNLP 2014 (GRU). S. Hochreiter, J. Schmidhuber, Long short-term memory,
Neural Computation 9 (1997), 1735-1780 (LSTM).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.networks.activations import as_activation, logistic
from dynbench.systems import Map

__all__ = ["CELLS", "Cell", "CellWeights"]

Array = NDArray[np.float64]
_N, _P, _H = sp.symbols("n p h", integer=True, positive=True)


@dataclass(frozen=True, eq=False)
class CellWeights:
    """The weights of one cell, checked: g gates, h units, p inputs.

    Attributes
    ----------
    inputs, recurrent : arrays (g h, p) and (g h, h)
        The weights of the input and of the hidden state.
    bias_inputs, bias_recurrent : (g h,) arrays
        The biases that belong to them.
    u : (p,) array
        The input, held constant.
    activation : str
        That of the vanilla cell.
    """

    inputs: Array
    recurrent: Array
    bias_inputs: Array
    bias_recurrent: Array
    u: Array
    activation: str = "tanh"

    @property
    def units(self) -> int:
        """The number of units, h."""
        return self.recurrent.shape[1]


class _Gates:
    """What the gates of a cell compute before their nonlinearity, and the arrays behind it."""

    def __init__(self, weights: CellWeights, names: tuple[str, ...], size: sp.Symbol) -> None:
        self._size = size
        self._u = sp.MatrixSymbol("u", _P, 1)
        self.values: dict[Any, Any] = {self._u: weights.u}
        h = weights.units
        for i, name in enumerate(names):
            rows = slice(i * h, (i + 1) * h)
            self.values |= {
                self._symbol("W_i", name, _P): weights.inputs[rows],
                self._symbol("b_i", name): weights.bias_inputs[rows],
                self._symbol("W_h", name, size): weights.recurrent[rows],
                self._symbol("b_h", name): weights.bias_recurrent[rows],
            }

    def _symbol(self, kind: str, name: str, columns: Any = 1) -> sp.MatrixSymbol:
        return sp.MatrixSymbol(f"{kind}{name}", self._size, columns)

    def of_input(self, name: str) -> MatrixExpr:
        """W_i u + b_i."""
        return self._symbol("W_i", name, _P) * self._u + self._symbol("b_i", name)

    def of_state(self, name: str, state: MatrixExpr) -> MatrixExpr:
        """W_h state + b_h."""
        return self._symbol("W_h", name, self._size) * state + self._symbol("b_h", name)

    def __call__(self, name: str, state: MatrixExpr) -> MatrixExpr:
        return self.of_input(name) + self.of_state(name, state)


def _vanilla(weights: CellWeights, name: str | None) -> Map:
    """phi(W_ih u + b_ih + W_hh h + b_hh)."""
    gates = _Gates(weights, ("h",), _N)
    h = sp.MatrixSymbol("h", _N, 1)
    return Map({h: gates("h", h).applyfunc(as_activation(weights.activation))}, gates.values, name=name)


def _gru(weights: CellWeights, name: str | None) -> Map:
    """(1 - z) o c + z o h, the reset gate inside the candidate: c = tanh(W_in u + b_in + r o (W_hn h + b_hn))."""
    gates = _Gates(weights, ("r", "z", "n"), _N)
    h = sp.MatrixSymbol("h", _N, 1)
    r, z = (gates(gate, h).applyfunc(logistic) for gate in "rz")
    candidate = (gates.of_input("n") + sp.HadamardProduct(r, gates.of_state("n", h))).applyfunc(sp.tanh)
    keep = sp.OneMatrix(_N, 1) - z
    return Map({h: sp.HadamardProduct(keep, candidate) + sp.HadamardProduct(z, h)}, gates.values, name=name)


def _lstm(weights: CellWeights, name: str | None) -> Map:
    """State (h, c): c' = f o c + i o g, h' = o o tanh(c')."""
    gates = _Gates(weights, ("i", "f", "g", "o"), _H)
    x = sp.MatrixSymbol("x", 2 * _H, 1)
    hidden, cell = x[:_H, :], x[_H:, :]
    i, f, o = (gates(gate, hidden).applyfunc(logistic) for gate in "ifo")
    g = gates("g", hidden).applyfunc(sp.tanh)
    new = sp.HadamardProduct(f, cell) + sp.HadamardProduct(i, g)
    out = sp.HadamardProduct(o, new.applyfunc(sp.tanh))
    return Map({x: sp.BlockMatrix([[out], [new]])}, gates.values, name=name)


@dataclass(frozen=True)
class Cell:
    """A kind of cell.

    Attributes
    ----------
    gates : int
        How many blocks of rows its weights have.
    build : callable
        (weights, name) -> the map.
    """

    gates: int
    build: Callable[[CellWeights, str | None], Map]


#: The kinds of cells by PyTorch's names, in lower case.
CELLS = {"rnn": Cell(1, _vanilla), "gru": Cell(3, _gru), "lstm": Cell(4, _lstm)}
