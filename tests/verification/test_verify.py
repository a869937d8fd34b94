"""Reports as they are written hold; malformed ones are refused in a sentence, and never end in a traceback."""

from __future__ import annotations

import contextlib
import copy
import json
import random

import pytest

from dynbench.errors import InputError
from dynbench.verification import Outcome, Verification, lines, verify

QUICK = ["whole space", "henon", "lotka-volterra", "slow", "kinks", "double root"]
FULL = ["jang", "toggle", "van der pol", "duffing", "tanh network", "coupled cells"]


@pytest.mark.parametrize("name", QUICK)
def test_a_report_holds(report_of, name):
    verification = verify(report_of(name))
    assert verification.holds, "\n".join(map(str, verification.failed))
    assert len(verification) > 15


@pytest.mark.slow
@pytest.mark.parametrize("name", FULL)
def test_a_longer_report_holds(report_of, name):
    verification = verify(report_of(name))
    assert verification.holds, "\n".join(map(str, verification.failed))


def test_lines_name_each_claim_and_count_them(report_of):
    verification = verify(report_of("henon"))
    text = lines(verification)
    assert len(text) == len(verification) + 1
    assert any("exactly one fixed point within" in line for line in text)
    assert text[-1] == f"{len(verification)} claims, checked at 512 bits: all hold"


def test_what_fails_is_counted(report_of):
    report = report_of("henon")
    report["fixed_points"]["points"][0]["certificate"]["index"] *= -1
    verification = verify(report)
    assert not verification.holds
    assert Outcome.FAILS in {check.outcome for check in verification.failed}
    assert "fail" in lines(verification)[-1]


def test_a_file_is_read(report_of, tmp_path):
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report_of("henon")))
    assert verify(path, precision=256).holds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no JSON"),
        ("[1]", "expected the path of a JSON report"),
        ('{"format": "dynbench-report", "format_version": 1}', "format_version 1; expected 2"),
        ('{"format": NaN}', "NaN, which is no JSON number"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path, text, message):
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        verify(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.json cannot be read"):
        verify(tmp_path / "nothing.json")


def test_too_little_precision_is_refused(report_of):
    with pytest.raises(InputError, match="precision is 53"):
        verify(report_of("henon"), precision=53)


def test_a_key_that_is_missing_or_wrong_is_named(report_of):
    report = report_of("henon")
    report["fixed_points"]["points"][1]["certificate"]["center"] = "here"
    with pytest.raises(InputError, match=r"fixed_points\.points\[1\]\.certificate\.center is 'here'; expected a list"):
        verify(report)
    report = report_of("henon")
    del report["system"]["equations"]
    with pytest.raises(InputError, match=r"no key system\.equations"):
        verify(report)


def test_nothing_in_a_report_is_executed(report_of, tmp_path):
    report = report_of("henon")
    report["system"]["equations"]["x"] = f"__import__('os').mkdir('{tmp_path / 'pwned'}')"
    with pytest.raises(InputError, match=r"system\.equations\.x cannot be read"):
        verify(report)
    assert not (tmp_path / "pwned").exists()


def _places(value, path=()):
    """The paths of all values in a JSON tree."""
    yield path
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _places(entry, (*path, key))
    elif isinstance(value, list):
        for i, entry in enumerate(value[:6]):
            yield from _places(entry, (*path, i))


JUNK = [
    None,
    True,
    "x",
    "1/0",
    "exp(exp(exp(x)))",
    -1,
    0,
    3,
    1e308,
    -1e-300,
    10**400,
    [],
    {},
    [[1, 2]],
    "\u202e<script>",
]


@pytest.mark.parametrize("name", ["henon", "slow"])
def test_no_tampering_ends_in_a_traceback(report_of, name):
    original = report_of(name)
    places = [p for p in _places(original) if p and p[0] != "alerts"]
    stream = random.Random(7)
    for _ in range(40):
        report = copy.deepcopy(original)
        *parents, last = stream.choice(places)
        target = report
        for key in parents:
            target = target[key]
        if stream.random() < 0.2 and isinstance(target, dict):
            del target[last]
        else:
            target[last] = stream.choice(JUNK)
        with contextlib.suppress(InputError):
            assert isinstance(verify(report, precision=128), Verification)


WORDS = {
    "verdict": lambda c: c.update(verdict="The region searched holds exactly 3 fixed points (proof): 3 attract."),
    "chaos": lambda c: c.update(verdict="The system is chaotic (proof)."),
    "where": lambda c: c.update(verdict=c["verdict"].replace("region searched", "whole state space") + " "),
    "no alerts": lambda c: c.update(alerts=[{"severity": "note", "text": "Nothing to see.", "threshold": ""}]),
    "alerts of another kind": lambda c: c.update(alerts=None),
    "interrupted": lambda c: c.update(interrupted=True),
    "interrupted by a word": lambda c: c.update(interrupted="x"),
    "provenance": lambda c: c["provenance"].update(dynbench="0.0.1"),
    "another part": lambda c: c.update(appendix="The origin is globally stable (proof)."),
    "remark": lambda c: c["fixed_points"]["points"][0]["certificate"].update(decided=not True),
}


@pytest.mark.parametrize("name", WORDS)
def test_words_that_the_numbers_do_not_give_are_caught(report_of, name):
    report = copy.deepcopy(report_of("henon"))
    WORDS[name](report)
    assert not verify(report).holds


@pytest.mark.parametrize("what", [3, None, [1]])
def test_what_is_no_report_is_refused_in_a_sentence(what):
    with pytest.raises(InputError, match="expected the path of a JSON report, or the object that it holds"):
        verify(what)
