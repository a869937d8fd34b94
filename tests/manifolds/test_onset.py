"""The first homoclinic contact of the Lozi map, against its equation."""

from __future__ import annotations

import math

import numpy as np
import pytest

import dynbench as db
from dynbench.errors import InputError

BOX = {"x": (-8, 8), "y": (-8, 8)}


def saddle(system):
    return db.find_fixed_points(system, box=BOX)[-1]


def lozi(a, b):
    return db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": a, "b": b})


def contact(b):
    """The third image of the corner of W^u(X) on the axis x = 0 comes to lie on the local W^s(X).

    With X = (c, b c), c = 1/(1 + a - b), and l^2 + a l = b, l < -1: the straight piece of W^u(X) reaches x = 0 at
    (0, b c (1 - 1/l)); that l (x - c) + y - b c vanishes at its third image is 2 a^4 - (3 b^2 + 4) a^2 + 4 b^3 = 0.
    """
    return math.sqrt((3 * b * b + 4 + math.sqrt((3 * b * b + 4) ** 2 - 32 * b**3)) / 4)


@pytest.mark.parametrize(("b", "interval", "length"), [(0.5, (1.4, 1.7), 30), (0.3, (1.7, 1.2), 60)])
def test_lozi(b, interval, length):
    system = lozi(1.7, b)
    onset = db.homoclinic_onset(system, "a", interval, saddle(system), length=length)
    assert onset.value == pytest.approx(contact(b), rel=0, abs=1e-12)
    assert onset.orbit[onset.step, 0] == pytest.approx(0, abs=1e-11)
    assert onset.unit == 0
    assert onset.absent_at < onset.value < onset.proved_at < onset.value + 1e-8
    assert onset.proof.kind == "homoclinic"
    assert abs(onset.proof.margin) < 1e-8
    assert str(onset.value)[:8] in repr(onset)
    # The orbit of the corner is an orbit.
    images = db.integrate(lozi(onset.value, b), onset.orbit[0], 3).x
    assert np.allclose(images, onset.orbit[:4], atol=1e-9)


def test_misfits_are_refused():
    system = lozi(1.7, 0.5)
    x = saddle(system)
    with pytest.raises(InputError, match="seen at both ends"):
        db.homoclinic_onset(system, "a", (1.6, 1.7), x, length=20)
    with pytest.raises(InputError, match="seen at neither end"):
        db.homoclinic_onset(system, "a", (1.4, 1.3), x, length=20)
    with pytest.raises(InputError, match="expected two different values"):
        db.homoclinic_onset(system, "a", (1.4, 1.4), x, length=20)
