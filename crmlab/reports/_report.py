"""One report: a template notebook, a table of orders and parameters in, one page out."""

import difflib
import glob
import html
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crmlab._errors import InputError, InputTypeError
from crmlab._notebooks import notebook_title, read_notebook
from crmlab._parameters import Parameter, check_values, read_parameters
from crmlab._paths import notebooks_dir
from crmlab.datasets import TRANSACTION_SETS
from crmlab.reports._customers import BESIDE, PAGE_FOLDER
from crmlab.reports._errors import NotebookFailed, ReportError, load_extra
from crmlab.reports._orders import LeftOut, check_orders
from crmlab.reports._progress import cell_bar
from crmlab.reports._publish import destination_folder, keep_failed, publish, staging

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["DATASETS", "Data", "MadeReport", "list_reports", "make_report", "run_report"]

DATASETS = tuple(TRANSACTION_SETS)  # data a template can load by name

_WRITABLE = (str, int, float, np.number, Decimal, date)  # in a cell; a datetime is a date

Data = str | os.PathLike[str] | pd.DataFrame


def run_report(
    name: str,
    *,
    data: Data | None = None,
    out: str | os.PathLike[str] | None = None,
    **parameters: Any,
) -> Path:
    """Run a report template and publish it as one HTML page.

    Everything is checked before a kernel starts, the orders included, and written to a hidden
    folder first: a run that fails leaves the last good report as it was.

    Parameters
    ----------
    name : str
        Name of the template, see `list_reports`.
    data : str, path or DataFrame, optional
        Orders: a file that `read_transactions` reads, a pattern of files such as `2024-*.csv`, a
        table, or the name of a bundled set, `"cdnow"`, `"complete_journey"` or `"company"` (the
        simulated one). Default: the template's own, which `list_reports` shows.
    out : path, optional
        Folder to publish into. Default: `reports/<name>` in the working directory.
    **parameters
        Values for the template's parameters, in their declared types.

    Returns
    -------
    Path
        The page, `<out>/index.html`; beside it are the executed notebook, `report.ipynb`, and
        `customers.csv`, the customers that the page advises to do something about, `calls.csv` or
        `next_wave.csv`.

    Raises
    ------
    InputError
        If the report or a parameter is unknown, a value breaks its rule, or the orders cannot be
        read (`ContractError`).
    InputTypeError
        If a value has the wrong type.
    FileNotFoundError
        If there is no such data file.
    ReportError
        If the notebook failed. The message names the cell and where the executed notebook is kept.

    Examples
    --------
    A report on a file of your own, with a parameter of the template::

        page = run_report("customer_base", data="orders.csv", top=0.1)
    """
    return make_report(name, parameters, data=data, out=out).page


def list_reports() -> pd.DataFrame:
    """List the report templates and what each one takes.

    Returns
    -------
    DataFrame
        One row per parameter: `report`, `title`, `parameter`, `type`, `default` (as written in
        Python) and `description` (unit; meaning). A report without parameters has one row with
        these four empty.
    """
    rows: list[tuple[str, ...]] = []
    for name, path in _list_templates(_own_templates()).items():
        notebook = read_notebook(path)
        title = notebook_title(notebook)
        declared = [
            (parameter.name, parameter.type, repr(parameter.default), parameter.description)
            for parameter in read_parameters(notebook, report=name)
        ]
        rows += [(name, title, *columns) for columns in declared or [("", "", "", "")]]
    columns = ["report", "title", "parameter", "type", "default", "description"]
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True)
class MadeReport:
    """The page of a report, and the rows of the orders that it leaves out as faulty."""

    page: Path
    left_out: LeftOut


def make_report(
    name: str,
    parameters: Mapping[str, Any],
    *,
    data: Data | None = None,
    out: str | os.PathLike[str] | None = None,
    templates: Path | None = None,
    text: bool = False,
    progress: bool = False,
) -> MadeReport:
    """Run a report: `run_report` for callers inside crmlab.

    Parameters
    ----------
    name, data, out
        As in `run_report`.
    parameters : mapping
        Values for the template's parameters.
    templates : Path, optional
        Folder of templates other than crmlab's own.
    text : bool, default=False
        Whether the values are texts of a command line, to be read by declared type.
    progress : bool, default=False
        Whether to show a progress bar on stderr.
    """
    template = _find_template(name, templates or _own_templates())
    notebook = read_notebook(template)
    declared = read_parameters(notebook, report=name)
    given = dict(parameters)
    if data is not None:
        given["data"] = _data_label(data)
    values = check_values(declared, given, report=name, text=text)
    destination = destination_folder(out, Path("reports") / name)
    orders = _as_written(data) if isinstance(data, pd.DataFrame) else data
    left_out = check_orders(declared, values, orders)
    load_extra()

    with staging(destination) as folder:
        settings = _list_settings(declared, values)
        if isinstance(orders, pd.DataFrame):
            values["data"] = _store_table(orders, folder / "data.parquet")
        with cell_bar([notebook], shown=progress) as bar:
            executed = _run_template(template, folder, destination, values, after_cell=bar.update)
        _write_page(folder / "index.html", executed, template=template, settings=settings)
        beside = [name for name in BESIDE if (folder / name).exists()]
        publish(folder, destination, ["report.ipynb", *beside, "index.html"])
    return MadeReport(destination / "index.html", left_out)


def _own_templates() -> Path:
    return notebooks_dir() / "reports"


def _list_templates(folder: Path) -> dict[str, Path]:
    """Templates by name."""
    return {path.stem: path for path in sorted(folder.glob("*.ipynb"))}


def _find_template(name: str, folder: Path) -> Path:
    templates = _list_templates(folder)
    if name not in templates:
        close = difflib.get_close_matches(str(name), templates, n=1)
        suggestion = f" Did you mean {close[0]!r}?" if close else ""
        known = ", ".join(map(repr, templates)) or "none is installed"
        raise InputError(f"`name` must be one of the reports ({known}); got {name!r}.{suggestion}")
    return templates[name]


def _data_label(data: Data) -> str:
    """Say what the page is made from: a set's name, an absolute path or a table's size."""
    if isinstance(data, pd.DataFrame):
        return f"a table of {len(data):,} rows"
    if isinstance(data, str) and not data.strip():
        raise InputError(
            f"`data` must not be empty. Give a file, a pattern or one of {', '.join(DATASETS)}."
        )
    if not isinstance(data, str | os.PathLike):
        raise InputTypeError(
            f"`data` must be a file, a pattern, a DataFrame or one of {', '.join(DATASETS)}; "
            f"got {type(data).__name__}."
        )
    if data in DATASETS:
        return str(data)
    return _find_data(Path(data).expanduser().absolute())


def _find_data(path: Path) -> str:
    """Return the absolute path or pattern; an error if no file is there."""
    if path.is_dir():
        raise IsADirectoryError(
            f"`data` must be a file or a pattern; {str(path)!r} is a folder. "
            f"Write {str(path / '*.csv')!r} to read the files in it."
        )
    if not path.exists() and not glob.glob(str(path), recursive=True):
        raise FileNotFoundError(
            f"`data` must exist; there is no file {str(path)!r}. "
            f"Bundled sets are {', '.join(DATASETS)}."
        )
    return str(path)


def _as_written(table: pd.DataFrame) -> pd.DataFrame:
    """A table as a file would hold it: a named index as columns, each column of one type."""
    # A new frame without `attrs`: they may hold what can be neither copied nor written as JSON.
    table = pd.DataFrame(table)
    if any(name is not None for name in table.index.names):
        table = table.reset_index()
    return table.apply(_unify_type)


def _store_table(table: pd.DataFrame, path: Path) -> str:
    """Write a table where the kernel can read it."""
    try:
        table.to_parquet(path, index=False)
    except (TypeError, ValueError, NotImplementedError, OverflowError) as error:
        raise InputError(
            f"`data` cannot be stored as Parquet; {error}. Give each column one type."
        ) from error
    return str(path)


def _unify_type(column: pd.Series) -> pd.Series:
    """Write a column that mixes texts with numbers or dates as text, as in a CSV file."""
    kinds = {type(value) for value in column.dropna()} if column.dtype == object else set()
    mixed = len(kinds) > 1 and all(issubclass(kind, _WRITABLE) for kind in kinds)
    if not mixed or not any(issubclass(kind, str) for kind in kinds):
        return column
    return column.map(_write_cell, na_action="ignore").astype("str")


def _write_cell(value: Any) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))  # an id 7 that a missing neighbour turned into 7.0
    return value.isoformat() if isinstance(value, date) else str(value)


def _run_template(
    template: Path,
    folder: Path,
    destination: Path,
    values: Mapping[str, Any],
    after_cell: Callable[[], object],
) -> "NotebookNode":
    """Run the template; a failure is kept and reported."""
    from crmlab.reports._execute import execute  # papermill takes seconds to import

    try:
        return execute(
            template,
            folder / "report.ipynb",
            parameters=values,
            after_cell=after_cell,
            environment={PAGE_FOLDER: str(folder)},
        )
    except NotebookFailed as error:
        kept = keep_failed(error.executed, destination)
        where = f" The executed notebook with the traceback: {kept}" if kept else ""
        reason = str(error.reason).rstrip(".")
        raise ReportError(f"report {template.stem!r} failed {reason}.{where}") from error


def _write_page(
    path: Path, executed: "NotebookNode", *, template: Path, settings: list[tuple[str, str, str]]
) -> None:
    from crmlab.reports._html import cells_html, page

    title = notebook_title(executed) or template.stem
    when = f"{datetime.now():%Y-%m-%d %H:%M}"
    header = f"<strong>crmlab report</strong><time>{when}</time>"
    rows = "".join(
        f"<dt>{html.escape(name)}</dt>"
        f"<dd>{html.escape(value)} <small>{html.escape(meaning)}</small></dd>"
        for name, value, meaning in settings
    )
    footer = (
        f"<section><h2>Settings of this run</h2><dl>{rows}</dl></section>"
        f"<p>Made by crmlab {version('crmlab')} from the report {html.escape(template.stem)!r}; "
        '<a href="report.ipynb">the executed notebook</a> holds the code.</p>'
    )
    body = cells_html(executed, folder=template.parent, code=False)
    path.write_text(page(title, body, header=header, footer=footer), encoding="utf-8")


def _list_settings(
    declared: list[Parameter], values: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """Name, value and meaning of every parameter, given or not."""
    return [
        (
            parameter.name,
            _format_value(values.get(parameter.name, parameter.default)),
            parameter.description,
        )
        for parameter in declared
    ]


def _format_value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} → {_format_value(item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
