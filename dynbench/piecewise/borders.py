"""What the functions of neighbouring regions have in common on the border between them."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq, fmpq_mat

from dynbench.piecewise.rational import RationalForm

__all__ = ["agree_on_border"]


def agree_on_border(form: RationalForm, pattern: Sequence[bool], unit: int) -> bool:
    """Whether the functions of the regions on both sides of a border are the same on it: proved, in rationals.

    Their difference is affine; it vanishes on the hyperplane where the unit's margin does if it is a multiple, by a
    vector, of the margin. For a flow it then cannot slide: the field points to the same side, seen from either.

    Parameters
    ----------
    form : RationalForm
    pattern : sequence of bool
        Of the region on one side.
    unit : int
        The unit that differs on the other side.
    """
    other = [bool(on) != (i == unit) for i, on in enumerate(pattern)]
    here, there = form.region(pattern), form.region(other)
    n = form.dimension
    margin = [here.G[unit, j] for j in range(n)] + [here.g[unit, 0]]
    if margin != [there.G[unit, j] for j in range(n)] + [there.g[unit, 0]]:
        return False
    jump = [_row(here.J, here.c, i, n) for i in range(n)]
    jump = [[a - b for a, b in zip(row, _row(there.J, there.c, i, n), strict=True)] for i, row in enumerate(jump)]
    lead = next((j for j, e in enumerate(margin) if e != 0), None)
    if lead is None:
        return all(e == 0 for row in jump for e in row)
    return all(row[j] == row[lead] / margin[lead] * margin[j] for row in jump for j in range(n + 1))


def _row(matrix: fmpq_mat, column: fmpq_mat, i: int, n: int) -> list[fmpq]:
    return [*(matrix[i, j] for j in range(n)), column[i, 0]]
