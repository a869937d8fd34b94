"""The calculus of matrix expressions, over random expression trees and against known answers."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.errors import InputError, ModelError
from dynbench.symbolic.matrices import MatrixKernel, differential, jacobian_matrix, normalise, vjp
from dynbench.symbolic.matrices.arithmetic import DOUBLES
from dynbench.symbolic.matrices.blocks import beside, rows, stack
from dynbench.symbolic.matrices.nodes import Elementwise

N, K = 3, 2
x, c = sp.MatrixSymbol("x", N, 1), sp.MatrixSymbol("c", N, 1)
W, U = sp.MatrixSymbol("W", N, N), sp.MatrixSymbol("U", N, K)
u, v = sp.MatrixSymbol("u", N, 1), sp.MatrixSymbol("v", N, 1)
D = sp.MatrixSymbol("D", N, N)
s = sp.Symbol("s", real=True)
one = sp.OneMatrix(N, 1)
values = np.random.default_rng(0)
VALUES = {c: values.normal(size=N), W: values.normal(size=(N, N)) / 2, U: values.normal(size=(N, K)) / 2}
X, P, Q = values.normal(size=(3, N))

FUNCTIONS = [
    sp.tanh,
    sp.sin,
    sp.atan,
    sp.Lambda(s, 1 / (1 + sp.exp(-s))),
    sp.Lambda(s, s**2 / 2 - s),
    sp.Lambda(s, sp.Piecewise((s, s > 0), (0, True))),
    sp.Lambda(s, 2 - 3 * s),
]


def grow(children: st.SearchStrategy) -> st.SearchStrategy:
    """Columns made of columns."""
    two = st.tuples(children, children)
    return st.one_of(
        two.map(lambda p: p[0] + p[1]),
        two.map(lambda p: p[0] - 2 * p[1] / 3),
        two.map(lambda p: sp.hadamard_product(*p)),
        two.map(lambda p: sp.DiagMatrix(p[0]) * W * p[1]),
        two.map(lambda p: p[0] * (p[1].T * c)),
        two.map(lambda p: (W + p[0] * c.T) * p[1]),
        two.map(lambda p: (p[0] * p[1].T) * c),
        children.map(lambda e: W * e),
        children.map(lambda e: W.T * e),
        children.map(lambda e: U * (U.T * e).applyfunc(sp.tanh)),
        children.map(lambda e: one * (e.T * W * e) / 4),
        children.map(lambda e: sp.HadamardPower(e, 2)),
        children.map(lambda e: sp.DiagonalMatrix(W) * e),
        st.tuples(st.sampled_from(FUNCTIONS), children).map(lambda p: p[1].applyfunc(p[0])),
    )


EXPRESSIONS = st.recursive(st.sampled_from([x, x, c, one]), grow, max_leaves=5)


def evaluate(*expressions, at=X, weights=VALUES, matrix_direction=None):
    inputs, arguments = [x, u, v], [at, P, Q]
    if matrix_direction is not None:
        inputs, arguments = [*inputs, D], [*arguments, matrix_direction]
    results = MatrixKernel(expressions, inputs, weights, DOUBLES)(*arguments)
    return [
        np.array(np.broadcast_to(r, (*at.shape[:-1], *_shape(e)))) for r, e in zip(results, expressions, strict=True)
    ]


def _shape(e):
    return tuple(int(size) for size in e.shape if size != 1) or (1,)


def slope_along(e, step=1e-6):
    (above,), (below,) = evaluate(e, at=X + step * P), evaluate(e, at=X - step * P)
    return (above - below) / (2 * step)


def near(a, b, tolerance):
    size = max(1.0, np.abs(a).max(), np.abs(b).max())
    np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * size)


@settings(max_examples=60)
@given(EXPRESSIONS)
def test_differential_agrees_with_finite_differences(tree):
    e = normalise(tree)
    (first,) = evaluate(differential(e, x, u))
    near(first, slope_along(e), 1e-6)


@settings(max_examples=60)
@given(EXPRESSIONS)
def test_second_differential_is_symmetric_and_agrees_with_finite_differences(tree):
    e = normalise(tree)
    first = differential(e, x, v)
    uv, vu = evaluate(differential(first, x, u), differential(differential(e, x, u), x, v))
    near(uv, vu, 1e-12)
    near(uv, slope_along(first), 1e-6)


@settings(max_examples=60)
@given(EXPRESSIONS)
def test_vjp_is_the_adjoint_of_the_differential(tree):
    e = normalise(tree)
    forward, backward = evaluate(differential(e, x, u), vjp(e, x, v))
    near(Q @ forward, backward @ P, 1e-12)


@settings(max_examples=60)
@given(EXPRESSIONS)
def test_jacobian_times_a_vector_is_the_differential(tree):
    e = normalise(tree)
    forward, matrix = evaluate(differential(e, x, u), jacobian_matrix(e, x))
    near(matrix @ P, forward, 1e-12)


@settings(max_examples=40)
@given(EXPRESSIONS)
def test_derivatives_by_a_matrix_agree_with_finite_differences_and_are_adjoint(tree):
    e, step = normalise(tree), 1e-6
    direction = np.random.default_rng(3).normal(size=(N, N))
    forward, backward = evaluate(differential(e, W, D), vjp(e, W, v), matrix_direction=direction)
    moved = [{**VALUES, W: VALUES[W] + sign * step * direction} for sign in (1, -1)]
    (above,), (below,) = (evaluate(e, weights=w) for w in moved)
    near(forward, (above - below) / (2 * step), 1e-6)
    near(Q @ forward, (backward * direction).sum(), 1e-12)


@settings(max_examples=40)
@given(EXPRESSIONS)
def test_batches_agree_with_single_states(tree):
    e = normalise(tree)
    many = np.random.default_rng(1).normal(size=(2, 2, N))
    derived = (e, differential(e, x, u), vjp(e, x, v))
    whole = evaluate(*derived, at=many)
    for i, j in np.ndindex(2, 2):
        for batch, single in zip(whole, evaluate(*derived, at=many[i, j]), strict=True):
            near(batch[i, j], single, 1e-13)


@settings(max_examples=30)
@given(EXPRESSIONS)
def test_third_differential_agrees_with_finite_differences(tree):
    e = normalise(tree)
    second = differential(differential(e, x, v), x, v)
    (third,) = evaluate(differential(second, x, u))
    near(third, slope_along(second), 1e-6)


def test_known_answers():
    phi = normalise(x.applyfunc(sp.tanh))
    assert str(jacobian_matrix(normalise(W * x.applyfunc(sp.tanh) - x), x)) in (
        "W*Diag(1 - tanh(x)**2) - I",
        "-I + W*Diag(1 - tanh(x)**2)",
    )
    assert jacobian_matrix(normalise(W.T * x), x) == W.T
    assert vjp(normalise(W * x), x, u) == normalise(W.T * u)
    assert vjp(normalise(W * phi), W, u) == normalise(u * phi.T)
    assert differential(normalise(W * phi), W, D) == normalise(D * phi)
    assert jacobian_matrix(normalise(c + one), x) == sp.ZeroMatrix(N, N)
    assert str(vjp(normalise(x.T * W * x), x, sp.Identity(1))) in ("W.T*x + W*x", "W*x + W.T*x")


def test_relu_has_no_delta_function():
    relu = sp.Lambda(s, sp.Piecewise((s, s > 0), (0, True)))
    for function in (relu, sp.Lambda(s, sp.Max(s, 0)), sp.Lambda(s, abs(s))):
        e = normalise(W * x.applyfunc(function))
        second = differential(differential(e, x, u), x, v)
        assert not second.has(sp.DiracDelta)
        first, curvature = evaluate(differential(e, x, u), second)
        np.testing.assert_allclose(curvature, 0)
        near(first, slope_along(e), 1e-8)


def test_what_is_not_supported_is_named():
    with pytest.raises(ModelError, match="Inverse"):
        normalise(W.I * x)
    with pytest.raises(ModelError, match="exponent must be a scalar"):
        normalise(sp.HadamardPower(x, c))
    with pytest.raises(InputError, match="shape"):
        differential(x, x, W)
    with pytest.raises(InputError, match="shape"):
        vjp(x, x, W)
    with pytest.raises(InputError, match="column"):
        jacobian_matrix(normalise(W * U), x)
    with pytest.raises(ModelError, match="no matrix expression"):
        jacobian_matrix(normalise((W * (x * x.T).applyfunc(sp.tanh) * W).applyfunc(sp.sin) * x), x)
    with pytest.raises(ModelError, match="Kronecker"):
        normalise(sp.KroneckerProduct(W, x))
    with pytest.raises(ModelError, match="only neighbours"):
        normalise(W[::2, :])
    with pytest.raises(ModelError, match="cannot stand one below the other"):
        normalise(stack(W, x))


def test_products_with_vectors_exist_where_the_jacobian_does_not():
    e = normalise((x * c.T).applyfunc(sp.tanh) * c)
    forward, backward = evaluate(differential(e, x, u), vjp(e, x, v))
    near(forward, slope_along(e), 1e-8)
    near(Q @ forward, backward @ P, 1e-13)


def test_elementwise_functions_are_one_node_whatever_their_variable():
    first = normalise(x.applyfunc(sp.Lambda(s, sp.tanh(s) ** 2)))
    second = normalise(x.applyfunc(sp.Lambda(sp.Symbol("q"), sp.tanh(sp.Symbol("q")) ** 2)))
    assert first == second
    assert isinstance(first, Elementwise)
    assert first.free_symbols == {x}
    assert first == first.T.T
    assert sp.latex(first) == r"\tanh^{2}{\left(x \right)}"


def test_blocks_are_simplified_and_read_as_mathematics():
    top, bottom = rows(W, 0, 2), rows(W, 2, N)
    assert rows(stack(top, bottom), 0, 2) == top
    assert rows(stack(x, c, x), N, 2 * N) == c
    assert rows(rows(W, 1, N), 1, 2) == rows(W, 2, 3)
    assert rows(W, 0, N) == W
    assert stack(sp.ZeroMatrix(1, N), sp.ZeroMatrix(2, N)) == sp.ZeroMatrix(3, N)
    assert stack(stack(x, c), x).args == (x, c, x)
    assert beside(W, W).shape == (N, 2 * N)
    assert str(rows(x, 0, 2)) == "x[:2]"
    assert str(rows(x + c, 1, N)) == "(c + x)[1:]"
    assert str(top) == "W[:2, :]"
    assert sp.latex(rows(x, 1, 3)) == "{x}_{2 : 3}"
    assert sp.latex(stack(x, c)) == r"\begin{bmatrix}x \\ c\end{bmatrix}"
    assert "<mtable>" in sp.mathml(stack(x, c), printer="presentation")
    assert "<msub>" in sp.mathml(top, printer="presentation")
    entry = stack(x, c)._entry(N + 1, 0)
    assert entry == c[1, 0]


def test_the_jacobian_of_a_part_is_a_part_of_the_jacobian():
    e = normalise((W * x.applyfunc(sp.sin))[1:2, :])
    assert str(jacobian_matrix(e, x)) == "(W*Diag(cos(x)))[1:2, :]"
    assert str(jacobian_matrix(normalise(W[:2, :] * x), x)) == "W[:2, :]"
    assert str(jacobian_matrix(normalise(x[1:, :]), x)) == "I[1:, :]"


def test_the_jacobian_through_a_full_matrix_reads_as_mathematics():
    e = normalise(sp.hadamard_product(W, (x * c.T).applyfunc(sp.exp)) * c)
    assert str(jacobian_matrix(e, x)) == "Diag((HadamardProduct(W, exp(x*c.T)))*(HadamardProduct(c, c)))"
