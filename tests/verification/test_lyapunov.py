"""Claims about Lyapunov functions and structure are checked from the texts, and false ones are caught."""

from __future__ import annotations

import functools
import json

import jsonschema
import pytest

import dynbench as db
from dynbench.errors import InputError
from dynbench.reporting.json import render_json, schema

SYSTEMS = {
    "damped": ({"x": "v", "v": "x - x^3 - d*v"}, {"d": 0.2}),
    "gradient": ({"x": "x - x^3 + y", "y": "x - 2*y"}, None),
    "Hopfield": ({"x": "-x + a*tanh(x) + w*tanh(y)", "y": "-y + w*tanh(x)"}, {"a": 2, "w": -0.5}),
    "scaled": ({"x": "-x + 2*tanh(y)", "y": "-3*y + tanh(x)"}, None),
    "competition": ({"x": "x*(1 - x - y/2)", "y": "y*(2 - y - 3*x/2)"}, None),
    "metric": ({"x": "-x + 3*y", "y": "-3*x - 2*y"}, None),
    "energy": ({"x": "v", "v": "x - x^3"}, None),
    "predator": ({"x": "x*(a - b*y)", "y": "y*(d*x - c)"}, {"a": 1, "b": 2, "c": 3, "d": 4}),
    "rigid body": ({"x": "y*z", "y": "-2*z*x", "z": "x*y"}, None),
}


@functools.cache
def text(name):
    equations, parameters = SYSTEMS[name]
    system = db.ODE(equations, parameters)
    return render_json(db.analyze(system, box=[(-3, 3)] * system.dimension))


def report_of(name):
    return json.loads(text(name))


def failed(report):
    return [check.claim for check in db.verify(report, precision=256).checks if check.outcome.value != "holds"]


@pytest.mark.parametrize("name", SYSTEMS)
def test_true_reports_hold(name):
    report = report_of(name)
    jsonschema.validate(report, schema())
    structured = name in ("energy", "predator", "rigid body")
    assert (report["structure"]["hamiltonian"] is not None) is structured
    assert bool(report["lyapunov_functions"]["found"]) is not structured
    assert failed(report) == [] or name == "rigid body"  # its continua leave other things open
    assert not [c for c in failed(report) if "Lyapunov" in c or "grad" in c or "proof" in c or c.startswith("S ")]


def expression(found):
    found["expression"] += " + x^2/1000"


def other_sign(found):
    found["expression"] = f"-({found['expression']})"


def stricter(found):
    found["kind"] = "strict Lyapunov function"


def conserved(found):
    found["kind"] = "conserved quantity"


def left(found):
    found["proof"]["identities"][0][0] += " + x/1000"


def right(found):
    found["proof"]["identities"][0][1] += " - x^2/1000"


def nothing(found):
    found["proof"]["identities"].clear()


def derivative(found):
    found["lie_derivative"] += " - x^2"


def opposite(found):
    found["assumptions"].append("-1 - x^2 > 0")


@pytest.mark.parametrize("change", [expression, other_sign, conserved, left, right, nothing, derivative, opposite])
@pytest.mark.parametrize("name", ["damped", "gradient", "Hopfield", "scaled", "competition", "metric"])
def test_a_changed_lyapunov_function_is_caught(name, change):
    report = report_of(name)
    change(report["lyapunov_functions"]["found"][0])
    try:
        assert failed(report)
    except InputError:
        return  # what cannot be read is refused


def test_a_function_that_is_not_strict_is_not_called_so():
    report = report_of("damped")
    (found,) = report["lyapunov_functions"]["found"]
    assert found["kind"] == "Lyapunov function"
    stricter(found)
    assert any("constant at fixed points only" in claim for claim in failed(report))


def test_a_function_that_rises_is_caught_whatever_else_fits():
    report = report_of("damped")
    (found,) = report["lyapunov_functions"]["found"]
    sides = found["proof"]["identities"][0]
    for holder, key in ((found, "expression"), (found, "lie_derivative"), (sides, 0), (sides, 1)):
        holder[key] = f"-({holder[key]})"
    claims = failed(report)
    assert any("is a Lyapunov function" in claim for claim in claims)
    assert not any("identity" in claim or "as stated" in claim for claim in claims)


def test_a_parameter_of_the_other_sign_is_caught():
    report = report_of("damped")
    report["system"]["parameters"]["d"] = "-1/5"
    report["system"]["given"]["d"] = -0.2
    assert any("is a Lyapunov function" in claim for claim in failed(report))


def test_a_cycle_is_not_excluded_without_proof():
    report = json.loads(
        render_json(db.analyze(db.ODE({"x": "u", "y": "v", "u": "-x - u", "v": "-y"}), box=[(-1, 1)] * 4))
    )
    (found,) = report["lyapunov_functions"]["found"]
    assert not [c for c in failed(report) if "cycle" in c]
    found["proof"]["conclusion"] += " so there is no periodic orbit."
    assert any("constant along no cycle" in claim for claim in failed(report))


def entry(structure):
    row = structure["matrix"][0]
    row[1] = f"{row[1]} + 1/1000"


def transposed(structure):
    structure["matrix"] = [list(column) for column in zip(*structure["matrix"], strict=True)]


def hamiltonian(structure):
    structure["hamiltonian"] += " + x^2/1000"


def kind(structure):
    structure["kind"] = "constant" if structure["kind"] == "Poisson" else "Poisson"


def canonical(structure):
    structure["pairs"] = [["v", "x"]] if structure["pairs"] else [["x", "y"]]


def casimir(structure):
    structure["casimirs"].append("x")


@pytest.mark.parametrize("change", [entry, transposed, hamiltonian, kind, canonical, casimir])
@pytest.mark.parametrize("name", ["energy", "predator", "rigid body"])
def test_a_changed_structure_is_caught(name, change):
    report = report_of(name)
    before = set(failed(report))
    change(report["structure"]["hamiltonian"])
    assert set(failed(report)) - before


def test_volume_that_is_not_preserved_is_caught():
    report = report_of("damped")
    assert report["structure"]["volume"] is None
    report["structure"]["volume"] = {"identities": [], "where": "", "conclusion": ""}
    assert "the flow preserves volume" in failed(report)
