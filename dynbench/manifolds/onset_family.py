"""The maps along a parameter with their saddles and homoclinic orbits by words, for the onset of a tangle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from dynbench.cycles import Cycle
from dynbench.cycles.exact import cycle_of
from dynbench.errors import ConvergenceError, InputError
from dynbench.fixed_points import FixedPoint
from dynbench.manifolds.exact_homoclinic import prove_connection
from dynbench.manifolds.exact_saddles import NotProved
from dynbench.manifolds.homoclinic import homoclinic_points
from dynbench.manifolds.homoclinic_records import HomoclinicProof
from dynbench.manifolds.saddles import read_saddle
from dynbench.piecewise import PiecewiseLinear, piecewise_linear
from dynbench.piecewise.periodic import Reality, solve_word
from dynbench.piecewise.words import Word, as_word
from dynbench.systems import System

__all__ = ["Contact", "Family"]

Array = NDArray[np.float64]

#: Orbits that end this near to the last, relative to the last interval of the halving, are followed, so many at most.
_NEAR, _TRIED = 1e-3, 50


@dataclass(frozen=True, eq=False)
class Contact:
    """A homoclinic orbit by the words of its saddles and its own, and which margin of it vanishes first."""

    source: Word
    target: Word
    word: Word
    step: int
    unit: int


@dataclass(frozen=True, eq=False)
class Family:
    """The maps along the parameter, with the saddles that have the words of the given ones."""

    system: System
    parameter: str
    point: FixedPoint | Cycle
    other: FixedPoint | Cycle | None
    length: float | None
    box: Any

    def at(self, value: float) -> tuple[System, PiecewiseLinear]:
        """The map at a value of the parameter."""
        system = self.system.with_parameters(**{self.parameter: value})
        form = piecewise_linear(system)
        if form is None or form.kind != "map" or form.exact is None:
            raise InputError("system is not recognised as a piecewise-linear map with rational coefficients.")
        return system, form

    def cycle(self, form: PiecewiseLinear, word: Word) -> Cycle:
        """The cycle with a word."""
        assert form.exact is not None
        periodic = solve_word(form.exact, word)
        if periodic.reality is not Reality.REAL:
            raise InputError(f"the saddle does not exist all along the interval of {self.parameter}.")
        return cycle_of(form, periodic)

    def word(self, record: FixedPoint | Cycle) -> Word:
        """The word of a saddle of the map as given."""
        form = piecewise_linear(self.system)
        if form is None:
            raise InputError("system is not recognised as a piecewise-linear map; expected one.")
        saddle = read_saddle(form, record, "point")
        return as_word(saddle.word)

    def points(self, value: float, prove: bool) -> tuple[Any, ...]:
        """The homoclinic points at a value."""
        system, form = self.at(value)
        source = self.cycle(form, self.word(self.point))
        target = None if self.other is None else self.cycle(form, self.word(self.other))
        return homoclinic_points(system, source, target, length=self.length, box=self.box, prove=prove)

    def seen(self, value: float) -> bool:
        """Whether there are any."""
        return bool(self.points(value, False))

    def contacts(self, there: float, absent: float) -> list[Contact]:
        """The orbits at a value that end last, each with the margin that ends it, by linear estimates."""
        proofs = {p.orbit: p.proof for p in self.points(there, True) if p.proof is not None}
        found = []
        for proof in proofs.values():
            contact = Contact(proof.source_word, proof.target_word, proof.word, 0, 0)
            before, after = (self.orbit(contact, value)[1] for value in (there, absent))
            changes = before * after <= 0
            if changes.any():
                share = np.where(changes, before / np.where(changes, before - after, 1.0), np.inf)
                step, unit = np.unravel_index(int(np.argmin(share)), share.shape)
                found.append((float(share.min()), replace(contact, step=int(step), unit=int(unit))))
        if not found or len(found) < len(proofs):
            raise ConvergenceError(
                f"a homoclinic orbit at {self.parameter} = {there:.12g} reaches no border before {absent:.12g}, where "
                "none is seen: trace longer manifolds."
            )
        last = max(share for share, _ in found)
        return [contact for share, contact in found if share > last - _NEAR][:_TRIED]

    def orbit(self, contact: Contact, value: float) -> tuple[Array, Array]:
        """The orbit with its words, real or virtual, and the margins of its states."""
        _, form = self.at(value)
        source = read_saddle(form, self.cycle(form, contact.source), "point")
        target = read_saddle(form, self.cycle(form, contact.target), "other")
        region = form.region(np.array(contact.word))
        slope, state = source.right[0], source.points[0]
        for jacobian, shift in zip(region.J, region.c, strict=True):
            slope, state = jacobian @ slope, jacobian @ state + shift
        t = -float(target.heights(state, 0)) / float(slope @ target.left[0])
        states, margins = [source.points[0] + t * source.right[0]], []
        for k in range(len(contact.word)):
            margins.append(region.G[k] @ states[-1] + region.g[k])
            states.append(region.J[k] @ states[-1] + region.c[k])
        return np.stack(states), np.stack(margins)

    def solve(self, contact: Contact, there: float, absent: float) -> float:
        """The value at which the margin vanishes."""

        def margin(value: float) -> float:
            return float(self.orbit(contact, value)[1][contact.step, contact.unit])

        return float(brentq(margin, there, absent, xtol=1e-15, rtol=1e-15))

    def proof(self, contact: Contact, value: float) -> HomoclinicProof | None:
        """The proof of the orbit at a value, if it holds there."""
        _, form = self.at(value)
        assert form.exact is not None
        try:
            return prove_connection(form.exact, contact.source, contact.target, contact.word)[0]
        except NotProved:
            return None
