"""What becomes of an orbit that has gone far from all fixed points: it goes to infinity only where that is shown."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dynbench.flow import Outcome, integrate
from dynbench.flow.blow_up import time_to_infinity
from dynbench.systems import System
from dynbench.transitions.stepping import Stepper

__all__ = ["escape"]

Array = NDArray[np.float64]
Verdict = tuple[Literal["infinity", "undecided"], str, str]

#: Growth must stay superlinear up to this |x|, or until x'' overflows: what it does later is beyond doubles.
_HUGE = 1e100
#: Steps between two looks at the growth; looks in all; looks without superlinear growth before it is given up.
_STEPS, _LOOKS, _IDLE = 20, 150, 10
#: The tolerance: only the law of growth matters.
_RTOL = 1e-4
#: Steps of a map within which it must overflow.
_ITERATES = 10_000


def escape(system: System, state: Array, time: float, far: float, direction: int = 1) -> Verdict:
    """Follow an orbit on from a state far away, and tell whether infinity is its limit.

    Infinity is certain in a linear system, as an orbit of an unstable manifold grows exponentially there. Otherwise a
    flow must blow up in finite time: |x| must grow superlinearly (`dynbench.flow.blow_up.time_to_infinity`) until it
    exceeds 1e100 or its second derivative overflows. A map must overflow.

    Parameters
    ----------
    system : System
        The system.
    state : (n,) array
        The state, with |x| above `far`.
    time : float
        When it is reached.
    far : float
        For the text of the reason.
    direction : int
        1, or -1 for backward time.

    Returns
    -------
    kind, how, reason : str
        "infinity" with "far" (linear systems) or "blow-up"; else "undecided" with "far".
    """
    if not system.jacobian.free_symbols & {state for state, _ in system.equations}:
        reason = f"|x| exceeded {far:.3g}, and the system is linear: along unstable directions |x| grows without bound"
        return "infinity", "far", reason
    reason = _overflow(system, state) if system.kind == "map" else _blow_up(system, state, time, direction)
    if reason:
        return "infinity", "blow-up", reason
    return "undecided", "far", f"left |x| = {far:.3g}, 1e6 times the scale of the fixed points; its limit is not known"


def _overflow(system: System, state: Array) -> str:
    run = integrate(system, state[None], _ITERATES)
    return f"{run.outcomes[0].value}: {run.reasons[0]}" if run.outcomes[0] is Outcome.BLOW_UP else ""


def _blow_up(system: System, state: Array, time: float, direction: int) -> str:
    stepper = Stepper(system, _RTOL, _RTOL, direction=direction, far=_HUGE, parts=1)
    x, now, remaining, exponent, idle = state, time, np.inf, np.nan, 0
    for _ in range(_LOOKS):
        # Each piece counts time anew, so that steps far below the rounding of `now` are taken.
        piece = stepper.take(x[None], _STEPS, max(1.0, 100 * time))
        states = piece.states[0]
        x, now = states[-1], now + float(piece.times[-1])
        with np.errstate(all="ignore"):
            bounded = np.isfinite(system.jvp(x, system(x))).all()
        if bounded:
            left, powers = time_to_infinity(system, states[[-1]], states[[0]], float(direction))
            remaining, exponent = float(left[0]), float(powers[0])
            idle = 0 if np.isfinite(remaining) else idle + 1
        if not bounded or np.abs(x).max() > _HUGE:
            break
        if piece.stuck or idle >= _IDLE:
            return ""
    else:
        return ""
    if not np.isfinite(remaining):
        return ""
    size = f"{np.abs(x).max():.0e}"
    return f"|x| grows like |x|^{exponent:.3g} up to {size}: it is infinite at about t = {now + remaining:.6g}"
