"""Train the weights of gallery/gru_memory.py: a GRU of ten units that holds two bits, by gradient descent in NumPy.

    python gallery/models/make_gru.py

writes gru_two_bits.npz beside this file, in the layout of PyTorch's ``nn.GRU(2, 10)`` followed by ``nn.Linear(10, 2)``
(the keys of ``state_dict()``). PyTorch is not needed: backpropagation through time is written out. The task: two
channels pulse +-1 now and then, and each output is to hold the sign of the last pulse of its channel.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

UNITS, BITS, STEPS, BATCH, UPDATES = 10, 2, 40, 64, 1500
RATE, SEED = 0.01, 1
SHAPES = {
    "gru.weight_ih_l0": (3 * UNITS, BITS),
    "gru.weight_hh_l0": (3 * UNITS, UNITS),
    "gru.bias_ih_l0": (3 * UNITS,),
    "gru.bias_hh_l0": (3 * UNITS,),
    "head.weight": (BITS, UNITS),
    "head.bias": (BITS,),
}


def batch(rng, steps=STEPS):
    """Inputs and targets (T, batch, bits): a pulse in every channel at the first step, later ones with chance 1/8."""
    pulses = rng.choice([-1.0, 1.0], (steps, BATCH, BITS)) * (rng.random((steps, BATCH, BITS)) < 0.125)
    pulses[0] = rng.choice([-1.0, 1.0], (BATCH, BITS))
    targets = pulses.copy()
    for t in range(1, steps):
        targets[t] = np.where(pulses[t] == 0, targets[t - 1], pulses[t])
    return pulses, targets


def forward(w, inputs):
    """Hidden states after each step, and what the way back needs."""
    h, states, kept = np.zeros((inputs.shape[1], UNITS)), [], []
    for u in inputs:
        ir, iz, i_n = np.split(u @ w["gru.weight_ih_l0"].T + w["gru.bias_ih_l0"], 3, axis=1)
        hr, hz, hn = np.split(h @ w["gru.weight_hh_l0"].T + w["gru.bias_hh_l0"], 3, axis=1)
        r, z = 1 / (1 + np.exp(-ir - hr)), 1 / (1 + np.exp(-iz - hz))
        n = np.tanh(i_n + r * hn)
        kept.append((u, h, r, z, n, hn))
        h = (1 - z) * n + z * h
        states.append(h)
    return np.array(states), kept


def gradient(w, inputs, targets):
    """Mean squared error of the outputs, and its gradient by every weight."""
    states, kept = forward(w, inputs)
    error = states @ w["head.weight"].T + w["head.bias"] - targets
    out = 2 * error / error.size
    g = {key: np.zeros(shape) for key, shape in SHAPES.items()}
    g["head.weight"], g["head.bias"] = np.einsum("tbo,tbh->oh", out, states), out.sum((0, 1))
    back = np.zeros_like(states[0])
    for (u, h, r, z, n, hn), now in zip(kept[::-1], out[::-1], strict=True):
        d = back + now @ w["head.weight"]
        dn = d * (1 - z) * (1 - n**2)
        dz = d * (h - n) * z * (1 - z)
        dr = dn * hn * r * (1 - r)
        of_input, of_state = np.hstack([dr, dz, dn]), np.hstack([dr, dz, dn * r])
        g["gru.weight_ih_l0"] += of_input.T @ u
        g["gru.bias_ih_l0"] += of_input.sum(0)
        g["gru.weight_hh_l0"] += of_state.T @ h
        g["gru.bias_hh_l0"] += of_state.sum(0)
        back = d * z + of_state @ w["gru.weight_hh_l0"]
    return (error**2).mean(), g


def train():
    """Adam (Kingma & Ba 2015) with a falling rate."""
    rng = np.random.default_rng(SEED)
    bound = 1 / np.sqrt(UNITS)
    w = {key: rng.uniform(-bound, bound, shape) for key, shape in SHAPES.items()}
    first, second = ({key: np.zeros(shape) for key, shape in SHAPES.items()} for _ in range(2))
    for k in range(1, UPDATES + 1):
        loss, g = gradient(w, *batch(rng))
        for key in SHAPES:
            first[key] += 0.1 * (g[key] - first[key])
            second[key] += 0.001 * (g[key] ** 2 - second[key])
            step = first[key] / (1 - 0.9**k) / (np.sqrt(second[key] / (1 - 0.999**k)) + 1e-8)
            w[key] -= RATE * (1 - k / UPDATES) * step
    return w, loss, rng


if __name__ == "__main__":
    weights, loss, rng = train()
    inputs, targets = batch(rng, 500)
    outputs = forward(weights, inputs)[0] @ weights["head.weight"].T + weights["head.bias"]
    print(f"loss {loss:.2e}; wrong signs {np.mean(outputs * targets <= 0):.2e}")
    np.savez_compressed(
        Path(__file__).with_name("gru_two_bits.npz"),
        **{key: value.astype(np.float32) for key, value in weights.items()},
    )
