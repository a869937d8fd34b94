"""
FitzHugh and Nagumo: an excitable neuron, and a firing one
==========================================================

FitzHugh (1961, "Impulses and physiological states in theoretical models of nerve membrane", Biophys. J. 1, 445-466)
and Nagumo, Arimoto & Yoshizawa (1962) reduce the nerve to two states, in the form common today

.. math:: v' = v - v^3/3 - w + I, \\qquad w' = \\epsilon\\,(v + a - b w),

with a = 0.7, b = 0.8, epsilon = 0.08. Known facts, each asserted below. Since b < 1 there is exactly one fixed
point, whatever the stimulus I. Without a stimulus it is stable, at (-1.1994, -0.6243), and the neuron excitable. At
I = 1/2 it is unstable, and the neuron fires: there is a stable cycle. The change happens where the trace of the
Jacobian is zero, at :math:`v = -\\sqrt{1 - b\\epsilon}`, which is I = 0.3313.

Three things are commonly misquoted. FitzHugh's own constant is c = 3, which is epsilon = 1/9 in this form; 0.08 came
later. The Hopf bifurcation at these parameters is *subcritical*: just below it the stable point and a large cycle
exist side by side. And "all or none" is not exact: without a saddle there is no separatrix, so the response depends
continuously on the shock, however steeply (FitzHugh speaks of a quasi-threshold).
"""

# %%
# The model, from :download:`models/fitzhugh_nagumo.toml </../models/fitzhugh_nagumo.toml>`:
#
# .. literalinclude:: /../models/fitzhugh_nagumo.toml
#    :language: toml

# sphinx_gallery_thumbnail_number = 2
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import dynbench as db
from dynbench.plotting import phase_portrait

model = db.load_toml(Path(__file__).parent / "models" / "fitzhugh_nagumo.toml")
excitable = model.system

# %%
# **Excitable.** One fixed point in the whole plane, by exact algebra, and it is stable.
points = db.find_fixed_points(excitable)
print(points)
(rest,) = points
assert points.complete
assert points.region is None
assert rest.kind is db.Kind.STABLE_FOCUS
assert np.allclose(rest.x, [-1.19940804, -0.62426004], rtol=0, atol=1e-8)

# %%
# A shock displaces v. Slightly too weak, and v hardly rises; a little stronger, and the neuron fires. The
# response rises steeply but without a jump.
figure = Figure(figsize=(6.4, 3.6), layout="constrained")
ax = figure.subplots()
peaks = {}
for shock in (0.5, 0.55, 0.6, 0.65):
    orbit = db.integrate(excitable, rest.x + np.array([shock, 0.0]), 80.0)
    peaks[shock] = orbit.x[:, 0].max()
    ax.plot(orbit.t, orbit.x[:, 0], label=f"shock {shock}")
ax.set(xlabel="time", ylabel="v")
ax.legend(frameon=False)
print({shock: round(peak, 3) for shock, peak in peaks.items()})
assert peaks[0.5] < -0.6
assert peaks[0.55] < -0.4
assert peaks[0.6] > 1.7

# %%
# **Firing**, at I = 1/2: the fixed point is unstable, and every branch from it ends on the cycle.
firing = db.analyze(excitable.with_parameters(I=0.5), box=model.box)
print(firing.fixed_points)
assert firing.fixed_points.complete
assert [p.kind for p in firing.fixed_points] == [db.Kind.UNSTABLE_FOCUS]
assert firing.fixed_points.index_sum == firing.fixed_points.expected_index_sum == 1
(node,) = (n for n, data in firing.graph.nodes(data=True) if data["cycle"] is not None)
cycle = firing.graph.nodes[node]["cycle"]
lowest, highest = cycle.points[:, 0].min(), cycle.points[:, 0].max()
print(f"{cycle.kind.value}, period {cycle.period:.6f}, v from {lowest:.3f} to {highest:.3f}")
assert {target for _, target in firing.graph.edges()} == {node}
assert cycle.kind.attracting
assert abs(cycle.multipliers[1]) < 1
orbit = db.integrate(firing.system, cycle.points[0], cycle.period)
assert np.abs(orbit.final - cycle.points[0]).max() < 1e-6
portrait = phase_portrait(firing)

# %%
# The Hopf bifurcation: the stimulus at which the fixed point has v = -sqrt(1 - b epsilon).
v = -np.sqrt(1 - 0.8 * 0.08)
critical = (v + 0.7) / 0.8 - v + v**3 / 3
print(f"Hopf bifurcation at I = {critical:.6f}")
assert abs(critical - 0.33128) < 1e-5
for stimulus, kind in ((critical - 1e-4, db.Kind.STABLE_FOCUS), (critical + 1e-4, db.Kind.UNSTABLE_FOCUS)):
    (point,) = db.find_fixed_points(excitable.with_parameters(I=stimulus), box=model.box)
    assert point.kind is kind

# %%
# Subcritical: at I = 0.328 the point is (provably) stable, and yet the neuron that fires goes on firing.
bistable = excitable.with_parameters(I=0.328)
(point,) = db.find_fixed_points(bistable, box=model.box)
assert point.certificate.stability == (2, 0, 0)
for name, start, still_fires in (
    ("near the point", point.x + np.array([0.005, 0.0]), False),
    ("far from it", [2.0, 0.5], True),
):
    orbit = db.integrate(bistable, start, 2000.0)
    height = np.ptp(orbit.x[orbit.t > 1900, 0])
    print(f"started {name}: v varies by {height:.2g} after time 1900")
    assert (height > 3) == still_fires
