"""What all tests share: the same examples in every run, so that a failure on CI is a failure here."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("reproducible", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None)  # pytest --hypothesis-profile=random looks for new examples
settings.load_profile("reproducible")
