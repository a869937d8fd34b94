"""Symmetries, scalings and orbits of points as plain values, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dynbench.fixed_points import SymmetryOrbit
from dynbench.invariants import Proof, Scaling, SignedPermutation, Symmetries, Symmetry
from dynbench.symbolic.notation import Notation

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["symmetries_from_dict", "symmetries_to_dict"]

#: Matrices of more states are left to the list of images.
_WRITTEN_OUT = 30


def symmetries_to_dict(analysis: Analysis) -> dict[str, Any]:
    """The keys of a report that are about symmetries."""
    found, reversing = analysis.symmetries, analysis.reversing_symmetries
    return {
        "symmetries": [_symmetry(s) for s in found],
        "symmetry_group": {
            "order": _order(found),
            "generators": [list(found).index(g) for g in getattr(found, "generators", ())],
            "scope": getattr(found, "scope", ""),
        },
        "reversing_symmetries": {
            "found": [_symmetry(s) for s in reversing],
            "order": _order(reversing),
            "scope": getattr(reversing, "scope", ""),
        },
        "scalings": [
            {
                "weights": list(s.weights),
                "degree": s.degree,
                "description": s.description,
                "proof": str(s.proof),
            }
            for s in analysis.scalings
        ],
        "symmetry_orbits": [
            {"points": list(o.points), "complete": o.complete, "isotropy_order": _text(o.isotropy_order)}
            for o in analysis.symmetry_orbits
        ],
    }


def symmetries_from_dict(content: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of an `Analysis` about symmetries; an older report lacks all of these keys but one."""
    found = [_symmetry_of(data) for data in content["symmetries"]]
    group = content.get("symmetry_group")
    symmetries: Sequence[Symmetry] = tuple(found)
    if group is not None:
        generators = [found[k] for k in group["generators"]]
        symmetries = Symmetries(found, generators, _number(group["order"]), group["scope"])
    back = content.get("reversing_symmetries")
    reversing: Sequence[Symmetry] = ()
    if back is not None:
        others = [_symmetry_of(data, reversing=True) for data in back["found"]]
        reversing = Symmetries(others, others[:1], _number(back["order"]), back["scope"])
    return {
        "symmetries": symmetries,
        "reversing_symmetries": reversing,
        "scalings": tuple(map(_scaling_of, content.get("scalings", ()))),
        "symmetry_orbits": tuple(_orbit_of(data, symmetries) for data in content.get("symmetry_orbits", ())),
    }


def _symmetry(s: Symmetry) -> dict[str, Any]:
    return {
        "matrix": s.matrix if len(s.action) <= _WRITTEN_OUT else None,
        "images": list(s.action.images),
        "description": s.description,
        "proof": str(s.proof),
    }


def _symmetry_of(data: Mapping[str, Any], *, reversing: bool = False) -> Symmetry:
    images = data.get("images")
    if images is None:
        numbers = Notation(())
        rows = [[numbers.read(entry) for entry in row] for row in data["matrix"]]
        images = [int(sum((j + 1) * entry for j, entry in enumerate(row))) for row in rows]
    return Symmetry(SignedPermutation.of_images(images), data["description"], _as_stated(data["proof"]), reversing)


def _scaling_of(data: Mapping[str, Any]) -> Scaling:
    return Scaling(tuple(data["weights"]), data["degree"], {}, data["description"], _as_stated(data["proof"]))


def _orbit_of(data: Mapping[str, Any], symmetries: Sequence[Symmetry]) -> SymmetryOrbit:
    return SymmetryOrbit(tuple(data["points"]), data["complete"], _number(data["isotropy_order"]), ())


def _as_stated(text: str) -> Proof:
    return Proof((), "as stated", text)


def _order(found: Sequence[Symmetry]) -> str | None:
    return _text(getattr(found, "order", None))


def _text(number: int | None) -> str | None:
    """A whole number of any size."""
    return None if number is None else str(number)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
