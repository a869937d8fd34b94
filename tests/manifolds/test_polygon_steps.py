"""Preimages and images of polygons: nothing lost, nothing twice, each part in one region."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.manifolds.polygon_steps import images, preimages
from dynbench.piecewise import piecewise_linear
from dynbench.piecewise.inverse import Inverse

from .known import area


def inverse_of(units, scale, seed=0):
    rng = np.random.default_rng(seed)
    net = db.PLRNN.shallow(
        [0.5, -0.6, 1.6],
        np.round(rng.normal(size=(3, units)) * scale / np.sqrt(units), 3),
        np.round(rng.normal(size=(units, 3)), 3),
        [0.1, 0.2, -0.3],
        np.round(rng.normal(size=units), 3),
    )
    return Inverse(piecewise_linear(net))


def placed(seed, count=2):
    """Squares in space: a state, and the place on the square, a column each."""
    rng = np.random.default_rng(seed)
    flat = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    return [np.column_stack([rng.normal(size=3) + 2 * flat @ rng.normal(size=(2, 3)), flat]) for _ in range(count)]


@pytest.mark.parametrize(("units", "scale", "coherent"), [(6, 0.15, True), (40, 0.1, True), (16, 0.3, False)])
def test_preimages_cover_polygons_once(units, scale, coherent):
    inverse = inverse_of(units, scale)
    assert inverse.invertible
    assert inverse.coherent == coherent
    whole = placed(units, 1 if units == 40 else 2)
    found = preimages(inverse, whole)
    assert len(found) > 2 * len(whole)
    assert sum(area(part[:, 3:]) for part in found) == pytest.approx(len(whole), rel=1e-10)
    for part in found:
        square = min(whole, key=lambda p: np.abs(inverse.form(part[:, :3]) - expected(p, part[:, 3:])).max())
        np.testing.assert_allclose(inverse.form(part[:, :3]), expected(square, part[:, 3:]), atol=1e-12)
        y = inverse.form.margins(part[:, :3])
        assert ((y > -1e-10).all(axis=0) | (y < 1e-10).all(axis=0)).all()


def expected(square, places):
    """The states at places on a square."""
    return square[0, :3] + places @ (square[[1, 3], :3] - square[0, :3])


def test_both_ways_to_preimages_agree(monkeypatch):
    inverse, whole = inverse_of(6, 0.15), placed(1)
    some = preimages(inverse, whole)
    monkeypatch.setattr(Inverse, "coherent", False)
    every = preimages(inverse, whole)
    assert len(some) == len(every)

    def order(parts):
        return np.sort([part[:, :3].mean(axis=0) for part in parts], axis=0)

    np.testing.assert_allclose(order(some), order(every), atol=1e-12)


def test_images_of_preimages_are_the_polygons():
    inverse, whole = inverse_of(6, 0.15), placed(2)
    back = images(inverse.form, preimages(inverse, whole))
    assert sum(area(part[:, 3:]) for part in back) == pytest.approx(len(whole), rel=1e-10)
    assert images(inverse.form, []) == preimages(inverse, []) == []
