"""False claims about cycles and homoclinic orbits, with all words rewritten to fit them: the numbers give them away."""

from __future__ import annotations

import contextlib
import copy
import json

import numpy as np
import pytest

import dynbench as db
from dynbench.errors import DynbenchError, InputError
from dynbench.reporting.json import render_json
from dynbench.reporting.rebuild import analysis_of
from dynbench.verification import Outcome, verify

WEIGHTS = {"A": np.diag([0.9, 0.8]), "W": np.array([[0, -0.4], [-0.6, 0]]), "h": np.array([1, 0.7])}


def checked(report, weights=None):
    """What is said of a report after its words were written again from the tampered numbers, where that can be done."""
    with contextlib.suppress(DynbenchError):
        report = json.loads(render_json(analysis_of(copy.deepcopy(report), weights=weights)))
    return verify(report, weights=weights, precision=256)


def failed(report, text):
    return [str(check) for check in checked(report).failed if text in check.claim]


@pytest.mark.parametrize("name", ["lozi", "stable", "nested", "continuum", "surface"])
def test_untouched_reports_hold(report_of, name):
    assert [str(check) for check in checked(report_of(name)).failed] == []


def test_a_report_on_a_network_holds_with_its_weights(report_of):
    found = checked(report_of("network"), WEIGHTS)
    assert found.holds
    assert any("there are no others of period 3" in check.claim for check in found)


def test_a_report_on_nested_absolute_values_holds():
    """Its equation was once written as ||x||/6 and read as |x|/6."""
    report = json.loads(render_json(db.analyze(db.Map({"x": "x/2 + Abs(Abs(x/3))/2"}), box=[(-3, 3)])))
    assert report["system"]["equations"] == {"x": "x/2 + Abs(x)/6"}
    assert verify(report, precision=128).holds


# ---- cycles


def cycle(report, period):
    return next(c for c in report["cycles"]["cycles"] if c["period"] == period)


def test_cycles_have_the_numbers_of_their_nodes(report_of):
    report = report_of("lozi")
    cycle(report, 2)["number"] = 3
    assert [c for c in verify(report).failed if c.claim == "cycles are numbered in order, after the points"]
    report = report_of("lozi")
    node = next(n for n in report["graph"]["nodes"] if isinstance(n["cycle"], int))
    node["cycle"] += 1
    assert any("cycles have these numbers in the graph" in check.claim for check in verify(report).failed)


def test_another_exact_state_is_no_cycle(report_of):
    report = report_of("lozi")
    cycle(report, 4)["exact"][0][0] = "1/3"
    assert failed(report, "a cycle of period 4, in rational numbers")


def test_other_doubles_are_not_its_states(report_of):
    report = report_of("lozi")
    cycle(report, 4)["points"][1][0] += 1e-9
    assert failed(report, "its states are those, rounded")


def test_a_cycle_of_half_the_period_is_told(report_of):
    report = report_of("lozi")
    two = cycle(report, 2)
    doubled = copy.deepcopy(two)
    doubled.update(period=4, points=2 * two["points"], exact=2 * two["exact"], word=f"{two['word']} {two['word']}")
    report["cycles"]["cycles"][report["cycles"]["cycles"].index(cycle(report, 4))] = doubled
    (line,) = failed(report, "a cycle of period 4, in rational numbers")
    assert "smallest period is 2" in line


def test_another_word_is_told(report_of):
    report = report_of("lozi")
    cycle(report, 4)["word"] = "1 1 0 0"
    assert failed(report, "its word is that of its states")


def test_a_multiplier_and_its_count_are_told(report_of):
    report = report_of("lozi")
    cycle(report, 2)["multipliers"][0][0] *= 1.001
    assert failed(report, "its multipliers")
    report = report_of("lozi")
    cycle(report, 2).update(stability=[2, 0, 0], kind="stable cycle", character="node")
    assert failed(report, "a stable cycle")
    report = report_of("lozi")
    cycle(report, 2)["character"] = "saddle"
    (line,) = failed(report, "a saddle")
    assert "flip saddle" in line


def test_a_cycle_left_out_makes_the_list_incomplete(report_of):
    report = report_of("lozi")
    report["cycles"]["cycles"] = [c for c in report["cycles"]["cycles"] if c["period"] != 6]
    report["cycles"]["periods"][5]["cycles"] = 0
    (line,) = failed(report, "there are no others of period 6")
    assert line.startswith("fails")
    assert "4 are missing" in line


def test_a_cycle_listed_twice_is_told(report_of):
    report = report_of("stable")
    report["cycles"]["cycles"].append(copy.deepcopy(cycle(report, 2)))
    assert failed(report, "cycles proved are different")


def test_completeness_beyond_the_budget_is_not_established(report_of):
    report = report_of("lozi")
    report["cycles"]["periods"].append({"period": 40, "cycles": 0, "complete": True, "argument": "so it is said"})
    (line,) = failed(report, "there are no others of period 40")
    assert line.startswith("not established")
    assert "2^40 words" in line


def test_a_region_in_which_a_cycle_does_not_lie(report_of):
    report = report_of("stable")
    report["cycles"]["region"] = [[0.0, 1.0]]
    assert failed(report, "those of period 2 listed are there")


def test_a_converged_cycle_may_claim_nothing(report_of):
    report = report_of("stable")
    cycle(report, 2)["status"] = "converged"
    assert failed(report, "nothing else is claimed")


def test_an_interrupted_search_leaves_something_open(report_of):
    report = report_of("stable")
    report["cycles"]["interrupted"] = True
    assert any("makes an interrupted analysis" in c.claim for c in verify(report, precision=128).failed)
    report["interrupted"] = True
    found = [c.claim for c in verify(report, precision=128).failed]
    assert "an interrupted search left a period open" in found
    assert not any("makes an interrupted analysis" in claim for claim in found)


def test_a_continuum_needs_its_word(report_of):
    report = report_of("continuum")
    assert report["cycles"]["continua"]
    report["cycles"]["continua"][0]["word"] = "0 0"
    assert failed(report, "a continuum of states of period 2")
    report = report_of("continuum")
    report["cycles"]["continua"][0]["through"][0][0] -= 1e-6
    report["cycles"]["continua"][0]["through"][1][0] += 1e-6
    assert failed(report, "its states lie in it")


BORDER = {"x": "x/2 + Max(x, 0)/4", "y": "y"}
DEEP = {**BORDER, "z": "z"}


@pytest.mark.parametrize("equations", [BORDER, DEEP])
def test_a_continuum_has_no_smaller_period(equations):
    text = render_json(db.analyze(db.Map(equations), box=[(-2, 2)] * len(equations), periods=2))
    checks = verify(json.loads(text), precision=128)
    assert [c.outcome for c in checks if c.claim.startswith("there are no others of period 2")] == [Outcome.HOLDS]
    for period, word in (2, "1 1"), (2, "1 0"), (60, " ".join("1" * 60)):
        report = json.loads(text)
        report["cycles"]["continua"].append(dict(report["cycles"]["continua"][0], period=period, word=word))
        assert failed(report, f"a continuum of states of period {period}")


def test_a_state_beside_a_continuum_or_beyond_its_end_is_told():
    segments = render_json(db.analyze(db.Map({"x": "-x + relu(x - 5)", "y": "y/2"}), box=[(-9, 9)] * 2, periods=2))
    assert not verify(json.loads(segments), precision=128).failed
    for change in [6.0, 0.0], [1.0, 1e-9]:
        report = json.loads(segments)
        report["cycles"]["continua"][0]["through"][0] = change
        assert failed(report, "its states lie in it")


def test_absurd_periods_are_refused_or_left_open(report_of):
    report = report_of("stable")
    report["cycles"]["periods"][0]["period"] = 0
    with pytest.raises(InputError, match=r"cycles.periods\[0\].period is 0; expected at least 1"):
        verify(report, precision=128)
    report["cycles"]["periods"][0].update(period=10**15, cycles=0)
    assert any(f"no others of period {10**15}" in c.claim for c in verify(report, precision=128).failed)


def test_a_period_is_listed_once(report_of):
    report = report_of("stable")
    report["cycles"]["periods"].append(dict(report["cycles"]["periods"][0]))
    assert "each period is listed once" in [c.claim for c in verify(report, precision=128).failed]


def test_an_edge_may_start_nearer_to_a_cycle_that_it_does_not_leave():
    """Two states of the cycles of period 2 and 6 are 0.0004 apart, and orbits start 0.001 from what they leave."""
    system = db.Map({"x": "4*x/5 + 3*Abs(3*x - 2/5) - 2"})
    report = json.loads(render_json(db.analyze(system, box=[(-3, 3)], periods=6)))
    assert [str(check) for check in verify(report, precision=128).failed] == []
    edge = next(edge for edge in report["graph"]["edges"] if edge["source"] == 2)
    edge["path"][0][0] += 0.01
    assert failed(report, "its orbit leaves cycle 2 along an unstable direction")


# ---- form


def test_another_form_is_told(report_of):
    report = report_of("lozi")
    report["piecewise"]["form"]["W1"][0][0] = "3"
    assert any(c.outcome is Outcome.FAILS and "piecewise-linear form" in c.claim for c in verify(report).failed)


@pytest.mark.parametrize("text", ["1/0", "1/\u0660", "\u00b2", "1/0_1", "1e3", " 1", "9" * 5000, "1/" + "7" * 5000, ""])
def test_what_is_no_rational_number_is_refused(report_of, text):
    report = report_of("nested")
    report["piecewise"]["form"]["h2"][1] = text
    with pytest.raises(InputError, match=r"piecewise.form.h2\[1\] is '.*; expected a rational number, p or p/q"):
        verify(report, precision=128)


def shallow(dimension):
    """A shallow map of which one pattern has another sign, and no region; for 3 states times x -> x/2."""
    rng = np.random.default_rng(70)
    A, W1, W2, h1, h2 = (rng.integers(-8, 9, shape) / 8 for shape in (2, (2, 3), (3, 2), 2, 3))
    if dimension == 3:
        A, W1, W2, h1 = np.append(A, 0.5), np.vstack([W1, np.zeros(3)]), np.hstack([W2, np.zeros((3, 1))]), [*h1, 0]
    system = db.PLRNN.shallow(A, W1, W2, h1, h2)
    report = json.loads(render_json(db.analyze(system, box=[(-5, 5)] * dimension, periods=0)))
    weights = {"A": np.diag(A), "W_1": W1, "W_2": W2, "h_1": np.array(h1), "h_2": h2}
    return report, weights


@pytest.mark.parametrize(("dimension", "outcome"), [(2, Outcome.HOLDS), (3, Outcome.NOT_ESTABLISHED)])
def test_invertibility_that_rests_on_regions_is_checked_in_the_plane(dimension, outcome):
    report, weights = shallow(dimension)
    assert report["piecewise"]["invertible"]
    assert "regions found in rational numbers" in report["piecewise"]["invertibility"]
    (check,) = [c for c in verify(report, weights=weights) if "invertible" in c.claim]
    assert check.outcome is outcome
    assert ("rests on which of the patterns have a region" in check.detail) == (dimension == 3)


def test_invertibility_is_checked_by_determinants(report_of):
    report = report_of("stable")
    report["piecewise"].update(invertible=True, invertibility="so it is said")
    assert any("invertible" in c.claim for c in verify(report).failed)


def test_a_flow_is_no_map_that_is_invertible(folded):
    report = json.loads(folded)
    report["piecewise"]["invertible"] = True
    assert any("invertible" in check.claim for check in verify(report, precision=128).failed)


# ---- homoclinic orbits


def proof_of(report):
    return report["homoclinic"]["proofs"][0]


def change_word(proof):
    steps = proof["word"].split(" ")
    proof["word"] = " ".join([*steps[:-1], "0" if steps[-1] == "1" else "1"])


def shift(key):
    def apply(proof):
        proof[key][0] = f"{proof[key][0]}1" if "/" in proof[key][0] else f"{proof[key][0]}1/7"

    return apply


def turn(proof):
    proof["direction"][0], proof["direction"][1] = proof["direction"][1], proof["direction"][0]


def other_field(proof):
    proof["d"] = "2"


def other_source(proof):
    proof["source"] = [["-5/6", "-5/12"]]


def other_margin(proof):
    proof["margin"] *= 1.5


def other_covector(proof):
    proof["covector"][0], proof["covector"][1] = proof["covector"][1], proof["covector"][0]


@pytest.mark.parametrize(
    "change",
    [
        *(change_word, shift("t"), shift("multiplier"), shift("transversality")),
        *(turn, other_field, other_source, other_margin, other_covector),
    ],
)
def test_a_changed_proof_of_a_homoclinic_orbit_fails(report_of, change):
    report = report_of("lozi")
    change(proof_of(report))
    found = [check for check in verify(report, precision=256).failed if check.claim.startswith("homoclinic proof 0")]
    assert [check.outcome for check in found] == [Outcome.FAILS]


def test_a_point_is_a_state_of_its_orbit_at_its_angle(report_of):
    report = report_of("lozi")
    report["homoclinic"]["points"][0]["x"][0] += 1e-6
    assert failed(report, "its state is one of its orbit")
    report = report_of("lozi")
    report["homoclinic"]["points"][0]["angle"] += 1e-3
    assert failed(report, "the manifolds cross at")


def test_residuals_tangents_and_numbers_of_orbits_are_looked_at(report_of):
    report = report_of("lozi")
    k = report["cycles"]["cycles"].index(cycle(report, 4))
    report["cycles"]["cycles"][k]["residual"] += 1e-11
    first, second, third, *_ = points = report["homoclinic"]["points"]
    first["tangents"][1] = [2 * e for e in first["tangents"][1]]
    second["tangents"] = [[-v, u] for u, v in second["tangents"]]  # both turned: their angle is the same
    assert sum(p["proof"] == third["proof"] for p in points) > 1
    third["orbit"] += 100
    claims = [check.claim for check in verify(report, precision=128).failed]
    assert f"cycle {k}: its residual is 1e-11, up to rounding" in claims
    assert [claim for claim in claims if claim.startswith("homoclinic point")] == [
        "homoclinic point 0: unit tangents at the angle stated",
        "homoclinic point 0: its tangents are those of the manifolds",
        "homoclinic point 1: its tangents are those of the manifolds",
        "homoclinic points with the number of one orbit are of one proof",
    ]


def test_a_point_names_the_saddles_of_its_proof(report_of):
    report = report_of("lozi")
    report["homoclinic"]["points"][0]["source"] = {"point": 0, "cycle": None}
    assert failed(report, "from and to the saddles that it names")


def test_a_point_without_a_proof_may_claim_none(report_of):
    report = report_of("lozi")
    report["homoclinic"]["points"][0]["proved"] = False
    assert any("found in doubles, not proved" in c.claim for c in verify(report).failed)


# ---- manifolds


@pytest.mark.parametrize("which", ["stable", "unstable"])
def test_a_corner_off_an_exact_manifold_is_told(report_of, which):
    report = report_of("lozi")
    manifold = next(m for m in report["manifolds"] if m["which"] == which and len(m["branches"][0]) > 4)
    manifold["branches"][0][3][0] += 1e-3
    assert failed(report, "the map carries its corners along it")


# ---- fixed points on borders, proved in exact arithmetic

#: 0 on a border, of index 0; 3/2 in the region beyond the border at 1. And the origin of a plane of degree 2.
FOLDED = {"x": "max(x, -3*x) - 3*max(x - 1, 0)"}
DOUBLED = {"x": "abs(x) - abs(y)", "y": "abs(x + y) - abs(x - y)"}


@pytest.fixture(scope="module")
def folded():
    return render_json(db.analyze(db.ODE(FOLDED)))


def on_border(text):
    report = json.loads(text)
    (point,) = [p for p in report["fixed_points"]["points"] if p["x"] == [0.0]]
    return report, point["certificate"]


def test_points_on_borders_are_proved_again(folded):
    found = checked(json.loads(folded))
    assert [str(check) for check in found.failed] == []
    claims = [check.claim for check in found]
    for claim in ("exactly one fixed point within 1 of its centre", "index +0", "the indices add up to 1"):
        assert any(claim in line for line in claims)
    report, certificate = on_border(folded)
    assert (certificate["precision"], certificate["contraction"], certificate["inverse"]) == (0, None, None)
    assert report["fixed_points"]["complete"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"index": 1}, "index +1"),
        ({"index": -1}, "index -1"),
        ({"uniqueness_radius": 1.6}, "exactly one fixed point within 1.6"),
        ({"uniqueness_radius": 1e300}, "exactly one fixed point within 1e+300"),
        ({"contraction": 0.5, "proof_radius": 0.1, "inverse": [[1.0]]}, "states no inequality"),
        ({"precision": 256}, "a fixed point within 0 of its centre"),
        ({"center": [1e-9]}, "a fixed point within 0 of its centre"),
        ({"verdict": "no fixed point"}, "is certified"),
        ({"n_unstable": 1}, "nothing is claimed about its eigenvalues"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_false_claims_about_a_point_on_a_border_are_told(folded, changes, text):
    report, certificate = on_border(folded)
    certificate.update(changes)
    assert [str(check) for check in verify(report, precision=256).failed if text in check.claim]


def test_a_false_sum_of_indices_is_told(folded):
    report, _ = on_border(folded)
    report["fixed_points"]["index_sum"] = 2
    (line,) = [str(c) for c in verify(report, precision=256).failed if "the indices add up to 2" in c.claim]
    assert "they add up to 1" in line


def test_a_degree_of_two_is_counted_again_and_one_of_one_is_false():
    report = json.loads(render_json(db.analyze(db.ODE(DOUBLED))))
    (point,) = report["fixed_points"]["points"]
    assert point["certificate"]["index"] == 2
    assert checked(report).holds
    point["certificate"]["index"] = 1
    (line,) = [str(c) for c in verify(report, precision=256).failed if "point 0: index +1" in c.claim]
    assert "the degree around it is +2" in line


def test_a_network_with_a_point_on_a_border_is_proved_again_with_its_weights():
    weights = {"A": np.diag([0.5, 0.3]), "W": np.array([[0, -2.0], [1.5, 0]]), "h": np.zeros(2)}
    network = db.PLRNN(weights["A"], weights["W"], weights["h"])
    report = json.loads(render_json(db.analyze(network, periods=0)))
    (point,) = report["fixed_points"]["points"]
    assert (point["status"], point["kind"], point["certificate"]["precision"]) == ("certified", "nonsmooth", 0)
    assert checked(report, weights).holds


def test_a_point_on_a_border_of_a_network_of_many_states_is_proved_again():
    rng = np.random.default_rng(1)
    A, W = rng.integers(-4, 5, 31) / 16, np.zeros((31, 31))
    W[:, 3], W[:, 7] = rng.integers(-40, 41, (2, 31)) / 8
    z = rng.integers(1, 5, 31) * rng.choice([-1.0, 1.0], 31)
    z[3] = 0
    weights = {"A": np.diag(A), "W": W, "h": z - A * z - W @ np.maximum(z, 0)}
    report = json.loads(render_json(db.analyze(db.PLRNN(*weights.values()), periods=0)))
    k = next(k for k, p in enumerate(report["fixed_points"]["points"]) if p["x"] == z.tolist())
    certificate = report["fixed_points"]["points"][k]["certificate"]
    assert (certificate["precision"], certificate["uniqueness_radius"]) == (0, 1.0)
    index = f"point {k}: index {certificate['index']:+d}"
    found = checked(report, weights)
    assert index in [check.claim for check in found]
    assert [str(check) for check in found.failed if "complete" not in check.claim] == []
    certificate["index"] += 1
    told = f"point {k}: index {certificate['index']:+d}"
    assert [c for c in verify(report, weights=weights, precision=256).failed if c.claim == told]
