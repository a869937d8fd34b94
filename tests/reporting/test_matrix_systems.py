"""JSON reports on systems in matrix form: texts and hashes, no arrays; rebuilt with the weights, the same bytes."""

from __future__ import annotations

import json

import jsonschema
import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.analysis import Analysis
from dynbench.cli.app import _write_weights
from dynbench.errors import InputError
from dynbench.fixed_points.search.newton_starts import NewtonStarts
from dynbench.reporting.json import render_json, schema
from dynbench.transitions import TransitionGraph

RNG = np.random.default_rng(5)
N = sp.Symbol("n", integer=True, positive=True)
X, W = sp.MatrixSymbol("x", N, 1), sp.MatrixSymbol("and", N, N)
GRU = {
    f"{name}_l0": RNG.normal(size=shape)
    for name, shape in (("weight_ih", (9, 1)), ("weight_hh", (9, 3)), ("bias_ih", 9), ("bias_hh", 9))
}
SYSTEMS = {
    "rnn": db.RNN(RNG.normal(size=(4, 4)), 0.1, tau=2.5, leak=sp.Rational(1, 3)),
    "esn": db.EchoStateNetwork(RNG.normal(size=(5, 5)), RNG.normal(size=(5, 2)), RNG.normal(size=(2, 5))),
    "gru": db.networks.from_state_dict(GRU, cell="gru", inputs=0.5),
    "names": db.ODE({X: -X + W * X.applyfunc(sp.atan)}, {W: RNG.normal(size=(3, 3)), N: 3}, name="<script>"),
}


@pytest.fixture
def written(tmp_path):
    """A function from a name to (system, path of its JSON report, path of its weights)."""

    def write(name):
        system = SYSTEMS[name]
        starts = np.random.default_rng(0).normal(size=(8, system.dimension))
        points = db.find_fixed_points(system, search=NewtonStarts(starts=starts), rng=0)
        provenance = {"dynbench": db.__version__, "content_hash": system.content_hash}
        analysis = Analysis(system, points, (), TransitionGraph(), (), (), False, provenance)
        path = db.report(analysis, tmp_path / f"{name}.json")
        return system, path, db.save_weights(system, tmp_path / f"{name}.npz")

    return write


@pytest.mark.parametrize("name", SYSTEMS)
def test_rebuilt_with_its_weights_it_is_the_same(written, name):
    system, path, weights = written(name)
    jsonschema.validate(json.loads(path.read_text()), schema())
    for given in (weights, str(weights), system.parameters):
        again = db.load_report(path, weights=given)
        assert again.system == system
        assert render_json(again) == path.read_text()
    assert db.verify(path, weights=weights).holds


def test_the_arrays_themselves_are_not_in_it(written):
    system, path, _ = written("esn")
    report = json.loads(path.read_text())["system"]
    assert report["equations"] == {"x": "-x + (W_fb*W_o + W_r)*tanh(x)"}
    assert set(report["arrays"]) == {"W_r", "W_fb", "W_o"}
    assert repr(float(system.parameters["W_r"][0, 0])) not in path.read_text()


def test_without_its_weights_or_with_others_it_is_refused(written):
    system, path, _ = written("rnn")
    with pytest.raises(InputError, match=r"does not hold the arrays of its system \(W, b\): pass weights="):
        db.load_report(path)
    other = {**system.parameters, "W": np.array(system.parameters["W"]) + 1e-12}
    with pytest.raises(InputError, match="The array W of the weights is not that of the report: its content hash"):
        db.load_report(path, weights=other)
    with pytest.raises(InputError, match="The weights lack the array b"):
        db.load_report(path, weights={"W": system.parameters["W"]})


def test_of_many_arrays_the_first_are_named(written):
    _, path, weights = written("gru")
    with pytest.raises(InputError, match=r"the arrays of its system \(u, W_ir, b_ir, W_hr, b_hr, W_iz, \.\.\.\)"):
        db.load_report(path)
    np.savez(weights, **GRU)
    with pytest.raises(InputError, match="does not hold the array u; save_weights writes a file that does"):
        db.load_report(path, weights=weights)


def test_another_equation_is_refused(written):
    _, path, weights = written("rnn")
    path.write_text(path.read_text().replace("W*tanh(x)", "W*sin(x)"))
    with pytest.raises(InputError, match="the equations are not those that the content hash was made of"):
        db.load_report(path, weights=weights)


def test_the_command_writes_the_weights_beside_the_report(tmp_path, capsys):
    _write_weights(SYSTEMS["rnn"], tmp_path / "rnn.json")
    assert (tmp_path / "rnn.npz").is_file()
    assert "the weights that it is checked with" in capsys.readouterr().err
    _write_weights(db.ODE({"x": "-x"}), tmp_path / "line.json")
    _write_weights(SYSTEMS["rnn"], tmp_path / "page.html")
    assert not (tmp_path / "line.npz").exists()
    assert not (tmp_path / "page.npz").exists()
