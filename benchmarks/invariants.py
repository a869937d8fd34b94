"""The table of conserved quantities: what is found in known systems, how many are independent, and in what time.

The systems are those of `tests/invariants/known_systems.py`, which also says what must be found; the tests verify each
of them at random points. At the end a network of 1000 units. The peer is one Jacobian of the system by SymPy: the ratio
is what transfers from one machine to another. Times are CPU seconds of this process, after one search that loads what
is needed; nothing is asserted.
"""

from __future__ import annotations

import runpy
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.cache import clear_cache

import dynbench as db

SYSTEMS = Path(__file__).parents[1] / "tests" / "invariants" / "known_systems.py"


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    """The result, and CPU seconds, with SymPy's cache empty."""
    clear_cache()
    start = time.process_time()
    result = run()
    return result, time.process_time() - start


def line(name: str, equations: dict[str, str], parameters: Any) -> tuple[int, float]:
    """Search in one system and print one line; the count and the CPU seconds."""
    system = db.ODE(equations, parameters)
    found, seconds = timed(system.invariants)
    _, peer = timed(lambda: sp.Matrix(system.rhs).jacobian(system.states))
    proofs = sum(len(i.proof.identities) for i in found)
    methods = ", ".join(sorted({i.method for i in found}))
    shown = textwrap.shorten("; ".join(str(i.expression) for i in found), 60, placeholder=" ...") or "-"
    print(
        f"{name:<41}|{len(system.states):>2} |{len(found):>2} |{proofs:>3} |{1e3 * seconds:>7.0f} |"
        f"{seconds / peer:>6.0f} | {shown:<60} | {methods}"
    )
    return len(found), seconds


def network(n: int) -> None:
    """Print the times of a network of n units with skew weights, and with one weight changed."""
    w = np.random.default_rng(0).normal(size=(n, n))
    w = w - w.T
    found, seconds = timed(lambda: db.RNN(w, leak=0).invariants())
    w[3, 7] += 1e-9
    other, again = timed(lambda: db.RNN(w, leak=0).invariants())
    print(
        f"{n} units: {found[0].expression} in {seconds:.2f} s; one weight changed: |dH/dt| <= {other.nearly[0].rate},"
    )
    print(f"in {again:.2f} s")


def main() -> None:
    """Print the table, and sums."""
    table = runpy.run_path(str(SYSTEMS))
    db.ODE({"x": "y", "y": "-x"}).invariants()
    print("n: states; found: independent quantities; id.: identities kept; ratio: to a Jacobian by SymPy")
    print(f"{'system':<41}| n |f. |id. | CPU ms | ratio| {'found':<60} | by")
    total = [line(name, equations, parameters) for name, (equations, parameters, *_) in table["KNOWN"].items()]
    print("systems in which nothing may be found:")
    none = [line(name, *given) for name, given in table["NONE"].items()]
    wanted = sum(count for *_, count in table["KNOWN"].values())
    print(f"{sum(n for n, _ in total)} of {wanted} independent quantities in {len(total)} systems that have them,")
    print(
        f"{sum(n for n, _ in none)} claims in {len(none)} that have none; {sum(t for _, t in total + none):.1f} CPU s,"
    )
    print(f"at most {max(t for _, t in total + none):.2f} s a system")
    network(1000)


if __name__ == "__main__":
    main()
