"""What is built from Darboux polynomials: its form, its proof, and where it holds."""

from __future__ import annotations

import pickle

import pytest
import sympy as sp

from dynbench.invariants import conserved_quantities
from dynbench.invariants.darboux.integrals import DarbouxIntegrals
from dynbench.invariants.method import Limits
from dynbench.systems import ODE, Map

x, y, z, a, b = sp.symbols("x y z a b")


def test_a_rational_integral_and_its_proof() -> None:
    (found,) = conserved_quantities(ODE({x: y * z - x, y: -2 * x * z - y, z: x * y - z}))
    assert sp.cancel(found.expression - (x**2 - z**2) / (2 * x**2 + y**2)) == 0
    assert found.assumptions == (sp.Ne(2 * x**2 + y**2, 0),)
    assert found.method == "Darboux polynomials"
    *polynomials, cofactors = found.proof.identities
    assert len(polynomials) == 3
    for identity in polynomials:
        assert sp.expand((identity.lhs - identity.rhs).doit()) == 0
    assert cofactors.rhs == 0
    assert sp.expand(cofactors.lhs.doit()) == 0


def test_what_needs_positivity_says_so() -> None:
    (found,) = conserved_quantities(ODE({x: x**2 - a**2, y: (x - b) * y}, [a, b]))
    assert set(found.assumptions) == {a - x > 0, a + x > 0, y > 0}


def test_an_angle_is_no_function_of_the_state() -> None:
    """log r - theta is constant along a spiral between jumps: what winds round has no first integral."""
    assert conserved_quantities(ODE({x: x - y, y: x + y})) == ()
    assert conserved_quantities(ODE({x: (x - y) / (x**2 + y**2), y: (x + y) / (x**2 + y**2)})) == ()


def test_the_nullspace_jumps_at_special_values() -> None:
    """May and Leonard's plane x + y + z = 0 is invariant where a + b = 2, and only there is there an integral."""
    rates = {x: x * (1 - x - a * y - b * z), y: y * (1 - b * x - y - a * z), z: z * (1 - a * x - b * y - z)}
    generic = conserved_quantities(ODE(rates, [a, b]))
    assert generic == ()
    assert "for generic parameters" in generic.scope
    assert "values given" not in generic.scope
    (special,) = conserved_quantities(ODE(rates, {a: sp.Rational(1, 2), b: sp.Rational(3, 2)}))
    assert sp.cancel(special.expression - x * y * z / (x + y + z) ** 3) == 0
    assert set(special.assumptions) >= {sp.Eq(a, sp.Rational(1, 2)), sp.Eq(b, sp.Rational(3, 2))}
    off = conserved_quantities(ODE(rates, {a: 0.5, b: 1.6}))
    assert off == ()
    assert "for generic parameters and for the values given" in off.scope


def test_only_the_parameters_that_matter_are_fixed() -> None:
    """The lines of x' = y, y' = k x + c y are invariant for all c; with c = 0 there is an energy for all k."""
    found = conserved_quantities(ODE({"x": "y", "y": "k*x + c*y"}, {"k": 2, "c": 0}))
    assert [str(e) for e in found[0].assumptions] == ["Eq(c, 0)"]


def test_an_elementary_integral_that_is_no_integral_of_products() -> None:
    """y' = y^2 + x has Airy functions in its integral: none within what was searched."""
    assert conserved_quantities(ODE({"x": "1", "y": "y^2 + x"})) == ()


def test_lines_with_irrational_slopes() -> None:
    found = conserved_quantities(ODE({"x": "y", "y": "2*x", "z": "3*z"}))
    assert len(found) == 2
    assert "sqrt(2)" in str(found[1].expression)
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize(
    "system",
    [
        ODE({"x": "sin(y)", "y": "x"}),
        ODE({"x": "x - x^3"}),
        ODE({"x": "y", "y": "0", "z": "sqrt(2)*x"}),
        Map({"x": "y", "y": "x"}),
        ODE({f"x{i}": f"x{(i + 1) % 12}^2" for i in range(12)}),
    ],
)
def test_other_systems_are_passed_over(system) -> None:
    assert DarbouxIntegrals().scope(system, Limits()) == ""
    assert list(DarbouxIntegrals().search(system, (), Limits())) == []
