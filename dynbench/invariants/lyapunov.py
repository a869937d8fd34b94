"""The search for Lyapunov functions: every method in turn, and what follows from what they find."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dynbench.invariants.diagonal_metric import DiagonalMetric
from dynbench.invariants.dissipated_quantities import DissipatedQuantities
from dynbench.invariants.find import run_methods
from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.multiplier_energies import MultiplierEnergies
from dynbench.invariants.networks.energy import NetworkEnergy
from dynbench.invariants.records import Invariant, InvariantKind, Invariants
from dynbench.systems import System, as_system

__all__ = ["LYAPUNOV_METHODS", "excludes_cycles", "lyapunov_functions"]

#: The methods, in the order in which they are tried. Each yields kinds `LYAPUNOV` and `STRICT_LYAPUNOV` only.
LYAPUNOV_METHODS: tuple[InvariantMethod, ...] = (
    NetworkEnergy(),
    MultiplierEnergies(),
    DiagonalMetric(),
    DissipatedQuantities(),
)


def lyapunov_functions(
    system: System,
    *,
    methods: Sequence[InvariantMethod] | None = None,
    time_limit: float | None = None,
) -> Invariants:
    """Find functions that never increase along the solutions of a flow, with proof.

    Parameters
    ----------
    system : System
        A flow. For a map nothing is sought, and `scope` says so.
    methods : sequence of InvariantMethod, optional
        What is tried, in this order; by default `LYAPUNOV_METHODS`.
    time_limit : float, optional
        As in `dynbench.invariants.conserved_quantities`.

    Returns
    -------
    Invariants
        `Invariant` records of kind `LYAPUNOV` or `STRICT_LYAPUNOV`, each proved, those that are strict first;
        `.scope` says what was searched. An empty one means "none within what was searched", never "none".

    Raises
    ------
    InputError
        If `time_limit` is not positive, `methods` holds what is no method, or `system` is no system.
    """
    limits = Limits(seconds=time_limit)
    if as_system(system).kind != "flow":
        return Invariants(scope="nothing (Lyapunov functions are sought for flows only)")
    found = run_methods(LYAPUNOV_METHODS if methods is None else methods, system, limits)
    strict = [v for v in found if v.kind is InvariantKind.STRICT_LYAPUNOV]
    # What a strict function says of all states, no other one adds to.
    others = [] if excludes_cycles(system, strict) else [v for v in found if v not in strict]
    return Invariants([*strict, *others], found.scope, found.stopped)


def excludes_cycles(system: System, functions: Iterable[Invariant]) -> bool:
    """Whether a strict function whose proof assumes nothing of the states rules out every recurrence but rest."""
    states = set(system.states) if system.algebraic else set()
    return any(
        v.kind is InvariantKind.STRICT_LYAPUNOV and not any(states & a.free_symbols for a in v.assumptions)
        for v in functions
    )
