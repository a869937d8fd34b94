"""The claims about homoclinic and heteroclinic points: the orbit of each proof is followed again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from flint import arb, ctx, fmpq

from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.piecewise.claims import Word, read_word
from dynbench.verification.piecewise.connections import (
    Broken,
    Connection,
    End,
    ball_end,
    connect,
    exact_end,
    start_of,
)
from dynbench.verification.piecewise.orbits import State, orbit_from, rational_of
from dynbench.verification.piecewise.rows import Rectified
from dynbench.verification.piecewise.surds import Surd
from dynbench.verification.records import Outcome

__all__ = ["Orbits", "check_homoclinic"]

#: Bits of the balls, where the numbers of a proof are no exact ones.
_BITS = 512
#: States in doubles, angles and margins agree with the exact ones up to this.
_ROUNDED, _ANGLE = 1e-9, 1e-6


class _Proof(NamedTuple):
    """The numbers of a proof, as they are stated."""

    kind: str
    source: tuple[State, ...]
    target: tuple[State, ...]
    source_word: Word
    target_word: Word
    word: Word
    d: fmpq | None
    multiplier: Any
    direction: tuple[Any, ...]
    t: Any
    covector: tuple[Any, ...]
    transversality: Any
    margin: float


class Orbits(NamedTuple):
    """The states of the fixed points and of the cycles of the report, in their order; None where not proved."""

    points: Sequence[tuple[State, ...] | None]
    cycles: Sequence[tuple[State, ...] | None]

    def named(self, field: Field) -> tuple[State, ...] | None:
        """The states of a point or cycle that is named by its number."""
        if field["cycle"].null:
            number, listed = field["point"].integer(), self.points
        else:
            number, listed = field["cycle"].integer(), self.cycles
        return listed[number] if 0 <= number < len(listed) else None


def check_homoclinic(
    system: Rectified | None,
    form: Rectified | None,
    homoclinic: Field,
    orbits: Orbits,
    dimension: int,
    ledger: Ledger,
) -> None:
    """Check every proof, and every point that is said to be proved; of the others, that nothing is claimed."""
    found: list[_Checked | None] = []
    for number, field in enumerate(homoclinic["proofs"].items()):
        ledger.progress("checking homoclinic orbits", number, len(homoclinic["proofs"].items()))
        claim = f"homoclinic proof {number}: a transversal {field['kind'].text():.20} orbit, followed again"
        if system is None or form is None:
            ledger.add(claim, Outcome.NOT_ESTABLISHED, "the equations are not known as rational numbers")
            found.append(None)
        else:
            found.append(_check_proof(system, form, field, claim, ledger))
    points = homoclinic["points"].items()
    for number, field in enumerate(points):
        _check_point(field, found, orbits, f"homoclinic point {number}", dimension, ledger)
    if points:
        _check_numbers(points, ledger)


def _check_numbers(points: Sequence[Field], ledger: Ledger) -> None:
    """Points of the same saddles have one orbit's number where, and only where, one proof is of both."""
    owners: dict[Any, Any] = {}
    right = True
    for field in points:
        number, proved = field["orbit"].integer(), field["proved"].flag()
        right = right and number >= (0 if proved else -1)
        if proved:
            ends = tuple(field[end][what].value for end in ("source", "target") for what in ("point", "cycle"))
            proof = field["proof"].integer()
            for key, value in (((ends, "orbit", number), proof), ((ends, "proof", proof), number)):
                right = right and owners.setdefault(key, value) == value
    ledger.require(
        "homoclinic points with the number of one orbit are of one proof", right, "the numbers say otherwise"
    )


class _Checked(NamedTuple):
    """A proof and the orbit found for it."""

    proof: _Proof
    orbit: Connection


def _check_proof(system: Rectified, form: Rectified, field: Field, claim: str, ledger: Ledger) -> _Checked | None:
    proof = _read(field, system.dimension, len(form.arguments))
    with ctx.workprec(_BITS):
        try:
            found, ends = _followed(system, form, proof)
        except Broken as broken:
            ledger.add(claim, Outcome.FAILS if broken.refuted else Outcome.NOT_ESTABLISHED, str(broken))
            return None
        problem = _compared(form, proof, found, ends)
    ledger.require(claim, not problem, problem)
    return None if problem else _Checked(proof, found)


def _read(field: Field, n: int, units: int) -> _Proof:
    d = None if field["d"].null else rational_of(field["d"])

    def number(f: Field) -> Any:
        a, b = (rational_of(part) for part in f.items(2))
        return arb(arb(a), abs(arb(b)).upper()) if d is None else Surd(a, b, d)

    def states(f: Field) -> tuple[State, ...]:
        return tuple(tuple(rational_of(e) for e in state.items(n)) for state in f.items())

    field["precision"].integer()
    with ctx.workprec(_BITS):
        return _Proof(
            kind=field["kind"].choice("homoclinic", "heteroclinic"),
            source=states(field["source"]),
            target=states(field["target"]),
            source_word=read_word(field["source_word"], units),
            target_word=read_word(field["target_word"], units),
            word=read_word(field["word"], units),
            d=d,
            multiplier=number(field["multiplier"]),
            direction=tuple(map(number, field["direction"].items(n))),
            t=number(field["t"]),
            covector=tuple(map(number, field["covector"].items(n))),
            transversality=number(field["transversality"]),
            margin=field["margin"].length(),
        )


def _followed(system: Rectified, form: Rectified, proof: _Proof) -> tuple[Connection, tuple[End, End]]:
    orbits = []
    for states in (proof.source, proof.target):
        orbit = orbit_from(system, states[0], len(states)) if states else "it has no state"
        if isinstance(orbit, str):
            raise Broken(f"one of its cycles is none: {orbit}", refuted=True)
        if orbit.states != states:
            raise Broken("the states of one of its cycles are others", refuted=True)
        orbits.append(orbit)
    first, last = orbits
    if proof.d is None:
        ends = ball_end(system, first), ball_end(system, last)
        source = ends[0]
        t = start_of(form, *ends, proof.word)
    else:
        if system.dimension != 2 or not proof.d > 0:
            raise Broken("exact proofs are for maps of the plane, in a real field", refuted=True)
        ends = exact_end(system, first, proof.d), exact_end(system, last, proof.d)
        if not any(e.sign() for e in proof.direction) or not _parallel(proof.direction, ends[0].right):
            raise Broken("the direction is not the unstable one", refuted=True)
        source, t = ends[0]._replace(right=proof.direction), proof.t
    return connect(system, source, ends[1], t, len(proof.word)), (source, ends[1])


def _compared(
    form: Rectified,
    proof: _Proof,
    found: Connection,
    ends: tuple[End, End],
) -> str:
    """Which of the stated numbers is not what was found; empty where all are."""
    source, target = ends
    words = ((proof.source_word, proof.source), (proof.target_word, proof.target))
    if any(word != tuple(_pattern(form, state) for state in states) for word, states in words):
        return "the word of one of its cycles is another"
    if proof.word != tuple(_pattern(form, state) for state in found.states[:-1]):
        return "its word is not that of its states"
    if not _agree(proof.multiplier, source.multiplier):
        return "the unstable multiplier is another"
    if not _parallel(proof.covector, target.left) or not any(bool(abs(float(e)) > 0) for e in proof.covector):
        return "the covector is not that of the target"
    size = next(i for i, e in enumerate(target.left) if _nonzero(e))
    crossing = found.transversality * proof.covector[size] / target.left[size]
    if proof.d is not None and not _agree(proof.transversality, crossing):
        return "the number that shows it to be transversal is another"
    if proof.d is None:
        stated = [x + proof.t * v for x, v in zip(source.orbit.states[0], proof.direction, strict=True)]
        if not all(map(_agree, stated, found.states[0])) or not _nonzero(proof.transversality):
            return "its start is another"
    if abs(proof.margin - found.margin) > _ROUNDED * max(1.0, found.margin):
        return f"its smallest margin is {found.margin:.3g}"
    same = frozenset(proof.source) == frozenset(proof.target)
    if (proof.kind == "homoclinic") != same:
        return "its two cycles are one" if same else "its two cycles are two"
    return ""


def _check_point(
    field: Field, proofs: Sequence[_Checked | None], orbits: Orbits, name: str, n: int, ledger: Ledger
) -> None:
    x, angle = field["x"].vector(n), field["angle"].length()
    kind = field["kind"].choice("homoclinic", "heteroclinic")
    field["reason"].text()
    tangents = _tangents(field["tangents"], n)
    if n == 2:
        crossing = None if tangents is None else _between(*tangents)
        right = crossing is not None and abs(crossing - angle) <= _ANGLE
        ledger.require(f"{name}: unit tangents at the angle stated", right, "they are none, or at another one")
    if not field["proved"].flag():
        same = field["proof"].null and field["position"].null
        ledger.require(f"{name}: found in doubles, not proved", same, "it carries a proof")
        return
    number = field["proof"].integer()
    if not 0 <= number < len(proofs):
        ledger.require(f"{name}: is proved by proof {number}", False, "there is none")
        return
    checked = proofs[number]
    if checked is None:
        ledger.add(f"{name}: is proved by proof {number}", Outcome.NOT_ESTABLISHED, "that was not established")
        return
    proof, orbit = checked
    ends = ((orbits.named(field["source"]), proof.source), (orbits.named(field["target"]), proof.target))
    right = all(stated is not None and set(stated) == set(found) for stated, found in ends)
    claim = f"{name}: from and to the saddles that it names"
    ledger.require(claim, right and kind == proof.kind, "those of its proof are others")
    position = field["position"].integer()
    near = 0 <= position < len(orbit.states) and all(
        abs(float(q) - v) <= _ROUNDED * max(1.0, abs(v)) for q, v in zip(orbit.states[position], x, strict=True)
    )
    ledger.require(f"{name}: its state is one of its orbit, rounded", near, f"state {position} of it is another")
    if near and orbit.stable:
        exact = [[float(e) for e in vectors[position]] for vectors in (orbit.slopes, orbit.stable)]
        actual = _between(*exact)
        claim = f"{name}: the manifolds cross at {math.degrees(angle):.4g} degrees"
        ledger.require(claim, abs(actual - angle) <= _ANGLE, f"at {math.degrees(actual):.4g}")
        along = tangents is not None and all(_between(u, v) <= _ANGLE for u, v in zip(tangents, exact, strict=True))
        ledger.require(f"{name}: its tangents are those of the manifolds", along, "they point elsewhere")


def _tangents(field: Field, n: int) -> list[tuple[float, ...]] | None:
    """Unit vectors along the unstable and, in the plane, the stable manifold; None where they are no unit vectors."""
    vectors = [row.vector(n) for row in field.items(2)[: 2 if n == 2 else 1]]
    return vectors if all(abs(math.hypot(*v) - 1) <= _ROUNDED for v in vectors) else None


def _between(u: Sequence[float], v: Sequence[float]) -> float:
    """The angle between two lines of the plane."""
    return math.atan2(abs(u[0] * v[1] - u[1] * v[0]), abs(u[0] * v[0] + u[1] * v[1]))


def _pattern(form: Rectified, state: Sequence[Any]) -> tuple[bool, ...]:
    return tuple(bool(m > 0) for m in form.margins(state))


def _parallel(first: Sequence[Any], second: Sequence[Any]) -> bool:
    """Whether two vectors are multiples of one another, as far as their numbers tell."""
    n = len(first)
    return not any(_nonzero(first[i] * second[j] - first[j] * second[i]) for i in range(n) for j in range(i))


def _agree(first: Any, second: Any) -> bool:
    return not _nonzero(first - second)


def _nonzero(number: Any) -> bool:
    return bool(number > 0) or bool(number < 0)
