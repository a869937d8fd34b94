"""
Jang's planar system: a sign to correct, and two degenerate nodes
=================================================================

Jang (2015, "Recurrent Neural Networks: a Dynamical Systems Perspective", section 3.1) illustrates the search for
fixed points by minimisation of :math:`q(x) = |F(x)|^2 / 2` on

.. math:: x' = (1 - x^2)\\, y, \\qquad y' = x/2 - y .

The paper lists the fixed points (1, 1/2), (1, -1/2) and (0, 0). **The second is a misprint**: at (1, -1/2) the
field is (0, 1). The fixed point is (-1, -1/2), as the symmetry (x, y) -> (-x, -y) demands. The paper calls both
outer points stable nodes. That is right, and more can be said: both are *degenerate*, with the double eigenvalue -1
and a single eigenvector, so rounding alone decides whether a numerical eigenvalue solver reports a node or a focus.
"""

# %%
# Declare the system once; everything else is derived. (The same declaration as a file, for the command line, is
# :download:`models/jang_planar.toml </../models/jang_planar.toml>`.)
import sympy as sp

import dynbench as db

system = db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}, name="Jang's planar system")
x, y = system.states
assert system.jacobian == sp.Matrix([[-2 * x * y, 1 - x**2], [sp.Rational(1, 2), -1]])  # the paper's equation 17
print(system)

# %%
# A complete search of [-3, 3]^2, with proof, cross-checked by exact algebra.
points = db.find_fixed_points(system, box={"x": (-3, 3), "y": (-3, 3)})
print(points)
for point in points:
    print(point.exact, point.kind.value, point.eigenvalues, point.note, sep="; ")

assert points.complete
assert [p.exact for p in points] == [(-1, -sp.Rational(1, 2)), (0, 0), (1, sp.Rational(1, 2))]
assert all(p.status is db.Status.CERTIFIED for p in points)
assert [p.kind for p in points] == [db.Kind.STABLE_NODE, db.Kind.SADDLE, db.Kind.STABLE_NODE]

# %%
# The paper's second point is none: no fixed point lies within 0.66 of it.
misprint = db.certify(system, [1.0, -0.5])
print(f"(1, -1/2): {misprint.verdict.value} within {misprint.exclusion_radius:.3g}; F there is {system([1.0, -0.5])}")
assert misprint.verdict is db.Verdict.NO_FIXED_POINT
assert misprint.exclusion_radius > 0.5

# %%
# The saddle has the eigenvalues (-1 +- sqrt 3)/2; the nodes have a double -1 without a second eigenvector.
left, saddle, right = points
expected = [float((-1 + sign * sp.sqrt(3)) / 2) for sign in (1, -1)]
assert all(abs(a - b) < 1e-14 for a, b in zip(saddle.eigenvalues, expected, strict=True))
for node in (left, right):
    jacobian = system.jacobian.subs(dict(zip(system.states, node.exact, strict=True)))
    assert jacobian.eigenvals() == {-1: 2}
    assert len((jacobian + sp.eye(2)).nullspace()) == 1
    assert "degenerate" in node.note

# %%
# The indices add up as the field on the boundary demands.
print(f"index sum {points.index_sum}, expected {points.expected_index_sum}: {points.index_argument}")
assert points.index_sum == points.expected_index_sum == 1

# %%
# The saddle's unstable manifold joins it to both nodes: the two memories and the one transition between them.
graph = db.transition_graph(system, points)
edges = sorted((source, target) for source, target in graph.edges())
print("transition graph:", edges)
assert edges == [(1, 0), (1, 2)]
assert sorted(db.attractor_transitions(graph).edges()) == [(0, 2)]

# %%
# The pictures. (The one in the README was made by ``portrait.figure.savefig("gallery/jang_planar.png", dpi=110)``.)
# The second is Jang's figure 2: the landscape of q, with the paths that descend it. Each ends in a fixed point.
from dynbench.plotting import phase_portrait, speed_landscape

analysis = db.analyze(system, box={"x": (-3, 3), "y": (-3, 3)})
portrait = phase_portrait(analysis)
landscape = speed_landscape(analysis)
