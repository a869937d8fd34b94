"""Invariants: conserved quantities, Lyapunov functions and symmetries, each with the identities that prove it."""

from dynbench.invariants.evaluate import InvariantFunction, invariant_function
from dynbench.invariants.find import conserved_quantities
from dynbench.invariants.hamiltonian import hamiltonian_structure, volume_preservation
from dynbench.invariants.lyapunov import lyapunov_functions
from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.records import Invariant, InvariantKind, Invariants, NearInvariant, Proof
from dynbench.invariants.structure_records import HamiltonianStructure, StructureKind
from dynbench.invariants.symmetry.records import Symmetries, Symmetry
from dynbench.invariants.symmetry.scalings import Scaling, scaling_symmetries
from dynbench.invariants.symmetry.search import reversing_symmetries, signed_permutation_symmetries
from dynbench.invariants.symmetry.signed_permutations import SignedPermutation

__all__ = [
    "HamiltonianStructure",
    "Invariant",
    "InvariantFunction",
    "InvariantKind",
    "InvariantMethod",
    "Invariants",
    "Limits",
    "NearInvariant",
    "Proof",
    "Scaling",
    "SignedPermutation",
    "StructureKind",
    "Symmetries",
    "Symmetry",
    "conserved_quantities",
    "hamiltonian_structure",
    "invariant_function",
    "lyapunov_functions",
    "reversing_symmetries",
    "scaling_symmetries",
    "signed_permutation_symmetries",
    "volume_preservation",
]
