"""All claims about a piecewise-linear system that are not made about others."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from flint import fmpq

from dynbench.verification.declaration import Declared
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.system import MatrixSystem
from dynbench.verification.piecewise.claims import check_form, read_form
from dynbench.verification.piecewise.cycles import check_cycles
from dynbench.verification.piecewise.homoclinic import check_homoclinic
from dynbench.verification.piecewise.inverse import check_inverse
from dynbench.verification.piecewise.orbits import State, orbit_from
from dynbench.verification.piecewise.reading import read_rectified
from dynbench.verification.piecewise.rows import Rectified
from dynbench.verification.points import Proved
from dynbench.verification.records import Outcome

__all__ = ["check_piecewise"]


def check_piecewise(
    system: Declared | MatrixSystem,
    report: Field,
    proved: Sequence[Proved],
    ledger: Ledger,
) -> None:
    """Check the piecewise-linear form, the cycles and the homoclinic points of a report."""
    stated, cycles, homoclinic = report.get("piecewise"), report.get("cycles"), report["homoclinic"]
    function = read_rectified(system) if not (stated is None and cycles is None) else None
    form = None if stated is None else read_form(stated, system.dimension)
    if form is not None and function is not None:
        form = form if check_form(form, function, ledger) else None
    elif form is not None:
        ledger.add("the piecewise-linear form as stated", Outcome.NOT_ESTABLISHED, "the equations are not read as one")
        form = None
    if stated is not None:
        check_inverse(stated, function, ledger)
    exact = function if system.is_map else None
    known = {frozenset({state}) for state in _fixed_states(exact, proved)}
    if cycles is not None:
        listed = check_cycles(exact, form, cycles, system.dimension, ledger)
        known |= {frozenset(c.orbit.states) for c in listed if c.orbit is not None}
    check_homoclinic(exact, form, homoclinic, known, system.dimension, ledger)


def _fixed_states(function: Rectified | None, proved: Sequence[Proved]) -> list[State]:
    """The fixed points of the list that are known as rational numbers, and are mapped to themselves."""
    if function is None:
        return []
    found = []
    for exact in (entry.exact for entry in proved):
        if exact is None or not all(isinstance(e, sp.Rational) for e in exact):
            continue
        state: State = tuple(fmpq(int(e.p), int(e.q)) for e in exact)
        if not isinstance(orbit_from(function, state, 1), str):
            found.append(state)
    return found
