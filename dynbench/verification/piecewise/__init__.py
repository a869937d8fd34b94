"""Claims about piecewise-linear systems: cycles, their completeness, homoclinic points; in exact arithmetic."""

from dynbench.verification.piecewise.check import Checked, check_piecewise

__all__ = ["Checked", "check_piecewise"]
