"""Twenty small random networks: the plan for networks against a complete search, and the Poincare-Hopf sum.

    OMP_NUM_THREADS=1 python benchmarks/random_networks.py [seed]

Networks of 5 to 12 units, g from 1.2 to 3, every second one without bias (odd: its points come in mirror pairs). Up to
7 units a complete search says how many fixed points there are, with proof; beyond, the sum of the indices alone tells
whether points must be missing: it is +1 for a complete set, and may be +1 for others.
"""

from __future__ import annotations

import sys
import time

import numpy as np

import dynbench as db
from dynbench.fixed_points.search import NetworkPlan
from dynbench.networks import RNN

LARGEST_COMPLETE = 7


def network(k: int, seed: int) -> tuple[RNN, float]:
    """The k-th network, and its g."""
    rng = np.random.default_rng(seed + k)
    n, g = 5 + k % 8, 1.2 + 1.8 * k / 19
    return RNN(g * rng.normal(size=(n, n)) / np.sqrt(n), 0.2 * rng.normal(size=n) if k % 2 else 0), g


def timed(system: RNN, **options: object) -> tuple[db.FixedPoints, float]:
    """The fixed points and the CPU seconds that the search and its certificates took."""
    start = time.process_time()
    points = db.find_fixed_points(system, **options)
    return points, time.process_time() - start


def main(seed: int = 100) -> None:
    """A row a network, then recall and how many sums are +1."""
    found = proved = sums = wrong = 0
    print("                      plan                              complete search")
    print(" N     g   bias   points  certified  sum  CPU s      points  complete  found  CPU s")
    for k in range(20):
        system, g = network(k, seed)
        points, seconds = timed(system, search=NetworkPlan(budget=10), rng=0)
        sums += points.index_sum == points.expected_index_sum == 1
        row = f"{system.dimension:2d}  {g:4.2f}  {'yes' if k % 2 else 'no ':>4}   {len(points):6d}  "
        total = "?" if points.index_sum is None else f"{points.index_sum:+d}"
        row += f"{len(points.certified):9d}  {total:>3}  {seconds:5.1f}"
        if system.dimension <= LARGEST_COMPLETE:
            every, seconds = timed(system)
            hits = sum(any(np.abs(p.x - q.x).max() < 1e-9 for q in points) for p in every)
            row += f"      {len(every):6d}  {every.complete!s:>8}  {hits:5d}  {seconds:5.1f}"
            if every.complete:
                proved, found = proved + len(every), found + hits
                wrong += every.index_sum != 1
        print(row, flush=True)
    print(f"recall {found} of {proved}; the plan's sum is +1 in {sums} of 20; complete sets with another sum: {wrong}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
