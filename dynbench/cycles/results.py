"""`Cycles`: the cycles of a map that a search found, and for which periods these are all."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from dynbench.cycles.plain import cycle_from_dict, cycle_to_dict
from dynbench.cycles.records import Cycle
from dynbench.piecewise.words import Word, read_word, written

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CycleContinuum", "Cycles"]


@dataclass(frozen=True, eq=False)
class CycleContinuum:
    """A set of periodic points of positive dimension, proved in exact arithmetic.

    Attributes
    ----------
    period : int
        F^k(z) = z holds for all of its states, and for no smaller k; single states may have a smaller period.
    word : tuple of tuples of bool
        The set lies in the closed regions of these patterns.
    dimension : int
    through : (r, n) array
        Some of its states (its two ends, where it is a segment), rounded.
    """

    period: int
    word: Word
    dimension: int
    through: NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Cycles(Sequence[Cycle]):
    """An immutable sequence of cycles of a map, by period, with what is known about the set as a whole.

    Attributes
    ----------
    cycles : tuple of Cycle
    state_names : tuple of str
    complete : mapping of int to bool
        For each period asked for: True only with a proof that `region` holds no cycle of that smallest period but the
        certified ones listed. Empty for a flow, whose cycles are never known to be all.
    arguments : mapping of int to str
        For each period: by what argument, or why not.
    region : (n, 2) array or None
        Cycles all of whose points lie in this box were asked for; None for the whole state space.
    strategies : tuple of str
        The strategies that searched.
    continua : tuple of CycleContinuum
        Sets of periodic points of positive dimension.
    interrupted : bool
        True where the user interrupted the search.
    """

    cycles: tuple[Cycle, ...]
    state_names: tuple[str, ...]
    complete: Mapping[int, bool]
    arguments: Mapping[int, str]
    region: NDArray[np.float64] | None = None
    strategies: tuple[str, ...] = ()
    continua: tuple[CycleContinuum, ...] = ()
    interrupted: bool = False

    @overload
    def __getitem__(self, index: int) -> Cycle: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Cycle, ...]: ...
    def __getitem__(self, index: int | slice) -> Cycle | tuple[Cycle, ...]:
        return self.cycles[index]

    def __len__(self) -> int:
        return len(self.cycles)

    def __iter__(self) -> Iterator[Cycle]:
        return iter(self.cycles)

    @property
    def periods(self) -> tuple[int, ...]:
        """The periods asked for."""
        return tuple(self.complete)

    def of_period(self, period: int) -> tuple[Cycle, ...]:
        """The cycles of one (smallest) period."""
        return tuple(cycle for cycle in self.cycles if cycle.period == period)

    def numbered(self, first: int) -> dict[int, Cycle]:
        """The cycles of more than one state by number, in their order.

        Parameters
        ----------
        first : int
            The first number. Behind the fixed points of the same system, numbered from 0 on, it is how many they are.
        """
        return dict(enumerate((cycle for cycle in self.cycles if len(cycle.points) > 1), first))

    def to_dict(self) -> dict[str, Any]:
        """Plain Python values (lists, numbers, strings, None), ready for JSON."""
        return {
            "states": list(self.state_names),
            "periods": [
                {"period": k, "cycles": len(self.of_period(k)), "complete": done, "argument": self.arguments[k]}
                for k, done in self.complete.items()
            ],
            "region": None if self.region is None else self.region.tolist(),
            "strategies": list(self.strategies),
            "continua": [
                {"period": c.period, "word": written(c.word), "dimension": c.dimension, "through": c.through.tolist()}
                for c in self.continua
            ],
            "interrupted": self.interrupted,
            "cycles": [cycle_to_dict(cycle) for cycle in self.cycles],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Cycles:
        """The set of which `to_dict` made `data`."""
        return cls(
            cycles=tuple(map(cycle_from_dict, data["cycles"])),
            state_names=tuple(data["states"]),
            complete={row["period"]: row["complete"] for row in data["periods"]},
            arguments={row["period"]: row["argument"] for row in data["periods"]},
            region=None if data["region"] is None else np.array(data["region"]),
            strategies=tuple(data["strategies"]),
            continua=tuple(
                CycleContinuum(c["period"], read_word(c["word"]), c["dimension"], np.array(c["through"]))
                for c in data["continua"]
            ),
            interrupted=data["interrupted"],
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a cycle, as a pandas DataFrame (pandas comes with the extra ``frames``)."""
        import pandas as pd

        return pd.DataFrame([_row(cycle) for cycle in self.cycles], columns=_COLUMNS)

    def __repr__(self) -> str:
        lines = ["1 cycle" if len(self) == 1 else f"{len(self)} cycles"]
        if not self.complete:
            lines += [f"  {cycle!r}" for cycle in self.cycles] + [f"  not complete: {', '.join(self.strategies)}"]
        for k, done in self.complete.items():
            lines.append(f"  period {k}: {len(self.of_period(k))}; complete: {done} ({self.arguments[k]})")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = "".join(f"<th scope='col'>{c}</th>" for c in ("period", "cycles", "attracting", "complete", "argument"))
        cells = ("".join(f"<td>{html.escape(str(value))}</td>" for value in row) for row in self._table())
        rows = "".join(f"<tr>{row}</tr>" for row in cells)
        return f"<table><caption>Cycles</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def _table(self) -> Iterator[tuple[Any, ...]]:
        for k, done in self.complete.items():
            found = self.of_period(k)
            yield k, len(found), sum(c.kind.attracting for c in found), "yes" if done else "no", self.arguments[k]


_COLUMNS = ["period", "kind", "character", "status", "stable", "central", "unstable", "largest multiplier", "word"]


def _row(cycle: Cycle) -> tuple[Any, ...]:
    word = "" if cycle.word is None else written(cycle.word)
    largest = cycle.multipliers[0] if len(cycle.multipliers) else np.nan
    return cycle.period, cycle.kind.value, cycle.character, cycle.status.value, *cycle.stability, largest, word
