"""Cycles of piecewise-linear flows: known ones, proofs that hold and proofs that are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

import dynbench as db
from dynbench.cycles import refine_cycle
from dynbench.cycles.loop_proof import prove_loop
from dynbench.cycles.loops import loops_near, refined
from dynbench.cycles.lumping import lumped
from dynbench.cycles.piecewise_flow import piecewise_flow_cycle
from dynbench.errors import InputError
from dynbench.fixed_points import Status
from dynbench.piecewise import piecewise_linear

RING = db.RNN([[0, -1.5, -0.75], [-0.75, 0, -1.5], [-1.5, -0.75, 0]], 1.0, activation="relu", form="activation")
START = np.array([0.2, 0.05, 0.1])
#: Van der Pol's oscillator with the cubic replaced by three lines (a Lienard system).
OSCILLATOR = db.ODE({"x": "y - x + 2*Max(Min(x, 1), -1)", "y": "-x"})
REVERSED = db.ODE({"x": "-y + x - 2*Max(Min(x, 1), -1)", "y": "x"})


def closed(system: db.System, state: np.ndarray, longest: float):
    form = piecewise_linear(system)
    return form, refined(form, next(loops_near(form, state, 4 * longest, longest)))


def test_the_ring_has_a_proved_stable_cycle():
    cycle = piecewise_flow_cycle(piecewise_linear(RING), START, 11.0)
    assert cycle.status is Status.CERTIFIED
    assert cycle.proved
    assert cycle.kind is db.CycleKind.STABLE
    assert cycle.stability == (2, 0, 0)
    assert len(cycle.word) == 6
    other = refine_cycle(RING, cycle.points[0], 11.2)
    assert cycle.period == pytest.approx(other.period, abs=1e-9)
    assert cycle.multipliers[0] == pytest.approx(1, abs=1e-12)
    assert cycle.multipliers[1] == pytest.approx(other.multipliers[1], abs=1e-8)
    returned = db.integrate(RING, cycle.points[0], [0.0, cycle.period], engine="piecewise").final
    assert np.abs(returned - cycle.points[0]).max() < 1e-13
    assert np.abs(db.integrate(RING, cycle.points[0], [0.0, cycle.period / 128], engine="piecewise").final
                  - cycle.points[1]).max() < 1e-13  # fmt: skip


def test_the_ring_turns_by_thirds():
    """The ring is symmetric: a third of the period shifts the neurons by one."""
    cycle = piecewise_flow_cycle(piecewise_linear(RING), START, 11.0)
    third = db.integrate(RING, cycle.points[0], [0.0, cycle.period / 3], engine="piecewise").final
    assert (
        np.abs(np.roll(third, 1) - cycle.points[0]).max() < 1e-13
        or np.abs(np.roll(third, -1) - cycle.points[0]).max() < 1e-13
    )


def test_an_oscillator_against_its_closed_form():
    """By symmetry half a turn takes (x, y) to its negative; the equations of half a turn are solved apart."""

    def half(y0):
        """y on x = -1, going down, after half a turn from (1, y0): the outer region, then the inner one."""
        outer = np.array([[-1.0, 1.0], [-1.0, 0.0]])
        inner = np.array([[1.0, 1.0], [-1.0, 0.0]])
        from scipy.linalg import expm

        shift = np.array([0.0, -2.0])  # where x' = y - x + 2 = 0 and y' = 0

        def out(t):
            return shift + expm(t * outer) @ (np.array([1.0, y0]) - shift)

        first = brentq(lambda t: out(t)[0] - 1, 0.5, 4.0, xtol=1e-15)
        start = out(first)
        second = brentq(lambda t: (expm(t * inner) @ start)[0] + 1, 0.05, 3.0, xtol=1e-15)
        return (expm(second * inner) @ start)[1], first + second

    y0 = brentq(lambda y: half(y)[0] + y, 0.5, 3.0, xtol=1e-15)
    (cycle,) = db.find_cycles(OSCILLATOR, periods=20.0, starts=[[0.1, 0.2]])
    assert cycle.period == pytest.approx(2 * half(y0)[1], abs=1e-12)
    assert cycle.status is Status.CERTIFIED


def test_a_repelling_cycle_is_found_backward():
    (stable,) = db.find_cycles(OSCILLATOR, periods=20.0, starts=[[0.1, 0.2]])
    (repelling,) = db.find_cycles(REVERSED, periods=20.0, starts=[[0.1, 0.2]])
    assert repelling.kind is db.CycleKind.UNSTABLE
    assert repelling.proved
    assert repelling.period == pytest.approx(stable.period, abs=1e-13)
    assert repelling.multipliers[0] * stable.multipliers[1] == pytest.approx(1, abs=1e-12)


def test_no_proof_for_a_loop_that_does_not_close():
    form, loop = closed(RING, START, 12.0)
    assert prove_loop(form.exact, loop) is not None
    longer = replace(loop, durations=loop.durations * 1.5)
    assert prove_loop(form.exact, longer) is None


@pytest.mark.parametrize(("threshold", "proved"), [("13/5", True), ("251/100", True), ("5/2", False), ("12/5", False)])
def test_no_proof_where_a_leg_leaves_its_region(threshold, proved):
    """A unit that becomes active beyond a threshold, in legs that do not know of it: x rises to 2.5009."""
    form, loop = closed(OSCILLATOR, np.array([0.1, 0.2]), 20.0)
    other = piecewise_linear(db.ODE({"x": "y - x + 2*Max(Min(x, 1), -1)", "y": f"-x + Max(x - {threshold}, 0)/1000"}))
    assert other.units == form.units + 1
    patterns = np.hstack([loop.patterns, np.zeros((len(loop.units), 1), dtype=bool)])
    candidate = refined(other, replace(loop, patterns=patterns))
    assert _widest(other, candidate) == pytest.approx(2.5009, abs=1e-3)
    assert (prove_loop(other.exact, candidate) is not None) == proved


def _widest(form, loop) -> float:
    legs = np.repeat(np.arange(len(loop.units)), 50)
    parts = np.tile(np.linspace(0, 1, 50), len(loop.units))
    return float(loop.states_at(form, legs, parts * loop.durations[legs])[:, 0].max())


def test_the_enclosures_hold_the_doubles():
    form, loop = closed(RING, START, 12.0)
    proof = prove_loop(form.exact, loop)
    assert abs(float(proof.period.mid()) - loop.period) < 1e-12
    assert float(proof.period.rad()) < 1e-25
    assert proof.radius < 1e-25


def competitive(seed: int) -> tuple[db.System, np.ndarray]:
    """Five neurons that inhibit one another in two strengths, by a random graph, and two starts."""
    rng = np.random.default_rng(seed)
    edges = rng.random((5, 5)) < 0.4
    weights = np.where(edges, -0.75, -1.5) * (1 - np.eye(5))
    return db.RNN(weights, 1.0, activation="relu", form="activation"), rng.random((2, 5))


@pytest.mark.parametrize(("seed", "together"), [(2, False), (15, False), (5, True), (13, True), (28, True)])
def test_competitive_networks(seed, together):
    """In three of them neurons of equal input switch together; in the last they are equal as a third one is silent."""
    network, starts = competitive(seed)
    (cycle,) = db.find_cycles(network, periods=20.0, starts=starts)
    assert cycle.status is Status.CERTIFIED
    assert cycle.proved
    word = np.array(cycle.word)
    assert ((word != np.roll(word, 1, axis=0)).sum(axis=1) > 1).any() == together
    assert ("symmetry" in cycle.note) == together
    back = db.integrate(network, cycle.points[0], [0.0, cycle.period], rtol=1e-12, atol=1e-13).final
    assert np.abs(back - cycle.points[0]).max() < 1e-8


def test_units_are_lumped_only_where_the_flow_keeps_them_equal():
    network, starts = competitive(5)
    form = piecewise_linear(network)
    loop = refined(form, next(loops_near(form, starts[0], 300.0, 20.0)))
    smaller, turned = lumped(form.exact, loop)
    assert smaller.dimension == 4
    assert turned.one_by_one
    assert not loop.one_by_one
    assert prove_loop(form.exact, loop) is None
    other = network.weights.copy()
    other[3, 0] += 1e-12  # the neurons 3 and 4 are no longer driven alike
    unequal = db.RNN(other, 1.0, activation="relu", form="activation")
    assert lumped(piecewise_linear(unequal).exact, loop) is None


def test_irrational_entries_are_not_proved():
    system = db.ODE({"x": "y - x + sqrt(2)*Max(Min(x, 1), -1)", "y": "-x"})
    (cycle,) = db.find_cycles(system, periods=20.0, starts=[[0.1, 0.2]])
    assert cycle.status is Status.CONVERGED
    assert not cycle.proved
    assert "irrational" in cycle.note


def test_a_centre_is_no_cycle():
    """All orbits near (2, 0) are circles within one region: a family, none of which is given."""
    system = db.ODE({"x": "y", "y": "-(x - 2) + Max(-x, 0)"})
    assert piecewise_flow_cycle(piecewise_linear(system), np.array([2.5, 0.0]), 6.28) is None


def test_the_set_says_that_it_is_not_complete():
    cycles = db.find_cycles(RING, periods=15, starts=[START, START + 0.1])
    assert len(cycles) == 1
    assert not cycles.complete
    assert "not complete" in repr(cycles)
    assert "2 starts" in repr(cycles)
    assert not len(db.find_cycles(RING, periods=15, starts=[START], box=[(5, 6)] * 3))
    (plain,) = db.find_cycles(RING, periods=15, starts=[START], certify=False)
    assert plain.status is Status.CONVERGED


@pytest.mark.parametrize(
    ("system", "options", "message"),
    [
        (db.ODE({"x": "-x^3"}), {"periods": 3.0, "starts": [[1.0]]}, "another flow"),
        (RING, {"periods": 3.0}, "give starts="),
        (RING, {"periods": [1, 2], "starts": [START]}, "the longest period"),
        (RING, {"periods": -1.0, "starts": [START]}, "the longest period"),
        (RING, {"periods": 9.0, "starts": [START], "search": "sweep"}, "words of a flow's cycles"),
        (RING, {"periods": 9.0, "starts": [[1.0]]}, "starts has shape"),
    ],
)
def test_bad_input(system, options, message):
    with pytest.raises(InputError, match=message):
        db.find_cycles(system, **options)


def test_the_double_scroll_holds_proved_saddle_cycles():
    """Matsumoto's (1984) parameters of Chua's circuit, symmetric under x -> -x."""
    circuit = db.ODE({"x": "9*(y - x + 5/7*x + 3/14*(Abs(x + 1) - Abs(x - 1)))", "y": "x - y + z", "z": "-100/7*y"})
    cycles = db.find_cycles(circuit, periods=5.0, starts=np.random.default_rng(0).normal(scale=0.1, size=(4, 3)))
    assert len(cycles) >= 2
    for cycle in cycles:
        assert cycle.status is Status.CERTIFIED
        assert cycle.kind is db.CycleKind.SADDLE
        assert cycle.character == "flip saddle"
        image = refine_cycle(circuit, -cycle.points[0], cycle.period)
        assert image.status is Status.CERTIFIED
        assert image.period == pytest.approx(cycle.period, abs=1e-12)
        gaps = np.abs(image.points[:, None] + cycle.points[None]).max(axis=-1)
        assert gaps.min(axis=0).max() < 0.2


def test_newtons_method_from_a_state_proves_the_cycle():
    cycle = refine_cycle(RING, START, 11.0)
    assert cycle.status is Status.CERTIFIED
    assert refine_cycle(RING, START, 3.0) is None
