"""What was NOT established: as much a result as what was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dynbench.fixed_points import Kind, Status
from dynbench.fixed_points.large import is_large
from dynbench.fixed_points.results import MOST_COLUMNS
from dynbench.invariants.lyapunov import excludes_cycles
from dynbench.reporting.blocks import Block, Bullets, Heading, Inline, Name, Section, Table, Text
from dynbench.reporting.cycles import enumerated, of_periods
from dynbench.reporting.numbers import plural, readable, short
from dynbench.reporting.piecewise import reported_form
from dynbench.reporting.states import region_text

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.cycles import Cycles
    from dynbench.fixed_points import FixedPoints

__all__ = ["not_established_section"]

_ASSUMED_OF_BALLS = "Certificates rest on the ball arithmetic of python-flint (Arb) being correct."
_ASSUMED_OF_DOUBLES = (
    "Certificates rest on double-precision sums and products (IEEE 754, those of BLAS included) rounded to nearest, "
    "with their rounding bounded beforehand; on the elementary functions of NumPy and SciPy being within 4 units in "
    "the last place; and, for the residuals, on the ball arithmetic of python-flint (Arb) being correct."
)
#: Undecided boxes are listed up to this number.
_LISTED = 20


def not_established_section(analysis: Analysis) -> Section:
    """Everything that a reader might take for granted and must not."""
    about = tuple(_about_points(analysis))
    blocks: list[Block] = [Heading("About fixed points"), Bullets(about)] if about else []
    if analysis.fixed_points.undecided:
        blocks.append(_undecided(analysis.fixed_points))
    blocks += [
        Heading("About motion"),
        Bullets(tuple(_about_motion(analysis))),
        Heading("What the proofs rest on"),
        Bullets(tuple(_assumptions(analysis))),
    ]
    return Section("not-established", "What was not established", tuple(blocks))


def _about_points(analysis: Analysis) -> Iterator[Text]:
    points = analysis.fixed_points
    if not points.complete:
        sure = "Other fixed points exist: the indices of those listed do not add up to what they must."
        yield (sure if points.incomplete else "That there are no other fixed points is not proved.",)
    if not points.complete and is_large(analysis.system):
        yield (
            "Points with many unstable directions are not all listed: a network of many units may have exponentially "
            "many, and the search aims at the attractors and at the saddles between them.",
        )
    if points.region is not None:
        yield ("Nothing is said here about fixed points outside the region searched: ", *_region(points), ".")
    if points.continua:
        yield ("The points of a continuum are not isolated: none of them can be certified or is listed.",)
    if any(not c.proved_real for c in points.continua):
        yield ("That every continuum named holds real fixed points: it may be complex only.",)
    unproved = [p for p in points if p.status is Status.CONVERGED]
    if unproved:
        yield (f"{plural(len(unproved), 'point')} listed: existence or uniqueness is not proved.",)
    if any(p.kind is Kind.NONHYPERBOLIC for p in points):
        yield ("The stability of nonhyperbolic points is not decided by their eigenvalues.",)
    if any(p.kind is Kind.NONSMOOTH for p in points):
        yield ("The stability of points where the system is not smooth: no linearisation defines it there.",)
    if points.failed:
        yield (f"{plural(points.failed, 'start')} converged to nothing; fixed points near them may have been missed.",)


def _region(points: FixedPoints) -> Iterator[Inline]:
    """The region in words, where it is one box; more are in the table of the region."""
    if points.region is None or len(points.region) > 1:
        yield "see the table of boxes"
        return
    if len(points.state_names) > MOST_COLUMNS:
        yield region_text(points)
        return
    for i, (name, (low, high)) in enumerate(zip(points.state_names, points.region[0], strict=True)):
        yield from (", " if i else "", Name(name), f" from {short(low)} to {short(high)}")


def _about_motion(analysis: Analysis) -> Iterator[Text]:
    edges = [data for *_, data in analysis.graph.edges(data=True)]
    unproved = sum(not data["proved"] for data in edges)
    if unproved:
        which = "all edges" if unproved == len(edges) else f"{unproved} of the {len(edges)} edges"
        how = "orbits iterated in doubles" if analysis.system.kind == "map" else "numerical integration"
        yield (f"The limits of {which} of the transition graph rest on {how}, not on a proof.",)
    sampled = sum(data["side"] == 0 for data in edges)
    if sampled:
        yield (
            "Unstable manifolds of dimension two or more were sampled: connections between the samples may be missing.",
        )
    skipped = sum(bool(data["skipped"]) for _, data in analysis.graph.nodes(data=True))
    if skipped:
        yield (f"The unstable manifolds of {plural(skipped, 'point')} were not followed.",)
    if analysis.cycles is not None:
        yield from _about_cycles(analysis.cycles)
    elif not excludes_cycles(analysis.system, analysis.lyapunov_functions):
        yield (
            "Periodic orbits and chaotic sets were not searched for: cycles are listed where a branch ended in one.",
        )
    untraced = _untraced(analysis)
    if untraced:
        yield (f"{plural(untraced, 'manifold')} of dimension 1 of saddles could not be traced.",)
    if any(m.exact for m in analysis.manifolds):
        yield ("Manifolds go on beyond the length to which they were traced, and so may their crossings.",)
    if any(p.proof is not None for p in analysis.homoclinic):
        yield ("That a chaotic set attracts, or that most orbits are chaotic, is not said by a homoclinic orbit.",)
    proved = any(data["attraction"] is not None for _, data in analysis.graph.nodes(data=True))
    beyond = ", beyond the ellipsoids named in the table of nodes" if proved else ""
    yield (f"Basins of attraction were not computed{beyond}.",)
    if is_large(analysis.system) and analysis.system.kind == "flow":
        yield ("Stable manifolds were not traced, nor saddle-to-saddle connections looked for: too many states.",)
    if not analysis.invariants:
        yield (f"That there is no conserved quantity: {_tried(analysis)}.",)


def _tried(analysis: Analysis) -> str:
    if analysis.system.kind == "map":
        return "they are sought for flows only"
    return "only some forms were tried" if analysis.system.algebraic else "none was tried"


def _untraced(analysis: Analysis) -> int:
    """How many manifolds of fixed points are curves that no method could trace, of a piecewise-linear map."""
    if analysis.system.kind == "flow" or reported_form(analysis.system) is None or is_large(analysis.system):
        return 0
    saddles = [p for p in analysis.fixed_points if p.kind.saddle and p.certificate is not None]
    curves = sum((p.stability[0] == 1) + (p.stability[2] == 1) for p in saddles)
    return max(0, curves - sum(m.cycle is None for m in analysis.manifolds))


def _about_cycles(cycles: Cycles) -> Iterator[Text]:
    yield (f"Cycles of other periods than {enumerated(cycles.periods)} were not searched for, nor other chaotic sets.",)
    open_ = [k for k in cycles.periods if not cycles.complete[k]]
    if open_:
        yield (f"That there are no other cycles {of_periods(open_)} is not proved.",)
    if cycles.region is not None:
        yield ("Nothing is said here about cycles with a state outside the region searched.",)


def _assumptions(analysis: Analysis) -> Iterator[Text]:
    proofs = False
    if analysis.fixed_points.certified:
        proofs = True
        yield (_ASSUMED_OF_DOUBLES if is_large(analysis.system) else _ASSUMED_OF_BALLS,)
    if _by_patterns(analysis):
        proofs = True
        yield (
            "That there are no others than those listed, where a list is complete, rests on bounds of the rounding of "
            "IEEE 754 doubles (the sums and products of BLAS included), by which words of patterns were ruled out; "
            "each word that was left was decided in exact rational numbers.",
        )
    if _by_boxes(analysis):
        proofs = True
        yield (
            "That boxes hold no fixed point rests on double-precision arithmetic rounded outward: on IEEE "
            "754 for sums, products, quotients and square roots, and for other functions on the libraries "
            "of NumPy and SciPy being within 4 units in the last place.",
        )
    if analysis.cycles is not None or any(p.proof is not None for p in analysis.homoclinic):
        proofs = True
        yield (
            "Cycles and homoclinic orbits were proved in exact arithmetic: of rational numbers (python-flint), and of "
            "numbers a + b \u221ad. They hold of the map with the coefficients as declared.",
        )
    if analysis.invariants or analysis.symmetries or analysis.lyapunov_functions or analysis.hamiltonian:
        proofs = True
        yield (
            "Invariants, Lyapunov functions and symmetries rest on the polynomial arithmetic of SymPy and of "
            "python-flint.",
        )
    if not proofs:
        yield ("Nothing in this report is proved.",)


def _by_patterns(analysis: Analysis) -> bool:
    """Whether a list is complete because words of patterns were ruled out."""
    points, cycles = analysis.fixed_points, analysis.cycles
    of_points = points.complete and any("Patterns" in strategy for strategy in points.strategies)
    return of_points or (cycles is not None and any(cycles.complete.values()))


def _by_boxes(analysis: Analysis) -> bool:
    """Whether boxes were searched: always, but where the patterns of a piecewise-linear system were."""
    points = analysis.fixed_points
    boxes = not points.strategies or any("Patterns" not in strategy for strategy in points.strategies)
    return bool(points.undecided) or analysis.cover is not None or (points.complete and boxes)


def _undecided(points: FixedPoints) -> Table:
    more = len(points.undecided) - _LISTED
    caption = "Undecided boxes" + (f" (the first {_LISTED}; {more} more are in the JSON report)" if more > 0 else "")
    many = len(points.state_names) > MOST_COLUMNS
    names: tuple[Text, ...] = () if many else tuple((Name(name),) for name in points.state_names)
    headers: tuple[Text, ...] = (("box",), *names, ("reason",))
    rows = tuple(
        (
            (str(i),),
            *((f"{short(low, 9)} to {short(high, 9)}",) for low, high in region.box[: len(names)]),
            (readable(region.reason),),
        )
        for i, region in enumerate(points.undecided[:_LISTED])
    )
    return Table(caption, headers, rows)
