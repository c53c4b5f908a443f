"""What a new customer cost, everything counted, by what brought the customer."""

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import chi2

from crmlab._checks import (
    check_choice,
    check_columns,
    check_count,
    check_day,
    check_fraction,
    check_number,
    check_size,
    check_vector,
)
from crmlab._clocks import check_clocks, date_column
from crmlab._engine import execute
from crmlab._errors import InputError, InputTypeError
from crmlab._periods import PERIODS, index_of, starts
from crmlab._types import Day, Floats, Table
from crmlab.contracts import CUSTOMERS, SPEND

__all__ = ["acquisition_cost"]

_MONTHS = {"M": 1, "Q": 3, "Y": 12}
_LONGEST = 1200  # months of lag


def acquisition_cost(
    spend: Table,
    customers: Table,
    *,
    by: Literal["channel", "all"] = "channel",
    cohort: Literal["M", "Q", "Y"] | None = None,
    lag: int | Sequence[float] = 0,
    overheads: Sequence[str] = (),
    spread: Literal["spend", "customers"] = "spend",
    welcome_cost: float = 0.0,
    start: Day | None = None,
    end: Day | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Cost per new customer with everything that winning one takes, by channel and cohort.

    Money works when customers join, which may be months after it was spent. What brings nobody by
    itself, such as salaries or an agency, is spread over the channels that do.

    Parameters
    ----------
    spend : DataFrame or ibis.Table
        Canonical marketing spend: `date`, `channel`, `amount` (currency), `purpose`; rows of the
        purpose "acquire" count.
    customers : DataFrame or ibis.Table
        Canonical customers: `customer_id`, `joined`, `channel`.
    by : {"channel", "all"}, default="channel"
        A row for each channel, or one for all.
    cohort : {"M", "Q", "Y"}, optional
        A row for each month, quarter or year of joining as well.
    lag : int or sequence of float, default=0
        Months from spending to joining; or the shares of a month's spend that work 0, 1, 2, ...
        months later, which must add up to 1.
    overheads : sequence of str, optional
        Channels of `spend` that bring nobody by themselves. Nobody may have joined through them.
    spread : {"spend", "customers"}, default="spend"
        Overheads are spread over the other channels of the month by their spend, or by their new
        customers; where a month has none, by those of the whole time.
    welcome_cost : float, default=0.0
        What each new customer costs on arrival, in currency: a gift, a set-up, a commission.
    start, end : date, optional
        First and last month of joining that counts, by any day in them. Default: from the first
        month all of whose spend is in the table, to the last month in which money was spent or
        somebody joined.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        Sorted by its first columns:

        * `channel` and `cohort` (first day), where asked
        * `n_customers` : new ones
        * `direct`, `overhead`, `welcome` : what was spent on them, in currency
        * `spend` : the three together
        * `estimate`, `lower`, `upper`, `level` : cost per new customer, in currency; infinite
          where money was spent and nobody came, as `upper` then is

        A channel and cohort without spend and without customers has no row.

    Raises
    ------
    InputError
        If an option is out of range, no month has all its spend, or a customer lacks the day or
        the channel.
    ContractError
        If a table breaks its contract.

    Notes
    -----
    The limits take the money as given and the number of customers as Poisson: they are exact for
    that, and too narrow where numbers swing for a reason of their own, such as the weather. They
    say how far chance alone moves the cost; whether the customers came *because* of the money, no
    such table can say.

    References
    ----------
    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.

    Examples
    --------
    >>> spend = pd.DataFrame(
    ...     {"date": pd.to_datetime(["2025-01-01", "2025-01-01", "2025-02-01"]),
    ...      "channel": ["tv", "agency", "tv"], "amount": [600.0, 200, 600], "purpose": "acquire"}
    ... )
    >>> people = pd.DataFrame(
    ...     {"customer_id": range(6), "channel": "tv",
    ...      "joined": pd.to_datetime(["2025-01-20"] * 2 + ["2025-02-10"] * 4)}
    ... )
    >>> cost = acquisition_cost(spend, people, overheads=["agency"], welcome_cost=10)
    >>> cost[["channel", "n_customers", "spend", "estimate", "lower", "upper"]].round(1)
      channel  n_customers   spend  estimate  lower  upper
    0      tv            6  1460.0     243.3  117.2  645.8
    """
    check_choice("by", by, ["channel", "all"])
    check_choice("spread", spread, ["spend", "customers"])
    if cohort is not None:
        check_choice("cohort", cohort, _MONTHS)
    check_fraction("level", level, open_ends=True)
    gift = check_number("welcome_cost", welcome_cost, low=0)
    weights = _read_lag(lag)
    asked = check_day("start", start), check_day("end", end)
    check_clocks(
        {"`spend`": date_column(spend, "date"), "`customers`": date_column(customers, "joined")}
    )
    paid, came = _read_spend(spend), _read_customers(customers)
    _refuse_mixed_channels(paid, came)
    names = _read_overheads(overheads, paid, came)
    months = _find_months(paid, came, len(weights) - 1, asked)
    cells = _credit(paid, came, names, weights, months, spread)
    keys = _add_keys(cells, by, cohort)
    sums = cells.groupby(keys, sort=True)[["n_customers", "direct", "overhead"]].sum()
    sums = sums[(sums["n_customers"] > 0) | (sums["direct"] + sums["overhead"] > 0)]
    return _with_limits(sums.reset_index(), gift, level).drop(columns="all", errors="ignore")


def _read_lag(lag: int | Sequence[float]) -> Floats:
    """Share of a month's spend that works 0, 1, ... months later."""
    if isinstance(lag, int | np.integer) or np.ndim(lag) == 0:
        months = check_count("lag", lag, minimum=0)
        if months > _LONGEST:
            raise InputError(f"`lag` must be in [0, {_LONGEST}]; got {lag}. It counts months.")
        weights = np.zeros(months + 1)
        weights[-1] = 1.0
        return weights
    weights = check_vector("lag", lag, remedy="A share is at least 0.")
    if abs(weights.sum() - 1) > 1e-9:
        raise InputError(
            f"`lag` must hold shares that add up to 1; got a sum of {weights.sum():g}. For one "
            "number of months, pass a whole number."
        )
    return weights


def _read_spend(spend: Table) -> pd.DataFrame:
    """Money by channel and month."""
    rows = SPEND.require(spend)
    rows = rows.filter(rows.purpose == "acquire")
    rows = rows.mutate(month=PERIODS["M"](rows.date.cast("date")))
    paid = execute(rows.group_by("channel", "month").aggregate(amount=rows.amount.sum()))
    check_size("amount", paid["amount"])
    if not paid["amount"].sum() > 0:
        raise InputError("`spend` must hold money spent to acquire; it has none.")
    return paid.astype({"channel": "object", "month": "int64", "amount": "float64"})


def _read_customers(customers: Table) -> pd.DataFrame:
    """New customers by channel and month."""
    rows = CUSTOMERS.require(customers)
    check_columns(rows.columns, ["joined", "channel"], what="`customers`")
    empty = execute(rows.aggregate(joined=rows.joined.isnull().sum(),
                                   channel=rows.channel.isnull().sum()))  # fmt: skip
    for name in ("joined", "channel"):
        if count := int(empty[name].fillna(0).iloc[0]):
            raise InputError(
                f"`{name}` must not be missing; {count:,} customers lack it. Fill it in, such as "
                "with 'unknown' for the channel, or leave them out."
            )
    rows = rows.mutate(month=PERIODS["M"](rows.joined.cast("date")))
    came = execute(rows.group_by("channel", "month").aggregate(n_customers=rows.count()))
    if came.empty:
        raise InputError("`customers` must hold at least one customer; got none.")
    return came.astype({"channel": "object", "month": "int64", "n_customers": "int64"})


def _refuse_mixed_channels(paid: pd.DataFrame, came: pd.DataFrame) -> None:
    """Channels that are text in one table and numbers in the other never meet."""
    text = [{isinstance(name, str) for name in rows["channel"]} for rows in (paid, came)]
    if len(set.union(*text)) > 1:
        first = paid["channel"].iloc[0], came["channel"].iloc[0]
        raise InputError(
            "`channel` must be text in both tables, or numbers in both; `spend` has, for example, "
            f"{first[0]!r}, `customers` {first[1]!r}. Convert one of them."
        )


def _read_overheads(overheads: Iterable[str], paid: pd.DataFrame, came: pd.DataFrame) -> list[str]:
    if isinstance(overheads, str) or not isinstance(overheads, Iterable):
        raise InputTypeError(f"`overheads` must be a list of channels; got {overheads!r}.")
    names = list(overheads)  # those named twice are taken once, below
    known = sorted(set(paid["channel"]))
    for name in names:
        if name not in known:
            raise InputError(
                f"`overheads` must name channels of `spend`, which has "
                f"{', '.join(map(repr, known))}; got {name!r}."
            )
    brought = sorted(set(names) & set(came["channel"]))
    if brought:
        raise InputError(
            f"`overheads` must bring nobody by themselves; customers joined through "
            f"{', '.join(map(repr, brought))}."
        )
    return list(dict.fromkeys(names))


def _find_months(
    paid: pd.DataFrame, came: pd.DataFrame, longest: int, asked: tuple[object, object]
) -> range:
    """Months of joining that count, all of whose spend is known."""
    known = int(paid["month"].min()) + longest
    latest = max(int(came["month"].max()), int(paid["month"].max()))
    first, last = (None if day is None else index_of(day, "M") for day in asked)  # type: ignore[arg-type]
    if first is not None and first < known:
        since = starts(pd.Series([known]), "M").iloc[0].date()
        raise InputError(
            f"`start` must be {since} or later, since money spent before the first row of `spend` "
            f"is not known; got {asked[0]}."
        )
    months = range(known if first is None else first, (latest if last is None else last) + 1)
    if not len(months):
        raise InputError(
            "There must be a month of joining all of whose spend is in the table; there is none. "
            "See `lag`, `start` and `end`."
        )
    return months


def _credit(
    paid: pd.DataFrame,
    came: pd.DataFrame,
    overheads: list[str],
    weights: Floats,
    months: range,
    spread: str,
) -> pd.DataFrame:
    """Money in the month when it works, and those who came in it, by channel."""
    work = pd.concat(
        [paid.assign(month=paid["month"] + late, amount=paid["amount"] * share)
         for late, share in enumerate(weights)]
    )  # fmt: skip
    channels = sorted((set(paid["channel"]) | set(came["channel"])) - set(overheads))
    if not channels:
        raise InputError("`overheads` must leave a channel that brings customers; it names all.")
    wide = work.pivot_table(index="month", columns="channel", values="amount", aggfunc="sum")
    money = wide.reindex(index=months, columns=[*channels, *overheads]).fillna(0.0)
    count = came.pivot(index="month", columns="channel", values="n_customers")
    count = count.reindex(index=months, columns=channels).fillna(0)
    direct = money[channels].to_numpy()
    base = direct if spread == "spend" else count.to_numpy(dtype=float)
    overhead = _spread(money[overheads].to_numpy().sum(axis=1), base)
    return pd.DataFrame(
        {
            "channel": np.tile(channels, len(months)),
            "month": np.repeat(list(months), len(channels)),
            "n_customers": count.to_numpy(dtype="int64").ravel(),
            "direct": direct.ravel(),
            "overhead": overhead.ravel(),
        }
    )


def _spread(overhead: Floats, base: Floats) -> Floats:
    """Overhead of each month over the channels, by the month's base or that of all months."""
    whole = base.sum(axis=0)
    whole = whole / whole.sum() if whole.sum() else np.full(len(whole), 1 / len(whole))
    total = base.sum(axis=1, keepdims=True)
    share = np.where(total > 0, base / np.where(total > 0, total, 1.0), whole)
    return np.asarray(overhead[:, None] * share)


def _add_keys(cells: pd.DataFrame, by: str, cohort: str | None) -> list[str]:
    """Write the columns to group by into `cells`, a table of our own; return their names."""
    cells["all"] = "all"
    keys = ["channel" if by == "channel" else "all"]
    if cohort is not None:
        size = _MONTHS[cohort]
        cells["cohort"] = starts(cells["month"] // size, cohort).to_numpy()  # type: ignore[arg-type]
        keys.append("cohort")
    return keys


def _with_limits(sums: pd.DataFrame, gift: float, level: float) -> pd.DataFrame:
    n = sums["n_customers"].to_numpy(dtype=float)
    bought = (sums["direct"] + sums["overhead"]).to_numpy()
    tail = (1 - level) / 2
    fewest = np.where(n > 0, chi2.ppf(tail, 2 * np.maximum(n, 1)) / 2, 0.0)
    most = chi2.ppf(1 - tail, 2 * n + 2) / 2
    each = {"estimate": n, "lower": most, "upper": fewest}
    with np.errstate(divide="ignore", invalid="ignore"):
        costs = {name: np.where(bought > 0, bought / by, 0.0) + gift for name, by in each.items()}
    welcome = gift * n
    return sums.assign(welcome=welcome, spend=bought + welcome, **costs, level=level)
