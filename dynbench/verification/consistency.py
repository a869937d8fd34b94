"""Claims of a report that its other claims decide, for systems of any form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.verification.claims import PointClaim
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.piecewise import Checked
from dynbench.verification.piecewise.eigenspaces import ALONG, off_eigenspace, return_matrices, spans
from dynbench.verification.piecewise.manifolds import largest_gap
from dynbench.verification.piecewise.meshes import distances, largest_jump, read_mesh, read_sheets
from dynbench.verification.piecewise.rows import Rectified
from dynbench.verification.records import Outcome

__all__ = ["check_interrupted", "check_manifolds", "check_settled", "without_slow_points"]

#: Corners of a polyline in doubles may be off by this, relative to max(1, |x|), and by a multiple of the stated error.
_CARRIED = 1e-8
#: Branches start at the point, up to rounding.
_SAME = 1e-12
_NOTHING = Checked(None)


def without_slow_points(points: Sequence[PointClaim]) -> list[PointClaim]:
    """The points that are stated to be fixed points; slow ones, which are proved to be none, come last."""
    real = [p for p in points if p.status != "slow point"]
    if any(p.status == "slow point" for p in points[: len(real)]):
        raise InputError("fixed_points.points lists a slow point before a fixed point.")
    return real


def check_manifolds(
    report: Field, dimension: int, points: Sequence[PointClaim], ledger: Ledger, checked: Checked = _NOTHING
) -> None:
    """Manifolds are not proved: check where they start, and whether the map carries exact ones to themselves."""
    for k, field in enumerate(report["manifolds"].items()):
        which, starts = field["which"].choice("stable", "unstable"), _starts(field, points, checked)
        lines = [[state.vector(dimension) for state in branch.items()] for branch in field["branches"].items()]
        attached, exact = field["attached"].integer(), field["exact"].flag()
        field["method"].text()
        field["note"].text()
        of = f"cycle {field['cycle'].value}" if field["point"].null else f"point {field['point'].value}"
        claim = f"manifold {k}: {which}, of {of}, not proved"
        fits = bool(starts) and 0 <= attached <= len(lines)
        fits = fits and all(_near(line[0], starts) for line in lines[:attached])
        ledger.require(claim, fits, "its branches do not start there")
        if not exact or not starts:
            continue
        error = 0.0 if field["error"].null else field["error"].length()
        stated = field.keys()  # older reports hold no meshes
        if "mesh" in stated and not field["mesh"].null:
            _check_mesh(
                f"manifold {k}", which, field["mesh"], _searched(report, which, starts), starts, error, ledger, checked
            )
            continue
        claim = f"manifold {k}: the map carries its corners along it, in doubles"
        if checked.function is None or min(map(len, lines), default=0) < 2:
            ledger.require(claim, False, "the map is not read as a piecewise-linear one, or a branch has no segment")
            continue
        box = _searched(report, which, starts)
        polylines = [np.array(line) for line in lines]
        _judge(claim, largest_gap(checked.function, which, polylines, box), error, ledger)
        if fits:
            claim = f"manifold {k}: its branches start along an eigenvector, to {ALONG:g} of the norm of the matrix"
            groups = [(_number(line[0], starts), [np.diff(line[:2], axis=0)]) for line in polylines[:attached]]
            _check_seeds(claim, which, groups, 1, starts, ledger, checked.function)


def _searched(report: Field, which: str, starts: Sequence[tuple[float, ...]]) -> NDArray[np.float64]:
    """A box in which all of a manifold was traced, (n, 2): around the region searched, or around where it starts."""
    region = report["fixed_points"].get("region")
    states = np.array(starts)
    boxes = [] if region is None else [field.box(states.shape[1]) for field in region.items()]
    if boxes:
        return np.stack([np.min(boxes, axis=0)[:, 0], np.max(boxes, axis=0)[:, 1]], axis=-1)
    # An unstable branch may end by its length anywhere, so that a preimage near the point may not be traced.
    around = max(1.0, float(np.abs(states).max())) if which == "stable" else 0.0
    return np.stack([states.min(axis=0) - around, states.max(axis=0) + around], axis=-1)


def _judge(claim: str, gap: float | None, error: float, ledger: Ledger) -> None:
    """Whether the largest gap is no more than the stated error explains; not established where none was measured."""
    if gap is None:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "no corner of it can be judged")
    else:
        ledger.require(claim, gap <= _CARRIED + 100 * error, f"one is {gap:.2g} off")


def _check_seeds(
    claim: str,
    which: str,
    groups: Sequence[tuple[int, Sequence[NDArray[np.float64]]]],
    dimension: int,
    starts: Sequence[tuple[float, ...]],
    ledger: Ledger,
    function: Rectified,
) -> None:
    """Check that seeds, the differences of corners, lie in the eigenspace of their kind at a start, by its number.

    Of each group one has to: a manifold that meets itself has several polygons at a state.
    """
    matrices, worst = return_matrices(function, starts), 0.0
    for number, seeds in groups:
        size = max(map(abs, starts[number]))
        told = [seed for seed in seeds if spans(seed, dimension, size)]
        if not told:
            ledger.add(claim, Outcome.NOT_ESTABLISHED, "one is too small to tell")
            return
        worst = max(worst, min(off_eigenspace(matrices[number], seed, dimension, which) for seed in told))
    ledger.require(claim, worst <= ALONG, f"one is {worst:.2g} off")


def _check_mesh(
    name: str,
    which: str,
    mesh: Field,
    box: NDArray[np.float64],
    starts: Sequence[tuple[float, ...]],
    error: float,
    ledger: Ledger,
    checked: Checked,
) -> None:
    """Check that the sheets of a manifold of dimension 2 hold its states, and that the map carries corners along it."""
    allowed = _CARRIED + 100 * error
    polygons, sheets = read_mesh(mesh, len(box)), read_sheets(mesh, len(starts)) if starts else []
    apart = max((_off(x, polygons, sheets, k) for k, x in enumerate(starts)), default=np.inf)
    ledger.require(f"{name}: its polygons hold the point", bool(apart <= allowed), f"it is {apart:.2g} off")
    claim = f"{name}: the map carries its corners along it, images in rational numbers"
    if checked.function is None:
        ledger.require(claim, False, "the map is not read as a piecewise-linear one")
        return
    _judge(claim, largest_jump(checked.function, which, polygons, box), error, ledger)
    if apart <= allowed:
        claim = f"{name}: at the point it lies in an eigenplane, to {ALONG:g} of the norm of the matrix"
        at = [_at(x, polygons, sheets, k, allowed) for k, x in enumerate(starts)]
        _check_seeds(claim, which, list(enumerate(at)), 2, starts, ledger, checked.function)


def _at(
    state: tuple[float, ...],
    polygons: Sequence[NDArray[np.float64]],
    sheets: Sequence[int],
    number: int,
    allowed: float,
) -> list[NDArray[np.float64]]:
    """The polygons of a sheet that hold a state, as differences of their corners from it."""
    own = [polygon for polygon, sheet in zip(polygons, sheets, strict=True) if sheet == number]
    return [polygon - state for polygon in own if _off(state, [polygon], [number], number) <= allowed]


def _number(state: NDArray[np.float64], starts: Sequence[tuple[float, ...]]) -> int:
    """Which of the starts is nearest to a state."""
    return int(np.argmin(np.abs(np.array(starts) - state).max(axis=1)))


def _off(
    state: tuple[float, ...], polygons: Sequence[NDArray[np.float64]], sheets: Sequence[int], number: int
) -> float:
    """How far a state is from the polygons on its own sheet, relative to max(1, |x|)."""
    own = [polygon for polygon, sheet in zip(polygons, sheets, strict=True) if sheet == number]
    return float(distances(np.array([state]), own)[0]) / max(1.0, float(np.abs(state).max()))


def _starts(field: Field, points: Sequence[PointClaim], checked: Checked) -> Sequence[tuple[float, ...]]:
    """The states from which the branches of a manifold start; none where its point or cycle is not in the list."""
    if not field["cycle"].null:
        number = field["cycle"].integer()
        return checked.cycles[number].points if 0 <= number < len(checked.cycles) else ()
    number = field["point"].integer()
    return (points[number].x,) if 0 <= number < len(points) else ()


def _near(state: Sequence[float], others: Sequence[tuple[float, ...]]) -> bool:
    return any(
        all(abs(a - b) <= _SAME * max(1.0, abs(b)) for a, b in zip(state, other, strict=True)) for other in others
    )


def check_settled(report: Field, points: Sequence[PointClaim], ledger: Ledger) -> None:
    """What a report calls settled is complete, without continua, and every kind is proved."""
    listed = report["fixed_points"]
    complete = listed["complete"].flag()
    settled = complete and all(map(_kind_is_proved, points)) and not listed["continua"].items()
    ledger.require("settled as stated", report["settled"].flag() == settled, f"by the claims it is {settled}")


def check_interrupted(report: Field, ledger: Ledger) -> None:
    """An analysis of which a search was interrupted says so."""
    cycles = report.get("cycles")
    stopped = report["fixed_points"]["interrupted"].flag() or (cycles is not None and cycles["interrupted"].flag())
    for what in ("invariants", "lyapunov_functions"):
        stopped = stopped or report[what]["stopped"].text() == "interrupted"
    said = report["interrupted"].value is True or not stopped
    ledger.require("an interrupted search makes an interrupted analysis", said, "it is not said to be one")


def _kind_is_proved(point: PointClaim) -> bool:
    return point.certificate is not None and point.certificate.stability is not None
