"""
Lotka and Volterra: a centre, proved, and averages that do not depend on the orbit
==================================================================================

Predators y live on prey x (Lotka 1925; Volterra 1926; Hirsch, Smale & Devaney, *Differential Equations, Dynamical
Systems, and an Introduction to Chaos*, section 11.2):

.. math:: x' = x (a - b y), \\qquad y' = y (d x - c) .

Known facts, each asserted below. (0, 0) is a saddle with the eigenvalues a and -c; its manifolds are the axes. The
coexistence point (c/d, a/b) is a centre: :math:`V = d x - c \\ln x + b y - a \\ln y` is conserved and has its strict
minimum there. Every orbit in the open quadrant is a cycle, and over each of them the averages of x and y are exactly
c/d and a/b (Volterra's law of averages). Hence his principle: a loss that is proportional to both
populations (fishing) lowers a and raises c, and so *raises* the average of the prey.

Two things are commonly misquoted. The period is :math:`2\\pi/\\sqrt{ac}` for small cycles only; it grows with the
amplitude. And the cycles are no limit cycles: each is neutrally stable, and the model forgets no disturbance.
"""

# %%
# The model, from :download:`models/lotka_volterra.toml </../models/lotka_volterra.toml>`. The box reaches below
# zero, so that the saddle lies inside it.
#
# .. literalinclude:: /../models/lotka_volterra.toml
#    :language: toml
from pathlib import Path

import numpy as np
import sympy as sp

import dynbench as db
from dynbench.plotting import phase_portrait

model = db.load_toml(Path(__file__).parent / "models" / "lotka_volterra.toml")
system = model.system
x, y = system.states
a, b, c, d = system.parameter_symbols

# %%
# Both fixed points, exact and complete, and the conserved quantity, found for all parameters.
analysis = db.analyze(system, box=model.box)
print(analysis.fixed_points)
saddle, centre = analysis.fixed_points
assert analysis.fixed_points.complete
assert (saddle.exact, centre.exact) == ((0, 0), (3, 2))  # c/d = 3, a/b = 2
assert np.array_equal(saddle.eigenvalues, [1.0, -0.75])  # a and -c

(invariant,) = analysis.invariants
print(f"conserved: {invariant.expression}, where {invariant.assumptions}")
v = d * x - c * sp.log(x) + b * y - a * sp.log(y)
assert sp.expand(invariant.expression - v) == 0

# %%
# The eigenvalues +- i sqrt(a c) alone prove nothing. The strict extremum of V does.
print(f"{centre.kind.value}: {centre.note}")
assert centre.kind is db.Kind.CENTER
assert np.allclose(np.sort(centre.eigenvalues.imag), [-np.sqrt(0.75), np.sqrt(0.75)], rtol=0, atol=1e-14)
assert sp.hessian(v, (x, y)).subs({x: c / d, y: a / b}) == sp.diag(d**2 / c, b**2 / a)
assert analysis.fixed_points.index_sum == analysis.fixed_points.expected_index_sum == 0
portrait = phase_portrait(analysis)


# %%
# Three cycles: their periods grow, their averages do not move.
def returns(t, state):
    """Zero where the orbit crosses y = a/b; `direction` lets upward crossings count only."""
    return state[1] - 2.0


returns.direction = 1
for start in (3.1, 5.0, 7.5):
    orbit = db.integrate(system, [start, 2.0], 40.0, rtol=1e-12, atol=1e-12, events=[returns])
    times = orbit.events[0][0]
    period = times[-1] - times[-2]
    one = db.integrate(system, [start, 2.0], np.linspace(0, period, 4001), rtol=1e-12, atol=1e-12)
    averages = one.x[:-1].mean(axis=0)  # the trapezoidal rule over a period: exact to rounding
    print(f"through ({start}, 2): period {period:.6f}, averages {averages}")
    assert np.allclose(averages, [3.0, 2.0], rtol=0, atol=1e-9)
    assert period > 2 * np.pi / np.sqrt(0.75)
    level = one.x @ [0.25, 0.5] - np.log(one.x) @ [0.75, 1.0]
    assert np.ptp(level) < 1e-9

# %%
# Volterra's principle: fishing (a - 0.1, c + 0.1) raises the prey and lowers the predators.
fished = db.find_fixed_points(system.with_parameters(a=0.9, c=0.85), box=model.box)[1]
print(f"with fishing: {fished.exact}")
assert fished.exact == (sp.Rational(17, 5), sp.Rational(9, 5))
assert fished.kind is db.Kind.CENTER
