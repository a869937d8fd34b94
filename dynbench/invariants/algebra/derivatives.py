"""Derivatives of functions of the states: gradients, and rates of change along a flow as they are written in proofs."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

__all__ = ["gradient_of", "lie_derivative"]


def gradient_of(function: sp.Expr, states: Sequence[sp.Symbol]) -> list[sp.Expr]:
    """The derivatives by the states, that of log(cosh(u)) written as tanh(u) u'."""
    logs = {e: sp.Dummy() for e in function.atoms(sp.log) if isinstance(e.args[0], sp.cosh)}
    plain, back = function.xreplace(logs), {dummy: e for e, dummy in logs.items()}
    slopes = {e: (plain.diff(dummy).xreplace(back), e.args[0].args[0]) for e, dummy in logs.items()}
    return [
        plain.diff(s).xreplace(back) + sp.Add(*(slope * sp.tanh(u) * u.diff(s) for slope, u in slopes.values()))
        for s in states
    ]


def lie_derivative(gradient: Sequence[sp.Expr], rates: Sequence[sp.Expr]) -> sp.Expr:
    """grad H . F as it stands, before anything cancels: the left side of an identity that a reader can check."""
    products = [sp.Mul(g, f, evaluate=False) for g, f in zip(gradient, rates, strict=True) if g != 0]
    return sp.Add(*products, evaluate=False)
