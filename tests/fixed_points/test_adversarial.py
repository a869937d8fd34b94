"""Systems on which careless proofs go wrong. Every expected answer here was worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import dynbench as db

x, y = sp.symbols("x y")
half = sp.Rational(1, 2)

JUMPS = {
    "through infinity": ("-x + Piecewise((2, 1/x > 0), (-2, True))", (-2, 2)),
    "of a jumping boundary": ("-x + Piecewise((2, 2*sign(x) > 1), (-2, True))", (-2, 2)),
    "of a sign of a sign": ("-x + 2*sign(2*sign(x) - 1)", (-2, 2)),
    "off the origin": ("-x/2 + Piecewise((0, sign(x + 3/2) > 1/3), (-2, True))", (-4, 0)),
    "of SymPy's sign": (-x + 2 * sp.sign(sp.sign(x) - half), (-2, 2)),
    "of a sign of a piecewise": (-x + 2 * sp.sign(sp.Piecewise((1, x > 0), (-1, True))), (-2, 2)),
    "of a step of a piecewise": (-x + 2 * sp.Heaviside(sp.Piecewise((1, x > 0), (-1, True))) - 1, (-1, 1)),
    "of a sign of a pole": ("-x + 2*sign(1/x)", (-2, 2)),
}


@pytest.mark.parametrize("case", JUMPS, ids=str)
def test_no_root_is_lost_behind_a_jump(case):
    rate, roots = JUMPS[case]
    points = db.find_fixed_points(db.ODE({"x" if isinstance(rate, str) else x: rate}), box=[[-6, 6.1]])
    assert [p.x[0] for p in points.certified] == list(roots)
    assert not points.complete
    assert points.expected_index_sum is None
    for point in points.certified:
        assert point.certificate.uniqueness_radius < roots[1] - roots[0]


def test_a_piecewise_that_leaves_cases_open_is_undefined_there():
    system = db.ODE({x: sp.Piecewise((x - 1, x > half), (x + 1, x < -half))})
    points = db.find_fixed_points(system, box=[[-3, 3]])
    assert [p.x[0] for p in points] == [-1, 1]
    assert db.certify(system, [1.0]).uniqueness_radius < half
    shifted = db.ODE({x: sp.Piecewise((x + 10, x > half), (x + 1, x < -half))})
    assert db.certify(shifted, [1.0]).exclusion_radius < 2  # -1 is a fixed point


@pytest.mark.parametrize(
    "rate",
    [
        "(x - 1)*(x - 1 - 1e-20)",
        "(x - 1)*(x - 1 - 1e-17)",
        "(x - 1/3)*((x - 1/3 - 1e-7)^2 - 1e-40)",
        "(x^2 - 2)^2 - 1e-40",
        "(x - 1/3)^3 - 1e-60",
        "(x - 1)^2*(x + 2)",
    ],
)
@pytest.mark.parametrize("region", [{}, {"box": [[-3, 3]]}], ids=["everywhere", "box"])
def test_roots_that_doubles_cannot_tell_apart_are_never_a_complete_set(rate, region):
    assert not db.find_fixed_points(db.ODE({"x": rate}), **region).complete


def test_roots_that_doubles_can_tell_apart_are():
    points = db.find_fixed_points(db.ODE({"x": "x^2 - 1e-14"}))
    assert points.complete
    np.testing.assert_allclose([p.x[0] for p in points], [-1e-7, 1e-7], rtol=1e-15)


def test_one_root_is_not_listed_twice():
    points = db.find_fixed_points(db.ODE({"x": "(x - 100000000.3)^2 - 1e-17", "y": "-y"}))
    assert len(points.certified) == 1
    assert not points.complete


def test_expanding_the_residual_of_a_map_does_not_enlarge_its_domain():
    # For x > 0 this is 2x + 1/2, which has no fixed point there; at -1/2 the logarithm is undefined.
    system = db.Map({"x": "(x + 1)*(log(x) + 1) - x*log(x) - log(x) - 1/2 + x"})
    assert not db.find_fixed_points(system, box=[[-1, 1]]).certified


@pytest.mark.parametrize(
    "system",
    [
        db.ODE({"x": "-x + 2*asin(x)"}),
        db.ODE({"x": "-x^3 + 2*x + sqrt(1 - x^2)/100"}),
        db.Map({"x": "acos(x)/10 + 3*asin(x)/2"}),
        db.Map({"x": "-x/2 + 2*asin(x/2) - 1/2"}),
        db.Map({x: sp.Piecewise((half, x >= 0), (-half, True))}),
        db.ODE({x: -x + sp.Piecewise((half, x < half / 2), (-half, True))}),
        db.ODE({"x": "-x + 3*sign(y + 1/3)", "y": "-y + 3*sign(x - 1/3)"}),
    ],
    ids=lambda system: str(system.rhs[0]),
)
def test_without_continuity_the_boundary_demands_nothing(system):
    assert db.find_fixed_points(system).expected_index_sum is None


@pytest.mark.parametrize("rate", ["-x + 2*abs(x)", "x + 3*abs(x)", "max(x, -3*x)"])
def test_a_kink_that_does_not_cross_zero_has_index_zero_where_lines_meet(rate):
    # The field touches 0 without changing sign: the degree is 0, which no slope tells, but exact arithmetic does.
    system = db.ODE({"x": rate})
    assert db.certify(system, [0.0]).index == 0
    points = db.find_fixed_points(system, box=[[-1, 1]])
    assert points.complete
    assert points.index_sum == points.expected_index_sum == 0
    assert [p.kind for p in points] == [db.Kind.NONSMOOTH]


@pytest.mark.parametrize("rate", ["-x + 2*abs(x) + x^2/8", "max(x, -3*x)*(1 + x^2)"])
def test_a_kink_that_does_not_cross_zero_has_no_proved_index_where_curves_meet(rate):
    system = db.ODE({"x": rate})
    assert db.certify(system, [0.0]).verdict is db.Verdict.UNDECIDED
    points = db.find_fixed_points(system, box=[[-1, 1]])
    assert not points.complete
    assert points.index_sum is None
    assert points.expected_index_sum == 0
    assert [p.kind for p in points] == [db.Kind.NONSMOOTH]


def test_a_kink_that_crosses_zero_has():
    points = db.find_fixed_points(db.ODE({"x": "-2*x - abs(x)"}), box=[[-1, 1]])
    assert points.complete
    assert points.index_sum == points.expected_index_sum == 1


@pytest.mark.parametrize("rate", ["sqrt(x)", "x^x - 1", "-x^(3/2)"])
def test_a_root_at_the_edge_of_the_domain_is_listed_but_not_certified(rate):
    points = db.find_fixed_points(db.ODE({"x": rate}), box=[[-1, 2]])
    assert not points.complete
    (edge,) = [p for p in points if abs(p.x[0]) < 1e-6]
    assert edge.status is db.Status.CONVERGED
    assert edge.certificate is None


@pytest.mark.parametrize("rate", ["acos(x)", "-sqrt(x - 1)", "sqrt(1 - x^2) - x", "-cbrt(x - 1)", "asin(x) - 2*x"])
def test_starts_outside_the_domain_do_no_harm(rate):
    points = db.find_fixed_points(db.ODE({"x": rate}), starts=[[0.5], [0.9], [1.2], [-0.1], [50.0]])
    assert len(points) == 1


def test_a_derivative_that_is_not_real_is_refused():
    with pytest.raises(db.errors.ModelError, match="not a real number"):
        db.find_fixed_points(db.ODE({"x": "(-2)^x - 4"}), box=[[-3, 3]])


@pytest.mark.parametrize(
    "equations",
    [
        {"x": "-2*y**3", "y": "-3*x**2 - 2*y**3 + 3*y**2 + 3*y"},
        {"x": "x**3 - x**2*y + 3*x*y + 2*y", "y": "3*y**3 - 3*y**2"},
        {"x": "x/2 + relu(y)", "y": "-x + 1/5"},
    ],
)
def test_singular_jacobians_on_the_way_do_no_harm(equations):
    found = db.find_fixed_points(db.ODE(equations), search=db.search.MultiStart(box=[[-3, 3]] * 2), rng=0)
    assert len(found.certified) + len(found) > 0


def test_extreme_scales_are_refused_or_solved():
    with pytest.raises(db.errors.InputError, match="box"):
        db.find_fixed_points(db.ODE({"x": "-x"}), box=[[-1e308, 1e308]])
    with pytest.raises(db.errors.ModelError, match="beyond the range"):
        db.find_fixed_points(db.ODE({"x": "1e200 - 1e-200*x"}))
    (huge,) = db.find_fixed_points(db.ODE({"x": "1e300 - x^3*1e-300"}))
    assert huge.x[0] == 1e200
    points = db.find_fixed_points(db.ODE({"x": "1e200*x^3 - 1e100*x"}), box=[[-1, 1]])
    assert 0.0 in [p.x[0] for p in points]


@pytest.mark.parametrize("equation", ["x*log(x)", "x*log(x)^2", "-x^2*log(x)"])
def test_the_edge_of_the_domain_is_no_fixed_point(equation):
    points = db.find_fixed_points(db.ODE({"x": equation}), box=[[0, 3]])
    assert [round(float(p.x[0]), 3) for p in points] == [1.0]
    assert not points.complete


def test_multiple_roots_that_are_known_exactly_are_not_merged():
    points = db.find_fixed_points(db.ODE({"x": "(x-1)^2*(x-1.0001)^2", "y": "-y"}))
    assert [p.exact for p in points] == [(1, 0), (sp.Rational(10001, 10000), 0)]


def test_a_multiple_root_is_one_point():
    system = db.ODE({"u": "2/(1+v^2)-u", "v": "2/(1+u^2)-v"})
    (point,) = db.find_fixed_points(system, box={"u": (0, 5), "v": (0, 5)})
    assert point.exact == (1, 1)
    assert point.kind is db.Kind.NONHYPERBOLIC


def test_two_roots_near_a_fold_are_two_points():
    system = db.ODE({"x": "mu - x^2", "y": "x - y"}, {"mu": 1e-10})
    points = db.find_fixed_points(system, starts=[[0.1, 0.1], [-0.1, -0.1]], certify=False)
    assert len(points) == 2
