"""The flip-flop task: hold, for each of m channels, the sign of the last pulse that came in.

References
----------
D. Sussillo, O. Barak: Opening the black box, Neural Computation 25 (2013), 626-649. E. Jang: Recurrent neural
networks: a dynamical systems perspective, 2015, section 6.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_generator, given_array, readonly
from dynbench.errors import InputError

__all__ = ["BitErrors", "FlipFlop", "Signals"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Signals:
    """One stretch of the task.

    Attributes
    ----------
    inputs : (T, m) array
        Pulses of +-1 on zero.
    targets : (T, m) array
        The sign of the last pulse, from its first step on; before the first one a sign drawn at random.
    settled : (T, m) array of bool
        Where a bit is to be right: after its first pulse, and `FlipFlop.settle` steps after the last of any channel.
    """

    inputs: Array
    targets: Array
    settled: NDArray[np.bool_]


@dataclass(frozen=True)
class BitErrors:
    """How many bits were wrong where they had settled.

    Attributes
    ----------
    wrong : int
        Bits of the wrong sign.
    total : int
        Bits looked at.
    """

    wrong: int
    total: int

    @property
    def fraction(self) -> float:
        """The share of wrong bits; nan where none was looked at."""
        return self.wrong / self.total if self.total else float("nan")


@dataclass(frozen=True)
class FlipFlop:
    """The task for m bits.

    Attributes
    ----------
    bits : int
        The number of channels.
    pulse : int
        The length of a pulse, in steps.
    gaps : (int, int)
        The shortest and the longest pause before the next pulse.
    settle : int
        So many steps after the end of a pulse bits begin to count; ten are one time constant at the default step.
    independent : bool
        False for one pulse at a time, in a channel drawn at random: only then are the pauses of the whole input that
        long, and states have to be held that long. True for channels that pulse independently of each other.
    """

    bits: int = 3
    pulse: int = 20
    gaps: tuple[int, int] = (20, 120)
    settle: int = 10
    independent: bool = False

    def __post_init__(self) -> None:
        for what, value in (("bits", self.bits), ("pulse", self.pulse)):
            if not _is_count(value) or value < 1:
                raise InputError(f"{what} is {value!r:.60}; expected a positive integer.")
        if not _is_count(self.settle) or self.settle < 0:
            raise InputError(f"settle is {self.settle!r:.60}; expected a number of steps.")
        gaps = self.gaps
        fine = isinstance(gaps, tuple | list) and len(gaps) == 2 and all(map(_is_count, gaps))
        if not fine or not 0 <= gaps[0] <= gaps[1]:
            raise InputError(f"gaps is {gaps!r:.60}; expected the shortest and the longest pause, in steps.")

    def signals(self, steps: int, *, rng: Any = None) -> Signals:
        """Draw a stretch of the task.

        Parameters
        ----------
        steps : int
            Its length.
        rng : seed or Generator, optional
            Where the pulses come from.

        Raises
        ------
        InputError
            If `steps` is no positive integer.
        """
        if not _is_count(steps) or steps < 1:
            raise InputError(f"steps is {steps!r:.60}; expected a positive integer.")
        generator = as_generator(rng)
        inputs = np.zeros((steps, self.bits))
        targets = np.tile(generator.choice([-1.0, 1.0], self.bits), (steps, 1))
        quiet = np.ones(steps, dtype=bool)
        known = np.zeros((steps, self.bits), dtype=bool)
        for channels in [[k] for k in range(self.bits)] if self.independent else [list(range(self.bits))]:
            for first in self._onsets(steps, generator):
                k, end = channels[generator.integers(len(channels))], first + self.pulse
                inputs[first:end, k] = targets[first:, k] = generator.choice([-1.0, 1.0])
                quiet[first : end + self.settle] = False
                known[end:, k] = True
        settled = known & quiet[:, None]
        settled.flags.writeable = False
        return Signals(readonly(inputs), readonly(targets), settled)

    def _onsets(self, steps: int, generator: np.random.Generator) -> Iterator[int]:
        at = 0
        while (at := at + int(generator.integers(*self.gaps, endpoint=True))) < steps:
            yield at
            at += self.pulse

    def evaluate(self, outputs: ArrayLike, signals: Signals) -> BitErrors:
        """Count the bits of the wrong sign where they are to be right.

        Parameters
        ----------
        outputs : (T, m) array
            What a network put out.
        signals : Signals
            What it was given.

        Raises
        ------
        InputError
            If `outputs` has not the shape of the targets, or `signals` is none.
        """
        if not isinstance(signals, Signals):
            raise InputError(f"signals is {signals!r:.60}; expected what FlipFlop.signals returns.")
        put = given_array(outputs, "outputs")
        if put.shape != signals.targets.shape:
            raise InputError(f"outputs has shape {put.shape}; expected {signals.targets.shape}, that of the targets.")
        wrong = ~(put * signals.targets > 0) & signals.settled  # nan is wrong, too
        return BitErrors(int(wrong.sum()), int(signals.settled.sum()))


def _is_count(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
