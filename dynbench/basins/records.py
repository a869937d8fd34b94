"""The record of where the states of a grid go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["INFINITY", "UNDECIDED", "Basins"]

#: Labels of states that go to infinity, and of those of which it is not known where they go.
INFINITY, UNDECIDED = -2, -1


@dataclass(frozen=True, eq=False)
class Basins:
    """Where the states of a grid go.

    Attributes
    ----------
    labels : (r1, ..., rn) integer array
        For each state the attractor that its orbit was seen to reach: its node in the transition graph, which for
        a fixed point is its place in the list; `UNDECIDED` (-1) or `INFINITY` (-2). States of one value make no axis.
    axes : tuple of arrays
        The coordinates along each axis of `labels`, in the order of the states.
    states : tuple of str
        The states that the axes belong to.
    names : mapping of int to str
        What each label stands for.
    attractors : mapping of int to (p, n) array
        The states of the attractors: of a flow's cycle, along it.

    Notes
    -----
    Orbits are integrated in doubles: a label is evidence, not proof.
    """

    labels: NDArray[np.intp]
    axes: tuple[NDArray[np.float64], ...]
    states: tuple[str, ...]
    names: Mapping[int, str]
    attractors: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def fractions(self) -> dict[int, float]:
        """The share of the grid's states with each label (that of an attractor is its basin stability)."""
        labels, counts = np.unique(self.labels, return_counts=True)
        return {int(label): int(count) / self.labels.size for label, count in zip(labels, counts, strict=True)}

    def __repr__(self) -> str:
        shares = ", ".join(f"{label} ({self.names[label]}) {share:.1%}" for label, share in self.fractions.items())
        size = " x ".join(map(str, self.labels.shape))
        return f"Basins({size} states of {', '.join(self.states)}: {shares})"
