"""The steady input at which a memory ends: folds in closed form."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.errors import InputError
from dynbench.transitions import steady

WEIGHT = 2.0
FOLD = WEIGHT * np.sqrt(1 - 1 / WEIGHT) - np.arctanh(np.sqrt(1 - 1 / WEIGHT))


@pytest.fixture(scope="module")
def unit():
    """One unit, x' = -x + 2 tanh x + u: at its fold 2 sech^2 x = 1."""
    network = db.EchoStateNetwork([[WEIGHT]], [[0.0]], [[1.0]], [[1.0]])
    return network, db.transition_graph(network, db.find_fixed_points(network, starts=np.linspace(-3, 3, 7)[:, None]))


def test_the_fold_of_one_unit_is_the_closed_form(unit):
    network, graph = unit
    folds = steady.steady_thresholds(network, graph)
    assert len(folds) == 2
    for node, found in folds.items():
        towards = int(graph.nodes[node]["readout"][0] < 0)
        assert found[0, towards] == pytest.approx(FOLD, rel=1e-8)
        assert np.isnan(found[0, 1 - towards])


def test_the_input_at_rest_counts(unit):
    tilted = unit[0].with_parameters(u=[0.2])
    graph = db.transition_graph(tilted, db.find_fixed_points(tilted, starts=np.linspace(-3, 3, 7)[:, None]))
    folds = db.steady_thresholds(tilted, graph)
    amplitudes = sorted(a for found in folds.values() for a in found[np.isfinite(found)])
    np.testing.assert_allclose(amplitudes, [FOLD - 0.2, FOLD + 0.2], rtol=1e-8)


@pytest.mark.parametrize("share", [0.9, 0.99, 0.999, 0.99999])
def test_no_fold_is_met_below_the_largest_amplitude(unit, share):
    assert all(np.isnan(found).all() for found in db.steady_thresholds(*unit, largest=share * FOLD).values())


def test_two_units_that_do_not_know_each_other_have_their_own_folds():
    """Their columns of B are scaled: the folds are so much nearer."""
    zero = np.zeros((2, 1))
    network = db.EchoStateNetwork(np.diag([2.0, 3.0]), zero, zero.T, np.diag([1.0, 0.5]))
    starts = [[a, b] for a in (-2, 0, 2) for b in (-3, 0, 3)]
    graph = db.transition_graph(network, db.find_fixed_points(network, starts=starts))
    folds = db.steady_thresholds(network, graph, largest=3)
    assert len(folds) == 4
    second = 3 * np.sqrt(2 / 3) - np.arctanh(np.sqrt(2 / 3))
    for node, found in folds.items():
        towards = (graph.nodes[node]["point"].x < 0).astype(int)
        np.testing.assert_allclose(found[[0, 1], towards], [FOLD, 2 * second], rtol=1e-8)
        assert np.isnan(found[[0, 1], 1 - towards]).all()


def test_mirror_images_are_followed_once(unit, monkeypatch):
    calls = []
    fold = steady._fold
    monkeypatch.setattr(steady, "_fold", lambda *a: calls.append(a) or fold(*a))
    progress = []
    db.steady_thresholds(*unit, progress=lambda *a: progress.append(a))
    assert len(calls) == 2
    assert progress == [("following memories to their folds", 1, 1)]


def test_bad_input_is_refused(unit):
    network, graph = unit
    with pytest.raises(InputError, match="largest is 0; it must be a positive"):
        db.steady_thresholds(network, graph, largest=0)
    with pytest.raises(InputError, match="expected an EchoStateNetwork"):
        db.steady_thresholds(db.ODE({"x": "-x"}), graph)
    with pytest.raises(InputError, match="no input"):
        db.steady_thresholds(db.EchoStateNetwork([[2.0]], [[0.0]], [[1.0]]), graph)
