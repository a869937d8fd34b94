"""All fixed points of a piecewise-linear system, by the patterns of its regions."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq_mat
from numpy.typing import NDArray

from dynbench._arrays import as_states
from dynbench.errors import InputError
from dynbench.fixed_points.search.base import Continuum, Findings, Progress, SearchStrategy
from dynbench.fixed_points.search.boxes import as_boxes, holds
from dynbench.piecewise import PiecewiseLinear, piecewise_linear
from dynbench.piecewise.periodic import Continuum as AffineContinuum
from dynbench.piecewise.periodic import Periodic
from dynbench.piecewise.rational import in_doubles, to_sympy
from dynbench.piecewise.search import WordPlan, WordSearch
from dynbench.piecewise.settle import Settled, settle_words
from dynbench.systems import System

__all__ = ["Patterns", "region_searched"]

#: Up to so many states exact coordinates are handed on.
_EXACT = 4
#: Beyond so many units or states the linear algebra of every pattern takes too long.
_LARGEST = 200


class Patterns(SearchStrategy):
    """The fixed points of a piecewise-linear map or flow, region by region, each decided in exact arithmetic.

    Complete in the whole space (or the box) where the search for words is; `dynbench.piecewise.piecewise_linear` says
    of which systems this is the strategy.

    Parameters
    ----------
    box : mapping, (n, 2) array or list of those, optional
        The region to search; by default the whole space.
    search : WordSearch, optional
        How the patterns are searched; by default `dynbench.piecewise.search.WordPlan`.
    starts : (K, n) array, optional
        States whose patterns a heuristic search starts from.
    """

    def __init__(self, box: Any = None, *, search: WordSearch | None = None, starts: Any = None) -> None:
        self.box = box
        self.words = search
        self.starts = starts

    def __repr__(self) -> str:
        return "Patterns()" if self.words is None else f"Patterns({self.words!r})"

    @staticmethod
    def suits(system: System) -> bool:
        """Whether the system is recognised as piecewise linear, and is not too large for it."""
        form = piecewise_linear(system)
        return form is not None and max(form.units, form.dimension) <= _LARGEST

    def within(self, box: Any, starts: Any) -> Patterns:
        """The same search in the caller's box and from the caller's starts, where it has none of its own."""
        return Patterns(
            box if self.box is None else self.box,
            search=self.words,
            starts=starts if self.starts is None else self.starts,
        )

    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """Search the patterns.

        Raises
        ------
        InputError
            If the system is not recognised as piecewise linear, or the box does not fit it.
        """
        form = piecewise_linear(system)
        if form is None:
            raise InputError("Patterns takes piecewise-linear systems, and this one is not recognised as one.")
        region = region_searched(system, self.box, self.words)
        starts = None if self.starts is None else as_states(self.starts, system.dimension, name="starts")
        words = WordPlan().within(None, starts) if self.words is None else self.words.within(_hull(region), starts)
        found = words.search(form, 1, rng=rng, progress=progress)
        settled = settle_words(form, found.words, progress)
        points = _distinct(settled)
        states = [in_doubles(p.points[0])[:, 0] for p in points]
        inside = [i for i, x in enumerate(states) if region is None or holds(region, x)]
        reasons = _reasons(form, found.complete, found.argument, settled)
        return Findings(
            candidates=np.array([states[i] for i in inside]).reshape(-1, system.dimension),
            region=region,
            complete=not reasons,
            argument="; ".join(reasons) or found.argument,
            # Those of a system whose entries are rounded need not be there at all.
            continua=tuple(dict.fromkeys(_continuum(system, c) for _, c in settled.continua if form.exact is not None)),
            exact=tuple(_exact(system, form, points[i].points[0]) for i in inside),
            interrupted=found.interrupted or settled.interrupted,
        )


def region_searched(system: System, box: Any, search: WordSearch | None) -> NDArray[np.float64] | None:
    """The boxes (B, n, 2) that the caller asks for; without, that of the strategy, which proves nothing outside of it.

    Parameters
    ----------
    system : System
    box : mapping, (n, 2) array or list of those, or None
        The caller's.
    search : WordSearch or None
        The strategy, which may have a box of its own.

    Raises
    ------
    InputError
        If the caller's boxes reach beyond that of the strategy, or a box does not fit.
    """
    own = None if search is None or search.box is None else as_boxes(system, search.box)
    if box is None or own is None:
        return own if box is None else as_boxes(system, box)
    boxes, (low, high) = as_boxes(system, box), _hull(own).T
    if (boxes[..., 0] < low).any() or (boxes[..., 1] > high).any():
        raise InputError(
            "box reaches beyond the box of search=, outside of which that proves nothing: give one of them."
        )
    return boxes


def _hull(boxes: Any) -> Any:
    """The smallest box around boxes (B, n, 2), or None of None."""
    return None if boxes is None else np.stack([boxes[..., 0].min(axis=0), boxes[..., 1].max(axis=0)], axis=-1)


def _distinct(settled: Settled) -> list[Periodic]:
    """One for each point: where regions meet, several patterns have the same."""
    return list({p.keys[0]: p for p in settled.periodic}.values())


def _reasons(form: PiecewiseLinear, complete: bool, argument: str, settled: Settled) -> list[str]:
    """Why the candidates are not proved to be all; nothing where they are."""
    reasons = [] if complete else [argument]
    if form.exact is None:
        reasons.append("an entry is irrational: the system searched is that with entries rounded to doubles")
    if settled.continua:
        reasons.append("there are continua of fixed points" + (" of that" if form.exact is None else ""))
    if settled.undecided:
        reasons.append(f"{settled.undecided} singular patterns could not be decided")
    return reasons


def _exact(system: System, form: PiecewiseLinear, z: fmpq_mat) -> tuple[sp.Expr, ...] | None:
    if form.exact is None or system.dimension > _EXACT:
        return None
    return tuple(to_sympy(e) for e in z.entries())


def _continuum(system: System, found: AffineContinuum) -> Continuum:
    """The affine equations of a continuum and the inequalities of its region, in the system's states."""
    equations, inequalities = (
        tuple(
            sp.Add(to_sympy(number), *(to_sympy(a) * x for a, x in zip(row, system.states, strict=True)))
            for row, number in parts
        )
        for parts in (found.equations, found.inequalities)
    )
    return Continuum(equations, found.dimension, True, inequalities)
