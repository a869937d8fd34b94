"""Time from a cold process to the first report, against importing the libraries and nothing else."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MODELS = Path(__file__).parents[1] / "gallery" / "models"
PEER = "import sympy, scipy.optimize, networkx, matplotlib.figure"
REPEATS = 3


def seconds(*command: str) -> float:
    """Wall time of one fresh interpreter."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print the median of a few cold runs for each model."""
    peer = statistics.median(seconds("-c", PEER) for _ in range(REPEATS))
    print(f"{PEER}: {peer:.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        for name, goal in (("jang_planar", 8), ("coupled_cells", 20), ("henon", None)):
            command = (
                "-m",
                "dynbench",
                "report",
                str(MODELS / f"{name}.toml"),
                "-o",
                str(Path(folder) / "r.html"),
            )
            ours = statistics.median(seconds(*command) for _ in range(REPEATS))
            wanted = f" (goal: below {goal} s)" if goal else ""
            print(f"report of {name}: {ours:.2f} s, {ours / peer:.1f} times the imports{wanted}")


if __name__ == "__main__":
    main()
