"""The claims about symmetries: signed permutations, those that reverse time, scalings, and orbits of fixed points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy as sp

from dynbench.errors import ModelError
from dynbench.verification.declaration import Declared
from dynbench.verification.document import Field
from dynbench.verification.identities import vanish
from dynbench.verification.ledger import Ledger
from dynbench.verification.records import Outcome

__all__ = ["check_orbits", "check_symmetries"]

#: States whose images a description writes out one by one.
_WRITTEN_OUT = 30
#: Elements up to which a group is multiplied out again.
_MOST_ELEMENTS = 4096

Signed = tuple[int, ...]


def check_symmetries(system: Declared, report: Field, ledger: Ledger) -> None:
    """Check F(S x) = S F(x) for each symmetry, F(S x) = -S F(x) for each reversing one, and each scaling."""
    images = [_check(system, field, 1, ledger) for field in report["symmetries"].items()]
    reversing = report.get("reversing_symmetries")
    for field in [] if reversing is None else reversing["found"].items():
        _check(system, field, -1, ledger)
        ledger.require("only of flows are reversing symmetries stated", not system.is_map, "this is a map")
    group = report.get("symmetry_group")
    if group is not None:
        check_group(group, images, system.dimension, ledger)
    scalings = report.get("scalings")
    for field in [] if scalings is None else scalings.items():
        _check_scaling(system, field, ledger)


def _check(system: Declared, field: Field, sign: int, ledger: Ledger) -> Signed | None:
    """The images (1-based, signed) of a symmetry that was proved again."""
    n = system.dimension
    field["proof"].text()
    description = field["description"].text()
    claim = f"{'symmetry' if sign > 0 else 'reversing symmetry'} {description:.80}"
    texts = [row.texts(n) for row in field["matrix"].items(n)]
    try:
        matrix = sp.Matrix([[system.read_number(t) for t in row] for row in texts])
    except ModelError as error:
        ledger.add(claim, Outcome.FAILS, str(error))
        return None
    moved = list(matrix * sp.Matrix(system.states))
    there = dict(zip(system.states, moved, strict=True))
    image = sign * matrix * sp.Matrix(system.rhs)
    if not ledger.add(claim, *vanish([f.xreplace(there) - g for f, g in zip(system.rhs, image, strict=True)])):
        return None
    images = _images(matrix)
    shown = "is no signed permutation" if images is None else f"takes it {description_of(system.names, images)}"
    stated = images is not None and description_of(system.names, images) == description
    ledger.require(f"{claim}: S as stated", stated, f"the matrix {shown}")
    if sign > 0:
        ledger.require(f"{claim}: S is not the identity", matrix != sp.eye(n), "it is, of which nothing follows")
    given = field.get("images")
    if given is not None:
        ledger.require(f"{claim}: its images as stated", given.integers(n) == images, "the matrix has others")
    return images if stated else None


def _images(matrix: sp.Matrix) -> Signed | None:
    """For each row the column of its entry, from 1 and signed; None where it is no signed permutation."""
    found = []
    for row in matrix.tolist():
        entries = [(j, e) for j, e in enumerate(row) if e != 0]
        if len(entries) != 1 or entries[0][1] not in (1, -1):
            return None
        found.append(int(entries[0][1]) * (entries[0][0] + 1))
    return tuple(found) if len(set(map(abs, found))) == len(found) else None


def description_of(names: Sequence[str], images: Signed) -> str:
    """``(x, y) -> (-x, -y)``; of many states only those that move."""
    n = len(names)
    words = [f"{'-' if i < 0 else ''}{names[abs(i) - 1]}" for i in images]
    if n <= _WRITTEN_OUT:
        return f"({', '.join(names)}) -> ({', '.join(words)})"
    if all(i == -(k + 1) for k, i in enumerate(images)):
        return "x -> -x"
    moved = [f"{names[k]} -> {words[k]}" for k, i in enumerate(images) if i != k + 1]
    more = f" and {len(moved) - _WRITTEN_OUT} more" if len(moved) > _WRITTEN_OUT else ""
    return f"{', '.join(moved[:_WRITTEN_OUT])}{more}; other states stay"


def check_group(group: Field, found: Sequence[Signed | None], n: int, ledger: Ledger) -> None:
    """Check that the generators are among the symmetries, and generate as many elements as stated.

    Parameters
    ----------
    group : Field
        What the report says of the group.
    found : sequence
        The images of the symmetries listed, None for one that was not proved again.
    n : int
        The number of states.
    ledger : Ledger
        Takes the outcome.
    """
    group["scope"].text()
    places = [entry.integer() for entry in group["generators"].items()]
    if any(not 0 <= k < len(found) for k in places):
        ledger.require("the generators of the group of symmetries are listed", False, "they are not")
        return
    order = group["order"]
    if order.null:
        return
    claim = f"the group of symmetries that they generate has {order.text():.40} elements"
    generators = [found[k] for k in places]
    if any(g is None for g in generators):
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "a generator was not proved again")
        return
    count = _order([g for g in generators if g is not None], n)
    if count is None:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "there are too many to be counted here")
    else:
        ledger.require(claim, str(count) == order.text(), f"it has {count}")


def _order(generators: Sequence[Signed], n: int) -> int | None:
    """The order of the group, by a chain of stabilisers (Schreier and Sims), as permutations of 2n points."""
    from sympy.combinatorics import Permutation, PermutationGroup

    if not generators:
        return 1
    if n > _WRITTEN_OUT:
        return _counted(generators, n)
    points = [
        Permutation([abs(i) - 1 + (n if i < 0 else 0) for i in g] + [abs(i) - 1 + (0 if i < 0 else n) for i in g])
        for g in generators
    ]
    return int(PermutationGroup(points).order())


def _counted(generators: Sequence[Signed], n: int) -> int | None:
    """The order by multiplying out; None where there are too many elements."""
    identity = tuple(range(1, n + 1))
    found, new = {identity}, [identity]
    while new:
        products = {tuple((1 if i > 0 else -1) * s[abs(i) - 1] for i in g) for s in new for g in generators} - found
        found |= products
        new = list(products)
        if len(found) > _MOST_ELEMENTS:
            return None
    return len(found)


def _check_scaling(system: Declared, field: Field, ledger: Ledger) -> None:
    """Check F_i(s^w x) = s^(w_i + d) F_i(x) for all s > 0, s written as the exponential of a real number."""
    n = system.dimension
    weights, degree = field["weights"].integers(n), field["degree"].integer()
    field["proof"].text()
    claim = f"scaling {field['description'].text():.80}"
    log = sp.Dummy("log_s", real=True)
    move = {x: sp.exp(w * log) * x for x, w in zip(system.states, weights, strict=True)}
    differences = [
        rate.xreplace(move) - sp.exp((w + degree) * log) * rate
        for rate, w in zip(system.rhs, weights, strict=True)
    ]
    ledger.add(claim, *vanish([sp.powsimp(sp.expand_power_base(e, force=False)) for e in differences]))
    ledger.require(f"{claim}: it is not the identity", any(weights) or degree != 0, "nothing is scaled")
    ledger.require(f"{claim}: a map has no time to scale", degree == 0 or not system.is_map, "it is")


def check_orbits(
    orbits: Field | None, symmetries: Sequence[Signed | None], points: Sequence[Any], ledger: Ledger
) -> None:
    """Check that each orbit is one: its points are images of each other, and all images are in it.

    Parameters
    ----------
    orbits : Field or None
        Lists of numbers of points with whether they are complete.
    symmetries : sequence
        The images of the generators of the group.
    points : sequence
        The claims about points.
    ledger : Ledger
        Takes the outcome.
    """
