"""
A Hopfield network of three neurons: frustration on a triangle
==============================================================

Three neurons that inhibit each other with the strength w (Hopfield 1984; symmetric weights, no self-coupling):

.. math:: u_i' = -u_i - w \\sum_{j \\ne i} \\tanh u_j .

Each wants to be the opposite of both others; on a triangle that is impossible (physicists know the antiferromagnetic
triangle, Wannier 1950). Known facts, each asserted below for w = 2. The origin has the eigenvalues -1 - 2w and,
twice, w - 1, so it loses its stability at w = 1 in two directions at once. There are 13 = 6 + 6 + 1 fixed points:
six memories, which are :math:`(m, -m, 0)` with m = w tanh m in every order, so that one neuron stays undecided; six
saddles between them; and the origin, which repels in a plane. The transitions form a hexagon, along each side of
which one neuron gives up its place.

With :math:`\\pm1` neurons one would count six ground states (+ + -), two of a kind against one. It is tempting to
carry this over, but at w = 2 these patterns are the *saddles* of the graded network; its memories are
the states between.
"""

# %%
# The model, from :download:`models/hopfield_triangle.toml </../models/hopfield_triangle.toml>`:
#
# .. literalinclude:: /../models/hopfield_triangle.toml
#    :language: toml

# sphinx_gallery_thumbnail_number = 2
from pathlib import Path

import networkx as nx
import numpy as np
import sympy as sp
from scipy.optimize import brentq

import dynbench as db
from dynbench.plotting import draw_transition_graph, phase_portrait

model = db.load_toml(Path(__file__).parent / "models" / "hopfield_triangle.toml")
system = model.system

# %%
# Thirteen fixed points in the box and no other, with proof; the field points inward, so the indices add up to +1.
analysis = db.analyze(system, box=model.box)
points = analysis.fixed_points
print(points)
by_index = [[i for i, p in enumerate(points) if p.certificate.n_unstable == k] for k in range(3)]
memories, saddles, (origin,) = by_index
assert points.complete
assert (len(memories), len(saddles)) == (6, 6)
assert points[origin].exact == (0, 0, 0)
assert np.array_equal(points[origin].eigenvalues, [1.0, 1.0, -5.0])
assert points.index_sum == points.expected_index_sum == 6 - 6 + 1

# %%
# The memories are (m, -m, 0) in every order; the saddles have two equal entries against one.
m = brentq(lambda s: s - 2 * np.tanh(s), 1.0, 3.0, xtol=1e-14)
assert all(np.allclose(np.sort(points[i].x), [-m, 0, m], rtol=0, atol=1e-12) for i in memories)
assert all(abs(np.sign(points[i].x).sum()) == 1 for i in saddles)
assert len(analysis.symmetries) == 11  # six permutations, with and without a change of sign, less the identity

# %%
# The hexagon: each saddle joins two memories.
transitions = db.attractor_transitions(analysis.graph)
print(f"transitions: {sorted(transitions.edges())}")
assert nx.is_isomorphic(nx.Graph(transitions), nx.cycle_graph(6))
for a, b in transitions.edges():
    moved = points[a].x - points[b].x
    assert np.allclose(np.sort(np.abs(moved)), [0, m, m], rtol=0, atol=1e-12)

# %%
# The origin's unstable plane reaches every saddle and every memory.
print(f"from the origin: {sorted(set(analysis.graph.successors(origin)))}")
assert set(analysis.graph.successors(origin)) == {*memories, *saddles}

# %%
# The energy orders them, and all six barriers are the same.
x, y, z = system.states
t = [sp.tanh(u) for u in system.states]
energy = 2 * (t[0] * t[1] + t[1] * t[2] + t[2] * t[0]) + sum(
    u * s - sp.log(sp.cosh(u)) for u, s in zip(system.states, t, strict=True)
)
for u, rate, s in zip(system.states, system.exact_rhs, t, strict=True):
    assert sp.expand((sp.diff(energy, u) + rate * (1 - s**2)).rewrite(sp.exp).simplify()) == 0
value = sp.lambdify((x, y, z), energy)
levels = [[value(*points[i].x) for i in group] for group in by_index]
print(f"energies: memories {levels[0][0]:.6f}, saddles {levels[1][0]:.6f}, origin {levels[2][0]:.6f}")
assert np.ptp(levels[0]) < 1e-12
assert np.ptp(levels[1]) < 1e-12
assert levels[0][0] < levels[1][0] < levels[2][0] == 0
portrait = phase_portrait(analysis)
graph = draw_transition_graph(analysis.graph)

# %%
# Below w = 1 there is nothing to remember.
weak = db.find_fixed_points(system.with_parameters(w=0.9), box=model.box)
assert weak.complete
assert [(p.exact, p.kind) for p in weak] == [((0, 0, 0), db.Kind.STABLE_NODE)]
