"""The first homoclinic contact of a family of piecewise-linear maps: where a homoclinic orbit is born on a border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import brief, given_array, listed, readonly, shown
from dynbench.cycles import Cycle
from dynbench.errors import ConvergenceError, InputError
from dynbench.fixed_points import FixedPoint
from dynbench.manifolds.homoclinic_records import HomoclinicProof
from dynbench.manifolds.onset_family import Family
from dynbench.systems import System, as_system

__all__ = ["HomoclinicOnset", "homoclinic_onset"]

Array = NDArray[np.float64]

#: Halvings of the interval by looking for homoclinic points; after that the contact itself is solved for.
_HALVINGS = 12
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
    family = Family(as_system(system), _name(system, parameter), point, other, length, box)
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
