"""The terms of the workbook: English, Korean, a line of meaning, and where each is taught."""

from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from crmlab._errors import InputError, InputTypeError
from crmlab._terms import same_term

__all__ = ["find_terms", "load_glossary"]

_GLOSSARY = Path(__file__).with_name("glossary.csv")


def load_glossary() -> pd.DataFrame:
    """Load the glossary, one row per term, in alphabetical order.

    Returns
    -------
    DataFrame
        Columns `term`, `korean`, `meaning` and `taught`, the number of the notebook; all text,
        none missing.
    """
    return pd.read_csv(_GLOSSARY, dtype="str", keep_default_na=False, encoding="utf-8")


def find_terms(text: str) -> pd.DataFrame:
    """Find terms by a part of their English or Korean name.

    Parameters
    ----------
    text : str
        Capitals and plurals make no difference; a term that is named whole comes alone.

    Returns
    -------
    DataFrame
        The rows of the glossary, in its order.

    Raises
    ------
    InputError
        If no term holds the text; the message names those that are written alike.

    Examples
    --------
    >>> find_terms("no such word at all")
    Traceback (most recent call last):
    crmlab.InputError: `text` must be part of a term of the glossary; got 'no such word at all'. ...
    """
    if not isinstance(text, str):
        raise InputTypeError(f"`text` must be part of a term, as text; got {text!r}.")
    glossary, wanted = load_glossary(), same_term(text)
    names = glossary["term"].map(same_term)
    whole = (names == wanted) | (glossary["korean"] == text.strip())
    part = names.str.contains(wanted, regex=False) | glossary["korean"].str.contains(
        text.strip(), regex=False
    )
    found = glossary[whole if whole.any() else part]
    if found.empty or not text.strip():
        near = get_close_matches(wanted, list(names), n=3)
        alike = glossary.loc[names.isin(near), "term"].tolist()
        remedy = f"Did you mean {' or '.join(alike)}?" if alike else "Leave it out to see all."
        raise InputError(f"`text` must be part of a term of the glossary; got {text!r}. {remedy}")
    return found
