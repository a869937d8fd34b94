"""Cycles of piecewise-linear flows: found by Newton's method on the legs, proved in ball arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
from flint import ctx
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.cycles.exact import character_of, kind_of
from dynbench.cycles.loop_proof import LoopProof, enclosed_monodromy, prove_loop
from dynbench.cycles.loops import Loop, loops_near, refined
from dynbench.cycles.lumping import lumped
from dynbench.cycles.records import Cycle
from dynbench.fixed_points import Status
from dynbench.fixed_points.spectrum import Spectrum, enclosed_spectrum, estimated_spectrum
from dynbench.piecewise import PiecewiseLinear, RationalForm
from dynbench.piecewise.words import as_word, canonical_start

__all__ = ["piecewise_flow_cycle", "piecewise_flow_cycles"]

Array = NDArray[np.float64]

_STATES = 128
#: How many of the longest period an orbit is followed, to settle on a cycle that attracts.
_TURNS = 30
#: Loops tried from one start, in one direction of time.
_TRIED = 40
#: Cycles of the same legs are one where their states and periods differ by less than this, relative to their size.
_SAME = 1e-8
#: A loop is closed where no leg ends farther than this from the start of the next, relative to its size.
_CLOSED = 1e-9
#: More states than this are not proved: it takes minutes.
_PROVED = 400


def piecewise_flow_cycle(form: PiecewiseLinear, state: Array, period: float, *, certify: bool = True) -> Cycle | None:
    """The cycle of a piecewise-linear flow near a state.

    The orbit of the state gives the regions in turn; Newton's method solves for where and when it passes from one to
    the next; the result is proved in ball arithmetic where the form has rational entries.

    Parameters
    ----------
    form : PiecewiseLinear
        Of a flow.
    state : (n,) array
        A state near the cycle.
    period : float
        An estimate of the period.
    certify : bool
        Whether a proof is tried.

    Returns
    -------
    Cycle or None
        `Status.CERTIFIED` where its existence is proved, and that it is unique near by. None where Newton's method does
        not converge to a cycle that goes through its regions in turn, or the orbit makes no switch: cycles within one
        region come in families, around a centre.
    """
    loops = loops_near(form, state, 2.5 * period, 1.5 * period)
    for loop in sorted(loops, key=lambda loop: abs(loop.period - period)):
        if loop.period > 0.5 * period:
            closed = refined(form, loop)
            if closed is not None:
                cycle = _record(form, closed, certify)
                if cycle is not None:
                    return cycle
    return None


def piecewise_flow_cycles(
    form: PiecewiseLinear, starts: Array, longest: float, *, certify: bool = True
) -> tuple[Cycle, ...]:
    """The cycles that orbits from states lead to, forward and backward in time, by period: no complete list.

    Every loop that an orbit nearly closes is tried, so that cycles of saddle type in a chaotic set are found as well.

    Parameters
    ----------
    form : PiecewiseLinear
        Of a flow.
    starts : (K, n) array
    longest : float
        The longest period looked for.
    certify : bool
        Whether proofs are tried.
    """
    loops: list[Loop] = []
    for start in starts:
        for loop in _closed(form, start, longest):
            if not any(_equal(loop, other) for other in loops):
                loops.append(loop)
    records = [_record(form, loop, certify) for loop in sorted(loops, key=lambda loop: loop.period)]
    return tuple(cycle for cycle in records if cycle is not None)


def _closed(form: PiecewiseLinear, start: Array, longest: float) -> Iterator[Loop]:
    """Closed loops near the orbit of a state, forward and backward."""
    backward = replace(form, A=-form.A, W1=-form.W1, h1=-form.h1)
    for field, turned in ((form, False), (backward, True)):
        seen: list[Loop] = []
        for candidate in islice(loops_near(field, start, _TURNS * longest, 1.2 * longest), _TRIED):
            loop = refined(field, candidate)
            if loop is None or loop.period > longest or any(_equal(loop, other) for other in seen):
                continue
            seen.append(loop)
            yield loop.reversed if turned else loop


def _equal(first: Loop, second: Loop) -> bool:
    """Whether two closed loops are one, wherever they start."""
    k = len(first.units)
    if len(second.units) != k:
        return False
    scale = _SAME * max(1.0, float(np.abs(first.states).max()))
    return any(
        np.abs(first.states - np.roll(second.states, j, axis=0)).max() < scale
        and bool((first.patterns == np.roll(second.patterns, j, axis=0)).all())
        for j in range(k)
    )


def _record(form: PiecewiseLinear, loop: Loop, certify: bool) -> Cycle | None:
    """The record of a closed loop; None where it is not closed after all, or its legs leave their regions."""
    loop = loop.turned(canonical_start(loop.patterns))
    points = _along(form, loop)
    gap, size = loop.gap(form), max(1.0, float(np.abs(points).max()))
    if not (gap <= _CLOSED * size and _in_regions(form, loop)):
        return None
    exact = form.exact if certify and loop.states.size <= _PROVED else None
    proof, spectrum = (None, None) if exact is None else _proved(exact, loop)
    decided, whole, transverse = _transverse(spectrum or estimated_spectrum(_monodromy(form, loop), "map"))
    central = transverse.stability[1]
    return Cycle(
        period=loop.period if proof is None else float(proof.period.mid()),
        points=readonly(points),
        multipliers=whole.midpoints,
        stability=transverse.stability,
        kind=kind_of(*transverse.stability),
        status=Status.CONVERGED if proof is None else Status.CERTIFIED,
        residual=gap,
        note=_note(proof, central, loop, form) if certify else "",
        word=as_word(loop.patterns),
        character="" if central else character_of(transverse),
        proved=decided and spectrum is not None and not central,
    )


def _proved(exact: RationalForm, loop: Loop) -> tuple[LoopProof | None, Spectrum | None]:
    """A proof of the loop, in a subspace where units switch at once, and enclosed multipliers in the whole space."""
    if loop.one_by_one:
        proof = prove_loop(exact, loop)
    else:
        smaller = lumped(exact, loop)
        proof = None if smaller is None else prove_loop(*smaller)
    if proof is None:
        return None, None
    with ctx.workprec(128):
        return proof, enclosed_spectrum(enclosed_monodromy(exact, loop, proof.durations), "map")


def _note(proof: LoopProof | None, central: int, loop: Loop, form: PiecewiseLinear) -> str:
    notes = []
    if proof is not None:
        where = "" if loop.one_by_one else " among the states of its symmetry"
        notes.append(
            f"unique within {proof.radius:.1g} of its legs' ends{where}, by Krawczyk's test in ball arithmetic"
        )
    elif form.exact is None:
        notes.append("an entry is irrational: no proof is tried")
    elif not loop.one_by_one:
        notes.append("two margins vanish at once, and not by a symmetry that was seen: no proof is tried")
    else:
        notes.append("Krawczyk's test did not prove it")
    if central:
        notes.append(f"{central} of the multipliers besides the trivial one cannot be told from the unit circle")
    return "; ".join(notes)


def _transverse(spectrum: Spectrum) -> tuple[bool, Spectrum, Spectrum]:
    """Whether the trivial multiplier is told from the others; all of them, and those without it."""
    distance = np.abs(spectrum.midpoints - 1)
    trivial = int(np.argmin(distance))
    alone = int((distance <= spectrum.radii).sum()) == 1
    keep = [i for i in range(len(distance)) if i != trivial]
    rest = Spectrum(
        midpoints=readonly(spectrum.midpoints[keep], complex),
        radii=readonly(spectrum.radii[keep]),
        sides=tuple(spectrum.sides[i] for i in keep),
        nonreal=tuple(spectrum.nonreal[i] for i in keep),
        resolved=spectrum.resolved,
        decided=alone and all(spectrum.sides[i] for i in keep),
    )
    return alone, spectrum, rest


def _along(form: PiecewiseLinear, loop: Loop) -> Array:
    """States equally spaced in time, each from the start of its leg."""
    starts = np.concatenate([[0.0], np.cumsum(loop.durations)])
    times = np.arange(_STATES) * (starts[-1] / _STATES)
    legs = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, len(loop.units) - 1)
    return loop.states_at(form, legs, times - starts[legs])


def _in_regions(form: PiecewiseLinear, loop: Loop) -> bool:
    """Whether the legs lie in their regions to rounding, at 33 states each: a proof looks at all of them."""
    k = len(loop.units)
    parts = np.linspace(0.0, 1.0, 33)
    legs = np.repeat(np.arange(k), len(parts))
    states = loop.states_at(form, legs, np.tile(parts, k) * loop.durations[legs])
    region = form.region(loop.patterns[legs])
    margins = np.einsum("mij,mj->mi", region.G, states) + region.g
    allowed = 1e-9 * (np.abs(region.g) + np.einsum("mij,mj->mi", np.abs(region.G), np.abs(states)))
    return bool((np.where(loop.patterns[legs], margins, -margins) > -allowed).all())


def _monodromy(form: PiecewiseLinear, loop: Loop) -> Array:
    from scipy.linalg import expm

    flows = expm(loop.durations[:, None, None] * form.region(loop.patterns).J)
    matrix = np.eye(form.dimension)
    for flow in flows:
        matrix = flow @ matrix
    return matrix
