"""The figure of a drift study: one line a method, named at its end."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench import flow
from dynbench.errors import InputError
from dynbench.plotting import draw_drift

PENDULUM = db.ODE({"q": "p", "p": "-sin(q)"})


@pytest.fixture(scope="module")
def study():
    return flow.drift(PENDULUM, ["euler", "rk4", "heun", "discrete gradient"], [0.2, 0.1], x0=[1.5, 0.0], t=5.0)


def test_lines_are_the_drifts_and_labels_say_which(study):
    drawing = draw_drift(study)
    lines = drawing.by_role["drifts"]
    assert len(lines) == 4
    for m, line in enumerate(lines):
        np.testing.assert_array_equal(line.get_xdata(), study.steps)
        np.testing.assert_allclose(line.get_ydata(), np.maximum(study.absolute[m, :, 0], line.get_ydata().min()))
    texts = [label.get_text() for label in drawing.by_role["labels"]]
    assert set(texts) >= {"discrete gradient", f"euler ({study.orders[0, 0]:.1f})", f"rk4 ({study.orders[1, 0]:.1f})"}
    assert drawing.ax.get_xscale() == drawing.ax.get_yscale() == "log"
    assert drawing.ax.get_ylabel() == "drift up to t = 5"


def test_labels_do_not_lie_on_one_another(study):
    drawing = draw_drift(study)
    drawing.figure.canvas.draw()
    boxes = sorted((label.get_window_extent() for label in drawing.by_role["labels"]), key=lambda box: box.y0)
    heights = [text.get_window_extent().y0 for text in drawing.by_role["labels"]]
    assert len(set(heights)) == 4
    spacing = np.diff(sorted(label.xyann[1] for label in drawing.by_role["labels"]))
    assert (
        spacing.min() * drawing.ax.bbox.height
        > 0.9 * drawing.by_role["labels"][0].get_fontsize() / 72 * drawing.figure.dpi
    )
    assert boxes


def test_bad_input_gets_one_clear_sentence(study):
    with pytest.raises(InputError, match=r"expected what flow\.drift returned"):
        draw_drift(None)
    with pytest.raises(InputError, match="invariant is 1; expected a number from 0 to 0"):
        draw_drift(study, invariant=1)
