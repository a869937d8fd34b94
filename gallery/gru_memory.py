"""
A trained GRU: its memories, the saddles between them, and what a pulse does
============================================================================

A gated recurrent unit of ten units was trained to hold two bits: two channels pulse +1 or -1 now and then, and each
output is to keep the sign of the last pulse of its channel. The weights are in ``models/gru_two_bits.npz``, in the
layout of PyTorch's ``nn.GRU``; ``models/make_gru.py`` trains them. How does the network remember? By fixed points of
the map that one step without input is,

.. math:: h' = (1 - z) \\circ \\tanh(b_{in} + r \\circ (W_{hn} h + b_{hn})) + z \\circ h,

with gates r and z that depend on h. At a fixed point h equals the hyperbolic tangent, so that all of them lie in the
cube :math:`(-1, 1)^{10}`, which the map takes into itself: their indices must add up to +1 (Brouwer, Lefschetz).
"""

# %%
# Nothing is unpickled, and PyTorch is not needed. ``head`` is the linear readout that was trained with the network.
from pathlib import Path

import numpy as np

import dynbench as db

path = Path(__file__).parent / "models" / "gru_two_bits.npz"
assert path.stat().st_size < 100_000
system = db.networks.from_state_dict(path, cell="gru", inputs=0, name="A GRU that holds two bits")
with np.load(path) as weights:
    head, offset = weights["head.weight"].astype(float), weights["head.bias"].astype(float)
print(system.rhs)

# %%
# Ten states in matrix form: the default is the plan for networks. Far from the cube the gates are shut, z = 1 to all
# digits of a double, and Newton's method converges in thousands of places at which no fixed point is: the plan refutes
# those by proof. What each of its strategies found first is noted.
points = db.find_fixed_points(system, rng=0)
print(f"{len(points)} fixed points, {len(points.certified)} of them certified; complete: {points.complete}")
for part in points.contributions:
    print(f"  {part.strategy}: {part.points}")
for point in points:
    z = np.round(head @ point.x + offset, 2)
    proof = point.certificate
    print(f"readout {z}: {proof.n_unstable} unstable directions, unique within {proof.uniqueness_radius:.1e}")

# %%
# Four memories, the corners of a square; four saddles of index 1; one point of index 2 in the middle. The indices add
# up to +1: necessary for a complete set, no proof of it. All lie in the cube.
assert len(points) == len(points.certified) == 9
assert not points.complete
by_index = [[p for p in points if p.certificate.n_unstable == k] for k in range(3)]
assert [len(some) for some in by_index] == [4, 4, 1]
assert points.index_sum == 1
assert all(np.abs(p.x).max() < 1 for p in points)
memories = {tuple(np.sign(head @ p.x + offset).astype(int).tolist()): p for p in by_index[0]}
assert set(memories) == {(a, b) for a in (-1, 1) for b in (-1, 1)}

# %%
# Each saddle lies between two memories one bit apart: its unstable manifold leads to one on either side.
edges = set()
for saddle in by_index[1]:
    values, vectors = np.linalg.eig(system.jacobian_at(saddle.x))
    direction = vectors[:, np.argmax(np.abs(values))].real
    sides = saddle.x + 1e-6 * np.stack([direction, -direction])
    for _ in range(2000):
        sides = system(sides)
    ends = [next(bits for bits, p in memories.items() if np.abs(p.x - end).max() < 1e-9) for end in sides]
    edges.add(frozenset(ends))
    print(f"{ends[0]} <- saddle with multiplier {np.abs(values).max():.3f} -> {ends[1]}")
assert len(edges) == 4
assert all(sum(a != b for a, b in zip(*edge, strict=True)) == 1 for edge in edges)

# %%
# A pulse of one step sets the bit of its channel and keeps the other: all four memories under all four pulses.
start = np.array([p.x for p in memories.values()])
for channel, sign in [(0, 1), (0, -1), (1, 1), (1, -1)]:
    pulse = [sign, 0.0] if channel == 0 else [0.0, sign]
    x = system.with_parameters(u=pulse)(start)
    for _ in range(2000):
        x = system(x)
    for bits, end in zip(memories, x, strict=True):
        wanted = tuple(sign if k == channel else bit for k, bit in enumerate(bits))
        assert np.abs(memories[wanted].x - end).max() < 1e-9
print("one step of a pulse sets its bit and keeps the other")

# %%
# A pulse that does not end is another map, u = (1, 0). Trained on pulses of one step, the network does not hold its
# second bit under it: from all four memories the states come, slowly, to one and the same attractor.
pulsed = system.with_parameters(u=[1.0, 0.0])
x = start
for _ in range(5000):
    x = pulsed(x)
assert np.ptp(x, axis=0).max() < 1e-9
(end,) = db.find_fixed_points(pulsed, search=db.search.Relax(x), rng=0)
print(f"under a pulse that stays: readout {np.round(head @ end.x + offset, 2)}, certified, stable")
assert end.certificate.stability == (10, 0, 0)
