"""Where a report comes from, how to make it again, and whose methods it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynbench.reporting.blocks import Bullets, Code, Name, Paragraph, Section, Table, Text
from dynbench.reporting.references import references

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["provenance_section", "references_section"]


def provenance_section(analysis: Analysis) -> Section:
    """Versions, seed and settings, and the lines of Python that repeat the analysis."""
    rows: list[tuple[Text, ...]] = []
    for key, value in analysis.provenance.items():
        listed = "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        rows.append(((key.replace("_", " "),), (Name(listed),)))
    headers: tuple[Text, ...] = (("setting",), ("value",))
    table = Table("Versions and settings", headers, tuple(rows))
    return Section("provenance", "Provenance", (table, Paragraph(("To repeat it:",)), Code(_recipe(analysis))))


def references_section(analysis: Analysis) -> Section:
    """The sources of the methods."""
    return Section("references", "Methods", (Bullets(tuple((text,) for text in references(analysis))),))


def _recipe(analysis: Analysis) -> str:
    system, region = analysis.system, analysis.fixed_points.region
    kind = "Map" if system.kind == "map" else "ODE"
    equations = {str(left): str(right) for left, right in system.equations}
    values = {name: _literal(value) for name, value in system.parameters.items()}
    arguments = [", ".join(["{" + ", ".join(f"{k!r}: {v!r}" for k, v in equations.items()) + "}"])]
    if values:
        arguments.append("{" + ", ".join(f"{k!r}: {v}" for k, v in values.items()) + "}")
    if system.name:
        arguments.append(f"name={system.name!r}")
    box = "" if region is None else f", box={(region[0] if len(region) == 1 else region).tolist()}"
    lines = [
        "import dynbench as db",
        *(["import sympy"] if any("sympy" in v for v in values.values()) else []),
        "",
        f"system = db.{kind}({', '.join(arguments)})",
        f"analysis = db.analyze(system{box}, rng={analysis.provenance.get('seed', 0)})",
        'db.report(analysis, "report.html")',
    ]
    return "\n".join(lines)


def _literal(value: Any) -> str:
    return repr(value) if isinstance(value, int | float) else f"sympy.sympify({str(value)!r})"
