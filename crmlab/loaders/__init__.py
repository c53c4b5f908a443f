"""Read orders from anywhere into the transactions contract; nothing is lost in silence.

Examples
--------
>>> import pandas as pd
>>> orders = pd.DataFrame(
...     {"고객": ["007", "007", None], "일자": ["2024-01-05", "2024-02-30", "2024-03-01"],
...      "금액": ["₩12,000", "₩1,500", "(₩900)"]}
... )
>>> audit = audit_transactions(
...     orders, columns={"고객": "customer_id", "일자": "date", "금액": "amount"}
... )
>>> audit.rows_read, audit.rows_valid, audit.rows_quarantined
(3, 1, 2)
>>> audit.quarantined["reason"].tolist()
['date unreadable', 'customer_id missing']
"""

import contextlib
import datetime as dt
import logging
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from crmlab._checks import check_choice
from crmlab._engine import blames_query, engine_errors
from crmlab._revenue.currency import Rates
from crmlab._types import TableSource
from crmlab.contracts import TRANSACTIONS, ContractError
from crmlab.loaders._columns.dates import read_date as read_date  # for rooms above, as `expand`
from crmlab.loaders._columns.read import read_columns
from crmlab.loaders._header.find import Header, find_header
from crmlab.loaders._layouts import list_layouts
from crmlab.loaders._options import Options
from crmlab.loaders._rules.audit import TransactionAudit
from crmlab.loaders._rules.count import (
    count_rows,
    explain,
    make_audit,
    refuse_nothing,
    refuse_several,
)
from crmlab.loaders._rules.prepared import Prepared, apply_rules
from crmlab.loaders._rules.tell import tell_doubts, tell_left_out
from crmlab.loaders._sources.files import expand as expand  # for rooms above, as `open_source`
from crmlab.loaders._sources.open import names_files
from crmlab.loaders._sources.open import open_source as open_source
from crmlab.loaders._tables import read_dates as read_dates
from crmlab.loaders._tables import read_header, read_table

if TYPE_CHECKING:
    import ibis

_log = logging.getLogger(__name__)

__all__ = [
    "QuarantineWarning",
    "TransactionAudit",
    "audit_transactions",
    "list_layouts",
    "read_header",
    "read_table",
    "read_transactions",
]


def __getattr__(name: str) -> Any:
    """Give `TransactionAudit` under its former name, with a warning."""
    if name == "DataQualityReport":
        warnings.warn(
            "`DataQualityReport` is now called `TransactionAudit`; the old name goes in 0.2.",
            DeprecationWarning,
            stacklevel=2,
        )
        return TransactionAudit
    raise AttributeError(f"module 'crmlab.loaders' has no attribute {name!r}")


class QuarantineWarning(UserWarning):
    """Rows were left out because they break the contract; the message counts them by reason.

    Examples
    --------
    >>> import pandas as pd, warnings
    >>> orders = pd.DataFrame({"customer_id": [1, None], "date": "2024-01-05", "amount": 5})
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", QuarantineWarning)
    ...     valid = read_transactions(orders, on_invalid="quarantine")
    >>> valid.to_pandas()["customer_id"].tolist()
    [1]
    """


def read_transactions(
    source: TableSource,
    *,
    columns: Mapping[str, str] | None = None,
    layout: str | Path | None = None,
    count: str | Sequence[str] = (),
    statuses: Mapping[str, str] | None = None,
    guests: Sequence[str] | None = None,
    currency: str | None = None,
    rates: Rates | None = None,
    where: Mapping[str, Sequence[Any]] | None = None,
    on_invalid: Literal["raise", "quarantine"] = "raise",
    returns: Literal["net", "drop", "keep"] = "net",
    duplicates: Literal["keep", "quarantine"] = "keep",
    date_format: str | None = None,
    dayfirst: bool | None = None,
    timezone: str | None = None,
    not_before: str | dt.date | None = None,
    not_after: str | dt.date | None = None,
    decimal: Literal[".", ","] | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
) -> "ibis.Table":
    """Read transactions as an Ibis table in canonical columns.

    Parameters
    ----------
    source : path, glob, list of paths, DataFrame, Arrow table, DuckDB relation, Ibis table or \
Spark table
        Files may be CSV, TSV, Excel or Parquet, by what is in them; a folder means those in it. One
        file in a zip, or packed by gzip, bz2, xz or zstd, is read. From an Ibis table on another
        engine than DuckDB and Spark only the columns that are needed are fetched. Frames may be
        those of pandas or polars.
    columns : mapping of str to str, optional
        *Their* header to *ours*, as in ``{"고객": "customer_id"}``. Names that are ours already
        need no entry; columns that are not ours pass through under their names. An entry wins
        over a name: with ``{"SALES_PRICE": "amount"}`` a column ``AMOUNT`` or ``amount`` is not
        read, and passes through as ``AMOUNT_in_source``.
    layout : str or path, optional
        How the export of a shop is written: one of those that `crmlab layouts` lists, such as
        "shopify", or a file of your own. Default: found, where only one fits the header and
        nothing is said in `columns`; ``readings`` of the audit and the log name it.
    count : sequence of str, optional
        Statuses that count although money is still to come: "pending", "partly paid". By default
        such orders are left out, and the audit says what they come to.
    statuses : mapping of str to str, optional
        Their word for what became of an order to ours, as in ``{"배송중": "paid"}``: paid, partly
        refunded, refunded, partly paid, pending or cancelled.
    guests : sequence of str, optional
        Ids that stand for nobody, besides such words as "guest".
    currency : str, optional
        Code of the currency. Where a column says it, only lines in this one are kept; else all
        lines are in it.
    rates : mapping of str to float or DataFrame, optional
        What one unit of each other currency is worth, as in ``{"EUR": 1.08}``; or a frame with
        ``currency``, ``date`` and ``rate``, of which the latest by each day counts. All amounts
        are converted to `currency`, or to the one without a rate.
    where : mapping of str to sequence, optional
        Column, ours or theirs, to the values that are kept; other rows are left out.
    on_invalid : {"raise", "quarantine"}, default="raise"
        Refuse a table with invalid rows, or leave them out with a `QuarantineWarning`.
    returns : {"net", "drop", "keep"}, default="net"
        Lines with a negative amount or quantity, or marked in a column ``is_return``; a positive
        amount on such a line is given back. ``net`` takes it off the purchase that it belongs to,
        as it does what ``refunded`` and ``order_refunded`` say; what was given back whole is no
        purchase. ``drop`` looks at none of that; ``keep`` treats each line as it is. A price of 0
        is a purchase.
    duplicates : {"keep", "quarantine"}, default="keep"
        Lines equal to an earlier one in every column.
    date_format : str, optional
        A `strptime` format such as ``"%d.%m.%y"``; by default one layout is found for the column.
    dayfirst : bool, optional
        Whether 05/01/2024 is 5 January. Needed only where no date in the column decides it.
    timezone : str, optional
        Zone in which a day begins, such as ``"Asia/Seoul"``. Needed where offsets are mixed;
        dates without an offset are taken to be in it. Where all carry the same offset or zone,
        days begin there by default. Spark's timestamps are read in its session's zone.
    not_before : date or str, optional
        Earlier dates are invalid. Default: 1980-01-01. Days that programs write for none, such as
        1900-01-01, 1970-01-01 and 9999-12-31, are invalid in any case; `not_before` itself is not.
    not_after : date or str, optional
        Later dates are invalid. Default: now, anywhere on Earth.
    decimal : {".", ","}, optional
        The decimal mark of amounts. Default: what most of a column shows, which a slip in twenty
        cells does not turn. Where there are but three digits behind one mark, as in 1,200 or
        1.200, the rest of the file decides: a currency without decimals, other amounts, the
        separator, days such as 31.12.2024 or 12/31/2024, English months, names, ids or days in
        Korean. Else they are ambiguous, and this is needed.
    encoding : str, optional
        Encoding of text files. Default: UTF-8, else cp949 where the text is Korean.
    separator : str, optional
        Mark between fields of text files. Default: found in the header.
    sheet : str or int, optional
        Sheet of an Excel file, by name or by number from 0. Default: the visible ones with the
        columns of the first, together; `readings` of the audit name them.
    header : int, optional
        Number of the line of a text file, or of the row in Excel, that holds the header, from 1
        as editors and Excel count. Default: found, where the columns that are named stand, or
        below rows of title with few filled cells.
        `readings` say where it is if not on top, and what stands below the table: lines at the
        end that do not fit the header, after a blank line.

    Returns
    -------
    ibis.Table
        Valid lines: ``customer_id``, ``date`` (timestamp, local), ``amount`` (currency, for the
        line), the optional columns that are there, and all others. Nothing runs until a function
        reduces it, except that text is parsed once. What a rule leaves out, such as cancelled
        orders, is said by logging with its money; so are ids in files that may not be one
        customer each.

    Raises
    ------
    ContractError
        If columns are missing, there are no rows, or, with ``on_invalid="raise"``, a row is
        invalid.
    FileNotFoundError
        If there is no such file.
    InputError
        If an option has a value or a type it cannot have, or `source` is not a table.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({"who": [1], "date": ["2024-01-05"], "amount": ["1,200.50"]})
    >>> read_transactions(orders, columns={"who": "customer_id"}).to_pandas()
       customer_id       date  amount
    0            1 2024-01-05  1200.5
    """
    check_choice("on_invalid", on_invalid, ["raise", "quarantine"])
    options = Options(
        columns=columns, layout=layout, count=count, statuses=statuses, guests=guests,
        currency=currency, rates=rates, where=where,
        returns=returns, duplicates=duplicates, date_format=date_format,
        dayfirst=dayfirst, timezone=timezone, not_before=not_before, not_after=not_after,
        decimal=decimal, encoding=encoding, separator=separator, sheet=sheet, header=header,
    )  # fmt: skip
    from_files = names_files(source)
    with _reading():
        prepared = _prepare(source, options)
        prepared, counts = count_rows(prepared)
        refuse_nothing(prepared, counts)
        refuse_several(prepared, counts)
        message = explain(prepared, counts)
    if message:
        _refuse_or_warn(message, on_invalid)
    with _reading():
        tell_left_out(prepared, counts)
        if from_files:
            tell_doubts(prepared, counts)
    return prepared.valid()


def _prepare(source: TableSource, options: Options) -> Prepared:
    """Take a source through the four stages; its header is read before its rows."""
    opened = open_source(
        source,
        encoding=options.encoding,
        separator=options.separator,
        sheet=options.sheet,
        header=options.header,
        named=list(options.columns or TRANSACTIONS.names(required=True)),
    )
    header = find_header(opened, TRANSACTIONS, options.columns or {}, options.layout)
    needed, keys = _list_needed(header, opened.names, options), header.list_keys()
    if header.layout is not None and options.layout is None:
        _log.info("`source` has the layout %r; pass `layout=` to say another.", header.layout.name)
    options = options.under(header.layout)
    rows = opened.read(needed, keys)
    read = read_columns(rows, header, TRANSACTIONS, options)
    return apply_rules(rows, header, read, options)


def _list_needed(header: Header, names: Sequence[str], options: Options) -> Collection[str]:
    """The owner's columns that travel through reading; the others are joined at its end."""
    if options.duplicates == "quarantine":  # equal lines are equal in every column
        return names
    return header.list_needed(names, map(str, options.where or ()))


@contextlib.contextmanager
def _reading() -> Iterator[None]:
    """Turn what an engine raises on a source it cannot read into one plain error."""
    try:
        yield
    except engine_errors() as error:
        if blames_query(error):
            raise
        reason = str(error).strip().split("\n")[0].rstrip(".")
        raise ContractError(
            f"`source` cannot be read to its end: {reason}. "
            "See that it opens by itself, without crmlab."
        ) from error


def _refuse_or_warn(message: str, on_invalid: str) -> None:
    if on_invalid == "raise":
        raise ContractError(
            f"{message}\nCorrect them, or pass on_invalid='quarantine' to go on without them; "
            "`audit_transactions(source).quarantined` lists each with its reason."
        )
    warnings.warn(message, QuarantineWarning, stacklevel=3)


def audit_transactions(
    source: TableSource,
    *,
    columns: Mapping[str, str] | None = None,
    layout: str | Path | None = None,
    count: str | Sequence[str] = (),
    statuses: Mapping[str, str] | None = None,
    guests: Sequence[str] | None = None,
    currency: str | None = None,
    rates: Rates | None = None,
    where: Mapping[str, Sequence[Any]] | None = None,
    returns: Literal["net", "drop", "keep"] = "net",
    duplicates: Literal["keep", "quarantine"] = "keep",
    date_format: str | None = None,
    dayfirst: bool | None = None,
    timezone: str | None = None,
    not_before: str | dt.date | None = None,
    not_after: str | dt.date | None = None,
    decimal: Literal[".", ","] | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
) -> TransactionAudit:
    """Count what is wrong with transactions, and keep every invalid row with its reason.

    Parameters
    ----------
    source : path, glob, list of paths, DataFrame, Arrow table, DuckDB relation, Ibis table or \
Spark table
        As in `read_transactions`, and so are the options.
    columns, layout, count, statuses, guests, currency, rates, where, returns, duplicates, \
date_format, dayfirst, timezone, not_before, not_after, decimal, encoding, separator, sheet, header
        See `read_transactions`.

    Returns
    -------
    TransactionAudit
        With ``rows_read == rows_valid + rows_left_out + rows_quarantined``; its ``valid`` is the
        table that `read_transactions` would return.

    Raises
    ------
    ContractError
        If columns are missing or there are no rows.
    FileNotFoundError
        If there is no such file.
    InputError
        If an option has a value or a type it cannot have, or `source` is not a table.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame(
    ...     {"customer_id": [1, 2], "date": ["2024-01-05"] * 2, "amount": [5, -3]}
    ... )
    >>> found = audit_transactions(orders).by_rule.query("n_rows > 0")
    >>> found[["rule", "n_rows", "treatment", "example"]]
                           rule  n_rows               treatment      example
    18              return line       1  taken off its purchase  row 1: '-3'
    20  refund without purchase       1              no revenue
    """
    options = Options(
        columns=columns, layout=layout, count=count, statuses=statuses, guests=guests,
        currency=currency, rates=rates, where=where,
        returns=returns, duplicates=duplicates, date_format=date_format,
        dayfirst=dayfirst, timezone=timezone, not_before=not_before, not_after=not_after,
        decimal=decimal, encoding=encoding, separator=separator, sheet=sheet, header=header,
    )  # fmt: skip
    with _reading():
        return make_audit(_prepare(source, options))
