"""The claim that a piecewise-linear map is invertible, by the determinants of all patterns, or of those with a region.

Where the determinants of the regions have one sign, F is open, and proper, as its pieces are nonsingular: every state
off the images of the borders has the same number of preimages. If it is one, F is one to one: two preimages of any
state would have neighbourhoods whose images meet in states with two preimages.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from flint import fmpq, fmpq_mat

from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.piecewise.cells import cells
from dynbench.verification.piecewise.rows import Rectified
from dynbench.verification.records import Outcome

__all__ = ["check_inverse"]

#: Maps of more units are not gone through pattern by pattern; of the plane, region by region.
_MOST_UNITS, _MOST_LINES = 12, 40
#: States tried as one with a single preimage: those on the image of a border do not count.
_TRIALS = 20
_RESTS = (
    "not checked again: the determinants of all patterns do not have one sign, so it rests on which of the patterns "
    "have a region, and on one state with one preimage, which are looked at here in the plane only"
)


def check_inverse(stated: Field, function: Rectified | None, is_map: bool, ledger: Ledger) -> None:
    """Check that the map is one to one and onto.

    It is where the determinants of all patterns have one sign, whichever of them have a region: the piecewise-linear
    problem F(z) = w is that of a P-matrix (Samelson, Thrall and Wesler 1958). In the plane the patterns that have a
    region are found exactly.
    """
    invertible, argument = stated.get("invertible"), stated["invertibility"].text()
    if invertible is None or not invertible.flag():
        return
    claim = f"the map is invertible ({argument:.100})"
    if not is_map:
        ledger.require(claim, False, "it is a flow")
    elif function is not None and _of_the_plane(function) and len(function.arguments) <= _MOST_LINES:
        ledger.add(claim, *_by_regions(function))
    elif function is None or len(function.arguments) > _MOST_UNITS:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, f"not checked again: more than {_MOST_UNITS} units")
    elif _one_sign([_sign(function, p) for p in itertools.product((False, True), repeat=len(function.arguments))]):
        ledger.require(claim, True)
    else:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, _RESTS)


def _of_the_plane(function: Rectified) -> bool:
    return function.dimension == 2 and not any(i > 1 for argument in function.arguments for i in argument.terms)


def _sign(function: Rectified, pattern: Sequence[bool]) -> int:
    det = function.piece(pattern).J.det()
    return int(det > 0) - int(det < 0)


def _one_sign(signs: Sequence[int]) -> bool:
    return set(signs) in ({1}, {-1})


def _by_regions(function: Rectified) -> tuple[Outcome, str]:
    """Whether a map of the plane is invertible, decided exactly."""
    regions = cells(function)
    if not _one_sign([_sign(function, pattern) for pattern, _ in regions]):
        return Outcome.FAILS, "the determinants of the regions do not have one sign"
    for _, cell in regions[:_TRIALS]:
        inside = [sum((corner[i] for corner in cell), fmpq(0)) / len(cell) for i in range(2)]
        number = _preimages(function, [pattern for pattern, _ in regions], function.image(inside))
        if number is not None:
            return (Outcome.HOLDS, "") if number == 1 else (Outcome.FAILS, f"a state has {number} preimages")
    return Outcome.NOT_ESTABLISHED, "no state was found off the images of all borders"


def _preimages(function: Rectified, patterns: Sequence[tuple[bool, ...]], w: Sequence[fmpq]) -> int | None:
    """The number of preimages of a state; None where one of them lies on a border."""
    number = 0
    for pattern in patterns:
        piece = function.piece(pattern)
        margins = function.margins(piece.J.solve(fmpq_mat(2, 1, list(w)) - piece.c).entries())
        if all(m == 0 or bool(m > 0) == active for m, active in zip(margins, pattern, strict=True)):
            if any(m == 0 for m in margins):
                return None
            number += 1
    return number
