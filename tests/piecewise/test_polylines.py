"""Images and preimages of polylines under piecewise-linear maps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.flow.polylines import distances
from dynbench.piecewise import Inverse, piecewise_linear, pullback
from dynbench.piecewise.polylines import mapped
from dynbench.piecewise.pullback import all_preimages, pulled_back

NESTED = db.Map({"x": "Max(x, Abs(y) - 1) - y/2", "y": "Abs(x - Abs(y)) - 1/2"})
LOZI = db.Map({"x": "1 - 1.7*Abs(x) + y", "y": "0.5*x"})
PLANE = db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1, 0.7])


def dense(line, count=400):
    """States along a polyline (n, m)."""
    share = np.linspace(0, 1, count)
    return np.concatenate([a + share[:, None] * (b - a) for a, b in zip(line.T[:-1], line.T[1:], strict=True)])


@pytest.mark.parametrize("system", [LOZI, PLANE, NESTED])
@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_the_image_of_a_polyline_is_the_polyline_of_images(system, seed):
    line = np.random.default_rng(seed).uniform(-3, 3, (2, 4))
    image = mapped(piecewise_linear(system), np.vstack([line, np.arange(4.0)]))
    assert (np.diff(image[-1]) > 0).all()  # the places are interpolated in order
    states = dense(line)
    assert distances(system(states), image[:2].T).max() < 1e-12
    places = np.interp(image[-1], np.arange(4), line[0]), np.interp(image[-1], np.arange(4), line[1])
    np.testing.assert_allclose(system(np.column_stack(places)), image[:2].T, atol=1e-12)


@pytest.mark.parametrize("regions", [64, 0])
@pytest.mark.parametrize("system", [LOZI, PLANE])
@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_the_preimage_is_mapped_back(monkeypatch_module, regions, system, seed):
    monkeypatch_module.setattr(pullback, "_REGIONS", regions)  # by regions, and by paths
    inverse = Inverse(piecewise_linear(system))
    line = np.vstack([np.random.default_rng(seed).uniform(-3, 3, (2, 5)), np.arange(5.0)])
    back = pulled_back(inverse, line)
    again = mapped(inverse.form, back)
    assert distances(again[:2].T, line[:2].T).max() < 1e-10
    assert distances(dense(line[:2], 50), again[:2].T).max() < 1e-10
    assert (np.diff(back[-1]) > -1e-9).all()


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_all_preimages_of_a_polyline(seed):
    rng = np.random.default_rng(seed)
    fold = db.Map({"x": "1 - 2*Abs(x) + y/4", "y": "x/2 + y/3"})
    inverse = Inverse(piecewise_linear(fold))
    assert not inverse.invertible
    line = np.vstack([rng.uniform(-2, 2, (2, 3)), np.arange(3.0)])
    back = all_preimages(inverse, line)
    known = back[:2, ~np.isnan(back[0])].T
    if len(known):
        assert distances(fold(known), line[:2].T).max() < 1e-12
    pieces = [piece for piece in np.split(back[:2].T, np.flatnonzero(np.isnan(back[0]))) if len(piece) > 1]
    pieces = [piece[~np.isnan(piece[:, 0])] for piece in pieces]
    for state in dense(line[:2], 20):
        for z in inverse.preimages(state):
            assert min(distances(z[None], piece)[0] for piece in pieces) < 1e-9
