"""Words: the patterns that a periodic orbit of a piecewise-linear map visits in turn, up to where it starts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Word", "as_word", "canonical", "canonical_start", "is_primitive", "read_word", "written"]

#: k patterns of H units, as plain Python values, so that words can be compared, ordered and hashed.
Word = tuple[tuple[bool, ...], ...]


def as_word(patterns: Any) -> Word:
    """Patterns (k, H) as a word."""
    return tuple(tuple(bool(unit) for unit in pattern) for pattern in patterns)


def canonical(word: Any) -> Word:
    """The greatest rotation of a word (k, H): the same for every start on one cycle, different for different words."""
    return max(_rotations(word))


def canonical_start(word: Any) -> int:
    """The place in a word at which its canonical rotation starts, the first such place."""
    rotations = _rotations(word)
    return rotations.index(max(rotations))


def is_primitive(word: Any) -> bool:
    """Whether a word (k, H) is no repetition of a shorter one."""
    first, *others = _rotations(word)
    return first not in others


def written(word: Any) -> str:
    """A word as text: 1 for an active unit, patterns parted by spaces."""
    return " ".join("".join("01"[bool(unit)] for unit in pattern) for pattern in np.asarray(word, dtype=bool))


def read_word(text: str) -> Word:
    """The word that `written` wrote."""
    return tuple(tuple(unit == "1" for unit in pattern) for pattern in text.split())


def _rotations(word: NDArray[np.bool_] | Word) -> list[Word]:
    plain = as_word(word)
    return [plain[i:] + plain[:i] for i in range(len(plain))]
