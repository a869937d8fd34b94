"""Products of matrices read from texts: their factors, transposes, and a form in which equal ones are equal."""

from __future__ import annotations

import sympy as sp

from dynbench.symbolic.matrix_parsing import (
    Constant,
    Diagonal,
    Hadamard,
    Node,
    Numbers,
    Product,
    Scaled,
    Sum,
    Transposed,
)

__all__ = ["canonical", "factors_of", "transposed"]


def factors_of(node: Node) -> tuple[sp.Expr, tuple[Node, ...]]:
    """The scalar of a product, and its matrices; products in it are taken apart."""
    if isinstance(node, Scaled):
        factor, parts = factors_of(node.argument)
        return factor * node.factor, parts
    if isinstance(node, Product):
        found = [factors_of(part) for part in node.parts]
        return sp.Mul(*(factor for factor, _ in found)), tuple(part for _, parts in found for part in parts)
    if isinstance(node, Transposed) and isinstance(node.argument, Product):  # an array of low rank
        return factors_of(transposed(node.argument))
    return sp.S.One, (node,)


def transposed(node: Node) -> Node:
    """The transpose, moved inward as far as it goes."""
    if isinstance(node, Transposed):
        return node.argument
    if isinstance(node, Product):
        return Product(tuple(map(transposed, reversed(node.parts))))
    if isinstance(node, Diagonal):
        return node
    if isinstance(node, Constant):
        return Constant(node.what, (node.shape[1], node.shape[0]))
    if isinstance(node, Numbers):
        n, m = node.shape
        return Numbers((m, n), tuple(node.entries[i * m + j] for j in range(m) for i in range(n)))
    if node.children and not isinstance(node, Sum | Hadamard | Scaled) and not hasattr(node, "body"):
        return Transposed(node)
    return node.rebuilt(tuple(map(transposed, node.children))) if node.children else Transposed(node)


def canonical(node: Node) -> Node:
    """The same expression with the parts of sums and elementwise products in a fixed order, scalars in front."""
    if isinstance(node, Product | Scaled):
        factor, parts = factors_of(node)
        parts = tuple(map(canonical, parts))
        inner = parts[0] if len(parts) == 1 else Product(parts)
        return inner if factor == 1 else Scaled(inner, factor)
    if isinstance(node, Sum | Hadamard):
        return node.rebuilt(tuple(sorted(map(canonical, node.parts), key=repr)))
    return node.rebuilt(tuple(map(canonical, node.children)))
