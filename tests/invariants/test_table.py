"""The table of systems with and without invariants: all that is known is found, and nothing else is claimed.

Each claim is verified besides without the ring in which it was proved: rates of change and the identities of the
proofs are evaluated at random points in 50 digits and agree to 30.
"""

from __future__ import annotations

import random
import runpy
from collections.abc import Iterator
from pathlib import Path

import mpmath
import pytest
import sympy as sp

from dynbench.invariants import Invariant, Invariants, conserved_quantities
from dynbench.systems import ODE, System

TABLE = runpy.run_path(str(Path(__file__).with_name("known_systems.py")))
KNOWN, NONE = TABLE["KNOWN"], TABLE["NONE"]
DIGITS = 50
POINTS = 4


def random_points(symbols: list[sp.Symbol], assumptions: tuple[sp.Basic, ...], seed: int) -> Iterator[dict]:
    """Rational points where the assumptions hold; fixed values of parameters are among these."""
    rng = random.Random(seed)
    fixed = {a.lhs: a.rhs for a in assumptions if isinstance(a, sp.Equality)}
    rest = [a for a in assumptions if not isinstance(a, sp.Equality)]
    found = 0
    for _ in range(4000):
        point = {s: sp.Rational(rng.randint(-4000, 4000), 1009) for s in symbols} | fixed
        if all(a.subs(point) == True for a in rest):  # noqa: E712 (SymPy's true)
            yield point
            found += 1
            if found == POINTS:
                return
    raise AssertionError("the assumptions hold hardly anywhere")


def real_parts(values: list[sp.Expr]) -> list[mpmath.mpf]:
    with mpmath.workdps(DIGITS):
        return [mpmath.mpmathify(sp.N(value, DIGITS)) for value in values]


def assert_conserved(invariant: Invariant, system: System, seed: int) -> None:
    """grad H . F is 0 to 30 digits of the size of its terms, and the two sides of each identity agree so."""
    symbols = [*system.states, *system.parameter_symbols]
    products = [invariant.expression.diff(x) * f for x, f in zip(system.states, system.rhs, strict=True)]
    identities = [(e.args[0], e.args[1]) for e in invariant.proof.identities]
    for point in random_points(symbols, invariant.assumptions, seed):
        terms = real_parts([product.subs(point) for product in products])
        with mpmath.workdps(DIGITS):
            assert abs(mpmath.fsum(terms)) <= mpmath.mpf(10) ** -30 * (1 + mpmath.fsum(map(abs, terms)))
        for left, right in identities:
            a, b = real_parts([left.subs(point), sp.sympify(right).subs(point)])
            with mpmath.workdps(DIGITS):
                assert abs(a - b) <= mpmath.mpf(10) ** -30 * (1 + abs(a) + abs(b))


def assert_function_of(found: Invariants, expected: sp.Expr, system: System) -> None:
    """At a generic point the gradient of `expected` is a linear combination of those of the ones found."""
    fixed = {a.lhs: a.rhs for i in found for a in i.assumptions if isinstance(a, sp.Equality)}
    symbols = [*system.states, *system.parameter_symbols]
    point = {s: sp.Rational(int(sp.prime(k + 9)), int(sp.prime(k + 12))) for k, s in enumerate(symbols)} | fixed
    functions = (*(i.expression for i in found), expected)
    rows = [[h.diff(x).subs(point).evalf(40) for x in system.states] for h in functions]
    with mpmath.workdps(40):
        singular = mpmath.svd_c(mpmath.matrix(rows), compute_uv=False)
        assert sum(1 for s in singular if s > 1e-25) == len(found)


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_known_is_found_and_proved(name: str) -> None:
    equations, parameters, expected, count = KNOWN[name]
    system = ODE(equations, parameters)
    found = conserved_quantities(system)
    assert found.stopped == ""
    assert len(found) == count
    for seed, invariant in enumerate(found):
        assert invariant.kind == "conserved quantity"
        assert invariant.expression.free_symbols <= {*system.states, *system.parameter_symbols}
        assert invariant.proof.identities
        assert all(isinstance(identity, sp.Equality) for identity in invariant.proof.identities)
        assert_conserved(invariant, system, seed)
    names = {s.name: s for s in (*system.states, *system.parameter_symbols)}
    for text in expected:
        assert_function_of(found, sp.sympify(text, locals=names, rational=True), system)


@pytest.mark.parametrize("name", NONE)
def test_nothing_is_claimed_elsewhere(name: str) -> None:
    system = ODE(*NONE[name])
    found = conserved_quantities(system)
    assert found == ()
    assert found.stopped == ""
    assert found.scope.startswith("linear combinations of the monomials of degree 1 to 4 in")
    if all(rate.is_polynomial(*system.states) for rate in system.rhs) and system.dimension > 1:
        assert "Darboux polynomials p of degree 1 to" in found.scope


def test_the_table_is_long_enough() -> None:
    assert len(KNOWN) + len(NONE) >= 30
