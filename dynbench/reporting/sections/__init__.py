"""The sections of a report, each a function of the analysis that returns its blocks."""

from dynbench.reporting.sections.derived import derived_section, invariants_section
from dynbench.reporting.sections.not_established import not_established_section
from dynbench.reporting.sections.points import points_section
from dynbench.reporting.sections.provenance import provenance_section, references_section
from dynbench.reporting.sections.system import system_section
from dynbench.reporting.sections.transitions import transitions_section

__all__ = [
    "derived_section",
    "invariants_section",
    "not_established_section",
    "points_section",
    "provenance_section",
    "references_section",
    "system_section",
    "transitions_section",
]
