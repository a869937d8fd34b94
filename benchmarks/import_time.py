"""Import time of dynbench against the libraries that it stands on, each in fresh processes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

PEER = "import sympy, scipy.optimize, networkx"
REPEATS = 7


def seconds(statement: str) -> float:
    """Wall time of one fresh interpreter that runs `statement`."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the median of alternating runs, without the start of the interpreter itself."""
    runs = [[seconds(s) for s in ("pass", PEER, "import dynbench")] for _ in range(REPEATS + 1)][1:]
    empty, peer, ours = (statistics.median(column) for column in zip(*runs, strict=True))
    print(f"{PEER}: {peer - empty:.3f} s")
    print(
        f"import dynbench: {ours - empty:.3f} s, {(ours - empty) / (peer - empty):.2f} times as long (goal: below 1.5)"
    )


if __name__ == "__main__":
    main()
