"""Preimages under piecewise-linear maps: proofs that a map is invertible, paths, all preimages by regions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.piecewise import Inverse, piecewise_linear, regions
from dynbench.piecewise.regions import realised_patterns


def shallow(seed, n, units, strength):
    rng = np.random.default_rng(seed)
    W1, W2 = rng.normal(size=(n, units)) * strength / np.sqrt(units), rng.normal(size=(units, n))
    return db.PLRNN.shallow(rng.uniform(0.3, 0.95, n), W1, W2, rng.normal(size=n), rng.normal(size=units))


def test_the_lozi_map_is_invertible_and_its_inverse_is_known():
    inverse = Inverse(piecewise_linear(db.Map({"x": "1 - 1.7*Abs(x) + y", "y": "0.5*x"})))
    assert inverse.invertible
    assert inverse.argument == "all 2^1 regional determinants have the sign of det A"
    w = np.random.default_rng(0).uniform(-3, 3, (200, 2))
    x = 2 * w[:, 1]
    np.testing.assert_allclose(inverse.preimage(w), np.column_stack([x, w[:, 0] - 1 + 1.7 * np.abs(x)]), atol=1e-13)


@given(st.integers(0, 10**6), st.integers(2, 6), st.integers(1, 8))
@settings(max_examples=40, deadline=None)
def test_paths_find_the_preimage_of_every_state(seed, n, units):
    network = shallow(seed, n, units, 0.2)
    inverse = Inverse(piecewise_linear(network))
    z = np.random.default_rng(seed).normal(size=(50, n)) * 4
    if not inverse.invertible:
        with pytest.raises(db.errors.InputError, match="not proved invertible"):
            inverse.preimage(z)
        return
    np.testing.assert_allclose(inverse.preimage(network(z)), z, atol=1e-9)


def test_fifteen_states_are_followed_back():
    network = shallow(1, 15, 15, 0.05)
    inverse = Inverse(piecewise_linear(network))
    assert inverse.invertible
    z = np.random.default_rng(0).normal(size=(500, 15)) * 3
    np.testing.assert_allclose(inverse.preimage(network(z)), z, atol=1e-10)


def test_two_determinants_of_different_signs_exclude_an_inverse():
    fold = Inverse(piecewise_linear(db.Map({"x": "1 - 2*Abs(x)", "y": "x/2 + y/3"})))
    assert not fold.invertible
    assert "not injective" in fold.argument
    assert "is negative" in fold.argument
    assert "is positive" in fold.argument
    found = fold.preimages([0.5, 0.0])  # |x| = 1/4, y = -3 x / 2
    assert sorted(found[:, 0].round(12)) == [-0.25, 0.25]
    np.testing.assert_allclose(found[:, 1], -1.5 * found[:, 0])
    assert fold.preimages([1.5, 0.0]).shape == (0, 2)


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_all_preimages_are_preimages_and_the_state_is_among_those_of_its_image(seed):
    network = shallow(seed, 2, 3, 2.0)
    inverse = Inverse(piecewise_linear(network))
    z = np.random.default_rng(seed).normal(size=2) * 3
    if len(inverse.singular):
        return
    found = inverse.preimages(network(z))
    np.testing.assert_allclose(network(found), np.broadcast_to(network(z), found.shape), atol=1e-8)
    assert np.abs(found - z).max(axis=1).min() < 1e-7


def test_a_singular_region_is_no_homeomorphism():
    flat = Inverse(piecewise_linear(db.Map({"x": "Max(x, 0)", "y": "y/2"})))
    assert not flat.invertible
    assert len(flat.singular) == 1


def test_patterns_without_a_region_do_not_count():
    # Units x > 0 and x > 1: no state has the second alone; that pattern's slope would be negative.
    system = db.Map({"x": "x + Max(x, 0) - 1.5*Max(x - 1, 0)", "y": "y/2"})
    form = piecewise_linear(system)
    assert len(realised_patterns(form)) == 3
    inverse = Inverse(form)
    assert inverse.invertible
    assert "the determinants of the 3 regions have one sign" in inverse.argument
    assert "regions found in rational numbers" in inverse.argument
    z = np.random.default_rng(0).uniform(-4, 4, (100, 2))
    np.testing.assert_allclose(inverse.preimage(system(z)), z, atol=1e-12)


def test_regions_of_a_plane_are_those_that_states_meet():
    form = piecewise_linear(shallow(3, 2, 7, 1.0))
    found = {tuple(p) for p in realised_patterns(form)}
    assert len(found) == 1 + 7 + 21  # lines in general position
    met = {tuple(p) for p in form.pattern(np.random.default_rng(0).uniform(-20, 20, (20000, 2)))}
    assert met <= found
    with pytest.raises(db.errors.InputError, match="more than 10 regions"):
        realised_patterns(form, most=10)


def test_bad_arguments():
    with pytest.raises(db.errors.InputError, match="form is of a flow"):
        Inverse(piecewise_linear(db.ODE({"x": "-x + Abs(x)/2 + 1"})))
    inverse = Inverse(piecewise_linear(db.Map({"x": "1 - 1.7*Abs(x) + y", "y": "0.5*x"})))
    with pytest.raises(db.errors.InputError, match="expected one state"):
        inverse.preimages([[0, 0]])
    with pytest.raises(db.errors.InputError, match="z has shape"):
        inverse.preimage([0, 0, 0])


def test_regions_are_enumerated_once_for_a_form(monkeypatch):
    # A map of no other test: forms of equal systems are one object, and its regions might be known.
    form, calls = piecewise_linear(db.Map({"x": "1 - 2*Abs(x)", "y": "x/2 + 11*y/37"})), []
    monkeypatch.setattr(regions, "realised_patterns", lambda form: calls.append(form) or realised_patterns(form))
    first, second = Inverse(form), Inverse(form)
    assert len(first.patterns) == len(second.patterns) == 2
    assert first.argument == second.argument
    assert len(calls) == 1


@pytest.mark.parametrize("weights", [[-2.0, 1.5], [-1.0, 0.5]])
def test_units_that_share_a_border_do_not_lead_paths_astray(weights):
    network = db.PLRNN.shallow([[1.0]], [weights], [[1.0], [1.0]], [0.0], [0.0, 0.0])
    inverse = Inverse(piecewise_linear(network))
    assert inverse.invertible
    assert not inverse.coherent
    states = np.array([[-2.0], [0.0], [1.5], [40.0]])
    np.testing.assert_allclose(network(inverse.preimage(states)), states, rtol=1e-14)


# ---- what only exact regions decide


@pytest.mark.parametrize("others", [{}, {"y": "y/2"}, {"y": "y/2", "z": "z/2"}])
def test_a_fold_that_is_thin_beside_the_farthest_border_is_found(others):
    """The slope is -2 between 5000 and 5050, of which a border at 10**12 leaves nothing in relative numbers."""
    system = db.Map({"x": "x - 3*Max(x-5000,0) + 3*Max(x-5050,0) + Max(x-1000000000000,0)", **others})
    inverse = Inverse(piecewise_linear(system))
    assert not inverse.invertible
    assert inverse.argument == "not injective: the determinants of the 4 regions differ in sign"
    found = inverse.preimages(np.eye(system.dimension)[0] * 4970)
    np.testing.assert_allclose(np.sort(found[:, 0]), [4970, 5015, 5120], rtol=1e-12)


def test_nearly_singular_regions_have_preimages():
    """A pattern without a region keeps preimages from being followed by paths; condition numbers are 1e20."""
    system = db.Map({"x": "x + Max(x, 0) - 1.5*Max(x - 1, 0)", "y": "y/10**20"})
    inverse = Inverse(piecewise_linear(system))
    assert inverse.invertible
    assert not inverse.coherent
    z = np.array([[3.0, 2.0], [-1.0, 7.0]])
    np.testing.assert_allclose(inverse.preimage(system(z)), z, rtol=1e-14)
