"""Darboux polynomials with symbolic parameters and their cofactors: the known cases of Lorenz's system and others.

Lorenz's are those of H. J. Segur and M. Kus (J. Phys. A 16 (1983) L689): p exp(-K t) is constant where K is.
"""

from __future__ import annotations

import pytest
import sympy as sp

from dynbench.invariants.darboux.polynomials import PolynomialFlow
from dynbench.invariants.method import Limits

x, y, z, s, r, b, a, c, d = sp.symbols("x y z s r b a c d")


def lorenz(s: sp.Expr, r: sp.Expr, b: sp.Expr) -> PolynomialFlow:
    return PolynomialFlow((x, y, z), (s * (y - x), x * (r - z) - y, x * y - b * z))


THIRD = sp.Rational(1, 3)
QUADRICS = [
    ((s, r, 2 * s), x**2 - 2 * s * z, -2 * s),
    ((s, 0, 1), y**2 + z**2, -2),
    ((1, r, 1), -r * x**2 + y**2 + z**2, -2),
]
QUARTICS = [
    ((1, r, 4), 4 * (1 - r) * z + r * x**2 + y**2 - 2 * x * y + x**2 * z - x**4 / 4, -4),
    ((THIRD, 5, 0), -5 * x**2 + y**2 / 3 + 2 * x * y / 3 + x**2 * z - 3 * x**4 / 4, -4 * THIRD),
    ((2, 3, 10), 9 * x**2 / 2 + 2 * y**2 - 6 * x * y - x**4 / 8 + x**2 * z, -8),  # r = 2 s - 1, b = 6 s - 2
]


@pytest.mark.parametrize(("values", "expected", "cofactor"), [*QUADRICS, *QUARTICS])
def test_lorenz(values: tuple[sp.Expr, ...], expected: sp.Expr, cofactor: sp.Expr) -> None:
    flow = lorenz(*values)
    degree = sp.total_degree(expected, x, y, z)
    (p,) = flow.darboux_polynomials(flow.degree(degree), Limits())
    ratio = sp.cancel(p.polynomial / expected)
    assert not ratio.has(x, y, z)
    assert sp.expand(p.cofactor - cofactor) == 0


def test_lorenz_has_none_to_degree_three_in_general() -> None:
    flow = lorenz(s, r, b)
    assert flow.degree(None) == 3
    assert flow.darboux_polynomials(3, Limits()) == []


@pytest.mark.parametrize(
    "rates",
    [
        (x * (a + b * x + c * y), y * (a + d * x + s * y)),
        (a * x + b * y, c * x + d * y),
        (x**2 - a**2, (x - b) * y),
        ((a + 1) * x / (b - 1), c * y + x**2),
        (x, 2 * y),
    ],
)
def test_the_cofactor_is_the_quotient(rates: tuple[sp.Expr, sp.Expr]) -> None:
    flow = PolynomialFlow((x, y), rates)
    found = flow.darboux_polynomials(flow.degree(None), Limits())
    assert found
    for p in found:
        change = p.polynomial.diff(x) * rates[0] + p.polynomial.diff(y) * rates[1]
        assert sp.cancel(sp.together(change - p.cofactor * p.polynomial)) == 0


def test_lines_with_coefficients_that_depend_on_parameters_are_lifted() -> None:
    flow = PolynomialFlow((x, y), (x * (a + b * x + c * y), y * (a + d * x + s * y)))
    found = {sp.expand(p.polynomial) for p in flow.darboux_polynomials(2, Limits())}
    line = sp.expand((b - d) * x + (c - s) * y)
    assert found in ({x, y, line}, {x, y, -line})


def test_what_holds_at_special_parameters_is_not_claimed_for_all() -> None:
    assert PolynomialFlow((x, y), (y, -x - (a - 1) * y)).darboux_polynomials(2, Limits()) != []  # the eigenlines
    assert PolynomialFlow((x, y), (y, a * (1 - x**2) * y - x)).darboux_polynomials(3, Limits()) == []


@pytest.mark.parametrize("rate", [sp.sin(x), sp.sqrt(2) * x, sp.pi * x, 1 / x, sp.exp(a) * x])
def test_other_right_hand_sides_are_refused(rate: sp.Expr) -> None:
    with pytest.raises(ValueError, match="not"):
        PolynomialFlow((x, y), (rate, y))
