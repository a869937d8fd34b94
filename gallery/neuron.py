"""
A neuron: rest, spikes and the threshold between them, read off a trained network
=================================================================================

Eisenmann, Monfared, Goering & Durstewitz (2025, arXiv:2510.03814) trace stable manifolds of networks that were trained
on data, a neuron's recorded potential among them. That recording may not be shipped. The one used here is **simulated**
by dynbench: the model with persistent sodium and potassium of Izhikevich (2007, "Dynamical Systems in Neuroscience",
chapters 4 and 6), in a range where rest and spiking coexist, with noise in the current and in the recording, and short
current pulses that switch between the two. Only the potential is recorded, every 0.05 ms.

A shallow piecewise-linear network of two states and 20 hidden units (Hess, Monfared, Brenner & Durstewitz 2023,
"Generalized teacher forcing for learning chaotic dynamics", ICML),

.. math:: z' = A z + W_1 \\max(0, W_2 z + h_2) + h_1,

was trained on 1500 such pieces by sparse teacher forcing (Mikhaeil, Monfared & Durstewitz 2022, NeurIPS 35). Its first
state is the potential; what the second is was left to training. ``training/train_neuron.py`` does this with PyTorch,
which is not needed here, and says what was chosen: weights with which spiking is a cycle, and not a rotation that never
repeats, are a minority of those met on the way.

What is found of the network is exact: all its fixed points, a cycle of spikes, and the threshold, which is the stable
manifold of a saddle. How far the network is the neuron is another question, which can be asked here, since the neuron's
equations are known. Right, as measured below: the three fixed points and their kinds, rest and saddle to 0.3 mV; the
period of the spikes, 1.250 ms against 1.238, though it must be a multiple of the step; how far a kick from rest has to
go for spiking, to 0.02 mV. Wrong: a kick may also be too strong for spiking to go on, beyond -27.2 mV, and the network
puts this at -18.5 mV, where its threshold zigzags. The recording does not go there: a pulse takes 0.1 ms, in which the
gate opens. In all the network is right on about 98 % of the states in a box of V and n.
"""

# %%
# The neuron, from :download:`models/neuron.toml </../models/neuron.toml>`:
#
# .. literalinclude:: /../models/neuron.toml
#    :language: toml

# sphinx_gallery_thumbnail_number = 2
import argparse
from pathlib import Path
from time import process_time

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

import dynbench as db
from dynbench.piecewise.search import Polygons, Scyfi
from dynbench.plotting.style import Colour

parser = argparse.ArgumentParser(description="A network trained on a simulated neuron, against the neuron")
parser.add_argument("--short", action="store_true", help="coarser grids, and a heuristic for cycles")
short = parser.parse_args().short

models = Path(__file__).parent / "models"
model = db.load_toml(models / "neuron.toml")
neuron = model.system
rest, saddle, middle = sorted(db.find_fixed_points(neuron, box=model.box), key=lambda p: p.x[0])
assert [p.kind for p in (rest, saddle, middle)] == [db.Kind.STABLE_NODE, db.Kind.SADDLE, db.Kind.UNSTABLE_FOCUS]
spikes = db.integrate(neuron, [-20.0, 0.1], np.linspace(0, 30, 15_001)).x[7_500:, 0]
rises = 15 + 0.002 * np.flatnonzero((spikes[1:] > -30) & (spikes[:-1] <= -30))
period = np.diff(rises).mean()
print(f"the neuron: rest {rest.x[0]:.2f} mV, saddle {saddle.x[0]:.2f} mV, focus {middle.x[0]:.2f} mV")
print(f"it spikes every {period:.3f} ms, between {spikes.min():.2f} and {spikes.max():.2f} mV")

# %%
# **The network.** What is drawn was held out from training: twelve trials, from the end of their pulses. The network
# starts from the first two samples of each and runs freely. It has no noise: an orbit near the threshold may end
# differently, and the spikes of a noisy neuron drift.
path = models / "neuron_network.npz"
assert path.stat().st_size < 100_000
with np.load(path) as file:
    trained = {name: file[name].astype(float) for name in file.files}
network = db.PLRNN.shallow(*(trained[name] for name in ("A", "W1", "W2", "h1", "h2")), name="A neuron, from data")
step, mean, deviation = (float(trained[name]) for name in ("step", "mean", "deviation"))


def potential(z):
    """The potential in mV, which the first state is in units of the recording's deviation."""
    return mean + deviation * np.asarray(z)[..., 0]


def started(first, second):
    """The state after the first of two samples in mV, by the linear map trained with the network."""
    v = (first - mean) / deviation
    change = (second - first) / deviation
    return np.stack([v, trained["start"][0] + trained["start"][1] * v + trained["start"][2] * change], axis=-1)


recorded = trained["held_out"]
orbit = [started(recorded[:, 0], recorded[:, 1])]
for _ in range(recorded.shape[1] - 1):
    orbit.append(network(orbit[-1]))
free = potential(orbit).T
spiking = {name: np.ptp(v[:, -40:], axis=1) > 20 for name, v in (("recording", recorded), ("network", free))}
same = int((spiking["recording"] == spiking["network"]).sum())
early = np.sqrt(np.mean((recorded[:, :20] - free[:, :20]) ** 2))
print(f"{same} of {len(recorded)} trials end alike; in the first ms the two differ by {early:.2f} mV (rms)")
held_out_and_free_run = Figure(figsize=(7.2, 4.6), layout="constrained")
time = step * np.arange(recorded.shape[1])
panels = held_out_and_free_run.subplots(3, 4, sharex=True, sharey=True)
for k, ax in enumerate(panels.flat):
    ax.plot(time, recorded[k], color=Colour.QUIET, linewidth=2.2, label="simulated recording" if k == 0 else None)
    ax.plot(time, free[k], color=Colour.STABLE, linewidth=1.1, label="network, running freely" if k == 0 else None)
    ax.set(xlabel="time in ms" if k >= 8 else "", ylabel="mV" if k % 4 == 0 else "")
held_out_and_free_run.suptitle("Held out: twelve trials from the end of a pulse")
held_out_and_free_run.legend(loc="outside lower center", ncols=2, frameon=False)
assert same >= 10
assert early < 2

# %%
# **All fixed points**, as cycles of period 1: the search is complete, so that there is no other anywhere in the plane.
# Each is verified in exact rational arithmetic. Rest is a node, the middle of the spike a focus, and between them is a
# saddle. A multiplier of the network stands beside that of the neuron's flow over a step.
clock = process_time()
points = db.find_cycles(network, periods=1)
print(f"{points.arguments[1]}; {process_time() - clock:.1f} CPU s")
net_rest, net_saddle, net_middle = sorted(points, key=lambda cycle: cycle.points[0, 0])
for name, found, true in (("rest", net_rest, rest), ("saddle", net_saddle, saddle), ("focus", net_middle, middle)):
    of_neuron = np.sort_complex(np.exp(step * true.eigenvalues))
    print(f"{name}: {potential(found.points[0]):.2f} mV, multipliers {np.round(np.sort_complex(found.multipliers), 3)}")
    print(f"  the neuron: {true.x[0]:.2f} mV, {np.round(of_neuron, 3)} in {step} ms")
    assert found.status is db.Status.CERTIFIED
    assert found.stability == true.stability
    assert abs(potential(found.points[0]) - true.x[0]) < 3
assert points.complete[1]
assert len(points) == 3

# %%
# **The cycles of spiking.** An orbit that has settled on spiking repeats after some number of steps. All cycles of this
# period in a box around it are found by polygon itineraries, with proof (the short form is content with a heuristic).
# Each is verified in rational arithmetic. One is stable, the spike; beside it is a saddle.
z = started(np.array([-20.0]), np.array([-14.0]))
for _ in range(3000):
    z = network(z)
orbit = [z[0]]
while len(orbit) < 60 and (len(orbit) == 1 or np.abs(orbit[-1] - orbit[0]).max() > 1e-9):
    orbit.append(network(orbit[-1]))
steps = len(orbit) - 1
around = np.array([[-0.2, 3.6], [-1.0, 4.0]])
assert np.all((orbit > around[:, 0]) & (orbit < around[:, 1]))
strategy = Scyfi(starts=np.array(orbit)) if short else Polygons()
clock = process_time()
cycles = db.find_cycles(network, periods=[steps], box=around, search=strategy, rng=0)
print(f"period {steps}: {cycles.arguments[steps]}; {process_time() - clock:.1f} CPU s")
for cycle in cycles:
    print(f"  {cycle.kind.value}, multipliers {np.round(cycle.multipliers, 3)}, {cycle.status.value}")
    assert cycle.status is db.Status.CERTIFIED
assert cycles.complete[steps] != short
(spike,) = [cycle for cycle in cycles if cycle.kind is db.CycleKind.STABLE]
(beside,) = [cycle for cycle in cycles if cycle.kind is db.CycleKind.SADDLE]
v = potential(spike.points)
print(f"the network spikes every {steps * step:.3f} ms, between {v.min():.2f} and {v.max():.2f} mV")
print(f"the neuron every {period:.3f} ms, between {spikes.min():.2f} and {spikes.max():.2f} mV")
assert np.count_nonzero((v > -30) & (np.roll(v, 1) <= -30)) == 1
assert abs(steps * step - period) < 0.1 * period
assert abs(v.max() - spikes.max()) < 3
assert abs(v.min() - spikes.min()) < 3

# %%
# **The threshold**: the stable manifold of the saddle, an exact polyline. The determinants of all regions have one
# sign, so that the network has an inverse and the manifold is one curve. One side of the saddle's unstable manifold
# leads to rest, the other to the spike: the saddle is between the two.
clock = process_time()
box = np.array([[-3.0, 4.5], [-4.0, 4.0]])
boundary = db.basin_boundary(network, [net_rest, net_saddle, spike], box)
(threshold,) = boundary.manifolds
print(f"{threshold}; {process_time() - clock:.1f} CPU s")
assert threshold.exact
assert len(boundary.curves) == 1
assert boundary.saddles == (1,)
assert set(boundary.leads[0]) == {0, 2}

# %%
# Brute force: each state of a grid is followed until it has come to rest or has spiked for long. The side of the
# threshold on which it lies, which needs no orbit, says the same.
clock = process_time()
axes = [np.linspace(*bounds, 101 if short else 251) for bounds in box]
grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
z, highest = grid, np.full(grid.shape[:-1], -np.inf)
for k in range(600):
    z = network(z)
    if k >= 600 - 2 * steps:
        highest = np.maximum(highest, z[..., 0])
rests = np.abs(z - net_rest.points[0]).max(axis=-1) < 1e-3
fires = potential(highest[..., None]) > -30
by_side = boundary.classify(grid)
print(f"{np.mean(rests):.1%} rest, {np.mean(fires):.1%} spike, {np.count_nonzero(rests == fires)} are not decided")
wrong = np.where(rests, 0, 2) != by_side
print(f"{np.count_nonzero(wrong)} of {wrong.size} states are on the other side; {process_time() - clock:.1f} CPU s")
assert np.all(rests != fires)
assert not wrong.any()

# %%
# The network's plane. The threshold bends where it crosses a crease, and at the preimages of these corners. Where the
# recording did not go, what the network says is its own.
pairs = started(recorded[:, :-1], recorded[:, 1:]).reshape(-1, 2)
threshold_of_the_network = Figure(figsize=(6.4, 5.0), layout="constrained")
ax = threshold_of_the_network.subplots()
shades = {"shading": "nearest", "cmap": ListedColormap(["#eef0f4", "#f9e3dc"]), "rasterized": True}
ax.pcolormesh(potential(axes[0][:, None]), axes[1], fires.T, **shades)
ax.plot(potential(pairs), pairs[:, 1], ".", color=Colour.QUIET, markersize=2, label="pairs of samples, held out")
for k, branch in enumerate(threshold.branches):
    label = "stable manifold of the saddle" if k == 0 else None
    ax.plot(potential(branch), branch[:, 1], color=Colour.STABLE, linewidth=1.6, label=label)
for cycle, look in ((spike, {"marker": "o"}), (beside, {"marker": "o", "fillstyle": "left"})):
    look |= {"color": Colour.ATTRACTING, "markersize": 4.5, "markeredgewidth": 0.6, "markerfacecoloralt": "white"}
    name = f"{cycle.kind.value} of {steps} steps"
    ax.plot(potential(cycle.points), cycle.points[:, 1], linestyle="none", label=name, **look)
looks = {"rest": (net_rest, "full"), "saddle": (net_saddle, "left"), "focus, repelling": (net_middle, "none")}
for name, (cycle, fill) in looks.items():
    look = {"marker": "o", "markersize": 9, "fillstyle": fill, "color": Colour.INK, "markerfacecoloralt": "white"}
    ax.plot(potential(cycle.points), cycle.points[:, 1], linestyle="none", label=name, **look)
ax.set(xlabel="first state: potential in mV", ylabel="second state", title="The network: rest (grey) and spiking (red)")
ax.set(xlim=potential(box[0][:, None]), ylim=box[1])
threshold_of_the_network.legend(loc="outside lower center", ncols=2, frameon=False)

# %%
# **Against the neuron.** A state (V, n) of the neuron has a potential after 0.05 ms, without noise, and these two
# samples are what the network starts from. So the network says of each state of the neuron whether it comes to rest,
# and the neuron itself says it too.
clock = process_time()
graph = db.transition_graph(neuron, (rest, saddle, middle))
basins = db.basins(neuron, graph, {"V": (-80, 5), "n": (0, 0.75)}, resolution=51 if short else 101)
states = np.stack(np.meshgrid(*basins.axes, indexing="ij"), axis=-1)


def come_to_rest(states):
    """What the network says of states (..., 2) of the neuron."""
    later = db.integrate(neuron, states.reshape(-1, 2), [0.0, step]).x[:, 1, 0].reshape(states.shape[:-1])
    return boundary.classify(started(states[..., 0], later)) == 0


said, true = come_to_rest(states), basins.labels == 0
print(f"the network is right on {np.mean(said == true):.1%} of the states; {process_time() - clock:.1f} CPU s")
assert np.mean(said == true) > 0.9

# %%
# A sudden kick from rest changes the potential and not the gate. From how high a potential does the neuron go on
# spiking? There is a second threshold high above: after too strong a kick the potential falls back to rest. The neuron
# itself is asked again, a millivolt below and above each of its two thresholds.
kicked = np.stack([np.arange(-65, 5, 0.02), np.full(3500, rest.x[1])], axis=-1)
at_rest = come_to_rest(kicked)
told = kicked[1:, 0][at_rest[1:] != at_rest[:-1]]
stable = db.trace_manifold(neuron, saddle, "stable", box={"V": (-100, 40), "n": (-0.2, 1.2)})
crossings = []
for branch in stable.branches:
    above = branch[:, 1] - rest.x[1]
    for i in np.flatnonzero(above[1:] * above[:-1] < 0):
        crossings.append(branch[i, 0] + (branch[i + 1, 0] - branch[i, 0]) * above[i] / (above[i] - above[i + 1]))
crossings = np.sort(crossings)
print(f"kicks to between {crossings.round(2)} mV make the neuron spike on; the network says {told.round(2)}")
for v_0 in crossings:
    ends = [db.integrate(neuron, [v_0 + offset, rest.x[1]], np.linspace(0, 20, 2001)).x[1500:, 0] for offset in (-1, 1)]
    assert sum(np.ptp(end) > 20 for end in ends) == 1
assert len(crossings) == len(told) == 2
assert abs(told[0] - crossings[0]) < 0.5
assert abs(told[1] - crossings[1]) > 2

# %%
# The neuron's plane. The neuron's threshold is smooth, and traced by integration; the network's is where its word
# changes.
thresholds_of_the_neuron = Figure(figsize=(6.4, 4.8), layout="constrained")
ax = thresholds_of_the_neuron.subplots()
ax.pcolormesh(*basins.axes, ~true.T, **shades)
for k, branch in enumerate(stable.branches):
    label = "stable manifold of the neuron's saddle" if k == 0 else None
    ax.plot(*branch.T, color=Colour.INK, linewidth=1.2, linestyle=(0, (6, 1.5)), label=label)
fine = [np.linspace(*bounds, 101 if short else 401) for bounds in ((-80, 5), (0, 0.75))]
word = come_to_rest(np.stack(np.meshgrid(*fine, indexing="ij"), axis=-1))
ax.contour(*fine, word.T, [0.5], colors=[Colour.STABLE], linewidths=1.6)
ax.plot([], [], color=Colour.STABLE, linewidth=1.6, label="threshold according to the network")
for name, point, fill in (("rest", rest, "full"), ("saddle", saddle, "left"), ("focus, repelling", middle, "none")):
    look = {"marker": "o", "markersize": 9, "fillstyle": fill, "color": Colour.INK, "markerfacecoloralt": "white"}
    ax.plot(*point.x, linestyle="none", label=name, **look)
ax.set(
    xlim=(-80, 5), ylim=(-0.02, 0.75), xlabel="V in mV", ylabel="n", title="The neuron: rest (grey) and spiking (red)"
)
thresholds_of_the_neuron.legend(loc="outside lower center", ncols=2, frameon=False)
