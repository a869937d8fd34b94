"""
Forward Euler in skew networks: exponential growth, and growth like a square root
=================================================================================

Casoni et al. (2025) integrate skew-symmetric networks by Euler's method with a fixed step h, and report that tanh-like
activations keep the oscillation and tame the instability that the method is known for. What is true of that:

- in the linear network :math:`x' = Wx` a step multiplies :math:`|x|^2` by exactly :math:`1 + h^2\\omega^2` in the
  plane of each frequency: exponential growth, at the rate :math:`h\\omega^2`, whatever the step;
- in :math:`x' = W \\tanh x` the invariant :math:`H = \\sum_i \\log\\cosh x_i` **grows as well, in every step, for every
  h > 0, and beyond every bound**. H is strictly convex and its gradient is at right angles to the field, so a step
  along the tangent can only raise it; and on a shell :math:`H_0 \\le H \\le C` the growth of a step has a positive
  minimum, if W is invertible. A limit cycle that Euler's method shows there is not one of the method either;
- the growth is milder, though. Over a step it is :math:`\\tfrac{h^2}{2} \\sum_i f_i^2 / \\cosh^2 x_i` to leading order.
  At small amplitudes that is the exponential of the linear network. At large ones units are saturated nearly all the
  time, and only their changes of sign count. In two dimensions each adds :math:`h\\omega` to H, four in a turn of
  duration :math:`4R/\\omega`, and so :math:`R^2 = R_0^2 + 2 h \\omega^2 t` with :math:`R = H + 2\\log 2`. So H grows
  like :math:`\\sqrt{2 h \\omega^2 t}`, not exponentially, and halving the step only takes it down by a factor of
  :math:`\\sqrt 2`. In more dimensions the law is the same with another constant, which depends on the orbit.

"Mitigates" is right, "preserves" is not. A method that does preserve H is as simple to call.
"""

# %%
import argparse
from time import process_time

import numpy as np
import sympy as sp
from matplotlib.figure import Figure

import dynbench as db
from dynbench import flow
from dynbench.plotting import draw_drift

parser = argparse.ArgumentParser(description="What Euler's method does to the invariants of skew networks.")
parser.add_argument("--short", action="store_true", help="5000 steps in the table instead of 100,000")
short = parser.parse_args().short
clock = process_time()


def stage(name):
    """Print the CPU time since the last call."""
    global clock
    print(f"[{name}: {process_time() - clock:.1f} CPU s]\n")
    clock = process_time()


# %%
# **The linear network, proved.** For a skew W of any size the mixed term of :math:`|x + hWx|^2` is 2h times the rate
# of :math:`|x|^2`, which the proof of the invariant says is zero. Expanded here for a general skew matrix of four
# units, and for the two-dimensional one.
h, omega = sp.symbols("h omega", positive=True)
x = sp.Matrix(sp.symbols("x1:5", real=True))
upper = iter(sp.symbols("w1:7", real=True))
skew = sp.zeros(4)
for i in range(4):
    for j in range(i):
        skew[i, j] = next(upper)
        skew[j, i] = -skew[i, j]
after = x + h * skew * x
assert sp.expand(after.dot(after) - x.dot(x) - h**2 * (skew * x).dot(skew * x)) == 0
plane, turn = x[:2, :], omega * sp.Matrix([[0, 1], [-1, 0]])
after = plane + h * turn * plane
assert sp.expand(after.dot(after) - (1 + h**2 * omega**2) * plane.dot(plane)) == 0

rotation = db.ODE({"x": "w*y", "y": "-w*x"}, {"w": 1.25})
(norm,) = rotation.invariants()
print(f"linear: {norm.expression} is conserved. {norm.proof}")
for step, count in ((0.1, 1000), (0.01, 10_000)):
    orbit = db.integrate(rotation, [1.0, 0.5], step * count, method="euler", step=step)
    (record,) = orbit.drift(norm)
    measured = np.log(record.values[-1] / record.values[0])
    exact = count * np.log1p((step * 1.25) ** 2)
    print(f"  h = {step}: |x|^2 times exp({measured:.10f}) after {count} steps; exactly exp({exact:.10f})")
    assert abs(measured - exact) < 1e-12 * count

# %%
# With several frequencies each plane grows at its own rate: the fastest takes over.
rng = np.random.default_rng(1)
weights = rng.normal(size=(6, 6))
weights = weights - weights.T
columns, w = sp.MatrixSymbol("x", 6, 1), sp.MatrixSymbol("W", 6, 6)
linear = db.ODE({columns: w * columns}, {w: weights})
values, vectors = np.linalg.eig(weights)
start = rng.normal(size=6)
end = db.integrate(linear, start, [0.0, 10.0], method="euler", step=0.02).final
growth = np.abs(np.linalg.solve(vectors, end) / np.linalg.solve(vectors, start)) ** 2
expected = (1 + (0.02 * values.imag) ** 2) ** 500
for frequency, found, law in sorted(zip(values.imag, growth, expected, strict=True))[3:]:
    print(f"  frequency {frequency:.4f}: squared amplitude times {found:.10g}, (1 + h^2 w^2)^500 = {law:.10g}")
assert np.allclose(growth, expected, rtol=1e-10)
stage("linear")

# %%
# **The tanh network: the leading term, by differentiation.** With f = W tanh x the rate of H along the step is zero at
# its beginning, and its second derivative there is the sum of f_i^2 / cosh^2 x_i.
field = skew * x.applyfunc(sp.tanh)
moved = sum(sp.log(sp.cosh(x[i] + h * field[i])) for i in range(4))
ratios = {sp.sinh(v): sp.tanh(v) * sp.cosh(v) for v in x}
assert sp.expand(moved.diff(h).subs(h, 0).subs(ratios)) == 0
bend = sum(field[i] ** 2 * (1 - sp.tanh(x[i]) ** 2) for i in range(4))
assert sp.expand(moved.diff(h, 2).subs(h, 0).subs(ratios) - bend) == 0

# %%
# In two dimensions, :math:`x' = \omega\tanh y`, :math:`y' = -\omega\tanh x`: H in every step, and the law for large
# amplitudes. Steps of 1 obey it too: on straight lines over a kink the mean growth is the same for any step.
pair = db.ODE({"x": "w*tanh(y)", "y": "-w*tanh(x)"}, {"w": 1.0})
(energy,) = pair.invariants()
print(f"tanh: {energy.expression} is conserved. {energy.proof}")


def law(initial, step, times):
    """H by the law for large amplitudes, at omega = 1."""
    return np.sqrt((initial + 2 * np.log(2)) ** 2 + 2 * step * times) - 2 * np.log(2)


duration = 2000.0 if short else 20_000.0
grown = {}
for step in (1.0, 0.1) if short else (1.0, 0.1, 0.02):
    orbit = db.integrate(pair, [np.arccosh(np.exp(3.0)), 0.0], duration, method="euler", step=step)
    (record,) = orbit.drift(energy)
    grown[step] = orbit.t[:: len(orbit.t) // 1000], record.values[:: len(orbit.t) // 1000]
    rises = np.diff(record.values)
    predicted = law(record.values[0], step, orbit.t[-1])
    print(
        f"  h = {step}: H from {record.values[0]:.3f} to {record.values[-1]:.3f} at t = {duration:g}, "
        f"by the law {predicted:.3f}; least growth of a step {rises.min():.1e}"
    )
    # A step in saturation raises H by less than its rounding: never by less than minus that.
    assert rises.min() > -4 * np.finfo(float).eps * record.values[-1]
    assert np.all(np.diff(record.values[:: max(1, round(8 * record.values[-1] / step))]) > 0)
    assert abs(record.values[-1] / predicted - 1) < 0.02

# %%
# Small amplitudes grow as in the linear network, at the rate h, until units begin to saturate.
orbit = db.integrate(pair, [1e-3, 0.0], 60.0, method="euler", step=0.1)
(record,) = orbit.drift(energy)
rate = np.log(record.values[-1] / record.values[0]) / 60
print(f"  small amplitudes: H grows at the rate {rate:.6f}; the linear network's: {np.log1p(0.01) / 0.1:.6f}")
assert abs(rate / (np.log1p(0.01) / 0.1) - 1) < 1e-3
stage("tanh in the plane")

growth_figure = Figure(figsize=(5.2, 3.6), layout="constrained")
ax = growth_figure.add_subplot()
for (step, (times, values)), colour in zip(grown.items(), ("#bd1f01", "#332288", "#117733"), strict=False):
    ax.plot(times[1:], values[1:], color=colour, linewidth=1.6)
    label = "law for large H" if step == 0.1 else None
    ax.plot(times[1:], law(values[0], step, times[1:]), color="black", linewidth=0.8, linestyle="--", label=label)
    ax.annotate(f" h = {step:g}", (times[-1], values[-1]), color=colour, va="center")
rate = np.log1p(0.01) / 0.1
times = np.geomspace(duration / 1000, np.log(100) / rate, 100)
ax.plot(times, 3.0 * np.exp(rate * times), color="#332288", linewidth=1.2, linestyle=":")
ax.annotate("linear network, h = 0.1", (times[-1], 300), xytext=(6, 0), textcoords="offset points", va="center")
ax.set(xscale="log", yscale="log", xlabel="t", ylabel="H", title="Euler: H grows without bound, like a square root")
ax.margins(x=0.14)
ax.legend(frameon=False, loc="lower right")
ax.spines[["top", "right"]].set_visible(False)

# %%
# What one sees: Euler's orbit spirals outwards by 4h a turn, in H. At a large amplitude that is a small part of it,
# and a short simulation looks like a cycle. The discrete gradient closes the orbit.
spiral_figure = Figure(figsize=(4.6, 4.4), layout="constrained")
ax = spiral_figure.add_subplot()
for method, colour, width in (("euler", "#bd1f01", 0.7), ("discrete gradient", "#332288", 1.6)):
    orbit = db.integrate(pair, [np.arccosh(np.exp(3.0)), 0.0], 200.0, method=method, step=0.1)
    ax.plot(*orbit.x.T, color=colour, linewidth=width, label=method)
ax.set(xlabel="x", ylabel="y", title="x' = W tanh x, h = 0.1, t = 200", aspect="equal")
ax.legend(frameon=False, loc="center", fontsize=8)
ax.spines[["top", "right"]].set_visible(False)

# %%
# **Four units.** The leading term, summed along an accurate orbit, is what Euler's method adds: the ratio goes to 1
# with the step.
units = 4
rng = np.random.default_rng(0)
weights = rng.normal(size=(units, units))
weights = weights - weights.T
columns, w = sp.MatrixSymbol("x", units, 1), sp.MatrixSymbol("W", units, units)
network = db.ODE({columns: w * columns.applyfunc(sp.tanh)}, {w: weights}, name="four tanh units, skew weights")
(energy,) = network.invariants()
start = np.array([0.3, -1.2, 0.4, 2.0])

fine = db.integrate(network, start, np.linspace(0, 5, 20_001), method="DOP853", rtol=1e-12, atol=1e-12)
density = np.sum((network(fine.x) / np.cosh(fine.x)) ** 2, axis=-1)
integral = np.sum((density[1:] + density[:-1]) / 2 * np.diff(fine.t))
ratios = []
for step in (0.01, 0.005, 0.0025):
    (record,) = db.integrate(network, start, 5.0, method="euler", step=step).drift(energy)
    ratios.append((record.values[-1] - record.values[0]) / (step / 2 * integral))
print("four units, growth of H by Euler's method over the leading term:", ", ".join(f"{r:.4f}" for r in ratios))
assert abs(ratios[-1] - 1) < abs(ratios[0] - 1) / 2
assert abs(2 * ratios[-1] - ratios[-2] - 1) < 0.02

# %%
# Over long times the square root again: H^2 / (2ht) settles at a constant. Three of these four orbits share one, near
# 73 in the end; the other has its own.
for seed in range(4):
    begin = np.random.default_rng(seed).normal(size=units)
    sampled = [0.0, duration / 4, duration]
    (record,) = db.integrate(network, begin, sampled, method="euler", step=0.05).drift(energy)
    exponent = np.log(record.values[2] / record.values[1]) / np.log(4)
    constant = record.values[2] ** 2 / (2 * 0.05 * duration)
    print(f"  initial state {seed}: H = {record.values[2]:.1f} ~ t^{exponent:.3f}, H^2/(2ht) = {constant:.2f}")
    assert 0.45 < exponent < 0.6
stage("four units")

# %%
# **Against the other integrators.** How far H drifts over t = 50, by the step. Euler's drift falls like the square
# root of the step where it is large. Explicit Runge-Kutta methods of even order p drift with the power p + 1.
# Gauss-Legendre and splitting methods are symplectic, so their error oscillates and does not grow. The discrete
# gradient leaves rounding.
study = flow.drift(network, list(flow.STEP_METHODS), [0.1, 0.05, 0.025, 0.0125], x0=start, t=10.0 if short else 50.0)
print(study)
drift_figure = draw_drift(study)
drift_figure.ax.set_title("Drift of H in a tanh network of four units")
orders = dict(zip(study.methods, study.orders[:, 0], strict=True))
assert all(abs(orders[m] - p) < 0.6 for m, p in {"rk4": 5, "gauss4": 4, "gauss6": 6, "yoshida4": 4}.items())
assert study.absolute[study.methods.index("discrete gradient")].max() < 1e-12
stage("drift by the step")

# %%
# **The long run**: steps of 0.05, the drift after each; and whether that of Euler's method is the square root.
steps = 5000 if short else 100_000
names = ("euler", "rk4", "implicit midpoint", "gauss4", "stormer-verlet", "yoshida4", "discrete gradient")
print(f"{steps} steps of 0.05 from H = {float(fine.drift(energy)[0].initial):.4f}:")
print(f"  {'method':<18}{'largest |H - H0|':>18}{'|H - H0| at the end':>21}{'CPU s':>8}")
last = {}
for name in names:
    begun = process_time()
    orbit = db.integrate(network, start, 0.05 * steps, method=name, step=0.05)
    spent = process_time() - begun
    (record,) = orbit.drift(energy)
    last[name] = float(record.largest)
    final = abs(record.values[-1] - record.values[0])
    print(f"  {name:<18}{record.largest:>18.1e}{final:>21.1e}{spent:>8.1f}")
    assert orbit.outcome is flow.Outcome.COMPLETED
    if name == "euler":
        quarter = len(record.values) // 4
        exponent = np.log(record.values[-1] / record.values[quarter]) / np.log(len(record.values) / quarter)
print(f"  by Euler's method H ~ t^{exponent:.3f} over the last three quarters; the law: t^0.5")
assert 0.45 < exponent < 0.6
assert last["discrete gradient"] < 1e-12
assert last["euler"] > 10
assert last["gauss4"] < 1e-5
stage("long run")
