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
# A slow point is no fixed point. The speed has minima above 0, too: "ghosts". Around each of them a ball is proved to
# hold no fixed point.
slow = db.find_fixed_points(network, search=db.search.SlowPoints(visited[::600]), rng=0, certify=False)
for point in slow.slow_points:
    proof = point.certificate
    print(f"|F| = {point.residual:.2g}, no fixed point within {proof.exclusion_radius:.1e}: {proof.verdict.value}")
assert all(p.certificate.exclusion_radius > 0 for p in slow.slow_points)
