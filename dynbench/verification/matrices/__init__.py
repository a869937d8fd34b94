"""The checker's own treatment of systems in matrix form: large networks, from a report and a file of weights.

Texts are parsed to trees by `dynbench.symbolic.matrix_parsing`, which is all that is shared with the rest of dynbench.
A tree is evaluated in one of four arithmetics: balls (`balls`), matrices of doubles with radii (`blocks`), magnitudes
over the whole space (`inward`), and SymPy's numbers, by which a system of few states is written out and handed to the
checker of component systems (`expansion`).

What the proofs for many states assume, beyond what `dynbench.verification` says: doubles are IEEE 754 rounded to
nearest, and a product of two matrices of doubles by NumPy adds up the products, in any order, with or without fused
multiplication (no Strassen-like scheme). Inverses and eigenvectors that LAPACK returns are not trusted.
"""

from __future__ import annotations

from dynbench.verification.matrices.system import MatrixSystem, is_matrix_system, read_matrix_system

__all__ = ["MatrixSystem", "is_matrix_system", "read_matrix_system"]
