"""The claim that a piecewise-linear map is invertible, by the determinants of all patterns."""

from __future__ import annotations

import itertools

from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.piecewise.rows import Rectified
from dynbench.verification.records import Outcome

__all__ = ["check_inverse"]

#: Maps of more units are not gone through pattern by pattern.
_MOST_UNITS = 12


def check_inverse(stated: Field, function: Rectified | None, ledger: Ledger) -> None:
    """Check that the determinants of all patterns have one sign.

    Then the map is one to one and onto, whichever of the patterns have a region: the piecewise-linear problem F(z) = w
    is that of a P-matrix (Samelson, Thrall and Wesler 1958).
    """
    invertible, argument = stated.get("invertible"), stated["invertibility"].text()
    if invertible is None or not invertible.flag():
        return
    claim = f"the map is invertible ({argument:.100})"
    if function is None or len(function.arguments) > _MOST_UNITS:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, f"not checked again: more than {_MOST_UNITS} units")
        return
    signs = set()
    for pattern in itertools.product((False, True), repeat=len(function.arguments)):
        det = function.piece(pattern).J.det()
        signs.add(int(det > 0) - int(det < 0))
    if 0 in signs or len(signs) > 1:
        ledger.add(
            claim,
            Outcome.NOT_ESTABLISHED,
            "not checked again: the determinants of all patterns do not have one sign, so it rests on which of the "
            "patterns have a region, and on one state with one preimage, which are not looked at here",
        )
    else:
        ledger.require(claim, True)
