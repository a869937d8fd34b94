"""Proofs that piecewise-linear maps are homeomorphisms, and what does not decide it."""

from __future__ import annotations

import numpy as np
import pytest
from flint import fmpq_mat

import dynbench as db
from dynbench.piecewise import Inverse, piecewise_linear
from dynbench.piecewise.invertibility import invertibility


@pytest.mark.parametrize("width", ["1/10**11", "1/10**40"])
def test_a_fold_of_any_width_is_found(width):
    known = invertibility(piecewise_linear(db.Map({"x": f"x - 3*Max(x,0) + 3*Max(x-{width},0)", "y": "y/2"})))
    assert not known.proved
    assert "not injective" in known.argument


def doubled(factor):
    """The plane twice around 0, bent at the lines y, x-y, x, x+y = 0, the second component times a factor."""
    rays, images = [(1, 0), (1, 1), (0, 1), (-1, 1)], [(1, 0), (0, 1), (-1, 0), (0, -1)]
    lines = [(0, 1), (1, -1), (1, 0), (1, 1)]
    folds = fmpq_mat([[abs(a * x + b * y) for a, b in lines] for x, y in rays])
    rows = folds.solve(fmpq_mat([list(image) for image in images])).tolist()
    first, second = (
        " + ".join(f"({row[i]})*Abs({a}*x + {b}*y)" for row, (a, b) in zip(rows, lines, strict=True)) for i in (0, 1)
    )
    return db.Map({"x": f"{first} + 2*x/5", "y": f"({factor})*({second})"})


@pytest.mark.parametrize("factor", ["1", "2/10**14", "1/10**17"])
def test_a_map_that_covers_twice_is_not_invertible_however_flat(factor):
    inverse = Inverse(piecewise_linear(doubled(factor)))
    assert not inverse.invertible
    assert "states have 2 preimages" in inverse.argument
    assert len(inverse.singular) == 0


def test_regions_found_in_doubles_decide_nothing():
    borders = np.column_stack([np.append([0.0, 1.0], np.arange(2, 50)), np.ones(50)])
    weights = np.zeros((2, 50))
    weights[0, :2] = 1.0, -1.5
    units = np.column_stack([borders[:, 1], np.zeros(50)])
    inverse = Inverse(piecewise_linear(db.PLRNN.shallow([1.0, 0.5], weights, units, [0.0, 0.0], -borders[:, 0])))
    assert not inverse.invertible
    assert inverse.argument.startswith("not decided: regions found in doubles may lack thin ones")
    with pytest.raises(db.errors.InputError, match="not proved invertible"):
        inverse.preimage([0.0, 0.0])
