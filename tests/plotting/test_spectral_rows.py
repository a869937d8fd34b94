from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import dynbench as db
from dynbench.errors import InputError
from dynbench.plotting import search_effort, spectral_rows
from dynbench.plotting.spectral_rows import STABLE_SHOWN


@pytest.fixture(scope="module")
def lattice(flip_flops, analyses):
    network, points, graph = flip_flops[3]
    return dataclasses.replace(analyses["cube"], system=network, fixed_points=points, graph=graph)


def counts(drawing):
    return [t.get_text() for t in drawing.by_role["counts"]]


def test_rows_rise_with_the_number_of_unstable_directions_and_mirrors_share_one(lattice):
    drawing = spectral_rows(lattice)
    drawing.figure.canvas.draw()
    assert counts(drawing) == ["0"] * 4 + ["1"] * 6 + ["2"] * 3 + ["3", "unstable"]
    labels = [text.get_text() for text in drawing.ax.get_yticklabels()]
    assert sorted(int(n) for label in labels for n in label.split(", ")) == list(range(27))
    assert labels[-1] == "13"


def test_all_unstable_eigenvalues_are_there_and_the_leading_stable_ones(lattice):
    drawing = spectral_rows(lattice)
    drawn = np.concatenate([line.get_xydata() for line in drawing.by_role["eigenvalues"]])
    for row, label in enumerate(text.get_text() for text in drawing.ax.get_yticklabels()):
        point = lattice.fixed_points[int(label.split(",")[0])]
        here = np.sort(drawn[np.floor(drawn[:, 1] + 1e-9) == row, 0])[::-1]
        np.testing.assert_allclose(here, point.eigenvalues.real[: point.stability[2] + STABLE_SHOWN], atol=1e-12)
        assert (here > 0).sum() == point.stability[2]


def test_a_complex_pair_is_one_dot_above_the_line(analyses):
    drawing = spectral_rows(analyses["sink"])
    drawn = np.concatenate([line.get_xydata() for line in drawing.by_role["eigenvalues"]])
    assert len(drawn) == 3
    assert (drawn[:, 1] > 0.5).sum() == 1


def test_multipliers_are_drawn_by_modulus(analyses):
    drawing = spectral_rows(analyses["attractor"])
    assert drawing.ax.get_xlabel() == "modulus"
    point = analyses["attractor"].fixed_points[0]
    drawn = np.concatenate([line.get_xydata() for line in drawing.by_role["eigenvalues"]])
    assert np.isclose(drawn[:, 0][:, None], np.abs(point.eigenvalues)).any(axis=0).all()


def test_search_effort_draws_counts_and_the_index_sum():
    network = db.RNN(2.0 * np.eye(2))
    points = db.find_fixed_points(network, search=db.search.NetworkPlan(budget=5, rounds=2), certify=False)
    assert points.history
    drawing = search_effort(points)
    drawing.figure.canvas.draw()
    last = points.history[-1]
    assert [line.get_ydata()[-1] for line in drawing.by_role["counts"]] == [
        last.by_index.get(0, 0),
        last.by_index.get(1, 0),
        sum(n for k, n in last.counts if k > 1),
    ]
    (total,) = drawing.by_role["index sum"]
    assert total.get_ydata()[-1] == last.index_sum == sum((-1) ** k * n for k, n in last.counts)
    (expected,) = drawing.by_role["expected"]
    assert set(expected.get_ydata()) == {points.expected_index_sum}
    assert [stage.seconds for stage in points.history] == sorted(stage.seconds for stage in points.history)


def test_without_a_history_there_is_no_effort_to_draw(analyses):
    with pytest.raises(InputError, match=r"by a search that keeps its history"):
        search_effort(analyses["line"].fixed_points)
    with pytest.raises(InputError, match=r"^points is 3"):
        search_effort(3)
