"""The order of a report, and what each section says of analyses of different outcomes."""

from __future__ import annotations

import dataclasses

import pytest
import sympy as sp

import dynbench as db
from dynbench.invariants import Invariants, NearInvariant, Proof
from dynbench.reporting.blocks import (
    Bullets,
    Equations,
    Figures,
    Formula,
    Heading,
    Name,
    Paragraph,
    SecondDifferential,
    Table,
)
from dynbench.reporting.document import build_document

ORDER = [
    "system",
    "derived",
    "invariants",
    "points",
    "pictures",
    "cycles",
    "transitions",
    "not-established",
    "provenance",
    "references",
]


def section(analysis, key):
    (found,) = [s for s in build_document(analysis).sections if s.key == key]
    return found


def words(content):
    return "".join(p if isinstance(p, str) else p.text if isinstance(p, Name) else str(p.expression) for p in content)


def text(analysis, key):
    """Everything that a section says in words, a line each."""
    lines = []
    for block in section(analysis, key).blocks:
        match block:
            case Heading():
                lines.append(block.text)
            case Paragraph():
                lines.append(words(block.content))
            case Bullets():
                lines += map(words, block.items)
            case Table():
                lines += [block.caption, *(" | ".join(map(words, row)) for row in (block.columns, *block.rows))]
            case Figures():
                lines += [figure.caption for figure in block.items]
    return "\n".join(lines)


def tables(analysis, key):
    return [b for b in section(analysis, key).blocks if isinstance(b, Table)]


def figures(analysis, key="pictures"):
    return [f.name for b in section(analysis, key).blocks if isinstance(b, Figures) for f in b.items]


@pytest.mark.parametrize("name", ["jang", "fold", "henon", "hostile", "oscillator", "duffing", "runaway", "ghost"])
def test_sections_come_in_the_order_of_a_reader(name, request):
    keys = [s.key for s in build_document(request.getfixturevalue(name)).sections]
    assert keys == [key for key in ORDER if key in keys]
    assert set(ORDER) - set(keys) <= {"cycles"}


def test_the_overview_counts(jang):
    facts = {fact.label: fact.text for fact in build_document(jang).facts}
    assert facts["Fixed points"] == "3: 2 attract and 1 is a saddle"
    assert facts["List complete"] == "yes, proved"
    assert facts["Index sum"] == "1 (1 expected)"
    assert facts["Transitions"] == "2 edges between 3 nodes"


def test_the_overview_says_what_is_nearly_conserved_and_what_was_not_sought(jang):
    def fact(invariants):
        facts = build_document(dataclasses.replace(jang, invariants=invariants)).facts
        return next(f.text for f in facts if f.label == "Invariants")

    proof = Proof((), "", "")
    near = NearInvariant(sp.Symbol("x"), sp.S.One, proof)
    assert fact(Invariants(scope="templates", nearly=[near])) == "1 nearly conserved"
    assert fact(Invariants(scope="templates")) == "none found"
    assert fact(Invariants()) == fact(Invariants(scope="nothing (of maps)")) == "not looked for"


def test_second_derivatives_are_printed_where_they_are_not_zero(jang):
    assert "2 of the 6 are not zero" in text(jang, "derived")
    linear = dataclasses.replace(jang, system=db.ODE({"x": "-x", "y": "x - y"}))
    assert "All are zero: F is affine in the states." in text(linear, "derived")
    long = db.ODE({"x": "-x + " + "*".join(f"tanh(x + {k}*y)" for k in range(6)), "y": "-y"})
    assert "too many or too long to print" in text(dataclasses.replace(jang, system=long), "derived")


def test_the_second_differential_takes_columns_that_are_not_called_as_parameters():
    """The input u drops out of the second derivative, and still no column may be called u."""
    network = db.EchoStateNetwork([[0, 0.5], [0.5, 0]], [1, -1], [2, -2], [1, 0], u=0.5)
    analysis = db.analyze(network, search=db.search.NewtonStarts(starts=[[0.0, 0.0]]), rng=0)
    symbols = [
        column.name
        for block in section(analysis, "derived").blocks
        if isinstance(block, Equations)
        for equation in block.rows
        if isinstance(equation.left, SecondDifferential)
        for column in equation.left.by
    ]
    assert symbols == ["v", "w"]


def test_stability_conditions_have_the_name_of_their_kind(jang, henon):
    assert "Routh\u2013Hurwitz" in text(jang, "derived")
    assert "Jury" in text(henon, "derived")


def test_conditions_that_never_hold_are_said_in_words(duffing):
    assert "0 > 0, which never holds" in text(duffing, "derived")


def test_an_invariant_comes_with_the_identity_that_proves_it(duffing, jang):
    equations, structure = [b for b in section(duffing, "invariants").blocks if isinstance(b, Equations)]
    assert structure.rows[0].right == duffing.hamiltonian.hamiltonian
    function, identity = equations.rows
    assert identity.right.expand() == 0
    assert sum(function.right.diff(s) * f for s, f in zip(duffing.system.states, duffing.system.rhs, strict=True)) == (
        identity.right.doit()
    )
    assert "does not prove that there is none" in text(jang, "invariants")


def test_a_symmetry_comes_with_its_identities(jang):
    table, _ = tables(jang, "invariants")
    (row,) = table.rows
    identities = [piece.expression for piece in row[1] if isinstance(piece, Formula)]
    assert len(identities) == 2
    assert all((e.lhs - e.rhs).expand() == 0 for e in identities)


def test_the_inequality_is_said_once_and_its_numbers_stand_in_columns(jang):
    content = text(jang, "points")
    assert content.count("Y + Z r \u2264 r") == 1
    evidence = tables(jang, "points")[1]
    columns = [words(c) for c in evidence.columns]
    assert columns[-3:] == ["Z at most", "r at most", "bits"]
    assert [words(row[-1]) for row in evidence.rows] == ["256"] * 3


def test_points_without_a_proof_say_why(fold):
    evidence = tables(fold, "points")[1]
    assert words(evidence.columns[-1]) == "why not"
    assert words(evidence.rows[0][-1])


def test_slow_points_have_a_table(ghost, jang):
    assert "no fixed point within" in text(ghost, "points")
    assert "Slow points" not in text(jang, "points")


def test_planar_flows_get_four_figures_and_others_what_suits_them(jang, henon, runaway):
    assert figures(jang) == ["spectrum", "trace-determinant", "portrait", "speed"]
    assert figures(henon) == ["spectrum", "portrait", "speed"]
    assert figures(runaway) == ["spectrum", "portrait"]


def test_no_spectrum_without_points(ghost):
    assert figures(ghost) == ["portrait"]


def test_the_caption_promises_numbers_only_where_they_are_drawn(jang):
    for copies, promised in ((1, True), (12, False)):
        points = dataclasses.replace(jang.fixed_points, points=jang.fixed_points.points * copies)
        content = text(dataclasses.replace(jang, fixed_points=points), "pictures")
        assert ("numbered as in the table" in content) == promised


def test_trace_and_determinant_are_those_of_the_jacobian(jang):
    (table,) = tables(jang, "pictures")
    assert [words(c) for c in table.rows[1][2:]] == ["\u22121", "\u22120.5", "3"]


def test_a_cycle_has_a_table_that_claims_no_proof(oscillator):
    (table,) = tables(oscillator, "cycles")
    (row,) = table.rows
    cells = dict(zip(map(words, table.columns), map(words, row), strict=True))
    assert cells["kind"] == "stable cycle"
    assert cells["period"].startswith("6.663")
    assert cells["established"] == "converged, not proved"


def test_transitions_have_nodes_edges_and_their_consistency(jang):
    nodes, edges = tables(jang, "transitions")
    assert len(nodes.rows) == 3
    cells = [dict(zip(map(words, edges.columns), map(words, row), strict=True)) for row in edges.rows]
    assert {(c["from"], c["side"], c["to"]) for c in cells} == {
        ("1 (saddle)", "+", "2 (stable node)"),
        ("1 (saddle)", "\u2212", "0 (stable node)"),
    }
    assert all(c["identified by"] in ("attraction ball", "uniqueness ball") for c in cells)
    assert "2 attractors, 1 saddle, 0 repellers." in text(jang, "transitions")


def test_why_points_were_not_followed_is_told_without_any_edge(jang):
    graph = jang.graph.copy()
    graph.remove_edges_from(list(graph.edges(keys=True)))
    assert not tables(dataclasses.replace(jang, graph=graph), "transitions")
    graph.nodes[1]["skipped"] = "it has 11 unstable directions"
    (nodes,) = tables(dataclasses.replace(jang, graph=graph), "transitions")
    row = dict(zip(map(words, nodes.columns), map(words, nodes.rows[1]), strict=True))
    assert row["not followed because"] == "it has 11 unstable directions"


def test_infinity_is_a_node_without_a_number(runaway):
    _, edges = tables(runaway, "transitions")
    assert "infinity" in [words(row[2]) for row in edges.rows] + [words(row[3]) for row in edges.rows]


def test_an_undecided_limit_gives_its_reason(jang):
    graph = jang.graph.copy()
    for *_, data in graph.edges(data=True):
        data.update(identified=False, how="undecided", reason="no limit was reached in time 2e-10")
    _, edges = tables(dataclasses.replace(jang, graph=graph), "transitions")
    assert words(edges.rows[0][-1]) == "no limit was reached in time 2 \u00d7 10\u207b\u00b9\u2070"


def test_what_was_not_established(jang, fold):
    assert "outside the region searched: x from \u22123 to 3, y from \u22123 to 3." in text(jang, "not-established")
    assert "rest on numerical integration, not on a proof" in text(jang, "not-established")
    assert "Undecided boxes" in text(fold, "not-established")


def test_only_methods_used_are_cited(jang, henon, oscillator, duffing):
    assert "Sussillo" in text(jang, "references")
    assert "Parker" in text(oscillator, "references")
    assert "Parker" not in text(jang, "references")
    assert "DOP853" not in text(henon, "references")
    assert "Jury" in text(henon, "references")
    assert "Goriely" in text(duffing, "references")
    assert "Goriely" not in text(jang, "references")


def test_provenance_holds_what_repeats_it(jang):
    content = text(jang, "provenance")
    assert jang.system.content_hash in content
    assert "seed | 0" in content
    assert "{" not in content
