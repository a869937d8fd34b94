"""Scaling symmetries: powers of one factor by which states and time may be multiplied."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sympy as sp
from sympy.polys.rings import PolyElement

from dynbench.invariants.algebra.differential_ring import DifferentialRing
from dynbench.invariants.records import Proof
from dynbench.systems import System, as_system

__all__ = ["Scaling", "scaling_symmetries"]

#: Symbol -> its coefficient, for the weight of an expression as a linear form in the weights of symbols.
Weight = dict[sp.Symbol, sp.Rational]


@dataclass(frozen=True, repr=False)
class Scaling:
    """A group of dilations x_i -> s^{w_i} x_i, t -> s^{-d} t with s > 0 that takes solutions to solutions.

    For a flow F_i(s^w x) = s^{w_i + d} F_i(x): F is quasi-homogeneous of degree d with the weights w. For a map d = 0.

    Attributes
    ----------
    weights : tuple of int
        w_i, for each state.
    degree : int
        d: times are multiplied by s^{-d}.
    parameters : mapping
        Parameter name -> its exponent; empty where no parameter is scaled.
    description : str
        ``x -> s^2 x, t -> s^3 t``; what is not named stays.
    proof : Proof
        The identities.

    References
    ----------
    A. Goriely: Integrability and Nonintegrability of Dynamical Systems, World Scientific (2001), section 3.1.
    """

    weights: tuple[int, ...]
    degree: int
    parameters: Mapping[str, int]
    description: str
    proof: Proof

    def __repr__(self) -> str:
        return f"Scaling({self.description})"


def scaling_symmetries(system: System, *, parameters: bool = False) -> tuple[Scaling, ...]:
    """Find all scaling symmetries of a system with few states.

    Parameters
    ----------
    system : System
        A flow or a map, in components or of so few states that it can be written out.
    parameters : bool
        Whether parameters may be scaled too: then solutions go to those of the system with other parameters.

    Returns
    -------
    tuple of Scaling
        A basis: all scalings are products of powers of these, with integer exponents that have no common factor. The
        exponents are the nullspace, over the rationals, of the equations that give all monomials of numerator and
        denominator of a component one weight; they are exact for generic values of the parameters. Where functions
        occur that are tied by relations unknown to the field of the equations, a scaling may be missed.

    Examples
    --------
    >>> import dynbench as db
    >>> db.ODE({"x": "v", "v": "-x^3"}).scaling_symmetries()
    (Scaling(x -> s*x, v -> s**2*v, t -> s**(-1)*t),)
    """
    if not as_system(system).algebraic:
        return ()
    components = system.expand()
    scaled = components.parameter_symbols if parameters else ()
    time = sp.Dummy("d")
    unknowns = [*components.states, *scaled, *([time] if components.kind == "flow" else [])]
    constraints = list(_constraints(components, set(unknowns), time))
    found = []
    for row in _nullspace(constraints, unknowns):
        exponents = dict(zip(unknowns, row, strict=True))
        found.append(_record(components, exponents, exponents.pop(time, 0)))
    return tuple(found)


def _constraints(system: System, scaled: set[sp.Symbol], time: sp.Symbol) -> Iterator[Weight]:
    """Linear forms in the weights that must vanish."""
    ring = DifferentialRing(system.states, system.rhs)
    generators: list[Weight] = []
    for g in ring.symbols:
        weight, more = _weight(g, scaled)
        generators.append(weight)
        yield from more
    for state, rate in zip(system.states, system.rhs, strict=True):
        element = ring.element(rate)
        numer, denom = ring.reduce(element.numer), element.denom
        if not numer:
            continue
        (top, *tops), (bottom, *bottoms) = (_weights(p, generators) for p in (numer, denom))
        yield from (_plus(other, top, -1) for other in tops)
        yield from (_plus(other, bottom, -1) for other in bottoms)
        wanted: Weight = {state: sp.S.One, time: sp.S.One} if time in scaled else {state: sp.S.One}
        yield _plus(_plus(top, bottom, -1), wanted, -1)


def _weights(polynomial: PolyElement, generators: list[Weight]) -> list[Weight]:
    """The weight of each monomial."""
    found = []
    for exponents in polynomial.monoms():
        weight: Weight = {}
        for exponent, generator in zip(exponents, generators, strict=True):
            weight = _plus(weight, generator, exponent)
        found.append(weight)
    return found


def _weight(e: sp.Expr, scaled: set[sp.Symbol]) -> tuple[Weight, list[Weight]]:
    """The weight of an expression, and what must vanish for it to have one."""
    if e in scaled:
        return {e: sp.S.One}, []
    if not e.free_symbols & scaled:
        return {}, []
    parts = [_weight(a, scaled) for a in e.args]
    needed = [c for _, more in parts for c in more]
    weights = [w for w, _ in parts]
    if e.is_Add:
        return weights[0], needed + [_plus(w, weights[0], -1) for w in weights[1:]]
    if e.is_Mul:
        total: Weight = {}
        for w in weights:
            total = _plus(total, w, 1)
        return total, needed
    if e.is_Pow and e.exp.is_Rational:
        return _plus({}, weights[0], e.exp), needed
    if isinstance(e, sp.Abs):
        return weights[0], needed
    return {}, needed + weights


def _plus(a: Weight, b: Weight, times: sp.Expr | int) -> Weight:
    total = dict(a)
    for symbol, coefficient in b.items():
        total[symbol] = total.get(symbol, sp.S.Zero) + times * coefficient
    return total


def _nullspace(constraints: list[Weight], unknowns: list[sp.Symbol]) -> list[list[int]]:
    """A basis of the integer exponents, first states first."""
    rows = [[weight.get(u, sp.S.Zero) for u in unknowns] for weight in constraints]
    if not rows:
        basis = sp.eye(len(unknowns))
    else:
        # Columns turned round, so that the free ones are the first states.
        turned = sp.Matrix([row[::-1] for row in rows])
        basis = turned.to_DM(sp.QQ).nullspace().to_Matrix()
        basis = sp.Matrix(basis.rows, basis.cols, lambda i, j: basis[i, basis.cols - 1 - j])
    found = []
    for k in range(basis.rows):
        row = list(basis.row(k))
        scale = math.lcm(*(int(value.q) for value in row))
        integers = [int(value * scale) for value in row]
        common = math.gcd(*integers) or 1
        sign = next((1 if value > 0 else -1 for value in integers if value), 1)
        found.append([sign * value // common for value in integers])
    return sorted(found, reverse=True)


def _record(system: System, exponents: dict[sp.Symbol, int], degree: int) -> Scaling:
    s = _factor(system)
    move = {x: s**w * x for x, w in exponents.items() if w}
    identities = tuple(
        sp.Eq(rate.xreplace(move), s ** (exponents[x] + degree) * rate, evaluate=False)
        for x, rate in zip(system.states, system.rhs, strict=True)
    )
    named = [(x.name, exponents[x]) for x in exponents] + [("t", -degree)]
    words = ", ".join(f"{name} -> {_power(s.name, w)}*{name}" for name, w in named if w)
    weights = tuple(exponents[x] for x in system.states)
    scaled = {p.name: exponents[p] for p in system.parameter_symbols if exponents.get(p)}
    where = f"for all {s} > 0: the monomials of numerator and denominator of a component have one weight each"
    conclusion = "So solutions go to solutions" + (" of the system with the parameters scaled." if scaled else ".")
    return Scaling(weights, degree, scaled, words, Proof(identities, where, conclusion))


def _factor(system: System) -> sp.Symbol:
    """The factor s, under a name that the system has not."""
    taken = {symbol.name for symbol in (*system.states, *system.parameter_symbols)}
    name = "s"
    while name in taken:
        name += "_"
    return sp.Symbol(name, positive=True)


def _power(name: str, exponent: int) -> str:
    if exponent == 1:
        return name
    return f"{name}**{exponent}" if exponent > 0 else f"{name}**({exponent})"
