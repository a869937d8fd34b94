"""Words up to rotation."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from dynbench.piecewise.words import canonical, canonical_start, is_primitive, read_word, written

WORDS = arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=6))


@given(WORDS, st.integers(0, 10))
def test_rotations_have_one_canonical_word(word, shift):
    assert canonical(np.roll(word, shift, axis=0)) == canonical(word)
    assert sorted(canonical(word)) == sorted(tuple(map(bool, row)) for row in word)


@given(WORDS)
def test_the_canonical_word_starts_there(word):
    rotated = np.roll(word, -canonical_start(word), axis=0)
    assert np.array_equal(rotated, canonical(word))


@given(WORDS, st.integers(2, 3))
def test_repetitions_are_not_primitive(word, times):
    assert not is_primitive(np.tile(word, (times, 1)))


def test_primitive_words():
    assert is_primitive([[True]])
    assert is_primitive([[True], [False], [False]])
    assert not is_primitive([[True], [False], [True], [False]])


@given(WORDS)
def test_words_are_written_and_read(word):
    assert np.array_equal(read_word(written(word)), word)
