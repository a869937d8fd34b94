"""The gallery's page. In the repository's root: ``sphinx-build -W -b html gallery/site build/gallery``.

With ``-t short`` the scripts that train networks do so with fewer units, in seconds instead of minutes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_support"))

import gallery_support

import dynbench

project = "dynbench"
author = "The dynbench developers"
version = release = dynbench.__version__
extensions = ["sphinx_gallery.gen_gallery"]
root_doc = "index"
exclude_patterns = ["auto/index.rst", "sg_execution_times.rst", "auto/sg_execution_times.rst"]
default_role = "code"
highlight_language = "python"

html_theme = "furo"
html_title = "dynbench gallery"
html_static_path = ["_static"]
html_css_files = ["gallery.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False

sphinx_gallery_conf: dict[str, Any] = {
    "examples_dirs": [str(HERE.parent)],
    "gallery_dirs": ["auto"],
    "filename_pattern": r"\.py$",
    "within_subsection_order": "gallery_support.order",
    "image_scrapers": ("gallery_support.figures",),
    "reset_modules": ("gallery_support.name_file",),
    "capture_repr": (),
    # An assertion that fails fails the build.
    "abort_on_example_error": True,
    "show_memory": False,
    "show_signature": False,
    "download_all_examples": False,
    "notebook_extensions": set(),
    "write_computation_times": False,
    "thumbnail_size": (480, 400),
    "min_reported_time": 1e9,
    "remove_config_comments": True,
}
if tags.has("short"):  # noqa: F821 (Sphinx defines it)
    sphinx_gallery_conf["reset_argv"] = "gallery_support.short_form"


def setup(app: Any) -> None:
    """Formulas as MathML: nothing is fetched from elsewhere to read a page."""
    visitors = (gallery_support.visit_inline, gallery_support.depart_math)
    blocks = (gallery_support.visit_block, gallery_support.depart_math)
    app.add_html_math_renderer("mathml", visitors, blocks)
