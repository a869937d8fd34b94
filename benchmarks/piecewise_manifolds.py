"""Exact manifolds of piecewise-linear maps: corners, preimages and polygons a second, each against a plain way.

    OMP_NUM_THREADS=1 python benchmarks/piecewise_manifolds.py

Curves: the unstable and the stable manifold of a saddle, errors measured included, against a loop over the corners in
Python that does the same (split where a unit changes sign, map). Preimages: Katzenelson's paths, all states at once,
against solving all 2^H regions for every state. Surfaces: polygons of an unstable manifold of three states.
"""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np

import dynbench as db
from dynbench.cycles import refine_cycle
from dynbench.piecewise import Inverse, PiecewiseLinear, piecewise_linear

LOZI = db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5}, name="Lozi")
SPACE = db.PLRNN(
    [0.9, 0.3, 0.6], [[-1.1, 0.9, 0.2], [-1.3, -0.6, 0.5], [0.4, -0.7, -0.5]], [0.6, 0.9, 0.1], name="M = 3"
)


def plain_curve(form: PiecewiseLinear, x: np.ndarray, end: np.ndarray, corners: int) -> float:
    """Corners a second of the loop."""
    line = [x, end]
    start, count = time.process_time(), 0
    while count < corners:
        split = [line[0]]
        for a, b in pairwise(line):
            before, after = form.W2 @ a + form.h2, form.W2 @ b + form.h2
            shares = sorted(u / (u - v) for u, v in zip(before, after, strict=True) if u * v < 0)
            split += [a + share * (b - a) for share in shares]
            split.append(b)
        line = [form.A @ z + form.W1 @ np.maximum(form.W2 @ z + form.h2, 0) + form.h1 for z in split]
        count += len(line)
    return count / (time.process_time() - start)


def curves() -> None:
    """A row a manifold."""
    print("curves                            corners   CPU s   a second   plain loop   ratio     error")
    saddle = next(p for p in db.find_fixed_points(LOZI, box=[[-3, 3]] * 2) if p.x[0] > 0)
    form = piecewise_linear(LOZI)
    assert form is not None
    options = {"unstable": {"length": 1e6}, "stable": {"length": 2e4, "box": [[-3, 3]] * 2}}
    for which in ("unstable", "stable"):
        start = time.process_time()
        manifold = db.trace_manifold(LOZI, saddle, which, **options[which])
        seconds = time.process_time() - start
        count = sum(map(len, manifold.branches))
        row = f"{LOZI.name:10} {which:10} M =  2  {count:12,}  {seconds:6.2f}  {count / seconds:9,.0f}"
        if which == "unstable":
            plain = plain_curve(form, saddle.x, manifold.branches[0][1], 30_000)
            row += f"  {plain:11,.0f}  {count / seconds / plain:6.0f}"
        else:
            row += 21 * " "
        print(f"{row}   {manifold.error:.0e}")


def preimages() -> None:
    """A row a size."""
    print("\npreimages   H   paths: us a state   2^H regions: us a state   ratio   found")
    for size in (2, 4, 8, 12):
        rng = np.random.default_rng(size)
        network = db.PLRNN(rng.uniform(0.5, 0.9, size), rng.normal(size=(size, size)) * 0.1 / np.sqrt(size), 0.1)
        inverse = Inverse(piecewise_linear(network))
        assert inverse.invertible
        states = rng.normal(size=(1000, size)) * 3
        images = network(states)
        start = time.process_time()
        found = inverse.preimage(images)
        paths = (time.process_time() - start) / len(states)
        patterns = (np.arange(2**size)[:, None] >> np.arange(size) & 1).astype(bool)
        region = inverse.form.region(patterns)
        start = time.process_time()
        for image in images[:5]:
            solved = np.linalg.solve(region.J, (image - region.c)[..., None])[..., 0]
            consistent = (inverse.form.pattern(solved) == patterns).all(axis=1)
            assert consistent.sum() == 1
        every = (time.process_time() - start) / 5
        share = (np.abs(found - states).max(axis=1) < 1e-8).mean()
        print(f"{size:13}   {1e6 * paths:17.1f}   {1e6 * every:23.1f}   {every / paths:5.1f}   {share:.0%}")


def surfaces() -> None:
    """Polygons a second."""
    form = piecewise_linear(SPACE)
    assert form is not None
    patterns = (np.arange(8)[:, None] >> np.arange(3) & 1).astype(bool)
    points = form.fixed_state(patterns)
    for x, pattern in zip(points, patterns, strict=True):
        values = np.linalg.eigvals(form.region(pattern).J)
        if (form.pattern(x) == pattern).all() and (np.abs(values) > 1).sum() == 2:
            start = time.process_time()
            manifold = db.trace_manifold(
                SPACE, refine_cycle(SPACE, x, 1), "unstable", box=[[-10, 10]] * 3, pieces=20_000
            )
            seconds = time.process_time() - start
            count = len(manifold.mesh)
            rate, error = count / seconds, manifold.error
            print(f"\nsurface: {count:,} polygons in {seconds:.2f} CPU s, {rate:,.0f} a second, error {error:.0e}")
            return


if __name__ == "__main__":
    curves()
    preimages()
    surfaces()
