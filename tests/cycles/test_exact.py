"""The character of cycles at ties of moduli: by the producer, by the verification, and in reports."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from flint import arb_mat, ctx, fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.cycles.exact import character_of
from dynbench.fixed_points.spectrum import enclosed_spectrum, estimated_spectrum
from dynbench.reporting.json import render_json
from dynbench.reporting.rebuild import analysis_of
from dynbench.verification import verify
from dynbench.verification.piecewise import orbits

HALF, TURNED = fmpq(1, 2), [[fmpq(0), fmpq(-1, 2)], [fmpq(1, 2), fmpq(0)]]
TILTED = [[fmpq(3, 10), fmpq(-4, 10)], [fmpq(4, 10), fmpq(3, 10)]]  # 3/10 +- 4/10 i, of modulus 1/2

#: Blocks along the diagonal, and what a cycle with their eigenvalues as multipliers is.
TIES = [
    ([HALF, -HALF], "flip node"),
    ([-HALF, HALF], "flip node"),
    ([HALF, HALF], "node"),
    ([-HALF, -HALF], "flip node"),
    ([HALF, fmpq(-1, 3)], "node"),
    ([HALF, -HALF + fmpq(1, 10**20)], "flip node"),
    ([HALF, -HALF + fmpq(1, 10**6)], "node"),
    ([-HALF + fmpq(1, 10**6), HALF, fmpq(1, 5)], "node"),
    ([TURNED, -HALF], "flip focus"),
    ([-HALF, TILTED], "flip focus"),
    ([HALF, TILTED], "focus"),
    ([TURNED, fmpq(-1, 3)], "focus"),
    ([TILTED, fmpq(-2, 3)], "flip focus"),
    ([TURNED, HALF, -HALF], "flip focus"),
    ([fmpq(2), fmpq(-2)], "flip node"),
    ([fmpq(2), fmpq(-2), HALF], "flip saddle"),
    ([fmpq(2), -HALF, HALF], "saddle"),
    ([fmpq(-2), TURNED], "flip saddle-focus"),
    ([fmpq(0), fmpq(0)], "node"),
    ([fmpq(1) - fmpq(1, 10**11), -fmpq(1) - fmpq(1, 10**12)], "flip saddle"),
]


def diagonal(blocks):
    sizes = [len(b) if isinstance(b, list) else 1 for b in blocks]
    matrix, at = fmpq_mat(sum(sizes), sum(sizes)), 0
    for block, size in zip(blocks, sizes, strict=True):
        for i in range(size):
            for j in range(size):
                matrix[at + i, at + j] = block[i][j] if isinstance(block, list) else block
        at += size
    return matrix


def characters(matrix):
    """As cycles/ and the verification, which share no code, say it."""
    with ctx.workprec(256):
        enclosed = enclosed_spectrum(arb_mat(matrix), "map")
    with ctx.workprec(128):
        again = orbits.character_of(orbits.multipliers_of(matrix))
    return character_of(enclosed), again


@pytest.mark.parametrize(("blocks", "character"), TIES)
def test_a_tie_is_a_flip_where_one_of_the_largest_is_negative(blocks, character):
    assert characters(diagonal(blocks)) == (character, character)


def test_a_tie_of_doubles_is_a_tie():
    """Of multipliers that are not enclosed neither is shown to be smaller; one that plainly is does not count."""
    turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    tied, apart = (estimated_spectrum(turn @ np.diag([0.5, b]) @ turn.T, "map") for b in (-0.5, -0.4))
    assert (character_of(tied), character_of(apart)) == ("flip node", "node")


VALUES = st.sampled_from([fmpq(p, q) for p, q in ((1, 2), (-1, 2), (1, 3), (-1, 3), (2, 1), (-2, 1), (0, 1))])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(VALUES, st.sampled_from([TURNED, TILTED])), min_size=1, max_size=3), st.randoms())
def test_both_say_the_same_in_other_coordinates(blocks, random):
    """In any order of the blocks, and after a change of coordinates, which loses no digit of rational numbers."""
    matrix = diagonal(blocks)
    n = matrix.nrows()
    change = fmpq_mat([[fmpq(1 if i == j else random.randint(-2, 2) * (i < j)) for j in range(n)] for i in range(n)])
    first, again = characters(change * matrix * change.inv())
    assert first == again == characters(diagonal(blocks[::-1]))[0]


REPORTED = {
    "1/2 and -1/2": ({"x": "x/2 + Max(x - 9, 0)/9", "y": "-y/2"}, "flip node"),
    "-1/2 and 1/2": ({"x": "-x/2 + Max(x - 9, 0)/9", "y": "y/2"}, "flip node"),
    "a pair and -1/2": ({"x": "-y/2 + Max(x - 9, 0)/9", "y": "x/2", "z": "-z/2"}, "flip focus"),
}


@pytest.mark.parametrize("name", REPORTED)
def test_reports_on_ties_hold_and_others_do_not(name):
    equations, character = REPORTED[name]
    analysis = db.analyze(db.Map(equations), periods=1, box=[(-4, 4)] * len(equations))
    found = [c for c in analysis.cycles if np.allclose(np.abs(c.multipliers), 0.5, atol=1e-14)]
    assert [c.character for c in found] == [character]
    report = json.loads(render_json(analysis))
    assert verify(report, precision=128).holds
    shape = character.removeprefix("flip ")
    cycles = tuple(dataclasses.replace(c, character=shape) if c is found[0] else c for c in analysis.cycles)
    false = dataclasses.replace(analysis, cycles=dataclasses.replace(analysis.cycles, cycles=cycles))
    report = json.loads(render_json(analysis_of(json.loads(render_json(false)))))
    assert [c.claim for c in verify(report, precision=128).failed] == [f"cycle 0: a {shape}"]
