"""
Three neurons that take turns: a cycle of a threshold-linear network, proved
============================================================================

In a threshold-linear network,

.. math:: x' = -x + [W x + b]_+ ,

competition alone can make rhythms. Morrison, Degeratu, Itskov and Curto (2016, arXiv:1605.04463) take inhibition of
two strengths, by a graph: :math:`W_{ij} = -1 + \\varepsilon` where there is an edge from j to i, and
:math:`-1 - \\delta` where there is none. A ring of three neurons has no stable fixed point, and its neurons peak one
after the other, round the ring, for ever.

The flow is linear where no neuron's input changes sign. dynbench follows it from region to region in closed form:
every switch in order, to rounding. What is seen in most figures of such networks, that orbits end on a cycle, is here
a theorem about these weights: the cycle's legs between switches solve equations in exponentials, and ball arithmetic
shows that they have a solution, just one near by, that every leg stays in its region, and that all multipliers but the
trivial one are less than 1 in modulus. That there is no other cycle is *not* proved: many starts lead to this one.

For :math:`\\varepsilon \\to \\delta` the cycle does not shrink: at :math:`\\varepsilon = \\delta` the fixed point is a
centre, surrounded by closed orbits as far as the first border, and the cycle is born from the outermost of them. For
:math:`\\varepsilon < 0`, where each neuron alone can win for good, the rhythm goes on beside the three winners, until
near :math:`\\varepsilon = -0.05` its period grows without bound: it slows down at three saddles.
"""

# %%
# The ring with the usual :math:`\varepsilon = 1/4`, :math:`\delta = 1/2` and b = 1.
import argparse
from time import process_time

import numpy as np
from matplotlib.figure import Figure

import dynbench as db
from dynbench.fixed_points import Status
from dynbench.piecewise import agree_on_border, piecewise_linear
from dynbench.plotting.style import draw_glyphs, glyph_handle, glyph_of

parser = argparse.ArgumentParser(description="The cycle of a ring of three threshold-linear neurons.")
parser.add_argument("--short", action="store_true", help="fewer starts and fewer values of epsilon")
short = parser.parse_args().short


def ring(epsilon, delta=0.5):
    """The network; neuron i excites its follower, which it inhibits less."""
    weak, strong = -1 + epsilon, -1 - delta
    weights = np.array([[0, strong, weak], [weak, 0, strong], [strong, weak, 0]])
    return db.RNN(weights, 1.0, activation="relu", form="activation", name="ring of three neurons")


network = ring(0.25)
form = piecewise_linear(network)
print(form)

# %%
# All fixed points, in the whole space: each of the eight patterns of active neurons is affine and has been solved. One
# is real, (4, 4, 4)/13, with every neuron active; it repels in a plane, as :math:`(\delta - \varepsilon)/2 > 0`.
points = db.find_fixed_points(network)
print(points)
assert points.complete
(centre,) = points
assert np.abs(centre.x - 4 / 13).max() < 1e-15
turning = (0.5 - 0.25) / 2 + 1j * np.sqrt(3) / 2 * (0.5 + 0.25)
assert (
    np.abs(np.sort_complex(centre.eigenvalues) - np.sort_complex([-13 / 4, turning, turning.conjugate()])).max() < 1e-14
)

# %%
# An orbit, and where it switches. SciPy's DOP853 at its tightest needs more than ten times as long, steps across
# switches that it does not know of, and is less exact.
x0, end = np.array([0.2, 0.05, 0.1]), 85.0
clock = process_time()
orbit = db.integrate(network, x0, [0.0, end], engine="piecewise")
closed = process_time() - clock
clock = process_time()
stepped = db.integrate(network, x0, [0.0, end], rtol=1e-13, atol=1e-14)
peer = process_time() - clock
print(f"{len(orbit.switches)} switches, the first at {orbit.switches.t[:4].round(6)}")
apart = np.abs(orbit.final - stepped.final).max()
print(f"closed form {1e3 * closed:.0f} ms, DOP853 {1e3 * peer:.0f} ms; {apart:.1e} apart")
assert len(orbit.switches) > 40
assert not orbit.switches.touches
assert apart < 1e-9

# %%
# The field is continuous, so that no orbit can slide along a border: for each border of each region it is verified in
# rationals that the fields of both sides agree on it.
patterns = np.array([[bool(k >> i & 1) for i in range(form.units)] for k in range(2**form.units)])
assert all(agree_on_border(form.exact, p, unit) for p in patterns for unit in range(form.units))

# %%
# The cycle: six legs, on three of which one neuron's input is negative. Existence, uniqueness near by and stability
# are proved.
clock = process_time()
cycles = db.find_cycles(network, periods=15.0, starts=[x0])
print(cycles)
(cycle,) = cycles
print(
    f"period {cycle.period:.13f}, multipliers {cycle.multipliers.real}; {cycle.note} ({process_time() - clock:.2f} s)"
)
assert cycle.status is Status.CERTIFIED
assert cycle.proved
assert cycle.kind is db.CycleKind.STABLE
assert len(cycle.word) == 6
assert sorted(sum(leg) for leg in cycle.word) == [2, 2, 2, 3, 3, 3]

# %%
# A third of the period turns the ring by one neuron.
third = db.integrate(network, cycle.points[0], [0.0, cycle.period / 3], engine="piecewise").final
assert np.abs(np.roll(third, -1) - cycle.points[0]).max() < 1e-13

# %%
# Seen, not proved: from random starts all orbits end on this cycle. A state of the cycle is recognised by the switch
# before it, which takes place at one of six states.
starts = np.random.default_rng(0).uniform(0, 1, size=(20 if short else 200, 3))
clock = process_time()
runs = db.integrate(network, starts, [0.0, 200.0], engine="piecewise")
corners = db.integrate(network, cycle.points[0], [0.0, 1.01 * cycle.period], engine="piecewise").switches.x
last = np.array([runs.switches.x[runs.switches.orbit == k][-1] for k in range(len(starts))])
off = np.abs(last[:, None] - corners).max(axis=-1).min(axis=-1)
print(
    f"{len(runs.switches)} switches of {len(starts)} orbits in {process_time() - clock:.1f} s; off by {off.max():.1e}"
)
assert off.max() < 1e-12

# %%
# Below :math:`\varepsilon = 0` the network can also fall silent but for one neuron. Seven fixed points, no more: three
# winners, which are stable, three saddles between them and the cycle, and the one in the middle.
mixed = ring(-0.03)
more = db.find_fixed_points(mixed)
print(more)
assert more.complete
assert [p.kind for p in more].count(db.Kind.STABLE_NODE) == 3
assert [p.kind for p in more].count(db.Kind.SADDLE) == 3
assert len(more) == 7

# %%
# The cycle for :math:`-0.05 < \varepsilon < \delta`, proved at each value, from each to the next. For
# :math:`\varepsilon \to \delta` its period tends to that of the linear centre, :math:`2 \pi / (\sqrt 3\, \delta)`, and
# the smallest input that a neuron has on it to zero.
upward = [0.25, 0.4, 0.499] if short else [0.25, 0.3, 0.35, 0.4, 0.45, 0.48, 0.499]
downward = [0.1, -0.03] if short else [0.2, 0.15, 0.1, 0.05, 0.03, 0.01, -0.01, -0.02, -0.03, -0.04, -0.045, -0.047]
clock = process_time()
rhythms = {}
for sequence in (upward, downward):
    state = cycle.points[0]
    for epsilon in sequence:
        (found,) = db.find_cycles(ring(epsilon), periods=80.0, starts=[state])
        assert found.status is Status.CERTIFIED
        assert found.kind is db.CycleKind.STABLE
        rhythms[epsilon], state = found, found.points[0]
epsilons = np.array(sorted(rhythms))
periods = np.array([rhythms[epsilon].period for epsilon in epsilons])
inputs = [np.min(rhythms[epsilon].points @ ring(epsilon).weights.T + 1) for epsilon in epsilons]
print(np.column_stack([epsilons, periods, inputs]).round(4), f"{process_time() - clock:.1f} s")
assert np.all(np.diff(periods) < 0)
limit = 2 * np.pi / (np.sqrt(3) * 0.5)
assert abs(periods[-1] - limit) < 0.02
assert abs(inputs[-1]) < 0.01

# %%
# Activity over two turns, with the switches as lines, and the cycle in the state space with its switches as dots.
turns = np.linspace(0, 2 * cycle.period, 801)
shown = db.integrate(network, cycle.points[0], turns, engine="piecewise")
activity = Figure(figsize=(9, 3.8), layout="constrained")
left, right = activity.subplots(1, 2, width_ratios=[2, 1])
for i, x in enumerate(shown.x.T):
    left.plot(shown.t, x, label=f"neuron {i + 1}")
for t in shown.switches.t:
    left.axvline(t, color="0.8", linewidth=0.8, zorder=0)
left.set(xlabel="t", ylabel="activity", title="Three neurons take turns (lines: an input changes sign)")
left.set_ylim(-0.02, 0.8)
left.legend(loc="upper right", ncols=3)
(loop,) = right.plot(shown.x[:, 0], shown.x[:, 1], color="black")
(dots,) = right.plot(shown.switches.x[:, 0], shown.switches.x[:, 1], ".", color="tab:red")
draw_glyphs(right, [centre.x[:2]], [glyph_of(centre.kind)])
names = ["stable cycle", "switches", f"fixed point, {centre.kind.value}"]
right.legend([loop, dots, glyph_handle(glyph_of(centre.kind))], names, loc="upper center", bbox_to_anchor=(0.5, -0.2))
right.set(xlabel="neuron 1", ylabel="neuron 2", title="In the state space")

# %%
# The period against epsilon.
rhythm = Figure(figsize=(6, 3.8), layout="constrained")
axes = rhythm.add_subplot()
axes.plot(epsilons, periods, "o-", color="black", markersize=4)
axes.axhline(limit, color="tab:red", linestyle="--")
axes.text(-0.05, limit + 0.3, "that of the centre at $\\varepsilon = \\delta$", color="tab:red", va="bottom")
axes.set(xlabel="$\\varepsilon$", ylabel="period", title="The period of the cycle, proved at each point")
