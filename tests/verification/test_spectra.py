"""Eigenvalues are enclosed, counted exactly where they are rational data, and stated discs are judged by them."""

from __future__ import annotations

import pytest
import sympy as sp
from flint import arb_mat, ctx

from dynbench.verification.definite import is_definite, is_positive_definite
from dynbench.verification.discs import Discs, hold, kind_words, sides_agree
from dynbench.verification.records import Outcome
from dynbench.verification.spectra import enclose_eigenvalues, exact_eigenvalues


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(256):
        yield


def exact(rows, is_map=False):
    return exact_eigenvalues(sp.Matrix(rows), is_map=is_map)


def test_exact_counts():
    assert exact([[0, 1], [-1, 0]]).stability() == (0, 2, 0)
    assert exact([[0, 1], [1, 0]]).stability() == (1, 0, 1)
    assert exact([[0, 1], [0, 0]]).stability() == (0, 2, 0)
    assert exact([[0, 0, 0], [0, -1, 5], [0, -5, -1]]).stability() == (2, 1, 0)
    assert exact([[0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 0, 2], [0, 0, -2, 0]]).stability() == (0, 4, 0)
    assert exact([[0, 1], [-1, 0]], is_map=True).stability() == (0, 2, 0)
    assert exact([[0, 1], [-1, 1]], is_map=True).stability() == (0, 2, 0)
    assert exact([[1, 0], [0, -1]], is_map=True).stability() == (0, 2, 0)
    assert exact([[0, 1], [-1, 3]], is_map=True).stability() == (1, 0, 1)
    assert exact([[1, 1], [0, 1]]).real == 2
    assert exact([[sp.sqrt(2), 0], [0, 1]]) is None


def test_enclosures_of_multiple_eigenvalues():
    eigenvalues = enclose_eigenvalues(arb_mat([[1, 1, 0], [0, 1, 0], [0, 0, -2]]), is_map=False)
    assert eigenvalues.stability() == (1, 0, 2)
    assert eigenvalues.real_count() is None


def discs(middles, radius, sides, nonreal=None):
    nonreal = nonreal or [m.imag != 0 for m in middles]
    return Discs(tuple(middles), (radius,) * len(middles), tuple(sides), tuple(nonreal))


def test_discs_are_judged():
    eigenvalues = enclose_eigenvalues(arb_mat([[-1, 2], [-2, -1]]), is_map=False)
    good = discs([-1 + 2j, -1 - 2j], 1e-9, [-1, -1])
    assert hold(good, eigenvalues)[0] is Outcome.HOLDS
    assert sides_agree(good, eigenvalues)[0] is Outcome.HOLDS
    assert hold(discs([-1 + 2j, -1 - 2.1j], 1e-9, [-1, -1]), eigenvalues)[0] is Outcome.FAILS
    assert hold(discs([-1 + 2j, -1 + 2j], 1e-9, [-1, -1]), eigenvalues)[0] is Outcome.FAILS
    assert sides_agree(discs([-1 + 2j, -1 - 2j], 1e-9, [-1, 1]), eigenvalues)[0] is Outcome.FAILS
    assert sides_agree(discs([-1 + 2j, -1 - 2j], 1e-9, [-1, 0]), eigenvalues)[0] is Outcome.FAILS
    assert sides_agree(discs([-1 + 2j, -1 - 2j], 1e-9, [-1, -1], [True, False]), eigenvalues)[0] is Outcome.FAILS


def test_words():
    assert kind_words([-1, -1], [False, False]) == "stable node"
    assert kind_words([1, 1], [True, True]) == "unstable focus"
    assert kind_words([-1, 1, 1], [False, True, True]) == "saddle-focus"
    assert kind_words([-1, 1], [False, False]) == "saddle"
    assert kind_words([-1, 0], [False, False]) == "nonhyperbolic"


def test_definiteness():
    assert is_positive_definite(arb_mat([[2, 1], [1, 2]]))
    assert not is_positive_definite(arb_mat([[1, 2], [2, 1]]))
    assert is_definite(arb_mat([[-2, 1], [1, -2]]))
    assert not is_definite(arb_mat([[0, 0], [0, 1]]))
