"""
A decision in a network of fifteen units, and the surface on which it is undecided
==================================================================================

Two selective populations of four units (A and B), four nonselective ones, and three inhibitory ones that all others
excite and that inhibit all: the architecture of Wang's cortical decision network (Neuron 36, 2002), here as a
piecewise-linear network in discrete time,

.. math:: z' = A z + W \\max(0, z) + h, \\quad z \\in \\mathbb{R}^{15},

built by hand, with weights of one population scattered by 10 %, so that no two units are alike. Eisenmann et al.
(2025) treat a decision-making task with M = 15; their trained weights are not used here.

Known facts, each asserted below. There are exactly three fixed points: A active and B silent, B active and A silent,
and a saddle at which both are half active, with one unstable direction. The branches of its unstable manifold are the
two decisions being made. Its stable manifold, a surface of dimension 14, is where no decision falls.

**Near the saddle this surface is a plane**, :math:`w \\cdot (z - s) = 0` with the left eigenvector w of the unstable
multiplier; its preimages under the map are the rest. So the sign of :math:`w \\cdot (F^j(z) - s)`, for j steps after
which the orbit is near the saddle, says what will be decided, long before it is: a readout that is linear in the state
of that time, and piecewise linear in the one of now. It is exact for orbits that from then on stay in the region of the
saddle until they have left along the unstable direction. How often it is right for others is measured below.
"""

# %%
import argparse
import time

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy.optimize import brentq

import dynbench as db
from dynbench.piecewise import piecewise_linear
from dynbench.plotting import draw_transition_graph
from dynbench.plotting.style import Colour, Glyph, draw_glyphs, glyph_handle

parser = argparse.ArgumentParser(description="A decision network of 15 units: attractors, saddle, decision surface.")
parser.add_argument("--short", action="store_true", help="fewer random states, a coarser slice")
short = parser.parse_args().short
count, resolution, trials = (4_000, 100, 200) if short else (50_000, 300, 4_000)

# %%
# The network. `evidence` is an input for A and against B.
A, B, REST, INHIBITORY = slice(0, 4), slice(4, 8), slice(8, 12), slice(12, 15)
rng = np.random.default_rng(5)
W = np.zeros((15, 15))
W[A, A] = W[B, B] = 0.13
W[REST, A] = W[REST, B] = W[REST, REST] = 0.03
W[A, REST] = W[B, REST] = 0.02
W[INHIBITORY, A] = W[INHIBITORY, B] = 0.08
W[INHIBITORY, REST] = 0.03
W[A, INHIBITORY] = W[B, INHIBITORY] = -0.14
W[REST, INHIBITORY] = -0.05
W[INHIBITORY, INHIBITORY] = -0.02
W = np.round(W * (1 + 0.1 * rng.uniform(-1, 1, W.shape)), 4)
memory = np.round(np.repeat([0.6, 0.2], [12, 3]) + 0.04 * rng.uniform(-1, 1, 15), 4)
rest = np.repeat([0.3, 0.3, 0.12, 0.05], [4, 4, 4, 3])
towards_a = np.repeat([1.0, -1.0, 0.0, 0.0], [4, 4, 4, 3])


def network_with(evidence):
    return db.PLRNN(memory, W, rest + evidence * towards_a, name="Decision network")


network = network_with(0.0)
form = piecewise_linear(network)

# %%
# All fixed points, with proof that there is no other among the :math:`2^{15}` regions.
start = time.process_time()
points = db.find_fixed_points(network)
print(f"{time.process_time() - start:.2f} s of CPU: {points}")
assert points.complete
assert sorted(p.stability for p in points) == [(14, 0, 1), (15, 0, 0), (15, 0, 0)]
assert all(p.certificate.stability == p.stability for p in points)
(saddle,) = [p for p in points if p.stability[2]]
attractors = [p for p in points if p.kind.attracting]
active = np.array([[p.x[A].mean(), p.x[B].mean()] for p in attractors])
print(f"mean of A and B at the attractors: {active.round(2).tolist()}, at the saddle {saddle.x[A].mean():.2f}")
chooses_a, chooses_b = (points.index(attractors[int(np.argmax(active[:, k]))]) for k in (0, 1))
assert (np.sign(active).sum(axis=1) == 0).all()
assert form.pattern(saddle.x).all()

# %%
# The unstable manifold of the saddle: a polyline in 15 dimensions, each branch of which ends in a decision.
graph = db.transition_graph(network, points)
unstable = db.trace_manifold(network, saddle, "unstable")
print(unstable)
assert unstable.exact
assert unstable.error < 1e-9
((a, b, between),) = db.attractor_transitions(graph).edges(data="saddle")
assert {a, b} == {chooses_a, chooses_b}
assert points[between] is saddle
assert {edge["how"] for *_, edge in graph.edges(data=True)} == {"attraction ball"}
ends = [branch[-1] for branch in unstable.branches]
for number in (chooses_a, chooses_b):
    assert min(np.abs(end - points[number].x).max() for end in ends) < 1e-2

# %%
# The readout: w is the left eigenvector of the one multiplier beyond 1, with the side of A positive.
values, vectors = np.linalg.eig(network.jacobian_at(saddle.x).T)
strongest = int(np.argmax(np.abs(values)))
multiplier, w = float(values[strongest].real), vectors[:, strongest].real
w *= np.sign(w @ (points[chooses_a].x - saddle.x))
print(f"multipliers: {multiplier:.4f}, and the next one has the modulus {np.sort(np.abs(values))[-2]:.4f}")
assert 1 < multiplier < 1.2
assert np.sort(np.abs(values))[-2] < 0.75


def readout(states, steps):
    """w . (F^j(z) - s) at states (..., 15), and whether the orbit is in the region of the saddle then."""
    for _ in range(steps):
        states = form(states)
    return (states - saddle.x) @ w, form.pattern(states).all(axis=-1)


def decided(states):
    """Whether orbits end where A is active, by following them."""
    for _ in range(40):
        near = [np.abs(states - points[k].x).max(axis=-1) < 1e-6 for k in (chooses_a, chooses_b)]
        if (near[0] | near[1]).all():
            return near[0]
        for _ in range(50):
            states = form(states)
    raise AssertionError("some orbit has come to neither of the two within 2,000 steps")


# %%
# In the region of the saddle the readout is exact as long as the orbit stays there: it grows by the multiplier.
inside = saddle.x + 0.05 * rng.normal(size=(100, 15))
before, here = readout(inside, 0)
after, _ = readout(inside, 1)
assert here.all()
assert np.allclose(after, multiplier * before, rtol=1e-9, atol=1e-12)

# %%
# Against brute force, from random states: right how often, after how many steps?
random_states = rng.uniform(-2, 6, size=(count, 15))
truth = decided(random_states)
print(f"{truth.mean():.1%} of {count} random states end with A")
accuracy = {}
for steps in (0, 1, 2, 4, 6, 8, 10, 15, 20):
    value, in_region = readout(random_states, steps)
    accuracy[steps] = np.mean((value > 0) == truth)
    share = np.mean(((value > 0) == truth)[in_region]) if in_region.any() else np.nan
    print(
        f"after {steps:2d} steps: {accuracy[steps]:.4%} right; {in_region.mean():.1%} are in the region of the saddle, "
        f"of these {share:.4%} right"
    )
assert 0.9 < accuracy[0] < accuracy[1] < accuracy[2] < 1
assert accuracy[8] > 0.9999

# %%
# Evidence: from the state in which everything is silent, with an input for A during ten steps. The threshold is the
# evidence at which the state at the end of the input lies on the surface: a root of the readout, against bisection
# by whole orbits. It is not zero, as the populations are not alike.
STEPS, LATER = 10, 15


def after_input(evidence, states):
    pushed = piecewise_linear(network_with(evidence))
    for _ in range(STEPS):
        states = pushed(states)
    return states


silent = np.zeros(15)
threshold = brentq(lambda e: readout(after_input(e, silent), LATER)[0], -0.2, 0.2, xtol=1e-14)
low, high = -0.2, 0.2
while high - low > 1e-10:
    middle = (low + high) / 2
    low, high = (low, middle) if decided(after_input(middle, silent)[None])[0] else (middle, high)
print(f"threshold of the evidence: {threshold:.10f} by the surface, {(low + high) / 2:.10f} by orbits")
assert abs(threshold - (low + high) / 2) < 1e-9
assert 1e-4 < abs(threshold) < 0.1

# %%
# With noise in the initial state: how often A is chosen, by orbits and by the sign of the readout.
strengths = np.linspace(-0.06, 0.06, 13)
starts = rng.normal(scale=0.3, size=(trials, 15))
chosen = [[], []]
for strength in strengths:
    pushed = after_input(threshold + strength, starts)
    chosen[0].append(decided(pushed).mean())
    chosen[1].append((readout(pushed, LATER)[0] > 0).mean())
print(f"largest difference of the two curves: {np.abs(np.diff(chosen, axis=0)).max():.4f}")
assert np.abs(np.diff(chosen, axis=0)).max() < 0.005
assert chosen[0][0] < 0.1 < 0.9 < chosen[0][-1]

# %%
# Two slices of the surface through the saddle, by its equation and by orbits: in A and B, and in A and inhibition.
window = np.linspace(-4.0, 4.0, resolution)
figure, axes = plt.subplots(1, 2, figsize=(9, 4.4), layout="constrained")
for ax, second, name in ((axes[0], B, "population B"), (axes[1], INHIBITORY, "the inhibitory units")):
    grid = np.broadcast_to(saddle.x, (resolution, resolution, 15)).copy()
    grid[..., A] += window[None, :, None]
    grid[..., second] += window[:, None, None]
    by_orbits = decided(grid)
    value, _ = readout(grid, LATER)
    right = np.mean((value > 0) == by_orbits)
    print(f"slice in A and {name}: the sign is right in {right:.4%} of {by_orbits.size} states")
    assert right > 0.999
    shown = ListedColormap(["#f7e6d0", "#dbe7f3"])
    ax.imshow(by_orbits, origin="lower", extent=[*window[[0, -1]]] * 2, cmap=shown, vmin=0, vmax=1)
    ax.contour(window, window, value, levels=[0.0], colors=Colour.STABLE, linewidths=1.6)
    draw_glyphs(ax, [[0, 0]], [Glyph.SADDLE])
    ax.set(xlabel="added to population A", ylabel=f"added to {name}")
axes[0].set_title("Through the saddle: A and B")
axes[1].set_title("Another slice: A and inhibition")
chosen_areas = [Patch(color=colour) for colour in ("#dbe7f3", "#f7e6d0")]
handles = [glyph_handle(Glyph.SADDLE), Line2D([], [], color=Colour.STABLE, linewidth=1.6), *chosen_areas]
names = ["saddle", "readout zero", "A is chosen (orbits)", "B is chosen (orbits)"]
figure.legend(handles, names, loc="outside lower center", ncols=4, frameon=False)

# %%
# The two decisions being made, along the unstable manifold, and the psychometric curve.
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
for branch in unstable.branches:
    (line,) = left.plot(branch[:, A].mean(axis=1), branch[:, B].mean(axis=1), color=Colour.INK, linestyle=(0, (6, 1.5)))
draw_glyphs(left, active, [Glyph.ATTRACTING] * 2)
draw_glyphs(left, [[saddle.x[A].mean(), saddle.x[B].mean()]], [Glyph.SADDLE])
left.set(xlabel="mean of A", ylabel="mean of B", title="The unstable manifold of the saddle")
handles = [glyph_handle(Glyph.ATTRACTING), glyph_handle(Glyph.SADDLE), line]
left.legend(handles, ["attracting: the decisions", "saddle", "its unstable manifold"])
right.plot(strengths, chosen[0], "ko", label="orbits")
right.plot(strengths, chosen[1], color="tab:blue", label=f"readout after {LATER} steps")
right.set(xlabel="evidence beyond the threshold", ylabel="A is chosen", title="Choice against evidence")
right.legend()

# %%
drawing = draw_transition_graph(graph)
title = drawing.ax.set_title("One saddle between two decisions")
