"""Symmetries in a report: checked again, and every false claim about them is found."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import dynbench as db
from dynbench.reporting.json import content_of
from dynbench.verification.records import Outcome
from dynbench.verification.symmetries import description_of


@pytest.fixture(scope="module")
def quartic():
    system = db.ODE({"x": "v", "v": "-x^3"}, name="quartic oscillator")
    return content_of(db.analyze(system, box=[[-2, 2]] * 2))


@pytest.fixture(scope="module")
def cubic():
    return content_of(db.analyze(db.ODE({"x": "x - x^3"}), box=[[-2, 2]]))


@pytest.fixture(scope="module")
def ring():
    n = 12
    weights = np.zeros((n, n))
    for i in range(n):
        weights[i, [i, (i + 1) % n, i - 1]] = 0.5, 0.3, 0.1
    system = db.RNN(weights)
    return content_of(db.analyze(system, search=db.search.NewtonStarts(np.zeros((1, n))))), {
        "W": weights,
        "b": np.zeros(n),
    }


def failures(report, weights=None):
    return [c.claim for c in db.verify(report, weights=weights).checks if c.outcome is not Outcome.HOLDS]


def test_true_claims_hold(quartic, cubic, ring):
    assert failures(quartic) == []
    assert failures(cubic) == []
    assert failures(*ring) == []
    assert quartic["scalings"][0]["weights"] == [1, 2]
    assert quartic["reversing_symmetries"]["order"] == "2"
    assert cubic["symmetry_group"]["order"] == "2"
    assert ring[0]["symmetry_group"]["order"] == "24"


def changed(report, change):
    report = copy.deepcopy(report)
    change(report)
    return report


def turn(entry):
    """Turn the sign of the first component, everywhere where it is stated."""
    entry["images"][0] *= -1
    if entry["matrix"] is not None:
        entry["matrix"][0] = [
            e if e == "0" else e.removeprefix("-") if e[0] == "-" else f"-{e}" for e in entry["matrix"][0]
        ]


@pytest.mark.parametrize(
    "change",
    [
        lambda r: turn(r["symmetries"][0]),
        lambda r: r["symmetries"][0].update(images=[2]),
        lambda r: r["symmetries"][0].update(description="(x) -> (x)"),
        lambda r: r["symmetry_group"].update(order="8"),
        lambda r: r["symmetry_group"].update(generators=[]),
        lambda r: r["symmetry_group"].update(generators=[17]),
        lambda r: r["reversing_symmetries"]["found"].append(r["symmetries"][0]),
        lambda r: r["reversing_symmetries"].update(order="3"),
        lambda r: r["scalings"].append({"weights": [1], "degree": 0, "description": "s", "proof": ""}),
        lambda r: r["scalings"].append({"weights": [0], "degree": 0, "description": "s", "proof": ""}),
        lambda r: r["symmetry_orbits"][0]["points"].pop(),
        lambda r: r["symmetry_orbits"][0].update(complete=False),
        lambda r: r["symmetry_orbits"][0].update(isotropy_order="7"),
        lambda r: r["symmetry_orbits"][0].update(isotropy_order="\u00b2"),
        lambda r: r["symmetry_orbits"][0].update(isotropy_order="9" * 5000),
        lambda r: r["symmetry_orbits"].append(
            {"points": [r["symmetry_orbits"][0]["points"].pop()], "complete": True, "isotropy_order": None}
        ),
    ],
)
def test_false_claims_are_found(cubic, change):
    assert failures(changed(cubic, change))


@pytest.mark.parametrize("key", ["weights", "degree", "description"])
def test_a_false_exponent_is_found(quartic, key):
    def change(r):
        if key == "description":
            written = r["scalings"][0]
            written[key] = written[key].replace("s*", "s**7*", 1)
            return
        r["scalings"][0][key] = [1, 3] if key == "weights" else 2

    assert any(claim.startswith("scaling") for claim in failures(changed(quartic, change)))


def test_a_reversing_symmetry_is_no_symmetry(quartic):
    def change(r):
        r["symmetries"] += r["reversing_symmetries"]["found"]

    assert any(claim.startswith("symmetry") for claim in failures(changed(quartic, change)))


def test_false_claims_about_many_states_are_found(ring):
    report, weights = ring

    def exchange(r):
        images = r["symmetries"][0]["images"]
        images[0], images[1] = images[1], images[0]

    assert failures(changed(report, exchange), weights)
    assert failures(changed(report, lambda r: turn(r["symmetries"][0])), weights)
    assert failures(changed(report, lambda r: r["symmetry_group"].update(order="48")), weights)


def test_descriptions():
    assert description_of(["x", "y"], (-2, 1)) == "(x, y) -> (-y, x)"
    names = [f"x{i}" for i in range(40)]
    assert description_of(names, tuple(-i for i in range(1, 41))) == "x -> -x"
    swapped = (2, 1, *range(3, 41))
    assert description_of(names, swapped) == "x0 -> x1, x1 -> x0; other states stay"
