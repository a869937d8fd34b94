"""What reports say of piecewise-linear maps: form, cycles, manifolds, homoclinic points; and that it reads back."""

from __future__ import annotations

import dataclasses
import json

import jsonschema
import numpy as np
import pytest

import dynbench as db
from dynbench.manifolds.meshes import Mesh
from dynbench.reporting.cycles import enumerated, of_periods
from dynbench.reporting.document import build_document
from dynbench.reporting.json import content_of, render_json, schema
from dynbench.reporting.markdown import render_markdown
from dynbench.reporting.piecewise import piecewise_to_dict
from dynbench.reporting.rebuild import analysis_of
from dynbench.reporting.strategies import in_words
from dynbench.reporting.verdict import verdict


@pytest.fixture(scope="module")
def lozi():
    system = db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5}, name="Lozi")
    return db.analyze(system, box=[(-2, 2), (-1, 1)], periods=6)


@pytest.fixture(scope="module")
def flat():
    """x -> x/2 + 1 and a slope of -1.1 for x > 0: one stable 2-cycle, whose points part a repelling fixed point."""
    return db.analyze(db.Map({"x": "1 - 8/5*Max(x, 0) + x/2"}), box=[(-3, 3)], periods=3)


@pytest.fixture(scope="module")
def rhythm():
    """Two stable fixed points and a stable 2-cycle, with a saddle cycle between it and each of them."""
    network = db.PLRNN.shallow(
        [[0.1, 0.25], [0.3, -0.05]],
        W1=[[1.1, -1.1, 0.2, -0.2], [0, 0, 1.0, -1.0]],
        W2=[[0.3, 1.0], [0.3, 1.0], [1.0, -0.2], [1.0, -0.2]],
        h1=[-1.2, -1.0],
        h2=[1.0, -1.0, 1.2, -0.8],
    )
    return db.analyze(network, periods=2)


def text_of(analysis, key):
    """A section as it is rendered in Markdown."""
    document = build_document(analysis)
    section = next(s for s in document.sections if s.key == key)
    only = dataclasses.replace(analysis, provenance={})
    rendered = render_markdown(only)
    start = rendered.index(f"## {section.title}")
    end = rendered.find("\n## ", start + 1)
    return rendered[start : end if end > 0 else None]


def test_numbers_are_listed_as_one_says_them():
    assert enumerated([3]) == "3"
    assert enumerated([5, 3]) == "3 and 5"
    assert enumerated([1, 2, 3, 4, 7], "or") == "1 to 4 or 7"
    assert of_periods([2]) == "of period 2"
    assert of_periods([2, 3, 4]) == "of periods 2 to 4"


def test_the_verdict_counts_cycles_and_says_that_chaos_is_proved(lozi):
    text = verdict(lozi)
    assert "there are exactly 6 cycles of periods 2 to 6 in the region searched (proof)" in text
    assert "chaos is proved, by a transversal homoclinic orbit of point 1" in text


def test_the_verdict_claims_no_completeness_that_is_not_proved(lozi):
    incomplete = dict.fromkeys(lozi.cycles.periods, False)
    arguments = dict.fromkeys(lozi.cycles.periods, "a heuristic")
    cycles = dataclasses.replace(lozi.cycles, complete=incomplete, arguments=arguments)
    analysis = dataclasses.replace(lozi, cycles=cycles, homoclinic=())
    text = verdict(analysis)
    assert "6 cycles of periods 2 to 6 were found" in text
    assert "whether there are more is open" in text
    assert "chaos" not in text
    assert "exactly 6" not in text
    section = text_of(analysis, "cycles")
    assert "No cycle of period" not in section
    assert "not proved | a heuristic" in section
    alerts = [a.text for a in build_document(analysis).alerts]
    assert any("more cycles of periods 2 to 6" in text for text in alerts)


@pytest.mark.parametrize(
    ("key", "texts"),
    [
        pytest.param(
            "piecewise",
            [
                "1 rectified unit",
                "where $x > 0$",
                "| 0 | 1.7 | \N{MINUS SIGN}0.5 |",
                "The map is invertible (proved): all 2\u00b9 regional determinants",
            ],
            id="the form is written out",
        ),
        pytest.param(
            "cycles",
            [
                "No cycle of period 3 or 5 exists there (proved).",
                "| 2 | 2 | saddle cycle (flip) | 10 |",
                "6 cycles of more than one state in all.",
            ],
            id="cycles are listed by period with their argument",
        ),
        pytest.param(
            "manifolds",
            ["| point 1 | unstable | 2 |", "cycle 2", "Transversal error", "Delta"],
            id="manifolds come with both errors",
        ),
        pytest.param(
            "homoclinic",
            [
                "Chaos is proved.",
                "The fixed point (5/11, 5/22) has a transversal homoclinic orbit",
                "Theorem 6.5.5",
                "What is not said: that this chaos attracts",
                "\u211a(\u221a(489/100))",
            ],
            id="chaos is stated with its theorem and its limits",
        ),
    ],
)
def test_what_sections_say(lozi, key, texts):
    section = text_of(lozi, key)
    for text in texts:
        assert text in section


def test_a_cycle_on_a_border_is_pointed_out(lozi):
    cycles = list(lozi.cycles)
    cycles[2] = dataclasses.replace(cycles[2], kind=db.CycleKind.NONSMOOTH, character="", note="border collision")
    analysis = dataclasses.replace(lozi, cycles=dataclasses.replace(lozi.cycles, cycles=tuple(cycles)))
    alerts = [a.text for a in build_document(analysis).alerts]
    assert any(text.startswith("Cycle 2 has a state on a border") for text in alerts)


def test_crossings_without_a_proof_prove_nothing(lozi):
    unproved = tuple(
        dataclasses.replace(p, proved=False, proof=None, position=None, reason="no proof was asked for")
        for p in lozi.homoclinic
    )
    analysis = dataclasses.replace(lozi, homoclinic=unproved)
    section = text_of(analysis, "homoclinic")
    assert "Chaos is proved" not in section
    assert "but no proof" in section
    assert "chaos" not in verdict(analysis)
    facts = {fact.label: fact.text for fact in build_document(analysis).facts}
    assert facts["Chaos"] == "not proved; manifolds cross"


def test_a_stable_cycle_is_counted(flat):
    expected = "there is exactly 1 cycle of periods 2 and 3 in the region searched (proof); 1 of them attracts"
    assert expected in verdict(flat)
    assert "homoclinic" not in {section.key for section in build_document(flat).sections}


def test_smooth_systems_have_none_of_these_sections(henon):
    keys = {section.key for section in build_document(henon).sections}
    assert not keys & {"piecewise", "cycles", "manifolds", "homoclinic"}


@pytest.mark.parametrize("name", ["lozi", "flat"])
def test_json_fits_the_schema_and_reads_back_to_the_same_bytes(name, request):
    analysis = request.getfixturevalue(name)
    text = render_json(analysis)
    content = json.loads(text)
    jsonschema.validate(content, schema())
    again = analysis_of(content)
    assert render_json(again) == text
    assert all(any(c is known for known in again.cycles) for c in _node_cycles(again))


def _node_cycles(analysis):
    return [data["cycle"] for _, data in analysis.graph.nodes(data=True) if data["cycle"] is not None]


def test_json_holds_the_form_exactly(lozi):
    form = json.loads(render_json(lozi))["piecewise"]["form"]
    assert form == {
        **{"A": [["17/10", "1"], ["1/2", "0"]], "W1": [["-17/5"], ["0"]], "W2": [["1", "0"]]},
        **{"V": [["0"]], "h1": ["1", "0"], "h2": ["0"]},
    }


def test_html_names_what_the_portrait_shows_and_is_the_same_each_time(lozi):
    from dynbench.reporting.html import render_html

    text = render_html(lozi)
    assert text == render_html(lozi)
    assert "Squares show cycle 2 of period 2, a saddle cycle" in text
    assert "Crosses show where stable and unstable manifolds meet" in text


def test_words_of_many_units_stand_apart():
    network = db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1, 0.7])
    analysis = db.analyze(network, box=[(-5, 5), (-5, 5)], periods=2)
    assert np.isfinite([m.error for m in analysis.manifolds]).all()
    assert "The map is" in text_of(analysis, "piecewise")


def test_strategies_are_named_in_words(lozi):
    assert in_words("Patterns()") == "patterns of active units"
    assert in_words("Patterns(Sweep())") == "patterns of active units, by a sweep over all words"
    assert in_words("PMatrix(), Scyfi()") == "the P-matrix test, the heuristic SCYFI"
    assert in_words("Complete(4 boxes)") == "Complete(4 boxes)"
    assert "Searched by a sweep over all words" in text_of(lozi, "cycles")
    assert "Patterns()" not in render_markdown(lozi)


def test_orbits_of_a_map_are_iterated_and_leave_in_steps(lozi):
    section = text_of(lozi, "transitions")
    assert "Orbits are iterated" in section
    assert "| steps | length |" in section
    assert "Blow-up: the orbit left every bound met" in section
    assert "finite time" not in section
    assert "integrat" not in text_of(lozi, "not-established")


def test_a_search_of_patterns_states_its_premise_and_no_boxes(lozi):
    everywhere = db.analyze(lozi.system, periods=2)
    section = text_of(everywhere, "not-established")
    assert "words of patterns were ruled out" in section
    assert "boxes hold no fixed point" not in section
    assert "About fixed points" not in section
    assert "boxes hold no fixed point" in text_of(lozi, "not-established")  # its box was covered


def test_long_fractions_of_doubles_are_rounded_and_said_to_be(rhythm):
    section = text_of(rhythm, "piecewise")
    assert "$0.3 z_{1} + z_{2} + 1 > 0$ (rounded; the exact numbers are in the JSON)" in section
    assert "18014398509481984" not in section


def test_a_cycle_is_called_by_its_node_in_the_graph_in_tables_and_in_the_json(flat):
    (found,) = flat.cycles.of_period(2)
    (node,) = (n for n, cycle in flat.graph.nodes(data="cycle") if cycle is found)
    assert f"| {node} | 2 | stable cycle" in text_of(flat, "cycles")
    numbers = {c["number"]: c["period"] for c in content_of(flat)["cycles"]["cycles"]}
    assert numbers == {None: 1, node: 2}


def test_the_verdict_says_which_cycles_join_attractors(rhythm):
    assert "2 saddle cycles join attractors (iterated, not proved)" in verdict(rhythm)


@pytest.mark.parametrize(("delta", "shown"), [(4.5e21, "lost to rounding"), (0.5, "0.5")])
def test_delta_beyond_one_is_no_number(lozi, delta, shown):
    manifolds = (dataclasses.replace(lozi.manifolds[0], delta=delta), *lozi.manifolds[1:])
    assert f"| {shown} |" in text_of(dataclasses.replace(lozi, manifolds=manifolds), "manifolds")


def test_a_fixed_point_on_a_border_is_said_to_be_proved_exactly():
    analysis = db.analyze(db.ODE({"x": "max(x, -3*x) - 3*max(x - 1, 0)"}))
    text = text_of(analysis, "points")
    assert "G = F vanishes exactly at a rational state" in text
    assert "Krawczyk" in text  # that of the other point
    (row,) = [line for line in text.splitlines() if line.startswith("| 0 ") and "| exact |" in line]
    assert "| 0 |" in row
    report = json.loads(render_json(analysis))
    jsonschema.validate(report, schema())
    point = report["fixed_points"]["points"][0]
    assert (point["certificate"]["index"], point["certificate"]["precision"]) == (0, 0)
    assert "exact rational arithmetic" in point["certificate"]["inequality"]
    assert json.loads(render_json(analysis_of(report))) == report


def test_a_map_with_irrational_entries_is_not_called_invertible_for_its_rounded_entries():
    # det A = 3 sqrt(2) - sqrt(18) = 0, but not of the doubles.
    system = db.Map({"x": "sqrt(2)*x + sqrt(3)*y + Max(x, 0)", "y": "sqrt(6)*x + 3*y + sqrt(3)*Max(x, 0)"})
    stated = piecewise_to_dict(system)
    assert stated["invertible"] is False
    assert stated["invertibility"].endswith("(of the doubles that the entries round to)")


def portrait_of(analysis):
    section = next(s for s in build_document(analysis).sections if s.key == "pictures")
    return next(
        f for block in section.blocks for f in getattr(block, "items", ()) if getattr(f, "name", "") == "portrait"
    )


def test_the_caption_of_a_portrait_says_what_is_left_out(lozi):
    assert portrait_of(lozi).caption.endswith(
        "Squares: 3 of the 6 cycles, attracting and short ones first, joined in turn. Exact manifolds of the points, "
        f"drawn up to a length; those of cycles are left out. Crosses: the first 12 of {len(lozi.homoclinic)} "
        "homoclinic points."
    )
    of_cycles = [m for m in lozi.manifolds if m.cycle is not None]
    alone = dataclasses.replace(lozi, manifolds=tuple(of_cycles), homoclinic=())
    assert portrait_of(alone).caption.endswith("Exact manifolds, drawn up to a length.")


def test_the_caption_says_that_surfaces_of_cycles_are_left_out(lozi):
    surface = Mesh.of([np.array([[0.0, 0], [1, 0], [0, 1]])], 2)
    surfaces = tuple(dataclasses.replace(m, mesh=surface) for m in lozi.manifolds)
    text = portrait_of(dataclasses.replace(lozi, manifolds=surfaces)).caption
    assert "of the points: curves up to a length, surfaces as far as they were traced; those of cycles are" in text


def test_the_caption_of_a_cobweb_says_how_many_cycles_it_shows():
    tent = db.analyze(db.Map({"x": "19/10*Min(x, 1 - x)"}), periods=4)
    shown = "On the diagonal also the states of 3 of the 6 cycles, attracting and short ones first."
    assert portrait_of(tent).caption.endswith(shown)
    text = text_of(tent, "piecewise")
    assert "The map is not injective, and so has no inverse: the determinant at" in text
    assert "regions, at most 2, on each" in text


def test_sections_say_what_they_leave_out_and_speak_of_one_period_as_one(lozi):
    assert "The manifolds of 3 of the 6 saddle cycles, the longer ones, were not traced." in text_of(lozi, "manifolds")
    one = db.analyze(db.PLRNN(np.full(13, 0.5), np.zeros((13, 13)), 1), periods=1)
    assert "Cycles of period 1 in the whole state space, which are the fixed points." in text_of(one, "cycles")
    assert "at most 2\u00b9\u00b3, on each" in text_of(one, "piecewise")
    assert repr(one).startswith("Analysis of PLRNN: 1 fixed point, 0 longer cycles, ")
