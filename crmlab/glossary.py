"""The terms of the workbook: English, Korean, a line of meaning, and where each is taught."""

from pathlib import Path

import pandas as pd

__all__ = ["load_glossary"]

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
