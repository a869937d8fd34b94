"""
Linear skew networks: a continuum of closed orbits and tori, no limit cycle
===========================================================================

A linear recurrent network with skew-symmetric weights, :math:`x' = Wx`, :math:`W^T = -W`, oscillates for ever: the
norm is conserved, the eigenvalues are imaginary, and the orbit turns at their frequencies. Casoni et al. (2025) call
these orbits stable limit cycles. **They are not limit cycles.** A limit cycle is isolated: orbits nearby approach it or
leave it. Here nothing is approached:

- if :math:`x(t)` is an orbit then so is :math:`c\\,x(t)`, for every c: an orbit of every amplitude, each of which
  persists. In the plane all of them are closed, with the same period;
- the derivative of the flow over a period is the identity. A limit cycle that attracts exponentially has all but
  one of its multipliers inside the unit circle, and one that is not degenerate has a single multiplier 1;
- in n dimensions an orbit fills a torus of up to n/2 frequencies, and is in general not closed at all.

"Stable" is true in the weak sense only: what is near stays near. A kick is never forgotten: the amplitude after it is
the new amplitude for good. (What it takes to have a true limit cycle is a term that singles out one amplitude.)
"""

# %%
# Random skew weights, of a size at which frequencies do not grow with n, and a circle in the plane.
import argparse
from time import process_time

import numpy as np
import sympy as sp
from matplotlib.figure import Figure
from scipy.signal import find_peaks
from scipy.signal.windows import blackmanharris

import dynbench as db
from dynbench.flow.variational import propagate

parser = argparse.ArgumentParser(description="Linear skew networks: orbits of every amplitude.")
parser.add_argument("--short", action="store_true", help="networks of at most 16 units")
short = parser.parse_args().short
clock = process_time()
SIZES = (2, 4, 8, 16) if short else (2, 4, 8, 16, 32, 64)
RED, BLUE, GREEN = "#bd1f01", "#332288", "#117733"


def network(n, seed=0):
    """x' = W x in matrix form."""
    weights = np.random.default_rng(seed).normal(size=(n, n)) / np.sqrt(n)
    x, w = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("W", n, n)
    return db.ODE({x: w * x}, {w: weights - weights.T}, name=f"linear skew network of {n}")


# %%
# **The norm, proved** for every size, from the matrix form: the weights are skew to the last bit. Each further pair of
# frequencies has a quadratic invariant of its own, which exact algebra finds as well where the system is small.
for n in SIZES:
    system = network(n)
    invariants = system.invariants()
    state = np.random.default_rng(1).normal(size=n)
    template = [i for i in invariants if i.method == "network template"]
    (drift,) = db.integrate(system, state, [0.0, 50.0], method="gauss4", step=0.1).drift(template)
    print(f"n = {n}: {len(invariants)} invariant(s); drift of |x|^2 under gauss4 {drift.largest:.1e}")
    assert len(template) == 1
    assert len(invariants) >= (n // 2 if n <= 8 else 1)
print(f"n = {n}: {template[0].proof}")
quartet = db.ODE({"a": "b + 2*c", "b": "3*d - a", "c": "d - 2*a", "d": "-3*b - c"})
print("integers:", ", ".join(str(i.expression) for i in quartet.invariants()))
assert len(quartet.invariants()) >= 2

# %%
# **Every amplitude persists.** F(c x) = c F(x), so orbits come in every size. In the plane, over 13 orders of
# magnitude: after 100 turns the amplitude is what it was, and the orbit is closed. Van der Pol's oscillator, which has
# a limit cycle, forgets its amplitude in a few turns.
plane = network(2)
c, (x, y) = sp.Symbol("c"), plane.expand().states
scaled = plane.expand().rhs.subs({x: c * x, y: c * y}, simultaneous=True)
assert (scaled - c * plane.expand().rhs).expand() == sp.zeros(2, 1)

frequency = abs(np.linalg.eigvals(plane.parameters["W"]).imag[0])
period = 2 * np.pi / frequency
amplitudes = np.geomspace(1e-6, 1e6, 13)
starts = np.stack([amplitudes, 0 * amplitudes], axis=-1)
turns = db.integrate(plane, starts, np.arange(101) * period, method="gauss6", step=period / 100)
sizes = np.linalg.norm(turns.x, axis=-1)
print(f"after 100 turns: amplitudes changed by at most {np.abs(sizes / sizes[:, :1] - 1).max():.1e} of themselves,")
print(f"  states by {(np.linalg.norm(turns.final - starts, axis=-1) / amplitudes).max():.1e}")
assert np.abs(sizes / sizes[:, :1] - 1).max() < 1e-12
assert (np.linalg.norm(turns.final - starts, axis=-1) / amplitudes).max() < 1e-6

pol = db.ODE({"x": "y", "y": "(1 - x^2)*y - x"}, name="van der Pol")
some = np.geomspace(0.05, 5.0, 13)
late = np.concatenate([[0.0], np.linspace(100, 120, 2001)])
settled = db.integrate(pol, np.stack([some, 0 * some], axis=-1), late).x[:, 1:, 0].max(axis=-1)
print(f"van der Pol from amplitudes {some[0]} to {some[-1]}: afterwards {settled.min():.5f} to {settled.max():.5f}")
assert np.ptp(settled) < 1e-3

# %%
# **Multipliers**: the derivative of the flow over one period. For the network the identity: nothing is contracted, and
# nothing is isolated. For van der Pol 1, along the cycle, and one well inside the unit circle.
state, derivative = propagate(plane, [1.0, 0.0], period)
print(f"network: derivative over a period - identity: {np.abs(derivative - np.eye(2)).max():.1e}")
assert np.abs(derivative - np.eye(2)).max() < 1e-10


def upwards(t, state):
    """Zero where x is largest."""
    return state[1]


upwards.direction = -1
cycle = db.integrate(pol, [2.0, 0.0], 60.0, rtol=1e-12, atol=1e-12, events=[upwards])
times, states = cycle.events[0]
multipliers = np.linalg.eigvals(propagate(pol, states[-1], times[-1] - times[-2])[1])
print(f"van der Pol: period {times[-1] - times[-2]:.6f}, multipliers {np.sort(multipliers.real)[::-1]}")
assert abs(multipliers.real.max() - 1) < 1e-6
assert multipliers.real.min() < 0.01

persistence = Figure(figsize=(5.0, 3.8), layout="constrained")
ax = persistence.add_subplot()
many = np.geomspace(0.05, 5, 13)
after = db.integrate(plane, np.stack([many, 0 * many], axis=-1), [0, 20 * period], method="gauss6", step=period / 50)
ax.plot(many, np.linalg.norm(after.final, axis=-1), "o-", color=BLUE, label="linear skew network: what it was")
ax.plot(some, settled, "s-", color=RED, label="van der Pol: that of its limit cycle")
ax.set(xscale="log", yscale="log", xlabel="amplitude at the start", ylabel="amplitude after 20 turns")
ax.set_title("A continuum of orbits, and a limit cycle")
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)

# %%
# **Frequencies are the eigenvalues of W.** The Fourier transform of a long orbit, in a window whose side lobes are
# nowhere above 1e-9 of the power, has n/2 peaks. The integrator keeps the norm to rounding.
spacing = 0.5
peaks_of = {}
for n in SIZES:
    system, count = network(n), 2**15 if n == 64 else 2**14 if n > 8 else 2**13
    eigenvalues = np.sort(np.linalg.eigvals(system.parameters["W"]).imag)[n // 2 :]
    begin = np.random.default_rng(2).normal(size=n)
    orbit = db.integrate(system, begin, spacing * np.arange(count), method="gauss6", step=spacing / 2)
    power = np.sum(np.abs(np.fft.rfft(orbit.x * blackmanharris(count)[:, None], axis=0)) ** 2, axis=-1)
    places, _ = find_peaks(np.log(power), height=np.log(1e-7 * power.max()))
    low, middle, high = (np.log(power[places + k]) for k in (-1, 0, 1))
    fraction = (low - high) / (2 * (low - 2 * middle + high))
    found = 2 * np.pi * (places + fraction) / (count * spacing)
    peaks_of[n] = 2 * np.pi * np.arange(len(power)) / (count * spacing), power, eigenvalues
    error = np.abs(found - eigenvalues).max() if len(found) == n // 2 else np.inf
    print(f"n = {n}: {len(found)} peaks at the {n // 2} eigenvalues, within {error:.1e}")
    assert error < 2e-5

lines = Figure(figsize=(6.0, 3.4), layout="constrained")
ax = lines.add_subplot()
omega, power, eigenvalues = peaks_of[16]
ax.plot(omega, power / power.max(), color=BLUE, linewidth=0.8, label="orbit")
ax.plot(eigenvalues, np.full(len(eigenvalues), 3.0), "v", color=RED, markersize=6, label="eigenvalues of W")
ax.set(yscale="log", ylim=(1e-12, 10), xlim=(0, 1.1 * eigenvalues[-1]), xlabel="frequency", ylabel="power")
ax.set_title("n = 16: eight frequencies, one torus")
ax.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2)
ax.spines[["top", "right"]].set_visible(False)

# %%
# **Tori.** In the plane of each frequency the amplitude is kept, whatever it is: n/2 of them label the torus, and the
# orbit winds on it without closing, unless all frequencies have a common divisor.
n = SIZES[-1]
system = network(n)
_, vectors = np.linalg.eigh(1j * system.parameters["W"])  # hermitian: the planes are at right angles
orbit = db.integrate(system, np.random.default_rng(3).normal(size=n), 200.0, method="gauss6", step=0.1)
shares = np.abs(orbit.x @ vectors.conj())
kept = np.ptp(shares, axis=0).max()
print(f"n = {n}: {n // 2} amplitudes from {shares[0].min():.2f} to {shares[0].max():.2f}, kept to {kept:.1e}")
assert kept < 1e-12

system = network(4)
orbit = db.integrate(system, [1.0, 0.3, -0.5, 0.8], np.arange(0, 3000, 0.1), method="gauss6", step=0.1)
away = np.linalg.norm(orbit.x - orbit.x[0], axis=-1)[50:]
print(f"n = 4: over t = 3000 the orbit comes no closer to its start than {away.min():.4f}")
assert 1e-3 < away.min() < 0.3

circles_and_torus = Figure(figsize=(7.2, 3.4), layout="constrained")
left, right = circles_and_torus.subplots(1, 2)
for size in (0.25, 0.5, 1.0, 1.5, 2.0):
    once = db.integrate(plane, [size, 0.0], period, method="gauss6", step=period / 200)
    left.plot(*once.x.T, color=BLUE, linewidth=1.3)
left.set(aspect="equal", xlabel="x_1", ylabel="x_2", title="n = 2: every circle is an orbit")
right.plot(orbit.x[:3000, 0], orbit.x[:3000, 1], color=GREEN, linewidth=0.4)
right.set(aspect="equal", xlabel="x_1", ylabel="x_2", title="n = 4: a torus, seen from one side")
for ax in (left, right):
    ax.spines[["top", "right"]].set_visible(False)
print(f"[{process_time() - clock:.1f} CPU s]")
