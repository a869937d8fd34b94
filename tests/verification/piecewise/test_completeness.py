"""Fixed points of piecewise-linear systems in the whole space, by every pattern: the sieve leaves out none."""

from __future__ import annotations

import json

import numpy as np
import pytest
from flint import fmpq

import dynbench as db
from dynbench.reporting.json import render_json
from dynbench.verification import Outcome, verify
from dynbench.verification.piecewise.rows import Rectified, Row
from dynbench.verification.piecewise.sieve import patterns_left
from dynbench.verification.piecewise.unique import has_no_cycle, has_one_fixed_point
from dynbench.verification.piecewise.words import affordable, all_cycles, fixed_states


def network(units, rng):
    """z -> A z + W relu(z) + h with entries that are multiples of 1/16."""
    A, W, h = (rng.integers(-16, 17, shape) for shape in (units, (units, units), units))
    rows = []
    for i in range(units):
        terms = {i: fmpq(int(A[i]), 16)} | {units + j: fmpq(int(W[i, j]), 16) for j in range(units)}
        rows.append(Row({k: c for k, c in terms.items() if c != 0}, fmpq(int(h[i]), 16)))
    arguments = tuple(Row({i: fmpq(1)}) for i in range(units))
    return Rectified(units, arguments, tuple(rows))


@pytest.mark.parametrize("seed", range(6))
def test_the_sieve_keeps_every_pattern_with_a_fixed_point(seed):
    function = network(4, np.random.default_rng(seed))
    left = set(patterns_left(function))
    found = set()
    for number in range(16):
        pattern = tuple(bool(number >> i & 1) for i in range(4))
        piece = function.piece(pattern)
        entries = [[fmpq(int(i == j)) - piece.J[i, j] for j in range(4)] for i in range(4)]
        matrix = type(piece.J)(entries)
        if matrix.det() == 0:
            assert pattern in left
            continue
        state = tuple(matrix.solve(piece.c).entries())
        if all((e >= 0) if bit else (e <= 0) for e, bit in zip(state, pattern, strict=True)):
            assert pattern in left
            found.add(state)
    assert fixed_states(function) == found


@pytest.mark.parametrize("exponent", [400, -400])
def test_numbers_that_no_double_holds_are_told_exactly(exponent):
    # x = 2 - b relu(x - 1), y = y/2 + relu(y - b) with b = 10^+-400.
    b = fmpq(10) ** exponent
    arguments = (Row({0: fmpq(1)}, fmpq(-1)), Row({1: fmpq(1)}, -b))
    function = Rectified(2, arguments, (Row({2: -b}, fmpq(2)), Row({1: fmpq(1, 2), 3: fmpq(1)})))
    x = (2 + b) / (1 + b)
    assert fixed_states(function) == {(x, fmpq(0)), (x, 2 * b)}


def test_what_is_too_large_is_not_gone_through():
    rng = np.random.default_rng(0)
    assert affordable(network(6, rng), 1)
    assert not affordable(network(21, rng), 1)
    assert not affordable(network(6, rng), 4)


def scaled(function, factor):
    """z -> F(z) with all coefficients times a number."""
    return Rectified(function.dimension, function.arguments, tuple(row.times(factor) for row in function.rows))


@pytest.mark.parametrize("seed", range(4))
def test_arguments_about_all_words_at_once_agree_with_every_word(seed):
    """Smaller coefficients make contractions; where an argument holds, there is one fixed point and no other cycle."""
    function = network(3, np.random.default_rng(seed))
    held = 0
    for factor in (fmpq(1, 8), fmpq(1, 3), fmpq(1, 2), fmpq(1), fmpq(-1)):
        smaller = scaled(function, factor)
        if has_one_fixed_point(smaller):
            assert len(fixed_states(smaller)) == 1
            held += 1
        if has_no_cycle(smaller, 2):
            assert all_cycles(smaller, 2) == set()
            held += 1
    assert held >= 2


def test_a_fold_has_two_fixed_points_and_a_flip_a_cycle():
    """x -> 1 - 8/5 relu(x) + x/2: its fixed point is one by a P-matrix, but it has a cycle of period 2."""
    flip = Rectified(1, (Row({0: fmpq(1)}),), (Row({0: fmpq(1, 2), 1: fmpq(-8, 5)}, fmpq(1)),))
    assert has_one_fixed_point(flip)
    assert len(all_cycles(flip, 2)) == 1
    assert not has_no_cycle(flip, 2)
    tent = Rectified(1, (Row({0: fmpq(1)}),), (Row({0: fmpq(2), 1: fmpq(-4)}, fmpq(1)),))
    assert len(fixed_states(tent)) == 2
    assert not has_one_fixed_point(tent)


@pytest.mark.parametrize(("change", "holds"), [(None, True), ("weight", False)])
def test_lists_of_many_units_are_checked_by_uniqueness(change, holds):
    """A network of 24 units that contracts; one with a strong weight has one fixed point that is not shown to be so."""
    rng = np.random.default_rng(3)
    W = rng.integers(-8, 9, (24, 24)) / 512
    if change:
        W[0, 1], W[1, 0] = 4.0, 4.0
    h = rng.integers(-8, 9, 24) / 8
    rows = tuple(
        Row({i: fmpq(1, 2)} | {24 + j: fmpq(*w.as_integer_ratio()) for j, w in enumerate(W[i].tolist()) if w}, fmpq(1))
        for i in range(24)
    )
    function = Rectified(24, tuple(Row({i: fmpq(1)}, fmpq(*float(h[i]).as_integer_ratio())) for i in range(24)), rows)
    assert has_one_fixed_point(function) == holds
    assert has_no_cycle(function, 5) == holds
    assert has_no_cycle(function, 2) == holds


def test_one_fixed_point_of_forty_neurons_is_all():
    rng = np.random.default_rng(3)
    W = rng.integers(-8, 9, (40, 40)) / 256 * (1 - np.eye(40))
    A, h = np.full(40, 0.5), rng.integers(-8, 9, 40) / 8
    report = json.loads(render_json(db.analyze(db.PLRNN(A, W, h), periods=2)))
    weights = {"A": np.diag(A), "W": W, "h": h}
    claims = {check.claim: check.outcome for check in verify(report, weights=weights)}
    for claim in ("the list of fixed points is complete, as there is exactly one", "there are no others of period 2"):
        assert claims[claim] is Outcome.HOLDS
    report["fixed_points"]["points"][0]["certificate"]["center"][0] += 1.0
    claims = {check.claim: check.outcome for check in verify(report, weights=weights)}
    assert claims["the list of fixed points is complete"] is Outcome.NOT_ESTABLISHED


def test_a_list_complete_in_the_whole_space_is_checked_and_a_point_left_out_is_missed():
    analysis = db.analyze(db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5}), periods=0)
    report = json.loads(render_json(analysis))
    assert report["fixed_points"]["region"] is None
    claim = "the list of fixed points is complete, pattern by pattern"
    assert any(check.claim == claim for check in verify(report, precision=256))
    del report["fixed_points"]["points"][0]
    assert any(
        check.claim == claim and "1 are missing" in check.detail for check in verify(report, precision=256).failed
    )
