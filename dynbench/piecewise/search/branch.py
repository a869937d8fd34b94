"""Branch and bound by linear programs: complete where there are too many words to look at each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import check_count
from dynbench.piecewise.complementarity import Complementarity, complementarity, rational_form
from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.search.base import Progress, WordFindings, WordSearch, distinct
from dynbench.piecewise.search.dictionaries import Dictionary, proved, root
from dynbench.piecewise.search.exact_rows import ExactRows
from dynbench.piecewise.search.tableaux import possible

__all__ = ["BranchAndBound"]

#: Certificates that are checked at once.
_BATCH = 256
_STAGE = "branching over words"


class BranchAndBound(WordSearch):
    """Branch and bound over the units: undecided ones are relaxed to s >= 0, t >= 0, a linear program.

    A node is cut where a row of its dictionary forbids every solution, which is proved with a bound of the rounding
    (`dictionaries`), or exactly where coefficients are too near to zero for that (`exact_rows`); where both fail, the
    node is branched as if it were feasible. So nothing rests on the solver of the linear programs, which is a dual
    simplex method that goes on from the parent's dictionary, in a few pivots. Branched is the unit whose
    complementarity is violated most.

    Parameters
    ----------
    max_nodes : int
        The budget. Beyond it the words found so far are returned, and nothing is claimed.
    """

    def __init__(self, *, max_nodes: int = 200_000) -> None:
        check_count(max_nodes, name="max_nodes")
        self.max_nodes = max_nodes

    def search(
        self,
        form: PiecewiseLinear,
        period: int,
        *,
        rng: np.random.Generator,
        progress: Progress | None = None,
    ) -> WordFindings:
        """Search all words; nothing is random."""
        problem = complementarity(form, period)
        if problem is None:
            return WordFindings((), False, f"I - J^{period} is singular in every region that was tried")
        tree = _Tree(problem, ExactRows(rational_form(form), problem), self.max_nodes)
        interrupted = tree.run(progress)
        words = distinct(problem.words(tree.leaves()))
        if interrupted:
            return WordFindings(words, False, "branch and bound was interrupted", interrupted=True)
        if tree.waiting:
            return WordFindings(words, False, f"branch and bound stopped at its budget of {self.max_nodes} nodes")
        return WordFindings(
            words,
            True,
            f"branch and bound over {problem.size} units: {tree.cut} of {tree.nodes} linear programs are proved "
            "infeasible, the others were branched",
        )


class _Tree:
    """One run: the nodes that wait, the rows to be proved, the words that are left."""

    def __init__(self, problem: Complementarity, exact: ExactRows, budget: int) -> None:
        self.problem = problem
        self._exact = exact
        self.budget = budget
        self.nodes = self.cut = 0
        self.waiting = [root(problem)]
        self._claims: list[tuple[Dictionary, int]] = []
        self._leaves: list[NDArray[np.bool_]] = []

    def run(self, progress: Progress | None) -> bool:
        """Work until nothing waits or the budget is spent; True if the user interrupted."""
        try:
            while self.waiting and self.nodes < self.budget:
                self._step(self.waiting.pop())
                if len(self._claims) == _BATCH or not self.waiting:
                    self._check()
                    if progress is not None:
                        progress(_STAGE, self.nodes, None)
        except KeyboardInterrupt:
            return True
        return False

    def leaves(self) -> NDArray[np.bool_]:
        """The sets of active units (K, m) that are left."""
        leaves = np.array(self._leaves, dtype=bool).reshape(-1, self.problem.size)
        return leaves[possible(self.problem, leaves)]

    def _step(self, node: Dictionary) -> None:
        self.nodes += 1
        forbidding = node.solve(self.problem)
        if forbidding is None:
            self._branch(node)
        else:
            self._claims.append((node, forbidding))

    def _branch(self, node: Dictionary) -> None:
        m = node.size
        undecided = node.undecided
        if not len(undecided):
            self._leaves.append(node.fixed[:m])
            return
        value = np.zeros(2 * m)
        value[node.basic] = node.table[:-1, -1]
        both = np.minimum(value[:m], value[m:])[undecided]
        if both.max() > 0:
            unit = int(undecided[np.argmax(both)])
        else:
            unit = int(undecided[np.argmax(np.maximum(value[:m], value[m:])[undecided])])
        # The child that changes less is looked at first.
        self.waiting += [node.fix(v) for v in sorted((unit, unit + m), key=lambda v: -value[v])]

    def _check(self) -> None:
        """Prove the rows that forbid every solution; nodes where that fails are branched."""
        if not self._claims:
            return
        claims, self._claims = self._claims, []
        m = self.problem.size
        free = np.zeros((len(claims), 2 * m), dtype=bool)
        for i, (node, _) in enumerate(claims):
            free[i, node.free] = True
        basic = np.array([node.basic for node, _ in claims])
        rows = np.array([int(np.flatnonzero(node.basic == variable)[0]) for node, variable in claims])
        fixed = np.array([node.fixed[variable] for node, variable in claims])
        done = proved(self.problem, basic, rows, free, fixed)
        for i, (node, _) in enumerate(claims):
            if done[i] or self._exact.forbids(node.basic, int(rows[i]), node.free, bool(fixed[i])):
                self.cut += 1
            else:
                self._branch(node)
