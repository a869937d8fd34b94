"""Flows on the subspace where states that agree along a loop are equal, and silent ones zero: there units are fewer.

Two margins that vanish at once cannot be enclosed in boxes. Where they do so because the flow is the same for both,
they agree on a subspace that the flow does not leave: an exact statement about rational entries. On it the loop's
switches are one by one, and what is proved of it there is true in the whole space.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from dynbench.cycles.loops import Loop
from dynbench.piecewise import RationalForm

__all__ = ["lumped"]

#: States whose difference along the loop is below this, relative to its size, are taken to be one; invariance decides.
_EQUAL = 1e-9
#: The class of the states that are zero along the loop.
_SILENT = -1


def lumped(form: RationalForm, loop: Loop) -> tuple[RationalForm, Loop] | None:
    """The form on the subspace of the states that agree along a loop, and the loop in it.

    Returns
    -------
    (RationalForm, Loop) or None
        None where nothing can be lumped, the subspace is not invariant, or units feed others.
    """
    if form.nested:
        return None
    states = _classes(loop.states)
    # Units that are active on no leg do not act on it; that they stay inactive is for the proof to show.
    acting = set(np.flatnonzero(loop.patterns.any(axis=0)).tolist())
    weights = fmpq_mat([[e if j in acting else fmpq(0) for j, e in enumerate(row)] for row in form.W1.tolist()])
    while True:  # states that agree by chance only are parted, until no rate parts any more
        spread = _indicator(states)
        margins = _rows(form.W2 * spread, form.h2)
        units = [margins.index(row) for row in margins]
        rates = _rows(form.A * spread, weights * _indicator(units), form.h1)
        parted = [
            _SILENT
            if states[i] == _SILENT and not any(rates[i])
            else next(j for j in range(i + 1) if states[j] == states[i] and rates[j] == rates[i])
            for i in range(len(states))
        ]
        if parted == states:
            break
        states = parted
    if (loop.patterns != loop.patterns[:, units]).any():
        return None
    if len(set(states) - {_SILENT}) == form.dimension and len(set(units)) == form.units:
        return None
    kept, active = sorted(set(states) - {_SILENT}), sorted(set(units))
    m, size = len(kept), len(active)
    A, W1, h1 = (fmpq_mat([rates[i][part] for i in kept]) for part in (slice(m), slice(m, m + size), slice(-1, None)))
    W2, h2 = fmpq_mat([margins[i][:-1] for i in active]), fmpq_mat([margins[i][-1:] for i in active])
    smaller = RationalForm(form.kind, A=A, W1=W1, W2=W2, h1=h1, h2=h2, V=fmpq_mat(size, size))
    switching = np.array([active.index(units[unit]) for unit in loop.units])
    return smaller, Loop(loop.patterns[:, active], switching, loop.states[:, kept], loop.durations)


def _classes(states: NDArray[np.float64]) -> list[int]:
    """For each state the first one that agrees with it at all ends of legs; _SILENT where it is zero there."""
    scale = _EQUAL * max(1.0, float(np.abs(states).max()))
    silent = np.abs(states).max(axis=0) < scale
    return [
        _SILENT if silent[i] else next(j for j in range(i + 1) if np.abs(states[:, i] - states[:, j]).max() < scale)
        for i in range(states.shape[1])
    ]


def _indicator(classes: list[int]) -> fmpq_mat:
    """The matrix that copies the value of each class to its members, and zero to the silent ones."""
    kept = sorted(set(classes) - {_SILENT})
    return fmpq_mat(len(classes), len(kept), [fmpq(int(c == k)) for c in classes for k in kept])


def _rows(*blocks: fmpq_mat) -> list[list[fmpq]]:
    """The rows of matrices side by side."""
    return [[e for row in rows for e in row] for rows in zip(*(block.tolist() for block in blocks), strict=True)]
