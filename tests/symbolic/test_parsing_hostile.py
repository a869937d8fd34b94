"""Two thousand random and hostile strings: none executes anything, each is an expression or a `ModelError`.

That nothing is executed is watched from outside, by an audit hook of the interpreter: while a string is read,
Python may compile syntax trees (which is how the parser reads) but must not run code from them, import, open a
file, start a process or look at the network.
"""

from __future__ import annotations

import contextlib
import string
import sys
import time
from collections.abc import Iterator

import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.symbolic.parsing import parse_expression

NAMES = {name: sp.Symbol(name) for name in ("x", "y", "lambda", "E", "exp", "λ")}
FORBIDDEN = ("exec", "import", "open", "os.", "subprocess.", "socket.", "shutil.", "ctypes.", "pty.", "webbrowser.")
SLOWEST = 2.0

_seen: list[str] = []
_watching = False


def _watch(event: str, args: tuple[object, ...]) -> None:
    if _watching and event.startswith(FORBIDDEN):
        _seen.append(f"{event} {args!r:.80}")


@pytest.fixture(scope="module", autouse=True)
def audit_hook() -> None:
    # A hook cannot be removed: it stays, doing nothing unless a string is being read.
    sys.addaudithook(_watch)


@contextlib.contextmanager
def watched() -> Iterator[None]:
    global _watching
    _seen.clear()
    _watching = True
    try:
        yield
    finally:
        _watching = False
    assert not _seen, _seen


def read(text: str) -> None:
    started = time.perf_counter()
    try:
        with watched():
            result = parse_expression(text, NAMES)
    except db.errors.ModelError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 400
    else:
        assert isinstance(result, sp.Expr)
        assert result.free_symbols <= set(NAMES.values())
    assert time.perf_counter() - started < SLOWEST


HOSTILE = [
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "x.__class__",
    "getattr(x, 'diff')",
    "eval('1')",
    "exec('import os')",
    "open('/etc/passwd')",
    "lambda: x",
    "(lambda x: x)(1)",
    "[x for x in (1, 2)]",
    "{x: 1}",
    "{x}",
    "f'{x}'",
    "'text'",
    'b"bytes"',
    "x if y else 1",
    "x := 1",
    "x = 1",
    "x; y",
    "import os",
    "del x",
    "x[0]",
    "x@y",
    "x // y",
    "x % y",
    "x << 1",
    "x & y",
    "~x",
    "not x",
    "x and y",
    "x < y",
    "x == y",
    "*x",
    "sin(*x)",
    "sin(x=1)",
    "sin()",
    "sin(x, y)",
    "sin",
    "nosuch(x)",
    "Piecewise()",
    "Piecewise((x, y))",
    "Piecewise((x, 1 > 0 > y))",
    "Symbol('z')",
    "Function('f')(x)",
    "Integral(x, x)",
    "sympify('1')",
    "9**9**9**9",
    "9^9^9^9",
    "10**10**10",
    "2**(10**9)",
    "(1 + x)**(10**12)",
    "1e999999999",
    "1e-999999999",
    "0.1e400",
    "1" * 5000,
    "0." + "1" * 5000,
    "exp(exp(exp(exp(9))))",
    "exp(1000)",
    "sqrt(-1)",
    "log(0)",
    "log(-1)",
    "1/0",
    "x/0",
    "0**(-1)",
    "0/0",
    "asin(2)",
    "acosh(0)",
    "tan(pi/2)",
    "1j",
    "2j*x",
    "I*x",
    "oo",
    "nan",
    "zoo",
    "inf",
    "t",
    "sin(time)",
    "(" * 5000,
    "(" * 200 + "x" + ")" * 200,
    "-" * 5000 + "x",
    "x" + "+x" * 5000,
    "sin(" * 300 + "x" + ")" * 300,
    "x**" * 300 + "x",
    "x^-" * 300 + "x",
    "",
    " ",
    "\n",
    "x\ny",
    "x\\\n+y",
    "x # comment",
    "x\x00y",
    "\ufeffx",
    "x\u2028y",
    "ｘ",
    "ﬁ(x)",
    "ℯ",
    "x²",
    "١ + x",
    "x\u202e",
    "\ud800",
    "True",
    "False*x",
    "None",
    "...",
    "x.real",
    "1.real",
    "1..real",
    "0x10",
    "0b1",
    "0o7",
    "1_000",
    "1__0",
    "1.e5.3",
    "1e",
    "1e+",
    ".",
    "..",
    "x y",
    "2x",
    "2 x",
    "x(y)",
    "(x)(y)",
    "x$y",
    "x?y",
    "x!",
    "`x`",
    "%s",
    "{}",
    "{{x}}",
    "${x}",
    "<script>alert(1)</script>",
    "x'",
    "x''",
    "async x",
    "await x",
    "yield x",
    "yield",
    "return x",
    "global x",
    "__debug__",
    "__name__",
    "_",
    "__",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:30]))
def test_hostile_strings(text):
    read(text)


@pytest.mark.parametrize(
    "text", ["__import__('os').system('true')", "x.__class__", "lambda: x", "x[0]", "'text'", "1j", "9**9**9**9", "t"]
)
def test_these_are_refused(text):
    with pytest.raises(db.errors.ModelError):
        parse_expression(text, NAMES)


def test_the_watch_would_see_code_run():
    with pytest.raises(AssertionError, match="exec"), watched():
        exec("1 + 1")


RUNS = settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
PIECES = st.sampled_from(
    [
        *("x", "y", "lambda", "E", "exp", "λ", "t", "z", "pi", "1", "0", "2", "0.5", "1e3", "1e99", "10", "-1"),
        *("+", "-", "*", "/", "**", "^", "(", ")", ",", "<", ">", "==", "and", "or", "not", "True", " ", "."),
        *("sin(", "exp(", "log(", "sqrt(", "Piecewise((", "Max(", "relu(", "abs(", "tan(", "asin(", "cbrt(", "erf("),
        *("__class__", "import", "eval(", "[", "]", "{", "}", "'", '"', ":", "=", "\\", "\n", "#", "@", "lambda x:"),
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join))
@RUNS
def test_random_pieces(text):
    read(text)


@given(st.one_of(st.text(max_size=40), st.text(alphabet=string.printable, max_size=60)))
@RUNS
def test_random_text(text):
    read(text)
