r"""
Skew weights and the activation: what is conserved, and what makes orbits come back
====================================================================================

For :math:`x' = W g(x)` with skew :math:`W` the sum :math:`H = \sum_i G(x_i)`, :math:`G' = g`, is conserved for *any*
continuous :math:`g`: its rate is :math:`g(x)^T W g(x)`, and that is zero for a skew matrix whatever the vector
:math:`g(x)` is. An odd, bounded or monotone activation (tanh-like, as Casoni et al. 2025 ask for) is not needed for the
invariant. What the activation decides is the shape of the level sets. Where :math:`G` grows without bound on both sides
they are bounded, and no orbit leaves; where it does not (logistic, softplus, rectified units) they are open, and
orbits drift away along them although :math:`H` stays what it is.

dynbench derives and proves each of these invariants from the declaration, for one hundred units in matrix form, and
says of softplus what it does not find: its antiderivative is a dilogarithm.
"""

# %%
# The networks
# ------------
# One random skew matrix, entries kept exactly opposite, and nine activations.

import time

import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
from scipy.integrate import solve_ivp
from scipy.special import spence

import dynbench as db
from dynbench.invariants import invariant_function

s = sp.Symbol("s", real=True)
ACTIVATIONS = {
    "tanh": sp.tanh(s),
    "arctan": sp.atan(s),
    "erf": sp.erf(s),
    "clipped linear": sp.Max(-1, sp.Min(1, s)),
    "rectified tanh": sp.Max(0, sp.tanh(s)),
    "logistic": (1 + sp.tanh(s / 2)) / 2,
    "relu": sp.Max(0, s),
    "softplus": sp.log(1 + sp.exp(s)),
    "shifted tanh": sp.tanh(s) + sp.Rational(1, 2),
}
rng = np.random.default_rng(3)
raw = rng.normal(size=(100, 100)) / 10
weights = raw - raw.T


def network(name, w):
    """x' = W g(x)."""
    return db.RNN(w, leak=0, activation=sp.Lambda(s, ACTIVATIONS[name]), name=name)


# %%
# Found and proved in matrix form
# -------------------------------
# The proof is printed for tanh. For eight of the nine activations the sum is found in closed form.

start = time.process_time()
found = {name: network(name, weights).invariants() for name in ACTIVATIONS}
print(f"invariants of nine networks of 100 units: {time.process_time() - start:.2f} CPU s")
for name, invariants in found.items():
    print(f"{name:15} {invariants[0].expression if invariants else 'not in closed form'}")
print("\ntanh:", found["tanh"][0].proof)
print("\nsoftplus, sought:", found["softplus"].scope)

# %%
# Kept along orbits
# -----------------
# One orbit of each network, by an eighth-order Runge-Kutta method at tolerance 1e-9: H against the size of the state.
# (Where g has kinks the method loses its order at each, and the drift is larger; finer steps make it smaller.) For
# softplus G is evaluated as the dilogarithm :math:`-\mathrm{Li}_2(-e^s)`, which is no record of dynbench's.


def softplus_integral(x):
    """The integral of softplus from minus infinity, without overflow: Li2(z) + Li2(1/z) = -pi^2/6 - log(-z)^2/2."""
    below = -spence(1 + np.exp(-np.abs(x)))
    return np.where(x <= 0, below, np.pi**2 / 6 + x**2 / 2 - below)


def value(name, system, x):
    """H along an orbit, (m, n) -> (m,)."""
    if not system.invariants():
        return softplus_integral(x).sum(axis=-1)
    return invariant_function(system, system.invariants()[0])(x)


start = time.process_time()
times = np.linspace(0, 100, 401)
x0 = rng.normal(size=100)
drift, size = {}, {}
for name in ACTIVATIONS:
    system = network(name, weights)
    orbit = solve_ivp(lambda t, x, f=system: f(x), (0, 100), x0, "DOP853", times, rtol=1e-9, atol=1e-9).y.T
    energy = value(name, system, orbit)
    drift[name] = np.abs(energy - energy[0]).max() / np.abs(energy[0])
    size[name] = np.linalg.norm(orbit, axis=1)
print(f"orbits: {time.process_time() - start:.2f} CPU s")
print(f"{'activation':15} {'drift of H':>10} {'|x(0)|':>8} {'|x(100)|':>9} {'greatest':>9}")
for name in ACTIVATIONS:
    print(f"{name:15} {drift[name]:10.1e} {size[name][0]:8.2f} {size[name][-1]:9.2f} {size[name].max():9.2f}")

# %%
# The size of the state tells the two kinds apart. That H is conserved does not: it drifts by integration errors only,
# for all nine.

figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
for name, sizes in size.items():
    axes.semilogy(times, sizes, label=name, ls="-" if name in list(ACTIVATIONS)[:4] else "--")
axes.set(xlabel="time", ylabel="|x|", title="Skew weights, 100 units: H is conserved for all; not all orbits stay")
axes.legend(ncols=3, fontsize=8)

# %%
# Why: level sets in the plane
# ----------------------------
# For two units, :math:`W = ((0, 1), (-1, 0))`, level sets of H are curves, and orbits run along them. They close up
# around the origin where g changes sign at a point; where g is nowhere negative they are open. (Rectified tanh and
# relu have a quadrant of fixed points besides, where g = 0 for both units.) The orbits of shifted tanh leave the window
# on their way round the point where g = 0, and come back.

plane = [[0.0, 1.0], [-1.0, 0.0]]
grid = np.linspace(-4, 4, 161)
points = np.stack(np.meshgrid(grid, grid), axis=-1)
panels, axes_grid = plt.subplots(3, 3, figsize=(9, 9.5), layout="constrained", sharex=True, sharey=True)
for ax, name in zip(axes_grid.flat, ACTIVATIONS, strict=True):
    system = network(name, plane)
    surface = value(name, system, points.reshape(-1, 2)).reshape(points.shape[:-1])
    levels = np.quantile(surface, np.linspace(0.02, 0.98, 14))
    ax.contour(grid, grid, surface, levels=np.unique(levels), colors="0.6", linewidths=0.7)
    for begin in ([1.0, 0.5], [2.0, -1.0]):
        path = solve_ivp(lambda t, x, f=system: f(x), (0, 12), begin, "DOP853", rtol=1e-9, atol=1e-9, max_step=0.05).y
        (line,) = ax.plot(*path, lw=1.6)
        ax.plot(*begin, "o", ms=4, color=line.get_color())
    ax.set(title=name, xlim=(-4, 4), ylim=(-4, 4), aspect="equal")
panels.suptitle("Level sets of H, and two orbits each (begun at the dots)")

# %%
# When level sets are bounded
# ---------------------------
# H is a sum of functions of one variable. Its level sets are bounded if :math:`G \to \infty` at both ends: g is then
# positive far to the right and negative far to the left, in the mean. Oddness is one way to have that, and not the
# only one: shifted tanh, tanh + 1/2, is not odd, and its orbits stay. This is the list that the paper's list of
# activations should be replaced by.

far = np.array([-200.0, 200.0])
bounded = {}
for name in ACTIVATIONS:
    ends = value(name, network(name, plane), np.stack([far, 0 * far], axis=-1))
    bounded[name] = bool((ends > 40).all())
    shape = "bounded" if bounded[name] else "open"
    print(f"{name:15} G(-200), G(200) = {ends[0]:10.2f}, {ends[1]:10.2f}  level sets {shape}")

# %%
# What was measured, asserted.

assert [name for name in ACTIVATIONS if not found[name]] == ["softplus"]
assert all(error < 1e-5 for error in drift.values())
assert all(bool(size[name].max() < 40) is bounded[name] for name in ACTIVATIONS)
assert [name for name in ACTIVATIONS if bounded[name]] == ["tanh", "arctan", "erf", "clipped linear", "shifted tanh"]
