"""What a report says of a piecewise-linear system's form: the matrices that give the bits of its words a meaning."""

from __future__ import annotations

from flint import fmpq

from dynbench.errors import InputError
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.piecewise.orbits import rational_of
from dynbench.verification.piecewise.rows import Rectified, Row, Units, substituted

__all__ = ["Word", "check_form", "read_form", "read_word"]

#: One pattern of signs for each step.
Word = tuple[tuple[bool, ...], ...]


def read_form(field: Field, dimension: int) -> Rectified | None:
    """F(z) = A z + W1 relu(y) + h1, y = W2 z + V relu(y) + h2, from the texts of its rational entries."""
    units, form = field["units"].integer(), field.get("form")
    if units < 1:
        raise InputError(f"{field.path}.units is {units}; expected at least one.")
    if form is None:
        return None
    sizes = {"A": (dimension, dimension), "W1": (dimension, units), "W2": (units, dimension), "V": (units, units)}
    A, W1, W2, V = (
        [[rational_of(e) for e in row.items(width)] for row in form[name].items(height)]
        for name, (height, width) in sizes.items()
    )
    h1, h2 = ([rational_of(e) for e in form[name].items(n)] for name, n in (("h1", dimension), ("h2", units)))
    if any(V[i][j] != 0 for i in range(units) for j in range(i, units)):
        raise InputError(f"{field.path}.form.V is not strictly lower triangular.")
    return Rectified(
        dimension,
        tuple(_row(W2[i], V[i], h2[i]) for i in range(units)),
        tuple(_row(A[i], W1[i], h1[i]) for i in range(dimension)),
    )


def _row(states: list[fmpq], units: list[fmpq], constant: fmpq) -> Row:
    return Row({i: c for i, c in enumerate([*states, *units]) if c != 0}, constant)


def check_form(form: Rectified, declared: Rectified, ledger: Ledger) -> bool:
    """Check that two piecewise-linear functions are one: their units are reduced to a common form first.

    Units of one layer along different lines are linearly independent, so that functions that are the same have the same
    rows. Of nested units the same function may have several forms: there a difference proves nothing.
    """
    claim = f"the piecewise-linear form, of {len(form.arguments)} units, is that of the equations"
    units = Units(form.dimension)
    first, second = _normal(form, units), _normal(declared, units)
    same = [row.key for row in first] == [row.key for row in second]
    nested = any(i >= form.dimension for row in units.arguments for i in row.terms)
    if same or not nested:
        return ledger.require(claim, same, "they are different functions")
    return ledger.prove(claim, False, "nested units could not be reduced to the same form")


def _normal(function: Rectified, units: Units) -> list[Row]:
    """The rows of a function over units that are each known by one argument."""
    known = [Row({i: fmpq(1)}) for i in range(function.dimension)]
    for argument in function.arguments:
        known.append(units.rectified(substituted(argument, known)))
    return [substituted(row, known) for row in function.rows]


def read_word(field: Field, units: int) -> Word:
    """A word: zeros and ones, a digit a unit, the steps parted by spaces.

    Raises
    ------
    InputError
        If it is none.
    """
    steps = field.text().split(" ") if field.value else []
    for step in steps:
        if len(step) != units or not set(step) <= {"0", "1"}:
            raise InputError(f"{field.path} holds {step[:40]!r}; expected {units} digits 0 or 1 a step.")
    return tuple(tuple(digit == "1" for digit in step) for step in steps)
