"""The claims about symmetries: signed permutations, those that reverse time, scalings, and orbits of fixed points."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

import sympy as sp
from sympy.combinatorics import Permutation, PermutationGroup

from dynbench.symbolic.parsing import parse_expression
from dynbench.verification.claims import PointClaim
from dynbench.verification.declaration import Declared
from dynbench.verification.document import Field
from dynbench.verification.identities import vanish
from dynbench.verification.ledger import Ledger
from dynbench.verification.records import Outcome

__all__ = ["Signed", "check_group", "check_orbits", "check_symmetries", "description_of"]

#: States whose images a description writes out one by one.
_WRITTEN_OUT = 30
#: Elements up to which a group is multiplied out again.
_MOST_ELEMENTS = 4096
_MOST_WEIGHT = 1000
#: A number of elements, with no more digits than Python reads at once.
_COUNT = re.compile("[0-9]{1,4000}")

Signed = tuple[int, ...]


def check_symmetries(system: Declared, report: Field, ledger: Ledger) -> list[Signed]:
    """Check F(S x) = S F(x) for each symmetry, F(S x) = -S F(x) for each reversing one, and each scaling.

    Returns
    -------
    list of tuple of int
        The images of the generators, as far as they were proved again.
    """
    n = system.dimension

    def proved(images: Signed, sign: int) -> tuple[Outcome, str]:
        moved = dict(zip(system.states, _applied(images, system.states), strict=True))
        image = [sign * f for f in _applied(images, system.rhs)]
        return vanish([f.xreplace(moved) - g for f, g in zip(system.rhs, image, strict=True)])

    generators = check_group(report, system.names, system.is_map, proved, ledger)
    for field in _entries(report.get("scalings")):
        _check_scaling(system, field, n, ledger)
    return generators


def check_group(
    report: Field,
    names: Sequence[str],
    is_map: bool,
    proved: Callable[[Signed, int], tuple[Outcome, str]],
    ledger: Ledger,
) -> list[Signed]:
    """Check each symmetry and each reversing symmetry, and the group that the symmetries make.

    Parameters
    ----------
    report : Field
        The report.
    names : sequence of str
        The names of the states.
    is_map : bool
        Whether the system is a map.
    proved : callable
        Images of a signed permutation S and a sign -> whether F(S x) = sign * S F(x).
    ledger : Ledger
        Takes the outcome.

    Returns
    -------
    list of tuple of int
        The images of the generators, as far as they were proved again.
    """
    found = [_check(field, names, 1, proved, ledger) for field in report["symmetries"].items()]
    reversing = report.get("reversing_symmetries")
    for field in [] if reversing is None else reversing["found"].items():
        _check(field, names, -1, proved, ledger)
        ledger.require("only of flows are reversing symmetries stated", not is_map, "this is a map")
    group = report.get("symmetry_group")
    if reversing is not None and group is not None and not reversing["order"].null:
        # They are one coset of the symmetries, or none at all.
        order = group if reversing["found"].items() else None
        count = "0" if order is None else "an unknown number" if order["order"].null else order["order"].text()
        claim = f"there are {reversing['order'].text():.20} reversing symmetries"
        ledger.require(claim, reversing["order"].text() == count, f"those listed make {count:.20}")
    if group is None:
        return [images for images in found if images is not None]
    return _check_order(group, found, len(names), ledger)


def _entries(field: Field | None) -> list[Field]:
    return [] if field is None else field.items()


def _applied(images: Signed, column: Sequence[sp.Expr]) -> list[sp.Expr]:
    """S applied to a column of expressions."""
    return [column[i - 1] if i > 0 else -column[-i - 1] for i in images]


def _check(
    field: Field,
    names: Sequence[str],
    sign: int,
    proved: Callable[[Signed, int], tuple[Outcome, str]],
    ledger: Ledger,
) -> Signed | None:
    """The images (from 1, signed) of a symmetry that was proved again."""
    n = len(names)
    field["proof"].text()
    description = field["description"].text()
    claim = f"{'symmetry' if sign > 0 else 'reversing symmetry'} {description:.80}"
    rows = field.get("matrix")
    given = field.get("images") if "images" in field.keys() else None  # noqa: SIM118  # older reports have the matrix
    written = None if rows is None else _images([row.texts(n) for row in rows.items(n)])
    images = written if given is None else given.integers(n)
    if images is None or sorted(map(abs, images)) != list(range(1, n + 1)):
        ledger.add(claim, Outcome.FAILS, "the matrix is no signed permutation")
        return None
    if rows is not None and written != images:
        ledger.add(claim, Outcome.FAILS, "matrix and images are different ones")
        return None
    if not ledger.add(claim, *proved(images, sign)):
        return None
    own = description_of(names, images)
    stated = ledger.require(f"{claim}: S as stated", own == description, f"the matrix takes it {own:.80}")
    if sign > 0:
        identity = images == tuple(range(1, n + 1))
        ledger.require(f"{claim}: S is not the identity", not identity, "it is, of which nothing follows")
    return images if stated else None


def _images(rows: Sequence[Sequence[str]]) -> Signed | None:
    """For each row the column of its entry, from 1 and signed; None where a row has not one entry, 1 or -1."""
    found = []
    for row in rows:
        entries = [(j, e) for j, e in enumerate(row) if e != "0"]
        if len(entries) != 1 or entries[0][1] not in ("1", "-1"):
            return None
        found.append(int(entries[0][1]) * (entries[0][0] + 1))
    return tuple(found)


def description_of(names: Sequence[str], images: Signed) -> str:
    """``(x, y) -> (-x, -y)``; of many states only those that move."""
    n = len(names)
    words = [f"{'-' if i < 0 else ''}{names[abs(i) - 1]}" for i in images]
    if n <= _WRITTEN_OUT:
        return f"({', '.join(names)}) -> ({', '.join(words)})"
    if all(i == -(k + 1) for k, i in enumerate(images)):
        return "x -> -x"
    moved = [f"{names[k]} -> {words[k]}" for k, i in enumerate(images) if i != k + 1]
    more = f" and {len(moved) - _WRITTEN_OUT} more" if len(moved) > _WRITTEN_OUT else ""
    return f"{', '.join(moved[:_WRITTEN_OUT])}{more}; other states stay"


def _check_order(group: Field, found: Sequence[Signed | None], n: int, ledger: Ledger) -> list[Signed]:
    """Check that the generators are among the symmetries, and generate as many elements as stated."""
    group["scope"].text()
    places = [entry.integer() for entry in group["generators"].items()]
    listed = all(0 <= k < len(found) for k in places)
    ledger.require("the generators of the group of symmetries are listed", listed, "they are not")
    generators = [images for k in places if listed and (images := found[k]) is not None]
    if group["order"].null:
        return generators
    stated = group["order"].text()
    claim = f"the symmetries listed generate a group of {stated:.40} elements"
    if not listed or len(generators) < len(places):
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "a generator was not proved again")
        return generators
    count = _order(generators, n)
    if count is None:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "there are too many to be counted here")
    else:
        ledger.require(claim, str(count) == stated, f"it has {count}")
    return generators


def _order(generators: Sequence[Signed], n: int) -> int | None:
    """The order of the group, by a chain of stabilisers (Schreier and Sims), as permutations of 2n points."""
    if not generators:
        return 1
    if n > _WRITTEN_OUT:
        return _counted(generators, n)
    points = [
        Permutation([abs(i) - 1 + (n if i < 0 else 0) for i in g] + [abs(i) - 1 + (0 if i < 0 else n) for i in g])
        for g in generators
    ]
    return int(PermutationGroup(points).order())


def _counted(generators: Sequence[Signed], n: int) -> int | None:
    """The order by multiplying out; None where there are too many elements."""
    identity = tuple(range(1, n + 1))
    found, new = {identity}, [identity]
    while new:
        products = {tuple((1 if i > 0 else -1) * s[abs(i) - 1] for i in g) for s in new for g in generators} - found
        found |= products
        new = list(products)
        if len(found) > _MOST_ELEMENTS:
            return None
    return len(found)


def _check_scaling(system: Declared, field: Field, n: int, ledger: Ledger) -> None:
    """Check F_i(s^w x) = s^(w_i + d) F_i(x) for all s > 0; s is a power of another number, so that no root is left."""
    weights, degree = field["weights"].integers(n), field["degree"].integer()
    field["proof"].text()
    claim = f"scaling {field['description'].text():.80}"
    if max(map(abs, (*weights, degree)), default=0) > _MOST_WEIGHT:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "its exponents are too large")
        return
    s = sp.Symbol("scaling_factor", positive=True)
    move = {x: s**w * x for x, w in zip(system.states, weights, strict=True)}
    rates = zip(system.rhs, weights, strict=True)
    differences = [_freed(rate.xreplace(move), s) - s ** (w + degree) * rate for rate, w in rates]
    ledger.add(claim, *vanish(differences))
    ledger.require(
        f"{claim}: so it is written", _is_written(field, system, weights, degree), "its exponents are others"
    )
    ledger.require(f"{claim}: it is not the identity", any(weights) or degree != 0, "nothing is scaled")
    ledger.require(f"{claim}: a map has no time to scale", degree == 0 or not system.is_map, "it is a map")


def _is_written(field: Field, system: Declared, weights: Sequence[int], degree: int) -> bool:
    """Whether the description has these exponents: ``x -> s**2*x, y -> s*y, t -> s**(-1)*t``."""
    wanted = [(name, w) for name, w in zip(system.names, weights, strict=True) if w]
    found: list[tuple[str, int]] = []
    for part in field["description"].text().split(", "):
        match = re.fullmatch(r"(.+) -> \w+(?:\*\*\(?(-?\d+)\)?)?\*\1", part)
        if match is None:
            return False
        found.append((match[1], int(match[2] or 1)))
    # A state may have the name of time, which comes last.
    return found == [*wanted, *([("t", -degree)] if degree else [])]


def _freed(e: sp.Expr, s: sp.Symbol) -> sp.Expr:
    """The expression with powers of the positive s taken out of the bases of powers, and out of moduli."""
    return e.replace(
        lambda p: p.is_Pow and p.base.is_Add and p.has(s),
        lambda p: sp.expand_power_base(sp.factor_terms(sp.factor(p.base)) ** p.exp),
    ).replace(
        lambda p: isinstance(p, sp.Abs) and p.has(s),
        lambda p: sp.Abs(sp.factor_terms(sp.factor(p.args[0]))),
    )


def check_orbits(report: Field, generators: Sequence[Signed], points: Sequence[PointClaim], ledger: Ledger) -> None:
    """Check that orbits of points are images of each other under the symmetries, and complete where that is stated.

    Parameters
    ----------
    report : Field
        The report.
    generators : sequence
        The images of symmetries that were proved again.
    points : sequence
        The claims about points; what they say of radii is checked elsewhere.
    ledger : Ledger
        Takes the outcome.
    """
    orbits = _entries(report.get("symmetry_orbits"))
    if not orbits:
        return
    listed = sorted(k.integer() for orbit in orbits for k in orbit["points"].items())
    if not ledger.require(
        "each fixed point is in one orbit under the symmetries", listed == list(range(len(points))), "they are not"
    ):
        return
    images = {
        (k, i): next((j for j, other in enumerate(points) if _is_image(g, point, other)), None)
        for k, g in enumerate(generators)
        for i, point in enumerate(points)
    }
    for orbit in orbits:
        _check_orbit(orbit, images, len(generators), report.get("symmetry_group"), ledger)


def _check_orbit(
    orbit: Field, images: dict[tuple[int, int], int | None], generators: int, group: Field | None, ledger: Ledger
) -> None:
    members = [k.integer() for k in orbit["points"].items()]
    reached, new = {members[0]}, [members[0]]
    while new:
        i = new.pop()
        near = {images[k, i] for k in range(generators)}
        near |= {j for j in members for k in range(generators) if images[k, j] == i}
        fresh = {j for j in near if j is not None} - reached
        reached |= fresh
        new += fresh
    claim = f"points {', '.join(map(str, members)):.60} are one orbit under the symmetries"
    ledger.require(claim, reached == set(members), "they are not")
    complete = all(images[k, i] in reached for k in range(generators) for i in members)
    ledger.require(f"{claim}: all images are among them, or not, as stated", complete == orbit["complete"].flag())
    isotropy = orbit["isotropy_order"]
    if not isotropy.null:
        order = "" if group is None or group["order"].null else group["order"].text()
        shown = isotropy.text()
        fits = all(_COUNT.fullmatch(n) for n in (order, shown)) and int(order) == int(shown) * len(members)
        ledger.require(f"{claim}: each is kept by {isotropy.text():.40} symmetries", complete and fits, "it is not")


def _is_image(g: Signed, point: PointClaim, other: PointClaim) -> bool:
    """Whether the fixed point that g makes of one is where another is stated to be the only one."""
    if point.exact is not None and other.exact is not None:
        numbers = [[parse_expression(text, {}) for text in p.exact or ()] for p in (point, other)]
        if _applied(g, numbers[0]) == numbers[1]:
            return True
    here, there = point.certificate, other.certificate
    if here is None or there is None or here.radius is None or there.uniqueness_radius is None:
        return False
    moved = (here.center[i - 1] if i > 0 else -here.center[-i - 1] for i in g)
    gap = max(abs(Fraction(a) - Fraction(b)) for a, b in zip(moved, there.center, strict=True))
    return gap + Fraction(here.radius) < Fraction(there.uniqueness_radius)
