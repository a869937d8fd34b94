"""Alerts: what a reader must not overlook, most serious first, each beside its threshold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from dynbench.fixed_points import FixedPoint, Kind, Status
from dynbench.reporting.blocks import Alert, Severity
from dynbench.reporting.numbers import at_most, plural, short

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["alerts"]

#: Fixed points closer than this, relative to max(1, |x|), are pointed out: a fold may be near.
_CLOSE = 1e-3
#: Condition number of the Jacobian of F (F - x for a map) from which a point is called ill-conditioned.
_ILL_CONDITIONED = 1e8
#: Points are named one by one up to this number.
_NAMED = 6


def alerts(analysis: Analysis) -> tuple[Alert, ...]:
    """Everything that takes something away from the verdict."""
    found = [*_about_the_set(analysis), *_about_points(analysis)]
    return tuple(alert for severity in Severity for alert in found if alert.severity is severity)


def _about_the_set(analysis: Analysis) -> Iterator[Alert]:
    points = analysis.fixed_points
    if points.interrupted:
        yield Alert(Severity.SERIOUS, "The search was interrupted: what had not been decided by then is missing.")
    elif analysis.interrupted:
        yield Alert(Severity.SERIOUS, "The analysis was interrupted after the search for fixed points.")
    if points.index_sum is not None and points.expected_index_sum not in (None, points.index_sum):
        text = f"The indices of the points add up to {points.index_sum}, not to {points.expected_index_sum}: "
        yield Alert(Severity.SERIOUS, text + "fixed points are missing from the list, or one is not what it seems.")
    for continuum in points.continua:
        kind = "real" if continuum.proved_real else "complex"
        text = f"The equations have a continuum of {kind} solutions, of dimension {continuum.dimension}"
        severity = Severity.SERIOUS if continuum.proved_real else Severity.CAUTION
        yield Alert(severity, f"{text}: fixed points need not be isolated.")
    if points.undecided:
        boxes = plural(len(points.undecided), "box", "boxes")
        text = f"In {boxes} neither \u201cno fixed point\u201d nor \u201cexactly one\u201d could be proved."
        yield Alert(Severity.SERIOUS, text)
    elif not points.complete and not points.interrupted:
        yield Alert(Severity.CAUTION, "There may be more fixed points than those listed: the search was not complete.")
    if points.failed:
        yield Alert(Severity.NOTE, f"{plural(points.failed, 'start')} led to no fixed point and to no slow point.")


def _about_points(analysis: Analysis) -> Iterator[Alert]:
    points = [(str(i), p) for i, p in enumerate(analysis.fixed_points) if p.status is not Status.SLOW_POINT]
    unproved = [name for name, p in points if p.status is not Status.CERTIFIED and p.exact is None]
    if unproved:
        text = f"{_named(unproved)} could not be certified: existence and uniqueness are not proved."
        yield Alert(Severity.CAUTION, text)
    exact = [name for name, p in points if p.status is not Status.CERTIFIED and p.exact is not None]
    if exact:
        text = f"{_named(exact)} could not be certified: the equations hold exactly, but"
        yield Alert(Severity.CAUTION, f"{text} uniqueness is not proved.")
    nonhyperbolic = [name for name, p in points if p.kind is Kind.NONHYPERBOLIC]
    if nonhyperbolic:
        text = f"{_named(nonhyperbolic)} is nonhyperbolic" if len(nonhyperbolic) == 1 else ""
        text = text or f"{_named(nonhyperbolic)} are nonhyperbolic"
        border = "the unit circle" if analysis.system.kind == "map" else "the imaginary axis"
        yield Alert(
            Severity.CAUTION,
            f"{text}: the linearisation does not decide stability, and a small change may alter it.",
            f"an eigenvalue whose enclosure meets {border}",
        )
    for i, (name, p) in enumerate(points):
        for other_name, other in points[i + 1 :]:
            yield from _near(name, p, other_name, other)
        yield from _ill_conditioned(analysis, name, p)
    if analysis.slow_points or analysis.fixed_points.slow_points:
        count = plural(len({*analysis.slow_points, *analysis.fixed_points.slow_points}), "slow point")
        yield Alert(Severity.NOTE, f"{count}: trajectories linger there, but no fixed point is near (proof).")


def _near(name: str, p: FixedPoint, other_name: str, other: FixedPoint) -> Iterator[Alert]:
    distance = float(np.abs(p.x - other.x).max())
    if distance < _CLOSE * max(1.0, float(np.abs(p.x).max())):
        text = f"Points {name} and {other_name} are only {short(distance, 3)} apart: two points, but nearly one."
        yield Alert(Severity.NOTE, text, f"closer than {at_most(_CLOSE)} of the size of the state")


def _ill_conditioned(analysis: Analysis, name: str, p: FixedPoint) -> Iterator[Alert]:
    matrix = analysis.system.residual_jacobian(p.x)
    condition = float(np.linalg.cond(matrix)) if np.isfinite(matrix).all() else np.inf
    if condition > _ILL_CONDITIONED:
        text = f"Point {name} is ill-conditioned: a small change of the equations moves it far or removes it."
        yield Alert(
            Severity.NOTE,
            text,
            f"a condition number of {short(condition, 2)}, above {short(_ILL_CONDITIONED)}",
        )


def _named(names: list[str]) -> str:
    if len(names) > _NAMED:
        return f"{len(names)} points"
    if len(names) == 1:
        return f"Point {names[0]}"
    return f"Points {', '.join(names[:-1])} and {names[-1]}"
