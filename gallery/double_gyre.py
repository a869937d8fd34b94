"""
The steady double gyre: centres, and saddles joined to saddles
==============================================================

Shadden, Lekien & Marsden (2005, "Definition and properties of Lagrangian coherent structures", Physica D 212,
271-304) made a pair of eddies that breathe the test case for transport. Without the breathing it is the Hamiltonian
field

.. math:: \\psi = A \\sin(\\pi x) \\sin(\\pi y), \\qquad x' = -\\partial\\psi/\\partial y, \\qquad
          y' = \\partial\\psi/\\partial x .

Known facts, each asserted below. In the basin [0, 2] x [0, 1] there are two centres, (1/2, 1/2) and (3/2, 1/2), with
the eigenvalues :math:`\\pm i \\pi^2 A`, and six saddles on the walls, with :math:`\\pm \\pi^2 A`. The walls and the
line x = 1 consist of orbits from saddle to saddle. They are invariant, so nothing is exchanged between the gyres.
(The famous chaotic mixing needs the breathing: one such connection then breaks up.)

Imaginary eigenvalues are often taken to prove a centre. What proves it is the strict
extremum of :math:`\\psi`.
"""

# %%
# The model, from :download:`models/double_gyre.toml </../models/double_gyre.toml>`. The box is larger than the
# basin, so that the walls lie inside it.
#
# .. literalinclude:: /../models/double_gyre.toml
#    :language: toml
from pathlib import Path

import numpy as np
import sympy as sp

import dynbench as db
from dynbench.plotting import draw_transition_graph, phase_portrait

model = db.load_toml(Path(__file__).parent / "models" / "double_gyre.toml")
system = model.system
x, y = system.states
(amplitude,) = system.parameter_symbols
psi = amplitude * sp.sin(sp.pi * x) * sp.sin(sp.pi * y)
assert system.rhs == sp.Matrix([-sp.diff(psi, y), sp.diff(psi, x)])
assert sp.simplify(system.divergence) == 0

# %%
# Eight fixed points, exact, and no other in the box. Their indices: two centres less six saddles.
analysis = db.analyze(system, box=model.box)
points = analysis.fixed_points
print(points)
saddles = [p for p in points if p.kind is db.Kind.SADDLE]
eyes = [p for p in points if p.kind is not db.Kind.SADDLE]
half = sp.Rational(1, 2)
assert points.complete
assert sorted(p.exact for p in saddles) == [(i, j) for i in range(3) for j in range(2)]
assert [p.exact for p in eyes] == [(half, half), (3 * half, half)]
assert all(np.allclose(p.eigenvalues, [0.1 * np.pi**2, -0.1 * np.pi**2], rtol=0, atol=1e-13) for p in saddles)
assert all(np.allclose(p.eigenvalues**2, -((0.1 * np.pi**2) ** 2), rtol=0, atol=1e-13) for p in eyes)
assert points.index_sum == points.expected_index_sum == 2 - 6

# %%
# The centres are proved: a planar field without divergence has a stream function. dynbench finds psi on its own (up to
# a constant factor and its sign), and with its strict extrema that the eyes are centres.
(invariant,) = analysis.invariants
print(f"conserved: {invariant.expression}")
assert sp.simplify(invariant.expression / psi).is_constant(x, y)
for eye in eyes:
    print(f"{eye.kind.value}: {eye.note}")
    assert eye.kind is db.Kind.CENTER

# %%
# The connections inside the basin: along the walls and along x = 1, from each saddle to its neighbours. That an orbit
# comes within 10^-6 of a saddle is evidence of a connection. Here there is a proof: each of these lines is invariant.
assert all(system.rhs[0].subs(x, i) == 0 for i in range(3))
assert all(system.rhs[1].subs(y, j) == 0 for j in range(2))
connections = set()
for source, target, edge in analysis.graph.edges(data=True):
    path = edge["path"]
    inside = (path > -1e-6).all() and (path < np.array([2, 1]) + 1e-6).all()
    if edge["how"] == "connection" and inside:
        connections.add((points[source].exact, points[target].exact))
for source, target in sorted(connections):
    print(f"{source} -> {target}")
along_y = {((0, 0), (0, 1)), ((1, 1), (1, 0)), ((2, 0), (2, 1))}
along_x = {((1, 0), (0, 0)), ((1, 0), (2, 0)), ((0, 1), (1, 1)), ((2, 1), (1, 1))}
assert connections == along_y | along_x
portrait = phase_portrait(analysis)
graph = draw_transition_graph(analysis.graph, layout="state")

# %%
# An orbit inside a gyre is closed, and keeps its value of the stream function.
orbit = db.integrate(system, [0.25, 0.5], 100.0, rtol=1e-11, atol=1e-12)
value = 0.1 * np.sin(np.pi * orbit.x[:, 0]) * np.sin(np.pi * orbit.x[:, 1])
print(f"psi varies by {np.ptp(value):.1e} in time 100")
assert np.ptp(value) < 1e-9
assert orbit.x[:, 0].max() < 1
