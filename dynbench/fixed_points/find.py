"""`find_fixed_points`: choose strategies, certify what they find, and say how complete it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import as_generator, shown
from dynbench.errors import InputError
from dynbench.fixed_points.assemble import certified_points, converged_points, in_order, proof_of, slow_points
from dynbench.fixed_points.bounds import global_box
from dynbench.fixed_points.degree import boundary_degree, is_continuous
from dynbench.fixed_points.records import FixedPoint, Kind
from dynbench.fixed_points.results import FixedPoints, index_sum
from dynbench.fixed_points.search import (
    Complete,
    Findings,
    MultiStart,
    NetworkPlan,
    Patterns,
    Polynomial,
    Progress,
    SearchStrategy,
    Undecided,
)
from dynbench.fixed_points.search.boxes import holds
from dynbench.piecewise.search import WordSearch
from dynbench.systems import System, as_system

__all__ = ["find_fixed_points"]

Region = NDArray[np.float64] | None
_STOPPED = "the search was interrupted"

#: Up to this dimension a box is searched completely by default; beyond it, from sampled starts.
_LARGEST_COMPLETE = 8
#: Boxes that are looked at where a continuum is known: what lies apart from it is found by then, or algebra has it.
_ALONG_A_CONTINUUM = 20_000


def find_fixed_points(
    system: System,
    *,
    box: Any = None,
    starts: Any = None,
    search: SearchStrategy | WordSearch | Sequence[SearchStrategy | WordSearch] | None = None,
    rng: int | np.random.Generator | None = None,
    certify: bool = True,
    progress: Progress | None = None,
) -> FixedPoints:
    """Find, prove and classify fixed points (for a map: points with F(x) = x).

    Parameters
    ----------
    system : System
        The system, with a value for every parameter.
    box : mapping, (n, 2) array or list of those, optional
        The region to search: state -> (low, high), or bounds row by row, or a union of boxes. Up to 8 states the
        search is complete, with proof.
    starts : (K, n) array, optional
        States to start Newton's method from.
    search : SearchStrategy or sequence of them, optional
        One strategy or several, from `dynbench.search`; one of `dynbench.piecewise.search` stands for `Patterns` with
        it. By default `Patterns` for piecewise-linear systems of at most
        200 states and units, with `MultiStart` beside it where starts are given; otherwise with a box and at most 8
        states `Complete`, with `Polynomial` beside it where that is quick; with starts `MultiStart`; with neither
        `Polynomial`, or `Complete` in a box that is proved to hold every fixed point. For more than 8 states in
        matrix form, without a box, `NetworkPlan`, which takes the starts as its first ones.
    rng : int or numpy.random.Generator, optional
        Seed for strategies that sample.
    certify : bool
        Whether to prove each point. Without, `Status.CONVERGED` is the most that is claimed.
    progress : callable, optional
        Called as ``progress(stage, done, total)``.

    Returns
    -------
    FixedPoints
        The points and what is proved about the set. An interrupted search (Ctrl-C) returns what it had decided.

    Raises
    ------
    InputError
        If the region or the starts do not fit the system, or no region is given and none can be derived.
    ModelError
        If a parameter has no value.
    """
    generator = as_generator(rng)
    strategies = _plan(as_system(system), box, starts, search)
    findings = _run(system, strategies, generator, progress)
    region = next((f.region for f in findings if f.region is not None), None)
    findings += _probe(system, findings, generator)
    proofs = certified_points(system, findings, prove=certify, progress=progress)
    interrupted = proofs.interrupted or any(f.interrupted for f in findings)
    certified = [p for p in proofs.certified if _inside(p, region)]
    loose = [p for p in converged_points(system, proofs.doubtful, certified) if _inside(p, region)]
    expected, index_argument = (None, _STOPPED) if interrupted else _expected_index_sum(system, region)
    complete, argument = (False, _STOPPED) if interrupted else _completeness(findings, region, proofs.certified, loose)
    points = in_order([*certified, *loose]) + in_order(slow_points(system, findings))
    if not complete and expected is not None and index_sum(points) not in (None, expected):
        argument += (
            f"; the set is incomplete: the indices add up to {index_sum(points)}, those of all points to {expected}"
        )
    if complete and expected not in (None, index_sum(points)):
        complete, argument = False, "the indices do not add up to what the boundary demands: please report this"
    return FixedPoints(
        points=points,
        state_names=system.state_names,
        complete=complete,
        argument=argument,
        region=region,
        undecided=() if complete else _undecided(findings, region),
        continua=() if complete else tuple(c for f in findings for c in f.continua),
        expected_index_sum=expected,
        index_argument=index_argument,
        strategies=tuple(repr(s) for s in strategies),
        failed=proofs.refuted + sum(f.failed for f in findings),
        interrupted=interrupted,
        bounds=None if region is not None else next((f.bounds for f in findings if f.bounds is not None), None),
        algebraic=complete and region is None and any(f.algebraic and f.complete for f in findings),
        contributions=tuple(c for f in findings for c in f.contributions),
        history=tuple(stage for f in findings for stage in f.history),
    )


def _run(
    system: System, strategies: Sequence[SearchStrategy], rng: np.random.Generator, progress: Progress | None
) -> list[Findings]:
    """What the strategies find, in their order, until the user interrupts one.

    Exact algebra goes first: where it proves a continuum, boxes would be cut along it until their budget is spent.
    """
    found: dict[int, Findings] = {}
    for i in sorted(range(len(strategies)), key=lambda i: not isinstance(strategies[i], Polynomial)):
        strategy = strategies[i]
        continuum = any(c.proved_real for f in found.values() for c in f.continua)
        if continuum and isinstance(strategy, Complete):
            strategy = strategy.with_budget(_ALONG_A_CONTINUUM)
        found[i] = strategy.search(system, rng=rng, progress=progress)
        if found[i].interrupted:
            break
    return [found[i] for i in sorted(found)]


def _probe(system: System, findings: Sequence[Findings], rng: np.random.Generator) -> list[Findings]:
    """Newton's method from the undecided boxes: what lies there is listed, if only as converged.

    Not on a continuum, of which it would list a few points as if they meant something.
    """
    boxes = [u.box for f in findings for u in f.undecided]
    if not boxes or any(f.continua or f.interrupted for f in findings):
        return []
    found = MultiStart(np.mean(boxes, axis=-1)).search(system, rng=rng)
    return [Findings(found.candidates)]


def _plan(system: System, box: Any, starts: Any, search: Any) -> list[SearchStrategy]:
    """The strategies to run, each with the region it needs."""
    if search is not None:
        chosen = list(search) if isinstance(search, list | tuple) else [search]
        chosen = [Patterns(search=one) if isinstance(one, WordSearch) else one for one in chosen]
        for strategy in chosen:
            if not isinstance(strategy, SearchStrategy):
                raise InputError(f"search holds {shown(strategy)}, no strategy: give an instance like Complete(box).")
        if not chosen:
            raise InputError("search is an empty sequence; give at least one strategy of dynbench.search.")
        return [strategy.within(box, starts) for strategy in chosen]
    small = system.dimension <= _LARGEST_COMPLETE
    if Patterns.suits(system):
        return [Patterns(box, starts=starts), *([] if starts is None else [MultiStart(starts)])]
    if not small and box is None and system.matrix_form is not None:
        return [NetworkPlan(starts)]
    plan: list[SearchStrategy] = []
    if box is not None:
        plan += [Complete(box)] if small else [MultiStart(box=box)]
    if (box is None) == (starts is None) or (small and box is not None):
        plan += [Polynomial()] if Polynomial.suits(system) else []
    if starts is not None:
        plan.append(MultiStart(starts))
    if plan:
        return plan
    bounds = global_box(system)
    if bounds.box is None:
        raise InputError(f"Give box= or starts=: no box that holds every fixed point was derived ({bounds.argument}).")
    return [Complete()] if small else [MultiStart(box=bounds.box)]


def _inside(point: FixedPoint, region: Region) -> bool:
    """Whether the point is in the region searched; one that cannot be told from the boundary is."""
    if region is None:
        return True
    slack = (point.certificate.radius or 0.0) if point.certificate else 1e-9 * max(1.0, np.abs(point.x).max())
    return holds(region, point.x, slack)


def _completeness(
    findings: Sequence[Findings], region: Region, proved: Sequence[FixedPoint], loose: Sequence[FixedPoint]
) -> tuple[bool, str]:
    """Whether the certified points are proved to be all in the region, and why or why not."""
    proofs = [f for f in findings if f.complete and (f.region is None or f.region is region)]
    if not proofs:
        return False, findings[0].argument
    if loose:
        return False, f"{len(loose)} of the points listed could not be certified{_on_borders(loose)}"
    for proof in proofs:
        wrong = _mismatch(proof, [p for p in proved if _inside(p, proof.region)])
        if wrong:
            return False, wrong
    return True, "; and ".join(proof.argument for proof in proofs)


def _on_borders(loose: Sequence[FixedPoint]) -> str:
    """That points on borders exist, exactly, and only that they are isolated is not proved."""
    count = sum(p.kind is Kind.NONSMOOTH and p.exact is not None for p in loose)
    if not count:
        return ""
    return (
        f"; {count} of them may lie on a border, where the Jacobian jumps and the inequality proves nothing, but "
        "satisfy the equations exactly (of a piecewise-linear map, find_cycles with periods=1 counts such points): "
        "that they are isolated was not shown, as on a continuum, or where too many regions meet"
    )


def _mismatch(proof: Findings, points: Sequence[FixedPoint]) -> str:
    """Why the roots of a complete search and the certified points are not the same, one by one; or nothing."""
    owners = [[i for i, p in enumerate(points) if _stands_for(c, p)] for c in proof.candidates]
    claimed = sorted(i for found in owners for i in found)
    if claimed == list(range(len(points))) and all(len(found) == 1 for found in owners):
        return ""
    return (
        f"the search proved {len(owners)} roots and {len(points)} were certified, which could not be matched one to "
        "one: some are closer together than doubles can tell"
    )


def _stands_for(candidate: NDArray[np.float64], point: FixedPoint) -> bool:
    """Whether a root that a search found can be this certified point: it lies where the point is unique."""
    return bool(np.abs(candidate - point.x).max() <= (proof_of(point).uniqueness_radius or 0.0))


def _undecided(findings: Sequence[Findings], region: Region) -> tuple[Undecided, ...]:
    """The boxes left open; where two strategies left the same one open, with the reasons of both."""
    merged: list[Undecided] = []
    for new in (u for f in findings for u in f.undecided):
        low, high = new.box[:, 0], new.box[:, 1]
        if region is not None and not np.any(np.all((low <= region[..., 1]) & (high >= region[..., 0]), axis=-1)):
            continue
        for i, old in enumerate(merged):
            if np.all((low <= old.box[:, 1]) & (high >= old.box[:, 0])) and new.reason not in old.reason:
                merged[i] = Undecided(old.box, f"{old.reason}; {new.reason}")
                break
        else:
            merged.append(new)
    return tuple(merged)


def _expected_index_sum(system: System, region: Region) -> tuple[int | None, str]:
    """What the indices in the region must add up to, by the field on its boundary."""
    if region is not None and len(region) > 1:
        return None, "the region is a union of boxes, on whose boundary the degree is not computed"
    if region is not None:
        degree = boundary_degree(system, region[0])
        return degree.value, degree.argument
    bounds = global_box(system)
    if bounds.box is None:
        return None, f"no box that holds every fixed point was derived ({bounds.argument})"
    if bounds.entered is not None and is_continuous(system, bounds.entered):
        return 1, bounds.argument
    degree = boundary_degree(system, bounds.box)
    return degree.value, degree.argument
