"""The templates of the HTML pages: one set of rules for all of them, escaping first."""

from __future__ import annotations

import jinja2

from dynbench.reporting.names import printable

__all__ = ["page_environment"]


def page_environment() -> jinja2.Environment:
    """An environment in which every value is escaped, and a name that is missing is an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("dynbench.reporting"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["printable"] = printable
    return environment
