"""All claims about a piecewise-linear system that are not made about others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sympy as sp
from flint import fmpq

from dynbench.verification.declaration import Declared
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.system import MatrixSystem
from dynbench.verification.piecewise.claims import check_form, read_form
from dynbench.verification.piecewise.cycles import StatedCycle, check_cycles
from dynbench.verification.piecewise.homoclinic import Orbits, check_homoclinic
from dynbench.verification.piecewise.inverse import check_inverse
from dynbench.verification.piecewise.orbits import State, fixed_state, orbit_from
from dynbench.verification.piecewise.reading import read_rectified
from dynbench.verification.piecewise.rows import Rectified
from dynbench.verification.points import Proved
from dynbench.verification.records import Outcome

__all__ = ["Checked", "check_piecewise"]


class Checked(NamedTuple):
    """What the checks of graphs and manifolds need.

    Attributes
    ----------
    function : Rectified or None
        The map, where its equations were read as a piecewise-linear one.
    cycles : sequence of StatedCycle
        Those of the list.
    flow : Rectified or None
        A flow in the units of the report, which give the words of its cycles a meaning.
    """

    function: Rectified | None
    cycles: Sequence[StatedCycle] = ()
    flow: Rectified | None = None


def check_piecewise(
    system: Declared | MatrixSystem,
    report: Field,
    proved: Sequence[Proved],
    ledger: Ledger,
) -> Checked:
    """Check the piecewise-linear form, the cycles and the homoclinic points of a report; what others need of that."""
    stated, cycles, homoclinic = report.get("piecewise"), report.get("cycles"), report["homoclinic"]
    function = read_rectified(system) if not (stated is None and cycles is None) else None
    form = None if stated is None else read_form(stated, system.dimension)
    if form is not None and function is not None:
        form = form if check_form(form, function, ledger) else None
    elif form is not None:
        ledger.add("the piecewise-linear form as stated", Outcome.NOT_ESTABLISHED, "the equations are not read as one")
        form = None
    if stated is not None:
        check_inverse(stated, function, system.is_map, ledger)
    exact = function if system.is_map else None
    listed = [] if cycles is None else check_cycles(exact, form, cycles, system.dimension, system.is_map, ledger)
    if cycles is not None:
        _check_numbers(report, cycles, len(proved), ledger)
    fixed = _fixed_states(exact, proved)
    orbits = Orbits(fixed, [None if c.orbit is None else c.orbit.states for c in listed])
    check_homoclinic(exact, form, homoclinic, orbits, system.dimension, ledger)
    return Checked(exact, listed, None if system.is_map else form)


def _check_numbers(report: Field, cycles: Field, first: int, ledger: Ledger) -> None:
    """That cycles of more than one state are numbered after the fixed points, and in the graph by the same numbers."""
    fields = cycles["cycles"].items()
    if all("number" not in stated for stated in map(Field.keys, fields)):
        return  # an older report, which numbers none
    longer = [k for k, field in enumerate(fields) if len(field["points"].items()) > 1]
    numbers = {k: first + place for place, k in enumerate(longer)}
    stated = [f.get("number") for f in fields]
    wrong = [k for k, f in enumerate(stated) if (None if f is None else f.integer()) != numbers.get(k)]
    ledger.require("cycles are numbered in order, after the points", not wrong, f"not the cycles {wrong}"[:80])
    nodes = [f for f in report["graph"]["nodes"].items() if isinstance(f["cycle"].value, int)]
    other = [f["id"].integer() for f in nodes if f["id"].integer() != numbers.get(f["cycle"].integer())]
    ledger.require("cycles have these numbers in the graph", not other, f"not the nodes {other}"[:80])


def _fixed_states(function: Rectified | None, proved: Sequence[Proved]) -> list[tuple[State, ...] | None]:
    """The fixed points of the list that are rational and mapped to themselves; None for others."""
    found: list[tuple[State, ...] | None] = []
    for entry in proved:
        state = None if function is None else _rational(function, entry)
        found.append(None if function is None or state is None else _closed(function, state))
    return found


def _rational(function: Rectified, entry: Proved) -> State | None:
    """A fixed point as rational numbers: as stated, or, of the affine function at the one that was enclosed."""
    exact = entry.exact
    if exact is not None and all(isinstance(e, sp.Rational) for e in exact):
        return tuple(fmpq(int(e.p), int(e.q)) for e in exact)
    if entry.root is None:
        return None
    middle = tuple(fmpq(*float(side.mid).as_integer_ratio()) for side in entry.root.box)
    state = fixed_state(function, [[bool(m > 0) for m in function.margins(middle)]])
    if state is None or any(abs(a - b) > fmpq(1, 10**6) for a, b in zip(state, middle, strict=True)):
        return None
    return state


def _closed(function: Rectified, state: State) -> tuple[State, ...] | None:
    orbit = orbit_from(function, state, 1)
    return None if isinstance(orbit, str) else orbit.states
