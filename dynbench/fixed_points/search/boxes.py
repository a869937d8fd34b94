"""Boxes in state space as the user gives them, and hulls of many small boxes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import listed, readonly
from dynbench.errors import InputError
from dynbench.systems import System

__all__ = ["as_boxes", "holds", "merge_boxes"]

Array = NDArray[np.float64]


def as_boxes(system: System, box: Any, *, flat: bool = False) -> Array:
    """Read a box, or a union of boxes, of states of `system`.

    Parameters
    ----------
    system : System
        Gives the states and their order.
    box : mapping, (n, 2) array_like, (B, n, 2) array_like, or sequence of mappings and (n, 2) array_likes
        A mapping takes each state (its symbol or its name) to (low, high); an array has one row a state.
    flat : bool
        Whether the two bounds of a state may be equal.

    Returns
    -------
    (B, n, 2) array
        Lower and upper bounds, read-only. The boxes may overlap.

    Raises
    ------
    InputError
        If a state has no bounds, a name is no state, or a pair is not two finite numbers with low < high (or
        low <= high).
    """
    if isinstance(box, Mapping):
        return readonly([_from_mapping(system, box, flat)])
    if isinstance(box, Sequence) and any(isinstance(part, Mapping) for part in box):
        return readonly(np.concatenate([as_boxes(system, part, flat=flat) for part in box]))
    try:
        array = np.asarray(box, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"box must be a mapping from states to (low, high), or an array of shape "
            f"({system.dimension}, 2), not {box!r:.80}."
        ) from error
    if array.ndim not in (2, 3) or array.shape[-2:] != (system.dimension, 2) or len(array) == 0:
        raise InputError(
            f"box has shape {array.shape}; expected ({system.dimension}, 2), a row (low, high) for each of "
            f"{listed(system.state_names)}, or a union of such boxes."
        )
    boxes = array.reshape(-1, system.dimension, 2)
    for one in boxes:
        for name, (low, high) in zip(system.state_names, one, strict=True):
            _check_pair(name, low, high, flat)
    return readonly(boxes)


def holds(boxes: Array, x: Array, slack: float = 0.0) -> bool:
    """Whether a state (n,) lies in one of the boxes (B, n, 2), or within `slack` of one."""
    return bool(np.any(np.all((x >= boxes[..., 0] - slack) & (x <= boxes[..., 1] + slack), axis=-1)))


def _from_mapping(system: System, box: Mapping[Any, Any], flat: bool) -> Array:
    by_name = {str(state): pair for state, pair in box.items()}
    for name in by_name:
        if name not in system.state_names:
            raise InputError(f"box names {name}, which is no state; the states are {listed(system.state_names)}.")
    rows = []
    for name in system.state_names:
        if name not in by_name:
            raise InputError(f"box has no bounds for the state {name}.")
        rows.append(_pair(name, by_name[name], flat))
    return np.array(rows)


def _pair(name: str, pair: Any, flat: bool) -> tuple[float, float]:
    try:
        low, high = pair
        low, high = float(low), float(high)
    except (TypeError, ValueError) as error:
        raise InputError(f"The box for {name} must be a pair of numbers (low, high), not {pair!r:.60}.") from error
    _check_pair(name, low, high, flat)
    return low, high


def _check_pair(name: str, low: float, high: float, flat: bool) -> None:
    ordered, sign = (low <= high, "<=") if flat else (low < high, "<")
    if not (math.isfinite(float(high) - float(low)) and ordered):
        raise InputError(
            f"The box for {name} is ({low:g}, {high:g}); expected finite numbers with low {sign} high, and a finite "
            "width."
        )


def merge_boxes(boxes: Array, *, most: int = 12) -> list[NDArray[np.intp]]:
    """Group boxes so that the hulls of the groups are few and hold little more than the boxes.

    Parameters
    ----------
    boxes : (m, n, 2) array
        The boxes.
    most : int
        At most so many groups.

    Returns
    -------
    list of index arrays
        A partition of ``range(m)``: the group of largest hull is cut where that shrinks the hulls most.
    """
    groups = [np.arange(len(boxes))] if len(boxes) else []
    final: list[NDArray[np.intp]] = []
    while groups and len(groups) + len(final) < most:
        group = groups.pop(int(np.argmax([_log_volume(boxes[g]) for g in groups])))
        parts = _cut(boxes, group)
        if parts is None:
            final.append(group)
        else:
            groups += parts
    return final + groups


#: A cut must take at least this share off the volume.
_WORTHWHILE = 0.25


def _cut(boxes: Array, group: NDArray[np.intp]) -> list[NDArray[np.intp]] | None:
    """The best cut of a group in two, in its widest gap or the middle of an axis; None if none pays."""
    best, chosen = 1.0 - _WORTHWHILE, None
    for axis in range(boxes.shape[1]):
        order = group[np.argsort(boxes[group, axis, 0])]
        low, high = boxes[order, axis, 0], boxes[order, axis, 1]
        gap = low[1:] - np.maximum.accumulate(high)[:-1]
        middle = int(np.searchsorted(low, 0.5 * (low[0] + high.max())))
        for at in {middle, int(np.argmax(gap)) + 1} if gap.size else ():
            if 0 < at < len(order):
                parts = [order[:at], order[at:]]
                share = sum(np.exp(_log_volume(boxes[part]) - _log_volume(boxes[group])) for part in parts)
                if share < best:
                    best, chosen = share, parts
    return chosen


def _log_volume(boxes: Array) -> float:
    width = boxes[..., 1].max(0) - boxes[..., 0].min(0)
    return float(np.log(np.maximum(width, np.finfo(float).tiny)).sum())
