"""What was NOT established: as much a result as what was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dynbench.fixed_points import Kind, Status
from dynbench.reporting.blocks import Block, Bullets, Name, Section, Table, Text
from dynbench.reporting.numbers import plural, short

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.fixed_points import FixedPoints

__all__ = ["not_established_section"]

#: Undecided boxes are listed up to this number.
_LISTED = 20


def not_established_section(analysis: Analysis) -> Section:
    """Everything that a reader might take for granted and must not."""
    items = [*_about_points(analysis), *_about_motion(analysis), *_assumptions(analysis)]
    blocks: list[Block] = [Bullets(tuple(items))]
    if analysis.fixed_points.undecided:
        blocks.append(_undecided(analysis.fixed_points))
    return Section("not-established", "What was not established", tuple(blocks))


def _about_points(analysis: Analysis) -> Iterator[Text]:
    points = analysis.fixed_points
    if not points.complete:
        yield ("That there are no other fixed points is not proved.",)
    if points.region is not None:
        yield ("Nothing is said here about fixed points outside the region searched.",)
    if points.continua:
        yield ("The points of a continuum are not isolated: none of them can be certified or is listed.",)
    if any(not c.proved_real for c in points.continua):
        yield ("That every continuum named holds real fixed points: it may be complex only.",)
    unproved = [p for p in points if p.status is Status.CONVERGED]
    if unproved:
        yield (f"{plural(len(unproved), 'point')} listed: existence or uniqueness is not proved.",)
    if any(p.kind is Kind.NONHYPERBOLIC for p in points):
        yield ("The stability of nonhyperbolic points is not decided by their eigenvalues.",)
    if points.failed:
        yield (f"{plural(points.failed, 'start')} converged to nothing; fixed points near them may have been missed.",)


def _about_motion(analysis: Analysis) -> Iterator[Text]:
    edges = [data for *_, data in analysis.graph.edges(data=True)]
    unproved = sum(not data.get("proved") for data in edges)
    if unproved:
        yield (
            f"{unproved} of {plural(len(edges), 'unstable branch', 'unstable branches')}: "
            "the limit rests on numerical integration, not on a proof.",
        )
    yield ("Periodic orbits and chaotic sets were not searched for, nor were basins of attraction computed.",)
    if not analysis.invariants:
        yield ("That there is no conserved quantity: only some forms were tried.",)


def _assumptions(analysis: Analysis) -> Iterator[Text]:
    if analysis.fixed_points.certified:
        yield ("Certificates rest on the ball arithmetic of python-flint (Arb) being correct.",)
    if analysis.fixed_points.complete or analysis.fixed_points.undecided:
        yield (
            "That boxes hold no fixed point rests on double-precision arithmetic rounded outward: on IEEE "
            "754 for sums, products, quotients and square roots, and for other functions on the libraries "
            "of NumPy and SciPy being within 4 units in the last place.",
        )


def _undecided(points: FixedPoints) -> Table:
    more = len(points.undecided) - _LISTED
    caption = "Undecided boxes" + (f" (the first {_LISTED}; {more} more are in the JSON report)" if more > 0 else "")
    headers: tuple[Text, ...] = (("box",), *((Name(name),) for name in points.state_names), ("reason",))
    rows = tuple(
        (
            (str(i),),
            *((f"{short(low, 9)} to {short(high, 9)}",) for low, high in region.box),
            (region.reason,),
        )
        for i, region in enumerate(points.undecided[:_LISTED])
    )
    return Table(caption, headers, rows)
