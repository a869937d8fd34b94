"""Lyapunov exponents by QR of the variational equations, with error bars."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_generator, as_states, check_positive, check_tolerances, readonly
from dynbench.errors import InputError
from dynbench.flow.averages import FEWEST, mean_and_error
from dynbench.flow.spectrum_run import SpectrumRun
from dynbench.flow.tangents import Lanes
from dynbench.systems import System, as_system

__all__ = ["LyapunovSpectrum", "lyapunov_spectrum"]

Array = NDArray[np.float64]
Progress = Callable[[str, int, int | None], None]

#: An interval between two decompositions lasts so long, relative to the norm of the Jacobian: no two tangent vectors
#: grow apart by more than exp(8), and the smallest is known to nearly all of its digits.
_STRETCH = 4.0
#: More intervals than this would take hours, and their growth more memory than there is.
_MOST = 100_000_000
#: By default so many intervals are averaged, and a tenth of them left out before.
_INTERVALS = 5000
#: Running averages are kept at so many times.
_KEPT = 500


@dataclass(frozen=True, eq=False)
class LyapunovSpectrum:
    """Lyapunov exponents of orbits, as averaged over a finite time; nothing about them is proved.

    Attributes
    ----------
    exponents : (..., k) array
        Per unit of time (flows) or per step (maps), the largest first as the method orders them; nan where the orbit
        could not be followed.
    errors : (..., k) array
        Standard errors: of the mean over the time of the run, by batch means, and not less than its trend; see
        `dynbench.flow.averages.mean_and_error`. Nor less than 1/time: growth by a factor e in all that time is not told
        from none, as the tangent vectors of regular orbits grow like t. An orbit that visits in that time only a part
        of what it visits later has an error that no average can know of.
    time : float
        How long was averaged.
    transient : float
        How long before that was left out.
    interval : float
        The time between two decompositions.
    times : (m,) array
        Times since the end of the transient.
    running : (..., m, k) array
        The averages up to these times.
    final : (..., n) array
        The last states; nan where the orbit could not be followed.
    stopped : str
        "interrupted" where the run was; then `time` is what had been reached. Else "".
    """

    exponents: Array
    errors: Array
    time: float
    transient: float
    interval: float
    times: Array
    running: Array
    final: Array
    stopped: str = ""

    @property
    def k(self) -> int:
        """The number of exponents of each orbit."""
        return int(self.exponents.shape[-1])

    @property
    def note(self) -> str:
        """Which orbits could not be followed to the end, and so have no exponents; "" where all could."""
        lost = ~np.isfinite(self.final).all(axis=-1)
        if not lost.any():
            return ""
        which = f"{int(lost.sum())} of {lost.size} orbits" if lost.ndim else "the orbit"
        return f"{which} could not be followed to the end, like one that diverges: no exponents"

    def __repr__(self) -> str:
        shape = self.exponents.shape[:-1]
        if shape:
            what = f"{self.k} exponents of {' x '.join(map(str, shape))} orbits"
        else:
            what = ", ".join(f"{e:.6g} +- {d:.1g}" for e, d in zip(self.exponents, self.errors, strict=True))
        rest = "".join(f", {part}" for part in (self.stopped, self.note) if part)
        return f"LyapunovSpectrum({what}; time {self.time:.6g}{rest})"


def lyapunov_spectrum(
    system: System,
    x0: ArrayLike,
    *,
    t: float | None = None,
    transient: float | None = None,
    k: int | None = None,
    interval: float | None = None,
    rng: Any = None,
    rtol: float = 1e-9,
    atol: float = 1e-9,
    executor: Any = None,
    checkpoint: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> LyapunovSpectrum:
    """The k largest Lyapunov exponents of the orbits of `x0`, each with a standard error.

    Tangent vectors are carried along the orbit by the variational equations and made orthonormal by a QR decomposition
    after every `interval`; an exponent is the mean of the logarithms of R's diagonal over the time. A batch of initial
    states is followed together, every orbit with step sizes of its own.

    Parameters
    ----------
    system : System
        A flow or a map, with a value for every parameter.
    x0 : (n,) or (..., n) array
        Initial states.
    t : float or int, optional
        How long to average: a time, or a number of steps. By default 5000 intervals. Raised to whole intervals, of
        which there are at least 64.
    transient : float or int, optional
        How long to follow the orbits before that. By default a tenth of `t`.
    k : int, optional
        How many exponents; by default all n.
    interval : float or int, optional
        Time between two decompositions. By default 4 over the largest norm of the Jacobian at `x0` (flows), or one
        step (maps).
    rng : int or numpy.random.Generator, optional
        For the first tangent vectors, which are random: a frame of rule might lie in an invariant subspace.
    rtol, atol : float
        Tolerances of the local error of flows.
    executor : concurrent.futures.Executor, optional
        Anything with its ``submit``: the batch is shared out among its workers. The system travels as its declaration.
    checkpoint : path, optional
        A file (``.npz``) in which the run is kept now and then, and from which it goes on where the file exists.
    progress : callable, optional
        Called as ``progress(stage, done, total)`` with numbers of intervals.

    Returns
    -------
    LyapunovSpectrum
        What was computed until then where a KeyboardInterrupt came.

    Raises
    ------
    InputError
        If an argument does not fit, or the checkpoint belongs to another run; the message says what was expected.

    References
    ----------
    G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, Meccanica 15 (1980) 9. K. Geist, U. Parlitz, W. Lauterborn,
    Prog. Theor. Phys. 83 (1990) 875.
    """
    states = as_states(x0, as_system(system).dimension, name="x0")
    check_tolerances(rtol, atol)
    flat, n = states.reshape(-1, states.shape[-1]), states.shape[-1]
    if not (k is None or (isinstance(k, int | np.integer) and not isinstance(k, bool) and 1 <= k <= n)):
        raise InputError(f"k is {k!r:.60}; expected a number of exponents from 1 to {n}.")
    span, before, total = _times(system, flat, t, transient, interval)
    frames, _ = np.linalg.qr(as_generator(rng).normal(size=(len(flat), n, k or n)))
    run = SpectrumRun(
        system,
        Lanes(flat.copy(), np.ascontiguousarray(frames.swapaxes(-1, -2)), np.full(len(flat), span / 4)),
        (before, total),
        span,
        (rtol, atol),
        hashlib.sha256(repr((system.content_hash, flat.tobytes(), k, span, before, total, rtol, atol)).encode()),
    )
    stopped = run.go(executor, checkpoint, progress)
    return _record(states.shape[:-1], run.growth, run.lanes.x, span, before, stopped)


def _times(system: System, x: Array, t: Any, transient: Any, interval: Any) -> tuple[float, int, int]:
    """The interval, and the numbers of intervals before and after the transient's end."""
    unit = "number of steps" if system.kind == "map" else "time"
    for name, value in (("t", t), ("interval", interval)):
        if value is not None:
            _check_time(system, value, name, unit)
    if not (transient is None or transient == 0):
        _check_time(system, transient, "transient", unit)
    whole = system.kind == "map"
    if interval is None:
        longest = 1 if whole else _natural_interval(system, x)
        span = longest if t is None or whole else min(longest, t / FEWEST)
    else:
        span = interval
    count = _INTERVALS if t is None else max(1, int(np.ceil(t / span - 1e-9)))
    if count < FEWEST:
        raise InputError(f"t is {t!r} and interval {span:g}; expected {FEWEST} intervals at least, for an error bar.")
    if t is not None and not whole and interval is None:
        span = t / count
    before = count // 10 if transient is None else int(np.ceil(transient / span - 1e-9))
    if before + count > _MOST:
        raise InputError(
            f"t and transient make {before + count:.2g} intervals of length {span:g}; expected {_MOST} at most."
        )
    return span, before, count


def _check_time(system: System, value: Any, name: str, unit: str) -> None:
    check_positive(value, name=name, what=unit)
    if system.kind == "map" and int(value) != value:
        raise InputError(f"{name} is {value!r}; for a map it is a number of steps, an integer.")


def _natural_interval(system: System, x: Array) -> float:
    """The interval from the norms of the Jacobians; for many states from how much they stretch one vector."""
    if system.dimension <= 1000:
        norms = np.linalg.norm(system.jacobian_at(x), axis=(-2, -1))
    else:
        norms = np.linalg.norm(system.jvp(x, np.ones_like(x)), axis=-1) / np.sqrt(system.dimension)
    largest = float(np.max(norms, initial=0.0, where=np.isfinite(norms)))
    return _STRETCH / largest if largest > 0 else 1.0


def _record(
    shape: tuple[int, ...], growth: Array, x: Array, span: float, before: int, stopped: str
) -> LyapunovSpectrum:
    """The averages of `growth` (m, K, k), from which the transient has been left out."""
    count, _, k = growth.shape
    rates = growth / span
    if count >= FEWEST:
        mean, error = mean_and_error(rates)
        error = np.maximum(error, 1 / (count * span))
    else:
        mean = rates.mean(axis=0) if count else np.full(growth.shape[1:], np.nan)
        error = np.full(growth.shape[1:], np.nan)
    kept = np.unique(np.linspace(0, count - 1, min(count, _KEPT)).astype(int)) if count else np.arange(0)
    running = np.cumsum(rates, axis=0)[kept] / (kept + 1)[:, None, None]
    return LyapunovSpectrum(
        exponents=readonly(mean.reshape(*shape, k)),
        errors=readonly(error.reshape(*shape, k)),
        time=count * span,
        transient=before * span,
        interval=span,
        times=readonly((kept + 1) * span),
        running=readonly(np.moveaxis(running, 0, 1).reshape(*shape, len(kept), k)),
        final=readonly(x.reshape(*shape, x.shape[-1])),
        stopped=stopped,
    )
