"""The claims about continua: that the stated equations hold fixed points only, their dimension, and a real point.

Every point at which the equations p hold is a fixed point if some power of each numerator of G lies in the ideal of p
(Rabinowitsch: 1 lies in the ideal of p and 1 - t g). The dimension is read off the leading monomials of a Groebner
basis. Real points are exhibited on slices, where as many states as the dimension have rational values: the slice has
a real point, and no multiple one, so near it the set is a smooth real one of that dimension. Of piecewise-linear
systems see `dynbench.verification.piecewise.continua`.

References
----------
D. Cox, J. Little, D. O'Shea, Ideals, Varieties, and Algorithms, 4th edition, Springer 2015, sections 4.2 and 9.3.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Sequence

import sympy as sp
from flint import fmpq
from sympy.polys.orderings import grevlex

from dynbench.errors import ModelError
from dynbench.verification.algebra import count_solutions, polynomials_of
from dynbench.verification.declaration import Declared
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.piecewise.continua import Affine, all_fixed, polyhedron
from dynbench.verification.piecewise.reading import read_rectified
from dynbench.verification.piecewise.rows import Rectified, Row
from dynbench.verification.records import Outcome

__all__ = ["check_continua"]

_MOST_STATES, _MOST_BEZOUT = 6, 1000
_SLICES = 4


def check_continua(system: Declared, continua: Field, ledger: Ledger) -> None:
    """Check each continuum of fixed points that is listed."""
    for k, field in enumerate(continua.items()):
        texts, dimension = field["equations"].texts(), field["dimension"].integer()
        real = field["proved_real"].flag()
        name = f"continuum {k}"
        keys = field.keys()  # reports written before there were inequalities lack theirs
        beyond = field["inequalities"].texts() if "inequalities" in keys else []
        where = ", ".join([*(f"{t} = 0" for t in texts), *(f"{t} >= 0" for t in beyond)])
        claim = f"{name}: every state with {where:.80} is a fixed point"
        try:
            equations, inequalities = (
                [sp.expand(system.read(text).subs(system.values)) for text in some] for some in (texts, beyond)
            )
        except ModelError as error:
            ledger.add(claim, Outcome.FAILS, str(error))
            continue
        polynomials = polynomials_of(system)
        function = read_rectified(system) if inequalities or isinstance(polynomials, str) else None
        if function is not None:
            function = _displacement(function) if system.is_map else function
            _check_polyhedron(function, system, equations, inequalities, (name, claim, dimension), ledger)
            continue
        if inequalities:
            ledger.add(claim, Outcome.NOT_ESTABLISHED, "the equations are not read as piecewise-linear ones")
            continue
        if isinstance(polynomials, str) or not _tractable(equations, polynomials[0], system.states):
            why = polynomials if isinstance(polynomials, str) else "the equations are not of low degree"
            ledger.add(claim, Outcome.NOT_ESTABLISHED, why)
            continue
        tops, denominator = polynomials
        bad = [g for g in tops if not _in_radical(g, equations, system.states)]
        ledger.require(claim, not bad, f"not all of {bad[0]!s:.60} vanishes there" if bad else "")
        found = _dimension(equations, system.states)
        _require_dimension(name, dimension, found, ledger)
        if real:
            shown = found == dimension and _has_real_points(equations, denominator, dimension, system.states)
            ledger.prove(f"{name}: it has real points", shown, "none was exhibited")


def _require_dimension(name: str, stated: int, found: int, ledger: Ledger) -> None:
    why = f"it is {found}" if found != stated else "a continuum has at least one"
    ledger.require(f"{name}: of dimension {stated}", found == stated >= 1, why)


def _check_polyhedron(
    function: Rectified,
    system: Declared,
    equations: Sequence[sp.Expr],
    inequalities: Sequence[sp.Expr],
    stated: tuple[str, str, int],
    ledger: Ledger,
) -> None:
    """Check a continuum of a piecewise-linear system, `stated` by its name, its claim and its dimension."""
    name, claim, dimension = stated
    rows, bounds = ([_affine(e, system.states) for e in some] for some in (equations, inequalities))
    known = [row for row in (*rows, *bounds) if row is not None]
    if len(known) < len(rows) + len(bounds):
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "the conditions are not linear with rational coefficients")
        return
    where = polyhedron(len(system.states), known[: len(rows)], known[len(rows) :])
    if isinstance(where, str):
        ledger.add(f"{name}: of dimension {dimension}, and fixed points only", Outcome.NOT_ESTABLISHED, where)
        return
    ledger.add(claim, *all_fixed(function, where))
    found = len(where.kernel)
    _require_dimension(name, dimension, found, ledger)


def _affine(e: sp.Expr, states: Sequence[sp.Symbol]) -> Affine | None:
    if not e.is_polynomial(*states):
        return None
    p = sp.Poly(e, *states)
    if p.total_degree() > 1 or not all(c.is_Rational for c in p.coeffs()):
        return None
    *slopes, constant = (p.coeff_monomial(x) for x in (*states, 1))
    return tuple(fmpq(int(c.p), int(c.q)) for c in slopes), fmpq(int(constant.p), int(constant.q))


def _displacement(function: Rectified) -> Rectified:
    """F(x) - x, whose zeros are the fixed points of F."""
    rows = tuple(row - Row({i: fmpq(1)}) for i, row in enumerate(function.rows))
    return Rectified(function.dimension, function.arguments, rows)


def _tractable(equations: Sequence[sp.Expr], tops: Sequence[sp.Expr], states: Sequence[sp.Symbol]) -> bool:
    if len(states) > _MOST_STATES or not all(e.is_polynomial(*states) for e in equations):
        return False
    stated, own = ([sp.Poly(e, *states) for e in some] for some in (equations, tops))
    degrees = math.prod(max(1, p.total_degree()) for p in stated)
    highest = max(max(1, p.total_degree()) for p in own)
    return degrees * highest <= _MOST_BEZOUT and all(c.is_Rational for p in stated for c in p.coeffs())


def _in_radical(g: sp.Expr, equations: Sequence[sp.Expr], states: Sequence[sp.Symbol]) -> bool:
    if g == 0:
        return True
    t = sp.Dummy("t", real=True)
    return bool(sp.groebner([*equations, 1 - t * g], *states, t, order="grevlex", domain="QQ").exprs == [1])


def _dimension(equations: Sequence[sp.Expr], states: Sequence[sp.Symbol]) -> int:
    """The largest number of states of which no leading monomial is made; -1 where there is no complex point."""
    n = len(states)
    nonzero = [e for e in equations if e != 0]
    if not nonzero:
        return n
    basis = sp.groebner(nonzero, *states, order="grevlex", domain="QQ")
    if basis.exprs == [1]:
        return -1
    supports = [{i for i, e in enumerate(max(p.monoms(), key=grevlex)) if e} for p in basis.polys]
    return max(k for k in range(n + 1) for free in itertools.combinations(range(n), k) if _is_free(set(free), supports))


def _is_free(free: set[int], supports: Sequence[set[int]]) -> bool:
    return not any(support <= free for support in supports)


def _has_real_points(
    equations: Sequence[sp.Expr], denominator: sp.Expr, dimension: int, states: Sequence[sp.Symbol]
) -> bool:
    if dimension == len(states):
        return True
    for cut, rest in _slices(dimension, states):
        sliced = [e for e in (sp.expand(p.subs(cut)) for p in equations) if e != 0]
        if any(e.is_number for e in sliced) or len(sliced) < len(rest):
            continue
        count = count_solutions(sliced, rest, sp.expand(denominator.subs(cut)))
        if not isinstance(count, str) and count.real > 0 and count.simple:
            return True
    return False


def _slices(
    dimension: int, states: Sequence[sp.Symbol]
) -> Iterator[tuple[dict[sp.Symbol, sp.Rational], list[sp.Symbol]]]:
    stream = random.Random(20240503)
    for fixed in itertools.combinations(states, dimension):
        for scale in [1, 10, 1, 10][:_SLICES]:
            cut = {s: sp.Rational(stream.randint(-997 * scale, 997 * scale), 991) for s in fixed}
            yield cut, [s for s in states if s not in cut]
