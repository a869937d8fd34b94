"""dynbench: declare a dynamical system once, symbolically; find, prove, classify, connect and write up.

>>> import dynbench as db
>>> jang = db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"})
>>> points = db.find_fixed_points(jang, box={"x": (-3, 3), "y": (-3, 3)})
>>> [point.kind.value for point in points], points.complete
(['stable node', 'saddle', 'stable node'], True)
"""

from dynbench import errors, flow, networks, piecewise
from dynbench._version import __version__
from dynbench.analysis import Analysis, analyze
from dynbench.basins import BasinBoundary, Basins, basin_boundary, basins
from dynbench.continuation import ChangeKind, FixedPointPaths, follow_fixed_points
from dynbench.cycles import Cycle, CycleKind, Cycles, find_cycles
from dynbench.fixed_points import (
    Certificate,
    FixedPoint,
    FixedPoints,
    Kind,
    Status,
    Verdict,
    certify,
    find_fixed_points,
    search,
)
from dynbench.flow import LyapunovSpectrum, Trajectory, integrate, lyapunov_spectrum
from dynbench.manifolds import HomoclinicPoint, Manifold, homoclinic_onset, homoclinic_points, trace_manifold
from dynbench.models import load_toml
from dynbench.networks import PLRNN, RNN, EchoStateNetwork
from dynbench.orbits import Orbit, OrbitKind, classify_orbit, classify_orbits
from dynbench.reporting import load_report, report
from dynbench.systems import ODE, LowRank, Map, System
from dynbench.systems.weights import save_weights
from dynbench.transitions import (
    TransitionGraph,
    attractor_transitions,
    morse_consistency,
    pulse_ends,
    pulse_transitions,
    steady_thresholds,
    transition_graph,
    write_graph,
)
from dynbench.verification import Verification, verify

__all__ = [
    "ODE",
    "PLRNN",
    "RNN",
    "Analysis",
    "BasinBoundary",
    "Basins",
    "Certificate",
    "ChangeKind",
    "Cycle",
    "CycleKind",
    "Cycles",
    "EchoStateNetwork",
    "FixedPoint",
    "FixedPointPaths",
    "FixedPoints",
    "HomoclinicPoint",
    "Kind",
    "LowRank",
    "LyapunovSpectrum",
    "Manifold",
    "Map",
    "Orbit",
    "OrbitKind",
    "Status",
    "System",
    "Trajectory",
    "TransitionGraph",
    "Verdict",
    "Verification",
    "__version__",
    "analyze",
    "attractor_transitions",
    "basin_boundary",
    "basins",
    "certify",
    "classify_orbit",
    "classify_orbits",
    "errors",
    "find_cycles",
    "find_fixed_points",
    "flow",
    "follow_fixed_points",
    "homoclinic_onset",
    "homoclinic_points",
    "integrate",
    "load_report",
    "load_toml",
    "lyapunov_spectrum",
    "morse_consistency",
    "networks",
    "piecewise",
    "pulse_ends",
    "pulse_transitions",
    "report",
    "save_weights",
    "search",
    "steady_thresholds",
    "trace_manifold",
    "transition_graph",
    "verify",
    "write_graph",
]
