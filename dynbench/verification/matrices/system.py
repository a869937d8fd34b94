"""A system in matrix form, rebuilt from the text of its equation, its numbers and its arrays."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import sympy as sp

from dynbench.errors import InputError, ModelError
from dynbench.symbolic.matrix_parsing import (
    Constant,
    Diagonal,
    DiagonalOf,
    Each,
    Hadamard,
    Name,
    Node,
    Numbers,
    Product,
    Rows,
    Stack,
    Sum,
    Transposed,
    parse_matrix,
)
from dynbench.symbolic.parsing import parse_expression
from dynbench.verification.document import Field
from dynbench.verification.matrices.weights import Weights, read_arrays

__all__ = ["SLOT", "MatrixSystem", "is_matrix_system", "read_matrix_system", "shape_of"]

#: The variable of every elementwise function.
SLOT = sp.Symbol("slot", real=True)
_MOST_STATES = 100_000

Shapes = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, eq=False)
class MatrixSystem:
    """A flow or a map of a column of states.

    Attributes
    ----------
    kind : "flow" or "map"
        How the equation is meant.
    names : tuple of str
        The names of the states.
    column : str
        The name of their column.
    tree : Node
        The right-hand side.
    arrays : mapping
        Name -> dense array (n, m) or CSR matrix.
    scalars : mapping
        Symbol -> exact value.
    words : mapping
        Word in texts -> name of an array or of the column, or symbol: what texts of the report may use.
    tokens : tuple of str
        The word that stands for each state in texts.
    factored : frozenset of str
        The arrays of low rank, which stand as their factors.
    """

    kind: Literal["flow", "map"]
    names: tuple[str, ...]
    column: str
    tree: Node
    arrays: Mapping[str, Any]
    scalars: Mapping[sp.Symbol, sp.Expr]
    words: Mapping[str, Any]
    tokens: tuple[str, ...]
    factored: frozenset[str]

    @property
    def dimension(self) -> int:
        """The number of states."""
        return len(self.names)

    @property
    def is_map(self) -> bool:
        """Whether it is a map."""
        return self.kind == "map"

    @property
    def is_affine(self) -> bool:
        """Whether the states are seen to occur linearly."""
        for node in self.tree.walk():
            varying = [child for child in node.children if _occurs(self.column, child)]
            if varying and (isinstance(node, Each) or (isinstance(node, Product | Hadamard) and len(varying) > 1)):
                return False
        return True

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """Name of an array or of the column -> its shape."""
        return {self.column: (self.dimension, 1)} | {name: tuple(a.shape) for name, a in self.arrays.items()}

    def names_column(self, text: str) -> bool:
        """Whether a text names the column of states."""
        words = {word for word, name in self.words.items() if name == self.column}
        return not words.isdisjoint(re.findall(r"\w+", text))

    def read(self, text: str) -> Node:
        """A matrix expression of the report.

        Raises
        ------
        ModelError
            If the text is none, or its sizes do not fit.
        """
        names = {word: name for word, name in self.words.items() if isinstance(name, str)}
        scalars = {word: symbol for word, symbol in self.words.items() if not isinstance(symbol, str)}
        node = _with_factors(parse_matrix(text, names, scalars, SLOT), self.factored)
        shape_of(node, self.shapes)
        return node


def is_matrix_system(system: Field) -> bool:
    """Whether the key ``system`` of a report declares a matrix form."""
    return isinstance(system.value, Mapping) and system.value.get("arrays") is not None


def read_matrix_system(system: Field, weights: Weights) -> MatrixSystem:
    """Rebuild the system from the key ``system`` of a report and the weights; nothing is executed or unpickled.

    Raises
    ------
    InputError
        If a key is missing or malformed, the equation cannot be read, or the weights are not those of the report.
    """
    names = tuple(system["states"].texts())
    if not 1 <= len(names) <= _MOST_STATES or len(set(names)) != len(names):
        raise InputError(f"system.states holds {len(names)} names; expected 1 to {_MOST_STATES}, all different.")
    equations, parameters, records = system["equations"], system["parameters"], system["arrays"]
    if len(equations.keys()) != 1:
        raise InputError("system.equations of a matrix form holds one equation, that of the column of states.")
    (column,) = equations.keys()
    given = [column, *parameters.keys()]
    if len({*given, *names}) != len(given) + len(names) or not set(records.keys()) <= set(parameters.keys()):
        raise InputError("system.parameters holds a name twice, or lacks an array.")
    token_of = {system["aliases"][token].text(): token for token in system["aliases"].keys()}  # noqa: SIM118
    words: dict[str, Any] = {}
    values = {}
    for name in given:
        word = token_of.get(name, name)
        is_array = name == column or name in records.keys()  # noqa: SIM118
        words[word] = name if is_array else sp.Symbol(word, real=True)
        if not is_array:
            values[words[word]] = _number(parameters[name])
    if len(words) != len(given):
        raise InputError("system.aliases gives one name to two symbols.")
    found = read_arrays(records, weights)
    bare = MatrixSystem(
        kind="map" if system["kind"].choice("flow", "map") == "map" else "flow",
        names=names,
        column=column,
        tree=Name(column),
        arrays=found.values,
        scalars=values,
        words=words,
        tokens=tuple(token_of.get(name, name) for name in names),
        factored=found.factored,
    )
    try:
        tree = bare.read(equations[column].text())
    except ModelError as error:
        raise InputError(f"{equations[column].path} cannot be read: {error}") from None
    if shape_of(tree, bare.shapes) != (len(names), 1):
        raise InputError(f"{equations[column].path} is no column of {len(names)} states.")
    return replace(bare, tree=tree)


def shape_of(node: Node, shapes: Shapes) -> tuple[int, int]:
    """The shape of an expression.

    Raises
    ------
    ModelError
        If the sizes of its parts do not fit.
    """
    parts = [shape_of(child, shapes) for child in node.children]
    match node:
        case Name(name):
            return shapes[name]
        case Constant(_, shape) | Numbers(shape, _):
            return shape
        case Sum() | Hadamard():
            fits, shape = len(set(parts)) == 1, parts[0]
        case Product():
            fits = all(a[1] == b[0] for a, b in itertools.pairwise(parts))
            shape = (parts[0][0], parts[-1][1])
        case Stack():
            fits, shape = len({m for _, m in parts}) == 1, (sum(n for n, _ in parts), parts[0][1])
        case Rows(_, start, stop):
            fits, shape = stop <= parts[0][0], (stop - start, parts[0][1])
        case Transposed():
            fits, shape = True, (parts[0][1], parts[0][0])
        case Diagonal():
            fits, shape = parts[0][1] == 1, (parts[0][0], parts[0][0])
        case DiagonalOf():
            fits, shape = parts[0][0] == parts[0][1], (parts[0][0], 1)
        case _:
            fits, shape = True, parts[0]
    if not fits:
        sizes = ", ".join(f"{n} x {m}" for n, m in parts)
        raise ModelError(f"In a {type(node).__name__.lower()} the sizes do not fit: {sizes:.80}.")
    return shape


def _occurs(name: str, node: Node) -> bool:
    return any(part == Name(name) for part in node.walk())


def _with_factors(node: Node, factored: frozenset[str]) -> Node:
    """The expression with U V^T for each array of low rank."""
    if isinstance(node, Name) and node.name in factored:
        return Product((Name(f"{node.name}.U"), Transposed(Name(f"{node.name}.V"))))
    return node.rebuilt(tuple(_with_factors(child, factored) for child in node.children))


def _number(field: Field) -> sp.Expr:
    try:
        value = parse_expression(field.text(), {})
    except ModelError as error:
        raise InputError(f"{field.path} cannot be read: {error}") from None
    if not (value.is_real and value.is_finite):
        raise InputError(f"{field.path} is {field.text()[:60]}; expected a finite real number.")
    return value
