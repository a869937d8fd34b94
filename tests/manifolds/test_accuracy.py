"""The transversal error of exact polylines: small where they are right, though rounding leads their corners away."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import dynbench as db
from dynbench.manifolds.accuracy import errors
from dynbench.manifolds.exact_curves import grown
from dynbench.manifolds.reach import Reach
from dynbench.manifolds.seeds import Anchor, Seed
from dynbench.piecewise import Inverse, piecewise_linear
from dynbench.piecewise.polylines import mapped
from dynbench.piecewise.pullback import pulled_back

#: The stable manifolds of its two saddle cycles wind into a repelling fixed point: 168 corners of one branch are within
#: its rounding. Invertible.
WINDING = db.PLRNN.shallow(
    [[0.1, 0.25], [0.3, -0.05]],
    W1=[[1.1, -1.1, 0.2, -0.2], [0, 0, 1.0, -1.0]],
    W2=[[0.3, 1.0], [0.3, 1.0], [1.0, -0.2], [1.0, -0.2]],
    h1=[-1.2, -1.0],
    h2=[1.0, -1.0, 1.2, -0.8],
)
#: Without an inverse; one saddle cycle of period 2, and two whose stable sets wind into a repelling fixed point.
PLAIN = db.PLRNN([-0.02, -0.844], [[0, -1.043], [-1.035, 0]], [0.966, 0.705])
FOLDED = db.PLRNN([0.25, 0.19], [[-1.21, -2.57], [-2.74, -0.36]], [1, 0.6])


@pytest.mark.parametrize("network", [WINDING, PLAIN, FOLDED], ids=["winding", "no inverse", "no inverse, winding"])
def test_the_error_is_small_where_the_curve_is_right(network):
    saddles = [c for c in db.find_cycles(network, periods=2) if c.stability == (1, 0, 1)]
    assert saddles
    for saddle in saddles:
        manifold = db.trace_manifold(network, saddle, "stable", box=[[-5, 5]] * 2)
        assert manifold.error < 1e-13
        assert manifold.delta < 1e-5


def traced(which, box):
    """The Lozi map's saddle: the parts of its branches, and what else `errors` takes."""
    system = db.Map({"x": "1 - 1.7*Abs(x) + y", "y": "0.5*x"})
    form = piecewise_linear(system)
    point = max(db.find_fixed_points(system), key=lambda p: p.x[0])
    anchor, reach = Anchor.of(form, point), Reach(np.array(box, dtype=float), 60.0)
    seed = Seed.of(anchor, which, reach.cap)
    carry = partial(mapped, form) if which == "unstable" else partial(pulled_back, Inverse(form))
    branches, _ = grown(carry, seed, anchor.points, reach)
    return form, anchor, seed, [branch.parts for branch in branches], reach


@pytest.mark.parametrize("which", ["stable", "unstable"])
@pytest.mark.parametrize("off", [1e-6, 1e-3])
def test_a_displaced_curve_is_found_out(which, off):
    form, anchor, seed, parts, reach = traced(which, [[-3, 3], [-3, 3]])
    error, delta = errors(form.rational, anchor, seed, parts, which, reach)
    assert error < 1e-12
    assert delta < 1e-5
    moved = [[part._replace(line=part.line + np.array([[off], [off], [0.0]])) for part in branch] for branch in parts]
    error, delta = errors(form.rational, anchor, seed, moved, which, reach)
    assert off / 10 < error < 2 * off
    assert delta > off / 100


def test_wrong_parts_are_found_out():
    form, anchor, seed, parts, reach = traced("stable", [[-3, 3], [-3, 3]])
    branch = max(parts, key=len)
    for number in range(len(branch) // 2, len(branch)):
        part = branch[number]
        branch[number] = part._replace(line=part.line + np.array([[1e-4], [2e-4], [0.0]]))
    error, _ = errors(form.rational, anchor, seed, parts, "stable", reach)
    assert 1e-5 < error < 4e-4
