from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.fixed_points import FixedPoints
from dynbench.fixed_points.search import Continuum, Undecided
from dynbench.reporting.sections.cycles import cycles_section
from dynbench.reporting.sections.not_established import not_established_section
from dynbench.reporting.verdict import settled, verdict, verdict_on_points

X = sp.Symbol("x")


def changed(analysis, **fields):
    """The analysis with other fields of its set of fixed points."""
    return dataclasses.replace(analysis, fixed_points=dataclasses.replace(analysis.fixed_points, **fields))


def test_complete_and_proved(jang):
    assert verdict(jang) == (
        "The region searched holds exactly 3 fixed points (proof): 2 attract and 1 is a saddle; "
        "the saddle joins the attractors (integrated, not proved)."
    )
    assert settled(jang)


def test_kinds_of_a_map(henon):
    assert verdict(henon).startswith("The region searched holds exactly 2 fixed points (proof): both are saddles")


def test_a_double_root_is_not_called_proved(fold):
    assert verdict(fold) == (
        "1 fixed point was found in the region searched, known exactly, and whether there are more is open "
        "(1 box undecided): it is nonhyperbolic (by estimate)."
    )
    assert not settled(fold)


def test_it_is_one_sentence(jang, fold, henon, oscillator):
    for analysis in (jang, fold, henon, oscillator, dataclasses.replace(jang, interrupted=True)):
        assert verdict(analysis).count(". ") == 0
        assert verdict(analysis).endswith(".")


def test_a_cycle_met_is_said(oscillator):
    assert verdict(oscillator).endswith("it repels; 1 stable cycle was met (converged, not proved).")


def test_a_cycle_met_and_proved_is_said_to_be(oscillator):
    graph = oscillator.graph.copy()
    (node,) = [n for n, cycle in graph.nodes(data="cycle") if cycle is not None]
    graph.nodes[node]["cycle"] = dataclasses.replace(graph.nodes[node]["cycle"], status=db.Status.CERTIFIED)
    proved = dataclasses.replace(oscillator, graph=graph)
    assert verdict(proved).endswith("1 stable cycle was met (certified).")
    assert "converged" in repr(cycles_section(oscillator))
    assert "converged" not in repr(cycles_section(proved))
    assert "existence was then proved" in repr(cycles_section(proved))


def test_without_completeness_the_rest_is_open(jang):
    analysis = changed(jang, complete=False, argument="sampled starts")
    assert verdict(analysis).startswith(
        "3 fixed points were found in the region searched, all proved, and whether there are more is open: "
    )
    assert not settled(analysis)


def test_an_interrupted_search_says_so_first(jang):
    assert verdict(changed(jang, complete=False, interrupted=True)).startswith("The search was interrupted; 3 ")


def test_an_analysis_interrupted_later_says_so_last(jang):
    analysis = dataclasses.replace(jang, interrupted=True)
    assert verdict(analysis).endswith("; the analysis was interrupted after the search.")


@pytest.mark.parametrize(
    ("proved_real", "clause"),
    [
        (True, "The system has a continuum of fixed points"),
        (
            False,
            "The system may have a continuum of fixed points (its equations have one over the complex numbers)",
        ),
    ],
)
def test_a_continuum_comes_first_and_settles_nothing(jang, proved_real, clause):
    analysis = changed(jang, complete=False, continua=(Continuum((X,), 1, proved_real),))
    assert verdict(analysis).startswith(f"{clause}; 3 isolated fixed points were found")
    assert not settled(analysis)


def test_no_points():
    nothing = FixedPoints((), ("x",), complete=True, region=np.array([[[0.0, 1.0]]]))
    assert verdict_on_points(nothing) == "The region searched holds no fixed point (proof)."
    unknown = dataclasses.replace(nothing, complete=False, region=None)
    assert verdict_on_points(unknown) == "No fixed point was found, and whether there is one is open."


def test_undecided_boxes_are_counted(jang):
    boxes = (Undecided(np.zeros((2, 2)), "why"),) * 2
    assert "whether there are more is open (2 boxes undecided)" in verdict(
        changed(jang, complete=False, undecided=boxes)
    )


def test_uncertified_points_are_counted_apart(jang):
    first, *rest = jang.fixed_points
    loose = dataclasses.replace(first, status=type(first.status).CONVERGED, certificate=None, exact=None)
    analysis = changed(jang, points=(loose, *rest), complete=False)
    assert "2 of them proved" in verdict(analysis)
    assert "(1 by estimate)" in verdict(analysis)


@pytest.mark.parametrize(
    "kink", [db.ODE({"x": "-x + abs(x)/2", "y": "-y"}), db.Map({"x": "abs(x)/2 + y", "y": "x/3 - y/4"})]
)
def test_a_certified_point_on_a_border_is_no_estimate(kink):
    """All but its stability is proved of it, and that is left open, as no linearisation defines it."""
    analysis = db.analyze(kink, box=[(-1, 1)] * 2, periods=0)
    assert verdict(analysis) == (
        "The region searched holds exactly 1 fixed point (proof): it lies where the system is not smooth (existence, "
        "isolation and index proved there; no linearisation decides its stability, which is open)."
    )
    assert not settled(analysis)
    assert "no linearisation defines it there" in repr(not_established_section(analysis))
    (point,) = analysis.fixed_points
    unknown = dataclasses.replace(point.certificate, index=None)
    assert "(existence and isolation proved there; " in verdict(
        changed(analysis, points=(dataclasses.replace(point, certificate=unknown),))
    )
    loose = dataclasses.replace(point, status=db.Status.CONVERGED, certificate=None)
    assert "(1 by estimate; existence, " in verdict(changed(analysis, points=(loose, point)))


def test_conserved_quantities_of_maps_are_not_said_to_have_been_sought(henon, jang):
    assert "no conserved quantity: they are sought for flows only." in repr(not_established_section(henon))
    assert "no conserved quantity: only some forms were tried." in repr(not_established_section(jang))
