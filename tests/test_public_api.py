"""Every public name says what it is, and every parameter of it is documented."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import re
import types

import networkx as nx
import pytest

import dynbench as db


def public(module):
    """The public names of a module and, through the modules among them, of those below: path -> object."""
    found = {}
    for name in module.__all__:
        value = getattr(module, name)
        if isinstance(value, types.ModuleType):
            found |= {f"{name}.{inner}": below for inner, below in public(value).items()}
        else:
            found[name] = value
    return found


PUBLIC = public(db)
FUNCTIONS = {name: value for name, value in PUBLIC.items() if inspect.isfunction(value)}
CLASSES = {name: value for name, value in PUBLIC.items() if inspect.isclass(value)}
METHODS = {
    f"{name}.{attribute}": getattr(value, attribute)
    for name, value in CLASSES.items()
    for attribute in vars(value)
    if not attribute.startswith("_") and callable(getattr(value, attribute)) and not issubclass(value, enum.Enum)
}


def section(docstring, *titles):
    """The names documented in the numpydoc sections `titles`: entries "name : type" or "first, second : type"."""
    entries = set()
    for title in titles:
        match = re.search(rf"^{title}\n-+\n(.*?)(?=^\S[^\n]*\n-+$|\Z)", docstring, re.MULTILINE | re.DOTALL)
        if match:
            for line in re.findall(r"^(\S.*)$", match[1], re.MULTILINE):
                entries |= {name.strip().lstrip("*") for name in line.partition(" :")[0].split(",")}
    return entries


def parameters(function):
    """The names of the parameters, without self and cls."""
    return [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]


def test_the_lists_of_public_names_are_sound():
    modules = [
        db,
        *(value for value in vars(db).values() if isinstance(value, types.ModuleType) and "__all__" in vars(value)),
    ]
    assert db.search in modules
    for module in modules:
        assert len(set(module.__all__)) == len(module.__all__), module.__name__
        assert [name for name in module.__all__ if not hasattr(module, name)] == [], module.__name__


@pytest.mark.parametrize("name", [*FUNCTIONS, *CLASSES, *METHODS])
def test_a_public_name_says_what_it_is(name):
    value = {**FUNCTIONS, **CLASSES, **METHODS}[name]
    docstring = inspect.getdoc(value)
    assert docstring
    assert re.search(r"[.:?!)]$", docstring.split("\n\n")[0].strip()), "the summary is no sentence"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_of_a_function_is_documented(name):
    function = FUNCTIONS[name]
    documented = section(inspect.getdoc(function), "Parameters")
    assert documented == set(parameters(function))


@pytest.mark.parametrize("name", [n for n, value in CLASSES.items() if not issubclass(value, enum.Enum | Exception)])
def test_every_parameter_of_a_class_is_documented(name):
    cls = CLASSES[name]
    documented = section(inspect.getdoc(cls), "Parameters", "Attributes")
    if issubclass(cls, nx.Graph):
        pytest.skip("it is made as networkx makes a graph")
    wanted = {f.name for f in dataclasses.fields(cls)} if dataclasses.is_dataclass(cls) else set(parameters(cls))
    assert wanted <= documented
