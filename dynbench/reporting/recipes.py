"""What to type to repeat an analysis: a model file for the command, and lines of Python."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

import sympy as sp

from dynbench.errors import ModelError
from dynbench.fixed_points.results import MOST_COLUMNS
from dynbench.reporting.names import printable
from dynbench.reporting.strategies import in_words

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.systems import System

__all__ = ["periods_asked", "python_recipe", "toml_recipe"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml_recipe(analysis: Analysis) -> str:
    """The model as a TOML file; empty where such a file cannot hold it."""
    system, region = analysis.system, analysis.fixed_points.region
    if system.matrix_form is not None:
        return ""
    numbers = all(isinstance(v, int | float) and math.isfinite(v) for v in system.parameters.values())
    if not (numbers and _parses(system)) or (region is not None and len(region) > 1):
        return ""
    lines = [f"name = {_quoted(printable(system.name))}"] if system.name else []
    lines += [f'kind = "{system.kind}"', "", "[states]"]
    lines += [f"{_key(name)} = {_quoted(text)}" for name, text in _equations(system).items()]
    if system.parameters:
        lines += ["", "[parameters]", *(f"{_key(name)} = {value}" for name, value in system.parameters.items())]
    if region is not None:
        bounds = zip(system.state_names, region[0].tolist(), strict=True)
        lines += ["", "[box]", *(f"{_key(name)} = {pair}" for name, pair in bounds)]
    return "\n".join(lines)


def periods_asked(analysis: Analysis) -> str:
    """The periods of cycles looked for, as an argument: a number k for 1 to k, else a list; empty where none were."""
    if analysis.cycles is None:
        return ""
    periods = list(analysis.cycles.periods)
    return str(len(periods)) if periods == list(range(1, len(periods) + 1)) else str(periods)


def python_recipe(analysis: Analysis) -> str:
    """Lines of Python that repeat the analysis; names that no string model may have come as SymPy symbols."""
    system, region = analysis.system, analysis.fixed_points.region
    box = "" if region is None else f", box={(region[0] if len(region) == 1 else region).tolist()}"
    periods = f", periods={periods_asked(analysis)}" if periods_asked(analysis) else ""
    if system.matrix_form is not None:
        many = region is not None and len(system.state_names) > MOST_COLUMNS
        return _of_arrays(analysis, (", box=..." if many else box) + periods)
    declared, values = (_as_text if _parses(system) else _as_symbols)(system)
    arguments = [f"{{{', '.join(f'{k}: {v}' for k, v in declared.items())}}}"]
    if values:
        arguments.append(f"{{{', '.join(f'{k}: {v}' for k, v in values.items())}}}")
    if system.name:
        arguments.append(f"name={system.name!r}")
    body = [
        f"system = db.{type(system).__name__}({', '.join(arguments)})",
        f"analysis = db.analyze(system{box}{periods}, rng={analysis.provenance.get('seed', 0)})",
        'db.report(analysis, "report.html")',
    ]
    imports = ["import dynbench as db", *(["import sympy"] if "sympy." in body[0] else [])]
    return "\n".join([*imports, "", *body])


def _of_arrays(analysis: Analysis, box: str) -> str:
    """What can be typed of a system whose arrays are not written down, and how to see that it is the same one."""
    lines = [
        "import dynbench as db",
        "",
        "system = ...  # the equations above with the arrays whose SHA-256 stands beside their names",
        f'assert system.content_hash == "{analysis.system.content_hash}"',
        *(f"# searched by {in_words(strategy)}" for strategy in analysis.fixed_points.strategies),
        f"analysis = db.analyze(system{box}, rng={analysis.provenance.get('seed', 0)})",
        'db.report(analysis, "report.html")',
    ]
    return "\n".join(lines)


def _equations(system: System) -> dict[str, str]:
    return {name: str(right) for name, right in zip(system.state_names, system.rhs, strict=True)}


def _parses(system: System) -> bool:
    """Whether strings declare the same system: a name may hold what the parser does not read."""
    try:
        return bool(type(system)(_equations(system), system.parameters) == system)
    except ModelError:
        return False


def _as_text(system: System) -> tuple[dict[str, str], dict[str, str]]:
    equations = {repr(name): repr(text) for name, text in _equations(system).items()}
    return equations, {repr(name): _literal(value) for name, value in system.parameters.items()}


def _as_symbols(system: System) -> tuple[dict[str, str], dict[str, str]]:
    equations = {_expression(s): _expression(right) for s, right in zip(system.states, system.rhs, strict=True)}
    values = zip(system.parameter_symbols, system.parameters.values(), strict=True)
    return equations, {_expression(symbol): _literal(value) for symbol, value in values}


def _literal(value: Any) -> str:
    return repr(value) if isinstance(value, int | float) or value is None else _expression(value)


def _expression(expression: sp.Basic) -> str:
    return f"sympy.sympify({sp.srepr(expression)!r})"


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
