"""Fixed points that were proved in exact arithmetic, as on borders of regions: existence, uniqueness, index.

In a box every unit whose argument keeps one sign is on or off; each choice for the others has one affine function. The
fixed points in the box are the solutions of these that lie in the closed region of their choice.

The index of an isolated fixed point z, the degree of x - F(x) around it, is counted at a value: near z the function is
linear along rays, so any v that is not the image of a border is taken once in each cone of a region that has d with
(I - J) d = v, with the sign of det(I - J). Several v must give the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from flint import arb, fmpq, fmpq_mat

from dynbench.verification.claims import CertificateClaim
from dynbench.verification.declaration import Declared
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.system import MatrixSystem
from dynbench.verification.piecewise.orbits import State
from dynbench.verification.piecewise.reading import read_rectified, with_identity
from dynbench.verification.piecewise.rows import Rectified
from dynbench.verification.piecewise.words import solutions
from dynbench.verification.points import Proved
from dynbench.verification.records import Outcome
from dynbench.verification.zeros import Root

__all__ = ["check_exactly"]

#: So many regions of a box are gone through, and for so many steps of elimination in all.
_MOST, _STEPS = 4096, 20_000_000
#: The values v at which indices are counted have these numbers as entries, by turns; the counts at two must agree.
_PRIMES = (7919, -6101, 4177, -9973, 2029, 3607, -5119, 8521, -1873, 7103, 947)
_COUNTS, _TRIES = 2, 6
_ZERO = fmpq(0)


def check_exactly(system: Declared | MatrixSystem, c: CertificateClaim, name: str, ledger: Ledger) -> Proved | None:
    """Check existence, uniqueness and index of a point of a piecewise-linear system in exact arithmetic.

    None, with nothing added to the ledger, where that cannot be done: the equations are not read as piecewise linear,
    the box holds no fixed point, or too many regions or a continuum of them.
    """
    function = read_rectified(system)
    if function is None or c.radius is None or c.uniqueness_radius is None:
        return None
    function = function if system.is_map else with_identity(function)
    center = tuple(fmpq(*x.as_integer_ratio()) for x in c.center)
    reach = fmpq(*c.uniqueness_radius.as_integer_ratio())
    states = _fixed_in_box(function, center, reach)
    state = None if states is None else min(states, key=lambda s: _distance(s, center), default=None)
    if states is None or state is None:
        return None
    if any(part is not None for part in (c.inverse, c.contraction, c.proof_radius)):
        ledger.require(f"{name}: a proof in exact arithmetic states no inequality", False, "it does")
    radius = fmpq(*c.radius.as_integer_ratio())
    near = ledger.require(
        f"{name}: a fixed point within {c.radius:.3g} of its centre", _distance(state, center) <= radius, "none is"
    )
    unique = ledger.require(
        f"{name}: exactly one fixed point within {c.uniqueness_radius:.3g} of its centre",
        len(states) == 1,
        f"there are {len(states)}",
    )
    index = _index(function, state)
    if c.index is not None:
        claim = f"{name}: index {c.index:+d}"
        if index is None:
            ledger.add(claim, Outcome.NOT_ESTABLISHED, "it could not be counted")
        else:
            ledger.require(claim, c.index == index, f"the degree around it is {index:+d}")
    return Proved(_root(state, index), unique) if near else Proved(None)


def _fixed_in_box(function: Rectified, center: State, reach: fmpq) -> set[State] | None:
    """All fixed points within `reach` of a state; None where they are too many regions' or not isolated."""
    found: set[State] = set()
    for pattern in _patterns(function, center, reach) or ():
        solved = solutions(function, pattern)
        if solved is None:
            return None
        found |= {state for state in solved if _distance(state, center) <= reach}
    return found or None


def _patterns(function: Rectified, center: State, reach: fmpq) -> Iterator[tuple[bool, ...]] | None:
    """The patterns of the states within `reach` of one; None where there are too many to go through."""
    sides = [(x - reach, x + reach) for x in center]
    choices: list[tuple[bool, ...]] = []
    for argument in function.arguments:
        low = high = argument.constant
        for i, c in argument.terms.items():
            ends = sides[i][0] * c, sides[i][1] * c
            low, high = low + min(ends), high + max(ends)
        choices.append((True,) if low >= 0 else (False,) if high <= 0 else (False, True))
        sides.append((max(low, _ZERO), max(high, _ZERO)))
    count = 2 ** sum(len(choice) > 1 for choice in choices)
    size = max(function.dimension, len(function.arguments), 8)
    return None if count > _MOST or count * size**3 > _STEPS else itertools.product(*choices)


def _index(function: Rectified, state: State) -> int | None:
    """The degree of x - F(x) around an isolated fixed point; None where values do not tell it, or too many regions."""
    margins = function.margins(state)
    meeting = [i for i, m in enumerate(margins) if m == 0]
    size = max(function.dimension, len(function.arguments), 8)
    if 2 ** len(meeting) > _MOST or 2 ** len(meeting) * size**3 > _STEPS:
        return None
    base = [bool(m > 0) for m in margins]
    cones = []
    for signs in itertools.product((False, True), repeat=len(meeting)):
        pattern = list(base)
        for i, sign in zip(meeting, signs, strict=True):
            pattern[i] = sign
        piece = function.piece(pattern)
        n = function.dimension
        M = fmpq_mat([[fmpq(int(i == j)) for j in range(n)] for i in range(n)]) - piece.J
        cones.append((M, M.det(), [(piece.G[i], pattern[i]) for i in meeting]))
    counts: list[int] = []
    for turn in range(_TRIES):
        value = [fmpq(_PRIMES[(turn + 3 * i) % len(_PRIMES)] + 17 * turn * i) for i in range(function.dimension)]
        count = _counted(cones, fmpq_mat(function.dimension, 1, value))
        if count is not None:
            counts.append(count)
        if len(counts) == _COUNTS:
            break
    return counts[0] if len(counts) == _COUNTS and len(set(counts)) == 1 else None


def _counted(
    cones: Sequence[tuple[fmpq_mat, fmpq, list[tuple[tuple[fmpq, ...], bool]]]], value: fmpq_mat
) -> int | None:
    """The signs of the cones in which a value is taken, added up; None where a border or a singular piece takes it."""
    total = 0
    for M, determinant, rows in cones:
        if determinant == 0:
            joined = fmpq_mat([[*row, value[i, 0]] for i, row in enumerate(M.tolist())])
            if joined.rref()[1] == M.rref()[1]:
                return None
            continue
        d = M.solve(value).entries()
        sides = [(sum((a * x for a, x in zip(row, d, strict=True)), _ZERO), any(row), active) for row, active in rows]
        # A unit whose argument is zero on all of a cone counts as inactive there.
        if any((m > 0) is not active for m, moves, active in sides if m != 0 or not moves):
            continue
        if any(m == 0 and moves for m, moves, _ in sides):
            return None
        total += 1 if determinant > 0 else -1
    return total


def _root(state: State, index: int | None) -> Root:
    balls = [arb(e) for e in state]
    return Root(tuple(b.mid() for b in balls), max((b.rad() for b in balls), default=arb(0)).upper(), index)


def _distance(state: State, center: State) -> fmpq:
    return max((abs(a - b) for a, b in zip(state, center, strict=True)), default=_ZERO)
