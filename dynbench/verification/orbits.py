"""What the graph says of orbits and cycles: nothing of it is proved, and none of it may contradict the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dynbench.verification.claims import PointClaim
from dynbench.verification.declaration import Declared
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.system import MatrixSystem
from dynbench.verification.periodic import check_along
from dynbench.verification.piecewise.cycles import StatedCycle
from dynbench.verification.piecewise.flow_cycles import check_flow_cycle
from dynbench.verification.piecewise.rows import Rectified

__all__ = ["Sources", "check_cycle", "check_orbit"]

#: How a limit is told -> what it then is. An orbit that went far is on its way to infinity in a linear system.
_LIMITS = {
    "attraction ball": ("point",),
    "uniqueness ball": ("point",),
    "connection": ("point",),
    "cycle ball": ("cycle",),
    "recurrence": ("cycle",),
    "chaos": ("chaotic set",),
    "blow-up": ("infinity",),
    "far": ("infinity", "undecided"),
    "undecided": ("undecided",),
}
#: How far multipliers may be from the circle, and the trivial one from 1, to be counted as central.
_CENTRAL = 1e-2
#: Orbits start this near to what they leave, relative to its size; something else may well be nearer.
_LEAVES = 1e-3 * (1 + 1e-9)
#: How near a cycle that has converged comes to closing, relative to its size.
_CLOSED = 1e-9


class Sources(NamedTuple):
    """What an orbit may leave: the points of the report by number, and its listed cycles by the numbers of nodes."""

    points: Sequence[PointClaim]
    cycles: Mapping[int, StatedCycle]

    def unstable(self, number: int) -> int:
        """The number of unstable directions of a node; -1 where it is neither."""
        if number in self.cycles:
            return self.cycles[number].stability[2]
        return self.points[number].stability[2] if 0 <= number < len(self.points) else -1

    def gap(self, number: int, state: Sequence[float]) -> float:
        """How far a state is from one of them that has unstable directions, relative to max(1, |x|)."""
        places = self.cycles[number].points if number in self.cycles else (self.points[number].x,)
        return min(max(abs(a - b) for a, b in zip(state, x, strict=True)) / max(1.0, *map(abs, x)) for x in places)


def check_orbit(
    system: Declared | MatrixSystem,
    field: Field,
    number: int,
    kinds: Mapping[int, str],
    sources: Sources,
    ledger: Ledger,
) -> None:
    """Check that an edge leaves a point or cycle with an unstable direction near it, and how its limit is told."""
    source, target, how = field["source"].integer(), field["target"].integer(), field["how"].text()
    name = f"edge {number}, {source} -> {target}"
    limit = kinds.get(target)
    fits = limit in _LIMITS.get(how, ()) and field["identified"].flag() == (limit != "undecided")
    if how == "far" and limit == "infinity":
        fits = fits and system.is_affine
    ledger.require(f"{name}: its limit is told by {how[:20]!r}", fits, "that is not how one of its kind is told")
    claim = f"{name}: its orbit leaves {kinds.get(source)} {source} along an unstable direction"
    if kinds.get(source) not in ("point", "cycle") or sources.unstable(source) < 1:
        ledger.require(claim, False, "there is no such point or listed cycle, or it has none")
        return
    path = [state.vector(system.dimension) for state in field["path"].items()]
    if not path:
        ledger.require(claim, False, "it has no path")
    elif how == "connection":
        ledger.require(claim, True)
    else:
        ledger.require(claim, sources.gap(source, path[0]) <= _LEAVES, "its path starts far away")


def check_cycle(
    system: Declared | MatrixSystem, node: Field, number: int, flow: Rectified | None, ledger: Ledger
) -> None:
    """Check a cycle that is in no list: that its kind and counts are those of its multipliers, and any proof.

    Only one of a piecewise-linear flow, read as `flow`, may be proved.
    """
    cycle, n = node["cycle"], system.dimension
    name = f"node {number}"
    if not system.is_map and cycle["status"].text() == "certified" and not cycle["word"].null:
        check_flow_cycle(flow, cycle, n, name, ledger)
    else:
        nothing = cycle["status"].text() == "converged" and not cycle["proved"].flag() and cycle["exact"].null
        ledger.require(f"{name}: its cycle has converged, not more", nothing, "nothing more is known of a cycle")
    cycle["note"].text()
    period, states = cycle["period"].number(), [p.vector(n) for p in cycle["points"].items()]
    size = max([1.0, *(abs(x) for state in states for x in state)])
    small = cycle["residual"].length() <= _CLOSED * size
    ledger.require(f"{name}: its residual is that of a cycle that has converged", small, "it is larger")
    whole = not system.is_map or len(states) == period
    ledger.require(f"{name}: a period and the states of its cycle", period > 0 and bool(states) and whole)
    counts = cycle["stability"].integers(3)
    multipliers = [complex(*pair.vector(2)) for pair in cycle["multipliers"].items(n)]
    moduli = list(map(abs, multipliers))
    if isinstance(system, Declared) and not system.is_map and cycle["status"].text() == "converged":
        check_along(system, states, period, multipliers, name, ledger)
    wanted = n if system.is_map else n - 1
    least = [sum(m < 1 - _CENTRAL for m in moduli), 0, sum(m > 1 + _CENTRAL for m in moduli)]
    fits = min(counts) >= 0 and sum(counts) == wanted and all(a <= b for a, b in zip(least, counts, strict=True))
    most = sum(m < 1 for m in moduli), n, sum(m > 1 for m in moduli)
    fits = fits and all(a <= b for a, b in zip(counts, most, strict=True))
    ledger.require(f"{name}: its counts {counts} are those of its multipliers", fits, "they are not")
    kind = _cycle_kind(counts)
    unstable = node.get("unstable")
    same = cycle["kind"].text() == kind == node["kind"].text()
    same = same and (unstable is None or unstable.integer() == counts[2])
    ledger.require(f"{name}: a {kind}", same, "it is called otherwise")


def _cycle_kind(counts: Sequence[int]) -> str:
    stable, central, unstable = counts
    if central:
        return "nonhyperbolic cycle"
    return "saddle cycle" if stable and unstable else "unstable cycle" if unstable else "stable cycle"
