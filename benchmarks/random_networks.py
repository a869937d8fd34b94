"""Twenty small random networks: the plan for networks against a complete search, and the Poincare-Hopf sum.

Run with OMP_NUM_THREADS=1. Networks of 5 to 12 units, g from 1.2 to 3, every second one without bias (odd).
"""

from __future__ import annotations

import time

import numpy as np

import dynbench as db
from dynbench.fixed_points.search import NetworkPlan
from dynbench.networks import RNN

LARGEST_COMPLETE = 7


def network(k: int) -> tuple[RNN, float]:
    """The k-th network, and its g."""
    rng = np.random.default_rng(100 + k)
    n, g = 5 + k % 8, 1.2 + 1.8 * k / 19
    return RNN(g * rng.normal(size=(n, n)) / np.sqrt(n), 0.2 * rng.normal(size=n) if k % 2 else 0), g


def main() -> None:
    """A row a network, then recall and how many sums are +1."""
    found = proved = sums = 0
    for k in range(20):
        system, g = network(k)
        start = time.process_time()
        points = db.find_fixed_points(system, search=NetworkPlan(budget=10), rng=0)
        seconds = time.process_time() - start
        row = f"N = {system.dimension:2d}, g = {g:.2f}: {len(points)} points, sum {points.index_sum}, {seconds:.1f} s"
        sums += points.index_sum == points.expected_index_sum == 1
        if system.dimension <= LARGEST_COMPLETE:
            every = db.find_fixed_points(system)
            row += f"; complete search: {len(every)} points, complete: {every.complete}"
            if every.complete:
                proved += len(every)
                found += sum(any(np.abs(p.x - q.x).max() < 1e-9 for q in points) for p in every)
        print(row)
    print(f"recall {found} of {proved}; the sum is +1 in {sums} of 20")


if __name__ == "__main__":
    main()
