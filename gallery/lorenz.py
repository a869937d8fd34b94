"""
Lorenz: a pitchfork, a Hopf bifurcation, and branches that never settle
=======================================================================

Lorenz (1963, "Deterministic nonperiodic flow", J. Atmos. Sci. 20, 130-141; Strogatz, *Nonlinear Dynamics and Chaos*,
sections 9.2 and 9.3; Sparrow 1982, *The Lorenz Equations*) studies

.. math:: x' = \\sigma (y - x), \\qquad y' = x (\\rho - z) - y, \\qquad z' = x y - \\beta z

with sigma = 10, beta = 8/3 and rho = 28. Known facts, each asserted below. Volumes shrink at the constant rate
:math:`\\sigma + 1 + \\beta`. At rho = 1 the origin loses its stability in a pitchfork, to the pair :math:`C^\\pm =
(\\pm c, \\pm c, \\rho - 1)` with :math:`c = \\sqrt{\\beta(\\rho - 1)}`. This pair is stable up to a Hopf bifurcation
at

.. math:: \\rho_H = \\frac{\\sigma (\\sigma + \\beta + 3)}{\\sigma - \\beta - 1} = \\frac{470}{19} \\approx 24.7368 .

At rho = 28 all three fixed points are saddles, and no branch of the origin's unstable manifold settles.

Three things are commonly misquoted. The symmetry is :math:`(x, y, z) \\to (-x, -y, z)`; reversing z as well is none.
The Hopf bifurcation is *subcritical*: no small stable cycle appears at rho_H, an unstable one vanishes. And chaos
does not begin at rho_H: the attractor exists from rho = 24.06 on, beside the two stable points.
"""

# %%
# The model, from :download:`models/lorenz.toml </../models/lorenz.toml>`, in which beta is exactly 8/3:
#
# .. literalinclude:: /../models/lorenz.toml
#    :language: toml
from pathlib import Path

import numpy as np
import sympy as sp

import dynbench as db
from dynbench.plotting import phase_portrait, spectrum

model = db.load_toml(Path(__file__).parent / "models" / "lorenz.toml")
system = model.system
sigma, rho, beta = system.parameter_symbols
assert sp.expand(system.divergence + sigma + 1 + beta) == 0

# %%
# rho = 28: three fixed points, exact, and a proof that the box holds no other; all of them unstable.
analysis = db.analyze(system, box=model.box)
print(analysis.fixed_points)
left, origin, right = analysis.fixed_points
assert analysis.fixed_points.complete
assert right.exact == (6 * sp.sqrt(2), 6 * sp.sqrt(2), 27)
assert left.exact == (-6 * sp.sqrt(2), -6 * sp.sqrt(2), 27)
assert [p.kind for p in (left, origin, right)] == [db.Kind.SADDLE_FOCUS, db.Kind.SADDLE, db.Kind.SADDLE_FOCUS]
assert [p.certificate.stability for p in (left, origin, right)] == [(1, 0, 2), (2, 0, 1), (1, 0, 2)]
expected = [(-11 + np.sqrt(1201)) / 2, -8 / 3, (-11 - np.sqrt(1201)) / 2]
assert np.allclose(origin.eigenvalues, expected, rtol=0, atol=1e-12)
assert np.allclose(np.sort(right.eigenvalues), np.sort(np.roots([1, 41 / 3, 304 / 3, 1440])), rtol=0, atol=1e-10)

(symmetry,) = analysis.symmetries
print(f"symmetry: {symmetry.description}")
assert symmetry.matrix == sp.diag(-1, -1, 1)

# %%
# Both branches of the origin are followed, and dynbench does not say where they end: they reach no fixed point
# and no cycle. "Undecided" is the right answer here.
for _, target, edge in analysis.graph.out_edges(1, data=True):
    print(f"side {edge['side']:+d}: {analysis.graph.nodes[target]['kind']}: {edge['reason']}")
    assert analysis.graph.nodes[target]["kind"] == "undecided"
    assert not edge["identified"]
portrait = phase_portrait(analysis)
eigenvalues = spectrum(analysis)

# %%
# The Hopf bifurcation, for all parameters: where the characteristic polynomial s^3 + p s^2 + q s + r at C+ has
# p q = r (Routh and Hurwitz).
c = sp.sqrt(beta * (rho - 1))
s = sp.Symbol("s")
x, y, z = system.states
at_c = system.jacobian.subs({x: c, y: c, z: rho - 1})
_, p, q, r = at_c.charpoly(s).all_coeffs()
rho_h = sigma * (sigma + beta + 3) / (sigma - beta - 1)
assert sp.simplify((p * q - r).subs(rho, rho_h)) == 0
assert rho_h.subs({sigma: 10, beta: sp.Rational(8, 3)}) == sp.Rational(470, 19)


# %%
# The stages, each with proof: one stable point; two, with the origin between them; the critical value; instability.
def stabilities(value):
    """The proved numbers of stable, central and unstable eigenvalues of each fixed point."""
    points = db.find_fixed_points(system.with_parameters(rho=value), box=model.box)
    return [p.certificate.stability for p in points]


assert stabilities(sp.Rational(9, 10)) == [(3, 0, 0)]
assert stabilities(sp.Rational(11, 10)) == [(3, 0, 0), (2, 0, 1), (3, 0, 0)]
assert stabilities(24.73) == [(3, 0, 0), (2, 0, 1), (3, 0, 0)]
assert stabilities(24.74) == [(1, 0, 2), (2, 0, 1), (1, 0, 2)]
critical = db.find_fixed_points(system.with_parameters(rho=sp.Rational(470, 19)), box=model.box)
assert [p.kind for p in critical] == [db.Kind.NONHYPERBOLIC, db.Kind.SADDLE, db.Kind.NONHYPERBOLIC]
pitchfork = db.find_fixed_points(system.with_parameters(rho=1))
print(pitchfork)
assert [(p.exact, p.kind) for p in pitchfork] == [((0, 0, 0), db.Kind.NONHYPERBOLIC)]


# %%
# Where the branches of the origin go. Below rho = 13.926 (a homoclinic orbit) each goes to the nearer of C+ and C-,
# above it to the other one. At rho = 24.5, before the Hopf bifurcation, C+ and C- are stable, but no branch finds
# them.
def goals(value):
    """Where the branches towards positive and negative x end: the sign of x there, or None."""
    varied = system.with_parameters(rho=value)
    points = db.find_fixed_points(varied, box=model.box)
    graph = db.transition_graph(varied, points, time=60)
    (start,) = (i for i, point in enumerate(points) if point.exact == (0, 0, 0))
    ends = {
        edge["path"][1][0] > 0: graph.nodes[target]["point"] for _, target, edge in graph.out_edges(start, data=True)
    }
    return [None if ends[side] is None else int(np.sign(ends[side].x[0])) for side in (True, False)]


assert goals(13.5) == [1, -1]
assert goals(14.5) == [-1, 1]
assert goals(24.5) == [None, None]
print("branches of the origin: direct at rho = 13.5, crossed at 14.5, unsettled at 24.5")
