"""Reading an untrusted report: plain JSON values, each with the path of its key, sizes limited, nothing executed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from dynbench.errors import InputError

__all__ = ["Field", "open_report"]

_MOST_BYTES = 200_000_000
_LONGEST_TEXT = 100_000
_MOST_ITEMS = 1_000_000
FORMAT, VERSION = "dynbench-report", 2


@dataclass(frozen=True)
class Field:
    """A value of the report and where it stands.

    Every method raises `InputError`, in a sentence that names the key, where the value is not of the kind asked for.

    Attributes
    ----------
    value : object
        What the report holds there.
    path : str
        Its key: ``fixed_points.points[3].certificate.radius``.
    """

    value: Any
    path: str

    def __getitem__(self, key: str) -> Field:
        if not isinstance(self.value, Mapping):
            self._refuse("an object")
        path = f"{self.path}.{key}" if self.path else key
        if key not in self.value:
            raise InputError(f"The report has no key {path}.")
        return Field(self.value[key], path)

    def get(self, key: str) -> Field | None:
        """The value of a key; None where it is null."""
        field = self[key]
        return None if field.value is None else field

    @property
    def null(self) -> bool:
        """Whether the value is null."""
        return self.value is None

    def keys(self) -> list[str]:
        """The keys of an object."""
        if not isinstance(self.value, Mapping):
            self._refuse("an object")
        return [str(key) for key in self.value]

    def items(self, length: int | None = None) -> list[Field]:
        """The entries of a list, which has the given length where one is given."""
        if not isinstance(self.value, list | tuple) or len(self.value) > _MOST_ITEMS:
            self._refuse("a list")
        if length is not None and len(self.value) != length:
            raise InputError(f"{self.path} has {len(self.value)} entries; expected {length}.")
        return [Field(entry, f"{self.path}[{i}]") for i, entry in enumerate(self.value)]

    def text(self) -> str:
        """A string."""
        if not isinstance(self.value, str) or len(self.value) > _LONGEST_TEXT:
            self._refuse("a text")
        return self.value

    def texts(self, length: int | None = None) -> list[str]:
        """A list of strings."""
        return [entry.text() for entry in self.items(length)]

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self._refuse("true or false")
        return self.value

    def number(self) -> float:
        """A finite number."""
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            self._refuse("a finite number")
        try:
            value = float(self.value)
        except OverflowError:
            self._refuse("a finite number")
        if not math.isfinite(value):
            self._refuse("a finite number")
        return value

    def literal(self) -> int | float:
        """A finite number as it stands: an integer is not rounded."""
        return self.value if isinstance(self.value, int) and abs(self.number()) >= 0 else self.number()

    def length(self) -> float:
        """A finite number that is not negative."""
        value = self.number()
        if value < 0:
            self._refuse("a number that is not negative")
        return value

    def integer(self) -> int:
        """A whole number."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or abs(self.value) > 2**62:
            self._refuse("a whole number")
        return self.value

    def integers(self, length: int) -> tuple[int, ...]:
        """A list of whole numbers."""
        return tuple(entry.integer() for entry in self.items(length))

    def vector(self, length: int) -> tuple[float, ...]:
        """A list of finite numbers."""
        return tuple(entry.number() for entry in self.items(length))

    def box(self, dimension: int) -> tuple[tuple[float, float], ...]:
        """A list of pairs (low, high) with low < high."""
        pairs = []
        for entry in self.items(dimension):
            low, high = entry.vector(2)
            if not low < high:
                entry._refuse("a pair (low, high) with low < high")
            pairs.append((low, high))
        return tuple(pairs)

    def choice(self, *options: str) -> str:
        """One of some words."""
        if self.value not in options:
            self._refuse(f"one of {', '.join(map(repr, options))}")
        return str(self.value)

    def choice_of(self, *options: int) -> int:
        """One of some whole numbers."""
        if self.integer() not in options:
            self._refuse(f"one of {', '.join(map(str, options))}")
        return self.integer()

    def _refuse(self, expected: str) -> NoReturn:
        shown = repr(self.value)[:60]
        raise InputError(f"{self.path or 'The report'} is {shown}; expected {expected}.")


def open_report(report: Any) -> Field:
    """Read a report: a path to a JSON file, or what such a file holds.

    Raises
    ------
    InputError
        If the file cannot be read, holds no JSON, or no report of the format that is checked here.
    """
    if isinstance(report, str | Path):
        report = _load(Path(report))
    field = Field(report, "")
    if not isinstance(report, Mapping):
        raise InputError(f"report is {report!r:.60}; expected the path of a JSON report, or the object that it holds.")
    field["format"].choice(FORMAT)
    if field["format_version"].integer() != VERSION:
        raise InputError(f"The report has format_version {report['format_version']}; expected {VERSION}.")
    return field


def _load(path: Path) -> Any:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f"{path} is larger than {_MOST_BYTES} bytes.")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is no UTF-8 text.") from None
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise InputError(f"{path} is nested too deeply.") from None
    except ValueError as error:
        raise InputError(f"{path} is no JSON: {error}.") from None


def _no_constant(name: str) -> NoReturn:
    raise InputError(f"The report holds {name}, which is no JSON number.")
