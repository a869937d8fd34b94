"""A tampered report is caught, or what it now says is still true by an argument that shares nothing with the checker.

Each mutation changes one claim. Its `still_true` is that argument: an implication (a larger radius of existence claims
less), or a computation with mpmath at 60 digits, or exact comparisons of the numbers. Where there is none, the mutation
must be caught.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import mpmath
import pytest
import sympy as sp

from dynbench.errors import InputError
from dynbench.verification import verify

Report = dict[str, Any]


class Mutation(NamedTuple):
    what: str
    apply: Callable[[Report], None]
    still_true: Callable[[Report], bool] = lambda report: False


def points_of(report: Report) -> list[dict[str, Any]]:
    return report["fixed_points"]["points"]


def exact_position(report: Report, k: int) -> list[Any]:
    """The fixed point near a state, by Newton's method in mpmath from the texts of the report."""
    system = report["system"]
    symbols = [sp.Symbol(s) for s in system["states"]]
    values = {sp.Symbol(p): sp.sympify(v, rational=True) for p, v in system["parameters"].items()}
    rhs = [sp.sympify(system["equations"][s.name], rational=True).subs(values) for s in symbols]
    residual = [e - s if system["kind"] == "map" else e for e, s in zip(rhs, symbols, strict=True)]
    with mpmath.workdps(60):
        f = sp.lambdify(symbols, residual, "mpmath")
        return list(mpmath.findroot(lambda *x: f(*x), [mpmath.mpf(v) for v in points_of(report)[k]["x"]], tol=1e-100))


def zeros_within(report: Report, center: list[float], radius: float) -> int:
    """Zeros of a planar rational system in a square: the real roots of a resultant, and what belongs to them."""
    x, y = symbols = [sp.Symbol(s) for s in report["system"]["states"]]
    values = {sp.Symbol(p): sp.sympify(v, rational=True) for p, v in report["system"]["parameters"].items()}
    rhs = [sp.sympify(report["system"]["equations"][s.name], rational=True).subs(values) for s in symbols]
    residual = [e - s if report["system"]["kind"] == "map" else e for e, s in zip(rhs, symbols, strict=True)]
    tops = [sp.fraction(sp.together(g))[0] for g in residual]
    found = set()
    for u in sp.Poly(sp.resultant(*tops, y), x).real_roots():
        for v in {
            v for top in tops if top.has(y) for v in sp.Poly(top.subs(x, u.evalf(60)), y).nroots(n=50, maxsteps=200)
        }:
            at = {x: u.evalf(60), y: sp.re(v)}
            if abs(sp.im(v)) < 1e-20 and all(abs(top.subs(at)) < 1e-20 for top in tops):
                found.add((round(float(u), 12), round(float(sp.re(v)), 12)))
    return sum(max(abs(a - b) for a, b in zip(p, center, strict=True)) <= radius for p in found)


def distance(a: Any, b: Any) -> Any:
    return max(abs(mpmath.mpf(p) - mpmath.mpf(q)) for p, q in zip(a, b, strict=True))


def scaled(key: str, k: int, factor: float) -> Callable[[Report], None]:
    def apply(report: Report) -> None:
        points_of(report)[k]["certificate"][key] *= factor

    return apply


def in_point(k: int, change: Callable[[dict[str, Any]], None]) -> Callable[[Report], None]:
    return lambda report: change(points_of(report)[k])


def about_radii(original: Report, k: int) -> Iterator[Mutation]:
    def lies_within(report: Report) -> bool:
        c = points_of(report)[k]["certificate"]
        with mpmath.workdps(60):
            return bool(distance(exact_position(report, k), c["center"]) <= c["radius"])

    def alone(report: Report) -> bool:
        """The others of a complete list are farther away, and the ball does not leave what was searched."""
        c, r = points_of(report)[k]["certificate"], points_of(report)[k]["certificate"]["uniqueness_radius"]
        if r <= points_of(original)[k]["certificate"]["uniqueness_radius"]:
            return lies_within(report)  # and there is no second one in a part of the ball
        if len(c["center"]) == 2 and "tanh" not in str(report["system"]["equations"]):
            return zeros_within(report, c["center"], r) == 1
        others = [p for i, p in enumerate(points_of(report)) if i != k]
        region = report["fixed_points"]["region"]
        inside = region is None or all(
            lo <= x - r and x + r <= hi for (lo, hi), x in zip(region[0], c["center"], strict=True)
        )
        far = all(distance(p["x"], c["center"]) > r + 1e-9 for p in others)
        return report["fixed_points"]["complete"] and inside and far

    yield Mutation("radius halved", scaled("radius", k, 0.5), lies_within)
    yield Mutation("radius doubled", scaled("radius", k, 2.0), lies_within)
    yield Mutation("uniqueness radius halved", scaled("uniqueness_radius", k, 0.5), alone)
    yield Mutation("uniqueness radius doubled", scaled("uniqueness_radius", k, 2.0), alone)
    yield Mutation("uniqueness radius times 100", scaled("uniqueness_radius", k, 100.0), alone)


def about_points(k: int, stream: random.Random) -> Iterator[Mutation]:
    shift = stream.choice([1e-12, 1e-6, 0.01])

    def move(p: dict[str, Any]) -> None:
        i = stream.randrange(len(p["x"]))
        p["x"][i] += shift * max(1.0, abs(p["x"][i]))
        p["certificate"]["center"] = list(p["x"])

    def mirror(p: dict[str, Any]) -> None:
        p["x"] = [-v for v in p["x"]]
        p["certificate"]["center"] = list(p["x"])

    def origin_like(report: Report) -> bool:
        return not any(points_of(report)[k]["x"])

    def flip(p: dict[str, Any]) -> None:
        p["certificate"]["index"] *= -1

    def swap(p: dict[str, Any]) -> None:
        p["stability"] = [
            p["stability"][2],
            p["stability"][1],
            p["stability"][0] + (p["stability"][0] == p["stability"][2]),
        ]

    def rename(p: dict[str, Any]) -> None:
        words = ["stable node", "stable focus", "unstable node", "unstable focus", "saddle", "saddle-focus", "center"]
        p["kind"] = stream.choice([w for w in words if w != p["kind"]])

    def more_unstable(p: dict[str, Any]) -> None:
        p["certificate"]["n_unstable"] = (p["certificate"]["n_unstable"] or 0) + 1

    def move_eigenvalue(p: dict[str, Any]) -> None:
        c = p["certificate"]
        i = stream.randrange(len(c["eigenvalues"]))
        c["eigenvalues"][i][0] += 1e-9
        p["eigenvalues"] = copy.deepcopy(c["eigenvalues"])

    def turn_side(p: dict[str, Any]) -> None:
        sides = p["certificate"]["sides"]
        i = stream.randrange(len(sides))
        sides[i] = -sides[i] or 1

    def residual(p: dict[str, Any]) -> None:
        p["residual"] += 1e-3

    def exact(p: dict[str, Any]) -> None:
        p["exact"] = [f"{v!r} + 1/7" if v >= 0 else f"1/7 - {-v!r}" for v in p["x"]]

    def inverse(p: dict[str, Any]) -> None:
        p["certificate"]["inverse"] = [[-e for e in row] for row in p["certificate"]["inverse"]]

    yield Mutation("point moved", in_point(k, move))
    yield Mutation("point mirrored", in_point(k, mirror), origin_like)
    yield Mutation("index flipped", in_point(k, flip))
    yield Mutation("counts swapped", in_point(k, swap))
    yield Mutation("kind renamed", in_point(k, rename))
    yield Mutation("one more unstable", in_point(k, more_unstable))
    yield Mutation("eigenvalue moved", in_point(k, move_eigenvalue))
    yield Mutation("side turned", in_point(k, turn_side))
    yield Mutation("residual raised", in_point(k, residual))
    yield Mutation("exact coordinates wrong", in_point(k, exact))
    yield Mutation("inverse negated", in_point(k, inverse))
    yield Mutation("point deleted", lambda report: points_of(report).pop(k) and None)
    yield Mutation("point listed twice", lambda report: points_of(report).append(copy.deepcopy(points_of(report)[k])))


def about_the_cover(report: Report, stream: random.Random) -> Iterator[Mutation]:
    count = len(report["cover"]["boxes"])
    b = stream.randrange(count)
    owned = [i for i, owner in enumerate(report["cover"]["owners"]) if owner >= 0]
    o = stream.choice(owned)

    def drop(r: Report) -> None:
        r["cover"]["boxes"].pop(b)
        r["cover"]["owners"].pop(b)

    def shrink(r: Report) -> None:
        side = stream.choice(r["cover"]["boxes"][b])
        side[1] -= 1e-6 * (side[1] - side[0])

    def nobody(r: Report) -> None:
        r["cover"]["owners"][o] = -1

    def does_not_hold_it(r: Report) -> bool:
        owner = report["cover"]["owners"][o]
        with mpmath.workdps(60):
            x = exact_position(report, owner)
            return not all(lo <= v <= hi for (lo, hi), v in zip(r["cover"]["boxes"][o], x, strict=True))

    def covered(r: Report) -> bool:
        """Whether random points of the box that was changed all lie in other boxes."""
        box = report["cover"]["boxes"][b]
        draw = random.Random(1)
        points = [[draw.uniform(lo, hi) for lo, hi in box] for _ in range(400)]
        points += [[hi if i == j else (lo + hi) / 2 for i, (lo, hi) in enumerate(box)] for j in range(len(box))]
        return all(
            any(all(lo <= v <= hi for (lo, hi), v in zip(c, x, strict=True)) for c in r["cover"]["boxes"])
            for x in points
        )

    def beyond(r: Report) -> None:
        target = r["fixed_points"]["region"] or [r["fixed_points"]["bounds"]["box"]]
        target[0][0][1] += 0.25

    yield Mutation("box dropped", drop, covered)
    yield Mutation("box shrunk", shrink, covered)
    yield Mutation("owner taken away", nobody, does_not_hold_it)
    yield Mutation("region enlarged", beyond)


def about_the_system(report: Report, stream: random.Random) -> Iterator[Mutation]:
    name = stream.choice(report["system"]["states"])

    def coefficient(r: Report) -> None:
        r["system"]["equations"][name] = f"({r['system']['equations'][name]})*1.001"

    def more(r: Report) -> None:
        r["system"]["equations"][name] += f" + {name}/1000"

    def derivative(r: Report) -> None:
        r["derived"]["jacobian"][0][-1] += " + 1/1000"

    def divergence(r: Report) -> None:
        r["derived"]["divergence"] = f"-({r['derived']['divergence']}) + 1/3"

    def other_hash(r: Report) -> None:
        r["system"]["content_hash"] = r["system"]["content_hash"][::-1]

    yield Mutation("an equation scaled", coefficient)
    yield Mutation("a term added", more)
    yield Mutation("a derivative changed", derivative)
    yield Mutation("divergence changed", divergence)
    yield Mutation("content hash changed", other_hash)
    for key in ("index_sum", "expected_index_sum"):
        if report["fixed_points"][key] is not None:

            def shift(r: Report, key: str = key) -> None:
                r["fixed_points"][key] += 2

            yield Mutation(f"{key} shifted", shift)
    if report["system"]["parameters"]:
        parameter = stream.choice(list(report["system"]["parameters"]))

        def value(r: Report) -> None:
            r["system"]["parameters"][parameter] += " + 1/1000"

        # A parameter on which the position of no point, and no eigenvalue, depends would leave the report true.
        yield Mutation("a parameter changed", value)
    if report["invariants"]["found"]:

        def invariant(r: Report) -> None:
            state = r["system"]["states"][0]
            r["invariants"]["found"][0]["expression"] += f" + {state}^2/1000"

        yield Mutation("an invariant changed", invariant)
    if report["symmetries"]:

        def symmetry(r: Report) -> None:
            row = r["symmetries"][0]["matrix"][0]
            row[:] = [e.removeprefix("-") if e.startswith("-") else e if e == "0" else f"-{e}" for e in row]

        yield Mutation("a sign of a symmetry changed", symmetry)


def about_the_graph(report: Report, stream: random.Random) -> Iterator[Mutation]:
    nodes, edges = report["graph"]["nodes"], report["graph"]["edges"]
    with_ball = [i for i, node in enumerate(nodes) if node["attraction"] is not None]
    if with_ball:
        i = stream.choice(with_ball)

        def level(r: Report) -> None:
            r["graph"]["nodes"][i]["attraction"]["level"] *= 4

        def sign(r: Report) -> None:
            matrix = r["graph"]["nodes"][i]["attraction"]["matrix"]
            matrix[0][0] *= -1

        yield Mutation("level of an ellipsoid raised", level)
        yield Mutation("sign in a matrix changed", sign)
    identified = [k for k, e in enumerate(edges) if e["identified"] and nodes[e["target"]]["fixed_point"]]
    if identified:
        e = stream.choice(identified)

        def elsewhere(r: Report) -> None:
            r["graph"]["edges"][e]["path"][-1][0] += 1.0

        def proved(r: Report) -> None:
            r["graph"]["edges"][e]["proved"] = True

        yield Mutation("an orbit ends elsewhere", elsewhere)
        yield Mutation("an orbit is called proved", proved)
    fixed = [k for k, node in enumerate(nodes) if node["fixed_point"]]
    if fixed:
        k = stream.choice(fixed)

        def kind(r: Report) -> None:
            r["graph"]["nodes"][k]["kind"] = "unstable focus" if nodes[k]["kind"] != "unstable focus" else "saddle"

        yield Mutation("a node renamed", kind)


def mutations(report: Report, stream: random.Random) -> list[Mutation]:
    found: list[Mutation] = []
    certified = [k for k, p in enumerate(points_of(report)) if p["status"] == "certified"]
    for k in stream.sample(certified, min(len(certified), 2)):
        found += about_radii(report, k)
        found += about_points(k, stream)
    if report["cover"] is not None:
        found += about_the_cover(report, stream)
    found += about_the_system(report, stream)
    found += about_the_graph(report, stream)
    return found


def check(original: Report, mutation: Mutation) -> bool:
    """Whether the mutation is caught; if not it is checked to be still true."""
    report = copy.deepcopy(original)
    mutation.apply(report)
    if report == original:
        return True
    try:
        caught = not verify(report, precision=256).holds
    except InputError:
        caught = True
    assert caught or mutation.still_true(report), f"not caught: {mutation.what}"
    return caught


@pytest.mark.parametrize("name", ["whole space", "henon"])
def test_some_mutations_are_caught_or_still_true(report_of, name):
    original = report_of(name)
    stream = random.Random(3)
    found = mutations(original, stream)
    caught = [check(original, m) for m in stream.sample(found, 16)]
    assert sum(caught) >= 10


ALL = ["jang", "henon", "lotka-volterra", "toggle", "van der pol", "duffing", "tanh network", "coupled cells"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_every_mutation_is_caught_or_still_true(report_of, name):
    """Over the eight systems these are more than 200."""
    original = report_of(name)
    stream = random.Random(11)
    found = mutations(original, stream)
    caught = [check(original, m) for m in found]
    print(f"{name}: {sum(caught)} of {len(caught)} caught, the rest still true")
    assert len(found) >= 20
    assert sum(caught) > 0.7 * len(found)


def test_a_list_with_an_open_end_is_not_made_complete(report_of):
    report = report_of("double root")
    assert not report["fixed_points"]["complete"]
    report["fixed_points"]["complete"] = True
    assert not verify(report).holds
    report["fixed_points"]["undecided"] = []
    assert not verify(report).holds


def test_a_fixed_point_within_an_exclusion_radius_is_caught(report_of):
    report = report_of("slow")
    assert report["slow_points"]
    # The minimum of speed is at the origin; zeros are put at x = +-0.01.
    report["system"]["equations"]["x"] = "x^2 - 1/10000"
    claims = [check.claim for check in verify(report).failed]
    assert any(claim.startswith("slow point 0: no fixed point within") for claim in claims)
