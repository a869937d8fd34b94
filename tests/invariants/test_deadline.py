"""Deadlines: code that never looks at the clock is ended, what was found is kept, and nothing is left behind."""

from __future__ import annotations

import gc
import math
import threading
import time
import weakref

import pytest

import dynbench as db
from dynbench.invariants import InvariantMethod, conserved_quantities
from dynbench.invariants.deadline import deadline
from dynbench.invariants.linear_combinations import LinearCombinations
from dynbench.invariants.method import OutOfTime
from dynbench.invariants.multiplier_energies import MultiplierEnergies


class Endless(InvariantMethod):
    """A method that computes for ever and swallows what it can."""

    name = "endless"

    def scope(self, system, limits):
        return "everything"

    def search(self, system, known, limits):
        yield from ()
        while True:
            try:
                sum(range(1000))
            except Exception:
                continue


def test_an_endless_method_is_ended_and_what_was_found_is_kept():
    system = db.ODE({"x": "y", "y": "-x"})
    start = time.monotonic()
    found = conserved_quantities(system, methods=(LinearCombinations(), Endless()), time_limit=1.5)
    assert [str(i.expression) for i in found] == ["x**2 + y**2"]
    assert found.stopped == "time limit"
    assert time.monotonic() - start < 30  # for ever, otherwise
    assert conserved_quantities(system).stopped == ""


def test_it_holds_in_a_thread():
    stopped = []

    def search():
        system = db.ODE({"x": "y", "y": "-x"})
        stopped.append(conserved_quantities(system, methods=(Endless(),), time_limit=0.2).stopped)

    thread = threading.Thread(target=search)
    thread.start()
    thread.join(30)
    assert stopped == ["time limit"]


def test_a_block_that_ends_in_time_is_not_struck_later():
    for _ in range(200):
        try:
            with deadline(1e-4, OutOfTime):
                time.sleep(1e-4)
        except OutOfTime:
            pass
        sum(range(2000))  # where a late one would be raised
    with deadline(math.inf, OutOfTime):
        pass


@pytest.mark.parametrize("collecting", [True, False])
def test_the_collector_is_left_as_it_was(collecting):
    """Also where the exception comes while the block is left, which may cut the cleaning up short."""
    enabled = gc.isenabled()
    (gc.enable if collecting else gc.disable)()
    try:
        for k in range(300):
            try:
                with deadline(1e-4, OutOfTime):
                    time.sleep(1e-4 + 1e-6 * (k % 100))
            except OutOfTime:
                pass
        end = time.monotonic() + 10  # a second is what it may take
        while gc.isenabled() != collecting and time.monotonic() < end:
            time.sleep(0.01)
        assert gc.isenabled() == collecting
    finally:
        (gc.enable if enabled else gc.disable)()


def test_nested_deadlines_each_end_their_block():
    class Inner(BaseException):
        pass

    def endless():
        while True:
            sum(range(100))

    def one_after_the_other():
        with pytest.raises(Inner), deadline(0.05, Inner):
            endless()
        endless()

    for _ in range(5):
        with pytest.raises(OutOfTime), deadline(0.1, OutOfTime):
            one_after_the_other()
        with pytest.raises(OutOfTime), deadline(0.05, OutOfTime), deadline(10.0, Inner):
            endless()


def test_deadlines_of_many_threads_hold_together():
    ended = []

    def work():
        try:
            with deadline(0.1, OutOfTime):
                while True:
                    sum(range(100))
        except OutOfTime:
            ended.append(threading.get_ident())

    collecting = gc.isenabled()
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(ended) == 8
    assert gc.isenabled() == collecting


def test_an_error_in_the_block_is_the_one_that_is_raised():
    with pytest.raises(KeyError), deadline(10.0, OutOfTime):
        raise KeyError


@pytest.mark.parametrize(
    ("search", "method"), [("invariants", LinearCombinations), ("lyapunov_functions", MultiplierEnergies)]
)
def test_an_interrupted_search_is_not_kept_for_the_next_call(search, method, monkeypatch):
    def interrupted(self, system, known, limits):
        raise KeyboardInterrupt
        yield

    system = db.ODE({"x": "y", "y": "-x"} if search == "invariants" else {"x": "-x", "y": "-y"})
    with monkeypatch.context() as patch:
        patch.setattr(method, "search", interrupted)
        assert getattr(system, search)().stopped == "interrupted"
    found = getattr(system, search)()
    assert found.stopped == ""
    assert len(found) == 1
    assert getattr(system, search)() is found


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_exception_that_python_ignored_comes_again():
    """In the callback of a weak reference, which looks like any other function."""

    class Thing:
        pass

    def slow(_):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            sum(range(100))
        ends.append(end)

    def endless():
        thing = Thing()
        references.append(weakref.ref(thing, slow))
        del thing
        while True:
            sum(range(100))

    references, ends = [], []
    with pytest.raises(OutOfTime), deadline(0.1, OutOfTime):
        endless()
    assert not ends


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("place", ["callback of the collector", "destructor"])
def test_it_waits_where_python_ignores_exceptions(place):
    """The time ends inside; the exception comes after, and the collector is on again."""
    ends = []

    def slow(*_):
        if ends:
            return
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            sum(range(100))
        ends.append(end)

    class Slow:
        def __del__(self):
            slow()

    def endless():
        if place == "destructor":
            Slow()
        else:
            gc.callbacks.append(slow)
            gc.collect()
        while True:
            sum(range(100))

    collecting = gc.isenabled()
    try:
        with pytest.raises(OutOfTime), deadline(0.1, OutOfTime):
            endless()
    finally:  # not in the block, where the exception may come first: every later collection would call it
        if slow in gc.callbacks:
            gc.callbacks.remove(slow)
    assert ends
    assert gc.isenabled() == collecting
