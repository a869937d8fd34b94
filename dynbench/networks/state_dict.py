"""Trained weights in PyTorch's layouts, read by duck typing: no torch is imported, and nothing is unpickled."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import plain_arrays, readonly, real_array
from dynbench.errors import InputError, ModelError
from dynbench.networks.cells import CELLS, CellWeights
from dynbench.systems import Map
from dynbench.systems.declaration import show

__all__ = ["from_state_dict"]

Array = NDArray[np.float64]
_NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def from_state_dict(
    mapping: Mapping[str, Any] | str | os.PathLike[str],
    *,
    cell: str = "rnn",
    inputs: ArrayLike = 0,
    activation: str = "tanh",
    name: str | None = None,
) -> Map:
    """Read the weights of a recurrent cell and declare it as a map in matrix form, its inputs held constant.

    Parameters
    ----------
    mapping : mapping or path
        ``module.state_dict()`` of an ``nn.RNN``, ``nn.GRU`` or ``nn.LSTM`` of one layer in one direction (or of
        ``nn.RNNCell`` and its kin), or of a module that holds one of them among others; the values are anything that
        ``numpy.asarray`` takes, or tensors. Or the path of an ``.npz`` file of such arrays.
    cell : {"rnn", "gru", "lstm"}
        What they are the weights of. A state dict does not say.
    inputs : float or (p,) array
        The input, held constant; a number stands for a vector of it.
    activation : {"tanh", "relu"}
        The nonlinearity of the vanilla cell, which a state dict does not say either.
    name : str, optional
        A title for reports.

    Returns
    -------
    Map
        One step. Its state is h; that of an LSTM is (h, c), h first. The weights are parameters gate by gate, as is
        the input ``u``: ``system.with_parameters(u=...)`` is the cell under another input.

    Raises
    ------
    ModelError
        If weights are missing, of the wrong shape or not finite, if there are several layers or directions or a
        projection, or if the file cannot be read as arrays.
    InputError
        If `cell` or `activation` is unknown or `inputs` does not fit.

    Notes
    -----
    PyTorch's equations, with s the logistic function: the vanilla cell is h' = tanh(W_ih u + b_ih + W_hh h + b_hh).
    The GRU applies its reset gate after the matrix product, c = tanh(W_in u + b_in + r o (W_hn h + b_hn)),
    h' = (1 - z) o c + z o h, so that b_in and b_hn are not interchangeable. In the LSTM, c' = f o c + i o g and
    h' = o o tanh(c'). Single-precision weights mean exactly the numbers that they are.

    Examples
    --------
    >>> import dynbench as db
    >>> weights = {"weight_ih_l0": [[1.0]], "weight_hh_l0": [[2.0]], "bias_ih_l0": [0.0], "bias_hh_l0": [0.0]}
    >>> system = db.networks.from_state_dict(weights)
    >>> str(system.jacobian)
    'Diag(1 - tanh(W_hh*h + W_ih*u + b_hh + b_ih)**2)*W_hh'
    """
    if not isinstance(cell, str) or cell not in CELLS:
        raise InputError(f"cell is {cell!r:.60}; expected {', '.join(map(repr, CELLS))}.")
    if activation not in ("tanh", "relu") or (activation != "tanh" and cell != "rnn"):
        raise InputError(f"activation is {activation!r:.60}; expected 'tanh', or 'relu' for the cell 'rnn'.")
    entries = dict(mapping) if isinstance(mapping, Mapping) else _read(mapping)
    weights = _weights(entries, cell, CELLS[cell].gates)
    u = _inputs(inputs, weights[0].shape[1])
    return CELLS[cell].build(CellWeights(*weights, u, activation), name)


def _read(path: Any) -> dict[str, Any]:
    """The arrays of an .npz file, none of them unpickled."""
    try:
        path = Path(path)
    except TypeError as error:
        raise ModelError(f"The weights are {path!r:.60}; expected a mapping, or the path of an .npz file.") from error
    if path.suffix != ".npz":
        raise ModelError(
            f"{path} is no .npz file: other files of weights may run code when they are read, so save the arrays "
            "with numpy.savez, or pass the state dict."
        )
    with plain_arrays(path, ModelError) as arrays:
        return {key: arrays[key] for key in arrays.files}


def _weights(entries: Mapping[str, Any], cell: str, gates: int) -> tuple[Array, Array, Array, Array]:
    prefix, suffix = _layout(entries)
    _check_simple(entries, prefix)
    key = {short: f"{prefix}{short}{suffix}" for short in _NAMES}
    if key["weight_ih"] not in entries:
        raise ModelError(f"The weights lack {key['weight_ih']!r}.")
    given = [key[short] in entries for short in ("bias_ih", "bias_hh")]
    if any(given) and not all(given):
        raise ModelError(
            f"The weights lack {key['bias_hh' if given[0] else 'bias_ih']!r}; a cell has both biases or none."
        )
    recurrent = _array(entries, key["weight_hh"], 2)
    rows, h = recurrent.shape
    if h == 0 or rows != gates * h:
        kinds = [kind for kind, other in CELLS.items() if h and rows == other.gates * h]
        hint = f"; it looks like the cell {kinds[0]!r}" if kinds else ""
        raise ModelError(
            f"{key['weight_hh']!r} is {rows} x {h}; expected {gates} h x h for the cell {cell!r} of h units{hint}."
        )
    arrays = [_array(entries, key["weight_ih"], 2), recurrent]
    arrays += [_array(entries, key[b], 1) if all(given) else np.zeros(rows) for b in ("bias_ih", "bias_hh")]
    for short, array in zip(_NAMES, arrays, strict=True):
        if len(array) != rows:
            raise ModelError(f"{key[short]!r} has {len(array)} rows; expected {rows}, as {key['weight_hh']!r} has.")
    return arrays[0], arrays[1], arrays[2], arrays[3]


def _layout(entries: Mapping[str, Any]) -> tuple[str, str]:
    """What stands before and after the names of the weights: one recurrent layer, perhaps within a larger module."""
    found = []
    for key in map(str, entries):
        for suffix in ("_l0", ""):
            if key.endswith(f"weight_hh{suffix}"):
                found.append((key[: -len(f"weight_hh{suffix}")], suffix))
    if not found:
        keys = ", ".join(map(str, entries)) or "none"
        raise ModelError(
            f"The layout of the weights is unknown: there is no 'weight_hh_l0' among the keys ({keys:.80})."
        )
    if len(found) > 1:
        names = " and ".join(f"{prefix}weight_hh{suffix}" for prefix, suffix in found[:2])
        raise ModelError(f"The weights hold several recurrent layers, such as {names}: pass those of one.")
    return found[0]


def _check_simple(entries: Mapping[str, Any], prefix: str) -> None:
    """Check that there is one layer, one direction, and no projection."""
    for key in (str(k)[len(prefix) :] for k in entries if str(k).startswith(prefix)):
        if key.startswith("weight_hh_l") and key.endswith("_reverse"):
            raise ModelError(f"The weights are those of a bidirectional layer ({key}), which is no map of one state.")
        if key.startswith("weight_hh_l") and key != "weight_hh_l0":
            raise ModelError(f"The weights have several layers ({key}); only cells of one layer are read.")
        if key.startswith("weight_hr"):
            raise ModelError(f"The weights have a projection ({key}), which is not supported.")


def _array(entries: Mapping[str, Any], key: str, axes: int) -> Array:
    value = entries[key]
    try:
        array = np.asarray(_off_its_device(value))
        if array.dtype.kind not in "fiu":
            raise TypeError
        array = readonly(array)
    except (TypeError, ValueError):
        raise ModelError(f"{key!r} must be an array of real numbers, not {show(value)}.") from None
    if array.ndim != axes:
        raise ModelError(f"{key!r} has shape {array.shape}; expected a {'matrix' if axes == 2 else 'vector'}.")
    if not np.isfinite(array).all():
        raise ModelError(f"{key!r} holds a value that is not finite.")
    return array


def _off_its_device(value: Any) -> Any:
    """A tensor as an array, whatever device it is on and whether or not it takes part in differentiation."""
    for method in ("detach", "cpu", "numpy"):
        if not isinstance(value, np.ndarray) and hasattr(value, method):
            value = getattr(value, method)()
    return value


def _inputs(inputs: ArrayLike, p: int) -> Array:
    try:
        u = real_array(inputs)
    except (TypeError, ValueError) as error:
        raise InputError(f"inputs must be a number or a vector of length {p}, not {inputs!r:.60}.") from error
    if u.ndim and u.shape != (p,):
        raise InputError(f"inputs has shape {u.shape}; expected a vector of length {p}, one value an input.")
    if not np.isfinite(u).all():
        raise InputError("inputs holds a value that is not finite.")
    return readonly(np.broadcast_to(u, (p,)))
