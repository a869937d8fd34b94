"""`verify`: read a report, rebuild its system, and check claim by claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sympy as sp
from flint import ctx

from dynbench.errors import InputError
from dynbench.verification.claims import PointClaim, read_point
from dynbench.verification.completeness import check_completeness, check_indices
from dynbench.verification.continua import check_continua
from dynbench.verification.declaration import Declared, read_declaration
from dynbench.verification.derived import check_derived, check_invariants, check_symmetries
from dynbench.verification.document import Field, open_report
from dynbench.verification.graph import check_graph
from dynbench.verification.ledger import Ledger, Progress
from dynbench.verification.points import (
    Proved,
    check_converged,
    check_exact,
    check_existence,
    check_residual,
    check_slow_point,
    locate,
)
from dynbench.verification.records import Verification
from dynbench.verification.stability import check_estimates, check_spectrum
from dynbench.verification.words import check_words

__all__ = ["verify"]

_MOST_BITS = 16_384


def verify(
    report: Mapping[str, Any] | str | Path, *, precision: int = 512, progress: Progress | None = None
) -> Verification:
    """Check every claim of a JSON report again, from the report alone.

    Parameters
    ----------
    report : path or mapping
        A JSON report of format version 2 (``dynbench report MODEL -o report.json``), or what it holds.
    precision : int
        Bits of the arithmetic in which points and eigenvalues are enclosed; at least 128.
    progress : callable, optional
        Called as ``progress(stage, done, total)``.

    Returns
    -------
    Verification
        One `Check` a claim. ``.holds`` is True only if every claim holds.

    Raises
    ------
    InputError
        If the report cannot be read: the sentence names the key.

    Notes
    -----
    A report is untrusted input: nothing in it is executed, and every proof works within a fixed budget. What a budget
    does not suffice for is `Outcome.NOT_ESTABLISHED`, which counts against the report.
    """
    if isinstance(precision, bool) or not isinstance(precision, int) or not 128 <= precision <= _MOST_BITS:
        raise InputError(f"precision is {precision!r:.60}; expected a whole number of bits from 128 to {_MOST_BITS}.")
    field = open_report(report)
    with ctx.workprec(precision):
        return Verification(tuple(_checked(field, Ledger(progress)).checks), precision)


def _checked(report: Field, ledger: Ledger) -> Ledger:
    try:
        system = read_declaration(report["system"])
        _check_declaration(report, system, ledger)
        ledger.progress("checking derivatives", 0, None)
        check_derived(system, report["derived"], ledger)
        invariants = check_invariants(system, report["invariants"], ledger)
        check_symmetries(system, report["symmetries"], ledger)
        points = [read_point(f, system) for f in report["fixed_points"]["points"].items()]
        proved = _check_points(system, points, invariants, ledger)
        _check_slow_points(system, report, points, proved, ledger)
        real = _without_slow_points(points)
        complete = check_completeness(system, report, real, proved[: len(real)], ledger)
        check_indices(system, report, real, proved[: len(real)], complete, ledger)
        check_continua(system, report["fixed_points"]["continua"], ledger)
        check_graph(system, report["graph"], points, proved, ledger)
        _check_manifolds(system, report["manifolds"], points, ledger)
        _check_settled(report, real, ledger)
        ledger.progress("comparing the words", 0, None)
        check_words(report.value, ledger)
    except RecursionError:
        raise InputError("An expression of the report is nested too deeply.") from None
    return ledger


def _check_declaration(report: Field, system: Declared, ledger: Ledger) -> None:
    names = ", ".join(system.names)
    ledger.require(f"the declaration reads back: a {system.kind} in {names:.80}", True)
    here, there = report["system"]["content_hash"].text(), report["provenance"]["content_hash"].text()
    ledger.require("system and provenance carry the same content hash", here == there, "they differ")
    _check_given(system, report["system"], ledger)
    same = report["fixed_points"]["states"].texts() == list(system.names)
    ledger.require("the fixed points are of the states of the system", same, "their names differ")


def _check_given(system: Declared, declaration: Field, ledger: Ledger) -> None:
    """A parameter given as a number means the decimal that is printed for it."""
    given = declaration["given"]
    names = declaration["parameters"].keys()
    if sorted(given.keys()) != sorted(names):
        raise InputError("system.given does not hold one entry for each parameter.")
    other = [
        name
        for name, value in zip(names, system.values.values(), strict=True)
        if not given[name].null and sp.Rational(repr(given[name].literal())) != value
    ]
    claim = "the parameters have the values given"
    ledger.require(claim, not other, f"not {', '.join(other):.60}")


def _check_points(
    system: Declared, points: Sequence[PointClaim], invariants: Sequence[Any], ledger: Ledger
) -> list[Proved]:
    roots = [locate(system, p) if p.status == "certified" else None for p in points]
    proved = []
    for k, (point, root) in enumerate(zip(points, roots, strict=True)):
        ledger.progress("checking points", k, len(points))
        name = f"point {k}"
        found = Proved(None)
        check_residual(system, point, name, ledger)
        if point.status == "certified":
            others = [r for r in roots if r is not None and r is not root]
            found = check_existence(system, point, name, root, others, ledger)
        elif point.certificate is not None and point.status != "slow point":
            text = "its certificate claims nothing"
            ledger.require(f"{name}: {text}", point.certificate.verdict == "undecided", "it does")
        found = check_exact(system, point, name, found, ledger)
        if point.status == "certified":
            check_spectrum(system, point, name, found, invariants, ledger)
        else:
            check_converged(system, point, name, ledger)
            check_estimates(system, point, name, found, ledger)
        proved.append(found)
    return proved


def _without_slow_points(points: Sequence[PointClaim]) -> list[PointClaim]:
    """The points that are stated to be fixed points; slow ones, which are proved to be none, come last."""
    real = [p for p in points if p.status != "slow point"]
    if any(p.status == "slow point" for p in points[: len(real)]):
        raise InputError("fixed_points.points lists a slow point before a fixed point.")
    return real


def _check_slow_points(
    system: Declared, report: Field, points: Sequence[PointClaim], proved: Sequence[Proved], ledger: Ledger
) -> None:
    known = [p.root for p in proved if p.root is not None]
    for k, point in enumerate(points):
        if point.status == "slow point":
            check_slow_point(system, point, f"point {k}", known, ledger)
    for k, field in enumerate(report["slow_points"].items()):
        point, name = read_point(field, system), f"slow point {k}"
        check_residual(system, point, name, ledger)
        check_slow_point(system, point, name, known, ledger)
        check_estimates(system, point, name, Proved(None), ledger)


def _check_manifolds(system: Declared, manifolds: Field, points: Sequence[PointClaim], ledger: Ledger) -> None:
    """Manifolds are integrated, not proved: what is checked is where they start, and that nothing else is claimed."""
    for k, field in enumerate(manifolds.items()):
        number, which = field["point"].integer(), field["which"].choice("stable", "unstable")
        claim = f"manifold {k}: {which}, of point {number}, not proved"
        starts = 0 <= number < len(points) and all(
            branch.items()[0].vector(system.dimension) == points[number].x for branch in field["branches"].items()
        )
        ledger.require(claim, starts and not field["exact"].flag(), "its branches do not start there, or it is exact")


def _check_settled(report: Field, points: Sequence[PointClaim], ledger: Ledger) -> None:
    listed = report["fixed_points"]
    complete = listed["complete"].flag()
    settled = complete and all(map(_kind_is_proved, points)) and not listed["continua"].items()
    ledger.require("settled as stated", report["settled"].flag() == settled, f"by the claims it is {settled}")


def _kind_is_proved(point: PointClaim) -> bool:
    return point.certificate is not None and point.certificate.stability is not None
