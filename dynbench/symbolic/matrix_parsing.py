"""Texts of matrix expressions to trees; nothing of a text is ever executed.

The grammar, in which ``A`` and ``x`` are names of arrays and of the column of states::

    -x + {1/tau}*(W_r + W_fb*W_o)*tanh(x) + b

- sums, differences, products of matrices, brackets; a scalar factor stands in braces, ``{1/tau}``;
- ``f(M)``, a function of one variable of the model vocabulary (``tanh``, ``relu``) applied to every entry, and
  ``each(s -> s/(1 + abs(s)), M)`` for any other one; what stands in braces and before the arrow's end is read by
  `dynbench.symbolic.parsing`;
- ``hadamard(M, N, ...)``, ``transpose(M)``, ``diag(v)`` of a column, ``diagonal(M)``, the column of diagonal entries;
- ``M[i:j]``, the rows i, ..., j - 1 of a matrix or column, counted from 0; ``stack(M, N, ...)``, matrices one
  below the other;
- ``ones(n, m)``, ``zeros(n, m)``, ``identity(n)``, and ``matrix(n, m, entry, ...)``, rational entries row by row.

The trees are neutral: who reads one gives it a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import sympy as sp

from dynbench.errors import ModelError
from dynbench.symbolic.parsing import parse_expression

__all__ = [
    "Constant",
    "Diagonal",
    "DiagonalOf",
    "Each",
    "Hadamard",
    "Name",
    "Node",
    "Numbers",
    "Product",
    "Rows",
    "Scaled",
    "Stack",
    "Sum",
    "Transposed",
    "parse_matrix",
]

_MOST_NODES, _MOST_DEPTH, _LONGEST = 2000, 40, 100_000
#: Digits of one entry; Python reads no more than 4300 at once.
_MOST_DIGITS = 4000
_TOKEN = re.compile(r"\s*(?:(?P<name>[^\W\d]\w*)|(?P<number>\d+)|(?P<sign>[-+*/(),{:[\]]))")
_WORDS = ("each", "hadamard", "stack", "transpose", "diag", "diagonal", "ones", "zeros", "identity", "matrix")


@dataclass(frozen=True)
class Node:
    """A matrix expression."""

    @property
    def children(self) -> tuple[Node, ...]:
        """The expressions that it is made of."""
        return ()

    def rebuilt(self, children: tuple[Node, ...]) -> Node:
        """The same operation on other expressions."""
        return self

    def walk(self) -> Iterator[Node]:
        """The expression and everything inside it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Name(Node):
    """The column of states, or an array."""

    name: str


@dataclass(frozen=True)
class _Many(Node):
    parts: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        """The parts."""
        return self.parts

    def rebuilt(self, children: tuple[Node, ...]) -> Node:
        """The same operation on other expressions."""
        return type(self)(children)


@dataclass(frozen=True)
class _One(Node):
    argument: Node

    @property
    def children(self) -> tuple[Node, ...]:
        """The argument."""
        return (self.argument,)

    def rebuilt(self, children: tuple[Node, ...]) -> Node:
        """The same operation on another expression."""
        return replace(self, argument=children[0])


class Sum(_Many):
    """The sum of its parts."""


class Product(_Many):
    """The product of its parts."""


class Hadamard(_Many):
    """The elementwise product of its parts."""


class Stack(_Many):
    """Its parts, one below the other."""


class Transposed(_One):
    """The transpose of its argument."""


class Diagonal(_One):
    """The diagonal matrix of a column."""


class DiagonalOf(_One):
    """The diagonal of a matrix, a column."""


@dataclass(frozen=True)
class Rows(_One):
    """The rows `start`, ..., `stop` - 1 of its argument."""

    start: int
    stop: int


@dataclass(frozen=True)
class Scaled(_One):
    """A scalar times its argument."""

    factor: sp.Expr


@dataclass(frozen=True)
class Each(_One):
    """A scalar function, `body` in the slot symbol, of every entry of its argument."""

    body: sp.Expr


@dataclass(frozen=True)
class Constant(Node):
    """The matrix of ones or of zeros, or the identity, by its word in the grammar."""

    what: str
    shape: tuple[int, int]


@dataclass(frozen=True)
class Numbers(Node):
    """A matrix of rational numbers, row by row."""

    shape: tuple[int, int]
    entries: tuple[sp.Expr, ...]


def parse_matrix(text: str, names: Mapping[str, str], scalars: Mapping[str, sp.Expr], slot: sp.Symbol) -> Node:
    """Read the text of a matrix expression.

    Parameters
    ----------
    text : str
        The text.
    names : mapping
        Word in the text -> name of the array or of the column of states.
    scalars : mapping
        Word -> symbol, for scalar factors and functions.
    slot : sympy symbol
        The variable that elementwise functions are put in.

    Raises
    ------
    ModelError
        If the text is no such expression.
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise ModelError("A matrix expression must be a text, and not a very long one.")
    return _Reader(text, names, scalars, slot).read()


class _Reader:
    """Recursive descent, one character position."""

    def __init__(self, text: str, names: Mapping[str, str], scalars: Mapping[str, sp.Expr], slot: sp.Symbol) -> None:
        self._text, self._names, self._scalars, self._slot = text, names, scalars, slot
        self._at = self._made = self._depth = 0

    def read(self) -> Node:
        tree = self._sum()
        if self._peek():
            self._refuse(f"{self._peek()!r} is not expected")
        return tree

    # ---- the grammar

    def _sum(self) -> Node:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            self._refuse("it is nested too deeply")
        terms = [self._term(self._take("-"))]
        while self._peek() in ("+", "-"):
            terms.append(self._term(self._next() == "-"))
        self._depth -= 1
        return terms[0] if len(terms) == 1 else self._new(Sum(tuple(terms)))

    def _term(self, negative: bool) -> Node:
        factor = sp.S.NegativeOne if negative else sp.S.One
        factors: list[Node] = []
        while True:
            if self._take("{"):
                factor *= self._scalar(self._until("}"), self._scalars)
            else:
                factors.append(self._part())
            if not self._take("*"):
                break
        if not factors:
            self._refuse("a scalar stands alone")
        product = factors[0] if len(factors) == 1 else self._new(Product(tuple(factors)))
        return product if factor == 1 else self._new(Scaled(product, factor))

    def _part(self) -> Node:
        found = self._primary()
        if self._take("["):
            start = self._count()
            self._expect(":")
            stop = self._count()
            self._expect("]")
            if start >= stop:
                self._refuse(f"the rows {start}:{stop} are none")
            found = self._new(Rows(found, start, stop))
        return found

    def _primary(self) -> Node:
        if self._take("("):
            inner = self._sum()
            self._expect(")")
            return inner
        word = self._next()
        if not word.isidentifier():
            self._refuse(f"{word!r} is not expected" if word else "it ends too soon")
        if self._peek() == "(":
            self._next()
            made = self._call(word)
            self._expect(")")
            return self._new(made)
        if word not in self._names:
            self._refuse(f"{word} is no array")
        return self._new(Name(self._names[word]))

    def _call(self, word: str) -> Node:
        if word not in _WORDS:
            slot = self._fresh()
            return Each(self._sum(), self._scalar(f"{word}({slot})", {slot: self._slot}))
        if word == "each":
            slot = self._next()
            self._expect("-")
            self._expect_text(">")
            body = self._until(",")
            return Each(self._sum(), self._scalar(body, {**self._scalars, slot: self._slot}))
        if word in _CONSTANTS:
            sizes = [self._size()]
            if word != "identity":
                self._expect(",")
            sizes.append(sizes[0] if word == "identity" else self._size())
            return Constant(word, (sizes[0], sizes[1])) if word != "matrix" else self._numbers(sizes)
        if word in _SEVERAL:
            parts = [self._sum()]
            while self._take(","):
                parts.append(self._sum())
            return _SEVERAL[word](tuple(parts))
        return _UNARY[word](self._sum())

    def _numbers(self, sizes: list[int]) -> Node:
        entries = []
        while self._take(","):
            sign = sp.S.NegativeOne if self._take("-") else sp.S.One
            numerator = self._next()
            denominator = self._next() if self._take("/") else "1"
            plain = numerator.isdecimal() and denominator.isdecimal()
            if not plain or len(numerator + denominator) > _MOST_DIGITS or not int(denominator):
                self._refuse("an entry of matrix(...) is no rational number")
            entries.append(sign * sp.Rational(int(numerator), int(denominator)))
        if len(entries) != sizes[0] * sizes[1]:
            self._refuse(f"matrix(...) has {len(entries)} entries; expected {sizes[0] * sizes[1]}")
        return Numbers((sizes[0], sizes[1]), tuple(entries))

    # ---- its parts

    def _scalar(self, text: str, symbols: Mapping[str, sp.Expr]) -> sp.Expr:
        return parse_expression(text, symbols)

    def _fresh(self) -> str:
        return next(f"s{i}" for i in range(len(self._scalars) + 1) if f"s{i}" not in self._scalars)

    def _size(self) -> int:
        size = self._count()
        if size < 1:
            self._refuse(f"'{size}' is no size")
        return size

    def _count(self) -> int:
        word = self._next()
        if not word.isdecimal() or len(word) > 9:
            self._refuse(f"{word!r} is no size")
        return int(word)

    def _until(self, end: str) -> str:
        """The text up to a sign outside all brackets, which is passed over."""
        depth, start = 0, self._at
        while self._at < len(self._text):
            sign = self._text[self._at]
            self._at += 1
            if sign == end and depth == 0:
                return self._text[start : self._at - 1]
            depth += {"(": 1, ")": -1}.get(sign, 0)
        self._refuse(f"{end!r} is missing")
        raise AssertionError  # _refuse raises

    def _peek(self) -> str:
        match = _TOKEN.match(self._text, self._at)
        if match is not None:
            return match.group().strip()
        return self._text[self._at :].strip()[:1]

    def _next(self) -> str:
        token = self._peek()
        match = _TOKEN.match(self._text, self._at)
        if match is None and token:
            self._refuse(f"{token!r} is not expected")
        self._at = len(self._text) if match is None else match.end()
        return token

    def _take(self, sign: str) -> bool:
        if self._peek() != sign:
            return False
        self._next()
        return True

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            self._refuse(f"{sign!r} is missing")

    def _expect_text(self, sign: str) -> None:
        if not self._text.startswith(sign, self._at):
            self._refuse(f"{sign!r} is missing")
        self._at += len(sign)

    def _new(self, node: Node) -> Node:
        self._made += 1
        if self._made > _MOST_NODES:
            self._refuse("it is too long")
        return node

    def _refuse(self, why: str) -> None:
        raise ModelError(f"The matrix expression {self._text!r:.80} cannot be read: {why}.")


_CONSTANTS = ("ones", "zeros", "identity", "matrix")
_SEVERAL: dict[str, Callable[[tuple[Node, ...]], Node]] = {"hadamard": Hadamard, "stack": Stack}
_UNARY: dict[str, Callable[[Node], Node]] = {
    "transpose": Transposed,
    "diag": Diagonal,
    "diagonal": DiagonalOf,
}
