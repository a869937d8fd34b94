"""Stable sets of piecewise-linear maps without an inverse: all preimages of the seed, joined where they meet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench.manifolds.joining import joined
from dynbench.manifolds.reach import Branch, Part, Reach
from dynbench.manifolds.seeds import Anchor, Seed
from dynbench.piecewise.inverse import Inverse
from dynbench.piecewise.pullback import all_preimages, kept

__all__ = ["stable_set"]

Array = NDArray[np.float64]

#: Preimages are dropped beyond so many widths of the box on each side.
_WIDE = 10.0
#: Corners after which no further preimages are taken.
_MOST = 500_000
#: Preimages are taken no more often than this.
_MOST_STEPS = 2_000
#: Ends of polylines this near, relative to the box, are the same.
_SAME = 1e-10
#: A polyline of this extent, relative to the box, has shrunk to a state, as what winds into a repeller does.
_POINT = 1e-13


def stable_set(inverse: Inverse, anchor: Anchor, seed: Seed, reach: Reach) -> tuple[list[Array], int, list[Part], str]:
    """The states that the map takes to the seed in finitely many steps, as far as the box.

    With E the seed, a segment through each point with F(E) in E, the new states are F^-1(E) without E and their
    preimages, each of them once. The set need not be connected: a state may have several preimages, or none.

    Parameters
    ----------
    inverse : Inverse
    anchor, seed : Anchor, Seed
        Of a stable manifold of dimension 1.
    reach : Reach
        With a bounded box.

    Returns
    -------
    list of (m, n) arrays, int, list of Part, str
        The polylines, the number of them that start at the points (the first), the preimages by the number of
        steps, and why there are no more.
    """
    local = _local(anchor, seed)
    wide = Reach(reach.box + _WIDE * np.ptp(reach.box, axis=1)[:, None] * [-1, 1], reach.length)
    front, fronts, parts, length, note = _first(inverse, anchor, local), [], [], 0.0, ""
    goal = 2 * len(local) * reach.length
    for step in range(1, _MOST_STEPS):
        front = _extended(_within(front, wide), _POINT * float(np.ptp(reach.box, axis=1).max()))
        if not front.shape[1]:
            break
        fronts.append(front)
        # The last row says at which point of the cycle a polyline arrives; the first one is some steps farther on.
        period = len(local)
        parts += [Part(_arriving(front, i), step + -i % period, 1) for i in range(period)]
        length += _length(_within(front, reach))
        corners = sum(line.shape[1] for line in fronts)
        if length >= goal or corners > _MOST:
            note = f"preimages of {step} steps; there are more"
            break
        front = all_preimages(inverse, front)
    else:
        note = f"preimages of {_MOST_STEPS - 1} steps; there may be more"
    note = "; ".join(filter(None, [note, f"preimages beyond {_WIDE:g} widths of the box are dropped"]))
    if len(inverse.singular):
        note += (
            f"; preimages in {len(inverse.singular)} regions with a singular matrix, which are no curves, are left out"
        )
    segments = [np.stack([line[:, 1], line[:, end]], axis=-1) for line in local for end in (2, 0)]
    near = _SAME * float(np.ptp(reach.box, axis=1).max())
    pieces = [piece for line in fronts for piece in _pieces(line)]
    attached, others = joined([s[:-1] for s in segments], [p[:-1] for p in pieces], near)
    seen = [path.T for path in map(reach.trimmed, others) if path.shape[1]]
    return [Branch.of(path.T, reach).path for path in attached] + seen, len(attached), parts, note


def _local(anchor: Anchor, seed: Seed) -> list[Array]:
    """The seed at each point: columns end, point, other end; the images of the one at the first point."""
    one, other = seed.extents
    line = np.stack([seed.x - other * seed.vector, seed.x, seed.x + one * seed.vector], axis=-1)
    lines: list[Array] = []
    for matrix, point in zip(anchor.matrices, anchor.points, strict=True):
        lines.append(np.vstack([line, np.full(3, len(lines))]))
        image = anchor.points[(len(lines)) % len(anchor.points)]
        line = image[:, None] + matrix @ (line - point[:, None])
    return lines


def _first(inverse: Inverse, anchor: Anchor, local: list[Array]) -> Array:
    """The preimages of the seed that are not part of it."""
    found = [np.empty((len(local[0]), 0))]
    n = inverse.form.dimension
    for number, line in enumerate(local):
        before = local[number - 1]
        x, ends = before[:n, 1], before[:, [0, 2]]
        for piece in _pieces(all_preimages(inverse, line)):
            distance = np.linalg.norm(piece[:n] - x[:, None], axis=0)
            around = float(distance.min()) <= 1e-9 * (1.0 + np.abs(x).max())
            if not (around and (inverse.form.pattern(piece[:n].mean(axis=1)) == anchor.patterns[number - 1]).all()):
                found.append(_ended(piece))
                continue
            for corner in (piece[:, 0], piece[:, -1]):
                side = int((ends[:n, 1] - x) @ (corner[:n] - x) > 0)
                if np.linalg.norm(corner[:n] - x) > np.linalg.norm(ends[:n, side] - x) * (1 + 1e-12):
                    end = np.append(ends[:n, side], number)
                    found.append(_ended(np.stack([end, corner], axis=-1)))
    return np.concatenate(found, axis=1)


def _ended(piece: Array) -> Array:
    return np.column_stack([piece, np.full(len(piece), np.nan)])


def _pieces(line: Array) -> list[Array]:
    """The polylines between columns of nan."""
    stops = np.flatnonzero(np.isnan(line[0]))
    starts = np.append(0, stops[:-1] + 1) if len(stops) else np.zeros(0, dtype=int)
    return [line[:, a:b] for a, b in zip(starts, stops, strict=True)]


def _within(line: Array, reach: Reach) -> Array:
    """The parts of polylines in the box."""
    if not line.shape[1]:
        return line
    states = line[:-1]
    return kept(line, np.concatenate([states - reach.box[:, :1], reach.box[:, 1:] - states]))


def _arriving(line: Array, number: int) -> Array:
    """The polylines that arrive at one point of the cycle; the last row says at which."""
    owner = line[-1].copy()
    gaps = np.flatnonzero(np.isnan(owner))
    owner[gaps] = owner[gaps - 1]
    return line[:, owner == number]


def _extended(line: Array, least: float) -> Array:
    """Polylines without those that are no longer than that."""
    stops = np.flatnonzero(np.isnan(line[0]))
    if not len(stops):
        return line
    starts = np.append(0, stops[:-1] + 1)
    states = line[:-1]
    extent = np.fmax.reduceat(states, starts, axis=1) - np.fmin.reduceat(states, starts, axis=1)
    return line[:, np.repeat((extent > least).any(axis=0), stops - starts + 1)]


def _length(line: Array) -> float:
    return float(np.nansum(np.linalg.norm(np.diff(line[:-1], axis=1), axis=0)))
