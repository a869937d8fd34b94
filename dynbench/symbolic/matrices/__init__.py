"""Matrix expressions: a calculus of our own, code generation, and the matrix form of a system.

A network of a thousand units is declared as ``-x + W*x.applyfunc(tanh) + b`` and stays a matrix expression through
differentiation and evaluation. `normalise` brings what a user wrote into few node types (`nodes`), `differential`,
`vjp` and `jacobian_matrix` differentiate them, `MatrixKernel` compiles them to batched doubles, to enclosures, or to
components, and `MatrixForm` is what a system holds.
"""

from dynbench.symbolic.matrices.derivatives import differential, vjp
from dynbench.symbolic.matrices.form import MatrixForm
from dynbench.symbolic.matrices.jacobians import jacobian_matrix
from dynbench.symbolic.matrices.kernels import MatrixKernel
from dynbench.symbolic.matrices.normal import normalise
from dynbench.symbolic.matrices.operators import LowRank

__all__ = ["LowRank", "MatrixForm", "MatrixKernel", "differential", "jacobian_matrix", "normalise", "vjp"]
