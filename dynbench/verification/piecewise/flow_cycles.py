"""The claims about one cycle of a piecewise-linear flow: its proof is made again, its states and multipliers follow."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flint import arb, arb_mat, ctx

from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.piecewise.claims import read_word
from dynbench.verification.piecewise.loops import Loop, closed_loop
from dynbench.verification.piecewise.multipliers import check_multipliers
from dynbench.verification.piecewise.rows import Rectified
from dynbench.verification.records import Outcome
from dynbench.verification.spectra import Eigenvalues, enclose_eigenvalues

__all__ = ["check_flow_cycle"]

_BITS, _MOST_POINTS = 256, 1000
#: The period is the middle of an enclosure, rounded; states are those of a solution in doubles.
_PERIOD, _STATES = 2.0**-50, 1e-11
#: The gaps between legs of a solution in doubles are smaller, relative to its size.
_RESIDUAL = 1e-9
#: What the note of a proof says, before anything else that it may add.
_UNIQUE = (
    r"unique within (?P<distance>\d+(?:\.\d+)?(?:e[+-]\d+)?) of its legs' ends"
    r"(?P<where> among the states of its symmetry)?, by Krawczyk's test in ball arithmetic"
)


def check_flow_cycle(form: Rectified | None, field: Field, dimension: int, name: str, ledger: Ledger) -> None:
    """Check a cycle that is said to be certified: that there is one, its period, states, multipliers and residual.

    Parameters
    ----------
    form : Rectified or None
        The flow, in the units of the report; None where the equations are not read as rational ones.
    field : Field
        The cycle.
    dimension : int
        The number of states.
    name : str
        What it is called in claims.
    ledger : Ledger
        Collects the checks.
    """
    period, points = field["period"].number(), [p.vector(dimension) for p in field["points"].items()]
    claim = f"{name}: a cycle of the flow with its word of regions, proved in balls"
    if not field["exact"].null or not period > 0 or not 0 < len(points) <= _MOST_POINTS:
        ledger.add(claim, Outcome.FAILS, "it has exact states, no states or too many, or no period")
        return
    if form is None or field["word"].null:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "the equations are not read as rational ones, or it has no word")
        return
    loop = closed_loop(form, read_word(field["word"], len(form.arguments)), points, period)
    if isinstance(loop, str):
        ledger.add(claim, Outcome.NOT_ESTABLISHED, loop)
        return
    ledger.require(claim, True)
    _check_note(loop, field["note"].text(), name, ledger)
    ledger.require(
        f"{name}: its period is {period:.10g}",
        bool(abs(loop.period - arb(period)) <= arb(_PERIOD) * arb(period)),
        f"it is {float(loop.period.mid()):.10g}",
    )
    gap = _largest_gap(loop, points)
    size = max(1.0, *(abs(x) for point in points for x in point))
    near = len(points) > 1 and bool(gap <= arb(_STATES) * size)
    ledger.require(f"{name}: {len(points)} states, equally spaced in time", near, f"one is {float(gap.mid()):.2g} off")
    small = field["residual"].length() <= _RESIDUAL * size
    ledger.require(f"{name}: its residual is that of a solution in doubles", small, "it is larger")
    found = _nontrivial(loop.monodromy)
    if found is None:
        ledger.add(f"{name}: its multipliers", Outcome.NOT_ESTABLISHED, "they could not be enclosed")
    else:
        check_multipliers(found, field, dimension, name, ledger, trivial=1)


def _check_note(loop: Loop, note: str, name: str, ledger: Ledger) -> None:
    """The note says within what distance of the legs' ends, and of their durations, it is the only one.

    A proof on a subspace says nothing of cycles that leave it: then the note has to say so, and the claim does.
    """
    first, *others = note.split("; ")
    stated = re.fullmatch(_UNIQUE, first)
    where = " among the states of its symmetry" if stated is not None and stated["where"] else ""
    claim = f"{name}: the only one{where} within the distance that its note states"
    if stated is None or any("unique" in other for other in others):
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "the note is not read")
    elif loop.on_subspace and not where:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "it is shown among the states of its symmetry only")
    else:
        ledger.prove(claim, float(stated["distance"]) <= loop.radius, f"shown within {loop.radius:.1g}")


def _largest_gap(loop: Loop, points: Sequence[Sequence[float]]) -> arb:
    """How far the states are from those of the loop at equal distances of time from its start."""
    with ctx.workprec(_BITS):
        gap, leg, gone = arb(0), 0, arb(0)
        for number, point in enumerate(points):
            time = loop.period * number / len(points)
            while leg + 1 < len(loop.starts) and float((gone + loop.durations[leg]).mid()) < float(time.mid()):
                gone, leg = gone + loop.durations[leg], leg + 1
            state = (loop.fields[leg] * (time - gone)).exp() * loop.starts[leg]
            for i, x in enumerate(point):
                gap = gap.max(abs(state[i, 0] - arb(x)).upper())
    return gap


def _nontrivial(monodromy: arb_mat) -> Eigenvalues | None:
    """The multipliers without the trivial one: 1 is a zero of the characteristic polynomial, which is divided by it.

    The field at the start is an eigenvector of the monodromy matrix with eigenvalue 1, and not zero on a cycle.
    """
    with ctx.workprec(_BITS):
        coefficients = monodromy.charpoly().coeffs()
        n, quotient = len(coefficients) - 1, [coefficients[-1]]
        for c in reversed(coefficients[1:-1]):
            quotient.append(c + quotient[-1])
        companion = arb_mat(n - 1, n - 1)
        for i in range(n - 1):
            companion[0, i] = -quotient[i + 1]
            if i:
                companion[i, i - 1] = arb(1)
        return enclose_eigenvalues(companion, is_map=True)
