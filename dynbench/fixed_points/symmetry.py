"""Fixed points under the symmetries of a system: x is one where S x is, with the same proof moved by S."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dynbench._arrays import readonly
from dynbench.fixed_points.records import Certificate, FixedPoint
from dynbench.invariants import SignedPermutation, Symmetry
from dynbench.symbolic.matrices.parity import is_odd
from dynbench.systems import System

__all__ = ["Images", "SymmetryOrbit", "is_mirrored", "moved", "moves_of", "symmetry_orbits"]


@dataclass(frozen=True, eq=False)
class SymmetryOrbit:
    """Fixed points that the symmetries of the system take to each other.

    Attributes
    ----------
    points : tuple of int
        Their positions in the list.
    complete : bool
        Whether the image of each under each symmetry is proved to be one of them.
    isotropy_order : int or None
        How many symmetries keep the first of them, the identity included: the order of the group by the number of
        points. None where the orbit is not complete or the order of the group is not known.
    isotropy : tuple of Symmetry
        Of the symmetries listed by ``system.symmetries()`` those that keep the first of them.

    References
    ----------
    M. Golubitsky, I. Stewart, D. G. Schaeffer: Singularities and Groups in Bifurcation Theory II, Springer (1988),
    chapter XIII.
    """

    points: tuple[int, ...]
    complete: bool
    isotropy_order: int | None
    isotropy: tuple[Symmetry, ...]


def symmetry_orbits(system: System, points: Sequence[FixedPoint]) -> tuple[SymmetryOrbit, ...]:
    """Sort fixed points into orbits under the symmetries of the system.

    Parameters
    ----------
    system : System
        The system.
    points : sequence of FixedPoint
        Its fixed points. Images are proved: S x lies in the ball in which a listed point is proved to be the only one,
        or has the exact coordinates of a listed one. A point without such proof is an orbit of its own that is not
        complete.

    Returns
    -------
    tuple of SymmetryOrbit
        In the order of their first points; a trivial group makes each point an orbit.
    """
    symmetries = system.symmetries()
    images = Images(dict(enumerate(points)), [s.action for s in symmetries.generators])
    found = []
    for first, members in images.orbits.items():
        complete = all(images.image(s.action, i) is not None for s in symmetries.generators for i in members)
        order = symmetries.order
        kept = tuple(s for s in symmetries if images.image(s.action, first) == first)
        isotropy = order // len(members) if complete and order is not None else None
        found.append(SymmetryOrbit(tuple(members), complete, isotropy, kept))
    return tuple(found)


class Images:
    """Which fixed point is the image of which, where that is proved, and the orbits that follow.

    Parameters
    ----------
    points : mapping
        Number -> fixed point. Of a point listed twice only the first takes part.
    generators : sequence of SignedPermutation
        Symmetries of the system.

    Attributes
    ----------
    orbits : dict
        Number of the first point of each orbit -> the numbers of all, rising.
    carriers : dict
        Number -> (number of the first point of its orbit, a symmetry that takes that to it).
    """

    def __init__(self, points: Mapping[int, FixedPoint], generators: Sequence[SignedPermutation]) -> None:
        self._points = points
        self._generated = bool(generators)
        self._known: dict[tuple[SignedPermutation, int], int | None] = {}
        self._alone: set[int] = set()
        for i in points:
            if any(j not in self._alone and self._covers(j, points[i]) for j in points if j < i):
                self._alone.add(i)
        self.carriers: dict[int, tuple[int, SignedPermutation]] = {}
        for first, point in points.items():
            if first not in self.carriers:
                self.carriers[first] = (first, SignedPermutation.identity(len(point.x)))
                self._spread(first, generators)
        self.orbits: dict[int, list[int]] = {}
        for i in points:
            self.orbits.setdefault(self.carriers[i][0], []).append(i)

    def image(self, s: SignedPermutation, i: int) -> int | None:
        """The number of the fixed point that is proved to be the image of point i; None where there is none."""
        if (s, i) not in self._known:
            self._known[s, i] = self._image(s, i)
        return self._known[s, i]

    def is_carried(self, i: int) -> bool:
        """Whether symmetries are known and point i takes part."""
        return self._generated and i not in self._alone

    def _spread(self, first: int, generators: Sequence[SignedPermutation]) -> None:
        new = [first]
        while new:
            i = new.pop()
            for s in generators:
                j = self.image(s, i)
                if j is not None and j not in self.carriers:
                    self.carriers[j] = (first, s @ self.carriers[i][1])
                    new.append(j)

    def _image(self, s: SignedPermutation, i: int) -> int | None:
        if i in self._alone:
            return None
        point = self._points[i]
        if point.certificate is not None:
            point = replace(point, certificate=replace(point.certificate, center=s(point.certificate.center)))
        if point.exact is not None:
            point = replace(point, exact=s.of(point.exact))
        return next((j for j in self._points if j not in self._alone and self._covers(j, point)), None)

    def _covers(self, j: int, point: FixedPoint) -> bool:
        """Whether a fixed point is proved to lie where point j is the only one."""
        if point.exact is not None and point.exact == self._points[j].exact:
            return True
        here, there = point.certificate, self._points[j].certificate
        if here is None or there is None or here.radius is None or there.uniqueness_radius is None:
            return False
        return bool(np.abs(here.center - there.center).max() + here.radius < there.uniqueness_radius)


def is_mirrored(system: System) -> bool:
    """Whether x -> -x is a symmetry, proved from the structure of a matrix form, its numbers included.

    That is one of ``system.symmetries()``; searches of networks ask for it alone, as it takes no time. Of a system in
    components the answer is False: there they have nothing to gain.
    """
    form = system.matrix_form
    return form is not None and form.kept("odd", lambda: is_odd(form.expression, form.state, form.values))


def moves_of(system: System) -> tuple[SignedPermutation, ...]:
    """Symmetries by which proofs are moved: all of a network of many states, x -> -x of others in matrix form.

    In components, and for few states, a proof of its own takes no longer than finding the symmetries.
    """
    form = system.matrix_form
    return () if form is None else form.kept("moves", lambda: _moves_of(system))


def _moves_of(system: System) -> tuple[SignedPermutation, ...]:
    minus = (SignedPermutation.identity(system.dimension, -1),) if is_mirrored(system) else ()
    if system.algebraic:
        return minus
    found = [s.action for s in system.symmetries()]
    return tuple(dict.fromkeys([*minus, *found, *(s.inverse for s in found)]))


def moved(certificate: Certificate, s: SignedPermutation) -> Certificate:
    """The certificate of S x for a symmetry S: G(S x) = S G(x) and G'(S x) = S G'(x) S^T, so all else is as it was."""
    inverse = certificate.inverse
    return replace(
        certificate,
        center=readonly(s(certificate.center)),
        inverse=None if inverse is None else readonly(s.conjugate(inverse)),
        inequality=f"{certificate.inequality}; by the symmetry G(S x) = S G(x) from the image under S",
    )
