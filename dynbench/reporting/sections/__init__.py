"""The sections of a report, each a function of the analysis that returns its blocks."""

from dynbench.reporting.sections.cycles import cycles_section
from dynbench.reporting.sections.derived import derived_section
from dynbench.reporting.sections.homoclinic import homoclinic_section
from dynbench.reporting.sections.invariants import invariants_section
from dynbench.reporting.sections.manifolds import manifolds_section
from dynbench.reporting.sections.memories import memories_section
from dynbench.reporting.sections.not_established import not_established_section
from dynbench.reporting.sections.pictures import pictures_section
from dynbench.reporting.sections.piecewise import piecewise_section
from dynbench.reporting.sections.points import points_section
from dynbench.reporting.sections.provenance import provenance_section, references_section
from dynbench.reporting.sections.system import system_section
from dynbench.reporting.sections.transitions import transitions_section

__all__ = [
    "cycles_section",
    "derived_section",
    "homoclinic_section",
    "invariants_section",
    "manifolds_section",
    "memories_section",
    "not_established_section",
    "pictures_section",
    "piecewise_section",
    "points_section",
    "provenance_section",
    "references_section",
    "system_section",
    "transitions_section",
]
