"""Zeros of G (fixed points): proofs that one exists, that there is no second one, that there is none.

Existence. Let R be any matrix, Y >= |R G(c)| and |I - R D| <= Z for every matrix D in the hull of the derivative of G
over the box |x - c| <= r. If Z < 1 and Y + Z r <= r, then x -> x - R G(x) maps the box into itself and contracts:
exactly one zero lies in it (Krawczyk).

At most one. If every matrix in the hull of the derivative over a convex box is regular, G is one-to-one on it, because
G(y) - G(x) = D (y - x). All of them are regular if |I - R D| v < v, entry by entry, for some v > 0.

None. A component of G, or of R G, keeps away from 0: by its values over the box, or by its value at the midpoint and
its derivative over the box (mean value form).

All of this also holds across kinks, as the derivative's hull then holds the one-sided ones; see
`dynbench.verification.evaluation`.

References
----------
R. Krawczyk, Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken, Computing 4 (1969) 187-201.
A. Neumaier, Interval Methods for Systems of Equations, Cambridge 1990, chapters 4 and 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flint import arb, arb_mat, ctx

from dynbench.verification.declaration import Declared
from dynbench.verification.enclosure import EMPTY, Enclosure

__all__ = ["Root", "box_around", "contraction_with", "excluded", "find_root", "is_one_to_one", "linearised"]

Box = tuple[Enclosure, ...]
_STEPS = 60


class Root(NamedTuple):
    """A zero of G, enclosed: exactly one lies within `radius` of `center` (sup norm).

    Attributes
    ----------
    center : tuple of arb
        Exact numbers.
    radius : arb
        Exact.
    sign : int or None
        The index of the zero: the sign of det(-D), the same for every derivative D of G in that box, or the degree of
        -G around it. None where it is not known.
    """

    center: tuple[arb, ...]
    radius: arb
    sign: int | None

    @property
    def box(self) -> Box:
        """The box that holds the zero."""
        return box_around(self.center, self.radius)

    def distance(self, x: Sequence[float]) -> Enclosure:
        """An enclosure of the distance (sup norm) from the zero to the exact doubles `x`."""
        gaps = [(b - Enclosure.of(v)).magnitude() for b, v in zip(self.box, x, strict=True)]
        lo, hi = gaps[0].lo, gaps[0].hi
        for gap in gaps[1:]:
            lo, hi = lo.max(gap.lo), hi.max(gap.hi)
        return Enclosure(lo, hi)


def box_around(center: Sequence[arb | float], radius: arb | float) -> Box:
    """The box of all points within `radius` of `center`, rounded outwards."""
    r = arb(radius)
    return tuple(Enclosure((arb(c) - r).lower(), (arb(c) + r).upper()) for c in center)


def find_root(system: Declared, start: Sequence[float | arb]) -> Root | None:
    """Newton's method from `start` at the working precision, and the proof of existence; None where it fails."""
    current = [arb(value) for value in start]
    last = None
    for _ in range(_STEPS):
        point = _point(current)
        value, rows = system.G.values_and_jacobian(point)
        inverse = _inverse(rows)
        if inverse is None or not all(v.finite for v in value):
            return None
        step = (inverse * _column(value)).entries()
        size = max(abs(s.mid()) for s in step)
        if not size.is_finite():
            return None
        current = [(c - s).mid() for c, s in zip(current, step, strict=True)]
        # Rounding decides on the steps from here on: the precision is spent.
        if size == 0 or (last is not None and size >= last / 2 and size < _scale(current) * arb(2) ** (-ctx.prec // 2)):
            break
        last = size
    return _proof(system, current)


def is_one_to_one(system: Declared, box: Box) -> bool:
    """Whether G is shown to be defined and one-to-one on a box: then at most one zero lies in it."""
    derivative = linearised(system, box)
    return derivative is not None and _regular(derivative, box)


def linearised(system: Declared, box: Box) -> arb_mat | None:
    """The hull of the derivative of G over a box; None where G is not shown to be Lipschitz there."""
    value, rows = system.G.values_and_jacobian(box)
    return _as_matrix(rows) if _lipschitz(value, rows) else None


def excluded(system: Declared, box: Box) -> bool:
    """Whether it is shown that no zero lies in a box."""
    value, rows = system.G.values_and_jacobian(box)
    if any(v is EMPTY or v.zero_free for v in value):
        return True
    if not _lipschitz(value, rows):
        return False
    middle = [side.mid for side in box]
    reach = [max((m - side.lo).upper(), (side.hi - m).upper()) for m, side in zip(middle, box, strict=True)]
    at_middle = system.G.values(_point(middle))
    if not all(v.finite for v in at_middle):
        return False
    derivative, column = _as_matrix(rows), _column(at_middle)
    if _keeps_away(derivative, column, reach):
        return True
    inverse = _inverse_of(derivative.mid())
    return inverse is not None and _keeps_away(inverse * derivative, inverse * column, reach)


def contraction_with(system: Declared, root: Root, inverse: Sequence[Sequence[float]], radius: float) -> arb | None:
    """A bound of |I - R G'| within `radius` of a zero, R given; None where G is not shown to be Lipschitz."""
    derivative = linearised(system, box_around(root.center, arb(radius).max(root.radius)))
    if derivative is None:
        return None
    return _row_norm(_defect(arb_mat([list(map(arb, row)) for row in inverse]) * derivative))


# ---- inequalities


def _proof(system: Declared, center: list[arb]) -> Root | None:
    inverse = _inverse(system.G.values_and_jacobian(_point(center))[1])
    if inverse is None:
        return None
    at_center = inverse * _column(system.G.values(_point(center)))
    bound = _largest(at_center.entries())
    tiny = _scale(center) * arb(2) ** (8 - ctx.prec)
    radius = (2 * bound).max(tiny).upper()
    for _ in range(12):
        if not radius.is_finite():
            return None
        derivative = linearised(system, box_around(center, radius))
        if derivative is not None:
            contraction = _row_norm(_defect(inverse * derivative))
            if contraction < 1 and bound + contraction * radius <= radius:
                return Root(tuple(center), (bound / (1 - contraction)).upper(), _index(inverse))
        radius = (16 * radius).upper()
    return None


def _index(inverse: arb_mat) -> int | None:
    """The sign of det(-D) for the matrices D of which `inverse` is an approximate inverse: they are connected."""
    determinant = inverse.det() * (-1) ** inverse.nrows()
    return 1 if determinant > 0 else -1 if determinant < 0 else None


def _regular(derivative: arb_mat, box: Box) -> bool:
    """Whether every matrix in a matrix of balls is regular."""
    inverse = _inverse_of(derivative.mid())
    if inverse is None:
        return False
    defect = [[abs(e).upper() for e in row] for row in _defect(inverse * derivative).tolist()]
    n = len(defect)
    for weights in ([arb(1)] * n, [(s.hi - s.lo).mid() if s.finite else arb(1) for s in box]):
        v = weights
        for _ in range(6):
            image = [sum((e * w for e, w in zip(row, v, strict=True)), arb(0)).upper() for row in defect]
            if all(i < w for i, w in zip(image, v, strict=True)):
                return True
            top = _largest(image)
            if not (top.is_finite() and top > 0):
                return False
            # Towards the Perron vector of the defect, kept positive.
            v = [(i / top + arb(2) ** -20).mid() for i in image]
    return False


def _keeps_away(derivative: arb_mat, at_middle: arb_mat, reach: Sequence[arb]) -> bool:
    """Whether |value at the middle| > |derivative| reach for some component."""
    for value, row in zip(at_middle.entries(), derivative.tolist(), strict=True):
        if value > 0 or value < 0:
            spread = sum((abs(e).upper() * r for e, r in zip(row, reach, strict=True)), arb(0))
            if abs(value) > spread:
                return True
    return False


def _lipschitz(value: Sequence[Enclosure], rows: Sequence[Sequence[Enclosure]]) -> bool:
    return all(v.continuous for v in value) and all(e.finite for row in rows for e in row)


# ---- small linear algebra


def _point(x: Sequence[arb]) -> Box:
    return tuple(Enclosure(arb(v), arb(v)) for v in x)


def _as_matrix(rows: Sequence[Sequence[Enclosure]]) -> arb_mat:
    return arb_mat([[entry.ball() for entry in row] for row in rows])


def _column(values: Sequence[Enclosure]) -> arb_mat:
    return arb_mat(len(values), 1, [v.ball() for v in values])


def _inverse(rows: Sequence[Sequence[Enclosure]]) -> arb_mat | None:
    if not all(entry.finite for row in rows for entry in row):
        return None
    return _inverse_of(_as_matrix(rows).mid())


def _inverse_of(matrix: arb_mat) -> arb_mat | None:
    try:
        inverse = matrix.inv()
    except ZeroDivisionError:
        return None
    return inverse.mid() if all(e.is_finite() for e in inverse.entries()) else None


def _defect(product: arb_mat) -> arb_mat:
    n = product.nrows()
    return arb_mat(n, n, [int(i == j) for i in range(n) for j in range(n)]) - product


def _row_norm(matrix: arb_mat) -> arb:
    return _largest([sum((abs(e) for e in row), arb(0)).upper() for row in matrix.tolist()])


def _largest(values: Sequence[arb]) -> arb:
    result = arb(0)
    for value in values:
        if not value.is_finite():
            return arb.pos_inf()
        result = result.max(abs(value).upper())
    return result


def _scale(x: Sequence[arb]) -> arb:
    return _largest(x).max(arb(1))
