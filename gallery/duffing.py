"""
Duffing's equation: two wells, with and without damping
=======================================================

A mass in a double well (Guckenheimer & Holmes 1983, section 2.2, without the forcing and with beta = 1; Strogatz,
*Nonlinear Dynamics and Chaos*, example 6.5.2, without the damping),

.. math:: x' = y, \\qquad y' = x - x^3 - d\\, y .

Known facts, each asserted below. Without damping the energy :math:`H = y^2/2 - x^2/2 + x^4/4` is conserved, the
bottoms of the wells are centres with the eigenvalues :math:`\\pm i\\sqrt 2`, and both branches of the saddle at 0
return to it: the two homoclinic loops have H = 0 and are :math:`x = \\pm\\sqrt 2\\, \\mathrm{sech}\\, t`. With
damping the energy falls, there is no cycle (Bendixson: the divergence is -d), the centres become stable foci as long
as :math:`d < 2\\sqrt 2`, and each branch of the saddle ends in the well that it starts towards, however weak the
damping.

"The Duffing oscillator is chaotic" is said of the *forced* equation. The one here is planar and autonomous, so by the
Poincare-Bendixson theorem it is not, for any d.
"""

# %%
# The model, from :download:`models/duffing.toml </../models/duffing.toml>`:
#
# .. literalinclude:: /../models/duffing.toml
#    :language: toml
from pathlib import Path

import numpy as np
import sympy as sp

import dynbench as db
from dynbench.plotting import phase_portrait

model = db.load_toml(Path(__file__).parent / "models" / "duffing.toml")
x, y = model.system.states
energy = y**2 / 2 - x**2 / 2 + x**4 / 4

# %%
# **Without damping.** Linearisation says nothing about a centre: purely imaginary eigenvalues are what a weak focus
# has, too. dynbench finds the energy on its own, and with its strict minima proves the centres.
free = db.analyze(model.system, box=model.box)
print(free.fixed_points)
print(free.invariants)
assert free.fixed_points.complete
assert [p.exact for p in free.fixed_points] == [(-1, 0), (0, 0), (1, 0)]
assert [p.kind for p in free.fixed_points] == [db.Kind.CENTER, db.Kind.SADDLE, db.Kind.CENTER]
assert np.allclose(np.sort(free.fixed_points[0].eigenvalues.imag), [-np.sqrt(2), np.sqrt(2)], rtol=0, atol=1e-14)
assert sp.expand(free.invariants[0].expression - 4 * energy) == 0

# %%
# The branches of the saddle's unstable manifold trace the loops: the energy stays 0, and the velocity is that of the
# exact solution, y^2 = x^2 - x^4/2, with the turning point at sqrt(2).
for _, _, edge in free.graph.out_edges(1, data=True):
    u, v = edge["path"].T
    assert np.abs(v**2 / 2 - u**2 / 2 + u**4 / 4).max() < 1e-6
    print(f"side {edge['side']:+d}: turns at x = {u[np.abs(u).argmax()]:.4f}; sqrt(2) = {np.sqrt(2):.4f}")
    assert abs(np.abs(u).max() - np.sqrt(2)) < 5e-3  # the turning point lies between two states of the path
loop = db.integrate(model.system, [np.sqrt(2), 0.0], np.linspace(0, 6, 61), rtol=1e-11, atol=1e-11)
assert np.abs(loop.x[:, 0] - np.sqrt(2) / np.cosh(loop.t)).max() < 1e-7
portrait_without_damping = phase_portrait(free)

# %%
# **With damping**, d = 1/4: one declaration, another value. The energy's rate is -d y^2, whatever d.
system = model.system.with_parameters(d=0.25)
(d,) = system.parameter_symbols
rate = sum(sp.diff(energy, s) * f for s, f in zip(system.states, system.rhs, strict=True))
assert sp.expand(rate + d * y**2) == 0
assert system.divergence == -d

damped = db.analyze(system, box=model.box)
print(damped.fixed_points)
assert damped.fixed_points.complete
assert [p.kind for p in damped.fixed_points] == [db.Kind.STABLE_FOCUS, db.Kind.SADDLE, db.Kind.STABLE_FOCUS]
assert [p.certificate.stability for p in damped.fixed_points] == [(2, 0, 0), (1, 0, 1), (2, 0, 0)]
expected = (-0.25 + 1j * np.sqrt(8 - 0.25**2)) / 2
assert abs(damped.fixed_points[0].eigenvalues[0] - expected) < 1e-14
print(f"invariants: {len(damped.invariants)}; index sum {damped.fixed_points.index_sum}")
assert not damped.invariants
assert damped.fixed_points.index_sum == damped.fixed_points.expected_index_sum == 1

# %%
# The transition graph: +1 goes right, -1 goes left. Past the critical damping the foci are nodes.
sides = {(target, edge["side"]) for _, target, edge in damped.graph.out_edges(1, data=True)}
assert sides == {(2, 1), (0, -1)}
assert list(db.attractor_transitions(damped.graph).edges()) == [(0, 2)]
overdamped = db.find_fixed_points(system.with_parameters(d=3), box=model.box)
assert [p.kind for p in overdamped] == [db.Kind.STABLE_NODE, db.Kind.SADDLE, db.Kind.STABLE_NODE]
portrait_with_damping = phase_portrait(damped)
