"""From a spectrum to the kind of a fixed point, in the terms of Strogatz and Kuznetsov."""

from __future__ import annotations

from typing import Literal

import numpy as np

from dynbench.fixed_points.records import Kind
from dynbench.fixed_points.spectrum import Spectrum

__all__ = ["classify"]

_KINDS = {
    ("stable", False): Kind.STABLE_NODE,
    ("stable", True): Kind.STABLE_FOCUS,
    ("unstable", False): Kind.UNSTABLE_NODE,
    ("unstable", True): Kind.UNSTABLE_FOCUS,
    ("saddle", False): Kind.SADDLE,
    ("saddle", True): Kind.SADDLE_FOCUS,
}


def classify(spectrum: Spectrum, kind: Literal["flow", "map"]) -> tuple[Kind, str]:
    """The kind of a fixed point, and what else its eigenvalues say.

    A point with an eigenvalue whose disc meets the axis is nonhyperbolic; one with a pair proved non-real is a
    focus (or saddle-focus); one with real eigenvalues a node (or saddle). Where eigenvalues cannot be told
    apart and may be real, the point is called a node and the note says so: rounding must not make a focus of a
    degenerate node.
    """
    if np.isnan(spectrum.midpoints).any():
        return Kind.UNKNOWN, "the Jacobian is not finite here, as at the edge of the domain"
    stable, central, unstable = spectrum.stability
    notes = [spectrum.remark] if spectrum.remark else []
    if central:
        axis = "unit circle" if kind == "map" else "imaginary axis"
        exactly = "lies exactly on" if spectrum.decided else "cannot be told from"
        count = "one eigenvalue" if central == 1 else f"{central} eigenvalues"
        verb = exactly if central == 1 else exactly.replace("lies", "lie")
        return Kind.NONHYPERBOLIC, "; ".join([f"{count} {verb} the {axis}", *notes])
    nonreal = any(spectrum.nonreal)
    if not (spectrum.resolved or spectrum.remark or nonreal):
        gap = 2 * float(max(spectrum.radii))
        notes.append(f"degenerate: eigenvalues agree to within {gap:.1g}, so a weak focus is not excluded")
    if kind == "map" and any(value.real < 0 for value in spectrum.midpoints[[s > 0 for s in spectrum.sides]]):
        notes.append("the unstable direction flips" if unstable == 1 else "an unstable direction flips")
    shape = "stable" if not unstable else "unstable" if not stable else "saddle"
    return _KINDS[shape, nonreal], "; ".join(notes)
