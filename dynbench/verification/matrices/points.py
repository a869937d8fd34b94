"""The claims about the points of a system of many states."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

from dynbench.errors import ModelError
from dynbench.symbolic.parsing import parse_expression
from dynbench.verification.claims import CertificateClaim, PointClaim
from dynbench.verification.evaluation import Evaluator
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.balls import PRECISION, Residuals
from dynbench.verification.matrices.eigenvalues import Enclosed, enclose_eigenvalues
from dynbench.verification.matrices.linearisation import Over
from dynbench.verification.matrices.spectrum import check_large_estimates, check_large_spectrum
from dynbench.verification.matrices.system import MatrixSystem
from dynbench.verification.matrices.zeros import Located, contracts_with, excludes, is_one_to_one, locate
from dynbench.verification.piecewise.borders import check_exactly
from dynbench.verification.points import Proved
from dynbench.verification.records import Outcome
from dynbench.verification.zeros import Root

__all__ = ["check_large_points", "check_large_slow_points"]

Array = NDArray[np.float64]

#: Doubles evaluate G with a relative error that is far below this.
_ROUNDING = 2.0**-36
#: A point that has converged has a residual below this, relative to its size and to the slopes of G, and a zero nearby.
_CONVERGED, _NEAR = 1e-8, 1e-6


def check_large_points(system: MatrixSystem, points: Sequence[PointClaim], ledger: Ledger) -> list[Proved]:
    """Check every point that is stated to be a fixed point; a slow point gets an empty record."""
    residuals = Residuals(system)
    proved: list[Proved] = []
    for k, point in enumerate(points):
        ledger.progress("checking points", k, len(points))
        if point.status == "slow point":
            proved.append(Proved(None))
            continue
        with np.errstate(all="ignore"):
            known = [p.root for p in proved if p.root is not None]
            proved.append(_Point(system, residuals, point, f"point {k}", ledger).check(known))
    return proved


def check_large_slow_points(
    system: MatrixSystem, points: Sequence[tuple[str, PointClaim]], known: Sequence[Root], ledger: Ledger
) -> None:
    """Check that no fixed point lies within the stated radius of each."""
    residuals = Residuals(system)
    for name, point in points:
        with np.errstate(all="ignore"):
            _Point(system, residuals, point, name, ledger).check_slow(known)


class _Point:
    """One point and what it takes to check it."""

    def __init__(
        self, system: MatrixSystem, residuals: Residuals, point: PointClaim, name: str, ledger: Ledger
    ) -> None:
        self._system, self._residuals = system, residuals
        self._point, self._name, self._ledger = point, name, ledger
        self._x = np.array(point.x)

    def check(self, known: Sequence[Root]) -> Proved:
        """The claims about a point that is stated to be a fixed point."""
        self._check_residual()
        self._check_exact()
        if self._point.status == "certified":
            return self._check_certified(known)
        c = self._point.certificate
        if c is not None:
            silent = c.verdict == "undecided" and c.stability is None and c.n_unstable is None
            self._ledger.require(f"{self._name}: its certificate claims nothing", silent, "it does")
        self._check_converged()
        self._check_estimates()
        return Proved(None)

    def check_slow(self, known: Sequence[Root]) -> None:
        """The claim that no fixed point lies within a radius."""
        self._check_residual()
        c, name = self._point.certificate, self._name
        stated = c is not None and c.verdict == "no fixed point" and c.exclusion_radius is not None
        if c is None or c.exclusion_radius is None or not stated or self._point.status != "slow point":
            self._ledger.require(f"{name} is proved to be no fixed point", False, "its certificate does not state that")
            return
        self._check_center(c)
        claim = f"{name}: no fixed point within {c.exclusion_radius:.3g} of its centre"
        if any(root.distance(c.center).hi <= arb(c.exclusion_radius) for root in known):
            self._ledger.add(claim, Outcome.FAILS, "a fixed point of the report lies there")
        else:
            none = excludes(self._system, self._residuals, np.array(c.center), c.exclusion_radius)
            self._ledger.prove(claim, none, "the inequality could not be shown")
        self._check_estimates()

    # ---- a certified point

    def _check_certified(self, known: Sequence[Root]) -> Proved:
        c, name = self._point.certificate, self._name
        if c is None or c.verdict != "fixed point" or c.radius is None:
            text = "its certificate states no fixed point and no radius"
            self._ledger.require(f"{name} is certified", False, text)
            return Proved(None)
        self._check_center(c)
        exactly = check_exactly(self._system, c, self._name, self._ledger) if c.is_exact else None
        if exactly is not None:
            check_large_spectrum(self._point, self._name, None, self._system.is_map, self._ledger)
            return exactly
        center = np.array(c.center)
        located = locate(self._system, self._residuals, center)
        exists = self._check_radius(c, c.radius, located)
        unique = self._check_uniqueness(c, center, located if exists else None, known)
        found = self._enclosed(located) if located is not None and exists else None
        sign = self._check_index(c, found) if exists else None
        check_large_spectrum(self._point, name, found, self._system.is_map, self._ledger)
        if located is None or not exists:
            return Proved(None)
        self._check_inequality(c, center)
        return Proved(located.root._replace(sign=sign), unique)

    def _check_center(self, c: CertificateClaim) -> None:
        claim = f"{self._name}: its state is the centre of its certificate"
        self._ledger.require(claim, self._point.x == c.center, "they differ")

    def _check_radius(self, c: CertificateClaim, radius: float, located: Located | None) -> bool:
        claim = f"{self._name}: a fixed point within {radius:.3g} of its centre"
        if located is None:
            if excludes(self._system, self._residuals, np.array(c.center), radius):
                return self._ledger.add(claim, Outcome.FAILS, "none lies there")
            return self._ledger.add(claim, Outcome.NOT_ESTABLISHED, "Newton's method finds none")
        distance = located.root.distance(c.center)
        if distance.hi <= arb(radius):
            return self._ledger.add(claim, Outcome.HOLDS)
        if distance.lo > arb(radius):
            # It is the only one in a box around the centre that reaches as far as it lies.
            return self._ledger.add(claim, Outcome.FAILS, f"it is {float(distance.lo):.3g} away")
        return self._ledger.add(claim, Outcome.NOT_ESTABLISHED, "the precision does not suffice")

    def _check_uniqueness(
        self, c: CertificateClaim, center: Array, located: Located | None, known: Sequence[Root]
    ) -> bool:
        if c.uniqueness_radius is None:
            return False
        radius = c.uniqueness_radius
        claim = f"{self._name}: exactly one fixed point within {radius:.3g} of its centre"
        if located is None:
            return self._ledger.add(claim, Outcome.NOT_ESTABLISHED, "none was proved to exist")
        if not located.root.distance(c.center).hi <= arb(radius):
            return self._ledger.add(claim, Outcome.NOT_ESTABLISHED, "the fixed point is not shown to lie there")
        others = [r for r in known if r.distance(c.center).hi <= arb(radius) and _apart(r, located.root)]
        if others:
            return self._ledger.add(claim, Outcome.FAILS, "another fixed point of the report lies there")
        alone = is_one_to_one(self._system, center, radius)
        return self._ledger.prove(claim, alone, "G is not shown to be one-to-one there")

    def _enclosed(self, located: Located) -> Enclosed | None:
        return enclose_eigenvalues(located.around.slope())

    def _check_index(self, c: CertificateClaim, found: Enclosed | None) -> int | None:
        """The sign of det(-G'): one factor -1 for each eigenvalue of G' with a positive real part."""
        right = None if found is None else found.right(1.0 if self._system.is_map else 0.0)
        decided = right is not None and bool(np.all(right != 0))
        sign = None if right is None or not decided else -1 if np.sum(right > 0) % 2 else 1
        if c.index is not None:
            claim = f"{self._name}: index {c.index:+d}"
            if sign is not None:
                self._ledger.require(claim, c.index == sign, f"the sign of det(-G') is {sign:+d}")
            else:
                self._ledger.add(claim, Outcome.NOT_ESTABLISHED, "an eigenvalue could not be told from the axis")
        return sign

    def _check_inequality(self, c: CertificateClaim, center: Array) -> None:
        if c.inverse is None or c.contraction is None or c.proof_radius is None:
            return
        claim = f"{self._name}: |I - R G'| < 1 with the stated R, within {c.proof_radius:.3g} of the fixed point"
        reach = c.proof_radius + (c.radius or 0.0)
        holds = c.contraction < 1 and contracts_with(self._system, center, reach * (1 + 1e-12), np.array(c.inverse))
        self._ledger.prove(claim, holds, "it is not shown to be below 1")

    # ---- any point

    def _check_residual(self) -> None:
        stated = self._point.residual
        if stated is None:
            return
        value = self._residuals([arb(v) for v in self._point.x])
        if not all(v.is_finite() for v in value):
            return
        largest = max(float(abs(v).upper()) for v in value)
        slack = _ROUNDING * (self._slopes() * max(1.0, float(np.abs(self._x).max())) + 1 + largest)
        claim = f"{self._name}: residual {stated:.3g}"
        self._ledger.require(claim, abs(largest - stated) <= slack, f"it is {largest:.3g}")

    def _slopes(self) -> float:
        """A size of the slopes of G in all directions together, for the rounding of doubles."""
        slope = Over(self._system, self._x, 0.0).residual_slope()
        size = float(slope.mag.sum(axis=1).max())
        return size if np.isfinite(size) else 0.0

    def _check_converged(self) -> None:
        if self._point.status != "converged":
            return
        claim = f"{self._name}: its residual is at rounding level, and a fixed point is not excluded near it"
        if self._point.residual is None:
            self._ledger.add(claim, Outcome.FAILS, "it states no residual")
            return
        scale = max(1.0, float(np.abs(self._x).max()))
        level = _CONVERGED * scale * max(1.0, self._slopes())
        if self._point.residual > level:
            self._ledger.add(claim, Outcome.FAILS, f"its residual is {self._point.residual:.3g}")
            return
        none = excludes(self._system, self._residuals, self._x, _NEAR * scale)
        self._ledger.require(claim, not none, f"none lies within {_NEAR * scale:.3g} of it")

    def _check_estimates(self) -> None:
        found = enclose_eigenvalues(Over(self._system, self._x, 0.0).slope())
        check_large_estimates(self._point, self._name, found, self._system.is_map, self._ledger)

    def _check_exact(self) -> None:
        """Exact coordinates: numbers near the state at which balls give G = 0, exactly."""
        if self._point.exact is None:
            return
        claim = f"{self._name}: the exact coordinates satisfy the equations and are its own"
        try:
            exact = [parse_expression(text, {}) for text in self._point.exact]
        except ModelError as error:
            self._ledger.add(claim, Outcome.FAILS, str(error))
            return
        with ctx.workprec(PRECISION):
            balls = [v.ball() for v in Evaluator(exact, ()).values(())]
            close = _NEAR * max(1.0, float(np.abs(self._x).max()))
            if not all(abs(b - arb(v)) < close for b, v in zip(balls, self._point.x, strict=True)):
                self._ledger.add(claim, Outcome.FAILS, "they are not near its state")
                return
            value = self._residuals(balls)
        if any(not v.contains(0) for v in value):
            self._ledger.add(claim, Outcome.FAILS, "they do not satisfy them")
        else:
            self._ledger.prove(claim, all(v == 0 for v in value), "that G vanishes exactly is not shown")


def _apart(a: Root, b: Root) -> bool:
    return any(x.hi < y.lo or y.hi < x.lo for x, y in zip(a.box, b.box, strict=True))
