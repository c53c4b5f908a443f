"""The list beside a page: whom it advises to do something about, why, and what."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from crmlab._checks import check_columns
from crmlab._lots import SEED, draw_control
from crmlab._paths import docs_dir
from crmlab._text import safe_for_spreadsheet
from crmlab._words import count_words
from crmlab.privacy import mask
from crmlab.reports._show import show_text

__all__ = [
    "ANSWERS_FILE", "BESIDE", "CUSTOMERS_FILE", "PAGE_FOLDER", "mask_ids", "save_calls",
    "save_customers", "save_next_wave", "split_at_random",
]  # fmt: skip

CUSTOMERS_FILE = "customers.csv"
_CALLS_FILE = "calls.csv"
_WAVE_FILE = "next_wave.csv"
_FAIR_USE = "fair_use.md"
ANSWERS_FILE = "answers.csv"
BESIDE = (
    ANSWERS_FILE,
    CUSTOMERS_FILE,
    _CALLS_FILE,
    _WAVE_FILE,
    _FAIR_USE,
)  # files that a template may leave with its page
_MASKED = (
    "Ids that tell who somebody is, such as e-mail addresses, are masked; the parameter "
    "`show_personal=true` writes them as they are."
)
PAGE_FOLDER = "CRMLAB_PAGE_FOLDER"  # variable of the kernel of a report


def save_customers(
    customers: pd.DataFrame,
    *,
    personal: Sequence[str] = (),
    show_personal: bool = False,
) -> None:
    """Write the list of customers beside the page, and say on the page what is in it.

    Outside a report, in a notebook that is run by hand, nothing is written.

    Parameters
    ----------
    customers : DataFrame
        One row per customer, index `customer_id`: `why` and `what_to_do` (words), `tested`
        (whether one half, chosen at random, is to be left alone), and figures. A column `group`
        is added: "treat", "control", or nothing where no test is advised.
    personal : sequence of str, default=()
        Our columns whose values tell who somebody is, whatever they look like.
    show_personal : bool, default=False
        Whether e-mail addresses, phone numbers and what is personal are written as they are.

    Raises
    ------
    InputError
        If a column is missing.
    """
    check_columns(customers.columns, ["why", "what_to_do", "tested"], what="The table")
    tested = customers["tested"].astype(bool)
    table = customers.drop(columns="tested")
    group = pd.Series("", index=table.index, dtype="str")
    group[tested] = split_at_random(table.index[tested])
    table.insert(2, "group", group)
    table.index = mask_ids(table.index, personal=personal, show_personal=show_personal)
    _write_list(table, CUSTOMERS_FILE)
    masked = not show_personal and list(table.index) != list(customers.index)
    show_text(_describe_list(len(table), int((group == "control").sum()), masked=masked))


def save_calls(
    calls: pd.DataFrame,
    *,
    personal: Sequence[str] = (),
    show_personal: bool = False,
) -> None:
    """Write the list of calls beside the page, with the page on fair use, and say what is in it.

    Outside a report, in a notebook that is run by hand, nothing is written.

    Parameters
    ----------
    calls : DataFrame
        One row per customer, index `customer_id`: `what_to_do` (words), `group` ("treat" or
        "control"), and what else the list says.
    personal, show_personal
        As in `save_customers`.

    Raises
    ------
    InputError
        If a column is missing.
    """
    _save_with_control(calls, _CALLS_FILE, personal, show_personal)


def save_next_wave(
    wave: pd.DataFrame,
    *,
    personal: Sequence[str] = (),
    show_personal: bool = False,
) -> None:
    """Write the next wave of a campaign beside the page, as `save_calls` writes a list of calls.

    Parameters
    ----------
    wave : DataFrame
        One row per customer, index `customer_id`: `what_to_do` (words), `group` ("treat" or
        "control"), and what else the list says.
    personal, show_personal
        As in `save_customers`.

    Raises
    ------
    InputError
        If a column is missing.
    """
    _save_with_control(wave, _WAVE_FILE, personal, show_personal)


def _save_with_control(
    table: pd.DataFrame, name: str, personal: Sequence[str], show_personal: bool
) -> None:
    check_columns(table.columns, ["what_to_do", "group"], what="The table")
    masked = table.set_axis(mask_ids(table.index, personal=personal, show_personal=show_personal))
    _write_list(masked, name)
    if PAGE_FOLDER in os.environ:
        shutil.copyfile(docs_dir() / _FAIR_USE, Path(os.environ[PAGE_FOLDER], _FAIR_USE))
    n_control = int((table["group"] == "control").sum())
    words = f"[{name}]({name}) beside this page has "
    words += count_words(len(table), "row") if len(table) else "no rows"
    words += f", {n_control:,} of them marked *control*: leave these alone." if n_control else "."
    if not show_personal and list(masked.index) != list(table.index):
        words += f" {_MASKED}"
    show_text(words)


def _write_list(table: pd.DataFrame, name: str) -> None:
    if PAGE_FOLDER in os.environ:
        path = Path(os.environ[PAGE_FOLDER], name)
        # With the mark at the front Excel takes the file for UTF-8 and shows Korean.
        safe = safe_for_spreadsheet(table.rename_axis("customer_id").reset_index())
        safe.to_csv(path, index=False, encoding="utf-8-sig")


def split_at_random(ids: pd.Index) -> np.ndarray:
    """Divide customers into two halves at random: "treat" and "control".

    The order in which they stand does not matter, and who is in the list again next month is, as a
    rule, in the same half again: what decides is a number drawn for each id, with one seed.

    Parameters
    ----------
    ids : Index
        Ids of customers, each once.

    Returns
    -------
    ndarray of str
        Half of them "control", one fewer where their number is odd.

    Examples
    --------
    >>> sorted(split_at_random(pd.Index(["a", "b", "c"])).tolist())
    ['control', 'treat', 'treat']
    """
    return draw_control(ids, len(ids) // 2)


def mask_ids(ids: pd.Index, *, personal: Sequence[str] = (), show_personal: bool) -> pd.Index:
    """Mask the ids of customers that tell who somebody is; others stay.

    Parameters
    ----------
    ids : Index
        Ids of customers.
    personal : sequence of str, default=()
        Our columns that are personal whatever they look like; with "customer_id" an id that is no
        address and no number is masked as a name is.
    show_personal : bool
        Whether all stay as they are.

    Returns
    -------
    Index

    Examples
    --------
    >>> mask_ids(pd.Index(["C-17", "kim@example.com"]), show_personal=False).tolist()
    ['C-17', 'k***@example.com']
    """
    if show_personal or not len(ids):
        return ids
    written = pd.DataFrame({"id": ids.to_numpy()})
    masked = mask(written, columns={"id": "identifier"})["id"]
    if "customer_id" in personal:
        same = masked == written["id"].astype("str")
        masked = masked.where(~same, mask(written, columns={"id": "name"})["id"])
    if (masked == written["id"].astype("str")).all():
        return ids
    return pd.Index(masked, name=ids.name)


def _describe_list(n_rows: int, n_control: int, *, masked: bool) -> str:
    """What the list holds, in Markdown with a link to it."""
    if not n_rows:
        return f"The list beside this page, [{CUSTOMERS_FILE}]({CUSTOMERS_FILE}), has no rows."
    words = [
        f"The list beside this page, [{CUSTOMERS_FILE}]({CUSTOMERS_FILE}), has "
        f"{count_words(n_rows, 'customer')}: why each is in it, and what to do."
    ]
    if n_control:
        words.append(
            f"For the test, {n_control:,} of them are marked *control*: leave these alone. They "
            f"were chosen at random, by a number drawn for each id with the seed {SEED}, so a "
            "customer is in the same half next month, with few exceptions."
        )
    if masked:
        words.append(_MASKED)
    return " ".join(words)
