"""The symmetries and reversing symmetries of a system among the signed permutations of its states."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import sympy as sp

from dynbench.errors import InputError
from dynbench.invariants.records import Proof
from dynbench.invariants.symmetry.automorphisms import Group, automorphisms, isomorphism
from dynbench.invariants.symmetry.components import Components
from dynbench.invariants.symmetry.records import Symmetries, Symmetry, described
from dynbench.invariants.symmetry.signed_permutations import SignedPermutation, elements
from dynbench.invariants.symmetry.twins import symmetries_of_weights
from dynbench.invariants.symmetry.weight_relations import Relations, Unreadable, read_relations
from dynbench.invariants.symmetry.weight_structure import WeightStructure
from dynbench.symbolic.matrices import MatrixForm
from dynbench.symbolic.matrices.parity import is_odd
from dynbench.systems import System, as_system

__all__ = ["reversing_symmetries", "signed_permutation_symmetries"]

#: Groups of up to so many elements are listed in full.
_LISTED = 64
#: Systems in components are searched up to so many states, arrays of a matrix form up to so many entries.
_MOST_STATES, _MOST_WEIGHTS = 100, 9_000_000

_ALL = "all permutations of the states with changes of sign"
_UNFINISHED = "; the search was not finished"
_UNPROVED = "; one that holds in floating point could not be proved"


class _Found(NamedTuple):
    """What a search gives: the group, a reversing element (where it was sought), and how to prove one."""

    group: Group
    reversing: SignedPermutation | None
    prove: Callable[[SignedPermutation, bool], Proof]
    scope: str
    finished: bool = True


def signed_permutation_symmetries(system: System) -> Symmetries:
    """Find the signed permutations S of the states with F(S x) = S F(x), and prove each.

    Parameters
    ----------
    system : System
        A flow or a map. In components its parameters stay symbolic: what holds at special values only is not reported.
        In matrix form the arrays have their values.

    Returns
    -------
    Symmetries
        Without the identity, always in the same order: all elements of a group of up to 64, generators of a larger
        one; `order` is that of the group. `scope` says what was searched. Among the signed permutations the answer is
        complete where `order` is given: in components and for matrix forms of up to 10 states without exception; for
        larger ones as far as symmetries follow from equations between arrays (`weight_relations`),
        which for x' = -x + W phi(x) + b are all, where phi is odd, and all permutations, where it is not. For a linear
        phi every matrix that commutes with W is a symmetry: only signed permutations are sought.

    Examples
    --------
    >>> import dynbench as db
    >>> lorenz = db.ODE({"x": "s*(y - x)", "y": "x*(r - z) - y", "z": "x*y - b*z"}, ["s", "r", "b"])
    >>> lorenz.symmetries()
    <Symmetries: (x, y, z) -> (-x, -y, z); order 2; sought: all permutations of the states with changes of sign>
    """
    found = _search(as_system(system), reversing=False)
    names, group = system.state_names, found.group
    listed = elements(group.generators, _LISTED) if group.order is not None else None
    chosen = [s for s in (group.generators if listed is None else listed) if not s.is_identity]
    records = {s: Symmetry(s, described(names, s), found.prove(s, False)) for s in chosen}
    generators = [records.get(s) or Symmetry(s, described(names, s), found.prove(s, False)) for s in group.generators]
    return Symmetries(records.values(), generators, group.order, found.scope)


def reversing_symmetries(system: System) -> Symmetries:
    """Find the signed permutations S of the states with F(S x) = -S F(x), and prove each.

    Parameters
    ----------
    system : System
        A flow; as for `signed_permutation_symmetries`.

    Returns
    -------
    Symmetries
        Reversing symmetries, involutions first: a flow that has such an involution is called reversible. All of them
        where the group of symmetries has up to 64 elements, else one. The product of one with the symmetries gives all.

    Raises
    ------
    InputError
        If the system is a map: of one it is the inverse that would have to be known.

    References
    ----------
    J. S. W. Lamb, J. A. G. Roberts: Time-reversal symmetry in dynamical systems: a survey, Physica D 112 (1998), 1-39.
    """
    if as_system(system).kind == "map":
        raise InputError("The system is a map; reversing symmetries are sought of flows.")
    found = _search(system, reversing=True)
    if found.reversing is None:
        return Symmetries((), (), 0 if found.finished else None, found.scope)
    group = elements(found.group.generators, _LISTED) if found.group.order is not None else None
    coset = [found.reversing] if group is None else [found.reversing @ s for s in group] or [found.reversing]
    ordered = sorted(coset, key=lambda s: (not (s @ s).is_identity, s.permutation, tuple(-sign for sign in s.signs)))
    names = system.state_names
    records = [Symmetry(s, described(names, s), found.prove(s, True), reversing=True) for s in ordered]
    return Symmetries(records, records[:1], found.group.order, found.scope)


def _search(system: System, *, reversing: bool) -> _Found:
    if system.algebraic:
        return _in_components(system.expand(), reversing)
    assert system.matrix_form is not None, "systems in components are algebraic"
    return _in_matrix_form(system.matrix_form, reversing)


def _in_components(system: System, reversing: bool) -> _Found:
    trivial = Group((), None)
    if system.dimension > _MOST_STATES:
        return _Found(trivial, None, _no_proof, f"none: there are more than {_MOST_STATES} states", False)
    components = Components(system)
    here, there = components.structures()
    found, finished = None, True
    if reversing:
        found, finished = isomorphism(here, there, lambda s: components.proves(s, True))
    wanted = not reversing or found is not None
    group = automorphisms(here, lambda s: components.proves(s, False)) if wanted else Group((), 1)
    scope = _ALL
    if group.order is None or not finished:
        scope += _UNFINISHED
    if components.unproved:
        group, scope, finished = Group(group.generators, None), scope + _UNPROVED, False
    return _Found(group, found, components.proof, scope, finished)


def _in_matrix_form(form: MatrixForm, reversing: bool) -> _Found:
    try:
        relations = read_relations(form)
        turned = read_relations(form, reversing=True) if reversing else None
        assert relations is not None, "the identity keeps everything"
        structure = WeightStructure(relations)
    except Unreadable as error:
        return _mirror_only(form, str(error))
    if structure.entries > _MOST_WEIGHTS:
        return _mirror_only(form, f"more than {_MOST_WEIGHTS} weights")
    n, prove = structure.visible, _equations(relations)
    found, finished = None, True
    if turned is not None:
        other = WeightStructure(turned)
        found, finished = isomorphism(structure, other, other.keeps)
        found = None if found is None else _of_states(found, n)
    group = symmetries_of_weights(structure) if not reversing or found is not None else Group((), 1)
    scope = "signed permutations of the states that keep every array of the matrix form"
    if group.order is None or not finished:
        scope += _UNFINISHED
    return _Found(group, found, prove, scope, finished)


def _mirror_only(form: MatrixForm, reason: str) -> _Found:
    """What is known of a form that was not read: whether it is odd."""
    scope = f"x -> -x only ({reason})"
    if not is_odd(form.expression, form.state, form.values):
        return _Found(Group((), None), None, _no_proof, scope, False)
    minus = SignedPermutation.identity(int(form.state.shape[0]), -1)
    return _Found(Group((minus,), None), None, _by_parity(form), scope, False)


def _of_states(s: SignedPermutation, n: int) -> SignedPermutation:
    return SignedPermutation(s.permutation[:n], s.signs[:n])


def _equations(relations: Relations) -> Callable[[SignedPermutation, bool], Proof]:
    """The equations between arrays, one a relation: T W S^T = W."""
    matrices = {k: sp.MatrixSymbol("S" if k == 0 else f"T_{k}", n, n) for k, n in relations.sizes.items()}
    identities: list[sp.Basic] = []
    for r in relations.relations:
        left, columns = matrices[r.left.block], 1 if r.right is None else relations.sizes[r.right.block]
        array = sp.MatrixSymbol(r.name, relations.sizes[r.left.block], columns)
        if r.right is None:
            identities.append(sp.Eq(left * array, array, evaluate=False))
        else:
            identities.append(sp.Eq(left * array * matrices[r.right.block].T, array, evaluate=False))

    def prove(s: SignedPermutation, reversing: bool) -> Proof:
        sign = "-" if reversing else ""
        return Proof(
            tuple(identities),
            "compared entry by entry, to the last bit; a reversing symmetry turns signs"
            if reversing
            else "compared entry by entry, to the last bit",
            f"So F(S x) = {sign}S F(x), as elementwise functions keep permutations, and signs where they are odd.",
        )

    return prove


def _by_parity(form: MatrixForm) -> Callable[[SignedPermutation, bool], Proof]:
    def prove(s: SignedPermutation, reversing: bool) -> Proof:
        x = form.state
        moved = form.expression.xreplace({x: -x})
        identity = sp.Eq(moved, -form.expression, evaluate=False)
        return Proof((identity,), "by the parity of every part of the expression", "So F(-x) = -F(x).")

    return prove


def _no_proof(s: SignedPermutation, reversing: bool) -> Proof:
    raise AssertionError("there is nothing to prove")
