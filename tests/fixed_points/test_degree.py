"""The degree over a box: known fields, and agreement with the indices of the fixed points inside."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dynbench.errors import InputError
from dynbench.fixed_points.degree import boundary_degree, is_continuous
from dynbench.fixed_points.search.complete import Complete
from dynbench.networks import RNN
from dynbench.systems import ODE, Map

SQUARE = [(-1, 1)] * 2
CUBE = [(-2, 2)] * 3

KNOWN = [
    (ODE({"x": "1 - 2*x"}), [(0, 1)], 1),
    (ODE({"x": "2*x - 1"}), [(0, 1)], -1),
    (ODE({"x": "x^2 - 1/4"}), [(-1, 1)], 0),
    (ODE({"x": "x^2 + 1"}), [(-1, 1)], 0),
    (Map({"x": "3.5*x*(1 - x)"}), [(-1, 0.5)], -1),
    (ODE({"x": "-x", "y": "-y"}), SQUARE, 1),
    (ODE({"x": "y", "y": "-x"}), SQUARE, 1),
    (ODE({"x": "x", "y": "y"}), SQUARE, 1),
    (ODE({"x": "y", "y": "x"}), SQUARE, -1),
    (ODE({"x": "x^2 - y^2", "y": "2*x*y"}), SQUARE, 2),
    (ODE({"x": "x^3 - 3*x*y^2", "y": "y^3 - 3*x^2*y"}), [(-1, 1.25), (-0.75, 1)], -3),
    (ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}), [(-3, 3)] * 2, 1),
    (ODE({"x": "x^2 + y^2 + 1", "y": "x"}), SQUARE, 0),
    (ODE({"x": "x - x^3 + y/10", "y": "y - y^3 + z/10", "z": "z - z^3 + x/10"}), CUBE, 1),
    (ODE({"x": "x", "y": "y", "z": "z"}), CUBE, -1),
    (ODE({"x": "x", "y": "-y", "z": "-z"}), CUBE, -1),
    (ODE({"x": "x", "y": "y", "z": "-z + x/4"}), CUBE, 1),
    (ODE({"x": "x^2 - 1", "y": "-y", "z": "-z"}), CUBE, 0),
    (Map({"x": "1 - 1.4*x^2 + y", "y": "0.3*x"}), [(-5, 5)] * 2, 0),
    (Map({"x": "tanh(2*x)"}), [(-2, 2)], 1),
]


@pytest.mark.parametrize(("system", "box", "value"), KNOWN)
def test_known_fields(system, box, value):
    degree = boundary_degree(system, box)
    assert degree.value == value
    assert degree.argument


@pytest.mark.parametrize(
    ("system", "box", "reason"),
    [
        (ODE({"x": "x*(1 - x)", "y": "-y"}), [(0, 1), (-1, 1)], "may vanish on the edge x = "),
        (ODE({"x": "x*(1 - x)"}), [(0, 2)], "no proved sign on the face x = 0"),
        (ODE({"x": "y", "y": "z", "z": "x"}), CUBE, "no proved sign on the face x = -2"),
        (ODE({"x": "1/x"}), [(-1, 1)], "continuous"),
        (ODE({"x": "-sign(x)"}), [(-1, 1)], "continuous"),
        (ODE({"x": "Piecewise((1, x < 0), (-1, True)) - x"}), [(-1, 1)], "continuous"),
        (ODE({"x": "log(x) - 1"}), [(-1, 4)], "continuous"),
    ],
)
def test_none_with_a_reason(system, box, reason):
    degree = boundary_degree(system, box)
    assert degree.value is None
    assert reason in degree.argument


def test_a_kink_is_continuous():
    assert boundary_degree(ODE({"x": "Piecewise((x, x > 0), (0, True)) - 2*x + 1"}), [(-1, 3)]).value == 1


@given(st.lists(st.integers(-6, 6), min_size=14, max_size=14), st.sampled_from([ODE, Map]))
@settings(max_examples=30, deadline=None)
def test_degree_is_the_sum_of_the_indices(c, kind):
    first = f"{c[0]}*x^2 + {c[1]}*x*y + {c[2]}*y^2 + {c[3]}*x + {c[4]}*y + {c[5]} + 1/3 + {c[12]}*sin(x)"
    second = f"{c[6]}*x^2 + {c[7]}*x*y + {c[8]}*y^2 + {c[9]}*x + {c[10]}*y + {c[11]} + 1/7 + {c[13]}*cos(y)"
    system = kind({"x": first, "y": second})
    box = np.array([(-2.1, 1.9), (-1.7, 2.2)])
    degree = boundary_degree(system, box)
    found = Complete(box, max_boxes=20_000).search(system, rng=np.random.default_rng(0))
    assume(found.complete and degree.value is not None)
    jacobians = system.residual_jacobian(found.candidates)
    assert degree.value == np.sign(np.linalg.det(-jacobians)).sum()


@given(
    st.lists(st.integers(-3, 3), min_size=9, max_size=9),
    st.lists(st.sampled_from([-1, 1]), min_size=3, max_size=3),
)
@settings(max_examples=15, deadline=None)
def test_degree_is_the_sum_of_the_indices_in_space(c, signs):
    names = "xyz"
    equations = {
        names[i]: f"({signs[i]})*({names[i]}^3 - {names[i]}) + "
        + " + ".join(f"({c[3 * i + j]})*{names[j]}/10" for j in range(3))
        for i in range(3)
    }
    system = ODE(equations)
    degree = boundary_degree(system, CUBE)
    assert degree.value == -np.prod(signs)
    found = Complete(CUBE).search(system, rng=np.random.default_rng(0))
    assert found.complete
    assert np.sign(np.linalg.det(-system.jacobian_at(found.candidates))).sum() == degree.value


def test_one_box_at_a_time():
    with pytest.raises(InputError, match="not over a union of 2"):
        boundary_degree(ODE({"x": "-x"}), [[(-1, 1)], [(2, 3)]])
    with pytest.raises(InputError, match="box for x"):
        boundary_degree(ODE({"x": "-x"}), [(1, -1)])


def test_a_jump_in_many_states_takes_little_memory():
    network = RNN(np.eye(200), activation=sp.sign)
    tracemalloc.start()
    continuous = is_continuous(network, np.tile([-2.0, 2.0], (200, 1)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not continuous
    assert peak < 2**30
