"""Spectra and portraits: the figures about fixed points, with their descriptions in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from dynbench.fixed_points import FixedPoint, Status
from dynbench.reporting.blocks import Block, Figure, Figures, Heading, Section, Table, Text
from dynbench.reporting.networks import drawn_coordinates
from dynbench.reporting.numbers import decimal, short
from dynbench.reporting.states import in_full, state_text

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.systems import System

__all__ = ["pictures_section"]

#: Points are listed in a figure's description up to this number.
_DESCRIBED = 12
#: The speed landscape is drawn for up to so many fixed points, or where there are slow points.
_FEW = 12


def pictures_section(analysis: Analysis) -> Section:
    """Spectrum and trace-determinant plane, phase portrait and speed landscape."""
    points = [p for p in analysis.fixed_points if p.status is not Status.SLOW_POINT]
    flow, planar = analysis.system.kind == "flow", analysis.system.dimension == 2
    spaces = drawn_coordinates(analysis)
    portraits = [_state_space(analysis, c) for c in spaces] if spaces else [_portrait(analysis)]
    slow = analysis.slow_points or analysis.fixed_points.slow_points
    if planar and (slow or len(points) <= _FEW):
        portraits.append(_speed(analysis))
    title = "Spectra and portraits"
    spectra = [_spectrum(analysis)] if points else []
    if spaces:
        shown = (Figures(tuple(spectra)), Figures(tuple(portraits)), _components_table(analysis))
        return Section("pictures", title, shown)
    if not (points and flow and planar):
        return Section("pictures", title, (Figures((*spectra, *portraits)),))
    blocks: tuple[Block, ...] = (
        *(Heading("Spectra"), Figures((*spectra, _trace_determinant())), _trace_table(analysis)),
        *(Heading("Portraits"), Figures(tuple(portraits))),
    )
    return Section("pictures", title, blocks)


def _spectrum(analysis: Analysis) -> Figure:
    from dynbench.plotting.spectra import drawn_eigenvalues  # here, as it brings Matplotlib

    if drawn_eigenvalues(tuple(analysis.fixed_points)) is not None:
        return _spectral_rows(analysis)
    flow = analysis.system.kind == "flow"
    what = "Eigenvalues of the Jacobian" if flow else "Multipliers"
    border = "imaginary axis" if flow else "unit circle"
    caption = f"{what} at all fixed points in the complex plane, with the {border}."
    where = "values are" if in_full(analysis.system) else "leading ones are"
    return Figure("spectrum", caption, f"{caption} The {where} in the table of fixed points.")


def _spectral_rows(analysis: Analysis) -> Figure:
    from dynbench.plotting.spectral_rows import STABLE_SHOWN  # here, as it brings Matplotlib

    flow = analysis.system.kind == "flow"
    what = "eigenvalues of the Jacobian" if flow else "multipliers"
    caption = (
        f"Unstable {what} of each point, and its {STABLE_SHOWN} leading stable ones. A complex pair is one dot above "
        f"the line of its point, by its {'imaginary part' if flow else 'angle'}; at the right the number of unstable "
        "ones, pairs counted twice. Mirror images share a row."
    )
    where = "The numbers of unstable ones and the leading values are in the table of fixed points."
    return Figure("spectral-rows", caption, f"{caption} {where}")


def _trace_determinant() -> Figure:
    caption = (
        "The fixed points in the trace\u2013determinant plane. Below the axis lie saddles, above it left of the "
        "vertical axis what attracts; the parabola parts nodes from foci."
    )
    return Figure("trace-determinant", caption, f"{caption} The values are in the table below.")


def _trace_table(analysis: Analysis) -> Table:
    headers: tuple[Text, ...] = (
        ("point",),
        ("kind",),
        ("trace",),
        ("determinant",),
        ("trace\u00b2 \u2212 4 determinant",),
    )
    rows = []
    for i, p in enumerate(analysis.fixed_points):
        if p.status is Status.SLOW_POINT:
            continue
        jacobian = analysis.system.jacobian_at(p.x)
        trace = float(np.trace(jacobian))
        determinant = float(jacobian[0, 0] * jacobian[1, 1] - jacobian[0, 1] * jacobian[1, 0])
        values = (trace, determinant, trace**2 - 4 * determinant)
        rows.append(((str(i),), (p.kind.value,), *((decimal(v),) for v in values)))
    return Table("Trace and determinant of the Jacobian, in double precision", headers, tuple(rows), numeric=(2, 3, 4))


def _portrait(analysis: Analysis) -> Figure:
    from dynbench.plotting.recurrent import numbered_states  # here, as it brings Matplotlib
    from dynbench.plotting.style import MOST_NUMBERED

    system = analysis.system
    what = {("flow", 1): "The rate against the state", ("map", 1): "The next state against the state"}
    title = what.get((system.kind, system.dimension), "Phase portrait")
    if system.dimension == 3:
        title += ", seen from a corner of the box"
    elif system.dimension > 3:
        title += ", in projection"
    points = [_describe(system, i, p) for i, p in enumerate(analysis.fixed_points)]
    listed = "; ".join(points[:_DESCRIBED]) or "no fixed point"
    more = f"; and {len(points) - _DESCRIBED} more, all in the table" if len(points) > _DESCRIBED else ""
    numbered = " Points are numbered as in the table of fixed points." if 0 < len(points) <= MOST_NUMBERED else ""
    shown = list(_shown(analysis))
    if numbered and numbered_states(analysis) and system.dimension > 1:
        numbered = " Points and cycles are numbered as in their tables."
    caption = f"{title}.{numbered}{''.join(f' {brief}' for brief, _ in shown)}"
    return Figure("portrait", caption, f"{title}. {listed}{more}.{''.join(f' {text}' for _, text in shown)}")


def _shown(analysis: Analysis) -> Iterator[tuple[str, str]]:
    """What else a portrait of a map shows: in the caption, and in words for readers who cannot see it."""
    from dynbench.plotting.recurrent import MOST_CROSSINGS, drawn_cycles  # here, as it brings Matplotlib
    from dynbench.plotting.surfaces import drawn_manifolds

    if analysis.system.dimension == 1:
        yield from _on_the_diagonal(analysis)
        return
    cycles = drawn_cycles(analysis)
    if cycles:
        names = ", ".join(f"cycle {k} of period {c.period}, a {c.kind.value}" for k, c in cycles)
        count = len(analysis.numbered_cycles)
        chosen = f"{len(cycles)} of the {count} cycles, attracting and short ones first"
        brief = f"Squares: {'cycles' if len(cycles) == count else chosen}, joined in turn."
        yield brief, f"Squares show {names}; their states are in the table."
    if any(m.exact for m in analysis.manifolds):
        manifolds = drawn_manifolds(analysis)
        extent = ", drawn up to a length"
        if any(m.mesh is not None for m in manifolds):
            extent = ": curves up to a length, surfaces as far as they were traced"
        drawn = f"Exact manifolds{extent}."
        if len(manifolds) < len(analysis.manifolds):
            drawn = f"Exact manifolds of the points{extent}; those of cycles are left out."
        yield drawn, f"{drawn} Their numbers are in the table of manifolds."
    if analysis.homoclinic:
        kinds = [sum(p.proved is proved for p in analysis.homoclinic) for proved in (True, False)]
        shown, count = sum(min(kind, MOST_CROSSINGS) for kind in kinds), sum(kinds)
        some = "" if shown == count else f"the first {shown} of {count} "
        where = "Homoclinic points are in the table of crossings."
        yield f"Crosses: {some}homoclinic points.", f"Crosses show where stable and unstable manifolds meet. {where}"


def _on_the_diagonal(analysis: Analysis) -> Iterator[tuple[str, str]]:
    """The cycles of a map of one state that its portrait shows: those of the transition graph."""
    drawn = sum(number in analysis.numbered_cycles for number in analysis.graph)
    count = len(analysis.numbered_cycles)
    if 0 < drawn < count:
        text = f"On the diagonal also the states of {drawn} of the {count} cycles, attracting and short ones first."
        yield text, text


def _state_space(analysis: Analysis, coordinates: str) -> Figure:
    what = "readouts" if coordinates == "readout" else "principal components of the fixed points"
    caption = f"The state space in {what}: fixed points and the unstable manifolds followed."
    if any(p.kind.saddle and p.stability[2] > 1 for p in analysis.fixed_points):
        caption += " Small: saddles with two unstable directions or more; of their manifolds thin paths are a sample."
    where = "table of fixed points" if coordinates == "readout" else "table below"
    return Figure(f"space-{coordinates}", caption, f"{caption} Where the points are is in the {where}.")


def _components_table(analysis: Analysis) -> Table:
    from dynbench.plotting.projections import principal_components  # here, as it brings Matplotlib

    numbered = [(node, data["point"]) for node, data in analysis.graph.nodes(data=True) if data["point"] is not None]
    states = np.array([p.x for _, p in numbered])
    found = principal_components(states, 3)
    shares = (f"PC {i} ({100 * share:.1f} %)" for i, share in enumerate(found.shares, 1))
    # The origin of an odd system is the mean of its points, up to rounding.
    values = found.of(states).round(9) + 0.0
    rows = tuple(
        ((str(node),), (str(p.stability[2]),), *((short(float(value), 4),) for value in row))
        for (node, p), row in zip(numbered, values, strict=True)
    )
    headers: tuple[Text, ...] = (("point",), ("unstable directions",), *((share,) for share in shares))
    caption = "The fixed points in their principal components, with the part of the variance that each holds"
    return Table(caption, headers, rows, numeric=tuple(range(1, 2 + len(found.shares))))


def _describe(system: System, number: int, point: FixedPoint) -> str:
    return f"point {number}, {point.kind.value}, at {state_text(system, point.x)}"


def _speed(analysis: Analysis) -> Figure:
    slow = analysis.slow_points or analysis.fixed_points.slow_points
    caption = "The speed q on a logarithmic scale, dark where motion is slow, with paths of steepest descent from "
    caption += "sampled states. It is zero at fixed points"
    caption += " and has a minimum above zero at slow points." if slow else "."
    return Figure("speed", caption, f"{caption} The points are in the tables of fixed points and slow points.")
