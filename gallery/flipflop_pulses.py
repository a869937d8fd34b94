"""
How strong a pulse turns a bit: thresholds of the flip-flop network
===================================================================

Jang (2015, section 6) describes the eight memories of his network as equidistant from those one bit away, and as
spaced so that the "energy" of an input pulse is just strong enough to push the state from one to the next. He measured
neither. Here both are: the network is trained, its memories and the saddles between them are found and proved, and for
each memory, input and sign the smallest pulse is bracketed that ends in each other memory.

What is found (seed 11, N = 1000, pulses of 20 steps as in training):

- As a memory the network does what it was trained for: from rest, each of the 24 pulses of amplitude 1 that are to turn
  a bit turns this one only, and the 24 that agree with the bit change nothing.
- Memories one bit apart are equidistant, to within 6 per cent. That much of the claim holds.
- Thresholds are not "just" below the trained amplitude 1, nor alike: 0.30 to 0.84, safety factors of 1.2 to 3.3, and as
  a rule other ones there and back. They go with the distance from the memory to the saddle, which varies by a factor
  of 3.7, not with the distance between memories.
- Nor is it energy that counts: the same inputs, held and growing slowly, end the memories in folds at 0.07 to 0.28.
- Up to twice the trained amplitude nearly all pulses are safe: of 960 tried, 10 turn a bit that they are not to turn.
"""

# %%
# Training, as in the script on the memories of this network.
import argparse
import itertools
from collections import Counter
from time import process_time

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
from matplotlib.colors import ListedColormap
from scipy.sparse.linalg import eigs
from scipy.stats import spearmanr

import dynbench as db
from dynbench.networks import force
from dynbench.networks.driven import simulate
from dynbench.networks.flipflop import FlipFlop

parser = argparse.ArgumentParser(description="Pulse thresholds of the flip-flop network.")
parser.add_argument("--short", action="store_true", help="200 units and two bits instead of 1000 and three")
short = parser.parse_args().short
units, bits, steps, seed = (200, 2, 25_000, 14) if short else (1000, 3, 30_000, 11)

rng = np.random.default_rng(seed)
task = FlipFlop(bits=bits, pulse=20, gaps=(20, 120))
untrained = force.random_network(units, outputs=bits, inputs=bits, g=1.5, rng=rng)
lesson = task.signals(steps, rng=rng)
clock = process_time()
training = force.train(untrained, lesson.inputs, lesson.targets, rng=rng)
print(f"training: {process_time() - clock:.0f} CPU s")
network = training.network
test = task.signals(6_000, rng=rng)
errors = task.evaluate(network.readout(simulate(network, test.inputs, start=training.state)), test)
print(f"settled bits: {errors.total}, wrong: {errors.wrong}")
assert errors.wrong == 0

# %%
# The memories are found by holding the readout at each corner and letting go, the saddles by tracking the edge between
# the basins of memories one bit apart. Without input the network is odd, which is proved: half of each is searched for,
# and the mirror images are certified by the same proofs.
clock = process_time()
corners = [z for z in itertools.product((-1, 1), repeat=bits) if z[0] < 0]
held = db.find_fixed_points(network, search=db.search.Readouts(corners), rng=0, certify=False)
attractors = np.array([sign * p.x for p in held if p.kind.attracting for sign in (1, -1)])
z = np.sign(network.readout(attractors))
middles = {(i, j): (z[i] + z[j]) / 2 for i, j in itertools.combinations(range(len(z)), 2)}
pairs = [pair for pair, m in middles.items() if np.count_nonzero(m) == bits - 1 and m[np.flatnonzero(m)[0]] < 0]
tracked = db.find_fixed_points(network, search=db.search.EdgeTracking(attractors, chosen=pairs), rng=0, certify=False)
print(f"search: {process_time() - clock:.0f} CPU s")
clock = process_time()
both = [sign * p.x for p in (*held, *tracked) for sign in (1, -1)]
points = db.find_fixed_points(network, search=db.search.NewtonStarts(both), rng=0)
by_index = Counter(p.certificate.n_unstable for p in points.certified)
print(f"certified points by unstable directions: {dict(by_index)}, in {process_time() - clock:.0f} CPU s")
assert len(points) == len(points.certified)
assert by_index == {0: 2**bits, 1: bits * 2 ** (bits - 1)}

# %%
# The graph of transitions is the cube. Its nodes carry their readouts, its transitions the bits that flip.
clock = process_time()
graph = db.transition_graph(network, points)
cube = db.attractor_transitions(graph)
print(f"graph: {process_time() - clock:.0f} CPU s")
state = {node: point.x for node, point in graph.nodes(data="point")}
sides = {node: np.sign(readout).astype(int) for node, readout in cube.nodes(data="readout")}
name = {node: "".join("+" if side > 0 else "\N{MINUS SIGN}" for side in sides[node]) for node in sides}
assert len(set(name.values())) == 2**bits
assert nx.is_isomorphic(nx.Graph(cube), nx.hypercube_graph(bits))
assert all(len(flips) == 1 for *_, flips in cube.edges(data="flips"))

# %%
# The thresholds: 20 Euler steps of input from rest in a memory, then none until the network has arrived in a memory.
# Amplitudes 0.1, 0.2, ..., 2 are tried, and the brackets narrowed to 0.001. Those in which a bit is turned by its own
# input, and no other bit is, make up both directions of every edge of the cube.
clock = process_time()
pulses = db.pulse_transitions(network, graph, duration=task.pulse)
print(f"thresholds: {process_time() - clock:.0f} CPU s")
turns = pulses.edge_subgraph(
    (a, b, key)
    for a, b, key, data in pulses.edges(keys=True, data=True)
    if data["flips"] == (data["column"],) and data["sign"] == sides[b][data["column"]]
)
print("edge: amplitude there, and back")
for a, b, data in db.attractor_transitions(graph, turns).edges(data=True):
    print(f"  {name[a]} <-> {name[b]}: {data['pulses'][0]:.3f}, {data['pulses'][1]:.3f}")
    assert None not in data["pulses"]
amplitudes = [data["amplitude"] for *_, data in turns.edges(data=True)]
print(f"thresholds {min(amplitudes):.3f} to {max(amplitudes):.3f}", end=", ")
print(f"safety factors {1 / max(amplitudes):.1f} to {1 / min(amplitudes):.1f}")
assert len(amplitudes) == bits * 2**bits
assert max(amplitudes) < 1
assert max(amplitudes) > 1.5 * min(amplitudes)

# %%
# What pulses of amplitude 1 do from rest, and up to which amplitude one that agrees with its bit does nothing.
ends = db.pulse_ends(network, graph, [-1.0, 1.0], duration=task.pulse)
outcomes = Counter()
for a, k, sign in itertools.product(ends, range(bits), (-1, 1)):
    wanted = np.where(np.arange(bits) == k, sign, sides[a])
    end = ends[a][k, (sign + 1) // 2]
    outcomes["turn" if sides[a][k] != sign else "agree", end in sides and np.array_equal(sides[end], wanted)] += 1
print(
    f"pulses of amplitude 1: {outcomes['turn', True]} of {len(amplitudes)} that are to turn a bit turn it and no other"
)
print(f"  {outcomes['agree', True]} of {len(amplitudes)} that agree with their bit change nothing")
harmful = {
    (name[a], data["column"] + 1): data["amplitude"]
    for a, _, data in pulses.edges(data=True)
    if data["least"] and data["sign"] == sides[a][data["column"]]
}
least = min(harmful.values(), default=np.nan)
print(f"  of stronger ones that agree, {len(harmful)} up to 2 leave the memory, the first at {least:.2f}")
assert outcomes["turn", True] == len(amplitudes)
assert len(harmful) < len(amplitudes) / 2

# %%
# Distances against thresholds. Mirror images say the same, so that one of each pair counts. Two theories stand beside
# them. The linear one takes the pulse to move the state along the column of B, without further effect, until it has
# crossed the stable manifold of the saddle, taken to be flat: there the component along the saddle's unstable left
# eigenvector changes sign. The other takes the pulse to last: the steady input at which the memory ends in a fold.
clock = process_time()
folds = db.steady_thresholds(network, graph)
print(f"folds: {process_time() - clock:.0f} CPU s")
left = {
    saddle: eigs(network.jacobian_at(state[saddle]).T, k=1, which="LR", v0=np.ones(units))[1][:, 0].real
    for saddle in {saddle for *_, saddle in turns.edges(data="saddle")}
}
titles = ("between the memories", "memory to saddle", "... its largest component", "... along the column of B")
titles += ("linear threshold", "steady threshold")
rows = []
for a, b, data in turns.edges(data=True):
    if sides[a][0] < 0:
        push, way = data["sign"] * network.parameters["B"][:, data["column"]], state[data["saddle"]] - state[a]
        w, apart = left[data["saddle"]], np.linalg.norm(state[b] - state[a])
        theories = (w @ way) / (w @ push), folds[a][data["column"], int(data["sign"] > 0)]
        distances = apart, data["distance"], np.abs(way).max(), way @ push / np.linalg.norm(push)
        rows.append((data["column"], data["amplitude"], *distances, *theories))
column, threshold, *measures = np.array(rows).T
print("measure, and its rank correlation with the thresholds")
for title, values in zip(titles, measures, strict=True):
    rank, p = spearmanr(values, threshold)
    print(f"{title:>26}: {values.min():6.2f} to {values.max():6.2f}, {rank:+.2f} (p = {p:.1g}, n = {len(rows)})")
assert measures[5].max() < threshold.min() or short
if not short:
    assert measures[0].max() < 1.1 * measures[0].min()
    assert measures[1].max() > 2 * measures[1].min()
    assert spearmanr(measures[1], threshold)[0] > spearmanr(measures[0], threshold)[0]

# %%
# Both ways along each edge of the cube. The arrows begin at the memory that is left; beside them the smallest pulse.
spots = {node: side @ np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.38]])[:bits] for node, side in sides.items()}
shade = plt.Normalize(0, 1)
cube_of_thresholds, ax = plt.subplots(figsize=(7.5, 6.8), layout="constrained")
for a, b, data in turns.edges(data=True):
    along = spots[b] - spots[a]
    aside = 0.055 * np.array([along[1], -along[0]]) / np.linalg.norm(along)
    tail, head = spots[a] + 0.1 * along + aside, spots[b] - 0.1 * along + aside
    look = {"color": plt.cm.viridis(shade(data["amplitude"])), "linestyle": "-" if data["least"] else "--"}
    ax.annotate("", head, tail, arrowprops={"arrowstyle": "-|>", "linewidth": 2.2, "shrinkA": 0, "shrinkB": 0} | look)
    place, paper = (
        tail + 0.27 * (head - tail) + 0.6 * aside,
        {"boxstyle": "round,pad=0.12", "fc": "white", "ec": "none"},
    )
    ax.text(*place, f"{data['amplitude']:.2f}", ha="center", va="center", fontsize=8.5, bbox=paper)
plate = {"boxstyle": "round,pad=0.35", "facecolor": "#332288", "edgecolor": "black"}
for node, place in spots.items():
    ax.text(*place, name[node], ha="center", va="center", color="white", family="monospace", bbox=plate)
reach = np.abs(np.array(list(spots.values()))).max(axis=0) + 0.25
ax.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]), aspect="equal")
ax.set(title="The smallest pulse for each flip (trained with amplitude 1)")
ax.set_axis_off()
cube_of_thresholds.colorbar(plt.cm.ScalarMappable(shade, "viridis"), ax=ax, label="amplitude", shrink=0.6)
ax.plot([], [], color="black", label="it is the smallest to leave the memory")
ax.plot([], [], color="black", linestyle="--", label="a smaller one leaves it for elsewhere")
cube_of_thresholds.legend(loc="outside lower center", ncols=2)

# %%
# Thresholds against distances and theories, one point a flip.
thresholds_and_distances, axes = plt.subplots(1, 4, figsize=(12, 3.8), sharey=True, layout="constrained")
for ax, k in zip(axes, (0, 1, 4, 5), strict=True):
    for bit, (colour, marker) in enumerate((("#332288", "o"), ("#CC79A7", "s"), ("#117733", "D"))[:bits]):
        x, y = measures[k][column == bit], threshold[column == bit]
        ax.scatter(x, y, color=colour, marker=marker, edgecolor="black", label=f"bit {bit + 1}")
    ax.set(xlabel=titles[k], xlim=(0, 1.08 * measures[k].max()), ylim=(0, 1.05))
    ax.set_title(f"Spearman {spearmanr(measures[k], threshold)[0]:+.2f}", fontsize=10)
    ax.axhline(1, color="#888888", linestyle=":")
axes[0].set(ylabel="threshold")
axes[0].legend(loc="lower left")
thresholds_and_distances.suptitle("Pulse thresholds against distances and two theories (dotted: the trained amplitude)")

# %%
# Where pulses of all amplitudes end, from the memories whose first bit is -1; the others mirror them.
clock = process_time()
grid = np.array([k / 10 for k in range(-20, 21)])
responses = db.pulse_ends(network, graph, grid, duration=task.pulse)
print(f"responses: {process_time() - clock:.0f} CPU s")
kinds = {
    "nothing": "#dddddd",
    "its bit": "#332288",
    "another bit": "#E69F00",
    "several bits": "#bd1f01",
    "undecided": "black",
}


def outcome(a: int, end: int, k: int) -> int:
    """The position in `kinds` of what a pulse along column k has turned."""
    if end < 0:
        return 4
    turned = np.flatnonzero(sides[a] != sides[end])
    return min(len(turned), 2) + (len(turned) > 1 or (len(turned) == 1 and turned[0] != k))


lines = [(a, k) for k in range(bits) for a in responses if sides[a][0] < 0]
table = [[outcome(a, end, k) for end in responses[a][k]] for a, k in lines]
counts = Counter(which for line in table for which in line)
print("pulses from half of the memories that turn", {text: counts[which] for which, text in enumerate(kinds)})
right = sum(
    end == a or (outcome(a, end, k) == 1 and sides[a][k] * amplitude < 0)
    for a, k in lines
    for amplitude, end in zip(grid, responses[a][k], strict=True)
)
tried = counts.total()
print(f"  of {tried}, {tried - right} do what they are not for: turn another bit, or theirs though they agree with it")
assert short or tried - right < tried / 20
where_pulses_end, ax = plt.subplots(figsize=(8, 1.6 + 0.3 * len(lines)), layout="constrained")
borders = np.append(grid - 0.05, 2.05), np.arange(len(lines) + 1)
ax.pcolormesh(
    *borders, table, cmap=ListedColormap(list(kinds.values())), vmin=-0.5, vmax=4.5, edgecolors="white", lw=0.3
)
ax.set_yticks(borders[1][:-1] + 0.5, [f"{name[a]}, input {k + 1}" for a, k in lines], family="monospace")
for amplitude in (-1, 1):
    ax.axvline(amplitude, color="black", linewidth=0.8, linestyle=":")
ax.set(xlabel="amplitude of the pulse", title="What a pulse from rest turns")
swatches = [plt.Rectangle((0, 0), 1, 1, color=colour, label=text) for text, colour in kinds.items()]
where_pulses_end.legend(handles=swatches, loc="outside lower center", ncols=5)
