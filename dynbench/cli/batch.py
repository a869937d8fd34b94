"""Reports over all models of a folder: a process for each, so that no failure of one touches another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from urllib.parse import quote

from dynbench.cli.codes import ExitCode
from dynbench.errors import InputError
from dynbench.fixed_points.search import Progress
from dynbench.reporting.index import Entry, render_index

__all__ = ["report_folder"]

_STAGE = "writing reports"


def report_folder(
    folder: Path,
    out: Path,
    *,
    options: Sequence[str] = (),
    jobs: int | None = None,
    timeout: float = 600.0,
    progress: Progress | None = None,
) -> tuple[Entry, ...]:
    """Write a report (``.html`` and ``.json``) for each TOML model of a folder, and an index page over them.

    Parameters
    ----------
    folder : Path
        Where the models are: its ``*.toml``, in alphabetical order.
    out : Path
        The folder to write to, made where it does not exist.
    options : sequence of str
        Further options of ``dynbench report``, for every model.
    jobs : int, optional
        How many models at a time; one for each processor by default.
    timeout : float
        Seconds after which a model is given up.
    progress : callable, optional
        Called as ``progress(stage, done, total)``.

    Returns
    -------
    tuple of Entry
        One a model, failures included, as in the index. Interrupted (Ctrl-C), those that were not reached say so.

    Raises
    ------
    InputError
        If the folder holds no model, or `out` cannot be written.
    """
    models = sorted(folder.glob("*.toml"))
    if not models:
        raise InputError(f"{folder} holds no model: a file that ends in .toml was expected.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        entries = _run(models, out, list(options), jobs or os.cpu_count() or 1, timeout, progress)
        (out / "index.html").write_text(render_index(folder.resolve().name, entries), encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror or error}.") from error
    return entries


def _run(
    models: list[Path], out: Path, options: list[str], jobs: int, timeout: float, progress: Progress | None
) -> tuple[Entry, ...]:
    entries: dict[Path, Entry] = {}
    with ThreadPoolExecutor(max_workers=jobs) as threads:
        waiting: dict[Future[Entry], Path] = {
            threads.submit(_entry, model, out, options, timeout): model for model in models
        }
        try:
            for done, future in enumerate(as_completed(waiting), 1):
                entries[waiting[future]] = future.result()
                if progress is not None:
                    progress(_STAGE, done, len(models))
        except KeyboardInterrupt:
            # The terminal interrupts the processes, too: each writes what it has, and those not begun never are.
            threads.shutdown(cancel_futures=True)
            entries |= {waiting[f]: f.result() for f in waiting if f.done() and not f.cancelled()}
    unreached = "Not reached: the run was interrupted."
    return tuple(
        entries.get(m) or Entry(m.name, m.stem, None, unreached, failed=True, code=ExitCode.INTERRUPTED) for m in models
    )


def _entry(model: Path, out: Path, options: list[str], timeout: float) -> Entry:
    """Run ``dynbench report`` on one model and read what it wrote."""
    page, data = out / f"{model.stem}.html", out / f"{model.stem}.json"
    for old in (page, data):
        old.unlink(missing_ok=True)
    command = [sys.executable, "-m", "dynbench", "report", str(model), "-o", str(page), "-o", str(data), *options]
    # One thread of linear algebra each: the processes are the parallelism.
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environment, check=False)
    except subprocess.TimeoutExpired:
        reason = f"Given up after {timeout:g} seconds."
        return Entry(model.name, model.stem, None, reason, failed=True, code=ExitCode.NUMERICAL_FAILURE)
    if ended.returncode < 0:
        killed = f"The process was ended by signal {-ended.returncode}."
        return Entry(model.name, model.stem, None, killed, failed=True, code=ExitCode.INTERRUPTED)
    if not (page.exists() and data.exists()):
        lines = ended.stderr.strip().splitlines() or [f"the process ended with status {ended.returncode}"]
        reason = lines[-1].removeprefix("dynbench: ")
        return Entry(
            model.name, model.stem, None, reason, failed=True, code=ended.returncode or ExitCode.NUMERICAL_FAILURE
        )
    content = json.loads(data.read_text(encoding="utf-8"))
    return Entry(
        model=model.name,
        title=content["system"]["name"] or model.stem,
        page=quote(page.name),
        verdict=content["verdict"],
        settled=content["settled"],
        points=sum(p["status"] != "slow point" for p in content["fixed_points"]["points"]),
        alerts=sum(a["severity"] == "serious" for a in content["alerts"]),
        failed=ended.returncode == ExitCode.INTERRUPTED,
        code=ended.returncode,
    )
