"""The first homoclinic contact of a family of piecewise-linear maps: where a homoclinic orbit is born on a border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from dynbench._arrays import brief, given_array, listed, readonly, shown
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
from dynbench.systems import System, as_system

__all__ = ["HomoclinicOnset", "homoclinic_onset"]

Array = NDArray[np.float64]

#: Halvings of the interval by looking for homoclinic points; after that the contact itself is solved for.
_HALVINGS = 12
#: Orbits that end this near to the last, relative to the last interval of the halving, are followed, so many at most.
_NEAR, _TRIED = 1e-3, 50
#: The proof is made this far beyond the onset, relative to the interval.
_BEYOND = 1e-11


@dataclass(frozen=True, eq=False)
class HomoclinicOnset:
    """Where along a parameter the first homoclinic orbit of a saddle is born, in a homoclinic corner.

    A smooth map has its first homoclinic orbit where the manifolds touch in a tangency. The manifolds of a
    piecewise-linear map are polylines: they first touch in a corner of one of them, and the orbit of that corner passes
    a border. On one side of the onset there are two transversal homoclinic orbits, whose words differ where the orbit
    of the corner is on the border; on the other side none of these two.

    Attributes
    ----------
    parameter : str
        The parameter.
    value : float
        Its value at the contact.
    step : int
        The state of the orbit that is on the border there, counted along the word.
    unit : int
        Which unit's margin is zero at that state.
    orbit : (N + 1, n) array
        The states of the orbit of the corner, along the word.
    proved_at : float
        A value, 1e-11 of the interval away from `value`, for which `proof` holds.
    proof : HomoclinicProof
        Of one of the two orbits, at that value.
    absent_at : float
        The value nearest to the onset, on its other side, at which manifolds were traced and no homoclinic point was
        seen. That there is none, longer manifolds included, is not proved.

    References
    ----------
    D. J. W. Simpson, Unfolding homoclinic connections formed by corner intersections in piecewise-smooth maps, Chaos 26
    (2016).
    """

    parameter: str
    value: float
    step: int
    unit: int
    orbit: NDArray[np.float64]
    proved_at: float
    proof: HomoclinicProof
    absent_at: float

    def __repr__(self) -> str:
        return (
            f"HomoclinicOnset({self.parameter} = {self.value:.12g}, corner through {brief(self.orbit[self.step])} on a "
            f"border, homoclinic orbit proved at {self.proved_at:.15g})"
        )


def homoclinic_onset(
    system: System,
    parameter: str,
    interval: Sequence[float],
    point: FixedPoint | Cycle,
    other: FixedPoint | Cycle | None = None,
    *,
    length: float | None = None,
    box: Any = None,
) -> HomoclinicOnset:
    """Follow a parameter to where the manifolds of a saddle, or of two, touch for the first time.

    The interval is halved by looking for homoclinic points; of the orbits seen next to the onset the one that ends
    last, where one of its states comes to a border, is followed to that border.

    Parameters
    ----------
    system : System
        A piecewise-linear map with rational coefficients.
    parameter : str
        The name of one of its parameters.
    interval : (float, float)
        Two values: at one of them there are homoclinic points, at the other one none.
    point, other : FixedPoint or Cycle
        The saddles, as in `dynbench.homoclinic_points`; they are followed by their words.
    length, box
        How far manifolds are traced, likewise. Orbits that only longer ones show are not seen.

    Returns
    -------
    HomoclinicOnset
        The contact, with a proof of a homoclinic orbit just beyond it.

    Raises
    ------
    InputError
        If both ends of the interval show homoclinic points, or none does, or a saddle does not exist all along.
    ConvergenceError
        If an orbit next to the onset reaches no border: what is missing beyond it is only beyond the length.
    """
    family = _Family(as_system(system), _name(system, parameter), point, other, length, box)
    ends = given_array(interval, "interval").tolist()
    if np.shape(ends) != (2,) or not np.isfinite(ends).all() or ends[0] == ends[1]:
        raise InputError(f"interval is {shown(interval)}; expected two different values, both finite.")
    seen = [family.seen(value) for value in ends]
    if seen[0] == seen[1]:
        where = "both ends" if seen[0] else "neither end"
        raise InputError(f"interval is {shown(interval)}, and homoclinic points are seen at {where}; expected one end.")
    there, absent = (ends[0], ends[1]) if seen[0] else (ends[1], ends[0])
    for _ in range(_HALVINGS):
        middle = (there + absent) / 2
        there, absent = (middle, absent) if family.seen(middle) else (there, middle)
    solved = [(family.solve(contact, there, absent), contact) for contact in family.contacts(there, absent)]
    solved.sort(key=lambda pair: (round(abs(pair[0] - absent), 13), len(pair[1].word)))
    step = _BEYOND * abs(ends[1] - ends[0]) * float(np.sign(there - absent))
    for value, contact in solved:
        proof = family.proof(contact, value + step)
        if proof is not None:  # else another margin of the orbit vanishes first
            orbit = readonly(family.orbit(contact, value)[0])
            return HomoclinicOnset(
                parameter, value, contact.step, contact.unit, orbit, value + step, proof, float(absent)
            )
    raise ConvergenceError(f"no orbit is proved next to its contact at {parameter} = {solved[0][0]:.12g}.")


def _name(system: System, parameter: Any) -> str:
    names = [str(symbol) for symbol in system.parameters]
    if str(parameter) not in names:
        raise InputError(f"parameter is {shown(parameter)}; the system has {listed(names) or 'none'}.")
    return str(parameter)


@dataclass(frozen=True, eq=False)
class _Contact:
    """A homoclinic orbit by the words of its saddles and its own, and which margin of it vanishes first."""

    source: Word
    target: Word
    word: Word
    step: int
    unit: int


@dataclass(frozen=True, eq=False)
class _Family:
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
            raise InputError(f"{shown(system)} is not recognised as a piecewise-linear map with rational coefficients.")
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
            raise InputError(f"{shown(self.system)} is not recognised as a piecewise-linear map.")
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

    def contacts(self, there: float, absent: float) -> list[_Contact]:
        """The orbits at a value that end last, each with the margin that ends it, by linear estimates."""
        proofs = {p.orbit: p.proof for p in self.points(there, True) if p.proof is not None}
        found = []
        for proof in proofs.values():
            contact = _Contact(proof.source_word, proof.target_word, proof.word, 0, 0)
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

    def orbit(self, contact: _Contact, value: float) -> tuple[Array, Array]:
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

    def solve(self, contact: _Contact, there: float, absent: float) -> float:
        """The value at which the margin vanishes."""

        def margin(value: float) -> float:
            return float(self.orbit(contact, value)[1][contact.step, contact.unit])

        return float(brentq(margin, there, absent, xtol=1e-15, rtol=1e-15))

    def proof(self, contact: _Contact, value: float) -> HomoclinicProof | None:
        """The proof of the orbit at a value, if it holds there."""
        _, form = self.at(value)
        assert form.exact is not None
        try:
            return prove_connection(form.exact, contact.source, contact.target, contact.word)[0]
        except NotProved:
            return None
