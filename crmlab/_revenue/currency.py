"""Currencies are never added up: amounts in one of them are kept, or converted to it."""

import numbers
from collections.abc import Collection, Mapping
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

from crmlab._engine import store_beside
from crmlab._errors import InputError, InputTypeError
from crmlab.contracts import TRANSACTIONS

__all__ = ["UNRATED", "Rates", "check_rates", "convert", "find_target"]

Rates = Mapping[str, float] | pd.DataFrame

# Marks the lines without a rate on their day.
UNRATED = "crmlab::unrated"

_FRAME = ["currency", "date", "rate"]


def check_rates(rates: object) -> None:
    """Raise InputError unless `rates` say what one unit of each currency is worth."""
    if isinstance(rates, pd.DataFrame):
        missing = [name for name in _FRAME if name not in rates]
        if missing:
            raise InputError(
                f"`rates` must have the columns {', '.join(_FRAME)}; it lacks {missing[0]!r}."
            )
        values: list[Any] = rates["rate"].tolist()
        if rates["date"].dtype.kind != "M":
            raise InputTypeError("`rates` must have dates in `date`: use pandas.to_datetime.")
    elif isinstance(rates, Mapping):
        values = [*rates.values()]
    else:
        raise InputTypeError(
            "`rates` must map a currency to what one unit of it is worth, as {'EUR': 1.08} does, "
            f"or be a frame with {', '.join(_FRAME)}; got {type(rates).__name__}."
        )
    for value in values:
        number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if not number or not 0 < float(value) < np.inf:
            raise InputError(f"`rates` must be positive numbers; got {value!r}.")


def find_target(found: Collection[str], rates: Rates, currency: str | None) -> str:
    """The currency that rates convert to: the one asked for, else the only one without a rate."""
    rated = rates["currency"].tolist() if isinstance(rates, pd.DataFrame) else list(rates)
    known = {str(code).upper() for code in rated}
    without = sorted(set(found) - known)
    if currency is not None:
        without = [code for code in without if code != currency]
        if without:
            raise InputError(f"`rates` must have a rate for {without[0]}; add one.")
        return currency
    if len(without) != 1:
        wrong = f"no rate for {', '.join(without)}" if without else "a rate for every currency"
        raise InputError(
            f"`rates` must leave one currency out, to which the others are converted; got {wrong}. "
            "Say which with `currency=`."
        )
    return without[0]


def convert(
    table: Any, names: Collection[str], rates: Rates, target: str, *, prefix: str = ""
) -> Any:
    """Convert every amount of our columns to one currency.

    On a day before the first rate of its currency an amount stays as it is; `UNRATED` marks such
    lines.
    """
    code = table[f"{prefix}currency"]
    if isinstance(rates, pd.DataFrame):
        table, rate = _join_daily(table, rates, prefix)
        rate = ibis.ifelse(code == target, 1.0, rate)
    else:
        worth = [(code == one.upper(), float(value)) for one, value in rates.items()]
        rate = ibis.cases((code == target, 1.0), *worth)
    table = table.mutate(**{"crmlab::rate": rate})
    rate = table["crmlab::rate"]
    money = [one.name for one in TRANSACTIONS.columns if one.money and one.name in names]
    return table.mutate(
        **{
            prefix + name: table[prefix + name].cast("float64") * rate.fill_null(1.0)
            for name in money
        },
        **{
            prefix + UNRATED: rate.isnull() & table[f"{prefix}currency"].notnull(),
            f"{prefix}currency": ibis.ifelse(rate.notnull(), target, code),
        },
    )


def _join_daily(table: Any, rates: pd.DataFrame, prefix: str) -> tuple[Any, Any]:
    """Join the latest rate of each line's currency at its day."""
    # A day is a day of the calendar, in whatever zone the rate was quoted.
    day = rates["date"].dt.tz_localize(None)
    rates = rates.assign(currency=rates["currency"].str.upper(), date=day).sort_values("date")
    if rates.duplicated(["currency", "date"]).any():
        raise InputError("`rates` must have one rate per currency and date; some have several.")
    until = rates.groupby("currency")["date"].shift(-1)
    spans = pd.DataFrame(
        {
            "crmlab::rate of": rates["currency"].astype("str"),
            "crmlab::from": rates["date"].astype("datetime64[us]"),
            "crmlab::until": until.fillna(pd.Timestamp("9999-12-31")).astype("datetime64[us]"),
            "crmlab::daily": rates["rate"].astype("float64"),
        }
    )
    held = store_beside(table, pa.Table.from_pandas(spans, preserve_index=False))
    date = table[f"{prefix}date"]
    joined = table.left_join(
        held,
        [
            table[f"{prefix}currency"] == held["crmlab::rate of"],
            date >= held["crmlab::from"],
            date < held["crmlab::until"],
        ],
    )
    added = ["crmlab::rate of", "crmlab::from", "crmlab::until"]
    joined = joined.drop(*added)
    return joined, joined["crmlab::daily"]
