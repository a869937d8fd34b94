"""Train the network of gallery/neuron.py: a shallow PLRNN of two states on the simulated potential of a neuron.

    python gallery/training/train_neuron.py

needs PyTorch (2.15 was used), which dynbench does not, and two to five minutes of one core. It is no part of the
gallery or of the tests: what it writes, models/neuron_network.npz, is. Another version may give other weights.

**The recording** is simulated from models/neuron.toml; none is shipped. Each trial begins at rest or while spiking,
with noise in the current; a current pulse of 0.1 ms follows, of either sign. The potential is recorded from the end of
the pulse, every 0.05 ms, with noise. The gate n is not recorded.

**The network** has two states, the potential (standardised) and one of its own, which starts from the first two
samples by a linear map that is trained too. Its step is 0.05 ms.

**Sparse teacher forcing** (Mikhaeil, Monfared & Durstewitz 2022, "On the difficulty of learning chaotic dynamics with
RNNs", NeurIPS 35): at every eighth step the first state is replaced by the recording; in between, the network runs
freely. The second state is never replaced. Two penalties are added, at random points: for a determinant of the
Jacobian below 0.1, since a map with positive determinants in all regions is invertible, and for steps outwards far from
the origin.

**The choice.** In the last part of training the weights are kept now and then. The latest are taken with which the
network has three fixed points, positive determinants in all regions, and spikes in a stable cycle of at most 40 steps,
one spike long: the rotation on an invariant curve need not be locked to the step, and with most weights kept it is not.
So the cycle is chosen, not learnt; the script prints how many weights would have done.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from time import process_time

import numpy as np
import torch

import dynbench as db

SEED, UNITS = 2, 20
STEP, FINE = 0.05, 25  # ms between samples; steps of the simulation in one of them
TRIALS, SAMPLES, HELD_OUT = 1500, 60, 12
NOISE, RECORDING_NOISE = 0.5, 0.1  # mV per root of a ms; mV
UPDATES, BATCH, RATE, FORCING, LENGTH = 16_000, 256, 1e-2, 8, 40
KEEP_FROM, KEEP_EVERY = 10_000, 100
LONGEST = 40  # steps: a spike takes about 25
MODELS = Path(__file__).resolve().parents[1] / "models"


def record(trials, samples, rng):
    """Noisy potentials (trials, samples) from the end of a pulse on: Heun's method, with additive noise."""
    neuron = db.load_toml(MODELS / "neuron.toml").system
    h = STEP / FINE
    x = np.where(rng.random((trials, 1)) < 0.6, [-20.0, 0.1], [-63.6, 0.0005])
    length = round(0.1 / h)
    begin = rng.integers(30 * FINE, 60 * FINE, trials)
    current = rng.uniform(-350, 450, trials)  # the capacity is 1: 100 for 0.1 ms are 10 mV
    rows = (begin + length)[:, None] + FINE * np.arange(samples)
    potentials = np.empty((int(rows.max()) + 1, trials))
    for k in range(len(potentials)):
        pulse = np.stack([current * ((k >= begin) & (k < begin + length)), np.zeros(trials)], axis=-1)
        slope = neuron(x) + pulse
        x = x + h / 2 * (slope + neuron(x + h * slope) + pulse)
        x[:, 0] += NOISE * math.sqrt(h) * rng.standard_normal(trials)
        potentials[k] = x[:, 0]
    return potentials[rows, np.arange(trials)[:, None]] + RECORDING_NOISE * rng.standard_normal((trials, samples))


def initial(V):
    """Weights at random; the creases run through states that the recording visits."""
    steps = V[:, 1:] - V[:, :-1]
    scale = -1 / steps.std().item()
    visited = torch.stack([V[:, :-1], scale * steps], dim=-1).reshape(-1, 2)
    W2 = torch.randn(UNITS, 2)
    weights = {
        "A": torch.full((2,), 0.5),
        "W1": 0.3 / math.sqrt(UNITS) * torch.randn(2, UNITS),
        "W2": W2,
        "h1": torch.zeros(2),
        "h2": -(W2 * visited[torch.randint(len(visited), (UNITS,))]).sum(1),
        "start": torch.tensor([0.0, 0.0, scale]),
    }
    return {name: value.requires_grad_() for name, value in weights.items()}


def step(w, z):
    """z' = A z + W1 relu(W2 z + h2) + h1 of states (..., 2)."""
    return w["A"] * z + torch.relu(z @ w["W2"].T + w["h2"]) @ w["W1"].T + w["h1"]


def error(w, V, forcing, length):
    """Mean squared error of the potential over windows under sparse forcing, and a pull of the other state to scale."""
    trial, first = torch.randint(len(V), (BATCH,)), torch.randint(V.shape[1] - length, (BATCH,))
    first[torch.rand(BATCH) < 0.3] = 0  # right after the pulse is where the plane is seen
    now, after = V[trial, first], V[trial, first + 1]
    z = torch.stack([now, w["start"][0] + w["start"][1] * now + w["start"][2] * (after - now)], dim=-1)
    errors, others = [], []
    for k in range(1, length + 1):
        z = step(w, z)
        errors.append((z[:, 0] - V[trial, first + k]) ** 2)
        others.append(z[:, 1])
        if k % forcing == 0:
            z = torch.stack([V[trial, first + k], z[:, 1]], dim=-1)
    other = torch.stack(others)
    return torch.stack(errors).mean(), other.mean() ** 2 + (other.var() - 1) ** 2


def penalty(w):
    """For determinants below 0.1, at random points near and far, and for steps outwards beyond a radius of 7."""
    direction = torch.randn(BATCH, 2)
    z = direction / direction.norm(dim=1, keepdim=True) * torch.exp(5 * torch.rand(BATCH, 1) - 1)
    on = (z @ w["W2"].T + w["h2"] > 0).double()
    J = torch.diag(w["A"]) + torch.einsum("ah,bh,hc->bac", w["W1"], on, w["W2"])
    growth = step(w, z).norm(dim=1) / z.norm(dim=1)
    far = z.norm(dim=1) > 7
    return torch.relu(0.1 - torch.linalg.det(J)).mean() + (far * torch.relu(growth - 0.97)).mean()


def train(V):
    """The weights kept, with the update at which each was."""
    w = initial(V)
    optimiser = torch.optim.Adam(w.values(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, UPDATES, RATE / 1000)
    kept, total = [], 0.0
    for update in range(1, UPDATES + 1):
        loss, scale = error(w, V, *((3, 10) if update <= UPDATES // 8 else (FORCING, LENGTH)))
        optimiser.zero_grad()
        (loss + penalty(w) + 1e-3 * scale).backward()
        torch.nn.utils.clip_grad_norm_(w.values(), 1.0)
        optimiser.step()
        schedule.step()
        total += loss.item()
        if update % 1000 == 0:
            print(f"update {update}: mean squared error {total / 1000:.5f}; {process_time():.0f} CPU s", flush=True)
            total = 0.0
        if update >= KEEP_FROM and update % KEEP_EVERY == 0:
            # Rounded to single precision, before anything is checked: exact arithmetic is the faster for it.
            kept.append((update, {k: v.detach().numpy().astype(np.float32).astype(float) for k, v in w.items()}))
    return kept


def regions(w):
    """The patterns of all regions: those around each crossing of two creases, and those at infinity."""
    W2, h2 = w["W2"], w["h2"]
    points = []
    for pair in itertools.combinations(range(UNITS), 2):
        inverse = np.linalg.inv(W2[list(pair)])
        points += [inverse @ (1e-9 * np.array(s) - h2[list(pair)]) for s in itertools.product((-1, 1), repeat=2)]
    angles = np.linspace(0, 2 * np.pi, 4001)
    far = 1e8 * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    return np.unique(np.vstack([points, far]) @ W2.T + h2 > 0, axis=0)


def fixed_points_and_determinants(w):
    """The number of fixed points, and the determinants in all regions."""
    patterns = regions(w)
    J = np.diag(w["A"]) + np.einsum("ah,rh,hc->rac", w["W1"], patterns.astype(float), w["W2"])
    constant = w["h1"] + (patterns * w["h2"]) @ w["W1"].T
    z = np.linalg.solve(np.eye(2) - J, constant[..., None])[..., 0]
    return int(((z @ w["W2"].T + w["h2"] > 0) == patterns).all(axis=1).sum()), np.linalg.det(J)


def spiking_period(w):
    """The period in steps of the cycle that all oscillating orbits from a grid of starts settle on; 0 if none."""
    network = db.PLRNN.shallow(w["A"], w["W1"], w["W2"], w["h1"], w["h2"])
    z = np.stack(np.meshgrid(np.linspace(-3, 4, 12), np.linspace(-4, 4, 12)), axis=-1).reshape(-1, 2)
    for _ in range(3000):
        z = network(z)
    orbit = [z]
    for _ in range(LONGEST):
        orbit.append(network(orbit[-1]))
    z = np.array(orbit)
    z = z[:, np.ptp(z[:, :, 0], axis=0) > 1e-6]
    closed = [k for k in range(2, LONGEST + 1) if z.size and np.abs(z[k] - z[0]).max() < 1e-9]
    return closed[0] if closed else 0


def choose(kept):
    """The latest weights with three fixed points, positive determinants and a spike that repeats."""
    fit = []
    for update, w in kept:
        count, determinants = fixed_points_and_determinants(w)
        period = spiking_period(w)
        print(f"update {update}: {count} fixed points, least determinant {determinants.min():.3f}, period {period}")
        if count == 3 and determinants.min() > 0 and period:
            fit.append((update, w))
    print(f"{len(fit)} of {len(kept)} are fit")
    return fit[-1]


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    recorded = record(TRIALS, SAMPLES, rng)
    held_out = record(HELD_OUT, 2 * SAMPLES, rng)
    mean, deviation = float(np.float32(recorded.mean())), float(np.float32(recorded.std()))
    update, weights = choose(train(torch.tensor((recorded - mean) / deviation)))
    path = MODELS / "neuron_network.npz"
    settings = {"mean": mean, "deviation": deviation, "step": STEP, "seed": SEED, "update": update}
    np.savez_compressed(path, **weights, **settings, held_out=held_out.astype(np.float32))
    print(f"{path}: {path.stat().st_size} bytes")
