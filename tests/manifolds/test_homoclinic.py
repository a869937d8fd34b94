"""Homoclinic and heteroclinic points of the Lozi map and its kin; proofs that hold, and proofs that must not."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import sympy as sp
from flint import fmpq

import dynbench as db
from dynbench.errors import InputError
from dynbench.manifolds.exact_homoclinic import prove_connection
from dynbench.manifolds.exact_saddles import ExactSaddle, NotProved, shared_roots
from dynbench.piecewise import piecewise_linear

BOX = {"x": (-2, 2), "y": (-2, 2)}
LEFT, RIGHT = (False,), (True,)


def lozi(a=1.7, b=0.5):
    return db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": a, "b": b})


@pytest.fixture(scope="module")
def known():
    """The map of the notes with its saddles Y (on the left) and X."""
    system = lozi()
    return system, *db.find_fixed_points(system, box=BOX)


@pytest.fixture(scope="module")
def points(known):
    system, _, x = known
    return db.homoclinic_points(system, x, length=30)


@pytest.fixture(scope="module")
def form(known):
    return piecewise_linear(known[0]).exact


def value(number, d):
    return float(number[0] + number[1] * sp.sqrt(d))


def replay(system, proof):
    """The orbit of a proof in doubles, from the record alone."""
    d = proof.d
    start = [float(e) + value(proof.t, d) * value(v, d) for e, v in zip(proof.source[0], proof.direction, strict=True)]
    return db.integrate(system, start, len(proof.word)).x


class TestLozi:
    def test_the_proof_of_chaos(self, known, points):
        """a = 1.7, b = 0.5: the answer of the notes, exactly in QQ(sqrt 4.89)."""
        x = known[2]
        assert len(points) > 100
        assert all(p.proved and p.kind == "homoclinic" and p.source is x and not p.reason for p in points)
        shortest = min((p for p in points), key=lambda p: len(p.proof.word))
        proof = shortest.proof
        assert proof.d == sp.Rational(489, 100)
        assert proof.source == proof.target == ((sp.Rational(5, 11), sp.Rational(5, 22)),)
        assert value(proof.multiplier, proof.d) == pytest.approx(-1.9556672194, abs=1e-10)
        assert proof.precision == 0
        assert "transversal homoclinic orbit" in proof.statement
        assert "Smale-Birkhoff" in proof.conclusion
        assert "full shift" in proof.conclusion

    def test_the_points_are_on_the_orbit_of_their_proof(self, known, points):
        system = known[0]
        for p in points:
            orbit = replay(system, p.proof)
            assert np.allclose(orbit[p.position], p.x, rtol=0, atol=1e-8)
            assert p.forward == p.proof.word[p.position :]
            assert p.backward + p.forward == p.proof.word
            assert [s[0] > 0 for s in orbit[:-1]] == [w[0] for w in p.proof.word]

    def test_both_ends_are_on_local_manifolds(self, known, points):
        """At the ends the orbit is on the eigenspaces, with the true multipliers from there on."""
        system, _, x = known
        stable = (-1.7 + math.sqrt(4.89)) / 2
        for p in points[:40]:
            orbit = replay(system, p.proof)
            ahead = db.integrate(system, orbit[-1], 3).x - x.x
            assert np.allclose(ahead[1:], stable * ahead[:-1], rtol=0, atol=1e-8)

    def test_points_of_one_orbit_are_images_of_each_other(self, known, points):
        system = known[0]
        orbits = {}
        for p in points:
            orbits.setdefault(p.orbit, []).append(p)
        assert len(orbits) < len(points)
        for members in orbits.values():
            members.sort(key=lambda p: p.position)
            for p, q in itertools.pairwise(members):
                assert p.proof is q.proof
                assert q.position > p.position
                assert np.allclose(db.integrate(system, p.x, q.position - p.position).final, q.x, atol=1e-9)

    def test_angles(self, points):
        for p in points:
            u, s = p.tangents
            assert math.cos(p.angle) == pytest.approx(abs(u @ s), abs=1e-7)
            assert 0 < p.angle <= math.pi / 2

    def test_the_crossings_of_the_local_manifolds(self, points):
        """The first piece of W^u(X) reaches (0, y) on the left, its image bends at ((37 + sqrt 489)/44, 0)."""
        found = np.array([p.x for p in points])
        assert found[:, 0].max() < (37 + math.sqrt(489)) / 44

    def test_heteroclinic(self, known):
        system, y, x = known
        found = db.homoclinic_points(system, y, x, length=20)
        assert found
        assert all(p.proved and p.kind == "heteroclinic" for p in found)
        assert found[0].source is y
        assert found[0].target is x
        assert "proves no chaos" in found[0].proof.conclusion
        assert db.homoclinic_points(system, x, y, length=20) == ()  # Y is on the boundary of the basin
        assert db.homoclinic_points(system, y, length=20) == ()

    def test_cycles(self, known):
        system, _, x = known
        two, four = (c for c in db.find_cycles(system, periods=4) if c.period > 1)
        for cycle in (two, four):
            found = db.homoclinic_points(system, cycle, length=12)
            assert len(found) > 20
            assert all(p.proved and p.proof.kind == "homoclinic" and p.proof.d is not None for p in found)
            assert {len(p.proof.source) for p in found} == {cycle.period}
        # Two quadratic fields: the same inequalities in balls.
        mixed = db.homoclinic_points(system, two, x, length=12)
        assert mixed
        assert all(p.proved and p.proof.d is None and p.proof.precision >= 128 for p in mixed)

    def test_a_budget_and_no_proof(self, known):
        system, _, x = known
        none = db.homoclinic_points(system, x, length=10, prove=False)
        assert none
        assert not any(p.proved or p.proof for p in none)
        assert {p.reason for p in none} == {"no proof was asked for"}
        some = db.homoclinic_points(system, x, length=10, prove=2)
        assert len({p.orbit for p in some if p.proved}) == 2
        shortest = min(len(p.proof.word) for p in db.homoclinic_points(system, x, length=10))
        assert min(len(p.proof.word) for p in some if p.proved) == shortest

    def test_by_default_a_thousand_orbits_are_proved(self, known):
        (cycle,) = db.find_cycles(known[0], periods=[4])
        found = db.homoclinic_points(known[0], cycle, length=40)
        orbits = {p.orbit for p in found}
        assert len(orbits) > 1000
        assert len({p.orbit for p in found if p.proved}) == 1000
        assert {p.reason for p in found} == {"", "no proof was asked for"}

    def test_no_homoclinic_point_where_the_manifolds_do_not_meet(self):
        """a = 1.1, b = 0.3: X is a saddle, and its unstable manifold stays off its stable one."""
        system = lozi(a=1.1, b=0.3)
        x = db.find_fixed_points(system, box=BOX)[0]
        assert x.stability == (1, 0, 1)
        assert db.homoclinic_points(system, x, length=40) == ()


class TestTheProofMustFail:
    """Words, cycles and numbers that are wrong."""

    def test_for_words_that_no_orbit_has(self, form):
        proved = 0
        for length in range(1, 7):
            for code in range(2**length):
                word = tuple(((code >> i & 1) == 1,) for i in range(length))
                try:
                    proof, _ = prove_connection(form, (RIGHT,), (RIGHT,), word)
                except NotProved:
                    continue
                proved += 1
                assert proof.word == word
        assert 0 < proved < 2**7 - 2
        with pytest.raises(NotProved, match="the cycle itself"):
            prove_connection(form, (RIGHT,), (RIGHT,), (RIGHT,))

    def test_for_every_word_changed_in_one_place(self, form, points):
        """A flipped letter gives another orbit, or none: never the same claim."""
        for p in points[:10]:
            for i in range(len(p.proof.word)):
                word = list(p.proof.word)
                word[i] = (not word[i][0],)
                try:
                    other, states = prove_connection(form, p.proof.source_word, p.proof.target_word, tuple(word))
                except NotProved:
                    continue
                assert other.t != p.proof.t
                assert [state[0] > 0 for state in states[:-1]] == [w[0] for w in word]

    def test_for_cycles_that_are_none(self, form):
        with pytest.raises(NotProved, match="strictly within the region"):
            prove_connection(form, (LEFT, LEFT, RIGHT), (RIGHT,), (LEFT,))  # there is no 3-cycle

    def test_for_a_sink(self):
        form = piecewise_linear(lozi(a=0.3, b=0.2)).exact
        with pytest.raises(NotProved, match="not proved to be a saddle"):
            prove_connection(form, (RIGHT,), (RIGHT,), (LEFT,))

    def test_for_a_focus(self):
        form = piecewise_linear(lozi(a=0.3, b=-0.9)).exact
        with pytest.raises(NotProved, match="not real"):
            prove_connection(form, (RIGHT,), (RIGHT,), (LEFT,))

    def test_for_the_cycle_itself(self, form):
        with pytest.raises(NotProved):
            prove_connection(form, (RIGHT,), (RIGHT,), ())

    def test_where_the_map_folds(self):
        """Singular Jacobians along the orbit: no local diffeomorphism, no theorem."""
        system = db.Map({"x": "1 - 1.9*Abs(x) + y", "y": "0"})
        form = piecewise_linear(system).exact
        with pytest.raises(NotProved, match="singular"):
            prove_connection(form, (RIGHT,), (RIGHT,), (LEFT, LEFT))


def test_balls_and_exact_numbers_say_the_same(known, points):
    """The same orbit in balls: its t encloses the exact one."""
    from flint import ctx

    from dynbench.manifolds import exact_homoclinic

    form = piecewise_linear(known[0]).exact
    for p in points[:10]:
        ends = [ExactSaddle(form, word) for word in (p.proof.source_word, p.proof.target_word)]
        with ctx.workprec(200):
            made = [exact_homoclinic._end(end, end.enclosed_multiplier()) for end in ends]
            balls, _ = exact_homoclinic._prove(*made, p.proof.word, 200)
        assert balls.d is None
        # Eigenvectors of the adjugate: the same in both, so the same t.
        exact = sp.N(p.proof.t[0] + p.proof.t[1] * sp.sqrt(p.proof.d), 60)
        assert abs(exact - sp.N(balls.t[0], 60)) < 1e-40
        assert balls.margin == pytest.approx(p.proof.margin, rel=1e-9)


def test_three_states(known):
    """Lozi's map with a third state that decays and is driven: the same homoclinic orbits, proved in balls."""
    system = db.Map(
        {"x": "1 - a*Abs(x) + y", "y": "b*x", "z": "z/2 + x/5 + y/7"},
        {"a": sp.Rational(17, 10), "b": sp.Rational(1, 2)},
    )
    box = {"x": (-2, 2), "y": (-2, 2), "z": (-3, 3)}
    saddle = db.find_fixed_points(system, box=box)[1]
    assert saddle.stability == (2, 0, 1)
    found = db.homoclinic_points(system, saddle, length=100)
    assert len(found) > 10
    assert all(p.proved and p.proof.d is None for p in found)
    exact = piecewise_linear(known[0]).exact
    for p in found:  # its first two states are the planar map: the words are words of that, too
        flat, states = prove_connection(exact, (RIGHT,), (RIGHT,), p.proof.word)
        assert flat.d == sp.Rational(489, 100)
        assert np.allclose(states[p.position], p.x[:2], rtol=0, atol=1e-9)
    assert all(0 < p.angle <= math.pi / 2 and np.isnan(p.tangents[1]).all() for p in found)


def test_irrational_coefficients_are_not_proved():
    system = db.Map({"x": "1 - sqrt(3)*Abs(x) + y", "y": "x/2"})
    saddle = db.find_fixed_points(system, box=BOX)[1]
    found = db.homoclinic_points(system, saddle, length=10)
    assert found
    assert {p.reason for p in found} == {"the coefficients of the map are not all rational numbers"}
    assert not any(p.proved for p in found)


def test_two_discriminants_in_one_field():
    roots = shared_roots(fmpq(2), fmpq(8))
    assert roots[1] == 2 * roots[0]
    assert shared_roots(fmpq(2), fmpq(3)) is None
    one, other = shared_roots(fmpq(4), fmpq(3))
    assert (one * one, other * other) == (4, 3)
    one, other = shared_roots(fmpq(3), fmpq(9))
    assert (one * one, other * other) == (3, 9)
    assert one + other == other + one


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"point": 3}, "^point is 3; expected a FixedPoint or a Cycle"),
        ({"prove": -1}, "^prove is -1; expected True, False or a number of orbits"),
        ({"prove": "all"}, "^prove is 'all'"),
        ({"length": -2.0}, "^length is -2.0"),
        ({"manifolds": ["stable"]}, "^manifolds holds 'stable'; expected what trace_manifold returned"),
    ],
)
def test_misfits_are_refused(known, arguments, message):
    call = {"point": known[2], **arguments}
    with pytest.raises(InputError, match=message):
        db.homoclinic_points(known[0], call.pop("point"), **call)


def test_smooth_maps_and_sinks_are_refused(known):
    henon = db.Map({"x": "1 - 1.4*x^2 + y", "y": "0.3*x"})
    with pytest.raises(InputError, match="not recognised as a piecewise-linear map"):
        db.homoclinic_points(henon, known[2])
    flow = db.ODE({"x": "Abs(x) - 1 + y", "y": "-y"})
    with pytest.raises(InputError, match="not recognised as a piecewise-linear map"):
        db.homoclinic_points(flow, known[2])
    tame = lozi(a=0.3, b=0.2)
    sink = db.find_fixed_points(tame, box=BOX)[0]
    with pytest.raises(InputError, match="expected a saddle with one unstable direction"):
        db.homoclinic_points(tame, sink)


def test_the_same_saddle_given_twice_is_homoclinic():
    lozi = db.Map({"x": "1 - 1.7*Abs(x) + y", "y": "0.5*x"})
    saddle = db.find_fixed_points(lozi)[1]
    for other in (saddle, db.find_cycles(lozi, periods=1)[1]):
        point = db.homoclinic_points(lozi, saddle, other, length=6)[0]
        assert point.kind == point.proof.kind == "homoclinic"


def test_points_of_another_map_are_refused():
    lozi = db.Map({"x": "1 - a*Abs(x) + y", "y": "0.5*x"}, {"a": 1.7})
    saddle = db.find_fixed_points(lozi)[1]
    other = lozi.with_parameters(a=1.6)
    with pytest.raises(InputError, match="no fixed point of this map"):
        db.homoclinic_points(other, saddle, length=6)
    with pytest.raises(InputError, match="no fixed point of this map"):
        db.trace_manifold(other, saddle, "unstable", length=6)


@pytest.mark.parametrize("length", [12.0, None])
def test_manifolds_that_were_traced_are_not_traced_again(known, length, monkeypatch):
    system, _, x = known
    plain = db.homoclinic_points(system, x, length=length, box=BOX, prove=3)
    traced = [db.trace_manifold(system, x, which, box=BOX) for which in ("stable", "unstable")]
    monkeypatch.setattr("dynbench.manifolds.trace.exact_manifold", None)
    again = db.homoclinic_points(system, x, length=length, box=BOX, prove=3, manifolds=traced)
    assert len(again) == len(plain) > 20
    np.testing.assert_allclose([p.x for p in again], [p.x for p in plain], rtol=0, atol=1e-13)
    assert [(p.orbit, p.position, p.proved, p.reason) for p in again] == [
        (p.orbit, p.position, p.proved, p.reason) for p in plain
    ]
    with pytest.raises(TypeError, match="not callable"):  # what is not among them is traced
        db.homoclinic_points(system, x, length=length, box=BOX, prove=3, manifolds=traced[:1])


def test_a_stable_set_in_several_pieces_is_traced_again_to_the_length():
    system = db.Map({"x": "1 - 1.7*Abs(x) + y", "y": "0.1*x + 0.3*Abs(x)"})  # no inverse
    saddle = db.find_fixed_points(system)[1]
    traced = [db.trace_manifold(system, saddle, which, box=BOX) for which in ("stable", "unstable")]
    assert len(traced[0].branches) > traced[0].attached
    plain, again = (
        db.homoclinic_points(system, saddle, length=8, box=BOX, prove=0, manifolds=known) for known in ((), traced)
    )
    assert len(plain) == len(again) > 0
    np.testing.assert_allclose([p.x for p in again], [p.x for p in plain], rtol=0, atol=1e-13)


def test_what_is_no_sequence_of_manifolds_is_refused(known):
    system, _, x = known
    manifold = db.trace_manifold(system, x, "unstable", length=2)
    for wrong in (manifold, 3):
        with pytest.raises(InputError, match=r"manifolds is .*; expected a sequence of what trace_manifold returned"):
            db.homoclinic_points(system, x, length=2, manifolds=wrong)
    with pytest.raises(InputError, match="system is a flow that is not recognised as a piecewise-linear map"):
        db.homoclinic_points(db.ODE({"x": "y", "y": "x"}), x)
