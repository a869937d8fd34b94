"""Invariants and energies of networks, checked again from their texts; false ones are refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
import scipy.sparse
import sympy as sp

import dynbench as db
from dynbench.reporting.invariants import invariants_from_dict, invariants_to_dict
from dynbench.reporting.json import notation_of
from dynbench.symbolic.matrices.nodes import mul
from dynbench.symbolic.matrices.text import read_matrix, write_matrix
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.invariants import check_matrix_invariants
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
