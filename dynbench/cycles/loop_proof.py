"""Proofs that piecewise-linear flows have the cycles found: Krawczyk's test on the legs, in balls.

The equations of a loop (`dynbench.cycles.loops`) are solved in a small box, by one solution only, if

    Z - Y F(z) + (1 - Y F'(Z)) (Z - z)

lies in the interior of the box Z around z. Of the orbit so closed it remains to show that every leg lies in its region:
margins are enclosed on intervals of time that are halved until each has its sign; next to a switch the derivative of
the margin, which is zero there, has one. All is done in ball arithmetic (python-flint's arb) with the rational entries
of the declaration, exponentials of matrices included, so that no rounding is left out.

References
----------
A. Neumaier, Interval Methods for Systems of Equations (Cambridge 1990), section 5.1. F. Johansson, Arb: efficient
arbitrary-precision midpoint-radius interval arithmetic, IEEE Trans. Comput. 66 (2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from flint import arb, arb_mat, ctx, fmpq_mat

from dynbench.cycles.loops import Loop
from dynbench.piecewise import RationalForm, agree_on_border
from dynbench.symbolic.balls import identity

__all__ = ["LoopProof", "enclosed_monodromy", "prove_loop"]

_BITS = 128
#: Newton's method starts from doubles and doubles the correct digits in each step.
_STEPS = 4
#: The box: so many times the correction that is left, and at least this.
_INFLATION, _SMALLEST = 4, 2.0**-100
#: Intervals of a leg are halved so often.
_HALVINGS = 40


@dataclass(frozen=True, eq=False)
class LoopProof:
    """What is proved of a loop: there is a cycle with these legs, and one only within `radius` of the states.

    Attributes
    ----------
    period : arb
        Encloses the period.
    states : arb_mat
        Enclose the states at which the legs start, a row each.
    radius : float
        Half the width of the box in which it is unique.
    durations : tuple of arb
        Enclose the legs' durations.
    """

    period: arb
    states: arb_mat
    radius: float
    durations: tuple[arb, ...]


def prove_loop(form: RationalForm, loop: Loop) -> LoopProof | None:
    """A proof that the flow has the cycle, or None where it was not achieved.

    Parameters
    ----------
    form : RationalForm
        Of the flow.
    loop : Loop
        As Newton's method found it.
    """
    if not loop.one_by_one or not _never_slides(form, loop):
        return None
    with ctx.workprec(_BITS):
        legs = _Legs(form, loop)
        box = legs.enclosure()
        if box is None or not all(legs.stays(j, box) for j in range(legs.k)):
            return None
        k, n = legs.k, legs.n
        if not legs.turns_once(box):
            return None
        states = arb_mat([[box[j * n + i] for i in range(n)] for j in range(k)])
        durations = tuple(box[k * n :])
        return LoopProof(sum(durations, arb(0)), states, max(float(e.rad()) for e in box), durations)


def enclosed_monodromy(form: RationalForm, loop: Loop, durations: Sequence[arb]) -> arb_mat:
    """The derivative of the flow over one turn of a loop, at the start of its first leg.

    The product of the legs' exponentials: at a switch nothing is added, as the field is continuous.
    """
    matrix = identity(form.dimension)
    with ctx.workprec(_BITS):
        for pattern, duration in zip(loop.patterns, durations, strict=True):
            matrix = (arb_mat(form.region([bool(on) for on in pattern]).J) * duration).exp() * matrix
    return matrix


def _never_slides(form: RationalForm, loop: Loop) -> bool:
    """Whether the fields of neighbouring legs agree on the border between them, exactly."""
    return all(
        agree_on_border(form, [bool(on) for on in pattern], unit)
        for pattern, unit in zip(loop.patterns, loop.units.tolist(), strict=True)
    )


class _Legs:
    """The equations of a loop in balls."""

    def __init__(self, form: RationalForm, loop: Loop) -> None:
        self.loop, self.k, self.n = loop, len(loop.units), form.dimension
        regions = [form.region([bool(on) for on in pattern]) for pattern in loop.patterns]
        self.fields = [_augmented(region.J, region.c) for region in regions]
        self.margins = [_joined(region.G, region.g) for region in regions]

    def enclosure(self) -> list[arb] | None:
        """A box in which the equations have one solution, which it encloses."""
        z = [arb(value) for value in (*self.loop.states.ravel().tolist(), *self.loop.durations.tolist())]
        size = len(z)
        inverse = self._inverse(z)
        if inverse is None:
            return None
        for _ in range(_STEPS):
            residual, _jacobian = self._equations(z)
            correction = inverse * residual
            z = [(z[i] - correction[i, 0]).mid() for i in range(size)]
        residual, _jacobian = self._equations(z)
        correction = inverse * residual
        spread = [arb(0, _INFLATION * float(abs(correction[i, 0]).upper()) + _SMALLEST) for i in range(size)]
        box = [z[i] + spread[i] for i in range(size)]
        _, derivative = self._equations(box)
        offset = arb_mat(size, 1, spread)
        image = (identity(size) - inverse * derivative) * offset - correction
        if not all(bool(spread[i].contains_interior(image[i, 0])) for i in range(size)):
            return None
        return [z[i] + image[i, 0] for i in range(size)]

    def stays(self, j: int, box: list[arb]) -> bool:
        """Whether the margins keep the signs of leg j's pattern from its start to its end, both without the switch."""
        pattern = self.loop.patterns[j].tolist()
        starts, ends = int(self.loop.units[j]), int(self.loop.units[(j + 1) % self.k])
        duration = box[self.k * self.n + j]
        x = self._column(box, j)
        waiting = [(arb(0), arb(1), 0, list(range(len(pattern))))]
        while waiting:
            low, high, depth, units = waiting.pop()
            margins, rates = self._along(j, x, duration, low, high)
            left = []
            for unit in units:
                sign = 1 if pattern[unit] else -1
                if (
                    sign * margins[unit, 0] > 0
                    or (low == 0 and unit == starts and sign * rates[unit, 0] > 0)
                    or (high == 1 and unit == ends and sign * rates[unit, 0] < 0)
                ):
                    continue
                left.append(unit)
            if left and depth >= _HALVINGS:
                return False
            if left:
                middle = (low + high) / 2
                waiting += [(low, middle, depth + 1, left), (middle, high, depth + 1, left)]
        return True

    def turns_once(self, box: list[arb]) -> bool:
        """Whether the period is the smallest: no rotation of the legs has both the same patterns and states."""
        for part in (p for p in range(1, self.k) if self.k % p == 0):
            apart = any(not box[i].overlaps(box[(i + part * self.n) % (self.k * self.n)]) for i in range(self.n))
            if not apart and (self.loop.patterns == np.roll(self.loop.patterns, part, axis=0)).all():
                return False
        return True

    def _along(self, j: int, x: arb_mat, duration: arb, low: arb, high: arb) -> tuple[arb_mat, arb_mat]:
        """Enclosures of the margins and their rates on a part of a leg, from the state and the rate in its middle."""
        field, margins = self.fields[j], self.margins[j]
        middle = (field * (duration * (low + high) / 2)).exp() * x
        half = duration * (high - low) / 2
        spread = arb(0, 1) * half
        around = (field * spread).exp()
        there = around * middle
        rate = field * there
        centred = margins * middle + (margins * rate) * spread
        return centred, margins * (around * (field * middle))

    def _column(self, z: list[arb], j: int) -> arb_mat:
        return arb_mat(self.n + 1, 1, [*z[j * self.n : (j + 1) * self.n], 1])

    def _inverse(self, z: list[arb]) -> arb_mat | None:
        """An approximate inverse of the derivative, in doubles."""
        _, derivative = self._equations(z)
        matrix = np.array([[float(e) for e in row] for row in derivative.tolist()])
        try:
            inverse = np.linalg.inv(matrix)
        except np.linalg.LinAlgError:
            return None
        return arb_mat(inverse.tolist()) if np.isfinite(inverse).all() else None

    def _equations(self, z: list[arb]) -> tuple[arb_mat, arb_mat]:
        """The residual (a column) and the derivative, over a box."""
        k, n = self.k, self.n
        size = k * (n + 1)
        residual, derivative = arb_mat(size, 1), arb_mat(size, size)
        for j, following in pairwise([*range(k), 0]):
            x = self._column(z, j)
            flow = (self.fields[j] * z[k * n + j]).exp()
            end = flow * x
            rate = self.fields[j] * end
            unit = int(self.loop.units[j])
            margin = self.margins[j] * x
            for i in range(n):
                residual[j * n + i, 0] = end[i, 0] - z[following * n + i]
                for m in range(n):
                    derivative[j * n + i, j * n + m] += flow[i, m]
                derivative[j * n + i, following * n + i] -= 1
                derivative[j * n + i, k * n + j] = rate[i, 0]
                derivative[k * n + j, j * n + i] = self.margins[j][unit, i]
            residual[k * n + j, 0] = margin[unit, 0]
        return residual, derivative


def _augmented(J: fmpq_mat, c: fmpq_mat) -> arb_mat:
    """The matrix of (x, 1)' = (J x + c, 0)."""
    n = J.nrows()
    return arb_mat([*([*(arb(J[i, j]) for j in range(n)), arb(c[i, 0])] for i in range(n)), [arb(0)] * (n + 1)])


def _joined(G: fmpq_mat, g: fmpq_mat) -> arb_mat:
    """The margins as a matrix that acts on (x, 1)."""
    return arb_mat([[*(arb(G[i, j]) for j in range(G.ncols())), arb(g[i, 0])] for i in range(G.nrows())])
