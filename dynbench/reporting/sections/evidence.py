"""The evidence for each fixed point: what was proved, and the numbers of the inequality that proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dynbench.fixed_points import FixedPoint, Verdict
from dynbench.fixed_points.large import is_large
from dynbench.reporting.blocks import Block, Heading, Paragraph, Table, Text
from dynbench.reporting.numbers import at_least, at_most, readable, short
from dynbench.reporting.tables import NONE, without_empty_columns

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.fixed_points import Certificate

__all__ = ["evidence_blocks"]

_INEQUALITY = (
    "With R an approximate inverse of the Jacobian of G = {residual} at a state c that Newton\u2019s method has "
    "refined to the precision named, Y \u2265 |R G(c)| and Z \u2265 |I \u2212 R G\u2032| over the ball of radius r "
    "around c, Y + Z r \u2264 r with Z < 1 proves that this ball holds exactly one fixed point (Krawczyk). The same "
    "|I \u2212 R G\u2032| < 1 over a larger ball proves that there is no second one in it. All norms are maximum "
    "norms; lower bounds are rounded down and upper bounds up."
)
_IN_DOUBLES = (
    "With R an approximate inverse of the Jacobian of G = {residual} at the state c listed, Y \u2265 |R G(c)| and "
    "Z \u2265 |I \u2212 R G\u2032| over the ball of radius r around c, Y + Z r \u2264 r with Z < 1 proves that this "
    "ball holds exactly one fixed point (Krawczyk). The same |I \u2212 R G\u2032| < 1 over a larger ball proves that "
    "there is no second one in it. The index is proved by Gershgorin discs of the Jacobian in the basis of its "
    "approximate eigenvectors. It is all checked in doubles whose rounding is bounded beforehand. All norms are "
    "maximum norms; lower bounds are rounded down and upper bounds up."
)


_EXACT = (
    "Of the points with \u201cexact\u201d for bits, G = {residual} vanishes exactly at a rational state within the "
    "first radius: it solves the affine equations of a region in rational arithmetic. No border but those through that "
    "state is within the second, and in each closed region that the state lies in it is the only zero: so it is "
    "isolated. The index is the degree of \u2212G around it, counted over these regions at a generic value."
)


def evidence_blocks(analysis: Analysis, numbered: list[tuple[int, FixedPoint]]) -> list[Block]:
    """The inequality, once, and its numbers for each point; then why points without a proof have none."""
    residual = "F \u2212 id" if analysis.system.kind == "map" else "F"
    blocks: list[Block] = [Heading("Evidence")]
    proofs = [p.certificate for _, p in numbered if p.certificate is not None and _proves(p.certificate)]
    if any(c.precision for c in proofs):
        text = _IN_DOUBLES if is_large(analysis.system) else _INEQUALITY
        blocks.append(Paragraph((text.format(residual=residual),)))
    if any(not c.precision for c in proofs):
        blocks.append(Paragraph((_EXACT.format(residual=residual),)))
    return [*blocks, _table(numbered)]


def _proves(certificate: Certificate | None) -> bool:
    return certificate is not None and certificate.verdict is Verdict.FIXED_POINT


def _table(numbered: list[tuple[int, FixedPoint]]) -> Table:
    headers: tuple[Text, ...] = (
        *(("point",), ("residual",), ("exists within",), ("unique within",), ("index",)),
        *(("eigenvalues within",), ("Z at most",), ("r at most",), ("bits",), ("why not",)),
    )
    rows = tuple(_row(i, p) for i, p in numbered)
    return without_empty_columns(Table("Evidence for each fixed point", headers, rows, numeric=tuple(range(1, 9))))


def _row(number: int, point: FixedPoint) -> tuple[Text, ...]:
    head: tuple[Text, ...] = ((str(number),), (short(point.residual, 2),))
    c = point.certificate
    if c is None:
        return (*head, *(((NONE,),) * 7), ("no certificate was asked for",))
    radii = c.eigenvalue_radii
    return (
        *head,
        *((at_most(c.radius),), (at_least(c.uniqueness_radius),)),
        (NONE if c.index is None else f"{c.index:+d}".replace("+0", "0").replace("-", "\N{MINUS SIGN}"),),
        (at_most(None if radii is None else float(np.max(radii))),),
        *((at_most(c.contraction),), (at_most(c.proof_radius),)),
        (str(c.precision) if c.precision else "exact",),
        ("" if _proves(c) else readable(c.inequality),),
    )
