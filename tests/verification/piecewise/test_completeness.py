"""Fixed points of piecewise-linear systems in the whole space, by every pattern: the sieve leaves out none."""

from __future__ import annotations

import json

import numpy as np
import pytest
from flint import fmpq

import dynbench as db
from dynbench.reporting.json import render_json
from dynbench.verification import verify
from dynbench.verification.piecewise.rows import Rectified, Row
from dynbench.verification.piecewise.sieve import patterns_left
from dynbench.verification.piecewise.words import affordable, fixed_states


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


def test_what_is_too_large_is_not_gone_through():
    rng = np.random.default_rng(0)
    assert affordable(network(6, rng), 1)
    assert not affordable(network(21, rng), 1)
    assert not affordable(network(6, rng), 4)


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
