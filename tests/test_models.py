"""Models in TOML files."""

from __future__ import annotations

import pytest

import dynbench as db

GOOD = """
name = "Toggle switch"
[states]
u = "a/(1 + v^3) - u"
v = "a/(1 + u^3) - v"
[parameters]
a = 4.1
[box]
v = [0, 5]
u = [0, 6.5]
"""


@pytest.fixture
def load(tmp_path):
    def load(text):
        path = tmp_path / "model.toml"
        path.write_text(text)
        return db.load_toml(path)

    return load


def test_a_model_is_read(load):
    model = load(GOOD)
    assert isinstance(model.system, db.ODE)
    assert model.system.name == "Toggle switch"
    assert model.system.state_names == ("u", "v")
    assert dict(model.system.parameters) == {"a": 4.1}
    assert model.box == {"u": (0.0, 6.5), "v": (0.0, 5.0)}
    assert model.system == db.ODE({"u": "a/(1 + v^3) - u", "v": "a/(1 + u^3) - v"}, {"a": 4.1})


def test_what_may_be_left_out(load):
    model = load('kind = "map"\n[states]\nx = "x/2"')
    assert isinstance(model.system, db.Map)
    assert model.system.name == "model"
    assert model.box is None


BAD = {
    "not TOML": ("[states", "no TOML file"),
    "no states": ('name = "x"', r"\[states\] is missing"),
    "empty states": ("[states]", "no states"),
    "unknown key": ('[states]\nx = "x"\n[parms]\na = 1', "parms"),
    "kind": ('kind = "pde"\n[states]\nx = "x"', "pde"),
    "kind of a wrong type": ("kind = 3\n[states]\nx = '1'", "kind"),
    "name of a wrong type": ('name = 3\n[states]\nx = "x"', "name"),
    "states no table": ("states = 3", "table"),
    "equation of a wrong type": ("[states]\nx = [1]", "equation for x"),
    "equation is false": ("[states]\nx = true", "equation for x"),
    "undeclared symbol": ('[states]\nx = "a*x"', "a"),
    "parameter of a wrong type": ('[states]\nx = "a*x"\n[parameters]\na = "2*x"', "parameter a"),
    "parameter not finite": ('[states]\nx = "a*x"\n[parameters]\na = nan', "finite"),
    "box of an unknown state": ('[states]\nx = "x"\n[box]\ny = [0, 1]', "y, which is no state"),
    "box without a state": ('[states]\nx = "x"\ny = "y"\n[box]\ny = [0, 1]', "no bounds for x"),
    "box reversed": ('[states]\nx = "x"\n[box]\nx = [1, 0]', "lower bound"),
    "box of a wrong shape": ('[states]\nx = "x"\n[box]\nx = [1, 2, 3]', "two finite numbers"),
    "box not finite": ('[states]\nx = "x"\n[box]\nx = [0, inf]', "two finite numbers"),
    "code": ("[states]\nx = \"__import__('os').system('true')\"", "model.toml"),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_a_bad_file_is_refused_in_one_sentence_that_names_it(case, load):
    text, expected = BAD[case]
    with pytest.raises(db.errors.ModelError, match=expected) as caught:
        load(text)
    assert "model.toml" in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(db.errors.ModelError, match=r"absent\.toml cannot be read"):
        db.load_toml(tmp_path / "absent.toml")


def test_a_huge_file_is_refused(tmp_path):
    path = tmp_path / "huge.toml"
    path.write_text("#" * 1_100_000)
    with pytest.raises(db.errors.ModelError, match="larger"):
        db.load_toml(path)
