"""What segments are, and what they bring."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlab._checks import check_column, check_columns, check_size
from crmlab._errors import InputError, InputTypeError
from crmlab.segmentation._names import check_names

__all__ = ["profile_segments"]


def profile_segments(
    customers: pd.DataFrame,
    *,
    segment: str = "segment",
    value: str = "total_spend",
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    """Describe segments: how many customers, what value, and how they differ.

    Parameters
    ----------
    customers : DataFrame
        One row per customer, with a column of segments, one of value (currency), and those to be
        described.
    segment : str, default="segment"
        Column of segments. Its order is kept where it has one (categories), and segments without
        a customer stay; otherwise rows are sorted by segment.
    value : str, default="total_spend"
        Column of value, in currency; may be negative, as a profit.
    columns : sequence of str, default=()
        Columns of numbers to describe by mean and median.

    Returns
    -------
    DataFrame
        One row per segment:

        ``segment``
            its name, in order;
        ``n_customers``, ``customer_share``
            customers, and their share of all, in [0, 1];
        ``value``, ``value_share``
            their value in currency, and its share of all; the share is missing where the total is
            not above zero;
        ``mean_value``
            value per customer, in currency;
        ``mean_x``, ``median_x``
            of each further column ``x``, in its unit.

    Raises
    ------
    InputError
        If a column is missing, a customer has no segment, or a number is missing.

    Examples
    --------
    >>> customers = pd.DataFrame(
    ...     {"segment": ["a", "a", "b"], "total_spend": [60.0, 20.0, 20.0], "frequency": [4, 2, 0]}
    ... )
    >>> profile_segments(customers, columns=["frequency"])[
    ...     ["segment", "n_customers", "value", "value_share", "mean_frequency"]
    ... ]
      segment  n_customers  value  value_share  mean_frequency
    0       a            2   80.0          0.8             3.0
    1       b            1   20.0          0.2             0.0
    """
    if not isinstance(customers, pd.DataFrame):
        raise InputTypeError(f"`customers` must be a DataFrame; got {type(customers).__name__}.")
    columns = check_names("columns", columns)
    check_columns(customers.columns, [segment, value, *columns], what="`customers`")
    groups = customers[segment]
    if groups.isna().any():
        raise InputError(
            f"`{segment}` must not be missing; {groups.isna().sum():,} of {len(groups):,} are."
        )
    numbers = pd.DataFrame(
        {name: check_column(customers, name, negative=True) for name in [value, *columns]},
        index=customers.index,
    )
    for name in [value, *columns]:
        check_size(name, numbers[name])
    by = numbers.groupby(groups, observed=False)
    total = by[value].sum()
    profile = pd.DataFrame({"n_customers": by.size(), "value": total})
    profile.insert(1, "customer_share", profile["n_customers"] / len(customers))
    whole = total.sum()
    profile["value_share"] = total / whole if whole > 0 else np.nan
    profile["mean_value"] = by[value].mean()
    for name in columns:
        profile[f"mean_{name}"] = by[name].mean()
        profile[f"median_{name}"] = by[name].median()
    return profile.rename_axis("segment").reset_index()
