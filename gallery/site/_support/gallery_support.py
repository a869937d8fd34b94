"""What the gallery's pages need beyond Sphinx: figures from dynbench.plotting, MathML, and the order of the pages."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any
from weakref import WeakSet

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from matplotlib.figure import Figure
from sphinx_gallery.scrapers import figure_rst

__all__ = ["ORDER", "depart_math", "figures", "name_file", "order", "short_form", "visit_block", "visit_inline"]

#: From what everybody knows to what is dynbench's own; a script that is not listed comes last.
ORDER = (
    *("jang_planar", "duffing", "pendulum", "lotka_volterra", "van_der_pol", "fitzhugh_nagumo"),
    *("toggle_switch", "hopfield_pair", "hopfield_triangle", "coupled_cells", "sir", "double_gyre"),
    *("classical_integrals", "lorenz", "logistic", "henon", "lozi", "lozi_homoclinic"),
    *("plrnn_bistable", "plrnn_multistable", "plrnn_decision", "duffing_network", "neuron"),
    *("piecewise_flow", "chua"),
    *("flipflop_memories", "flipflop_training", "flipflop_four_bits", "flipflop_noise", "flipflop_pulses"),
    *("gru_memory",),
    *("skew_linear", "skew_tanh", "skew_activations", "forward_euler", "skew_perturbed"),
)
_DOTS_PER_INCH = 160
_saved: WeakSet[Figure] = WeakSet()


def order(filename: str) -> tuple[int, str]:
    """Sort key of a script."""
    stem = Path(filename).stem
    return (ORDER.index(stem) if stem in ORDER else len(ORDER), stem)


def name_file(gallery_conf: dict[str, Any], fname: str | None) -> None:
    """Let the next script find itself by ``__file__``, as when it is run: sphinx-gallery does not define it."""
    if fname is not None:
        builtins.__file__ = str(Path(gallery_conf["examples_dirs"][0]) / fname)  # type: ignore[attr-defined]


def short_form(gallery_conf: dict[str, Any], script_vars: dict[str, Any]) -> list[str]:
    """The arguments with which a script runs in seconds: few need any, only those with a thousand units."""
    return ["--short"] if '"--short"' in Path(script_vars["src_file"]).read_text() else []


def figures(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Image scraper: save the figures that a block has left in variables, and return the reST that shows them.

    dynbench draws on figures that pyplot knows nothing of, so that nothing is ever shown unasked. They are reached by
    what the script keeps: a figure, or anything with one as ``.figure``. The variable's name is the alternative text.
    """
    rst = ""
    for name, value in block_vars["example_globals"].items():
        figure = value if isinstance(value, Figure) else getattr(value, "figure", None)
        if name.startswith("_") or not isinstance(figure, Figure) or figure in _saved:
            continue
        _saved.add(figure)
        path = next(block_vars["image_path_iterator"])
        # A layout of fixed size would cut off the legend below the axes of a figure without constrained layout.
        figure.savefig(path, dpi=_DOTS_PER_INCH, facecolor="white", bbox_inches="tight", pad_inches=0.08)
        rst += figure_rst([path], gallery_conf["src_dir"], name.replace("_", " ").capitalize())
    return rst


def visit_inline(translator: Any, node: nodes.math) -> None:
    """Write a formula in the text as MathML, which browsers draw without scripts or fonts from elsewhere."""
    translator.body.append(_mathml(node, as_block=False))
    raise nodes.SkipNode


def visit_block(translator: Any, node: nodes.math_block) -> None:
    """Write a displayed formula as MathML."""
    translator.body.append(f'<div class="math">{_mathml(node, as_block=True)}</div>')
    raise nodes.SkipNode


def depart_math(translator: Any, node: nodes.Node) -> None:
    """Nothing is left to do: the visitor has skipped the node."""


def _mathml(node: nodes.Element, *, as_block: bool) -> str:
    """MathML in which a solidus stands as close as it does in TeX."""
    return tex2mathml(node.astext(), as_block=as_block).replace("<mo>/</mo>", '<mo lspace="0em" rspace="0em">/</mo>')
