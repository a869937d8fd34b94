"""
Three memories, one of them a rhythm: a multistable piecewise-linear network
============================================================================

Two populations that excite each other, each up to a bound, in discrete time: a shallow piecewise-linear network

.. math:: z' = A z + W_1 \\max(0, W_2 z + h_2) + h_1

whose four hidden units form two steps, :math:`\\max(0, u + 1) - \\max(0, u - 1)` and one beside it. Both populations
can be active, or both silent. But they can also take turns: each excites the other one step later, so that activity
that starts in one of them is handed to and fro for ever, a stable cycle of period 2. The network was built by hand
for that.

What separates a fixed point from a cycle? Eisenmann et al. (2025) find the boundaries of multistable networks from
saddle points. Here no saddle point exists: **the saddles between the attractors are cycles**, one for each memory,
and the boundaries are their stable manifolds. The fixed points are listed with proof, and the cycles with
proof for every period up to 4, so that no other saddle of a short period is missing. All determinants of the regions
that exist (the borders between them tell which) have one sign, and the map has an inverse.
"""

# %%
import argparse
import time
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

import dynbench as db
from dynbench.plotting import draw_transition_graph
from dynbench.plotting.style import Colour, draw_glyphs, glyph_handle, glyph_of, glyph_of_cycle

parser = argparse.ArgumentParser(description="A piecewise-linear network with two resting states and a rhythm.")
parser.add_argument("--short", action="store_true", help="a coarser grid of orbits, shorter periods")
short = parser.parse_args().short
resolution, longest = (150, 3) if short else (1000, 4)

network = db.PLRNN.shallow(
    [[0.1, 0.25], [0.3, -0.05]],
    W1=[[1.1, -1.1, 0.2, -0.2], [0, 0, 1.0, -1.0]],
    W2=[[0.3, 1.0], [0.3, 1.0], [1.0, -0.2], [1.0, -0.2]],
    h1=[-1.2, -1.0],
    h2=[1.0, -1.0, 1.2, -0.8],
    name="Multistable network",
)
box = [[-4.0, 4.0], [-4.0, 4.0]]

# %%
# Three fixed points, two of which attract, and no other in the box.
points = db.find_fixed_points(network, box=box)
print(points)
assert points.complete
assert [p.kind.value for p in points] == ["stable node", "unstable node", "stable node"]

# %%
# The cycles. Of period 2 there are three: one that attracts, and two saddles. Each is verified in rational
# arithmetic, and every word of patterns was looked at, so that these are all of their periods in the plane.
start = time.process_time()
cycles = db.find_cycles(network, periods=range(2, longest + 1))
print(f"{time.process_time() - start:.2f} s of CPU: {cycles}")
assert all(cycles.complete.values())
assert Counter((c.period, c.kind.value) for c in cycles) == {(2, "stable cycle"): 1, (2, "saddle cycle"): 2}
assert all(c.status is db.Status.CERTIFIED for c in cycles)
for cycle in cycles:
    print(f"{cycle.character} of period {cycle.period}: multipliers {cycle.multipliers.real.round(4)}")
    image = network(cycle.points)
    assert np.allclose(image, np.roll(cycle.points, -1, axis=0), rtol=0, atol=1e-13)
    slopes = network.jacobian_at(cycle.points)
    assert np.allclose(np.sort(np.linalg.eigvals(slopes[1] @ slopes[0])), np.sort(cycle.multipliers), atol=1e-12)

# %%
# The transition graph, with the cycles as nodes. The unstable manifold of a saddle cycle has two branches at each
# of its states; the map takes the branches of one state to those of the next, so that those of one state say where
# all lead. Each of the saddle cycles leads to the rhythm on one side, and to one of the memories on the other.
graph = db.transition_graph(network, points, cycles=cycles)
kinds = dict(graph.nodes(data="kind"))
joined = db.attractor_transitions(graph)
for a, b, saddle in joined.edges(data="saddle"):
    print(f"{kinds[a]} {a} and {kinds[b]} {b} are joined by the {kinds[saddle]} {saddle}")
assert Counter(kinds.values()) == {"stable node": 2, "unstable node": 1, "stable cycle": 1, "saddle cycle": 2}
(rhythm,) = [node for node, kind in kinds.items() if kind == "stable cycle"]
assert sorted(joined.edges()) == [(0, rhythm), (2, rhythm)]
assert all(kinds[saddle] == "saddle cycle" for *_, saddle in joined.edges(data="saddle"))

# %%
# An orbit that enters an ellipsoid around a state of the stable cycle stays with it: that is proved, as it is for
# the fixed points. (That the orbit of doubles is one of the map is not.)
assert {edge["how"] for *_, edge in graph.edges(data=True)} == {"attraction ball", "cycle ball"}
consistency = db.morse_consistency(graph, points)
print(*consistency.remarks, sep="\n")
assert (consistency.attractors, consistency.saddles, consistency.repellers) == (3, 2, 1)
assert consistency.connected
assert points.index_sum == points.expected_index_sum == 1

# %%
# The boundary: the stable manifolds of both saddle cycles, a curve through each of their four states. On one side
# they run off to infinity, on the other they wind up at the repelling fixed point, where the three basins meet.
limits = [*points, *cycles]
start = time.process_time()
boundary = db.basin_boundary(network, limits, box)
print(f"{time.process_time() - start:.2f} s of CPU: {len(boundary.curves)} curves of the saddles {boundary.saddles}")
assert [limits[saddle].kind.value for saddle in boundary.saddles] == ["saddle cycle"] * 2
assert [manifold.exact for manifold in boundary.manifolds] == [True, True]
assert len(boundary.curves) == 4
for line in boundary.curves:
    assert np.linalg.norm(line - points[1].x, axis=1).min() < 1e-9

# %%
# Against brute force: the nodes of the graph are numbered as `limits`, points first.
start = time.process_time()
grid = db.basins(network, graph, box, resolution=resolution)
print(f"a grid of orbits: {time.process_time() - start:.2f} s of CPU")
agreement = boundary.agreement(grid)
print(agreement)
assert agreement.share == 1.0
assert (grid.labels >= 0).all()
for label in np.unique(grid.labels):
    print(f"{kinds[label]} {label}: {np.mean(grid.labels == label):.1%} of the box")

# %%
# The plane. The basin of the rhythm is in two pieces, one around each of its two states.
figure, ax = plt.subplots(figsize=(6.6, 5.8), layout="constrained")
colours = {0: "#dbe7f3", 2: "#f7e6d0", rhythm: "#dff0d8"}
shown = np.searchsorted(sorted(colours), grid.labels.T)
extent = [*box[0], *box[1]]
ax.imshow(
    shown,
    cmap=ListedColormap([colours[label] for label in sorted(colours)]),
    origin="lower",
    extent=extent,
    interpolation="nearest",
)
for line in boundary.curves:
    (parting,) = ax.plot(*line.T, color=Colour.STABLE, linewidth=1.2)
glyphs = [glyph_of(p.kind) for p in points]
draw_glyphs(ax, [p.x for p in points], glyphs)
of_cycles = [glyph_of_cycle(c.kind.value) for c in cycles]
for cycle, glyph in zip(cycles, of_cycles, strict=True):
    ax.plot(*cycle.points.T, linestyle=":", color=glyph.value.colour)
    draw_glyphs(ax, cycle.points, [glyph] * cycle.period)
ax.set(xlim=box[0], ylim=box[1], xlabel="$z_1$", ylabel="$z_2$", title="Two memories, a rhythm, and what parts them")
names = dict(zip(glyphs, ("attracting: memories", "repelling fixed point", "attracting: memories"), strict=True))
names |= {glyph: f"{glyph.value.label}, period 2" for glyph in of_cycles}
handles = [*map(glyph_handle, names), parting]
ax.legend(
    handles,
    [*names.values(), "stable manifolds of the saddle cycles"],
    loc="upper center",
    bbox_to_anchor=(0.5, -0.1),
    ncols=2,
    labelspacing=1.0,
)

# %%
drawing = draw_transition_graph(graph)
title = drawing.ax.set_title("The saddles between the three attractors are cycles")
