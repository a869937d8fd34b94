"""The pipeline: everything that dynbench can say about one system, in one record."""

from dynbench.analysis.pipeline import Analysis, analyze

__all__ = ["Analysis", "analyze"]
