"""
The Lozi map: a proof of chaos by a homoclinic point
====================================================

The Lozi map

.. math:: x_{k+1} = 1 - a |x_k| + y_k, \\qquad y_{k+1} = b x_k

at a = 1.7, b = 0.5 has two saddles, X = (5/11, 5/22) and Y = (-5/6, -5/12). On either side of x = 0 it is affine, so
that their stable and unstable manifolds are polylines, and dynbench computes all corners of them. Where the unstable
manifold of X crosses its stable one there is a homoclinic point, and a transversal homoclinic point proves chaos: some
iterate of the map has an invariant Cantor set on which it is conjugate to a shift (Smale; Katok and Hasselblatt,
Introduction to the Modern Theory of Dynamical Systems, Theorem 6.5.5).

The polylines are in doubles, and prove nothing. But a crossing has an itinerary, and the orbit with that itinerary is
the solution of a linear equation with coefficients in :math:`\\mathbb{Q}(\\sqrt{489})`: there it is solved, and every
condition of the theorem is an inequality between numbers whose signs are exact. The theorem needs the map to be smooth
near the closure of the homoclinic orbit only, and that keeps off the line x = 0.

What such a proof says, and what not: there is an invariant set with chaotic orbits on it. It does not say that a
typical orbit ends there. For the strange attractor of the Lozi map that is Misiurewicz's theorem (1980, "Strange
attractors for the Lozi mappings", Ann. N. Y. Acad. Sci. 357, 348-358); the Lyapunov exponents at the end only go with
it.
"""

# %%
# The map and its saddles.
import argparse
import time

import matplotlib.pyplot as plt
import numpy as np
import sympy as sp

import dynbench as db
from dynbench.plotting.style import Colour, Glyph, draw_glyphs, glyph_handle

parser = argparse.ArgumentParser(description="Manifolds and homoclinic points of the Lozi map.")
parser.add_argument("--short", action="store_true", help="shorter manifolds, fewer steps")
short = parser.parse_args().short

started = time.process_time()
lozi = db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5})
Y, X = db.find_fixed_points(lozi, box={"x": (-2, 2), "y": (-2, 2)})
assert X.exact == (sp.Rational(5, 11), sp.Rational(5, 22))
assert Y.exact == (-sp.Rational(5, 6), -sp.Rational(5, 12))
assert np.allclose(X.eigenvalues, [-1.9556672194, 0.2556672194], rtol=0, atol=1e-10)

# %%
# The manifolds. The straight piece of :math:`W^u(X)` through X ends in a corner on the axis y = 0, that of
# :math:`W^s(X)` in one on the axis x = 0; both are known in closed form.
unstable = db.trace_manifold(lozi, X, "unstable", length=40)
stable = db.trace_manifold(lozi, X, "stable", length=40)
root = np.sqrt(489)
corners = np.concatenate(unstable.branches)
assert np.abs(corners - [(37 + root) / 44, 0]).max(axis=1).min() < 1e-14
corners = np.concatenate(stable.branches)
assert np.abs(corners - [0, -(7 + root) / 44]).max(axis=1).min() < 1e-14
print(f"{unstable}\n{stable}")

# %%
# Homoclinic points, each with its proof. Crossings with the same itinerary but for a shift are on one orbit.
points = db.homoclinic_points(lozi, X, length=20)
orbits = {p.orbit: p for p in points}
shortest = min(points, key=lambda p: len(p.proof.word))
print(f"{len(points)} homoclinic points on {len(orbits)} orbits, all proved: {all(p.proved for p in points)}")
print(shortest.proof.statement)
print(shortest.proof.conclusion)
print(f"t = {shortest.proof.t[0]} + {shortest.proof.t[1]} sqrt({shortest.proof.d})")
assert all(p.proved for p in points)
assert all(p.proof.d == sp.Rational(489, 100) for p in points)

# %%
# The proof by hand, for the shortest word that there is: from :math:`q_0 = X + t v` on the straight piece of
# :math:`W^u(X)`, beyond x = 0, one step leads onto the straight piece of :math:`W^s(X)`.
r, t = sp.sqrt(sp.Rational(489, 100)), sp.Symbol("t")
a, b = sp.Rational(17, 10), sp.Rational(1, 2)
fixed = sp.Matrix(X.exact)
multiplier = (-a - r) / 2
q0 = fixed + t * sp.Matrix([multiplier, b])
q1 = sp.Matrix([1 + a * q0[0] + q0[1], b * q0[0]])  # on the left, where |x| = -x
(found,) = sp.solve(sp.Matrix([[multiplier, 1]]) * (q1 - fixed), t).values()
q0, q1 = q0.subs(t, found), q1.subs(t, found)
print(f"q0 = ({float(q0[0]):.6f}, {float(q0[1]):.6f}) -> q1 = ({float(q1[0]):.6f}, {float(q1[1]):.6f})")
assert sp.simplify(q0[0]) < 0 < sp.simplify(q1[0])
nearest = min(points, key=lambda p: np.abs(p.x - np.array(q0, dtype=float).ravel()).max())
assert np.abs(nearest.x - np.array(q0, dtype=float).ravel()).max() < 1e-14

figure, axes = plt.subplots(figsize=(7, 6))
for branch in unstable.branches:
    (away,) = axes.plot(*branch.T, color=Colour.FIRST, lw=0.7)
for branch in stable.branches:
    (towards,) = axes.plot(*branch.T, color=Colour.STABLE, lw=0.7)
x = np.array([p.x for p in points])
(dots,) = axes.plot(*x.T, ".", color=Colour.INK, ms=3)
(orbit,) = axes.plot(*np.array([q0, q1], dtype=float).reshape(2, 2).T, "s", mfc="none", color=Colour.INK, ms=9)
draw_glyphs(axes, [X.x, Y.x], [Glyph.SADDLE] * 2)
axes.annotate("X", X.x, xytext=(6, 6), textcoords="offset points")
axes.annotate("Y", Y.x, xytext=(6, 6), textcoords="offset points")
handles = [glyph_handle(Glyph.SADDLE), away, towards, dots, orbit]
names = ["saddles", "unstable manifold of X", "stable manifold of X", "homoclinic points, proved"]
axes.legend(handles, [*names, "one step of one of their orbits"], loc="upper right")
axes.set(xlim=(-1.4, 1.6), ylim=(-1.1, 1.1), xlabel="x", ylabel="y")
axes.set_title("Lozi map: manifolds of X, and the homoclinic points proved")
print(f"manifolds and proofs: {time.process_time() - started:.1f} CPU s")

# %%
# Heteroclinic points: the unstable manifold of Y crosses the stable one of X. The other way no crossing is seen: Y is
# on the boundary of the attractor's basin, and :math:`W^u(X)` stays inside.
there = db.homoclinic_points(lozi, Y, X, length=20)
back = db.homoclinic_points(lozi, X, Y, length=20)
print(f"{len(there)} heteroclinic points from Y to X, {len(back)} from X to Y")
assert there
assert all(p.proved for p in there)
assert not back

# %%
# Every saddle cycle has homoclinic points of its own, in a quadratic field of its own.
for cycle in db.find_cycles(lozi, periods=6 if short else 7):
    if cycle.period == 1:
        continue
    own = db.homoclinic_points(lozi, cycle, length=12, prove=20)
    proved = [p for p in own if p.proved]
    print(
        f"period {cycle.period}: {len(own)} homoclinic points, proved {len(proved)}, in QQ(sqrt({proved[0].proof.d}))"
    )
    assert proved

# %%
# How many there are grows with the length. These are counted, not proved.
started = time.process_time()
for length in (50, 200) if short else (50, 200, 1600):
    many = db.homoclinic_points(lozi, X, length=length, prove=False)
    print(f"length {length}: {len(many)} homoclinic points on {len({p.orbit for p in many})} orbits")
assert len(many) > (1_000 if short else 30_000)
assert all(p.orbit >= 0 for p in many)
print(f"counting: {time.process_time() - started:.1f} CPU s")

# %%
# The first homoclinic orbit. A smooth family has it in a tangency; here the manifolds first touch in a corner, whose
# orbit passes the line x = 0. The corner is the image of the point where the straight piece of :math:`W^u(X)` crosses
# that line, and two steps later it lies on the straight piece of :math:`W^s(X)`: with the multiplier
# :math:`\lambda` of X eliminated that is :math:`2 a^4 - (3 b^2 + 4) a^2 + 4 b^3 = 0`, at b = 1/2
# :math:`a = \sqrt{19 + \sqrt{297}}/4`.
started = time.process_time()
a, b, m = sp.symbols("a b m")
c = 1 / (1 + a - b)
height = b * c * (1 - 1 / m)  # where W^u(X) crosses x = 0
state = (1 + height, 0)
state = (1 - a * state[0] + state[1], b * state[0])  # on the right
state = (1 + a * state[0] + state[1], b * state[0])  # on the left
touching = sp.numer(sp.together(m * (state[0] - c) + state[1] - b * c))
eliminated = sp.resultant(touching, m**2 + a * m - b, m)
assert sp.rem(eliminated, 2 * a**4 - (3 * b**2 + 4) * a**2 + 4 * b**3, a) == 0
onset = db.homoclinic_onset(lozi, "a", (1.4, 1.7), X, length=30)
print(onset)
print(f"by the equation a = {np.sqrt(19 + np.sqrt(297)) / 4:.15f}; {time.process_time() - started:.1f} CPU s")
assert abs(onset.value - np.sqrt(19 + np.sqrt(297)) / 4) < 1e-12
assert onset.absent_at < onset.value < onset.proved_at

# %%
# Before, at and after the contact, near the corner: the manifolds stay apart, touch, and cross in two points.
panels, row = plt.subplots(1, 3, figsize=(12, 4.4), sharex=True, sharey=True, layout="constrained")
corner = onset.orbit[onset.step + 3]  # two steps after the corner, where it comes to lie on the local stable manifold
for axes, change in zip(row, (-0.01, 0.0, 0.01), strict=True):
    family = lozi.with_parameters(a=onset.value + change)
    saddle = db.find_fixed_points(family, box={"x": (0, 2), "y": (-2, 2)})[0]
    for which, colour in (("unstable", Colour.FIRST), ("stable", Colour.STABLE)):
        for branch in db.trace_manifold(family, saddle, which, length=30).branches:
            axes.plot(*branch.T, color=colour, lw=0.9)
    near = [p.x for p in db.homoclinic_points(family, saddle, length=30, prove=False)] if change > 0 else []
    if near:
        (dots,) = axes.plot(*np.array(near).T, ".", color=Colour.INK)
    axes.set(xlim=corner[0] + np.array([-0.05, 0.05]), ylim=corner[1] + np.array([-0.05, 0.05]), xlabel="x")
    axes.set_title(f"a = {onset.value + change:.4f}")
row[0].set_ylabel("y")
panels.suptitle("The first homoclinic contact is a corner")
names = ["unstable manifold of X", "stable manifold of X", "homoclinic points"]
panels.legend([away, towards, dots], names, loc="outside lower center", ncols=3, frameon=False)

# %%
# The Lyapunov exponents go with it: one positive, and their sum ln b, for every orbit, as the determinant is constant.
started = time.process_time()
spectrum = db.lyapunov_spectrum(lozi, [0.1, 0.1], t=20_000 if short else 200_000, rng=0)
print(spectrum)
largest, error = spectrum.exponents[0], spectrum.errors[0]
assert abs(largest - 0.47017) < 5 * error + 3e-5
assert abs(sum(spectrum.exponents) - np.log(0.5)) < 1e-9
print(f"Lyapunov exponents: {time.process_time() - started:.1f} CPU s")
