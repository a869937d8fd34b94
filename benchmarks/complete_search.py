"""The complete search, with proof, against searches from starts that prove nothing.

For each system, from the same 500 starts: dynbench's `MultiStart` (batched, no certificates) and
`scipy.optimize.root` (hybr, analytic Jacobian, one start at a time). Distinct roots are counted at six digits.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from scipy.optimize import root

import dynbench as db

STARTS = 500


def cells(n: int) -> db.System:
    """A ring of n coupled bistable cells, with 3^n fixed points."""
    names = [f"x{i}" for i in range(n)]
    return db.ODE({a: f"{a} - {a}^3 + {b}/10" for a, b in zip(names, names[1:] + names[:1], strict=True)})


def hopfield(n: int) -> db.System:
    """A random network x' = -x + W tanh(x) of gain 2.5."""
    weights = np.random.default_rng(n).normal(scale=2.5 / np.sqrt(n), size=(n, n)).round(3)
    names = [f"x{i}" for i in range(n)]
    terms = [" + ".join(f"({w})*tanh({b})" for w, b in zip(row, names, strict=True)) for row in weights]
    return db.ODE({a: f"-{a} + {t}" for a, t in zip(names, terms, strict=True)})


SYSTEMS: dict[str, tuple[db.System, float]] = {
    "Jang's planar system": (db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}), 3.0),
    **{f"{n} coupled cells": (cells(n), 2.0) for n in (2, 3, 4)},
    **{f"{n}-neuron network": (hopfield(n), 8.0) for n in (2, 3, 4, 5, 6)},
}


def timed(run: Callable[[], int]) -> tuple[int, float]:
    """The count that `run` returns, and its CPU time."""
    start = time.process_time()
    count = run()
    return count, time.process_time() - start


def scipy_roots(system: db.System, starts: np.ndarray) -> int:
    """Distinct roots that hybr finds from the starts."""
    found = []
    for start in starts:
        solution = root(system.residual, start, jac=system.residual_jacobian, method="hybr")
        if solution.success and np.abs(solution.fun).max() < 1e-9:
            found.append(np.round(solution.x, 6) + 0.0)
    return len(np.unique(found, axis=0)) if found else 0


def main() -> None:
    """Print a table of counts, CPU seconds and ratios."""
    print("system                 | complete (proof)       | MultiStart, ratio      | scipy.optimize.root, ratio")
    for name, (system, width) in SYSTEMS.items():
        box = np.array([[-width, width]] * system.dimension)
        starts = np.random.default_rng(0).uniform(-width, width, (STARTS, system.dimension))
        points: list[db.FixedPoints] = []

        def complete(system: db.System = system, box: np.ndarray = box, points: list = points) -> int:
            points.append(db.find_fixed_points(system, search=db.search.Complete(box)))
            return len(points[0])

        def multistart(system: db.System = system, starts: np.ndarray = starts) -> int:
            found = db.find_fixed_points(system, search=db.search.MultiStart(starts), certify=False)
            return len(found) - len(found.slow_points)

        proved, first = timed(complete)
        ours, second = timed(multistart)
        theirs, third = timed(lambda system=system, starts=starts: scipy_roots(system, starts))
        mark = "all" if points[0].complete else "incomplete"
        print(
            f"{name:22} | {proved:4d} {mark:10} {first:6.2f} s | {ours:4d} {second:6.2f} s {second / first:6.2f} "
            f"| {theirs:4d} {third:6.2f} s {third / first:6.2f}"
        )


if __name__ == "__main__":
    main()
