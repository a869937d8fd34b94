"""Networks end to end: analysed, written, read again with their weights, checked; through Python and the command."""

from __future__ import annotations

import functools
import json
import re

import jsonschema
import numpy as np
import pytest
from typer.testing import CliRunner

import dynbench as db
from dynbench.cli.app import app
from dynbench.errors import InputError
from dynbench.fixed_points.search import NetworkPlan
from dynbench.reporting.json import schema


def cell(gates: int, units: int, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "weight_ih_l0": rng.normal(size=(gates * units, 2)),
        "weight_hh_l0": 2 * rng.normal(size=(gates * units, units)) / np.sqrt(units),
        "bias_ih_l0": np.zeros(gates * units),
        "bias_hh_l0": np.zeros(gates * units),
    }


def reservoir(units: int, gain: float) -> db.EchoStateNetwork:
    rng = np.random.default_rng(units)
    W = gain * rng.normal(size=(units, units)) / np.sqrt(units)
    feedback, readout = rng.uniform(-1, 1, (units, 2)), rng.normal(size=(2, units)) / np.sqrt(units)
    return db.EchoStateNetwork(W, feedback, readout, rng.normal(size=(units, 1)), u=0.1)


def weights(units: int, gain: float) -> np.ndarray:
    return gain * np.random.default_rng(units).normal(size=(units, units)) / np.sqrt(units)


#: The table of strategies, with the times that a JSON report leaves out, so that it is the same every time.
TIMES = re.compile(r"[^\n]*What each strategy found[^\n]*\n.*?(?=\n\n|</table>)", re.DOTALL)
FEW = NetworkPlan(budget=3, rounds=1)
#: Name -> (system, box, search, fewest points, whether there are edges).
CASES = {
    "rnn of 2": (lambda: db.RNN([[2, 0.3], [0.1, 1.5]]), None, None, 9, True),
    "relu rnn of 2": (
        lambda: db.RNN([[0.5, -1.5], [-1.5, 0.5]], 1.0, activation="relu"),
        [(-4, 4)] * 2,
        None,
        3,
        True,
    ),
    "esn of 8": (lambda: reservoir(8, 0.6), None, None, 1, False),
    "gru of 2": (lambda: db.networks.from_state_dict(cell(3, 2, 2), cell="gru"), [(-1.5, 1.5)] * 2, None, 1, False),
    "lstm of 2": (
        lambda: db.networks.from_state_dict(cell(4, 2, 1), cell="lstm"),
        [(-1.1, 1.1)] * 2 + [(-4, 4)] * 2,
        None,
        1,
        False,
    ),
    "rnn of 40": (lambda: db.RNN(weights(40, 2.0)), None, FEW, 3, False),
    "relu rnn of 40": (lambda: db.RNN(weights(40, 0.9), 0.3, activation="relu"), None, FEW, 1, False),
    "esn of 150": (lambda: reservoir(150, 1.2), None, FEW, 1, True),
    "gru of 40": (lambda: db.networks.from_state_dict(cell(3, 40, 40), cell="gru"), None, FEW, 1, False),
    "lstm of 20": (lambda: db.networks.from_state_dict(cell(4, 20, 1), cell="lstm"), None, FEW, 3, True),
}


@functools.cache
def analysed(name: str) -> db.Analysis:
    build, box, search, _, _ = CASES[name]
    return db.analyze(build(), box=box, **({} if search is None else {"search": search}))


@pytest.mark.parametrize("name", CASES)
def test_written_read_and_checked(name, tmp_path):
    analysis = analysed(name)
    *_, fewest, edges = CASES[name]
    assert len(analysis.fixed_points) >= fewest
    assert not edges or analysis.graph.number_of_edges()
    path = db.report(analysis, tmp_path / "network.json")
    arrays = db.save_weights(analysis.system, tmp_path / "network.npz")
    jsonschema.validate(json.loads(path.read_text()), schema())
    again = db.load_report(path, weights=arrays)
    assert type(again.system) is type(analysis.system)
    assert db.report(again, tmp_path / "again.json").read_bytes() == path.read_bytes()
    verification = db.verify(path, weights=arrays)
    assert verification.holds, list(map(str, verification.failed))


@pytest.mark.parametrize(
    ("name", "suffix"), [("esn of 150", ".md"), ("esn of 150", ".html"), ("lstm of 2", ".md"), ("rnn of 40", ".html")]
)
def test_a_rebuilt_report_is_the_same_page(name, suffix, tmp_path):
    """Readouts of an echo state network, too: the report says that it is one."""
    analysis = analysed(name)
    path = db.report(analysis, tmp_path / "network.json")
    again = db.load_report(path, weights=analysis.system.parameters)
    first, second = (
        db.report(a, tmp_path / f"{k}{suffix}").read_text("utf-8") for k, a in enumerate((analysis, again))
    )
    timed = TIMES.search(first) is not None
    assert timed == (CASES[name][2] is not None)
    assert ("how long each took is not kept in a JSON report" in second) == timed
    assert TIMES.sub("", first) == TIMES.sub("", second)
    assert ("z\u2081" in first) == (name == "esn of 150")


def test_what_is_no_echo_state_network_is_not_said_to_be_one(tmp_path):
    analysis = analysed("rnn of 40")
    path = db.report(analysis, tmp_path / "network.json")
    content = json.loads(path.read_text())
    assert content["system"]["network"] == {"kind": "recurrent network"}
    for kind in ("echo state network", "perceptron"):
        content["system"]["network"]["kind"] = kind
        path.write_text(json.dumps(content))
        with pytest.raises(InputError, match=kind):
            db.load_report(path, weights=analysis.system.parameters)
        assert not db.verify(path, weights=analysis.system.parameters).holds


MODEL = """
import numpy as np
import dynbench as db
rng = np.random.default_rng(3)
gates = {"weight_ih_l0": rng.normal(size=(8, 1)), "weight_hh_l0": 2*rng.normal(size=(8, 2))}
net = db.networks.from_state_dict({**gates, "bias_ih_l0": np.zeros(8), "bias_hh_l0": np.zeros(8)}, cell="lstm")
"""


def test_the_command_reports_and_verifies_a_network(tmp_path):
    model = tmp_path / "model.py"
    model.write_text(MODEL)
    box = "--box=x_1=-1.1:1.1,x_2=-1.1:1.1,x_3=-4:4,x_4=-4:4"
    run = CliRunner()
    written = run.invoke(app, ["report", f"{model}:net", "-o", str(tmp_path / "x.json"), box])
    assert written.exit_code == 0, written.output
    assert (tmp_path / "x.npz").is_file()
    refused = run.invoke(app, ["verify", str(tmp_path / "x.json")])
    assert refused.exit_code == 2
    assert "does not hold the arrays of its system" in refused.stderr
    verified = run.invoke(app, ["verify", str(tmp_path / "x.json"), "--weights", str(tmp_path / "x.npz")])
    assert verified.exit_code == 0, verified.output
