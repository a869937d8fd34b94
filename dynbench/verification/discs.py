"""Whether stated discs hold the eigenvalues, and on which side of the axis they lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flint import arb

from dynbench.verification.records import Outcome
from dynbench.verification.spectra import Eigenvalues, disc_distance

__all__ = ["Discs", "hold", "kind_words", "sides_agree"]


class Discs(NamedTuple):
    """The discs that a certificate states, exactly these doubles.

    Attributes
    ----------
    middles, radii : tuples
        The discs.
    sides : tuple of int
        -1 on the stable side, +1 on the unstable side, 0 meets the axis.
    nonreal : tuple of bool
        Whether a disc excludes the real axis.
    """

    middles: tuple[complex, ...]
    radii: tuple[float, ...]
    sides: tuple[int, ...]
    nonreal: tuple[bool, ...]

    def groups(self) -> list[list[int]]:
        """The discs, grouped where they overlap or touch."""
        groups: list[list[int]] = []
        for i in range(len(self.middles)):
            touching = [g for g in groups if any(self._touch(i, j) for j in g)]
            groups = [g for g in groups if g not in touching] + [[i, *(j for g in touching for j in g)]]
        return groups

    def _touch(self, i: int, j: int) -> bool:
        a, b = self.middles[i], self.middles[j]
        squared = (arb(a.real) - arb(b.real)) ** 2 + (arb(a.imag) - arb(b.imag)) ** 2
        return not squared > (arb(self.radii[i]) + arb(self.radii[j])) ** 2


def hold(discs: Discs, eigenvalues: Eigenvalues) -> tuple[Outcome, str]:
    """Whether each group of discs holds as many eigenvalues as it has discs."""
    members = _members(discs, eigenvalues)
    if isinstance(members, str):
        return Outcome.FAILS, members
    if members is None:
        return Outcome.NOT_ESTABLISHED, "an eigenvalue could not be told to lie in the discs"
    for group, inside in members:
        if len(group) != len(inside):
            return Outcome.FAILS, f"{len(group)} discs hold {len(inside)} eigenvalues"
    return Outcome.HOLDS, ""


def sides_agree(discs: Discs, eigenvalues: Eigenvalues) -> tuple[Outcome, str]:
    """Whether the stated sides, and which discs are away from the real axis, are true."""
    members = _members(discs, eigenvalues)
    if members is None or isinstance(members, str):
        return Outcome.NOT_ESTABLISHED, "the discs do not hold the eigenvalues"
    proved = eigenvalues.sides()
    for group, inside in members:
        for i in group:
            if discs.sides[i] == 0 and not _meets_axis(discs, i, eigenvalues.is_map):
                return Outcome.FAILS, f"disc {i} does not meet the axis"
        stated = [discs.sides[i] for i in group]
        found = [proved[e] for e in inside]
        for side in (-1, 1):
            if stated.count(side) > found.count(side) + found.count(0):
                return Outcome.FAILS, f"{stated.count(side)} on side {side:+d} are stated, {found.count(side)} found"
            if stated.count(side) > found.count(side):
                return Outcome.NOT_ESTABLISHED, "an eigenvalue could not be told from the axis"
    return _nonreal_agree(discs, eigenvalues, members)


def _nonreal_agree(
    discs: Discs, eigenvalues: Eigenvalues, members: list[tuple[list[int], list[int]]]
) -> tuple[Outcome, str]:
    nonreal = [not e.imag.contains(0) for e in eigenvalues.enclosures]
    for group, inside in members:
        stated = sum(discs.nonreal[i] for i in group)
        if eigenvalues.real == len(nonreal) and stated:
            return Outcome.FAILS, "all eigenvalues are real"
        if stated > sum(nonreal[e] for e in inside):
            overlapping = any(eigenvalues.enclosures[e].imag.contains(0) for e in inside)
            single = eigenvalues.real_count() is not None
            wrong = overlapping and single
            return (Outcome.FAILS if wrong else Outcome.NOT_ESTABLISHED), "a disc may hold a real eigenvalue"
        for i in group:
            apart = abs(arb(discs.middles[i].imag)) > arb(discs.radii[i])
            if len(group) == 1 and apart and not discs.nonreal[i]:
                return Outcome.FAILS, f"disc {i} excludes the real axis"
    return Outcome.HOLDS, ""


def _members(discs: Discs, eigenvalues: Eigenvalues) -> list[tuple[list[int], list[int]]] | str | None:
    """For each group of discs the eigenvalues inside; None where that is open; text where one is in no disc."""
    groups = [(group, list[int]()) for group in discs.groups()]
    for number, value in enumerate(eigenvalues.enclosures):
        distances = [disc_distance(value, middle) for middle in discs.middles]
        if all(d > arb(r) for d, r in zip(distances, discs.radii, strict=True)):
            return f"no disc holds the eigenvalue near {complex(value):.6g}"
        owner = next((i for i, (d, r) in enumerate(zip(distances, discs.radii, strict=True)) if d <= arb(r)), None)
        if owner is None:
            return None
        next(inside for group, inside in groups if owner in group).append(number)
    return groups


def _meets_axis(discs: Discs, i: int, is_map: bool) -> bool:
    middle, radius = discs.middles[i], arb(discs.radii[i])
    if is_map:
        modulus = (arb(middle.real) ** 2 + arb(middle.imag) ** 2).sqrt()
        return not (abs(modulus - 1) > radius)
    return not (abs(arb(middle.real)) > radius)


def kind_words(sides: Sequence[int], nonreal: Sequence[bool]) -> str:
    """The word for a hyperbolic point with these eigenvalues (Strogatz; Kuznetsov); ``nonhyperbolic`` for others.

    Stable, unstable or saddle by the sides; a focus (saddle-focus) where some eigenvalue is not real, else a node.
    """
    if 0 in sides:
        return "nonhyperbolic"
    focus = any(nonreal)
    if -1 in sides and 1 in sides:
        return "saddle-focus" if focus else "saddle"
    return f"{'unstable' if 1 in sides else 'stable'} {'focus' if focus else 'node'}"
