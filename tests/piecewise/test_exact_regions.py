"""Regions in rational numbers, against linear programs and against states."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.piecewise import piecewise_linear, regions
from dynbench.piecewise.exact_regions import exact_patterns, few_enough
from dynbench.piecewise.regions import _by_programs, realised_patterns


def patterns(found):
    assert len(np.unique(found, axis=0)) == len(found)
    return {tuple(p) for p in found.tolist()}


def network(n, units, seed=0):
    rng = np.random.default_rng(seed)
    W1, W2, h2 = rng.normal(size=(n, units)), rng.normal(size=(units, n)).round(1), rng.normal(size=units).round(1)
    W2[1], h2[1] = -2 * W2[0], -2 * h2[0]  # one border twice
    W2[2], h2[2] = 0.0, -1.0
    return piecewise_linear(db.PLRNN.shallow(np.full(n, 0.5), W1, W2, np.zeros(n), h2))


@pytest.mark.parametrize(("n", "units"), [(1, 8), (2, 7), (3, 6), (9, 5)])
def test_regions_are_those_of_linear_programs(n, units):
    form = network(n, units)
    assert patterns(exact_patterns(form.rational, 4096)) == patterns(_by_programs(form, 4096))


@pytest.mark.parametrize(
    "equations",
    [
        {"x": "x/2 + Abs(Abs(x) - 1)/3"},
        {"x": "x/2 + Max(x, Abs(y) - 1)/3", "y": "y/2 + Max(0, 1 - 2*y + Abs(x - y/3))/5"},
    ],
)
def test_nested_units_part_each_region_on_their_own(equations):
    form = piecewise_linear(db.Map(equations))
    assert form.rational.nested
    found = patterns(exact_patterns(form.rational, 4096))
    assert found == patterns(_by_programs(form, 4096))
    states = np.random.default_rng(0).normal(size=(2000, form.dimension)) * 3
    assert patterns(np.unique(form.pattern(states), axis=0)) <= found


def test_nested_units_make_too_many_regions():
    tents = "x"
    for _ in range(5):
        tents = f"Abs({tents} - 1/2)*2"
    form = piecewise_linear(db.Map({"x": tents}))
    assert exact_patterns(form.rational, 5) is None
    with pytest.raises(db.errors.InputError, match="more than 5 regions"):
        realised_patterns(form, most=5)


def test_how_many_units_are_few_enough():
    for n, units in ((1, 316), (2, 46), (3, 18), (50, 7)):
        assert few_enough(n, units, nested=False)
        assert not few_enough(n, units + 1, nested=False)
        assert not few_enough(n, units, nested=True)


def test_independent_units_have_too_many_regions_without_a_linear_program(monkeypatch):
    rng = np.random.default_rng(5)
    network = db.PLRNN.shallow(np.full(15, 0.5), rng.normal(size=(15, 30)), rng.normal(size=(30, 15)), 0, 1)
    monkeypatch.setattr(regions, "linprog", None)
    with pytest.raises(db.errors.InputError, match=r"more than 4096 regions \(first 13 of 30 units\)"):
        realised_patterns(piecewise_linear(network))
