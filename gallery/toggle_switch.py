"""
A genetic toggle switch: two states and the ridge between them
==============================================================

Two genes repress each other (Gardner, Cantor & Collins 2000, "Construction of a genetic toggle switch in *Escherichia
coli*", Nature 403, 339-342):

.. math:: u' = \\frac{a}{1 + v^n} - u, \\qquad v' = \\frac{a}{1 + u^n} - v .

Known facts, each asserted below. For n = 2 subtracting the equations gives (u - v)(1 - uv) = 0 for fixed points: on
the diagonal :math:`u^3 + u = a`, off it uv = 1 and u + v = a. So for a > 2 there are exactly three, two stable nodes
at :math:`(a \\pm \\sqrt{a^2 - 4})/2` and a saddle between them; for a < 2 there is one; a = 2 is a pitchfork. The
diagonal is the saddle's stable manifold and divides the basins.

That "bistability needs two repressors" is half of it: it needs *cooperativity*, too. For n = 1 the same
subtraction gives u = v, so there is one state, at any strength a.
"""

# %%
# The model, from :download:`models/toggle_switch.toml </../models/toggle_switch.toml>`:
#
# .. literalinclude:: /../models/toggle_switch.toml
#    :language: toml
from pathlib import Path

import numpy as np
import sympy as sp

import dynbench as db
from dynbench.plotting import draw_transition_graph, phase_portrait

model = db.load_toml(Path(__file__).parent / "models" / "toggle_switch.toml")
system = model.system
u, v = system.states

# %%
# a = 4: three fixed points, a proof that there is no other, and the index sum that the inward field demands.
analysis = db.analyze(system, box=model.box)
points = analysis.fixed_points
print(points)
low, ridge, high = points
assert points.complete
assert low.exact == (2 - sp.sqrt(3), 2 + sp.sqrt(3))
assert high.exact == (2 + sp.sqrt(3), 2 - sp.sqrt(3))
assert [p.kind for p in points] == [db.Kind.STABLE_NODE, db.Kind.SADDLE, db.Kind.STABLE_NODE]
assert [p.certificate.stability for p in points] == [(2, 0, 0), (1, 0, 1), (2, 0, 0)]
assert abs(ridge.x[0] ** 3 + ridge.x[0] - 4) < 1e-12
assert ridge.x[0] == ridge.x[1]
assert points.index_sum == points.expected_index_sum == 1

# %%
# At a node uv = 1, so the eigenvalues are -1 -+ 2/a.
assert np.allclose(low.eigenvalues, [-0.5, -1.5], rtol=0, atol=1e-14)
assert np.allclose(high.eigenvalues, [-0.5, -1.5], rtol=0, atol=1e-14)

# %%
# The symmetry that exchanges the genes, and with it the invariant diagonal.
(symmetry,) = analysis.symmetries
print(f"symmetry: {symmetry.description}")
assert symmetry.matrix == sp.Matrix([[0, 1], [1, 0]])
assert sp.simplify((system.rhs[0] - system.rhs[1]).subs(v, u)) == 0

# %%
# One transition between the two memories, and the diagonal decides which is kept.
print(f"transitions: {sorted(analysis.graph.edges())}")
assert sorted(analysis.graph.edges()) == [(1, 0), (1, 2)]
assert list(db.attractor_transitions(analysis.graph).edges(data="saddle")) == [(0, 2, 1)]
starts = np.array([[1.0, 1.01], [4.0, 4.01], [0.0, 0.01]])
assert np.allclose(db.integrate(system, starts, 60.0).final, low.x, rtol=0, atol=1e-6)
assert np.allclose(db.integrate(system, starts[:, ::-1], 60.0).final, high.x, rtol=0, atol=1e-6)
portrait = phase_portrait(analysis)
transitions = draw_transition_graph(analysis.graph)

# %%
# Below the pitchfork one state; at the pitchfork one, with the eigenvalue 0; without cooperativity one.
weak = db.find_fixed_points(system.with_parameters(a=1.9), box=model.box)
assert weak.complete
assert [p.kind for p in weak] == [db.Kind.STABLE_NODE]
critical = db.find_fixed_points(system.with_parameters(a=2))
print(critical)
assert [(p.exact, p.kind) for p in critical] == [((1, 1), db.Kind.NONHYPERBOLIC)]
assert np.array_equal(np.sort(critical[0].eigenvalues.real), [-2.0, 0.0])
alone = db.find_fixed_points(system.with_parameters(n=1), box=model.box)
print(alone)
assert alone.complete
assert [p.exact for p in alone] == [((sp.sqrt(17) - 1) / 2, (sp.sqrt(17) - 1) / 2)]
assert alone[0].kind is db.Kind.STABLE_NODE
