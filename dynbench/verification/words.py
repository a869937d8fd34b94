"""Whether the words of a report are those that its numbers give.

The verdict, the alerts and whatever else is derived are functions of the claims. This one file asks dynbench's own
report code what they must be: it rebuilds the analysis, writes it again and compares. What the numbers claim is proved
elsewhere in this package, which shares nothing with that code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dynbench._version import __version__
from dynbench.errors import DynbenchError
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.weights import Weights

__all__ = ["check_words"]


def check_words(content: Mapping[str, Any], weights: Weights, ledger: Ledger) -> None:
    """Compare each part of a report with what is written again from its numbers."""
    from dynbench.reporting.json import content_of
    from dynbench.reporting.rebuild import analysis_of

    claim = "its words are those that its numbers give"
    version = content["provenance"].get("dynbench")
    if version != __version__:
        ledger.prove(claim, False, f"it was written by version {version!r:.20}, and this is {__version__}")
        return
    try:
        again = content_of(analysis_of(content, weights=weights))
    except (DynbenchError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        # A damaged report may hold anything in the place of a number; all of it means that it was not written so.
        ledger.require(claim, False, f"it cannot be written again: {error}")
        return
    for part in again:
        same = json.dumps(again[part], sort_keys=True) == json.dumps(content.get(part), sort_keys=True)
        ledger.require(f"{part}: written again from the numbers, it is the same", same, "it differs")
    unknown = [str(part) for part in content if part not in again]
    ledger.require("the report has no part of another kind", not unknown, f"it has {', '.join(unknown):.60}")
