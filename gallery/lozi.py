"""
The Lozi map: Henon's map with a crease
=======================================

Lozi (1978, "Un attracteur etrange (?) du type attracteur de Henon", J. Phys. Colloques 39, C5-9 - C5-10) replaces
Henon's square by an absolute value,

.. math:: x_{k+1} = 1 - a |x_k| + y_k, \\qquad y_{k+1} = b x_k ,

with a = 1.7 and b = 0.5. Known facts, each asserted below. The map is affine on either side of the line x = 0, where
it has no derivative. The determinant is -b on both sides. For 1 - b < a there is one fixed point on each side, at
:math:`x = 1/(1 + a - b)` and :math:`x = 1/(1 - a - b)`; for these parameters both are saddles, with the multipliers
:math:`(\\mp a \\pm \\sqrt{a^2 + 4 b})/2`. Most orbits near them settle on a strange attractor. The two Lyapunov
exponents add up to ln b, for every orbit, because the determinant is constant.

What is proved and what is seen are often mixed up. Lozi's title has a question mark: he gave pictures. Misiurewicz
(1980, "Strange attractors for the Lozi mappings", Ann. N. Y. Acad. Sci. 357, 348-358) gave the proof, for a large
set of parameters, by conditions on a and b that have to be checked wherever the theorem is used. The numbers below
are again only seen.
"""

# %%
# The model, from :download:`models/lozi.toml </../models/lozi.toml>`:
#
# .. literalinclude:: /../models/lozi.toml
#    :language: toml
from pathlib import Path

import numpy as np
import sympy as sp

import dynbench as db
from dynbench.plotting import phase_portrait, spectrum

model = db.load_toml(Path(__file__).parent / "models" / "lozi.toml")
system = model.system
x, y = system.states
print(f"not smooth where {system.switching} is zero")
assert [sp.expand(g) for g in system.switching] == [x]

# %%
# Two fixed points, exact and certified across the crease, and no other.
analysis = db.analyze(system, box=model.box)
points = analysis.fixed_points
print(points)
left, right = points
assert points.complete
assert left.exact == (-sp.Rational(5, 6), -sp.Rational(5, 12))
assert right.exact == (sp.Rational(5, 11), sp.Rational(5, 22))
assert [p.kind for p in points] == [db.Kind.SADDLE, db.Kind.SADDLE]
assert [p.certificate.stability for p in points] == [(1, 0, 1), (1, 0, 1)]

# %%
# The multipliers; the unstable one is positive on the left and negative on the right, hence the indices -1 and +1.
root = np.sqrt(1.7**2 + 4 * 0.5)
assert np.allclose(left.eigenvalues, [(1.7 + root) / 2, (1.7 - root) / 2], rtol=0, atol=1e-14)
assert np.allclose(right.eigenvalues, [(-1.7 - root) / 2, (-1.7 + root) / 2], rtol=0, atol=1e-14)
assert [p.certificate.index for p in points] == [-1, 1]
assert points.index_sum == points.expected_index_sum == 0
for point in points:
    assert abs(np.prod(point.eigenvalues) + 0.5) < 1e-14

# %%
# An orbit on the attractor: bounded, and never periodic within 10,000 steps.
orbit = db.integrate(system, [0.1, 0.1], 10_000).x[100:]
print(f"attractor: x in [{orbit[:, 0].min():.4f}, {orbit[:, 0].max():.4f}]")
assert np.abs(orbit[:, 0]).max() < 1.4
assert len(np.unique(np.round(orbit, 12), axis=0)) == len(orbit)

# %%
# Its Lyapunov exponents, by QR decomposition along the orbit: one positive, and their sum ln b to rounding.
frame, total = np.eye(2), np.zeros(2)
for jacobian in system.jacobian_at(orbit):
    frame, triangle = np.linalg.qr(jacobian @ frame)
    total += np.log(np.abs(np.diag(triangle)))
exponents = total / len(orbit)
print(f"Lyapunov exponents {exponents.round(3)}, sum {exponents.sum():.6f}, ln b = {np.log(0.5):.6f}")
assert abs(exponents.sum() - np.log(0.5)) < 1e-10
assert abs(exponents[0] - 0.470) < 0.02
portrait = phase_portrait(analysis)
multipliers = spectrum(analysis)
