"""
SIR with births and deaths: a threshold, and waves that die out
===============================================================

Fractions S of susceptible and I of infected people, with births and deaths at the rate mu (Keeling & Rohani 2008,
*Modeling Infectious Diseases in Humans and Animals*, chapter 2; Hethcote 2000, SIAM Review 42, 599-653):

.. math:: S' = \\mu - \\beta S I - \\mu S, \\qquad I' = \\beta S I - (\\gamma + \\mu) I .

Known facts, each asserted below. With the basic reproduction number :math:`R_0 = \\beta / (\\gamma + \\mu)` the
fixed points are the disease-free (1, 0) and the endemic :math:`(1/R_0,\\ (R_0 - 1)\\,\\mu/\\beta)`. If R_0 < 1 the
disease dies out, if R_0 > 1 it stays; at R_0 = 1 the two points meet and exchange their stability. The endemic point
is where orbits spiral to: its characteristic polynomial is :math:`s^2 + \\mu R_0 s + \\mu (R_0 - 1)(\\gamma +
\\mu)`.

Three things are commonly misquoted. R_0 is not beta/gamma here: people also leave the infected by dying. The endemic
point does not "come into being" at R_0 = 1: below, it has I < 0, means nothing for people, and is the saddle of a
transcritical bifurcation. And the model has no sustained epidemic waves: those of measles need seasons or chance.
"""

# %%
# The model, from :download:`models/sir.toml </../models/sir.toml>`. The box reaches below zero, so that the
# disease-free state lies inside it.
#
# .. literalinclude:: /../models/sir.toml
#    :language: toml
from pathlib import Path

import numpy as np
import sympy as sp
from matplotlib.figure import Figure

import dynbench as db
from dynbench.plotting import phase_portrait, trace_determinant

model = db.load_toml(Path(__file__).parent / "models" / "sir.toml")
system = model.system
S, I = system.states  # noqa: E741 (the letter that epidemiology uses)
beta, gamma, mu = (sp.Symbol(name) for name in ("beta", "gamma", "mu"))
r0 = beta / (gamma + mu)

# %%
# For all parameters: both points are fixed points, and the endemic one has the polynomial above.
free, endemic = {S: 1, I: 0}, {S: 1 / r0, I: (r0 - 1) * mu / beta}
for point in (free, endemic):
    assert sp.simplify(system.rhs.subs(point)) == sp.zeros(2, 1)
s = sp.Symbol("s")
polynomial = system.jacobian.subs(endemic).charpoly(s).as_expr()
assert sp.simplify(polynomial - (s**2 + mu * r0 * s + mu * (r0 - 1) * (gamma + mu))) == 0
assert sp.simplify(system.jacobian.subs(free) - sp.Matrix([[-mu, -beta], [0, (r0 - 1) * (gamma + mu)]])) == sp.zeros(
    2, 2
)

# %%
# beta = 2/5, gamma = 1/10, mu = 1/50, so R_0 = 10/3: both points exact, and no other.
analysis = db.analyze(system, box=model.box)
points = analysis.fixed_points
print(points)
assert r0.subs(system.exact_parameters) == sp.Rational(10, 3)
assert points.complete
assert [p.exact for p in points] == [(sp.Rational(3, 10), sp.Rational(7, 60)), (1, 0)]
assert [p.kind for p in points] == [db.Kind.STABLE_FOCUS, db.Kind.SADDLE]
assert np.allclose(np.sort(points[0].eigenvalues), np.sort(np.roots([1, 1 / 15, 0.14 / 25])), rtol=0, atol=1e-14)
assert np.allclose(points[1].eigenvalues, [0.28, -0.02], rtol=0, atol=1e-15)

# %%
# An outbreak: the branch of the disease-free saddle into I > 0 ends in the endemic state.
(outbreak,) = [d for _, target, d in analysis.graph.out_edges(1, data=True) if target == 0]
print(f"from (1, 0) to {points[0].exact} in time {outbreak['time']:.0f}: {outbreak['reason']}")
assert (outbreak["path"][1:, 1] > 0).all()
portrait = phase_portrait(analysis)
plane = trace_determinant(analysis)

# %%
# The waves get weaker: each maximum of I is below the one before.
orbit = db.integrate(system, [0.999, 0.001], np.linspace(0, 600, 6001))
infected = orbit.x[:, 1]
peaks = infected[1:-1][(infected[1:-1] > infected[:-2]) & (infected[1:-1] > infected[2:])]
print(f"successive maxima of I: {np.round(peaks, 5)}")
assert len(peaks) >= 4
assert (np.diff(peaks) < 0).all()
figure = Figure(figsize=(6.4, 3.4), layout="constrained")
ax = figure.subplots()
ax.plot(orbit.t, orbit.x, label=["susceptible", "infected"])
ax.set(xlabel="time", ylabel="fraction")
ax.legend(frameon=False)

# %%
# Below the threshold the endemic point is the saddle, and has I < 0. At it, there is one point, with the eigenvalue
# 0.
below = db.find_fixed_points(system.with_parameters(beta=0.1))
print(below)
assert below.complete
assert [(p.exact, p.kind) for p in below] == [
    ((1, 0), db.Kind.STABLE_NODE),
    ((sp.Rational(6, 5), -sp.Rational(1, 30)), db.Kind.SADDLE),
]
critical = db.find_fixed_points(system.with_parameters(beta=0.12))
assert [(p.exact, p.kind) for p in critical] == [((1, 0), db.Kind.NONHYPERBOLIC)]
