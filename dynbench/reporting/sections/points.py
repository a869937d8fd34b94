"""The fixed points, and the evidence for each and for the set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from dynbench.fixed_points import FixedPoint, FixedPoints, Status
from dynbench.fixed_points.results import MOST_COLUMNS
from dynbench.reporting.blocks import Block, Formula, Heading, Inline, Name, Paragraph, Section, Table, Text
from dynbench.reporting.numbers import at_least, readable, short
from dynbench.reporting.sections.evidence import evidence_blocks
from dynbench.reporting.sections.searches import search_blocks
from dynbench.reporting.states import in_full, leading_eigenvalues, region_text, state_cells, state_headers
from dynbench.reporting.tables import without_empty_columns

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.fixed_points.search import Continuum
    from dynbench.systems import System

__all__ = ["points_section"]

#: An exact coordinate takes the place of its decimals up to this length, as text.
_SHORT_EXACT = 24


def points_section(analysis: Analysis) -> Section:
    """The tables of fixed points, evidence and slow points, with completeness and the index sum."""
    points = analysis.fixed_points
    numbered = [(i, p) for i, p in enumerate(points) if p.status is not Status.SLOW_POINT]
    blocks: list[Block] = [_completeness(points), *_region(points), *map(_continuum, points.continua)]
    if numbered:
        blocks += [_points_table(analysis, numbered), *evidence_blocks(analysis, numbered), _index_sum(points)]
    blocks += search_blocks(points)
    slow = list({id(p): p for p in (*points.slow_points, *analysis.slow_points)}.values())
    if slow:
        blocks += [Heading("Slow points"), _slow_table(analysis.system, slow)]
    return Section("points", "Fixed points", tuple(blocks))


def _completeness(points: FixedPoints) -> Paragraph:
    answer = "The list is complete" if points.complete else "The list is not proved to be complete"
    return Paragraph((f"{answer}: {readable(points.argument)}." if points.argument else f"{answer}.",))


def _continuum(continuum: Continuum) -> Paragraph:
    conditions: list[Inline] = []
    for condition in continuum.conditions:
        conditions += [" and " if conditions else ", where ", Formula(condition)]
    what = "Fixed points fill" if continuum.proved_real else "Complex solutions, real or not, fill"
    return Paragraph((f"{what} a set of dimension {continuum.dimension}", *conditions, "."))


def _region(points: FixedPoints) -> list[Block]:
    if points.region is None:
        return []
    if len(points.state_names) > MOST_COLUMNS:
        return [Paragraph((f"Region searched: {region_text(points)}.",))]
    if len(points.region) > 1:
        rows = tuple(
            ((str(i),), *((f"{short(low)} to {short(high)}",) for low, high in box))
            for i, box in enumerate(points.region)
        )
        headers: tuple[Text, ...] = (("box",), *((Name(name),) for name in points.state_names))
        return [Table("Region searched", headers, rows)]
    words: list[Inline] = ["Region searched: "]
    for i, (name, (low, high)) in enumerate(zip(points.state_names, points.region[0], strict=True)):
        words += [", " if i else "", Name(name), f" from {short(low)} to {short(high)}"]
    return [Paragraph((*words, "."))]


def _points_table(analysis: Analysis, numbered: list[tuple[int, FixedPoint]]) -> Table:
    system = analysis.system
    eigenvalues = "multipliers" if system.kind == "map" else "eigenvalues"
    states = state_headers(system)
    headers: tuple[Text, ...] = (
        *(("point",), ("kind",), *states),
        *((eigenvalues if in_full(system) else f"leading {eigenvalues}",), ("s, c, u",), ("established",), ("remark",)),
    )
    rows = tuple(
        (
            *((str(i),), (p.kind.value,)),
            *_coordinates(system, p),
            *(
                _eigenvalues(system, p),
                (", ".join(map(str, p.stability)),),
                (_established(p),),
                (readable(p.note),),
            ),
        )
        for i, p in numbered
    )
    caption = f"Fixed points: kinds, states, {eigenvalues}, and numbers of stable, central and unstable directions"
    return without_empty_columns(Table(caption, headers, rows, numeric=tuple(range(2, 2 + len(states)))))


def _coordinates(system: System, point: FixedPoint) -> tuple[Text, ...]:
    radius = point.certificate.radius if point.certificate is not None else None
    cells = state_cells(system, point.x, radius)
    if point.exact is None or not in_full(system):
        return cells
    return tuple((Formula(e),) if _short(e) else cell for e, cell in zip(point.exact, cells, strict=True))


def _short(number: sp.Expr) -> bool:
    """Whether a number reads well as it is: written with few radicals, not as a root of a polynomial."""
    return len(str(number)) <= _SHORT_EXACT and not number.atoms(sp.CRootOf)


def _eigenvalues(system: System, point: FixedPoint) -> Text:
    """Exact where they are short, and in decimals where that is not the same."""
    radii = point.certificate.eigenvalue_radii if point.certificate is not None else None
    decimals = leading_eigenvalues(point.eigenvalues, radii)
    exact = _exact_eigenvalues(system, point)
    if not exact or not all(map(_short, exact)):
        return (decimals,)
    words: list[Inline] = []
    for value in exact:
        words += [", " if words else "", Formula(value)]
    if len(exact) < system.dimension:
        words.append(f" ({system.dimension} times)")
    return tuple(words) if all(v.is_rational for v in exact) else (*words, f" \u2248 {decimals}")


def _exact_eigenvalues(system: System, point: FixedPoint) -> tuple[sp.Expr, ...]:
    """The distinct eigenvalues in their usual order, of one or two and a rational Jacobian."""
    if point.exact is None or system.dimension > 2:
        return ()
    components = system.expand()
    values = dict(zip(system.states, point.exact, strict=True)) | components.exact_parameters
    matrix = components.jacobian.subs(values)
    if not all(entry.is_Rational for entry in matrix):
        return ()
    if system.dimension == 1:
        return (matrix[0],)
    half, root = matrix.trace() / 2, sp.sqrt((matrix.trace() / 2) ** 2 - matrix.det())
    both = (half + root, half - root) if root != 0 else (half,)
    leading = abs if system.kind == "map" else sp.re
    return tuple(sorted(both, key=lambda value: -float(leading(value))))


def _established(point: FixedPoint) -> str:
    if point.status is Status.CERTIFIED:
        return "certified"
    return "known exactly, uniqueness not proved" if point.exact is not None else f"{point.status.value}, not proved"


def _index_sum(points: FixedPoints) -> Paragraph:
    found, expected = points.index_sum, points.expected_index_sum
    why = f" ({readable(points.index_argument)})" if points.index_argument else ""
    if found is None:
        first = "The indices of the points are not all proved, so that they cannot be added up"
    else:
        first = f"The indices of the points add up to {short(found)}"
    if expected is None:
        unknown = f": {readable(points.index_argument)}" if points.index_argument else ""
        return Paragraph((f"{first}. What they must add up to is not known{unknown}.",))
    if found == expected:
        return Paragraph((f"{first}, as they must{why}.",))
    missing = " Points are missing from the list." if points.incomplete else ""
    return Paragraph((f"{first}; the sum over all fixed points of the region is {short(expected)}{why}.{missing}",))


def _slow_table(system: System, slow: list[FixedPoint]) -> Table:
    states = state_headers(system)
    headers: tuple[Text, ...] = (("slow point",), *states, ("residual",), ("no fixed point within",))
    rows = tuple(
        (
            (f"slow {i}",),
            *state_cells(system, p.x),
            *(
                (short(p.residual, 2),),
                (at_least(p.certificate.exclusion_radius if p.certificate else None),),
            ),
        )
        for i, p in enumerate(slow)
    )
    caption = "Slow points: minima of speed that are proved not to be fixed points"
    return Table(caption, headers, rows, numeric=tuple(range(1, len(states) + 3)))
