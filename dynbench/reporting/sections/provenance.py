"""Where a report comes from, how to make it again, and whose methods it uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynbench.reporting.blocks import Block, Bullets, Code, Name, Paragraph, Section, Table, Text
from dynbench.reporting.numbers import readable
from dynbench.reporting.recipes import periods_asked, python_recipe, toml_recipe
from dynbench.reporting.references import references
from dynbench.reporting.strategies import in_words

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["provenance_section", "references_section"]


def provenance_section(analysis: Analysis) -> Section:
    """Versions, seed and settings, and what to type to repeat the analysis."""
    rows: list[tuple[Text, ...]] = []
    for key, value in analysis.provenance.items():
        shown = list(map(in_words, value)) if key == "strategies" else value
        rows.append(((key.replace("_", " "),), (Name(_listed(shown)),)))
    headers: tuple[Text, ...] = (("setting",), ("value",))
    blocks: list[Block] = [Table("Versions and settings", headers, tuple(rows))]
    model = toml_recipe(analysis)
    if model:
        command = f"dynbench report model.toml -o report.html --seed {analysis.provenance.get('seed', 0)}"
        periods = periods_asked(analysis)
        command += f" --periods {periods}" if periods.isdecimal() else ""
        blocks += [
            Paragraph(("To repeat it from a shell, save this as model.toml and run the command below:",)),
            *(Code(model, "toml"), Code(command, "sh")),
            Paragraph(("To repeat it from Python:",)),
        ]
    else:
        blocks.append(Paragraph(("To repeat it:",)))
    return Section("provenance", "Provenance", (*blocks, Code(python_recipe(analysis))))


def _listed(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {readable(str(entry))}" for key, entry in value.items())
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def references_section(analysis: Analysis) -> Section:
    """The sources of the methods."""
    return Section("references", "References", (Bullets(tuple((text,) for text in references(analysis))),))
