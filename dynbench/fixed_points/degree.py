"""The topological degree of a field over a box: what the indices of the fixed points inside add up to.

The index of a fixed point is sign det(-G'(x)) where that is not 0, G = F for a flow and F - id for a map, so
that a field which points inward on the boundary of a box has index sum 1 (Poincare-Hopf; for maps,
Lefschetz-Hopf). By additivity of the degree the indices in a box add up to the degree of -G over it, whenever
G is continuous on the box and has no zero on its boundary. All signs on the boundary are proved in interval
arithmetic.

References
----------
J. Milnor, Topology from the Differentiable Viewpoint, Virginia 1965.
K. Deimling, Nonlinear Functional Analysis, Springer 1985, chapter 1.
R. B. Kearfott, An efficient degree-computation method for a generalized method of bisection, Numer. Math. 32
(1979) 109-127.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench.errors import InputError
from dynbench.fixed_points.search.boxes import as_boxes
from dynbench.symbolic.intervals import Interval
from dynbench.systems import System

__all__ = ["Degree", "boundary_degree", "is_continuous"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: So many pieces, and so many halvings a direction, before giving up on a sign or on continuity.
_MOST_PIECES, _DEPTH = 20_000, 40
#: Jacobians are enclosed on so few pieces that they hold no more numbers than this, as those of many states are large.
_MOST_NUMBERS = 20_000_000


@dataclass(frozen=True)
class Degree:
    """The degree of -G over a box.

    Attributes
    ----------
    value : int or None
        The degree, proved; None where it is not known.
    argument : str
        How it was proved, or why not.
    """

    value: int | None
    argument: str


def boundary_degree(system: System, box: ArrayLike) -> Degree:
    """Compute what the indices of the fixed points in one box add up to, from the field on its boundary.

    Parameters
    ----------
    system : System
        The system, with a value for every parameter.
    box : (n, 2) array, or mapping
        One box, as in `as_boxes`.

    Raises
    ------
    InputError
        If `box` is not one box of states of `system`.
    """
    boxes = as_boxes(system, box)
    if len(boxes) != 1:
        raise InputError(f"The degree is computed over one box, not over a union of {len(boxes)}.")
    if not is_continuous(system, boxes[0]):
        return Degree(None, "the field could not be shown to be continuous on the whole box")
    degree = _face_pairs(system, boxes[0])
    if degree.value is None and system.dimension == 2:
        return _winding_number(system, boxes[0])
    return degree


def is_continuous(system: System, box: Array) -> bool:
    """Whether G is shown to be continuous: defined, and Lipschitz across its switching sets."""

    def fine(pieces: Array) -> Mask:
        at = Interval(pieces[..., 0], pieces[..., 1])
        value = system.enclose_residual(at)
        ok = value.defined & np.isfinite(value.mag)
        if not system.switching:
            return np.all(ok, axis=-1)
        slope = system.enclose_residual_jacobian(at)
        return np.all(ok & (slope.defined & np.isfinite(slope.mag)).all(-1), axis=-1)

    most = max(1, min(_MOST_PIECES, _MOST_NUMBERS // len(box) ** 2)) if system.switching else _MOST_PIECES
    return _on_pieces(fine, box, most) is not None


def _on_pieces(decided: Callable[[Array], Mask], box: Array, most: int = _MOST_PIECES) -> Array | None:
    """Cut a box until `decided` is true of every piece: the pieces (m, n, 2), or None if that fails."""
    waiting, done, looked = box[None], [], 0
    for _ in range(1 + _DEPTH * len(box)):
        looked += len(waiting)
        if looked > most:
            return None
        ok = decided(waiting)
        done.append(waiting[ok])
        waiting = _halves(waiting[~ok])
        if not len(waiting):
            return np.concatenate(done)
    return None


def _halves(pieces: Array) -> Array:
    axis = np.argmax(pieces[..., 1] - pieces[..., 0], axis=-1)
    rows = np.arange(len(pieces))
    left, right = pieces.copy(), pieces.copy()
    left[rows, axis, 1] = right[rows, axis, 0] = pieces[rows, axis].mean(-1)
    return np.concatenate([left, right])


def _face_pairs(system: System, box: Array) -> Degree:
    """The degree where component i of G has one sign on each of the two faces across axis i.

    Then -G is homotopic, without zeros on the boundary, to a linear field about the centre that is diagonal
    with entries +1 (inward pair) or -1 (outward pair); or, if a pair has the same sign on both faces, to a
    field whose component i is constant, with degree 0.
    """
    degree, inward = 1, 0
    for i, name in enumerate(system.state_names):
        signs = [_face_sign(system, box, i, end) for end in (0, 1)]
        if 0 in signs:
            at = box[i, signs.index(0)]
            return Degree(None, f"the component of {name} has no proved sign on the face {name} = {at:g}")
        low, high = signs
        degree *= 0 if low == high else low
        inward += low > high
    if inward == system.dimension:
        return Degree(1, "the field points inward on every face of the box")
    return Degree(degree, "on each pair of opposite faces the field has a proved direction across them")


def _face_sign(system: System, box: Array, axis: int, end: int) -> int:
    """The proved sign of component `axis` on a face, 0 where none is."""
    face = box.copy()
    face[axis] = box[axis, end]
    signs: set[int] = set()

    def decided(pieces: Array) -> Mask:
        value = system.enclose_residual(Interval(pieces[..., 0], pieces[..., 1]))[..., axis]
        up, down = value.lo > 0, value.hi < 0
        signs.update([1] * bool(up.any()) + [-1] * bool(down.any()))
        # Two signs on one face: there is no need to look on.
        return np.ones_like(up) if len(signs) == 2 else up | down

    complete = _on_pieces(decided, face) is not None
    return signs.pop() if complete and len(signs) == 1 else 0


def _winding_number(system: System, box: Array) -> Degree:
    """The turns of G along the boundary of a rectangle (deg(-G) = deg(G) in the plane).

    Each piece of the boundary gets a half-plane in which G stays: 0 right, 1 up, 2 left, 3 down. From one
    piece to the next the half-plane turns by a quarter or not at all, since G at the common end lies in both.
    """
    (x0, x1), (y0, y1) = box
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    labels = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = 0 if start[1] == end[1] else 1
        edge = np.stack([np.minimum(start, end), np.maximum(start, end)], axis=-1)
        pieces = _on_pieces(lambda p: _half_plane(system, p) >= 0, edge)
        if pieces is None:
            across = system.state_names[1 - along]
            return Degree(None, f"the field may vanish on the edge {across} = {start[1 - along]:g}")
        order = np.argsort(pieces[:, along, 0])
        labels.append(_half_plane(system, pieces[order if end[along] > start[along] else order[::-1]]))
    path = np.concatenate(labels)
    quarters = (np.roll(path, -1) - path + 1) % 4 - 1
    return Degree(int(quarters.sum()) // 4, "turns of the field along the boundary of the box, counted by proved signs")


def _half_plane(system: System, pieces: Array) -> NDArray[np.intp]:
    value = system.enclose_residual(Interval(pieces[..., 0], pieces[..., 1]))
    cases = [value.lo[:, 0] > 0, value.lo[:, 1] > 0, value.hi[:, 0] < 0, value.hi[:, 1] < 0]
    return np.select(cases, [0, 1, 2, 3], default=-1)
