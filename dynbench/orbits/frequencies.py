"""The frequencies of a signal: sharp lines found one by one, then fitted together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly

__all__ = ["Lines", "frequency_lines"]

Array = NDArray[np.float64]

#: Lines weaker than this, relative to the strongest, are left alone: they say nothing new of a smooth orbit.
_FAINT = 1e-7
#: Two lines nearer than so many times 2 pi over the time cannot be told apart.
_RESOLVED = 1.5
#: Newton steps that refine one peak, and Gauss-Newton steps on all lines together.
_NEWTON, _TOGETHER = 4, 4


@dataclass(frozen=True, eq=False)
class Lines:
    """A signal as a sum of sinusoids, the strongest first, and a constant.

    Attributes
    ----------
    frequencies : (m,) array
        Angular frequencies, per unit of time; positive.
    amplitudes : (m,) array
        Root mean square over the components, each relative to its standard deviation.
    residual : float
        What is left, as a part of the signal (root mean square): 0 where the lines are all of it.
    resolution : float
        2 pi over the time: lines nearer than about that are not told apart.
    """

    frequencies: Array
    amplitudes: Array
    residual: float
    resolution: float


def frequency_lines(x: Array, dt: float, *, most: int = 16) -> Lines:
    """The strongest lines in the spectrum of a signal with several components.

    As in Laskar's analysis the maximum of the windowed Fourier transform is refined, subtracted, and the next one
    sought; what is maximised is the power of all components together. Then all frequencies are fitted at once by
    Gauss-Newton steps on the windowed sum of squares, so that no line is moved by another's tails: where the signal
    is a sum of so many lines the frequencies are exact to rounding.

    Parameters
    ----------
    x : (N, n) array
        Equally spaced samples.
    dt : float
        The time between two.
    most : int
        The largest number of lines.

    Returns
    -------
    Lines
        Without any where the signal is constant.

    References
    ----------
    J. Laskar, Physica D 67 (1993) 257. M. Sidlichovsky, D. Nesvorny, Celest. Mech. Dyn. Astron. 65 (1996) 137
    (frequencies corrected for each other's presence).
    """
    fit = _Fit(x, dt)
    resolution = 2 * np.pi / (len(x) * dt)
    corrected = False
    while fit.size > 0 and len(fit.omega) < most:
        found = fit.peak()
        strength = fit.strength(found)
        if not 0 < found < np.pi or strength <= _FAINT * fit.strongest:
            break
        if len(fit.omega) and np.abs(fit.omega - found).min() < _RESOLVED * 2 * np.pi / len(x):
            # What is left beside a line may be there only because the others have drawn it aside.
            if corrected:
                break
            fit.improve()
            fit.improve()
            corrected = True
            continue
        corrected = False
        fit.add(found, strength)
    for _ in range(_TOGETHER):
        fit.improve()
    amplitudes = fit.amplitudes()
    order = np.argsort(-amplitudes)
    return Lines(readonly(fit.omega[order] / dt), readonly(amplitudes[order]), fit.residual(), resolution)


class _Fit:
    """Samples, and the sinusoids fitted to them so far; frequencies per sample."""

    def __init__(self, x: Array, dt: float) -> None:
        deviation = x.std(axis=0)
        moving = deviation > 1e-12 * np.maximum(1.0, np.abs(x).max(axis=0))
        self.x = (x[:, moving] - x[:, moving].mean(axis=0)) / deviation[moving]
        self.size = int(moving.sum())
        count = len(x)
        self.time = np.arange(count) - (count - 1) / 2
        self.window = np.hanning(count + 2)[1:-1]
        self.omega = np.empty(0)
        self.strongest = 0.0
        self.basis = np.ones((count, 1))
        self.rest = self.x.copy()
        if self.size:
            self._solve()

    def peak(self) -> float:
        """Where the power of what is left is largest."""
        padded = 2 * len(self.time)
        power = (np.abs(np.fft.rfft(self.window[:, None] * self.rest, padded, axis=0)) ** 2).sum(axis=1)
        start = 2 * np.pi * (2 + int(np.argmax(power[2:-2]))) / padded
        omega = start
        for _ in range(_NEWTON):
            wave = np.exp(-1j * omega * self.time) * self.window
            moments = np.stack([wave, wave * self.time, wave * self.time**2]) @ self.rest
            c, d, e = moments[0], -1j * moments[1], -moments[2]
            slope = 2 * (c.conj() * d).real.sum()
            curvature = 2 * ((d.conj() * d).real + (c.conj() * e).real).sum()
            step = -slope / curvature if curvature < 0 else 0.0
            omega = float(np.clip(omega + step, start - 2 * np.pi / padded, start + 2 * np.pi / padded))
        return omega

    def strength(self, omega: float) -> float:
        """The amplitude that a line at `omega` would have in what is left."""
        coefficient = 2 * (np.exp(-1j * omega * self.time) * self.window) @ self.rest / self.window.sum()
        return float(np.sqrt(np.mean(np.abs(coefficient) ** 2)))

    def add(self, omega: float, strength: float) -> None:
        """One more line; all amplitudes are fitted again."""
        self.strongest = max(self.strongest, strength)
        self.omega = np.append(self.omega, omega)
        phase = omega * self.time
        self.basis = np.column_stack([self.basis, np.cos(phase), np.sin(phase)])
        self._solve()

    def improve(self) -> None:
        """A Gauss-Newton step on all frequencies together."""
        count = len(self.omega)
        if not count:
            return
        cosine, sine = self.basis[:, 1::2], self.basis[:, 2::2]
        a, b = self.coefficients[1::2], self.coefficients[2::2]
        # The derivative of the model by each frequency, less what the amplitudes could do in its place.
        slopes = self.time[:, None, None] * (cosine[:, :, None] * b - sine[:, :, None] * a)
        flat = slopes.reshape(len(self.time), -1)
        flat = flat - self.basis @ self._fitted(flat)
        weighted = (flat * self.window[:, None]).reshape(slopes.shape)
        gram = np.einsum("tin,tjn->ij", weighted, flat.reshape(slopes.shape), optimize=True)
        right = np.einsum("tin,tn->i", weighted, self.rest)
        step = np.linalg.lstsq(gram, right, rcond=1e-12)[0]
        limit = np.pi / len(self.time)
        self.omega = self.omega + np.clip(step, -limit, limit)
        phase = self.omega * self.time[:, None]
        self.basis[:, 1::2], self.basis[:, 2::2] = np.cos(phase), np.sin(phase)
        self._solve()

    def amplitudes(self) -> Array:
        """The amplitude of each line."""
        if not len(self.omega):
            return np.empty(0)
        return np.sqrt(np.mean(self.coefficients[1::2] ** 2 + self.coefficients[2::2] ** 2, axis=1))

    def residual(self) -> float:
        """The part of the signal that is left."""
        if not self.size:
            return 0.0
        return float(np.sqrt(np.mean(self.rest**2 * self.window[:, None]) / np.mean(self.window)))

    def _solve(self) -> None:
        self.coefficients = self._fitted(self.x)
        self.rest = self.x - self.basis @ self.coefficients

    def _fitted(self, values: Array) -> Array:
        """The coefficients of the windowed least-squares fit of the columns of `values`."""
        weighted = self.basis.T * self.window
        return np.asarray(np.linalg.lstsq(weighted @ self.basis, weighted @ values, rcond=1e-13)[0])
