"""From the words of a command line to a system, a box and parameter values."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from dynbench.cli.terminal import log
from dynbench.errors import InputError, ModelError
from dynbench.models import load_toml
from dynbench.symbolic.parsing import parse_expression
from dynbench.systems import System

__all__ = ["load_model", "load_with_values", "parse_box"]

Box = dict[str, tuple[float, float]]


def load_model(model: str, settings: Iterable[str] = ()) -> tuple[System, Box | None]:
    """Load ``file.py:name`` (which executes the file) or ``file.toml`` (which executes nothing).

    Parameters
    ----------
    model : str
        Where the model is.
    settings : iterable of str
        Parameter values, as ``name=value``.

    Returns
    -------
    system : System
        The model, with these values.
    box : dict or None
        The box that a TOML model brings with it.

    Raises
    ------
    ModelError
        If the file is missing or is no model.
    InputError
        If `model` has neither form, or a setting is no ``name=value`` of a parameter of it.
    """
    path, _, name = model.rpartition(":")
    box: Any = None
    if path.endswith(".py") and name:
        system = _from_python(Path(path), name)
    elif model.endswith(".toml"):
        loaded = load_toml(Path(model))
        system, box = loaded.system, loaded.box
    else:
        raise InputError(f"MODEL is {model!r}; it must be file.py:name or file.toml.")
    return _with_settings(system, settings), box


def load_with_values(model: str, box: Iterable[str], settings: Iterable[str]) -> tuple[System, Box | None]:
    """Load a model all of whose parameters must have values, and the box: of the command line, or else its own.

    Raises
    ------
    ModelError, InputError
        As `load_model` and `parse_box` do, and if a parameter has no value.
    """
    system, default = load_model(model, settings)
    missing = [name for name, value in system.parameters.items() if value is None]
    if missing:
        raise ModelError(f"The parameter {missing[0]} has no value: set it with --set {missing[0]}=...")
    return system, parse_box(box, default)


def parse_box(words: Iterable[str], default: Mapping[str, tuple[float, float]] | None = None) -> Box | None:
    """Read ``x=-3:3`` or ``x=-3:3,y=0:1``; states not mentioned keep their bounds from `default`.

    Raises
    ------
    InputError
        If a word is not of this form.
    """
    box = dict(default or {})
    for part in (part for word in words for part in word.split(",")):
        state, equals, bounds = part.partition("=")
        low, colon, high = bounds.partition(":")
        try:
            box[state.strip()] = (float(low), float(high))
        except ValueError:
            raise InputError(f"--box got {part!r}; bounds are written like x=-3:3.") from None
        if not (equals and colon and state.strip()):
            raise InputError(f"--box got {part!r}; bounds are written like x=-3:3.")
    return box or None


def _with_settings(system: System, settings: Iterable[str]) -> System:
    """The system with the values of ``--set``; what is wrong with them is wrong usage, not a bad model."""
    try:
        return system.with_parameters(**dict(map(_setting, settings)))
    except ModelError as error:
        raise InputError(f"--set: {error}") from error


def _setting(word: str) -> tuple[str, Any]:
    name, equals, value = word.partition("=")
    if not (equals and name.strip()):
        raise InputError(f"--set got {word!r}; a parameter is set like mu=0.5.")
    try:
        return name.strip(), parse_expression(value, {})
    except ModelError as error:
        raise InputError(f"--set: {word!r} gives no number. {error}") from error


def _from_python(path: Path, name: str) -> System:
    if not path.is_file():
        raise ModelError(f"There is no file {path}.")
    system = getattr(_execute(path), name, None)
    if system is None:
        raise ModelError(f"{path} defines nothing called {name}.")
    if not isinstance(system, System):
        raise ModelError(f"{name} in {path} is of type {type(system).__name__}, not a dynbench system.")
    return system


def _execute(path: Path) -> ModuleType:
    """Import a file under a name of its own, with its folder on the path as for any script."""
    log(f"executing {path}")
    spec = importlib.util.spec_from_file_location("__dynbench_model__", path)
    assert spec is not None, "a .py file always has a loader"
    assert spec.loader is not None, "a .py file always has a loader"
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    path_before = list(sys.path)
    sys.path.insert(0, str(path.parent.resolve()))
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        # The file is the user's own program and may raise whatever it likes, classes of its own included: all
        # of it means that there is no model. KeyboardInterrupt is not the file's doing and goes on.
        raise ModelError(f"{path} could not be executed: {_reason(error, path)}.") from error
    finally:
        sys.path[:] = path_before
    return module


def _reason(error: BaseException, path: Path) -> str:
    """The error and the last line of the user's file that led to it."""
    file = path.resolve()
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).resolve() == file]
    if isinstance(error, SyntaxError) and error.lineno is not None:
        lines = [error.lineno]
    message = " ".join(str(error.msg if isinstance(error, SyntaxError) else error).split()).rstrip(".")
    where = f" (line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}{f': {message}' if message else ''}{where}"
