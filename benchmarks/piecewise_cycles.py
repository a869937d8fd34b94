"""Cycles of piecewise-linear maps: complete searches, the heuristic, and its recall.

Peers, written here in plain NumPy: the loop of SCYFI (Eisenmann et al., NeurIPS 2023) from its description, one start
at a time, with the words of what it finds (it merges nothing by rounding); and brute force, which solves for every
pattern in batches. Times are CPU seconds on one core. `--full` adds the larger sizes (ten minutes).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

import dynbench as db
from dynbench.piecewise import PiecewiseLinear, piecewise_linear
from dynbench.piecewise.periodic import Reality
from dynbench.piecewise.search import BranchAndBound, Polygons, Scyfi, Sweep, WordSearch
from dynbench.piecewise.settle import settle_words
from dynbench.piecewise.words import Word, canonical

LOZI = db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5})


def network(size: int, seed: int, gain: float, own: float) -> PiecewiseLinear:
    """A random network z' = A z + W relu(z) + h; `own` is the weight of each unit to itself."""
    rng = np.random.default_rng(seed)
    linear = rng.uniform(-0.9, 0.9, size)
    weights = rng.normal(size=(size, size)) * gain / np.sqrt(size)
    np.fill_diagonal(weights, own)
    form = piecewise_linear(db.PLRNN(linear, weights, rng.normal(size=size)))
    assert form is not None
    return form


def planted(size: int, switches: int, seed: int = 0) -> PiecewiseLinear:
    """Lozi's map, some switches with two fixed points each, and units driven by them that contract; shuffled.

    The system is a skew product over the first two, and each of their k-cycles has exactly one response, so the cycles
    are known: 2**switches times those of Lozi's map.
    """
    rng = np.random.default_rng(seed)
    linear, weights, bias = np.zeros((size, size)), np.zeros((size, size)), np.zeros(size)
    linear[:2, :2] = [[1.7, 1.0], [0.5, 0.0]]  # 1 - 1.7 |x| + y = 1 + 1.7 x - 3.4 relu(x) + y
    weights[0, 0], bias[0] = -3.4, 1.0
    on = np.arange(2, 2 + switches)
    linear[on, on], weights[on, on], bias[on] = 0.2, 2.0, -0.5
    rest = np.arange(2 + switches, size)
    linear[rest, rest] = rng.uniform(-0.3, 0.3, len(rest))
    inner = rng.normal(size=(len(rest), len(rest)))
    weights[np.ix_(rest, rest)] = 0.5 * inner / np.abs(inner).sum(axis=1).max()
    weights[np.ix_(rest, np.arange(2 + switches))] = rng.normal(size=(len(rest), 2 + switches))
    bias[rest] = rng.normal(size=len(rest))
    order = rng.permutation(size)
    form = piecewise_linear(db.PLRNN(linear[np.ix_(order, order)], weights[np.ix_(order, order)], bias[order]))
    assert form is not None
    return form


def scyfi_loop(form: PiecewiseLinear, period: int, starts: int, inner: int = 20) -> set[Word]:
    """The published heuristic, one start at a time: guess patterns, solve, compare, go on from the patterns met."""
    rng = np.random.default_rng(0)
    n, found = form.dimension, set()
    for _ in range(starts):
        word = rng.random((period, form.units)) < 0.5
        for _ in range(inner):
            matrix, constant = np.eye(n), np.zeros(n)
            for pattern in word:
                jacobian = form.A + (form.W1 * pattern) @ form.W2
                matrix, constant = jacobian @ matrix, jacobian @ constant + (form.W1 * pattern) @ form.h2 + form.h1
            try:
                z = np.linalg.solve(np.eye(n) - matrix, constant)
            except np.linalg.LinAlgError:
                break
            met = np.empty_like(word)
            for step in range(period):
                margins = form.W2 @ z + form.h2
                met[step] = margins > 0
                z = form.A @ z + form.W1 @ np.maximum(margins, 0) + form.h1
            if np.array_equal(met, word):
                found.add(canonical(word))
                break
            word = met
    return found


def brute_force(form: PiecewiseLinear) -> set[Word]:
    """All fixed points, by solving for every pattern in batches."""
    found, size = set(), form.units
    for start in range(0, 1 << size, 1 << 12):
        codes = np.arange(start, min(start + (1 << 12), 1 << size))
        patterns = (codes[:, None] >> np.arange(size)) & 1 == 1
        jacobian = form.A + (form.W1 * patterns[:, None]) @ form.W2
        constant = (form.W1 * patterns[:, None]) @ form.h2 + form.h1
        z = np.linalg.solve(np.eye(form.dimension) - jacobian, constant[..., None])[..., 0]
        real = ((z @ form.W2.T + form.h2 > 0) == patterns).all(axis=1)
        found |= {canonical(p[None]) for p in patterns[real]}
    return found


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    """What `run` returns, and its CPU time."""
    start = time.process_time()
    value = run()
    return value, time.process_time() - start


def cell(found: Collection[Any], seconds: float) -> str:
    """A cell of a table: how many, and the time."""
    return f"| {len(found):3d} {seconds:8.3f} s  "


def words(form: PiecewiseLinear, search: WordSearch, period: int = 1) -> tuple[set[Word], bool]:
    """The words of the real periodic points that a search finds, decided exactly, and whether these are all."""
    found = search.search(form, period, rng=np.random.default_rng(0))
    settled = settle_words(form, found.words)
    return {canonical(p.word) for p in settled.periodic if p.reality is Reality.REAL}, found.complete


def complete(full: bool) -> None:
    """The sweep against branch and bound and brute force."""
    print(
        "fixed points, complete       | sweep            | branch and bound | brute force in NumPy, ratio to the sweep"
    )
    for size in (10, 15, 18, 20) + ((22, 24) if full else ()):
        form = network(size, 1, 1.5, 0.5)
        (swept, all_of_them), first = timed(lambda form=form: words(form, Sweep()))
        (branched, also), second = timed(lambda form=form: words(form, BranchAndBound()))
        assert all_of_them
        assert also
        assert swept == branched
        row = f"M = {size:2d}, seed 1                {cell(swept, first)} {cell(branched, second)} |"
        if size <= 20:
            solved, third = timed(lambda form=form: brute_force(form))
            assert solved == swept
            row += f" {len(solved):3d} {third:8.3f} s {third / first:6.1f}"
        print(row, flush=True)
    for size in (25, 30, 35) + ((40, 45, 50) if full else ()):
        for seed in range(3):
            form = network(size, seed, 1.5, 0.0)
            (branched, done), seconds = timed(lambda form=form: words(form, BranchAndBound(max_nodes=150_000)))
            mark = "all" if done else "budget spent"
            print(
                f"M = {size:2d}, seed {seed}                | {'':16} | {len(branched):3d} {seconds:8.3f} s   | {mark}",
                flush=True,
            )


def recall() -> None:
    """The heuristic against the complete set, and against the published loop from as many starts."""
    print("\nrecall of the heuristic      | complete         | Scyfi            | plain loop, ratio of times")
    for size in (10, 15, 20, 30):
        total, ours, theirs, times = 0, 0, 0, np.zeros(3)
        for seed, (gain, own) in enumerate([(1.5, 0.5), (1.5, 0.5), (1.5, 0.5), (3.0, 1.0), (3.0, 1.0), (1.5, 1.0)]):
            form = network(size, seed % 3, gain, own)
            (truth, done), times_0 = timed(lambda form=form: words(form, BranchAndBound()))
            (found, _), times_1 = timed(lambda form=form: words(form, Scyfi()))
            looped, times_2 = timed(lambda form=form: scyfi_loop(form, 1, 400))
            assert done
            assert found <= truth
            total, ours, theirs = total + len(truth), ours + len(found), theirs + len(looped & truth)
            times += times_0, times_1, times_2
        print(
            f"fixed points, M = {size:2d}, 6 nets | {total:3d} {times[0]:8.3f} s   | {ours:3d} {times[1]:8.3f} s   "
            f"| {theirs:3d} {times[2]:8.3f} s {times[2] / times[1]:6.1f}",
            flush=True,
        )


def lozi() -> None:
    """All cycles of the Lozi map in the plane."""
    print("\ncycles of the Lozi map       | find_cycles      | polygons in a box| plain loop, 1000 starts a period")
    box = [[-3, 3], [-3, 3]]
    for top in (8, 12, 16):
        cycles, first = timed(lambda top=top: db.find_cycles(LOZI, periods=top))
        polygons, second = timed(lambda top=top: db.find_cycles(LOZI, periods=top, box=box, search=Polygons()))
        assert all(cycles.complete.values())
        assert len(cycles) == len(polygons)
        row = f"k = 1, ..., {top:2d}              {cell(cycles, first)} {cell(polygons, second)} |"
        if top <= 12:
            form = piecewise_linear(LOZI)
            found, third = timed(lambda top=top, form=form: [scyfi_loop(form, k, 1000) for k in range(1, top + 1)])
            mine = {c.word for c in cycles}
            row += f" {len(mine & set().union(*found)):3d} {third:8.3f} s"
        print(row, flush=True)


def large(full: bool) -> None:
    """Planted networks: what the heuristic recovers of the cycles that are known."""
    print("\nplanted networks             | known            | Scyfi            | plain loop, 200 starts")
    for size in (50, 100):
        for period, switches in ((1, 3), (2, 2), (4, 1), (6, 1)) + (((8, 1),) if full else ()):
            form = planted(size, switches)
            lozi_words = db.find_cycles(LOZI, periods=[k for k in range(1, period + 1) if period % k == 0])
            known = len(lozi_words) * 2**switches
            (found, _), first = timed(lambda form=form, period=period: words(form, Scyfi(), period))
            looped, second = timed(lambda form=form, period=period: scyfi_loop(form, period, 200))
            print(
                f"M = {size:3d}, F^{period}(z) = z         | {known:3d}              {cell(found, first)} "
                f"{cell(looped, second)}",
                flush=True,
            )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="larger sizes too")
    full = parser.parse_args().full
    complete(full)
    recall()
    lozi()
    large(full)


if __name__ == "__main__":
    main()
