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

What does not reproduce, in the run measured. Not 9 to 26 fixed points, as the tolerance has it: 71 are proved, and the
sum of their indices shows that there are more. The memories are not equidistant from those one bit away, though
nearly: 52.0 to 55.1 apart; but the saddle that must be passed lies between 12.9 and 47.4 from a memory, and up to 3.7
times as far from the one as from the other of the two that it joins. Trajectories released from held readouts do not
show the central fixed point to be a saddle: it is one, of index 112, and they keep a distance of 32 from it, where the
memories are 43 away.
"""

# %%
# Training: 30,000 steps with the readout changed at every second one (Table 1 of the paper). The pulses are those on
# which training ends without errors: 20 steps long, 20 to 120 steps apart. With ``--short`` two bits in 200 units.
import argparse
import itertools
from collections import Counter
from time import process_time

import networkx as nx
import numpy as np

import dynbench as db
from dynbench.networks import force
from dynbench.networks.driven import simulate
from dynbench.networks.flipflop import FlipFlop

parser = argparse.ArgumentParser(description="The memories of a flip-flop network, from training to proof.")
parser.add_argument("--short", action="store_true", help="2 bits in 200 units instead of 3 in 1000")
short = parser.parse_args().short
bits, units, steps, seed, budget = (2, 200, 15_000, 5, 2) if short else (3, 1000, 30_000, 11, 400)

rng = np.random.default_rng(seed)
task = FlipFlop(bits=bits, pulse=20, gaps=(20, 120))
untrained = force.random_network(units, outputs=bits, inputs=bits, g=1.5, rng=rng)
lesson = task.signals(steps, rng=rng)
clock = process_time()
training = force.train(untrained, lesson.inputs, lesson.targets, rng=rng)
print(f"training: {process_time() - clock:.1f} CPU s")

network = training.network
test = task.signals(6_000, rng=rng)
visited = simulate(network, test.inputs, start=training.state)
errors = task.evaluate(network.readout(visited), test)
print(f"settled bits: {errors.total}, wrong: {errors.wrong}")
assert errors.wrong == 0

# %%
# The search. Without input the network is odd, which is proved from its declaration; a point stands for its mirror
# image, proof included. The plan doubles its effort until a round adds no attractor and no saddle of index 1.
clock = process_time()
plan = db.search.NetworkPlan(visited[::100], budget=budget)
points = db.find_fixed_points(network, search=plan, rng=0)
seconds = process_time() - clock
print(f"{len(points)} points, {len(points.certified)} certified, in {seconds:.0f} CPU s; {points.argument}")
for part in points.contributions:
    print(f"  {part.strategy}: {part.points} points, {part.seconds:.1f} CPU s")
by_index = Counter(p.certificate.n_unstable for p in points.certified)
print("unstable directions -> points:", dict(sorted(by_index.items())))
print(f"sum of indices {points.index_sum}; of all fixed points {points.expected_index_sum}: {points.index_argument}")
radii = [p.certificate.radius for p in points.certified]
print(f"proved within {max(radii):.1e} of their doubles, largest residual {max(p.residual for p in points):.1e}")

# %%
# One memory for each pattern of bits, and one saddle of index 1 for each pair one bit apart, all certified.
memories = [p for p in points if p.certificate.n_unstable == 0]
saddles = [p for p in points if p.certificate.n_unstable == 1]
patterns = [tuple(np.sign(network.readout(p.x)).astype(int).tolist()) for p in memories]
assert len(points) == len(points.certified) > len(memories) + len(saddles)
assert len(saddles) == bits * 2 ** (bits - 1)
assert sorted(patterns) == sorted(itertools.product((-1, 1), repeat=bits))
assert not points.complete

# %%
# What the search knew by when: attractors and saddles of index 1 are found early and stay as many, while the sum of
# the indices moves with every point of many unstable directions that is met.
from dynbench.plotting import draw_transition_graph, search_effort, state_space

effort = search_effort(points)
effort.ax.set_title("Points and their index sum against effort", fontsize=11)

# %%
# The transitions. Each saddle's two branches end in two memories one bit apart: the graph is the cube.
clock = process_time()
graph = db.transition_graph(network, [*memories, *saddles])
transitions = db.attractor_transitions(graph)
cube = nx.Graph((patterns[a], patterns[b]) for a, b in transitions.edges())
print(f"transitions: {cube.number_of_edges()} in {process_time() - clock:.1f} CPU s")
assert cube.number_of_edges() == len(saddles)
assert all(sum(p != q for p, q in zip(a, b, strict=True)) == 1 for a, b in cube.edges())
assert nx.is_isomorphic(cube, nx.hypercube_graph(bits))
on_the_cube = draw_transition_graph(graph, layout="hypercube")
on_the_cube.ax.set_title("The saddles of index 1 join memories one bit apart", fontsize=11)

# %%
# Distances. The paper has each memory equidistant from all those one bit-flip away. The distances between such
# memories are nearly equal. How far a memory is from the saddle between them is not: the saddle lies closer to one of
# the two, so that by this measure to flip a bit and to flip it back are not the same.
x = np.array([p.x for p in memories])
apart = {(a, b): float(np.linalg.norm(x[a] - x[b])) for a, b in itertools.combinations(range(len(x)), 2)}
flips = {(a, b): sum(p != q for p, q in zip(patterns[a], patterns[b], strict=True)) for a, b in apart}
spread = {}
for k in range(1, bits + 1):
    lengths = [apart[pair] for pair in apart if flips[pair] == k]
    spread[k] = min(lengths), max(lengths)
    print(f"memories {k} bits apart: distance {min(lengths):.1f} to {max(lengths):.1f}, mean {np.mean(lengths):.1f}")
barriers = {(s, m): float(np.linalg.norm(graph.nodes[s]["point"].x - x[m])) for s, m in graph.edges()}
sides = ([barriers[s, m] for _, m in graph.out_edges(s)] for s in range(len(memories), len(graph)))
uneven = [max(pair) / min(pair) for pair in sides]
print(f"from memory to saddle: {min(barriers.values()):.1f} to {max(barriers.values()):.1f}")
print(f"of the two sides of a saddle the farther is {min(uneven):.2f} to {max(uneven):.2f} times as far as the nearer")
assert spread[1][1] < spread[2][0]
assert max(barriers.values()) / min(barriers.values()) > spread[1][1] / spread[1][0] > 1.0

# %%
# The state space, by readouts: memories at the corners of the cube, saddles on its edges, joined by the unstable
# manifolds of the saddles.
in_readouts = state_space(network, graph, coordinates="readout")
in_readouts.ax.set_title("The memory complex in the space of readouts", fontsize=11)

# %%
# Inside and outside of the cube (figure 6 of the paper). The readouts that are fed back are held at random values,
# inside the cube such as (0.5, 0.5, 0.5) or outside such as (2, 2, 0), for 40 time constants, then released. From such
# trajectories the paper reads that the central fixed point is a saddle. So it is, of a very large index; but they do
# not show it, as they do not come near. States next to it are released, too. (The state that a held readout brings
# about has another readout itself: the network was trained at +-1 only, and driven weakly it does not settle.)
clock = process_time()
weights = network.parameters
held = db.EchoStateNetwork(weights["W_r"], 0 * weights["W_fb"], weights["W_o"], weights["W_fb"])
count = 6 if short else 8
center = min(points, key=lambda p: float(np.linalg.norm(p.x)))
inside = np.vstack([np.full(bits, 0.5), rng.uniform(-0.8, 0.8, (count - 1, bits))])
outside = np.vstack([[2, 2, 0][-bits:], rng.uniform(1.4, 2.5, (count - 1, bits))])
outside[1:] *= rng.choice((-1, 0, 1), (count - 1, bits), p=(0.4, 0.2, 0.4))
held_states = {
    name: np.array([simulate(held, np.tile(z, (400, 1)), rng=rng)[-1] for z in readouts])
    for name, readouts in (("from inside", inside), ("from outside", outside))
}
starts = held_states | {"from the centre": center.x + 0.01 * rng.standard_normal((count, units))}
for name, readouts in (("from inside", inside), ("from outside", outside)):
    away = np.abs(network.readout(held_states[name]) - readouts).mean()
    print(f"{name}: the readout held and that of the state it brings about differ by {away:.1f} on average")
times = np.arange(0.0, 400.5 if short else 150.5, 0.5)
released = {name: db.integrate(network, some, times, rtol=1e-5) for name, some in starts.items()}
for name, orbits in released.items():
    gap = np.linalg.norm(orbits.x[:, -1, None] - x, axis=-1)
    nearest = np.linalg.norm(orbits.x - center.x, axis=-1).min()
    reached = len(set(gap.argmin(axis=-1).tolist()))
    print(f"{name}: {count} orbits end at {reached} memories, within {gap.min(axis=-1).max():.0e}; ", end="")
    print(f"the nearest that one comes to the centre is {nearest:.2f}")
    assert gap.min(axis=-1).max() < 0.1
for name, readouts in (("from inside", inside), ("from outside", outside)):
    ends = np.array(patterns)[np.linalg.norm(released[name].x[:, -1, None] - x, axis=-1).argmin(axis=-1)]
    wanted = readouts != 0
    right = (np.sign(readouts) == ends)[wanted]
    print(f"{name}: the memory has the sign of the readout held in {right.sum()} of {right.size} bits")
size = np.linalg.norm(x, axis=-1).min()
closest = min(float(np.linalg.norm(released[name].x - center.x, axis=-1).min()) for name in held_states)
print(f"the centre has index {center.certificate.n_unstable}; the memories are {size:.1f} and more from it")
print(f"orbits from held readouts: {process_time() - clock:.0f} CPU s")
assert np.abs(center.x).max() == 0
assert center.certificate.n_unstable > (50 if not short else 10)
assert closest > 0.2 * size

# %%
# The same by readouts and, as in the paper, in the principal components of the trajectories; without the first two time
# constants after the release, in which the readouts jump from where they were held to the cube.
drawn = {name: [orbit[4:160] for orbit in orbits.x] for name, orbits in released.items()}
inside_and_outside = state_space(network, graph, coordinates="readout", trajectories=drawn)
inside_and_outside.ax.set_title("Orbits released inside, outside and at the centre", fontsize=11)
drawn = {"test trajectory": [visited[:3000:2]]} | {name: drawn[name] for name in held_states}
in_components = state_space(network, graph, coordinates="trajectories", trajectories=drawn)
in_components.ax.set_title("Principal components of the trajectories", fontsize=11)

# %%
# A ghost. Under a steady input that pulls at the first bit, the fixed point that is the memory of minus signs moves,
# may lose its stability, and exists up to some amplitude. Just beyond it is gone, and what is left is a slow point: a
# minimum of speed, and a ball around it that is proved to hold no fixed point. That is how the two are told apart.
clock = process_time()
state = next(p.x for p, signs in zip(memories, patterns, strict=True) if set(signs) == {-1})
pull = np.eye(bits)[0]
attracts, holds, fails = 0.0, 0.0, 1.0
while fails - holds > 1e-3:
    amplitude = (holds + fails) / 2
    pulled = network.with_parameters(u=amplitude * pull)
    found = db.find_fixed_points(pulled, search=db.search.NewtonStarts([state]), rng=0, certify=False)
    if len(found) == 1 and np.all(network.readout(found[0].x) < 0):
        holds, state = amplitude, found[0].x
        attracts = amplitude if found[0].stability[2] == 0 else attracts
    else:
        fails = amplitude
last = db.certify(network.with_parameters(u=holds * pull), state)
print(f"u = {holds:.4f}: {last.verdict.value}, {last.n_unstable} unstable directions; none at u = {attracts:.4f}")
beyond = network.with_parameters(u=1.01 * fails * pull)
ghosts = db.find_fixed_points(beyond, search=db.search.SlowPoints([state]), rng=0).slow_points
for ghost in ghosts:
    radius = ghost.certificate.exclusion_radius
    print(f"u = {1.01 * fails:.4f}: |F| = {ghost.residual:.1e} at a slow point, no fixed point within {radius:.1e}")
print(f"ghost: {process_time() - clock:.1f} CPU s")
assert last.verdict.value == "fixed point"
assert len(ghosts) == 1
assert ghosts[0].residual < (1e-2 if short else 1e-3)
assert ghosts[0].certificate.exclusion_radius > (1e-4 if short else 1e-3)
