"""
Three bits in a thousand units: from training to certified memories
===================================================================

Jang (2015, section 6) trained an echo state network of 1000 units,

.. math:: \\dot x = -x + W_r \\tanh x + W_{fb} z + B u, \\qquad z = W_o \\tanh x,

to hold three bits: each of three inputs pulses now and then, and each readout is to keep the sign of the last pulse of
its input. He found "20 fixed points or ghosts" by minimising the speed and could not tell the two apart. Here the
network is trained by FORCE, its fixed points are found, and each of them is proved, with its number of unstable
directions.

What to expect. The field is odd and points inward far out, so fixed points come in mirror pairs, and by the theorem
of Poincare and Hopf the indices of all of them add up to +1. The set below does not: above g = 1 a random network has
exponentially many equilibria (Wainrib & Touboul 2013), nearly all of many unstable directions, and nobody can list
them. What can be listed is the memory complex: the attractors and the saddles of index 1 between them.
"""

# %%
# Training: 30,000 steps with the readout changed at every second one (Table 1 of the paper). The pulses are those on
# which training ends without errors: 20 steps long, 20 to 120 steps apart.
import itertools
from collections import Counter
from time import process_time

import networkx as nx
import numpy as np

import dynbench as db
from dynbench.networks import force
from dynbench.networks.driven import simulate
from dynbench.networks.flipflop import FlipFlop

rng = np.random.default_rng(11)
task = FlipFlop(bits=3, pulse=20, gaps=(20, 120))
untrained = force.random_network(1000, outputs=3, inputs=3, g=1.5, rng=rng)
lesson = task.signals(30_000, rng=rng)
clock = process_time()
training = force.train(untrained, lesson.inputs, lesson.targets, rng=rng)
print(f"training: {process_time() - clock:.0f} CPU s")

network = training.network
test = task.signals(6_000, rng=rng)
visited = simulate(network, test.inputs, start=training.state)
errors = task.evaluate(network.readout(visited), test)
print(f"settled bits: {errors.total}, wrong: {errors.wrong}")
assert errors.wrong == 0

# %%
# The search. Without input the network is odd, which is proved from its declaration; a point stands for its mirror
# image, proof included. The plan doubles its effort until two rounds on end add no attractor and no saddle of index 1.
clock = process_time()
plan = db.search.NetworkPlan(visited[::100], budget=400)
points = db.find_fixed_points(network, search=plan, rng=0)
seconds = process_time() - clock
print(f"{len(points)} points, {len(points.certified)} certified, in {seconds:.0f} CPU s; {points.argument}")
for part in points.contributions:
    print(f"  {part.strategy}: {part.points} points, {part.seconds:.0f} CPU s")
by_index = Counter(p.certificate.n_unstable for p in points.certified)
print("unstable directions -> points:", dict(sorted(by_index.items())))
print(f"sum of indices {points.index_sum}; of all fixed points {points.expected_index_sum}: {points.index_argument}")
radii = [p.certificate.radius for p in points.certified]
print(f"proved within {max(radii):.1e} of their doubles, largest residual {max(p.residual for p in points):.1e}")

# %%
# Eight memories, one for each pattern of bits, and twelve saddles of index 1, all certified.
assert len(points) == len(points.certified) > 39
assert by_index[0] == 8
assert by_index[1] == 12
assert not points.complete
memories = [p for p in points if p.certificate.n_unstable == 0]
saddles = [p for p in points if p.certificate.n_unstable == 1]
patterns = [tuple(np.sign(network.readout(p.x)).astype(int).tolist()) for p in memories]
assert sorted(patterns) == sorted(itertools.product((-1, 1), repeat=3))

# %%
# The transitions. Each saddle's two branches end in two memories one bit apart: the graph is the cube.
graph = db.transition_graph(network, [*memories, *saddles])
transitions = db.attractor_transitions(graph)
cube = nx.Graph((patterns[a], patterns[b]) for a, b in transitions.edges())
for a, b in sorted(map(sorted, cube.edges())):
    print(a, "<->", b)
assert cube.number_of_edges() == 12
assert all(sum(p != q for p, q in zip(a, b, strict=True)) == 1 for a, b in cube.edges())
assert nx.is_isomorphic(cube, nx.hypercube_graph(3))

# %%
# The points seen by their readouts: memories at the corners of the cube, the saddles between them on its edges, and the
# unstable manifolds of the saddles, which join them; and the graph, in layers by the number of unstable directions.
import matplotlib.pyplot as plt

from dynbench.plotting import draw_transition_graph

figure = plt.figure(figsize=(7, 6), layout="constrained")
ax = figure.add_subplot(projection="3d")
for _, _, path in graph.edges(data="path"):
    ax.plot(*network.readout(path).T, color="#bd1f01", linewidth=1)
for some, fill, label in ((memories, "#332288", "memory (stable)"), (saddles, "#CC79A7", "saddle of index 1")):
    z = network.readout(np.array([p.x for p in some]))
    ax.scatter(*z.T, s=60, color=fill, edgecolor="black", depthshade=False, label=label)
ax.plot([], [], color="#bd1f01", linewidth=1, label="unstable manifold of a saddle")
ax.set(xlabel="$z_1$", ylabel="$z_2$", zlabel="$z_3$", title="The memory complex in the space of readouts")
ax.set_box_aspect(None, zoom=0.85)
figure.legend(loc="outside lower center", ncols=3)
layers = draw_transition_graph(graph)

# %%
# A ghost. A steady input that pulls at the first bit leaves the memory (-1, -1, -1) in place up to some amplitude. Just
# beyond it the memory is gone, and what is left is a slow point: a minimum of speed, and a ball around it that is
# proved to hold no fixed point. That is how the two are told apart.
x = next(p.x for p, bits in zip(memories, patterns, strict=True) if bits == (-1, -1, -1))
holds, fails = 0.0, 1.0
while fails - holds > 1e-3:
    amplitude = (holds + fails) / 2
    pulled = network.with_parameters(u=[amplitude, 0, 0])
    found = db.find_fixed_points(pulled, search=db.search.NewtonStarts([x]), rng=0, certify=False)
    if len(found) == 1 and np.all(network.readout(found[0].x) < 0):
        holds, x = amplitude, found[0].x
    else:
        fails = amplitude
last = db.certify(network.with_parameters(u=[holds, 0, 0]), x)
print(f"u = {holds:.4f}: {last.verdict.value}, {last.n_unstable} unstable directions")
beyond = network.with_parameters(u=[1.01 * fails, 0, 0])
ghosts = db.find_fixed_points(beyond, search=db.search.SlowPoints([x]), rng=0).slow_points
for ghost in ghosts:
    radius = ghost.certificate.exclusion_radius
    print(f"u = {1.01 * fails:.4f}: |F| = {ghost.residual:.1e} at a slow point, no fixed point within {radius:.1e}")
assert last.verdict.value == "fixed point"
assert len(ghosts) == 1
assert ghosts[0].residual < 1e-3
assert ghosts[0].certificate.exclusion_radius > 1e-3
