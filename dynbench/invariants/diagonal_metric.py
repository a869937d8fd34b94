"""Lyapunov functions V with dV/dx_i = - q_i(x_i) F_i, each q_i positive: a gradient system in a diagonal metric.

Where F_i = a_i(x_i) (b_i(x_i) - sum_j c_ij g_j(x_j)) with a_i > 0, g_i' > 0 and c symmetric up to a positive scaling of
its rows, q_i = d_i g_i' / a_i will do: that is the energy of Cohen and Grossberg, Hopfield's a special case, and
MacArthur's function of symmetric competition in Lotka-Volterra systems. The form need not be recognised: q_i / q_j is
the ratio of the partial derivatives dF_j/dx_i and dF_i/dx_j, and so each q_i is read off with the other states fixed.

References
----------
M. A. Cohen, S. Grossberg, IEEE Trans. Syst. Man Cybern. 13 (1983) 815. J. J. Hopfield, PNAS 81 (1984) 3088.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import networkx as nx
import sympy as sp

from dynbench.invariants.algebra.potentials import potential, same
from dynbench.invariants.algebra.signs import is_positive
from dynbench.invariants.lyapunov_records import lyapunov_record
from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.parameter_values import parameter_values
from dynbench.invariants.records import Invariant, InvariantKind
from dynbench.symbolic.calculus import NONSMOOTH
from dynbench.systems import System

__all__ = ["DiagonalMetric"]

_LARGEST_DIMENSION = 12
#: Where the other states are fixed while one ratio is read off.
_BASES = (sp.S.Zero, sp.S.One, sp.Rational(1, 2))


class DiagonalMetric(InvariantMethod):
    """Gradient systems in a diagonal metric: Cohen-Grossberg and Hopfield networks, symmetric competition."""

    name = "diagonal metric"

    def scope(self, system: System, limits: Limits) -> str:
        """Flows of up to 12 states."""
        if not _applies(system):
            return ""
        return (
            "functions V with dV/dx_i = -q_i(x_i) F_i, all q_i positive (Cohen-Grossberg and Hopfield energies), that "
            "are integrated by rules"
        )

    def search(self, system: System, known: Sequence[Invariant], limits: Limits) -> Iterator[Invariant]:
        """Read off the metric, integrate; nothing where a strict function is known already."""
        if not _applies(system) or any(v.kind is InvariantKind.STRICT_LYAPUNOV for v in known):
            return
        system = system.expand()
        values = parameter_values(system)
        for fixed in ({}, values) if values else ({},):
            limits.check()
            rates = [rate.subs(fixed) for rate in system.rhs]
            found = _energy(system.states, rates, {} if fixed else values, fixed)
            if found is not None:
                yield found
                return


def _applies(system: System) -> bool:
    return system.kind == "flow" and 1 < system.dimension <= _LARGEST_DIMENSION


def _energy(
    states: tuple[sp.Symbol, ...],
    rates: Sequence[sp.Expr],
    at: Mapping[sp.Symbol, sp.Expr],
    fixed: Mapping[sp.Symbol, sp.Expr],
) -> Invariant | None:
    if any(rate.has(*NONSMOOTH) for rate in rates):
        return None
    own = [_in_tanh(rate) for rate in rates]
    metric = _metric(states, own)
    if metric is None:
        return None
    signed = _positive(metric, states, at)
    if signed is None:
        return None
    metric, positive = signed
    gradient = [sp.expand(-sp.cancel(q * rate)) for q, rate in zip(metric, own, strict=True)]
    function = potential(gradient, states)
    if function is None:
        return None
    return lyapunov_record(
        function,
        states,
        rates,
        list(zip(metric, rates, strict=True)),
        strict=True,
        reason="dV/dx_i = -q_i F_i, q = (" + ", ".join(map(str, metric)) + ")",
        fixed=fixed,
        method=DiagonalMetric.name,
        assumptions=[s > 0 for s in positive],
        at=at,
    )


def _in_tanh(rate: sp.Expr) -> sp.Expr:
    """With exp(u) as a function of tanh(u/2), where that makes a polynomial in it of the logistic function."""
    if not rate.has(sp.exp):
        return rate
    other = sp.cancel(rate.replace(sp.exp, lambda u: (1 + sp.tanh(u / 2)) / (1 - sp.tanh(u / 2))))
    return rate if sp.fraction(other)[1].has(sp.tanh) else sp.expand(other)


def _metric(states: Sequence[sp.Symbol], rates: Sequence[sp.Expr]) -> list[sp.Expr] | None:
    """The q_i, up to one sign for each connected part; None where there are none of this form."""
    n = len(states)
    slopes = [[sp.factor(rate.diff(s)) for s in states] for rate in rates]
    pairs = [(i, j) for i in range(n) for j in range(i) if slopes[i][j] != 0 or slopes[j][i] != 0]
    if any(slopes[i][j] == 0 or slopes[j][i] == 0 for i, j in pairs):
        return None
    graph = nx.Graph(pairs)
    graph.add_nodes_from(range(n))
    metric: list[sp.Expr] = [sp.S.One] * n
    for part in nx.connected_components(graph):
        root = min(part)
        for i, j in nx.bfs_edges(graph, root):
            # q_i / q_j = (dF_j/dx_i) / (dF_i/dx_j).
            ratio = sp.cancel(slopes[j][i] / slopes[i][j])
            if i == root and metric[i] == 1:
                at_root = _fixed(ratio, states, i)
                if at_root is None:
                    return None
                metric[i] = at_root
            metric[j] = sp.factor(sp.cancel(metric[i] / ratio))
            if metric[j].has_free(*(s for s in states if s != states[j])):
                return None
    left = [sp.together(metric[i] * slopes[i][j]) for i, j in pairs]
    right = [sp.together(metric[j] * slopes[j][i]) for i, j in pairs]
    return metric if same(left, right, states) else None


def _fixed(ratio: sp.Expr, states: Sequence[sp.Symbol], i: int) -> sp.Expr | None:
    """The ratio as a function of state i alone, the others at a point where it is defined."""
    for base in _BASES:
        value = ratio.subs({s: base for k, s in enumerate(states) if k != i})
        if value.is_finite is not False and value != 0 and not value.has(sp.nan, sp.zoo, sp.oo):
            function = sp.factor(value).as_independent(states[i], as_Add=False)[1]
            return function if function != 0 else None
    return None


def _positive(
    metric: Sequence[sp.Expr], states: Sequence[sp.Symbol], at: Mapping[sp.Symbol, sp.Expr]
) -> tuple[list[sp.Expr], list[sp.Symbol]] | None:
    """The q_i, or all of them negated, where they are shown to be positive, and the states assumed to be positive.

    Only where needed is a state assumed positive, and only one that divides q_i: x_i = 0 is then invariant.
    """
    needed = [
        s for q, s in zip(metric, states, strict=True) if any(f.as_base_exp()[0] == s for f in sp.Mul.make_args(q))
    ]
    for sign in (1, -1):
        signed = [sign * q for q in metric]
        if all(is_positive(q, at, needed) for q in signed):
            return [sp.expand(q) if q.has(sp.tanh) else q for q in signed], needed
    return None
