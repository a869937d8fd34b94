"""
Training as a path: where the memories of a flip-flop network come from
=======================================================================

Only the readout :math:`W_o` of Jang's network (2015, sections 5 and 6) is trained,

.. math:: \\dot x = -x + W_r \\tanh x + W_{fb} z + B u, \\qquad z = W_o \\tanh x,

so that training changes the field by a term of rank three. Section 6.1 and figure 7 tell what that does: the origin is
stable at first and no longer so after 200 iterations, it has lost its stability in a transcritical bifurcation, and the
memories come after. Here the readout is kept at some steps of training, the fixed points are found at each of them, and
each is followed from one readout to the next, along the straight line between the two, which is not the way that
training itself took. The points at the steps kept are proved; what lies between them is numerical.

What is true. The field is odd, which is proved: so the origin is a fixed point for every readout, and a simple real
eigenvalue can pass 0 there only in a pitchfork (or something more degenerate), in which a pair of mirror images comes
or goes. A transcritical bifurcation is impossible at any gain.

With the paper's g = 1.5 the origin is never stable: it has 110 unstable directions of 1000 before any training, and
between 107 and 112 at the steps looked at later. A few real eigenvalues pass 0 on the way, all in pitchforks whose
pairs have more than a hundred unstable directions. The memories have nothing to do with it: they are born far from it,
in pairs at folds, and are stable from there on or from a Hopf bifurcation; some are lost again on the way.

With g = 0.9 the origin is stable at first, and training works as well: not one settled bit is wrong. The origin loses
its stability within the first ten steps, in a supercritical pitchfork, and the pair that comes of it is the first two
memories, which are lost at folds before step 700. The others come from folds, a memory and a saddle each.
"""

# %%
# Two trainings, alike but for the gain of the reservoir: 0.9, and the paper's 1.5.
import argparse
import itertools
from collections import Counter
from time import process_time

import numpy as np

import dynbench as db
from dynbench import ChangeKind
from dynbench.continuation import Homotopy
from dynbench.networks import force
from dynbench.networks.driven import simulate
from dynbench.networks.flipflop import FlipFlop

parser = argparse.ArgumentParser(description="Fixed points of a three-bit flip-flop network while it is trained")
parser.add_argument("--short", action="store_true", help="200 units instead of 1000")
short = parser.parse_args().short

size, length = (200, 6_000) if short else (1000, 30_000)
weak, strong = 0.9, 1.5
task = FlipFlop(bits=3, pulse=20, gaps=(20, 120))
readouts, networks, starts = {}, {}, {}
for gain in (weak, strong):
    clock = process_time()
    rng = np.random.default_rng(11)
    untrained = force.random_network(size, outputs=3, inputs=3, g=gain, rng=rng)
    lesson = task.signals(length, rng=rng)
    training = force.train(untrained, lesson.inputs, lesson.targets, snapshot_every=10, rng=rng)
    test = task.signals(6_000, rng=rng)
    visited = simulate(training.network, test.inputs, start=training.state)
    errors = task.evaluate(training.network.readout(visited), test)
    print(f"g = {gain}: {errors.wrong} of {errors.total} settled bits wrong; {process_time() - clock:.0f} CPU s")
    assert short or errors.wrong == 0
    networks[gain], starts[gain] = training.network, visited[::100]
    readouts[gain] = {s.step: s.W_o for s in training.snapshots} | {length: training.network.parameters["W_o"]}


def at_steps(gain, steps):
    """The network with the readouts that it had after so many steps."""
    return [networks[gain].with_parameters(W_o=readouts[gain][step]) for step in steps]


# %%
# The origin. Without input the field is odd, which is proved from its declaration: so the origin is a fixed point
# whatever the readout, and an eigenvalue 0 there is that of a pitchfork.
for gain in (weak, strong):
    assert Homotopy(*at_steps(gain, (0, length))).odd
looked = (0, 10, 200, 700, length)
unstable = {}
for gain in (weak, strong):
    spectra = [np.linalg.eigvals(network.jacobian_at(np.zeros(size))) for network in at_steps(gain, looked)]
    unstable[gain] = [int(np.count_nonzero(values.real > 0)) for values in spectra]
    for step, count, values in zip(looked, unstable[gain], spectra, strict=True):
        print(f"g = {gain}, step {step}: {count} unstable directions at the origin; leading {max(values.real):.3f}")
assert unstable[weak][0] == 0 < unstable[weak][1]
assert min(unstable[strong]) > size / 12

# %%
# Gain 0.9. Relaxation from states that the trained network visits finds attractors; following finds the rest.
clock = process_time()
steps = {weak: (0, 100, 200, 300, 700)}
search = db.search.Relax(starts[weak])
paths = {weak: db.follow_fixed_points(at_steps(weak, steps[weak]), search=search, rng=0)}
print(f"followed at g = {weak}: {process_time() - clock:.0f} CPU s")


def tell(gain):
    """What was found at each step, and what happened between."""
    for step, points in zip(steps[gain], paths[gain].sets, strict=True):
        print(f"g = {gain}, step {step}: unstable directions -> points {points.by_index}, sum {points.index_sum}")
    for (_, kind), group in itertools.groupby(paths[gain].changes, key=lambda c: (f"{c.position:.9f}", c.kind)):
        change, *images = group  # the mirror image of a change stands beside it
        before, after = (steps[gain][change.step + k] for k in (0, 1))
        print(
            f"  {change.s:.4f} of the way from {before} to {after}: {kind.value}{' (twice)' * len(images)}, "
            f"{change.before} -> {change.after}; eigenvalue {change.eigenvalue:.2g}, residual {change.residual:.0e}"
        )
    for doubt in paths[gain].doubts:
        print(f"  {doubt}")


tell(weak)

# %%
# The origin loses its stability in a pitchfork, which gives the first two memories (of a thousand units; the two
# hundred of the short form have a Hopf bifurcation before). At every step the indices found add up to +1, which is what
# those of all fixed points add up to: nothing contradicts that these are all.
at_origin = [change for change in paths[weak].changes if not np.any(change.x)]
first = at_origin[0]
assert first.kind is (ChangeKind.HOPF if short else ChangeKind.SUPERCRITICAL)
assert (first.before, first.after) == ((0, 2) if short else (0, 1))
fork = next(change for change in at_origin if change.kind.pitchfork)
assert abs(fork.eigenvalue) < 1e-9
born = [path for path in paths[weak].paths if path.born is not None and paths[weak].changes[path.born] is fork]
assert len(born) == 2
np.testing.assert_array_equal(born[0].x, -born[1].x)
if not short:
    assert fork.side == 1
    assert all(path.unstable[0] == 0 for path in born)
    assert all(path.died is not None and paths[weak].changes[path.died].kind.fold for path in born)
assert [point.stability for point in paths[weak].sets[0]] == [(size, 0, 0)]
assert all(points.index_sum == points.expected_index_sum == 1 for points in paths[weak].sets)

# %%
# Gain 1.5. The origin is followed as well, though of its many unstable directions only the real eigenvalues that pass
# 0 are located. Points of more than eight unstable directions are not followed.
# Here an index sum of +1 says little: `flipflop_memories` finds four more saddles of index 1 in the network that this
# training ends with, and dozens of other points. What is followed is what relaxation met, and what it is connected to.
clock = process_time()
steps[strong] = (200, 700, 2000, length)
search = db.search.Relax(starts[strong])
paths[strong] = db.follow_fixed_points(at_steps(strong, steps[strong]), search=search, rng=0)
print(f"followed at g = {strong}: {process_time() - clock:.0f} CPU s; {len(paths[strong].left_out)} points left out")
tell(strong)

# %%
# At the origin there is no exchange and no fold, at either gain: each real eigenvalue that passes 0 is a pitchfork.
for gain, followed in paths.items():
    at_origin = [change for change in followed.changes if not np.any(change.x)]
    print(f"g = {gain}: at the origin {dict(Counter(change.kind.value for change in at_origin))}")
    assert not any(change.kind is ChangeKind.EXCHANGE or change.kind.fold for change in at_origin)
    for change in at_origin:
        if change.kind.pitchfork:
            assert abs(change.eigenvalue) < 1e-9
            np.testing.assert_array_equal(change.pair[0], -change.pair[1])
    # Between two steps as many of them, up to an even number, as the index of the origin changed by.
    for k, (before, after) in enumerate(itertools.pairwise(followed.sets)):
        changed = sum(next(p.stability[2] for p in points if not np.any(p.x)) for points in (before, after))
        forks = sum(change.kind.pitchfork for change in at_origin if change.step == k)
        assert (changed - forks) % 2 == 0
memories = {gain: [points.by_index.get(0, 0) for points in paths[gain].sets] for gain in paths}
for gain in paths:
    print(f"g = {gain}: memories after {steps[gain]} steps: {memories[gain]}")
assert memories[weak][0] == 1  # the origin itself
assert memories[weak][-1] >= 4
ends = [(path, path.positions[-1]) for path in paths[strong].paths if path.positions[-1] is not None]
kept = [path for path, k in ends if paths[strong].sets[-1][k].stability[2] == 0]
births = Counter("not known" if p.born is None else paths[strong].changes[p.born].kind.value for p in kept)
print(f"g = {strong}: where the memories of the end come from: {dict(births)}")
if not short:
    assert memories[strong][-1] == len(kept) == 8
    assert births[ChangeKind.BIRTH.value] >= 6
    assert set(births) <= {ChangeKind.BIRTH.value, "not known"}
    forks = [c for c in paths[strong].changes if c.kind.pitchfork and not np.any(c.x)]
    assert min(min(c.before, c.after) for c in forks) > 100

# %%
# The diagrams: one coordinate of the fixed points over the steps, which stand at equal distances. The coordinate is
# what the readout of the end of training makes of the first bit.
from dataclasses import replace

import matplotlib.pyplot as plt

from dynbench.plotting import draw_paths


def first_bit(gain):
    """The first readout as trained, of states."""
    return lambda x: np.tanh(x) @ readouts[gain][length][0]


def diagram(gain, title):
    """The paths of one gain."""
    figure, ax = plt.subplots(figsize=(7.5, 5.5), layout="constrained")
    ax.set_title(title)
    kept = [k for k, p in enumerate(paths[gain].paths) if 0 in p.unstable or not np.any(p.x)]
    told = [change for change in paths[gain].changes if set(change.paths) & set(kept)]
    shown = replace(paths[gain], paths=tuple(paths[gain].paths[k] for k in kept), changes=tuple(told))
    draw_paths(shown, ax, coordinate=first_bit(gain), labels=steps[gain], name="first bit")
    ax.set_xlabel("step of training")
    return figure


diagram_of_gain_09 = diagram(weak, "g = 0.9: the points that are stable at some time, and the origin")
diagram_of_gain_15 = diagram(strong, "g = 1.5: the points that are stable at some time, and the origin")

# %%
# The fixed points by their readouts, each with the readout of its step.
looks = {0: ("#332288", "stable"), 1: ("#CC79A7", "one unstable direction"), 2: ("#bd1f01", "more")}


def portraits(gain):
    """The points at each step kept, in the space of readouts."""
    figure = plt.figure(figsize=(2.9 * len(steps[gain]), 3.8), layout="constrained")
    for k, (step, points) in enumerate(zip(steps[gain], paths[gain].sets, strict=True)):
        ax = figure.add_subplot(1, len(steps[gain]), k + 1, projection="3d")
        for order, (colour, label) in looks.items():
            some = [point.x for point in points if min(point.stability[2], 2) == order]
            z = np.tanh(np.array(some).reshape(-1, size)) @ readouts[gain][step].T
            ax.scatter(*z.T, s=30, color=colour, edgecolor="black", depthshade=False, label=label if k == 0 else None)
        ax.set(xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), zlim=(-1.5, 1.5), title=f"step {step}")
        ax.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1), zticks=(-1, 0, 1), xlabel="$z_1$", ylabel="$z_2$", zlabel="$z_3$")
        ax.set_box_aspect(None, zoom=0.72)
    figure.suptitle(f"Fixed points found in the space of readouts, g = {gain}")
    figure.legend(loc="outside lower center", ncols=3)
    return figure


portraits_of_gain_09 = portraits(weak)
portraits_of_gain_15 = portraits(strong)
