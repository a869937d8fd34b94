"""What an orbit is: indicators that do not depend on each other, and a verdict where they agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_generator, as_states, check_tolerances, readonly
from dynbench.errors import InputError
from dynbench.flow.known import known_invariants
from dynbench.invariants import invariant_function
from dynbench.invariants.evaluate import InvariantFunction
from dynbench.invariants.records import Invariant
from dynbench.orbits.records import Orbit
from dynbench.orbits.resting import at_rest, comes_to_rest
from dynbench.orbits.run import Follower
from dynbench.orbits.verdict import Evidence, decide
from dynbench.systems import System, as_system

__all__ = ["classify_orbit", "classify_orbits"]

Array = NDArray[np.float64]

#: So many orbits are followed side by side.
_BATCH = 128
#: A part of the run is left out before it: what an orbit converges to is reached by then, or not yet.
_TRANSIENT = 4


def classify_orbit(system: System, x0: ArrayLike, **options: Any) -> Orbit:
    """What the orbit of one state is; see `classify_orbits`.

    Parameters
    ----------
    system : System
        A flow.
    x0 : (n,) array
        The initial state.
    **options
        Those of `classify_orbits`.
    """
    state = as_states(x0, as_system(system).dimension, name="x0")
    if state.ndim != 1:
        raise InputError(f"x0 has shape {state.shape}; expected one state of shape ({system.dimension},).")
    return classify_orbits(system, state[None], **options)[0]


def classify_orbits(
    system: System,
    x0: ArrayLike,
    *,
    turns: int = 256,
    invariants: Sequence[Invariant] | None = None,
    rng: Any = 0,
    rtol: float = 1e-10,
    atol: float = 1e-12,
) -> tuple[Orbit, ...]:
    """Say of orbits whether they are at rest, periodic, quasi-periodic or chaotic, or that it cannot be told.

    An orbit is followed for `turns` turns of its velocity, after a quarter of that as a transient. Two indicators
    have to agree. (1) The growth of a tangent vector over the second half: regular orbits have a factor of about 2
    (log growth 0.69), whatever the length of the run. (2) The frequencies of the two halves (Laskar's frequency map):
    on a torus they are the same to many digits; in chaos they shift by about what the time resolves.

    *Chaotic*: the exponent is above zero by three standard errors, the log growth is above 8 log 2 (more than a
    growth like t^8), and a strong line shifts by more than a third of the resolution. *Regular*: log growth below
    8 log 2 and no strong line shifts by more than a twentieth. A regular orbit is *periodic* where Newton's method on
    a section closes it, and *quasi-periodic* where two or more of its frequencies have no integer relation.
    Everything between is *undecided*. Where the invariants proved leave the orbit a set of dimension 2 or less,
    "chaotic" is no possible verdict, and with dimension 1 neither is "quasi-periodic".

    Parameters
    ----------
    system : System
        A flow, with a value for every parameter.
    x0 : (K, n) array
        Initial states.
    turns : int
        The length of the run: at least 32. Longer runs tell weaker chaos from none, and closer frequencies apart.
    invariants : sequence of Invariant, optional
        Conserved quantities, functionally independent; by default those of ``system.invariants()`` but for angles,
        which no orbit that goes round keeps.
    rng : int or numpy.random.Generator
        For the first tangent vectors.
    rtol, atol : float
        Tolerances of the local error.

    Returns
    -------
    tuple of Orbit
        One for each state: evidence, no proof.

    Raises
    ------
    InputError
        If an argument does not fit.

    References
    ----------
    J. Laskar, Icarus 88 (1990) 266; Physica D 67 (1993) 257. Ch. Skokos, in Lect. Notes Phys. 790 (2010) 63
    (tangent vectors of regular and chaotic orbits).
    """
    states = as_states(x0, as_system(system).dimension, name="x0")
    if states.ndim != 2:
        raise InputError(f"x0 has shape {states.shape}; expected (K, {system.dimension}).")
    if system.kind == "map":
        raise InputError("The system is a map; orbits of flows only are classified so far.")
    if isinstance(turns, bool) or not isinstance(turns, int | np.integer) or turns < 32:
        raise InputError(f"turns is {turns!r:.60}; expected an integer of at least 32.")
    check_tolerances(rtol, atol)
    generator = as_generator(rng)
    known = known_invariants(system) if invariants is None else tuple(invariants)
    functions = tuple(invariant_function(system, i) for i in known)
    orbits = [at_rest(system, x) for x in states]
    moving = [i for i, orbit in enumerate(orbits) if orbit is None]
    for start in range(0, len(moving), _BATCH):
        batch = moving[start : start + _BATCH]
        follower = Follower(system, states[batch], generator, rtol, atol)
        for i, orbit in zip(batch, _classified(system, states[batch], follower, int(turns), functions), strict=True):
            orbits[i] = orbit
    return tuple(orbit for orbit in orbits if orbit is not None)


def _classified(
    system: System, x0: Array, follower: Follower, turns: int, functions: tuple[InvariantFunction, ...]
) -> list[Orbit | None]:
    """The verdicts on a batch of orbits that are not at rest; those that come to rest are followed no further."""
    follower.go(max(1, turns // _TRANSIENT))
    ends = zip(x0, follower.time, follower.last, strict=True)
    orbits = [comes_to_rest(system, x, float(time), end) for x, time, end in ends]
    going = np.array([i for i, orbit in enumerate(orbits) if orbit is None], dtype=np.intp)
    if not len(going):
        return orbits
    follower.keep(going)
    states, growth = follower.go(turns)
    for i, k in enumerate(going):
        drifts = tuple(_drift(f, x0[k], states[:, i]) for f in functions)
        evidence = Evidence(
            readonly(x0[k]), states[:, i], growth[:, i], float(follower.dt[i]), follower.last[i], functions, drifts
        )
        orbits[k] = decide(system, evidence)
    return orbits


def _drift(function: InvariantFunction, x0: Array, samples: Array) -> float:
    """The largest change of an invariant along samples, relative to its gradient times the orbit's size."""
    along = samples[np.isfinite(samples).all(axis=-1)]
    if not len(along):
        return float("nan")
    with np.errstate(all="ignore"):
        change = np.abs(function(along) - function(x0)).max()
        scale = np.linalg.norm(function.gradient(along), axis=-1).max() * np.abs(along).max()
    return float(change / scale) if scale > 0 else 0.0
