"""How a command ends: its exit code, and a sentence that says why."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

from dynbench.cli.codes import ExitCode
from dynbench.cli.terminal import log
from dynbench.errors import ConvergenceError, InputError, ModelError

if TYPE_CHECKING:
    from dynbench.fixed_points import FixedPoints

__all__ = ["Requirement", "exit_codes", "fail", "finish"]


class Requirement(enum.Enum):
    """What ``--require`` can ask for."""

    CERTIFIED = "certified"
    COMPLETE = "complete"


@contextmanager
def exit_codes() -> Iterator[None]:
    """Turn what dynbench raises on purpose into a sentence and an exit code; a defect keeps its traceback."""
    try:
        yield
    except ModelError as error:
        fail(str(error), ExitCode.BAD_MODEL)
    except InputError as error:
        fail(str(error), ExitCode.USAGE)
    except ConvergenceError as error:
        fail(str(error), ExitCode.NUMERICAL_FAILURE)
    except KeyboardInterrupt:
        fail("interrupted", ExitCode.INTERRUPTED)


def fail(message: str, code: int) -> NoReturn:
    """End with an exit code; the message goes to stderr."""
    log(message)
    raise typer.Exit(code)


def finish(points: FixedPoints, require: Sequence[Requirement] | None, interrupted: bool = False) -> None:
    """End with the exit code that the result calls for."""
    from dynbench.fixed_points import Status

    if interrupted or points.interrupted:
        fail("interrupted; the result holds what had been decided by then", ExitCode.INTERRUPTED)
    unproved = sum(p.status not in (Status.CERTIFIED, Status.SLOW_POINT) for p in points)
    if Requirement.CERTIFIED in (require or ()) and (unproved or points.continua):
        what = "a continuum of fixed points" if points.continua else f"{unproved} of the points"
        fail(f"required: certified; but {what} could not be certified", ExitCode.REQUIREMENT_NOT_MET)
    if Requirement.COMPLETE in (require or ()) and not points.complete:
        fail(f"required: complete; but {points.argument}", ExitCode.REQUIREMENT_NOT_MET)
