from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import sympy as sp

from dynbench.fixed_points import FixedPoints
from dynbench.fixed_points.search import Continuum, Undecided
from dynbench.reporting.verdict import settled, verdict, verdict_on_points

X = sp.Symbol("x")


def changed(analysis, **fields):
    """The analysis with other fields of its set of fixed points."""
    return dataclasses.replace(analysis, fixed_points=dataclasses.replace(analysis.fixed_points, **fields))


def test_complete_and_proved(jang):
    assert verdict(jang) == (
        "3 fixed points in the region searched, all proved; there are no others (proof). 2 attract, 1 is a saddle; "
        "the saddle joins the attractors (integrated, not proved)."
    )
    assert settled(jang)


def test_kinds_of_a_map(henon):
    assert verdict(henon).endswith("(proof). Both are saddles.")


def test_a_double_root_is_not_called_proved(fold):
    assert verdict(fold) == (
        "1 fixed point was found in the region searched, known exactly; whether there are more is open. "
        "It is nonhyperbolic. In 1 box of the region nothing could be decided."
    )
    assert not settled(fold)


def test_without_completeness_the_rest_is_open(jang):
    analysis = changed(jang, complete=False, argument="sampled starts")
    assert "3 fixed points were found in the region searched, all proved; whether there are more is open." in verdict(
        analysis
    )
    assert not settled(analysis)


def test_an_interrupted_search_says_so_first(jang):
    assert verdict(changed(jang, complete=False, interrupted=True)).startswith("The search was interrupted;")


@pytest.mark.parametrize(
    ("proved_real", "sentence"),
    [
        (True, "The system has a continuum of fixed points."),
        (False, "The system may have a continuum of fixed points: its equations have one over the complex numbers."),
    ],
)
def test_a_continuum_comes_first_and_settles_nothing(jang, proved_real, sentence):
    analysis = changed(jang, complete=False, continua=(Continuum((X,), 1, proved_real),))
    assert verdict(analysis).startswith(f"{sentence} 3 isolated fixed points were found")
    assert not settled(analysis)


def test_no_points():
    nothing = FixedPoints((), ("x",), complete=True, region=np.array([[[0.0, 1.0]]]))
    assert verdict_on_points(nothing) == "There is no fixed point in the region searched (proof)."
    unknown = dataclasses.replace(nothing, complete=False, region=None)
    assert verdict_on_points(unknown) == ("No fixed point was found; whether there is one is open.")


def test_undecided_boxes_are_counted(jang):
    boxes = (Undecided(np.zeros((2, 2)), "why"),) * 2
    assert verdict(changed(jang, complete=False, undecided=boxes)).endswith(
        "In 2 boxes of the region nothing could be decided."
    )


def test_uncertified_points_are_counted_apart(jang):
    first, *rest = jang.fixed_points
    loose = dataclasses.replace(first, status=type(first.status).CONVERGED, certificate=None, exact=None)
    analysis = changed(jang, points=(loose, *rest), complete=False)
    assert "2 of them proved" in verdict(analysis)
    assert "(1 by estimate)" in verdict(analysis)
