"""Reports on networks: what is true holds, what is tampered with is caught, and wrong weights are refused."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import dynbench as db
from dynbench.errors import InputError
from dynbench.fixed_points.large.newton import newton_state
from dynbench.fixed_points.search.newton_starts import NewtonStarts
from dynbench.systems.weights import array_records
from dynbench.verification import Outcome, lines, verify

NAMES = (
    *("rnn 5", "esn 8", "gru 6", "lstm 6", "relu 4", "low-rank 8", "sparse 9"),
    *("esn 150", "rnn 60", "activation 60", "softsign 50", "relu 50", "low-rank 60", "sparse 60", "gru 40", "lstm 50"),
)


def outcomes(report, system, claim):
    return {check.outcome for check in verify(report, weights=system.parameters) if claim in check.claim}


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_of_a_true_report_holds(report_of, name):
    system, report = report_of(name)
    assert any(p["status"] == "certified" for p in report["fixed_points"]["points"])
    verification = verify(report, weights=system.parameters)
    assert verification.holds, list(map(str, verification.failed))
    # How it was checked is said as it was: of few states in balls, of many in doubles.
    assert ("in doubles with bounds" in lines(verification)[-1]) == (system.dimension > 30)


def test_a_report_on_150_units_is_checked_from_the_file(report_of, tmp_path):
    system, report = report_of("esn 150")
    path = db.save_weights(system, tmp_path / "esn.npz")
    assert verify(report, weights=path).holds


# ---- what is tampered with


def certified(report, k=0):
    return [p for p in report["fixed_points"]["points"] if p["status"] == "certified"][k]


def slow(report):
    return next(p for p in report["fixed_points"]["points"] if p["status"] == "slow point")


def move(report):
    point = certified(report)
    point["x"][3] += 1e-9
    point["certificate"]["center"][3] += 1e-9


def invent(report):
    point = copy.deepcopy(certified(report))
    rng = np.random.default_rng(1)
    point["x"] = point["certificate"]["center"] = (np.array(point["x"]) + rng.normal(size=len(point["x"]))).tolist()
    report["fixed_points"]["points"].insert(0, point)


def scale(key, factor, choose=certified):
    def apply(report):
        choose(report)["certificate"][key] *= factor

    return apply


def flip_index(report):
    certified(report)["certificate"]["index"] *= -1


def one_more_unstable(report):
    point = certified(report)
    stable, central, unstable = point["stability"]
    point["stability"] = [stable - 1, central, unstable + 1]
    point["certificate"]["stability"] = point["stability"]
    point["certificate"]["n_unstable"] = unstable + 1
    sides = point["certificate"]["sides"]
    sides[sides.index(-1)] = 1
    point["kind"] = "saddle-focus"


def shift_disc(report):
    c = certified(report)["certificate"]
    c["eigenvalues"][0][0] += 3 * c["eigenvalue_radii"][0]
    certified(report)["eigenvalues"][0][0] = c["eigenvalues"][0][0]


def another_sum(report):
    report["fixed_points"]["index_sum"] += 2


def another_expectation(report):
    report["fixed_points"]["expected_index_sum"] = 3


def another_equation(report):
    (name,) = report["system"]["equations"]
    report["system"]["equations"][name] = report["system"]["equations"][name].replace("tanh", "atan")


def another_jacobian(report):
    report["derived"]["jacobian"] = report["derived"]["jacobian"].replace("**2", "**4")
    report["derived"]["divergence"] = f"trace({report['derived']['jacobian']})"


def claim_completeness(report):
    report["fixed_points"]["complete"] = True


MUTATIONS = [
    (move, {Outcome.FAILS}, "a fixed point within"),
    (invent, {Outcome.NOT_ESTABLISHED, Outcome.FAILS}, "a fixed point within"),
    (scale("radius", 0.5), {Outcome.FAILS}, "a fixed point within"),
    (scale("uniqueness_radius", 30), {Outcome.NOT_ESTABLISHED, Outcome.FAILS}, "exactly one fixed point within"),
    (scale("uniqueness_radius", 1e-30), {Outcome.NOT_ESTABLISHED}, "exactly one fixed point within"),
    (flip_index, {Outcome.FAILS}, ": index "),
    (one_more_unstable, {Outcome.FAILS}, "proved counts"),
    (shift_disc, {Outcome.NOT_ESTABLISHED, Outcome.FAILS}, "one eigenvalue in each"),
    (another_sum, {Outcome.FAILS}, "the indices add up"),
    (another_expectation, {Outcome.FAILS}, "the indices of all fixed points"),
    (another_equation, {Outcome.FAILS, Outcome.NOT_ESTABLISHED}, "a fixed point within"),
    (another_jacobian, {Outcome.FAILS}, "the Jacobian as stated"),
    (claim_completeness, {Outcome.NOT_ESTABLISHED, Outcome.FAILS}, "the list of fixed points is complete"),
]


@pytest.mark.parametrize("name", ["esn 60", "rnn 40"])
@pytest.mark.parametrize(("mutate", "wanted", "claim"), MUTATIONS, ids=lambda v: getattr(v, "__name__", None))
def test_a_tampered_report_is_caught(report_of, name, mutate, wanted, claim):
    system, report = report_of(name)
    mutate(report)
    assert outcomes(report, system, claim) & wanted


@pytest.mark.parametrize("mutate", [move, flip_index, another_jacobian, another_equation, another_sum])
def test_a_tampered_report_on_few_units_is_caught(report_of, mutate):
    system, report = report_of("rnn 5")
    mutate(report)
    assert not verify(report, weights=system.parameters).holds


@pytest.mark.parametrize("name", ["lstm 6", "lstm 50"])
def test_another_slice_in_an_equation_or_a_derivative_is_caught(report_of, name):
    """h and c of the cell are told apart by their rows alone."""
    system, report = report_of(name)
    n = system.dimension
    first, second = f"x[0:{n // 2}]", f"x[{n // 2}:{n}]"
    right = report["system"]["equations"]["x"]
    assert first in right
    assert second in right
    report["system"]["equations"]["x"] = right.replace(first, second)
    assert outcomes(report, system, "the Jacobian as stated") == {Outcome.FAILS}
    assert not verify(report, weights=system.parameters).holds
    report["system"]["equations"]["x"] = right.replace(second, f"x[{n // 2}:{n + 1}]")
    with pytest.raises(InputError, match="sizes do not fit"):
        verify(report, weights=system.parameters)


@pytest.mark.parametrize("name", ["rnn 60", "activation 60"])
def test_a_larger_exclusion_radius_is_caught(report_of, name):
    system, report = report_of(name)
    for factor in (1.5, 4, 100):
        tampered = copy.deepcopy(report)
        certificate = slow(tampered)["certificate"]
        certificate["exclusion_radius"] *= factor
        found = outcomes(tampered, system, f"no fixed point within {certificate['exclusion_radius']:.3g}")
        assert found
        assert Outcome.HOLDS not in found


def test_a_fixed_point_is_not_excluded(report_of):
    system, report = report_of("rnn 60")
    points = report["fixed_points"]["points"]
    points.append(copy.deepcopy(certified(report)))
    points[-1]["status"] = "slow point"
    points[-1]["certificate"] |= {"verdict": "no fixed point", "exclusion_radius": 1e-3}
    assert outcomes(report, system, f"point {len(points) - 1}: no fixed point within") == {Outcome.FAILS}


def test_other_weights_with_their_own_hash_are_other_fixed_points(report_of):
    """Weights moved by 1e-12 of size 1 move a fixed point by far more than its radius."""
    system, report = report_of("rnn 60")
    other = system.with_parameters(W=system.parameters["W"] + 1e-12)
    report["system"]["arrays"] = array_records(other)
    assert outcomes(report, other, "a fixed point within") == {Outcome.FAILS}
    assert not verify(report, weights=other.parameters).holds


# ---- weights


def test_weights_of_another_network_are_refused(report_of):
    system, report = report_of("rnn 60")
    W = np.array(system.parameters["W"])
    W[7, 9] += 1e-12
    with pytest.raises(InputError, match="The array W of the weights is not that of the report: its content hash"):
        verify(report, weights={**system.parameters, "W": W})


def test_missing_weights_are_named(report_of, tmp_path):
    system, report = report_of("rnn 60")
    with pytest.raises(InputError, match=r"The report does not hold the arrays of its system \(W, b\): give the file"):
        verify(report)
    with pytest.raises(InputError, match="The weights lack the array b"):
        verify(report, weights={"W": system.parameters["W"]})
    np.savez(tmp_path / "half.npz", W=system.parameters["W"])
    with pytest.raises(InputError, match=r"half\.npz does not hold the array b"):
        verify(report, weights=tmp_path / "half.npz")


def test_weights_of_another_shape_or_kind_are_refused(report_of, tmp_path):
    system, report = report_of("rnn 60")
    with pytest.raises(InputError, match="The array W of the weights is 60 x 59; the report's is 60 x 60"):
        verify(report, weights={**system.parameters, "W": system.parameters["W"][:, 1:]})
    with pytest.raises(InputError, match="The array W of the weights is not a dense one"):
        verify(report, weights={**system.parameters, "W": "W"})
    np.savez(tmp_path / "objects.npz", W=np.array([{}], dtype=object), b=system.parameters["b"])
    with pytest.raises(InputError, match="holds no plain arrays"):
        verify(report, weights=tmp_path / "objects.npz")
    (tmp_path / "text.npz").write_text("W")
    with pytest.raises(InputError, match="holds no plain arrays"):
        verify(report, weights=tmp_path / "text.npz")
    with pytest.raises(InputError, match="cannot be read: No such file"):
        verify(report, weights=tmp_path / "none.npz")


def test_single_precision_weights_of_the_same_value_are_the_same_array(tmp_path):
    W = np.array([[0, 2], [2, 0]], dtype=np.float32)
    assert array_records(db.RNN(W)) == array_records(db.RNN(W.astype(float)))


# ---- a thousand units


@pytest.mark.slow
@pytest.mark.parametrize("name", ["esn 1000", "activation 1000"])
def test_a_thousand_units(name, build, report_from):
    system = build(name)
    if name.startswith("activation"):  # of a smaller gain, at which Newton's method converges more often
        system = system.with_parameters(W=system.parameters["W"] / 1.4)
    rng = np.random.default_rng(0)
    starts = [x for x, done in (newton_state(system, 0.5 * rng.normal(size=1000)) for _ in range(12)) if done][:2]
    report = report_from(system, NewtonStarts(starts=np.array(starts)))
    found = report["fixed_points"]["points"]
    assert sum(p["status"] == "certified" for p in found) >= 1
    verification = verify(report, weights=system.parameters)
    assert verification.holds, list(map(str, verification.failed))
