"""Invariants and energies of networks, checked again from their texts; false ones are refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
import scipy.sparse
import sympy as sp

import dynbench as db
from dynbench.analysis import Analysis
from dynbench.fixed_points.search.newton_starts import NewtonStarts
from dynbench.reporting.invariants import invariants_from_dict, invariants_to_dict
from dynbench.reporting.json import notation_of
from dynbench.symbolic.matrices.nodes import mul
from dynbench.symbolic.matrices.text import read_matrix, write_matrix
from dynbench.transitions import TransitionGraph
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.invariants import check_matrix_invariants
from dynbench.verification.matrices.nearly import check_matrix_nearly
from dynbench.verification.records import Outcome

N = sp.Symbol("n", integer=True, positive=True)
A, W = sp.MatrixSymbol("A", N, N), sp.MatrixSymbol("W", N, N)
X, T = sp.MatrixSymbol("x", N, 1), sp.MatrixSymbol("t", N, 1)


def drawn(n=14, seed=0):
    return np.random.default_rng(seed).normal(size=(n, n))


def skew(n=14):
    return drawn(n) - drawn(n).T


SYSTEMS = {
    "rate form": db.RNN(skew(), leak=0),
    "activation form": db.RNN(skew(), np.linspace(0, 1, 14), leak=0, form="activation", activation=sp.erf),
    "linear": db.RNN(skew(), leak=0, activation="linear"),
    "rectified": db.RNN(skew(), leak=0, activation="relu"),
    "sparse": db.RNN(scipy.sparse.csr_array(skew()), leak=0),
    "low rank": db.RNN(db.systems.LowRank(np.eye(14)[:, :2], np.eye(14)[:, 1::-1] * [1.0, -1.0]), leak=0),
    "by its expression": db.ODE({X: (A - A.T) * X.applyfunc(sp.tanh)}, {A: drawn()}),
    "scaled": db.ODE({X: sp.HadamardProduct(T, W * X.applyfunc(sp.tanh))}, {W: skew(), T: np.linspace(1, 2, 14)}),
    "chain": db.RNN(scipy.sparse.diags_array([np.arange(1.0, 14), -np.ones(13)], offsets=[1, -1]).tocsr(), leak=0),
    "energy": db.RNN(drawn() + drawn().T, np.linspace(0, 1, 14)),
    "energy of error functions": db.RNN(drawn() + drawn().T, np.linspace(0, 1, 14), activation=sp.erf),
    "energy in activation form": db.RNN(drawn() + drawn().T, np.linspace(0, 1, 14), form="activation"),
    "energy with rows scaled": db.ODE(
        {X: -X + sp.HadamardProduct(T, W * X.applyfunc(sp.tanh))}, {W: drawn() + drawn().T, T: np.linspace(1, 2, 14)}
    ),
    "energy without bias": db.RNN(drawn() + drawn().T),
    "energy of rectified units": db.RNN(drawn() + drawn().T, activation="relu"),
}


def entry(system):
    found = system.invariants() or system.lyapunov_functions()
    assert found
    data = invariants_to_dict(system, found, notation_of(system))
    return json.loads(json.dumps(data)), found


def outcomes(declared, system, data):
    ledger = Ledger(None)
    places = check_matrix_invariants(declared(system), Field(data, "invariants"), ledger)
    assert places == frozenset(range(len(data["found"])))
    return [check.outcome for check in ledger.checks]


@pytest.mark.parametrize("name", SYSTEMS)
def test_what_was_proved_holds_again(name, declared):
    data, found = entry(SYSTEMS[name])
    held = outcomes(declared, SYSTEMS[name], data)
    assert held
    assert set(held) == {Outcome.HOLDS}
    again = invariants_from_dict(data, notation_of(SYSTEMS[name]))
    assert again[0].kind == found[0].kind
    assert invariants_to_dict(SYSTEMS[name], again, notation_of(SYSTEMS[name])) == data


@pytest.mark.parametrize("name", ["rate form", "by its expression", "energy"])
def test_another_function_is_refused(name, declared):
    data, _ = entry(SYSTEMS[name])
    text = data["found"][0]["expression"]
    data["found"][0]["expression"] = text.replace("log(cosh(s))", "log(cosh(s)) + s/1000")
    assert data["found"][0]["expression"] != text
    assert Outcome.HOLDS is not outcomes(declared, SYSTEMS[name], data)[0]


def test_weights_that_are_not_skew_to_the_last_bit_are_refused(declared):
    data, _ = entry(SYSTEMS["rate form"])
    w = skew()
    w[3, 4] += 1e-15
    rate, claim = outcomes(declared, db.RNN(w, leak=0), data)
    assert rate is Outcome.HOLDS  # for any weights
    assert claim is Outcome.NOT_ESTABLISHED


def test_an_assumption_that_is_not_met_is_refused(declared):
    data, _ = entry(SYSTEMS["rate form"])
    for system in (db.RNN(skew(), leak=1e-9), db.RNN(skew(), 1e-9, leak=0)):
        assert Outcome.HOLDS not in outcomes(declared, system, data)


def test_an_energy_of_the_wrong_sign_is_refused(declared):
    system = SYSTEMS["energy"]
    data, _ = entry(system)
    for key in ("expression", "lie_derivative"):
        notation = notation_of(system)
        e = read_matrix(data["found"][0][key], {token: s for s, token in notation.tokens.items()})
        terms = e.args if isinstance(e, sp.MatAdd) else (e,)
        data["found"][0][key] = " + ".join(write_matrix(mul(-1, term), notation) for term in terms).replace("+ -", "- ")
    held = outcomes(declared, system, data)
    assert held[0] is Outcome.HOLDS
    assert Outcome.NOT_ESTABLISHED in held


NEAR = {
    "bounded": db.RNN(skew() + 1e-12 * drawn(seed=1), leak=0),
    "activation form": db.RNN(skew() + 1e-12 * drawn(seed=1), np.ones(14), leak=0, form="activation"),
    "arctangent": db.RNN(skew() + 1e-12 * drawn(seed=1), leak=0, activation=sp.atan),
    "logistic": db.RNN(skew() + 1e-12 * drawn(seed=1), leak=0, activation="logistic"),
    "linear": db.RNN(skew() + 1e-12 * drawn(seed=1), leak=0, activation="linear"),
    "rectified": db.RNN(skew() + 1e-12 * drawn(seed=1), leak=0, activation="relu"),
    "sparse": db.RNN(scipy.sparse.csr_array(skew() + 1e-12 * drawn(seed=1)), leak=0),
}


def near(system):
    found = system.invariants()
    assert len(found.nearly) == 1
    data = invariants_to_dict(system, found, notation_of(system))
    again = invariants_from_dict(data, notation_of(system))
    assert invariants_to_dict(system, again, notation_of(system)) == data
    return json.loads(json.dumps(data))


def near_outcomes(declared, system, data):
    ledger = Ledger(None)
    check_matrix_nearly(declared(system), Field(data, "invariants"), ledger)
    return [check.outcome for check in ledger.checks]


def smaller(rate, by):
    """A bound times `by`: a number, or the number in front of an expression."""
    if not rate.startswith("{"):
        return repr(float(rate) * by)
    number, _, rest = rate[1:].partition("}")
    return f"{{{sp.Rational(number) * sp.Rational(by)}}}{rest}"


@pytest.mark.parametrize("name", NEAR)
def test_a_bound_of_the_drift_holds_again(name, declared):
    assert near_outcomes(declared, NEAR[name], near(NEAR[name])) == [Outcome.HOLDS] * 2


@pytest.mark.parametrize("name", NEAR)
def test_a_smaller_bound_of_the_drift_is_refused(name, declared):
    data = near(NEAR[name])
    data["nearly"][0]["rate"] = smaller(data["nearly"][0]["rate"], 0.999)
    assert near_outcomes(declared, NEAR[name], data) == [Outcome.HOLDS, Outcome.NOT_ESTABLISHED]


@pytest.mark.parametrize("name", NEAR)
def test_the_bound_is_about_these_weights(name, declared):
    data, system = near(NEAR[name]), NEAR[name]
    arrays = {a: 1.01 * v for a, v in system.parameters.items() if getattr(v, "shape", ()) == (14, 14)}
    assert near_outcomes(declared, system.with_parameters(**arrays), data) == [Outcome.HOLDS, Outcome.NOT_ESTABLISHED]


@pytest.mark.parametrize("key", ["expression", "identity"])
def test_another_function_with_a_bound_is_refused(key, declared):
    data = near(NEAR["bounded"])
    entry = data["nearly"][0]
    if key == "expression":
        entry["expression"] = entry["expression"].replace("log(cosh(s))", "log(cosh(s)) + s/1000")
    else:
        entry["proof"]["identities"][-1][1] = "tanh(transpose(x))*W*tanh(x) - tanh(transpose(x))*transpose(W)*tanh(x)"
    assert near_outcomes(declared, NEAR["bounded"], data) == [Outcome.FAILS]
    data["nearly"][0]["proof"]["identities"] = []
    assert near_outcomes(declared, NEAR["bounded"], data) == [Outcome.NOT_ESTABLISHED]


@pytest.mark.parametrize("n", [14, 40])  # written out in components besides, or not
def test_a_report_of_what_is_nearly_conserved(n, tmp_path):
    system = db.RNN(skew(n) + 1e-12 * drawn(n, 1), leak=0)
    points = db.find_fixed_points(system, search=[NewtonStarts(starts=np.zeros((1, n)))])
    provenance = {"dynbench": db.__version__, "content_hash": system.content_hash}
    found = system.invariants()
    path = db.report(Analysis(system, points, (), TransitionGraph(), found, (), False, provenance), tmp_path / "a.json")
    weights = db.save_weights(system, tmp_path / "a.npz")
    again = db.load_report(path, weights=weights).invariants.nearly
    assert str(again[0].rate) == str(found.nearly[0].rate)
    report = json.loads(path.read_text())
    (bound,) = (c for c in db.verify(report, weights=weights).checks if c.claim.startswith("|dH/dt| <= "))
    assert bound.outcome is Outcome.HOLDS
    report["invariants"]["nearly"][0]["rate"] = smaller(report["invariants"]["nearly"][0]["rate"], 0.9)
    assert not db.verify(report, weights=weights).holds
    page = db.report(Analysis(system, points, (), TransitionGraph(), found, (), False, provenance), tmp_path / "a.html")
    assert "Not conserved, but proved to change slowly" in page.read_text()


def test_nothing_of_a_map_holds(declared):
    flow = NEAR["bounded"]
    system = db.Map({X: W * X.applyfunc(sp.tanh)}, {W: skew()})
    data = invariants_to_dict(
        flow, SYSTEMS["by its expression"].invariants(), notation_of(SYSTEMS["by its expression"])
    )
    data["found"][0]["lie_derivative"] = "tanh(transpose(x))*W*tanh(x)"
    assert outcomes(declared, system, data)[0] is Outcome.FAILS


@pytest.mark.parametrize("middle", [np.eye(2), np.array([[1.0, 2.0], [2.0, -3.0]])])
def test_a_symmetric_array_of_low_rank_is_taken_for_symmetric(middle, declared):
    u = np.round(8 * drawn()[:, :2])
    system = db.RNN(db.LowRank(u, u @ middle), np.ones(14))
    data, _ = entry(system)
    assert set(outcomes(declared, system, data)) == {Outcome.HOLDS}
    other = db.RNN(db.LowRank(u, u @ middle + np.eye(14)[:, :2]), np.ones(14))
    assert outcomes(declared, other, data)[0] is Outcome.FAILS


def test_an_energy_is_strict_only_where_the_weights_are_regular(declared):
    system = SYSTEMS["energy in activation form"]
    data, _ = entry(system)
    (name,) = (a for a, v in system.parameters.items() if getattr(v, "shape", ()) == (14, 14))
    half = np.diag([0.0, *np.arange(1.0, 14)])
    held = outcomes(declared, system.with_parameters(**{name: half}), data)
    assert held == [Outcome.HOLDS, Outcome.HOLDS, Outcome.NOT_ESTABLISHED]
