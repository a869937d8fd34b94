"""The pipeline: everything that dynbench can say about one system, in one record."""

from dynbench.analysis.pipeline import analyze
from dynbench.analysis.record import Analysis

__all__ = ["Analysis", "analyze"]
