"""Pairs of fixed points x and -x of a system with F(-x) = -F(x): what is known of one is known of the other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.mirror import is_mirrored
from dynbench.systems import System

__all__ = ["mirror_images"]


def mirror_images(system: System, points: Mapping[int, FixedPoint]) -> dict[int, int]:
    """Which fixed point is the mirror image of which, where that is proved; the origin is its own.

    Parameters
    ----------
    system : System
        The system; where it is not proved to be odd, nothing is.
    points : mapping
        Number -> fixed point.
    """
    if not is_mirrored(system):
        return {}
    return {i: j for i, one in points.items() for j, other in points.items() if _are_mirrored(one, other)}


def _are_mirrored(one: FixedPoint, other: FixedPoint) -> bool:
    """Whether the mirror image of one fixed point is proved to lie where the other is the only one."""
    here, there = one.certificate, other.certificate
    if here is None or there is None or here.radius is None or there.uniqueness_radius is None:
        return False
    return bool(np.abs(here.center + there.center).max() + here.radius < there.uniqueness_radius)
