"""The claims about eigenvalues: the discs, the sides of the axis, the counts, and the word for the kind."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import sympy as sp
from flint import arb, arb_mat, ctx

from dynbench.verification.claims import PointClaim
from dynbench.verification.declaration import Declared
from dynbench.verification.definite import is_definite
from dynbench.verification.discs import Discs, hold, kind_words, sides_agree
from dynbench.verification.evaluation import Evaluator
from dynbench.verification.irrational import algebraic_eigenvalues
from dynbench.verification.ledger import Ledger
from dynbench.verification.local import resolved
from dynbench.verification.points import Proved
from dynbench.verification.records import Outcome
from dynbench.verification.spectra import Eigenvalues, disc_distance, enclose_eigenvalues, exact_eigenvalues
from dynbench.verification.zeros import Box, box_around

__all__ = ["check_estimates", "check_spectrum", "stated_counts"]

#: How far estimated eigenvalues may be off, relative to their size, and to its square root where they are multiple.
_ESTIMATE = 1e-6
#: So many conserved quantities are combined where none alone is definite.
_MOST_COMBINED = 5


def check_spectrum(
    system: Declared, point: PointClaim, name: str, proved: Proved, invariants: Sequence[sp.Expr], ledger: Ledger
) -> None:
    """Check what the certificate of a certified point states about its eigenvalues."""
    c = point.certificate
    if c is None or c.discs is None:
        _check_without_discs(point, name, ledger)
        return
    sides, discs = c.discs.sides, c.discs
    counts = sides.count(-1), sides.count(0), sides.count(1)
    eigenvalues = None if proved.root is None else _eigenvalues(system, proved)
    if eigenvalues is None:
        ledger.add(f"{name}: eigenvalues in the stated discs", Outcome.NOT_ESTABLISHED, "they could not be enclosed")
    else:
        ledger.add(f"{name}: one eigenvalue in each of {len(sides)} discs", *hold(discs, eigenvalues))
        ledger.add(f"{name}: the discs lie on the stated sides of the axes", *sides_agree(discs, eigenvalues))
        if c.resolved:
            _check_resolved(discs, eigenvalues, name, ledger)
    ledger.require(
        f"{name}: its eigenvalues are the middles of the discs", point.eigenvalues == discs.middles, "they differ"
    )
    ledger.require(
        f"{name}: {counts[0]} stable, {counts[1]} central, {counts[2]} unstable",
        point.stability == counts,
        "it differs",
    )
    central = point.kind == "center"
    words = "center" if central and counts[1] == len(sides) else kind_words(sides, discs.nonreal)
    ledger.require(f"{name} is a {point.kind}", point.kind == words, f"by the discs it is a {words}")
    if eigenvalues is not None:
        _check_turning(point, name, eigenvalues, ledger)
    if central:
        claim = f"{name}: a conserved quantity has a strict extremum there"
        ledger.prove(claim, _is_center(system, proved, invariants), "none of the verified ones is shown to")
    _check_decided(point, name, eigenvalues, central, ledger)


def _check_turning(point: PointClaim, name: str, eigenvalues: Eigenvalues, ledger: Ledger) -> None:
    """By the eigenvalues that are enclosed here: no node where one is not real, no focus where all are."""
    claim = f"{name}: whether orbits turn around it"
    some = any(not e.imag.contains(0) for e in eigenvalues.enclosures)
    if some and point.kind in ("stable node", "unstable node", "saddle"):
        ledger.add(claim, Outcome.FAILS, f"an eigenvalue is not real, and it is called a {point.kind}")
    elif "focus" in point.kind and eigenvalues.real_count() == len(eigenvalues.enclosures):
        ledger.add(claim, Outcome.FAILS, f"all eigenvalues are real, and it is called a {point.kind}")


def _check_without_discs(point: PointClaim, name: str, ledger: Ledger) -> None:
    c = point.certificate
    claim = f"{name}: nothing is claimed about its eigenvalues"
    none = point.kind in ("nonsmooth", "unknown")
    silent = c is None or (c.stability is None and c.n_unstable is None and not c.decided)
    ledger.require(claim, none and silent, f"it is called a {point.kind}, or counts are stated as proved")


def stated_counts(point: PointClaim, name: str, ledger: Ledger) -> tuple[str, tuple[int, int, int]] | None:
    """The claim about counts that a certificate states as proved, and the counts; None where that is settled here.

    It is where no counts are stated, and where the certificate contradicts its own discs.
    """
    c = point.certificate
    assert c is not None, "called for points with discs"
    assert c.discs is not None, "called for points with discs"
    sides = c.discs.sides
    counts = sides.count(-1), sides.count(0), sides.count(1)
    if not c.decided:
        open_ = c.stability is None and c.n_unstable is None and 0 in sides
        ledger.require(f"{name}: no counts are stated as proved", open_, "they are, or no eigenvalue is undecided")
        return None
    claim = f"{name}: proved counts {counts}, {counts[2]} unstable"
    if c.stability != counts or c.n_unstable != counts[2]:
        ledger.add(claim, Outcome.FAILS, "the certificate contradicts itself")
        return None
    return claim, counts


def _check_decided(
    point: PointClaim, name: str, eigenvalues: Eigenvalues | None, central: bool, ledger: Ledger
) -> None:
    """The counts that are stated as proved: every side is away from the axis, or exactly on it."""
    stated = stated_counts(point, name, ledger)
    if stated is None:
        return
    claim, counts = stated
    found = None if eigenvalues is None else eigenvalues.stability()
    if found is not None:
        ledger.require(claim, found == counts, f"they are {found}")
    elif central and counts == (0, sum(counts), 0):
        # With the strict extremum above, every eigenvalue is imaginary.
        ledger.add(claim, Outcome.HOLDS)
    else:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "an eigenvalue could not be told from the axis")


def _check_resolved(discs: Discs, eigenvalues: Eigenvalues, name: str, ledger: Ledger) -> None:
    real = discs.nonreal.count(False)
    count = eigenvalues.real_count()
    claim = f"{name}: {real} of its eigenvalues are real"
    if count is None:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "eigenvalues could not be told apart")
    else:
        ledger.require(claim, count == real, f"{count} are")


def _from_exact_point(system: Declared, proved: Proved) -> Eigenvalues | None:
    """Eigenvalues from exact coordinates, where the system is smooth there."""
    if proved.exact is None:
        return None
    here = Evaluator(proved.exact, ()).values(())
    near = tuple(side for v in here for side in box_around([v.mid], v.hi - v.lo + arb(2) ** (16 - ctx.prec)))
    local = [resolved(e, system.states, near) for e in system.exact_rhs]
    if any(e is None for e in local):
        return None
    values = dict(zip(system.states, proved.exact, strict=True))
    jacobian = sp.Matrix([[e.diff(s).subs(values) for s in system.states] for e in local if e is not None])
    rational = exact_eigenvalues(jacobian, is_map=system.is_map)
    return rational or algebraic_eigenvalues(jacobian, is_map=system.is_map)


def _eigenvalues(system: Declared, proved: Proved) -> Eigenvalues | None:
    exact = _from_exact_point(system, proved)
    if exact is not None and exact.real is not None:
        return exact
    matrix_of_balls = _derivative(system, _neighbourhood(proved))
    enclosed = None if matrix_of_balls is None else enclose_eigenvalues(matrix_of_balls, is_map=system.is_map)
    decided = enclosed is not None and enclosed.stability() is not None
    return enclosed if decided or exact is None else exact


def _neighbourhood(proved: Proved) -> Box:
    """A box with the fixed point in its interior, so that both sides of a kink are seen."""
    assert proved.root is not None, "called for points that were found again"
    scale = max(arb(1), *map(abs, proved.root.center))
    return box_around(proved.root.center, proved.root.radius + scale * arb(2) ** (16 - ctx.prec))


def _derivative(system: Declared, box: Box) -> arb_mat | None:
    values, rows = system.F.values_and_jacobian(box)
    if not (all(v.continuous for v in values) and all(e.finite for row in rows for e in row)):
        return None
    return arb_mat([[e.ball() for e in row] for row in rows])


def _is_center(system: Declared, proved: Proved, invariants: Sequence[sp.Expr]) -> bool:
    """Whether a conserved quantity of a flow has a definite second derivative at the fixed point.

    Of H conserved the gradient g satisfies J^T g = 0 at a fixed point (differentiate g . F = 0), and J is regular at a
    certified one, so g = 0. With a definite second derivative the level sets of H around the point are spheres that no
    orbit leaves, in either direction of time: so every eigenvalue is imaginary.
    """
    if system.is_map or proved.root is None:
        return False
    n, matrices = system.dimension, []
    for invariant in invariants:
        bound = invariant.subs(system.values)
        entries = [bound.diff(a, b) for a in system.states for b in system.states]
        values = Evaluator(entries, system.states).values(_neighbourhood(proved))
        if all(v.continuous and v.finite for v in values):
            size = max(abs(float(v.ball().mid())) for v in values)
            if size > 0:
                matrices.append(arb_mat(n, n, [v.ball() for v in values]) * (1 / arb(size)))
    signs = itertools.product((1, 0, -1), repeat=min(len(matrices), _MOST_COMBINED))
    combined = (sum((m * arb(s) for m, s in zip(matrices, c, strict=False)), arb_mat(n, n)) for c in signs)
    return any(map(is_definite, [*matrices, *combined]))


def check_estimates(system: Declared, point: PointClaim, name: str, proved: Proved, ledger: Ledger) -> None:
    """Check the eigenvalues of a point without proof: estimates at its state, and the words that go with them."""
    _check_words(point, name, ledger)
    silent = point.kind in ("nonsmooth", "unknown")
    if point.eigenvalues is None:
        claim = f"{name}: without eigenvalues nothing is said of its kind"
        ledger.require(claim, silent, f"it is called a {point.kind}")
        return
    if silent:
        return
    _check_counts(system, point, name, proved, ledger)
    matrix = _derivative(system, box_around(point.x, 0.0))
    eigenvalues = None if matrix is None else enclose_eigenvalues(matrix, is_map=system.is_map)
    if eigenvalues is None:
        return
    size = 1.0 + max(map(abs, point.eigenvalues))
    tolerance = arb(_ESTIMATE * size)
    rest = list(eigenvalues.enclosures)
    for value in point.eigenvalues:
        near = next((e for e in rest if disc_distance(e, value) <= tolerance), None)
        if near is None:
            tolerance = arb(_ESTIMATE**0.5 * size)
            near = next((e for e in rest if disc_distance(e, value) <= tolerance), None)
        if near is None:
            ledger.add(f"{name}: estimated eigenvalues", Outcome.FAILS, f"{value:.6g} is not near one")
            return
        rest.remove(near)
    ledger.add(f"{name}: estimated eigenvalues", Outcome.HOLDS, "not proved of a fixed point: of its state only")


def _check_counts(system: Declared, point: PointClaim, name: str, proved: Proved, ledger: Ledger) -> None:
    """The counts: proved at exact coordinates, elsewhere those of the eigenvalues that are stated."""
    claim = f"{name}: stability {point.stability}"
    if proved.exact is None:
        assert point.eigenvalues is not None, "called for points with eigenvalues"
        parts = [abs(z) - 1 if system.is_map else z.real for z in point.eigenvalues]
        slack = _ESTIMATE**0.5 * (1 + max(map(abs, point.eigenvalues)))
        most = sum(p < 0 for p in parts), sum(abs(p) <= slack for p in parts), sum(p > 0 for p in parts)
        ledger.require(
            claim, all(a <= b for a, b in zip(point.stability, most, strict=True)), "by its eigenvalues there are fewer"
        )
        return
    exact = _from_exact_point(system, proved)
    found = None if exact is None else exact.stability()
    if exact is None or found is None:
        ledger.add(claim, Outcome.NOT_ESTABLISHED, "an eigenvalue could not be told from the axis")
        return
    ledger.require(claim, found == point.stability, f"it is {found}")
    _check_turning(point, name, exact, ledger)


def _check_words(point: PointClaim, name: str, ledger: Ledger) -> None:
    stable, central, unstable = point.stability
    sides = [-1] * stable + [0] * central + [1] * unstable
    fits = stable + central + unstable == len(point.x) and min(point.stability) >= 0
    words = {kind_words(sides, [False]), kind_words(sides, [True]), "unknown", "nonsmooth"}
    if point.eigenvalues is not None and all(z.imag == 0 for z in point.eigenvalues):
        words.discard(kind_words(sides, [True]) if 0 not in sides else "")
    ledger.require(
        f"{name}: the kind {point.kind} goes with the counts {point.stability}", fits and point.kind in words
    )
