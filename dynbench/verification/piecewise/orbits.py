"""Cycles of piecewise-linear maps in rational numbers: that they close, and what their multipliers are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import sympy as sp
from flint import acb, arb, fmpq, fmpq_mat

from dynbench.errors import InputError
from dynbench.verification.document import Field
from dynbench.verification.piecewise.rows import Rectified
from dynbench.verification.spectra import Eigenvalues, exact_eigenvalues

__all__ = ["Orbit", "State", "character_of", "fixed_state", "multipliers_of", "orbit_from", "rational_of"]

State = tuple[fmpq, ...]

#: A rational number, with no more digits than Python reads at once.
_RATIONAL = re.compile(r"-?[0-9]{1,4000}(/[1-9][0-9]{0,3999})?")
#: Of larger matrices an eigenvalue on the unit circle is not told from one near it.
_MOST_EXACT = 6
#: Moduli are shown to differ where they do by more than this, relative to the larger: a report is written in doubles.
_TIED = 1e-9


class Orbit(NamedTuple):
    """A periodic orbit with the patterns of its states, and the product of their matrices.

    Attributes
    ----------
    states : tuple of tuples of fmpq
    patterns : tuple of tuples of bool
        Which margins are positive.
    on_border : bool
        Whether some margin vanishes.
    derivative : fmpq_mat
        The product of the matrices of the patterns: the derivative of F^k at the first state, off borders.
    """

    states: tuple[State, ...]
    patterns: tuple[tuple[bool, ...], ...]
    on_border: bool
    derivative: fmpq_mat


def rational_of(field: Field) -> fmpq:
    """A rational number written as ``p`` or ``p/q``.

    Raises
    ------
    InputError
        If it is none.
    """
    text = field.text()
    if not _RATIONAL.fullmatch(text):
        raise InputError(f"{field.path} is {text!r:.60}; expected a rational number, p or p/q.")
    numerator, _, denominator = text.partition("/")
    return fmpq(int(numerator), int(denominator or "1"))


def orbit_from(system: Rectified, start: State, period: int) -> Orbit | str:
    """The cycle of primitive period `period` through a state; why there is none, as a text."""
    states: list[State] = [start]
    patterns: list[tuple[bool, ...]] = []
    on_border = False
    derivative = fmpq_mat([[fmpq(int(i == j)) for j in range(len(start))] for i in range(len(start))])
    while True:
        margins = system.margins(states[-1])
        patterns.append(tuple(bool(m > 0) for m in margins))
        on_border = on_border or any(m == 0 for m in margins)
        derivative = system.piece(patterns[-1]).J * derivative
        image = tuple(system.image(states[-1]))
        if image == start:
            break
        if len(states) == period:
            return f"the orbit does not close after {period} steps"
        states.append(image)
    if len(states) != period:
        return f"its smallest period is {len(states)}"
    return Orbit(tuple(states), tuple(patterns), on_border, derivative)


def multipliers_of(matrix: fmpq_mat) -> Eigenvalues:
    """Enclosures of the eigenvalues of a rational matrix; those on the circle exactly where it is small."""
    polynomial = matrix.charpoly()
    roots: Any = (polynomial * polynomial.denom()).numer().complex_roots()
    found = Eigenvalues(tuple(acb(root) for root, times in roots for _ in range(times)), True, 0)
    if found.stability() is not None or matrix.nrows() > _MOST_EXACT:
        return found
    entries = [[sp.Rational(int(e.p), int(e.q)) for e in row] for row in matrix.tolist()]
    exact = exact_eigenvalues(sp.Matrix(entries), is_map=True)
    assert exact is not None, "the entries are rational"
    return exact


def character_of(found: Eigenvalues) -> str:
    """What the multipliers make of a hyperbolic cycle: node, focus, saddle or saddle-focus, flip before it or not.

    A flip has a real negative multiplier among the leading ones, a focus has a pair. Leading are of a saddle the
    unstable ones, of others all that are not shown smaller in modulus than the largest: at a tie any of them will do.
    """
    values = found.enclosures
    unstable = [e for e in values if abs(e) > 1]
    saddle = 0 < len(unstable) < len(values)
    focus = any(not e.imag.contains(0) for e in values)
    least = max((abs(e).lower() for e in values), default=arb(0)) * (1 - arb(_TIED))
    leading = unstable if saddle else [e for e in values if not abs(e) < least]
    flip = any(e.real < 0 and e.imag.contains(0) for e in leading)
    shape = ("saddle-focus" if focus else "saddle") if saddle else "focus" if focus else "node"
    return f"flip {shape}" if flip else shape


def fixed_state(function: Rectified, word: Sequence[Sequence[bool]]) -> State | None:
    """The state that the affine functions of a word map to itself; None where there is not exactly one."""
    n = function.dimension
    identity = fmpq_mat([[fmpq(int(i == j)) for j in range(n)] for i in range(n)])
    J, c = identity, fmpq_mat(n, 1)
    for pattern in word:
        piece = function.piece(pattern)
        J, c = piece.J * J, piece.J * c + piece.c
    matrix = identity - J
    return None if matrix.det() == 0 else tuple(matrix.solve(c).entries())
