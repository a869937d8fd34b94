"""Certificates of infeasible linear programs: the exact ones agree with those in doubles, and go further."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.piecewise import piecewise_linear
from dynbench.piecewise.complementarity import complementarity, rational_form
from dynbench.piecewise.search import BranchAndBound, Sweep
from dynbench.piecewise.search.dictionaries import proved, root
from dynbench.piecewise.search.exact_rows import ExactRows
from dynbench.piecewise.settle import settle_words

from ..known import LOZI, network, shallow

RNG = np.random.default_rng(4)
CLIPPED = db.PLRNN.clipped(
    RNG.uniform(-0.9, 0.9, 3),
    0.5 * RNG.normal(size=(3, 8)),
    RNG.normal(size=(8, 3)),
    RNG.normal(size=3),
    np.arange(8) - 3.5,
)
FLOW = db.RNN(RNG.normal(size=(5, 5)), RNG.normal(size=5), activation="relu")


@pytest.mark.parametrize(
    ("system", "period"), [(network(6, 0), 1), (network(4, 1), 2), (shallow(RNG, 2, 3), 3), (LOZI, 5), (FLOW, 1)]
)
def test_rows_of_random_dictionaries(system, period):
    """With random variables fixed, what is proved in doubles is proved exactly, and neither where a solution exists."""
    form = piecewise_linear(system)
    problem = complementarity(form, period)
    exact = ExactRows(rational_form(form), problem)
    m = problem.size
    both = 0
    for _ in range(40):
        node = root(problem)
        for unit in RNG.permutation(m)[: RNG.integers(0, m + 1)]:
            node = node.fix(int(unit + m * RNG.integers(0, 2)))
        variable = node.solve(problem)
        for row in range(m):
            free = np.zeros((1, 2 * m), dtype=bool)
            free[0, node.free] = True
            fixed = bool(node.fixed[node.basic[row]])
            quick = proved(problem, node.basic[None], np.array([row]), free, np.array([fixed]))[0]
            slow = exact.forbids(node.basic, row, node.free, fixed)
            assert slow or not quick
            both += quick and slow
            if variable is None and not fixed:
                # The program is feasible, up to the tolerance of the simplex method.
                assert not quick or node.table[row, -1] > -1e-7
        if variable is not None:
            row = int(np.flatnonzero(node.basic == variable)[0])
            assert exact.forbids(node.basic, row, node.free, bool(node.fixed[variable]))
    assert both > 0


def test_coefficients_that_vanish_exactly_are_no_obstacle():
    form = piecewise_linear(CLIPPED)
    found = BranchAndBound().search(form, 1, rng=RNG)
    assert found.complete
    assert int(found.argument.split(" of ")[1].split()[0]) < 2000
    swept = Sweep().search(form, 1, rng=RNG)
    assert {p.word for p in settle_words(form, found.words).periodic} == {
        p.word for p in settle_words(form, swept.words).periodic
    }
