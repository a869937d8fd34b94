"""Conserved quantities: known ones are found, what is found is conserved, nothing is found in vain."""

from __future__ import annotations

import itertools
import math
import pickle
import time

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.errors import InputError
from dynbench.invariants import (
    Invariants,
    conserved_quantities,
    hamiltonian_structure,
    lyapunov_functions,
    volume_preservation,
)
from dynbench.invariants.darboux.integrals import DarbouxIntegrals
from dynbench.invariants.linear_combinations import LinearCombinations
from dynbench.invariants.method import OutOfTime
from dynbench.systems import ODE, Map, System


def expression(text: str, system: System) -> sp.Expr:
    names = {s.name: s for s in (*system.states, *system.parameter_symbols)}
    return sp.sympify(text, locals=names, rational=True)


def assert_function_of(found: Invariants, expected: sp.Expr, system: System) -> None:
    """At a generic point the gradient of `expected` is a linear combination of those of the ones found."""
    symbols = [*system.states, *system.parameter_symbols]
    point = {s: sp.Rational(int(sp.prime(k + 9)), int(sp.prime(k + 12))) for k, s in enumerate(symbols)}
    rows = [
        [h.diff(x).subs(point).evalf(40) for x in system.states] for h in (*(i.expression for i in found), expected)
    ]
    with mpmath.workdps(40):
        singular = mpmath.svd_r(mpmath.matrix(rows), compute_uv=False)
        assert sum(1 for s in singular if s > 1e-25) == len(found)


def assert_conserved(found: Invariants, system: System) -> None:
    """grad H . F vanishes to 40 digits at points where the assumptions hold, without use of the ring."""
    for invariant in found:
        fixed = {a.lhs: a.rhs for a in invariant.assumptions if isinstance(a, sp.Eq)}
        rate = sum(invariant.expression.diff(x) * f for x, f in zip(system.states, system.rhs, strict=True)).subs(fixed)
        for shift in (2, 5, 11):
            symbols = sorted(rate.free_symbols, key=str)
            point = {
                s: sp.Rational(int(sp.prime(k + shift)), int(sp.prime(k + shift + 3))) for k, s in enumerate(symbols)
            }
            assert abs(sp.N(rate.subs(point), 60)) < 1e-40


COEFFICIENTS = st.integers(-5, 5)


@given(st.lists(COEFFICIENTS, min_size=3, max_size=6).filter(lambda c: any(c)), st.integers(1, 4))
@settings(max_examples=15, deadline=None)
def test_energy_in_any_polynomial_potential(coefficients: list[int], mass: int) -> None:
    x, v = sp.symbols("x v")
    potential = sum(c * x ** (k + 1) for k, c in enumerate(coefficients))
    system = ODE({x: v / mass, v: -potential.diff(x)})
    found = conserved_quantities(system)
    assert len(found) == 1
    assert_function_of(found, v**2 / (2 * mass) + potential, system)


@given(st.lists(st.integers(1, 6), min_size=6, max_size=6))
@settings(max_examples=10, deadline=None)
def test_damping_destroys_the_energy(numbers: list[int]) -> None:
    """With damping in a confining potential all orbits end at rest: no analytic invariant but a constant."""
    a, b, d, *_ = numbers
    assert conserved_quantities(ODE({"x": "v", "v": f"-{a}*x - {b}*x^3 - v/{d}"})) == ()


def test_conserved_at_the_given_values_only() -> None:
    system = ODE({"x": "v", "v": "a*x - x^3 - d*v"}, {"d": 0, "a": 1.5})
    (invariant,) = conserved_quantities(system)
    a, d = system.parameter_symbols[1], system.parameter_symbols[0]
    x, v = system.states
    assert invariant.assumptions == (sp.Eq(d, 0),)
    assert sp.expand(invariant.expression - (2 * v**2 - 2 * a * x**2 + x**4)) == 0
    assert conserved_quantities(system.with_parameters(d=0.1)) == ()
    assert conserved_quantities(system.with_parameters(a=None)) == ()


def test_special_values_add_to_what_holds_for_all() -> None:
    """x + y is conserved always; for k = 1 so is the energy of a planar oscillator that hangs on it."""
    system = ODE({"x": "y*z", "y": "-y*z", "z": "-y + (k - 1)*x"}, {"k": 1})
    found = conserved_quantities(system)
    assert [i.assumptions for i in found if i.expression == sp.Add(*system.states[:2])] == [()]
    assert len(found) == 2
    assert_conserved(found, system)


def test_assumptions_say_where_the_proof_holds() -> None:
    x, y = sp.symbols("x y")
    (volterra,) = conserved_quantities(ODE({x: x - x * y, y: x * y - y}))
    assert set(volterra.assumptions) == {x > 0, y > 0}
    (kepler,) = conserved_quantities(ODE({x: y, y: -1 / x**2}))
    assert kepler.assumptions == (sp.Ne(x, 0),)
    (smooth,) = conserved_quantities(ODE({x: y, y: -x / (1 + x**2)}))
    assert smooth.assumptions == ()


def test_coefficients_are_written_without_fractions_or_common_factors() -> None:
    x, y, a, b = sp.symbols("x y a b")
    (invariant,) = conserved_quantities(ODE({x: y / (a + b), y: -x / (a * a - b * b)}, [a, b]))
    assert sp.expand(invariant.expression - (x**2 + (a - b) * y**2)) == 0


def test_products_and_powers_of_what_is_known_are_left_out() -> None:
    found = conserved_quantities(ODE({"x": "y", "y": "-x", "z": "0"}))
    assert [str(i.expression) for i in found] == ["z", "x**2 + y**2"]


def test_the_shortest_form_comes_first() -> None:
    found = conserved_quantities(ODE({"x": "x*(y - z)", "y": "y*(z - x)", "z": "z*(x - y)"}))
    assert [str(i.expression) for i in found] == ["x*y*z", "x + y + z"]


def test_phases_and_shifts_inside_functions() -> None:
    system = ODE({"x": "sin(y + phi)", "y": "-sin(x + phi)"}, ["phi"])
    (invariant,) = conserved_quantities(system)
    assert_conserved((invariant,), system)
    assert_function_of((invariant,), expression("cos(x + phi) + cos(y + phi)", system), system)


def test_unreadable_coefficients_are_given_up_not_endless() -> None:
    n = 5
    w = {(i, j): sp.Symbol(f"w{i}{j}") for i in range(n) for j in range(i + 1, n)}
    x = sp.symbols(f"x:{n}")
    rates = {x[i]: sum((w[i, j] if i < j else -w[j, i]) * x[j] for j in range(n) if j != i) for i in range(n)}
    found = conserved_quantities(ODE(rates, list(w.values())), methods=[LinearCombinations()])
    assert [sp.total_degree(i.expression, *x) for i in found] == [2, 1]  # the square of the length is shorter
    assert "at most 100 terms" in found.scope


def test_what_is_not_searched_says_so() -> None:
    assert "flows only" in conserved_quantities(Map({"x": "y", "y": "-x"})).scope
    many = ODE({f"x{i}": f"-x{(i + 1) % 13}" for i in range(13)})
    assert conserved_quantities(many) == ()
    assert "flow of 13 states" in conserved_quantities(many).scope
    assert "sqrt(2)" in conserved_quantities(ODE({"x": "sqrt(2)*y", "y": "1 - x*y"})).scope
    with pytest.raises(InputError, match="degree is 1"):
        conserved_quantities(ODE({"x": "-x"}), degree=1)


def test_result_is_a_tuple_with_a_scope_that_survives_pickling() -> None:
    found = conserved_quantities(ODE({"x": "y", "y": "-x"}))
    copy = pickle.loads(pickle.dumps(found))
    assert copy == found
    assert copy.scope == found.scope
    assert repr(conserved_quantities(ODE({"x": "x^2 + 1", "y": "-y"}))).startswith("<Invariants: none; sought: linear")


def test_linear_skew_systems_conserve_the_length() -> None:
    rng = np.random.default_rng(5)
    for n in (2, 4, 7):
        raw = rng.integers(-3, 4, size=(n, n))
        x = sp.symbols(f"x:{n}")
        rates = dict(zip(x, sp.Matrix(raw - raw.T) * sp.Matrix(x), strict=True))
        system = ODE(rates)
        found = conserved_quantities(system, degree=2)
        assert_conserved(found, system)
        assert_function_of(found, sp.Add(*(s**2 for s in x)), system)


def competition(n: int) -> System:
    rows = [" + ".join(f"a{i}{j}*x{j}" for j in range(n)) for i in range(n)]
    return ODE(
        {f"x{i}": f"x{i}*(r{i} + {row})" for i, row in enumerate(rows)},
        [*(f"r{i}" for i in range(n)), *(f"a{i}{j}" for i in range(n) for j in range(n))],
    )


def network(n: int) -> System:
    sums = [" + ".join(f"1/(1 + exp(-x{j}/{i + j + 2}))" for j in range(n)) for i in range(n)]
    return ODE({f"x{i}": f"-x{i} + {total}" for i, total in enumerate(sums)})


def waves(n: int) -> System:
    terms = [
        " + ".join(
            f"sin({k + 1}*x{(i + k) % n})*exp(-x{(i + 2 * k) % n}^2/{k + 2})/(1 + x{(i + k + 1) % n}^2)^(1/{k + 2})"
            for k in range(n)
        )
        for i in range(n)
    ]
    return ODE({f"x{i}": rate for i, rate in enumerate(terms)})


def quadratic(n: int) -> System:
    products = list(itertools.combinations(range(n), 2))
    return ODE(
        {
            f"x{i}": " + ".join(f"{(i * k) % 7 + k + 2}/{i + k + 3}*x{j}*x{m}" for k, (j, m) in enumerate(products))
            for i in range(n)
        }
    )


@pytest.mark.parametrize("system", [competition(8), network(6), waves(4), waves(6), quadratic(6)], ids=str)
def test_time_limits_are_honoured(system: System) -> None:
    """A search that would take long ends soon after its limit (measured: within 0.4 s), and says so."""
    start = time.monotonic()
    found = conserved_quantities(system, time_limit=0.5)
    taken = time.monotonic() - start
    assert taken < 20  # no measure of speed: without checks these take minutes
    assert found.stopped == ("time limit" if taken >= 0.5 else "")
    assert found.scope


def test_partial_results_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first method finds the one quadratic integral; time is over when the third is begun."""

    def out_of_time(*_: object) -> None:
        raise OutOfTime

    monkeypatch.setattr(DarbouxIntegrals, "search", out_of_time)
    found = conserved_quantities(ODE({"x": "y*z", "y": "-x*z", "z": "x^2 + y"}))
    assert len(found) == 1
    assert found.stopped == "time limit"


def test_a_method_that_gives_up_says_why_and_others_go_on() -> None:
    n = 6
    rates = {
        f"x{i}": f"sqrt(x{i}^2 + x{(i + 1) % n}^2 + {i + 1})*x{(i + 1) % n} - x{i}/sqrt(1 + x{(i + 2) % n}^2)"
        for i in range(n)
    }
    found = conserved_quantities(ODE(rates))
    assert found == ()
    assert found.stopped == "found no point modulo the prime for an ansatz in 12 roots of functions"


def test_expressions_that_cannot_be_integrated() -> None:
    """Without divergence, but its stream function is no elementary function: nothing is claimed."""
    found = conserved_quantities(ODE({"x": "exp(y^2)*sin(y)", "y": "cos(x)*exp(x^2)"}))
    assert found == ()
    assert "stream function" in found.scope


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.invariants(degree="a"), "degree is 'a'"),
        (lambda s: s.invariants(degree=2.5), "degree is 2.5"),
        (lambda s: s.invariants(degree=math.inf), "degree is inf"),
        (lambda s: s.invariants(time_limit="x"), "time_limit is 'x'"),
        (lambda s: s.lyapunov_functions(time_limit=math.nan), "time_limit is nan"),
        (lambda s: conserved_quantities(s, methods=[1]), "methods holds 1"),
        (lambda s: conserved_quantities("x"), "system"),
        (lambda s: lyapunov_functions(5), "system"),
        (lambda s: hamiltonian_structure(3), "system"),
        (lambda s: volume_preservation(3), "system"),
    ],
)
def test_bad_arguments_get_one_sentence(call, message):
    with pytest.raises(InputError, match=message):
        call(ODE({"x": "y", "y": "-x"}))
