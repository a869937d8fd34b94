"""
Van der Pol's oscillator: one cycle, from sine wave to relaxation
=================================================================

Van der Pol (1926, "On relaxation-oscillations", Phil. Mag. 2, 978-992) studies

.. math:: x'' - \\mu (1 - x^2)\\, x' + x = 0 .

Known facts, each asserted below. For every mu > 0 the origin repels, a focus for mu < 2 and a node beyond, and there
is exactly one cycle, which attracts (Lienard's theorem; Strogatz, section 7.4). For mu = 1 its period is
6.6632868593231 and its amplitude 2.00861986087. For small mu the period is :math:`2\\pi(1 + \\mu^2/16)` and the
amplitude :math:`2 + \\mu^2/96`, up to order four. For large mu it is a relaxation oscillation, whose period starts
with

.. math:: T = (3 - 2 \\ln 2)\\,\\mu + 3\\alpha\\,\\mu^{-1/3} - \\frac{2\\ln\\mu}{3\\mu} + \\ldots,
          \\qquad 3\\alpha = 7.0143,

where -alpha = -2.33811 is the first zero of the Airy function Ai (Dorodnitsyn 1947).

Two things are commonly misquoted. The amplitude is *not* 2 but for mu to 0 and mu to infinity: in between it rises,
by about 1 per cent. And the second term of the period is found in print with the coefficient 2 alpha; the periods
computed below rule that out.
"""

# %%
# The model, from :download:`models/van_der_pol.toml </../models/van_der_pol.toml>`:
#
# .. literalinclude:: /../models/van_der_pol.toml
#    :language: toml
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import dynbench as db
from dynbench.plotting import draw_transition_graph, phase_portrait

model = db.load_toml(Path(__file__).parent / "models" / "van_der_pol.toml")

# %%
# One fixed point in the box, an unstable focus with the eigenvalues (mu +- i sqrt(4 - mu^2)) / 2.
analysis = db.analyze(model.system, box=model.box)
(origin,) = analysis.fixed_points
print(analysis.fixed_points)
assert analysis.fixed_points.complete
assert origin.exact == (0, 0)
assert origin.kind is db.Kind.UNSTABLE_FOCUS
assert origin.certificate.stability == (0, 0, 2)
assert abs(origin.eigenvalues[0] - (1 + 1j * np.sqrt(3)) / 2) < 1e-14

# %%
# Everything that leaves the origin ends on one cycle. It is a node of the transition graph, with its period
# (refined by Newton's method) and its multipliers: the trivial 1, and one inside the unit circle.
(node,) = (n for n, data in analysis.graph.nodes(data=True) if data["cycle"] is not None)
cycle = analysis.graph.nodes[node]["cycle"]
print(f"{cycle.kind.value}, {cycle.status.value}: period {cycle.period:.13f}, multipliers {cycle.multipliers}")
assert {target for _, target in analysis.graph.edges()} == {node}
assert cycle.kind.attracting
assert abs(cycle.period - 6.6632868593231) < 1e-8
assert abs(np.abs(cycle.points[:, 0]).max() - 2.00861986087) < 1e-3  # 128 states need not hold the extreme one
assert abs(cycle.multipliers[0] - 1) < 1e-6
assert abs(cycle.multipliers[1]) < 1e-2
portrait = phase_portrait(analysis)
transitions = draw_transition_graph(analysis.graph)


# %%
# From mu = 1/10 to mu = 30, by integration: settle on the cycle, then measure its maxima (y = 0, falling).
def period_and_amplitude(mu):
    """The time between the last two maxima of x, and the height of the last."""

    def at_maximum(t, state):
        return state[1]

    at_maximum.direction = -1
    system = model.system.with_parameters(mu=mu)
    settled = db.integrate(system, [2.0, 0.0], 30 / min(mu, 1), method="LSODA").final
    orbit = db.integrate(
        system, settled, 3 * max(7, 2 * mu), method="LSODA", rtol=1e-10, atol=1e-12, events=[at_maximum]
    )
    times, states = orbit.events[0]
    return times[-1] - times[-2], states[-1, 0]


measured = {mu: period_and_amplitude(mu) for mu in (0.1, 1, 3, 10, 30)}
for mu, (period, amplitude) in measured.items():
    print(f"mu = {mu:4}: period {period:.6f}, amplitude {amplitude:.6f}")
assert abs(measured[1][0] - 6.6632868593231) < 1e-6
assert abs(measured[1][1] - 2.00861986087) < 1e-6
assert abs(measured[0.1][0] - 2 * np.pi * (1 + 0.1**2 / 16)) < 2e-5
assert abs(measured[0.1][1] - (2 + 0.1**2 / 96)) < 1e-5
assert all(2 < amplitude < 2.0672 for _, amplitude in measured.values())  # proved for every mu: Turner et al. (2015)
assert db.find_fixed_points(model.system.with_parameters(mu=3), box=model.box)[0].kind is db.Kind.UNSTABLE_NODE

# %%
# Relaxation: what remains of the period after (3 - 2 ln 2) mu and the logarithm, times mu^(1/3), tends to 3 alpha.
alpha = 2.33810741
for mu in (10, 30):
    rest = measured[mu][0] - (3 - 2 * np.log(2)) * mu + 2 * np.log(mu) / (3 * mu)
    coefficient = rest * mu ** (1 / 3)
    print(f"mu = {mu}: coefficient {coefficient:.3f}; 2 alpha = {2 * alpha:.3f}, 3 alpha = {3 * alpha:.3f}")
    assert abs(coefficient - 3 * alpha) < 2 * mu ** (-2 / 3) < abs(coefficient - 2 * alpha)

# %%
# The same cycle, as a function of time: nearly a sine, then slow creeping and fast jumps.
figure = Figure(figsize=(6.4, 4.4), layout="constrained")
for ax, mu in zip(figure.subplots(2, 1), (0.1, 10), strict=True):
    start = [measured[mu][1], 0.0]
    orbit = db.integrate(model.system.with_parameters(mu=mu), start, 3 * measured[mu][0], method="LSODA")
    ax.plot(orbit.t, orbit.x[:, 0], color="#332288")
    ax.set(ylabel="x", title=f"mu = {mu}")
ax.set_xlabel("time")
