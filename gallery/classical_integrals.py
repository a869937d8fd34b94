"""
Classical integrals: found from the equations alone, and proved
===============================================================

The first integrals of textbooks, each of them derived here by ``system.invariants()`` from the equations of motion and
from nothing else: no symmetry, no Hamiltonian and no Lax pair is given.

* Euler's rigid body: energy and angular momentum (Arnold, *Mathematical Methods of Classical Mechanics*, section 29).
* Three particles of Toda's chain: momentum, energy, and the cubic integral that Henon found (Phys. Rev. B 9, 1974).
* Kepler: energy, angular momentum, and the vector of Laplace, Runge and Lenz.
* Lotka and Volterra: n species with skew interactions (Volterra 1931).
* SIR: the total, and the logarithm of Kermack and McKendrick (1927).
* Henon and Heiles (Astron. J. 69, 1964): the energy. A second integral is not found, and that is no proof that there is
  none: ``scope`` says what was searched. With one sign reversed a second one is found.

Each record keeps the identities that prove it, and here each is tested once more, in 30 digits at a random point.
"""

# %%
# A test that owes nothing to the search: grad H . F at random rational points where the assumptions hold.
import time

import numpy as np
import sympy as sp
from matplotlib.figure import Figure

import dynbench as db

rng = np.random.default_rng(7)


def find(name, system):
    """Find, print, and test what is conserved."""
    start = time.process_time()
    found = system.invariants()
    print(f"{name}: {len(found)} found in {time.process_time() - start:.2f} CPU s")
    for invariant in found:
        print(f"    {invariant.expression}")
        assert invariant.proof.identities
        symbols = sorted(
            invariant.expression.free_symbols | set(system.states) | set(system.parameter_symbols), key=str
        )
        point = {s: sp.Rational(int(rng.integers(1, 4000)), 1009) for s in symbols}
        assert all(a.subs(point) == True for a in invariant.assumptions)  # noqa: E712 (SymPy's true)
        pairs = zip(system.states, system.rhs, strict=True)
        terms = [sp.N((invariant.expression.diff(x) * f).subs(point), 50) for x, f in pairs]
        assert abs(sum(terms)) < 1e-30 * (1 + sum(map(abs, terms)))
    return found


def depends(function, found, system):
    """Whether a function is one of those found, at a generic point."""
    point = {s: sp.Rational(k * k + 3, 2 * k + 5) for k, s in enumerate([*system.states, *system.parameter_symbols])}
    rows = [
        [sp.N(h.diff(x).subs(point), 40) for x in system.states] for h in (*(i.expression for i in found), function)
    ]
    singular = np.linalg.svd(np.array(rows, dtype=float), compute_uv=False)
    assert len(rows) <= len(system.states)  # with more rows than states the answer would mean nothing
    return singular[-1] < 1e-12 * singular[0]


# %%
# Euler's rigid body, by its angular momentum m in the body, with inverse moments of inertia a, b, c. The two integrals
# are :math:`|m|^2` and the energy.
body = db.ODE({"m1": "(c - b)*m2*m3", "m2": "(a - c)*m3*m1", "m3": "(b - a)*m1*m2"}, ["a", "b", "c"])
found = find("rigid body", body)
m = sp.Matrix(body.states)
a, b, c = sp.symbols("a b c")
assert len(found) == 2
assert depends(m.dot(m), found, body)
assert depends(a * m[0] ** 2 + b * m[1] ** 2 + c * m[2] ** 2, found, body)

# %%
# So an orbit is where a sphere and an ellipsoid meet: a polhode. Those about the axes of the largest and of the
# smallest moment are closed curves; through the middle axis passes the separatrix, and rotation about it is unstable.
top = body.with_parameters(a=1, b=sp.Rational(1, 2), c=sp.Rational(1, 4))
slopes = np.radians([8, 20, 32, 44])
times = np.linspace(0, 90, 6001)
# On m2 = 0 the separatrix has the energy of the middle axis: cos^2 + sin^2/4 = 1/2.
middle = np.arccos(np.sqrt(1 / 3))
curves = {
    "about the smallest moment": ("#332288", slopes),
    "about the largest moment": ("#117733", np.radians([62, 70, 78, 86])),
    "separatrix": ("#CC3311", [middle]),
}
view = np.radians([22, 52])  # elevation and azimuth
towards = np.array([np.cos(view[0]) * np.cos(view[1]), np.cos(view[0]) * np.sin(view[1]), np.sin(view[0])])
figure = Figure(figsize=(6.4, 5.6), layout="constrained")
ax = figure.add_subplot(projection="3d", proj_type="ortho", computed_zorder=False)
u, v = np.meshgrid(np.linspace(0, 2 * np.pi, 60), np.linspace(0, np.pi, 30))
ax.plot_surface(np.cos(u) * np.sin(v), np.sin(u) * np.sin(v), np.cos(v), color="0.95", shade=False, zorder=0)
worst = 0.0
for label, (colour, angles) in curves.items():
    for angle in angles:
        for signs in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
            start = [signs[0] * np.cos(angle), 0.0, signs[1] * np.sin(angle)]
            x = db.integrate(top, start, times, rtol=1e-11, atol=1e-12).x
            energy = x**2 @ [1, 0.5, 0.25]
            worst = max(worst, np.ptp(energy), np.ptp((x**2).sum(axis=1)))
            both = np.concatenate([x[:0:-1] * [1, -1, 1], x])  # time backwards is a mirror image
            seen = np.where((both @ towards > 0)[:, None], 1.005 * both, np.nan)  # not the far side of the sphere
            ax.plot(*seen.T, color=colour, lw=1.2, label=label, zorder=2)
            label = None
for axis, (name, shape) in enumerate((("m1", "smallest"), ("m2", "middle"), ("m3", "largest"))):
    arrow, gap = np.zeros((2, 3)), " " if name == "m3" else "\n"
    arrow[:, axis] = 1, (1.5, 1.75, 1.25)[axis]
    ax.plot(*arrow.T, color="0.4", lw=1, zorder=3)
    ax.text(
        *((1.15, 1.06, 1.06)[axis] * arrow[1]),
        f"{name}:{gap}{shape}{gap}moment",
        fontsize="small",
        color="0.2",
        ha="center",
        zorder=4,
    )
ax.view_init(*np.degrees(view))
ax.set(box_aspect=(1, 1, 1), xlim=(-0.8, 0.8), ylim=(-0.8, 0.8), zlim=(-0.8, 0.8))
ax.set_title("Polhodes: a free rigid body on the sphere of its angular momentum")
ax.set_axis_off()
figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize="small")
print(f"along all orbits energy and |m|^2 vary by {worst:.1e}")
assert worst < 1e-8

# %%
# Toda: forces exp(q - q') between neighbours. The third integral is cubic in the momenta, with products of momenta and
# exponentials.
toda = db.ODE(
    {
        **{"q1": "p1", "q2": "p2", "q3": "p3"},
        **{"p1": "-exp(q1 - q2)", "p2": "exp(q1 - q2) - exp(q2 - q3)", "p3": "exp(q2 - q3)"},
    }
)
found = find("Toda, three particles", toda)
q1, q2, q3, p1, p2, p3 = toda.states
near, far = sp.exp(q1 - q2), sp.exp(q2 - q3)
assert len(found) == 3
assert depends((p1**3 + p2**3 + p3**3) / 3 + (p1 + p2) * near + (p2 + p3) * far, found, toda)

# %%
# Kepler, in the plane: four states and three integrals, so that orbits are closed curves. The first component of the
# vector of Laplace, Runge and Lenz is found; the second is a function of the three.
kepler = db.ODE({"x": "u", "y": "v", "u": "-k*x/(x^2 + y^2)^(3/2)", "v": "-k*y/(x^2 + y^2)^(3/2)"}, ["k"])
found = find("Kepler", kepler)
x, y, u, v = kepler.states
k = kepler.parameter_symbols[0]
assert len(found) == 3
r, momentum = sp.sqrt(x**2 + y**2), x * v - y * u
for known in ((u**2 + v**2) / 2 - k / r, momentum, v * momentum - k * x / r, -u * momentum - k * y / r):
    assert depends(known, found, kepler)

# %%
# n species whose gains are one another's losses: x_i' = x_i sum_j A_ij (x_j - 1), A skew. Conserved is
# sum (x_i - log x_i), whatever A; for odd n A has a kernel, and a product of powers is conserved too.
for n in (2, 3, 4, 5):
    names = [f"x{i + 1}" for i in range(n)]
    weights = np.triu(rng.integers(1, 6, size=(n, n)), 1)
    weights = (weights - weights.T).tolist()
    rates = [" + ".join(f"({w})*({name} - 1)" for w, name in zip(row, names, strict=True)) for row in weights]
    species = db.ODE({name: f"{name}*({rate})" for name, rate in zip(names, rates, strict=True)})
    found = find(f"Lotka-Volterra, {n} species", species)
    assert len(found) == 1 + n % 2
    assert depends(sum(s - sp.log(s) for s in species.states), found, species)

# %%
# SIR without births: the total is conserved, and so is Kermack and McKendrick's b (S + I) - g log S.
sir = db.ODE({"S": "-b*S*I", "I": "b*S*I - g*I", "R": "g*I"}, ["b", "g"])
found = find("SIR", sir)
S, I, R = sir.states  # noqa: E741 (the letters that epidemiology uses)
b, g = sir.parameter_symbols
assert {i.expression for i in found} == {S + I + R, b * S + b * I - g * sp.log(S)}
assert {assumption for i in found for assumption in i.assumptions} == {S > 0}

# %%
# Henon and Heiles: the energy, and nothing else within what was searched. With + y^3/3 in place of - y^3/3 in the
# potential the system separates in x + y and x - y, and a second integral is found.
for sign, count in ((1, 1), (-1, 2)):
    galaxy = db.ODE({"x": "u", "y": "v", "u": "-x - 2*x*y", "v": f"-y - x^2 + ({sign})*y^2"})
    found = find(f"Henon-Heiles, potential x^2 y - ({sign}) y^3/3", galaxy)
    assert len(found) == count
    assert not found.stopped
print(f"sought: {found.scope}")
