"""Matrix expressions written as Python source in which only names of our own occur.

One writer serves every arithmetic (`dynbench.symbolic.matrices.kernels`): doubles, intervals, balls and SymPy
expressions. They differ in what the function names in the source are bound to, in how they write a number, and in
whether constants may be computed once, ahead.

Columns and rows are arrays whose last axis is the vector, so that batches of states need nothing further; a column of
length 1 broadcasts as the scalar that it is. A diagonal matrix is its diagonal. A matrix parameter is an operand that
``apply(p, y)`` multiplies with vectors, and whose entries ``dense(p)`` gives where they are needed. Equal parts are
computed once; what does not depend on the inputs is computed once and for all.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import sympy as sp
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.errors import ModelError
from dynbench.symbolic.matrices.blocks import Rows, Stack
from dynbench.symbolic.matrices.nodes import Diag, Elementwise, split, transpose
from dynbench.symbolic.matrices.program import Kind, Program, Value

__all__ = ["Source", "write_source"]


class Source(NamedTuple):
    """Generated code: ``text`` defines ``kernel``; it calls ``functions[i]`` by the name ``f{i}``."""

    text: str
    functions: tuple[tuple[sp.Expr, ...], ...]


def write_source(
    outputs: Sequence[MatrixExpr],
    inputs: Sequence[sp.MatrixSymbol],
    operands: Mapping[MatrixExpr, str],
    literal: Callable[[sp.Expr], str],
    *,
    ahead: bool,
) -> Source:
    """Write ``kernel(x0, x1, ...)``, returning the tuple of `outputs`, as Python source.

    Parameters
    ----------
    outputs : sequence of MatrixExpr
        In the node types of `normalise`, all dimensions integers.
    inputs : sequence of MatrixSymbol
        The arguments.
    operands : mapping
        Matrix parameter or matrix of numbers -> the name that it is bound to.
    literal : callable
        Writes a number.
    ahead : bool
        Whether constants are computed before the kernel is called.

    Raises
    ------
    ModelError
        If a symbol has no value.
    """
    writer = _Writer(outputs, inputs, operands, literal)
    results = [writer.whole(e) for e in outputs]
    text = writer.program.text(list(writer.inputs.values()), results, ahead=ahead)
    return Source(text, tuple(writer.functions))


class _Writer:
    def __init__(
        self,
        outputs: Sequence[MatrixExpr],
        inputs: Sequence[sp.MatrixSymbol],
        operands: Mapping[MatrixExpr, str],
        literal: Callable[[sp.Expr], str],
    ) -> None:
        self.inputs = {symbol: f"x{i}" for i, symbol in enumerate(inputs)}
        self.operands = operands
        self.literal = literal
        self.program = Program()
        self.functions: list[tuple[sp.Expr, ...]] = []
        self._known: dict[MatrixExpr, Value] = {}
        self._bodies: dict[MatrixExpr, list[sp.Expr]] = {}
        self._uses: Counter[MatrixExpr] = Counter(outputs)
        self._survey(outputs)

    def _survey(self, outputs: Sequence[MatrixExpr]) -> None:
        """Count uses, and collect all functions of one argument, so that one call evaluates them together."""
        stack, seen = list(outputs), set(outputs)
        while stack:
            e = stack.pop()
            if isinstance(e, Elementwise):
                bodies = self._bodies.setdefault(e.argument, [])
                if e.body not in bodies:
                    bodies.append(e.body)
            for part in (a for a in e.args if isinstance(a, MatrixExpr)):
                self._uses[part] += 1
                if part not in seen:
                    seen.add(part)
                    stack.append(part)

    def value(self, e: MatrixExpr) -> Value:
        """The value of a node, computed once."""
        if e not in self._known:
            self._known[e] = self._write(e)
        return self._known[e]

    def whole(self, e: MatrixExpr) -> str:
        """The value of a node as a vector or as all entries of a matrix."""
        return self.dense(self.value(e))

    def dense(self, value: Value) -> str:
        """A matrix by its entries."""
        if value.kind in (Kind.VECTOR, Kind.MATRIX):
            return value.text
        function = "from_diagonal" if value.kind is Kind.DIAGONAL else "dense"
        return self.program.assign(f"{function}({value.text})", Kind.MATRIX, value.constant).text

    # ---- nodes

    def _write(self, e: MatrixExpr) -> Value:
        vector = 1 in e.shape
        plain = Kind.VECTOR if vector else Kind.MATRIX
        if e in self.inputs:
            return Value(self.inputs[e], plain, False)
        if e in self.operands:
            return Value(self.operands[e], Kind.VECTOR if vector else Kind.OPERAND, True)
        if isinstance(e, sp.Identity):
            return self.program.assign(f"ones(({e.shape[0]},))", Kind.VECTOR if vector else Kind.DIAGONAL, True)
        if isinstance(e, sp.OneMatrix | sp.ZeroMatrix):
            name = "ones" if isinstance(e, sp.OneMatrix) else "zeros"
            shape = f"({e.shape[0] * e.shape[1]},)" if vector else f"({e.shape[0]}, {e.shape[1]})"
            return self.program.assign(f"{name}({shape})", plain, True)
        if isinstance(e, Elementwise):
            return self._elementwise(e, plain)
        if isinstance(e, sp.HadamardProduct):
            return self._hadamard(e, plain)
        if isinstance(e, Diag):
            inner = self.value(e.diagonal)
            return inner if vector else inner._replace(kind=Kind.DIAGONAL)
        if isinstance(e, sp.Transpose):
            return self._transpose(e)
        if isinstance(e, DiagonalOf):
            return self._diagonal_of(e)
        if isinstance(e, Rows):
            return self._rows(e, plain)
        if isinstance(e, Stack):
            return self._stack(e, plain)
        if isinstance(e, sp.MatAdd):
            return self._sum(e) if vector else self._matrix_sum(e)
        if isinstance(e, sp.MatMul):
            return self._product(e)
        if isinstance(e, sp.MatrixSymbol):
            raise ModelError(f"The matrix {e} has no value: set it with with_parameters({e}=...).")
        raise ModelError(f"{type(e).__name__} in {e} has no numerical form in dynbench.")

    def _elementwise(self, e: Elementwise, kind: Kind) -> Value:
        value = self.value(e.argument)
        argument, constant = self.dense(value), value.constant
        bodies = self._bodies[e.argument]
        call = f"f{len(self.functions)}({argument})"
        names = self.program.call(call if len(bodies) > 1 else f"{call}[0]", len(bodies), constant)
        self.functions.append(tuple(bodies))
        for body, name in zip(bodies, names, strict=True):
            self._known[Elementwise(body, e.argument)] = Value(name, kind, constant)
        return self._known[e]

    def _hadamard(self, e: sp.HadamardProduct, kind: Kind) -> Value:
        values = [self.value(part) for part in e.args]
        return self.program.assign("*".join(map(self.dense, values)), kind, all(v.constant for v in values))

    def _transpose(self, e: sp.Transpose) -> Value:
        inner = self.value(e.arg)
        if inner.kind in (Kind.VECTOR, Kind.DIAGONAL):
            return inner
        if inner.kind is Kind.OPERAND:
            return self.program.assign(f"{inner.text}.T", Kind.OPERAND, True)
        return self.program.assign(f"transposed({inner.text})", Kind.MATRIX, inner.constant)

    def _diagonal_of(self, e: DiagonalOf) -> Value:
        inner = self.value(e.arg)
        if inner.kind in (Kind.VECTOR, Kind.DIAGONAL):
            return inner._replace(kind=Kind.VECTOR)
        return self.program.assign(f"diagonal_of({self.dense(inner)})", Kind.VECTOR, inner.constant)

    # ---- blocks

    def _rows(self, e: Rows, kind: Kind) -> Value:
        inner = self.value(e.argument)
        if 1 in e.argument.shape:
            chosen = f"..., {e.start}:{e.stop}"
        else:
            chosen = f"..., {e.start}, :" if e.shape[0] == 1 else f"..., {e.start}:{e.stop}, :"
        return self.program.assign(f"{self.dense(inner)}[{chosen}]", kind, inner.constant)

    def _stack(self, e: Stack, kind: Kind) -> Value:
        values = [self.value(block) for block in e.args]
        if kind is Kind.VECTOR:
            return self._joined(values)
        texts = [f"{v.text}[..., None, :]" if v.kind is Kind.VECTOR else self.dense(v) for v in values]
        return self.program.assign(f"stacked(({', '.join(texts)},))", kind, all(v.constant for v in values))

    def _joined(self, parts: Sequence[Value]) -> Value:
        """Vectors end to end, or matrices side by side."""
        texts = ", ".join(part.text for part in parts)
        return self.program.assign(f"joined(({texts},))", parts[0].kind, all(part.constant for part in parts))

    def _padded(self, value: Value, e: Rows) -> Value:
        """A vector, or the columns of a matrix, in the place of the rows that `e` takes, zeros around it."""
        count = e.argument.shape[0]
        parts = [self._zeros(e.start, value), value, self._zeros(count - e.stop, value)]
        return self._joined([part for part in parts if part is not None])

    def _zeros(self, count: sp.Expr, like: Value) -> Value | None:
        shape = f"({count},)" if like.kind is Kind.VECTOR else f"(1, {count})"
        return self.program.assign(f"zeros({shape})", like.kind, True) if count != 0 else None

    # ---- sums

    def _scaled(self, coefficient: sp.Expr, text: str) -> str:
        """Source of ``coefficient * text``, with a sign in front for a further term of a sum."""
        sign = "-" if coefficient.is_number and coefficient.is_negative else "+"
        size = -coefficient if sign == "-" else coefficient
        return f" {sign} {text}" if size == 1 else f" {sign} {self.literal(size)}*{text}"

    def _add(self, terms: Sequence[tuple[sp.Expr, str]]) -> str:
        # A term with a plus in front saves the negation of a whole array.
        ordered = sorted(terms, key=lambda term: bool(term[0].is_number and term[0].is_negative))
        text = "".join(self._scaled(*term) for term in ordered)
        return text.removeprefix(" + ") if text.startswith(" + ") else f"-{text.removeprefix(' - ')}"

    def _terms(self, e: sp.MatAdd) -> list[tuple[sp.Expr, MatrixExpr, Value]]:
        terms = []
        for term in e.args:
            coefficient, factors = split(term)
            inner = term if coefficient == 1 else sp.MatMul(*factors) if len(factors) > 1 else factors[0]
            terms.append((coefficient, inner, self.value(inner)))
        return terms

    def _sum(self, e: sp.MatAdd) -> Value:
        terms = self._terms(e)
        text = self._add([(c, v.text) for c, _, v in terms])
        return self.program.assign(text, Kind.VECTOR, all(v.constant for _, _, v in terms))

    def _matrix_sum(self, e: sp.MatAdd) -> Value:
        """Entries and diagonals are summed apart; the diagonal is then added to the entries, in place where it may."""
        terms = self._terms(e)
        constant = all(v.constant for _, _, v in terms)
        diagonal = [(c, v.text) for c, _, v in terms if v.kind is Kind.DIAGONAL]
        full = [(c, n, v) for c, n, v in terms if v.kind is not Kind.DIAGONAL]
        if not full:
            return self.program.assign(self._add(diagonal), Kind.DIAGONAL, constant)
        entries = self.program.assign(self._add([(c, self.dense(v)) for c, _, v in full]), Kind.MATRIX, constant)
        if not diagonal:
            return entries
        own = self._is_free(entries.text, full, constant)
        return self.program.assign(f"add_diagonal({entries.text}, {self._add(diagonal)}, {own})", Kind.MATRIX, constant)

    def _is_free(self, name: str, full: list[tuple[sp.Expr, MatrixExpr, Value]], constant: bool) -> bool:
        """Whether nothing else needs the array `name`, the sum of the terms `full`; if so it is forgotten."""
        coefficient, node, value = full[0]
        if len(full) == 1 and coefficient == 1:
            computed = isinstance(node, sp.MatMul) and value.kind is Kind.MATRIX and self._uses[node] <= 1
            if not computed or (value.constant and not constant):
                return False
        return self.program.release(name)

    # ---- products

    def _product(self, e: sp.MatMul) -> Value:
        coefficient, factors = split(e)
        parts = [self._segment(segment) for segment in _segments(factors)]
        constant = all(p.constant for p in parts)
        if len(parts) == 1:
            (value,) = parts
        elif e.shape[0] != 1 and e.shape[1] != 1:
            left = "*".join(p.text for p in parts[:-1])
            value = self.program.assign(f"outer({left}, {parts[-1].text})", Kind.MATRIX, constant)
        else:
            value = self.program.assign("*".join(p.text for p in parts), Kind.VECTOR, constant)
        if coefficient == 1:
            return value
        kind = value.kind if value.kind is not Kind.OPERAND else Kind.MATRIX
        text = value.text if value.kind is not Kind.OPERAND else self.dense(value)
        return self.program.assign(self._add([(coefficient, text)]), kind, constant)

    def _segment(self, factors: tuple[MatrixExpr, ...]) -> Value:
        """A product whose inner dimensions are all beyond 1: from the vector at its end, if there is one."""
        first, last = factors[0], factors[-1]
        if len(factors) == 1:
            return self.value(first)
        if last.shape[1] == 1:
            y = self.value(last)
            for factor in reversed(factors[1:-1]):
                y = self.applied(factor, y)
            if first.shape[0] != 1:
                return self.applied(first, y)
            row = self.value(first)
            return self.program.assign(f"inner({row.text}, {y.text})", Kind.VECTOR, row.constant and y.constant)
        if first.shape[0] == 1:
            y = self.value(first)
            for factor in factors[1:]:
                y = self.applied(transpose(factor), y)
            return y
        value = self.value(first)
        for factor in factors[1:]:
            if isinstance(factor, Rows) and isinstance(factor.argument, sp.Identity):
                value = self._padded(Value(self.dense(value), Kind.MATRIX, value.constant), factor)
            else:
                value = self._times(value, self.value(factor))
        return value

    def applied(self, matrix: MatrixExpr, y: Value) -> Value:
        """A matrix times a vector: sums and products factor by factor, never multiplied out."""
        if isinstance(matrix, sp.MatAdd) and matrix not in self._known:
            terms = [(c, self.applied(sp.MatMul(*f) if len(f) > 1 else f[0], y)) for c, f in map(split, matrix.args)]
            text = self._add([(c, v.text) for c, v in terms])
            return self.program.assign(text, Kind.VECTOR, all(v.constant for _, v in terms))
        if isinstance(matrix, sp.MatMul) and matrix not in self._known:
            product = self.value_of_product(matrix, y)
            return product
        if matrix not in self._known:
            parts = self._applied_by_parts(matrix, y)
            if parts is not None:
                return parts
        a = self.value(matrix)
        constant = a.constant and y.constant
        if a.kind is Kind.DIAGONAL:
            text = y.text if isinstance(matrix, sp.Identity) else f"{a.text}*{y.text}"
            return self.program.assign(text, Kind.VECTOR, constant)
        function = "apply" if a.kind is Kind.OPERAND else "matvec"
        return self.program.assign(f"{function}({a.text}, {y.text})", Kind.VECTOR, constant)

    def _applied_by_parts(self, matrix: MatrixExpr, y: Value) -> Value | None:
        """Rows of a matrix, or matrices below each other, times a vector, without the entries of that matrix.

        Equal products are computed once, so that W[:h, :]*y and W[h:, :]*y take one product with W.
        """
        inner = matrix.arg if isinstance(matrix, sp.Transpose) else None
        if isinstance(matrix, Rows):
            whole = self.applied(matrix.argument, y)
            return self.program.assign(f"{whole.text}[..., {matrix.start}:{matrix.stop}]", Kind.VECTOR, whole.constant)
        if isinstance(inner, Rows):
            return self.applied(transpose(inner.argument), self._padded(y, inner))
        if isinstance(matrix, Stack):
            return self._joined([self._block_times(block, y) for block in matrix.args])
        if isinstance(inner, Stack):
            terms = []
            for block, (first, last) in zip(inner.args, inner.bounds, strict=True):
                part = self.program.assign(f"{y.text}[..., {first}:{last}]", Kind.VECTOR, y.constant)
                terms.append(self._block_times(transpose(block), part))
            text = self._add([(sp.S.One, term.text) for term in terms])
            return self.program.assign(text, Kind.VECTOR, all(term.constant for term in terms))
        return None

    def _block_times(self, block: MatrixExpr, y: Value) -> Value:
        """A block, which may be a row, a column or zero, times a vector."""
        if isinstance(block, sp.ZeroMatrix):
            return self.program.assign(f"zeros(({block.shape[0]},))", Kind.VECTOR, True)
        if 1 not in block.shape:
            return self.applied(block, y)
        value = self.value(block)
        text = f"{value.text}*{y.text}" if block.shape[1] == 1 else f"inner({value.text}, {y.text})"
        return self.program.assign(text, Kind.VECTOR, value.constant and y.constant)

    def value_of_product(self, matrix: sp.MatMul, y: Value) -> Value:
        """A product of matrices times a vector, from the right."""
        coefficient, factors = split(matrix)
        for i in reversed(range(len(factors))):
            factor = factors[i]
            if factor.shape[0] == 1:  # a row: what follows becomes a scalar, what stands before it multiplies
                row = self.value(factor)
                y = self.program.assign(f"inner({row.text}, {y.text})", Kind.VECTOR, row.constant and y.constant)
            elif factor.shape[1] == 1:
                column = self.value(factor)
                y = self.program.assign(f"{column.text}*{y.text}", Kind.VECTOR, column.constant and y.constant)
            else:
                y = self.applied(factor, y)
        return (
            y if coefficient == 1 else self.program.assign(self._add([(coefficient, y.text)]), Kind.VECTOR, y.constant)
        )

    def _times(self, a: Value, b: Value) -> Value:
        """A product of two matrices, neither a vector."""
        constant = a.constant and b.constant
        if a.kind is Kind.DIAGONAL and b.kind is Kind.DIAGONAL:
            return self.program.assign(f"{a.text}*{b.text}", Kind.DIAGONAL, constant)
        if b.kind is Kind.DIAGONAL:
            return self.program.assign(f"columns_scaled({self.dense(a)}, {b.text})", Kind.MATRIX, constant)
        if a.kind is Kind.DIAGONAL:
            return self.program.assign(f"rows_scaled({a.text}, {self.dense(b)})", Kind.MATRIX, constant)
        if b.kind is Kind.OPERAND:
            return self.program.assign(f"product_right({self.dense(a)}, {b.text})", Kind.MATRIX, constant)
        if a.kind is Kind.OPERAND:
            return self.program.assign(f"product_left({a.text}, {b.text})", Kind.MATRIX, constant)
        return self.program.assign(f"product({a.text}, {b.text})", Kind.MATRIX, constant)


def _segments(factors: tuple[MatrixExpr, ...]) -> list[tuple[MatrixExpr, ...]]:
    """Cut a product where an inner dimension is 1."""
    cuts = [0, *(i for i in range(1, len(factors)) if factors[i].shape[0] == 1), len(factors)]
    return [factors[i:j] for i, j in itertools.pairwise(cuts)]
