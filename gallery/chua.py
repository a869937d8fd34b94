"""
Chua's circuit: saddle cycles of the double scroll, proved one by one
=====================================================================

Chua's circuit, with a resistor of three straight pieces, is a piecewise-linear flow,

.. math:: x' = 9\\,(y - x - f(x)), \\qquad y' = x - y + z, \\qquad z' = -\\tfrac{100}{7}\\, y, \\qquad
          f(x) = -\\tfrac57 x - \\tfrac{3}{14} (|x + 1| - |x - 1|) ,

with the parameters of Matsumoto (1984, IEEE Trans. Circuits Syst. 31, 1055-1058). Its attractor is the double scroll;
Chua, Komuro and Matsumoto (1986, same journal 33, 1072-1118) proved that there is chaos, by Shilnikov's theorem,
from an orbit that leaves the origin and comes back.

A chaotic attractor is full of cycles of saddle type. Here they are found from loops that orbits nearly close, and each
is proved: that it exists, that there is no other near by, that it has one stable and one unstable multiplier. None of
them could be seen by following an orbit for long. **No list of them is complete**, and no count is given as one.
"""

# %%
# Three fixed points and no other: the patterns of the two units have been looked at. All are saddles that spiral.
import argparse
from time import process_time

import numpy as np
import sympy as sp
from matplotlib.figure import Figure

import dynbench as db
from dynbench.cycles import refine_cycle
from dynbench.fixed_points import Status

parser = argparse.ArgumentParser(description="Saddle cycles of the double scroll.")
parser.add_argument("--short", action="store_true", help="fewer starts")
short = parser.parse_args().short

circuit = db.ODE(
    {"x": "9*(y - x + 5/7*x + 3/14*(Abs(x + 1) - Abs(x - 1)))", "y": "x - y + z", "z": "-100/7*y"},
    name="Chua's circuit",
)
points = db.find_fixed_points(circuit)
print(points)
assert points.complete
half = sp.Rational(3, 2)
assert sorted(p.exact for p in points) == [(-half, 0, half), (0, 0, 0), (half, 0, -half)]
assert all(p.kind is db.Kind.SADDLE_FOCUS for p in points)
assert sorted(p.stability for p in points) == [(1, 0, 2), (1, 0, 2), (2, 0, 1)]

# %%
# An orbit on the double scroll, in closed form: exact to rounding in every leg, and yet not to be believed for long.
# Two orbits that start a rounding error apart are far from each other after a hundred units of time.
times = np.linspace(0.0, 200.0, 8001)
orbit = db.integrate(circuit, [0.1, 0.1, 0.1], times, engine="piecewise")
beside = db.integrate(circuit, [0.1, 0.1, 0.1 + 1e-15], times, engine="piecewise")
apart = np.abs(orbit.x - beside.x).max(axis=1)
late = times[np.argmax(apart > 0.1)]
print(f"{len(orbit.switches)} switches; orbits that start 1e-15 apart are 0.1 apart at t = {late:.0f}")
assert np.abs(orbit.x[:, 0]).max() < 3
assert 20 < late < 200

# %%
# Cycles of periods up to 12.
clock = process_time()
starts = np.random.default_rng(0).normal(scale=0.1, size=(8 if short else 40, 3))
cycles = db.find_cycles(circuit, periods=12.0, starts=starts)
print(f"{len(cycles)} cycles from {len(starts)} starts in {process_time() - clock:.1f} s")
print(" period      legs  multipliers        status")
for cycle in cycles:
    largest, _, smallest = cycle.multipliers.real
    print(f"{cycle.period:10.6f} {len(cycle.word):4d}  {largest:9.3f} {smallest:9.1e}  {cycle.status.value}")
assert all(cycle.status is Status.CERTIFIED for cycle in cycles)
assert all(cycle.kind is db.CycleKind.SADDLE for cycle in cycles)
assert all(cycle.proved for cycle in cycles)
assert len(cycles) >= (8 if short else 20)

# %%
# The circuit is symmetric under x -> -x: the mirror image of a cycle is one, found from the mirrored states and proved
# as well. Some are their own image.
own = []
for cycle in cycles:
    image = refine_cycle(circuit, -cycle.points[0], cycle.period)
    assert image is not None
    assert image.status is Status.CERTIFIED
    assert abs(image.period - cycle.period) < 1e-9
    opposite = db.integrate(circuit, cycle.points[0], [0.0, cycle.period / 2], engine="piecewise").final
    if np.abs(opposite + cycle.points[0]).max() < 1e-6:
        own.append(cycle)
print(f"{len(own)} of {len(cycles)} cycles are their own image: half a period takes each state to its negative")

# %%
# The shortest turns once round an outer fixed point.
first = cycles[0]
assert abs(first.period - 2.425509) < 1e-6
closed = db.integrate(circuit, first.points[0], [0.0, first.period], engine="piecewise").final
assert np.abs(closed - first.points[0]).max() < 1e-13

# %%
# The double scroll, and four of the cycles in it.
scroll = Figure(figsize=(9, 4.2), layout="constrained")
axes = scroll.subplots(1, 2, sharex=True, sharey=True)
for ax in axes:
    (grey,) = ax.plot(orbit.x[:, 0], orbit.x[:, 2], color="0.82", linewidth=0.5)
    ax.set(xlabel="x", ylabel="z")
    dotted = [ax.axvline(border, color="0.6", linestyle=":", linewidth=0.8) for border in (-1, 1)]
chosen = list({round(cycle.period, 6): cycle for cycle in cycles}.values())
for ax, some in zip(axes, (chosen[:2], [chosen[2], (own or chosen)[-1]]), strict=True):
    for cycle, color in zip(some, ("tab:blue", "tab:red"), strict=True):
        turn = np.linspace(0, cycle.period, 500)
        path = db.integrate(circuit, cycle.points[0], turn, engine="piecewise").x
        ax.plot(path[:, 0], path[:, 2], color=color, linewidth=1.2, label=f"period {cycle.period:.4f}")
    ax.legend(loc="upper right", fontsize=8)
axes[0].set_title("Cycles round one scroll")
axes[1].set_title("Longer ones, the red one round both" if own else "Longer ones")
scroll.legend([grey, dotted[0]], ["an orbit", "borders"], loc="outside lower center", ncols=2, frameon=False)
scroll.suptitle("Four of the proved saddle cycles in the double scroll")
