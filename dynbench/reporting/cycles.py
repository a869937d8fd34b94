"""What several parts of a report say about cycles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dynbench.cycles import Cycle

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["enumerated", "met_cycles", "nodes_of_cycles", "of_periods"]


def met_cycles(analysis: Analysis) -> list[tuple[int, Cycle]]:
    """Cycles of the transition graph that are in no list, with their nodes."""
    listed = {id(cycle) for cycle in analysis.cycles or ()}
    return [(node, cycle) for node, cycle in _cycles_of(analysis) if id(cycle) not in listed]


def nodes_of_cycles(analysis: Analysis) -> dict[int, int]:
    """The identity of each cycle in the transition graph -> its node."""
    return {id(cycle): node for node, cycle in _cycles_of(analysis)}


def _cycles_of(analysis: Analysis) -> Iterator[tuple[int, Cycle]]:
    nodes = analysis.graph.nodes(data="cycle")
    return ((node, cycle) for node, cycle in nodes if cycle is not None)


def enumerated(numbers: Sequence[int], joint: str = "and") -> str:
    """``3``, ``3 and 5``, ``1 to 4 and 7``."""
    runs: list[list[int]] = []
    for k in sorted(numbers):
        if runs and k == runs[-1][-1] + 1:
            runs[-1].append(k)
        else:
            runs.append([k])
    words = []
    for run in runs:
        words += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(k) for k in run]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"


def of_periods(numbers: Sequence[int]) -> str:
    """``of period 3``, ``of periods 1 to 4``."""
    return f"of {'period' if len(numbers) == 1 else 'periods'} {enumerated(numbers)}"
