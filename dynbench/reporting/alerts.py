"""Alerts: what a reader must not overlook, most serious first, each beside its threshold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from dynbench.cycles import CycleKind
from dynbench.fixed_points import FixedPoint, Kind, Status
from dynbench.fixed_points.large import is_large
from dynbench.fixed_points.large.krylov import MOST_DENSE
from dynbench.reporting.blocks import Alert, Severity
from dynbench.reporting.cycles import of_periods
from dynbench.reporting.numbers import at_most, plural, short

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.fixed_points import FixedPoints
    from dynbench.systems import System

__all__ = ["alerts"]

#: Fixed points closer than this, relative to max(1, |x|), are pointed out: a fold may be near.
_CLOSE = 1e-3
#: Condition number of the Jacobian of F (F - x for a map) from which a point is called ill-conditioned.
_ILL_CONDITIONED = 1e8
#: Points are named one by one up to this number.
_NAMED = 6

#: A point with its place in the list.
Numbered = list[tuple[int, FixedPoint]]


def alerts(analysis: Analysis) -> tuple[Alert, ...]:
    """Everything that takes something away from the verdict."""
    points = analysis.fixed_points
    numbered = [(i, p) for i, p in enumerate(points) if p.status is not Status.SLOW_POINT]
    found = [
        *_about_interruptions(analysis),
        *_about_the_set(points),
        *_about_proofs(numbered),
        *_about_kinds(analysis.system, numbered),
        *_about_cycles(analysis),
        *_about_limits(analysis),
        *_near_duplicates(numbered),
        *_ill_conditioned(analysis.system, numbered),
        *_slow_points(analysis),
    ]
    return tuple(alert for severity in Severity for alert in found if alert.severity is severity)


def _about_interruptions(analysis: Analysis) -> Iterator[Alert]:
    if analysis.fixed_points.interrupted:
        text = "The search was interrupted: what had not been decided by then is missing."
    elif analysis.interrupted:
        text = "The analysis was interrupted after the search for fixed points: later stages are missing."
    else:
        return
    yield Alert(Severity.SERIOUS, text, "any interruption")


def _about_the_set(points: FixedPoints) -> Iterator[Alert]:
    if points.index_sum is not None and points.expected_index_sum not in (None, points.index_sum):
        found, expected = short(points.index_sum), short(points.expected_index_sum)
        text = f"The indices of the points add up to {found}, not to {expected}: "
        text += "fixed points are missing from the list, or one is not what it seems."
        yield Alert(Severity.SERIOUS, text, "any difference between the two sums")
    for continuum in points.continua:
        kind = "real" if continuum.proved_real else "complex"
        text = f"The equations have a continuum of {kind} solutions, of dimension {continuum.dimension}"
        text += f", where {continuum.where}" if continuum.where else ""
        severity = Severity.SERIOUS if continuum.proved_real else Severity.CAUTION
        yield Alert(
            severity, f"{text}: fixed points need not be isolated.", "a set of solutions of dimension 1 or more"
        )
    if points.undecided:
        boxes = plural(len(points.undecided), "box", "boxes")
        text = f"In {boxes} neither \u201cno fixed point\u201d nor \u201cexactly one\u201d could be proved."
        yield Alert(Severity.SERIOUS, text, "any box left undecided")
    elif not points.complete and not points.interrupted:
        text = "There may be more fixed points than those listed: the search was not complete."
        yield Alert(Severity.CAUTION, text, "any search without a proof that it found all")
    if points.failed:
        text = f"{plural(points.failed, 'start')} led to no fixed point and to no slow point."
        yield Alert(Severity.NOTE, text, "any start without a result")


def _about_proofs(numbered: Numbered) -> Iterator[Alert]:
    for exact, what in (
        (False, "could not be certified: existence and uniqueness are not proved."),
        (True, "could not be certified: the equations hold exactly, but uniqueness is not proved."),
    ):
        chosen = [i for i, p in numbered if p.status is not Status.CERTIFIED and (p.exact is not None) == exact]
        if chosen:
            yield Alert(Severity.CAUTION, f"{_named(chosen)} {what}", "any point without a certificate")


def _about_kinds(system: System, numbered: Numbered) -> Iterator[Alert]:
    border = "the unit circle" if system.kind == "map" else "the imaginary axis"
    cases = {
        Kind.NONHYPERBOLIC: (
            "nonhyperbolic: the linearisation does not decide stability, and a small change may alter it.",
            f"an eigenvalue whose enclosure meets {border}",
        ),
        Kind.NONSMOOTH: (
            "where the system is not smooth: eigenvalues do not decide stability there.",
            "a switching function that may vanish at the point",
        ),
        Kind.UNKNOWN: ("of unknown kind: the eigenvalues could not be enclosed.", "any point without a kind"),
    }
    for kind, (text, threshold) in cases.items():
        chosen = [i for i, p in numbered if p.kind is kind]
        if chosen:
            verb = "is" if len(chosen) == 1 else "are"
            yield Alert(Severity.CAUTION, f"{_named(chosen)} {verb} {text}", threshold)


def _about_cycles(analysis: Analysis) -> Iterator[Alert]:
    """Cycles that may be missing, that are not proved, or that lie on a border."""
    cycles = analysis.cycles
    if cycles is None:
        return
    open_ = [k for k in cycles.periods if k > 1 and not cycles.complete[k]]
    if open_:
        text = f"There may be more cycles {of_periods(open_)} than those listed: the search was not complete."
        yield Alert(Severity.CAUTION, text, "any period without a proof that all its cycles were found")
    longer = [(k, c) for k, c in enumerate(cycles) if c.period > 1]
    unproved = [k for k, c in longer if c.status is not Status.CERTIFIED]
    if unproved:
        text = f"{_named(unproved, 'cycle')} could not be certified: existence is not proved."
        yield Alert(Severity.CAUTION, text, "any cycle without a certificate")
    border = [k for k, c in longer if c.kind is CycleKind.NONSMOOTH]
    if border:
        verb = "has a state" if len(border) == 1 else "have states"
        text = f"{_named(border, 'cycle')} {verb} on a border between regions (border collision)"
        yield Alert(
            Severity.CAUTION,
            f"{text}: a small change of the equations may destroy it.",
            "a margin that is exactly zero",
        )
    if any(c.period > 1 for c in cycles.continua):
        text = "There are continua of periodic states: cycles need not be isolated."
        yield Alert(Severity.SERIOUS, text, "a set of periodic states of dimension 1 or more")


def _about_limits(analysis: Analysis) -> Iterator[Alert]:
    """Branches of unstable manifolds whose limit is open, and those that were not followed."""
    graph = analysis.graph
    edges = [(source, data) for source, _, data in graph.edges(data=True)]
    unknown = [source for source, data in edges if not data["identified"]]
    if unknown:
        branches = plural(len(edges), "unstable branch", "unstable branches")
        text = f"The limit of {len(unknown)} of {branches} is undecided ({_of(sorted(set(unknown)))})."
        yield Alert(Severity.CAUTION, text, "any branch without an identified limit")
    skipped = sorted(node for node, data in graph.nodes(data=True) if data.get("skipped"))
    if skipped:
        text = f"The unstable manifold of {_of(skipped)} was not followed: transitions may be missing."
        yield Alert(Severity.NOTE, text, "any unstable manifold not followed")


def _near_duplicates(numbered: Numbered) -> Iterator[Alert]:
    """Pairs of points nearer to each other than `_CLOSE`; found along one axis first, as most are far apart."""
    order = sorted(numbered, key=lambda entry: float(entry[1].x[0]))
    pairs: list[tuple[float, int, int]] = []
    for k, (i, p) in enumerate(order):
        reach = _CLOSE * max(1.0, float(np.abs(p.x).max()))
        for j, other in order[k + 1 :]:
            if other.x[0] - p.x[0] >= reach:
                break
            distance = float(np.abs(p.x - other.x).max())
            if distance < reach:
                pairs.append((distance, min(i, j), max(i, j)))
    if not pairs:
        return
    distance, i, j = min(pairs)
    text = f"Points {i} and {j} are only {short(distance, 3)} apart: two points, but nearly one."
    if len(pairs) > 1:
        text = (
            f"{len(pairs)} pairs of points nearly coincide; the closest, {i} and {j}, are {short(distance, 3)} apart."
        )
    yield Alert(Severity.NOTE, text, f"closer than {at_most(_CLOSE)} of the size of the state")


def _ill_conditioned(system: System, numbered: Numbered) -> Iterator[Alert]:
    conditions = {i: _condition(system, p) for i, p in numbered} if system.dimension <= MOST_DENSE else {}
    worst = sorted(i for i, condition in conditions.items() if condition > _ILL_CONDITIONED)
    if worst:
        largest = max(conditions[i] for i in worst)
        verb, it = ("is", "it") if len(worst) == 1 else ("are", "them")
        size = "infinite" if not np.isfinite(largest) else f"up to {short(largest, 2)}" if len(worst) > 1 else ""
        size = size or short(largest, 2)
        text = f"{_named(worst)} {verb} ill-conditioned (condition number {size}): a small change of the equations "
        yield Alert(
            Severity.NOTE,
            f"{text}moves {it} far or removes {it}.",
            f"a condition number above {short(_ILL_CONDITIONED)}",
        )


def _condition(system: System, point: FixedPoint) -> float:
    matrix = system.residual_jacobian(point.x)
    if not np.isfinite(matrix).all():
        return np.inf
    # In the maximum norm of many states: it takes an inverse instead of singular values.
    return float(np.linalg.cond(matrix, np.inf if is_large(system) else None))


def _slow_points(analysis: Analysis) -> Iterator[Alert]:
    slow = {id(p) for p in (*analysis.slow_points, *analysis.fixed_points.slow_points)}
    if slow:
        text = f"{plural(len(slow), 'slow point')}: trajectories linger there, but no fixed point is near (proof)."
        speed = "|F(x) - x|" if analysis.system.kind == "map" else "|F|"
        threshold = f"a minimum of speed where {speed} is below 1/100 of its median over the box"
        yield Alert(Severity.NOTE, text, threshold)


def _named(numbers: list[int], noun: str = "point") -> str:
    text = _of(numbers, noun)
    return text if text[0].isdigit() else text[:1].upper() + text[1:]


def _of(numbers: list[int], noun: str = "point") -> str:
    """``point 3``, ``points 0 and 1``, ``12 points``."""
    if len(numbers) > _NAMED:
        return f"{len(numbers)} {noun}s"
    if len(numbers) == 1:
        return f"{noun} {numbers[0]}"
    return f"{noun}s {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
