"""Matrix expressions compiled to functions, in one of the arithmetics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.symbolic.matrices.arithmetic import Arithmetic
from dynbench.symbolic.matrices.source import write_source

__all__ = ["MatrixKernel"]


class MatrixKernel:
    """Matrix expressions as a function of columns, compiled.

    Parameters
    ----------
    outputs : sequence of MatrixExpr
        In the node types of `normalise`, dimensions integers, scalars numbers.
    inputs : sequence of MatrixSymbol
        The arguments.
    values : mapping
        Each parameter's symbol -> its value, as `as_operand` returns it.
    arithmetic : Arithmetic
        In which it is evaluated.

    Attributes
    ----------
    source : str
        The Python source; it holds names of ours and literals only.
    """

    def __init__(
        self,
        outputs: Sequence[MatrixExpr],
        inputs: Sequence[sp.MatrixSymbol],
        values: Mapping[sp.MatrixSymbol, Any],
        arithmetic: Arithmetic,
    ) -> None:
        leaves = [leaf for e in outputs for leaf in sp.preorder_traversal(e) if isinstance(leaf, sp.MatrixBase)]
        bound: dict[MatrixExpr, Any] = {**values, **{leaf: leaf for leaf in leaves}}
        names = {symbol: f"p{i}" for i, symbol in enumerate(bound)}
        namespace: dict[str, Any] = {"__builtins__": {}, **arithmetic.functions}
        used = set().union(*(e.atoms(sp.MatrixSymbol) for e in outputs)) | set(leaves)
        for symbol, name in names.items():
            if symbol in used:
                namespace[name] = arithmetic.operand(bound[symbol], 1 in symbol.shape)
        written = write_source(
            outputs, inputs, names, lambda number: arithmetic.literal(number, namespace), ahead=arithmetic.ahead
        )
        self.source = written.text
        for i, bodies in enumerate(written.functions):
            namespace[f"f{i}"] = arithmetic.elementwise(bodies)
        with np.errstate(all="ignore"):
            exec(compile(written.text, "<dynbench matrix kernel>", "exec"), namespace)
        for value in namespace.values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)  # a constant may be a result, and must not be changed by who gets it
        self._function = namespace["kernel"]

    def __call__(self, *inputs: Any) -> tuple[Any, ...]:
        """Evaluate; each output is a vector (last axis) or a matrix (last two), not broadcast to the batch."""
        with np.errstate(all="ignore"):
            return self._function(*inputs)
