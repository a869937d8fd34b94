"""Fixed points of networks of 10,000 units, sparse and of low rank: what is found, CPU seconds, and memory.

Run with OMP_NUM_THREADS=1. No dense Jacobian is formed (one would take 0.8 GB): Newton-Krylov finds the points, ARPACK
their leading eigenvalues, and their status is "converged", as certificates are out of reach.
"""

from __future__ import annotations

import resource
import time

import numpy as np
import scipy.sparse

import dynbench as db
from dynbench.networks import RNN

UNITS = 10_000


def networks() -> dict[str, RNN]:
    """A sparse random network above g = 1, and one whose weights have rank 3."""
    rng = np.random.default_rng(0)
    density = 0.005
    sparse = scipy.sparse.random_array((UNITS, UNITS), density=density, rng=rng, data_sampler=rng.standard_normal)
    left, noise = rng.standard_normal((2, UNITS, 3))
    low = db.LowRank(2.5 / UNITS * left, 0.7 * left + 0.1 * noise)
    return {
        "sparse, g = 1.3, with a bias": RNN(
            sparse.tocsr() * (1.3 / np.sqrt(density * UNITS)), 0.5 * rng.standard_normal(UNITS)
        ),
        "rank 3": RNN(low),
    }


def main() -> None:
    """One paragraph a network."""
    for name, network in networks().items():
        start = time.process_time()
        points = db.find_fixed_points(network, search=db.search.NetworkPlan(budget=40, rounds=3), rng=0)
        seconds = time.process_time() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"{name}: {len(points)} fixed points, {seconds:.0f} CPU s, at most {memory:.2f} GB so far")
        print(f"  {points.argument}; all indices add up to {points.expected_index_sum}")
        for p in points:
            print(f"  {p.status.value} {p.kind.value}, stability {p.stability}, residual {p.residual:.0e}")


if __name__ == "__main__":
    main()
