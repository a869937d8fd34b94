"""The verdict: what was established, in a sentence or two that anyone can act on.

Every word is derived from the analysis. Where something is not proved the sentence says so.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import networkx as nx

from dynbench.fixed_points import FixedPoint, FixedPoints, Kind, Status
from dynbench.reporting.numbers import plural
from dynbench.transitions import attractor_transitions

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["settled", "verdict", "verdict_on_points"]


def settled(analysis: Analysis) -> bool:
    """Whether nothing is open about the fixed points of the region searched, their kinds included."""
    points = analysis.fixed_points
    return points.complete and not points.continua and all(_kind_proved(p) for p in _real(points))


def verdict(analysis: Analysis) -> str:
    """The verdict on an analysis, as text."""
    kinds = [_kind_sentence(analysis)] if _real(analysis.fixed_points) else []
    if analysis.interrupted and not analysis.fixed_points.interrupted:
        kinds.append("The analysis was interrupted after the search; the stages after that are missing.")
    return _sentences(analysis.fixed_points, kinds)


def verdict_on_points(points: FixedPoints) -> str:
    """The part of a verdict that is about the set of fixed points alone."""
    return _sentences(points, [])


def _sentences(points: FixedPoints, kinds: list[str]) -> str:
    interrupted = ["The search was interrupted; this is what had been decided by then."] if points.interrupted else []
    return " ".join(
        [
            *interrupted,
            *_continuum_sentence(points),
            _count_sentence(points),
            *kinds,
            *_undecided_sentence(points),
        ]
    )


def _real(points: FixedPoints) -> list[FixedPoint]:
    """The points listed as fixed points: slow points are proved to be none."""
    return [p for p in points if p.status is not Status.SLOW_POINT]


def _continuum_sentence(points: FixedPoints) -> list[str]:
    if not points.continua:
        return []
    if any(c.proved_real for c in points.continua):
        count = len(points.continua)
        return [f"The system has {'a continuum' if count == 1 else f'{count} continua'} of fixed points."]
    return ["The system may have a continuum of fixed points: its equations have one over the complex numbers."]


def _count_sentence(points: FixedPoints) -> str:
    where = " in the whole state space" if points.region is None else " in the region searched"
    if points.region is None and not points.complete:
        where = ""  # met from starts, which search no region
    found = _real(points)
    noun = "isolated fixed point" if points.continua else "fixed point"
    n = plural(len(found), noun)
    if points.complete:
        if not found:
            return f"There is no {noun}{where} (proof)."
        evidence, rest = ("proved", "there is no other") if len(found) == 1 else ("all proved", "there are no others")
        return f"{n}{where}, {evidence}; {rest} (proof)."
    if not found:
        return f"No {noun} was found{where}; whether there is one is open."
    verb = "was" if len(found) == 1 else "were"
    return f"{n} {verb} found{where}, {_evidence(found)}; whether there are more is open."


def _undecided_sentence(points: FixedPoints) -> list[str]:
    if not points.undecided:
        return []
    return [f"In {plural(len(points.undecided), 'box', 'boxes')} of the region nothing could be decided."]


def _evidence(found: list[FixedPoint]) -> str:
    proved = sum(p.status is Status.CERTIFIED for p in found)
    exact = sum(p.status is not Status.CERTIFIED and p.exact is not None for p in found)
    if proved == len(found):
        return "proved" if proved == 1 else "all proved"
    shares = [f"{n} of them {how}" for n, how in ((proved, "proved"), (exact, "known exactly")) if n]
    if exact == len(found):
        return "known exactly" if exact == 1 else "all known exactly"
    return ", ".join(shares) or ("not proved" if len(found) == 1 else "none of them proved")


def _gap_sentences(points: FixedPoints) -> list[str]:
    sentences = []
    real = any(c.proved_real for c in points.continua)
    if points.continua:
        sentences.append(
            f"Fixed points also fill {plural(len(points.continua), 'continuum', 'continua')}."
            if real
            else "Fixed points may also fill a continuum: the equations have one over the complex numbers."
        )
    if points.undecided:
        count = plural(len(points.undecided), "box", "boxes")
        sentences.append(f"In {count} of the region nothing could be decided.")
    return sentences


def _kind_sentence(analysis: Analysis) -> str:
    """Count the kinds: ``2 attract, 1 is a saddle; the saddle joins the attractors.``."""
    found = _real(analysis.fixed_points)
    counts = Counter(_role(p.kind) for p in found)
    words = [_ROLES[role][min(n, 2) - 1].format(n=n) for role in _ROLES if (n := counts[role])]
    sentence = ", ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"
    if len(found) == 1:
        sentence = f"It{sentence.removeprefix('1')}"
    elif len(words) == 1:
        sentence = f"{'Both' if len(found) == 2 else 'All'}{sentence.removeprefix(str(len(found)))}"
    estimated = sum(not _kind_proved(p) for p in found)
    if estimated:
        sentence += f" ({'by estimate' if estimated == len(found) else f'{estimated} by estimate'})"
    return f"{sentence}{_joining_clause(analysis)}."


def _joining_clause(analysis: Analysis) -> str:
    """What the transition graph says about the attractors."""
    joined = attractor_transitions(analysis.graph)
    between = {data["saddle"] for a, b, data in joined.edges(data=True) if a != b}
    if not between:
        return ""
    kinds = [analysis.graph.nodes[node]["point"].kind for node in between]
    noun = (
        "saddle" if all(k.saddle for k in kinds) else "repelling point" if all(k.repelling for k in kinds) else "point"
    )
    total = sum(_role(p.kind) == _role(kinds[0]) for p in _real(analysis.fixed_points))
    everyone = f"the {noun}" if total == 1 else f"the {noun}s"
    who = f"{len(between)} of the {noun}s" if len(between) < total else everyone
    verb = "joins" if len(between) == 1 else "join"
    whom = "the attractors" if nx.is_connected(joined) else "some of the attractors"
    proved = all(data.get("proved") for *_, data in analysis.graph.edges(data=True))
    return f"; {who} {verb} {whom}{'' if proved else ' (integrated, not proved)'}"


def _kind_proved(point: FixedPoint) -> bool:
    return point.exact is not None or (point.certificate is not None and point.certificate.stability is not None)


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
