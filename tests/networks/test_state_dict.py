"""Weights in PyTorch's layouts against PyTorch's documented equations, written out in plain NumPy.

The equations are those of the pages of ``torch.nn.RNN``, ``torch.nn.GRU`` and ``torch.nn.LSTM`` of the PyTorch
documentation (https://pytorch.org/docs/stable/generated/torch.nn.GRU.html and its neighbours), as are the layouts:
``weight_ih_l[k]`` of shape (gates*hidden, input), the GRU's gates stacked as (W_ir|W_iz|W_in), the LSTM's as
(W_ii|W_if|W_ig|W_io). PyTorch itself is not needed.
"""

from __future__ import annotations

import pickle
import sys

import numpy as np
import pytest

import dynbench as db
from dynbench.networks import from_state_dict

GATES = {"rnn": 1, "gru": 3, "lstm": 4}
H, P = 4, 3


def weights(cell: str, *, suffix: str = "_l0", prefix: str = "", dtype: type = np.float32) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(GATES[cell])
    rows = GATES[cell] * H
    shapes = {"weight_ih": (rows, P), "weight_hh": (rows, H), "bias_ih": (rows,), "bias_hh": (rows,)}
    return {f"{prefix}{key}{suffix}": rng.normal(size=shape).astype(dtype) for key, shape in shapes.items()}


def sigma(x):
    return 1 / (1 + np.exp(-x))


def documented(cell, w, x, u, relu=False):
    """One step of the documented equations for a single state."""
    w = {key: value.astype(float) for key, value in w.items()}
    gi = np.split(w["weight_ih_l0"] @ u + w["bias_ih_l0"], GATES[cell])
    gh = np.split(w["weight_hh_l0"] @ x[:H] + w["bias_hh_l0"], GATES[cell])
    if cell == "rnn":
        return np.maximum(gi[0] + gh[0], 0) if relu else np.tanh(gi[0] + gh[0])
    if cell == "gru":
        r, z = sigma(gi[0] + gh[0]), sigma(gi[1] + gh[1])
        n = np.tanh(gi[2] + r * gh[2])
        return (1 - z) * n + z * x
    i, f, g, o = sigma(gi[0] + gh[0]), sigma(gi[1] + gh[1]), np.tanh(gi[2] + gh[2]), sigma(gi[3] + gh[3])
    c = f * x[H:] + i * g
    return np.concatenate([o * np.tanh(c), c])


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize("inputs", [0, 0.5, [1.0, -2.0, 0.5]])
def test_one_step_is_pytorchs(cell, inputs):
    w = weights(cell)
    system = from_state_dict(w, cell=cell, inputs=inputs, name=f"a {cell}")
    assert isinstance(system, db.Map)
    assert system.dimension == (2 * H if cell == "lstm" else H)
    X = np.random.default_rng(0).normal(size=(6, system.dimension))
    u = np.broadcast_to(inputs, P)
    np.testing.assert_allclose(system(X), [documented(cell, w, x, u) for x in X], rtol=1e-12, atol=1e-14)


def test_relu_cells():
    w = weights("rnn")
    system = from_state_dict(w, activation="relu")
    X = np.random.default_rng(0).normal(size=(6, H))
    expected = [documented("rnn", w, x, np.zeros(P), relu=True) for x in X]
    np.testing.assert_allclose(system(X), expected, rtol=1e-12, atol=1e-14)


def test_the_reset_gate_of_a_gru_acts_on_the_recurrent_bias_too():
    """Moving b_hn to b_in changes the map: the two biases of the candidate are not interchangeable."""
    w = weights("gru")
    moved = {key: value.copy() for key, value in w.items()}
    moved["bias_ih_l0"][2 * H :] += moved["bias_hh_l0"][2 * H :]
    moved["bias_hh_l0"][2 * H :] = 0
    x = np.full(H, 0.3)
    assert np.abs(from_state_dict(w, cell="gru")(x) - from_state_dict(moved, cell="gru")(x)).max() > 0.01


class Tensor:
    """What a tensor on another device looks like from outside; NumPy cannot read it before `detach` and `cpu`."""

    def __init__(self, values, ready=0):
        self._values, self._ready = values, ready

    def detach(self):
        return Tensor(self._values, 1)

    def cpu(self):
        assert self._ready == 1
        return Tensor(self._values, 2)

    def numpy(self):
        assert self._ready == 2
        return self._values

    def __array__(self, *args, **kwargs):
        raise TypeError("can't convert a tensor that requires grad")


def test_values_may_be_tensors_lists_or_files(tmp_path):
    w = weights("gru")
    system = from_state_dict(w, cell="gru")
    assert from_state_dict({key: Tensor(value) for key, value in w.items()}, cell="gru") == system
    assert from_state_dict({key: value.tolist() for key, value in w.items()}, cell="gru") == system
    np.savez(tmp_path / "weights.npz", **w)
    assert from_state_dict(tmp_path / "weights.npz", cell="gru") == system
    assert from_state_dict(str(tmp_path / "weights.npz"), cell="gru") == system
    assert "torch" not in sys.modules


def test_weights_within_a_larger_module_and_of_single_cells():
    system = from_state_dict(weights("lstm"), cell="lstm")
    whole = {**weights("lstm", prefix="encoder.rnn."), "decoder.weight": np.ones((2, H)), "decoder.bias": np.ones(2)}
    assert from_state_dict(whole, cell="lstm") == system
    assert from_state_dict(weights("lstm", suffix=""), cell="lstm") == system


def test_without_biases_they_are_zero():
    w = weights("gru")
    zero = {key: value if "weight" in key else np.zeros_like(value) for key, value in w.items()}
    bare = {key: value for key, value in w.items() if "weight" in key}
    assert from_state_dict(bare, cell="gru") == from_state_dict(zero, cell="gru")


def test_the_input_is_a_parameter():
    w = weights("gru")
    u = [1.0, 0.0, 2.0]
    assert from_state_dict(w, cell="gru").with_parameters(u=u) == from_state_dict(w, cell="gru", inputs=u)


def changed(cell="gru", drop=(), **new):
    w = {key: value for key, value in weights(cell).items() if key not in drop}
    return {**w, **new}


NAN = np.full((3 * H, H), np.nan)
BAD = {
    "unknown cell": (lambda: from_state_dict(weights("gru"), cell="GRU2"), "cell is 'GRU2'"),
    "unknown activation": (lambda: from_state_dict(weights("rnn"), activation="gelu"), "activation is 'gelu'"),
    "relu of a GRU": (lambda: from_state_dict(weights("gru"), cell="gru", activation="relu"), "for the cell 'rnn'"),
    "unknown layout": (lambda: from_state_dict({"kernel:0": NAN}), "layout of the weights is unknown.*kernel:0"),
    "nothing": (lambda: from_state_dict({}), "layout of the weights is unknown"),
    "no mapping": (lambda: from_state_dict(3), "expected a mapping"),
    "missing weights": (
        lambda: from_state_dict(changed(drop=["weight_ih_l0"]), cell="gru"),
        "lack 'weight_ih_l0'",
    ),
    "missing bias": (lambda: from_state_dict(changed(drop=["bias_hh_l0"]), cell="gru"), "lack 'bias_hh_l0'"),
    "another cell": (lambda: from_state_dict(weights("gru"), cell="lstm"), "looks like the cell 'gru'"),
    "wrong rows": (
        lambda: from_state_dict(changed(weight_ih_l0=np.ones((H, P))), cell="gru"),
        "has 4 rows; expected 12",
    ),
    "wrong bias": (lambda: from_state_dict(changed(bias_ih_l0=np.ones(5)), cell="gru"), "has 5 rows"),
    "wrong axes": (lambda: from_state_dict(changed(bias_ih_l0=np.ones((12, 1))), cell="gru"), "expected a vector"),
    "nan": (lambda: from_state_dict(changed(weight_hh_l0=NAN), cell="gru"), "'weight_hh_l0' holds a value that is not"),
    "text": (lambda: from_state_dict(changed(weight_hh_l0="abc"), cell="gru"), "must be an array of real numbers"),
    "objects": (lambda: from_state_dict(changed(bias_hh_l0=[None] * 12), cell="gru"), "must be an array of real"),
    "ragged": (lambda: from_state_dict(changed(bias_hh_l0=[[1], [1, 2]]), cell="gru"), "must be an array of real"),
    "layers": (lambda: from_state_dict(changed(weight_hh_l1=NAN), cell="gru"), "several layers"),
    "directions": (lambda: from_state_dict(changed(weight_hh_l0_reverse=NAN), cell="gru"), "bidirectional"),
    "projection": (lambda: from_state_dict(changed("lstm", weight_hr_l0=NAN), cell="lstm"), "projection"),
    "two modules": (
        lambda: from_state_dict({**weights("rnn", prefix="a."), **weights("rnn", prefix="b.")}),
        "several recurrent layers, such as a.weight_hh_l0 and b.weight_hh_l0",
    ),
    "inputs": (
        lambda: from_state_dict(weights("rnn"), inputs=[1, 2]),
        r"inputs has shape \(2,\); expected .* length 3",
    ),
    "complex inputs": (
        lambda: from_state_dict(weights("rnn"), inputs=[1j, 0, 0]),
        "inputs must be a number or a vector",
    ),
    "complex weights": (
        lambda: from_state_dict(changed(weight_hh_l0=1j * np.ones((3 * H, H))), cell="gru"),
        "must be an array of real numbers",
    ),
    "inputs are text": (lambda: from_state_dict(weights("rnn"), inputs="u"), "inputs must be a number or a vector"),
    "inputs are nan": (
        lambda: from_state_dict(weights("rnn"), inputs=np.nan),
        "inputs holds a value that is not finite",
    ),
    "no file": (lambda: from_state_dict("nowhere.npz"), "nowhere.npz cannot be read"),
    "a pickle by name": (lambda: from_state_dict("model.pt"), "model.pt is no .npz file"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_weights_are_refused_in_one_sentence(case):
    load, message = BAD[case]
    with pytest.raises(db.errors.DynbenchError, match=message) as caught:
        load()
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


class Bomb:
    def __reduce__(self):
        return exec, ("raise SystemExit('a file of weights ran code')",)


def test_nothing_is_unpickled(tmp_path):
    objects, disguised, broken = (tmp_path / name for name in ("objects.npz", "disguised.npz", "broken.npz"))
    np.savez(objects, weight_hh_l0=np.array([Bomb()], dtype=object))
    disguised.write_bytes(pickle.dumps(Bomb()))
    future = tmp_path / "future.npz"
    np.savez(future, weight_hh_l0=np.ones(3))
    at = future.read_bytes().rindex(b"PK\x01\x02") + 6  # the version of ZIP needed to extract
    future.write_bytes(future.read_bytes()[:at] + b"\xff\x00" + future.read_bytes()[at + 2 :])
    broken.write_bytes(b"PK\x03\x04 no archive")
    single = tmp_path / "single.npz"
    with single.open("wb") as file:
        np.save(file, np.ones(3))
    for path in (objects, disguised, broken, single, future):
        with pytest.raises(db.errors.ModelError, match="no plain arrays"):
            from_state_dict(path)
