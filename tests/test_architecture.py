"""The plan of the house, enforced: rooms import only from rooms above them, and importing dynbench stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "dynbench"

#: DESIGN's table, lowest room first. `reporting` holds what DESIGN calls `report`, as that is the public function.
ROOMS = [
    "errors",
    "_version",
    "_arrays",
    "symbolic",
    "systems",
    "models",
    "piecewise",
    "networks",
    "invariants",
    "flow",
    "fixed_points",
    "cycles",
    "orbits",
    "continuation",
    "manifolds",
    "transitions",
    "basins",
    "analysis",
    "plotting",
    "reporting",
    "verification",
    "cli",
]

#: Methods of `System` that hand over to a room above, imported when they are called.
CONVENIENCES = {("systems", "invariants")}

#: What `import dynbench` may load: the core libraries and what they load themselves.
CORE = {"dynbench", "sympy", "mpmath", "numpy", "scipy", "networkx", "flint", "gmpy2"}


def imports(path: Path) -> set[str]:
    """The rooms that a file imports from, lazily or not, but not for type checking only."""
    tree = ast.parse(path.read_text())
    guarded = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    modules = []
    for node in ast.walk(tree):
        if id(node) in guarded:
            continue
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} uses a relative import"
            names = [f"dynbench.{alias.name}" for alias in node.names]
            modules += names if node.module == "dynbench" else [node.module]
        elif isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
    return {module.split(".")[1] for module in modules if module.startswith("dynbench.")}


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or not path.name.startswith("__"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_from_rooms_above_it(path):
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert room in ROOMS, f"{room} is a room that the plan does not have"
    for other in imports(path) - {room}:
        assert other in ROOMS, f"{path} imports the unknown room {other}"
        assert ROOMS.index(other) < ROOMS.index(room) or (room, other) in CONVENIENCES, f"{room} imports from {other}"


def loaded_by(statement: str) -> set[str]:
    """The top-level modules outside the standard library that a fresh interpreter has loaded after `statement`."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    names = {name.partition(".")[0] for name in result.stdout.split()}
    return {name for name in names if name not in sys.stdlib_module_names and not name.startswith("_")}


def test_importing_dynbench_loads_only_the_core():
    loaded = loaded_by("import dynbench")
    assert not loaded & {"matplotlib", "pandas", "numba", "jinja2", "typer", "rich", "torch", "PIL"}
    libraries = loaded_by("import sympy, numpy, scipy.optimize, scipy.linalg, scipy.special, networkx, flint")
    assert loaded <= CORE | libraries


def test_report_stays_a_function_whatever_is_imported():
    code = "import dynbench, dynbench.reporting.html; assert callable(dynbench.report)"
    subprocess.run([sys.executable, "-c", code], check=True)
