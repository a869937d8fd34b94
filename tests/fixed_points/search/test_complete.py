"""Complete search: known sets of roots, honest ignorance, domains, unions, budgets, interruptions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import fsolve

from dynbench.errors import InputError
from dynbench.fixed_points.search.complete import Complete
from dynbench.systems import ODE, Map

RNG = np.random.default_rng(0)


def search(system, box=None, **options):
    return Complete(box, **options).search(system, rng=RNG)


def cells(n):
    return ODE({f"x{i}": f"x{i} - x{i}^3 + 0.1*x{(i + 1) % n}" for i in range(n)})


def hopfield(n, gain, seed):
    weights = np.round(np.random.default_rng(seed).normal(size=(n, n)) * gain / np.sqrt(n), 3)
    rows = [" + ".join(f"({w})*tanh(x{j})" for j, w in enumerate(row)) for row in weights]
    return ODE({f"x{i}": f"-x{i} + {row}" for i, row in enumerate(rows)})


def in_some_box(x, undecided):
    return any(np.all((u.box[:, 0] <= x) & (x <= u.box[:, 1])) for u in undecided)


# ---- known answers


@pytest.mark.parametrize("box", [[(-2, 2)] * 3, None])
def test_coupled_cells_have_27_fixed_points(box):
    system = cells(3)
    found = search(system, box)
    assert found.complete
    assert found.undecided == ()
    assert len(found.candidates) == 27
    assert np.abs(system.residual(found.candidates)).max() < 1e-14
    unstable = (np.linalg.eigvals(system.jacobian_at(found.candidates)).real > 0).sum(-1)
    np.testing.assert_array_equal(np.bincount(unstable), [8, 12, 6, 1])
    assert (found.region is None) == (box is None)


def test_jang_has_three_fixed_points():
    found = search(ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}), {"x": (-3, 3), "y": (-3, 3)})
    assert found.complete
    points = found.candidates[np.argsort(found.candidates[:, 0])]
    np.testing.assert_allclose(points, [[-1, -0.5], [0, 0], [1, 0.5]], atol=1e-14)


@pytest.mark.parametrize("box", [[(-5, 5)] * 2, None])
def test_henon_map(box):
    found = search(Map({"x": "1 - a*x^2 + y", "y": "b*x"}, {"a": 1.4, "b": 0.3}), box)
    assert found.complete
    x = (-0.7 + np.array([-1, 1]) * np.sqrt(0.49 + 4 * 1.4)) / 2.8
    points = found.candidates[np.argsort(found.candidates[:, 0])]
    np.testing.assert_allclose(points, np.stack([x, 0.3 * x], axis=-1), atol=1e-14)


def test_hill_toggle_switch_is_bistable():
    found = search(ODE({"u": "4/(1 + v^3) - u", "v": "4/(1 + u^3) - v"}), [(0, 5)] * 2)
    assert found.complete
    assert len(found.candidates) == 3
    found = search(ODE({"u": "4/(1 + v^4) - u", "v": "4/(1 + u^4) - v"}))
    assert found.complete
    assert len(found.candidates) == 3


@pytest.mark.parametrize(("n", "gain", "seed"), [(4, 2.0, 4), (5, 3.0, 1), (6, 2.0, 6)])
def test_hopfield_networks_globally(n, gain, seed):
    system = hopfield(n, gain, seed)
    found = search(system)
    assert found.complete
    assert np.abs(system.residual(found.candidates)).max() < 1e-13
    starts = np.random.default_rng(seed).uniform(-3, 3, (80, n))
    for start in starts:
        root, _, status, _ = fsolve(system.residual, start, fprime=system.residual_jacobian, full_output=True)
        if status == 1 and np.abs(system.residual(root)).max() < 1e-12:
            assert np.abs(found.candidates - root).max(-1).min() < 1e-7


@given(
    roots=st.lists(st.integers(-40, 40), min_size=1, max_size=6, unique=True),
    low=st.integers(-50, 0),
    high=st.integers(1, 50),
)
@settings(max_examples=40, deadline=None)
def test_polynomials_with_known_roots(roots, low, high):
    """Roots at tenths, some of them on the faces of the box: each inside or on a face is listed, once."""
    product = "*".join(f"(x - ({r})/10)" for r in roots)
    found = search(ODE({"x": product}), [(low / 10, high / 10)])
    assert found.complete
    # A root on a face that is no double counts or not, according to the double nearest to the face.
    ends = {low, high}
    certain = sorted(r / 10 for r in roots if low < r < high)
    possible = sorted(r / 10 for r in roots if low <= r <= high)
    assert len(certain) <= len(found.candidates) <= len(possible) <= len(certain) + len(ends)
    for x in certain:
        assert np.abs(found.candidates - x).min() < 1e-12


@given(st.lists(st.integers(-9, 9), min_size=12, max_size=12))
@settings(max_examples=25, deadline=None)
def test_random_conics_miss_nothing_that_newton_finds(c):
    first = f"{c[0]}*x^2 + {c[1]}*x*y + {c[2]}*y^2 + {c[3]}*x + {c[4]}*y + {c[5]} + 1/3"
    second = f"{c[6]}*x^2 + {c[7]}*x*y + {c[8]}*y^2 + {c[9]}*x + {c[10]}*y + {c[11]} + 1/7"
    system = ODE({"x": first, "y": second})
    found = search(system, [(-3, 3)] * 2, max_boxes=20_000)
    assert np.abs(system.residual(found.candidates)).max(initial=0) < 1e-9
    for start in itertools.product((-2.1, 0.1, 1.9), repeat=2):
        root, _, status, _ = fsolve(system.residual, start, full_output=True)
        inside = np.abs(root).max() < 3 - 1e-6
        if status == 1 and inside and np.abs(system.residual(root)).max() < 1e-12:
            known = len(found.candidates) and np.abs(found.candidates - root).max(-1).min() < 1e-5
            assert known or in_some_box(root, found.undecided)


def test_close_roots_are_told_apart():
    found = search(ODE({"x": "(x - 1)^2 - 10^(-10)"}), [(-11, 11)])
    assert found.complete
    np.testing.assert_allclose(np.sort(found.candidates[:, 0]) - 1, [-1e-5, 1e-5], rtol=1e-6)


def test_a_root_at_zero_of_cancelling_terms():
    found = search(ODE({"x": "sin(x) + cos(x) - 1"}), [(-1, 2)])
    assert found.complete
    np.testing.assert_allclose(np.sort(found.candidates[:, 0]), [0, np.pi / 2], atol=1e-13)


def test_no_root_is_proved_to_be_none():
    found = search(ODE({"x": "x^2 + 1/10^6", "y": "-y"}), [(-2, 2)] * 2)
    assert found.complete
    assert found.candidates.shape == (0, 2)


# ---- what cannot be decided is not claimed


@pytest.mark.parametrize("equation", ["-x^2", "x^2 - x/5 + 1/100", "cos(x) - 1", "x^3"])
def test_multiple_roots_are_undecided(equation):
    root = 0.1 if "100" in equation else 0.0
    found = search(ODE({"x": equation}), [(-2, 2.5)])
    assert not found.complete
    assert len(found.candidates) == 0
    assert len(found.undecided) == 1
    assert in_some_box(root, found.undecided)
    assert np.ptp(found.undecided[0].box) < 1e-4
    assert "multiple root" in found.undecided[0].reason
    assert "multiple root" in found.argument


def test_a_simple_root_beside_a_double_one_is_found():
    found = search(ODE({"x": "(x - 1)*x^2"}), [(-2, 2)])
    assert not found.complete
    np.testing.assert_allclose(found.candidates, [[1.0]], atol=1e-13)
    assert in_some_box(0.0, found.undecided)
    assert not in_some_box(1.0, found.undecided)


def test_a_line_of_roots_is_an_undecided_band():
    found = search(ODE({"x": "x*(1 - x - y)", "y": "2*y*(1 - x - y)"}), [(-2, 2)] * 2, max_boxes=6000)
    assert not found.complete
    np.testing.assert_allclose(found.candidates, [[0, 0]], atol=1e-13)
    for t in np.linspace(-1, 2, 50):
        assert in_some_box([t, 1 - t], found.undecided)
    assert 1 <= len(found.undecided) <= 24
    assert sum(np.prod(np.ptp(u.box, axis=-1)) for u in found.undecided) < 4
    assert "budget of 6000 boxes" in found.argument
    assert "continuum" in found.argument


def test_a_budget_is_kept_and_nothing_is_lost_by_it():
    system = cells(3)
    found = search(system, [(-2, 2)] * 3, max_boxes=100)
    assert not found.complete
    every = search(system, [(-2, 2)] * 3).candidates
    for x in every:
        listed = len(found.candidates) and np.abs(found.candidates - x).max(-1).min() < 1e-12
        assert listed or in_some_box(x, found.undecided)


# ---- domains, kinks and jumps


def test_where_the_field_is_undefined_there_is_no_root():
    found = search(ODE({"x": "log(x)"}), [(-2, 2)])
    assert found.complete
    np.testing.assert_allclose(found.candidates, [[1.0]], atol=1e-14)
    found = search(ODE({"x": "x + sqrt(x)^3 + 1/1000"}), [(-1, 3)])
    assert found.complete
    assert len(found.candidates) == 0


def test_poles_and_jumps_are_undecided_not_roots():
    found = search(ODE({"x": "1/x"}), [(-1, 3)])
    assert len(found.candidates) == 0
    assert not found.complete
    assert in_some_box(0.0, found.undecided)
    found = search(ODE({"x": "sign(x) - x/2"}), [(-3, 3)])
    np.testing.assert_allclose(np.sort(found.candidates[:, 0]), [-2, 2], atol=1e-14)
    assert not found.complete
    assert "bounded derivative" in found.undecided[0].reason


def test_kinks_between_roots():
    system = ODE({"x": "Piecewise((x, x > 0), (0, True)) - x/2 - 1/4", "y": "x - y"})
    found = search(system, [(-2, 2)] * 2)
    assert found.complete
    points = found.candidates[np.argsort(found.candidates[:, 0])]
    np.testing.assert_allclose(points, [[-0.5, -0.5], [0.5, 0.5]], atol=1e-14)


# ---- regions


def test_roots_on_faces_and_corners_count_once():
    found = search(ODE({"x": "x*(1 - x)", "y": "y*(2 - y)"}), {"x": (0, 1), "y": (0, 2)})
    assert found.complete
    points = found.candidates[np.lexsort(found.candidates.T[::-1])]
    np.testing.assert_allclose(points, [[0, 0], [0, 2], [1, 0], [1, 2]], atol=1e-13)


def test_roots_outside_are_not_listed():
    found = search(ODE({"x": "(x - 1)*(x - 1.0001)"}), [(1.00005, 2)])
    assert found.complete
    np.testing.assert_allclose(found.candidates, [[1.0001]], atol=1e-13)
    found = search(ODE({"x": "x - 1"}), [(1.0000001, 2)])
    assert found.complete
    assert len(found.candidates) == 0


def test_a_union_of_overlapping_boxes():
    box = [[(-2, 1)] * 2, {"x0": (-1, 2), "x1": (-1, 2)}, [(0, 1), (0.1, 0.2)]]
    found = search(cells(2), box)
    assert found.complete
    assert len(found.candidates) == 9
    assert found.region.shape == (3, 2, 2)
    # Of the nine roots, those near (-1, 1) and (1, -1) lie in neither of these two squares.
    found = search(cells(2), [[(-2, 0.5)] * 2, [(-0.5, 2)] * 2])
    assert found.complete
    assert len(found.candidates) == 7


def test_without_a_box_a_global_one_is_derived_or_refused():
    assert "every fixed point lies in the box" in search(ODE({"x": "x - x^3"})).argument
    with pytest.raises(InputError, match=r"No box that holds every fixed point.*Pass box="):
        search(ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}))


# ---- interface


def test_progress_is_reported():
    calls = []
    Complete([(-2, 2)] * 2).search(cells(2), rng=RNG, progress=lambda *args: calls.append(args))
    assert calls
    assert all(stage == "searching boxes" and total is None for stage, _, total in calls)
    assert [done for _, done, _ in calls] == sorted(done for _, done, _ in calls)


@pytest.mark.parametrize("generation", [1, 3, 6])
def test_an_interruption_keeps_what_is_decided(generation):
    count = itertools.count(1)

    def interrupt(stage, done, total):
        if next(count) == generation:
            raise KeyboardInterrupt

    system = cells(2)
    every = search(system, [(-2, 2)] * 2).candidates
    found = Complete([(-2, 2)] * 2).search(system, rng=RNG, progress=interrupt)
    assert found.interrupted
    assert not found.complete
    assert "interrupted" in found.argument
    for x in every:
        listed = len(found.candidates) and np.abs(found.candidates - x).max(-1).min() < 1e-12
        assert listed or in_some_box(x, found.undecided)


def test_results_are_read_only_and_repeatable():
    first, second = (search(cells(2), [(-2, 2)] * 2) for _ in range(2))
    assert not first.candidates.flags.writeable
    np.testing.assert_array_equal(first.candidates, second.candidates)


def test_within_takes_the_box_of_the_caller():
    assert Complete(max_boxes=7).within([(0, 1)], None).box == [(0, 1)]
    assert Complete(max_boxes=7).within([(0, 1)], None).max_boxes == 7
    assert Complete([(0, 2)]).within([(0, 1)], None).box == [(0, 2)]


@pytest.mark.parametrize(("options", "message"), [({"max_boxes": 0}, "max_boxes"), ({"min_width": 0.0}, "min_width")])
def test_bad_options(options, message):
    with pytest.raises(InputError, match=message):
        Complete(**options)
