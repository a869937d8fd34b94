"""What an orbit is: at rest, periodic, quasi-periodic, chaotic, or undecided."""

from dynbench.orbits.classify import classify_orbit, classify_orbits
from dynbench.orbits.records import Closure, Growth, Orbit, OrbitKind, Spectrum

__all__ = ["Closure", "Growth", "Orbit", "OrbitKind", "Spectrum", "classify_orbit", "classify_orbits"]
