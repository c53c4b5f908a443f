"""The data cards: one Markdown file per set, and the list made from them."""

import re
from pathlib import Path

import pandas as pd

from crmlab._checks import check_choice
from crmlab._paths import data_dir

__all__ = ["available", "describe"]

_TABLE_ROW = re.compile(r"\| (?P<fact>.+?) \| (?P<value>.+?) \|")


def available() -> pd.DataFrame:
    """List the data sets, as their cards describe them.

    Returns
    -------
    DataFrame
        One row per set, sorted by name: ``name`` (as `describe` takes it), ``title``, ``rows``
        (of the main table), ``one_row_is``, ``licence``, ``access`` (``"bundled"``: comes with
        crmlab; ``"extra"``: comes with an optional package; ``"download"``: needs the network
        once) and ``load`` (the call that returns it).

    Examples
    --------
    >>> available()[["name", "access"]]
                   name    access
    0             cdnow   bundled
    1           company   bundled
    2  complete_journey   bundled
    3         donations   bundled
    4         hillstrom  download
    5     online_retail  download
    6           regions   bundled
    7           samples   bundled
    8       telco_churn     extra
    """
    return pd.DataFrame([_summarise_card(name, path) for name, path in _card_paths().items()])


def describe(name: str) -> str:
    """Return the data card of a set.

    Parameters
    ----------
    name : str
        A name from `available`, such as ``"cdnow"``.

    Returns
    -------
    str
        The card in Markdown: source, licence, columns with units, and traps.

    Raises
    ------
    InputError
        If no set has that name.

    Examples
    --------
    >>> print(describe("cdnow").splitlines()[0])
    # CDNOW: orders at an online music shop
    """
    cards = _card_paths()
    check_choice("name", name, cards)
    return cards[name].read_text(encoding="utf-8")


def _card_paths() -> dict[str, Path]:
    """Every card by the name of its set."""
    return {path.stem: path for path in sorted(data_dir().glob("*.md"))}


def _summarise_card(name: str, path: Path) -> dict[str, object]:
    """Read the title and the first table of a card: every card has the same ones."""
    title, _, facts_table, *_ = path.read_text(encoding="utf-8").split("\n\n", 3)
    facts = dict(_TABLE_ROW.findall(facts_table))
    return {
        "name": name,
        "title": title.removeprefix("# "),
        "rows": int(facts["rows"].replace(",", "")),
        "one_row_is": facts["one row is"],
        "licence": facts["licence"],
        "access": facts["access"],
        "load": facts["load"].strip("`"),
    }
