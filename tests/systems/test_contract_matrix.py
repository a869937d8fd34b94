"""The contract that every System passes, over systems in matrix form; and the matrix form against its components."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse
import sympy as sp
from flint import arb
from sympy.matrices.expressions.diagonal import DiagonalOf

import dynbench as db
from dynbench.symbolic.balls import lower, upper
from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.matrices import LowRank
from dynbench.symbolic.matrices.arithmetic import DOUBLES

n, m, k, a = sp.symbols("n m k a")
x, b, h = (sp.MatrixSymbol(name, n, 1) for name in "xbh")
W, A = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("A", n, n)
U, V = sp.MatrixSymbol("U", n, k), sp.MatrixSymbol("V", m, n)
s = sp.Symbol("s", real=True)
relu = sp.Lambda(s, sp.Piecewise((s, s > 0), (0, True)))
logistic = sp.Lambda(s, 1 / (1 + sp.exp(-s)))

rng = np.random.default_rng(7)
N = 4
W0, A0 = rng.normal(size=(2, N, N))
b0, h0 = rng.normal(size=(2, N))
U0, V0 = rng.normal(size=(N, 2)), rng.normal(size=(3, N))
sparse = scipy.sparse.random_array((N, N), density=0.5, rng=3)
phi = x.applyfunc(sp.tanh)
one = sp.OneMatrix(n, 1)


def gru() -> db.System:
    """x' = (1 - z) o c + z o x with gates z and r."""
    z = (W * x + b).applyfunc(logistic)
    r = (A * x).applyfunc(logistic)
    candidate = (h + sp.hadamard_product(r, W * x)).applyfunc(sp.tanh)
    return db.Map(
        {x: sp.hadamard_product(one - z, candidate) + sp.hadamard_product(z, x)},
        {W: W0[:2, :2], A: A0[:2, :2], b: b0[:2], h: h0[:2]},
    )


def cell(kind: str, gates: int, units: int, **options: str) -> db.System:
    """A cell of random weights in PyTorch's layout."""
    shapes = {"weight_ih": (gates * units, 2), "weight_hh": (gates * units, units)}
    shapes |= {"bias_ih": (gates * units,), "bias_hh": (gates * units,)}
    weights = {f"{key}_l0": rng.normal(size=shape).astype(np.float32) for key, shape in shapes.items()}
    return db.networks.from_state_dict(weights, cell=kind, inputs=[0.5, -1.0], **options)


y4, M64, half = sp.MatrixSymbol("x", 2 * m, 1), sp.MatrixSymbol("M", 3 * m, 2 * m), sp.MatrixSymbol("H", m, m)
top, bottom = y4[:m, :], y4[m:, :]
z4, L = sp.MatrixSymbol("z", 4, 1), sp.MatrixSymbol("L", 4, 4)
w_r, w_fb, w_o = W, U, sp.MatrixSymbol("W_o", k, n)
SYSTEMS: dict[str, db.System] = {
    "rate form": db.ODE({x: -x + W * phi + b}, {W: W0, b: b0}),
    "activation form": db.ODE({x: -x + (W * x + b).applyfunc(sp.tanh)}, {W: W0, b: b0}),
    "integer dimension": db.ODE(
        {sp.MatrixSymbol("y", 3, 1): sp.MatrixSymbol("M", 3, 3) * sp.MatrixSymbol("y", 3, 1).applyfunc(sp.sin)},
        {"M": rng.normal(size=(3, 3))},
    ),
    "sparse": db.ODE({x: -x + W * phi}, {W: sparse}),
    "low rank": db.ODE({x: -a * x + W * phi + b}, {W: LowRank(U0, U0[:, ::-1]), b: b0, a: 0.3}),
    "two layers": db.Map({x: U * (U.T * x + sp.MatrixSymbol("c", k, 1)).applyfunc(sp.tanh)}, {U: U0, "c": [1.0, -2.0]}),
    "echo state network": db.ODE({x: -x + (w_r + w_fb * w_o) * phi}, {W: W0, U: U0, w_o: U0.T}),
    "relu network": db.Map({x: A * x + W * x.applyfunc(relu) + b}, {A: A0, W: W0, b: b0}),
    "gated": gru(),
    "normalised": db.ODE({x: -x * (x.T * x) + W * phi - sp.hadamard_product(x, one * (one.T * phi))}, {W: W0}),
    "outer products": db.ODE({x: (U * U.T + b * phi.T + phi * h.T) * x}, {U: U0, b: b0, h: h0}),
    "powers and diagonals": db.ODE(
        {x: sp.DiagMatrix(b + x) * W * phi - sp.HadamardPower(x, 3) / 2 + sp.DiagonalMatrix(W) * x}, {W: W0, b: b0}
    ),
    "parameters in functions": db.ODE({x: W * x.applyfunc(sp.Lambda(s, sp.tanh(a * s) + a**2)) - x}, {W: W0, a: 1.5}),
    "numbers": db.ODE({sp.MatrixSymbol("x", 2, 1): sp.Matrix([[0, 1], [-1, 0]]) * sp.MatrixSymbol("x", 2, 1) / 3}),
    "constant": db.ODE({x: b + h}, {b: b0, h: h0}),
    "one state": db.ODE({x: -x + W * phi + b}, {W: [[2.5]], b: [0.1]}),
    "no arrays": db.ODE({x: -x.applyfunc(sp.sinh)}, {n: 3}),
    "function of an outer product": db.ODE(
        {x: sp.hadamard_product(W, (x * x.T).applyfunc(sp.tanh)) * one - x}, {W: W0}
    ),
    "function of a product": db.ODE(
        {x: (W * sp.DiagMatrix(x) * A / 9).applyfunc(sp.sin) * h - x}, {W: W0, A: A0, h: h0}
    ),
    "functions of a sum": db.ODE(
        {x: (W * sp.DiagMatrix(x) + x * b.T).applyfunc(sp.tanh) * h - (b * x.T).applyfunc(sp.atan) * b},
        {W: W0, b: b0, h: h0},
    ),
    "diagonal of a function": db.ODE({x: DiagonalOf((x * h.T + W).applyfunc(sp.tanh)) - x}, {W: W0, h: h0}),
    "halves": db.ODE(
        {y4: sp.BlockMatrix([[half * bottom.applyfunc(sp.tanh) - top], [top - sp.hadamard_product(bottom, top)]])},
        {half: W0[:2, :2]},
    ),
    "stacked gates": db.Map(
        {
            y4: sp.BlockMatrix(
                [
                    [(M64[:m, :] * y4).applyfunc(sp.tanh)],
                    [sp.hadamard_product((M64[m : 2 * m, :] * y4).applyfunc(logistic), M64[2 * m :, :] * y4)],
                ]
            )
        },
        {M64: rng.normal(size=(6, 4))},
    ),
    "blocks of matrices": db.ODE(
        {y4: sp.BlockMatrix([[half, -sp.Identity(m)], [sp.ZeroMatrix(m, m), half.T]]) * y4.applyfunc(sp.tanh) - y4},
        {half: W0[:2, :2]},
    ),
    "stacked gates of one unit": db.Map(
        {y4: sp.BlockMatrix([[(M64[:m, :] * y4).applyfunc(sp.tanh)], [M64[2 * m :, :] * y4]])},
        {M64: rng.normal(size=(3, 2))},
    ),
    "columns and rows": db.ODE(
        {
            z4: -z4
            + L[:, :2] * z4[1:3, :].applyfunc(sp.tanh)
            + L[1:3, :].T * z4[:2, :]
            + L[:, 3] * (z4[0, :] * z4[2, :])
        },
        {L: W0},
    ),
    "sparse rows": db.ODE(
        {z4: -z4 + sp.BlockMatrix([[L[2:, :] * z4.applyfunc(sp.tanh)], [L[:2, :] * z4]])}, {L: sparse}
    ),
    "low rank rows": db.ODE(
        {z4: -z4 + sp.BlockMatrix([[L[1:, :] * z4.applyfunc(sp.tanh)], [3 * z4[3, :]]])}, {L: LowRank(U0, U0[:, ::-1])}
    ),
    "RNN": db.RNN(W0, b0, leak=0.5, tau=10),
    "RNN of one unit": db.RNN([[2.0]]),
    "RNN, activation form": db.RNN(sparse, b0, activation="logistic", form="activation"),
    "RNN, relu, low rank": db.RNN(LowRank(U0, U0[:, ::-1]), 0.5, activation="relu"),
    "RNN, a Lambda": db.RNN(W0, activation=sp.Lambda(s, s / (1 + s**2))),
    "EchoStateNetwork": db.EchoStateNetwork(W0, U0, U0.T),
    "EchoStateNetwork with input": db.EchoStateNetwork(A0, U0, V0[:2], V0.T, activation=sp.erf, u=[1, 0, -1]),
    "EchoStateNetwork, one readout": db.EchoStateNetwork(sparse, b0, h0, h0, activation="linear", u=2.0),
    "vanilla cell": cell("rnn", 1, 4),
    "vanilla cell, relu": cell("rnn", 1, 4, activation="relu"),
    "GRU": cell("gru", 3, 3),
    "LSTM": cell("lstm", 4, 2),
}


@pytest.fixture(params=SYSTEMS, ids=str)
def system(request: pytest.FixtureRequest) -> db.System:
    return SYSTEMS[request.param]


@pytest.fixture
def states(system: db.System) -> np.ndarray:
    return np.random.default_rng(5).uniform(0.3, 1.4, (6, system.dimension)) * np.resize([1, -1, 1], (6, 1))


def test_jacobian_agrees_with_complex_step(system, states):
    kernel = system._bound.value
    columns = [kernel(states + 1e-30j * e).imag / 1e-30 for e in np.eye(system.dimension)]
    np.testing.assert_allclose(system.jacobian_at(states), np.stack(columns, axis=-1), rtol=1e-12, atol=1e-13)


def test_second_derivative_agrees_with_finite_differences_and_is_symmetric(system, states):
    step = 1e-6
    u, v = np.random.default_rng(1).normal(size=(2, *states.shape))
    second = system.second_derivative(states, u, v)
    differences = (system.jvp(states + step * v, u) - system.jvp(states - step * v, u)) / (2 * step)
    np.testing.assert_allclose(second, differences, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(second, system.second_derivative(states, v, u), rtol=1e-11, atol=1e-11)


def test_products_agree_with_matrices(system, states):
    u, v = np.random.default_rng(1).normal(size=(2, *states.shape))
    jacobian, hessian = system.jacobian_at(states), system.hessian_at(states)
    np.testing.assert_allclose(system.jvp(states, v), np.einsum("bij,bj->bi", jacobian, v), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(system.vjp(states, v), np.einsum("bij,bi->bj", jacobian, v), rtol=1e-11, atol=1e-12)
    second = np.einsum("bijk,bj,bk->bi", hessian, u, v)
    np.testing.assert_allclose(system.second_derivative(states, u, v), second, rtol=1e-10, atol=1e-11)
    gram = np.einsum("bki,bkj->bij", *[system.residual_jacobian(states)] * 2)
    np.testing.assert_allclose(system.speed_hessian(states), gram, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(system.gauss_newton(states, v), np.einsum("bij,bj->bi", gram, v), rtol=1e-10, atol=1e-10)


def test_it_agrees_with_its_components(system, states):
    components = system.expand()
    assert components.states == system.states
    assert components.kind == system.kind
    for name in ("__call__", "jacobian_at", "hessian_at", "residual", "speed", "speed_gradient", "speed_hessian"):
        ours, theirs = getattr(system, name)(states), getattr(components, name)(states)
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-11, err_msg=name)
    full = system.speed_hessian(states, gauss_newton=False)
    np.testing.assert_allclose(full, components.speed_hessian(states, gauss_newton=False), rtol=1e-10, atol=1e-10)


def test_batch_agrees_with_single(system, states):
    batch = states.reshape(2, 3, -1)
    for function in (
        system,
        system.jacobian_at,
        system.hessian_at,
        system.residual,
        system.speed,
        system.speed_gradient,
    ):
        single = np.array([function(x) for x in states])
        whole = np.asarray(function(batch))
        assert whole.shape == (2, 3, *single.shape[1:])
        np.testing.assert_allclose(whole.reshape(single.shape), single, rtol=1e-12, atol=1e-13)
    value, derivative = system.residual_and_jacobian(batch)
    np.testing.assert_allclose(value, system.residual(batch), rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(derivative, system.residual_jacobian(batch), rtol=1e-13, atol=1e-14)


def test_one_direction_serves_a_batch_of_states(system, states):
    v = states[0]
    np.testing.assert_allclose(system.jvp(states, v), system.jvp(states, np.tile(v, (6, 1))), rtol=1e-12, atol=1e-13)
    assert system.jvp(v, states).shape == states.shape


def test_results_belong_to_the_caller(system, states):
    for function in (system, system.jacobian_at, system.residual):
        first = function(states)
        expected = first.copy()
        first += 1
        np.testing.assert_array_equal(function(states), expected)


def test_enclosures_hold_the_values(system, states):
    rng = np.random.default_rng(2)
    box = Interval(states - 0.01, states + 0.02)
    value, slope = system.enclose_residual(box), system.enclose_residual_jacobian(box)
    assert value.shape == states.shape
    assert slope.shape == (*states.shape, system.dimension)
    for _ in range(20):
        inside = states + rng.uniform(-0.01, 0.02, states.shape)
        exact, derivative = system.residual(inside), system.residual_jacobian(inside)
        assert (value.lo <= exact).all()
        assert (exact <= value.hi).all()
        assert (slope.lo <= derivative + 1e-13).all()
        assert (derivative <= slope.hi + 1e-13).all()


def test_enclosures_are_about_as_tight_as_those_of_the_components(system, states):
    box = Interval(states - 0.01, states + 0.01)
    components = system.expand()
    for name in ("enclose_residual", "enclose_residual_jacobian"):
        ours, theirs = getattr(system, name)(box), getattr(components, name)(box)
        assert (ours.width <= 4 * theirs.width + 1e-12).all()


def test_thin_enclosures_hold_the_exact_value(system, states):
    """At points, where rounding is all there is: the exact value comes from balls of 200 bits on the components."""
    components = system.expand()
    import flint

    for point in states:
        box = Interval(point)
        value, slope = system.enclose_residual(box), system.enclose_residual_jacobian(box)
        with flint.ctx.workprec(200):
            exact = components.ball_residual([arb(v) for v in point])
            jacobian = components.ball_jacobian([arb(v) for v in point])
            one = 1 if system.kind == "map" else 0
            entries = [jacobian[i, j] - one * (i == j) for i in range(len(point)) for j in range(len(point))]
            for enclosed, truth in ((value, exact), (slope.reshape(-1), entries)):
                for i, ball in enumerate(truth):
                    assert arb(float(enclosed.lo[i])) <= ball <= arb(float(enclosed.hi[i]))


def test_balls_hold_the_values(system, states):
    for point in states:
        around = [arb(float(v), 1e-9) for v in point]
        for ball, value in zip(system.ball_residual(around), system.residual(point), strict=True):
            assert lower(ball) <= value <= upper(ball)
        for ball, value in zip(system.ball_jacobian(around).entries(), system.jacobian_at(point).ravel(), strict=True):
            assert lower(ball) - 1e-12 * abs(value) <= value <= upper(ball) + 1e-12 * abs(value)


def test_pickling_equality_and_hash(system, states):
    copy = pickle.loads(pickle.dumps(system))
    assert copy == system
    assert hash(copy) == hash(system)
    assert copy.states == system.states
    np.testing.assert_array_equal(copy(states), system(states))
    for value in copy.parameters.values():
        assert not isinstance(value, np.ndarray) or not value.flags.writeable


def test_representations(system):
    assert all(len(text) <= 60 for text in system.described_parameters.values())
    assert repr(system).count("=") >= 1
    assert system._repr_latex_().count("&=") == 1
    assert system._repr_html_().count("<tr>") == 1
    for derived in (system.rhs, system.jacobian, system.hessian, system.symbolic_speed_gradient, system.residual_rhs):
        assert "_s" not in str(derived)
        assert sp.latex(derived)
        assert sp.mathml(derived, printer="presentation")


def test_the_symbolic_forms_read_as_mathematics():
    rate = SYSTEMS["rate form"]
    assert str(rate.rhs) == "W*tanh(x) + b - x"
    assert str(rate.jacobian) == "-I + W*Diag(1 - tanh(x)**2)"
    u, v = sp.MatrixSymbol("p", n, 1), sp.MatrixSymbol("q", n, 1)
    assert rate.hessian(u, v).free_symbols == {W, x, u, v}
    assert rate.jacobian.shape == (n, n)
    assert "W \\tanh" in sp.latex(rate.rhs)


def test_parameters_are_replaced_in_a_new_system():
    rate = SYSTEMS["rate form"]
    other = rate.with_parameters(W=2 * W0)
    assert other.content_hash != rate.content_hash
    np.testing.assert_allclose(other(np.ones(N)) - b0 + 1, 2 * (rate(np.ones(N)) - b0 + 1))
    assert db.ODE({x: -x + W * phi + b}, {W: W0.copy(), b: b0}) == rate
    waiting = db.ODE({x: -x + W * phi + b}, [W, b])
    assert str(waiting.jacobian) == str(rate.jacobian)
    with pytest.raises(db.errors.ModelError, match="number of states, n, is not known"):
        _ = waiting.dimension
    assert waiting.with_parameters(W=W0, b=b0) == rate


def test_a_float_in_an_array_is_that_double_and_a_scalar_its_decimal():
    tenth = db.ODE({x: W * x + a * x}, {W: [[0.1]], a: 0.1}).expand()
    assert tenth.jacobian[0] == sp.Rational(0.1) + sp.Rational(1, 10)


def test_large_systems_stay_matrices():
    large = np.random.default_rng(0).normal(size=(300, 300))
    system = db.ODE({x: -x + W * phi}, {W: large})
    assert "300 x 300 array" in repr(system)
    assert len(system.states) == 300
    with pytest.raises(db.errors.ModelError, match="300 states is not written out"):
        system.expand()
    with pytest.raises(db.errors.InputError, match="use second_derivative"):
        system.hessian_at(np.zeros(300))


def test_a_dense_jacobian_of_ten_thousand_states_is_refused():
    n0 = 10_000
    system = db.ODE({x: -x + W * phi}, {W: scipy.sparse.eye_array(n0, format="csr")})
    state = np.full(n0, 0.5)
    for function in (system.jacobian_at, system.residual_and_jacobian, system.speed_hessian):
        with pytest.raises(db.errors.InputError, match=r"10000 states is a dense array of 0.8 GB; .* jvp"):
            function(state)
    expected = (-1 + 1 - np.tanh(0.5) ** 2) * state
    np.testing.assert_allclose(system.jvp(state, state), expected, rtol=1e-12)
    np.testing.assert_allclose(system.vjp(state, state), expected, rtol=1e-12)


def test_rows_of_one_matrix_take_one_product_with_it():
    stacked = SYSTEMS["stacked gates"]
    assert stacked._bound._kernel("value", DOUBLES).source.count("apply(p") == 1


def test_a_large_lstm_needs_no_selection_matrices():
    units = 300
    system = cell("lstm", 4, units)
    assert not any(scipy.sparse.issparse(value) for value in system.parameters.values())
    state = np.random.default_rng(0).normal(size=2 * units)
    v = np.random.default_rng(1).normal(size=2 * units)
    np.testing.assert_allclose(system.jacobian_at(state) @ v, system.jvp(state, v), rtol=1e-9, atol=1e-9)


def nan_in(array):
    array = np.array(array)
    array.flat[0] = np.nan
    return array


y = sp.MatrixSymbol("y", m, 1)
BAD = {
    "not square": (lambda: db.ODE({x: W * x}, {W: np.ones((3, 4))}), "W is 3 x 4, not square"),
    "wrong length": (lambda: db.ODE({x: W * x + b}, {W: np.eye(3), b: np.ones(4)}), "b has length 4; expected 3"),
    "wrong column": (lambda: db.ODE({x: W * x + b}, {W: np.eye(3), b: np.ones((4, 1))}), "b is 4 x 1; expected 3 x 1"),
    "wrong integer": (
        lambda: db.ODE(
            {sp.MatrixSymbol("z", 2, 1): W.xreplace({n: sp.S(2)}) * sp.MatrixSymbol("z", 2, 1)}, {"W": np.eye(3)}
        ),
        "W is 3 x 3; expected 2 x 2",
    ),
    "vector for a matrix": (lambda: db.ODE({x: W * x}, {W: np.ones(3)}), "W is a vector of length 3"),
    "three axes": (lambda: db.ODE({x: W * x}, {W: np.ones((3, 3, 3))}), r"shape \(3, 3, 3\)"),
    "nan": (lambda: db.ODE({x: W * x}, {W: nan_in(np.eye(3))}), "W holds a value that is not finite"),
    "nan in sparse": (lambda: db.ODE({x: W * x}, {W: scipy.sparse.csr_array(nan_in(np.eye(3)))}), "not finite"),
    "nan in factors": (lambda: LowRank(nan_in(np.ones((3, 1))), np.ones((3, 1))), "factor U"),
    "complex": (lambda: db.ODE({x: W * x}, {W: 1j * np.eye(3)}), "array of real numbers"),
    "text": (lambda: db.ODE({x: W * x}, {W: "eye"}), "array of real numbers"),
    "scalar": (lambda: db.ODE({x: W * x}, {W: 2.0}), "W has shape"),
    "array for a scalar": (lambda: db.ODE({x: a * x}, {a: np.ones(3)}), "parameter a must be a real number"),
    "undeclared": (lambda: db.ODE({x: W * x + b}, {W: np.eye(3)}), "symbol b"),
    "undeclared scalar": (lambda: db.ODE({x: a * x}, {n: 3}), "symbol a"),
    "two states": (lambda: db.ODE({x: -x, y: -y}), "one state"),
    "a row": (lambda: db.ODE({sp.MatrixSymbol("r", 1, n): sp.MatrixSymbol("r", 1, n)}), "a state is a column"),
    "scalar equation": (lambda: db.ODE({x: a}), "expected a SymPy matrix expression"),
    "other shape": (lambda: db.ODE({x: y}), "expected"),
    "every other row": (lambda: db.ODE({z4: L[:, ::2] * z4[:2, :]}, {L: W0}), "only neighbours"),
    "slice beyond": (
        lambda: db.ODE({x: x * (x[:3, :].T * x[:3, :])}, {n: 2})(np.ones(2)),
        "rows 0:3 of x are not among its 2",
    ),
    "half of an odd number": (
        lambda: db.ODE({x: sp.BlockMatrix([[x[n / 2 :, :]], [x[: n / 2, :]]])}, {n: 3})([1.0, 2.0, 3.0]),
        "not among its 3 rows",
    ),
    "inverse": (lambda: db.ODE({x: W.I * x}, {W: np.eye(3)}), "Inverse"),
    "entry": (lambda: db.ODE({x: x[0, 0] * x}, {n: 3}), "depends on a matrix"),
    "matrix power": (lambda: db.ODE({x: W**a * x}, {W: np.eye(3), a: 2}), "MatPow"),
    "undefined function": (lambda: db.ODE({x: x.applyfunc(sp.Function("f"))}, {n: 3}), "f"),
    "not real": (lambda: db.ODE({x: x.applyfunc(sp.Lambda(s, sp.I * s))}, {n: 3}), "imaginary|real"),
    "name of an entry": (lambda: db.ODE({x: sp.Symbol("x_1") * x}, {sp.Symbol("x_1"): 2}), "rename"),
    "dimension": (lambda: db.ODE({x: -x}, {n: 2.5}), "positive integer"),
    "contradiction": (lambda: db.ODE({x: W * x}, {W: np.eye(3), n: 4}), "W is 3 x 3; expected 4 x 4"),
    "unknown size": (lambda: db.ODE({x: -x}, ())([1.0]), "number of states, n, is not known"),
    "unknown parameter": (lambda: db.ODE({x: W * x}, {W: np.eye(3)}).with_parameters(V=1), "V is no parameter"),
    "misfit later": (
        lambda: db.ODE({x: W * x + b}, {W: np.eye(3), b: np.ones(3)}).with_parameters(b=np.ones(2)),
        "length 2",
    ),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_a_bad_declaration_is_refused_in_one_sentence(case):
    declare, expected = BAD[case]
    with pytest.raises(db.errors.DynbenchError, match=expected) as caught:
        declare()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
