"""Fixed points of a trained 3-bit flip-flop network of 1000 units: dynbench and its rivals from the same 64 starts.

Run with OMP_NUM_THREADS=1; times are CPU seconds. The rivals are `scipy.optimize.root` (hybr, analytic Jacobian) and,
where a copy of it and PyTorch are there, FixedPointFinder (github.com/mattgolub/fixed-point-finder, by default 5,000
iterations; its authors' advice for hard cases is more of them):

    python benchmarks/flipflop.py [--fixed-point-finder FOLDER [--iterations 20000]]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import scipy.optimize

import dynbench as db
from dynbench.fixed_points.large import certify_large, polish_large
from dynbench.fixed_points.large.newton import newton_from, newton_state
from dynbench.fixed_points.search.paths import follow
from dynbench.networks import EchoStateNetwork, force
from dynbench.networks.driven import simulate
from dynbench.networks.flipflop import FlipFlop

CLOSE = 1e-9


def trained(seed: int) -> tuple[EchoStateNetwork, np.ndarray]:
    """A trained network, and states that it visited in a test."""
    rng = np.random.default_rng(seed)
    task = FlipFlop()
    lesson = task.signals(30_000, rng=rng)
    training = force.train(force.random_network(1000, 3, 3, rng=rng), lesson.inputs, lesson.targets, rng=rng)
    return training.network, simulate(training.network, task.signals(6_000, rng=rng).inputs, start=training.state)


def report(name: str, network: db.System, ends: np.ndarray, seconds: float) -> float:
    """Print one row; the CPU seconds for each converged start (for each start, where none converged)."""
    residuals = np.abs(network.residual(ends)).max(axis=-1)
    good = ends[residuals < CLOSE]
    distinct: list[np.ndarray] = []
    for x in good:
        if not any(np.abs(x - y).max() < 1e-6 for y in distinct):
            distinct.append(x)
    print(
        f"{name:42s} {len(good):3d} of {len(ends):3d} with |F| < {CLOSE:g} ({len(distinct):2d} distinct), median |F| "
        f"{np.median(residuals):.1e}; {seconds:7.2f} CPU s: {seconds / len(ends):7.4f} a start, "
        + (f"{seconds / len(good):7.4f} a converged start" if len(good) else "none converged"),
        flush=True,
    )
    return seconds / (len(good) or len(ends))


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


def by_fixed_point_finder(folder: Path, network: db.System, starts: np.ndarray, iterations: int) -> np.ndarray:
    """FixedPointFinder at its default settings but for the number of iterations, on the map x -> x + F(x)."""
    sys.path.insert(0, str(folder))
    import torch  # type: ignore[import-not-found, unused-ignore]
    from FixedPointFinderTorch import FixedPointFinderTorch  # type: ignore[import-not-found, unused-ignore]

    torch.set_num_threads(1)
    weights = network.parameters

    class Wrapped(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        batch_first = True

        def __init__(self) -> None:
            super().__init__()
            whole = weights["W_r"] + weights["W_fb"] @ weights["W_o"]
            self.transposed = torch.nn.Parameter(torch.tensor(whole.T, dtype=torch.float32))

        def forward(self, inputs: Any, state: Any) -> Any:
            after = torch.tanh(state) @ self.transposed
            return after.transpose(0, 1), after

    with contextlib.redirect_stdout(io.StringIO()):
        finder = FixedPointFinderTorch(
            Wrapped(), max_iters=iterations, do_compute_jacobians=False, do_decompose_jacobians=False
        )
        _, every = finder.find_fixed_points(starts.astype(np.float32), np.zeros((len(starts), 1), dtype=np.float32))
    return np.asarray(every.xstar, dtype=float)


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


def main(arguments: argparse.Namespace) -> None:
    """All of it."""
    network, visited = trained(arguments.seed)
    choice = np.random.default_rng(0).choice(len(visited), size=arguments.starts, replace=False)
    starts = visited[choice]
    network(starts[0]), network.jacobian_at(starts[0])
    ends, newton = timed(lambda: np.array([newton_state(network, x)[0] for x in starts]))
    newton_converged = report("dynbench, Newton (float32 LU)", network, ends, newton)
    ends, relax = timed(lambda: relaxed(network, starts))
    relax_converged = report("dynbench, relaxation then Newton", network, ends, relax)
    memory = ends[np.abs(network.residual(ends)).max(axis=-1).argmin()]
    few = starts[: arguments.scipy_starts]
    ends, seconds = timed(lambda: by_scipy(network, few))
    rival = report("scipy.optimize.root (hybr, analytic J)", network, ends, seconds)
    print(
        f"  a converged start: {rival / newton_converged:.0f} times the CPU of Newton's, "
        f"{rival / relax_converged:.0f} times that of relaxation's"
    )
    if arguments.fixed_point_finder is not None:
        for iterations in sorted({5_000, arguments.iterations}):
            ends, seconds = timed(
                lambda k=iterations: by_fixed_point_finder(arguments.fixed_point_finder, network, starts, k)
            )
            report(f"FixedPointFinder, {iterations} iterations", network, ends, seconds)
            print(f"  a start: {seconds / newton:.0f} times the CPU of Newton's, {seconds / relax:.0f} of relaxation's")
    certificates(network, memory)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=11, help="of the training")
    parser.add_argument("--starts", type=int, default=64)
    parser.add_argument("--scipy-starts", type=int, default=64, help="how many of them scipy gets: it is slow")
    parser.add_argument("--fixed-point-finder", type=Path, help="a copy of the repository, beside PyTorch")
    parser.add_argument("--iterations", type=int, default=20_000)
    main(parser.parse_args())
