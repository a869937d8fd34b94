"""The matrix form of a network against hand-written NumPy, and against SymPy's route through scalars.

Run with OMP_NUM_THREADS=1. Times are CPU seconds of this process; ratios are medians over interleaved repetitions.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

import dynbench as db

N = 1000
FIRST = """
import sys; sys.argv = ["once"]
import runpy; module = runpy.run_path({path!r})
print(module["prepare"](module["weights"]({n}))[1])
"""


def weights(n: int) -> tuple[Any, Any]:
    """A random network above the transition, g = 1.5."""
    rng = np.random.default_rng(0)
    return 1.5 * rng.normal(size=(n, n)) / np.sqrt(n), rng.normal(size=n)


def prepare(arrays: tuple[Any, Any]) -> tuple[db.System, float]:
    """Declare, differentiate, compile F and J (by evaluating them once); with the CPU seconds that this took."""
    point = np.zeros(len(arrays[1]))
    start = time.process_time()
    n = sp.Symbol("n")
    x, b, W = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("b", n, 1), sp.MatrixSymbol("W", n, n)
    system = db.ODE({x: -x + W * x.applyfunc(sp.tanh) + b}, {W: arrays[0], b: arrays[1]})
    system(point)
    system.jacobian_at(point)
    return system, time.process_time() - start


def prepare_in_scalars(arrays: tuple[Any, Any]) -> float:
    """CPU seconds of SymPy's route: n expressions, their Jacobian, lambdify."""
    start = time.process_time()
    n = len(arrays[1])
    x = sp.symbols(f"x:{n}")
    rates = [
        -x[i] + sum(w * sp.tanh(s) for w, s in zip(row, x, strict=True)) + b
        for i, (row, b) in enumerate(zip(arrays[0].tolist(), arrays[1].tolist(), strict=True))
    ]
    jacobian = sp.Matrix(rates).jacobian(x)
    sp.lambdify([x], rates)
    sp.lambdify([x], jacobian.tolist())
    return time.process_time() - start


def medians(ours: Callable[[], Any], theirs: Callable[[], Any], repeats: int) -> tuple[float, float]:
    """Median CPU seconds of both, run in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for function, record in zip((ours, theirs), times, strict=True):
            start = time.process_time()
            function()
            record.append(time.process_time() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def compare(name: str, ours: Callable[[], Any], theirs: Callable[[], Any], repeats: int, goal: str = "") -> None:
    """Print one line."""
    a, b = medians(ours, theirs, repeats)
    print(f"{name}: {1e3 * a:.3f} ms, {a / b:.2f} of hand-written NumPy's {1e3 * b:.3f} ms{goal}")


def evaluations() -> None:
    """Values and derivatives at N = 1000."""
    system = prepare(weights(N))[0]
    W, b = system.parameters["W"], system.parameters["b"]  # the same memory for both, as it may or may not be in cache
    rng = np.random.default_rng(1)
    x, v, batch = rng.normal(size=N), rng.normal(size=N), rng.normal(size=(200, N))

    def jacobian() -> Any:
        return W * (1 - np.tanh(x) ** 2) - np.eye(N)

    def jacobian_in_place() -> Any:
        result = W * (1 - np.tanh(x) ** 2)
        result.flat[:: N + 1] -= 1
        return result

    compare("F", lambda: system(x), lambda: -x + W @ np.tanh(x) + b, 400, " (goal: 1.2)")
    compare("J", lambda: system.jacobian_at(x), jacobian, 60, " (goal: 1.0)")
    compare("J, against NumPy in place", lambda: system.jacobian_at(x), jacobian_in_place, 60)

    def gradient() -> Any:
        phi = np.tanh(x)
        value = -x + W @ phi + b
        return (1 - phi * phi) * (value @ W) - value

    compare("J v", lambda: system.jvp(x, v), lambda: W @ ((1 - np.tanh(x) ** 2) * v) - v, 100)
    compare("J^T w", lambda: system.vjp(x, v), lambda: (1 - np.tanh(x) ** 2) * (v @ W) - v, 100)
    compare("grad q", lambda: system.speed_gradient(x), gradient, 100)
    compare("F on 200 states", lambda: system(batch), lambda: -batch + np.tanh(batch) @ W.T + b, 20)


def main() -> None:
    """Print all figures."""
    code = FIRST.format(path=__file__, n=N)
    command = [sys.executable, "-c", code]
    first = [float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(5)]
    again = [prepare(weights(N))[1] for _ in range(6)][1:]
    print(f"declare, differentiate, compile at N = {N}: {1e3 * statistics.median(first):.0f} ms the first time in a")
    print(f"process (goal: 50), {1e3 * statistics.median(again):.0f} ms after that")
    evaluations()
    for n in (10, 30, 100) if "--full" in sys.argv else (10, 30):
        ours, scalars = prepare(weights(n))[1], prepare_in_scalars(weights(n))
        print(
            f"N = {n}: matrix form {1e3 * ours:.1f} ms, SymPy in scalars {1e3 * scalars:.0f} ms, {scalars / ours:.0f} x"
        )


if __name__ == "__main__":
    main()
