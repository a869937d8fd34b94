"""The claims about the list of points as a whole, for a system of many states."""

from __future__ import annotations

from flint import arb

from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.matrices.inward import inward_radius
from dynbench.verification.matrices.system import MatrixSystem
from dynbench.verification.piecewise.reading import read_rectified, with_identity
from dynbench.verification.piecewise.unique import has_one_fixed_point
from dynbench.verification.records import Outcome

__all__ = ["check_large_completeness", "large_degree"]


def check_large_completeness(system: MatrixSystem, listed: Field, proved: int, ledger: Ledger) -> bool:
    """Check what is said of other fixed points; that the list is complete only where there is just one of them.

    Parameters
    ----------
    system : MatrixSystem
        The system.
    listed : Field
        The list.
    proved : int
        The number of points in it, if all are proved to be fixed points, else 0.
    ledger : Ledger
        Collects the checks.
    """
    listed["argument"].text()
    complete, algebraic = listed["complete"].flag(), listed["algebraic"].flag()
    if not listed["bounds"].null and not listed["bounds"]["box"].null:
        pairs = listed["bounds"]["box"].box(system.dimension)
        listed["bounds"]["argument"].text()
        radius = inward_radius(system)
        inside = radius is not None and all(low <= -radius and radius <= high for low, high in pairs)
        ledger.prove("every fixed point lies in the box that is stated to bound them", inside, "it is not shown to")
    if complete and proved == 1 and _has_one(system):
        return ledger.add("the list of fixed points is complete, as there is exactly one", Outcome.HOLDS)
    if complete:
        text = "completeness is not checked for so many states"
        ledger.add("the list of fixed points is complete", Outcome.NOT_ESTABLISHED, text)
    else:
        text = "the list is not claimed complete; nothing is proved about the rest of the region"
        outcome = Outcome.FAILS if algebraic else Outcome.HOLDS
        ledger.add("what is not complete does not rest on exact algebra", outcome, text)
    return False


def _has_one(system: MatrixSystem) -> bool:
    function = read_rectified(system)
    if function is not None and not system.is_map:
        function = with_identity(function)
    return function is not None and has_one_fixed_point(function)


def large_degree(system: MatrixSystem, listed: Field) -> int | None:
    """What the indices of all fixed points of the region add up to; None where that is not proved."""
    radius = inward_radius(system)
    if radius is None:
        return None
    if not listed["region"].null:
        regions = [f.box(system.dimension) for f in listed["region"].items()]
        if len(regions) != 1 or not all(arb(low) < -radius and radius < arb(high) for low, high in regions[0]):
            return None
    return 1
