"""The checker shares no search, certificate, interval or differentiation code with what it checks."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import dynbench.verification

FILES = sorted(Path(dynbench.verification.__file__).parent.rglob("*.py"))
ALLOWED = {"dynbench.errors", "dynbench.symbolic.parsing", "dynbench.symbolic.matrix_parsing"}
#: The words of a report are compared with what the report code writes again; that file proves nothing about numbers.
WORDS = {"dynbench.reporting.json", "dynbench.reporting.rebuild", "dynbench._version"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} uses a relative import"
            names.add(str(node.module))
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_only_the_parser_and_the_errors_are_shared(path):
    ours = {name for name in imported(path) if name.split(".")[0] == "dynbench"}
    allowed = ALLOWED | WORDS if path.name == "words.py" else ALLOWED
    assert {name for name in ours if not name.startswith("dynbench.verification")} <= allowed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_is_executed_or_unpickled(path):
    tree = ast.parse(path.read_text())
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not called & {"eval", "exec", "compile", "__import__", "getattr", "setattr"}
    assert not attributes & {"parse_expr", "lambdify", "sympify_string", "loads_pickle"}
    assert not imported(path) & {"pickle", "importlib", "subprocess", "os"}
