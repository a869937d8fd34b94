"""Models in TOML files: declarations that execute nothing.

A file looks like this; ``kind``, ``parameters`` and ``box`` may be left out::

    name = "Toggle switch"
    kind = "flow"            # or "map"

    [states]
    u = "a/(1 + v^3) - u"
    v = "a/(1 + u^3) - v"

    [parameters]
    a = 4.0                  # or text, where the number is no decimal: "8/3", "sqrt(2)"

    [box]
    u = [0, 5]
    v = [0, 5]
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dynbench.errors import ModelError
from dynbench.symbolic.parsing import parse_expression
from dynbench.systems import ODE, Map, System

__all__ = ["Model", "load_toml"]

_KINDS: dict[str, type[System]] = {"flow": ODE, "map": Map}
_KEYS = ("name", "kind", "states", "parameters", "box")
#: No model is that long; a larger file is a mistake.
_LARGEST_FILE = 1_000_000


@dataclass(frozen=True)
class Model:
    """A system from a file, with the region that the file suggests.

    Attributes
    ----------
    system : System
        The system.
    box : dict or None
        State name -> (low, high), or None where the file gives none.
    path : Path
        The file.
    """

    system: System
    box: dict[str, tuple[float, float]] | None
    path: Path


def load_toml(path: str | Path) -> Model:
    """Read a model from a TOML file.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    Model
        The system and its box.

    Raises
    ------
    ModelError
        If the file cannot be read or declares no sound system; the message names the file and the key.
    """
    try:
        path = Path(path)
    except TypeError as error:
        raise ModelError(f"path is {path!r:.60}; expected the path of a TOML file.") from error
    data = _read(path)
    try:
        return _model(data, path)
    except ModelError as error:
        raise ModelError(f"{path.name}: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ModelError(f"{path} is larger than {_LARGEST_FILE} bytes: that is no model.")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:  # also tomllib's and the decoder's errors, and a null in the path
        raise ModelError(f"{path} is no TOML file: {error}.") from error


def _model(data: Mapping[str, Any], path: Path) -> Model:
    unknown = [key for key in data if key not in _KEYS]
    if unknown:
        raise ModelError(f"the key {unknown[0]!r} is unknown; expected {', '.join(_KEYS)}.")
    name = data.get("name", path.stem)
    if not isinstance(name, str):
        raise ModelError(f"name is {name!r:.40}; expected text.")
    kind = data.get("kind", "flow")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ModelError(f"kind is {kind!r:.40}; expected 'flow' or 'map'.")
    if "states" not in data:
        raise ModelError("the table [states] is missing.")
    states = _table(data, "states")
    for state, expression in states.items():
        if isinstance(expression, bool) or not isinstance(expression, str | int | float):
            raise ModelError(f'the equation for {state} is {expression!r:.40}; expected text such as "x - x^3".')
    parameters = _table(data, "parameters")
    for parameter, value in parameters.items():
        parameters[parameter] = _value(parameter, value)
    system = _KINDS[kind](states, parameters, name=name)
    return Model(system, _box(data, system), path)


def _value(parameter: str, value: Any) -> Any:
    """The value of a parameter: a number, or text that reads as one, such as "8/3"."""
    if isinstance(value, str):
        try:
            return parse_expression(value, {})
        except ModelError as error:
            raise ModelError(f"the value of parameter {parameter}: {error}") from error
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ModelError(f"the value of parameter {parameter} is {value!r:.40}; expected a number.")
    return value


def _table(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise ModelError(f"{key} is {table!r:.40}; expected a table [{key}].")
    return table


def _box(data: Mapping[str, Any], system: System) -> dict[str, tuple[float, float]] | None:
    if "box" not in data:
        return None
    box = _table(data, "box")
    for state, bounds in box.items():
        if state not in system.state_names:
            raise ModelError(f"the box names {state}, which is no state.")
        if not (isinstance(bounds, list) and len(bounds) == 2 and all(_is_number(b) for b in bounds)):
            raise ModelError(f"the box of {state} is {bounds!r:.40}; expected two finite numbers.")
        if not bounds[0] < bounds[1]:
            raise ModelError(f"the box of {state} is {bounds}; the lower bound must come first.")
    missing = [state for state in system.state_names if state not in box]
    if missing:
        raise ModelError(f"the box gives no bounds for {missing[0]}.")
    return {state: (float(box[state][0]), float(box[state][1])) for state in system.state_names}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
