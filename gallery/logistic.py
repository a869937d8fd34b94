"""
The logistic map: from a fixed point to a 2-cycle
=================================================

May (1976, "Simple mathematical models with very complicated dynamics", Nature 261, 459-467; Strogatz, *Nonlinear
Dynamics and Chaos*, section 10.3):

.. math:: x_{k+1} = r\\, x_k (1 - x_k) .

Known facts, each asserted below. The fixed points are 0, with the multiplier r, and 1 - 1/r, with 2 - r. The
latter attracts for 1 < r < 3. At r = 3 its multiplier is -1, and a 2-cycle bifurcates,

.. math:: p, q = \\frac{r + 1 \\pm \\sqrt{(r - 3)(r + 1)}}{2 r},

with the multiplier :math:`4 + 2 r - r^2`; it attracts up to :math:`r = 1 + \\sqrt 6 = 3.449\\ldots` At r = 4 the map
has the exact solution :math:`x_k = \\sin^2(2^k \\theta)`.

That the fixed point "is unstable from r = 3 on" is off by one point: at r = 3 it is nonhyperbolic, and still
attracts, but slowly: the distance falls like :math:`1/\\sqrt k`, not geometrically.
"""

# %%
# The model, from :download:`models/logistic.toml </../models/logistic.toml>`:
#
# .. literalinclude:: /../models/logistic.toml
#    :language: toml
from pathlib import Path

import numpy as np
import sympy as sp
from matplotlib.figure import Figure

import dynbench as db
from dynbench.plotting import phase_portrait

model = db.load_toml(Path(__file__).parent / "models" / "logistic.toml")
system = model.system
(x,) = system.states
(r,) = system.parameter_symbols
assert sp.simplify(system.jacobian[0].subs(x, 0) - r) == 0
assert sp.simplify(system.jacobian[0].subs(x, 1 - 1 / r) - (2 - r)) == 0

# %%
# r = 3.2: two fixed points, both repelling, and no other. The second flips sides at each step.
analysis = db.analyze(system, box=model.box)
points = analysis.fixed_points
print(points)
assert points.complete
assert [p.exact for p in points] == [(0,), (sp.Rational(11, 16),)]
assert np.allclose([p.eigenvalues[0] for p in points], [3.2, -1.2], rtol=0, atol=1e-14)
assert [p.certificate.stability for p in points] == [(0, 0, 1), (0, 0, 1)]
assert "flips" in points[1].note
assert points.index_sum == points.expected_index_sum == 0
cobweb = phase_portrait(analysis)

# %%
# Its stability along r, and the borderline r = 3: proved to lie exactly on the unit circle.
stable, unstable = db.Kind.STABLE_NODE, db.Kind.UNSTABLE_NODE
for value, expected in ((0.5, unstable), (2, stable), (2.99, stable), (3.01, unstable)):
    found = db.find_fixed_points(system.with_parameters(r=value))
    (point,) = (p for p in found if p.exact != (0,))
    print(f"r = {value}: x = {point.exact[0]}, multiplier {point.eigenvalues[0].real:+.2f}, {point.kind.value}")
    assert found.complete
    assert point.kind is expected
onset = db.find_fixed_points(system.with_parameters(r=3), box=model.box)
assert onset[1].exact == (sp.Rational(2, 3),)
assert onset[1].kind is db.Kind.NONHYPERBOLIC
assert onset[1].certificate.stability == (0, 1, 0)
steps = np.array([1_000, 100_000])
distance = np.abs(db.integrate(system.with_parameters(r=3), [0.6], int(steps[-1])).x[steps, 0] - 2 / 3)
print(f"r = 3: distance {distance[0]:.2e} after 1,000 steps, {distance[1]:.2e} after 100,000")
assert abs(distance[0] / distance[1] - 10) < 0.2  # 1/sqrt(k), over a factor of 100 in k

# %%
# The 2-cycle: its points are fixed points of the second iterate, found and proved like any others.
rate = system.rhs[0]
twice = db.Map({x: rate.subs(x, rate)}, {r: sp.Rational(16, 5)}, name="Logistic map, twice")
pairs = db.find_fixed_points(twice, box=model.box)
print(pairs)
cycle = [p for p in pairs if p.kind is db.Kind.STABLE_NODE]
p, q = ((r + 1 + sign * sp.sqrt((r - 3) * (r + 1))) / (2 * r) for sign in (-1, 1))
assert pairs.complete
assert len(pairs) == 4
for point, exact in zip(cycle, (p, q), strict=True):
    assert sp.simplify(point.exact[0] - exact.subs(r, sp.Rational(16, 5))) == 0
    assert abs(point.eigenvalues[0] - 0.16) < 1e-14  # 4 + 2 r - r^2
assert np.allclose(system([cycle[0].x, cycle[1].x]), [cycle[1].x, cycle[0].x], rtol=0, atol=1e-15)

# %%
# No 2-cycle before r = 3; at r = 1 + sqrt(6) its multiplier is -1 in turn.
before = db.find_fixed_points(twice.with_parameters(r=2.99), box=model.box)
assert before.complete
assert len(before) == 2
assert sp.expand((4 + 2 * r - r**2).subs(r, 1 + sp.sqrt(6))) == -1

# %%
# r = 4: the iterates against the exact solution, while doubles can follow it (the error doubles at each step).
theta = 0.3
orbit = db.integrate(system.with_parameters(r=4), [np.sin(theta) ** 2], 20).x[:, 0]
assert np.abs(orbit - np.sin(2.0 ** np.arange(21) * theta) ** 2).max() < 1e-8

# %%
# The diagram of long-term states, for 400 values of r at once: r is made a state that stays where it is.
family = db.Map({x: rate, r: r})
starts = np.stack([np.full(400, 0.4), np.linspace(2.8, 4.0, 400)], axis=-1)
late = db.integrate(family, starts, 400).x[:, 300:]
two = late[(late[:, 0, 1] > 3.1) & (late[:, 0, 1] < 3.4)]
assert np.abs(two[:, 2:, 0] - two[:, :-2, 0]).max() < 1e-6  # between 3.1 and 3.4 every orbit has settled on the 2-cycle
print(f"{len(two)} orbits with r between 3.1 and 3.4 have settled on the 2-cycle")
figure = Figure(figsize=(6.4, 4.0), layout="constrained")
ax = figure.subplots()
ax.plot(late[..., 1].ravel(), late[..., 0].ravel(), ",", color="#332288", alpha=0.4)
for onset_of_doubling in (3, 1 + np.sqrt(6)):
    ax.axvline(onset_of_doubling, color="#a9a9a9", linewidth=0.8)
ax.set(xlabel="r", ylabel="x after 300 steps")
