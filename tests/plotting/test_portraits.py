from __future__ import annotations

import dataclasses
import re
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
import sympy as sp
from matplotlib.collections import LineCollection
from matplotlib.contour import ContourSet
from matplotlib.lines import Line2D
from matplotlib.quiver import Quiver
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

import dynbench as db
from dynbench.basins import basins
from dynbench.errors import InputError
from dynbench.invariants.records import Invariant
from dynbench.plotting import curves, phase_portrait
from dynbench.plotting.style import Colour

NAMES = ["line", "cobweb", "plane", "attractor", "expanding", "cube", "four", "hostile", "empty"]


def draw(ax):
    """Draw for real, which is where a bad label would fail; letters that the font lacks are none of ours."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        ax.figure.canvas.draw()


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()] if ax.get_legend() else []


@pytest.mark.parametrize("name", NAMES)
def test_it_draws_with_a_legend_of_what_is_there(analyses, name):
    ax = phase_portrait(analyses[name]).ax
    draw(ax)
    kinds = {p.kind for p in analyses[name].fixed_points}
    legend = legend_of(ax)
    assert ("attracting" in legend) == any(k.attracting for k in kinds)
    assert ("saddle" in legend) == any(k.saddle for k in kinds)
    assert ("repelling" in legend) == any(k.repelling for k in kinds)


def test_fixed_points_are_where_they_are(analyses):
    ax = phase_portrait(analyses["plane"]).ax
    drawn = {tuple(xy) for line in ax.lines if line.get_marker() == "o" for xy in line.get_xydata().tolist()}
    assert drawn == {tuple(p.x.tolist()) for p in analyses["plane"].fixed_points}


def test_a_planar_flow_shows_its_box_streamlines_nullclines_and_manifolds(pictured):
    ax = phase_portrait(pictured["jang"]).ax
    assert ax.get_xlim() == (-3, 3)
    assert ax.get_ylim() == (-3, 3)
    assert any(isinstance(c, LineCollection) for c in ax.collections)
    assert {"x\u2032 = 0", "y\u2032 = 0", "stable manifold", "unstable manifold"} <= set(legend_of(ax))


def test_the_graph_of_a_flow_says_where_states_move(analyses):
    ax = phase_portrait(analyses["line"]).ax
    right, left = ([line for line in ax.lines if line.get_marker() == marker] for marker in "><")
    assert np.sign(np.concatenate([line.get_xdata() for line in right])).tolist() == [-1, 1]
    assert all(x - x**3 > 0 for line in right for x in line.get_xdata())
    assert all(x - x**3 < 0 for line in left for x in line.get_xdata())


def test_the_cobweb_follows_the_map(analyses):
    ax = phase_portrait(analyses["cobweb"]).ax
    assert {"next x", "diagonal"} <= set(legend_of(ax))
    (label,) = (text for text in legend_of(ax) if text.startswith("orbit from "))
    (cobweb,) = (line.get_xydata() for line in ax.lines if np.allclose(line.get_xydata()[0], 0.3348))
    assert label == "orbit from 0.335"
    for (x, _), (same, following) in zip(cobweb[:-1:2], cobweb[1::2], strict=False):
        assert same == x
        assert following == pytest.approx(2.5 * x * (1 - x))


def test_a_map_without_bounded_orbits_shows_arrows(analyses):
    ax = phase_portrait(analyses["expanding"]).ax
    assert any(isinstance(c, Quiver) for c in ax.collections)


def test_three_states_are_drawn_in_their_box(analyses):
    ax = phase_portrait(analyses["cube"]).ax
    edges = [line for line in ax.lines if len(line.get_xdata()) == 2 and line.get_linewidth() < 1]
    assert len(edges) == 12
    markers = {tuple(np.round(xy, 6)) for line in ax.lines if line.get_marker() == "o" for xy in line.get_xydata()}
    assert len(markers) == 27, "no two of the lattice's points coincide on the page"
    assert {"x", "y", "z"} <= {text.get_text() for text in ax.texts}


def test_many_states_are_seen_along_the_components_that_tell_most(analyses):
    ax = phase_portrait(analyses["four"]).ax
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("first component", "second component")
    # The fixed points are a lattice, w in 0, +-1 to z in 0, +-2: they spread most along z, then along y.
    drawn = np.concatenate([line.get_xydata() for line in ax.lines if line.get_marker() == "o"])
    assert set(np.round(drawn[:, 0], 9)) == {-2.0, 0.0, 2.0}
    assert np.allclose(np.unique(np.round(drawn[:, 1], 9)), [-np.sqrt(3), 0, np.sqrt(3)])


def test_hostile_names_are_drawn_as_they_are(analyses):
    ax = phase_portrait(analyses["hostile"]).ax
    assert ax.get_xlabel().startswith("$\\frac{a}{b$ <b>")
    assert not ax.xaxis.label.get_parse_math()
    assert ax.get_ylabel().endswith("\u2026")


def test_nothing_is_shown_for_no_fixed_points(analyses):
    assert not [line for line in phase_portrait(analyses["empty"]).ax.lines if line.get_marker() in ("o", "D", "s")]


def lines(drawing, role):
    return [artist for artist in drawing.by_role[role] if isinstance(artist, Line2D)]


def test_stable_and_unstable_manifolds_differ_in_colour_and_in_arrows(pictured):
    drawing = phase_portrait(pictured["duffing"])
    looks = {}
    for which in ("stable", "unstable"):
        assert len(lines(drawing, f"{which} manifolds")) == 2
        arrows = [a.arrow_patch for a in drawing.by_role[f"{which} manifolds"] if isinstance(a, Annotation)]
        assert len(arrows) == 2
        styles = {type(arrow.get_arrowstyle()).__name__ for arrow in arrows}
        looks[which] = ({line.get_color() for line in lines(drawing, f"{which} manifolds")}, styles)
    assert looks["stable"][0].isdisjoint(looks["unstable"][0])
    assert looks["stable"][1].isdisjoint(looks["unstable"][1])


@pytest.mark.parametrize(("which", "sign"), [("unstable", 1), ("stable", -1)])
def test_arrows_on_manifolds_point_where_states_move(pictured, which, sign):
    """Out along the unstable manifold, and in along the stable one, whose branches start at the saddle too."""
    analysis = pictured["jang"]
    for annotation in phase_portrait(analysis).by_role[f"{which} manifolds"]:
        if isinstance(annotation, Annotation):
            tail, tip = np.array(annotation.xyann), np.array(annotation.xy)
            assert (tip - tail) @ analysis.system(tail) > 0
            assert sign * (np.linalg.norm(tip) - np.linalg.norm(tail)) > 0


def test_nullclines_show_beside_a_manifold_on_top_of_them(pictured):
    drawing = phase_portrait(pictured["jang"])
    manifold = lines(drawing, "unstable manifolds")[0]
    for nullcline in drawing.by_role["nullclines"]:
        assert nullcline.get_linewidth()[0] > 1.5 * manifold.get_linewidth()
        assert nullcline.get_zorder() < manifold.get_zorder()


def test_nullclines_are_where_a_rate_is_zero(pictured):
    analysis = pictured["duffing"]
    nullclines = phase_portrait(analysis).by_role["nullclines"]
    assert len(nullclines) == 2
    for i, nullcline in enumerate(nullclines):
        states = np.concatenate([path.vertices for path in nullcline.get_paths()])
        assert len(states) > 10
        assert np.abs(analysis.system(states)[:, i]).max() < 1e-3


def test_manifolds_can_be_left_out(pictured):
    assert "stable manifolds" not in phase_portrait(pictured["jang"], manifolds=False).by_role


def test_branches_of_the_graph_stand_in_for_manifolds_that_were_not_traced(pictured):
    drawing = phase_portrait(dataclasses.replace(pictured["jang"], manifolds=()))
    assert "stable manifolds" not in drawing.by_role
    assert len(lines(drawing, "unstable manifolds")) == 2


def test_branches_to_infinity_end_near_the_picture(pictured):
    far = np.linspace([0.0, 0.0], [1e9, 1e9], 500)
    manifold = SimpleNamespace(
        point=np.zeros(2), which="unstable", branches=(np.geomspace(0.01, 1e9, 300)[:, None] * [1, 1], far)
    )
    drawing = phase_portrait(dataclasses.replace(pictured["jang"], manifolds=(manifold,)))
    draw(drawing.ax)
    assert lines(drawing, "unstable manifolds")
    assert drawing.ax.get_xlim() == (-3, 3)


def test_a_limit_cycle_is_a_closed_curve_solid_where_stable(pictured):
    analysis = pictured["vdp"]
    drawing = phase_portrait(analysis)
    (curve,) = lines(drawing, "cycles")
    assert curve.get_xydata()[0].tolist() == curve.get_xydata()[-1].tolist()
    assert curve.get_xydata()[:, 0].max() == pytest.approx(2.009, abs=2e-3)
    assert curve.get_linestyle() == "-"
    assert curve.get_color() == Colour.ATTRACTING
    assert "stable cycle" in legend_of(drawing.ax)
    graph = analysis.graph.copy()
    kind = type(graph.nodes[1]["cycle"].kind).UNSTABLE
    graph.nodes[1]["cycle"] = SimpleNamespace(**{**vars(graph.nodes[1]["cycle"]), "kind": kind})
    (curve,) = lines(phase_portrait(dataclasses.replace(analysis, graph=graph)), "cycles")
    assert curve.get_linestyle() == "--"
    assert curve.get_color() == Colour.REPELLING


def test_level_sets_at_special_values_are_drawn_where_the_parameters_have_them():
    system = db.ODE({"x": "y", "y": "-x + d*y*(1 + x^2)"}, {"d": 0})
    analysis = db.analyze(system, box=[(-2, 2), (-2, 2)])
    assert analysis.invariants[0].assumptions == (sp.Eq(sp.Symbol("d"), 0, evaluate=False),)
    assert "level sets" in phase_portrait(analysis).by_role
    other = dataclasses.replace(analysis, system=system.with_parameters(d=1))
    assert "level sets" not in phase_portrait(other, manifolds=False).by_role


def test_level_sets_of_an_invariant_are_level(pictured):
    analysis = pictured["energy"]
    drawing = phase_portrait(analysis)
    (contours,) = drawing.by_role["level sets"]
    assert isinstance(contours, ContourSet)
    energy = lambda x, v: v**2 / 2 - x**2 / 2 + x**4 / 4  # noqa: E731
    curves = [polygon for path in contours.get_paths() for polygon in path.to_polygons(closed_only=False)]
    assert len(curves) > 4
    for curve in curves:
        assert np.ptp(energy(*curve.T)) < 2e-3
    assert "level sets" not in phase_portrait(analysis, level_sets=False).by_role


@pytest.mark.parametrize("text", ["sqrt(-1 - x**2)", "gamma(x)", "3", "log(x)*0"])
def test_an_invariant_that_cannot_be_contoured_is_left_out(pictured, text):
    analysis = pictured["energy"]
    odd = Invariant(sp.sympify(text, locals={"x": analysis.system.states[0]}), "conserved quantity", "")
    drawing = phase_portrait(dataclasses.replace(analysis, invariants=(odd,)))
    assert "level sets" not in drawing.by_role


def test_basins_are_shaded_behind_everything(pictured):
    analysis = pictured["duffing"]
    found = basins(analysis.system, analysis.graph, analysis.box, resolution=15)
    drawing = phase_portrait(analysis, basins=found)
    (mesh,) = drawing.by_role["basins"]
    assert mesh.get_zorder() <= min(artist.get_zorder() for artist in drawing if artist is not mesh)
    assert {"basin of 0", "basin of 2"} <= set(legend_of(drawing.ax))
    assert drawing.ax.get_xlim() == (-2, 2)


def test_chosen_states_are_on_the_axes(pictured):
    analysis = pictured["cells"]
    for states in (("x3", "x1"), (2, 0), [analysis.system.states[2], "x1"]):
        drawing = phase_portrait(analysis, states=states)
        assert (drawing.ax.get_xlabel(), drawing.ax.get_ylabel()) == ("x3", "x1")
    drawn = {tuple(xy) for line in drawing.by_role["points"] for xy in line.get_xydata().tolist()}
    assert drawn == {(p.x[2], p.x[0]) for p in analysis.fixed_points}


def test_trajectories_are_drawn_in_the_same_projection(pictured):
    analysis = pictured["cells"]
    orbit = db.integrate(analysis.system, [0.1, -0.2, 0.3], 10.0)
    batch = db.integrate(analysis.system, [[0.1, -0.2, 0.3], [1, 1, 1]], [0.0, 1.0])
    drawing = phase_portrait(analysis, states=("x1", "x3"), trajectories=[orbit, batch])
    curves = [line for line in lines(drawing, "trajectories") if len(line.get_xdata()) > 1]
    assert len(curves) == 3
    assert np.array_equal(curves[0].get_xydata(), orbit.x[:, [0, 2]])


@pytest.mark.parametrize("states", [("x1",), ("x1", "x1"), ("x1", "nobody"), "x1", 3, (0, 7), ("x1", "x2", "x3")])
def test_states_must_be_two_of_the_system(pictured, states):
    message = f"states is {states!r}; expected two different states of x1, x2, x3."
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        phase_portrait(pictured["cells"], states=states)


def test_misfits_are_refused(pictured, analyses):
    with pytest.raises(InputError, match="there is nothing to choose from in a system of 1"):
        phase_portrait(pictured["line"], states=("x", "y"))
    with pytest.raises(InputError, match=r"^states is \('x', 'z'\); expected two different states of x, y\.$"):
        phase_portrait(pictured["jang"], states=("x", "z"))
    with pytest.raises(InputError, match=r"^basins is 'all'; expected what basins returned for a system of two states"):
        phase_portrait(pictured["jang"], basins="all")
    planar = basins(pictured["jang"].system, pictured["jang"].graph, pictured["jang"].box, resolution=3)
    with pytest.raises(InputError, match="for a system of two states"):
        phase_portrait(analyses["cube"], basins=planar)
    with pytest.raises(InputError, match=r"^trajectories holds 4; expected what integrate returned for this system"):
        phase_portrait(pictured["jang"], trajectories=[4])
    for nonsense in (3, "all"):
        message = f"trajectories is {nonsense!r}; expected a sequence of what integrate returned."
        with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
            phase_portrait(pictured["line"], trajectories=nonsense)
    with pytest.raises(InputError, match="trajectories holds"):
        phase_portrait(pictured["cells"], trajectories=[db.integrate(pictured["jang"].system, [0, 0], 1.0)])


def test_no_trajectories_are_none(pictured):
    assert "trajectories" not in phase_portrait(pictured["jang"], trajectories=None).by_role
    assert "trajectories" not in phase_portrait(pictured["jang"], trajectories=()).by_role


@pytest.mark.parametrize("states", [("x", "y"), ["y", "x"], (1, 0)])
def test_both_states_of_a_planar_system_may_be_named(pictured, states):
    ax = phase_portrait(pictured["jang"], states=states).ax
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")


def test_a_lone_point_of_many_states_is_shown_in_its_box_with_orbits_around_it(analyses):
    analysis = analyses["sink"]
    drawing = phase_portrait(analysis)
    assert (drawing.ax.get_xlim(), drawing.ax.get_ylim()) == ((-2, 2), (-2, 2))
    orbits = [line.get_xydata() for line in lines(drawing, "trajectories") if len(line.get_xdata()) > 1]
    assert len(orbits) >= 6, "not many leave the box at once"
    assert all(np.abs(orbit).max() <= 2 for orbit in orbits)
    assert sum(np.abs(orbit[-1]).max() < 0.1 for orbit in orbits) >= 5, "the point attracts them all"
    assert "orbit from a random start" in legend_of(drawing.ax)
    first = lines(drawing, "trajectories")
    again = lines(phase_portrait(analysis), "trajectories")
    assert all(np.array_equal(a.get_xydata(), b.get_xydata()) for a, b in zip(again, first, strict=True))
    own = db.integrate(analysis.system, [1.0, 1.0, 1.0, 1.0], 5.0)
    assert len(lines(phase_portrait(analysis, trajectories=[own]), "trajectories")) == 2


def test_points_of_very_many_states_fill_the_picture():
    """The box of n states is on the page up to sqrt(n) times as wide as what lies in it."""
    system = db.RNN(2.0 * np.eye(64), form="rate")
    points = db.find_fixed_points(
        system, search=db.search.NewtonStarts(starts=np.array([[-2.0], [0], [2]]) * np.ones(64))
    )
    analysis = db.Analysis(system, points, (), db.TransitionGraph(), (), (), False, {})
    ax = phase_portrait(analysis).ax
    assert len(points) == 3
    spread = np.ptp([point.x for point in points], axis=0)
    assert np.linalg.norm(spread) > 0.5 * np.ptp(ax.get_xlim())


def test_curves_of_a_projection_make_orbits_from_random_starts_needless(pictured):
    assert "trajectories" not in phase_portrait(pictured["cells"]).by_role


def test_a_lone_point_of_a_map_of_many_states_is_shown_with_dots():
    system = db.Map({"a": "0.9*a + 0.3*b", "b": "0.9*b - 0.3*a", "c": "c/2"})
    orbits = lines(phase_portrait(db.analyze(system, box=[(-1, 1)] * 3)), "trajectories")
    assert {line.get_linestyle() for line in orbits if len(line.get_xdata()) > 1} == {"None"}


def test_the_cycle_of_a_map_of_one_state_is_marked_on_the_diagonal():
    r = 3.2
    analysis = db.analyze(db.Map({"x": "r*x*(1 - x)"}, {"r": r}), box=[(0, 1)])
    drawing = phase_portrait(analysis)
    expected = (r + 1 + np.array([-1, 1]) * np.sqrt((r - 3) * (r + 1))) / (2 * r)
    for line in lines(drawing, "cycles"):
        assert np.allclose(np.sort(line.get_xdata()), expected)
        assert np.array_equal(line.get_xdata(), line.get_ydata())
    assert "stable cycle" in legend_of(drawing.ax)
    assert "cycles" not in phase_portrait(dataclasses.replace(analysis, graph=analysis.graph.subgraph([0, 1]))).by_role


def test_points_do_not_hide_the_numbers_of_the_frame():
    analysis = db.analyze(db.ODE({n: f"{n} - {n}^3" for n in "xyz"}), box=[(-1, 1)] * 3)
    drawing = phase_portrait(analysis)
    draw(drawing.ax)
    ticks = [text.get_window_extent() for text in drawing.by_role["frame"] if isinstance(text, Annotation)]
    numbers = [text.get_window_extent() for text in drawing.by_role["numbers"]]
    assert len(ticks) == 9
    assert len(numbers) == 27
    radius = 4.5 / 72 * drawing.figure.dpi
    states = np.concatenate([line.get_xydata() for line in drawing.by_role["points"]])
    for x, y in drawing.ax.transData.transform(states):
        numbers.append(Bbox([[x - radius, y - radius], [x + radius, y + radius]]))
    assert not [(tick, other) for tick in ticks for other in numbers if tick.overlaps(other)]


def test_glyphs_on_the_edge_of_the_box_are_whole():
    system = db.ODE({"x": "(x^2 - 1)*(x + 1)", "y": "-y"})
    drawing = phase_portrait(db.analyze(system, box=[(-1, 1), (-1, 1)]), level_sets=False, manifolds=False)
    draw(drawing.ax)
    radius = 7.0 / 72 * drawing.figure.dpi
    for line in drawing.by_role["points"]:
        for x, y in drawing.ax.transData.transform(line.get_xydata()):
            clip = line.get_clip_box()
            assert clip.x0 < x - radius < x + radius < clip.x1
            assert clip.y0 < y - radius < y + radius < clip.y1


@pytest.mark.parametrize("states", [2, 3])
def test_an_exact_branch_is_drawn_where_it_returns_to_the_box(states):
    """A polyline that leaves the box twice: its three parts in the box, and nothing between them."""
    corners = np.array(
        [[0.0, 0.0], [0.5, 0.0], [3.0, 0.5], [3.0, -0.5], [-0.5, -0.5], [-0.5, -2.0], [0.5, -2.0], [0.5, 0.5]]
    )
    path, box = np.pad(corners, ((0, 0), (0, states - 2))), np.array([[-1.0, 1.0]] * states)
    parted, inside = curves._parted(path, box)
    shown = curves._broken(parted, inside)[:, :2]
    steps = np.diff(shown, axis=0)
    length = np.nansum(np.hypot(*steps.T))
    assert length == pytest.approx(0.5 + np.hypot(0.5, 0.1) + 1.5 + 0.5 + 1.5)
    assert np.nanmax(np.abs(shown)) <= 1 + 1e-12
    breaks = np.isnan(shown[:, 0])
    assert np.count_nonzero(breaks[1:] & ~breaks[:-1]) == 2


def test_the_portrait_of_an_exact_branch_that_begins_outside():
    """A detached piece of a stable set: seen where it is in the box, with an arrow there."""
    system = db.Map({"x": "1 - 1.7*Abs(x) + y", "y": "0.5*x"})
    analysis = db.analyze(system, box=[[-2, 2]] * 2)
    line = np.array([[-5.0, 1.0], [0.0, 1.0], [0.0, 5.0], [1.0, 5.0], [1.0, -5.0]])
    piece = SimpleNamespace(point=np.zeros(2), which="stable", branches=(line,), exact=True, cycle=None)
    drawing = phase_portrait(dataclasses.replace(analysis, manifolds=(piece,)))
    (drawn,) = lines(drawing, "stable manifolds")
    data = np.array(drawn.get_xydata())
    steps = np.diff(data, axis=0)
    assert np.nansum(np.hypot(*steps.T)) == pytest.approx(2 + 1 + 4)
    assert any(isinstance(artist, Annotation) for artist in drawing.by_role["stable manifolds"])
