"""Homoclinic crossings against all pairs of segments, and basin boundaries against orbits from grids of 10^6 states.

The peers are plain NumPy: every pair of segments tested, in blocks; and the map iterated for all states of the grid
until each is within 1e-6 of an attractor. `dynbench.basins` follows the same grid and is compared with the boundary
state by state.
"""

from __future__ import annotations

import time

import numpy as np

import dynbench as db
from dynbench.manifolds.intersections import crossings
from dynbench.piecewise import piecewise_linear

RESOLUTION = 1000
NETS = {
    "the notes' net": db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1.0, 0.7]),
    "two points, a flip saddle": db.PLRNN([-0.673, 0.856], [[0, -1.559], [-1.205, 0]], [0.227, 0.032]),
    "a point and a 3-cycle": db.PLRNN([-0.297, -0.589], [[0, 1.927], [-1.099, 0]], [0.972, -0.087]),
    "no inverse": db.PLRNN([0.565, 0.544], [[0, -0.599], [-0.901, 0]], [0.539, 1.037]),
    "no inverse, shallow": db.PLRNN.shallow(
        [-0.733, 0.652],
        [[0.947, 0.494, 1.456], [-0.66, 0.15, 1.25]],
        [[0.385, 0.609], [-0.417, -0.281], [-0.681, 0.023]],
        [-0.058, -0.347],
        [-2.237, -1.513, -0.161],
    ),
}


def all_pairs(first: np.ndarray, second: np.ndarray) -> int:
    """Crossings, by testing every pair of segments."""
    count, along = 0, np.diff(second, axis=0)
    for start in range(0, len(first) - 1, 500):
        block = first[start : start + 501]
        step = np.diff(block, axis=0)
        side = along[:, 0] * (block[:, None, 1] - second[:-1, 1]) - along[:, 1] * (block[:, None, 0] - second[:-1, 0])
        gap = second[None] - block[:-1, None]
        other = step[:, None, 0] * gap[..., 1] - step[:, None, 1] * gap[..., 0]
        count += int((((side[:-1] > 0) != (side[1:] > 0)) & ((other[:, :-1] > 0) != (other[:, 1:] > 0))).sum())
    return count


def brute_force(form, attractors, axes) -> np.ndarray:
    """Labels of a grid by iterating all of its states that have not arrived."""
    states = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    labels, going = np.full(len(states), -1), np.arange(len(states))
    for _ in range(2000):
        for label, points in attractors:
            near = (np.abs(states[:, None] - points).max(axis=-1) < 1e-6).any(axis=1)
            labels[going[near]] = label
            states, going = states[~near], going[~near]
        if not len(going):
            break
        for _ in range(10):
            states = form(states)
    return labels


def intersections() -> None:
    """The manifolds of the Lozi map's saddle X."""
    lozi = db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5})
    saddle = db.find_fixed_points(lozi, box={"x": (-2, 2), "y": (-2, 2)})[1]
    print("crossings of the manifolds of X, Lozi map    | segments        | crossings | grid       | all pairs, ratio")
    for length in (300, 1600):
        unstable, stable = (db.trace_manifold(lozi, saddle, which, length=length) for which in ("unstable", "stable"))
        pairs = [(u, s) for u in unstable.branches for s in stable.branches]
        start = time.process_time()
        found = sum(len(crossings(u, s).first) for u, s in pairs)
        hashed = time.process_time() - start
        start = time.process_time()
        assert found == sum(all_pairs(u, s) for u, s in pairs)
        tested = time.process_time() - start
        sizes = " x ".join(str(sum(len(b) - 1 for b in m.branches)) for m in (unstable, stable))
        print(
            f"length {length:<37} | {sizes:<15} | {found:9} | {hashed:8.3f} s | {tested:7.2f} s {tested / hashed:6.1f}"
        )
        start = time.process_time()
        points = db.homoclinic_points(lozi, saddle, length=length, prove=100)
        orbits = len({p.orbit for p in points})
        print(
            f"  homoclinic_points, 100 orbits proved: {time.process_time() - start:.2f} s, {len(points)} points on "
            f"{orbits} orbits"
        )
    rng = np.random.default_rng(0)
    first, second = (np.cumsum(rng.normal(size=(20_000, 2)), axis=0) for _ in range(2))
    start = time.process_time()
    found = len(crossings(first, second).first)
    hashed = time.process_time() - start
    start = time.process_time()
    assert found == all_pairs(first, second)
    tested = time.process_time() - start
    print(
        f"{'two random walks':<44} | 19999 x 19999   | {found:9} | {hashed:8.3f} s | {tested:7.2f} s "
        f"{tested / hashed:6.1f}"
    )


def boundaries() -> None:
    """Boundaries of bistable nets."""
    print(
        "\nbasin boundary, grid of 10^6 states | agreement off the boundary | trace + classify | NumPy grid, ratio "
        "| db.basins"
    )
    for name, net in NETS.items():
        limits = tuple(db.find_cycles(net, periods=3))
        states = np.concatenate([limit.points for limit in limits])
        width = float(np.ptp(states, axis=0).max())
        box = np.stack([states.min(axis=0) - width, states.max(axis=0) + width], axis=1)
        start = time.process_time()
        boundary = db.basin_boundary(net, limits, box)
        traced = time.process_time() - start
        start = time.process_time()
        grid = db.basins(net, limits, box, resolution=RESOLUTION)
        followed = time.process_time() - start
        start = time.process_time()
        boundary.classify(np.stack(np.meshgrid(*grid.axes, indexing="ij"), axis=-1))
        classified = time.process_time() - start
        attractors = [(i, limit.points) for i, limit in enumerate(limits) if limit.kind.attracting]
        start = time.process_time()
        labels = brute_force(piecewise_linear(net), attractors, grid.axes)
        brute = time.process_time() - start
        same = (labels.reshape(grid.labels.shape) == grid.labels).mean()
        agreement = boundary.agreement(grid)
        print(
            f"{name:<35} | {agreement.share:9.4%} of {agreement.states - agreement.on_boundary} | "
            f"{traced:.3f} + {classified:.3f} s  | {brute:6.1f} s {brute / (traced + classified):7.0f}  | "
            f"{followed:.1f} s (as NumPy's on {same:.4%})"
        )


if __name__ == "__main__":
    intersections()
    boundaries()
