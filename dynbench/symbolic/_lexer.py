"""From the text of a model to a source that Python's parser may safely see.

Every number and every name of the user's is replaced by a placeholder (``n0``, ``s1``, ``f2``), so that Python's
parser meets nothing but placeholders, operators, parentheses, commas and the five reserved words: a state may be
called ``lambda``, no literal is converted, and no Unicode normalisation of identifiers takes place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from dynbench.errors import ModelError

__all__ = ["RESERVED", "Source", "Token", "mangle", "quoted", "tokenize"]

RESERVED = frozenset({"and", "or", "not", "True", "False"})
"""The words that mean something in a condition and so cannot name a state or a parameter."""

_MAX_LENGTH = 40_000
_MAX_TOKENS = 4_000
_MAX_PARENTHESES = 50

# A word is any run that is neither space nor ASCII punctuation: what Python would not take for an identifier is
# then reported as a whole ("x²"), instead of as one odd character.
_TOKEN = re.compile(
    r"""(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<word>[^\s0-9!-/:-@\[-^`{-~][^\s!-/:-@\[-^`{-~]*)
      | (?P<operator>\*\*|<=|>=|==|!=|[-+*/^(),<>])
      | (?P<space>\s+)""",
    re.VERBOSE,
)

_FOREIGN = {
    ".": "attributes do not exist in a model",
    "[": "there are no subscripts or lists in a model",
    "]": "there are no subscripts or lists in a model",
    "{": "there are no sets or dictionaries in a model",
    "}": "there are no sets or dictionaries in a model",
    '"': "there are no strings in a model",
    "'": "there are no strings or primes in a model",
    ":": "there are no lambdas, slices or assignments in a model",
    "=": "give the right-hand side alone, and compare with == inside a Piecewise condition",
    "&": "write 'and'",
    "|": "write 'or'",
    "~": "write 'not'",
    "!": "write 'not', and a factorial is not known",
}


class Token(NamedTuple):
    """One number, name or operator, with its place in the text."""

    kind: str
    text: str
    start: int
    stop: int


class Source(NamedTuple):
    """Python source made of placeholders, and the columns at which each token begins and ends in it."""

    text: str
    begins: dict[int, Token]
    ends: dict[int, Token]


def quoted(text: str, limit: int = 60) -> str:
    """Return ``text`` on one line, in quotes, shortened in the middle and safe to print."""
    line = " ".join(text[: 4 * limit].split()) if len(text) > 4 * limit else " ".join(text.split())
    if len(line) > limit or len(text) > 4 * limit:
        line = f"{line[: limit - 15]} ... {text[-10:].strip()}"
    return repr(line)


def tokenize(text: str) -> list[Token]:
    """Split an expression into tokens and check what needs no grammar: length, characters, parentheses.

    Raises
    ------
    ModelError
        If the text is too long, holds a foreign character, has unbalanced or too many nested parentheses, or lacks
        an operator between two operands.
    """
    if len(text) > _MAX_LENGTH:
        raise ModelError(f"The expression {quoted(text)} has {len(text)} characters; at most {_MAX_LENGTH} are read.")
    tokens = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _foreign(text, text[position])
        position = match.end()
        kind = str(match.lastgroup)
        if kind != "space":
            tokens.append(Token(kind, match.group(), match.start(), match.end()))
        if kind == "word" and not match.group().isidentifier():
            raise ModelError(
                f"{quoted(match.group())} in the expression {quoted(text)} is not a name: "
                "expected letters, digits and underscores only."
            )
    if not tokens:
        raise ModelError(f"The expression {quoted(text)} is empty.")
    if len(tokens) > _MAX_TOKENS:
        raise ModelError(
            f"The expression {quoted(text)} has {len(tokens)} numbers, names and operators; "
            f"at most {_MAX_TOKENS} are read."
        )
    _check_parentheses(text, tokens)
    _check_operands(text, tokens)
    return tokens


def mangle(tokens: Sequence[Token]) -> Source:
    """Write the tokens as Python source in which placeholders stand for all that the user named.

    A placeholder is ``n``, ``s`` or ``f`` (number, symbol, function) and the index of its token.
    """
    pieces: list[str] = []
    begins: dict[int, Token] = {}
    ends: dict[int, Token] = {}
    column = 0
    for index, token in enumerate(tokens):
        piece = token.text
        if token.kind == "number":
            piece = f"n{index}"
        elif token.kind == "word" and token.text not in RESERVED:
            called = index + 1 < len(tokens) and tokens[index + 1].text == "("
            piece = f"{'f' if called else 's'}{index}"
        elif token.text == "^":
            piece = "**"
        begins[column] = token
        ends[column + len(piece)] = token
        pieces.append(piece)
        column += len(piece) + 1
    return Source(" ".join(pieces), begins, ends)


def _foreign(text: str, character: str) -> ModelError:
    reason = _FOREIGN.get(character, "only numbers, names, + - * / ^ ( ) , and comparisons are read")
    return ModelError(f"The character {character!r} in the expression {quoted(text)} cannot be read: {reason}.")


def _check_parentheses(text: str, tokens: Sequence[Token]) -> None:
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if depth < 0:
            raise ModelError(f"The expression {quoted(text)} has a ')' without its '('.")
        if depth > _MAX_PARENTHESES:
            raise ModelError(f"The expression {quoted(text)} nests parentheses deeper than {_MAX_PARENTHESES} levels.")
    if depth:
        raise ModelError(f"The expression {quoted(text)} has a '(' without its ')'.")


def _check_operands(text: str, tokens: Sequence[Token]) -> None:
    """Refuse two operands in a row, where Python would see a syntax error or the call of an expression."""
    for left, right in pairwise(tokens):
        named = left.kind == "word" and left.text not in RESERVED
        if named and right.text == "(":
            continue
        ends_operand = named or left.kind == "number" or left.text in {")", "True", "False"}
        begins_operand = right.kind == "number" or right.text == "("
        begins_operand |= right.kind == "word" and right.text not in {"and", "or", "not"}
        if ends_operand and begins_operand:
            raise ModelError(
                f"An operator is missing between {quoted(left.text)} and {quoted(right.text)} "
                f"in the expression {quoted(text)}: a product is written with '*'."
            )
