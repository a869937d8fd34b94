"""The records of homoclinic and heteroclinic points, and of what is proved about them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench._arrays import brief, record_table, shown
from dynbench.cycles import Cycle
from dynbench.fixed_points import FixedPoint
from dynbench.piecewise.words import Word

__all__ = ["HomoclinicPoint", "HomoclinicProof", "Number"]

#: a + b sqrt(d) as (a, b); in a proof by balls midpoint and radius.
Number = tuple[sp.Rational, sp.Rational]


@dataclass(frozen=True, eq=False)
class HomoclinicProof:
    """A transversal homoclinic (or heteroclinic) orbit of a piecewise-linear map, proved; all that a verifier needs.

    With x_0, ..., x_{k-1} the source cycle, A the product of the Jacobians along it from x_0 on, A v = lambda v and
    |lambda| > 1, and y_0, ..., w the same of the target with w A' = lambda' w, |lambda'| > 1: the orbit starts at
    q_0 = x_0 + t v, follows `word` for N steps to q_N, and w . (q_N - y_0) = 0. Proved are

    1. of both cycles, that they are cycles with their words, off every border, and saddles with one unstable
       multiplier;
    2. that q_j lies strictly within the region of word[j], 0 <= j < N;
    3. that x_i + t lambda^-m M_i v, M_i the product of the first i Jacobians, lies strictly within the region of x_i
       for all i and m = 1, 2, hence (regions are convex, and all lambda^-m t v between these two and zero) for all m:
       q_0 is on the unstable manifold, and this is its past;
    4. likewise that the orbit of q_N stays strictly within the regions of the target's word for ever and tends to it;
    5. that t and q_N - y_0 are not zero, and the Jacobians of all regions met are not singular;
    6. that w . (J v) is not zero, J the product of the Jacobians along the word: the crossing is transversal.

    The points of the orbit are then distinct from each other and from those of the cycle. A homoclinic orbit of a cycle
    of period k may arrive at another phase than it left from: the k-th iterate of the map then has a ring of
    heteroclinic connections between the points of the cycle, the images of this one, and by the inclination lemma a
    transversal homoclinic point to each of them.

    Attributes
    ----------
    kind : "homoclinic" or "heteroclinic"
    source, target : tuples of k points, each a tuple of n sp.Rational
        The cycles (k = 1 for a fixed point), from x_0 and from y_0 on.
    source_word, target_word, word : tuples of patterns, each a tuple of H bool
        Which units are active at x_0, ..., at y_0, ..., and at q_0, ..., q_{N-1}.
    d : sp.Rational or None
        The orbit lies in QQ(sqrt d), and all numbers below are exact; None where the proof is by balls.
    multiplier : Number
        lambda.
    direction : tuple of n Number
        v.
    t : Number
        Where the orbit starts.
    covector : tuple of n Number
        w.
    transversality : Number
        w . (J v).
    margin : float
        The smallest absolute margin, rounded, of the points of (2) to (4).
    precision : int
        Bits of the ball arithmetic; 0 where all is exact.
    """

    kind: Literal["homoclinic", "heteroclinic"]
    source: tuple[tuple[sp.Rational, ...], ...]
    source_word: Word
    target: tuple[tuple[sp.Rational, ...], ...]
    target_word: Word
    word: Word
    d: sp.Rational | None
    multiplier: Number
    direction: tuple[Number, ...]
    t: Number
    covector: tuple[Number, ...]
    transversality: Number
    margin: float
    precision: int = 0

    def __repr__(self) -> str:
        return f"HomoclinicProof({self.kind}, {self.arithmetic}, word of {len(self.word)} steps)"

    @property
    def arithmetic(self) -> str:
        """In which numbers the proof was made."""
        if self.d is None:
            return f"ball arithmetic of {self.precision} bits"
        return f"exact arithmetic in QQ(sqrt({self.d}))"

    @property
    def assumption(self) -> str:
        """Under what assumption it holds."""
        return "of the map with the coefficients as declared, which are rational numbers; no rounding enters"

    @property
    def statement(self) -> str:
        """What is proved, in a sentence."""
        source, target = _cycle(self.source), _cycle(self.target)
        what = f"The {source} has a transversal homoclinic orbit"
        if self.kind == "heteroclinic":
            what = f"The unstable manifold of the {source} crosses the stable manifold of the {target} transversally"
        return (
            f"{what}: {len(self.word)} steps lead from the local unstable manifold to the local stable one, and the "
            f"whole orbit keeps off the borders ({self.arithmetic})."
        )

    @property
    def conclusion(self) -> str:
        """What follows, by which theorem."""
        if self.kind == "heteroclinic":
            return (
                "A heteroclinic orbit alone proves no chaos; together with one the other way it does "
                "(a heteroclinic cycle, by the inclination lemma)."
            )
        return (
            "The map is chaotic: an iterate has an invariant Cantor set on which it is conjugate to a full shift, so "
            "there are infinitely many saddle cycles, and the topological entropy is positive. This is the "
            "Smale-Birkhoff homoclinic theorem (Katok & Hasselblatt, Introduction to the Modern Theory of Dynamical "
            "Systems, Theorem 6.5.5), which asks for a smooth embedding of a neighbourhood of the orbit's closure "
            "only: that closure is compact and lies off the borders, where the map is affine with a nonsingular "
            "derivative, and the map is one-to-one on it; so near it the map is a smooth embedding, whether or not it "
            "is smooth or invertible elsewhere."
        )


@dataclass(frozen=True, eq=False)
class HomoclinicPoint:
    """A state on the unstable manifold of one saddle and on the stable manifold of the same or of another one.

    Attributes
    ----------
    x : (n,) array
        The state, in doubles.
    kind : "homoclinic" or "heteroclinic"
        Whether the two saddles are one.
    source, target : FixedPoint or Cycle
        Where its orbit comes from, and where it goes.
    angle : float
        The angle (radians, at most pi/2) at which the manifolds cross there; zero at a tangency.
    tangents : (2, n) array
        Unit vectors along the unstable manifold and, in the plane, along the stable one (NaN in more dimensions, where
        `angle` is that between the unstable manifold and the tangent space of the stable one).
    orbit : int
        Points with the same number are on one orbit: their itineraries are the same but for a shift. -1 where the
        itinerary was not found.
    proved : bool
        Whether a transversal crossing of which `x` is a rounding is proved to exist.
    proof : HomoclinicProof or None
        The proof, of the whole orbit.
    position : int or None
        `x` is the state q_position of the orbit of the proof, 0 <= position <= N, rounded.
    reason : str
        Why it is not proved; empty where it is.
    """

    x: NDArray[np.float64]
    kind: Literal["homoclinic", "heteroclinic"]
    source: FixedPoint | Cycle
    target: FixedPoint | Cycle
    angle: float
    tangents: NDArray[np.float64]
    orbit: int = -1
    proved: bool = False
    proof: HomoclinicProof | None = None
    position: int | None = None
    reason: str = ""

    @property
    def backward(self) -> Word | None:
        """The patterns at the states before x, from the local unstable manifold to it, in the order of time."""
        return None if self.proof is None else self.proof.word[: self.position]

    @property
    def forward(self) -> Word | None:
        """The patterns from x on, until the local stable manifold is reached."""
        return None if self.proof is None else self.proof.word[self.position :]

    def __repr__(self) -> str:
        degrees = math.degrees(self.angle)
        return f"HomoclinicPoint({self.kind}, {brief(self.x)}, {degrees:.3g} degrees, {self._established})"

    @property
    def _established(self) -> str:
        return "proved" if self.proved else "not proved"

    def _repr_html_(self) -> str:
        rows = {
            "at": brief(self.x),
            "from, to": f"{shown(self.source)}, {shown(self.target)}",
            "angle": f"{math.degrees(self.angle):.6g} degrees",
            "status": self._established,
            "proved": self.proof.statement if self.proof else "",
            "it follows": self.proof.conclusion if self.proof else "",
            "not proved because": self.reason,
        }
        return record_table(f"{self.kind.capitalize()} point", rows)


def _cycle(points: tuple[tuple[sp.Rational, ...], ...]) -> str:
    """A few words for a cycle."""
    first = "(" + ", ".join(map(_brief, points[0])) + ")"
    return f"fixed point {first}" if len(points) == 1 else f"{len(points)}-cycle through {first}"


def _brief(number: sp.Rational) -> str:
    text = str(number)
    return text if len(text) <= 12 else f"{float(number):.6g}"
