"""The nodes of matrix expressions, and constructors that keep them short.

SymPy's own node types serve where they can: MatAdd, MatMul, Transpose, Identity, ZeroMatrix, HadamardProduct and
DiagonalOf. Three are ours: `Elementwise`, a scalar function of every entry, printed as that function of a matrix,
`Diag`, the diagonal matrix of a column, and `Ones`, which SymPy prints like the number 1. The constructors never call
SymPy's ``doit``, which is slow and rewrites what was built; they drop zeros and identities and join equal terms, no
more.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
import sympy.tensor.tensor
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.printing.precedence import PRECEDENCE, precedence

__all__ = [
    "SLOT",
    "Diag",
    "Elementwise",
    "Ones",
    "add",
    "diag",
    "elementwise",
    "hadamard",
    "in_brackets",
    "is_column",
    "mul",
    "ones",
    "split",
    "transpose",
    "zeros",
]

#: The variable of every elementwise function. Its index is fixed, so that equal functions are equal everywhere.
SLOT = sp.Dummy("s", dummy_index=0x64796E, real=True)


class Elementwise(MatrixExpr):
    """A scalar function of every entry of a matrix: `body`, an expression in `SLOT`, of `argument`."""

    body = property(lambda self: self.args[0])
    argument = property(lambda self: self.args[1])
    shape = property(lambda self: self.args[1].shape)
    precedence = property(lambda self: precedence(self.args[0]))

    @property
    def free_symbols(self) -> set[sp.Basic]:
        """The symbols of function and argument; the variable of the function is bound."""
        return (self.body.free_symbols - {SLOT}) | self.argument.free_symbols

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> sp.Expr:
        return self.body.xreplace({SLOT: self.argument._entry(i, j, **kwargs)})

    def _eval_transpose(self) -> MatrixExpr:
        return Elementwise(self.body, transpose(self.argument))

    def _applied(self) -> sp.Expr:
        """The body with the argument in it, for printers only."""
        return self.body.xreplace({SLOT: _Shown(self.argument, -SLOT in self.body.atoms(sp.Mul))})

    def _sympystr(self, printer: Any) -> str:
        return printer._print(self._applied())

    def _latex(self, printer: Any) -> str:
        return printer._print(self._applied())

    def _mathml_presentation(self, printer: Any) -> Any:
        return printer._print(self._applied())


class Diag(MatrixExpr):
    """The diagonal matrix of a column."""

    diagonal = property(lambda self: self.args[0])
    shape = property(lambda self: (self.args[0].shape[0], self.args[0].shape[0]))

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> sp.Expr:
        return self.diagonal._entry(i, 0, **kwargs) * sp.KroneckerDelta(i, j)

    def _eval_transpose(self) -> Diag:
        return self

    def _sympystr(self, printer: Any) -> str:
        return f"Diag({printer._print(self.diagonal)})"

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{diag}}\left({printer._print(self.diagonal)}\right)"

    def _mathml_presentation(self, printer: Any) -> Any:
        row, name = printer.dom.createElement("mrow"), printer.dom.createElement("mi")
        name.appendChild(printer.dom.createTextNode("diag"))
        row.appendChild(name)
        row.appendChild(in_brackets(printer, printer._print(self.diagonal)))
        return row


class Ones(sp.OneMatrix):
    """The matrix of ones, printed so that it is not read as a number: as ``ones(1, n)``, as a bold 1 in formulas."""

    def _eval_transpose(self) -> Ones:
        return Ones(self.cols, self.rows)

    def _sympystr(self, printer: Any) -> str:
        return f"ones({', '.join(map(printer._print, self.shape))})"

    def _sympyrepr(self, printer: Any) -> str:
        # What a system is known by does not depend on how it is printed.
        return f"OneMatrix({', '.join(map(printer._print, self.shape))})"

    def _latex(self, printer: Any) -> str:
        return r"\mathbf{1}^{T}" if self.shape[0] == 1 else r"\mathbf{1}"

    def _mathml_presentation(self, printer: Any) -> Any:
        one = printer.dom.createElement("mn")
        one.setAttribute("mathvariant", "bold")
        one.appendChild(printer.dom.createTextNode("1"))
        if self.shape[0] != 1:
            return one
        row, power = printer.dom.createElement("msup"), printer.dom.createElement("mi")
        power.appendChild(printer.dom.createTextNode("T"))
        row.appendChild(one)
        row.appendChild(power)
        return row


class _Shown(sp.Dummy):
    """A matrix in the place of `SLOT` while a printer writes an elementwise function.

    Printers set brackets by precedence, save after a bare minus sign, where LaTeX and MathML look for sums only.
    """

    def __new__(cls, node: MatrixExpr, negated: bool) -> _Shown:
        shown = super().__new__(cls, "s", real=True)
        shown.node, shown.bracketed = node, negated and precedence(node) < PRECEDENCE["Mul"]
        return shown

    precedence = property(lambda self: precedence(self.node))

    def _sympystr(self, printer: Any) -> str:
        return printer._print(self.node)

    def _latex(self, printer: Any) -> str:
        text = printer._print(self.node)
        return rf"\left({text}\right)" if self.bracketed else text

    def _mathml_presentation(self, printer: Any) -> Any:
        part = printer._print(self.node)
        return in_brackets(printer, part) if self.bracketed else part


def in_brackets(printer: Any, part: Any) -> Any:
    """A part of presentation MathML in round brackets."""
    row = printer.dom.createElement("mrow")
    for bracket in "()":
        mark = printer.dom.createElement("mo")
        mark.appendChild(printer.dom.createTextNode(bracket))
        row.appendChild(mark)
    row.insertBefore(part, row.lastChild)
    return row


def is_column(e: MatrixExpr) -> bool:
    """Whether `e` has one column."""
    return e.shape[1] == 1


def zeros(shape: tuple[sp.Expr, sp.Expr]) -> sp.ZeroMatrix:
    """The matrix of zeros."""
    return sp.ZeroMatrix(*shape)


def ones(shape: tuple[sp.Expr, sp.Expr]) -> Ones:
    """The matrix of ones."""
    return Ones(*shape)


def split(e: MatrixExpr) -> tuple[sp.Expr, tuple[MatrixExpr, ...]]:
    """A product as its scalar coefficient and its matrices; anything else as 1 and itself."""
    if not isinstance(e, sp.MatMul):
        return sp.S.One, (e,)
    first = e.args[0]
    return (sp.S.One, e.args) if isinstance(first, sp.MatrixBase | MatrixExpr) else (first, e.args[1:])


def add(*terms: MatrixExpr) -> MatrixExpr:
    """The sum of matrices of one shape: zeros dropped, equal terms joined, in the order of the terms."""
    found: dict[tuple[MatrixExpr, ...], sp.Expr] = {}
    for term in (part for t in terms for part in (t.args if isinstance(t, sp.MatAdd) else (t,))):
        if not isinstance(term, sp.ZeroMatrix):
            coefficient, factors = split(term)
            found[factors] = found.get(factors, sp.S.Zero) + coefficient
    parts = [_product(coefficient, factors) for factors, coefficient in found.items() if coefficient != 0]
    if not parts:
        return zeros(terms[0].shape)
    return parts[0] if len(parts) == 1 else sp.MatAdd(*parts)


def mul(*factors: Any) -> MatrixExpr:
    """The product of scalars and at least one matrix: zeros and identities dropped, diagonal matrices applied."""
    coefficient: sp.Expr = sp.S.One
    matrices: list[MatrixExpr] = []
    for factor in factors:
        if isinstance(factor, sp.MatrixBase | MatrixExpr):
            scalar, parts = split(factor)
            matrices += parts
            coefficient *= scalar
        else:
            coefficient *= factor
    shape = (matrices[0].shape[0], matrices[-1].shape[1])
    if coefficient == 0 or any(isinstance(m, sp.ZeroMatrix) for m in matrices):
        return zeros(shape)
    kept: list[MatrixExpr] = []
    for matrix in (m for m in matrices if not isinstance(m, sp.Identity)):
        kept.append(matrix)
        while len(kept) > 1 and (joined := _joined(kept[-2], kept[-1])) is not None:
            scalar, parts = split(joined)
            coefficient *= scalar
            kept[-2:] = parts
    return _product(coefficient, tuple(kept) or (sp.Identity(shape[0]),))


def _joined(left: MatrixExpr, right: MatrixExpr) -> MatrixExpr | None:
    """The product of a diagonal matrix with another one or with a vector, as an elementwise product."""
    if isinstance(left, Diag) and isinstance(right, Diag):
        return diag(hadamard(left.diagonal, right.diagonal))
    if isinstance(left, Diag) and is_column(right):
        return hadamard(left.diagonal, right)
    if isinstance(right, Diag) and left.shape[0] == 1:
        return hadamard(left, transpose(right.diagonal))
    return None


def _product(coefficient: sp.Expr, factors: tuple[MatrixExpr, ...]) -> MatrixExpr:
    if coefficient == 1 and len(factors) == 1:
        return factors[0]
    return sp.MatMul(*(() if coefficient == 1 else (coefficient,)), *factors)


def hadamard(*factors: MatrixExpr) -> MatrixExpr:
    """The elementwise product: zeros and ones dropped, scalars in front."""
    coefficient, kept = sp.S.One, []
    for factor in (part for f in factors for part in (f.args if isinstance(f, sp.HadamardProduct) else (f,))):
        if isinstance(factor, sp.ZeroMatrix):
            return zeros(factor.shape)
        scalar, parts = split(factor)
        coefficient *= scalar
        inner = parts[0] if len(parts) == 1 else sp.MatMul(*parts)
        kept += list(inner.args) if isinstance(inner, sp.HadamardProduct) else [inner]
    shape = factors[0].shape
    kept = [k for k in kept if not isinstance(k, sp.OneMatrix)]
    if not kept:
        return _product(coefficient, (ones(shape),))
    product = kept[0] if len(kept) == 1 else sp.HadamardProduct(*kept)
    return _product(coefficient, split(product)[1])


def transpose(e: MatrixExpr) -> MatrixExpr:
    """The transpose, moved inward as far as it goes."""
    if isinstance(e, sp.Transpose):
        return e.arg
    if isinstance(e, sp.Identity | Diag) or e.shape == (1, 1):
        return e
    if isinstance(e, sp.ZeroMatrix | sp.OneMatrix):
        return e.func(*reversed(e.shape))
    if isinstance(e, sp.MatAdd):
        return sp.MatAdd(*map(transpose, e.args))
    if isinstance(e, sp.HadamardProduct):
        return sp.HadamardProduct(*map(transpose, e.args))
    if isinstance(e, Elementwise):
        return Elementwise(e.body, transpose(e.argument))
    if isinstance(e, sp.MatMul):
        coefficient, factors = split(e)
        return _product(coefficient, tuple(map(transpose, reversed(factors))))
    return e.T if isinstance(e, sp.MatrixBase) else sp.Transpose(e)


def diag(column: MatrixExpr) -> MatrixExpr:
    """The diagonal matrix of a column, scalars in front."""
    coefficient, factors = split(column)
    inner = _product(sp.S.One, factors)
    if isinstance(inner, sp.ZeroMatrix):
        return zeros((column.shape[0], column.shape[0]))
    matrix = sp.Identity(column.shape[0]) if isinstance(inner, sp.OneMatrix) else Diag(inner)
    return _product(coefficient, (matrix,))


def elementwise(body: sp.Expr, argument: MatrixExpr) -> MatrixExpr:
    """A scalar function, an expression in `SLOT`, of every entry; linear ones are written as such."""
    if not body.has_free(SLOT):
        return mul(body, ones(argument.shape))
    slope, rest = body.as_independent(SLOT, as_Add=False)
    return mul(slope, argument) if rest == SLOT else Elementwise(body, argument)
