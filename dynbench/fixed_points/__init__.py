"""Fixed points: search, certificates, classification."""

from dynbench.fixed_points.center import energy_casimir
from dynbench.fixed_points.certificates import certify
from dynbench.fixed_points.find import find_fixed_points
from dynbench.fixed_points.records import Certificate, FixedPoint, Kind, Status, Verdict
from dynbench.fixed_points.results import FixedPoints
from dynbench.fixed_points.symmetry import SymmetryOrbit, symmetry_orbits

__all__ = [
    "Certificate",
    "FixedPoint",
    "FixedPoints",
    "Kind",
    "Status",
    "SymmetryOrbit",
    "Verdict",
    "certify",
    "energy_casimir",
    "find_fixed_points",
    "symmetry_orbits",
]
