"""Words decided in exact arithmetic."""

from __future__ import annotations

import itertools

import numpy as np
from flint import fmpq

import dynbench as db
from dynbench.piecewise import piecewise_linear
from dynbench.piecewise.periodic import Reality, holds, solve_word
from dynbench.piecewise.settle import settle_words

from .known import LOZI


def exact(equations, kind=db.Map):
    return piecewise_linear(kind(equations)).exact


def test_real_and_virtual_points():
    form = piecewise_linear(LOZI).exact
    right = solve_word(form, ((True,),))
    assert right.reality is Reality.REAL
    assert right.points[0].entries() == [fmpq(5, 11), fmpq(5, 22)]
    assert solve_word(form, ((True,), (True,), (False,))).reality is Reality.VIRTUAL


def test_a_border_collision_is_no_strict_point():
    form = exact({"x": "Abs(x)/2"})
    for word in ((True,),), ((False,),):
        found = solve_word(form, word)
        assert (found.reality, found.word, found.zero) == (Reality.BORDER, ((False,),), ((True,),))


def test_a_ray_of_fixed_points():
    found = solve_word(exact({"x": "Abs(x)"}), ((True,),))
    assert found.reality is Reality.CONTINUUM
    assert (found.continuum.dimension, found.continuum.period) == (1, 1)
    assert [z.entries() for z in found.continuum.through] == [[fmpq(0)]]


def test_a_segment_of_two_cycles():
    found = solve_word(exact({"x": "-x + relu(x - 5)"}), ((False,), (False,)))
    assert found.continuum.period == 2
    assert [z.entries() for z in found.continuum.through] == [[fmpq(-5)], [fmpq(5)]]


def test_a_continuum_of_fixed_points_is_none_of_cycles():
    found = solve_word(exact({"x": "Abs(x)"}), ((True,), (True,)))
    assert found.continuum.period == 1


def test_fixed_points_on_a_border_are_of_period_one_by_every_word():
    # The line x = 0 lies in the regions of both patterns, so words that repeat nothing have it for solutions too.
    form = exact({"x": "x/2 + Max(x, 0)/4", "y": "y"})
    for length in (2, 3):
        for word in itertools.product([(False,), (True,)], repeat=length):
            assert solve_word(form, word).continuum.period == 1


def test_the_state_of_a_plane_lies_in_it():
    found = solve_word(exact({"x": "x + Max(1 - x, 0)/2", "y": "y"}), ((True,),)).continuum
    assert found.dimension == 2
    assert [z.entries() for z in found.through] == [[fmpq(1), fmpq(0)]]


def test_states_of_continua_have_their_period_exactly():
    rng, dimensions = np.random.default_rng(3), set()
    for _ in range(60):
        a, b, c, h, k = rng.integers(-2, 3, 5)
        form = exact({"x": f"{rng.choice([-1, 1])}*x + {a}*relu({b}*x + {c}*y + {h})", "y": f"y + relu(x + {k})"})
        patterns = list(itertools.product([False, True], repeat=form.units))
        for word in [*((p,) for p in patterns), *itertools.product(patterns, repeat=2)]:
            found = solve_word(form, word).continuum
            if found is None:
                continue
            dimensions.add((found.period, found.dimension))
            for z in found.through:
                image = form(z) if found.period == 1 else form(form(z))
                assert image == z
                assert holds(form, word, z)
    assert dimensions == {(1, 1), (1, 2), (2, 1), (2, 2)}


def test_a_singular_word_without_solutions():
    assert solve_word(exact({"x": "x + 1 + relu(y)", "y": "y/2"}), ((False,),)).reality is Reality.VIRTUAL


def test_a_singular_word_whose_solutions_lie_elsewhere():
    # F = x for x > 3 once the unit's slope is cancelled, but the word of x > 3 and x < 1 is of no state.
    form = piecewise_linear(db.PLRNN.shallow([0.5], [[0.5, 0.25]], [[1], [-1]], -1.5, [-3, 1])).exact
    assert solve_word(form, ((True, True),)).reality is Reality.VIRTUAL
    assert solve_word(form, ((True, False),)).reality is Reality.VIRTUAL


def test_a_plane_of_fixed_points():
    plane = exact({"x": "x", "y": "y + relu(x + y)"})
    assert solve_word(plane, ((False,),)).continuum.dimension == 2


def test_a_singular_word_with_one_solution():
    # With both units off every state is fixed, and only the origin has x <= 0 and -x <= 0.
    form = piecewise_linear(db.PLRNN.shallow([1.0], [[1, 1]], [[1], [-1]])).exact
    found = solve_word(form, ((False, False),))
    assert (found.reality, found.points[0].entries()) == (Reality.BORDER, [fmpq(0)])


def test_a_line_that_is_all_of_a_thin_region():
    # With both units off every state is fixed, and x <= 0 and -x <= 0 leave the line x = 0.
    form = piecewise_linear(db.PLRNN.shallow([1.0, 1.0], [[1, 1], [0, 0]], [[1, 0], [-1, 0]])).exact
    continuum = solve_word(form, ((False, False),)).continuum
    assert continuum.dimension == 1
    assert continuum.equations == (((fmpq(1), fmpq(0)), fmpq(0)),)
    assert continuum.inequalities == ()


def test_three_dimensional_continua_are_left_undecided():
    form = exact({"x": "x", "y": "y", "z": "z + relu(x + y + z)"})
    assert solve_word(form, ((False,),)).reality is Reality.UNDECIDED


def test_the_end_of_a_continuum_is_no_isolated_point():
    form = piecewise_linear(db.Map({"x": "Abs(x)"}))
    settled = settle_words(form, [((True,),), ((False,),)])
    assert not settled.periodic
    assert len(settled.continua) == 1
    assert holds(form.exact, ((True,),), solve_word(form.exact, ((False,),)).points[0])


def test_where_all_regions_meet_one_point_decides_all_words():
    network = db.PLRNN(
        [0.5, -0.4, 0.3, 0.2, 0.1, 0.7, 0.6], [[0.1 * (i - 2 * j) / 7 for j in range(7)] for i in range(7)]
    )
    form = piecewise_linear(network)
    words = [tuple([tuple(bool(code >> i & 1) for i in range(7))]) for code in range(128)]
    settled = settle_words(form, words)
    assert len(settled.periodic) == 1
    assert settled.periodic[0].points[0].entries() == [fmpq(0)] * 7
