"""The checker's enclosures hold what they must, and its inequalities are not shown where they are false."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import acb_mat, arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.matrices.expressions.diagonal import DiagonalOf

import dynbench as db
from dynbench.errors import InputError
from dynbench.verification.matrices.balls import Residuals
from dynbench.verification.matrices.blocks import Block
from dynbench.verification.matrices.eigenvalues import enclose_eigenvalues
from dynbench.verification.matrices.expansion import expanded
from dynbench.verification.matrices.inward import inward_radius
from dynbench.verification.matrices.linearisation import Over
from dynbench.verification.matrices.slopes import UnaryFunction
from dynbench.verification.matrices.system import SLOT
from dynbench.verification.matrices.zeros import excludes, is_one_to_one, locate

NAMES = ("rnn 7", "esn 8", "activation 6", "softsign 6", "relu 5", "low-rank 6", "sparse 9", "gru 6", "lstm 8")


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 12), st.integers(0, 1000), st.sampled_from([0.0, 1e-9]))
def test_products_hold_the_exact_ones(n, k, m, seed, radius):
    rng = np.random.default_rng(seed)
    a, b = (10 ** rng.uniform(-6, 6, shape) * rng.choice([-1, 0, 1], shape) for shape in ((n, k), (k, m)))
    found = Block(a, radius * np.abs(a)) @ Block.exact(b)
    moved = a * (1 + radius * rng.uniform(-0.99, 0.99, a.shape))
    for i in range(n):
        for j in range(m):
            exact = sum((Fraction(moved[i, p]) * Fraction(b[p, j]) for p in range(k)), Fraction(0))
            assert abs(exact - Fraction(found.mid[i, j])) <= Fraction(found.rad[i, j])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.0, 1e-12, 0.1, 3.0]))
def test_entrywise_products_hold_the_exact_ones(seed, radius):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, 5, 1))
    found = Block(a, np.full(a.shape, radius)) * Block(b, np.full(b.shape, radius))
    x, y = (v + radius * rng.uniform(-1, 1, v.shape) for v in (a, b))
    inside = (np.abs(x - a) <= radius) & (np.abs(y - b) <= radius)
    for p, q, mid, rad, ok in zip(*(v.ravel() for v in (x, y, found.mid, found.rad, inside)), strict=True):
        assert not ok or abs(Fraction(p) * Fraction(q) - Fraction(mid)) <= Fraction(rad)


BODIES = {
    "tanh": sp.tanh(SLOT),
    "logistic": sp.tanh(SLOT / 2) / 2 + sp.S.Half,
    "softsign": SLOT / (1 + sp.Abs(SLOT)),
    "relu": sp.Max(SLOT, 0),
    "piecewise": sp.Piecewise((SLOT, SLOT > 0), (SLOT / 5, True)),
    "swish": SLOT * (sp.tanh(SLOT / 2) + 1),
    "cubic": SLOT - SLOT**3 / 3,
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("width", [0.0, 1e-8, 0.3, 2.0])
def test_slopes_hold_difference_quotients(name, width):
    rng = np.random.default_rng(0)
    low = rng.uniform(-2, 2, (40, 1))
    high = low + width
    below, above, least, most, continuous = UnaryFunction(BODIES[name]).over(low, high)
    assert continuous
    f = sp.lambdify(SLOT, BODIES[name], "mpmath")
    for i in range(len(low)):
        points = [float(v) for v in np.linspace(low[i, 0], high[i, 0], 7)]
        values = [float(f(p)) for p in points]
        assert all(below[i, 0] - 1e-14 <= v <= above[i, 0] + 1e-14 for v in values)
        for p, q, u, v in zip(points, points[1:], values, values[1:], strict=False):
            if q - p > 1e-3:
                assert least[i, 0] - 1e-10 <= (v - u) / (q - p) <= most[i, 0] + 1e-10


def test_a_jump_is_no_continuous_function():
    *_, continuous = UnaryFunction(sp.sign(SLOT)).over(np.array([[-1.0]]), np.array([[1.0]]))
    assert not continuous


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("radius", [0.0, 1e-6, 0.2])
def test_values_and_derivatives_are_enclosed(build, name, radius, declared):
    """Against the derivative that dynbench itself makes, which the checker shares nothing with."""
    system = build(name)
    own, rng = declared(system), np.random.default_rng(4)
    for _ in range(3):
        x = rng.normal(size=system.dimension)
        residuals = Residuals(own)
        over = Over(own, x, radius, residuals.arguments(x))
        left = rng.normal(size=(3, system.dimension))
        for y in (x, x + radius * rng.uniform(-1, 1, x.shape)):
            value, slope = over.value(own.tree), over.residual_slope(Block.exact(left))
            assert np.all(np.abs(value.mid[:, 0] - system(y)) <= value.rad[:, 0] + 1e-13)
            assert np.all(np.abs(slope.mid - left @ system.residual_jacobian(y)) <= slope.rad + 1e-12)
            assert np.all(np.abs(over.slope().mid - system.jacobian_at(y)) <= over.slope().rad + 1e-13)
        balls = residuals([arb(float(v)) for v in x])
        assert np.allclose([float(b) for b in balls], system.residual(x), atol=1e-13, rtol=0)


M = sp.Symbol("m", integer=True, positive=True)
z, A, B, C = (sp.MatrixSymbol(name, 2 * M, k) for name, k in (("z", 1), ("A", 2 * M), ("B", 2 * M), ("c", 1)))
top, bottom, ones = z[:M, :], z[M:, :], sp.OneMatrix(2 * M, 1)
EQUATIONS = {
    "halves": sp.BlockMatrix([[A[:M, :] * z.applyfunc(sp.tanh)], [sp.hadamard_product(top, bottom) - bottom]]),
    "blocks": sp.BlockMatrix([[A[:M, M:], -sp.Identity(M)], [sp.ZeroMatrix(M, M), B[:M, :M].T]]) * z.applyfunc(sp.sin),
    "slices of what varies": (A * sp.DiagMatrix(z) * B)[:M, :].T * top - (z * z.T)[:, M:] * bottom,
    "stacks that are turned": sp.BlockMatrix([[top * C.T], [bottom * z.T]]).T * C + A * z,
    "function of an outer product": sp.hadamard_product(A, (z * z.T).applyfunc(sp.tanh)) * ones - z,
    "function of a product": (A * sp.DiagMatrix(z) * B).applyfunc(sp.sin) * C,
    "function of a turned matrix": (A * sp.DiagMatrix(z) + C * z.T).applyfunc(sp.tanh).T * z,
    "diagonal": DiagonalOf((z * C.T + A).applyfunc(sp.tanh)) + DiagonalOf(A * sp.DiagMatrix(z.applyfunc(sp.cos)) * B),
}


@pytest.mark.parametrize("name", EQUATIONS)
@pytest.mark.parametrize("radius", [0.0, 1e-6, 0.2])
def test_slices_stacks_and_full_matrices_are_enclosed(name, radius, declared):
    rng = np.random.default_rng(6)
    values = {A: rng.normal(size=(4, 4)), B: rng.normal(size=(4, 4)), C: rng.normal(size=4)}
    used = {s: v for s, v in values.items() if EQUATIONS[name].has(s)}
    system = db.ODE({z: EQUATIONS[name]}, used)
    own, x, left = declared(system), rng.normal(size=4), rng.normal(size=(3, 4))
    over = Over(own, x, radius, Residuals(own).arguments(x))
    y = x + radius * rng.uniform(-1, 1, x.shape)
    jacobian = np.array([system.jvp(y, unit) for unit in np.eye(4)]).T  # of some there is no matrix expression
    for found, wanted in ((over.slope(), jacobian), (over.slope(Block.exact(left)), left @ jacobian)):
        assert np.all(np.abs(found.mid - wanted) <= found.rad + 1e-12)
        assert radius > 1e-3 or found.rad.max() <= 1e-10 + 1e3 * radius
    assert np.all(np.abs(over.value(own.tree).mid[:, 0] - system(y)) <= over.value(own.tree).rad[:, 0] + 1e-13)
    written = expanded(own)
    entries = [e.subs(dict(zip(written.states, x, strict=True))) for e in written.rhs]
    np.testing.assert_allclose(np.array(entries, dtype=float), system(x), atol=1e-12)


def test_a_large_full_matrix_that_varies_is_refused_in_a_sentence(declared):
    values = np.zeros((300, 300))
    own = declared(db.ODE({z: (A * sp.DiagMatrix(z)).applyfunc(sp.sin) * ones}, {A: values}))
    with pytest.raises(InputError, match="a full matrix of 300 columns that varies is not checked"):
        Over(own, np.zeros(300), 0.0).slope()


@pytest.mark.parametrize("kind", ["random", "symmetric", "near a double eigenvalue"])
def test_discs_hold_the_eigenvalues(kind):
    rng = np.random.default_rng(2)
    a = rng.normal(size=(12, 12))
    if kind == "symmetric":
        a = a + a.T
    if kind == "near a double eigenvalue":
        a = np.diag(np.arange(12.0))
        a[0, 0], a[0, 1] = 1 + 1e-4, 1.0
    found = enclose_eigenvalues(Block(a, np.full(a.shape, 1e-10)))
    assert found is not None
    with ctx.workprec(300):
        moved = a + 1e-10 * rng.uniform(-1, 1, a.shape)
        exact = np.array([complex(v) for v in acb_mat(*a.shape, moved.ravel().tolist()).eig()])
    gaps = np.abs(exact[:, None] - found.middles[None, :]) - found.radii[None, :]
    assert np.all(gaps.min(axis=1) <= 1e-14)
    for group in range(found.groups.max() + 1):
        inside = (gaps[:, found.groups == group] <= 1e-14).any(axis=1)
        assert inside.sum() == (found.groups == group).sum()


@pytest.mark.parametrize("name", ["rnn 40", "activation 40", "gru 40"])
def test_what_is_false_is_not_shown(build, report_of, name, declared):
    system, report = report_of(name)
    own = declared(system)
    residuals = Residuals(own)
    points = [np.array(p["x"]) for p in report["fixed_points"]["points"] if p["status"] == "certified"]
    x = points[0]
    assert locate(own, residuals, x) is not None
    for radius in (1e-14, 1e-6, 1e-2, 1.0, 50.0):
        assert not excludes(own, residuals, x, radius)
        assert not excludes(own, residuals, x + 0.9 * radius, radius)
    for other in points[1:]:
        assert not is_one_to_one(own, x, float(np.abs(other - x).max()))
    assert locate(own, residuals, x + 0.5) is None or len(points) > 1


def test_a_leaky_bounded_network_points_inward(build, declared):
    for name in ("rnn 40", "esn 40", "activation 40", "sparse 40"):
        system = build(name)
        radius = inward_radius(declared(system))
        assert radius is not None
        rng = np.random.default_rng(0)
        x = rng.uniform(-1, 1, (200, 40)) * 1.01 * radius
        x[np.arange(200), rng.integers(0, 40, 200)] = 1.01 * radius
        on_face = x == 1.01 * radius
        assert np.all(system.residual(x)[on_face] < 0)


def test_an_unbounded_network_is_not_said_to_point_inward(build, declared):
    for name in ("relu 40", "gru 40"):
        assert inward_radius(declared(build(name))) is None
