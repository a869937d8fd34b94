"""
Four bits, from scratch and transferred from three: two tesseracts
==================================================================

Jang (2015, section 7) trained the network of `flipflop_memories` on four bits and looked at its sixteen memories in
three principal components. Trained from scratch they appeared as a hexagonal prism, which is a tesseract seen edge
first; trained on top of three bits (weights copied, new ones zero) as a cuboid, a tesseract seen face first. He took
this for a difference of geometry, made by what the network had learnt before. Here both are trained, and measured.

What holds: both kinds hold sixteen memories, each proved, close to the corners of a regular tesseract: distances
between memories that differ in d bits grow as the square root of d, within a tenth, and those of memories one bit
apart vary by three to five per cent.

What does not: **the two geometries are the same**. A tesseract that is nearly regular has no principal directions: the
singular values of the four axes of bits lie within a fifth of each other, and which direction of the four the
projection loses is decided by small differences. The number of bits that share the lost direction is 1 for a cube, 2
for a face-first cuboid and 3 for an edge-first hexagonal prism. It was 1.6 to 2.6 for seven networks from scratch
(seeds 0 to 7 without 4) and 1.0 to 2.3 for six transferred ones, trained by the functions below on a larger range of
seeds than the two of each kind here. Of two that were transferred from the same three bits (seed 11), and differ in the
random new columns and in the pulses of their lessons, one had 1.4, the other 1.9: the shape is a matter of luck as much
as of transfer. Nor is it the new bit that is lost: in five of the six most of the lost direction belonged to an old
one.

What is not found: a saddle on each of the 32 edges of the tesseract. The search finds one on 14 of them in either
network (a longer one, along directional fibers from the memories, no more than these 14 in the first), and others
that join memories more than one bit apart or lead back to one memory on both sides. Not found does not mean that
there is none: the sum of indices shows that fixed points are missing.
"""

# %%
# Two ways to four bits, each by FORCE with 60,000 steps of four-bit lessons: a random network, and a network that was
# trained on three bits before, extended by one readout and one input. The reservoir and the old weights are copied and
# the new row of the readout begins as zero; the new columns of W_fb and B are random, as a readout that is not fed back
# could never add a memory. The short form goes from two bits to three, in 400 units.
import argparse
import itertools
from collections import Counter
from time import process_time

import networkx as nx
import numpy as np

import dynbench as db
from dynbench.networks import force, transfer
from dynbench.networks.driven import simulate
from dynbench.networks.flipflop import FlipFlop

parser = argparse.ArgumentParser(description="Four bits from scratch and transferred from three, compared.")
parser.add_argument("--short", action="store_true", help="400 units and three bits instead of 1000 and four")
short = parser.parse_args().short

units, bits, steps, wanted = (400, 3, 20_000, 1) if short else (1000, 4, 60_000, 2)
seeds = {
    "from scratch": (1, 2, 3, 4, 5, 6) if short else (0, 5, 3),
    "transferred": (0, 1, 2, 3, 4) if short else (11, 1, 2),
}
task, easier = FlipFlop(bits, pulse=30, gaps=(25, 150)), FlipFlop(bits - 1)


def trained(kind, seed):
    """A trained network, and how many of its settled bits are wrong in a test."""
    rng = np.random.default_rng(seed)
    first = bits - 1 if kind == "transferred" else bits
    network = force.random_network(units, first, first, rng=rng)
    if kind == "transferred":
        lesson = easier.signals(steps // 2, rng=rng)
        network = force.train(network, lesson.inputs, lesson.targets, rng=rng).network
        network = transfer.extended(network, rng=rng)
    lesson = task.signals(steps, rng=rng)
    training = force.train(network, lesson.inputs, lesson.targets, rng=rng)
    network, test = training.network, task.signals(6_000, rng=rng)
    states = simulate(network, test.inputs, start=training.state)
    return network, task.evaluate(network.readout(states), test)


# %%
# The memories. Hold the readout at each pattern of bits until the reservoir has settled, let go, and correct by
# Newton's method. A test without a wrong bit does not mean that all patterns are fixed points: where one is not, the
# state drifts off more slowly than pulses come, or it circles. Seeds are taken in turn until enough networks have all
# memories.
corners = np.array(list(itertools.product((-1.0, 1.0), repeat=bits)))


def memories_of(network):
    """Attractors by their patterns of bits; the field is odd, so half of the patterns are held."""
    half = db.search.Readouts(corners[: len(corners) // 2])
    points = db.find_fixed_points(network, search=half, rng=0, certify=False)
    found = [sign * p.x for p in points if p.stability[2] == 0 for sign in (1, -1)]
    return {tuple(np.sign(network.readout(x)).astype(int).tolist()): x for x in found}


patterns = [tuple(corner) for corner in corners.astype(int).tolist()]
networks, memories = {}, {}
for kind, some in seeds.items():
    for seed in some:
        clock = process_time()
        network, errors = trained(kind, seed)
        seconds = process_time() - clock
        held = memories_of(network)
        print(f"{kind}, seed {seed}: {errors.wrong} of {errors.total} bits wrong, {len(held)} memories; ", end="")
        print(f"training {seconds:.0f}, memories {process_time() - clock - seconds:.0f} CPU s")
        if len(held) == 2**bits:
            networks[kind, seed], memories[kind, seed] = network, np.array([held[pattern] for pattern in patterns])
        if sum(k == kind for k, _ in networks) == wanted:
            break
shown = {kind: next(key for key in networks if key[0] == kind) for kind in seeds}

# %%
# The complex of one network of each kind. Saddles between memories one bit apart are looked for by readouts held
# half-way between and by edge tracking, from either side. The field is odd: one of each mirror pair is looked for,
# and a point and its mirror image have one proof. Each saddle's two branches are followed to the memories that it
# joins.
pairs = [(i, j) for i, j in itertools.combinations(range(2**bits), 2) if np.sum(corners[i] != corners[j]) == 1]
last = 2**bits - 1
mirrored = [(i, j) for i, j in pairs if (i, j) <= (last - j, last - i)]
graphs, cubes, points = {}, {}, {}
for kind, key in shown.items():
    clock = process_time()
    network = networks[key]
    halfway = db.search.Readouts(np.array([(corners[i] + corners[j]) / 2 for i, j in mirrored]))
    strategies = [halfway]
    for chosen in (mirrored, [(j, i) for i, j in mirrored]):
        strategies.append(db.search.EdgeTracking(memories[key], chosen=chosen))
    found = np.concatenate([s.search(network, rng=np.random.default_rng(0)).candidates for s in strategies])
    print(f"{kind}: saddles in {process_time() - clock:.0f} CPU s", end="")
    clock = process_time()
    rest = np.zeros((1, units))
    starts = db.search.NewtonStarts(np.concatenate([memories[key], found, -found, rest]))
    points[kind] = db.find_fixed_points(network, search=starts, rng=0)
    print(f", certificates of {len(points[kind])} points in {process_time() - clock:.0f} CPU s", end="")
    clock = process_time()
    graphs[kind] = db.transition_graph(network, [p for p in points[kind] if p.stability[2] <= 1])
    flips = [flips for *_, flips in db.attractor_transitions(graphs[kind]).edges(data="flips")]
    print(f", transitions in {process_time() - clock:.0f} CPU s")
    by_index = Counter(p.stability[2] for p in points[kind])
    print(f"  unstable directions -> points: {dict(sorted(by_index.items()))}; ", end="")
    print(f"sum of indices {points[kind].index_sum}, of all fixed points {points[kind].expected_index_sum}")
    cubes[kind] = nx.Graph(
        (a, b) for a, b, bit in db.attractor_transitions(graphs[kind]).edges(data="flips") if len(bit) == 1
    )
    print(
        f"  saddles by the number of bits that differ between the two memories they join: {Counter(map(len, flips))}; ",
        end="",
    )
    print(f"{cubes[kind].number_of_edges()} of {len(pairs)} edges of the hypercube have one")

for kind, key in shown.items():
    stable = [p for p in points[kind] if p.stability[2] == 0]
    assert all(any(np.allclose(p.x, x, atol=1e-6) for p in stable) for x in memories[key])
    assert all(p.certificate.n_unstable == p.stability[2] for p in points[kind])
    assert not points[kind].complete
    assert 0 < cubes[kind].number_of_edges() <= len(pairs)

# %%
# The shape. By the signs b of its bits a memory is x(b) = sum over k of b_k a_k + the rest, a_k the axis of bit k. Were
# the rest zero and the axes orthogonal and of one length, this would be a regular hypercube, and all directions of the
# space of bits would be principal to the same degree. One less component than bits loses one direction v of that space,
# the right singular vector of the matrix of axes with the least singular value. Of a tesseract 1/sum(v^4) says what is
# seen: 1 a cube (cell first: one bit is lost), 2 a square prism (face first), 3 a hexagonal prism (edge first),
# 4 a rhombic dodecahedron (vertex first).


def shape_of(states):
    """Figures of the shape of the memories."""
    centred = states - states.mean(axis=0)
    axes = centred.T @ corners / len(corners)
    _, lengths, directions = np.linalg.svd(axes, full_matrices=False)
    shares = np.linalg.svd(centred, compute_uv=False) ** 2 / np.sum(centred**2)
    apart = np.linalg.norm(states[:, None] - states, axis=-1)
    flipped = (corners[:, None] != corners).sum(axis=-1)
    return {
        "distances": {d: apart[flipped == d] for d in range(1, bits + 1)},
        "by bit": [np.mean([apart[i, j] for i, j in pairs if corners[i, k] != corners[j, k]]) for k in range(bits)],
        "straight": np.sum((axes @ corners.T) ** 2) / np.sum(centred**2),
        "shares": shares[:bits],
        "lengths": lengths,
        "lost": directions[-1],
        "shares in it": 1 / np.sum(directions[-1] ** 4),
    }


shapes = {key: shape_of(states) for key, states in memories.items()}
for key, shape in shapes.items():
    one, every = shape["distances"][1], np.concatenate(list(shape["distances"].values()))
    by_flips = ", ".join(f"{d}: {a.mean():.1f} +- {a.std():.1f}" for d, a in shape["distances"].items())
    print(f"{key[0]}, seed {key[1]}: distances by the number of bits that differ {by_flips}")
    print(f"  spread/mean, one bit apart {one.std() / one.mean():.3f}, all {every.std() / every.mean():.3f}")
    print("  means of one bit apart, by bit", np.round(shape["by bit"], 1))
    print(
        f"  variance in the axes of the bits {shape['straight']:.3f}, in components",
        np.round(shape["shares"], 3),
        end="",
    )
    print(f", together {shape['shares'].sum():.3f}, without the last {shape['shares'][:-1].sum():.3f}")
    print(
        "  singular values of the axes",
        np.round(shape["lengths"], 1),
        "direction lost",
        np.round(shape["lost"], 2),
        end="",
    )
    print(f", shared by {shape['shares in it']:.2f} bits")
    assert one.std() < 0.15 * one.mean()
    assert all(abs(d.mean() / (one.mean() * np.sqrt(k)) - 1) < 0.1 for k, d in shape["distances"].items())
    assert shape["straight"] > 0.9
    assert shape["lengths"][-1] > (0.6 if short else 0.75) * shape["lengths"][0]

# The same within a kind and between the kinds: means of distances agree to a tenth.
for d in range(1, bits + 1):
    means = [shape["distances"][d].mean() for shape in shapes.values()]
    assert max(means) < (1.25 if short else 1.1) * min(means)

# %%
# Seen in three components: edges by the bit that they flip, and the saddles found on them.
import matplotlib.pyplot as plt

from dynbench.plotting import draw_transition_graph

colours = ("#332288", "#999933", "#44AA99", "#CC6677")[:bits]
projections = plt.figure(figsize=(11, 5.6), layout="constrained")
for place, (kind, key) in enumerate(shown.items()):
    ax = projections.add_subplot(1, 2, place + 1, projection="3d")
    _, _, components = np.linalg.svd(memories[key] - memories[key].mean(axis=0), full_matrices=False)
    corner = memories[key] @ components[:3].T
    for i, j in pairs:
        bit = int(np.argmax(corners[i] != corners[j]))
        ax.plot(*corner[[i, j]].T, color=colours[bit], linewidth=1.5, label=f"bit {bit + 1}" if i == 0 else None)
    between = np.array([p.x for p in points[kind] if p.stability[2] == 1]) @ components[:3].T
    ax.scatter(*between.T, s=30, color="#CC79A7", edgecolor="black", depthshade=False, label="saddle of index 1")
    ax.scatter(*corner.T, s=60, color="#332288", edgecolor="black", depthshade=False, label="memory")
    ax.set(xlabel="PC 1", ylabel="PC 2", zlabel="PC 3", title=f"{kind.capitalize()}, seed {key[1]}")
    ax.set_box_aspect(None, zoom=0.85)
legend = sorted(zip(*ax.get_legend_handles_labels()[::-1], strict=True), key=lambda entry: entry[0])
names, handles = zip(*legend, strict=True)
projections.legend(handles, names, loc="outside lower center", ncols=len(names))
projections.suptitle("Memories in their first three principal components")


# %%
# The transitions on the hypercube: a pale edge without arrows is one on which no saddle was found.
def on_hypercube(kind):
    """Draw the graph of one kind."""
    _, ax = plt.subplots(figsize=(8, 8), layout="constrained")
    drawing = draw_transition_graph(graphs[kind], ax, layout="hypercube")
    edges = f"{cubes[kind].number_of_edges()} of {len(pairs)} edges have a saddle"
    drawing.ax.set_title(f"Transitions, {kind}: {edges}")
    return drawing


hypercube_from_scratch = on_hypercube("from scratch")
hypercube_transferred = on_hypercube("transferred")

# %%
# The numbers of the shape: distances by the number of bits that differ, against those of a regular hypercube, and the
# singular values of the axes. The gap between the last two decides which direction is lost.
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
marks = dict(zip(seeds, ("o", "s"), strict=True))
for place, (key, shape) in enumerate(shapes.items()):
    look = {"color": ("#332288", "#CC6677")[list(seeds).index(key[0])], "marker": marks[key[0]]}
    means = [d.mean() for d in shape["distances"].values()]
    spread = [d.std() for d in shape["distances"].values()]
    shift = 0.07 * (place - (len(shapes) - 1) / 2)
    name = f"{key[0]}, seed {key[1]}"
    left.errorbar(np.arange(1, bits + 1) + shift, means, spread, linestyle="none", capsize=3, label=name, **look)
    lost = f"{name}: lost direction shared by {shape['shares in it']:.2f} bits"
    right.plot(range(1, bits + 1), shape["lengths"], label=lost, linestyle=("-", "--")[place % 2], **look)
flips = np.linspace(1, bits, 50)
one = np.mean([shape["distances"][1].mean() for shape in shapes.values()])
left.plot(flips, one * np.sqrt(flips), color="#888888", zorder=0, label="a regular hypercube")
left.set(xlabel="bits that differ", ylabel="distance", xticks=range(1, bits + 1))
left.set_title("Distances between memories (mean and spread)")
right.set(xlabel="number", ylabel="singular value", xticks=range(1, bits + 1), ylim=(0, None))
right.set_title("Singular values of the axes of the bits")
left.legend()
right.legend()
