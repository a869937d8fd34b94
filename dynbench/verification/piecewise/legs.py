"""The equations of a closed orbit of a piecewise-linear flow with a given word, solved by Newton's method in balls.

Unknowns are the state x at the start of the first leg and the durations of the k legs. With x carried along by the
exponentials of the legs' matrices, the margin that switches before each leg is zero at its start, and the orbit ends
where it began: n + k equations. Their zero is unique in a box Z around z where z - J^-1 f(z) lies in its interior for
all matrices J of an enclosure of the derivative over Z (the interval Newton method). Then each margin keeps its sign
along each leg: by Taylor's theorem to second order on pieces of time that are halved, and next to a switch, where the
margin is zero, by the sign of its rate. The field is continuous and linear in pieces, so that orbits are unique and
none slides along a border. A word that repeats no shorter one has no smaller period.

References
----------
R. E. Moore, R. B. Kearfott, M. J. Cloud, Introduction to Interval Analysis (SIAM 2009), section 8.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flint import arb, arb_mat, ctx, fmpq_mat

from dynbench.verification.piecewise.claims import Word
from dynbench.verification.piecewise.rows import Rectified

__all__ = ["BITS", "Legs", "Loop"]

#: Bits in which the equations are solved; orbits are followed, and margins looked at along them, in fewer.
BITS, _FEWER_BITS = 256, 96
#: A leg's end is looked for in steps of this part of the period; where it is shorter, in steps this much smaller.
_PARTS, _FINER = 1024, 64
_STEPS, _HALVINGS = 12, 40
#: Halves of the box in which the orbit is shown to be the only one, relative to max(1, |z|): the largest that works.
_BOXES = tuple(arb(2) ** -e for e in (20, 30, 45, 80))


class Loop(NamedTuple):
    """A closed orbit that was proved.

    Attributes
    ----------
    starts : tuple of (n + 1, 1) arb_mat
        Enclosures of the states at which the legs start, each with a 1 below.
    durations : tuple of arb
    fields : tuple of (n + 1, n + 1) arb_mat
        Each leg solves (x, 1)' = B (x, 1).
    period : arb
    monodromy : (n, n) arb_mat
        The derivative of the flow over the period at the first start.
    radius : float
        No other solution starts, and switches, within this of it.
    on_subspace : bool
        Whether that is shown only among the solutions on a subspace, which the flow maps to itself.
    """

    starts: tuple[arb_mat, ...]
    durations: tuple[arb, ...]
    fields: tuple[arb_mat, ...]
    period: arb
    monodromy: arb_mat
    radius: float
    on_subspace: bool = False


class Legs:
    """The equations of the legs: `n` states, then the durations of `k` legs."""

    def __init__(self, function: Rectified, word: Word, units: Sequence[int]) -> None:
        self.word, self.units, self.k, self.n = word, units, len(word), function.dimension
        pieces = [function.piece(pattern) for pattern in word]
        self.fields = [_bordered(piece.J, piece.c) for piece in pieces]
        self.margins = [arb_mat([[*map(arb, row), arb(g)] for row, g in zip(p.G, p.g, strict=True)]) for p in pieces]

    def followed(self, start: Sequence[float], period: float) -> list[arb] | None:
        """The start and the durations to rounding: each leg ends where its unit's margin changes its sign."""
        x, durations = self._column([arb(float(v)) for v in start]), []
        for j in range(self.k):
            with ctx.workprec(_FEWER_BITS):
                duration = self._lasts(j, x, period)
            if duration is None:
                return None
            durations.append(duration)
            x = ((self.fields[j] * duration).exp() * x).mid()
        return [arb(float(v)) for v in start] + durations

    def _lasts(self, j: int, x: arb_mat, period: float) -> arb | None:
        unit = self.units[(j + 1) % self.k]
        sign, field = 1 if self.word[j][unit] else -1, self.fields[j]
        row = arb_mat([[self.margins[j][unit, i] for i in range(self.n + 1)]])
        step = arb(period) / _PARTS
        while step > period * 2.0**-40:
            flow, y, inside = (field * step).exp().mid(), x, self.units[j] != unit
            for i in range(2 * _PARTS):
                following = (flow * y).mid()
                out = not sign * (row * following)[0, 0].mid() > 0
                if out and inside:
                    return self._crossing(field, row, y, step * i, step)
                if out:
                    break
                y, inside = following, True
            step = step / _FINER
        return None

    def _crossing(self, field: arb_mat, row: arb_mat, y: arb_mat, gone: arb, step: arb) -> arb:
        """Where the margin of the orbit from y vanishes within a step, roughly: by halving."""
        low, high = arb(0), step
        before = (row * y)[0, 0].mid() > 0
        for _ in range(30):
            middle = ((low + high) / 2).mid()
            same = ((row * (field * middle).exp() * y)[0, 0].mid() > 0) == before
            low, high = (middle, high) if same else (low, middle)
        return (gone + (low + high) / 2).mid()

    def enclosed(self, z: list[arb]) -> tuple[list[arb], float] | None:
        """A box around the one solution near z, and half the width of the larger one in which there is no other."""
        size = max(1.0, *(abs(float(e)) for e in z))
        for _ in range(_STEPS):
            f, derivative = self._equations(z)
            step = derivative.mid().solve(f.mid())
            z = [(a - step[i, 0]).mid() for i, a in enumerate(z)]
            if all(abs(e.mid()) < 2.0**-180 * size for e in step.entries()):
                break
        f, _ = self._equations(z)
        for half in _BOXES:
            radius = (half * size).mid()
            try:
                step = self._equations([a + arb(0, 1) * radius for a in z])[1].solve(f)
                if all(bool(abs(e) < radius) for e in step.entries()):
                    box = [a + arb(0, 1) * abs(e).upper() for a, e in zip(z, step.entries(), strict=True)]
                    step = self._equations(box)[1].solve(f)
                    return [a - e for a, e in zip(z, step.entries(), strict=True)], float(radius)
            except ZeroDivisionError:
                continue
        return None

    def _equations(self, z: list[arb]) -> tuple[arb_mat, arb_mat]:
        """The margins before the legs and the gap at the end, and the derivative, over a box."""
        n, k = self.n, self.k
        x = self._column(z[:n])
        slopes = arb_mat(n + 1, n + k, [int(i == j) for i in range(n + 1) for j in range(n + k)])
        slopes[n, n] = arb(0)
        values, rows = [], []
        for j, (field, margins) in enumerate(zip(self.fields, self.margins, strict=True)):
            row = arb_mat([[margins[self.units[j], i] for i in range(n + 1)]])
            values.append((row * x)[0, 0])
            rows.append((row * slopes).entries())
            flow = (field * z[n + j]).exp()
            x, slopes = flow * x, flow * slopes
            rate = field * x
            for i in range(n + 1):
                slopes[i, n + j] += rate[i, 0]
        values += [x[i, 0] - z[i] for i in range(n)]
        rows += [[slopes[i, j] - int(i == j) for j in range(n + k)] for i in range(n)]
        return arb_mat(n + k, 1, values), arb_mat(rows)

    def loop(self, box: list[arb], radius: float) -> Loop:
        """What the box encloses."""
        x, n = self._column(box[: self.n]), self.n
        starts, whole = [], arb_mat(n + 1, n + 1, [int(i == j) for i in range(n + 1) for j in range(n + 1)])
        for field, duration in zip(self.fields, box[n:], strict=True):
            starts.append(x)
            flow = (field * duration).exp()
            x, whole = flow * x, flow * whole
        monodromy = arb_mat([[whole[i, j] for j in range(n)] for i in range(n)])
        durations = tuple(box[n:])
        return Loop(tuple(starts), durations, tuple(self.fields), sum(durations, arb(0)), monodromy, radius)

    def repeats_nothing(self, starts: Sequence[arb_mat]) -> bool:
        """Whether no part of the legs is a whole turn: another word comes next, or another state."""
        for part in (p for p in range(1, self.k) if self.k % p == 0):
            apart = any(not starts[0][i, 0].overlaps(starts[part][i, 0]) for i in range(self.n))
            if not apart and self.word[part:] + self.word[:part] == self.word:
                return False
        return True

    def stays(self, j: int, loop: Loop) -> bool:
        """Whether the margins keep their signs within leg j."""
        with ctx.workprec(_FEWER_BITS):
            return self._keeps(j, loop)

    def _keeps(self, j: int, loop: Loop) -> bool:
        starts, ends = self.units[j], self.units[(j + 1) % self.k]
        field, margins, duration = self.fields[j], self.margins[j], loop.durations[j]
        signs = [1 if active else -1 for active in self.word[j]]
        waiting = [(arb(0), arb(1), 0, list(range(len(signs))))]
        while waiting:
            low, high, depth, units = waiting.pop()
            t, reach = (low + high) / 2, (high - low) / 2 * duration * arb(0, 1)
            x = (field * (duration * t)).exp() * loop.starts[j]
            velocity, around = field * x, (field * reach).exp()
            values = margins * (x + velocity * reach + field * (around * velocity) * (reach * reach / 2))
            rates = margins * (around * velocity)
            left = [
                i
                for i in units
                if not (
                    signs[i] * values[i, 0] > 0
                    or (i == starts and low == 0 and signs[i] * rates[i, 0] > 0)
                    or (i == ends and high == 1 and signs[i] * rates[i, 0] < 0)
                )
            ]
            if left and depth == _HALVINGS:
                return False
            if left:
                waiting += [(low, t, depth + 1, left), (t, high, depth + 1, left)]
        return True

    def _column(self, x: Sequence[arb]) -> arb_mat:
        return arb_mat(self.n + 1, 1, [*x, arb(1)])


def _bordered(J: fmpq_mat, c: fmpq_mat) -> arb_mat:
    """The matrix of (x, 1)' = (J x + c, 0)."""
    n = J.nrows()
    return arb_mat([*([*map(arb, J.tolist()[i]), arb(c[i, 0])] for i in range(n)), [arb(0)] * (n + 1)])
