"""Methods of fixed step, one in each file, behind one interface."""

from __future__ import annotations

from dynbench.flow.steppers.composition import SUZUKI, YOSHIDA, Composition
from dynbench.flow.steppers.discrete_gradient import DiscreteGradient
from dynbench.flow.steppers.explicit import CLASSICAL, EULER, HEUN, MIDPOINT, ExplicitRungeKutta
from dynbench.flow.steppers.gauss import GaussLegendre
from dynbench.flow.steppers.method import StepMethod, Stepper, UnsolvedStep
from dynbench.flow.steppers.splitting import StormerVerlet

__all__ = [
    "STEP_METHODS",
    "Composition",
    "DiscreteGradient",
    "ExplicitRungeKutta",
    "GaussLegendre",
    "StepMethod",
    "Stepper",
    "StormerVerlet",
    "UnsolvedStep",
]

#: What `dynbench.integrate` knows by name.
STEP_METHODS: dict[str, StepMethod] = {
    method.name: method
    for method in (
        *(EULER, MIDPOINT, HEUN, CLASSICAL),
        *(GaussLegendre(1), GaussLegendre(2), GaussLegendre(3)),
        DiscreteGradient(),
        *(StormerVerlet(), YOSHIDA, SUZUKI),
    )
}
