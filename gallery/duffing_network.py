"""
A bistable network in the place of Duffing's oscillator
=======================================================

A shallow piecewise-linear network of two states learns the step in time of the damped oscillator with two wells,

.. math:: x' = v, \\qquad v' = -v/2 + x - x^3 ,

and then stands for it, as networks trained on data do. Of the network everything that matters can be had exactly: all
its fixed points, and the stable manifold of its saddle, a chain of straight segments, which divides the basins of the
two wells. Eisenmann et al. (2025) fit such a boundary to samples, for a network of this kind among others; theirs was
trained with a gradient method on orbits, this one is fitted here, within a second, to one step from the states of a
grid.

How good the network is must not be confused with how exactly it is known. The manifold below is that of the
*network*, to rounding; every state of a fine grid falls into the basin that it says. From the separatrix of the
*oscillator* it is 0.013 away near the saddle and up to 0.06 in the square of the data: that is the error of the fit,
which changes the well in which an orbit ends for one state in a hundred.
"""

# %%
# The step in time, 0.5, from the states of a grid: simulated to ten digits.
import argparse
from time import process_time

import numpy as np
from matplotlib.figure import Figure
from scipy.optimize import least_squares

import dynbench as db
from dynbench.plotting.style import Glyph, draw_glyphs, glyph_handle

parser = argparse.ArgumentParser(description="A piecewise-linear network in the place of Duffing's oscillator.")
parser.add_argument("--short", action="store_true", help="a coarse grid of basins")
short = parser.parse_args().short
units, fine = 16, 150 if short else 600
clock = process_time()

oscillator = db.ODE({"x": "v", "v": "-v/2 + x - x^3"}, name="Duffing's oscillator")
step = 0.5
side = np.linspace(-2, 2, 41)
seen = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
after = db.integrate(oscillator, seen, [0.0, step], rtol=1e-10, atol=1e-10).final

# %%
# The fit: the creases :math:`\cos\alpha\, x + \sin\alpha\, v + \beta = 0` of the units by Gauss and Newton's method,
# and for given creases everything else by linear least squares. The weights are rounded to four decimals, so that the
# last digits of the fit, which differ between machines, do not matter.


def features(creases):
    """1, the states and the units' outputs at the states of the grid."""
    angle, offset = creases[:units], creases[units:]
    outputs = np.maximum(seen @ np.array([np.cos(angle), np.sin(angle)]) + offset, 0)
    return np.column_stack([np.ones(len(seen)), seen, outputs])


def misfit(creases):
    """What the best weights for these creases leave of the step."""
    table = features(creases)
    return (table @ np.linalg.lstsq(table, after, rcond=None)[0] - after).ravel()


rng = np.random.default_rng(1)
first = np.concatenate([rng.normal(0, 0.2, units), np.linspace(-2, 2, units)])
creases = least_squares(misfit, first, max_nfev=60).x
weights = np.linalg.lstsq(features(creases), after, rcond=None)[0].round(4)
W2 = np.column_stack([np.cos(creases[:units]), np.sin(creases[:units])]).round(4)
network = db.PLRNN.shallow(
    weights[1:3].T, weights[3:].T, W2, weights[0], creases[units:].round(4), name="network for Duffing's oscillator"
)
errors = np.abs(network(seen) - after).max(axis=1)
print(
    f"fit: {process_time() - clock:.1f} s; error of a step: {errors.max():.3f} at most, {errors.mean():.4f} on average"
)
assert errors.max() < 0.1
assert errors.mean() < 0.02

# %%
# All fixed points of the network, in the whole plane: every pattern of the units was looked at. There are three, as
# the oscillator has, and each is verified in rational arithmetic.
clock = process_time()
points = db.find_fixed_points(network)
print(points)
assert points.complete
left, saddle, right = sorted(points, key=lambda point: point.x[0])
assert left.kind is db.Kind.STABLE_FOCUS
assert right.kind is db.Kind.STABLE_FOCUS
assert saddle.kind is db.Kind.SADDLE
assert all(point.exact is not None for point in points)
wells = np.array([left.x, right.x])
print(f"all fixed points: {process_time() - clock:.2f} s; wells off by {np.abs(np.abs(wells) - [1, 0]).max():.3f}")
assert np.abs(np.abs(wells) - [1, 0]).max() < 0.05

# %%
# The saddle's multipliers, beside those of the oscillator's step in time, :math:`e^{\lambda/2}` with the eigenvalues
# :math:`\lambda = (-1 \pm \sqrt{17})/4` at the origin.
exact = np.exp(step * (-1 + np.array([1, -1]) * np.sqrt(17)) / 4)
print(f"multipliers {saddle.eigenvalues.real.round(4)}, of the oscillator {exact.round(4)}")
assert np.abs(saddle.eigenvalues - exact).max() < 0.1

# %%
# The boundary of the basins: the stable manifold of the saddle, a polyline with a corner wherever it, or one of its
# images, crosses a crease.
clock = process_time()
box = np.array([[-2.0, 2.0], [-2.0, 2.0]])
boundary = db.trace_manifold(network, saddle, "stable", box=box)
corners = sum(len(branch) for branch in boundary.branches)
print(f"{boundary}: {corners} vertices in {process_time() - clock:.2f} s")

# %%
# Against brute force. Each state of a grid is followed to the well that it ends in. Along a row of the grid the well
# changes where the polyline is crossed and nowhere else: so the wells of the whole row follow from that of its first
# state, and are compared with those found by following. States whose cell the polyline passes are on the boundary
# to the resolution of the grid, and left out.
clock = process_time()
across = np.linspace(-2, 2, fine)
grid = np.stack(np.meshgrid(across, across), axis=-1)
ends = grid.copy()
for _ in range(150):
    ends = network(ends)
distance = np.linalg.norm(ends[..., None, :] - wells, axis=-1)
followed = distance.argmin(axis=-1)
assert distance.min(axis=-1).max() < 1e-6  # every state has settled


def crossings(branches, height):
    """Where polylines cross the line v = height."""
    found = []
    for branch in branches:
        a, b = branch[:-1], branch[1:]
        over = (a[:, 1] > height) != (b[:, 1] > height)
        a, b = a[over], b[over]
        found.append(a[:, 0] + (height - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0]))
    return np.sort(np.concatenate(found))


agreeing = counted = 0
for row, v in enumerate(across):
    crossed = crossings(boundary.branches, v)
    passed = np.searchsorted(crossed, across)
    predicted = (followed[row, 0] + passed - passed[0]) % 2
    near = np.abs(across[:, None] - crossed).min(axis=1, initial=np.inf) < across[1] - across[0]
    agreeing += (predicted == followed[row])[~near].sum()
    counted += (~near).sum()
print(f"{agreeing} of {counted} states off the boundary cells agree ({process_time() - clock:.1f} s by brute force)")
assert agreeing == counted

# %%
# Against the oscillator's own separatrix: how far its points are from the polyline.
(origin,) = (p for p in db.find_fixed_points(oscillator, box=box) if p.kind is db.Kind.SADDLE)
separatrix = db.trace_manifold(oscillator, origin, "stable", box=box)
traced = np.concatenate(separatrix.branches)
traced = traced[(np.abs(traced) <= 2).all(axis=1)]


def distances(states, branches):
    """The distance of states from polylines."""
    nearest = np.full(len(states), np.inf)
    for branch in branches:
        a, along = branch[:-1], np.diff(branch, axis=0)
        square = np.maximum((along**2).sum(axis=1), 1e-300)
        for i, x in enumerate(states):
            s = np.clip(((x - a) * along).sum(axis=1) / square, 0, 1)
            nearest[i] = min(nearest[i], np.linalg.norm(a + s[:, None] * along - x, axis=1).min())
    return nearest


gap = distances(traced, boundary.branches)
inner = np.linalg.norm(traced, axis=1) < 1
print(f"from the oscillator's separatrix: {gap[inner].max():.3f} within 1 of the saddle, {gap.max():.3f} in the box")
assert gap[inner].max() < 0.05
assert gap.max() < 0.15
truth = db.integrate(oscillator, grid.reshape(-1, 2)[::37], [0.0, 80.0], rtol=1e-6, atol=1e-6).final
shared = ((truth[:, 0] > 0) == followed.reshape(-1)[::37].astype(bool)).mean()
print(f"oscillator and network end in the same well from {shared:.1%} of the grid's states")
assert shared > 0.9

# %%
# The basins of the network and their boundary, with the separatrix of the oscillator. The second figure shows what
# the fit leaves: the error of one step, and the creases, which the units have put where the cubic bends.
basins = Figure(figsize=(6, 5.6), layout="constrained")
axes = basins.add_subplot()
axes.pcolormesh(across, across, followed, cmap="Pastel2", vmin=0, vmax=7, rasterized=True)
for branch in boundary.branches:
    (polyline,) = axes.plot(*branch.T, color="black", linewidth=1.4)
for branch in separatrix.branches:
    (dashed,) = axes.plot(*branch.T, color="tab:red", linewidth=1.0, linestyle="--")
draw_glyphs(axes, [*wells, saddle.x], [Glyph.ATTRACTING] * len(wells) + [Glyph.SADDLE])
axes.set(
    xlim=(-2, 2), ylim=(-2, 2), xlabel="x", ylabel="v", title="Two basins, by brute force, and their exact boundary"
)
handles = [glyph_handle(Glyph.ATTRACTING), glyph_handle(Glyph.SADDLE), polyline, dashed]
labels = ["attracting", "saddle", "stable manifold of the network's saddle", "the oscillator's separatrix"]
basins.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)

misfits = Figure(figsize=(6, 5), layout="constrained")
axes = misfits.add_subplot()
picture = axes.pcolormesh(side, side, errors.reshape(41, 41), cmap="viridis", rasterized=True)
misfits.colorbar(picture, label="error of a step of 0.5")
for (a, b), offset in zip(W2, creases[units:], strict=True):
    middle = -offset * np.array([a, b])
    axes.axline(middle, slope=-a / b, color="white", linewidth=0.6)
axes.set(
    xlim=(-2, 2), ylim=(-2, 2), xlabel="x", ylabel="v", title=f"What {units} units leave of the step, and their creases"
)
