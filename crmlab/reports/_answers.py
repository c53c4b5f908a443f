"""The answers of a firm, and tables of its own making: read for a page, and left beside it."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crmlab._checks import check_columns, check_encoding
from crmlab._errors import InputError, InputTypeError
from crmlab._text import safe_for_spreadsheet
from crmlab.readiness import readiness_questions
from crmlab.reports._customers import ANSWERS_FILE, PAGE_FOLDER
from crmlab.reports._inputs import read_beside
from crmlab.reports._show import show_text

__all__ = ["read_answers", "read_firm", "read_scores", "save_answers"]

_ENCODINGS = ("utf-8-sig", "cp949")


def read_answers(
    source: str | None,
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> pd.Series:
    """Read the answers to the readiness check.

    Parameters
    ----------
    source : str or None
        A CSV or Excel file with the columns `question` and `answer`, such as the form that
        `save_answers` leaves; None for the answers of the example.
    columns : mapping, optional
        Their header to our name.
    encoding : str, optional
        Of a CSV file. Default: UTF-8, else the Korean cp949.

    Returns
    -------
    Series
        By question; missing where there is no answer.

    Raises
    ------
    InputError, InputTypeError
        If a column is missing, the file cannot be read, or an option is of another type.
    FileNotFoundError
        If there is no such file.
    """
    _check_options(columns, encoding)
    if source is None:
        return readiness_questions()["example"].rename("answer")
    table = _read_text(source, ["question", "answer"], columns, encoding)
    table["question"] = table["question"].str.strip()
    return table.set_index("question")["answer"]


def read_scores(
    source: str | None,
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> pd.DataFrame | None:
    """Read a table with a number or more for each customer, such as scores or rankings.

    Parameters
    ----------
    source : str or None
        A CSV or Excel file with the column `customer_id`, each customer once, and numbers.
    columns, encoding
        As in `read_answers`.

    Returns
    -------
    DataFrame or None
        Index `customer_id`, text; a column of numbers each, missing where there is none. None
        without a file.

    Raises
    ------
    InputError, InputTypeError
        If the column is missing, something else is not a number, the file cannot be read, or an
        option is of another type.
    FileNotFoundError
        If there is no such file.
    """
    _check_options(columns, encoding)
    if source is None:
        return None
    table = _read_text(source, ["customer_id"], columns, encoding).set_index("customer_id")
    try:
        return table.apply(pd.to_numeric)
    except ValueError as error:
        raise InputError(f"`{source}` must hold numbers beside the ids; {error}.") from error


def read_firm(answers: str | None, *, columns: Mapping[str, str], **given: Any) -> dict[str, Any]:
    """Read the tables of the firm that gave the answers; those of the example are the company's.

    Parameters
    ----------
    answers : str or None
        As in `read_answers`.
    columns : mapping
        As in `read_beside`.
    **given : str or None
        The file of a table, by the table's name, and options of `read_beside`.

    Returns
    -------
    dict
        The tables by name; None where no file is given.

    Raises
    ------
    ContractError
        If columns are missing.
    """
    return read_beside("company" if answers is None else answers, columns=columns, **given)


def save_answers(answers: pd.Series) -> None:
    """Write the questions with their answers beside the page, to be filled in, and say so.

    Outside a report, in a notebook that is run by hand, nothing is written.

    Parameters
    ----------
    answers : Series
        By question, in words.
    """
    form = readiness_questions()[["factor", "area", "text"]]
    form["answer"] = answers.reindex(form.index).fillna("")
    if PAGE_FOLDER in os.environ:
        path = Path(os.environ[PAGE_FOLDER], ANSWERS_FILE)
        # With the mark at the front Excel takes the file for UTF-8 and shows Korean.
        safe_for_spreadsheet(form.reset_index()).to_csv(path, index=False, encoding="utf-8-sig")
    show_text(
        f"[{ANSWERS_FILE}]({ANSWERS_FILE}) beside this page has the {len(form)} questions with "
        "these answers. Change the column *answer* to yes, partly or no, leave it empty where "
        f"nobody knows, and run the page again with `-p answers={ANSWERS_FILE}`."
    )


def _check_options(columns: Any, encoding: Any) -> None:
    if columns is not None and not isinstance(columns, Mapping):
        raise InputTypeError(f"`columns` must be a mapping; got {type(columns).__name__}.")
    if encoding is not None and not isinstance(encoding, str):
        raise InputTypeError(f"`encoding` must be text; got {type(encoding).__name__}.")
    if encoding is not None:
        check_encoding("encoding", encoding)


def _read_text(
    source: str, needed: list[str], columns: Mapping[str, str] | None, encoding: str | None
) -> pd.DataFrame:
    """A small table as text."""
    path = Path(source)
    if path.suffix.casefold() in (".xlsx", ".xls"):
        table = pd.read_excel(path, dtype="str")
    else:
        table = _read_csv(path, (encoding,) if encoding else _ENCODINGS)
    table = table.rename(columns=dict(columns or {}))
    check_columns(table.columns, needed, what=f"`{path.name}`")
    return table


def _read_csv(path: Path, encodings: tuple[str, ...]) -> pd.DataFrame:
    for encoding in encodings:
        try:
            return pd.read_csv(path, dtype="str", encoding=encoding)
        except UnicodeDecodeError:
            continue
        except ValueError as error:  # no columns, or lines of unequal length
            raise InputError(f"`{path.name}` must be a table; {error}.") from error
    raise InputError(f"`{path.name}` is not text in {' or '.join(encodings)}. Name its encoding.")
