"""Fixed points of a trained flip-flop network: dynbench and `scipy.optimize.root` from the same starts.

Run with OMP_NUM_THREADS=1. Times are CPU seconds. The trained network comes from an .npz file with arrays W_r,
W_fb, W_o and states: `python benchmarks/flipflop.py NETWORK.npz [starts] [starts for scipy]`.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.optimize

import dynbench as db
from dynbench.fixed_points.large import certify_large, polish_large
from dynbench.fixed_points.large.newton import newton_from, newton_state
from dynbench.fixed_points.search.paths import follow
from dynbench.networks import EchoStateNetwork

CLOSE = 1e-9


def loaded(path: str) -> tuple[EchoStateNetwork, np.ndarray]:
    """A trained network, and states that it visited in a test: arrays W_r, W_fb, W_o and states of an .npz file."""
    with np.load(path, allow_pickle=False) as arrays:
        return EchoStateNetwork(arrays["W_r"], arrays["W_fb"], arrays["W_o"]), arrays["states"]


def report(name: str, network: db.System, ends: np.ndarray, seconds: float, starts: int) -> float:
    """Print one row; the CPU seconds for each converged start."""
    residuals = np.abs(network.residual(ends)).max(axis=-1) if len(ends) else np.empty(0)
    good = ends[residuals < CLOSE]
    distinct: list[np.ndarray] = []
    for x in good:
        if not any(np.abs(x - y).max() < 1e-6 for y in distinct):
            distinct.append(x)
    each = seconds / max(1, len(good))
    median = f"{np.median(residuals[residuals < CLOSE]):.1e}" if len(good) else "-"
    print(
        f"{name:44s} {len(good):3d} of {starts:3d} with |F| < {CLOSE:g}, {len(distinct):3d} distinct, "
        f"median |F| {median:>8s}; "
        f"{seconds:7.2f} CPU s, {seconds / starts:6.3f} a start, {each:6.3f} a converged start"
    )
    return each


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    """A result and the CPU seconds that it took."""
    start = time.process_time()
    return run(), time.process_time() - start


def by_scipy(network: db.System, starts: np.ndarray) -> np.ndarray:
    """`scipy.optimize.root`, method hybr, with the analytic Jacobian."""
    return np.array(
        [scipy.optimize.root(network, x, jac=network.jacobian_at, method="hybr", tol=1e-12).x for x in starts]
    )


def relaxed(network: db.System, starts: np.ndarray) -> np.ndarray:
    """Relaxation, then Newton's method from each end."""
    return newton_from(network, follow(network, starts, 40.0))[0]


def certificates(network: db.System, x: np.ndarray) -> None:
    """Certificates against one `numpy.linalg.eigvals` of the same Jacobian, medians over interleaved repetitions."""
    x = polish_large(network, x)
    jacobian = network.jacobian_at(x)
    certify_large(network, x, spectrum=False)
    rows = []
    for _ in range(7):
        _, values = timed(lambda: np.linalg.eigvals(jacobian))
        _, existence = timed(lambda: certify_large(network, x, spectrum=False))
        _, index = timed(lambda: certify_large(network, x))
        rows.append((values, existence / values, index / values))
    values, existence, index = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"eigvals {values:.3f} CPU s; existence certificate {existence:.2f} of that, with the index {index:.2f}")


def main(path: str, count: int, scipy_count: int) -> None:
    """All of it."""
    network, visited = loaded(path)
    starts = visited[np.random.default_rng(0).choice(len(visited), size=count, replace=False)]
    network(starts[0]), network.jacobian_at(starts[0])
    ends, seconds = timed(lambda: np.array([newton_state(network, x)[0] for x in starts]))
    newton = report("dynbench, Newton (float32 LU)", network, ends, seconds, count)
    ends, seconds = timed(lambda: relaxed(network, starts))
    relax = report("dynbench, relaxation then Newton", network, ends, seconds, count)
    ends, seconds = timed(lambda: by_scipy(network, starts[:scipy_count]))
    rival = report("scipy.optimize.root (hybr, analytic Jacobian)", network, ends, seconds, scipy_count)
    print(f"scipy takes {rival / newton:.1f} times the CPU of Newton, {rival / relax:.1f} times that of relaxation")
    certificates(network, relaxed(network, starts[:1])[0])


if __name__ == "__main__":
    main(sys.argv[1], *(int(a) for a in sys.argv[2:4] or (64, 16)))
