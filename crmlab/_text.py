"""Text that leaves crmlab: to a terminal, or to a spreadsheet that might run it.

Customer names are typed by strangers. On a terminal a control character can move the cursor or
hide a line; in a spreadsheet a cell that starts with `=` is a formula.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Any

import pandas as pd

__all__ = ["list_names", "name_others", "plain_table", "printable", "safe_for_spreadsheet"]

# What Excel, LibreOffice and Google Sheets take for a formula, full-width forms included.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")
_SIGNED_NUMBER = re.compile(r"[+-]\d+(?:[.,]\d+)*")


def list_names(names: Iterable[object], *, at_most: int = 8) -> str:
    """List names of columns in a message: all where they are few, else the first and the rest.

    Parameters
    ----------
    names : iterable
        The names, in their order.
    at_most : int, default=8
        With more than these, three are named.

    Returns
    -------
    str
        Names in quotes, long ones without their ends.

    Examples
    --------
    >>> list_names(["who", "when"])
    "'who', 'when'"
    >>> list_names(range(79))
    "79 columns: '0', '1', '2' and 76 more"
    """
    texts = list(map(str, names))
    quoted = [repr(text if len(text) <= 40 else text[:37] + "...") for text in texts]
    if len(quoted) <= at_most:
        return ", ".join(quoted) or "no columns"
    return f"{len(quoted):,} columns: {', '.join(quoted[:3])} and {len(quoted) - 3:,} more"


def printable(text: object) -> str:
    r"""Text without the characters that steer a terminal; line breaks stay.

    Parameters
    ----------
    text : object
        Anything; its `str` is taken.

    Returns
    -------
    str
        White space other than line breaks is a blank; control and format characters are gone.

    Examples
    --------
    >>> printable("Kim\x1b[2J\tMinji")
    'Kim[2J Minji'
    """
    return "".join(_printable_character(character) for character in str(text))


def _printable_character(character: str) -> str:
    if character == "\n" or character.isprintable():
        return character
    return " " if character.isspace() else ""


def name_others(others: Iterable[str], ours: Collection[str]) -> dict[str, str]:
    """The owner's other columns -> their names beside ours; engines do not see letter case."""
    others = list(others)
    reserved = {name.casefold() for name in ours}
    taken = reserved | {name.casefold() for name in others}
    named = {}
    for name in others:
        named[name] = name
        if name.casefold() in reserved:
            while named[name].casefold() in taken:
                named[name] += "_in_source"
            taken.add(named[name].casefold())
    return named


def plain_table(frame: pd.DataFrame, *, right: Collection[str] = (), head: bool = True) -> str:
    """Lay out a table in plain text: words to the left, numbers to the right.

    Parameters
    ----------
    frame : DataFrame
        One line per row; the index is not shown, missing values are blank.
    right : collection of str
        Columns of text that stand to the right as well, such as amounts.
    head : bool, default=True
        Whether the first line has the names of the columns.

    Returns
    -------
    str
        Lines without trailing blanks. Korean, Chinese and Japanese characters count as two wide.

    Examples
    --------
    >>> print(plain_table(pd.DataFrame({"rule": ["no id", "future date"], "n_rows": [1200, 7]})))
    rule         n_rows
    no id         1,200
    future date       7
    """
    columns = [
        _pad_column([str(name)] if head else [], frame[name], right=name in right)
        for name in frame.columns
    ]
    return "\n".join("  ".join(cells).rstrip() for cells in zip(*columns, strict=True))


def _pad_column(heading: list[str], values: pd.Series, *, right: bool) -> list[str]:
    """Pad the heading, if any, and the cells of one column to one width."""
    cells = [*map(_one_line, heading), *(_one_line(_format_cell(value)) for value in values)]
    width = max(map(_display_width, cells))
    number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    padding = [" " * (width - _display_width(cell)) for cell in cells]
    return [
        blank + cell if number or right else cell + blank
        for cell, blank in zip(cells, padding, strict=True)
    ]


def _format_cell(value: Any) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if pd.api.types.is_integer(value):
        return f"{value:,}"
    return str(value)


def _one_line(text: str) -> str:
    return printable(text).replace("\n", " ")


def _display_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def safe_for_spreadsheet(frame: pd.DataFrame) -> pd.DataFrame:
    """Copy a table so that no text in it can be taken for a formula.

    Text that starts with `=`, `+`, `-`, `@`, a tab or a line break gets an apostrophe in front,
    in cells, in the index and in column names. A carriage return, which `to_csv` would not quote,
    becomes a line feed; as it is, it would open a new row. Signed plain numbers (`-12.00`,
    `+82101234`) cannot run anything and stay, so that a corrected file can be read again.

    Parameters
    ----------
    frame : DataFrame
        Any table on its way to CSV or Excel. It is not changed.

    Returns
    -------
    DataFrame
        The same shape and order.

    Examples
    --------
    >>> safe_for_spreadsheet(pd.DataFrame({"name": ["=HYPERLINK(1)", "Kim"]}))["name"].tolist()
    ["'=HYPERLINK(1)", 'Kim']
    """
    safe = frame.copy()
    for position, dtype in enumerate(frame.dtypes):
        if not (
            pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_datetime64_any_dtype(dtype)
        ):
            cells = [_disarm(value) for value in frame.iloc[:, position]]
            safe.isetitem(position, pd.array(cells, dtype=object))  # categories become plain text
    safe.index = _disarm_labels(frame.index)
    safe.columns = _disarm_labels(frame.columns)
    return safe


def _disarm_labels(labels: pd.Index) -> pd.Index:
    """Disarm an index and its names."""
    if len(labels):
        labels = labels.map(_disarm)
    return labels.set_names([_disarm(name) for name in labels.names])


def _disarm(value: Any) -> Any:
    if isinstance(value, tuple):  # one label of a MultiIndex
        return tuple(_disarm(part) for part in value)
    if not isinstance(value, str) or _SIGNED_NUMBER.fullmatch(value):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
