"""Fixed points as plain Python values, and back: nothing is rounded, and nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.fixed_points.records import Certificate, FixedPoint, Kind, Status, Verdict
from dynbench.fixed_points.spectrum import Spectrum
from dynbench.symbolic.notation import Notation

__all__ = ["point_from_dict", "point_to_dict"]

_NUMBERS = Notation(())
#: The numbers of a certificate that are kept as they are.
_SCALARS = (
    *("radius", "uniqueness_radius", "exclusion_radius", "index", "contraction", "proof_radius"),
    *("inequality", "precision"),
)


def point_to_dict(p: FixedPoint) -> dict[str, Any]:
    """A fixed point as lists, numbers, strings and None."""
    return {
        "x": p.x.tolist(),
        "exact": None if p.exact is None else [_NUMBERS.write(e) for e in p.exact],
        "residual": p.residual,
        "status": p.status.value,
        "kind": p.kind.value,
        "note": p.note,
        "stability": list(p.stability),
        "eigenvalues": _complex_to_list(p.eigenvalues),
        "certificate": None if p.certificate is None else _certificate_to_dict(p.certificate),
    }


def point_from_dict(data: Mapping[str, Any]) -> FixedPoint:
    """The fixed point of which `point_to_dict` made `data`."""
    certificate = data["certificate"]
    return FixedPoint(
        x=readonly(data["x"]),
        residual=np.nan if data["residual"] is None else float(data["residual"]),
        status=Status(data["status"]),
        eigenvalues=_complex_from_list(data["eigenvalues"]),
        stability=(data["stability"][0], data["stability"][1], data["stability"][2]),
        kind=Kind(data["kind"]),
        certificate=None if certificate is None else _certificate_from_dict(certificate),
        exact=None if data["exact"] is None else tuple(map(_NUMBERS.read, data["exact"])),
        note=data["note"],
    )


def _certificate_to_dict(c: Certificate) -> dict[str, Any]:
    return {
        "verdict": c.verdict.value,
        "center": c.center.tolist(),
        **{name: getattr(c, name) for name in _SCALARS},
        "inverse": None if c.inverse is None else c.inverse.tolist(),
        "n_unstable": c.n_unstable,
        "stability": None if c.stability is None else list(c.stability),
        **_spectrum_to_dict(c.spectrum),
    }


def _certificate_from_dict(data: Mapping[str, Any]) -> Certificate:
    return Certificate(
        center=readonly(data["center"]),
        verdict=Verdict(data["verdict"]),
        inverse=None if data["inverse"] is None else readonly(data["inverse"]),
        spectrum=_spectrum_from_dict(data),
        **{name: data[name] for name in _SCALARS},
    )


def _spectrum_to_dict(s: Spectrum | None) -> dict[str, Any]:
    if s is None:
        return dict.fromkeys(("eigenvalues", "eigenvalue_radii", "sides", "nonreal", "resolved", "decided", "remark"))
    return {
        "eigenvalues": _complex_to_list(s.midpoints),
        "eigenvalue_radii": s.radii.tolist(),
        "sides": list(s.sides),
        "nonreal": list(map(bool, s.nonreal)),
        "resolved": bool(s.resolved),
        "decided": bool(s.decided),
        "remark": s.remark,
    }


def _spectrum_from_dict(data: Mapping[str, Any]) -> Spectrum | None:
    if data["eigenvalues"] is None:
        return None
    return Spectrum(
        midpoints=_complex_from_list(data["eigenvalues"]),
        radii=readonly(data["eigenvalue_radii"]),
        sides=tuple(data["sides"]),
        nonreal=tuple(data["nonreal"]),
        resolved=data["resolved"],
        decided=data["decided"],
        remark=data["remark"],
    )


def _complex_to_list(values: NDArray[np.complex128]) -> list[list[float]]:
    return [[float(v.real), float(v.imag)] for v in values]


def _complex_from_list(values: list[list[float | None]]) -> NDArray[np.complex128]:
    pairs = np.array(values, dtype=float).reshape(-1, 2)  # None, which stands for what is not finite, becomes nan
    return readonly(pairs[:, 0] + 1j * pairs[:, 1], complex)
