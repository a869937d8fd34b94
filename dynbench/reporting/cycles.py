"""What several parts of a report say about cycles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dynbench.cycles import Cycle

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["cycles_to_dict", "enumerated", "met_cycles", "of_periods"]


def met_cycles(analysis: Analysis) -> list[tuple[int, Cycle]]:
    """Cycles of the transition graph that are in no list, by the numbers of their nodes."""
    listed = {id(cycle) for cycle in analysis.cycles or ()}
    nodes = analysis.graph.nodes(data="cycle")
    return [(node, cycle) for node, cycle in nodes if cycle is not None and id(cycle) not in listed]


def cycles_to_dict(analysis: Analysis) -> dict[str, Any] | None:
    """The list of cycles, each with the number that it is called by; those of one state are called by their point."""
    if analysis.cycles is None:
        return None
    numbers = {id(cycle): number for number, cycle in analysis.numbered_cycles.items()}
    content = analysis.cycles.to_dict()
    for cycle, data in zip(analysis.cycles, content["cycles"], strict=True):
        data["number"] = numbers.get(id(cycle))
    return content


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
