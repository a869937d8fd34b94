"""The verdict on one orbit, from what its run shows."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import brief, readonly
from dynbench.flow.averages import mean_and_error
from dynbench.invariants.evaluate import InvariantFunction
from dynbench.orbits.closing import close_orbit
from dynbench.orbits.frequencies import Lines, frequency_lines
from dynbench.orbits.records import Growth, Orbit, OrbitKind, Spectrum
from dynbench.orbits.relations import independent_frequencies
from dynbench.systems import System

__all__ = ["Evidence", "decide"]

Array = NDArray[np.float64]

#: More growth over the second half than of a vector that grows like t^8: 8 log 2.
_GROWN = 8 * math.log(2)
#: An exponent is above zero by so many standard errors.
_ERRORS = 3.0
#: A strong line has at least this part of the strongest one's amplitude; a line below `_WEAK` of it is not looked at.
_STRONG, _WEAK = 0.1, 1e-3
#: Shifts of a strong line, in units of the resolution: none, and as in chaos.
_STEADY, _SHIFTED = 0.05, 1 / 3
#: A run in which a known invariant drifts more than this was not followed well enough to judge.
_FAITHFUL = 1e-6
#: An orbit of this size relative to its start has left.
_GONE = 1e12
#: The error of a frequency, relative to the resolution: so many times the shift seen, and so much of what is left of
#: the signal relative to the line, which draws the line aside in both halves alike; and not less than the first.
_LEAST_ERROR, _TIMES_SHIFT, _BLUR = 1e-5, 3.0, 1e-2


@dataclass(frozen=True, eq=False)
class Evidence:
    """One orbit's run: see `dynbench.orbits.run.Run`.

    Attributes
    ----------
    x0 : (n,) array
        The initial state.
    samples : (m, n) array
        States at equal times; nan from where the orbit could not be followed.
    growth : (m,) array
        The logarithm of a tangent vector's growth from sample to sample.
    dt : float
        The time between samples.
    last : (n,) array
        The last finite state.
    functions : tuple of InvariantFunction
        Known invariants.
    drifts : tuple of float
        How far each of them drifts.
    """

    x0: Array
    samples: Array
    growth: Array
    dt: float
    last: Array
    functions: tuple[InvariantFunction, ...]
    drifts: tuple[float, ...]


def decide(system: System, run: Evidence) -> Orbit:
    """The verdict on one orbit.

    Parameters
    ----------
    system : System
        A flow.
    run : Evidence
        What was seen of the orbit.
    """
    found = tuple((f.expression, drift) for f, drift in zip(run.functions, run.drifts, strict=True))
    blank = Orbit(OrbitKind.UNDECIDED, "", run.x0, run.dt * len(run.samples), invariants=found)
    gone = _gone(run, blank)
    if gone is not None:
        return gone
    blank = replace(blank, growth=_growth(run), spectrum=_spectrum(system, run))
    worst = max(run.drifts, default=0.0)
    if worst > _FAITHFUL:
        return replace(blank, reason=f"a known invariant drifts by {worst:.1g}: the orbit is not followed well enough")
    return _regular_or_not(system, run, blank)


def _gone(run: Evidence, blank: Orbit) -> Orbit | None:
    if not np.isfinite(run.samples).all():
        size = np.abs(run.last).max()
        return replace(
            blank, kind=OrbitKind.DIVERGENT, reason=f"the orbit could not be followed beyond |x| = {size:.3g}"
        )
    size = np.abs(run.samples[-1]).max()
    if size <= _GONE * max(1.0, np.abs(run.x0).max()):
        return None
    return replace(blank, kind=OrbitKind.DIVERGENT, reason=f"|x| has grown to {size:.3g}")


def _growth(run: Evidence) -> Growth:
    mean, error = mean_and_error(run.growth / run.dt)
    return Growth(float(mean), float(error), float(run.growth[len(run.growth) // 2 :].sum()))


def _spectrum(system: System, run: Evidence) -> Spectrum:
    half = len(run.samples) // 2
    signal = _bounded(system, run.samples)
    first, second = frequency_lines(signal[:half], run.dt), frequency_lines(signal[half:], run.dt)
    residual = max(first.residual, second.residual)
    shifts = _shifts(first, second)
    strong = first.amplitudes >= _STRONG * first.amplitudes.max(initial=0.0)
    drift = float(shifts[strong].max(initial=0.0)) if len(second.frequencies) else math.inf
    seen = (shifts <= _STEADY) & (first.amplitudes >= _WEAK * first.amplitudes.max(initial=0.0))
    blur = _BLUR * residual / first.amplitudes[seen]
    errors = np.maximum(_LEAST_ERROR, np.maximum(blur, _TIMES_SHIFT * shifts[seen])) * first.resolution
    found = independent_frequencies(first.frequencies[seen], errors, sampling=2 * np.pi / run.dt, weak=~strong[seen])
    return Spectrum(
        readonly(first.frequencies[seen]),
        readonly(first.amplitudes[seen]),
        drift,
        residual,
        found.basis,
        found.order,
        found.tolerance,
        found.base,
    )


def _bounded(system: System, samples: Array) -> Array:
    """The samples; of an angle that goes round, whose mean never settles, its velocity."""
    middle = len(samples) // 2
    wandering = np.abs(samples[:middle].mean(axis=0) - samples[middle:].mean(axis=0)) > samples.std(axis=0)
    return np.where(wandering, system(samples), samples) if wandering.any() else samples


def _shifts(first: Lines, second: Lines) -> Array:
    """For each line of the first half the distance to the nearest one of the second, in units of the resolution."""
    if not len(second.frequencies):
        return np.full(len(first.frequencies), np.inf)
    gaps = np.abs(first.frequencies[:, None] - second.frequencies)
    return np.asarray(gaps.min(axis=1) / first.resolution)


def _regular_or_not(system: System, run: Evidence, blank: Orbit) -> Orbit:
    growth, spectrum = blank.growth, blank.spectrum
    assert growth is not None
    assert spectrum is not None
    room = len(run.x0) - len(run.functions)
    if np.isinf(spectrum.drift):
        return replace(blank, reason="no oscillation: the second half of the run has no line in its spectrum")
    parts = growth.exponent > _ERRORS * growth.error and growth.log_growth > _GROWN
    exponent = f"exponent {growth.exponent:.3g} +- {growth.error:.1g} (log growth {growth.log_growth:.3g})"
    shift = f"the strong lines shift by {spectrum.drift:.2g} of what the time resolves"
    if parts and spectrum.drift >= _SHIFTED and room >= 3:
        return replace(blank, kind=OrbitKind.CHAOTIC, reason=f"{exponent}, and {shift}")
    if growth.log_growth > _GROWN or spectrum.drift > _STEADY:
        return replace(blank, reason=f"{exponent}, but {shift}" if parts or spectrum.drift > _STEADY else exponent)
    closed = _closed(system, run, blank, spectrum)
    if closed is not None:
        return closed
    if len(spectrum.basis) >= 2 and room >= 2:
        reason = f"{len(spectrum.basis)} frequencies without a relation up to order {spectrum.order}: " + brief(
            spectrum.basis
        )
        return replace(blank, kind=OrbitKind.QUASIPERIODIC, reason=reason)
    if np.isnan(spectrum.base):
        return replace(blank, reason="regular, but the time is too short to tell its frequencies apart")
    return replace(blank, reason="the spectrum is that of a periodic orbit, but Newton's method does not close it")


def _closed(system: System, run: Evidence, blank: Orbit, spectrum: Spectrum) -> Orbit | None:
    """A periodic orbit: the one followed, or one that it has come to."""
    if not spectrum.base > 0:
        return None
    starts = ((OrbitKind.PERIODIC, run.x0), (OrbitKind.TO_CYCLE, run.samples[-1]))
    for kind, start in starts:
        closure = close_orbit(system, start, 2 * np.pi / spectrum.base, run.functions)
        if closure is not None:
            reason = f"period {closure.period:.12g} +- {closure.period_error:.1g}, closed to {closure.gap:.1g}"
            return replace(blank, kind=kind, reason=reason, closure=closure)
    return None
