"""Records of cycles of piecewise-linear maps that were verified in exact arithmetic."""

from __future__ import annotations

import numpy as np
import sympy as sp
from flint import arb_mat, ctx, fmpq_mat
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.cycles.records import Cycle, CycleKind
from dynbench.fixed_points import Status
from dynbench.fixed_points.spectrum import Spectrum, enclosed_spectrum, estimated_spectrum, settle
from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.periodic import Periodic, Reality
from dynbench.piecewise.rational import in_doubles, to_sympy
from dynbench.piecewise.words import canonical_start

__all__ = ["character_of", "cycle_of", "kind_of"]

#: Bits of the ball arithmetic that encloses multipliers.
_BITS = 256
#: Multipliers of larger maps are not enclosed: it takes seconds.
_ENCLOSED = 30
#: Multipliers on the unit circle are counted exactly up to so many states.
_SETTLED = 4
#: Moduli are shown to differ where they do by more than this, relative to the larger: discs are those of doubles.
_TIED = 1e-9
#: Units that the note on a border collision names.
_NAMED = 6
#: Digits of all exact points together beyond which a record does not keep them.
_DIGITS = 20_000


def cycle_of(form: PiecewiseLinear, periodic: Periodic, *, certify: bool = True) -> Cycle:
    """The record of a cycle: `periodic` is one, REAL or BORDER, of primitive period.

    It is certified where the form has rational entries; else it is a cycle of the map with rounded entries.
    """
    shift = canonical_start(periodic.word)
    exact = periodic.points[shift:] + periodic.points[:shift]
    word = tuple(periodic.word[shift:] + periodic.word[:shift])
    points = np.array([in_doubles(z)[:, 0] for z in exact])
    proved = form.exact is not None and certify
    assert periodic.matrix is not None, "cycles have a derivative"
    spectrum = _spectrum(periodic.matrix, enclosed=certify)
    border = _border(periodic)
    known = spectrum.decided and proved and not border
    return Cycle(
        period=len(points),
        points=readonly(points),
        multipliers=spectrum.midpoints,
        stability=spectrum.stability,
        kind=CycleKind.NONSMOOTH if border else kind_of(*spectrum.stability),
        status=Status.CERTIFIED if proved else Status.CONVERGED,
        residual=float(np.abs(form(points) - np.roll(points, -1, axis=0)).max()),
        note=border or _note(spectrum, form),
        word=word,
        exact=_kept(exact) if proved else None,
        character="" if border or spectrum.stability[1] else character_of(spectrum),
        proved=known,
    )


def _spectrum(matrix: fmpq_mat, *, enclosed: bool) -> Spectrum:
    n = matrix.nrows()
    if enclosed and n <= _ENCLOSED:
        with ctx.workprec(_BITS):
            spectrum = enclosed_spectrum(arb_mat(matrix), "map")
        if spectrum is not None:
            if n <= _SETTLED and not (spectrum.decided and spectrum.resolved):
                entries = [to_sympy(e) for e in matrix.entries()]
                spectrum = settle(spectrum, sp.Matrix(n, n, entries), "map")
            return spectrum
    return estimated_spectrum(in_doubles(matrix), "map")


def kind_of(stable: int, central: int, unstable: int) -> CycleKind:
    """The kind of a smooth cycle, by the counts of its multipliers (of a flow without the trivial one)."""
    if central:
        return CycleKind.NONHYPERBOLIC
    if not unstable:
        return CycleKind.STABLE
    return CycleKind.SADDLE if stable else CycleKind.UNSTABLE


def character_of(spectrum: Spectrum) -> str:
    """The character of a hyperbolic cycle, by its multipliers (of a flow without the trivial one).

    A flip has a real negative multiplier among the leading ones: of a saddle these are the unstable ones, of others
    all that are not shown smaller in modulus than the largest. At a tie any of them will do: with 1/2 and -1/2 it is a
    flip node, with -1/2 and a pair of modulus 1/2 a flip focus.
    """
    stable, _, unstable = spectrum.stability
    saddle = bool(stable and unstable)
    leading = np.array(spectrum.sides) == 1 if saddle else _largest(spectrum)
    nonreal = np.array(spectrum.nonreal)
    shape = ("saddle-focus" if nonreal.any() else "saddle") if saddle else "focus" if nonreal.any() else "node"
    negative = (spectrum.midpoints.real + spectrum.radii < 0) & ~nonreal
    return f"flip {shape}" if (leading & negative).any() else shape


def _largest(spectrum: Spectrum) -> NDArray[np.bool_]:
    """Which multipliers are not shown smaller in modulus than the largest, by more than rounding."""
    modulus = np.abs(spectrum.midpoints)
    least = (modulus - spectrum.radii).max(initial=0.0)
    return np.asarray(modulus + spectrum.radii >= (1 - _TIED) * least)


def _border(periodic: Periodic) -> str:
    """That points lie on borders, in a sentence; empty where none does."""
    if periodic.reality is not Reality.BORDER:
        return ""
    units = sorted({i + 1 for row in periodic.zero for i, zero in enumerate(row) if zero})
    named = f"unit {units[0]}" if len(units) == 1 else f"units {', '.join(map(str, units[:_NAMED]))}"
    more = " and others" if len(units) > _NAMED else ""
    return (
        f"border collision: the margin of {named}{more} vanishes on the orbit, so multipliers prove nothing; those "
        "given belong to one of the regions that meet there"
    )


def _note(spectrum: Spectrum, form: PiecewiseLinear) -> str:
    rounded_map = "an entry is irrational: verified exactly for the map whose entries are rounded to doubles"
    notes = [] if form.exact is not None else [rounded_map]
    central = spectrum.stability[1]
    if central:
        verb = ("lies" if central == 1 else "lie") + " exactly on" if spectrum.decided else "cannot be told from"
        notes.append(f"{central} of the multipliers {verb} the unit circle")
    elif not spectrum.decided:
        notes.append("its multipliers are those of doubles, not enclosed")
    if spectrum.remark:
        notes.append(spectrum.remark)
    return "; ".join(notes)


def _kept(exact: tuple[fmpq_mat, ...]) -> tuple[tuple[sp.Rational, ...], ...] | None:
    """The exact points as SymPy numbers, where that is not too much to keep."""
    digits = sum(int(e.p).bit_length() + int(e.q).bit_length() for z in exact for e in z.entries()) * 0.3
    if digits > _DIGITS:
        return None
    return tuple(tuple(to_sympy(e) for e in z.entries()) for z in exact)
