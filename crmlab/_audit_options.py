"""The options of `crmlab audit`, as the command line shows them and as reading takes them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from crmlab._arguments import read_lists, read_rates, read_renames

__all__ = ["as_reading"]

File = Annotated[
    str,
    typer.Argument(help="A file of orders, or a quoted pattern."),
]
Column = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="THEIRS=OURS", help="Rename a column; repeatable."),
]
Layout = Annotated[
    str | None,
    typer.Option(help="Layout of the export: a name, or a file. [default: found]"),
]
Quarantined = Annotated[
    Path | None,
    typer.Option(help="Write the faulty rows with their reasons, as CSV."),
]
LeftOut = Annotated[
    Path | None,
    typer.Option(help="Write the rows that a rule leaves out, as CSV."),
]
Count = Annotated[
    list[str] | None,
    typer.Option(help="Count pending or partly paid orders; repeatable."),
]
Status = Annotated[
    list[str] | None,
    typer.Option(metavar="THEIRS=OURS", help="What a word of status means; repeatable."),
]
Guest = Annotated[
    list[str] | None,
    typer.Option(help="An id that stands for nobody; repeatable."),
]
Currency = Annotated[
    str | None,
    typer.Option(help="Code of the currency, such as KRW."),
]
Rate = Annotated[
    list[str] | None,
    typer.Option(metavar="CODE=NUMBER", help="Worth of one unit of a currency; repeatable."),
]
Where = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN=VALUE", help="Keep rows with this value; repeatable."),
]
Returns = Annotated[
    str,
    typer.Option(help="Returns: net, drop or keep."),
]
Duplicates = Annotated[
    str,
    typer.Option(help="Equal lines: keep or quarantine."),
]
Dayfirst = Annotated[
    bool | None,
    typer.Option("--dayfirst/--monthfirst", help="Whether 05/01/2024 is 5 January."),
]
DateFormat = Annotated[
    str | None,
    typer.Option(help='Format of the dates, such as "%d.%m.%y".'),
]
Timezone = Annotated[
    str | None,
    typer.Option(help="Zone in which a day begins, such as Asia/Seoul."),
]
NotBefore = Annotated[
    str | None,
    typer.Option(help="Earlier dates are faulty. [default: 1980-01-01]"),
]
NotAfter = Annotated[
    str | None,
    typer.Option(help="Later dates are faulty. [default: today]"),
]
Decimal = Annotated[
    str | None,
    typer.Option(help="Decimal mark of amounts: . or ,"),
]
Encoding = Annotated[
    str | None,
    typer.Option(help="Encoding of a text file."),
]
Separator = Annotated[
    str | None,
    typer.Option(help="Mark between fields of a text file, such as ';' or tab."),
]
Sheet = Annotated[
    str | None,
    typer.Option(help="Sheet of an Excel file, by name or number from 0."),
]
Header = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Line of a file, or row of a sheet, that holds the header, from 1."
    ),
]


def as_reading(given: dict[str, Any]) -> dict[str, Any]:
    """The options of `audit_transactions`, from those of the command by their names."""
    options = dict(given)
    options["columns"] = read_renames(options.pop("column") or [])
    options["statuses"] = read_renames(options.pop("status") or [], option="--status")
    options["guests"] = options.pop("guest")
    options["rates"] = read_rates(options.pop("rate") or [])
    where = options["where"] or []
    options["where"] = read_lists(where, option="--where", form="COLUMN=VALUE")
    options["count"] = options["count"] or ()
    if options["separator"] in ("tab", r"\t"):
        options["separator"] = "\t"
    return options
