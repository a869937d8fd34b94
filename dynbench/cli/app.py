"""The commands report, find, check and verify, and their exit codes.

What only one command needs is imported inside it.
"""

from __future__ import annotations

import dataclasses
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dynbench._version import __version__
from dynbench.cli.codes import ExitCode
from dynbench.cli.endings import Requirement, exit_codes, fail, finish
from dynbench.cli.terminal import log, points_table, progress_bar, show, show_page, uninterrupted
from dynbench.errors import InputError

if TYPE_CHECKING:
    from dynbench.systems import System

__all__ = ["app", "main"]


_MODEL = "file.py:name, which EXECUTES the file, or file.toml, which executes nothing."
_BOX = "Region to search. Repeat it, or separate states by commas."
_REQUIRE = "Exit with 1 unless every point listed is certified, or the list proved complete."

ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help=_MODEL)]
BoxOption = Annotated[list[str] | None, typer.Option("--box", metavar="X=LOW:HIGH", help=_BOX)]
SetOption = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Value of a parameter.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Seed of everything that samples.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON to stdout.")]
RequireOption = Annotated[list[Requirement] | None, typer.Option("--require", help=_REQUIRE)]

app = typer.Typer(
    add_completion=True, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="markdown"
)


def main() -> None:
    """Run the command."""
    for stream in (sys.stdout, sys.stderr):
        # A pipe may have an encoding without mathematical signs; a question mark beats a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="dynbench")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dynbench {__version__}")
        raise typer.Exit


@app.callback()
def _dynbench(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Declare a dynamical system; find, prove, classify and connect its fixed points; write it up.

    A model is `file.toml`, which executes nothing:

        name = "Toggle switch"
        [states]
        u = "a/(1 + v^3) - u"
        v = "a/(1 + u^3) - v"
        [parameters]
        a = 4.0
        [box]
        u = [0, 5]
        v = [0, 5]

    or `file.py:name`, a `dynbench.ODE` or `dynbench.Map` called `name`; the file is executed.

    Exit codes: 0 fine, 1 a requirement was not met, 2 usage, 3 bad model, 4 numerical failure,
    130 interrupted.
    """


@app.command()
def report(
    model: Annotated[str, typer.Argument(metavar="MODEL", help=f"{_MODEL} Or a folder of .toml files.")],
    out: Annotated[
        list[Path], typer.Option("-o", "--out", help="Where to write: .html, .md or .json; repeat it for several.")
    ],
    box: BoxOption = None,
    settings: SetOption = None,
    seed: SeedOption = 0,
    periods: Annotated[
        int | None, typer.Option("--periods", min=0, help="Look for cycles of a map of periods 1 to this; 0 for none.")
    ] = None,
    require: RequireOption = None,
    as_json: JsonOption = False,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="For a folder: models at a time.")] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=1.0, help="For a folder: seconds a model.")] = 600.0,
    open_: Annotated[bool, typer.Option("--open", help="Open the report when it is written.")] = False,
) -> None:
    """Analyse MODEL and write a report in which every claim carries its evidence.

    The verdict goes to stdout. An interrupted analysis (Ctrl-C) still writes what had been decided.

    If MODEL is a folder, all its .toml models are written up in parallel, with an index page; no failure stops the
    rest, and the highest exit code is returned.

    For example:

        dynbench report toggle.toml -o toggle.html --open

        dynbench report jang.py:jang -o jang.html --box x=-3:3,y=-3:3

        dynbench report toggle.toml -o toggle.html -o toggle.json --set a=5 --require complete

        dynbench report lozi.toml -o lozi.html --periods 12

        dynbench report models/ -o reports/
    """
    with exit_codes():
        if Path(model).is_dir():
            if box or settings or periods is not None:
                raise InputError("--box, --set and --periods are for one model, not for a folder of them.")
            options = ["--seed", str(seed), *(word for r in require or () for word in ("--require", r.value))]
            _report_folder(Path(model), _one_folder(model, out), options, jobs, timeout, as_json, open_)
            return
        from dynbench.analysis import analyze
        from dynbench.cli.model import load_with_values
        from dynbench.reporting import report as write
        from dynbench.reporting import report_target
        from dynbench.reporting.json import render_json
        from dynbench.reporting.verdict import verdict

        targets = [report_target(path) for path in out]
        system, region = load_with_values(model, box or (), settings or ())
        with progress_bar() as progress:
            analysis = analyze(system, box=region, rng=seed, periods=periods, progress=progress)
        with uninterrupted():
            for target in targets:
                log(f"wrote {write(analysis, target)}")
                _write_weights(system, target)
            typer.echo(render_json(analysis) if as_json else verdict(analysis), nl=not as_json)
        if open_:
            show_page(targets[0])
        finish(analysis.fixed_points, require, analysis.interrupted)


def _write_weights(system: System, target: Path) -> None:
    """Beside a JSON report the arrays that it names by hash, without which it cannot be checked."""
    from dynbench.systems.weights import array_records, save_weights

    layouts = {record["layout"] for record in array_records(system).values()}
    if target.suffix.lower() == ".json" and layouts and "operator" not in layouts:
        log(f"wrote {save_weights(system, target.with_suffix('.npz'))}, the weights that it is checked with")


def _one_folder(model: str, out: list[Path]) -> Path:
    """Where the reports on a folder of models go."""
    if len(out) != 1 or out[0].suffix:
        raise InputError(f"{model} is a folder: give one folder to write to, as in -o reports/.")
    return out[0]


def _report_folder(
    folder: Path, out: Path, options: list[str], jobs: int | None, timeout: float, as_json: bool, open_: bool
) -> None:
    """The batch form of `report`."""
    from dynbench.cli.batch import report_folder
    from dynbench.cli.terminal import entries_table

    with progress_bar() as progress:
        entries = report_folder(folder, out, options=options, jobs=jobs, timeout=timeout, progress=progress)
    log(f"wrote {out / 'index.html'}")
    if as_json:
        typer.echo(_json([dataclasses.asdict(entry) for entry in entries]))
    else:
        show(entries_table(entries))
    if open_:
        show_page(out / "index.html")
    worst = max(entry.code for entry in entries)
    if worst:
        count = sum(entry.code != 0 for entry in entries)
        fail(f"{count} of {len(entries)} models did not end well; the table says which and why", worst)


@app.command()
def find(
    model: ModelArgument,
    box: BoxOption = None,
    settings: SetOption = None,
    seed: SeedOption = 0,
    require: RequireOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the fixed points of MODEL, with their kinds and how far each is proved.

    For example:

        dynbench find toggle.toml

        dynbench find jang.py:jang --box x=-3:3 --box y=-3:3 --json
    """
    with exit_codes():
        from dynbench.cli.model import load_with_values
        from dynbench.fixed_points import find_fixed_points
        from dynbench.reporting.verdict import verdict_on_points

        system, region = load_with_values(model, box or (), settings or ())
        with progress_bar() as progress:
            points = find_fixed_points(system, box=region, rng=seed, progress=progress)
        if as_json:
            typer.echo(_json(points.to_dict()))
        else:
            show(points_table(points, "multipliers" if system.kind == "map" else "eigenvalues"))
            typer.echo(verdict_on_points(points))
        finish(points, require)


@app.command()
def check(model: ModelArgument, settings: SetOption = None, as_json: JsonOption = False) -> None:
    """Check that MODEL is declared rightly, and show what it declares.

    For example:

        dynbench check toggle.toml

        dynbench check jang.py:jang --json
    """
    with exit_codes():
        from dynbench.cli.declared import as_text, declared
        from dynbench.cli.model import load_model

        system, _ = load_model(model, settings or ())
        typer.echo(_json(declared(system)) if as_json else as_text(system))


@app.command()
def verify(
    path: Annotated[Path, typer.Argument(metavar="REPORT.json", help="A report written as .json.")],
    weights: Annotated[
        Path | None, typer.Option("--weights", metavar="WEIGHTS.npz", help="The arrays of a system in matrix form.")
    ] = None,
    precision: Annotated[int, typer.Option("--precision", min=256, max=16_384, help="Bits of the arithmetic.")] = 512,
    as_json: JsonOption = False,
) -> None:
    """Check every proof that a report claims again, from the report alone, in independent arithmetic.

    The system is rebuilt from the report; nothing of the search that wrote it is used. One line a claim goes to
    stdout; the exit code is 1 if one of them fails or cannot be established.

    A report on a network names its arrays by content hash and does not hold them: give the file that
    `dynbench.save_weights`, or `dynbench report`, wrote.

    For example:

        dynbench report toggle.toml -o toggle.json

        dynbench verify toggle.json

        dynbench verify network.json --weights network.npz
    """
    with exit_codes():
        from dynbench.verification import lines
        from dynbench.verification import verify as check_claims

        with progress_bar() as progress:
            verification = check_claims(path, weights=weights, precision=precision, progress=progress)
        if as_json:
            typer.echo(_json([dataclasses.asdict(check) for check in verification]))
        else:
            for line in lines(verification):
                typer.echo(line)
        if not verification.holds:
            wanting = f"{len(verification.failed)} of {len(verification)} claims"
            fail(f"{wanting} do not hold or could not be established", ExitCode.REQUIREMENT_NOT_MET)


def _json(content: Any) -> str:
    from dynbench.reporting.json import to_plain

    return json.dumps(to_plain(content), indent=2, allow_nan=False)
