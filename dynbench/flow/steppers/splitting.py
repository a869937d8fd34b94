"""Splitting: a flow as a sum of parts of which each moves some states by what the others are."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench.errors import InputError, ModelError
from dynbench.flow.steppers.method import StepMethod, Stepper
from dynbench.symbolic.components import ComponentForm
from dynbench.systems import System
from dynbench.systems.declaration import realised

__all__ = ["StormerVerlet", "separable_parts"]

Array = NDArray[np.float64]


class StormerVerlet(StepMethod):
    """Half a step of every part in turn, and back in reverse: explicit, symmetric, of order 2.

    The states fall into blocks such that no rate depends on a state of its own block, and what depends on one block
    is one part of the flow: that block rests, the others move in straight lines, and the step is exact. With two
    blocks q and p, q' = T(p), p' = V(q), it is Stormer's method (Verlet 1967; Hairer, Lubich & Wanner, section I.1.4).
    For a Hamiltonian H(x) = sum_k H_k(x_k) over the blocks, canonical or x' = S grad H with a constant skew S, every
    part is the flow of one H_k: then the method is symplectic, or a Poisson map. So x' = W tanh(x) splits for every
    skew W, where no block need be larger than one state.
    """

    name, order = "stormer-verlet", 2

    def bind(self, system: System, x: Array) -> Stepper:
        """A stepper for a flow that separates.

        Raises
        ------
        InputError
            If it does not.
        """
        return _Split(separable_parts(system), system.dimension)


class _Split(Stepper):
    def __init__(self, parts: Sequence[tuple[list[int], ComponentForm]], n: int) -> None:
        self._parts = [(np.array(moved), form) for moved, form in parts]

    def step(self, x: Array, h: float) -> Array:
        x = x.copy()
        if not self._parts:
            return x
        *first, middle = self._parts
        for moved, form in first:
            x[..., moved] += 0.5 * h * form.value(x)
        moved, form = middle
        x[..., moved] += h * form.value(x)
        for moved, form in reversed(first):
            x[..., moved] += 0.5 * h * form.value(x)
        return x


def separable_parts(system: System) -> list[tuple[list[int], ComponentForm]]:
    """The parts of a flow that separates: which states each moves, and their rates, functions of the others.

    Parameters
    ----------
    system : System
        A flow, small enough to be written out in components.

    Raises
    ------
    InputError
        If it does not separate: some state's rate depends on a state of its own block.
    """
    try:
        components = system.expand()
    except ModelError as error:
        raise InputError(f"Whether the system separates is seen component by component. {error}") from error
    names = components.state_names
    states = [realised(s) for s in components.states]
    place = {s: i for i, s in enumerate(states)}
    rates = components.exact_rhs.xreplace(dict(zip(components.states, states, strict=True)))
    terms = [(i, term) for i, rate in enumerate(rates) for term in sp.Add.make_args(sp.expand_mul(rate))]
    inside = [{place[s] for s in term.free_symbols if s in place} for _, term in terms]

    # States that occur in one term together share a block; the state that it moves lies in another one.
    together: nx.Graph = nx.Graph()
    together.add_nodes_from(range(len(states)))
    for found in inside:
        nx.add_path(together, sorted(found))
    group = {i: k for k, members in enumerate(nx.connected_components(together)) for i in members}
    apart: nx.Graph = nx.Graph()
    apart.add_nodes_from(set(group.values()))
    for (i, _), found in zip(terms, inside, strict=True):
        for j in found:
            if group[i] == group[j]:
                raise InputError(
                    f"The system does not separate: the rate of {names[i]} depends on {names[j]}, which cannot be "
                    "parted from it. Stormer-Verlet wants blocks of states whose rates depend on other blocks only."
                )
            apart.add_edge(group[i], group[j])
    colour = _colours(apart)
    block = [colour[group[i]] for i in range(len(states))]
    return _parts(states, terms, inside, block)


def _colours(apart: nx.Graph) -> dict[int, int]:
    """Two blocks where two do, else as few as a greedy choice finds."""
    if nx.is_bipartite(apart):
        return dict(nx.bipartite.color(apart))
    return dict(nx.greedy_color(apart))


def _parts(
    states: Sequence[sp.Symbol], terms: Sequence[tuple[int, sp.Expr]], inside: Sequence[set[int]], block: Sequence[int]
) -> list[tuple[list[int], ComponentForm]]:
    count = max(block) + 1
    rates: list[dict[int, sp.Expr]] = [{} for _ in range(count)]
    for (i, term), found in zip(terms, inside, strict=True):
        if term != 0:
            # A constant rate goes with any part in which the state moves anyway.
            k = block[min(found)] if found else (block[i] + 1) % count
            rates[k][i] = rates[k].get(i, sp.S.Zero) + term
    return [(sorted(part), ComponentForm(states, [part[i] for i in sorted(part)])) for part in rates if part]
