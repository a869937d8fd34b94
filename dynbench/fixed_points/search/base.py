"""The interface of a search strategy, and what a strategy hands back.

To add a strategy, subclass `SearchStrategy` in a file of its own and implement `search`. A strategy proposes
candidates and says what it has proved about the region searched; certification, deduplication and
classification are done once, for all strategies, by `dynbench.find_fixed_points`.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench.fixed_points.bounds import GlobalBounds
from dynbench.systems import System

__all__ = ["Continuum", "Contribution", "Findings", "Progress", "SearchStrategy", "Stage", "Undecided"]

#: ``progress(stage, done, total)``; ``total`` is None where the amount of work is not known beforehand.
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, eq=False)
class Undecided:
    """A box in which neither "no fixed point" nor "exactly one" could be proved.

    Attributes
    ----------
    box : (n, 2) array
        Lower and upper bounds, state by state.
    reason : str
        Why the search stopped there, in a sentence.
    """

    box: NDArray[np.float64]
    reason: str


@dataclass(frozen=True)
class Continuum:
    """A set of fixed points of positive dimension, described by its equations and inequalities.

    Attributes
    ----------
    equations : tuple of sympy expressions
        The set is where all of them vanish and none of the inequalities is negative.
    dimension : int
        Its dimension over the complex numbers.
    proved_real : bool
        True where a smooth real point of the set was proved to exist, so that the set is a continuum of real
        fixed points of this dimension; False where only the complex dimension is known.
    inequalities : tuple of sympy expressions
        Where they are not negative the equations describe fixed points: the region of a piecewise-linear system.
        Empty for smooth systems.
    """

    equations: tuple[sp.Expr, ...]
    dimension: int
    proved_real: bool
    inequalities: tuple[sp.Expr, ...] = ()

    @property
    def conditions(self) -> tuple[sp.Rel, ...]:
        """Equations and inequalities as relations, those in one state solved for it: ``y = 0``, ``x >= 1``."""
        equations = (sp.Eq(e, 0, evaluate=False) for e in self.equations)
        return (*equations, *map(_not_negative, self.inequalities))

    @property
    def where(self) -> str:
        """The same in words: ``y = 0 and x >= 1``; empty where every state is a fixed point."""
        signs = {sp.Eq: "=", sp.Ge: ">=", sp.Le: "<="}
        return " and ".join(f"{c.lhs} {signs[type(c)]} {c.rhs}" for c in self.conditions)


def _not_negative(e: sp.Expr) -> sp.Rel:
    symbols = e.free_symbols
    slope = e.coeff(next(iter(symbols))) if len(symbols) == 1 else sp.S.Zero
    if not (slope.is_Rational and slope and (e - slope * next(iter(symbols))).is_Rational):
        return sp.Ge(e, 0, evaluate=False)
    (state,) = symbols
    end = state - e / slope
    return (sp.Ge if slope > 0 else sp.Le)(state, sp.expand(end), evaluate=False)


@dataclass(frozen=True)
class Contribution:
    """What one part of a combined search contributed.

    Attributes
    ----------
    strategy : str
        Its name.
    points : int
        Points that it found first, mirror images counted.
    seconds : float
        CPU seconds that it took.
    """

    strategy: str
    points: int
    seconds: float


@dataclass(frozen=True)
class Stage:
    """What a combined search knew after one of its parts; the numbers are those of floating-point eigenvalues.

    Attributes
    ----------
    round : int
        The round, from 1 on.
    strategy : str
        The part that had just ended.
    seconds : float
        CPU seconds since the search began.
    counts : tuple of (int, int)
        Numbers of unstable directions, rising, with the number of points of each, mirror images counted.
    index_sum : int or None
        The sum of the indices of these points; None where one is not known, as an eigenvalue is close to 0.
    """

    round: int
    strategy: str
    seconds: float
    counts: tuple[tuple[int, int], ...]
    index_sum: int | None

    @property
    def by_index(self) -> dict[int, int]:
        """Number of unstable directions -> number of points."""
        return dict(self.counts)


@dataclass(frozen=True, eq=False)
class Findings:
    """What one strategy found, and what it proved.

    Attributes
    ----------
    candidates : (K, n) array
        Approximate fixed points, to be certified by the caller.
    minima : (M, n) array
        Local minima of speed that are no roots as far as doubles can tell: slow points, to be proved such.
    failed : int
        Starts that ended at neither.
    region : (B, n, 2) array or None
        The union of boxes that was searched; None for the whole state space.
    complete : bool
        True only where it is proved that every fixed point in `region` is among the candidates, or lies in one
        of the `undecided` boxes or `continua`.
    argument : str
        By what argument, or why not, in a sentence.
    undecided, continua
        The parts of the region where there may be more.
    exact : tuple
        For each candidate its exact coordinates (a tuple of sympy numbers) or None; () where none is known.
    interrupted : bool
        True where the user interrupted the search: what had been decided by then is kept.
    bounds : GlobalBounds or None
        For a search of the whole state space: the box it was made in, outside of which no fixed point lies.
    algebraic : bool
        True where `complete` rests on exact algebra.
    contributions : tuple of Contribution
        What each part of a combined search found first.
    history : tuple of Stage
        What a combined search knew after each of its parts.
    """

    candidates: NDArray[np.float64]
    minima: NDArray[np.float64] | None = None
    failed: int = 0
    region: NDArray[np.float64] | None = None
    complete: bool = False
    argument: str = ""
    undecided: tuple[Undecided, ...] = ()
    continua: tuple[Continuum, ...] = ()
    exact: tuple[tuple[sp.Expr, ...] | None, ...] = field(default=())
    interrupted: bool = False
    bounds: GlobalBounds | None = None
    algebraic: bool = False
    contributions: tuple[Contribution, ...] = ()
    history: tuple[Stage, ...] = ()


class SearchStrategy(abc.ABC):
    """A way of looking for the fixed points of a system."""

    def within(self, box: Any, starts: Any) -> SearchStrategy:
        """Return this strategy with the caller's `box` and `starts`, where it uses such and has none of its own."""
        return self

    @abc.abstractmethod
    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """Search `system` and return what was found and what was proved."""
