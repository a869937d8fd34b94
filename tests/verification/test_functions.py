"""Every function of the vocabulary encloses its values and its slopes, and says where it is not defined."""

from __future__ import annotations

import random

import mpmath
import pytest
from flint import arb, ctx, fmpq

from dynbench.verification.enclosure import EMPTY, WHOLE, Enclosure, hull, meet
from dynbench.verification.functions import FUNCTIONS, power, signed_root

MP = {
    **{name: getattr(mpmath, name) for name in ("sin", "cos", "tan", "exp", "log", "sinh", "cosh", "tanh", "erf")},
    **{name: getattr(mpmath, name) for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh", "sign")},
    "Abs": abs,
    "Heaviside": lambda x: (mpmath.sign(x) + 1) / 2,
}


def interval(a, b):
    return Enclosure(arb(min(a, b)), arb(max(a, b)))


def holds(enclosure, value, accuracy="1e-30"):
    """Whether the enclosure meets a ball around a value that mpmath computed to 40 digits."""
    near = arb(mpmath.nstr(value, 40), accuracy)
    return not near < enclosure.lo and not near > enclosure.hi


def samples(seed, count, low=-8.0, high=8.0):
    """Intervals with points in them; some are short, some hold their ends, integers or 0."""
    stream = random.Random(seed)
    for k in range(count):
        a, b = (stream.choice([stream.uniform(low, high), float(stream.randint(-3, 3))]) for _ in range(2))
        if k % 3 == 0:
            b = a + stream.uniform(0, 0.1)
        a, b = min(a, b), max(a, b)
        yield a, b, stream.choice([a, b, min(max(a + stream.random() * (b - a), a), b)])


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_values_and_slopes_are_enclosed(name):
    function, slope = FUNCTIONS[name]
    met = 0
    with ctx.workprec(128), mpmath.workdps(40):
        for a, b, x in samples(1, 150):
            if name in ("asin", "acos", "atanh"):
                a, b, x = a / 4, b / 4, x / 4
            exact = mpmath.mpf(x)
            outside = (name in ("asin", "acos") and abs(x) > 1) or (name == "atanh" and abs(x) >= 1)
            if outside or (name == "log" and x <= 0) or (name == "acosh" and x < 1):
                continue
            met += 1
            assert holds(function(interval(a, b)), MP[name](exact)), (a, b, x)
            edge = name in ("asin", "acos", "acosh", "Abs") and (abs(x) == 1 or x == 0)
            if slope is not None and not edge:
                derivative = mpmath.diff(MP[name], exact, h=mpmath.mpf(10) ** -12)
                size = max(1, abs(derivative)) ** 3
                assert holds(slope(interval(a, b)), derivative, mpmath.nstr(size * mpmath.mpf("1e-8"), 5)), (a, b, x)
    assert met > 20


@pytest.mark.parametrize("exponent", [fmpq(p, q) for q in (1, 2, 3) for p in (-5, -2, -1, 0, 1, 2, 4)], ids=str)
def test_powers_are_enclosed(exponent):
    with ctx.workprec(128), mpmath.workdps(40):
        for a, b, x in samples(2, 60):
            if (x < 0 and exponent.q != 1) or (x == 0 and exponent <= 0):
                continue
            value = mpmath.mpf(x) ** (mpmath.mpf(int(exponent.p)) / int(exponent.q))
            assert holds(power(interval(a, b), exponent), value, mpmath.nstr(abs(value) * mpmath.mpf("1e-30"), 5))


def test_arithmetic_is_enclosed():
    with ctx.workprec(256):
        for (a, b, x), (c, d, y) in zip(samples(3, 300), samples(4, 300), strict=True):
            first, second = interval(a, b), interval(c, d)
            for enclosure, value in (
                (first + second, arb(x) + arb(y)),
                (first - second, arb(x) - arb(y)),
                (first * second, arb(x) * arb(y)),
                (hull(first, second), arb(x)),
                (first.magnitude(), abs(arb(x))),
            ):
                assert enclosure.lo <= value <= enclosure.hi
            if y:
                inverse = second.reciprocal()
                assert not inverse.lo > 1 / arb(y)
                assert not inverse.hi < 1 / arb(y)


def test_ranges_are_tight():
    with ctx.workprec(128):
        sine = FUNCTIONS["sin"][0](interval(0, 3))
        assert sine.hi == 1
        assert abs(float(sine.lo)) < 1e-16
        square = power(interval(-2, 1), fmpq(2))
        assert (float(square.lo), float(square.hi)) == (0.0, 4.0)
        assert float(FUNCTIONS["tanh"][0](WHOLE).hi) == 1.0
        assert FUNCTIONS["cos"][0](interval(-100, 100)).lo == -1


def test_domains_are_left_openly():
    with ctx.workprec(128):
        log = FUNCTIONS["log"][0]
        assert log(interval(-2, -1)) is EMPTY
        assert log(interval(-1, 0)) is EMPTY
        assert not log(interval(-1, 1)).continuous
        assert log(interval(1, 2)).continuous
        assert not power(interval(-1, 1), fmpq(1, 2)).continuous
        assert power(interval(0, 1), fmpq(1, 2)).continuous
        assert not FUNCTIONS["tan"][0](interval(1, 2)).continuous
        assert not FUNCTIONS["sign"][0](interval(-1, 1)).continuous
        assert signed_root(interval(-8, 8), fmpq(1, 3)).continuous
        assert not interval(-1, 1).reciprocal().continuous
        assert meet(interval(0, 1), interval(2, 3)) is EMPTY
        assert (EMPTY * interval(0, 0)) is EMPTY
