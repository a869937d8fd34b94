"""The search for conserved quantities: every method in turn; of what they find, the simplest that are independent."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.errors import InputError
from dynbench.invariants.darboux.integrals import DarbouxIntegrals
from dynbench.invariants.independence import IndependentFunctions
from dynbench.invariants.linear_combinations import LinearCombinations
from dynbench.invariants.method import GivenUp, InvariantMethod, Limits, OutOfTime
from dynbench.invariants.networks.templates import NetworkTemplates
from dynbench.invariants.records import Invariant, Invariants, NearInvariant
from dynbench.invariants.skew_multipliers import SkewMultipliers
from dynbench.invariants.stream_function import StreamFunction
from dynbench.systems import System, as_system

__all__ = ["CONSERVED_QUANTITIES", "conserved_quantities", "run_methods"]

#: The methods, in the order in which they are tried.
CONSERVED_QUANTITIES: tuple[InvariantMethod, ...] = (
    NetworkTemplates(),
    LinearCombinations(),
    StreamFunction(),
    SkewMultipliers(),
    DarbouxIntegrals(),
)


def conserved_quantities(
    system: System,
    *,
    degree: int | None = None,
    methods: Sequence[InvariantMethod] | None = None,
    time_limit: float | None = None,
) -> Invariants:
    """Find functions that are constant along the solutions of a flow, with proof.

    Parameters
    ----------
    system : System
        A flow. For a map nothing is sought, and `scope` says so.
    degree : int, optional
        Total degree of monomials, at least 2; by default each method chooses by the dimension.
    methods : sequence of InvariantMethod, optional
        What is tried, in this order; by default `CONSERVED_QUANTITIES`.
    time_limit : float, optional
        Seconds after which the search ends; what was found by then is returned, and `Invariants.stopped` says so. By
        default a minute, many times what all but contrived systems take; ``math.inf`` is no limit.

    Returns
    -------
    Invariants
        A tuple of functionally independent `Invariant` records, simplest first, each proved; `.scope` says what was
        searched. An empty one means "none within what was searched", never "none".

    Raises
    ------
    InputError
        If `degree` is no integer of at least 2, `time_limit` is not positive, `methods` holds what is no method, or
        `system` is no system.
    """
    limits = Limits(degree, time_limit)
    if as_system(system).kind != "flow":
        return Invariants(scope="nothing (conserved quantities are sought for flows only)")
    found = run_methods(CONSERVED_QUANTITIES if methods is None else methods, system, limits)
    return Invariants(_independent(system, found), found.scope, found.stopped, found.nearly)


def run_methods(methods: Sequence[InvariantMethod], system: System, limits: Limits) -> Invariants:
    """Run methods in turn and keep all that they find, also where the time ends or the user interrupts.

    Parameters
    ----------
    methods : sequence of InvariantMethod
        Each is told what those before it found.
    system : System
        The system.
    limits : Limits
        Degree and time.

    Raises
    ------
    InputError
        If one of `methods` is no `InvariantMethod`.
    """
    for method in methods:
        if not isinstance(method, InvariantMethod):
            raise InputError(f"methods holds {method!r:.60}; expected instances of InvariantMethod.")
    found: list[Invariant] = []
    nearly: list[NearInvariant] = []
    scopes: list[str] = []
    stopped = ""
    try:
        with limits.enforced():
            for method in methods:
                if system.algebraic or not method.in_components:
                    scopes.append(f"{method.name} (not begun)")
                    limits.check()
                    scopes[-1] = method.scope(system, limits)
                    if scopes[-1]:
                        stopped = _run(method, system, limits, found, nearly) or stopped
    except OutOfTime:
        stopped = "time limit"
    except KeyboardInterrupt:
        stopped = "interrupted"
    return Invariants(found, "; ".join(filter(None, scopes)) or _nothing(system), stopped, nearly)


def _run(
    method: InvariantMethod, system: System, limits: Limits, found: list[Invariant], nearly: list[NearInvariant]
) -> str:
    """Collect what one method finds; return why it gave up, or nothing."""
    try:
        for result in method.search(system, tuple(found), limits):
            if isinstance(result, NearInvariant):
                nearly.append(result)
            else:
                found.append(result)
    except GivenUp as why:
        return str(why)
    return ""


def _nothing(system: System) -> str:
    """The scope where no method applies; the number of states may be a symbol."""
    ((state, _), *_) = system.equations
    size = state.shape[0].xreplace(dict(system.sizes)) if isinstance(state, MatrixExpr) else system.dimension
    return f"nothing (no method is for a {system.kind} of {size} states)"


def _independent(system: System, found: Sequence[Invariant]) -> list[Invariant]:
    """The simplest that are independent; matrix expressions come first and are kept as they are."""
    kept = [invariant for invariant in found if isinstance(invariant.expression, MatrixExpr)]
    scalar = [invariant for invariant in found if not isinstance(invariant.expression, MatrixExpr)]
    if scalar:
        system = system.expand()
        independent = IndependentFunctions(system.states, system.parameter_symbols)
        kept += [i for i in sorted(scalar, key=_complexity) if independent.add(i.expression)]
    return kept


def _complexity(invariant: Invariant) -> tuple[int, int, int]:
    """What holds at special parameter values only comes last; else by the number of terms and of operations."""
    special = sum(isinstance(assumption, sp.Equality) for assumption in invariant.assumptions)
    expression = invariant.expression
    return special, len(sp.Add.make_args(expression)), int(sp.count_ops(expression))
