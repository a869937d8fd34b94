"""Manifolds of dimension 2 of cycles, against ones that are known in closed form and computed in fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import dynbench as db
from dynbench.cycles import refine_cycle
from dynbench.manifolds import trace_manifold
from dynbench.piecewise import piecewise_linear
from dynbench.piecewise.inverse import Inverse

from .known import apart, area, network

#: Of box=[[-1, 1]] * 3 three widths are followed.
BOX, FOLLOWED = [[-1, 1]] * 3, [[-3, 3]] * 3


def covered(mesh):
    """The area of the polygons, seen along the last state."""
    return sum(area(corners[:, :2]) for corners in mesh.corners())


def heights(mesh, exact):
    """How far the last state of the vertices is from a function of the others, known in fractions."""
    return max(abs(z - float(exact(*map(Fraction, (x, y))))) for x, y, z in mesh.vertices)


def sign(x):
    return 1 if x > 0 else -1


class Exchanged:
    """x' = -h(x), h(x) = x/2 for |x| <= 1 and of slope 2 beyond, y' = -3y/2, z' = z/3 + x: a homeomorphism.

    Its cycle x = 3/2, -3/2 expands x and y. The sheets lie over x > 0 and x < 0, and z is there the sum of
    3^-j x_(-j-1) over the states before x, which come to the outer piece, where z is affine.
    """

    h = "(x/2 + 3*Max(x - 1, 0)/2 - 3*Max(-x - 1, 0)/2)"
    back = "(2*x - 3*Max(x - 1/2, 0)/2 + 3*Max(-x - 1/2, 0)/2)"
    forward = db.Map({"x": f"-{h}", "y": "-3*y/2", "z": "z/3 + x"})
    inverse = db.Map({"x": f"-{back}", "y": "-2*y/3", "z": f"3*(z + {back})"})

    @classmethod
    def height(cls, x, y):
        side = 1 if x > 0 else -1
        if abs(x) >= 1:
            return -(Fraction(3, 7) * x + Fraction(27, 56) * side)
        before = -2 * x if 2 * abs(x) <= 1 else -side * (1 + (abs(x) - Fraction(1, 2)) / 2)
        return cls.height(before, y) / 3 + before


@pytest.mark.parametrize("which", ["unstable", "stable"])
def test_sheets_over_both_sides(which):
    system = Exchanged.forward if which == "unstable" else Exchanged.inverse
    z = float(Exchanged.height(Fraction(3, 2), 0))
    cycle = refine_cycle(system, [1.5, 0, z], 2)
    np.testing.assert_allclose(cycle.points, [[1.5, 0, z], [-1.5, 0, -z]], atol=1e-15)
    manifold = trace_manifold(system, cycle, which, box=BOX)
    assert manifold.cycle is cycle
    assert manifold.exact
    assert manifold.error < 1e-13
    assert repr(manifold.mesh).endswith("vertices)")
    assert "on 2 sheets" in repr(manifold)
    assert heights(manifold.mesh, Exchanged.height) < 1e-14
    for number, side in enumerate((1, -1)):
        sheet = manifold.mesh.sheet(number)
        assert (side * sheet.vertices[:, 0] > 0).all()
        # The sheets come ever nearer to x = 0, and end 10^-8 before it.
        assert covered(sheet.within(FOLLOWED)) == pytest.approx(18, rel=1e-7)


class Turning:
    """A spiral in x, y: both are turned and stretched by 5/4; t' = -t/2 -+ 3/4 + max(x - 1, 0)/8 for |t| >= 1/2.

    The cycle t = 3/2, -3/2 has a complex pair. On its sheets t -+ 3/2 is the sum of (-1/2)^j max(x_(-j-1) - 1, 0)/8.
    """

    system = db.Map(
        {
            "x": "3*x/4 - y",
            "y": "x + 3*y/4",
            "t": "-(2*t - 3*Max(t - 1/2, 0)/2 + 3*Max(-t - 1/2, 0)/2) + Max(x - 1, 0)/8",
        }
    )

    @staticmethod
    def height(x, y):
        total, weight = Fraction(0), Fraction(1, 8)
        while x * x + y * y > 1:
            x, y = (Fraction(3, 4) * x + y) * Fraction(16, 25), (Fraction(3, 4) * y - x) * Fraction(16, 25)
            total, weight = total + weight * max(x - 1, Fraction(0)), -weight / 2
        return total


def test_a_complex_pair_of_a_cycle():
    cycle = refine_cycle(Turning.system, [0, 0, 1.5], 2)
    manifold = trace_manifold(Turning.system, cycle, "unstable", box=BOX)
    assert manifold.error < 1e-14
    for number, middle in enumerate(cycle.points[:, 2]):
        sheet = manifold.mesh.sheet(number)
        assert heights(sheet, lambda x, y, middle=middle: Turning.height(x, y) + Fraction(middle)) < 1e-14
        assert covered(sheet) == pytest.approx(36, rel=1e-12)


def test_negative_multipliers_of_a_cycle_of_a_map_without_an_inverse():
    """A tent in x, in which a cycle of period 3 has multiplier -8; z depends on y alone, whose multiplier is -27/8."""
    system = db.Map({"x": "1 - 2*Abs(x)", "y": "-3*y/2", "z": "z/3 + Abs(y - 1)/4"})
    cycle = refine_cycle(system, [-5 / 9, 0, 0.375], 3)
    np.testing.assert_allclose(np.sort(cycle.multipliers.real), [-8, -27 / 8, 1 / 27], rtol=1e-12)
    manifold = trace_manifold(system, cycle, "unstable", box=[[-1, 1], [-2 / 3, 2 / 3], [-1, 1]], pieces=500)

    def height(x, y):
        if abs(y) <= 1:
            return Fraction(3, 8) + Fraction(3, 22) * y
        before = -2 * y / 3
        return height(x, before) / 3 + abs(before - 1) / 4

    assert heights(manifold.mesh, height) < 1e-15
    assert manifold.error < 1e-13
    for number in range(3):
        sheet = manifold.mesh.sheet(number)
        # Every interval of the tent becomes the whole one; there each sheet lies on itself again and again.
        np.testing.assert_allclose(sheet.vertices.min(axis=0)[:2], [-1, -2], atol=1e-12)
        np.testing.assert_allclose(sheet.vertices.max(axis=0)[:2], [1, 2], atol=1e-12)
        assert covered(sheet) > 8


def test_a_multiplier_that_is_repeated_and_negative():
    """y and z change places: after two steps both are multiplied by -2."""
    system = db.Map({"x": "-2*x + 3*Max(x - 1/2, 0)/2 - 3*Max(-x - 1/2, 0)/2", "y": "z + Max(y - 9, 0)", "z": "-2*y"})
    cycle = refine_cycle(system, [1.5, 0, 0], 2)
    manifold = trace_manifold(system, cycle, "unstable", box=[[-3, 3], [-1, 1], [-1, 1]])
    for number, side in enumerate((1.5, -1.5)):
        sheet = manifold.mesh.sheet(number)
        np.testing.assert_allclose(sheet.vertices[:, 0], side, rtol=1e-14)
        assert sum(area(corners[:, 1:]) for corners in sheet.corners()) == pytest.approx(36, rel=1e-12)


def test_a_linear_change_of_coordinates_changes_nothing_else():
    change = np.array([[2, 1, 0], [1, 1, 0], [1, -1, 1]])
    back = np.rint(np.linalg.inv(change)).astype(int)
    old = ["".join(f"{c:+d}*{v}" for c, v in zip(row, "uvw", strict=True)) for row in back]
    x, y, z = (f"({e})" for e in old)
    image = [f"-{Exchanged.h.replace('x', x).replace(f'Ma{x}', 'Max')}", f"(-3*{y}/2)", f"({z}/3 + {x})"]
    new = ["".join(f"{c:+d}*{e}" for c, e in zip(row, image, strict=True)).replace("--", "+") for row in change]
    system = db.Map(dict(zip("uvw", new, strict=True)))
    point = np.array([1.5, 0, float(Exchanged.height(Fraction(3, 2), 0))])
    np.testing.assert_allclose(system(change @ point), change @ Exchanged.forward(point), atol=1e-14)
    cycle = refine_cycle(system, change @ point, 2)
    manifold = trace_manifold(system, cycle, "unstable", box=BOX, pieces=200)
    assert manifold.error < 1e-13
    assert len(manifold.mesh) > 20
    straight = type(manifold.mesh)(manifold.mesh.vertices @ back.T, manifold.mesh.polygons)
    assert heights(straight, Exchanged.height) < 1e-13


@pytest.mark.parametrize(
    ("seed", "period", "which"),
    [(112, 2, "stable"), (133, 3, "stable"), (181, 2, "stable"), (243, 2, "unstable")],
)
def test_the_map_takes_sheets_to_sheets(seed, period, which):
    system = network(seed)
    cycle = next(
        c
        for c in db.find_cycles(system, periods=period, certify=False)
        if c.period == period and c.stability[0 if which == "stable" else 2] == 2
    )
    manifold = trace_manifold(system, cycle, which, box=[[-10, 10]] * 3, pieces=300)
    assert manifold.error < 1e-12
    wide = trace_manifold(system, cycle, which, box=[[-30, 30]] * 3, pieces=400).mesh
    inverse = Inverse(piecewise_linear(system))
    for number in range(period):
        after = (number + 1) % period
        if which == "unstable":  # what is on a sheet has a preimage on the one before
            targets = [corners.mean(axis=0) for corners in manifold.mesh.sheet(after).corners()[:8]]
            assert max(apart(inverse.preimages(z), wide.sheet(number)).min() for z in targets) < 1e-10
        else:  # what is on a sheet is mapped to the next one
            states = np.array([corners.mean(axis=0) for corners in manifold.mesh.sheet(number).corners()])
            assert apart(system(states), wide.sheet(after)).max() < 1e-10


def test_what_is_refused():
    system = db.Map({"x": "-2*x + 3*Max(x - 1/2, 0)/2 - 3*Max(-x - 1/2, 0)/2", "y": "2*y", "z": "3*z", "w": "-2*w"})
    cycle = refine_cycle(system, [1.5, 0, 0, 0], 2)
    with pytest.raises(db.errors.InputError, match="Cycle with a manifold of dimension 3; expected dimension 1 or 2"):
        trace_manifold(system, cycle, "unstable")
    manifold = trace_manifold(Turning.system, refine_cycle(Turning.system, [0, 0, 1.5], 2), "unstable", box=BOX)
    with pytest.raises(db.errors.InputError, match=r"number is 2; expected that of a sheet: \[0, 1\]"):
        manifold.mesh.sheet(2)
