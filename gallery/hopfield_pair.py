"""
A Hopfield network of two neurons: an energy, two memories and a barrier
========================================================================

Hopfield (1984, "Neurons with graded response have collective computational properties like those of two-state
neurons", Proc. Natl. Acad. Sci. USA 81, 3088-3092) studies networks :math:`u' = -u + W \\tanh u` with symmetric
weights W and no self-coupling. Two neurons that excite each other with the strength w,

.. math:: x' = -x + w \\tanh y, \\qquad y' = -y + w \\tanh x,

are the smallest that remember anything. Known facts, each asserted below. Along every solution the energy

.. math:: E = -\\tfrac12 \\tanh u^\\top W \\tanh u + \\sum_i \\left(u_i \\tanh u_i - \\ln \\cosh u_i\\right)

falls, :math:`E' = -\\sum_i (u_i')^2 / \\cosh^2 u_i`, so nothing oscillates and every bounded orbit tends to fixed
points. For w <= 1 the origin is the only one; for w > 1 it is a saddle with the eigenvalues -1 +- w, and the two
memories are :math:`\\pm(m, m)` with m = w tanh m.

It is commonly said that such a network "is a gradient system". In the inputs u it is not: its Jacobian is not
symmetric. It is gradient-*like*: the metric :math:`1/\\cosh^2 u_i` stands between the field and the gradient of E.
"""

# %%
# The model, from :download:`models/hopfield_pair.toml </../models/hopfield_pair.toml>`:
#
# .. literalinclude:: /../models/hopfield_pair.toml
#    :language: toml
from pathlib import Path

import numpy as np
import sympy as sp
from scipy.optimize import brentq

import dynbench as db
from dynbench.plotting import phase_portrait, speed_landscape

model = db.load_toml(Path(__file__).parent / "models" / "hopfield_pair.toml")
system = model.system
x, y = system.states
(w,) = system.parameter_symbols

# %%
# The energy, checked as an identity: each component of its gradient is minus the rate over cosh^2.
energy = -w * sp.tanh(x) * sp.tanh(y) + sum(u * sp.tanh(u) - sp.log(sp.cosh(u)) for u in (x, y))
for u, rate in zip(system.states, system.rhs, strict=True):
    assert sp.simplify(sp.diff(energy, u) + rate * (1 - sp.tanh(u) ** 2)) == 0
assert sp.simplify(system.jacobian - system.jacobian.T) != sp.zeros(2, 2)

# %%
# w = 2: three fixed points and no other, with proof.
analysis = db.analyze(system, box=model.box)
points = analysis.fixed_points
print(points)
m = brentq(lambda s: s - 2 * np.tanh(s), 1.0, 3.0, xtol=1e-14)
assert points.complete
assert [p.kind for p in points] == [db.Kind.STABLE_NODE, db.Kind.SADDLE, db.Kind.STABLE_NODE]
assert np.allclose([p.x for p in points], [[-m, -m], [0, 0], [m, m]], rtol=0, atol=1e-12)
assert np.array_equal(points[1].eigenvalues, [1.0, -3.0])
assert points.index_sum == points.expected_index_sum == 1

# %%
# Four symmetries, the identity not counted as one: change the signs, exchange the neurons, do both.
print([s.description for s in analysis.symmetries])
assert len(analysis.symmetries) == 3

# %%
# The one transition, and what it costs: the energy of the saddle above that of the memories.
assert sorted(analysis.graph.edges()) == [(1, 0), (1, 2)]
assert list(db.attractor_transitions(analysis.graph).edges(data="saddle")) == [(0, 2, 1)]
value = sp.lambdify((x, y), energy.subs(w, 2))
barrier = value(0.0, 0.0) - value(m, m)
print(f"energy barrier {barrier:.6f}")
assert abs(barrier - (2 * np.tanh(m) ** 2 - 2 * m * np.tanh(m) + 2 * np.log(np.cosh(m)))) < 1e-12
assert barrier > 0
for _, _, edge in analysis.graph.edges(data=True):
    assert (np.diff(value(*edge["path"].T)) < 1e-12).all()  # down all the way
portrait = phase_portrait(analysis)

# %%
# The landscape of the speed :math:`q = |F|^2 / 2`, in which fixed points are searched: it is zero at the saddle, too.
landscape = speed_landscape(analysis)

# %%
# With weak coupling nothing is remembered.
weak = db.find_fixed_points(system.with_parameters(w=0.9), box=model.box)
print(weak)
assert weak.complete
assert [(p.exact, p.kind) for p in weak] == [((0, 0), db.Kind.STABLE_NODE)]
