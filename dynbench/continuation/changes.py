"""Names for what happens along the pieces of paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dynbench._arrays import readonly
from dynbench.continuation.branches import is_exchange
from dynbench.continuation.homotopy import Homotopy
from dynbench.continuation.pieces import Arc, Fork, Owner, Piece, Sweep, owners
from dynbench.continuation.records import Crossing, CrossingKind, Ending
from dynbench.continuation.results import Change, ChangeKind

__all__ = ["Event", "events_of", "turning_fold"]

#: Crossings of two paths closer than this in s, and in x relative to max(1, |x|), are one exchange; a fold as close to
#: the origin and to a pitchfork is its passage.
_SAME_S, _SAME_X = 1e-6, 1e-3
_KINDS = {
    CrossingKind.HOPF: ChangeKind.HOPF,
    CrossingKind.FLIP: ChangeKind.FLIP,
    CrossingKind.UNRESOLVED: ChangeKind.UNRESOLVED,
}


@dataclass(eq=False)
class Event:
    """A change in the making, and what stands for the paths to which it happened."""

    change: Change
    owners: list[Owner]
    crossings: list[Crossing]


def events_of(homotopies: Sequence[Homotopy], sweep: Sweep) -> list[Event]:
    """All changes, in the order of the sequence."""
    pieces: list[Piece | Arc] = [*sweep.pieces, *sweep.arcs]
    events = [_pitchfork(fork, pieces) for fork in sweep.forks]
    found = [(piece, crossing) for piece in pieces for crossing in piece.path.crossings]
    found.sort(key=lambda pair: pair[1].kind is CrossingKind.FOLD)  # a fold may be the passage of what is there
    for piece, crossing in found:
        if any(crossing is fork.crossing for fork in sweep.forks):
            continue
        event = _event(homotopies[piece.step], piece, crossing)
        same = _same(event, events)
        if same is None:
            events.append(event)
        else:
            same.owners += [owner for owner in event.owners if owner not in same.owners]
            same.crossings.append(crossing)
    events += [event for piece in pieces for event in _unlocated(piece)]
    return sorted(events, key=lambda e: (e.change.step, np.nan_to_num(e.change.s, nan=2.0)))


def turning_fold(piece: Piece | Arc) -> Crossing | None:
    """Where a piece that came back to where it began turned: the fold farthest from there."""
    folds = piece.path.folds
    return max(folds, key=lambda fold: abs(fold.s - piece.path.s[0])) if folds else None


def _event(homotopy: Homotopy, piece: Piece | Arc, crossing: Crossing) -> Event:
    note = ""
    if crossing.kind is CrossingKind.FOLD and (crossing.after - crossing.before) % 2 == 0:
        # Along a curve that meets no other, the sign of the determinant changes where s turns back.
        kind, note = ChangeKind.REAL, "the path turns back, but no simple fold: its branches differ by an even number"
    elif crossing.kind is CrossingKind.FOLD:
        kind = ChangeKind.DEATH if crossing.rising else ChangeKind.BIRTH
    elif crossing.kind is CrossingKind.REAL:
        exchange = is_exchange(homotopy, crossing.s, crossing.x, np.real(crossing.vector))
        kind = ChangeKind.EXCHANGE if exchange else ChangeKind.REAL
    else:
        kind = _KINDS[crossing.kind]
    return Event(replace(_change(kind, piece.step, crossing), note=note), owners(piece), [crossing])


def _change(kind: ChangeKind, step: int, crossing: Crossing) -> Change:
    swap = not kind.fold and not crossing.rising
    before, after = (crossing.after, crossing.before) if swap else (crossing.before, crossing.after)
    return Change(kind, step, crossing.s, crossing.x, crossing.eigenvalue, crossing.residual, before, after)


def _pitchfork(fork: Fork, pieces: Sequence[Piece | Arc]) -> Event:
    """The change at a fork, with the paths that came to it: that of the origin first."""
    found = [o for p in pieces if p.step == fork.step and fork.crossing in p.path.crossings for o in owners(p)]
    for piece in pieces:
        if isinstance(piece, Arc):
            found += [(piece, k) for k, each in enumerate(piece.forks) if each is fork]
        elif piece.fork is fork:
            found.append(piece.start)
    emergence = fork.emergence
    if emergence is None:
        change = _change(ChangeKind.REAL, fork.step, fork.crossing)
        note = "at the origin of an odd system, where it is a pitchfork unless it is degenerate; no pair was reached"
        return Event(replace(change, note=note), found, [fork.crossing])
    kind = ChangeKind.SUPERCRITICAL if emergence.supercritical else ChangeKind.SUBCRITICAL
    pair = (readonly(emergence.place.x), readonly(0.0 - emergence.place.x))
    note = f"the pair was reached at s = {emergence.place.a:.9g}"
    change = replace(_change(kind, fork.step, fork.crossing), side=emergence.side, pair=pair, note=note)
    return Event(change, found, [fork.crossing])


def _same(event: Event, events: Sequence[Event]) -> Event | None:
    """The exchange that another path met, or the pitchfork or unresolved change that a fold is the passage of."""
    change = event.change
    for other in events:
        known = other.change
        if known.step != change.step or not abs(known.s - change.s) <= _SAME_S:
            continue
        close = np.abs(known.x - change.x).max() <= _SAME_X * max(1.0, float(np.abs(known.x).max()))
        turns = event.crossings[0].kind is CrossingKind.FOLD
        alike = known.kind is change.kind is ChangeKind.EXCHANGE or (turns and known.kind.pitchfork)
        alike = alike or (turns and known.kind is change.kind is ChangeKind.REAL)
        if close and alike:
            return other
    return None


def _unlocated(piece: Piece | Arc) -> list[Event]:
    """That pairs passed the axis somewhere on a piece: what its ends differ by beyond the crossings located."""
    path = piece.path
    start, end = path.unstable[0], path.unstable[-1]
    if path.ending is not Ending.ACROSS or start is None or end is None:
        return []
    if end - start == sum(c.after - c.before for c in path.crossings):
        return []
    before, after = (start, end) if path.s[0] < path.s[-1] else (end, start)
    note = "an even number of eigenvalues passed the axis, beside the changes listed"
    change = Change(ChangeKind.PAIRS, piece.step, np.nan, path.x[0], complex("nan"), np.nan, before, after, note=note)
    return [Event(change, owners(piece), [])]
