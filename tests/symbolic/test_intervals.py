"""Interval arithmetic against python-flint's balls: containment, marks, tightness, special values."""

from __future__ import annotations

import math
import operator
import pickle

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.errors import InputError
from dynbench.symbolic import intervals as iv
from dynbench.symbolic.intervals import Interval

INF = math.inf


@pytest.fixture(autouse=True)
def _precision():
    working = ctx.prec
    ctx.prec = 300
    yield
    ctx.prec = working


def floats(limit=1e300):
    small = st.floats(-4, 4)
    return st.one_of(small, st.integers(-5, 5).map(float), st.floats(-limit, limit))


@st.composite
def interval_and_point(draw, elements=None, widest=10.0):
    """A random interval and a random double in it."""
    lo = draw(floats() if elements is None else elements)
    width = draw(st.one_of(st.just(0.0), st.floats(0, 1e-6), st.floats(0, widest)))
    hi = lo + width
    t = draw(st.floats(0, 1))
    return Interval(lo, hi), min(max(lo + t * (hi - lo), lo), hi)


def outside(value: arb, enclosure: Interval) -> bool:
    """True where `value` is proved to lie outside."""
    lo, hi = float(enclosure.lo), float(enclosure.hi)
    return bool(value < arb(lo)) or bool(value > arb(hi))


# name, exact function, is a double in the domain
UNARY = {
    "sin": (arb.sin, lambda x: True),
    "cos": (arb.cos, lambda x: True),
    "tan": (arb.tan, lambda x: True),
    "asin": (arb.asin, lambda x: abs(x) <= 1),
    "acos": (arb.acos, lambda x: abs(x) <= 1),
    "atan": (arb.atan, lambda x: True),
    "sinh": (arb.sinh, lambda x: True),
    "cosh": (arb.cosh, lambda x: True),
    "tanh": (arb.tanh, lambda x: True),
    "asinh": (arb.asinh, lambda x: True),
    "acosh": (arb.acosh, lambda x: x >= 1),
    "atanh": (arb.atanh, lambda x: abs(x) < 1),
    "exp": (arb.exp, lambda x: True),
    "log": (arb.log, lambda x: x > 0),
    "sqrt": (arb.sqrt, lambda x: x >= 0),
    "erf": (arb.erf, lambda x: True),
    "absolute": (lambda x: abs(x), lambda x: True),
}


@pytest.mark.parametrize("name", UNARY)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_functions_contain_the_exact_value(name, data):
    exact, in_domain = UNARY[name]
    limit = 800.0 if name in ("exp", "sinh", "cosh") else 1e300
    box, point = data.draw(interval_and_point(floats(limit)))
    enclosure = getattr(iv, name)(box)
    assert not np.isnan(enclosure.lo)
    assert not np.isnan(enclosure.hi)
    assert enclosure.lo <= enclosure.hi
    if in_domain(point):
        assert not enclosure.empty
        assert not outside(exact(arb(point)), enclosure)
    else:
        assert not enclosure.defined


BINARY = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


@pytest.mark.parametrize("name", BINARY)
@given(first=interval_and_point(), second=interval_and_point())
@settings(max_examples=300, deadline=None)
def test_arithmetic_contains_the_exact_value(name, first, second):
    (a, x), (b, y) = first, second
    enclosure = BINARY[name](a, b)
    assert not np.isnan(enclosure.lo)
    assert not np.isnan(enclosure.hi)
    if name == "/" and y == 0:
        assert not enclosure.defined
    else:
        assert not outside(BINARY[name](arb(x), arb(y)), enclosure)


@given(data=st.data(), exponent=st.integers(-30, 30))
@settings(max_examples=300, deadline=None)
def test_integer_powers_contain_the_exact_value(data, exponent):
    box, point = data.draw(interval_and_point(floats(1e40)))
    enclosure = box**exponent
    assert not np.isnan(enclosure.lo)
    assert not np.isnan(enclosure.hi)
    if point != 0 or exponent >= 0:
        exact = arb(1)
        for _ in range(abs(exponent)):
            exact *= arb(point)
        assert not outside(exact if exponent >= 0 else 1 / exact, enclosure)
    if exponent > 0 and exponent % 2 == 0:
        assert enclosure.lo >= 0


@given(base=interval_and_point(st.floats(-2, 1e6)), exponent=interval_and_point(st.floats(-20, 20)))
@settings(max_examples=300, deadline=None)
def test_real_powers_contain_the_exact_value(base, exponent):
    (a, x), (b, y) = base, exponent
    enclosure = iv.power(a, b)
    assert not np.isnan(enclosure.lo)
    assert not np.isnan(enclosure.hi)
    if x > 0:
        assert not outside((arb(y) * arb(x).log()).exp(), enclosure)
    elif x < 0 or y < 0:
        assert not enclosure.defined or float(y).is_integer()
    if x < 0 and y.is_integer():
        assert not outside(arb(x) ** int(y), enclosure)


@given(first=interval_and_point(), second=interval_and_point())
@settings(max_examples=200, deadline=None)
def test_extrema_signs_and_conditions_contain_the_exact_value(first, second):
    (a, x), (b, y) = first, second
    cases = {
        iv.maximum(a, b): max(x, y),
        iv.minimum(a, b): min(x, y),
        iv.sign(a): math.copysign(1.0, x) if x else 0.0,
        iv.heaviside(a): float(x > 0),
        a.hull(b): x,
        b.hull(a): x,
        iv.piecewise(((iv.less(a, b), a), (iv.logical_not(iv.less(a, 1.0)), 2.0), (True, b))): (
            x if x < y else 2.0 if x >= 1 else y
        ),
    }
    for enclosure, value in cases.items():
        assert enclosure.lo <= value <= enclosure.hi
    for known, truth in (
        (iv.less(a, b), x < y),
        (iv.less_equal(a, b), x <= y),
        (iv.equal(a, b), x == y),
        (iv.not_equal(a, b), x != y),
        (iv.logical_and(iv.less(a, b), iv.less(0, a)), x < y and x > 0),
        (iv.logical_or(iv.less(a, b), iv.less(0, a)), x < y or x > 0),
    ):
        assert known.possible or not truth
        assert truth or not known.certain


@pytest.mark.parametrize("name", UNARY)
def test_thin_intervals_stay_thin(name):
    exact, in_domain = UNARY[name]
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.uniform(-5, 5, 150), rng.uniform(-1, 1, 50), 10.0 ** rng.uniform(-8, 2, 50)])
    points = np.array([x for x in points if in_domain(x)])
    enclosure = getattr(iv, name)(Interval(points))
    assert enclosure.defined.all()
    for i, x in enumerate(points):
        value = exact(arb(x))
        assert not outside(value, enclosure[i])
        assert enclosure.hi[i] - enclosure.lo[i] <= 12 * 2.0**-52 * abs(float(value.mid()))


@pytest.mark.parametrize("name", BINARY)
def test_arithmetic_is_tight(name):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=200), rng.normal(size=200)
    result = BINARY[name](Interval(x), Interval(y))
    nearest = BINARY[name](x, y)
    assert (result.hi - result.lo <= 4 * np.spacing(np.abs(nearest))).all()
    assert (result.lo < nearest).all()
    assert (result.hi > nearest).all()


@pytest.mark.parametrize("name", [*UNARY, "power_int", "heaviside", "sign"])
def test_inclusion_is_monotone_up_to_rounding(name):
    rng = np.random.default_rng(2)
    lo = rng.uniform(-3, 3, 500)
    hi = lo + 10.0 ** rng.uniform(-9, 1, 500)
    inner = Interval(lo + 0.2 * (hi - lo), hi - 0.2 * (hi - lo))
    function = getattr(iv, name) if name != "power_int" else lambda x: iv.power_int(x, 4)
    small, large = function(inner), function(Interval(lo, hi))
    keep = ~small.empty
    slack = 1e-14 * (1 + np.where(np.isfinite(small.mag), small.mag, 0))
    assert (large.lo[keep] <= (small.lo + slack)[keep]).all()
    assert (large.hi[keep] >= (small.hi - slack)[keep]).all()
    assert not (small.defined < large.defined).any()


def test_large_batches_agree_with_balls_at_every_magnitude():
    rng = np.random.default_rng(3)
    x = rng.choice([-1, 1], 400) * 10.0 ** rng.uniform(-320, 300, 400)
    for name in ("sin", "cos", "tan", "atan", "tanh", "asinh", "erf"):
        enclosure = getattr(iv, name)(Interval(x))
        for i, point in enumerate(x):
            assert not outside(UNARY[name][0](arb(point)), enclosure[i]), (name, point)
    product = Interval(x) * Interval(x[::-1])
    for i, point in enumerate(x):
        assert not outside(arb(point) * arb(x[-1 - i]), product[i])


def test_extrema_of_sine_and_cosine():
    quarter = math.pi / 2
    assert iv.sin(Interval(1, 2)).hi == 1
    assert iv.sin(Interval(4, 5)).lo == -1
    assert iv.cos(Interval(-0.1, 0.2)).hi == 1
    assert iv.cos(Interval(3, 3.2)).lo == -1
    assert iv.sin(Interval(2, 4)).hi < 0.91
    assert iv.sin(Interval(2, 4)).lo > -0.76
    assert iv.sin(Interval(quarter)).hi == 1
    huge = iv.sin(Interval([1e15, -INF, 0], [1e15, 3, INF]))
    np.testing.assert_array_equal(huge.lo, -1)
    np.testing.assert_array_equal(huge.hi, 1)
    pole = iv.tan(Interval([1.5, -1], [1.6, 1]))
    np.testing.assert_array_equal(pole.defined, [False, True])
    assert pole.hi[0] == INF


def test_no_pole_or_extremum_is_missed_by_rounding():
    """The two doubles around (k + 1/2) pi, for many k: the tangent has a pole between, sine an extremum."""
    turns = np.unique(np.concatenate([np.arange(2000), 2 ** np.arange(28), 3 ** np.arange(17)]))
    nearest = np.array([float(((arb(int(k)) + 0.5) * arb.pi()).mid()) for k in turns])
    around = Interval(np.nextafter(nearest, -INF), np.nextafter(nearest, INF))
    assert not iv.tan(around).defined.any()
    np.testing.assert_array_equal(iv.sin(around).hi[turns % 2 == 0], 1)
    np.testing.assert_array_equal(iv.sin(around).lo[turns % 2 == 1], -1)


def test_unbounded_and_undefined_arguments():
    line = Interval(-INF, INF)
    assert iv.tanh(line).lo == -1
    assert iv.tanh(line).hi == 1
    assert iv.exp(line).lo == 0
    assert (line * 0).hi == 0
    assert (Interval(0, 1) * line).lo == -INF
    assert (Interval(1, 2) / Interval(0, 4)).lo == pytest.approx(0.25)
    assert (Interval(1, 2) / Interval(0, 4)).hi == INF
    assert (Interval(1, 2) / Interval(-1, 4)).lo == -INF
    assert (Interval(1, 2) / Interval(0, 0)).empty
    assert iv.log(Interval(-2, -1)).empty
    assert iv.log(Interval(-1, 1)).lo == -INF
    assert not iv.log(Interval(-1, 1)).defined
    assert iv.sqrt(Interval(-4, 9)).lo == 0
    assert iv.sqrt(Interval(0, 9)).defined
    assert iv.asin(Interval(2, 3)).empty
    assert not iv.atanh(Interval(0, 1)).defined
    assert iv.power(Interval(-2, -1), 0.5).empty
    assert iv.power(Interval(0, 4), 0.5).defined
    assert not iv.power(Interval(-1, 4), 0.5).defined
    assert iv.power(Interval(-2, -1), 3.0).defined
    assert iv.exp(Interval(1000, 2000)).hi == INF
    assert iv.exp(Interval(1000, 2000)).lo < INF


def test_marks_pass_through_every_operation():
    bad = iv.log(Interval([-2, -1, 1], [-1, 1, 2]))
    for result in (
        bad + 1,
        2 * bad,
        -bad,
        bad / 3,
        iv.tanh(bad),
        bad**2,
        iv.maximum(bad, 0),
        iv.sin(bad),
        abs(bad),
    ):
        np.testing.assert_array_equal(result.empty, [True, False, False])
        np.testing.assert_array_equal(result.defined, [False, False, True])
    both = iv.stack([bad, 1.0])
    assert both.shape == (3, 2)
    np.testing.assert_array_equal(both.defined[:, 1], True)
    np.testing.assert_array_equal(both[:, 0].empty, [True, False, False])
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(bad)).empty, bad.empty)


def test_signs_steps_and_jumps_over_zero():
    x = Interval([-2, -1, 0, 1], [-1, 1, 1, 2])
    np.testing.assert_array_equal(iv.sign(x).lo, [-1, -1, -1, 1])
    np.testing.assert_array_equal(iv.heaviside(x).hi, [0, 1, 1, 1])
    np.testing.assert_array_equal(iv.heaviside(x).lo, [0, 0, 0, 1])
    np.testing.assert_array_equal(iv.dirac(x).hi, [0, INF, INF, 0])
    np.testing.assert_array_equal(iv.dirac(x).lo, [0, -INF, -INF, 0])


def test_piecewise_takes_only_branches_that_can_be_reached():
    x = Interval([-2, -1, 1], [-1, 1, 2])
    root = iv.piecewise(((iv.less(0, x), iv.sqrt(x)), (True, 0.0)))
    np.testing.assert_array_equal(root.empty, False)
    np.testing.assert_array_equal(root.lo[:2], [0, 0])
    np.testing.assert_array_equal(root.hi[0], 0)
    np.testing.assert_array_equal(root.defined, [True, False, True])
    unanswered = iv.piecewise(((iv.less(0, x), x),))
    np.testing.assert_array_equal(unanswered.empty, [True, False, False])
    np.testing.assert_array_equal(unanswered.defined, [False, False, True])


def test_sets():
    a, b = Interval([0, 0], [2, 1]), Interval([1, 2], [3, 3])
    meet = a.intersect(b)
    np.testing.assert_array_equal(meet.empty, [False, True])
    assert (meet.lo[0], meet.hi[0]) == (1, 2)
    np.testing.assert_array_equal(a.hull(b).hi, 3)
    np.testing.assert_array_equal(meet.hull(a)[1].hi, 1)
    np.testing.assert_array_equal(Interval([1, 0], [2, 2]).subset_interior(Interval(0, 3)), [True, False])
    assert not iv.log(Interval(-1, 1)).subset_interior(Interval(-INF, INF))
    wide = Interval([-1, -INF, -3, 2], [3, INF, -1, INF])
    np.testing.assert_array_equal(wide.mag, [3, INF, 3, INF])
    np.testing.assert_array_equal(wide.mig, [0, 0, 1, 2])
    np.testing.assert_array_equal(wide.contains_zero, [True, True, False, False])
    assert np.isfinite(wide.mid).all()
    assert (wide.mid - wide.rad <= wide.lo).all()
    assert (wide.mid + wide.rad >= wide.hi).all()


def test_sums_and_shapes():
    x = Interval(np.arange(6.0).reshape(2, 3))
    total = x.sum(axis=-1)
    assert total.shape == (2,)
    assert (total.lo <= [3, 12]).all()
    assert (total.hi >= [3, 12]).all()
    assert x[..., 1].shape == (2,)
    assert x.reshape(3, 2).shape == (3, 2)
    assert (np.float64(2) * x).shape == (2, 3)
    big = 2**80 + 1
    enclosed = Interval(1.0) * big
    assert arb(float(enclosed.lo)) < arb(big) < arb(float(enclosed.hi))


@pytest.mark.parametrize(("lo", "hi"), [(1, 0), (math.nan, 1), (INF, INF), (0, math.nan)])
def test_bad_bounds_are_refused(lo, hi):
    with pytest.raises(InputError, match="lo <= hi"):
        Interval(lo, hi)


def test_intervals_cannot_be_changed():
    x = Interval([0.0], [1.0])
    with pytest.raises(AttributeError, match="cannot be changed"):
        x.lo = np.zeros(1)
    with pytest.raises(ValueError, match="read-only"):
        x.lo[0] = 3
    with pytest.raises(InputError, match="too large"):
        x ** (10**7)
