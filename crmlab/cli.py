"""The command `crmlab`: workbook, report, datasets, layouts, audit, and what a class needs.

Commands import what they need when they run, so `crmlab --help` answers at once. The exit codes are
explained in `docs/commands.md`.
"""

import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TextIO

import typer

from crmlab import _audit_options as options
from crmlab._arguments import (
    check_export,
    export,
    read_pairs,
    read_renames,
)
from crmlab._course_commands import add_commands
from crmlab._errors import InputError
from crmlab._exits import INTERRUPTED, LEFT_OUT, MEANINGS, PIPE_CLOSED, exit_code, explain
from crmlab._speech import speak

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["main"]

app = typer.Typer(
    name="crmlab",
    help="Customer analytics: a workbook, reports that run by themselves, checks of order files.",
    epilog=f"Exit codes: {'; '.join(f'{code} {meaning}' for code, meaning in MEANINGS.items())}.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
datasets_app = typer.Typer(help="The data sets of the workbook.", no_args_is_help=True)
app.add_typer(datasets_app, name="datasets")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the process.

    Raises
    ------
    SystemExit
        Always, with the exit code.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    if arguments is None:  # the process is ours
        _accept_any_letter()
        # A scheduler stops a job with SIGTERM: leave as for Ctrl-C, so that kernels end, too.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        try:
            app([word for word in given if word != "--debug"], prog_name="crmlab")
        finally:
            sys.stdout.flush()  # here, not at the exit of Python, which would complain
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        sys.exit(PIPE_CLOSED)
    except SystemExit as stop:
        # Typer turns a closed pipe inside a command into code 1.
        sys.exit(PIPE_CLOSED if isinstance(stop.__context__, BrokenPipeError) else stop.code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        code = exit_code(error)
        if debug:
            traceback.print_exc()
        if code != INTERRUPTED:
            command = next((word for word in given if not word.startswith("-")), "")
            _print(f"crmlab: {explain(error, command)}", file=sys.stderr)
        sys.exit(code)
    sys.exit(0)


def _accept_any_letter() -> None:
    """Print a question mark for a letter that the console lacks, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        # Another rule, such as the backslashes of stderr, never fails and tells more.
        if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="replace")


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"crmlab {version('crmlab')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error.")
    ] = False,  # taken out by `main`, wherever it stands; declared for the help page
) -> None:
    """Declare the options that stand before the command."""


@app.command()
def workbook(
    out: Annotated[
        str | None, typer.Option(help="Folder for the pages. [default: ./workbook]")
    ] = None,
) -> None:
    """Run the numbered notebooks and write them as an HTML book."""
    from crmlab.reports import run_workbook

    print(run_workbook(out=out, progress=True))


add_commands(app)


@app.command()
def report(
    name: Annotated[str | None, typer.Argument(help="Name of the report.")] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="Orders: a file, a quoted pattern, cdnow, complete_journey or company. "
            "[default: that of the report, see --list]"
        ),
    ] = None,
    out: Annotated[
        str | None, typer.Option(help="Folder for the page. [default: ./reports/NAME]")
    ] = None,
    column: options.Column = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar="KEY=VALUE", help="A parameter; repeatable."),
    ] = None,
    show_list: Annotated[
        bool, typer.Option("--list", help="List the reports and their parameters.")
    ] = False,
) -> None:
    """Run one report and print where its page is."""
    if show_list:
        _print_reports()
        return
    if name is None:
        raise InputError("give the NAME of a report; --list shows them.")
    from crmlab.reports import make_report

    values: dict[str, Any] = dict(read_pairs(parameter or [], option="-p", form="KEY=VALUE"))
    if "data" in values:
        raise InputError("give the data with --data, not with -p.")
    if column:
        if "columns" in values:
            raise InputError("give the columns with --column or with -p columns=, not with both.")
        values["columns"] = read_renames(column)
    made = make_report(name, values, data=data, out=out, text=True, progress=True)
    print(made.page)
    if made.left_out.n_rows:
        _print(
            f"crmlab: rows left out as faulty: {made.left_out.n_rows:,} "
            f"({made.left_out.reasons}); the page counts them, and `crmlab audit` lists them.",
            file=sys.stderr,
        )
        raise typer.Exit(LEFT_OUT)


def _print_reports() -> None:
    from crmlab.reports import list_reports

    for (name, title), rows in list_reports().groupby(["report", "title"], sort=False):
        _print(f"{name}: {title}")
        for row in rows[rows["parameter"] != ""].itertuples():
            _print(f"  {row.parameter}: {row.type} = {row.default}  ({row.description})")


@datasets_app.command("list")
def datasets_list() -> None:
    """List the data sets."""
    from crmlab.datasets import available

    _print_table(available())


@datasets_app.command("describe")
def datasets_describe(name: Annotated[str, typer.Argument(help="Name of the set.")]) -> None:
    """Print the card of a data set: source, licence, columns, units, traps."""
    from crmlab.datasets import describe

    _print(describe(name))


@app.command()
def layouts() -> None:
    """List the layouts of shops' exports.

    Files of these are read as they are. Each is listed with the headers that a file must have;
    alternatives stand between bars.
    """
    from crmlab.loaders import list_layouts

    for row in list_layouts().itertuples():
        _print(f"{row.name}: {row.title}\n  {row.required}")


@app.command()
def glossary(
    term: Annotated[str | None, typer.Argument(help="Part of a term, English or Korean.")] = None,
) -> None:
    """Print the terms of the workbook, with their Korean."""
    from crmlab.glossary import find_terms, load_glossary

    table = load_glossary() if term is None else find_terms(term)
    for english, korean, meaning, taught in table.astype(str).to_numpy():
        notes = (f" ({korean})" if korean else "") + (f" [notebook {taught}]" if taught else "")
        _print(f"{english}{notes}\n  {meaning}")


@app.command()
def audit(
    file: options.File,
    column: options.Column = None,
    layout: options.Layout = None,
    quarantined: options.Quarantined = None,
    left_out: options.LeftOut = None,
    count: options.Count = None,
    status: options.Status = None,
    guest: options.Guest = None,
    currency: options.Currency = None,
    rate: options.Rate = None,
    where: options.Where = None,
    returns: options.Returns = "net",
    duplicates: options.Duplicates = "keep",
    dayfirst: options.Dayfirst = None,
    date_format: options.DateFormat = None,
    timezone: options.Timezone = None,
    not_before: options.NotBefore = None,
    not_after: options.NotAfter = None,
    decimal: options.Decimal = None,
    encoding: options.Encoding = None,
    separator: options.Separator = None,
    sheet: options.Sheet = None,
    header: options.Header = None,
) -> None:
    """Check an order file.

    The exit code is 0 if no row is faulty, 3 if some are, 2 if the file cannot be read. Rows that
    a rule leaves out, such as cancelled orders, are not faulty.
    """
    given = locals()  # by name: all but the files are options of reading
    files = ("file", "quarantined", "left_out")
    reading = options.as_reading({name: given[name] for name in given if name not in files})
    from crmlab._engine import execute
    from crmlab.loaders import audit_transactions

    _check_exports(file, {"--quarantined": quarantined, "--left-out": left_out})
    found = audit_transactions(file, **reading)
    _print(f"{file}\n{speak(found.describe())}")
    if quarantined is not None:
        export(found.quarantined, quarantined)
        print(f"quarantined rows: {quarantined.absolute()}")
    if left_out is not None:
        export(execute(found.excluded), left_out)
        print(f"rows left out: {left_out.absolute()}")
    if found.rows_quarantined:
        raise typer.Exit(LEFT_OUT)


def _check_exports(file: str, exports: dict[str, Path | None]) -> None:
    """Refuse files that cannot be written, or must not be, before a long audit starts."""
    from crmlab.loaders import expand

    taken = {} if all(path is None for path in exports.values()) else expand(file)
    read = {path.resolve(): "the audited file itself" for path in taken}
    for option, path in exports.items():
        if path is not None:
            check_export(path, option=option, taken=read)
            read[path.resolve()] = "the same file as another option's"


@app.command()
def progress(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Where the answers are kept, or where `crmlab lab` was run. "
            "[default: $CRMLAB_PROGRESS, or else ./crmlab-notebooks]"
        ),
    ] = None,
) -> None:
    """Print which exercises are right and which are open."""
    from crmlab.exercises import progress

    progress(folder)


def _print(text: str, *, file: TextIO | None = None) -> None:
    """Print text that may contain untrusted input; by default on standard output."""
    from crmlab._text import printable

    print(printable(text), file=file)


def _print_table(frame: "pd.DataFrame") -> None:
    from crmlab._text import plain_table

    print(plain_table(frame))
