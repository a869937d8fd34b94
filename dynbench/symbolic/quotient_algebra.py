"""The finite-dimensional algebra of polynomials modulo a zero-dimensional ideal, and what it counts.

References
----------
Pedersen, Roy and Szpirglas (1993), Computational Algebraic Geometry, Progress in Mathematics 109:203-224:
rank and signature of the trace form count the distinct complex and real solutions. Faugere, Gianni, Lazard
and Mora (1993), J. Symb. Comp. 16:329-344: normal forms along the border of the staircase.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import cached_property

import flint
from flint import arb, fmpq, fmpq_mat, nmod_mat

from dynbench.errors import ConvergenceError
from dynbench.symbolic.ideals import Basis, Monomial, grevlex, leader

__all__ = ["QuotientAlgebra", "inertia", "reduced_modulo"]

#: Large primes, for computations that only have to be right for most primes.
_PRIMES = (2**61 - 1, 2**62 - 57, 2**62 - 87, 2**62 - 117)


class QuotientAlgebra:
    """Polynomials over the rationals modulo a zero-dimensional ideal.

    Parameters
    ----------
    basis : tuple of polynomials
        The reduced Groebner basis of the ideal, in grevlex.
    variables : int
        The number of variables.

    Attributes
    ----------
    monomials : tuple of exponents
        The monomials below the staircase, ascending: a basis of the algebra as a vector space.
    dimension : int
        Their number: the number of complex solutions, each counted with its multiplicity.
    multiplication : tuple of (D, D) matrices
        Column b of the matrix of variable i holds the coordinates of variable i times monomial b.
    """

    def __init__(self, basis: Basis, variables: int) -> None:
        self.variables = variables
        self.monomials = _below_staircase(basis, variables)
        self.dimension = len(self.monomials)
        self._index = {m: k for k, m in enumerate(self.monomials)}
        border = self._border(basis)
        self.multiplication = tuple(
            _matrix([self._unit(m) if m in self._index else border[m] for m in self._shifted(i)]).transpose()
            for i in range(variables)
        )

    @cached_property
    def traces(self) -> fmpq_mat:
        """Row vector: for each basis monomial the trace of multiplication by it."""
        forms = self._normal_forms_of_products()
        return fmpq_mat(
            1,
            self.dimension,
            [sum((forms[_times(a, b)][k] for k, b in enumerate(self.monomials)), fmpq(0)) for a in self.monomials],
        )

    @cached_property
    def trace_form(self) -> fmpq_mat:
        """Hermite's quadratic form: the matrix of traces of multiplication by products of basis monomials."""
        rows = {self.monomials[0]: self.traces}
        for m in self.monomials[1:]:
            i, previous = _step_down(m)
            rows[m] = rows[previous] * self.multiplication[i]
        return _matrix([rows[m].entries() for m in self.monomials])

    @cached_property
    def distinct(self) -> int:
        """The number of distinct complex solutions: the rank of the trace form."""
        return int(self.trace_form.rank())

    @cached_property
    def distinct_real(self) -> int:
        """The number of distinct real solutions: the signature of the trace form."""
        return inertia(self.trace_form, self.prime)

    @cached_property
    def prime(self) -> int:
        """A prime that divides no denominator of the matrices and modulo which the trace form keeps its rank.

        Modulo such a prime there are as many distinct solutions as over the rationals.
        """
        for prime in _PRIMES:
            if any(reduced_modulo(matrix, prime) is None for matrix in self.multiplication):
                continue
            form = reduced_modulo(self.trace_form, prime)
            if form is not None and form.rank() == self.distinct:
                return prime
        raise ConvergenceError("The trace form of the equations loses rank modulo every prime that was tried.")

    def coordinates(self, variable: int) -> fmpq_mat:
        """The variable as an element of the algebra, a column vector."""
        one = fmpq_mat(self.dimension, 1, self._unit((0,) * self.variables))
        return self.multiplication[variable] * one

    def _unit(self, monomial: Monomial) -> list[fmpq]:
        vector = [fmpq(0)] * self.dimension
        vector[self._index[monomial]] = fmpq(1)
        return vector

    def _shifted(self, variable: int) -> list[Monomial]:
        return [_raised(m, variable) for m in self.monomials]

    def _border(self, basis: Basis) -> dict[Monomial, list[fmpq]]:
        """Normal forms of the monomials next to the staircase, found in ascending order."""
        forms: dict[Monomial, list[fmpq]] = {}
        for polynomial in basis:
            terms = {tuple(map(int, m)): fmpq(c) for m, c in polynomial.to_dict().items()}
            lead = leader(polynomial)
            divisor = -terms.pop(lead)
            vector = [fmpq(0)] * self.dimension
            for m, c in terms.items():
                vector[self._index[m]] = c / divisor
            forms[lead] = vector
        border = {m for i in range(self.variables) for m in self._shifted(i)} - set(self._index)
        for m in sorted(border - set(forms), key=grevlex):
            i, previous = next((i, p) for i, p in _steps_down(m) if p in forms)
            forms[m] = self._raise(forms[previous], i, forms)
        return forms

    def _raise(self, vector: list[fmpq], variable: int, forms: dict[Monomial, list[fmpq]]) -> list[fmpq]:
        """The element `vector` times a variable, where the normal forms needed are known."""
        total = [fmpq(0)] * self.dimension
        for m, c in zip(self.monomials, vector, strict=True):
            if not c:
                continue
            product = _raised(m, variable)
            if product in self._index:
                total[self._index[product]] += c
            else:
                total = [t + c * f for t, f in zip(total, forms[product], strict=True)]
        return total

    def _normal_forms_of_products(self) -> dict[Monomial, list[fmpq]]:
        """Normal forms of all products of two basis monomials, degree by degree."""
        forms = {m: self._unit(m) for m in self.monomials}
        products = {_times(a, b) for a in self.monomials for b in self.monomials} - set(forms)
        steps = sorted((sum(m), *_step_down(m), m) for m in products)
        # Products of one degree by one variable are a single matrix product, which FLINT does fast.
        for (_, i), group in itertools.groupby(steps, key=lambda step: step[:2]):
            sources, targets = zip(*(step[2:] for step in group), strict=True)
            raised = self.multiplication[i] * _matrix([forms[m] for m in sources]).transpose()
            forms.update(zip(targets, raised.transpose().tolist(), strict=True))
        return forms


def inertia(form: fmpq_mat, prime: int) -> int:
    """The signature of a symmetric matrix: the number of its positive minus that of its negative eigenvalues.

    Rows that form a basis of the row space of a symmetric matrix select a nonsingular principal submatrix
    of full rank. On that, congruences eliminate row after row in ball arithmetic; a pivot's sign counts
    only if its ball excludes zero, otherwise the precision is doubled.

    Parameters
    ----------
    form : (D, D) matrix
        A symmetric matrix.
    prime : int
        A prime modulo which it keeps its rank.
    """
    rows = _independent_rows(form, prime)
    entries = [[form[i, j] for j in rows] for i in rows]
    precision = 64
    while True:
        with flint.ctx.workprec(precision):
            signature = _signature([[arb(e) for e in row] for row in entries])
        if signature is not None:
            return signature
        precision *= 2


def reduced_modulo(matrix: fmpq_mat, prime: int) -> nmod_mat | None:
    """The matrix modulo a prime; None where the prime divides a denominator."""
    entries = [(int(e.p), int(e.q)) for e in matrix.entries()]
    if any(q % prime == 0 for _, q in entries):
        return None
    return nmod_mat(matrix.nrows(), matrix.ncols(), [p * pow(q, -1, prime) % prime for p, q in entries], prime)


def _independent_rows(form: fmpq_mat, prime: int) -> list[int]:
    """Indices of rows that form a basis of the row space (columns, of a symmetric matrix)."""
    reduced = reduced_modulo(form, prime)
    assert reduced is not None, "the prime divides no denominator"
    echelon, rank = reduced.rref()
    return [next(j for j in range(form.ncols()) if int(echelon[i, j])) for i in range(rank)]


def _signature(a: list[list[arb]]) -> int | None:
    """The signature of a nonsingular symmetric matrix of balls; None where a sign cannot be decided."""
    signature = 0
    while a:
        k = _largest([row[i] for i, row in enumerate(a)])
        if a[k][k].contains(0):
            pair = next(((i, j) for i, j in itertools.combinations(range(len(a)), 2) if not a[i][j].contains(0)), None)
            if pair is None:
                return None
            # Adding row and column j to i makes the zero pivot a_ii + 2 a_ij + a_jj.
            k, j = pair
            a[k] = [x + y for x, y in zip(a[k], a[j], strict=True)]
            for row in a:
                row[k] = row[k] + row[j]
            if a[k][k].contains(0):
                return None
        pivot = a[k]
        signature += 1 if pivot[k] > 0 else -1
        rest = [i for i in range(len(a)) if i != k]
        a = [[a[i][j] - a[i][k] * pivot[j] / pivot[k] for j in rest] for i in rest]
    return signature


def _largest(values: Sequence[arb]) -> int:
    bounds = [value.abs_lower() for value in values]
    return max(range(len(bounds)), key=bounds.__getitem__)


def _below_staircase(basis: Basis, variables: int) -> tuple[Monomial, ...]:
    """The monomials that no leading monomial divides, ascending."""
    leaders = [leader(p) for p in basis]
    found: list[Monomial] = []
    level: set[Monomial] = {(0,) * variables}
    while level:
        level = {m for m in level if not any(all(map(int.__le__, lead, m)) for lead in leaders)}
        found += level
        level = {_raised(m, i) for m in level for i in range(variables)}
    return tuple(sorted(found, key=grevlex))


def _matrix(rows: Sequence[Sequence[fmpq]]) -> fmpq_mat:
    return fmpq_mat(len(rows), len(rows[0]), list(itertools.chain.from_iterable(rows)))


def _times(a: Monomial, b: Monomial) -> Monomial:
    return tuple(map(int.__add__, a, b))


def _raised(monomial: Monomial, variable: int) -> Monomial:
    return (*monomial[:variable], monomial[variable] + 1, *monomial[variable + 1 :])


def _steps_down(monomial: Monomial) -> Iterator[tuple[int, Monomial]]:
    """The pairs (variable, monomial divided by it)."""
    for i, e in enumerate(monomial):
        if e:
            yield i, (*monomial[:i], e - 1, *monomial[i + 1 :])


def _step_down(monomial: Monomial) -> tuple[int, Monomial]:
    return next(_steps_down(monomial))
