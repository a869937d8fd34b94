"""An independent checker of reports: every claim that a JSON report makes is proved again, from the report alone.

Independent means: it imports no search, no certificate, no interval arithmetic and no differentiation of the rest of
dynbench. It shares the parsers that read model strings and texts of matrix expressions (which execute nothing), and the
libraries SymPy, NumPy and python-flint. One file, `words`, asks the report code for the sentences that belong to the
numbers, and compares. What it does itself: intervals with directed rounding on Arb's numbers, evaluation and
differentiation over boxes, Krawczyk's test, cutting up of regions, counting of real solutions through Hermite's trace
form, degrees, zero-testing of identities.

What a check assumes:

- the parser reads an expression as it is meant, and a decimal as the exact decimal;
- SymPy's expressions mean what they say: ``diff``, ``subs``, ``expand``, ``together`` and its polynomial arithmetic
  (Groebner bases, Sturm sequences, factorisation over the rationals) are right;
- Arb's arithmetic (python-flint) encloses;
- for systems in matrix form of many states, IEEE doubles and products of matrices as `dynbench.verification.matrices`
  says.

Not assumed: anything else that the report says. Cycles of piecewise-linear maps, the completeness of their lists (by
every word of patterns, where these are few enough) and homoclinic orbits are proved again in rational numbers and in
numbers a + b sqrt(d). Claims that are marked as not proved (orbits, other cycles, manifolds, estimates of eigenvalues,
alerts) are checked for consistency only, and the lines say so.
"""

from __future__ import annotations

from dynbench.verification.records import Check, Outcome, Verification, lines
from dynbench.verification.verify import verify

__all__ = ["Check", "Outcome", "Verification", "lines", "verify"]
