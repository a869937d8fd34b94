"""The claims about one point: existence, uniqueness, index, eigenvalues, stability, kind, exact coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sympy as sp
from flint import arb, ctx

from dynbench.errors import ModelError
from dynbench.verification.claims import CertificateClaim, PointClaim
from dynbench.verification.declaration import Declared
from dynbench.verification.enclosure import Enclosure
from dynbench.verification.evaluation import Evaluator
from dynbench.verification.identities import vanish
from dynbench.verification.ledger import Ledger
from dynbench.verification.records import Outcome
from dynbench.verification.regions import Found, search
from dynbench.verification.zeros import Root, box_around, contraction_with, find_root

__all__ = [
    "REGION_BITS",
    "Proved",
    "check_converged",
    "check_exact",
    "check_existence",
    "check_residual",
    "check_slow_point",
    "locate",
    "stated_proof",
]

_BUDGET = 20_000
#: Bits in which regions are cut up: more than doubles have, and no more than that takes.
REGION_BITS = 96
#: Doubles evaluate G with a relative error that is far below this.
_ROUNDING = 2.0**-36
#: A point that has converged has a residual below this, relative to its size and to the slopes of G, and a zero nearby.
_CONVERGED, _NEAR = 1e-8, 1e-6
_SMALL_BUDGET = 200


class Proved(NamedTuple):
    """What was proved again about a point.

    Attributes
    ----------
    root : Root or None
        The fixed point, enclosed at the working precision.
    unique : bool
        Whether the stated uniqueness radius holds.
    exact : tuple of sympy numbers, or None
        Exact coordinates, if they are proved.
    """

    root: Root | None
    unique: bool = False
    exact: tuple[sp.Expr, ...] | None = None


def locate(system: Declared, point: PointClaim) -> Root | None:
    """The fixed point to which Newton's method goes from the stated state."""
    return find_root(system, point.x)


def stated_proof(point: PointClaim, name: str, ledger: Ledger) -> CertificateClaim | None:
    """The certificate of a certified point; None, and a claim that fails, where it states no fixed point."""
    c = point.certificate
    if c is None or c.verdict != "fixed point" or c.radius is None:
        ledger.require(f"{name} is certified", False, "its certificate states no fixed point and no radius")
        return None
    ledger.require(f"{name}: its state is the centre of its certificate", point.x == c.center, "they differ")
    return c


def check_existence(
    system: Declared, c: CertificateClaim, name: str, root: Root | None, others: Sequence[Root], ledger: Ledger
) -> Proved:
    """Check that exactly one fixed point lies where the certificate says, and its index."""
    exists = _check_radius(system, c, name, root, ledger)
    unique = _check_uniqueness(system, c, name, root if exists else None, others, ledger)
    if root is None or not exists:
        return Proved(None)
    if c.index is not None:
        sign = "not known" if root.sign is None else f"{root.sign:+d}"
        ledger.require(f"{name}: index {c.index:+d}", c.index == root.sign, f"the sign of det(-G') is {sign}")
    _check_inequality(system, c, name, root, ledger)
    return Proved(root, unique)


def _check_radius(system: Declared, c: CertificateClaim, name: str, root: Root | None, ledger: Ledger) -> bool:
    assert c.radius is not None, "called for certificates with a radius"
    claim = f"{name}: a fixed point within {c.radius:.3g} of its centre"
    if root is None:
        return ledger.add(claim, *_absent(system, c))
    distance = root.distance(c.center)
    if distance.hi <= arb(c.radius):
        return ledger.add(claim, Outcome.HOLDS)
    if distance.lo > arb(c.radius):
        gap = f"the one that Newton's method finds is {float(distance.lo):.3g} away"
        with ctx.workprec(REGION_BITS):
            none = search(system, box_around(c.center, c.radius), [root], budget=_BUDGET) is Found.NOTHING_ELSE
        return ledger.add(claim, Outcome.FAILS if none else Outcome.NOT_ESTABLISHED, gap)
    if c.radius == 0 and _is_exact_zero(system, c.center):
        return ledger.add(claim, Outcome.HOLDS, "exact arithmetic")
    return ledger.add(claim, Outcome.NOT_ESTABLISHED, "the precision does not suffice")


def _absent(system: Declared, c: CertificateClaim) -> tuple[Outcome, str]:
    with ctx.workprec(REGION_BITS):
        if search(system, box_around(c.center, c.radius or 0.0), [], budget=200) is Found.NOTHING_ELSE:
            return Outcome.FAILS, "none lies there"
    return Outcome.NOT_ESTABLISHED, "Newton's method finds none"


def _is_exact_zero(system: Declared, x: Sequence[float]) -> bool:
    values = dict(zip(system.states, map(sp.Rational, x), strict=True))
    return vanish([g.subs(values) for g in system.residual])[0] is Outcome.HOLDS


def _check_uniqueness(
    system: Declared,
    c: CertificateClaim,
    name: str,
    root: Root | None,
    others: Sequence[Root],
    ledger: Ledger,
) -> bool:
    if c.uniqueness_radius is None:
        return False
    claim = f"{name}: exactly one fixed point within {c.uniqueness_radius:.3g} of its centre"
    if root is None:
        return ledger.add(claim, Outcome.NOT_ESTABLISHED, "none was proved to exist")
    if not root.distance(c.center).hi <= arb(c.uniqueness_radius):
        return ledger.add(claim, Outcome.NOT_ESTABLISHED, "the fixed point is not shown to lie there")
    with ctx.workprec(REGION_BITS):
        found = search(system, box_around(c.center, c.uniqueness_radius), [root], others, budget=_BUDGET)
    return ledger.add(claim, *_outcome(found))


def _outcome(found: Found) -> tuple[Outcome, str]:
    if found is Found.NOTHING_ELSE:
        return Outcome.HOLDS, ""
    if found is Found.ANOTHER:
        return Outcome.FAILS, "another fixed point of the report lies there"
    return Outcome.NOT_ESTABLISHED, "the region could not be decided"


def _check_inequality(system: Declared, c: CertificateClaim, name: str, root: Root, ledger: Ledger) -> None:
    """The stated inequality of Krawczyk: Z < 1 at the stated radius around the refined point, with the stated R."""
    if c.inverse is None or c.contraction is None or c.proof_radius is None:
        return
    claim = f"{name}: |I - R G'| < 1 with the stated R, within {c.proof_radius:.3g} of the fixed point"
    z = contraction_with(system, root, c.inverse, c.proof_radius)
    ledger.require(claim, bool(c.contraction < 1 and z is not None and z < 1), "it is not below 1")


def check_exact(system: Declared, point: PointClaim, name: str, proved: Proved, ledger: Ledger) -> Proved:
    """Check that the exact coordinates satisfy the equations, and that they are those of the point."""
    if point.exact is None:
        return proved
    claim = f"{name}: the exact coordinates ({', '.join(point.exact):.60}) satisfy the equations and are its own"
    try:
        exact = tuple(system.read_number(text) for text in point.exact)
    except ModelError as error:
        ledger.add(claim, Outcome.FAILS, str(error))
        return proved
    box = tuple(Evaluator(exact, ()).values(()))
    near = _belongs(point, proved, box)
    if not near:
        ledger.add(claim, Outcome.FAILS, "they are not near its state")
        return proved
    values = dict(zip(system.states, exact, strict=True))
    outcome, detail = vanish([g.subs(values) for g in system.residual])
    holds = ledger.add(claim, outcome, detail)
    return proved._replace(exact=exact) if holds else proved


def _belongs(point: PointClaim, proved: Proved, box: Sequence[Enclosure]) -> bool:
    """Whether a zero in this box is the certified one, or close to the state where none is certified."""
    c = point.certificate
    if proved.root is not None and proved.unique and c is not None and c.uniqueness_radius is not None:
        unique = box_around(point.x, c.uniqueness_radius)
        return all(b.inside(u) for b, u in zip(box, unique, strict=True))
    close = 1e-6 * max(1.0, *map(abs, point.x))
    return all(b.inside(u) for b, u in zip(box, box_around(point.x, close), strict=True))


def check_residual(system: Declared, point: PointClaim, name: str, ledger: Ledger) -> None:
    """The stated residual is max |G(x)| in double precision: it agrees with the enclosure up to rounding."""
    if point.residual is None:
        return
    box = box_around(point.x, 0.0)
    values, rows = system.G.values_and_jacobian(box)
    if not all(v.finite for v in values):
        return
    largest = max(v.mag for v in values)
    moved = [
        sum((e.mag * abs(arb(x)) for e, x in zip(row, point.x, strict=True)), arb(0))
        if all(e.finite for e in row)
        else arb(0)
        for row in rows
    ]
    slack = arb(_ROUNDING) * (max(moved) + max(abs(arb(x)) for x in point.x) + 1 + largest)
    gap = abs(largest - arb(point.residual))
    ledger.require(f"{name}: residual {point.residual:.3g}", bool(gap <= slack), f"it is {float(largest.mid()):.3g}")


def check_converged(system: Declared, point: PointClaim, name: str, ledger: Ledger) -> None:
    """A point that has converged has a residual at rounding level, and is not shown to be far from any zero."""
    if point.status != "converged":
        return
    claim = f"{name}: its residual is at rounding level, and a fixed point is not excluded near it"
    if point.residual is None:
        ledger.add(claim, Outcome.FAILS, "it states no residual")
        return
    values, rows = system.G.values_and_jacobian(box_around(point.x, 0.0))
    largest, scale = _largest(values), max(1.0, *map(abs, point.x))
    slopes = _largest([e for row in rows for e in row])
    if largest is None:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "the equations are not defined there")
        return
    level = arb(_CONVERGED) * scale * (1 if slopes is None else slopes.max(arb(1)))
    if largest > level:
        ledger.add(claim, Outcome.FAILS, f"its residual is {float(largest.mid()):.3g}")
        return
    with ctx.workprec(REGION_BITS):
        near = box_around(point.x, _NEAR * scale)
        none = search(system, near, [], budget=_SMALL_BUDGET) is Found.NOTHING_ELSE
    ledger.require(claim, not none, f"none lies within {_NEAR * scale:.3g} of it")


def _largest(values: Sequence[Enclosure]) -> arb | None:
    return max(v.mag for v in values) if all(v.finite for v in values) else None


def check_slow_point(system: Declared, point: PointClaim, name: str, known: Sequence[Root], ledger: Ledger) -> None:
    """Check that no fixed point lies within the stated radius."""
    c = point.certificate
    if c is None or c.verdict != "no fixed point" or c.exclusion_radius is None or point.status != "slow point":
        ledger.require(f"{name} is proved to be no fixed point", False, "its certificate does not state that")
        return
    ledger.require(f"{name}: its state is the centre of its certificate", point.x == c.center, "they differ")
    with ctx.workprec(REGION_BITS):
        found = search(system, box_around(c.center, c.exclusion_radius), [], known, budget=_BUDGET)
    ledger.add(f"{name}: no fixed point within {c.exclusion_radius:.3g} of its centre", *_outcome(found))
