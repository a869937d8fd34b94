"""Piecewise-linear flows region by region in closed form, against SciPy's DOP853 on the same network.

Networks of threshold-linear neurons, x' = -x + relu(W x + b). DOP853 is called directly, with a right-hand side in
NumPy and the tolerances that bring it nearest to the closed form, and with rtol = 1e-9. The distance is that of the
last states from those of the closed form, whose own error (2e-14 for the ring, against 40 digits) is a test.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

import dynbench as db

#: rtol, atol.
TOLERANCES = ((1e-9, 1e-9), (1e-13, 1e-14))


def ring() -> np.ndarray:
    """Three neurons that inhibit one another in a ring: a stable cycle."""
    return np.array([[0, -1.5, -0.75], [-0.75, 0, -1.5], [-1.5, -0.75, 0]])


def competitive(n: int, seed: int) -> np.ndarray:
    """Inhibition of two strengths, by a random graph (a combinatorial threshold-linear network)."""
    edges = np.random.default_rng(seed).random((n, n)) < 0.3
    return np.where(edges, -0.75, -1.5) * (1 - np.eye(n))


def dense(n: int, seed: int) -> np.ndarray:
    """Normally distributed weights, on the whole inhibitory."""
    return np.random.default_rng(seed).normal(-1, 2, size=(n, n)) / np.sqrt(n)


NETWORKS = {
    "ring of 3": (ring(), 100.0),
    "competitive, 10": (competitive(10, 4), 100.0),
    "dense, 10": (dense(10, 1), 100.0),
    "dense, 50": (dense(50, 2), 50.0),
}


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    """What `run` returns, and its CPU time: the smallest of five."""
    times = []
    for _ in range(5):
        start = time.process_time()
        result = run()
        times.append(time.process_time() - start)
    return result, min(times)


def main() -> None:
    """Print a line for each network."""
    print("network         | switches | closed form | DOP853 1e-9: ratio, distance | DOP853 1e-13: ratio, distance")
    for name, (weights, end) in NETWORKS.items():
        network = db.RNN(weights, 1.0, activation="relu", form="activation")
        x = np.random.default_rng(0).uniform(0, 0.3, size=len(weights))
        db.integrate(network, x, [0.0, 0.1], engine="piecewise")  # compiled once

        def closed(network: db.System = network, x: np.ndarray = x, end: float = end) -> db.Trajectory:
            return db.integrate(network, x, [0.0, end], engine="piecewise")

        def rate(_: float, x: np.ndarray, weights: np.ndarray = weights) -> np.ndarray:
            return np.maximum(weights @ x + 1, 0) - x

        run, ours = timed(closed)
        cells = [f"{name:15} | {len(run.switches):8d} | {1e3 * ours:8.2f} ms"]
        for rtol, atol in TOLERANCES:

            def dop853(rtol: float = rtol, atol: float = atol, x: np.ndarray = x, end: float = end) -> np.ndarray:
                return solve_ivp(rate, (0.0, end), x, method="DOP853", rtol=rtol, atol=atol).y[:, -1]

            final, theirs = timed(dop853)
            cells.append(f"{theirs / ours:6.1f} x, {np.abs(final - run.final).max():.1e}")
        print(" | ".join(cells))


if __name__ == "__main__":
    main()
