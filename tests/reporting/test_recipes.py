"""What a report says to repeat it is run, and gives the same system and region."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.models import load_toml
from dynbench.reporting.recipes import python_recipe, toml_recipe


def declared(recipe):
    """The system that a recipe's lines declare, without the analysis and the report after it."""
    names: dict[str, object] = {}
    lines = [line for line in recipe.split("\n") if not line.startswith(("analysis", "db.report"))]
    exec("\n".join(lines), names)  # our own lines, from a system made in this test
    return names["system"]


@pytest.mark.parametrize("name", ["jang", "fold", "henon", "hostile"])
def test_python(name, request):
    analysis = request.getfixturevalue(name)
    again = declared(python_recipe(analysis))
    assert again == analysis.system
    assert again.name == analysis.system.name


def test_the_box_is_the_box(jang):
    assert "db.analyze(system, box=[[-3.0, 3.0], [-3.0, 3.0]], rng=0)" in python_recipe(jang)


def test_a_box_of_many_states_is_left_open_and_none_is_asked_for_where_there_was_none():
    search = db.search.NewtonStarts(starts=np.zeros((1, 13)))
    analysis = db.analyze(db.RNN(0.5 * np.eye(13), 0.1), search=search, rng=0)
    assert "db.analyze(system, rng=0)" in python_recipe(analysis)
    searched = dataclasses.replace(analysis.fixed_points, region=np.tile([-1.0, 1.0], (1, 13, 1)))
    assert "db.analyze(system, box=..., rng=0)" in python_recipe(dataclasses.replace(analysis, fixed_points=searched))


@pytest.mark.parametrize("name", ["jang", "fold", "henon"])
def test_toml(name, request, tmp_path):
    analysis = request.getfixturevalue(name)
    path = tmp_path / "model.toml"
    path.write_text(toml_recipe(analysis), encoding="utf-8")
    model = load_toml(path)
    assert model.system == analysis.system
    assert np.array_equal(list(model.box.values()), analysis.fixed_points.region[0])


def test_a_title_may_hold_anything(jang, tmp_path):
    name = 'a "title"\n[states]\tand \U0001f600 \\ more\x00\x7f'
    system = db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}, name=name)
    path = tmp_path / "model.toml"
    path.write_text(toml_recipe(dataclasses.replace(jang, system=system)), encoding="utf-8")
    assert load_toml(path).system.name == name.translate({0: 0xFFFD, 9: 0xFFFD, 10: 0xFFFD, 0x7F: 0xFFFD})


def test_what_toml_cannot_hold_gets_no_toml(hostile, jang):
    assert toml_recipe(hostile) == ""
    assert toml_recipe(dataclasses.replace(jang, system=db.ODE({"x": "a*x"}, {"a": sp.sqrt(2)}))) == ""
