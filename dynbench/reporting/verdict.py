"""The verdict: what was established, in one sentence that anyone can act on.

Every word is derived from the analysis. Where something is not proved the sentence says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import networkx as nx

from dynbench.cycles import Cycle, CycleKind
from dynbench.fixed_points import FixedPoint, FixedPoints, Kind, Status
from dynbench.reporting.cycles import met_cycles, of_periods
from dynbench.reporting.homoclinic import saddle_name
from dynbench.reporting.numbers import plural
from dynbench.transitions import attractor_transitions

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["count_kinds", "settled", "verdict", "verdict_on_points"]


def settled(analysis: Analysis) -> bool:
    """Whether nothing is open about the fixed points of the region searched, their kinds included."""
    points = analysis.fixed_points
    return points.complete and not points.continua and all(_kind_proved(p) for p in _real(points))


def verdict(analysis: Analysis) -> str:
    """The verdict on an analysis, as text."""
    points = analysis.fixed_points
    clauses = [_sentence(points)]
    if _real(points):
        clauses[0] += f": {_kinds_clause(points)}"
    parts = (_joining_clause(analysis), _listed_clause(analysis), _cycles_clause(analysis), _chaos_clause(analysis))
    clauses += [clause for clause in parts if clause]
    if analysis.interrupted and not points.interrupted:
        clauses.append("the analysis was interrupted after the search")
    return f"{'; '.join(clauses)}."


def verdict_on_points(points: FixedPoints) -> str:
    """The part of a verdict that is about the set of fixed points alone."""
    return f"{_sentence(points)}."


def count_kinds(points: FixedPoints) -> str:
    """Count what the points do: ``2 attract and 1 is a saddle``; empty where there is none."""
    counts = Counter(_role(p.kind) for p in _real(points))
    words = [_ROLES[role][min(n, 2) - 1].format(n=n) for role in _ROLES if (n := counts[role])]
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"


def _sentence(points: FixedPoints) -> str:
    """What is known about the set, as a sentence without its full stop."""
    clauses = []
    if points.interrupted:
        clauses.append("the search was interrupted")
    if any(c.proved_real for c in points.continua):
        count = len(points.continua)
        clauses.append(f"the system has {'a continuum' if count == 1 else f'{count} continua'} of fixed points")
    elif points.continua:
        clauses.append(
            "the system may have a continuum of fixed points (its equations have one over the complex numbers)"
        )
    clauses.append(_count_clause(points))
    sentence = "; ".join(clauses)
    return sentence[:1].upper() + sentence[1:]


def _real(points: FixedPoints) -> list[FixedPoint]:
    """The points listed as fixed points: slow points are proved to be none."""
    return [p for p in points if p.status is not Status.SLOW_POINT]


def _count_clause(points: FixedPoints) -> str:
    found = _real(points)
    noun = "isolated fixed point" if points.continua else "fixed point"
    if points.complete:
        where = "the whole state space" if points.region is None else "the region searched"
        return f"{where} holds {'exactly ' + plural(len(found), noun) if found else 'no ' + noun} (proof)"
    # Without a region the points were met from starts, which search none.
    where = "" if points.region is None else " in the region searched"
    undecided = f" ({plural(len(points.undecided), 'box', 'boxes')} undecided)" if points.undecided else ""
    if not found:
        return f"no {noun} was found{where}, and whether there is one is open{undecided}"
    verb = "was" if len(found) == 1 else "were"
    return (
        f"{plural(len(found), noun)} {verb} found{where}, {_evidence(found)}, and whether there are more is "
        f"open{undecided}"
    )


def _evidence(found: list[FixedPoint]) -> str:
    proved = sum(p.status is Status.CERTIFIED for p in found)
    exact = sum(p.status is not Status.CERTIFIED and p.exact is not None for p in found)
    if proved == len(found):
        return "proved" if proved == 1 else "all proved"
    if exact == len(found):
        return "known exactly" if exact == 1 else "all known exactly"
    shares = [f"{n} of them {how}" for n, how in ((proved, "proved"), (exact, "known exactly")) if n]
    return " and ".join(shares) or ("not proved" if len(found) == 1 else "none of them proved")


def _kinds_clause(points: FixedPoints) -> str:
    """The kinds of all points: ``2 attract and 1 is a saddle``, ``both attract``, ``it attracts``."""
    found = _real(points)
    clause = count_kinds(points)
    if len(found) == 1:
        clause = f"it{clause.removeprefix('1')}"
    elif len({_role(p.kind) for p in found}) == 1:
        clause = f"{'both' if len(found) == 2 else 'all'}{clause.removeprefix(str(len(found)))}"
    on_border = [p for p in found if p.kind is Kind.NONSMOOTH and p.status is Status.CERTIFIED]
    estimated = sum(not _kind_proved(p) for p in found) - len(on_border)
    remarks = ["by estimate" if estimated == len(found) else f"{estimated} by estimate"] if estimated else []
    remarks += [_border_remark(on_border)] if on_border else []
    return f"{clause} ({'; '.join(remarks)})" if remarks else clause


def _border_remark(points: list[FixedPoint]) -> str:
    """What certificates say of points where no linearisation defines a stability."""
    indices = all(p.certificate is not None and p.certificate.index is not None for p in points)
    proved = "existence, isolation and index" if indices else "existence and isolation"
    whose = "its" if len(points) == 1 else "their"
    return f"{proved} proved there; no linearisation decides {whose} stability, which is open"


def _joining_clause(analysis: Analysis) -> str:
    """What the transition graph says about the attractors."""
    joined = attractor_transitions(analysis.graph)
    between = {data["saddle"] for a, b, data in joined.edges(data=True) if a != b}
    points = [analysis.graph.nodes[node]["point"] for node in between]
    kinds = [point.kind for point in points if point is not None]
    how = "iterated" if analysis.system.kind == "map" else "integrated"
    if not kinds or len(kinds) < len(points):
        cycles = [analysis.graph.nodes[node]["cycle"] for node in between]
        return _joined_by_cycles([c for c in cycles if c is not None], len(kinds), how)
    noun = (
        "saddle" if all(k.saddle for k in kinds) else "repelling point" if all(k.repelling for k in kinds) else "point"
    )
    total = sum(_role(p.kind) == _role(kinds[0]) for p in _real(analysis.fixed_points))
    everyone = f"the {noun}" if total == 1 else f"the {noun}s"
    who = f"{len(between)} of the {noun}s" if len(between) < total else everyone
    verb = "joins" if len(between) == 1 else "join"
    whom = "the attractors" if nx.is_connected(joined) else "some of the attractors"
    proved = all(data.get("proved") for *_, data in analysis.graph.edges(data=True))
    return f"{who} {verb} {whom}{'' if proved else f' ({how}, not proved)'}"


def _listed_clause(analysis: Analysis) -> str:
    """The cycles of more than one state that were listed by period, and whether these are all."""
    cycles = analysis.cycles
    periods = [k for k in cycles.periods if k > 1] if cycles is not None else []
    if cycles is None or not periods:
        return ""
    found = [c for k in periods for c in cycles.of_period(k)]
    attracting = sum(c.kind.attracting for c in found)
    of = of_periods(periods)
    where = "in the whole state space" if cycles.region is None else "in the region searched"
    if all(cycles.complete[k] for k in periods):
        if not found:
            return f"there is no cycle {of} {where} (proof)"
        verb = "is" if len(found) == 1 else "are"
        clause = f"there {verb} exactly {plural(len(found), 'cycle')} {of} {where} (proof)"
    elif not found:
        return f"no cycle {of} was found {where}, and whether there is one is open"
    else:
        verb = "was" if len(found) == 1 else "were"
        clause = f"{plural(len(found), 'cycle')} {of} {verb} found {where}, and whether there are more is open"
    if attracting:
        clause += f"; {attracting} of them {'attracts' if attracting == 1 else 'attract'}"
    return clause


def _chaos_clause(analysis: Analysis) -> str:
    """That chaos is proved, and by whose homoclinic orbit."""
    proved = [p for p in analysis.homoclinic if p.proof is not None and p.kind == "homoclinic"]
    if not proved:
        return ""
    return f"chaos is proved, by a transversal homoclinic orbit of {saddle_name(proved[0].source, analysis)}"


def _joined_by_cycles(cycles: Sequence[Cycle], points: int, how: str) -> str:
    if not cycles:
        return ""
    noun = "saddle cycle" if all(c.kind is CycleKind.SADDLE for c in cycles) else "cycle"
    who = plural(len(cycles), noun) + (f" and {plural(points, 'point')}" if points else "")
    return f"{who} {'joins' if len(cycles) + points == 1 else 'join'} attractors ({how}, not proved)"


def _cycles_clause(analysis: Analysis) -> str:
    """The cycles that unstable branches ended in, by kind."""
    met = [cycle for _, cycle in met_cycles(analysis)]
    if not met:
        return ""
    kinds = Counter(cycle.kind.value for cycle in met)
    counts = " and ".join(plural(n, kind) for kind, n in sorted(kinds.items()))
    proved = sum(cycle.status is Status.CERTIFIED for cycle in met)
    how = "certified" if proved == len(met) else f"{proved} certified, the others converged, not proved"
    verb = "was" if len(met) == 1 else "were"
    return f"{counts} {verb} met ({how if proved else 'converged, not proved'})"


def _kind_proved(point: FixedPoint) -> bool:
    return point.certificate is not None and point.certificate.stability is not None


def _role(kind: Kind) -> str:
    if kind.attracting:
        return "attracting"
    if kind.saddle:
        return "saddle"
    return "repelling" if kind.repelling else kind.value


_ROLES = {
    "attracting": ("{n} attracts", "{n} attract"),
    "saddle": ("{n} is a saddle", "{n} are saddles"),
    "repelling": ("{n} repels", "{n} repel"),
    Kind.CENTER.value: ("{n} is a center", "{n} are centers"),
    Kind.NONHYPERBOLIC.value: ("{n} is nonhyperbolic", "{n} are nonhyperbolic"),
    Kind.NONSMOOTH.value: (
        "{n} lies where the system is not smooth",
        "{n} lie where the system is not smooth",
    ),
    Kind.UNKNOWN.value: ("{n} is of unknown kind", "{n} are of unknown kind"),
}
