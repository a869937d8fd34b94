"""The pipeline on one system, and what is left of it when the user interrupts."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db

SYSTEM = db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}, name="Jang")
BOX = {"x": (-3, 3), "y": (-3, 3)}


def test_everything_is_there():
    analysis = db.analyze(SYSTEM, box=BOX)
    assert len(analysis.fixed_points) == 3
    assert analysis.graph.number_of_edges() == 2
    assert [s.matrix for s in analysis.symmetries] == [-SYSTEM.jacobian.eye(2)]
    assert analysis.slow_points == ()
    assert not analysis.interrupted
    assert analysis.provenance["content_hash"] == SYSTEM.content_hash
    np.testing.assert_array_equal(analysis.box, [[-3, 3], [-3, 3]])


def test_slow_points_of_the_box_are_kept_apart_from_the_fixed_points():
    ghost = db.ODE({"x": "x^2 + 1e-6", "y": "-y"})
    analysis = db.analyze(ghost, box=[[-1, 1], [-1, 1]])
    assert len(analysis.fixed_points) == 0
    assert analysis.fixed_points.complete
    (slow,) = analysis.slow_points
    assert slow.status is db.Status.SLOW_POINT
    np.testing.assert_allclose(slow.x, 0, atol=1e-6)


@pytest.mark.parametrize("stage", ["interval", "certifying", "following", "Newton"])
def test_an_interruption_in_any_stage_keeps_what_came_before(stage):
    def progress(name, done, total):
        if stage in name or (stage == "interval" and name not in ("certifying",)):
            raise KeyboardInterrupt

    analysis = db.analyze(SYSTEM, box=BOX, progress=progress)
    assert analysis.interrupted
    points = analysis.fixed_points
    assert points.interrupted == (stage in ("interval", "certifying"))
    assert points.complete == (stage in ("following", "Newton"))
    if stage == "certifying":
        assert [p.status.value for p in points].count("certified") == 1
        assert len(points) == 3
    if stage in ("following", "Newton"):
        assert len(points.certified) == 3


def test_the_same_seed_gives_the_same_analysis():
    first, second = (db.analyze(SYSTEM, box=BOX, rng=3) for _ in range(2))
    assert first.fixed_points.to_dict() == second.fixed_points.to_dict()


@pytest.mark.parametrize("rng", [None, "a", 1.5, True, -1])
def test_a_seed_is_needed(rng):
    with pytest.raises(db.errors.InputError, match="seed"):
        db.analyze(SYSTEM, box=BOX, rng=rng)


def test_an_interrupted_search_for_invariants_interrupts_the_analysis(monkeypatch):
    def search(self, system, known, limits):
        raise KeyboardInterrupt

    monkeypatch.setattr("dynbench.invariants.multiplier_energies.MultiplierEnergies.search", search)
    analysis = db.analyze(db.ODE({"x": "y", "y": "-sin(x)"}), box=[[-1, 1], [-1, 1]])
    assert analysis.interrupted
    assert analysis.lyapunov_functions.stopped == "interrupted"
    assert len(analysis.invariants) == 1
    assert analysis.hamiltonian is None
