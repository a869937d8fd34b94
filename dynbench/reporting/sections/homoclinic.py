"""Homoclinic points: where manifolds cross, what is proved about that, and what follows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dynbench.manifolds import HomoclinicPoint, HomoclinicProof
from dynbench.reporting.blocks import Block, Bullets, Paragraph, Section, Table, Text
from dynbench.reporting.homoclinic import proofs_of, saddle_name
from dynbench.reporting.numbers import at_least, plural, readable, short
from dynbench.reporting.states import state_text
from dynbench.reporting.tables import NONE, without_empty_columns

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["homoclinic_section"]

#: Proofs and points are listed up to these numbers.
_PROOFS, _POINTS = 12, 24
_LONGEST_WORD = 40
_WHAT = (
    "A homoclinic point lies on the unstable and on the stable manifold of the same saddle (a heteroclinic one on "
    "those of two saddles): its orbit comes from the saddle and goes back to it. Where the manifolds of one saddle "
    "cross at an angle (transversally), they cross again and again, and the map is chaotic."
)


def homoclinic_section(analysis: Analysis) -> Section | None:
    """What the crossings of manifolds prove; None where none was found."""
    found = analysis.homoclinic
    if not found:
        return None
    blocks: list[Block] = [Paragraph((_WHAT,))]
    proofs = proofs_of(found)
    chaos = next((proof for proof in proofs if proof.kind == "homoclinic"), None)
    if chaos is not None:
        blocks += _chaos(chaos, _seen(analysis))
    elif proofs:
        blocks.append(Paragraph((readable(f"{proofs[0].statement} {proofs[0].conclusion}"),)))
    else:
        text = "Manifolds were seen to cross, in doubles: that suggests homoclinic points and chaos, but no proof."
        blocks.append(Paragraph((text,)))
    if proofs:
        blocks.append(_proofs_table(analysis, proofs))
    blocks += [_points_table(analysis, found), Bullets(_legend(found, proofs))]
    return Section("homoclinic", "Homoclinic points and chaos", tuple(blocks))


def _seen(analysis: Analysis) -> str:
    """What an unstable branch showed that was followed into a chaotic set; empty where none was."""
    reasons = (data["reason"] for *_, data in analysis.graph.edges(data=True) if data["how"] == "chaos")
    return next(reasons, "")


def _chaos(proof: HomoclinicProof, seen: str) -> list[Block]:
    """What exactly is proved, by which theorem and under which assumption, and what corroborates it."""
    corroborated: tuple[Text, ...] = ()
    if seen:
        corroborated = ((readable(f"What corroborates it, for an orbit along an unstable branch: {seen}."),),)
    return [
        Paragraph(("Chaos is proved.",)),
        Bullets(
            (
                (readable(f"What was shown: {proof.statement}"),),
                (readable(f"What follows: {proof.conclusion}"),),
                (f"It holds {proof.assumption}.",),
                *corroborated,
                (
                    "What is not said: that this chaos attracts, or that most orbits are chaotic. A homoclinic orbit "
                    "proves an invariant set, which may have measure zero.",
                ),
            )
        ),
    ]


def _proofs_table(analysis: Analysis, proofs: Sequence[HomoclinicProof]) -> Table:
    headers: tuple[Text, ...] = (
        *(("proof",), ("from",), ("to",), ("steps",), ("word",), ("start t",), ("crossing w J v",), ("margin",)),
        ("arithmetic",),
    )
    owners = {id(p.proof): p for p in reversed(analysis.homoclinic) if p.proof is not None}
    rows = []
    for k, proof in enumerate(proofs[:_PROOFS]):
        ends = _ends(analysis, owners[id(proof)])
        row = (
            *((str(k),), (ends[0],), (ends[1],), (str(len(proof.word)),), (_word(proof),)),
            *((_value(proof, proof.t),), (_value(proof, proof.transversality),), (at_least(proof.margin),)),
            (readable(proof.arithmetic),),
        )
        rows.append(row)
    caption = "Proofs of transversal orbits: each starts at x + t v on the unstable manifold and ends on the stable one"
    return Table(caption, headers, tuple(rows), numeric=(3, 5, 6, 7))


def _word(proof: HomoclinicProof) -> str:
    if not proof.word:
        return NONE
    text = ("" if len(proof.word[0]) == 1 else " ").join("".join("01"[bit] for bit in step) for step in proof.word)
    return text if len(text) <= _LONGEST_WORD else f"{text[:_LONGEST_WORD]}\N{HORIZONTAL ELLIPSIS}"


def _value(proof: HomoclinicProof, number: tuple[object, object]) -> str:
    """A number a + b sqrt(d), or the middle of a ball, in decimals."""
    first, second = (float(str(part)) if "/" not in str(part) else _quotient(str(part)) for part in number)
    return short(first if proof.d is None else first + second * math.sqrt(float(proof.d)))


def _quotient(text: str) -> float:
    numerator, denominator = text.split("/")
    return int(numerator) / int(denominator)


def _points_table(analysis: Analysis, found: Sequence[HomoclinicPoint]) -> Table:
    headers: tuple[Text, ...] = (
        *(("at",), ("kind",), ("from",), ("to",), ("angle in degrees",), ("established",), ("remark",)),
    )
    numbers = {id(proof): k for k, proof in enumerate(proofs_of(found))}
    rows = tuple(
        (
            *((state_text(analysis.system, p.x),), (p.kind,), *((end,) for end in _ends(analysis, p))),
            (short(math.degrees(p.angle), 4),),
            (f"proved (proof {numbers[id(p.proof)]})" if p.proof is not None else "not proved",),
            (readable(p.reason),),
        )
        for p in found[:_POINTS]
    )
    caption = "Points where an unstable manifold crosses a stable one, and the angle at which"
    return without_empty_columns(Table(caption, headers, rows, numeric=(4,)))


def _ends(analysis: Analysis, point: HomoclinicPoint) -> tuple[str, str]:
    return saddle_name(point.source, analysis), saddle_name(point.target, analysis)


def _legend(found: Sequence[HomoclinicPoint], proofs: Sequence[HomoclinicProof]) -> tuple[Text, ...]:
    items: list[Text] = []
    if len(proofs) > _PROOFS or len(found) > _POINTS:
        count = f"{plural(len(proofs), 'proof')} and {plural(len(found), 'point')}"
        items.append((f"The JSON form of this report holds all {count}.",))
    if proofs:
        items.append(
            (
                "Start t: how far from the saddle x, along its unstable direction v, the orbit begins. Crossing w J v: "
                "the unstable direction carried along the orbit by the derivative J, times the normal w of the stable "
                "manifold; it is proved not to be zero, so that the two cross at an angle.",
            )
        )
        items.append(
            (
                "Margin: the smallest value that a unit\u2019s argument takes along the orbit, its past and its "
                "future, which keep off all borders.",
            )
        )
    items.append(("There are more crossings than those listed: manifolds were traced up to a length, and a few kept.",))
    return tuple(items)
