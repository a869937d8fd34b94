"""All fixed points of a polynomial or rational system, by exact algebra."""

from __future__ import annotations

import numpy as np

from dynbench.errors import ConvergenceError, InputError
from dynbench.fixed_points.search.base import Continuum, Findings, Progress, SearchStrategy, Undecided
from dynbench.symbolic.balls import lower, upper
from dynbench.symbolic.polynomial_systems import RealPoint, RealSolutions, is_quick, solve_real
from dynbench.systems import System

__all__ = ["Polynomial"]

_STAGE = "solving the polynomial equations"


class Polynomial(SearchStrategy):
    """Exact solution of systems that are rational functions of the states with rational coefficients.

    Searches the whole state space. Real solutions are counted by the signature of Hermite's trace form and
    isolated through Rouillier's rational univariate representation; see
    `dynbench.symbolic.polynomial_systems`. A multiple root is reported as undecided (no certificate of
    uniqueness can exist there), a solution set of positive dimension as a continuum.

    Parameters
    ----------
    max_bezout : int
        Systems whose Bezout number (product of the degrees of the equations) is larger are refused.
    """

    def __init__(self, *, max_bezout: int = 200) -> None:
        if max_bezout < 1:
            raise InputError(f"max_bezout is {max_bezout}, but every system has a Bezout number of at least 1.")
        self.max_bezout = max_bezout

    def __repr__(self) -> str:
        return f"Polynomial(max_bezout={self.max_bezout})"

    @staticmethod
    def suits(system: System) -> bool:
        """Whether the strategy applies to a system and is expected to take no more than a few seconds."""
        return system.algebraic and is_quick(system.exact_residual, system.states)

    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """Solve for the fixed points.

        Raises
        ------
        InputError
            If the system is not rational with rational coefficients (the message names the part that is
            not) or its Bezout number is above `max_bezout`.
        """
        nothing = np.empty((0, system.dimension))
        try:
            if progress is not None:
                progress(_STAGE, 0, 1)
            solutions = solve_real(system.exact_residual, system.states, max_bezout=self.max_bezout)
        except ConvergenceError as error:
            return Findings(candidates=nothing, argument=f"exact solution failed: {error}")
        except KeyboardInterrupt:
            return Findings(candidates=nothing, argument="exact solution was interrupted", interrupted=True)
        if progress is not None:
            progress(_STAGE, 1, 1)
        multiple = [point for point in solutions.points if point.multiplicity > 1]
        return Findings(
            candidates=np.array([_midpoint(point) for point in solutions.points]).reshape(-1, system.dimension),
            complete=not multiple and not solutions.components,
            argument=_argument(solutions, multiple),
            undecided=tuple(_undecided(point) for point in multiple),
            continua=tuple(Continuum(c.equations, c.dimension, c.proved_real) for c in solutions.components),
            exact=tuple(point.exact for point in solutions.points),
            algebraic=True,
        )


def _midpoint(point: RealPoint) -> list[float]:
    return [float(x.mid()) for x in point.coordinates]


def _undecided(point: RealPoint) -> Undecided:
    box = np.array([(lower(x), upper(x)) for x in point.coordinates]) + 0.0  # no -0.0
    reason = f"it holds exactly one fixed point, but that is a root of multiplicity {point.multiplicity}"
    return Undecided(box, reason)


def _argument(solutions: RealSolutions, multiple: list[RealPoint]) -> str:
    found = "the equations have no isolated complex solution (Groebner basis)"
    if solutions.distinct_complex:
        found = (
            f"the number of isolated complex solutions is {solutions.distinct_complex} (Groebner basis), "
            f"that of real ones {len(solutions.points)} (signature of Hermite's trace form); all were found"
        )
    if solutions.components:
        dimensions = ", ".join(str(c.dimension) for c in solutions.components)
        found += f"; all other solutions lie in sets of dimension {dimensions} over the complex numbers"
    if multiple:
        found += f"; the number of multiple roots among them is {len(multiple)}"
    return found
