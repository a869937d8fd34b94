"""Homoclinic points and their proofs as plain values, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from dynbench._arrays import readonly
from dynbench.cycles import Cycle, Cycles
from dynbench.fixed_points import FixedPoint, FixedPoints
from dynbench.manifolds import HomoclinicPoint, HomoclinicProof
from dynbench.piecewise.words import read_word, written

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["homoclinic_from_dict", "homoclinic_to_dict", "number_of", "proofs_of", "saddle_name"]

Numbers = tuple[sp.Rational, sp.Rational]


def homoclinic_to_dict(
    found: Sequence[HomoclinicPoint], points: FixedPoints, cycles: Cycles | None
) -> dict[str, list[dict[str, Any]]]:
    """The points, their saddles by number, and the proofs, which the points of one orbit share."""
    proofs = proofs_of(found)
    numbers = {id(proof): k for k, proof in enumerate(proofs)}
    return {
        "proofs": [_proof_to_dict(proof) for proof in proofs],
        "points": [
            {
                "x": p.x.tolist(),
                "kind": p.kind,
                "source": number_of(p.source, points, cycles),
                "target": number_of(p.target, points, cycles),
                "angle": p.angle,
                "tangents": p.tangents.tolist(),
                "orbit": p.orbit,
                "proved": p.proved,
                "proof": None if p.proof is None else numbers[id(p.proof)],
                "position": p.position,
                "reason": p.reason,
            }
            for p in found
        ],
    }


def proofs_of(found: Sequence[HomoclinicPoint]) -> tuple[HomoclinicProof, ...]:
    """The proofs that the points carry, each once, in their order."""
    proofs = {id(p.proof): p.proof for p in found if p.proof is not None}
    return tuple(proofs.values())


def homoclinic_from_dict(
    data: Mapping[str, Any], points: FixedPoints, cycles: Cycles | None
) -> tuple[HomoclinicPoint, ...]:
    """What `homoclinic_to_dict` was given."""
    proofs = [_proof_from_dict(proof) for proof in data["proofs"]]
    return tuple(
        HomoclinicPoint(
            x=readonly(p["x"]),
            kind=p["kind"],
            source=_numbered(p["source"], points, cycles),
            target=_numbered(p["target"], points, cycles),
            angle=p["angle"],
            tangents=readonly(np.array(p["tangents"], dtype=float)),
            orbit=p["orbit"],
            proved=p["proved"],
            proof=None if p["proof"] is None else proofs[p["proof"]],
            position=p["position"],
            reason=p["reason"],
        )
        for p in data["points"]
    )


def number_of(saddle: FixedPoint | Cycle, points: FixedPoints, cycles: Cycles | None) -> dict[str, int | None]:
    """A fixed point or cycle by its place in its list; the other of the two is None."""
    if isinstance(saddle, Cycle):
        return {"point": None, "cycle": _place([c.points for c in cycles or ()], saddle.points)}
    return {"point": _place([p.x for p in points], saddle.x), "cycle": None}


def saddle_name(saddle: FixedPoint | Cycle, analysis: Analysis) -> str:
    """``point 1`` or ``cycle 4``: by the number that tables, figures and the graph call it by."""
    if isinstance(saddle, FixedPoint):
        return f"point {_place([p.x for p in analysis.fixed_points], saddle.x)}"
    longer = analysis.numbered_cycles
    return f"cycle {list(longer)[_place([c.points for c in longer.values()], saddle.points)]}"


def _place(listed: Sequence[Any], states: Any) -> int:
    return next(k for k, other in enumerate(listed) if np.array_equal(other, states))


def _numbered(data: Mapping[str, Any], points: FixedPoints, cycles: Cycles | None) -> FixedPoint | Cycle:
    if data["cycle"] is None:
        return points[data["point"]]
    if cycles is None:
        raise ValueError("a cycle is named by number, but none is listed")
    return cycles[data["cycle"]]


def _proof_to_dict(proof: HomoclinicProof) -> dict[str, Any]:
    return {
        "kind": proof.kind,
        "source": _states(proof.source),
        "source_word": written(proof.source_word),
        "target": _states(proof.target),
        "target_word": written(proof.target_word),
        "word": written(proof.word) if proof.word else "",
        "d": None if proof.d is None else str(proof.d),
        "multiplier": _written(proof.multiplier),
        "direction": [_written(number) for number in proof.direction],
        "t": _written(proof.t),
        "covector": [_written(number) for number in proof.covector],
        "transversality": _written(proof.transversality),
        "margin": proof.margin,
        "precision": proof.precision,
    }


def _proof_from_dict(data: Mapping[str, Any]) -> HomoclinicProof:
    return HomoclinicProof(
        kind=data["kind"],
        source=_read_states(data["source"]),
        source_word=read_word(data["source_word"]),
        target=_read_states(data["target"]),
        target_word=read_word(data["target_word"]),
        word=read_word(data["word"]),
        d=None if data["d"] is None else sp.Rational(data["d"]),
        multiplier=_read(data["multiplier"]),
        direction=tuple(map(_read, data["direction"])),
        t=_read(data["t"]),
        covector=tuple(map(_read, data["covector"])),
        transversality=_read(data["transversality"]),
        margin=data["margin"],
        precision=data["precision"],
    )


def _states(states: Sequence[Sequence[sp.Rational]]) -> list[list[str]]:
    return [[str(e) for e in state] for state in states]


def _read_states(data: Sequence[Sequence[str]]) -> tuple[tuple[sp.Rational, ...], ...]:
    return tuple(tuple(sp.Rational(e) for e in state) for state in data)


def _written(number: Numbers) -> list[str]:
    return [str(part) for part in number]


def _read(data: Sequence[str]) -> Numbers:
    first, second = map(sp.Rational, data)
    return first, second
