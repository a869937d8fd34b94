"""
The pendulum: centres and saddles in turn
=========================================

The angle theta of a pendulum, with time in units of :math:`\\sqrt{\\ell/g}` (Strogatz, *Nonlinear Dynamics and
Chaos*, section 6.7),

.. math:: \\theta' = \\omega, \\qquad \\omega' = -\\sin\\theta - d\\,\\omega .

Known facts, each asserted below. The fixed points are :math:`(k\\pi, 0)`: without damping centres with the
eigenvalues +-i for even k, and for odd k saddles with +-1. The energy :math:`\\omega^2/2 - \\cos\\theta` is
conserved; the separatrix has the energy 1, reaches from saddle to saddle, and is :math:`\\omega = \\pm
2\\cos(\\theta/2)`. A swing of amplitude A lasts :math:`4 K(\\sin^2 (A/2))`, with the complete elliptic integral K of
the parameter m = k^2. With damping the centres become stable foci, and each saddle drops into one of its two
neighbours.

That "the period of a pendulum does not depend on its amplitude" (Galileo) holds for small swings only: at 90 degrees
it is longer by 18 per cent, and it is unbounded towards 180.
"""

# %%
# The model, from :download:`models/pendulum.toml </../models/pendulum.toml>`:
#
# .. literalinclude:: /../models/pendulum.toml
#    :language: toml
from pathlib import Path

import numpy as np
import sympy as sp
from scipy.special import ellipk

import dynbench as db
from dynbench.plotting import draw_transition_graph, phase_portrait

model = db.load_toml(Path(__file__).parent / "models" / "pendulum.toml")
system = model.system
theta, omega = system.states

# %%
# **Without damping.** Five fixed points in the box, exact, and no other; the centres proved by the energy.
free = db.analyze(system, box=model.box)
print(free.fixed_points)
centre, saddle = db.Kind.CENTER, db.Kind.SADDLE
assert free.fixed_points.complete
assert [p.exact for p in free.fixed_points] == [(k * sp.pi, 0) for k in range(-2, 3)]
assert [p.kind for p in free.fixed_points] == [centre, saddle, centre, saddle, centre]
assert all(np.allclose(p.eigenvalues**2, 1 if p.kind is saddle else -1, rtol=0, atol=1e-14) for p in free.fixed_points)
assert free.fixed_points.index_sum == free.fixed_points.expected_index_sum == 1
assert sp.expand(free.invariants[0].expression - (omega**2 - 2 * sp.cos(theta))) == 0

# %%
# The saddles' branches are the separatrix: energy 1, omega = +- 2 cos(theta/2).
for _, _, edge in free.graph.edges(data=True):
    angle, speed = edge["path"].T
    assert np.abs(speed**2 / 2 - np.cos(angle) - 1).max() < 1e-6
half = db.integrate(system, [0.0, 2.0], 5.0)
assert np.abs(half.x[:, 1] - 2 * np.cos(half.x[:, 0] / 2)).max() < 1e-6
portrait_without_damping = phase_portrait(free)


# %%
# The period against the elliptic integral (which SciPy takes at m = k^2, not at k: another common slip).
def at_rest(t, state):
    """Zero at the end of a swing."""
    return state[1]


at_rest.direction = -1
for degrees in (5, 45, 90, 175):
    amplitude = np.radians(degrees)
    exact = 4 * ellipk(np.sin(amplitude / 2) ** 2)
    orbit = db.integrate(system, [amplitude, 0.0], 1.5 * exact, rtol=1e-11, atol=1e-12, events=[at_rest])
    period = orbit.events[0][0][-1]
    print(f"amplitude {degrees:3} degrees: period {period:.6f} = {period / (2 * np.pi):.4f} x 2 pi")
    assert abs(period - exact) < 1e-6
    assert (period > 1.18 * 2 * np.pi) == (degrees >= 90)

# %%
# **With damping**, d = 1/5: three attractors joined in a row by the two saddles.
damped = db.analyze(system.with_parameters(d=0.2), box=model.box)
print(damped.fixed_points)
focus = db.Kind.STABLE_FOCUS
assert damped.fixed_points.complete
assert [p.kind for p in damped.fixed_points] == [focus, saddle, focus, saddle, focus]
assert abs(damped.fixed_points[0].eigenvalues[0] - (-0.1 + 1j * np.sqrt(0.99))) < 1e-14
assert not damped.invariants
assert sorted(db.attractor_transitions(damped.graph).edges(data="saddle")) == [(0, 2, 1), (2, 4, 3)]
portrait_with_damping = phase_portrait(damped)
transitions = draw_transition_graph(damped.graph)
