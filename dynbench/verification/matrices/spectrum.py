"""The claims about eigenvalues at a point of many states: discs, sides, counts, and the word for the kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench.verification.claims import PointClaim
from dynbench.verification.discs import Discs, kind_words
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.eigenvalues import Enclosed, grouped
from dynbench.verification.records import Outcome
from dynbench.verification.stability import stated_counts

__all__ = ["check_large_estimates", "check_large_spectrum"]

#: How far estimated eigenvalues may be off, relative to their size (to its square root where they are multiple).
_ESTIMATE = 1e-3


def check_large_spectrum(point: PointClaim, name: str, found: Enclosed | None, is_map: bool, ledger: Ledger) -> None:
    """Check what a certificate states about eigenvalues against discs of the checker's own."""
    c = point.certificate
    assert c is not None, "called for certified points"
    if c.discs is None:
        none = point.kind in ("nonsmooth", "unknown")
        silent = c.stability is None and c.n_unstable is None and not c.decided
        claim = f"{name}: nothing is claimed about its eigenvalues"
        ledger.require(claim, none and silent, f"it is called a {point.kind}, or counts are stated as proved")
        return
    discs, sides = c.discs, c.discs.sides
    counts = sides.count(-1), sides.count(0), sides.count(1)
    if found is None:
        ledger.add(f"{name}: eigenvalues in the stated discs", Outcome.NOT_ESTABLISHED, "they could not be enclosed")
    else:
        ledger.add(f"{name}: one eigenvalue in each of {len(sides)} discs", *_hold(discs, found))
        ledger.add(f"{name}: the discs lie on the stated sides of the axes", *_sides(discs, found, is_map))
    if c.resolved:
        _check_resolved(discs, found, name, ledger)
    same = point.eigenvalues == discs.middles
    ledger.require(f"{name}: its eigenvalues are the middles of the discs", same, "they differ")
    claim = f"{name}: {counts[0]} stable, {counts[1]} central, {counts[2]} unstable"
    ledger.require(claim, point.stability == counts, "it differs")
    words = kind_words(sides, discs.nonreal)
    ledger.require(f"{name} is a {point.kind}", point.kind == words, f"by the discs it is a {words}")
    _check_counts(point, name, found, is_map, ledger)


def _check_counts(point: PointClaim, name: str, found: Enclosed | None, is_map: bool, ledger: Ledger) -> None:
    stated = stated_counts(point, name, ledger)
    if stated is None:
        return
    claim, counts = stated
    own = None if found is None else found.sides(is_map)
    if own is None or np.any(own == 0):
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "an eigenvalue could not be told from the axis")
        return
    proved = int(np.sum(own < 0)), 0, int(np.sum(own > 0))
    ledger.require(claim, proved == counts, f"they are {proved}")


def _hold(discs: Discs, found: Enclosed) -> tuple[Outcome, str]:
    """Whether each group of stated discs holds as many eigenvalues as it has discs."""
    owners = _owners(discs, found)
    if owners is None:
        return Outcome.NOT_ESTABLISHED, "an eigenvalue could not be told to lie in the discs"
    if isinstance(owners, str):
        return Outcome.FAILS, owners
    stated, inside = owners
    wrong = np.flatnonzero(np.bincount(stated) != np.bincount(inside, minlength=stated.max() + 1))
    if len(wrong):
        return Outcome.FAILS, f"{np.sum(stated == wrong[0])} discs hold {np.sum(inside == wrong[0])} eigenvalues"
    return Outcome.HOLDS, ""


def _sides(discs: Discs, found: Enclosed, is_map: bool) -> tuple[Outcome, str]:
    owners = _owners(discs, found)
    if owners is None or isinstance(owners, str):
        return Outcome.NOT_ESTABLISHED, "the discs do not hold the eigenvalues"
    stated, inside = owners
    middles, radii, sides = np.array(discs.middles), np.array(discs.radii), np.array(discs.sides)
    distance = np.abs(np.abs(middles) - 1) if is_map else np.abs(middles.real)
    if np.any((sides == 0) & (distance > radii * (1 + 1e-12) + 1e-14)):
        return Outcome.FAILS, "a disc that is said to meet the axis does not"
    own, size = found.sides(is_map), stated.max() + 1
    for side in (-1, 1):
        least = np.bincount(stated, sides == side, size)
        if np.any(least > np.bincount(inside, (own == side) | (own == 0), size)):
            return Outcome.FAILS, f"fewer eigenvalues are on side {side:+d} than stated"
        if np.any(least > np.bincount(inside, own == side, size)):
            return Outcome.NOT_ESTABLISHED, "an eigenvalue could not be told from the axis"
    nonreal = np.array(discs.nonreal)
    if np.any(np.bincount(stated, nonreal, size) > np.bincount(inside, found.nonreal(), size)):
        return Outcome.NOT_ESTABLISHED, "a disc may hold a real eigenvalue"
    alone = np.bincount(stated)[stated] == 1
    if np.any(alone & ~nonreal & (np.abs(middles.imag) > radii * (1 + 1e-12))):
        return Outcome.FAILS, "a disc that excludes the real axis is said to meet it"
    return Outcome.HOLDS, ""


def _owners(discs: Discs, found: Enclosed) -> tuple[NDArray[np.int32], NDArray[np.int32]] | str | None:
    """The group of each stated disc, and for each own disc that of the stated discs in which it lies.

    None where an own disc lies in none; text where a whole group of own discs is apart from all that are stated.
    """
    middles, radii = np.array(discs.middles), np.array(discs.radii)
    if len(middles) != len(found.middles):
        return f"{len(middles)} discs are stated for {len(found.middles)} eigenvalues"
    gaps = np.abs(found.middles[:, None] - middles[None, :])
    slack = 2.0**-50 * (gaps + found.radii[:, None]) + 2.0**-1000
    inside = gaps + found.radii[:, None] + slack <= radii[None, :]
    apart = (gaps - found.radii[:, None] - slack > radii[None, :]).all(axis=1)
    lost = np.ones(found.groups.max() + 1, dtype=bool)
    np.logical_and.at(lost, found.groups, apart)
    if lost.any():
        first = found.middles[lost[found.groups]][0]
        return f"no disc holds the eigenvalue near {complex(first):.6g}"
    if not inside.any(axis=1).all():
        return None
    stated = grouped(middles, radii)
    return stated, stated[inside.argmax(axis=1)]


def _check_resolved(discs: Discs, found: Enclosed | None, name: str, ledger: Ledger) -> None:
    real = discs.nonreal.count(False)
    count = None if found is None else found.real_count()
    claim = f"{name}: {real} of its eigenvalues are real"
    if count is None:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "eigenvalues could not be told apart")
    else:
        ledger.require(claim, count == real, f"{count} are")


def check_large_estimates(point: PointClaim, name: str, found: Enclosed | None, is_map: bool, ledger: Ledger) -> None:
    """Check eigenvalues without proof: estimates at the stated state, and the counts and words that go with them."""
    stable, central, unstable = point.stability
    sides = [-1] * stable + [0] * central + [1] * unstable
    words = {kind_words(sides, [False]), kind_words(sides, [True]), "unknown", "nonsmooth"}
    fits = sum(point.stability) == len(point.x) and min(point.stability) >= 0 and point.kind in words
    ledger.require(f"{name}: the kind {point.kind} goes with the counts {point.stability}", fits, "it does not")
    if point.eigenvalues is None or found is None or point.kind in ("unknown", "nonsmooth"):
        return
    stated = np.array(point.eigenvalues)
    gaps = np.abs(found.middles[:, None] - stated[None, :])
    tolerance = _ESTIMATE * (1 + np.abs(stated).max()) + found.radii
    near = np.all(gaps.min(axis=1) <= tolerance) and np.all((gaps - tolerance[:, None]).min(axis=0) <= 0)
    claim = f"{name}: estimated eigenvalues"
    ledger.add(
        claim,
        Outcome.HOLDS if near else Outcome.FAILS,
        "not proved of a fixed point: of its state only" if near else "they are not those of its state",
    )
    parts = np.abs(stated) - 1 if is_map else stated.real
    most = int(np.sum(parts < 0)), int(np.sum(np.abs(parts) <= tolerance.max())), int(np.sum(parts > 0))
    agree = all(a <= b for a, b in zip(point.stability, most, strict=True))
    ledger.require(f"{name}: stability {point.stability}", agree, "by its eigenvalues there are fewer")
