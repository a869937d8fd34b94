"""
Two memories in a piecewise-linear network: the boundary between them, exactly
==============================================================================

A piecewise-linear recurrent network (Durstewitz 2017) of two units,

.. math:: z' = A z + W \\max(0, z) + h, \\quad A = \\begin{pmatrix} 0.9 & \\\\ & 0.8 \\end{pmatrix}, \\;
          W = \\begin{pmatrix} 0 & -0.4 \\\\ -0.6 & 0 \\end{pmatrix}, \\;
          h = \\begin{pmatrix} 1 \\\\ 0.7 \\end{pmatrix},

whose units inhibit each other: the smallest network that chooses. Eisenmann et al. (2025) compute the boundary
between the basins of such networks as the stable manifold of a saddle, by sampling states and fitting planes to them.
It is a polyline, and computed here as that: with its corners, and with nothing fitted.

Known facts, each asserted below. There are three fixed points: two that attract, at (-4, 3.5) and (10, -26.5), and
the saddle (4/11, 53/22). The determinants of the four regions have one sign, so that the map has an inverse. The
stable manifold of the saddle meets the line :math:`z_1 = 0` at :math:`z_2 = 1.915961009009`, and separates the
two basins: on a grid of orbits both agree in every state off the boundary.
"""

# %%
import argparse
import time

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

import dynbench as db
from dynbench.piecewise import piecewise_linear
from dynbench.plotting import draw_transition_graph
from dynbench.plotting.style import Colour, draw_glyphs, glyph_handle, glyph_of

parser = argparse.ArgumentParser(description="A bistable piecewise-linear network and its basin boundary.")
parser.add_argument("--short", action="store_true", help="a coarser grid of orbits")
short = parser.parse_args().short
resolution = 150 if short else 1000

network = db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1, 0.7], name="Bistable network")
box = [[-8.0, 14.0], [-30.0, 10.0]]

# %%
# The fixed points, with a proof that there is no other in the whole plane, and the cycles: there are none up to
# period 8, for which every word of patterns was looked at.
points = db.find_fixed_points(network)
print(points)
assert points.complete
assert [p.kind.value for p in points] == ["stable node", "saddle", "stable node"]
assert np.allclose([p.x for p in points], [[-4, 3.5], [4 / 11, 53 / 22], [10, -26.5]], rtol=0, atol=1e-13)
cycles = db.find_cycles(network, periods=range(2, 9))
assert not len(cycles)
assert all(cycles.complete.values())

# %%
# At the saddle both units are active. Its multipliers follow from the trace 1.7 and the determinant 0.48 of
# A + W.
saddle = points[1]
root = np.sqrt(1.7**2 - 4 * 0.48)
assert np.allclose(saddle.eigenvalues, [(1.7 + root) / 2, (1.7 - root) / 2], rtol=0, atol=1e-12)
patterns = np.array([[False, False], [False, True], [True, False], [True, True]])
determinants = np.linalg.det(piecewise_linear(network).region(patterns).J)
print(f"determinants of the regions: {determinants.round(3)}")
assert (determinants > 0).all()

# %%
# The stable manifold of the saddle, exact: one side of it runs straight to infinity, the other turns at every line
# where a unit, or a unit of an image, falls silent.
start = time.process_time()
boundary = db.basin_boundary(network, points, box)
print(f"boundary: {time.process_time() - start:.2f} s of CPU, {boundary.manifolds[0]}")
assert boundary.saddles == (1,)
assert sorted(boundary.leads[0]) == [0, 2]
assert boundary.manifolds[0].exact
assert boundary.error < 1e-12

# %%
# Where it crosses the line on which the first unit falls silent. From the right to the left it never turns back.
(curve,) = boundary.curves
curve = curve if curve[0, 0] < curve[-1, 0] else curve[::-1]
assert (np.diff(curve[:, 0]) > 0).all()
crossing = np.interp(0.0, *curve.T)
print(f"the boundary meets z_1 = 0 at z_2 = {crossing:.12f}")
assert abs(crossing - 1.915961009009) < 1e-11

# %%
# Against brute force: the orbits of a grid, each followed until it enters an ellipsoid that is proved to lie in a
# basin. The boundary says the same of every state whose cell it does not pass, without following an orbit.
start = time.process_time()
grid = db.basins(network, points, box, resolution=resolution)
by_orbits = time.process_time() - start
start = time.process_time()
agreement = boundary.agreement(grid)
by_sides = time.process_time() - start
print(f"{agreement}; orbits took {by_orbits:.2f} s of CPU, the sides of the boundary {by_sides:.2f} s")
assert agreement.share == 1.0
assert agreement.on_boundary < 8 * resolution

# %%
# The saddle joins the two: one branch of its unstable manifold leads to each. It is straight at first, in the
# region of the saddle, so that the orbits followed start on the manifold itself.
graph = db.transition_graph(network, points)
for _, target, edge in graph.out_edges(1, data=True):
    print(f"side {edge['side']:+d} of the saddle leads to point {target}: {edge['reason']}")
assert list(db.attractor_transitions(graph).edges(data="saddle")) == [(0, 2, 1)]
assert {edge["how"] for *_, edge in graph.edges(data=True)} == {"attraction ball"}

# %%
# The plane: basins as the orbits say, and the boundary as computed. Grey lines are where a unit falls silent.
figure, ax = plt.subplots(figsize=(6.4, 5.6), layout="constrained")
extent = [*box[0], *box[1]]
shown = {"origin": "lower", "extent": extent, "aspect": "auto", "interpolation": "nearest"}
ax.imshow(grid.labels.T == 2, cmap=ListedColormap(["#dbe7f3", "#f7e6d0"]), **shown)
ax.axvline(0, color="0.6", linewidth=0.7)
ax.axhline(0, color="0.6", linewidth=0.7)
(parting,) = ax.plot(*curve.T, color=Colour.STABLE, linewidth=1.6)
for branch in db.trace_manifold(network, saddle, "unstable", box=box).branches:
    (joining,) = ax.plot(*branch.T, color=Colour.INK, linewidth=1.2, linestyle=(0, (6, 1.5)))
glyphs = [glyph_of(p.kind) for p in points]
draw_glyphs(ax, [p.x for p in points], glyphs)
ax.set(xlim=box[0], ylim=box[1], xlabel="$z_1$", ylabel="$z_2$", title="Two basins and the manifold between them")
handles = [*map(glyph_handle, glyphs[:2]), parting, joining]
ax.legend(handles, ["attracting", "saddle", "stable manifold of the saddle", "its unstable manifold"], loc="lower left")

# %%
drawing = draw_transition_graph(graph)
title = drawing.ax.set_title("One saddle between two memories")
