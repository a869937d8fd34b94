"""One hundred random planar polynomial systems through `dynbench report` and `dynbench verify`.

    python benchmarks/random_reports.py [COUNT] [--seed SEED] [--keep FOLDER]

Prints what the reports say, summed up: no run may fail, and what is not proved must be said. The systems are drawn
like this: degree 1 to 3, each monomial of x and y present with probability 0.6, coefficients -3..3 (one in ten of the
systems: exact halves and thirds), box [-3, 3]^2.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from dynbench.cli.batch import report_folder


def random_model(rng: np.random.Generator, number: int) -> str:
    degree = int(rng.integers(1, 4))
    monomials = [(i, j) for i, j in itertools.product(range(degree + 1), repeat=2) if i + j <= degree]

    def polynomial() -> str:
        terms = []
        for i, j in monomials:
            if rng.random() < 0.6:
                coefficient = str(rng.integers(-3, 4))
                if number % 10 == 0:
                    coefficient = f"{coefficient}/{rng.integers(2, 4)}"
                terms.append(f"({coefficient})*x^{i}*y^{j}".replace("*x^0", "").replace("*y^0", ""))
        return " + ".join(terms) or "0"

    states = "\n".join(f'{name} = "{polynomial()}"' for name in "xy")
    return f'name = "Random system {number}"\n[states]\n{states}\n[box]\nx = [-3, 3]\ny = [-3, 3]\n'


def verify(report: Path) -> tuple[str, int]:
    command = [sys.executable, "-m", "dynbench", "verify", str(report)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return report.stem, ended.returncode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="keep models and reports in this folder")
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        root = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        models, out = root / "models", root / "reports"
        models.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(arguments.seed)
        for number in range(arguments.count):
            (models / f"system_{number:03}.toml").write_text(random_model(rng, number))
        began = time.perf_counter()
        entries = report_folder(models, out, options=["--seed", "0"], timeout=120)
        took = time.perf_counter() - began
        contents = [json.loads(path.read_text()) for path in sorted(out.glob("*.json"))]
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            verified = dict(threads.map(verify, sorted(out.glob("*.json"))))
        print(f"{len(entries)} systems, {took:.0f} s in all, {os.cpu_count()} at a time")
        for state, count in Counter(entry.state for entry in entries).items():
            print(f"  {state}: {count}")
        points = [p for c in contents for p in c["fixed_points"]["points"]]
        edges = [e for c in contents for e in c["graph"]["edges"]]
        kinds = Counter(node["kind"] for c in contents for node in c["graph"]["nodes"] if not node["fixed_point"])
        print(f"  lists proved complete: {sum(c['fixed_points']['complete'] for c in contents)}")
        print(f"  with a continuum: {sum(bool(c['fixed_points']['continua']) for c in contents)}")
        print(f"  with undecided boxes: {sum(bool(c['fixed_points']['undecided']) for c in contents)}")
        print(f"  fixed points: {len(points)}, of them {Counter(p['status'] for p in points)}")
        print(f"  kinds: {dict(Counter(p['kind'] for p in points))}")
        print(f"  edges: {len(edges)}, by {dict(Counter(e['how'] for e in edges))}")
        print(f"  limits that are no fixed point: {dict(kinds)}")
        print(f"  with a conserved quantity: {sum(bool(c['invariants']['found']) for c in contents)}")
        print(f"  verify, by exit code: {dict(Counter(verified.values()))}")
        for entry in entries:
            if entry.failed:
                print(f"  FAILED {entry.model}: {entry.verdict}")
        for name, code in verified.items():
            if code:
                print(f"  verify {name}: exit code {code}")


if __name__ == "__main__":
    main()
