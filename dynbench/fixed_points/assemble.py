"""From candidates to records: certify, deduplicate by certificate, classify."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import sympy as sp
from flint import arb, fmpq_mat
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.fixed_points.center import definite_invariant
from dynbench.fixed_points.certificates import certify, polished
from dynbench.fixed_points.classify import classify
from dynbench.fixed_points.exact import recognise
from dynbench.fixed_points.large.krylov import MOST_DENSE, leading_spectrum
from dynbench.fixed_points.newton import newton_distance
from dynbench.fixed_points.records import Certificate, FixedPoint, Kind, Status, Verdict
from dynbench.fixed_points.search.base import Findings, Progress
from dynbench.fixed_points.spectrum import Spectrum, estimated_spectrum, settle
from dynbench.fixed_points.symmetry import moved, moves_of
from dynbench.invariants import SignedPermutation
from dynbench.piecewise import piecewise_linear
from dynbench.piecewise.rational import from_sympy, to_sympy
from dynbench.symbolic.balls import ball_around
from dynbench.symbolic.intervals import Interval
from dynbench.systems import System

__all__ = ["certified_points", "converged_points", "in_order", "proof_of", "slow_points"]

Array = NDArray[np.float64]
Exact = tuple[sp.Expr, ...]

#: Coordinates below this, relative to max(1, |x|), are taken for 0 if that does not raise the residual.
_NOISE = 1e-60
_NONSMOOTH = "the system may fail to be smooth here, so eigenvalues prove nothing"
_NOT_ENCLOSED = "its eigenvalues could not be enclosed: those given, and their counts, are those of doubles"
#: States closer than this, relative to max(1, |x|), are merged where no certificate can tell them apart.
_CLOSE = 1e-6
#: A state is looked at with at least so much of its surroundings, relative to max(1, |x|), for an edge of the domain.
_BARELY = 1e-12
#: Farther apart, states are never merged; nearer ones are, where G stays at rounding level between them.
_SMEARED, _ROUNDING = 1e-2, 4e-15
#: Singular values of the Jacobian below this share of the largest belong to directions in which G hardly changes.
_FLAT = 1e-3


class Proofs(NamedTuple):
    """What became of the candidates: points proved, those about which nothing was, and how many proved to be none."""

    certified: list[FixedPoint]
    doubtful: list[tuple[Array, Exact | None]]
    refuted: int
    interrupted: bool


def certified_points(system: System, findings: Sequence[Findings], *, prove: bool, progress: Progress | None) -> Proofs:
    """Certify candidates, one record a fixed point; an interruption leaves the rest in doubt.

    Two candidates are the same fixed point where one lies in the ball in which the other is proved unique.
    """
    candidates = list(_candidates(findings))
    if not prove:
        return Proofs([], candidates, 0, False)
    certified: list[FixedPoint] = []
    doubtful: list[tuple[Array, Exact | None]] = []
    done = refuted = 0
    try:
        for x, exact in candidates:
            verdict = _join(system, x, exact, certified)
            if verdict is Verdict.UNDECIDED:
                doubtful.append((x, exact))
            refuted += verdict is Verdict.NO_FIXED_POINT
            done += 1
            if progress is not None:
                progress("certifying", done, len(candidates))
    except KeyboardInterrupt:
        return Proofs(certified, doubtful + candidates[done:], refuted, True)
    return Proofs(certified, doubtful, refuted, False)


def _join(system: System, x: Array, exact: Exact | None, certified: list[FixedPoint]) -> Verdict:
    """Add the fixed point at `x` to those certified, unless it is one of them, and say what was proved."""
    known, move = _known(system, x, certified)
    if known is not None and move is None:
        if exact is not None and certified[known].exact is None:
            certified[known] = _certified(system, proof_of(certified[known]), exact)
        return Verdict.FIXED_POINT
    if known is not None and move is not None:
        certificate = moved(proof_of(certified[known]), move)
    else:
        certificate = certify(system, _nearest(system, x))
    if certificate.verdict is not Verdict.FIXED_POINT:
        return Verdict.NO_FIXED_POINT if _far_from_any(certificate) else Verdict.UNDECIDED
    if not any(_same(certificate, proof_of(other)) for other in certified):
        certified.append(_certified(system, certificate, exact))
    return Verdict.FIXED_POINT


def converged_points(
    system: System, candidates: Iterable[tuple[Array, Exact | None]], certified: Sequence[FixedPoint]
) -> list[FixedPoint]:
    """Records without proof, one for each cluster of candidates that is no certified point.

    Those known exactly come first, so that they stand for what Newton's method found around them.
    """
    points: list[FixedPoint] = []
    for x, exact in sorted(candidates, key=lambda candidate: candidate[1] is None):
        if _listed(x, (*points, *certified)):
            continue
        exact = exact or recognise(system, x, close=_CLOSE)
        # What is known exactly is told apart exactly.
        if any(p.exact == exact if exact is not None else _indistinct(system, x, p.x) for p in points):
            continue
        if exact is None and _at_an_edge(system, x):
            continue
        if exact is not None:
            x = np.array([float(value) for value in exact])
        spectrum = _estimated(system, x)
        if exact is not None:
            spectrum = settle(spectrum, _exact_jacobian(system, exact), system.kind)
        kind, note = classify(spectrum, system.kind)
        if _may_switch(system, ball_around(x, _CLOSE)):
            kind, note = Kind.NONSMOOTH, _NONSMOOTH
        points.append(_record(system, x, Status.CONVERGED, spectrum, kind, note, None, exact))
    return points


def slow_points(system: System, findings: Sequence[Findings]) -> list[FixedPoint]:
    """Records of the minima of speed that are proved not to be fixed points."""
    points: list[FixedPoint] = []
    for x in (row for f in findings if f.minima is not None for row in f.minima):
        if _listed(x, points):
            continue
        certificate = certify(system, x)
        if certificate.verdict is not Verdict.NO_FIXED_POINT:
            continue
        spectrum = estimated_spectrum(system.jacobian_at(x), system.kind)
        kind, note = classify(spectrum, system.kind)
        note = f"no fixed point within {certificate.exclusion_radius:.3g}" + (f"; {note}" if note else "")
        points.append(_record(system, x, Status.SLOW_POINT, spectrum, kind, note, certificate, None))
    return points


def in_order(points: Iterable[FixedPoint]) -> tuple[FixedPoint, ...]:
    """Lexicographic order of the coordinates, so that the same set always comes in the same order."""
    return tuple(sorted(points, key=lambda p: (tuple(np.round(p.x, 9) + 0.0), tuple(p.x))))


def _candidates(findings: Sequence[Findings]) -> Iterator[tuple[Array, Exact | None]]:
    for f in findings:
        exact = f.exact or (None,) * len(f.candidates)
        yield from ((x, e) for x, e in zip(f.candidates, exact, strict=True) if np.isfinite(x).all())


def _nearest(system: System, x: Array) -> Array:
    """The double nearest to the fixed point at `x`, so that a record does not depend on how the point was found.

    Coordinates far below the rounding of the others are set to 0 where that is a fixed point too, exactly.
    """
    moved = polished(system, x)
    if not _close(x, moved):
        return x
    rounded = np.where(np.abs(moved) <= _NOISE * max(1.0, np.abs(moved).max()), 0.0, moved)
    if np.array_equal(rounded, moved) or np.abs(system.residual(rounded)).max() > np.abs(system.residual(moved)).max():
        return moved
    return rounded


def _known(system: System, x: Array, certified: Sequence[FixedPoint]) -> tuple[int | None, SignedPermutation | None]:
    """The certified point that `x` has converged to, or of which it is the image under a symmetry, and that symmetry.

    x (or what the symmetry takes to x) and its last Newton steps lie where the point is unique.
    """
    if not certified:
        return None, None
    distance = 2 * float(newton_distance(system, x[None])[0])
    for move in (None, *moves_of(system)):
        y = x if move is None else move.inverse(x)
        for i, point in enumerate(certified):
            unique = proof_of(point).uniqueness_radius
            if unique is not None and np.abs(y - point.x).max() + distance <= unique:
                return i, move
    return None, None


def proof_of(point: FixedPoint) -> Certificate:
    """The certificate of a certified point."""
    assert point.certificate is not None, "certified points carry certificates"
    return point.certificate


def _certified(system: System, certificate: Certificate, exact: Exact | None) -> FixedPoint:
    x = certificate.center
    exact = exact or recognise(system, x)
    if exact is not None and not _within(exact, certificate):
        exact = None
    spectrum = certificate.spectrum
    if spectrum is None:
        # The certificate gives no spectrum where a switching function may vanish, or none could be enclosed.
        kind, note = Kind.UNKNOWN, _NOT_ENCLOSED
        if _may_switch(system, ball_around(x, certificate.radius or 0.0)):
            kind, note = Kind.NONSMOOTH, _NONSMOOTH
        estimate = estimated_spectrum(system.jacobian_at(x), system.kind)
        return _record(system, x, Status.CERTIFIED, estimate, kind, note, certificate, exact)
    if exact is not None:
        spectrum = settle(spectrum, _exact_jacobian(system, exact), system.kind)
    kind, note = classify(spectrum, system.kind)
    if kind is Kind.NONHYPERBOLIC and spectrum.stability[1] == system.dimension:
        conserved = definite_invariant(system, certificate)
        if conserved is not None:
            spectrum, kind = spectrum.on_axis(), Kind.CENTER
            note = f"{conserved} is conserved and has a strict extremum here"
    certificate = replace(certificate, spectrum=spectrum)
    return _record(system, x, Status.CERTIFIED, spectrum, kind, note, certificate, exact)


def _may_switch(system: System, ball: list[arb]) -> bool:
    """Whether a switching function may vanish on a box given as balls."""
    return any(not (g > 0 or g < 0) for g in system.ball_switching(ball))


def _same(first: Certificate, second: Certificate) -> bool:
    """Whether two certificates are of one fixed point: the ball that holds one lies where the other is unique."""
    distance = float(np.abs(first.center - second.center).max())
    return any(
        a.radius is not None and b.uniqueness_radius is not None and distance + a.radius <= b.uniqueness_radius
        for a, b in ((first, second), (second, first))
    )


def _far_from_any(certificate: Certificate) -> bool:
    """Whether it is proved that no fixed point is near: then the iteration had not converged to one after all."""
    radius = certificate.exclusion_radius
    return radius is not None and radius > _CLOSE * max(1.0, float(np.abs(certificate.center).max()))


def _within(exact: Exact, certificate: Certificate) -> bool:
    """Whether the exact point is proved to be the certified one: it lies where that is unique."""
    unique = certificate.uniqueness_radius
    return unique is not None and all(
        bool(abs(value - sp.Rational(float(c))) <= sp.Rational(unique))
        for value, c in zip(exact, certificate.center, strict=True)
    )


def _record(
    system: System,
    x: Array,
    status: Status,
    spectrum: Spectrum,
    kind: Kind,
    note: str,
    certificate: Certificate | None,
    exact: Exact | None,
) -> FixedPoint:
    return FixedPoint(
        x=readonly(x),
        residual=float(np.abs(system.residual(x)).max()),
        status=status,
        eigenvalues=spectrum.midpoints,
        stability=spectrum.stability,
        kind=kind,
        certificate=certificate,
        exact=exact,
        note=note,
    )


def _estimated(system: System, x: Array) -> Spectrum:
    if system.dimension > MOST_DENSE:
        return leading_spectrum(system, x)
    return estimated_spectrum(system.jacobian_at(x), system.kind)


def _exact_jacobian(system: System, exact: Exact) -> sp.Matrix:
    form = piecewise_linear(system)
    if form is not None and form.exact is not None and all(value.is_Rational for value in exact):
        # A network is not written out for the Jacobian of one region.
        state = fmpq_mat(len(exact), 1, [from_sympy(value) for value in exact])
        entries = form.exact.region(form.exact.pattern(state)).J.entries()
        return sp.Matrix(len(exact), len(exact), [to_sympy(e) for e in entries])
    components = system.expand()
    return components.jacobian.subs(dict(zip(system.states, exact, strict=True)) | components.exact_parameters)


def _listed(x: Array, points: Sequence[FixedPoint]) -> bool:
    """Whether `x` is close to one of the points listed."""
    if not points:
        return False
    distances = np.abs(np.array([p.x for p in points]) - x).max(axis=-1)
    return bool(distances.min() <= _CLOSE * max(1.0, np.abs(x).max()))


def _indistinct(system: System, x: Array, y: Array) -> bool:
    """Whether doubles cannot tell two states apart as roots: a curve along which G is at rounding level joins them.

    So it is around a multiple root, where Newton's method ends all along such a curve. It is found by least-squares
    steps from the chord, in the directions in which G changes at all.
    """
    scale, gap = max(1.0, float(np.abs(x).max())), float(np.abs(x - y).max())
    if gap > _SMEARED * scale:
        return False
    for share in (0.25, 0.5, 0.75):
        state = start = x + share * (y - x)
        for _ in range(2):
            state = state - np.linalg.pinv(system.residual_jacobian(state), rcond=_FLAT) @ system.residual(state)
        # A full Newton step from between two roots ends at one of them.
        if np.abs(state - start).max() > gap / 8 or np.abs(system.residual(state)).max() > _ROUNDING * scale:
            return False
    return True


def _at_an_edge(system: System, x: Array) -> bool:
    """Whether the equations end within a Newton step of a state: what looks like a root may be a limit there."""
    scale = max(1.0, float(np.abs(x).max()))
    if system.dimension > MOST_DENSE:
        # No Jacobian is formed: the iteration is taken to have converged; nor are matrices of balls.
        value = system.enclose_residual(Interval(x) + Interval(-_BARELY * scale, _BARELY * scale))
        return not bool(np.all(value.defined) and np.isfinite(value.mag).all())
    radius = min(max(4 * float(newton_distance(system, x[None])[0]), _BARELY * scale), _CLOSE * scale)
    return not all(value.is_finite() for value in system.ball_residual(ball_around(map(float, x), radius)))


def _close(x: Array, y: Array) -> bool:
    return bool(np.abs(x - y).max() <= _CLOSE * max(1.0, np.abs(x).max()))
