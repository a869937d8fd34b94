"""The claims of the transition graph: its nodes, the ellipsoids in basins, and where identified orbits end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flint import arb, arb_mat, ctx

from dynbench.verification.claims import PointClaim
from dynbench.verification.declaration import Declared
from dynbench.verification.definite import is_positive_definite
from dynbench.verification.document import Field
from dynbench.verification.enclosure import Enclosure
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.system import MatrixSystem
from dynbench.verification.orbits import Sources, check_cycle, check_orbit
from dynbench.verification.piecewise import Checked
from dynbench.verification.piecewise.cycles import StatedCycle
from dynbench.verification.points import REGION_BITS, Proved
from dynbench.verification.records import Outcome
from dynbench.verification.zeros import Box, Root, box_around

__all__ = ["check_graph"]

_PIECES = 512
_NOTHING = Checked(None)


class _Ellipsoid(NamedTuple):
    """(x - center)^T P (x - center) <= level, stated to lie in the basin; `radius` of the box of its proof."""

    center: tuple[float, ...]
    matrix: tuple[tuple[float, ...], ...]
    radius: float
    level: float

    def holds(self, x: Sequence[float]) -> bool:
        """Whether a state lies in it, exactly."""
        offset = [arb(a) - arb(b) for a, b in zip(x, self.center, strict=True)]
        return bool(_quadratic(self.matrix, offset) <= arb(self.level))


def check_graph(
    system: Declared | MatrixSystem,
    graph: Field,
    points: Sequence[PointClaim],
    proved: Sequence[Proved],
    ledger: Ledger,
    checked: Checked = _NOTHING,
) -> None:
    """Check nodes, attraction ellipsoids and edges; nodes may name cycles of the report's list, which are `checked`."""
    ellipsoids: dict[int, _Ellipsoid] = {}
    known: set[int] = set()
    nodes = graph["nodes"].items()
    for field in nodes:
        number = field["id"].integer()
        field["skipped"].text()
        if number in known:
            ledger.require(f"node {number} of the graph is listed once", False, "it is listed twice")
        known.add(number)
        stated = field.keys()
        if "exponent" in stated:
            _check_exponent(field["exponent"], field["kind"].text(), number, ledger)
        if field["fixed_point"].flag():
            _check_node(field, number, points, ledger)
        if not field["attraction"].null:
            ellipsoid = _read_ellipsoid(field["attraction"], system.dimension)
            if isinstance(system, MatrixSystem):
                claim = f"node {number}: the ellipsoid of level {ellipsoid.level:.3g} around it lies in its basin"
                ledger.add(claim, Outcome.NOT_ESTABLISHED, "it is not checked for so many states")
            elif _check_ellipsoid(system, ellipsoid, number, proved, ledger):
                ellipsoids[number] = ellipsoid
    fixed = {f["id"].integer() for f in nodes if f["fixed_point"].flag()}
    kinds = {f["id"].integer(): _limit_kind(f) for f in nodes}
    named: dict[int, StatedCycle] = {}
    for field in nodes:
        if isinstance(field["cycle"].value, int):
            cycle = _check_listed(field, checked.cycles, ledger)
            named |= {} if cycle is None else {field["id"].integer(): cycle}
        elif not field["cycle"].null:
            check_cycle(system, field, field["id"].integer(), checked.flow, ledger)
    edges = graph["edges"].items()
    stray = [k for k, e in enumerate(edges) if not {e["source"].integer(), e["target"].integer()} <= known]
    ledger.require(f"{len(edges)} edges join nodes of the graph", not stray, f"not the edges {stray}"[:80])
    for number, field in enumerate(edges):
        check_orbit(system, field, number, kinds, Sources(points, named), ledger)
        _check_edge(system, field, number, fixed, points, ellipsoids, ledger)


def _limit_kind(node: Field) -> str:
    """What a node stands for: a point, a cycle, infinity, or no limit that is known."""
    if node["fixed_point"].flag():
        return "point"
    return "cycle" if not node["cycle"].null else node["kind"].choice("infinity", "undecided", "chaotic set")


def _check_node(field: Field, number: int, points: Sequence[PointClaim], ledger: Ledger) -> None:
    claim = f"node {number} of the graph is point {number}, with its kind and unstable directions"
    if not 0 <= number < len(points):
        ledger.add(claim, Outcome.FAILS, "there is no such point")
        return
    point, unstable = points[number], field.get("unstable")
    same = field["kind"].text() == point.kind and (unstable is None or unstable.integer() == point.stability[2])
    ledger.require(claim, same, f"the point is a {point.kind} with {point.stability[2]} unstable directions")


def _check_exponent(exponent: Field, kind: str, number: int, ledger: Ledger) -> None:
    """An exponent of orbits in doubles is evidence of chaos; only that it says so is checked."""
    value, error = exponent.vector(2)
    right = kind == "chaotic set" and error >= 0 and value > 3 * error
    ledger.require(f"node {number}: a chaotic set by an exponent above zero, no proof", right, "it is not above zero")


def _check_listed(field: Field, cycles: Sequence[StatedCycle], ledger: Ledger) -> StatedCycle | None:
    number, unstable = field["cycle"].integer(), field.get("unstable")
    claim = f"node {field['id'].integer()} of the graph is cycle {number} of the list"
    inside = 0 <= number < len(cycles)
    same = inside and field["kind"].text() == cycles[number].kind
    same = same and (unstable is None or unstable.integer() == cycles[number].stability[2])
    ledger.require(claim, same, "it is of another kind" if inside else "there is no such cycle")
    return cycles[number] if same else None


def _read_ellipsoid(field: Field, n: int) -> _Ellipsoid:
    matrix = tuple(row.vector(n) for row in field["matrix"].items(n))
    center = field["center"].vector(n)
    return _Ellipsoid(center, matrix, field["radius"].length(), field["level"].length())


def _check_ellipsoid(system: Declared, e: _Ellipsoid, number: int, proved: Sequence[Proved], ledger: Ledger) -> bool:
    claim = f"node {number}: the ellipsoid of level {e.level:.3g} around it lies in its basin"
    root = proved[number].root if 0 <= number < len(proved) else None
    if root is None:
        return ledger.add(claim, Outcome.NOT_ESTABLISHED, "its fixed point is not proved")
    n = system.dimension
    if any(e.matrix[i][j] != e.matrix[j][i] for i in range(n) for j in range(i)):
        return ledger.add(claim, Outcome.FAILS, "the matrix is not symmetric")
    form = arb_mat([list(map(arb, row)) for row in e.matrix])
    if not is_positive_definite(form):
        return ledger.add(claim, Outcome.NOT_ESTABLISHED, "the matrix is not shown to be positive definite")
    reason = _outside_box(e, form, root)
    if reason:
        return ledger.add(claim, Outcome.NOT_ESTABLISHED, reason)
    with ctx.workprec(REGION_BITS):
        falls = _falls(system, form, _hull(box_around(e.center, e.radius), root.box))
    return ledger.prove(claim, falls, "the quadratic form is not shown to fall in the box")


def _outside_box(e: _Ellipsoid, form: arb_mat, root: Root) -> str:
    """Why the ellipsoid is not shown to lie in a sublevel set of V around the fixed point that lies in the box.

    In the norm of P, x is within sqrt(level) of the centre, so within that and the distance from the centre to the
    fixed point of the latter; and |y_i| <= |y|_P sqrt((P^-1)_ii).
    """
    offset = [b - Enclosure.of(c) for b, c in zip(root.box, e.center, strict=True)]
    apart = _quadratic(e.matrix, [o.ball() for o in offset])
    reach = arb(e.level).sqrt() + abs(apart).upper().sqrt()
    inverse = form.inv()
    for i, o in enumerate(offset):
        extent = reach * inverse[i, i].sqrt() + o.mag
        if not extent <= arb(e.radius):
            return f"it is not shown to lie in the box of its proof along state {i}"
    return ""


def _falls(system: Declared, form: arb_mat, box: Box) -> bool:
    """Whether V falls along orbits in the box: P J + J^T P is negative definite (flow), or J^T P J - P (map).

    Each piece of the box has its own enclosure of J. What holds for all J of all pieces holds for their means, which
    are what the mean value theorem needs: the first condition is linear in J, and the second says |J v|_P < |v|_P.
    """
    waiting, looked = [box], 0
    while waiting:
        part = waiting.pop()
        looked += 1
        if looked > _PIECES:
            return False
        values, rows = system.F.values_and_jacobian(part)
        if all(v.continuous for v in values) and all(x.finite for row in rows for x in row):
            jacobian = arb_mat([[x.ball() for x in row] for row in rows])
            product = form * jacobian
            change = form - jacobian.transpose() * product if system.is_map else -(product + product.transpose())
            if is_positive_definite(change):
                continue
        widths = [float(s.hi - s.lo) for s in part]
        axis = widths.index(max(widths))
        middle = part[axis].mid
        for half in (Enclosure(part[axis].lo, middle), Enclosure(middle, part[axis].hi)):
            waiting.append(tuple(half if j == axis else s for j, s in enumerate(part)))
    return True


def _check_edge(
    system: Declared | MatrixSystem,
    field: Field,
    number: int,
    fixed: set[int],
    points: Sequence[PointClaim],
    ellipsoids: dict[int, _Ellipsoid],
    ledger: Ledger,
) -> None:
    source, target = field["source"].integer(), field["target"].integer()
    name = f"edge {number}, {source} -> {target}"
    field["side"].choice_of(-1, 0, 1)
    if field["proved"].flag():
        ledger.add(f"{name} is proved", Outcome.NOT_ESTABLISHED, "no proof of an orbit is part of the report")
    how = field["how"].text()
    if not field["identified"].flag() or how not in ("attraction ball", "uniqueness ball", "connection"):
        return
    path = field["path"].items()
    claim = f"{name}: its path ends where its limit is identified ({how})"
    if target not in fixed or not 0 <= target < len(points) or not path:
        ledger.add(claim, Outcome.FAILS, "its limit is no fixed point, or it has no path")
        return
    end = path[-1].vector(system.dimension)
    ledger.add(claim, *_ends(end, how, points[target], ellipsoids.get(target)))


def _ends(end: Sequence[float], how: str, point: PointClaim, ellipsoid: _Ellipsoid | None) -> tuple[Outcome, str]:
    if how == "attraction ball":
        if ellipsoid is None:
            return Outcome.NOT_ESTABLISHED, "the node has no ellipsoid that was proved"
        inside = ellipsoid.holds(end)
    else:
        c = point.certificate
        if c is None or c.uniqueness_radius is None:
            return Outcome.NOT_ESTABLISHED, "the point has no radius of uniqueness"
        distance = max(abs(arb(a) - arb(b)) for a, b in zip(end, c.center, strict=True))
        inside = bool(distance <= arb(c.uniqueness_radius))
    return (Outcome.HOLDS, "") if inside else (Outcome.FAILS, "the last state of the path lies elsewhere")


def _quadratic(matrix: Sequence[Sequence[float]], x: Sequence[arb]) -> arb:
    rows = [sum((arb(e) * v for e, v in zip(row, x, strict=True)), arb(0)) for row in matrix]
    return sum((a * b for a, b in zip(x, rows, strict=True)), arb(0))


def _hull(a: Box, b: Box) -> Box:
    return tuple(Enclosure(x.lo.min(y.lo), x.hi.max(y.hi)) for x, y in zip(a, b, strict=True))
