r"""
Perturbed skew weights: from a centre to a focus, and to a true limit cycle
===========================================================================

The orbits of :math:`x' = W\tanh(x)` with skew :math:`W` lie on level sets of
:math:`H = \sum_i\log\cosh x_i`: in the plane a continuous family of closed orbits, none of which attracts anything
(their multiplier is 1). Two perturbations destroy the family, and neither leaves a limit cycle behind:

- :math:`W + \varepsilon I`: H grows along every orbit (or falls, for :math:`\varepsilon < 0`);
- :math:`W + \varepsilon S` with a symmetric :math:`S`: :math:`H' = \varepsilon\,g^T S g`. To first order the trace of S
  decides: positive, and the origin is an unstable focus. Without trace it may stay surrounded by closed orbits: those
  of :math:`S = \mathrm{diag}(1, -1)` do close, as exchanging the two units reverses time.

A limit cycle in the sense of the word, isolated and attracting, appears when a further term makes small orbits grow and
large ones shrink. :math:`x' = W\tanh(x) + (\mu - |x|^2)\,x` has such a cycle in the plane: it is found here as a fixed
point of a return map, and its multiplier, below 1, agrees with the exponential of the integral of the divergence.
"""

# %%
# Centre, focus, limit cycle
# --------------------------
# The skew network first: the origin is a centre, which needs the invariant as its proof.

import time

import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import dynbench as db
from dynbench.invariants import invariant_function

EPSILON, MU = 0.05, 0.5
SKEW = np.array([[0.0, 1.0], [-1.0, 0.0]])
TRACELESS, GENERAL = np.array([[1.0, 0.0], [0.0, -1.0]]), np.array([[1.0, 0.4], [0.4, -0.2]])
start = time.process_time()

n = sp.Symbol("n", integer=True, positive=True)
W, x = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("x", n, 1)


def network(weights):
    """x' = W tanh(x)."""
    return db.ODE({x: W * x.applyfunc(sp.tanh)}, {W: weights})


systems = {
    "W": network(SKEW),
    "W + 0.05 I": network(SKEW + EPSILON * np.eye(2)),
    "W - 0.05 I": network(SKEW - EPSILON * np.eye(2)),
    "W + 0.05 S, trace 0.8": network(SKEW + EPSILON * GENERAL),
    "W + 0.05 S, trace 0": network(SKEW + EPSILON * TRACELESS),
}
kinds = {}
for name, system in systems.items():
    (point,) = db.find_fixed_points(system, starts=np.zeros((1, 2)))
    invariants = system.invariants()
    kinds[name] = point.kind
    text = ", ".join(str(i.expression) for i in invariants) or "none found"
    print(f"{name:21} origin: {point.kind}, eigenvalues {np.round(point.eigenvalues, 3)}; conserved: {text}")

# %%
# A weight that is off by 1e-9 is no skew matrix. dynbench claims no invariant then; it bounds how fast H may drift.

(near,) = network(SKEW + 1e-9 * np.eye(2)).invariants().nearly
print(near.proof.conclusion)

# %%
# H along an orbit. For :math:`\pm\varepsilon I` its rate is :math:`\pm\varepsilon|\tanh x|^2`: no orbit closes. For the
# symmetric S of trace 0.8 it changes sign within a turn, but grows over each; for that of trace 0 a turn cancels it. No
# invariant of the last is found (which says nothing of whether there is one): that its orbits close follows from the
# exchange :math:`x_1 \leftrightarrow x_2`, under which the field changes sign.

energy = invariant_function(systems["W"], systems["W"].invariants()[0])
times = np.linspace(0, 60, 1201)
orbits = {
    name: solve_ivp(lambda t, y, f=system: f(y), (0, 60), [1.0, 0.0], "DOP853", times, rtol=1e-10, atol=1e-12).y.T
    for name, system in systems.items()
}
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
for name, orbit in orbits.items():
    dashes = "--" if name.endswith("trace 0") else "-"
    left.plot(*orbit[:600].T, dashes, label=name, lw=1)
    right.plot(times, energy(orbit), dashes, label=name, lw=1.2)
left.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal", title="Orbits from (1, 0)")
right.set(xlabel="time", ylabel="H", yscale="log", title="H = log cosh $x_1$ + log cosh $x_2$ along them")
right.legend(fontsize=8)

# %%
# A return map tells the three apart: r is where an orbit that began at (r, 0) crosses the positive first axis again.


def returned(field, r):
    """(where, when) the orbit from (r, 0) is back on the positive first axis, turning clockwise."""

    def crossing(t, y):
        return y[1]

    crossing.direction = 1 if field([r, 0.0])[1] > 0 else -1
    crossing.terminal = True
    away = solve_ivp(lambda t, y: field(y), (0, 0.5), [r, 0.0], "DOP853", rtol=1e-11, atol=1e-12)
    y0 = away.y[:, -1]
    back = solve_ivp(lambda t, y: field(y), (0, 200), y0, "DOP853", events=crossing, rtol=1e-11, atol=1e-12)
    return back.y_events[0][0][0], 0.5 + back.t_events[0][0]


radii = np.linspace(0.15, 2.0, 12)
returns = {name: np.array([returned(system, r)[0] for r in radii]) for name, system in systems.items()}
for name, after in returns.items():
    print(f"{name:21} return map / r - 1: from {(after / radii - 1).min():+.2e} to {(after / radii - 1).max():+.2e}")

# %%
# A saturating radial term
# ------------------------
# :math:`(\mu - |x|^2)x` makes small orbits grow and large ones shrink.

X1, X2 = sp.symbols("x_1 x_2", real=True)
mu = sp.Symbol("mu", positive=True)
radial = mu - X1**2 - X2**2
saturating = db.ODE(
    {X1: sp.tanh(X2) + radial * X1, X2: -sp.tanh(X1) + radial * X2}, {mu: MU}, name="skew with a radial term"
)
print(saturating)
print(f"conserved, of what was searched: {len(saturating.invariants())}")
radius = brentq(lambda r: returned(saturating, r)[0] - r, 0.3, 1.2, xtol=1e-13)
_, period = returned(saturating, radius)
step = 1e-4
multiplier = (returned(saturating, radius + step)[0] - returned(saturating, radius - step)[0]) / (2 * step)
loop = solve_ivp(
    lambda t, y: [*saturating(y[:2]), np.trace(saturating.jacobian_at(y[:2]))],
    (0, period), [radius, 0.0, 0.0], "DOP853", rtol=1e-11, atol=1e-12, dense_output=True,
)  # fmt: skip
liouville = np.exp(loop.y[2, -1])
print(f"limit cycle through ({radius:.10f}, 0), period {period:.8f}")
print(f"multiplier: {multiplier:.8f} by the return map, {liouville:.8f} by the integral of the divergence")

# %%
# The return map of the skew network is the diagonal itself: every orbit is closed, the multiplier is 1, nothing is
# approached. That of the symmetric S of trace 0 is so, too; the other perturbed ones stay on one side of the diagonal.
# That of the saturating network crosses it at one amplitude, at a slope below 1: one isolated closed orbit, attracting.

returns["W, radial term"] = np.array([returned(saturating, r)[0] for r in radii])
map_figure, (a, b) = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
for name, after in returns.items():
    if name.endswith("trace 0"):  # as rings round the points of W, which lie below
        a.plot(radii, after - radii, "o--", ms=8, mfc="none", lw=1, label=name)
    else:
        a.plot(radii, after - radii, "o-", ms=3, lw=1, label=name)
a.axhline(0, color="0.5", lw=0.8)
a.plot(radius, 0, "k*", ms=12)
a.set(xlabel="r", ylabel="return - r", title="Return maps: a family, none, or one closed orbit", ylim=(-1, 0.6))
a.legend(fontsize=8)
for begin in (0.05, 0.3, 1.3, 1.8):
    path = solve_ivp(lambda t, y: saturating(y), (0, 25), [begin, 0.0], "DOP853", rtol=1e-9, max_step=0.05).y
    b.plot(*path, lw=0.8, color="#88aacc")
    b.plot(begin, 0, "o", ms=4, color="#88aacc")
b.plot(*loop.sol(np.linspace(0, period, 400))[:2], color="#332288", lw=2)
b.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal", title="With the radial term: one limit cycle attracts")
print(f"{time.process_time() - start:.1f} CPU s")

# %%
# What was measured, asserted.

assert kinds["W"] is db.Kind.CENTER
assert kinds["W + 0.05 I"] is kinds["W + 0.05 S, trace 0.8"] is db.Kind.UNSTABLE_FOCUS
assert kinds["W - 0.05 I"] is db.Kind.STABLE_FOCUS
assert kinds["W + 0.05 S, trace 0"] is db.Kind.NONHYPERBOLIC  # what is proved: no more than its eigenvalues show
exchanged = systems["W + 0.05 S, trace 0"]
states = np.random.default_rng(0).normal(size=(100, 2))
assert np.abs(exchanged(states[:, ::-1]) + exchanged(states)[:, ::-1]).max() < 1e-15
assert np.abs(returns["W"] - radii).max() < 1e-8
assert np.abs(returns["W + 0.05 S, trace 0"] - radii).max() < 1e-8
assert (returns["W + 0.05 I"] > radii).all()
assert (returns["W + 0.05 S, trace 0.8"] > radii).all()
assert (returns["W - 0.05 I"] < radii).all()
assert np.abs(multiplier - liouville) < 1e-5
assert 0 < liouville < 0.9
assert float(near.rate) < 3e-9
