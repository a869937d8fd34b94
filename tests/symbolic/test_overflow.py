"""Functions that overflow on the way to a value that does not."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from dynbench.symbolic.kernels import NumpyKernel
from dynbench.symbolic.overflow import LogCosh, Softplus, log_cosh, softplus, without_overflow

S = sp.Symbol("s", real=True)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (sp.log(sp.cosh(S)), LogCosh(S)),
        (sp.log(3 * sp.cosh(2 * S)), LogCosh(2 * S) + sp.log(3)),
        (sp.log(1 + sp.exp(-S)), Softplus(-S)),
        (sp.sinh(S) / sp.cosh(S), sp.tanh(S)),
        (S * sp.sinh(S) / sp.cosh(S), S * sp.tanh(S)),
        (sp.log(2 + sp.exp(S)), sp.log(2 + sp.exp(S))),
        (sp.log(-sp.cosh(S)), sp.log(-sp.cosh(S))),
        (sp.sin(S), sp.sin(S)),
    ],
    ids=str,
)
def test_rewriting(expression, expected):
    assert without_overflow(expression) == expected


def test_values_are_accurate_near_zero_and_far_out():
    x = np.array([-800.0, -1.0, -1e-9, 0.0, 1e-9, 0.5, 1.0, 30.0, 1e300])
    exact = [float(sp.log(sp.cosh(sp.Rational(a))).evalf(40)) if abs(a) < 1000 else a - np.log(2) for a in x.tolist()]
    np.testing.assert_allclose(log_cosh(x), exact, rtol=4e-16)
    exact = [float(sp.log(1 + sp.exp(sp.Rational(a))).evalf(40)) if abs(a) < 1000 else max(a, 0.0) for a in x.tolist()]
    np.testing.assert_allclose(softplus(x), exact, rtol=4e-16)


@pytest.mark.parametrize("expression", [sp.log(sp.cosh(S)), sp.log(1 + sp.exp(S))], ids=str)
def test_complex_steps_give_the_derivative(expression):
    kernel = NumpyKernel((expression,), (S,), (1,))
    x = np.array([[-40.0], [-0.3], [0.2], [700.0]])
    step = kernel(x + 1e-20j).imag[:, 0] / 1e-20
    exact = NumpyKernel((expression.diff(S),), (S,), (1,))(x)[:, 0]
    np.testing.assert_allclose(step, exact, rtol=1e-13)


def test_single_states_and_batches_agree():
    kernel = NumpyKernel((sp.log(sp.cosh(S)), sp.log(1 + sp.exp(S))), (S,), (2,))
    for a in (-900.0, -0.1, 0.0, 900.0):
        np.testing.assert_array_equal(kernel(np.array([a])), kernel(np.array([[a]]))[0])
