"""The certified claims about points, read from a report."""

from __future__ import annotations

from dataclasses import dataclass

from dynbench.verification.discs import Discs
from dynbench.verification.document import Field

__all__ = ["CertificateClaim", "PointClaim", "read_point"]

_STATUSES = ("certified", "converged", "slow point", "failed")
_VERDICTS = ("fixed point", "no fixed point", "undecided")
#: Beyond so many states the eigenvalues of a point that is not proved may be those found only.
_MANY = 1000
_KINDS = (
    *("stable node", "stable focus", "unstable node", "unstable focus", "saddle", "saddle-focus"),
    *("center", "nonhyperbolic", "nonsmooth", "unknown"),
)


@dataclass(frozen=True)
class CertificateClaim:
    """What a certificate states; the attributes are the report's keys."""

    verdict: str
    center: tuple[float, ...]
    radius: float | None
    uniqueness_radius: float | None
    exclusion_radius: float | None
    index: int | None
    n_unstable: int | None
    stability: tuple[int, ...] | None
    discs: Discs | None
    resolved: bool
    decided: bool
    inverse: tuple[tuple[float, ...], ...] | None
    contraction: float | None
    proof_radius: float | None
    precision: int

    @property
    def is_exact(self) -> bool:
        """Whether the proof is stated to be one in exact arithmetic: of no bits."""
        return self.precision == 0


@dataclass(frozen=True)
class PointClaim:
    """What a report states about a point; the attributes are the report's keys."""

    path: str
    x: tuple[float, ...]
    exact: tuple[str, ...] | None
    residual: float | None
    status: str
    kind: str
    stability: tuple[int, ...]
    eigenvalues: tuple[complex, ...] | None
    certificate: CertificateClaim | None


def read_point(field: Field, n: int) -> PointClaim:
    """Read a point of the report on a system of `n` states.

    Raises
    ------
    InputError
        If a key is missing or malformed.
    """
    exact, certificate, residual = field.get("exact"), field.get("certificate"), field.get("residual")
    field["note"].text()
    return PointClaim(
        path=field.path,
        x=field["x"].vector(n),
        exact=None if exact is None else tuple(exact.texts(n)),
        residual=None if residual is None else residual.length(),
        status=field["status"].choice(*_STATUSES),
        kind=field["kind"].choice(*_KINDS),
        stability=field["stability"].integers(3),
        eigenvalues=_complexes(field["eigenvalues"], n),
        certificate=None if certificate is None else _certificate(certificate, n),
    )


def _certificate(field: Field, n: int) -> CertificateClaim:
    field["inequality"].text()
    stability, inverse = field.get("stability"), field.get("inverse")
    return CertificateClaim(
        verdict=field["verdict"].choice(*_VERDICTS),
        center=field["center"].vector(n),
        radius=_length(field, "radius"),
        uniqueness_radius=_length(field, "uniqueness_radius"),
        exclusion_radius=_length(field, "exclusion_radius"),
        index=_integer(field, "index"),
        n_unstable=_integer(field, "n_unstable"),
        stability=None if stability is None else stability.integers(3),
        discs=_discs(field, n),
        resolved=field["resolved"].flag() if not field["resolved"].null else False,
        decided=field["decided"].flag() if not field["decided"].null else False,
        inverse=None if inverse is None else tuple(row.vector(n) for row in inverse.items(n)),
        contraction=_length(field, "contraction"),
        proof_radius=_length(field, "proof_radius"),
        precision=field["precision"].integer(),
    )


def _discs(field: Field, n: int) -> Discs | None:
    if field["eigenvalues"].null:
        return None
    middles = tuple(complex(*pair.vector(2)) for pair in field["eigenvalues"].items(n))
    return Discs(
        middles=middles,
        radii=tuple(entry.length() for entry in field["eigenvalue_radii"].items(n)),
        sides=tuple(int(entry.choice_of(-1, 0, 1)) for entry in field["sides"].items(n)),
        nonreal=tuple(entry.flag() for entry in field["nonreal"].items(n)),
    )


def _complexes(field: Field, n: int) -> tuple[complex, ...] | None:
    pairs = [pair.items(2) for pair in field.items()]
    if len(pairs) != n and not (n > _MANY and len(pairs) < n):
        field.items(n)
    if len(pairs) < n or any(part.null for pair in pairs for part in pair):
        return None
    return tuple(complex(re.number(), im.number()) for re, im in pairs)


def _length(field: Field, key: str) -> float | None:
    entry = field.get(key)
    return None if entry is None else entry.length()


def _integer(field: Field, key: str) -> int | None:
    entry = field.get(key)
    return None if entry is None else entry.integer()
