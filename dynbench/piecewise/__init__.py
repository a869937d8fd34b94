"""Piecewise-linear systems in one canonical form: regions, exact arithmetic, and every cycle."""

from dynbench.piecewise.borders import agree_on_border
from dynbench.piecewise.form import PiecewiseLinear, Region
from dynbench.piecewise.inverse import Inverse
from dynbench.piecewise.rational import RationalForm, RationalRegion
from dynbench.piecewise.reach import linear_reach
from dynbench.piecewise.recognise import piecewise_linear

__all__ = [
    "Inverse",
    "PiecewiseLinear",
    "RationalForm",
    "RationalRegion",
    "Region",
    "agree_on_border",
    "linear_reach",
    "piecewise_linear",
]
