"""The methods behind a report, with their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynbench.fixed_points import Status
from dynbench.reporting.cycles import met_cycles
from dynbench.reporting.piecewise import reported_form

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["references"]

_KRAWCZYK = (
    "Existence and uniqueness: R. Krawczyk, Newton-Algorithmen zur Bestimmung von Nullstellen mit "
    "Fehlerschranken, Computing 4 (1969) 187\u2013201."
)
_ARB = (
    "Ball arithmetic: F. Johansson, Arb: efficient arbitrary-precision midpoint-radius interval "
    "arithmetic, IEEE Transactions on Computers 66 (2017) 1281\u20131292."
)
_EIGENVALUES = (
    "Enclosures of eigenvalues: S. M. Rump, Computational error bounds for multiple or nearly multiple "
    "eigenvalues, Linear Algebra and its Applications 324 (2001) 209\u2013226."
)
_COMPLETE = "Complete search: R. E. Moore, R. B. Kearfott, M. J. Cloud, Introduction to Interval Analysis, SIAM (2009)."
_POLYNOMIAL = (
    "Polynomial systems: J. C. Faug\u00e8re, P. Gianni, D. Lazard, T. Mora, Efficient computation of "
    "zero-dimensional Gr\u00f6bner bases by change of ordering, Journal of Symbolic Computation 16 (1993) "
    "329\u2013344."
)
_SPEED = (
    "Speed and slow points: D. Sussillo, O. Barak, Opening the black box: low-dimensional dynamics in "
    "high-dimensional recurrent neural networks, Neural Computation 25 (2013) 626\u2013649."
)
_HURWITZ = "Stability conditions: F. R. Gantmacher, The Theory of Matrices, vol. 2, Chelsea (1959), chapter XV."
_JURY = (
    "Stability conditions: E. I. Jury, Theory and Application of the z-Transform Method, Wiley (1964), "
    "chapter 3; R. W. Farebrother, Simplified Samuelson conditions for cubic and quartic equations, The "
    "Manchester School 41 (1973) 396\u2013400."
)
_INTEGRATION = (
    "Integration: E. Hairer, S. P. N\u00f8rsett, G. Wanner, Solving Ordinary Differential Equations I, "
    "2nd ed., Springer (1993) (DOP853)."
)
_INDEX = (
    "Index sums: J. W. Milnor, Topology from the Differentiable Viewpoint, University Press of Virginia "
    "(1965) (Poincar\u00e9\u2013Hopf)."
)
_INDEX_MAP = "Index sums: A. Granas, J. Dugundji, Fixed Point Theory, Springer (2003) (Lefschetz)."
_SYMMETRY = "Symmetries: M. Golubitsky, I. Stewart, The Symmetry Perspective, Birkh\u00e4user (2002)."
_INVARIANTS = (
    "Conserved quantities: A. Goriely, Integrability and Nonintegrability of Dynamical Systems, World Scientific "
    "(2001), chapter 2."
)
_STRUCTURE = (
    "Hamiltonian and Poisson structure: P. J. Olver, Applications of Lie Groups to Differential Equations, 2nd ed., "
    "Springer (1993), chapters 6 and 7."
)
_LYAPUNOV = (
    "Lyapunov functions: H. K. Khalil, Nonlinear Systems, 3rd ed., Prentice Hall (2002), chapter 4; M. A. Cohen, "
    "S. Grossberg, Absolute stability of global pattern formation and parallel memory storage by competitive neural "
    "networks, IEEE Transactions on Systems, Man, and Cybernetics 13 (1983) 815\u2013826."
)
_BASINS = (
    "Ellipsoids in basins: H. K. Khalil, Nonlinear Systems, 3rd ed., Prentice Hall (2002), section 8.2 (quadratic "
    "Lyapunov functions)."
)
_CYCLES = (
    "Cycles: T. S. Parker, L. O. Chua, Practical Numerical Algorithms for Chaotic Systems, Springer (1989), chapter 5 "
    "(Newton\u2019s method on a Poincar\u00e9 section)."
)
_MANIFOLDS = (
    "Invariant manifolds: B. Krauskopf, H. M. Osinga et al., A survey of methods for computing (un)stable manifolds of "
    "vector fields, International Journal of Bifurcation and Chaos 15 (2005) 763\u2013791."
)
_PIECEWISE_CYCLES = (
    "Cycles of piecewise-linear maps: Z. Monfared, D. Durstewitz, Existence of n-cycles and border-collision "
    "bifurcations in piecewise-linear continuous maps with applications to recurrent neural networks, Nonlinear "
    "Dynamics 101 (2020) 1037\u20131052."
)
_EISENMANN = (
    "Manifolds of piecewise-linear networks: L. Eisenmann, A. Br\u00e4ndle, Z. Monfared, D. Durstewitz, Detecting "
    "invariant manifolds in ReLU-based RNNs, arXiv:2510.03814 (2025)."
)
_HOMOCLINIC = (
    "Homoclinic points and chaos: S. Smale, Diffeomorphisms with many periodic points, in: Differential and "
    "Combinatorial Topology, Princeton University Press (1965); A. Katok, B. Hasselblatt, Introduction to the Modern "
    "Theory of Dynamical Systems, Cambridge University Press (1995), theorem 6.5.5."
)
_INVERTIBLE = (
    "Invertibility of piecewise-linear maps: H. Samelson, R. M. Thrall, O. Wesler, A partition theorem for Euclidean "
    "n-space, Proceedings of the American Mathematical Society 9 (1958) 805\u2013807."
)
_CONNECTIONS = (
    "Connections between saddles: S. Smale, On gradient dynamical systems, Annals of Mathematics 74 (1961) "
    "199\u2013206."
)
_MORSE = (
    "Consistency of the transition graph: J. Palis, W. de Melo, Geometric Theory of Dynamical Systems, Springer (1982)."
)
_LAYERS = (
    "Layout of the transition graph: K. Sugiyama, S. Tagawa, M. Toda, Methods for visual understanding of hierarchical "
    "system structures, IEEE Transactions on Systems, Man, and Cybernetics 11 (1981) 109\u2013125."
)


def references(analysis: Analysis) -> tuple[str, ...]:
    """The sources of the methods that this analysis used, in the order in which the report meets them."""
    points, flow = analysis.fixed_points, analysis.system.kind == "flow"
    strategies = " ".join(points.strategies)
    nodes = [data for _, data in analysis.graph.nodes(data=True)]
    edges = [data for *_, data in analysis.graph.edges(data=True)]
    used = {
        _SPEED: True,
        (_HURWITZ if flow else _JURY): analysis.system.dimension <= 4,
        _INVARIANTS: bool(analysis.invariants),
        _STRUCTURE: analysis.hamiltonian is not None,
        _LYAPUNOV: bool(analysis.lyapunov_functions),
        _SYMMETRY: bool(analysis.symmetries),
        _COMPLETE: "Complete" in strategies,
        _POLYNOMIAL: "Polynomial" in strategies,
        _KRAWCZYK: bool(points.certified),
        _ARB: any(p.certificate is not None for p in points),
        _EIGENVALUES: any(p.status is Status.CERTIFIED for p in points),
        (_INDEX if flow else _INDEX_MAP): points.expected_index_sum is not None,
        _INVERTIBLE: not flow and reported_form(analysis.system) is not None,
        _PIECEWISE_CYCLES: analysis.cycles is not None,
        _EISENMANN: any(m.exact for m in analysis.manifolds),
        _HOMOCLINIC: any(p.proof is not None for p in analysis.homoclinic),
        _MANIFOLDS: any(not m.exact for m in analysis.manifolds),
        _CYCLES: bool(met_cycles(analysis)),
        _INTEGRATION: flow and bool(edges),
        _BASINS: any(data["attraction"] is not None for data in nodes),
        _CONNECTIONS: any(data["how"] == "connection" for data in edges),
        _MORSE: bool(nodes),
        _LAYERS: bool(edges),
    }
    return tuple(reference for reference, wanted in used.items() if wanted)
