"""dynbench: declare a dynamical system once, symbolically; find, prove, classify, connect and write up.

>>> import dynbench as db
>>> jang = db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"})
>>> points = db.find_fixed_points(jang, box={"x": (-3, 3), "y": (-3, 3)})
>>> [point.kind.value for point in points], points.complete
(['stable node', 'saddle', 'stable node'], True)
"""

from dynbench import errors, networks
from dynbench._version import __version__
from dynbench.analysis import Analysis, analyze
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
from dynbench.flow import Trajectory, integrate
from dynbench.models import load_toml
from dynbench.networks import RNN, EchoStateNetwork
from dynbench.reporting import report
from dynbench.systems import ODE, LowRank, Map, System
from dynbench.transitions import attractor_transitions, transition_graph

__all__ = [
    "ODE",
    "RNN",
    "Analysis",
    "Certificate",
    "EchoStateNetwork",
    "FixedPoint",
    "FixedPoints",
    "Kind",
    "LowRank",
    "Map",
    "Status",
    "System",
    "Trajectory",
    "Verdict",
    "__version__",
    "analyze",
    "attractor_transitions",
    "certify",
    "errors",
    "find_fixed_points",
    "integrate",
    "load_toml",
    "networks",
    "report",
    "search",
    "transition_graph",
]
