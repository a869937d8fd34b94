"""The mirror symmetry x -> -x: where it is proved, fixed points and their proofs come in pairs."""

from __future__ import annotations

from dataclasses import replace

from dynbench._arrays import readonly
from dynbench.fixed_points.records import Certificate
from dynbench.symbolic.matrices.parity import is_odd
from dynbench.systems import System

__all__ = ["is_mirrored", "mirror"]


def is_mirrored(system: System) -> bool:
    """Whether G(-x) = -G(x) is proved from the structure of a matrix form, its numbers included."""
    form = system.matrix_form
    return form is not None and form.kept("odd", lambda: is_odd(form.expression, form.state, form.values))


def mirror(certificate: Certificate) -> Certificate:
    """The certificate of -x, for a system with G(-x) = -G(x): G'(-x) = G'(x), so all else is as it was."""
    return replace(
        certificate,
        center=readonly(0.0 - certificate.center),
        inequality=f"{certificate.inequality}; by G(-x) = -G(x) from the mirror image",
    )
