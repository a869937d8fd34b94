"""All claims about a system in matrix form of many states."""

from __future__ import annotations

from dynbench.verification.claims import read_point
from dynbench.verification.completeness import check_indices
from dynbench.verification.consistency import check_interrupted, check_manifolds, check_settled, without_slow_points
from dynbench.verification.document import Field
from dynbench.verification.graph import check_graph
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.invariants import check_matrix_invariants
from dynbench.verification.matrices.nearly import check_matrix_nearly
from dynbench.verification.matrices.points import check_large_points, check_large_slow_points
from dynbench.verification.matrices.symmetries import check_move
from dynbench.verification.matrices.system import MatrixSystem
from dynbench.verification.matrices.whole import check_large_completeness, large_degree
from dynbench.verification.piecewise import check_piecewise
from dynbench.verification.records import Outcome
from dynbench.verification.symmetries import check_group, check_orbits

__all__ = ["check_many"]


def check_many(system: MatrixSystem, report: Field, ledger: Ledger) -> None:
    """Check points, slow points, the list as a whole, the graph and the manifolds."""
    n, listed = system.dimension, report["fixed_points"]
    for what in ("invariants", "lyapunov_functions"):
        check_matrix_invariants(system, report[what], ledger)
    nearly = check_matrix_nearly(system, report["invariants"], ledger)
    stated = len(nearly) == len(report["invariants"]["nearly"].items())
    ledger.require("what is nearly conserved is stated of the column of states", stated, "it is not")
    for what in ("hamiltonian", "volume"):
        if report["structure"].get(what) is not None:
            ledger.add(f"structure ({what}) as stated", Outcome.NOT_ESTABLISHED, "it is not checked for so many states")
    points = [read_point(f, n) for f in listed["points"].items()]
    generators = check_group(
        report, system.names, system.is_map, lambda images, sign: check_move(system, images, sign), ledger
    )
    check_orbits(report, generators, points, ledger)
    real = without_slow_points(points)
    proved = check_large_points(system, points, ledger)
    slow = [(f"point {k}", p) for k, p in enumerate(points) if p.status == "slow point"]
    slow += [(f"slow point {k}", read_point(f, n)) for k, f in enumerate(report["slow_points"].items())]
    check_large_slow_points(system, slow, [p.root for p in proved if p.root is not None], ledger)
    known = len(real) if all(p.root is not None for p in proved[: len(real)]) else 0
    complete = check_large_completeness(system, listed, known, ledger)
    check_indices(report, real, proved[: len(real)], complete, lambda f: large_degree(system, f), ledger)
    if listed["continua"].items():
        ledger.add("continua as stated", Outcome.NOT_ESTABLISHED, "they are not checked for so many states")
    checked = check_piecewise(system, report, proved, ledger)
    check_graph(system, report["graph"], points, proved, ledger, checked)
    check_manifolds(report, n, points, ledger, checked)
    check_settled(report, real, ledger)
    check_interrupted(report, ledger)
