"""Files of weights: what is written is read back, by a hash of canonical bytes that anyone can compute."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import scipy.sparse

import dynbench as db
from dynbench.errors import InputError
from dynbench.systems.weights import array_records, as_recorded, read_weights

W = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, -1.5], [1.0, 0.0, 0.25]])
SYSTEMS = {
    "dense": db.RNN(W, [1, 2, 3]),
    "sparse": db.RNN(scipy.sparse.csr_array(W), [1, 2, 3]),
    "low rank": db.RNN(db.LowRank(W[:, :2], W[:, 1:]), [1, 2, 3]),
    "readout": db.EchoStateNetwork(W, [1, 2, 3], [3, 2, 1], [0, 1, 0], u=0.5),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_what_is_written_is_read_back(name, tmp_path):
    system = SYSTEMS[name]
    records = array_records(system)
    found = read_weights(db.save_weights(system, tmp_path / "w.npz"), records)
    again = system.with_parameters(**{n: as_recorded(n, value, records[n]) for n, value in found.items()})
    assert again.content_hash == system.content_hash
    assert array_records(again) == records


def test_the_hash_is_that_of_the_canonical_bytes():
    record = array_records(SYSTEMS["dense"])["W"]
    assert record["sha256"] == hashlib.sha256(b"dense 3 3\n" + W.astype("<f8").tobytes()).hexdigest()
    assert record | {"sha256": ""} == {
        **{"shape": [3, 3], "axes": 2, "dtype": "float64", "layout": "dense", "entries": 9, "sha256": ""}
    }
    assert array_records(SYSTEMS["sparse"])["W"]["entries"] == 4
    assert array_records(SYSTEMS["dense"])["b"]["axes"] == 1


def test_plain_savez_will_do(tmp_path):
    system = SYSTEMS["dense"]
    np.savez(tmp_path / "w.npz", W=W, b=[1.0, 2.0, 3.0])
    assert read_weights(tmp_path / "w.npz", array_records(system))["W"].tolist() == W.tolist()


def test_what_cannot_be_saved_is_refused(tmp_path):
    with pytest.raises(InputError, match="The system has no arrays"):
        db.save_weights(db.ODE({"x": "-x"}), tmp_path / "w.npz")
    with pytest.raises(InputError, match=r"w\.txt is no \.npz file"):
        db.save_weights(SYSTEMS["dense"], tmp_path / "w.txt")
    with pytest.raises(InputError, match="cannot be written"):
        db.save_weights(SYSTEMS["dense"], tmp_path / "nowhere" / "w.npz")
    with pytest.raises(InputError, match="system is"):
        db.save_weights("dense", tmp_path / "w.npz")


def test_what_cannot_be_read_is_refused(tmp_path):
    records = array_records(SYSTEMS["dense"])
    np.savez(tmp_path / "w.npz", W=W)
    with pytest.raises(InputError, match="does not hold the array b"):
        read_weights(tmp_path / "w.npz", records)
    np.savez(tmp_path / "w.npz", W=W, b=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="holds no plain arrays"):
        read_weights(tmp_path / "w.npz", records)
    with pytest.raises(InputError, match="cannot be read"):
        read_weights(tmp_path / "none.npz", records)
