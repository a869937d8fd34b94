"""False claims in reports whose words are rewritten to fit them: the numbers alone must give them away."""

from __future__ import annotations

import contextlib
import copy
import functools
import json
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp

import dynbench as db
from dynbench.errors import InputError
from dynbench.reporting.json import content_of, render_json
from dynbench.reporting.rebuild import analysis_of
from dynbench.verification import Outcome, verify
from dynbench.verification.irrational import algebraic_eigenvalues

Report = dict[str, Any]

SMALL: dict[str, Callable[[], Any]] = {
    "shift": lambda: db.ODE({"x": "1", "y": "-y"}),
    "focus": lambda: db.ODE({"x": "-x + y/10", "y": "-x/10 - y"}),
    "semi": lambda: db.ODE({"x": "(x^2 - 2)^2", "y": "-x*y"}),
    "line": lambda: db.ODE({"x": "x*(y - 1)", "y": "-x*y"}),
    "five": lambda: db.ODE({"a": "-a", "b": "-b + a*c", "c": "-2*c", "d": "-d", "e": "-3*e"}),
}


@functools.cache
def text_of(name: str) -> str:
    return json.dumps(json.loads(render_json(db.analyze(SMALL[name]()))))


@pytest.fixture
def small() -> Callable[[str], Report]:
    return lambda name: json.loads(text_of(name))


def failed(report: Report) -> list[str]:
    """What fails after the words were written again from the tampered numbers, where that can be done."""
    with contextlib.suppress(InputError):  # where it cannot be rebuilt the numbers are judged as they are
        report = json.loads(render_json(analysis_of(copy.deepcopy(report))))
    return [str(check) for check in verify(report, precision=256).failed]


def says(report: Report, text: str) -> bool:
    return any(text in line for line in failed(report))


def points_of(report: Report) -> list[dict[str, Any]]:
    return report["fixed_points"]["points"]


def conserved(expression: str, *assumptions: str) -> dict[str, Any]:
    return {
        "expression": expression,
        "kind": "conserved quantity",
        "method": "",
        "proof": {"identities": [], "where": "", "conclusion": ""},
        "assumptions": list(assumptions),
        "lie_derivative": "0",
    }


def make_incomplete(report: Report) -> None:
    report["fixed_points"].update(complete=False, algebraic=False, index_sum=None, expected_index_sum=None)
    report["settled"] = False


@pytest.mark.parametrize("name", SMALL)
def test_the_untouched_reports_hold(small, name):
    assert failed(small(name)) == []


# ---- conserved quantities


@pytest.mark.parametrize(
    "expression",
    ["7", "Piecewise((0, x < 0), (1, True))", "atan(x) + atan(1/x)", "atan(tan(x)) - x"],
)
def test_what_is_constant_in_pieces_is_not_conserved(small, expression):
    report = small("shift")
    report["invariants"]["found"].append(conserved(expression))
    assert says(report, "it is constant, at least in pieces")


@pytest.mark.parametrize(
    "expression",
    [
        "y*exp(x) + Piecewise((0, x < 0), (1, True))",
        "y*exp(x) + atan(tan(x)) - x",
        "y*exp(x) + atan(x) + atan(1/x)",
        "x + log(y)",
        "y*exp(x)*sqrt(y)/sqrt(y)*log(y)/log(y) + sqrt(y*exp(x))",
    ],
)
def test_a_conserved_quantity_with_jumps_or_holes_needs_an_assumption(small, expression):
    report = small("shift")
    report["invariants"]["found"].append(conserved(expression))
    assert says(report, "not established")
    assert says(report, "is defined and continuous where its assumptions hold")


@pytest.mark.parametrize("expression", ["sign(x)", "x/abs(x)", "Heaviside(x)", "y*exp(x) + sign(x)"])
def test_a_step_is_not_conserved(small, expression):
    report = small("shift")
    report["invariants"]["found"].append(conserved(expression))
    assert not verify(report, precision=256).holds
    assert failed(report)


def test_an_assumption_that_cannot_be_read_fails():
    report = json.loads(text_of("shift"))
    report["invariants"]["found"].append(conserved("x + log(y)", "y + ( > 0"))
    assert says(report, "is defined and continuous where its assumptions hold")


@pytest.mark.parametrize(
    ("expression", "assumptions"),
    [
        ("y*exp(x)", ()),
        ("x + log(y)", ("y > 0",)),
        ("x + log(2*y)", ("y > 0",)),
        ("exp(-x)/y", ("y != 0",)),
        ("sqrt(y)*exp(x/2)", ("y >= 0",)),
        ("y*exp(x)/(1 + x^2)*(1 + x^2)", ()),
    ],
)
def test_a_true_conserved_quantity_holds(small, expression, assumptions):
    report = small("shift")
    report["invariants"]["found"].append(conserved(expression, *assumptions))
    assert failed(report) == []


def test_assumptions_that_nothing_meets_do_not_help(small):
    report = small("shift")
    report["invariants"]["found"].append(conserved("x + log(y)", "y > 0", "-1 - y^2 > 0"))
    assert says(report, "no state that meets the assumptions")


def test_lotka_volterra_needs_its_assumptions(report_of):
    report = report_of("lotka-volterra")
    report["invariants"]["found"][0]["assumptions"] = []
    assert says(report, "may be 0 or negative")


def test_an_indicator_of_a_set_without_interior_is_no_invariant_of_a_map(report_of):
    report = report_of("henon")
    report["invariants"]["found"].append(conserved("Piecewise((1, Eq(x, 0)), (0, True))"))
    assert failed(report)


# ---- regions and completeness


def test_a_region_without_boxes_fails(report_of):
    report = report_of("jang")
    points_of(report).clear()
    report["fixed_points"].update(index_sum=None, expected_index_sum=None, region=[])
    report["graph"].update(nodes=[], edges=[])
    report.update(manifolds=[], cover=None)
    assert says(report, "the region searched is made of boxes")


def test_what_is_not_complete_says_that_nothing_is_proved_of_the_rest(report_of):
    checks = verify(report_of("double root"), precision=256)
    assert any("nothing is proved about the rest of the region" in check.detail for check in checks)
    assert checks.holds


# ---- eigenvalues and kinds


def test_a_focus_is_not_called_a_node(small):
    report = small("focus")
    point = points_of(report)[0]
    point["certificate"].update(eigenvalue_radii=[0.2, 0.2], nonreal=[False, False], resolved=False)
    point["kind"] = "stable node"
    for node in report["graph"]["nodes"]:
        node["kind"] = "stable node"
    assert says(report, "whether orbits turn around it")


def test_an_eigenvalue_zero_at_an_irrational_point_is_not_stable(small):
    report = small("semi")
    points_of(report)[1].update(stability=[2, 0, 0], kind="stable node")
    for node in report["graph"]["nodes"]:
        if node["id"] == 1:
            node.update(kind="stable node", unstable=0)
    assert says(report, "stability (2, 0, 0) (it is (1, 1, 0))")


def test_counts_without_exact_coordinates_are_those_of_the_stated_eigenvalues(small):
    report = small("semi")
    points_of(report)[1].update(stability=[2, 0, 0], kind="stable node", exact=None, eigenvalues=[[0, 0], [-1.414, 0]])
    assert says(report, "by its eigenvalues there are fewer")


_ROOT = sp.sqrt(2)


@pytest.mark.parametrize(
    ("rows", "is_map", "counts"),
    [
        ([[0, _ROOT], [-_ROOT, 0]], False, (0, 2, 0)),
        ([[_ROOT, 1], [2, _ROOT]], False, (0, 1, 1)),
        ([[-_ROOT, 1], [1, -_ROOT]], False, (2, 0, 0)),
        ([[_ROOT / 2, -_ROOT / 2], [_ROOT / 2, _ROOT / 2]], True, (0, 2, 0)),
        ([[1, 0], [0, _ROOT]], True, (0, 1, 1)),
        ([[0, _ROOT, 0], [-_ROOT, 0, 0], [0, 0, -_ROOT]], False, None),
    ],
)
def test_exact_zero_tests_count_what_lies_on_the_axis(rows, is_map, counts):
    found = algebraic_eigenvalues(sp.Matrix(rows), is_map=is_map)
    assert found is not None
    assert found.stability() == counts


# ---- points that are said to have converged


def moved(report: Report, **changes: Any) -> Report:
    point = points_of(report)[0]
    point.update(x=[2.0], status="converged", certificate=None, exact=None, kind="unstable node", stability=[0, 0, 1])
    point.update(residual=4.0, eigenvalues=[[8.0, 0.0]])
    point.update(changes)
    report["graph"].update(nodes=[], edges=[])
    report["fixed_points"].update(index_sum=None, expected_index_sum=None)
    return report


def test_a_residual_of_four_is_not_converged(report_of):
    assert says(moved(report_of("double root")), "its residual is 4")


def test_a_point_without_residual_has_not_converged(report_of):
    assert says(moved(report_of("double root"), residual=None), "it states no residual")


def test_a_point_without_eigenvalues_has_no_kind(report_of):
    report = moved(report_of("double root"), x=[0.0], residual=0.0, eigenvalues=[[None, None]])
    assert says(report, "without eigenvalues nothing is said of its kind")


def test_a_point_that_is_shown_to_be_none_has_not_converged(report_of):
    # The residual at 1e-5 is 1e-10, and the only zero nearby is 0.
    report = moved(report_of("double root"), x=[1e-5], residual=9.9999e-11, eigenvalues=[[-2e-5, 0.0]])
    assert says(report, "none lies within 1e-06")


# ---- continua


def test_a_continuum_that_is_none_is_caught(report_of):
    report = report_of("jang")
    make_incomplete(report)
    report["fixed_points"]["continua"] = [{"equations": ["x - 5"], "dimension": 1, "proved_real": True}]
    assert says(report, "with x - 5 = 0 is a fixed point")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"equations": ["x + y"]}, "with x + y = 0 is a fixed point"),
        ({"dimension": 2}, "of dimension 2 (it is 1)"),
        ({"equations": ["x", "y^2 + 1"], "dimension": 0}, "it has real points"),
    ],
)
def test_a_continuum_is_checked(small, change, line):
    report = small("line")
    report["fixed_points"]["continua"][0].update(change)
    assert says(report, line)


# ---- symmetries, derivatives, declaration


@pytest.mark.parametrize(
    ("matrix", "description", "line"),
    [
        ([["2", "0"], ["0", "2"]], "(x, y) -> (x, -y), reversible", "no signed permutation"),
        ([["2", "0"], ["0", "2"]], "None", "no signed permutation"),
        ([["1", "0"], ["0", "1"]], "(x, y) -> (x, y)", "S is not the identity"),
        ([["-1", "0"], ["0", "-1"]], "(x, y) -> (x, -y)", "S as stated"),
        ([["0", "0"], ["0", "0"]], "(x, y) -> (0, 0)", "no signed permutation"),
    ],
)
def test_a_symmetry_is_what_it_is_said_to_be(small, matrix, description, line):
    report = small("focus")
    report["symmetries"].append({"matrix": matrix, "description": description, "proof": ""})
    assert says(report, line)


def test_coefficients_that_are_not_rational_do_not_crash(report_of):
    report = report_of("jang")
    report["system"]["equations"]["x"] = "(1 - x^2)*y*sqrt(2)"
    report["fixed_points"].update(algebraic=True, region=None)
    checks = verify(report, precision=256)
    assert any(c.outcome is Outcome.NOT_ESTABLISHED and "rational coefficients" in c.detail for c in checks)


def test_stability_conditions_of_degree_five_are_not_taken_on_trust(small):
    report = small("five")
    report["derived"].update(
        reason="of order 5",
        characteristic_polynomial=["1", *(f"a_{k}" for k in range(1, 6))],
        stability_conditions=["a_1", "a_3"],
    )
    line = "not established: the stability conditions as stated (they are known here up to degree 4)"
    assert line in [str(check) for check in verify(report, precision=256)]


def test_a_parameter_that_was_given_otherwise_is_caught(report_of):
    report = report_of("henon")
    report["system"]["given"]["a"] = 3.0
    assert says(report, "the parameters have the values given (not a)")


# ---- the graph


@pytest.mark.parametrize("how", ["blow-up", "recurrence", "undecided", "Attraction Ball (proved)"])
def test_how_a_limit_is_told_fits_it(report_of, how):
    report = report_of("jang")
    report["graph"]["edges"][0]["how"] = how
    assert says(report, "its limit is told by")


def test_an_orbit_that_went_far_is_not_known_to_go_to_infinity(report_of):
    report = report_of("lotka-volterra")
    (node,) = [node for node in report["graph"]["nodes"] if node["kind"] == "undecided"]
    node["kind"] = "infinity"
    for edge in report["graph"]["edges"]:
        edge["identified"] = True
    assert says(report, "its limit is told by 'far'")


def test_no_edge_leaves_an_attractor(report_of):
    report = report_of("jang")
    report["graph"]["edges"][0]["source"] = 0
    assert says(report, "along an unstable direction")


def test_an_edge_starts_near_its_source(report_of):
    report = report_of("jang")
    edge = report["graph"]["edges"][0]
    edge["path"] = [[50.0, 50.0], *edge["path"][-1:]]
    assert says(report, "along an unstable direction")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"status": "certified"}, "its cycle has converged, not more"),
        ({"stability": [0, 0, 1], "kind": "unstable cycle"}, "are those of its multipliers"),
        ({"kind": "unstable cycle"}, "a stable cycle"),
        ({"stability": [2, 0, 0]}, "are those of its multipliers"),
        ({"period": -1.0}, "a period and the states of its cycle"),
        ({"points": []}, "a period and the states of its cycle"),
        ({"residual": 1e-3}, "its residual is that of a cycle that has converged"),
        ({"period": 6.664}, "takes its states one to the next"),
        ({"multipliers": [[1.0, 0.0], [0.01, 0.0]]}, "its multipliers, from the equations along it"),
    ],
)
def test_a_cycle_does_not_contradict_itself(report_of, change, line):
    report = report_of("van der pol")
    (node,) = [node for node in report["graph"]["nodes"] if node["cycle"] is not None]
    node["cycle"].update(change)
    assert says(report, line)


def test_the_flow_takes_the_states_of_a_cycle_one_to_the_next(report_of):
    report = report_of("van der pol")
    (node,) = [node for node in report["graph"]["nodes"] if node["cycle"] is not None]
    node["cycle"]["points"][70][1] += 1e-3
    assert says(report, "takes its states one to the next")
    node["cycle"]["points"] = [[1e300, 1e300], [0.0, 0.0]]  # nothing can be said of what is not resolved
    assert not says(report, "takes its states one to the next")


def test_the_words_follow_the_numbers(small):
    """The harness itself: rewriting an untouched report changes nothing."""
    report = small("focus")
    assert json.loads(json.dumps(content_of(analysis_of(report)))) == report
