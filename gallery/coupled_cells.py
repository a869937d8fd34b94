"""
Three coupled bistable cells: the cube of memories, whole and proved
====================================================================

Each cell x' = x - x^3 remembers one bit; three in a ring, coupled weakly,

.. math:: x_i' = x_i - x_i^3 + c\\, x_{i+1}, \\qquad c = 1/10,

remember three. It is the smallest system with the picture that Jang (2015) draws for the trained flip-flop
network: eight attractors on the corners of a cube, and saddles of index 1 on its twelve edges that carry the
transitions. Here nothing is left to the eye: 27 = 8 + 12 + 6 + 1 fixed points by index, all of them proved, with a
proof that there is no other anywhere in the state space.
"""

# %%
# The model, from :download:`models/coupled_cells.toml </../models/coupled_cells.toml>`:
#
# .. literalinclude:: /../models/coupled_cells.toml
#    :language: toml
from pathlib import Path

import networkx as nx
import numpy as np

import dynbench as db

model = db.load_toml(Path(__file__).parent / "models" / "coupled_cells.toml")
system = model.system
print(system)

# %%
# All fixed points in [-2, 2]^3, with proof.
points = db.find_fixed_points(system, box=model.box)
by_index = [sum(p.certificate.n_unstable == k for p in points) for k in range(4)]
print(f"{len(points)} fixed points; complete: {points.complete} ({points.argument})")
print(f"by number of unstable directions: {by_index}")
assert points.complete
assert len(points.certified) == len(points) == 27
assert by_index == [8, 12, 6, 1]

# %%
# The same set, with no region given: exact algebra finds every real solution.
everywhere = db.find_fixed_points(system)
assert everywhere.complete
assert everywhere.region is None
assert np.allclose([p.x for p in everywhere], [p.x for p in points], rtol=0, atol=1e-12)

# %%
# Poincare-Hopf: the field points inward on the boundary, so the indices add up to +1.
print(f"index sum {points.index_sum}, expected {points.expected_index_sum} ({points.index_argument})")
assert points.index_sum == points.expected_index_sum == 1

# %%
# The transitions between the attractors are the edges of the cube: one bit at a time.
analysis = db.analyze(system, box=model.box)
graph = analysis.graph
transitions = db.attractor_transitions(graph)
assert nx.is_isomorphic(nx.Graph(transitions), nx.hypercube_graph(3))
for a, b in transitions.edges():
    bits = np.sign(graph.nodes[a]["point"].x) != np.sign(graph.nodes[b]["point"].x)
    assert bits.sum() == 1
print(f"{transitions.number_of_nodes()} attractors, {transitions.number_of_edges()} transitions: the cube graph")

# %%
# The graph holds the whole cube, saddle to saddle: the centre (3 unstable directions) is joined to its 6 faces (2),
# each face to its 4 edges (1), and each edge to its 2 corners (0). The index falls by one along each of these steps.
steps = {
    (source, target)
    for source, target in graph.edges()
    if graph.nodes[source]["unstable"] == graph.nodes[target]["unstable"] + 1
}
by_step = [sum(graph.nodes[source]["unstable"] == k for source, _ in steps) for k in (3, 2, 1)]
print(f"centre to faces {by_step[0]}, faces to edges {by_step[1]}, edges to corners {by_step[2]}")
assert by_step == [6, 6 * 4, 12 * 2]

# %%
# The points in their box, with the branches that join them; and the graph, in layers by index.
from dynbench.plotting import draw_transition_graph, phase_portrait

portrait = phase_portrait(analysis)
layers = draw_transition_graph(graph)
