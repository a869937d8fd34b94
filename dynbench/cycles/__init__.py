"""Periodic orbits of flows and maps."""

from dynbench.cycles.records import Cycle, CycleKind
from dynbench.cycles.refine import refine_cycle

__all__ = ["Cycle", "CycleKind", "refine_cycle"]
