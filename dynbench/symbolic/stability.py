"""Algebraic stability conditions: Routh-Hurwitz for flows and Jury for maps, exact in symbolic parameters."""

from __future__ import annotations

from collections.abc import Iterable
from math import comb, prod

import sympy as sp
from sympy.polys.domains import EXRAW
from sympy.polys.matrices import DomainMatrix

from dynbench.errors import InputError
from dynbench.symbolic.exact import exact_floats

__all__ = ["characteristic_polynomial", "expansion_size", "jury_conditions", "routh_hurwitz"]

#: Above this many terms a condition is left expanded over its denominator: factoring it could take minutes
#: and would not make it readable.
_TERMS_WORTH_FACTORING = 60
#: Above either, a fraction is not reduced at all: greatest common divisors could take minutes.
_GENERATORS_TO_REDUCE, _TERMS_TO_REDUCE = 6, 400


def characteristic_polynomial(matrix: sp.MatrixBase, variable: sp.Symbol) -> sp.Poly:
    """Return det(variable I - matrix) as a monic polynomial in `variable`.

    Parameters
    ----------
    matrix : sympy matrix, (n, n)
        Entries may hold any symbols except `variable`. A float entry means the decimal that Python prints for
        it.
    variable : sympy Symbol
        The name of the eigenvalue.

    Returns
    -------
    sympy.Poly
        Exact, of degree n, with leading coefficient 1. Its coefficients are reduced fractions; for n <= 2 they
        are the trace and the determinant, reduced where that is cheap.

    Raises
    ------
    InputError
        If the matrix is not square, is empty, or contains `variable`.

    Notes
    -----
    A subterm that is no rational function, such as exp(-x), counts as one more variable. From n = 3 on the
    time grows steeply with the number of variables and terms: see `expansion_size`.
    """
    if matrix.rows != matrix.cols or matrix.rows == 0:
        raise InputError(f"matrix has shape {matrix.shape}: expected a square matrix with at least one row.")
    if variable in matrix.free_symbols:
        raise InputError(f"variable {variable} already occurs in the matrix: choose another symbol.")
    exact = sp.ImmutableMatrix(matrix).applyfunc(exact_floats)
    if exact.rows <= 2:
        signed = [-exact.trace()] + ([exact[0, 0] * exact[1, 1] - exact[0, 1] * exact[1, 0]] if exact.rows == 2 else [])
        coefficients = [sp.S.One, *map(_reduced, signed)]
    else:
        kernels: dict[sp.Expr, sp.Dummy] = {}
        field = DomainMatrix.from_Matrix(exact.applyfunc(lambda entry: _plain(entry, kernels))).to_field()
        coefficients = [_restored(field.domain.to_sympy(c), kernels) for c in field.charpoly()]
    # Any other domain would expand what was just left alone.
    plain = all(_plain(c, {}) == c and _affordable(c) for c in coefficients)
    return sp.Poly(coefficients, variable) if plain else sp.Poly(coefficients, variable, domain=EXRAW)


def expansion_size(matrix: sp.MatrixBase) -> tuple[int, int]:
    """Return how many variables a matrix holds, and a bound on their terms, written out.

    Parameters
    ----------
    matrix : sympy matrix
        Its entries are read as rational functions of their symbols and of their other subterms.

    Returns
    -------
    variables : int
        Symbols, and subterms that are no rational functions, such as exp(-x).
    terms : int
        A bound on the terms of all entries over their common denominator, expanded.
    """
    kernels: dict[sp.Expr, sp.Dummy] = {}
    plain = sp.ImmutableMatrix(matrix).applyfunc(lambda entry: _plain(exact_floats(entry), kernels))
    summands = [term for entry in plain for term in sp.Add.make_args(entry)]
    return len(plain.free_symbols), sum(_terms(sp.Add(*summands, evaluate=False)))


def routh_hurwitz(matrix_or_poly: sp.MatrixBase | sp.Poly) -> tuple[sp.Expr, ...]:
    """Return conditions, all > 0 exactly where every eigenvalue (root) has a negative real part.

    With the characteristic polynomial written as l^n + a_1 l^(n-1) + ... + a_n they are, in this order,

    - n = 1: a_1
    - n = 2: a_1, a_2
    - n = 3: a_1, a_3, a_1 a_2 - a_3
    - n = 4: a_1, a_3, a_4, a_1 a_2 a_3 - a_3^2 - a_1^2 a_4

    that is, the Hurwitz determinant of order n - 1 and as many coefficients as are needed beside it (Lienard
    and Chipart's form of the criterion). Where the conditions begin to fail, a_n = 0 is a zero eigenvalue
    (fold) and a vanishing last condition, for n >= 3, an imaginary pair (Hopf); for n = 2 the pair comes with
    a_1 = 0.

    Parameters
    ----------
    matrix_or_poly : sympy matrix (n, n), or sympy.Poly in one variable of degree n; 1 <= n <= 4
        With real entries or coefficients; symbols in them are taken to be real. A polynomial is divided by
        its leading coefficient, which is taken not to vanish.

    Returns
    -------
    tuple of n sympy expressions
        Reduced fractions, factored where that is cheap.

    Raises
    ------
    InputError
        If n is outside 1 to 4, the matrix is not square, or an entry is not real.

    References
    ----------
    F. R. Gantmacher, The Theory of Matrices, vol. 2 (Chelsea, 1959), chapter XV (the criterion of
    Lienard and Chipart).
    Yu. A. Kuznetsov, Elements of Applied Bifurcation Theory (Springer), for the conditions at n = 3.
    """
    a = _coefficients(matrix_or_poly)
    n = len(a) - 1
    if n <= 2:
        conditions = a[1:]
    elif n == 3:
        conditions = [a[1], a[3], a[1] * a[2] - a[3]]
    else:
        conditions = [a[1], a[3], a[4], a[1] * a[2] * a[3] - a[3] ** 2 - a[1] ** 2 * a[4]]
    return _tidy(conditions)


def jury_conditions(matrix_or_poly: sp.MatrixBase | sp.Poly) -> tuple[sp.Expr, ...]:
    """Return conditions, all > 0 exactly where every multiplier (root) lies inside the unit circle.

    With the characteristic polynomial written as p(m) = m^n + a_1 m^(n-1) + ... + a_n the first two are
    always p(1) and (-1)^n p(-1), whose zeros are a multiplier at 1 (fold) and at -1 (flip). The last one, for
    n >= 2, vanishes with a pair of multipliers on the unit circle (Neimark-Sacker):

    - n = 2: 1 - a_2
    - n = 3: 3 - a_2, then 1 - a_2 + a_1 a_3 - a_3^2
    - n = 4: 1 - a_4 and 3 - a_2 + 3 a_4, then
      (1 - a_4) (1 - a_4^2) - a_2 (1 - a_4)^2 + (a_1 - a_3) (a_3 - a_1 a_4)

    They are the conditions of Schur, Cohn and Jury in Farebrother's minimal form, which is `routh_hurwitz`
    after the substitution m = (l + 1)/(l - 1).

    Parameters
    ----------
    matrix_or_poly : sympy matrix (n, n), or sympy.Poly in one variable of degree n; 1 <= n <= 4
        As for `routh_hurwitz`.

    Returns
    -------
    tuple of sympy expressions
        2 for n = 1, else n + 1; reduced fractions, factored where that is cheap.

    Raises
    ------
    InputError
        If n is outside 1 to 4, the matrix is not square, or an entry is not real.

    References
    ----------
    E. I. Jury, Theory and Application of the z-Transform Method (Wiley, 1964), chapter 3. R. W. Farebrother,
    Simplified Samuelson conditions for cubic and quartic equations, The Manchester School 41 (1973) 396-400.
    """
    a = _coefficients(matrix_or_poly)
    n = len(a) - 1
    conditions = [sp.Add(*a), sp.Add(*((-1) ** k * c for k, c in enumerate(a)))]
    if n == 2:
        conditions += [1 - a[2]]
    elif n == 3:
        conditions += [3 - a[2], 1 - a[2] + a[1] * a[3] - a[3] ** 2]
    elif n == 4:
        last = (1 - a[4]) * (1 - a[4] ** 2) - a[2] * (1 - a[4]) ** 2 + (a[1] - a[3]) * (a[3] - a[1] * a[4])
        conditions += [1 - a[4], 3 - a[2] + 3 * a[4], last]
    return _tidy(conditions)


def _coefficients(matrix_or_poly: sp.MatrixBase | sp.Poly) -> list[sp.Expr]:
    """Return [1, a_1, ..., a_n] of the monic polynomial, checked to be real and of degree 1 to 4."""
    if isinstance(matrix_or_poly, sp.Poly):
        if len(matrix_or_poly.gens) != 1:
            raise InputError(f"polynomial in {matrix_or_poly.gens}: expected one variable, the eigenvalue.")
        raw = [exact_floats(c) for c in matrix_or_poly.all_coeffs()]
        coefficients = [sp.S.One, *(c / raw[0] for c in raw[1:])]
    elif isinstance(matrix_or_poly, sp.MatrixBase):
        coefficients = characteristic_polynomial(matrix_or_poly, sp.Dummy("lambda")).all_coeffs()
    else:
        raise InputError(f"expected a SymPy matrix or Poly, not {type(matrix_or_poly).__name__}.")
    n = len(coefficients) - 1
    if not 1 <= n <= 4:
        raise InputError(f"the conditions are given for dimension 1 to 4, not {n}.")
    for coefficient in coefficients:
        if coefficient.has(sp.I) or coefficient.is_real is False:
            raise InputError(f"the coefficient {coefficient} is not real: the conditions hold for real systems only.")
    return coefficients


def _tidy(conditions: Iterable[sp.Expr]) -> tuple[sp.Expr, ...]:
    """Return the conditions as reduced fractions, factored where they are short, where either is cheap."""
    return tuple(_reduced(condition, factored=True) for condition in conditions)


def _reduced(expression: sp.Expr, factored: bool = False) -> sp.Expr:
    """Return the expression as a reduced fraction, or as it is where that could take long."""
    kernels: dict[sp.Expr, sp.Dummy] = {}
    plain = _plain(expression, kernels)
    if not _affordable(plain):
        return expression
    reduced = sp.cancel(plain)
    short = sum(len(sp.Add.make_args(part)) for part in sp.fraction(reduced)) <= _TERMS_WORTH_FACTORING
    return _restored(sp.factor(reduced) if factored and short else reduced, kernels)


def _affordable(plain: sp.Expr) -> bool:
    return len(plain.free_symbols) <= _GENERATORS_TO_REDUCE and sum(_terms(plain)) <= _TERMS_TO_REDUCE


def _plain(expression: sp.Expr, kernels: dict[sp.Expr, sp.Dummy]) -> sp.Expr:
    """Put a dummy for every subterm that is no rational function, and note it in `kernels`.

    Exponentials of integer multiples of one argument share a dummy. Left to itself, SymPy would split
    exp(a (b + c)) into a generator for each product, and expand.
    """
    if expression.is_Symbol or expression.is_number:
        return expression
    if expression.is_Add or expression.is_Mul:
        return expression.func(*(_plain(argument, kernels) for argument in expression.args))
    if expression.is_Pow and expression.exp.is_Integer:
        return _plain(expression.base, kernels) ** expression.exp
    if isinstance(expression, sp.exp):
        factor, rest = expression.args[0].as_coeff_Mul()
        if factor.is_Rational:
            unit, power = sp.exp(sp.sign(factor) * rest / factor.q), abs(factor.p)
            if 1 / unit in kernels:
                unit, power = 1 / unit, -power
            return kernels.setdefault(unit, sp.Dummy()) ** power
    return kernels.setdefault(expression, sp.Dummy())


def _restored(expression: sp.Expr, kernels: dict[sp.Expr, sp.Dummy]) -> sp.Expr:
    return expression.xreplace({dummy: kernel for kernel, dummy in kernels.items()})


def _terms(plain: sp.Expr) -> tuple[int, int]:
    """Bound the terms of the numerator and of the denominator of a rational function, expanded."""
    if plain.is_Mul:
        parts = [_terms(argument) for argument in plain.args]
        return prod(top for top, _ in parts), prod(bottom for _, bottom in parts)
    if plain.is_Pow and plain.exp.is_Integer:
        top, bottom = (comb(count + abs(int(plain.exp)) - 1, abs(int(plain.exp))) for count in _terms(plain.base))
        return (top, bottom) if plain.exp > 0 else (bottom, top)
    if plain.is_Add:
        below = {sp.fraction(argument)[1] for argument in plain.args}
        common = prod(_terms(denominator)[0] for denominator in below)
        return sum(max(top, top * common // bottom) for top, bottom in map(_terms, plain.args)), common
    return 1, 1
