"""What a model declares, as plain data and as text."""

from __future__ import annotations

from typing import Any

from dynbench.reporting.numbers import plural
from dynbench.systems import System

__all__ = ["as_text", "declared"]


def declared(system: System) -> dict[str, Any]:
    """The name, the equations and the parameters of a system."""
    return {
        "name": system.name,
        "kind": system.kind,
        "states": list(system.state_names),
        "equations": {str(left): str(right) for left, right in system.equations},
        "parameters": {
            name: None if value is None else system.described_parameters[name]
            for name, value in system.parameters.items()
        },
        "missing_values": [name for name, value in system.parameters.items() if value is None],
    }


def as_text(system: System) -> str:
    """The same, in lines for a terminal."""
    content = declared(system)
    left = "{}' = {}" if system.kind == "flow" else "next {} = {}"
    lines = [f"{system.name or 'Unnamed'}: {system.kind}, {plural(system.dimension, 'state')}"]
    lines += ["  " + left.format(name, right) for name, right in content["equations"].items()]
    lines += [f"  {name} = {value or '(no value)'}" for name, value in content["parameters"].items()]
    missing = content["missing_values"]
    lines.append(f"Valid; still without a value: {', '.join(missing)}." if missing else "Valid.")
    return "\n".join(lines)
