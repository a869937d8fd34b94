"""The drift study: orders where they are known, the table, and its errors."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench import flow
from dynbench.errors import InputError
from dynbench.flow import Outcome

PENDULUM = db.ODE({"q": "p", "p": "-sin(q)"})
STEPS = [0.2, 0.1, 0.05]


@pytest.fixture(scope="module")
def study():
    methods = ["euler", "midpoint", "rk4", "implicit midpoint", "yoshida4", "discrete gradient"]
    return flow.drift(PENDULUM, methods, STEPS, x0=[1.5, 0.0], t=10.0)


def test_the_orders_of_the_drift(study):
    """Explicit methods of even order p drift with p + 1 (the error of order p turns, that of p + 1 grows)."""
    orders = dict(zip(study.methods, study.orders[:, 0], strict=True))
    assert orders["euler"] == pytest.approx(1, abs=0.35)
    assert orders["midpoint"] == pytest.approx(3, abs=0.5)
    assert orders["rk4"] == pytest.approx(5, abs=0.5)
    assert orders["implicit midpoint"] == pytest.approx(2, abs=0.1)
    assert orders["yoshida4"] == pytest.approx(4, abs=0.3)
    assert np.isnan(orders["discrete gradient"])
    assert study.absolute[-1].max() < 1e-13


def test_the_record(study):
    np.testing.assert_array_equal(study.steps, STEPS)
    assert study.counts.tolist() == [50, 100, 200]
    assert study.absolute.shape == (6, 3, 1)
    assert not study.absolute.flags.writeable
    np.testing.assert_allclose(study.relative, study.absolute / abs(study.initial))
    orbit = db.integrate(PENDULUM, [1.5, 0.0], 10.0, method="rk4", step=0.1)
    assert study.absolute[2, 1, 0] == orbit.drift()[0].largest
    frame = study.to_frame()
    assert len(frame) == 18
    assert list(frame.columns)[:3] == ["method", "step", "steps"]
    assert frame[frame.method == "rk4"]["order"].nunique() == 1
    lines = repr(study).splitlines()
    assert len(lines) == 2 + 6
    assert lines[-1].split()[:2] == ["discrete", "gradient"]


def test_steps_are_those_that_divide_the_duration():
    study = flow.drift(PENDULUM, "euler", [0.3], x0=[1.0, 0.0], t=1.0)
    assert study.steps.tolist() == [0.25]


def test_the_default_state_is_drawn_with_seed_0():
    study = flow.drift(PENDULUM, "euler", [0.1], t=1.0)
    np.testing.assert_array_equal(study.x0, np.random.default_rng(0).normal(size=2))
    other = flow.drift(PENDULUM, "euler", [0.1], t=1.0, rng=5)
    np.testing.assert_array_equal(other.x0, np.random.default_rng(5).normal(size=2))


def test_a_run_that_ends_early_is_shown_as_such_and_not_fitted():
    cubic = db.ODE({"q": "p", "p": "-q^3"})
    study = flow.drift(cubic, ["euler"], [0.5, 0.005, 0.0025], x0=[3.0, 0.0], t=12.0)
    assert study.outcomes[0, 0] is not Outcome.COMPLETED
    assert study.outcomes[0, 2] is Outcome.COMPLETED
    assert study.outcomes[0, 0].value.split()[0] in repr(study)
    assert np.isfinite(study.orders[0, 0])


BAD = {
    "scipy method": (lambda: flow.drift(PENDULUM, ["DOP853"], [0.1]), "expected one of fixed step: euler"),
    "no method": (lambda: flow.drift(PENDULUM, [], [0.1]), "methods is empty"),
    "no step": (lambda: flow.drift(PENDULUM, "euler", []), "steps has shape"),
    "step": (lambda: flow.drift(PENDULUM, "euler", [0.1, 0.0]), "step is 0.0; it must be a positive"),
    "map": (lambda: flow.drift(db.Map({"x": "x"}), "euler", [0.1]), "system is a map"),
    "no system": (lambda: flow.drift(None, "euler", [0.1]), "expected an ODE or a Map"),
    "no invariant": (lambda: flow.drift(db.ODE({"x": "-x"}), "euler", [0.1]), "No invariant of the system was found"),
    "no time": (lambda: flow.drift(PENDULUM, "euler", [0.1], t=0), "t is 0; it must be a positive"),
    "not defined": (
        lambda: flow.drift(db.ODE({"x": "x*(1-y)", "y": "y*(x-1)"}), "euler", [0.1], x0=[-1.0, 1.0], t=1.0),
        "is not defined at x0",
    ),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_bad_input_gets_one_clear_sentence(case):
    call, expected = BAD[case]
    with pytest.raises(InputError, match=expected):
        call()
