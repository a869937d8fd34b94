"""
Noise on the weights: when is the first memory lost?
====================================================

HEADER
"""

# %%
# Four kinds of networks that hold four bits: tanh and logistic units at the paper's gain g = 1.5, logistic units at
# g = 6, which have at 0 the slope that tanh units have at 1.5, and networks of tanh units transferred from three bits. Seeds
# are taken in turn until enough networks have a stable fixed point for each pattern of bits. The short form has two
# bits in 200 units.
import argparse
import itertools
from time import process_time

import numpy as np

import dynbench as db
from dynbench.continuation import CrossingKind, Ending, Homotopy, follow_point
from dynbench.networks import force, noise, transfer
from dynbench.networks.flipflop import FlipFlop

parser = argparse.ArgumentParser(description="Four-bit networks under noise on their recurrent weights.")
parser.add_argument("--short", action="store_true", help="200 units and two bits instead of 1000 and four")
short = parser.parse_args().short

units, bits, steps, wanted = (200, 2, 15_000, 1) if short else (1000, 4, 60_000, 3)
task, easier = FlipFlop(bits, pulse=30, gaps=(25, 150)), FlipFlop(bits - 1)
kinds = {"tanh": ("tanh", 1.5), "logistic": ("logistic", 1.5), "logistic, g = 6": ("logistic", 6.0)}
seeds = {kind: range(6) for kind in kinds} | {"transferred": range(6) if short else (11, 1, 2, 3)}
corners = np.array(list(itertools.product((-1.0, 1.0), repeat=bits)))


def trained(kind, seed):
    """A trained network and its state at the end of training."""
    rng = np.random.default_rng(seed)
    if kind == "transferred":
        network = force.random_network(units, bits - 1, bits - 1, rng=rng)
        lesson = easier.signals(steps // 2, rng=rng)
        network = transfer.extended(force.train(network, lesson.inputs, lesson.targets, rng=rng).network, rng=rng)
    else:
        activation, g = kinds[kind]
        network = force.random_network(units, bits, bits, g=g, activation=activation, rng=rng)
    lesson = task.signals(steps, rng=rng)
    training = force.train(network, lesson.inputs, lesson.targets, rng=rng)
    return training.network, training.state


def memories_of(network):
    """Attractors by their patterns of bits."""
    points = db.find_fixed_points(network, search=db.search.Readouts(corners), rng=0, certify=False)
    return {tuple(np.sign(network.readout(p.x)).astype(int).tolist()): p.x for p in points if p.stability[2] == 0}


networks, states, memories = {}, {}, {}
for kind, some in seeds.items():
    for seed in some:
        clock = process_time()
        network, state = trained(kind, seed)
        held = memories_of(network)
        print(f"{kind}, seed {seed}: {len(held)} memories ({process_time() - clock:.0f} CPU s)")
        if len(held) == 2**bits:
            networks[kind, seed], states[kind, seed], memories[kind, seed] = network, state, held
        if sum(k == kind for k, _ in networks) == wanted:
            break

# %%
# The task under noise. To every weight of W_r a normal number of standard deviation eta is added (W_r itself has
# 0.047 at g = 1.5): a matrix E of standard normal numbers, times eta, and all levels of one E in one pass. Each network meets
# the same matrices. What is measured is the mean squared error where bits are to have settled.
levels = np.array([0, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032])
draws = 1 if short else 2
noises = [np.random.default_rng(1000 + k).standard_normal((units, units)) for k in range(draws)]
test = task.signals(1_000 if short else 2_500, rng=99)
clock = process_time()
tests = {
    key: [noise.measure(network, test, levels, noise=E, start=states[key]) for E in noises]
    for key, network in networks.items()
}
mse = {kind: np.array([[run.mse for run in tests[key]] for key in tests if key[0] == kind]) for kind in seeds}
print(f"the task at {len(levels)} levels, {draws} draws of noise a network: {process_time() - clock:.0f} CPU s")
print("noise", " " * 14, *(f"{level:8.4f}" for level in levels))
for kind, values in mse.items():
    print(f"{kind:20}", *(f"{value:8.4f}" for value in values.mean(axis=(0, 1))))
for key, runs in tests.items():
    print(f"{key[0]}, seed {key[1]}: wrong bits", *([e.wrong for e in run.errors] for run in runs), f"of {test.settled.sum()}")

# %%
# The memories under noise. Each is followed from no noise to the largest along the line to W_r + 0.032 E, E the first of the
# matrices, until it merges with another fixed point at a fold or its stability ends at a Hopf bifurcation. Of an odd network
# one of each mirror pair is followed, as the noisy one is odd too.
clock = process_time()
top = levels[-1]
paths = {}
for key, network in networks.items():
    noisy = network.with_parameters(W_r=network.parameters["W_r"] + top * noises[0])
    line = Homotopy(network, noisy)
    chosen = {pattern: x for pattern, x in memories[key].items() if not line.odd or pattern[0] > 0}
    paths[key] = {pattern: follow_point(line, x, past_folds=False) for pattern, x in chosen.items()}
print(f"memories under noise: {process_time() - clock:.0f} CPU s")
losses = {}
for key, some in paths.items():
    ends = [(top * path.crossings[0].s, path.crossings[0].kind) for path in some.values() if path.crossings]
    kept = sum(path.ending is Ending.ACROSS and not path.crossings for path in some.values())
    lost = losses[key] = np.sort([level for level, _ in ends])
    first = f"{lost[0]:.5f}" if len(lost) else f"above {top}"
    print(f"{key[0]}, seed {key[1]}: of {len(some)} memories followed {kept} stay; {len(lost)} are lost, ", end="")
    print(f"by a Hopf bifurcation {sum(k is CrossingKind.HOPF for _, k in ends)}; the first at {first}, ", end="")
    print("median", f"{np.median([*lost, *[np.inf] * (len(some) - len(lost))]):.4f}")
