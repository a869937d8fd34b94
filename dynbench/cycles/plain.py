"""Cycles as plain Python values, and back: nothing is rounded, and nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp

from dynbench._arrays import readonly
from dynbench.cycles.records import Cycle, CycleKind
from dynbench.fixed_points import Status
from dynbench.piecewise.words import read_word, written

__all__ = ["cycle_from_dict", "cycle_to_dict"]


def cycle_to_dict(cycle: Cycle) -> dict[str, Any]:
    """A cycle as lists, numbers, strings and None."""
    return {
        "period": cycle.period,
        "points": cycle.points.tolist(),
        "multipliers": [[float(m.real), float(m.imag)] for m in cycle.multipliers],
        "stability": list(cycle.stability),
        "kind": cycle.kind.value,
        "status": cycle.status.value,
        "residual": cycle.residual,
        "note": cycle.note,
        "word": None if cycle.word is None else written(cycle.word),
        "exact": None if cycle.exact is None else [[str(e) for e in point] for point in cycle.exact],
        "character": cycle.character,
        "proved": cycle.proved,
    }


def cycle_from_dict(data: Mapping[str, Any]) -> Cycle:
    """The cycle of which `cycle_to_dict` made `data`; what reports written before this issue lack is left out."""
    pairs = np.array(data["multipliers"], dtype=float).reshape(-1, 2)
    stable, central, unstable = data["stability"]
    word, exact = data.get("word"), data.get("exact")
    return Cycle(
        period=data["period"],
        points=readonly(data["points"]),
        multipliers=readonly(pairs[:, 0] + 1j * pairs[:, 1], complex),
        stability=(stable, central, unstable),
        kind=CycleKind(data["kind"]),
        status=Status(data["status"]),
        residual=data["residual"],
        note=data["note"],
        word=None if word is None else read_word(word),
        exact=None if exact is None else tuple(tuple(sp.Rational(e) for e in point) for point in exact),
        character=data.get("character", ""),
        proved=data.get("proved", False),
    )
