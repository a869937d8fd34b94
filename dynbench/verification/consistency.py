"""Claims of a report that its other claims decide, for systems of any form."""

from __future__ import annotations

from collections.abc import Sequence

from dynbench.errors import InputError
from dynbench.verification.claims import PointClaim
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger

__all__ = ["check_manifolds", "check_settled", "without_slow_points"]


def without_slow_points(points: Sequence[PointClaim]) -> list[PointClaim]:
    """The points that are stated to be fixed points; slow ones, which are proved to be none, come last."""
    real = [p for p in points if p.status != "slow point"]
    if any(p.status == "slow point" for p in points[: len(real)]):
        raise InputError("fixed_points.points lists a slow point before a fixed point.")
    return real


def check_manifolds(manifolds: Field, dimension: int, points: Sequence[PointClaim], ledger: Ledger) -> None:
    """Manifolds are integrated, not proved: what is checked is where they start, and that nothing else is claimed."""
    for k, field in enumerate(manifolds.items()):
        number, which = field["point"].integer(), field["which"].choice("stable", "unstable")
        claim = f"manifold {k}: {which}, of point {number}, not proved"
        starts = 0 <= number < len(points) and all(
            branch.items()[0].vector(dimension) == points[number].x for branch in field["branches"].items()
        )
        ledger.require(claim, starts and not field["exact"].flag(), "its branches do not start there, or it is exact")


def check_settled(report: Field, points: Sequence[PointClaim], ledger: Ledger) -> None:
    """What a report calls settled is complete, without continua, and every kind is proved."""
    listed = report["fixed_points"]
    complete = listed["complete"].flag()
    settled = complete and all(map(_kind_is_proved, points)) and not listed["continua"].items()
    ledger.require("settled as stated", report["settled"].flag() == settled, f"by the claims it is {settled}")


def _kind_is_proved(point: PointClaim) -> bool:
    return point.certificate is not None and point.certificate.stability is not None
