"""The searches against brute force and against each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.errors import InputError
from dynbench.piecewise import piecewise_linear
from dynbench.piecewise.periodic import Reality
from dynbench.piecewise.search import BranchAndBound, Polygons, Scyfi, Sweep, WordPlan, plan
from dynbench.piecewise.search.convex import cut
from dynbench.piecewise.settle import settle_words

from ..known import LOZI, brute_force, network, shallow

RNG = np.random.default_rng(0)
#: Every cycle of the small random maps here lies in it.
WIDE = np.array([[-1e4, 1e4]] * 2)


def real(form, strategy, period=1):
    """The words of real periodic points that a search finds, and what it claims."""
    found = strategy.search(form, period, rng=np.random.default_rng(0))
    settled = settle_words(form, found.words)
    return {p.word for p in settled.periodic if p.reality is Reality.REAL}, found


@pytest.mark.parametrize("strategy", [Sweep(), BranchAndBound(), Polygons(WIDE), WordPlan()], ids=repr)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), units=st.integers(1, 3), period=st.integers(1, 3))
def test_planar_maps_against_brute_force(strategy, seed, units, period):
    form = piecewise_linear(shallow(np.random.default_rng(seed), 2, units))
    words, found = real(form, strategy, period)
    assert found.complete
    assert words == brute_force(form, period)


@pytest.mark.parametrize("strategy", [Sweep(), BranchAndBound()], ids=repr)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(3, 8))
def test_fixed_points_of_networks_against_brute_force(strategy, seed, size):
    form = piecewise_linear(network(size, seed, own=0.4))
    words, found = real(form, strategy)
    assert found.complete
    assert words == brute_force(form, 1)


@pytest.mark.parametrize(("size", "seed"), [(10, 0), (10, 1), (15, 0), (15, 1), (20, 3)])
def test_the_sweep_equals_branch_and_bound(size, seed):
    form = piecewise_linear(network(size, seed, own=0.5))
    swept, first = real(form, Sweep())
    branched, second = real(form, BranchAndBound())
    assert first.complete
    assert second.complete
    assert swept == branched


def test_thirty_units_by_branch_and_bound():
    words, found = real(piecewise_linear(network(30, 1)), BranchAndBound())
    assert found.complete
    assert "proved infeasible" in found.argument
    assert len(words) == 1


@pytest.mark.parametrize("period", [4, 9])
def test_the_polygons_of_lozi_against_the_sweep(period):
    form = piecewise_linear(LOZI)
    assert real(form, Polygons(np.array([[-3, 3], [-3, 3]])), period)[0] == real(form, Sweep(), period)[0]


def test_polygons_find_what_stays_in_the_box_only():
    form = piecewise_linear(LOZI)
    words, found = real(form, Polygons(np.array([[0.1, 3], [-3, 3]])))
    assert found.complete
    assert words == {((True,),)}
    assert real(form, Polygons(np.array([[5, 6], [5, 6]])), 6)[0] == set()


def test_polygons_lose_nothing_where_numbers_overflow():
    # The margin x - 1e20 y is beyond the range of doubles in the corners of this box.
    system = db.Map({"x": "-x/2 + Abs(x - 10^20*y)/10^22 + 10^295", "y": "y/2 - x/3 + 10^299"})
    box = [[-2e300, 2e300]] * 2
    words, found = real(piecewise_linear(system), Polygons(box))
    assert found.complete
    assert len(words) == 1
    # Images beyond it leave a slack that is no number, and nothing is claimed.
    form = piecewise_linear(db.Map({"x": "10^20*x - 10^20*y + Max(x, 0)", "y": "y/2"}))
    lost = Polygons(box).search(form, 2, rng=np.random.default_rng(0))
    assert not lost.complete
    assert lost.argument.endswith("rounding has made polygons meaningless in step 1 of 2")


def test_polygons_of_one_state():
    tent = piecewise_linear(db.Map({"x": "1 - 2*Abs(x)"}))
    words, found = real(tent, Polygons(np.array([[-1.0, 1.0]])), 5)
    assert found.complete
    assert len(words) == 8  # six 5-cycles and two fixed points


def test_polygons_of_nested_units():
    nested = db.Map({"x": "0.3*Max(x, Abs(y) - 1) + 1", "y": "-1.2*Min(x, Abs(Abs(x) - 1)) - y/3"})
    form = piecewise_linear(nested)
    assert len(form.levels) > 1
    for period in (1, 2):
        assert real(form, Polygons(WIDE), period)[0] == real(form, Sweep(), period)[0]


@pytest.mark.parametrize("low", [0, 3])
def test_zero_pivots_lose_no_word(low):
    """Units that feed each other only: every principal minor of one of them vanishes."""
    size = 6
    weights = np.zeros((size, size))
    weights[np.arange(size), (np.arange(size) + 3) % size] = 2.0
    weights[low, low] = 1.0
    form = piecewise_linear(db.PLRNN(np.zeros(size), weights, np.linspace(-1, 1, size) + 0.03))
    for strategy in (Sweep(), BranchAndBound()):
        words, found = real(form, strategy)
        assert found.complete
        assert words == _without_singular(form)


def _without_singular(form):
    """Brute force over the patterns whose matrix is regular."""
    codes = np.arange(1 << form.units)
    patterns = (codes[:, None] >> np.arange(form.units)) & 1 == 1
    states = form.fixed_state(patterns)
    good = np.isfinite(states).all(axis=1)
    return {
        (tuple(p.tolist()),) for p, z in zip(patterns[good], states[good], strict=True) if (form.pattern(z) == p).all()
    }


def test_a_border_is_found_by_both():
    form = piecewise_linear(db.Map({"x": "Abs(x)/2 + y/4", "y": "relu(x + y)/3 - y/5"}))
    for strategy in (Sweep(), BranchAndBound(), Polygons(WIDE)):
        settled = settle_words(form, strategy.search(form, 1, rng=RNG).words)
        assert {tuple(p.points[0].entries()) for p in settled.periodic} == {(0, 0)}


def test_the_heuristic_finds_real_cycles_only_and_claims_nothing():
    form = piecewise_linear(LOZI)
    words, found = real(form, Scyfi(), 6)
    assert not found.complete
    assert "heuristic" in found.argument
    assert len(words) == len(found.words)
    assert words <= real(form, Sweep(), 6)[0]
    assert len(words) >= 4


def test_the_heuristic_starts_from_the_states_given():
    form = piecewise_linear(LOZI)
    starts = np.array([[5 / 11, 5 / 22]])
    found = Scyfi(batch=1, steps=1, patience=1).within(None, starts).search(form, 1, rng=RNG)
    assert ((True,),) in found.words


@pytest.mark.parametrize("size", [50, 100])
def test_planted_fixed_points_of_large_networks(size):
    """A network with units that hold themselves on or off: 2^4 fixed points are known, the rest of it contracts."""
    rng = np.random.default_rng(size)
    weights = rng.normal(size=(size, size)) * 0.1 / np.sqrt(size)
    bistable = np.arange(4)
    weights[:4] = 0
    weights[bistable, bistable] = 2.0
    bias = rng.normal(size=size)
    bias[:4] = -0.5
    form = piecewise_linear(db.PLRNN(np.full(size, 0.2), weights, bias))
    words, found = real(form, Scyfi(batch=64, patience=4))
    assert not found.complete
    assert len(words) == 16


def test_too_many_units_are_refused_with_the_cost():
    form = piecewise_linear(network(15, 0))
    with pytest.raises(InputError, match=r"2 x 15 = 30 units have 2\*\*30 words, .* about \d+ minutes: .* Scyfi"):
        Sweep().search(form, 2, rng=RNG)
    with pytest.raises(InputError, match="years"):
        Sweep().search(form, 8, rng=RNG)


def test_a_budget_that_is_spent_claims_nothing():
    form = piecewise_linear(network(20, 0))
    found = BranchAndBound(max_nodes=5).search(form, 1, rng=RNG)
    assert not found.complete
    assert "budget of 5 nodes" in found.argument
    few = Polygons(np.array([[-3.0, 3.0]] * 2), max_words=5).search(piecewise_linear(LOZI), 12, rng=RNG)
    assert not few.complete
    assert "budget of 5 itineraries at once was spent in step 4 of 12" in few.argument
    few = Polygons(np.array([[-3.0, 3.0]] * 2), max_cuts=20).search(piecewise_linear(LOZI), 12, rng=RNG)
    assert not few.complete
    assert "budget of 20 cuts was spent" in few.argument


def planar(units=20):
    return piecewise_linear(shallow(np.random.default_rng(3), 2, units))


def test_the_plan_falls_back_on_the_heuristic_where_polygons_take_too_long(monkeypatch):
    monkeypatch.setattr(plan, "_CUTS", 100)
    found = WordPlan(WIDE).search(planar(), 4, rng=np.random.default_rng(0))
    assert not found.complete
    assert "budget of 100 cuts was spent" in found.argument
    assert "heuristic" in found.argument
    assert "Scyfi" in found.strategy


def test_polygons_say_how_many_words_are_alive_and_can_be_interrupted():
    seen = []

    def progress(stage, done, total):
        seen.append((stage, done, total))
        if done == 3:
            raise KeyboardInterrupt

    found = Polygons(WIDE).search(planar(5), 6, rng=RNG, progress=progress)
    assert found.interrupted
    assert not found.complete
    assert "interrupted in step 3 of 6" in found.argument
    assert [(done, total) for _, done, total in seen] == [(1, 6), (2, 6), (3, 6)]
    assert all(int(stage.split()[2]) > 0 and stage.endswith("words alive") for stage, *_ in seen)


def test_padding_is_not_taken_for_vertices():
    """A triangle with ten copies of its first vertex, of which a corner is cut off."""
    corners = [[-1.0, -1], [1, -1], [0, 1]]
    triangle = np.array([corners + corners[:1] * 10])
    polygons, left, _ = cut(triangle, 0.0, np.array([0.0, -1.0]), 0.5)
    assert left.all()
    assert polygons.shape[1] <= 5
    assert {tuple(v) for v in polygons[0].round(6).tolist()} == {(-1, -1), (1, -1), (0.25, 0.5), (-0.25, 0.5)}


def test_polygons_are_for_the_plane_and_a_box():
    with pytest.raises(InputError, match="one or two states, and this is a map of 4"):
        Polygons(np.array([[0.0, 1.0]] * 4)).search(piecewise_linear(network(4, 0)), 1, rng=RNG)
    with pytest.raises(InputError, match="needs a box"):
        Polygons().search(piecewise_linear(LOZI), 1, rng=RNG)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Sweep(max_units=0),
        lambda: BranchAndBound(max_nodes=0),
        lambda: Polygons(max_words=0),
        lambda: Scyfi(batch=0),
        lambda: Scyfi(patience=0),
    ],
)
def test_bad_budgets(make):
    with pytest.raises(InputError, match="is 0"):
        make()


def test_an_interrupted_search_says_so():
    def stop(stage, done, total):
        raise KeyboardInterrupt

    form = piecewise_linear(LOZI)
    for strategy in (Sweep(), BranchAndBound(), Polygons(WIDE), Scyfi(), WordPlan()):
        found = strategy.search(form, 4, rng=RNG, progress=stop)
        assert found.interrupted
        assert not found.complete


def test_polygons_that_all_die_out_prove_that_there_is_no_cycle():
    network = db.PLRNN.shallow([[1.0]], [[0.5]], [[1.0]], [2.0], [0.0])
    cycles = db.find_cycles(network, periods=[3], box=[[-3, 3]], search=Polygons())
    assert len(cycles) == 0
    assert cycles.complete[3]


def test_the_heuristic_ends_where_its_words_are_spent():
    """Within a round, too: one of 128 words of a long period may take minutes."""
    form = piecewise_linear(LOZI)
    solved = int(Scyfi(max_words=200).search(form, 30, rng=np.random.default_rng(0)).argument.split()[2])
    assert 200 <= solved < 200 + 128
    planned = WordPlan().search(form, 5_000, rng=np.random.default_rng(0))
    assert not planned.complete
    assert 400 <= int(planned.argument.split("(SCYFI): ")[1].split()[0]) < 400 + 128
