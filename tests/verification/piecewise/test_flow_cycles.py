"""Cycles of piecewise-linear flows: proofs made again, and what they do not prove."""

from __future__ import annotations

import functools
import json
from fractions import Fraction

import numpy as np
import pytest

import dynbench as db
from dynbench.reporting.json import render_json
from dynbench.reporting.piecewise import piecewise_to_dict
from dynbench.verification import Outcome, verify
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.piecewise.claims import read_form
from dynbench.verification.piecewise.flow_cycles import check_flow_cycle
from dynbench.verification.piecewise.loops import closed_loop

OSCILLATOR = db.ODE({"x": "y - x + 2*Max(Min(x, 1), -1)", "y": "-x"})
CHUA = db.ODE({"x": "9*(y - x + 5/7*x + 3/14*(Abs(x + 1) - Abs(x - 1)))", "y": "x - y + z", "z": "-100/7*y"})


@functools.cache
def text():
    return render_json(db.analyze(OSCILLATOR))


def listed():
    """The same report with the cycle in the list, as one who looks for it may write it."""
    cycles = db.find_cycles(OSCILLATOR, periods=12.0, starts=[[2.0, 0.0]])
    return json.dumps(json.loads(text()) | {"cycles": cycles.to_dict()})


def plain(system, **options):
    """A system's form and its cycles, as a report has them."""
    values = {"form": piecewise_to_dict(system), "cycles": db.find_cycles(system, **options).to_dict()["cycles"]}
    return json.loads(json.dumps(values, default=str)).values()


def met(report):
    return next(node for node in report["graph"]["nodes"] if node["cycle"] is not None)["cycle"]


def failed(report, claim):
    found = [check for check in verify(report, precision=128).failed if claim in check.claim]
    return [check.outcome for check in found]


def outcomes(form, cycle, n):
    ledger = Ledger()
    check_flow_cycle(read_form(Field(form, "piecewise"), n), Field(cycle, "cycle"), n, "cycle", ledger)
    return {check.claim.removeprefix("cycle: "): check.outcome for check in ledger.checks}


def test_a_report_with_a_proved_cycle_holds():
    found = verify(json.loads(text()), precision=128)
    assert found.holds
    assert any("a cycle of the flow with its word of regions, proved in balls" in check.claim for check in found)
    assert failed(json.loads(listed()), "cycle 0") == []


def test_a_proof_agrees_with_the_closed_form_of_its_legs():
    """Each leg of the oscillator is a linear flow whose exponential is known; the balls hold doubles' solution."""
    report = json.loads(text())
    cycle, form = met(report), read_form(Field(report["piecewise"], "piecewise"), 2)
    word = tuple(tuple(bit == "1" for bit in step) for step in cycle["word"].split(" "))
    loop = closed_loop(form, word, cycle["points"], cycle["period"])
    assert float(loop.period.rad()) < 1e-60
    assert loop.radius > 1e-9
    borders = [float(start[0, 0].mid()) for start in loop.starts]
    assert np.allclose(np.abs(borders), 1, atol=1e-15)
    assert abs(float(loop.monodromy.det().log().mid()) - sum(  # by Liouville's formula
        (float(t.mid()) * (-1 if abs(sum(bits) - 1) else 1)) for t, bits in zip(loop.durations, word, strict=True)
    )) < 1e-12  # fmt: skip


def scaled(key, factor):
    return lambda cycle: cycle.update({key: cycle[key] * factor})


def moved(cycle):
    cycle["points"][40][0] += 1e-9


def other_word(cycle):
    cycle["word"] = "11 01 00 10"


def turned(cycle):
    steps = cycle["word"].split(" ")
    cycle["word"] = " ".join(steps[1:] + steps[:1])


def doubled(cycle):
    cycle["word"] += f" {cycle['word']}"
    cycle["period"] *= 2


def wider(cycle):
    cycle["note"] = "unique within 0.1 of its legs' ends, by Krawczyk's test in ball arithmetic"


def other_multiplier(cycle):
    cycle["multipliers"][1][0] *= 1 + 1e-7


def unstable(cycle):
    cycle.update(stability=[0, 0, 1], kind="unstable cycle")


@pytest.mark.parametrize(
    ("change", "claim", "outcome"),
    [
        (scaled("period", 1 + 1e-12), "its period is", Outcome.FAILS),
        (scaled("residual", 1e9), "its residual is that of a solution", Outcome.FAILS),
        (moved, "states, equally spaced in time", Outcome.FAILS),
        (other_word, "a cycle of the flow with its word", Outcome.NOT_ESTABLISHED),
        (turned, "a cycle of the flow with its word", Outcome.NOT_ESTABLISHED),
        (doubled, "a cycle of the flow with its word", Outcome.NOT_ESTABLISHED),
        (wider, "the only one within the distance", Outcome.NOT_ESTABLISHED),
        (other_multiplier, "its multipliers", Outcome.FAILS),
        (unstable, "unstable multipliers: a unstable cycle", Outcome.FAILS),
        (lambda cycle: cycle.update(character="flip node"), "a flip node", Outcome.FAILS),
        (lambda cycle: cycle.update(exact=[["1", "0"]]), "a cycle of the flow with its word", Outcome.FAILS),
    ],
)
def test_a_false_claim_about_a_proved_cycle_is_told(change, claim, outcome):
    report = json.loads(text())
    cycle = met(report)
    change(cycle)
    assert outcome in [found for made, found in outcomes(report["piecewise"], cycle, 2).items() if claim in made]


def test_another_field_has_no_such_cycle():
    report = json.loads(text())
    report["system"]["equations"]["x"] = "y - x + 5/2*Max(Min(x, 1), -1)"
    assert failed(report, "a cycle of the flow with its word") == [Outcome.NOT_ESTABLISHED]
    report["system"]["equations"]["x"] = "y - x^3 + x"
    assert failed(report, "a cycle of the flow with its word") == [Outcome.NOT_ESTABLISHED]


def test_no_list_of_cycles_of_a_flow_is_complete():
    report = json.loads(listed())
    report["cycles"]["periods"] = [{"period": 1, "cycles": 0, "complete": True, "argument": "so it is said"}]
    assert failed(report, "no list of cycles of the flow") == [Outcome.FAILS]


def test_a_saddle_cycle_is_proved_again_and_small_multipliers_are_looked_at():
    form, (cycle, *_) = plain(CHUA, periods=3.0, starts=np.random.default_rng(0).normal(scale=0.1, size=(1, 3)))
    assert set(outcomes(form, cycle, 3).values()) == {Outcome.HOLDS}
    small = min(range(3), key=lambda i: abs(cycle["multipliers"][i][0]))
    cycle["multipliers"][small][0] *= 1.0001
    assert outcomes(form, cycle, 3)["its multipliers"] is Outcome.FAILS


@pytest.mark.parametrize("seed", [5, 28])
def test_units_that_switch_together_are_one_on_a_subspace(seed):
    """Of competing neurons two are driven alike, or are equal as a third one is silent."""
    rng = np.random.default_rng(seed)
    weights = np.where(rng.random((5, 5)) < 0.4, -0.75, -1.5) * (1 - np.eye(5))
    network = db.RNN(weights, 1.0, activation="relu", form="activation")
    form, (cycle,) = plain(network, periods=20.0, starts=rng.random((2, 5)))
    assert set(outcomes(form, cycle, 5).values()) == {Outcome.HOLDS}
    form["form"]["h2"] = [str(1 + Fraction(k, 10**12)) for k in range(5)]  # no two are driven alike any more
    proof, *_ = outcomes(form, cycle, 5).values()
    assert proof is Outcome.NOT_ESTABLISHED


def test_a_proof_on_a_subspace_is_not_one_in_the_whole_space():
    """Two decoupled copies in phase: with any shift of one of them there is another cycle, however near."""
    copies = {"x": "y - x + 2*Max(Min(x, 1), -1)", "y": "-x", "u": "v - u + 2*Max(Min(u, 1), -1)", "v": "-u"}
    form, (cycle, *_) = plain(db.ODE(copies), periods=12.0, starts=[[2.0, 0.0, 2.0, 0.0]])
    word = tuple(tuple(bit == "1" for bit in step) for step in cycle["word"].split(" "))
    loop = closed_loop(read_form(Field(form, "piecewise"), 4), word, cycle["points"], cycle["period"])
    assert loop.on_subspace
    cycle["period"] = float(loop.period.mid())

    def uniqueness(note):
        found = outcomes(form, cycle | {"note": note}, 4)
        return next((claim, outcome) for claim, outcome in found.items() if "the only one" in claim)

    ending = ", by Krawczyk's test in ball arithmetic"
    among = "unique within 1e-06 of its legs' ends among the states of its symmetry" + ending
    claim, outcome = uniqueness("unique within 1e-06 of its legs' ends" + ending)
    assert outcome is Outcome.NOT_ESTABLISHED
    assert "symmetry" not in claim
    claim, outcome = uniqueness(among)
    assert outcome is Outcome.HOLDS
    assert "the only one among the states of its symmetry" in claim
    for note in (among.replace("1e-06", "0.1"), among + "; unique everywhere", among + " everywhere", ""):
        assert uniqueness(note)[1] is Outcome.NOT_ESTABLISHED
