"""The three measures of a customer that are scored, in a frame and in an engine, read alike."""

from typing import Any, Literal

import ibis
import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_column, check_columns, check_count, check_size
from crmlab._engine import execute
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats

__all__ = [
    "SCORES",
    "Money",
    "check_scoring",
    "check_spread",
    "check_spread_in_engine",
    "name_measures",
    "read_expressions",
    "read_measures",
]

Money = Literal["total_spend", "mean_spend", "monetary_value"]

SCORES = ["r_score", "f_score", "m_score"]
_MONEY = ("total_spend", "mean_spend", "monetary_value")
# Sums of the same amounts differ in their last digits by the order of adding; equal customers
# must stay equal. Above the limit a float has no such decimals.
_DECIMALS, _LIMIT = 5, 1e9
_MOST_BINS = 100


def check_scoring(n_bins: int, monetary: str) -> None:
    """Raise unless the options of a score are possible."""
    if check_count("n_bins", n_bins, minimum=2) > _MOST_BINS:
        raise InputError(f"`n_bins` must be at most {_MOST_BINS}; got {n_bins:,}.")
    check_choice("monetary", monetary, _MONEY)


def name_measures(monetary: str) -> list[str]:
    """The columns that are scored, in the order recency, frequency, money."""
    return ["days_since_last", "frequency", monetary]


def read_measures(summary: Any, monetary: str) -> dict[str, Floats]:
    """The three measures of each customer, turned so that more is better."""
    if not isinstance(summary, pd.DataFrame):
        raise InputTypeError(
            f"`summary` must be a DataFrame or an Ibis table; got {type(summary).__name__}."
        )
    recency, frequency, money = name_measures(monetary)
    _check_names(summary.columns, monetary)
    found = {
        recency: -check_column(summary, recency, what="`summary`"),
        frequency: check_column(summary, frequency, what="`summary`"),
        money: check_column(summary, money, what="`summary`", negative=True),
    }
    value = found[money]
    check_size(money, value)
    found[money] = np.where(np.abs(value) < _LIMIT, np.round(value, _DECIMALS), value)
    return found


def read_expressions(customers: Any, monetary: str) -> dict[str, Any]:
    """The same of an Ibis table, as expressions."""
    _check_names(customers.columns, monetary)
    recency, frequency, money = name_measures(monetary)
    value = customers[money].cast("float64")
    return {
        recency: -customers[recency],
        frequency: customers[frequency],
        money: ibis.ifelse(value.abs() < _LIMIT, value.round(_DECIMALS).cast("float64"), value),
    }


def _check_names(present: Any, monetary: str) -> None:
    remedy = ""
    if "days_since_last" not in present and "recency" in present:
        remedy = (
            " (`recency` is first to last purchase and not the time since the last one; "
            "`rfm_summary` gives both)"
        )
    check_columns(present, name_measures(monetary), what=f"`summary`{remedy}")


def check_spread(found: dict[str, Floats], n_bins: int) -> None:
    """Raise unless there are enough customers, who differ in each measure."""
    n_customers = len(next(iter(found.values())))
    _check_enough(n_customers, n_bins)
    for name, value in found.items():
        if value.min() == value.max():
            raise _constant(name)


def check_spread_in_engine(customers: Any, found: dict[str, Any], n_bins: int) -> int:
    """The same of an Ibis table, by one query; return the number of customers."""
    table = customers.select(**found)
    counts: dict[str, Any] = {"n": table.count()}
    for name in found:
        # Not so of null, nan and the infinite.
        known = (table[name].abs() < float("inf")).fill_null(False)
        counts |= {
            f"bad {name}": (~known).sum(), f"low {name}": table[name].min(),
            f"high {name}": table[name].max(),
        }  # fmt: skip
    row = execute(table.aggregate(**counts)).iloc[0]
    _check_enough(int(row["n"]), n_bins)
    for at, name in enumerate(found):
        if n_bad := int(row[f"bad {name}"]):
            raise InputError(
                f"`{name}` must be finite and not missing; {n_bad:,} of {int(row['n']):,} are not. "
                "Fill or drop those first."
            )
        low, high = float(row[f"low {name}"]), float(row[f"high {name}"])
        # The first is turned round, so that what is negative there is above zero.
        if (high if at == 0 else -low) > 0 and at < 2:
            raise InputError(f"`{name}` must not be negative; got {-high if at == 0 else low:g}.")
        if low == high:
            raise _constant(name)
    return int(row["n"])


def _check_enough(n_customers: int, n_bins: int) -> None:
    if n_customers < n_bins:
        raise InputError(
            f"`n_bins` must be at most the number of customers, {n_customers:,}; got {n_bins:,}. "
            "Ask for fewer bins."
        )


def _constant(name: str) -> InputError:
    return InputError(
        f"`{name}` must differ between customers to be scored; it is the same for all of them. "
        "A score would say nothing: look at the other measures alone."
    )
