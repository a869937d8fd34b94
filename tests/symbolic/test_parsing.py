"""The parser of model strings: what it reads, what it refuses and how, and that nothing of a string is executed."""

from __future__ import annotations

import contextlib
import keyword
import math
import re
import sys
import time
from pathlib import Path

import mpmath
import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dynbench.errors import ModelError
from dynbench.symbolic import _vocabulary
from dynbench.symbolic.parsing import RESERVED, check_name, check_real, parse_expression

x, y, z = sp.symbols("x y z")
SYMBOLS = {"x": x, "y": y, "z": z}


def parse(text):
    return parse_expression(text, SYMBOLS)


def kink(s):
    return sp.Piecewise((s, s > 0), (0, True))


# --- what is read --------------------------------------------------------------------------------

READ = {
    "0.1*x": x / 10,
    "1e-3 + .5*x + 2.*y": sp.Rational(1, 1000) + x / 2 + 2 * y,
    "1.5E+1": sp.Integer(15),
    "0e999999999": sp.S.Zero,
    "0.30000000000000004": sp.Rational("0.30000000000000004"),
    "x - y - z": x - y - z,
    "x/y/z": x / (y * z),
    "x/y*z": x * z / y,
    "-x^2": -(x**2),
    "2^-1": sp.S.Half,
    "x**y^2": x ** (y**2),
    "(x + y)^2": (x + y) ** 2,
    "--x + +y": x + y,
    "x\n  +\ty": x + y,
    "pi*x": sp.pi * x,
    "sin(x)^2 + cos(pi/3)": sp.sin(x) ** 2 + sp.S.Half,
    "arctan(x) - atan(y)": sp.atan(x) - sp.atan(y),
    "arcsinh(x) + acosh(y) + arctanh(z)": sp.asinh(x) + sp.acosh(y) + sp.atanh(z),
    "ln(x) + log(y)": sp.log(x) + sp.log(y),
    "log10(x)": sp.log(x) / sp.log(10),
    "log2(x)": sp.log(x) / sp.log(2),
    "sqrt(8)": 2 * sp.sqrt(2),
    "cbrt(-8)": sp.Integer(-2),
    "abs(-x)": sp.Abs(x),
    "abs(abs(x)/3)": sp.Abs(x) / 3,
    "Abs(exp(x)*y)": sp.exp(x) * sp.Abs(y),
    "sqrt(x^2)": sp.Abs(x),
    "log(exp(x))": x,
    "sign(x)*sign(-2)": -sp.sign(x),
    "Max(x, y, 1) - min(x, 2)": sp.Max(x, y, 1) - sp.Min(x, 2),
    "relu(2*x - 4)": kink(2 * x - 4),
    "relu(relu(x) - 1)": sp.Max(kink(x) - 1, 0),
    "logistic(x)": sp.S.Half + sp.tanh(x / 2) / 2,
    "sigmoid(x)": sp.S.Half + sp.tanh(x / 2) / 2,
    "erf(x) + Heaviside(y)": sp.erf(x) + sp.Heaviside(y),
    "Piecewise((x, x > 0), (-x, True))": sp.Piecewise((x, x > 0), (-x, True)),
    "Piecewise((x, x >= 0), (y, x < 0))": sp.Piecewise((x, x >= 0), (y, True)),
    "Piecewise((1, 0 < x <= 1), (2, not y == z or x != 3), (3, True))": sp.Piecewise(
        (1, (x > 0) & (x <= 1)), (2, sp.Ne(y, z) | sp.Ne(x, 3)), (3, True)
    ),
    "x - x": sp.S.Zero,
    "(x - x)*y + 1": sp.S.One,
}


@pytest.mark.parametrize("text", READ)
def test_an_expression_is_read(text):
    assert parse(text) == READ[text]


def test_the_users_symbols_come_back():
    given_symbols = {"x": sp.Symbol("x", positive=True), "k": sp.Symbol("kappa"), "c": sp.Rational(3, 2)}
    assert parse_expression("abs(x)*k*c", given_symbols) == sp.Rational(3, 2) * given_symbols["x"] * given_symbols["k"]
    assert parse("abs(x - y)").free_symbols == {x, y}


@pytest.mark.parametrize(
    "name",
    [
        *keyword.kwlist,
        "E",
        "I",
        "S",
        "N",
        "pi",
        "oo",
        "exp",
        "sign",
        "Piecewise",
        "t",
        "x_1",
        "_",
        "λ",
        "ẋ",
        "x̂",
        "ﬁ",
        "µ",
    ],
)
def test_any_identifier_but_the_reserved_serves_as_a_name(name):
    if name in RESERVED:
        with pytest.raises(ModelError, match="cannot name a state"):
            check_name(name, "state")
        return
    check_name(name, "state")
    symbol = sp.Symbol(name)
    assert parse_expression(f"2*{name}^2 - {name}", {name: symbol}) == 2 * symbol**2 - symbol


def test_names_are_compared_as_they_are_written():
    # Python's own parser would make both of these "fi".
    one, other = sp.symbols("a b")
    assert parse_expression("ﬁ - fi", {"ﬁ": one, "fi": other}) == one - other


def test_a_name_followed_by_a_parenthesis_is_a_function():
    state = sp.Symbol("exp")
    assert parse_expression("exp*exp(exp)", {"exp": state}) == state * sp.exp(state)


@pytest.mark.parametrize("name", ["", " ", "1x", "x²", "x y", "x.y", "x-y", "a(b)", "<b>", "x\n", "\ud800", None, 3])
def test_what_is_no_identifier_is_no_name(name):
    with pytest.raises(ModelError, match="cannot name a parameter: expected letters"):
        check_name(name, "parameter")


@pytest.mark.parametrize("s", [-1400.0, -30.0, -1.0, 0.0, 0.5, 700.0, 1400.0])
def test_smooth_steps_do_not_overflow_in_doubles(s):
    with mpmath.workdps(700):
        logistic, softplus = float(1 / (1 + mpmath.exp(-s))), float(mpmath.log1p(mpmath.exp(s)))
    assert sp.lambdify(x, parse("logistic(x)"), "math")(s) == pytest.approx(logistic, abs=1e-15)
    assert sp.lambdify(x, parse("softplus(x)"), "math")(s) == pytest.approx(softplus, abs=1e-12)


def test_softplus_is_the_integral_of_the_logistic_function():
    assert sp.simplify(parse("softplus(x)").diff(x) - parse("logistic(x)")) == 0


@pytest.mark.parametrize("s", [-27.0, -0.001, 0.0, 64.0])
def test_the_cube_root_is_real_and_odd(s):
    assert float(parse("cbrt(x)").subs(x, s)) == pytest.approx(math.copysign(abs(s) ** (1 / 3), s), abs=1e-15)
    assert float(parse("cbrt(log(x) - 1)").subs(x, math.exp(s / 10))) == pytest.approx(
        math.copysign(abs(s / 10 - 1) ** (1 / 3), s / 10 - 1), abs=1e-12
    )


@pytest.mark.parametrize(
    "text", ["abs(sqrt(x) - 1)", "sign(exp(x)*y)", "abs(x^3)", "abs(2^x*y)", "abs(log(x)*acos(y))"]
)
def test_nothing_complex_comes_of_symbols_without_assumptions(text):
    assert not parse(text).has(sp.re, sp.im, sp.arg, sp.conjugate, sp.I, sp.ITE)


def test_a_long_sum_is_read():
    text = " + ".join(f"0.{k}1*x*tanh(y - {k})" for k in range(1, 300))
    assert len(parse(text).args) == 299


# --- what is refused -----------------------------------------------------------------------------

REFUSED = {
    # no expression
    "": "is empty",
    " \n": "is empty",
    "x +": "is not an expression: it is incomplete",
    "x + * y": r"'\*' stands where it makes no sense",
    "(x": r"a '\(' without its '\)'",
    "x)": r"a '\)' without its '\('",
    "()": "is not an expression|comma outside",
    "x, y": "comma outside the arguments",
    "2x": "operator is missing between '2' and 'x'",
    "x y": "operator is missing between 'x' and 'y'",
    "(x)(y)": r"operator is missing between '\)' and '\('",
    "x if y else z": "operator is missing between 'x' and 'if'",
    "lambda x": "operator is missing",
    "0x10": "operator is missing between '0' and 'x10'",
    "1_000": "operator is missing",
    "2j*x": "operator is missing between '2' and 'j'",
    # names and functions
    "x + mu": "symbol 'mu' in the expression 'x [+] mu' is neither a state nor a parameter",
    "zz": "did you mean z",
    "sin(t)": "symbol 't' .* explicit time is not supported",
    "time": "explicit time is not supported",
    "sinn(x)": "function 'sinn' .* is not known; did you mean sin[?]",
    "eval(x)": "function 'eval' .* is not known",
    "x(1 - y)": r"'x' .* is no function: a product is written x\*",
    "pi(2)": "'pi' .* is no function",
    "1 + sin": "function 'sin' .* has no arguments",
    "sin()": "sin takes 1 argument, not 0",
    "sin(x, y)": "sin takes 1 argument, not 2",
    "Max()": "Max takes 1 to 16 arguments, not 0",
    "sin(*x)": r"'\*x' .* not part of the language",
    "sin(**x)": "not part of the language",
    "x²": "'x²' .* is not a name",
    # what Python has and models have not
    "x.real": "'[.]' .* attributes",
    "x[0]": "subscripts",
    "{x}": "sets or dictionaries",
    "'x'": "strings",
    'f"{x}"': "strings",
    "lambda: x": "lambdas",
    "(x := 1)": "lambdas, slices or assignments",
    "[x for x in y]": "subscripts or lists",
    "x = y": "right-hand side alone",
    "x; y": "';' .* cannot be read",
    "x # y": "'#' .* cannot be read",
    "x & y": "write 'and'",
    "x // y": "'/' stands where it makes no sense",
    "x!": "factorial",
    "x\x00": "is not a name",
    "\ud800": "is not a name",
    # conditions
    "x > 0": "is a condition",
    "x + True": "'True' .* is a condition",
    "not x": "is a condition",
    "x and y": "is a condition",
    "Piecewise(x)": "'x' .* is no pair",
    "Piecewise()": "leaves cases open",
    "Piecewise((x, y), (1, True))": "'y' .* is no condition",
    "Piecewise((x, x > 0))": "leaves cases open",
    "Piecewise((x, x > 0), (y, x < -1))": "leaves cases open",
    "Piecewise((1, relu(x) > 2), (0, True))": "'relu.x. > 2' .* compares a Piecewise or relu",
    "Piecewise((1, x in y), (0, True))": "operator is missing",
    # not real, not finite
    "sqrt(-2) + x": r"'sqrt\(-2\)' .* is not a real number",
    "(-8)^(1/3)": "is not a real number",
    "log(0)": "is not finite",
    "x + 1/0": "'1/0' .* is not finite",
    "x/(y - y)": "is not finite",
    "tan(pi/2)": "is not finite",
    "asin(2)*x": "'asin.2.' .* is not a real number",
    "sqrt(-1 - x^2)": "is not real",
    "log(-cosh(x))": "is not real",
    "1e999": "number '1e999' is outside the range of double precision",
    "1e-400": "outside the range",
    "1e308*10": "outside the range",
    "exp(1000)*x": "outside the range",
    "exp(-1000)": "outside the range",
    "asin(sin(10^300))": "cannot be evaluated",
}


@pytest.mark.parametrize("text", REFUSED)
def test_the_rest_is_refused_in_one_sentence(text):
    with pytest.raises(ModelError, match=REFUSED[text]) as caught:
        parse(text)
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 300
    assert re.search(r"[.?]$", message)


def test_a_long_expression_is_quoted_in_short():
    with pytest.raises(ModelError, match="'mu'") as caught:
        parse(" + ".join(["x"] * 500 + ["mu"]))
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("text", [None, 3, b"x", x, ["x"]], ids=repr)
def test_only_strings_are_parsed(text):
    with pytest.raises(ModelError, match="must be a string"):
        parse(text)


@contextlib.contextmanager
def quick(seconds=2.0):
    """Fail where the processor time spent inside is longer (wall time would depend on what else the machine does)."""
    start = time.process_time()
    yield
    assert time.process_time() - start < seconds


def nested(form, times, inner="x"):
    for _ in range(times):
        inner = form.format(inner)
    return inner


EXPENSIVE = {
    "tower": "9**9**9**9",
    "tower of symbols": "^".join("x" * 300),
    "huge power": "10^10^10",
    "huge power of a number": "2^(10^9)",
    "huge power of a factor": nested("({})^100", 9, "2*x"),
    "huge power in an exponent": "(2^(10^9*x))^(1/x)",
    "huge power in the logarithm": "exp(10^12*log(1 + 1e-200))",
    "huge power of nearly one": "(1 + 1e-300)^1000",
    "huge literal": "1e999999999",
    "huge negative exponent": "1e-999999999*x",
    "many digits": "9" * 5000,
    "many digits by products": "x" + "*12345678901234567891e250" * 800,
    "huge constant in a sine": "sin(exp(exp(exp(100))))",
    "factors of a huge number": "sqrt((10^300 + 7)*(10^300 + 9)*x)",
    "many parentheses": "(" * 5000 + "x" + ")" * 5000,
    "many signs": "-" * 3000 + "x",
    "many nots": "Piecewise((1, " + "not " * 3000 + "x > 0), (0, True))",
    "many characters": "x*" * 500_000 + "x",
    "many terms": "+".join(["x"] * 5000),
    "continued fraction": nested("1/(x + {})", 49),
    "nested powers": nested("(({} - 1/7)^5 + 2)", 40),
    "nested hyperbolic functions of what may not be real": nested("tanh(sqrt({}) - y)", 20),
    "nested relu": nested("relu({} - 1)", 30),
    "nested absolute values of what may not be real": nested("abs(log({}) + y)", 20),
    "nested cube roots": nested("cbrt(sqrt({}) - y)", 20),
    "nested softplus": nested("softplus({})", 40),
    "nested maximum": nested("Max({}*x - 1, y, z)", 40),
    "relu of a sum of relu": "relu(" + "+".join(f"relu(x - {k}*y)" for k in range(40)) + ")",
    "conditions to multiply out": "Piecewise("
    + "".join(f"(x, {k} < x < {k + 1} and {k} < y < {k + 1})," for k in range(40))
    + "(0, True))",
}


@pytest.mark.parametrize("case", EXPENSIVE)
def test_no_string_takes_long(case):
    with quick(), contextlib.suppress(ModelError):
        parse(EXPENSIVE[case])


# --- nothing is executed -------------------------------------------------------------------------

# What Python's parser is shown: placeholders, operators and the reserved words.
HARMLESS_SOURCE = re.compile(r"(?:[nsf]\d+|and|or|not|True|False|[-+*/(),<>]|\*\*|[<>=!]=|\s)*")
LIBRARIES = tuple(str(Path(module.__file__).parent) for module in (sp, mpmath))


def harmless(event, arguments):
    """Whether an audit event is one that SymPy's own, lazily imported code may cause."""
    if event == "compile":
        source = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
        return isinstance(source, str) and HARMLESS_SOURCE.fullmatch(source) is not None
    if event == "import":
        return arguments[0].partition(".")[0] in {"sympy", "mpmath"}
    if event in {"open", "os.listdir"}:
        return str(arguments[0]).startswith(LIBRARIES)
    if event == "exec":
        return arguments[0].co_filename.startswith(LIBRARIES)
    return event in {
        "array.__new__",
        "marshal.loads",
        "builtins.id",
        "object.__getattr__",
        "object.__setattr__",
        "sys._getframe",
    }


class Watch:
    """Notes every audit event (code run, files, imports, processes, sockets ...) that is not harmless."""

    def __init__(self):
        self.active = False
        self.seen = []
        sys.addaudithook(self._hook)

    def _hook(self, event, arguments):
        if self.active and not harmless(event, arguments):
            self.seen.append((event, arguments))

    @contextlib.contextmanager
    def watching(self):
        self.seen.clear()
        self.active = True
        try:
            yield
        finally:
            self.active = False


WATCH = Watch()


@pytest.mark.parametrize("code", ["eval('1')", "exec('pass')", "open(__file__).close()", "__import__('colorsys')"])
def test_the_watch_would_notice(code):
    compiled = compile(code, "<test>", "exec")
    with WATCH.watching():
        exec(compiled)
    assert WATCH.seen


def read_safely(text):
    """Parse under watch: an expression or a ModelError must come of it, soon, and nothing else may happen."""
    with quick(3.0), WATCH.watching():
        try:
            result = parse(text)
        except ModelError as error:
            result = error
    assert not WATCH.seen
    if isinstance(result, ModelError):
        assert str(result).isprintable()
        assert len(str(result)) < 400
    else:
        assert isinstance(result, sp.Expr)
        assert result.free_symbols <= {x, y, z}
        assert not result.has(sp.I, sp.zoo, sp.nan, sp.oo)
    return result


FUNCTIONS = sorted(set(_vocabulary.FUNCTIONS) - {"Max", "max", "Min", "min"})
TOKENS = [
    *"xyzxyz0123()()+-*/^,<>.[]{}:;='\"`@#%&|~!?\\$λé\u2028\x00",
    *["**", "<=", "==", "//", "<<", "->", ":=", "0.5", "1e3", "x²", "ﬁ"],
    *["and", "or", "not", "True", "False", "Piecewise", "Max", "pi", "t", "mu", "lambda", "import", "in", "is", "None"],
    *FUNCTIONS,
]
HOSTILE = [
    "__import__('os').system('touch {sentinel}')",
    "open('{sentinel}', 'w')",
    "eval(\"open('{sentinel}', 'w')\")",
    "exec('import os')",
    "(lambda: open('{sentinel}', 'w'))()",
    "[c for c in ().__class__.__base__.__subclasses__()]",
    "x.__class__.__mro__[1]",
    "x.func.__globals__['__builtins__']",
    "f'{{open(chr(47))}}'",
    "getattr(x, 'subs')(x, 1)",
    "compile('1', '', 'eval')",
    "globals()['x']",
    "x @ y",
    "breakpoint()",
    "exit(1)",
    "sympify('1/0')",
    "Symbol('x')",
    "Function('f')(x)",
    "print(x)",
    "x if open('{sentinel}', 'w') else y",
    "yield x",
    "await x",
    "import os",
    "lambda x: x",
    "\N{MATHEMATICAL BOLD SMALL E}val(x)",
    "\N{FULLWIDTH LATIN SMALL LETTER E}xec(x)",
    "x\nimport os",
    "x #\nopen('{sentinel}')",
    "\\\nimport os",
    "{sentinel}",
]


ODD = [
    *[
        "x % y",
        "x << 1",
        "~x",
        "del x",
        "async x",
        "yield",
        "return x",
        "global x",
        "sin(x=1)",
        "None",
        "...",
        "__debug__",
    ],
    *["1.real", "1..real", "0b1", "0o7", "1__0", "1.e5.3", "1e", "1e+", ".", "..", "1e-400", "0." + "1" * 5000],
    *[
        "Symbol('z')",
        "Function('f')(x)",
        "Integral(x, x)",
        "oo",
        "zoo",
        "nan",
        "inf",
        "I*x",
        "acosh(0)",
        "0/0",
        "0^(-1)",
    ],
    *[
        "x # comment",
        "x\\\n+y",
        "\ufeffx",
        "x\u2028y",
        "x\u202e",
        "\N{ARABIC-INDIC DIGIT ONE} + x",
        "\N{SCRIPT SMALL E}",
    ],
    *["`x`", "%s", "{}", "${x}", "<script>alert(1)</script>", "x'", "x''", "b'x'", "_", "__", "x$y", "x?y"],
    *["(" * 5000, ")" * 5000, "x**" * 300 + "x", "x^-" * 300 + "x", "sin(" * 300 + "x" + ")" * 300, "," * 5000],
]


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text[:20]))
def test_odd_strings_execute_nothing(text):
    read_safely(text)


def grown(children):
    """Longer expressions from shorter ones, most of them well formed."""
    number = st.sampled_from(["2", "3", "0.5", "-1", "10", "x", "100", "1000", "1e9", "1/3", "y"])
    return st.one_of(
        st.tuples(children, st.sampled_from(["+", "-", "*", "/"]), children).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
        st.tuples(children, number).map(lambda p: f"({p[0]})^({p[1]})"),
        st.tuples(st.sampled_from(FUNCTIONS), children).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(st.sampled_from(["Max", "Min"]), children, children).map(lambda p: f"{p[0]}({p[1]}, {p[2]})"),
        st.tuples(children, children, st.sampled_from(["<", ">=", "==", "!="]), children).map(
            lambda p: f"Piecewise(({p[0]}, {p[1]} {p[2]} {p[3]}), ({p[3]}, True))"
        ),
    )


ATOMS = st.sampled_from(["x", "y", "z", "0", "1", "2", "0.1", "pi", "1e300", "12345678901234567", "1e-300"])
GROWN = st.recursive(ATOMS, grown, max_leaves=12)
SOUP = st.lists(st.sampled_from(TOKENS), max_size=25).map(" ".join)
SETTINGS = settings(max_examples=550, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


@SETTINGS
@given(st.text(max_size=60))
def test_random_text_executes_nothing(text):
    read_safely(text)


@SETTINGS
@given(SOUP)
def test_random_tokens_execute_nothing(text):
    read_safely(text)


@SETTINGS
@given(GROWN)
def test_random_expressions_execute_nothing(text):
    read_safely(text)


@SETTINGS
@given(
    st.sampled_from(HOSTILE),
    st.sampled_from(["", "x + ", "sin(", "Piecewise((x, "]),
    st.one_of(SOUP, st.text(max_size=9)),
)
def test_hostile_strings_execute_nothing(tmp_path_factory, attack, before, after):
    sentinel = tmp_path_factory.getbasetemp() / "sentinel"
    result = read_safely(before + attack.format(sentinel=sentinel) + after)
    assert isinstance(result, ModelError)
    assert not sentinel.exists()


# --- the meaning, against an evaluation of our own -----------------------------------------------

POINT = {"x": 0.7, "y": -1.3, "z": 2.1}
MEANINGS = {
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "atan": math.atan,
    "asinh": math.asinh,
    "abs": abs,
    "cbrt": lambda s: math.copysign(abs(s) ** (1 / 3), s),
    "sign": lambda s: float((s > 0) - (s < 0)),
    "relu": lambda s: max(s, 0.0),
    "logistic": lambda s: 1 / (1 + math.exp(-s)),
    "softplus": lambda s: math.log1p(math.exp(s)),
    "erf": math.erf,
}
LEAVES = st.sampled_from(
    [(name, value) for name, value in POINT.items()] + [("0.25", 0.25), ("3", 3.0), ("pi", math.pi)]
)


def with_values(children):
    """Texts together with their values at `POINT`."""
    pair = st.tuples(children, children)
    return st.one_of(
        pair.map(lambda p: (f"{p[0][0]} + {p[1][0]}", p[0][1] + p[1][1])),
        pair.map(lambda p: (f"{p[0][0]} - ({p[1][0]})", p[0][1] - p[1][1])),
        pair.map(lambda p: (f"({p[0][0]})*({p[1][0]})", p[0][1] * p[1][1])),
        pair.map(lambda p: (f"({p[0][0]})/(2 + ({p[1][0]})^2)", p[0][1] / (2 + p[1][1] ** 2))),
        pair.map(lambda p: (f"Max({p[0][0]}, {p[1][0]})", max(p[0][1], p[1][1]))),
        pair.map(lambda p: (f"Piecewise(({p[0][0]}, x < y), ({p[1][0]}, True))", p[1][1])),
        st.tuples(st.sampled_from(sorted(MEANINGS)), children).map(
            lambda p: (f"{p[0]}({p[1][0]})", MEANINGS[p[0]](p[1][1]) if abs(p[1][1]) < 500 else math.nan)
        ),
    )


@settings(max_examples=200, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(LEAVES, with_values, max_leaves=8))
def test_an_expression_means_what_it_says(pair):
    text, value = pair
    result = parse(text)
    computed = result.subs({SYMBOLS[name]: sp.Rational(str(number)) for name, number in POINT.items()}).evalf(30)
    # sign and relu jump or bend at 0, where doubles land on either side.
    if math.isfinite(value) and not (result.has(sp.sign) and "sign" in text):
        assert float(computed) == pytest.approx(value, rel=1e-9, abs=1e-9)


# --- check_real ----------------------------------------------------------------------------------

REAL = [x, sp.Integer(3), sp.pi * x, sp.log(x), sp.sqrt(x - 1), sp.Abs(sp.exp(x)), sp.Float(0.1) * x, sp.re(sp.exp(x))]
NOT_REAL = {
    "imaginary unit": (sp.I * x, "I is not a real number"),
    "infinity": (x + sp.oo, "oo is not finite"),
    "complex infinity": (sp.zoo * x, "zoo is not finite"),
    "not a number": (sp.nan, "nan is not finite"),
    "constant": (sp.acos(2) + x, r"acos\(2\) is not a real number"),
    "constant without I": (x * sp.Integer(-8) ** sp.Rational(1, 3), "is not a real number"),
    "never real": (sp.sqrt(-1 - x**2), r"sqrt\(-x\*\*2 - 1\) is not real"),
    "overflow": (sp.exp(1000) * x, r"exp\(1000\) is not finite in double precision"),
    "tower": (sp.exp(sp.exp(sp.exp(sp.Integer(100)))), r"exp\(exp\(100\)\) is not finite"),
    "large integer": (sp.Integer(10) ** 400, "is not finite in double precision"),
    "inside a branch": (sp.Piecewise((sp.I, x > 0), (1, True)), "I is not a real number"),
    "undefined function": (sp.Function("f")(x), r"f\(x\) is a function without a definition"),
    "symbol declared complex": (sp.Symbol("w", imaginary=True), "symbol w"),
}


@pytest.mark.parametrize("expression", REAL, ids=str)
def test_a_real_expression_passes(expression):
    check_real(expression, "the equation for x")


@pytest.mark.parametrize("case", NOT_REAL)
def test_a_part_that_is_not_real_is_named(case):
    expression, expected = NOT_REAL[case]
    with pytest.raises(ModelError, match=f"{expected}.*the equation for x") as caught, quick():
        check_real(expression, "the equation for x")
    assert len(str(caught.value)) < 200
