"""Whether the list of fixed points is complete, and what the indices add up to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import arb, ctx, fmpq

from dynbench.verification.algebra import count_real_zeros
from dynbench.verification.claims import PointClaim
from dynbench.verification.cover import Pairs, UniqueBall, check_cover
from dynbench.verification.declaration import Declared
from dynbench.verification.degree import degree
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.expansion import Expanded
from dynbench.verification.matrices.regions import holds_nothing_else
from dynbench.verification.outside import nothing_outside, outer_box
from dynbench.verification.piecewise.reading import read_rectified, with_identity
from dynbench.verification.piecewise.unique import has_one_fixed_point
from dynbench.verification.piecewise.words import affordable, fixed_states
from dynbench.verification.points import REGION_BITS, Proved
from dynbench.verification.records import Outcome
from dynbench.verification.regions import Found, box_of, search
from dynbench.verification.zeros import Box, Root

__all__ = ["check_completeness", "check_indices", "degree_of"]

_BUDGET = 20_000
_OPEN = "the list is not claimed complete; nothing is proved about the rest of the region"


def check_completeness(
    system: Declared, report: Field, points: Sequence[PointClaim], proved: Sequence[Proved], ledger: Ledger
) -> bool:
    """Check the claim that there are no fixed points but those listed; True where it is made and proved."""
    listed = report["fixed_points"]
    complete = listed["complete"].flag()
    listed["argument"].text()
    regions = None if listed["region"].null else [f.box(system.dimension) for f in listed["region"].items()]
    if regions is not None and not regions:
        ledger.add("the region searched is made of boxes", Outcome.FAILS, "it has none")
        return False
    loose_ends = [key for key in ("undecided", "continua") if listed[key].items()]
    if listed["interrupted"].flag():
        loose_ends.append("interrupted")
    bounds, algebraic = listed.get("bounds"), listed["algebraic"].flag()
    if regions is not None and algebraic:
        ledger.add("a region is not searched by exact algebra over the whole space", Outcome.FAILS, "it is said to be")
    if not complete:
        outcome = Outcome.FAILS if algebraic else Outcome.HOLDS
        ledger.add("what is not complete does not rest on exact algebra", outcome, _OPEN)
        return False
    if not ledger.require("a complete list leaves nothing open", not loose_ends, ", ".join(loose_ends)):
        return False
    if not all(p.root is not None for p in proved) or not _are_distinct(proved, ledger):
        return ledger.add("the list of fixed points is complete", Outcome.NOT_ESTABLISHED, "a point is not proved")
    if regions is not None:
        return _in_region(system, report, regions, points, proved, ledger)
    return _in_whole_space(system, report, bounds, algebraic, points, proved, ledger)


def _in_region(
    system: Declared,
    report: Field,
    regions: Sequence[Pairs],
    points: Sequence[PointClaim],
    proved: Sequence[Proved],
    ledger: Ledger,
) -> bool:
    roots = _roots(proved)
    for number, root in enumerate(roots):
        apart = all(_apart(root.box, box_of(r)) for r in regions)
        if apart:
            ledger.require(f"point {number} lies in the region", False, "it lies outside")
            return False
    cover = report.get("cover")
    if cover is not None:
        return check_cover(system, cover, regions, _balls(points, proved), ledger)
    return ledger.prove(
        "the region holds no fixed point but those listed",
        all(_holds_nothing_else(system, r, roots) for r in regions),
        "the report holds no cover, and cutting up the region did not decide it",
    )


def _in_whole_space(
    system: Declared,
    report: Field,
    bounds: Field | None,
    algebraic: bool,
    points: Sequence[PointClaim],
    proved: Sequence[Proved],
    ledger: Ledger,
) -> bool:
    by_algebra = by_boxes = None
    if algebraic:
        count = count_real_zeros(system)
        claim = f"the equations have exactly {len(points)} real solutions"
        if isinstance(count, str):
            by_algebra = ledger.add(claim, Outcome.NOT_ESTABLISHED, count)
        else:
            by_algebra = ledger.require(claim, count[0] == len(points), f"they have {count[0]}")
    if bounds is not None:
        pairs = bounds["box"].box(system.dimension)
        bounds["argument"].text()
        shown = " x ".join(f"[{low:.4g}, {high:.4g}]" for low, high in pairs)
        by_boxes = ledger.prove(f"every fixed point lies in {shown:.200}", nothing_outside(system, box_of(pairs)))
        cover = report.get("cover")
        if cover is not None:
            by_boxes = check_cover(system, cover, [pairs], _balls(points, proved), ledger) and by_boxes
        elif not algebraic:
            nothing = _holds_nothing_else(system, pairs, _roots(proved))
            claim = "that box holds no fixed point but those listed"
            by_boxes = ledger.prove(claim, nothing, "it could not be decided") and by_boxes
    if by_algebra is None and by_boxes is None:
        return _by_patterns(system, _roots(proved), ledger)
    return bool(by_algebra or by_boxes)


def _by_patterns(system: Declared, roots: Sequence[Root], ledger: Ledger) -> bool:
    """Of a piecewise-linear system: the affine function of every pattern of its units, each solved."""
    claim = "the list of fixed points is complete"
    function = read_rectified(system)
    if function is not None and not system.is_map:
        function = with_identity(function)
    if function is not None and not affordable(function, 1) and has_one_fixed_point(function):
        return ledger.require(f"{claim}, as there is exactly one", len(roots) == 1, f"{len(roots)} are listed")
    if function is None or not affordable(function, 1):
        return ledger.add(claim, Outcome.NOT_ESTABLISHED, "the report gives no argument that is checked")
    found = fixed_states(function)
    if isinstance(found, str):
        return ledger.add(claim, Outcome.NOT_ESTABLISHED, found)
    owners = [next((k for k, root in enumerate(roots) if _meets(root.box, state)), None) for state in found]
    missing = owners.count(None) + len(owners) - len(set(owners))
    return ledger.require(f"{claim}, pattern by pattern", not missing, f"{missing} are missing")


def _meets(box: Box, state: Sequence[fmpq]) -> bool:
    """Whether a state is not told from what a box holds."""
    return not any(arb(e) < side.lo or arb(e) > side.hi for side, e in zip(box, state, strict=True))


def _holds_nothing_else(system: Declared, pairs: Pairs, roots: Sequence[Root]) -> bool:
    if isinstance(system, Expanded):
        found = holds_nothing_else(system.matrix, pairs, roots)
        if found is not None:
            return found
    with ctx.workprec(REGION_BITS):
        return search(system, box_of(pairs), roots, budget=_BUDGET) is Found.NOTHING_ELSE


def _are_distinct(proved: Sequence[Proved], ledger: Ledger) -> bool:
    roots = _roots(proved)
    same = next(
        ((i, j) for j, b in enumerate(roots) for i, a in enumerate(roots[:j]) if not _apart(a.box, b.box)), None
    )
    detail = "" if same is None else f"points {same[0]} and {same[1]} are the same"
    return ledger.require(f"the {len(roots)} fixed points are different", same is None, detail)


def check_indices(
    report: Field,
    points: Sequence[PointClaim],
    proved: Sequence[Proved],
    complete: bool,
    degree_of: Callable[[Field], int | None],
    ledger: Ledger,
) -> None:
    """Check the sum of the indices, and what it is expected to be: `degree_of` proves it of the set as it is listed."""
    listed = report["fixed_points"]
    stated, expected = listed.get("index_sum"), listed.get("expected_index_sum")
    listed["index_argument"].text()
    roots = _roots(proved)
    indices = [r.sign for r in roots if r.sign is not None]
    known = sum(indices) if len(indices) == len(points) else None
    if stated is not None:
        claim = f"the indices add up to {stated.integer()}"
        if known is None:
            ledger.add(claim, Outcome.NOT_ESTABLISHED, "an index is not proved")
        else:
            ledger.require(claim, stated.integer() == known, f"they add up to {known}")
    if expected is None:
        return
    claim = f"the indices of all fixed points add up to {expected.integer()}"
    if complete and known is not None:
        ledger.require(claim, expected.integer() == known, f"those of all fixed points add up to {known}")
        return
    found = degree_of(listed)
    if found is None:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "the degree on the boundary could not be proved")
    else:
        ledger.require(claim, found == expected.integer(), f"the degree on the boundary is {found}")


def degree_of(system: Declared, listed: Field) -> int | None:
    """What the indices of all fixed points of the region searched add up to; None where that is not proved."""
    if not listed["region"].null:
        regions = [f.box(system.dimension) for f in listed["region"].items()]
        return degree(system, box_of(regions[0])) if len(regions) == 1 else None
    box: Box | None
    if not listed["bounds"].null:
        box = box_of(listed["bounds"]["box"].box(system.dimension))
        return degree(system, box) if nothing_outside(system, box) else None
    with ctx.workprec(REGION_BITS):
        box = outer_box(system)
        if box is None or not all(side.finite for side in box):
            return None
        box = tuple(type(s)((s.lo - arb(1)).lower(), (s.hi + arb(1)).upper()) for s in box)
    return degree(system, box)


def _roots(proved: Sequence[Proved]) -> list[Root]:
    return [p.root for p in proved if p.root is not None]


def _balls(points: Sequence[PointClaim], proved: Sequence[Proved]) -> dict[int, UniqueBall]:
    balls = {}
    for number, (point, found) in enumerate(zip(points, proved, strict=True)):
        c = point.certificate
        if found.root is not None and found.unique and c is not None and c.uniqueness_radius is not None:
            balls[number] = UniqueBall(c.center, c.uniqueness_radius, found.root)
    return balls


def _apart(a: Box, b: Box) -> bool:
    return any(x.hi < y.lo or y.hi < x.lo for x, y in zip(a, b, strict=True))
