"""A deadline that holds for code which never looks at the clock, such as SymPy's rules of integration."""

from __future__ import annotations

import ctypes
import gc
import math
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar
from weakref import WeakMethod

__all__ = ["deadline"]

#: Seconds until the next try where an exception would be ignored.
_AGAIN = 0.01
#: Seconds that an exception may take to end its block.
_AT_MOST = 1.0


@contextmanager
def deadline(seconds: float, error: type[BaseException]) -> Iterator[None]:
    """Raise `error` in the block, in whatever it is doing, if it has not ended after so many seconds.

    The exception is raised as Ctrl-C raises KeyboardInterrupt, between two instructions of Python: a long call into
    compiled code is left first. Unlike a signal it works in every thread and takes nothing from the application. It
    should derive from BaseException, or an ``except Exception`` on the way may swallow it. A block that has not ended a
    second later gets it again: Python ignores exceptions in callbacks and destructors. Blocks may be nested, and
    several threads may have one each.

    Parameters
    ----------
    seconds : float
        The time; inf sets no deadline.
    error : type
        The exception.
    """
    if math.isinf(seconds):
        yield
        return
    strike = _Strike(threading.get_ident(), error)
    try:
        strike.wait(seconds)
        yield
    finally:
        strike.over = True  # before any call, which an exception could cut short
        strike.take_back()


class _Strike:
    """An exception that a timer raises in a thread until it is taken back."""

    #: Those whose exception was set and may not be raised yet, by thread: Python keeps one for each.
    struck: ClassVar[dict[int, _Strike]] = {}
    #: Whether the collector was on before the first of them.
    collecting: ClassVar[bool] = True
    #: Reentrant: a block that was dropped may be ended by the collector, wherever its thread is.
    lock: ClassVar[threading.RLock] = threading.RLock()

    def __init__(self, thread: int, error: type[BaseException]) -> None:
        self.thread, self.error, self.over = thread, error, False
        self.timer = threading.Timer(0.0, self.now)

    def wait(self, seconds: float) -> None:
        """Strike after so many seconds."""
        self.timer = _timer(seconds, self.now)

    def now(self) -> None:
        with self.lock:
            if self.over:
                return
            # A collection could begin before the exception is raised, and raise it in a callback.
            if not self.struck:
                _Strike.collecting = gc.isenabled()
                gc.disable()
            if self.thread in self.struck or _ignores_exceptions(self.thread):
                self._let_collect()
                self.wait(_AGAIN)
                return
            self.struck[self.thread] = self
            _set_exception(self.thread, self.error)
        self.timer = _timer(_AT_MOST, self.again)

    def again(self) -> None:
        """Strike again where the exception was ignored; the collector goes on also where `take_back` was cut short."""
        self.forget()
        self.now()

    def take_back(self) -> None:
        """No strike from here on; one that was set and is not raised yet is not raised."""
        self.timer.cancel()
        with self.lock:
            if self.struck.get(self.thread) is self:
                _set_exception(self.thread, None)
        self.forget()

    def forget(self) -> None:
        with self.lock:
            if self.struck.get(self.thread) is self:
                del self.struck[self.thread]
                self._let_collect()

    def _let_collect(self) -> None:
        if not self.struck and self.collecting:
            gc.enable()


def _timer(seconds: float, method: Callable[[], None]) -> threading.Timer:
    # Weak, or a strike would outlive its block where another exception cuts `take_back` short.
    weak = WeakMethod(method)

    def call() -> None:
        if (alive := weak()) is not None:
            alive()

    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()
    return timer


def _set_exception(thread: int, error: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), error and ctypes.py_object(error))


def _ignores_exceptions(thread: int) -> bool:
    """Whether a thread is in a destructor or a callback of the garbage collector, whose exceptions Python ignores."""
    callbacks = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    frame = sys._current_frames().get(thread)
    while frame is not None:
        if frame.f_code in callbacks or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False
