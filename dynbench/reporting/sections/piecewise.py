"""The form of a piecewise-linear system: its units, its regions, and whether a map has an inverse."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp

from dynbench.piecewise import PiecewiseLinear, RationalForm
from dynbench.reporting.blocks import Block, Bullets, Formula, Paragraph, Section, Table, Text
from dynbench.reporting.numbers import plural, readable, short
from dynbench.reporting.piecewise import invertibility, reported_form
from dynbench.reporting.states import in_full

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.systems import System

__all__ = ["piecewise_section"]

#: Regions are listed one by one for up to so many units.
_LISTED = 4
#: The argument of a unit is written out where it has no more operations than this.
_OPERATIONS = 24
#: The number of patterns of more units is written as a power.
_LONGEST = 12
#: Fractions with a denominator beyond this, such as those of most doubles, are shown as decimals of so many digits.
_DENOMINATOR, _DIGITS = 10**6, 6


def piecewise_section(analysis: Analysis) -> Section | None:
    """Units, regions and invertibility; None for systems that are not piecewise linear."""
    system = analysis.system
    form = reported_form(system)
    if form is None:
        return None
    blocks: list[Block] = [Paragraph((_summary(form),)), *_units(system, form)]
    if form.units <= _LISTED:
        blocks.append(_regions(form))
    if form.kind == "map":
        blocks.append(Paragraph((readable(f"The map is {_inverse(form)}."),)))
    return Section("piecewise", "Piecewise-linear form", tuple(blocks))


def _summary(form: PiecewiseLinear) -> str:
    what = "next state" if form.kind == "map" else "rate"
    nested = ", some fed by others" if len(form.levels) > 1 else ""
    exact = "its coefficients are rational numbers" if form.exact is not None else "some coefficients are irrational"
    regions = readable(f"2^{form.units}") if form.units > _LONGEST else str(2**form.units)
    return (
        f"The {what} is an affine function of the state and {plural(form.units, 'rectified unit')}{nested}; {exact}. "
        f"The signs of the units part the state space into regions, at most {regions}, on each of which "
        "the system is affine."
    )


def _inverse(form: PiecewiseLinear) -> str:
    found = invertibility(form)
    if found.proved:
        return f"invertible (proved): {found.argument}"
    answer, _, why = found.argument.partition(": ")
    if answer == "not injective":
        return f"not injective, and so has no inverse: {why}"
    return f"not proved to be invertible: {why if answer == 'not decided' else found.argument}"


def _units(system: System, form: PiecewiseLinear) -> list[Block]:
    """What each unit rectifies, where that can be read: the bits of a word are in this order."""
    if form.exact is None or form.units > _LISTED or len(form.levels) > 1 or not in_full(system):
        return []
    rows: list[Text] = []
    for i, margin in enumerate(_margins(form.exact, system.states)):
        if int(sp.count_ops(margin)) > _OPERATIONS:
            return []
        rounded = " (rounded; the exact numbers are in the JSON)" if margin.has(sp.Float) else ""
        condition = Formula(sp.Gt(margin, 0, evaluate=False))
        rows.append((f"Bit {i + 1} of a pattern is 1 where ", condition, f"{rounded}."))
    return [Bullets(tuple(rows))]


def _margins(exact: RationalForm, states: tuple[sp.Symbol, ...]) -> list[sp.Expr]:
    """The arguments of the units, as they are without units that feed others; long fractions rounded."""
    return [
        sp.Add(*(_legible(c) * s for c, s in zip(row, states, strict=True)), _legible(exact.h2[i, 0]))
        for i, row in enumerate(exact.W2.tolist())
    ]


def _legible(number: object) -> sp.Number:
    """The number itself, or rounded where it is a long fraction."""
    numerator, _, denominator = str(number).partition("/")
    exact = sp.Rational(int(numerator), int(denominator or 1))
    return exact if exact.q <= _DENOMINATOR else sp.Float(exact, _DIGITS)


def _regions(form: PiecewiseLinear) -> Table:
    patterns = np.array(list(itertools.product((False, True), repeat=form.units)))
    matrices = form.region(patterns).J
    trace, det = np.trace(matrices, axis1=-2, axis2=-1), np.linalg.det(matrices)
    rows = tuple(
        (("".join("01"[bool(bit)] for bit in pattern),), (short(float(t)),), (short(float(d)),))
        for pattern, t, d in zip(patterns, trace, det, strict=True)
    )
    headers: tuple[Text, ...] = (("pattern",), ("trace",), ("determinant",))
    caption = "Jacobians by pattern, in double precision; not every pattern need have a region"
    return Table(caption, headers, rows, numeric=(1, 2))
