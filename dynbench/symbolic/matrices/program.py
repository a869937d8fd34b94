"""The lines of generated code, the names in it, and what is known of the values that they stand for."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Kind", "Program", "Value"]


class Kind(enum.Enum):
    """What kind of array a name stands for."""

    VECTOR = enum.auto()
    MATRIX = enum.auto()
    DIAGONAL = enum.auto()
    OPERAND = enum.auto()


class Value(NamedTuple):
    """Source of a node: its text, what kind of array that gives, and whether no input occurs in it."""

    text: str
    kind: Kind
    constant: bool


class Program:
    """Assignments to names t0, t1, ...; those of constants apart."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.constants: list[str] = []
        self._count = 0
        self._named: dict[str, str] = {}
        self._shared: set[str] = set()

    def assign(self, text: str, kind: Kind, constant: bool) -> Value:
        """Name the value of `text`; the same text gets the same name."""
        if text.isidentifier():
            return Value(text, kind, constant)
        if text in self._named:
            self._shared.add(self._named[text])
        else:
            (self._named[text],) = self.call(text, 1, constant)
        return Value(self._named[text], kind, constant)

    def call(self, text: str, count: int, constant: bool) -> list[str]:
        """Name the `count` values of `text` (which is a tuple where they are several, or a call)."""
        names = [f"t{self._count + i}" for i in range(count)]
        self._count += count
        (self.constants if constant else self.lines).append(f"{', '.join(names)} = {text}")
        return names

    def release(self, name: str) -> bool:
        """Forget a name, so that its array may be overwritten; False where it is in use twice."""
        if name in self._shared:
            return False
        self._named = {text: known for text, known in self._named.items() if known != name}
        return True

    def text(self, arguments: Sequence[str], results: Sequence[str], *, ahead: bool) -> str:
        """The source of ``kernel``; constants stand before it if they are computed `ahead`, else in it."""
        outside, inside = (self.constants, self.lines) if ahead else ([], [*self.constants, *self.lines])
        head, tail = f"def kernel({', '.join(arguments)}):", f"return ({''.join(f'{r}, ' for r in results)})"
        return "\n".join([*outside, head, *(f"    {line}" for line in (*inside, tail)), ""])
