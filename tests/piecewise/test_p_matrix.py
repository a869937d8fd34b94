"""P-matrices, exactly."""

from __future__ import annotations

import itertools

import numpy as np
from flint import fmpq_mat

from dynbench.piecewise.p_matrix import is_p_matrix


def test_p_matrices_against_all_minors():
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(300):
        rows = (np.eye(3) * 4 + rng.integers(-4, 5, (3, 3))).astype(int).tolist()
        minors = [
            np.linalg.det(np.array(rows)[np.ix_(chosen, chosen)])
            for size in (1, 2, 3)
            for chosen in itertools.combinations(range(3), size)
        ]
        if min(map(abs, minors)) > 1e-6:
            seen.add(min(minors) > 0)
            assert is_p_matrix(fmpq_mat(rows)) == (min(minors) > 0)
    assert seen == {True, False}
