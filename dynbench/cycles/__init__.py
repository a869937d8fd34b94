"""Periodic orbits of flows and maps."""

from dynbench.cycles.find import find_cycles
from dynbench.cycles.records import Cycle, CycleKind
from dynbench.cycles.refine import refine_cycle
from dynbench.cycles.results import CycleContinuum, Cycles

__all__ = ["Cycle", "CycleContinuum", "CycleKind", "Cycles", "find_cycles", "refine_cycle"]
