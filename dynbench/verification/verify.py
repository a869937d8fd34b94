"""`verify`: read a report, rebuild its system, and check claim by claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sympy as sp
from flint import ctx

from dynbench.errors import InputError
from dynbench.verification.claims import PointClaim, read_point
from dynbench.verification.completeness import check_completeness, check_indices, degree_of
from dynbench.verification.conserved import check_invariants, check_nearly
from dynbench.verification.consistency import check_interrupted, check_manifolds, check_settled, without_slow_points
from dynbench.verification.continua import check_continua
from dynbench.verification.declaration import Declared, read_declaration
from dynbench.verification.derived import check_derived
from dynbench.verification.document import Field, open_report
from dynbench.verification.graph import check_graph
from dynbench.verification.hamiltonian import check_structure
from dynbench.verification.ledger import Ledger, Progress
from dynbench.verification.lyapunov import check_lyapunov
from dynbench.verification.matrices import MatrixSystem, is_matrix_system, read_matrix_system
from dynbench.verification.matrices.check import check_many
from dynbench.verification.matrices.derived import check_matrix_derived
from dynbench.verification.matrices.expansion import MOST_EXPANDED, expanded
from dynbench.verification.matrices.invariants import check_matrix_invariants
from dynbench.verification.matrices.nearly import check_matrix_nearly
from dynbench.verification.matrices.weights import Weights
from dynbench.verification.piecewise import check_piecewise
from dynbench.verification.piecewise.borders import check_exactly
from dynbench.verification.points import (
    Proved,
    check_converged,
    check_exact,
    check_existence,
    check_residual,
    check_slow_point,
    locate,
    stated_proof,
)
from dynbench.verification.records import Verification
from dynbench.verification.stability import check_estimates, check_spectrum
from dynbench.verification.symmetries import check_orbits, check_symmetries
from dynbench.verification.words import check_words

__all__ = ["verify"]

_MOST_BITS = 16_384
#: Names of states are listed up to so many characters.
_SHORT = 80

#: Entries of searches that were checked already.
_NONE: Mapping[str, frozenset[int]] = dict.fromkeys(("invariants", "lyapunov_functions", "nearly"), frozenset())


def verify(
    report: Mapping[str, Any] | str | Path,
    *,
    weights: Weights = None,
    precision: int = 512,
    progress: Progress | None = None,
) -> Verification:
    """Check every claim of a JSON report again, from the report alone, and the weights of a system in matrix form.

    Parameters
    ----------
    report : path or mapping
        A JSON report of format version 2 (``dynbench report MODEL -o report.json``), or what it holds.
    weights : mapping or path, optional
        For a system in matrix form its arrays, by name, or the ``.npz`` file that `dynbench.save_weights` wrote. They
        are compared with the hashes that the report holds; nothing is unpickled.
    precision : int
        Bits of the arithmetic in which points and eigenvalues are enclosed; at least 128. Systems in matrix form of
        more than a few states are checked in doubles with bounds of rounding instead, residuals in balls.
    progress : callable, optional
        Called as ``progress(stage, done, total)``.

    Returns
    -------
    Verification
        One `Check` a claim. ``.holds`` is True only if every claim holds.

    Raises
    ------
    InputError
        If the report cannot be read (the sentence names the key), or the weights are missing or other ones.

    Notes
    -----
    A report is untrusted input: nothing in it is executed, and every proof works within a fixed budget. What a budget
    does not suffice for is `Outcome.NOT_ESTABLISHED`, which counts against the report.
    """
    if isinstance(precision, bool) or not isinstance(precision, int) or not 128 <= precision <= _MOST_BITS:
        raise InputError(f"precision is {precision!r:.60}; expected a whole number of bits from 128 to {_MOST_BITS}.")
    field = open_report(report)
    with ctx.workprec(precision):
        ledger = _checked(field, weights, Ledger(progress))
    return Verification(tuple(ledger.checks), precision, ledger.doubles)


def _checked(report: Field, weights: Weights, ledger: Ledger) -> Ledger:
    try:
        if is_matrix_system(report["system"]):
            _check_matrix_form(report, weights, ledger)
        else:
            system = read_declaration(report["system"])
            _check_declaration(report, system, system.values, ledger)
            ledger.progress("checking derivatives", 0, None)
            check_derived(system, report["derived"], ledger)
            _check_components(system, report, ledger)
        ledger.progress("comparing the words", 0, None)
        check_words(report.value, weights, ledger)
    except RecursionError:
        raise InputError("An expression of the report is nested too deeply.") from None
    return ledger


def _check_matrix_form(report: Field, weights: Weights, ledger: Ledger) -> None:
    """A system in matrix form: of few states written out, of many by proofs of their own."""
    system = read_matrix_system(report["system"], weights)
    _check_declaration(report, system, system.scalars, ledger)
    ledger.progress("checking derivatives", 0, None)
    check_matrix_derived(system, report["derived"], ledger)
    if system.dimension <= MOST_EXPANDED:
        elsewhere = {
            what: check_matrix_invariants(system, report[what], ledger) for what in ("invariants", "lyapunov_functions")
        }
        elsewhere["nearly"] = check_matrix_nearly(system, report["invariants"], ledger)
        _check_components(expanded(system), report, ledger, elsewhere)
    else:
        ledger.doubles = True
        check_many(system, report, ledger)


def _check_components(
    system: Declared, report: Field, ledger: Ledger, elsewhere: Mapping[str, frozenset[int]] = _NONE
) -> None:
    """All claims about a system with one equation a state, but for the entries that were checked in matrix form."""
    invariants = check_invariants(system, report["invariants"], ledger, elsewhere["invariants"])
    check_nearly(system, report["invariants"], ledger, elsewhere["nearly"])
    check_lyapunov(system, report["lyapunov_functions"], ledger, elsewhere["lyapunov_functions"])
    check_structure(system, report["structure"], ledger)
    generators = check_symmetries(system, report, ledger)
    points = [read_point(f, system.dimension) for f in report["fixed_points"]["points"].items()]
    check_orbits(report, generators, points, ledger)
    proved = _check_points(system, points, invariants, ledger)
    _check_slow_points(system, report, points, proved, ledger)
    real = without_slow_points(points)
    complete = check_completeness(system, report, real, proved[: len(real)], ledger)
    check_indices(report, real, proved[: len(real)], complete, lambda listed: degree_of(system, listed), ledger)
    check_continua(system, report["fixed_points"]["continua"], ledger)
    checked = check_piecewise(system, report, proved, ledger)
    check_graph(system, report["graph"], points, proved, ledger, checked)
    check_manifolds(report, system.dimension, points, ledger, checked)
    check_settled(report, real, ledger)
    check_interrupted(report, ledger)


def _check_declaration(
    report: Field, system: Declared | MatrixSystem, values: Mapping[sp.Symbol, sp.Expr], ledger: Ledger
) -> None:
    names = ", ".join(system.names)
    states = names if len(names) <= _SHORT else f"{len(system.names)} states"
    ledger.require(f"the declaration reads back: a {system.kind} in {states}", True)
    here, there = report["system"]["content_hash"].text(), report["provenance"]["content_hash"].text()
    ledger.require("system and provenance carry the same content hash", here == there, "they differ")
    _check_given(values, report["system"], ledger)
    same = report["fixed_points"]["states"].texts() == list(system.names)
    ledger.require("the fixed points are of the states of the system", same, "their names differ")


def _check_given(values: Mapping[sp.Symbol, sp.Expr], declaration: Field, ledger: Ledger) -> None:
    """A parameter given as a number means the decimal that is printed for it."""
    given = declaration["given"]
    names = declaration["parameters"].keys()
    if sorted(given.keys()) != sorted(names):
        raise InputError("system.given does not hold one entry for each parameter.")
    arrays = declaration.value.get("arrays") or {}
    scalars = [name for name in names if name not in arrays]
    other = [
        name
        for name, value in zip(scalars, values.values(), strict=True)
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
            c = stated_proof(point, name, ledger)
            exactly = check_exactly(system, c, name, ledger) if c is not None and c.is_exact else None
            if c is not None:
                found = exactly or check_existence(system, c, name, root, others, ledger)
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


def _check_slow_points(
    system: Declared, report: Field, points: Sequence[PointClaim], proved: Sequence[Proved], ledger: Ledger
) -> None:
    known = [p.root for p in proved if p.root is not None]
    for k, point in enumerate(points):
        if point.status == "slow point":
            check_slow_point(system, point, f"point {k}", known, ledger)
    for k, field in enumerate(report["slow_points"].items()):
        point, name = read_point(field, system.dimension), f"slow point {k}"
        check_residual(system, point, name, ledger)
        check_slow_point(system, point, name, known, ledger)
        check_estimates(system, point, name, Proved(None), ledger)
