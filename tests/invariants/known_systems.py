"""The systems of the table of invariants: equations, parameters, what is known, and how many there are.

The data of `test_table.py`, of tests of the search, and of `benchmarks/invariants.py`. Sources: textbooks of mechanics
for those with an energy; M. Toda 1967 and M. Henon 1974 for the chain of three; J. Moser 1975 for inverse squares;
R. M. May, W. J. Leonard 1975 for their special case; the rest is checked by hand.
"""

from __future__ import annotations

import sympy as sp

#: Name: equations, parameters, what must be found (up to functions of it), how many are found.
KNOWN: dict[str, tuple[dict[str, str], object, list[str], int]] = {
    "oscillator": ({"x": "v", "v": "-w^2*x"}, ["w"], ["w**2*x**2 + v**2"], 1),
    "Duffing": ({"x": "v", "v": "x - x^3"}, None, ["v**2/2 - x**2/2 + x**4/4"], 1),
    "sixth degree": ({"x": "v", "v": "x - x^5"}, None, ["v**2/2 - x**2/2 + x**6/6"], 1),
    "pendulum": ({"q": "p", "p": "-k*sin(q)"}, ["k"], ["p**2/2 - k*cos(q)"], 1),
    "Lotka-Volterra": (
        {"x": "a*x - b*x*y", "y": "d*x*y - c*y"},
        ["a", "b", "c", "d"],
        ["d*x - c*log(x) + b*y - a*log(y)"],
        1,
    ),
    "rigid body": (
        {"p": "(I2 - I3)/I1*q*r", "q": "(I3 - I1)/I2*r*p", "r": "(I1 - I2)/I3*p*q"},
        ["I1", "I2", "I3"],
        ["I1*p**2 + I2*q**2 + I3*r**2", "I1**2*p**2 + I2**2*q**2 + I3**2*r**2"],
        2,
    ),
    "skew tanh 2": ({"x": "w*tanh(y)", "y": "-w*tanh(x)"}, ["w"], ["log(cosh(x)) + log(cosh(y))"], 1),
    "skew tanh 3": (
        {"x": "a*tanh(y) + b*tanh(z)", "y": "-a*tanh(x) + c*tanh(z)", "z": "-b*tanh(x) - c*tanh(y)"},
        ["a", "b", "c"],
        ["log(cosh(x)) + log(cosh(y)) + log(cosh(z))", "c*x - b*y + a*z"],
        2,
    ),
    "SIR": ({"s": "-b*s*i", "i": "b*s*i - g*i"}, ["b", "g"], ["b*s + b*i - g*log(s)"], 1),
    "SIR, three classes": (
        {"s": "-b*s*i", "i": "b*s*i - g*i", "r": "g*i"},
        {"b": 0.3, "g": 0.1},
        ["s + i + r", "b*s + b*i - g*log(s)"],
        2,
    ),
    "Morse": ({"x": "v", "v": "-2*(exp(-x) - exp(-2*x))"}, None, ["v**2/2 - 2*exp(-x) + exp(-2*x)"], 1),
    "Toda, two particles": (
        {"x": "u", "y": "v", "u": "-exp(x - y)", "v": "exp(x - y)"},
        None,
        ["u + v", "u**2/2 + v**2/2 + exp(x - y)"],
        2,
    ),
    "radial Kepler": ({"x": "v", "v": "-k/x^2 + l^2/x^3"}, ["k", "l"], ["v**2/2 - k/x + l**2/(2*x**2)"], 1),
    "softened Kepler": (
        {"x": "u", "y": "v", "u": "-x/(1 + x^2 + y^2)^(3/2)", "v": "-y/(1 + x^2 + y^2)^(3/2)"},
        None,
        ["u**2/2 + v**2/2 - 1/sqrt(1 + x**2 + y**2)", "x*v - y*u"],
        2,
    ),
    "rotating hoop": (
        {"q": "p", "p": "sin(q)*(w*cos(q) - g)"},
        ["w", "g"],
        ["p**2/2 + w*cos(q)**2/2 - g*cos(q)"],
        1,
    ),
    "logistic pair": (
        {"x": "1/(1 + exp(-y)) - 1/2", "y": "c - 1/(1 + exp(-x))"},
        ["c"],
        ["log(1 + exp(x)) + log(1 + exp(y)) - c*x - y/2"],
        1,
    ),
    "Henon-Heiles": (
        {"x": "u", "y": "v", "u": "-x - 2*x*y", "v": "-y - x^2 + y^2"},
        None,
        ["u**2/2 + v**2/2 + x**2/2 + y**2/2 + x**2*y - y**3/3"],
        1,
    ),
    "slope with a kink": ({"x": "y*Abs(x + 1)", "y": "-x*Abs(x + 1)"}, None, ["x**2 + y**2"], 1),
    "at rest": ({"x": "0", "y": "0"}, None, ["x", "y"], 2),
    "Kepler, plane": (
        {"x": "u", "y": "v", "u": "-k*x/(x^2 + y^2)^(3/2)", "v": "-k*y/(x^2 + y^2)^(3/2)"},
        ["k"],
        ["u**2/2 + v**2/2 - k/sqrt(x**2 + y**2)", "x*v - y*u", "(x*v - y*u)*v - k*x/sqrt(x**2 + y**2)"],
        3,
    ),
    "Kepler, space": (
        {
            **{"x": "u", "y": "v", "z": "w", "u": "-x/(x^2 + y^2 + z^2)^(3/2)"},
            **{"v": "-y/(x^2 + y^2 + z^2)^(3/2)", "w": "-z/(x^2 + y^2 + z^2)^(3/2)"},
        },
        None,
        [
            "u**2/2 + v**2/2 + w**2/2 - 1/sqrt(x**2 + y**2 + z**2)",
            *("x*v - y*u", "y*w - z*v", "z*u - x*w"),
            "v*(x*v - y*u) - w*(z*u - x*w) - x/sqrt(x**2 + y**2 + z**2)",
        ],
        5,
    ),
    "Toda, open chain of three": (
        {
            **{"a": "u", "b": "v", "c": "w"},
            **{"u": "-exp(a - b)", "v": "exp(a - b) - exp(b - c)", "w": "exp(b - c)"},
        },
        None,
        [
            *("u + v + w", "u**2/2 + v**2/2 + w**2/2 + exp(a - b) + exp(b - c)"),
            "(u**3 + v**3 + w**3)/3 + (u + v)*exp(a - b) + (v + w)*exp(b - c)",
        ],
        3,
    ),
    "Toda, ring of three": (
        {
            **{"a": "u", "b": "v", "c": "w", "u": "exp(c - a) - exp(a - b)"},
            **{"v": "exp(a - b) - exp(b - c)", "w": "exp(b - c) - exp(c - a)"},
        },
        None,
        [
            *("u + v + w", "u**2/2 + v**2/2 + w**2/2 + exp(a - b) + exp(b - c) + exp(c - a)"),
            "(u**3 + v**3 + w**3)/3 + (u + v)*exp(a - b) + (v + w)*exp(b - c) + (w + u)*exp(c - a)",
        ],
        3,
    ),
    "Calogero and Moser, two particles": (
        {"x": "u", "y": "v", "u": "2*g/(x - y)^3", "v": "-2*g/(x - y)^3"},
        ["g"],
        ["u + v", "u**2/2 + v**2/2 + g/(x - y)**2", "(x*v - y*u)**2 + 4*g*x*y/(x - y)**2"],
        3,
    ),
    "Lotka-Volterra, cycle of three": (
        {"x": "x*(a*y - b*z)", "y": "y*(c*z - a*x)", "z": "z*(b*x - c*y)"},
        ["a", "b", "c"],
        ["x + y + z", "c*log(x) + b*log(y) + a*log(z)"],
        2,
    ),
    "Lotka-Volterra, four species": (
        {"x": "x*(y + z - 2*w)", "y": "y*(3*z - x + w)", "z": "z*(4*w - x - 3*y)", "w": "w*(2*x - y - 4*z)"},
        None,
        ["x + y + z + w"],
        1,
    ),
    "Lotka-Volterra, four species at balance": (
        {
            **{"x": "x*(y - 1 + z - 1)", "y": "y*(1 - x + w - 1)"},
            **{"z": "z*(1 - x + 2*w - 2)", "w": "w*(1 - y + 2 - 2*z)"},
        },
        None,
        ["x + y + z + w - log(x*y*z*w)"],
        1,
    ),
    "Volterra chain of five": (
        {"a": "a*b", "b": "b*(c - a)", "c": "c*(d - b)", "d": "d*(e - c)", "e": "-e*d"},
        None,
        ["a + b + c + d + e", "a*c + a*d + a*e + b*d + b*e + c*e", "a*c*e"],
        3,
    ),
    "three species in a ring": (
        {"x": "x*(y - z)", "y": "y*(z - x)", "z": "z*(x - y)"},
        None,
        ["x*y*z", "x + y + z"],
        2,
    ),
    "May and Leonard, a + b = 2": (
        {"x": "x*(1 - x - a*y - b*z)", "y": "y*(1 - b*x - y - a*z)", "z": "z*(1 - a*x - b*y - z)"},
        {"a": 0.5, "b": 1.5},
        ["x*y*z/(x + y + z)**3"],
        1,
    ),
    "node": ({"x": "a*x", "y": "b*y"}, ["a", "b"], ["b*log(x) - a*log(y)"], 1),
    "node of one direction": ({"x": "a*x + y", "y": "a*y"}, ["a"], ["log(y) - a*x/y"], 1),
    "saddle and a line": (
        {"x": "y", "y": "2*x", "z": "3*z"},
        None,
        ["2*x**2 - y**2", "2*sqrt(2)*log(z) - 3*log((sqrt(2)*x + y)/(sqrt(2)*x - y))"],
        2,
    ),
    "four invariant lines": (
        {"x": "x^2 - a^2", "y": "(x - b)*y"},
        ["a", "b"],
        ["(a - b)*log(a - x) + (a + b)*log(a + x) - 2*a*log(y)"],
        1,
    ),
    "circles through a point": ({"x": "x^2 - y^2", "y": "2*x*y"}, None, ["y/(x**2 + y**2)"], 1),
    "hyperbolas through a point": ({"x": "x^2 + y^2", "y": "2*x*y"}, None, ["y/(x**2 - y**2)"], 1),
    "integrating factor": (
        {"x": "2*y*(1 + x)", "y": "-x - 3*x^2 + y^2"},
        None,
        ["3*x + y**2/(x + 1) - 5*log(x + 1) - 2/(x + 1)"],
        1,
    ),
    "exponential factor": ({"x": "x*(1 - x)", "y": "y*(1 - x) + x^2"}, None, ["log(x - 1) + y/x"], 1),
    "damped top": (
        {"x": "y*z - x", "y": "-2*x*z - y", "z": "x*y - z"},
        None,
        ["(x**2 - z**2)/(2*x**2 + y**2)"],
        1,
    ),
    "three waves": (
        {"x": "a*y*z", "y": "b*x*z", "z": "c*x*y"},
        ["a", "b", "c"],
        ["b*x**2 - a*y**2", "c*y**2 - b*z**2"],
        2,
    ),
    "spinning ball in a field": (
        {"x": "y*w - z*v", "y": "z*u - x*w", "z": "x*v - y*u", "u": "-g*y", "v": "g*x", "w": "0"},
        ["g"],
        ["w", "x**2 + y**2 + z**2", "x*u + y*v + z*w", "u**2 + v**2 + w**2 - 2*g*z"],
        4,
    ),
}

#: Name: equations, parameters. Nothing is found in them, and nothing may be.
NONE: dict[str, tuple[dict[str, str], object]] = {
    "van der Pol": ({"x": "y", "y": "m*(1 - x^2)*y - x"}, {"m": 1.5}),
    "Lorenz": (
        {"x": "s*(y - x)", "y": "x*(r - z) - y", "z": "x*y - b*z"},
        {"s": 10, "r": 28, "b": sp.Rational(8, 3)},
    ),
    "damped pendulum": ({"q": "p", "p": "-sin(q) - d*p"}, {"d": 0.1}),
    "Roessler": ({"x": "-y - z", "y": "x + a*y", "z": "b + z*(x - c)"}, {"a": 0.2, "b": 0.2, "c": 5.7}),
    "Jang": ({"x": "(1 - x^2)*y", "y": "x/2 - y"}, None),
    "one state": ({"x": "x - x^3"}, None),
    # What is constant along their orbits up to jumps, log r minus a multiple of the angle, is no function of the state.
    "focus": ({"x": "x - y", "y": "x + y"}, None),
    "damped oscillator": ({"x": "v", "v": "-x - v/2"}, None),
    "normal form of Hopf": ({"x": "x - y - x*(x^2 + y^2)", "y": "x + y - y*(x^2 + y^2)"}, None),
    "source that turns": ({"x": "(x - y)/(x^2 + y^2)", "y": "(x + y)/(x^2 + y^2)"}, None),
    "cubic Chua": ({"x": "a*(y - x^3 + x/7)", "y": "x - y + z", "z": "-b*y"}, {"a": 9.5, "b": 14}),
    "Thomas": ({"x": "sin(y) - b*x", "y": "sin(z) - b*y", "z": "sin(x) - b*z"}, {"b": 0.208186}),
    "Brusselator": ({"x": "a + x^2*y - (b + 1)*x", "y": "b*x - x^2*y"}, {"a": 1, "b": 3}),
    "FitzHugh-Nagumo": ({"v": "v - v^3/3 - w + i", "w": "(v + a - b*w)/t"}, {"i": 0.5, "a": 0.7, "b": 0.8, "t": 12.5}),
    "damped Duffing": ({"x": "v", "v": "x - x^3 - d*v"}, {"d": 0.25}),
    "Sel'kov": ({"x": "-x + a*y + x^2*y", "y": "b - a*y - x^2*y"}, {"a": 0.08, "b": 0.6}),
    "May and Leonard": (
        {"x": "x*(1 - x - a*y - b*z)", "y": "y*(1 - b*x - y - a*z)", "z": "z*(1 - a*x - b*y - z)"},
        {"a": 0.8, "b": 1.3},
    ),
    "Lorenz 1984": (
        {"x": "-y^2 - z^2 - a*x + a*f", "y": "x*y - b*x*z - y + g", "z": "b*x*y + x*z - z"},
        {"a": 0.25, "b": 4, "f": 8, "g": 1},
    ),
    "Chen": ({"x": "a*(y - x)", "y": "(c - a)*x - x*z + c*y", "z": "x*y - b*z"}, {"a": 35, "b": 3, "c": 28}),
    "Nose-Hoover": ({"x": "y", "y": "-x - y*z", "z": "y^2 - 1"}, None),
    "Halphen": ({"x": "y*z - x*(y + z)", "y": "x*z - y*(x + z)", "z": "x*y - z*(x + y)"}, None),
    "Hindmarsh-Rose": (
        {"x": "y - x^3 + 3*x^2 - z + i", "y": "1 - 5*x^2 - y", "z": "r*(4*(x + 8/5) - z)"},
        {"i": 2, "r": 0.001},
    ),
}
