"""A deadline that holds for code which never looks at the clock, such as SymPy's rules of integration."""

from __future__ import annotations

import ctypes
import gc
import math
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["deadline"]

#: Seconds until the next try where an exception would be ignored.
_AGAIN = 0.01


@contextmanager
def deadline(seconds: float, error: type[BaseException]) -> Iterator[None]:
    """Raise `error` in the block, in whatever it is doing, if it has not ended after so many seconds.

    The exception is raised as Ctrl-C raises KeyboardInterrupt, between two instructions of Python: a long call into
    compiled code is left first. Unlike a signal it works in every thread and takes nothing from the application. It
    should derive from BaseException, or an ``except Exception`` on the way may swallow it.

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
    thread = ctypes.c_ulong(threading.get_ident())
    lock, over = threading.Lock(), False
    collecting = gc.isenabled()

    def strike() -> None:
        with lock:
            if over:
                return
            if _ignores_exceptions(thread.value):
                wait(_AGAIN)
                return
            gc.disable()  # or a collection could begin before the exception is raised, and raise it in a callback
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(error))

    def wait(duration: float) -> threading.Timer:
        timer = threading.Timer(duration, strike)
        timer.daemon = True
        timer.start()
        return timer

    timer = wait(seconds)
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            over = True
            # One that was set but not raised yet is taken back.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, None)
            if collecting:
                gc.enable()


def _ignores_exceptions(thread: int) -> bool:
    """Whether a thread is in a destructor or a callback of the garbage collector, whose exceptions Python ignores."""
    callbacks = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    frame = sys._current_frames().get(thread)
    while frame is not None:
        if frame.f_code in callbacks or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False
