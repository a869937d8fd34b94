"""The heuristic for many units: guess a word, solve for its periodic point, go on from the word met there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import as_states, check_count
from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.search.base import Progress, WordFindings, WordSearch
from dynbench.piecewise.words import Word, canonical

__all__ = ["Scyfi"]

Array = NDArray[np.float64]
Words = NDArray[np.bool_]

_STAGE = "trying words"
#: Doubles in one batch of matrices.
_BATCH_SIZE = 1 << 21
#: Random states have this scale relative to the bias, and more.
_SCALES = (1.0, 3.0, 10.0)


class Scyfi(WordSearch):
    """The heuristic SCYFI, in batches: it proves nothing about what it has not found.

    From a word the only candidate for a periodic point is solved for; if the orbit of the map from there has that
    word, it is accepted, else the search goes on from the word of that orbit. Half of the words to start from are
    random, half are those of orbits from random states (or from the starts given). The search ends when several
    rounds in a row find no new word. Words are told apart exactly, by their canonical rotation; their number of units
    is not limited.

    Parameters
    ----------
    starts : (K, n) array, optional
        States whose orbits give the first words.
    batch : int
        Words to start from in a round.
    steps : int
        Words looked at from each.
    patience : int
        Rounds in a row without a new word after which the search ends.
    max_words : int
        Words solved for, after which it ends anyway.

    References
    ----------
    L. Eisenmann, Z. Monfared, N. Goering, D. Durstewitz, Bifurcations and loss jumps in RNN training, NeurIPS 2023.
    """

    def __init__(
        self,
        starts: Array | None = None,
        *,
        batch: int = 128,
        steps: int = 100,
        patience: int = 12,
        max_words: int = 20_000,
    ) -> None:
        for name, value in (("batch", batch), ("steps", steps), ("patience", patience), ("max_words", max_words)):
            check_count(value, name=name)
        self.starts = starts
        self.batch = batch
        self.steps = steps
        self.patience = patience
        self.max_words = max_words

    def within(self, box: Array | None, starts: Array | None) -> Scyfi:
        """The same heuristic from the caller's starts, where it has none of its own."""
        if self.starts is not None or starts is None:
            return self
        counts = {name: getattr(self, name) for name in ("batch", "steps", "patience", "max_words")}
        return Scyfi(starts, **counts)

    def search(
        self,
        form: PiecewiseLinear,
        period: int,
        *,
        rng: np.random.Generator,
        progress: Progress | None = None,
    ) -> WordFindings:
        """Look for words until several rounds find no new one."""
        found: dict[Word, None] = {}
        seen: set[bytes] = set()
        idle = rounds = solved = 0
        interrupted = False
        try:
            while idle < self.patience and solved < self.max_words:
                before = len(found)
                words = self._first_words(form, period, rounds, rng)
                solved += self._round(form, words, self.max_words - solved, found, seen)
                idle = idle + 1 if len(found) == before else 0
                rounds += 1
                if progress is not None:
                    progress(_STAGE, solved, None)
        except KeyboardInterrupt:
            interrupted = True
        argument = (
            f"heuristic (SCYFI): {solved} words were tried in {rounds} rounds, the last {idle} without a new cycle; "
            "there may be more"
        )
        return WordFindings(tuple(found), False, argument, interrupted)

    def _first_words(self, form: PiecewiseLinear, period: int, rounds: int, rng: np.random.Generator) -> Words:
        shape = (self.batch, period, form.units)
        words = rng.random(shape) < rng.random((self.batch, 1, 1))
        scale = _SCALES[rounds % len(_SCALES)] * (1.0 + float(np.abs(form.h1).max()))
        states = scale * rng.normal(size=((self.batch + 1) // 2, form.dimension))
        if rounds == 0 and self.starts is not None:
            states = as_states(self.starts, form.dimension, name="starts").reshape(-1, form.dimension)
        met = _words_from(form, states, period, int(rng.integers(0, 20)) if form.kind == "map" else 0)
        return np.concatenate([met, words[: max(1, self.batch - len(met))]])

    def _round(self, form: PiecewiseLinear, words: Words, most: int, found: dict[Word, None], seen: set[bytes]) -> int:
        """Follow a batch of words until each leads to one that was met before; returns how many were solved for.

        It ends with the step in which that is `most`.
        """
        solved = 0
        for _ in range(self.steps):
            if solved >= most:
                break
            words = np.array([w for w in words if not _known(w, seen)], dtype=bool).reshape(-1, *words.shape[1:])
            if not len(words):
                break
            solved += len(words)
            states, met = _solutions(form, words)
            usable = np.isfinite(states).all(axis=-1)
            accepted = usable & (met == words).all(axis=(1, 2))
            for word in words[accepted]:
                found.setdefault(canonical(word))
            words = met[usable & ~accepted]
        return solved


def _known(word: Words, seen: set[bytes]) -> bool:
    key = np.packbits(word).tobytes()
    if key in seen:
        return True
    seen.add(key)
    return False


def _words_from(form: PiecewiseLinear, states: Array, period: int, transient: int) -> Words:
    """The words of orbits from states, after some steps."""
    patterns = []
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(transient + period):
            if step >= transient:
                patterns.append(form.pattern(states))
            if form.kind == "map":
                states = form(states)
    return np.stack(patterns, axis=1)


def _solutions(form: PiecewiseLinear, words: Words) -> tuple[Array, Words]:
    """The periodic point that each word determines (nan where singular), and the words of the orbits from there."""
    size = max(1, _BATCH_SIZE // (form.dimension * (form.dimension + form.units)))
    parts = [_of_batch(form, words[start : start + size]) for start in range(0, len(words), size)]
    states = np.concatenate(parts)
    return states, _words_from(form, states, words.shape[1], 0)


def _of_batch(form: PiecewiseLinear, words: Words) -> Array:
    if form.kind == "flow":
        return form.fixed_state(words[:, 0])
    n = form.dimension
    matrix, constant = np.broadcast_to(np.eye(n), (len(words), n, n)), np.zeros((len(words), n))
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(words.shape[1]):
            region = form.region(words[:, step])
            matrix, constant = region.J @ matrix, np.einsum("bij,bj->bi", region.J, constant) + region.c
        system = np.eye(n) - matrix
        good = np.flatnonzero(np.isfinite(system).all(axis=(1, 2)) & np.isfinite(constant).all(axis=1))
        good = good[np.linalg.slogdet(system[good])[0] != 0]
        states = np.full((len(words), n), np.nan)
        states[good] = np.linalg.solve(system[good], constant[good, :, None])[..., 0]
    return states
