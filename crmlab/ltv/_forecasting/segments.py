"""Customers added up by segment."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_choice
from crmlab._errors import InputError, InputTypeError

__all__ = ["find_segments"]


def find_segments(
    summary: pd.DataFrame, by: str | pd.Series | None, *, total: bool
) -> tuple[NDArray[np.intp], pd.Index]:
    """Return each customer's segment by position, and the segments."""
    if total:
        if by is not None:
            raise InputError("`by` and `total` exclude each other; got both. Leave one out.")
        return np.zeros(len(summary), dtype="intp"), pd.Index(["total"], name="segment")
    if isinstance(by, str):
        check_choice("by", by, [str(name) for name in summary.columns])
        by = summary[by]
    if not isinstance(by, pd.Series):
        raise InputTypeError(f"`by` must be a column name or a Series; got {type(by).__name__}.")
    if not by.index.equals(summary.index):
        raise InputError("`by` must have the index of `summary`. Use by.loc[summary.index].")
    if by.isna().any():
        raise InputError(
            f"`by` must name a segment for every customer; {by.isna().sum():,} of {len(by):,} "
            "have none. Give them one, such as 'other'."
        )
    at, names = pd.factorize(by, sort=True)
    return at, pd.Index(names, name=by.name or "segment")
