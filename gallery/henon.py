"""
The Henon map: two saddles, and an area that shrinks at every step
==================================================================

Henon (1976, "A two-dimensional mapping with a strange attractor", Commun. Math. Phys. 50, 69-77) studies

.. math:: x_{k+1} = 1 - a x_k^2 + y_k, \\qquad y_{k+1} = b x_k,

with a = 1.4 and b = 0.3. Known facts, each asserted below: the Jacobian determinant is -b everywhere; the fixed
points are x = (b - 1 +- sqrt((1 - b)^2 + 4 a)) / (2 a), y = b x; for the classical parameters both are saddles, with
multipliers of opposite sign, and the one at x > 0 lies on the attractor. (For maps the Lefschetz index of a saddle is
+1 where its unstable multiplier is below -1, and -1 where it is above +1.)
"""

# %%
# The model, from :download:`models/henon.toml </../models/henon.toml>`:
#
# .. literalinclude:: /../models/henon.toml
#    :language: toml
from pathlib import Path

import numpy as np
import sympy as sp

import dynbench as db

model = db.load_toml(Path(__file__).parent / "models" / "henon.toml")
system = model.system
a, b = system.parameter_symbols
assert sp.simplify(system.jacobian.det() + b) == 0
print(system)

# %%
# Both fixed points, exact and certified, and no other.
points = db.find_fixed_points(system, box=model.box)
print(points)
root = np.sqrt((1 - 0.3) ** 2 + 4 * 1.4)
expected = np.array([(0.3 - 1 - root) / 2.8, (0.3 - 1 + root) / 2.8])
assert points.complete
assert np.allclose([p.x[0] for p in points], expected, rtol=0, atol=1e-15)
assert [p.kind for p in points] == [db.Kind.SADDLE, db.Kind.SADDLE]
assert [p.certificate.stability for p in points] == [(1, 0, 1), (1, 0, 1)]

# %%
# Multipliers from the characteristic polynomial s^2 + 2 a x s - b; their product is -b.
for point in points:
    exact = np.roots([1, 2.8 * point.x[0], -0.3])
    assert np.allclose(np.sort(point.eigenvalues.real), np.sort(exact), rtol=0, atol=1e-14)
left, right = points
assert left.certificate.index == -1  # unstable multiplier 3.26
assert right.certificate.index == +1  # unstable multiplier -1.92
print(f"multipliers: {left.eigenvalues.real} at x < 0, {right.eigenvalues.real} at x > 0")
assert points.index_sum == points.expected_index_sum == 0

# %%
# The orbit of (0, 0) stays on Henon's attractor: bounded, and never periodic within 10,000 steps.
orbit = db.integrate(system, [0.0, 0.0], 10_000).x[100:]
assert orbit[:, 0].min() > -1.29
assert orbit[:, 0].max() < 1.28
assert len(np.unique(np.round(orbit, 12), axis=0)) == len(orbit)
print(f"attractor: x in [{orbit[:, 0].min():.4f}, {orbit[:, 0].max():.4f}]")

# %%
# Where orbits are after 200 steps, and the multipliers of both saddles against the unit circle.
from dynbench.plotting import phase_portrait, spectrum

analysis = db.analyze(system, box=model.box)
portrait = phase_portrait(analysis)
multipliers = spectrum(analysis)
