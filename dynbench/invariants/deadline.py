"""A deadline that holds for code which never looks at the clock, such as SymPy's rules of integration."""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["deadline"]


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

    def strike() -> None:
        with lock:
            if not over:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(error))

    timer = threading.Timer(seconds, strike)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            over = True
            # One that was set but not raised yet is taken back.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, None)
