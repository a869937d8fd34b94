"""Fixed points of rate networks in 300-bit ball arithmetic, written out here by hand: nothing of dynbench is used."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from flint import acb_mat, arb, arb_mat, ctx, fmpq

BITS = 300
ONE = Fraction(1)


class Phi(NamedTuple):
    """An activation and its derivative in balls."""

    value: Callable[[arb], arb]
    slope: Callable[[arb], arb]


ACTIVATIONS = {
    "tanh": Phi(lambda x: x.tanh(), lambda x: 1 - x.tanh() ** 2),
    "logistic": Phi(lambda x: 1 / (1 + (-x).exp()), lambda x: 1 / (2 + x.exp() + (-x).exp())),
    "arctan": Phi(lambda x: x.atan(), lambda x: 1 / (1 + x * x)),
    "erf": Phi(lambda x: x.erf(), lambda x: 2 * (-x * x).exp() / arb.pi().sqrt()),
    "softplus": Phi(lambda x: (1 + x.exp()).log(), lambda x: 1 / (1 + (-x).exp())),
    "relu": Phi(lambda x: x.max(arb(0)), lambda x: arb(1 if x > 0 else 0)),
    "sine": Phi(lambda x: x.sin(), lambda x: x.cos()),
    "softsign": Phi(lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2),
}


def ball(value: float | Fraction) -> arb:
    """A double as it is, or a fraction (a decimal, say) to 300 bits."""
    return arb(fmpq(value.numerator, value.denominator)) if isinstance(value, Fraction) else arb(float(value))


def residual(x: list[arb], w: np.ndarray, b: np.ndarray, phi: Phi, leak: Fraction, tau: Fraction) -> list[arb]:
    """(-leak x + W phi(x) + b)/tau."""
    n = len(x)
    weights = arb_mat(n, n, [ball(v) for v in w.ravel()])
    driven = (weights * arb_mat(n, 1, [phi.value(v) for v in x])).entries()
    return [(-ball(leak) * v + d + ball(c)) / ball(tau) for v, d, c in zip(x, driven, b, strict=True)]


def jacobian(x: list[arb], w: np.ndarray, phi: Phi, leak: Fraction, tau: Fraction) -> arb_mat:
    """(-leak I + W diag(phi'(x)))/tau."""
    slopes = [phi.slope(v) for v in x]
    n = len(x)
    rows = [[ball(w[i, j]) * slopes[j] - (ball(leak) if i == j else 0) for j in range(n)] for i in range(n)]
    return arb_mat(rows) * (1 / ball(tau))


def fixed_point(
    start: np.ndarray,
    w: np.ndarray,
    b: np.ndarray,
    name: str,
    leak: Fraction = Fraction(1),
    tau: Fraction = Fraction(1),
) -> tuple[list[arb], arb_mat]:
    """Newton's method to 70 digits from doubles: the point (its error far below a double's) and the Jacobian there."""
    phi = ACTIVATIONS[name]
    with ctx.workprec(BITS):
        x = [arb(float(v)) for v in start]
        for _ in range(40):
            g = arb_mat(len(x), 1, residual(x, w, b, phi, leak, tau))
            step = jacobian(x, w, phi, leak, tau).mid().solve(g.mid()).entries()
            x = [(v - s).mid() for v, s in zip(x, step, strict=True)]
            if max(abs(float(s)) for s in step) < 1e-75:
                return x, jacobian(x, w, phi, leak, tau)
    raise AssertionError("Newton's method in balls did not converge")


def distance(x: list[arb], center: np.ndarray) -> arb:
    """The largest |x_i - c_i|."""
    with ctx.workprec(BITS):
        largest = arb(0)
        for v, c in zip(x, center, strict=True):
            largest = largest.max(abs(v - arb(float(c))))
        return largest


def sign_of_determinant(matrix: arb_mat) -> int:
    """The sign of det(-matrix), proved."""
    with ctx.workprec(BITS):
        value = (-matrix).det()
        assert value > 0 or value < 0
        return 1 if value > 0 else -1


def unstable(matrix: arb_mat, kind: str) -> int:
    """The number of eigenvalues of the right-hand side's Jacobian with Re > 0 (flow) or modulus > 1 (map), proved."""
    for bits in (BITS, 2 * BITS, 4 * BITS):
        with ctx.workprec(bits):
            try:
                values = acb_mat(matrix.mid()).eig()
            except ValueError:  # not isolated at this precision
                continue
            sizes = [abs(v) - 1 if kind == "map" else v.real for v in values]
            assert all(s > 0 or s < 0 for s in sizes)
            return sum(1 for s in sizes if s > 0)
    raise AssertionError("the eigenvalues could not be isolated")
