"""All fixed points in a region, with proof: vectorised interval branch and prune."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.errors import InputError
from dynbench.fixed_points.bounds import GlobalBounds, global_box
from dynbench.fixed_points.search.base import Findings, Progress, SearchStrategy, Undecided
from dynbench.fixed_points.search.boxes import as_boxes, merge_boxes
from dynbench.fixed_points.search.interval_newton import (
    Linear,
    contract,
    excluded,
    inflate,
    krawczyk,
    linearise,
    precondition,
    regular,
)
from dynbench.fixed_points.search.root_list import RootList
from dynbench.symbolic.intervals import Interval
from dynbench.systems import System

__all__ = ["Complete"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Numbers in one batch of Jacobians: larger temporaries cost more in memory traffic than they save in calls.
_BATCH = 2**15
#: Where a box is cut: off centre, so that cuts do not meet the roots of symmetric systems.
_CUT = 0.4937
#: By this share of its width a box is widened on each side to prove that a root on its faces is the only one.
_INFLATION = 0.05
#: A box of which a Newton step leaves less than this in every direction is looked at again before it is cut.
_SHRUNK = 0.5
#: Widths count relative to |x|, or to this share of the width of the region where that is more.
_NEAR_ZERO = 1e-4

#: Boxes narrower than this share of the region may tell a continuum from a search that has hardly begun.
_NARROW = 0.02

_BUDGET = "the budget of {} boxes was spent (raise max_boxes)"
_LIKE_A_CONTINUUM = (
    "; no box tested of those left could be shown to have regular Jacobians, as along a continuum of roots"
)
_INTERRUPTED = "the search was interrupted"
_SINGULAR = (
    "the Jacobian may be singular there: a multiple root, a continuum of fixed points, "
    "or roots closer together than doubles can tell"
)
_ROUGH = "the system is not defined, or has no bounded derivative, on all of this box"


class Complete(SearchStrategy):
    """All fixed points in a union of boxes, each proved to exist, and proved that there are no others.

    Boxes are discarded where an enclosure of G (F for a flow, F - id for a map) excludes 0, shrunk by
    interval Newton steps, accepted where Krawczyk's test proves exactly one root in the box inflated by 5 %,
    and cut otherwise. A box inside a neighbourhood in which a root is proved to be the only one is done.

    Parameters
    ----------
    box : mapping, (n, 2) array, or list of those, optional
        The region: state -> (low, high), or bounds row by row; a list is a union, and may overlap. Points on
        its faces count as inside. None: a box that is derived from the equations and holds every fixed point.
    max_boxes : int
        How many boxes to look at before giving up on the rest.
    min_width : float
        Boxes narrower than this, relative to their distance from the origin, are given up.

    Notes
    -----
    What is given up is reported as a few undecided boxes: multiple roots, continua of roots and jumps can be
    enclosed like this but not decided. The proofs rest on the arithmetic of `dynbench.symbolic.intervals`.

    References
    ----------
    R. B. Kearfott, Rigorous Global Search: Continuous Problems, Kluwer 1996.
    G. Trombettoni, I. Araya, B. Neveu, G. Chabert, Inner regions and interval linearizations for global
    optimization, AAAI 2011 (the choice of the direction to cut).
    """

    def __init__(self, box: Any = None, *, max_boxes: int = 300_000, min_width: float = 1e-8) -> None:
        if max_boxes < 1:
            raise InputError(f"max_boxes is {max_boxes}; at least one box is needed.")
        if not 0 < min_width < 1:
            raise InputError(f"min_width is {min_width}; expected a relative width between 0 and 1.")
        self.box = box
        self.max_boxes = max_boxes
        self.min_width = min_width

    def __repr__(self) -> str:
        return "Complete()" if self.box is None else "Complete(box)"

    def with_budget(self, max_boxes: int) -> Complete:
        """The same search with a budget no larger than `max_boxes`."""
        return Complete(self.box, max_boxes=min(max_boxes, self.max_boxes), min_width=self.min_width)

    def within(self, box: Any, starts: Any) -> Complete:
        """Search the caller's box, where this strategy has none of its own."""
        if self.box is not None or box is None:
            return self
        return Complete(box, max_boxes=self.max_boxes, min_width=self.min_width)

    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """Search the region; nothing is random.

        Raises
        ------
        InputError
            If the box does not fit the system, or none was given and none can be derived.
        """
        region, bounds = self._region(system)
        tree = _BranchAndPrune(system, region, self.max_boxes, self.min_width)
        interrupted = tree.run(progress)
        undecided = tree.undecided()
        roots = tree.roots.enclosures(system, Interval(region[..., 0], region[..., 1]))
        return Findings(
            candidates=readonly(roots.mid),
            region=None if self.box is None else region,
            complete=not undecided and not interrupted,
            argument=_why_there(bounds) + tree.summary(undecided),
            undecided=undecided,
            interrupted=interrupted,
            bounds=bounds,
        )

    def _region(self, system: System) -> tuple[Array, GlobalBounds | None]:
        """The boxes to search, and why no fixed point lies elsewhere where none were given."""
        if self.box is not None:
            return as_boxes(system, self.box), None
        bounds = global_box(system)
        if bounds.box is None:
            raise InputError(f"No box that holds every fixed point could be derived: {bounds.argument}. Pass box=.")
        return bounds.box[None], bounds


def _why_there(bounds: GlobalBounds | None) -> str:
    return "" if bounds is None else f"every fixed point lies in the box searched ({bounds.argument}), and "


class _BranchAndPrune:
    """One run: the boxes still to be looked at, the roots found, the boxes given up."""

    def __init__(self, system: System, region: Array, max_boxes: int, min_width: float) -> None:
        self.system = system
        self.max_boxes = max_boxes
        self.roots = RootList(system.dimension)
        self.waiting = [region]
        self.given_up: list[tuple[Array, str]] = []
        self.examined = 0
        self._width = np.ptp(region, axis=(0, 2))
        self._min_width = min_width
        self._batch = max(64, _BATCH // system.dimension**2)

    def run(self, progress: Progress | None) -> bool:
        """Work until nothing waits or the budget is spent; True if the user interrupted."""
        try:
            while self.waiting and self.examined < self.max_boxes:
                # By generations, whose boxes have been cut equally often: a budget is then spread evenly.
                generation = np.concatenate(self.waiting)
                children: list[Array] = []
                while len(generation) and self.examined < self.max_boxes:
                    # What is not done yet waits, so that an interruption at any moment loses nothing.
                    self.waiting = [*children, generation]
                    size = min(self._batch, self.max_boxes - self.examined)
                    children.append(self._step(generation[:size]))
                    generation = generation[size:]
                self.waiting = [boxes for boxes in (*children, generation) if len(boxes)]
                if progress is not None:
                    progress("searching boxes", self.examined, None)
        except KeyboardInterrupt:
            self.given_up += [(boxes, _INTERRUPTED) for boxes in self.waiting]
            return True
        if self.waiting:
            rest = np.concatenate(self.waiting)
            hint = _LIKE_A_CONTINUUM if self._like_a_continuum(rest) else ""
            self.given_up.append((rest, _BUDGET.format(self.max_boxes) + hint))
        return False

    def _like_a_continuum(self, boxes: Array) -> bool:
        """Whether boxes (or a sample) are narrow, and yet none of them is shown to have regular Jacobians."""
        sample = boxes[:: 1 + len(boxes) // self._batch]
        narrow = (np.ptp(sample, axis=-1) <= _NARROW * self._width).all()
        linear = linearise(self.system, Interval(sample[..., 0], sample[..., 1]))
        return bool(narrow and linear.valid.all() and not regular(precondition(linear)).any())

    def _step(self, boxes: Array) -> Array:
        """Look at a batch of boxes (m, n, 2); returns those to look at next."""
        self.examined += len(boxes)
        box = Interval(boxes[..., 0], boxes[..., 1])
        box = box[~self.roots.settles(box)]
        value = self.system.enclose_residual(box)
        possible = ~excluded(value)
        if not possible.any():
            return np.empty((0, *boxes.shape[1:]))
        linear = linearise(self.system, box[possible], value[possible])
        # The equations as they stand shrink large boxes better, preconditioned ones small boxes.
        smaller, impossible = contract(linear)
        newton = precondition(replace(linear, box=smaller))
        smaller, nothing = contract(newton)
        impossible |= nothing
        solved = self._find_roots(smaller, regular(newton) & ~impossible)
        return self._cut(linear, smaller, ~impossible & ~solved)

    def _find_roots(self, box: Interval, promising: Mask) -> Mask:
        """Prove a root in the promising boxes, slightly inflated; True for the boxes that are done with."""
        solved = np.zeros(len(box), dtype=bool)
        scale = self._scale(box)
        # The rounding error of G may reach beyond a narrow box, which is tried once more with more room.
        narrow = (box.width <= 2.0**-20 * scale).all(-1)
        for least, chosen in ((2.0**-45, promising), (2.0**-25, promising & narrow)):
            rows = np.flatnonzero(chosen & ~solved)
            if len(rows):
                wider = inflate(box[rows], _INFLATION, least * scale[rows])
                image, unique = krawczyk(precondition(linearise(self.system, wider)))
                self.roots.add(self.system, wider[unique], image[unique])
                solved[rows[unique]] = True
        return solved

    def _scale(self, box: Interval) -> Array:
        """What lengths are compared with, box by box and state by state."""
        return np.maximum(box.mag, _NEAR_ZERO * self._width)

    def _cut(self, linear: Linear, box: Interval, keep: Mask) -> Array:
        """Cut the boxes marked `keep` in two; those too narrow to cut are given up."""
        old = linear.box[keep]
        box = box[keep]
        width = box.hi - box.lo
        wide = width > self._min_width * self._scale(box)
        for reason, rough in ((_SINGULAR, linear.valid[keep]), (_ROUGH, ~linear.valid[keep])):
            stuck = ~wide.any(-1) & rough
            if stuck.any():
                self.given_up.append((_join(box.lo[stuck], box.hi[stuck]), reason))
        shrunk = (width < _SHRUNK * (old.hi - old.lo)).all(-1) & wide.any(-1)
        again = _join(box.lo[shrunk], box.hi[shrunk])
        rows = np.flatnonzero(wide.any(-1) & ~shrunk)
        score = self._scores(linear, keep, width)
        axis = np.argmax(np.where(wide, score, -1.0)[rows], axis=-1)
        low, high = box.lo[rows], box.hi[rows]
        every = np.arange(len(rows))
        at = low[every, axis] + _CUT * (high[every, axis] - low[every, axis])
        left, right = high.copy(), low.copy()
        left[every, axis] = right[every, axis] = at
        return np.concatenate([again, _join(low, left), _join(right, high)])

    def _scores(self, linear: Linear, keep: Mask, width: Array) -> Array:
        """How much each direction contributes to the spread of G: relative smear, summed over equations."""
        smear = linear.slope[keep].mag * width[:, None, :]
        total = smear.sum(-1, keepdims=True)
        relative = np.divide(smear, total, out=np.zeros_like(smear), where=total > 0).sum(-2)
        return np.where(linear.valid[keep][:, None], relative, width / self._width)

    def undecided(self) -> tuple[Undecided, ...]:
        """The boxes given up, as a few hulls for each reason."""
        result = []
        for reason in dict.fromkeys(reason for _, reason in self.given_up):
            boxes = np.concatenate([box for box, why in self.given_up if why == reason])
            boxes = boxes[~self.roots.settles(Interval(boxes[..., 0], boxes[..., 1]))]
            for group in merge_boxes(boxes):
                hull = np.stack([boxes[group, :, 0].min(0), boxes[group, :, 1].max(0)], axis=-1)
                result.append(Undecided(readonly(hull), reason))
        return tuple(result)

    def summary(self, undecided: tuple[Undecided, ...]) -> str:
        """What the run proves, or why it does not."""
        looked = f"interval branch and prune, {self.examined} boxes"
        if not undecided:
            return f"every part of the region is proved to hold no other root ({looked})"
        reasons = "; ".join(dict.fromkeys(u.reason for u in undecided))
        many = "one part" if len(undecided) == 1 else f"{len(undecided)} parts"
        return f"{many} of the region could not be decided ({looked}): {reasons}"


def _join(low: Array, high: Array) -> Array:
    return np.stack([low, high], axis=-1)
