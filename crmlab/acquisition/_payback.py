"""When a new customer has brought back what winning it cost."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_day, check_number, check_size, check_vector
from crmlab._errors import InputError, InputTypeError
from crmlab._intervals import check_resampling
from crmlab._types import Day, Floats, Table
from crmlab._units import UNIT_DAYS, Unit, months_between, rate_per
from crmlab.customer_base import margin_of_lines, margin_of_months

__all__ = ["margin_panel", "payback_curve", "payback_period"]

_MONTHS = {"M": 1, "Q": 3, "Y": 12}
_CELLS = 5e6  # of weights held at a time
Days = Any


def margin_panel(
    transactions: Table,
    *,
    subscriptions: Table | None = None,
    period: Literal["M", "Q", "Y"] = "M",
    observation_end: Day | None = None,
) -> pd.DataFrame:
    """Margin of each customer in each period since the customer came.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions with a cost: `customer_id`, `date`, `amount` and `cost` (currency,
        for the line). What was given back is taken off the purchase.
    subscriptions : DataFrame or ibis.Table, optional
        `customer_id`, `start`, `end`, `plan`, `monthly_fee` and `monthly_cost` (currency). A month
        is paid when it starts.
    period : {"M", "Q", "Y"}, default="M"
        Length of a period, on the calendar from the day the customer came.
    observation_end : date, optional
        Last day observed. Default: the last day in `transactions`.

    Returns
    -------
    DataFrame
        A row per customer, by `customer_id`; a column per period, 1, 2, ..., by `tenure`: margin in
        currency, 0 where the customer was silent, missing where the period was not over by the end.

    Raises
    ------
    InputError
        If no customer was seen through a whole period.
    ContractError
        If a table breaks its contract, or a cost is missing.

    Examples
    --------
    >>> day = pd.to_datetime(["2025-01-10", "2025-02-01", "2025-02-15", "2025-03-31"])
    >>> orders = pd.DataFrame(
    ...     {"customer_id": ["a", "a", "b", "a"], "date": day, "amount": [100.0, 80, 60, 40],
    ...      "cost": [70.0, 50, 45, 25]}
    ... )
    >>> margin_panel(orders)
    tenure          1    2
    customer_id
    a            60.0  0.0
    b            15.0  NaN
    """
    check_choice("period", period, _MONTHS)
    asked = check_day("observation_end", observation_end)
    lines, came, end = margin_of_lines(transactions, asked)
    days = [lines]
    if subscriptions is not None:
        fees, began, _ = margin_of_months(subscriptions, end.astype(object))
        days.append(fees)
        came = pd.concat([came, began]).groupby(level=0).min()
    came = came.rename_axis("customer_id").sort_index()
    months = _MONTHS[period]
    # The day after the last one counts: a period is whole when its last day is over.
    after = np.full(len(came), end + np.timedelta64(1, "D"))
    whole = months_between(came.to_numpy().astype("datetime64[D]"), after) // months
    if whole.max(initial=0) < 1:
        raise InputError(
            f"`transactions` must show a customer through a whole period {period!r} by {end}; they "
            "show none. Use a shorter period."
        )
    return _add_up(pd.concat(days), came, whole, months)


def _add_up(money: pd.DataFrame, came: pd.Series, whole: Any, months: int) -> pd.DataFrame:
    row = came.index.get_indexer(pd.Index(money["customer_id"]))
    first = came.to_numpy().astype("datetime64[D]")[row]
    since = months_between(first, money["day"].to_numpy().astype("datetime64[D]"))
    at = np.maximum(since, 0) // months
    sums = np.zeros((len(came), int(whole.max())))
    inside = at < whole[row]
    np.add.at(sums, (row[inside], at[inside]), money["margin"].to_numpy(dtype=float)[inside])
    sums[np.arange(sums.shape[1]) >= whole[:, None]] = np.nan
    columns = pd.Index(range(1, sums.shape[1] + 1), name="tenure")
    return pd.DataFrame(sums, index=came.index, columns=columns)


def payback_period(
    margins: pd.DataFrame,
    cost: float | Mapping[Any, float] | pd.Series,
    *,
    by: pd.Series | None = None,
    discount_rate: float = 0.0,
    period: Unit = "M",
    per: Unit = "Y",
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Periods until the average new customer has brought back what winning it cost.

    Parameters
    ----------
    margins : DataFrame
        A row per customer, a column per period since the customer came, in order: margin in
        currency, missing where it is not known yet, as `margin_panel` returns it.
    cost : float, or Series or mapping by group
        Cost of winning a customer, in currency; 0 or more.
    by : Series, optional
        Group of each customer, such as the channel, by `customer_id`; a row for each group.
    discount_rate : float, default=0.0
        Effective rate per `per`, 0 or more. Margins count at the end of their period.
    period : {"D", "W", "M", "Q", "Y"}, default="M"
        Unit of the columns.
    per : {"D", "W", "M", "Q", "Y"}, default="Y"
        Unit of `discount_rate`.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    n_resamples : int, default=1000
        Number of resamples; at least 40 at level 0.95.
    seed : int, default=0
        Seed of the random draws.

    Returns
    -------
    DataFrame
        A row for each group, `group` its first column where `by` is given; columns

        * `n_customers`, `n_periods` : seen; of the last periods few customers may know
        * `cost` : of winning one, in currency
        * `brought` : discounted margin per customer by the last period, in currency
        * `estimate`, `lower`, `upper`, `level` : periods, a part of one in proportion; missing
          where the cost is not back within `n_periods`: never, as far as can be seen
        * `share_paid_back` : of the resamples in which it is

    Raises
    ------
    InputError
        If an option is out of range, a period is known of nobody, a group has no cost, or there is
        one customer only.

    Notes
    -----
    The margin of a period is the mean over those who could be seen through it, whether or not they
    still bought. Limits come from resampling customers; a resample in which the cost is not back
    counts as later than any that is. A customer's margin may be negative, so the cost may be back
    and then not: the first time counts. Payback passes over everything that comes after it, so it
    says how long money is at risk, and not what a customer is worth.

    References
    ----------
    Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap, chapter 13.

    Examples
    --------
    >>> margins = pd.DataFrame([[60.0, 20, 20, 20], [20, 20, 20, 20], [10, 0, 0, None]])
    >>> payback = payback_period(margins, 50)
    >>> payback[["n_customers", "brought", "estimate", "lower", "upper"]].round(2)
       n_customers  brought  estimate  lower  upper
    0            3    76.67       2.5   0.83    NaN
    >>> float(payback["share_paid_back"].iloc[0].round(2))
    0.84
    """
    check_resampling(level=level, n_resamples=n_resamples, seed=seed)
    groups, factor = _read(margins, cost, by, discount_rate, period, per)
    rng = np.random.default_rng(seed)
    rows = []
    for name, (panel, paid) in groups.items():
        draws = _cross(_resample(panel, factor, n_resamples, rng), paid)
        tails = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
        summed = _mean_sums(panel, np.ones((1, len(panel))), factor)
        found = [float(_cross(summed, paid)[0]), *tails.tolist()]
        estimate, lower, upper = (at if np.isfinite(at) else np.nan for at in found)
        rows.append(
            {"group": name, "n_customers": len(panel), "n_periods": panel.shape[1], "cost": paid,
             "brought": float(summed[0, -1]), "estimate": estimate, "lower": lower, "upper": upper,
             "level": level, "share_paid_back": float(np.isfinite(draws).mean())}
        )  # fmt: skip
    return pd.DataFrame(rows).drop(columns=[] if by is not None else "group")


def payback_curve(
    margins: pd.DataFrame,
    cost: float | Mapping[Any, float] | pd.Series,
    *,
    by: pd.Series | None = None,
    discount_rate: float = 0.0,
    period: Unit = "M",
    per: Unit = "Y",
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Add up what the average new customer has brought by each period, beside its cost.

    Parameters
    ----------
    margins, cost, by, discount_rate, period, per, level, n_resamples, seed
        As in `payback_period`.

    Returns
    -------
    DataFrame
        A row per group and period; columns `group` where `by` is given, `tenure` (0 for the day
        the customer came), `n_customers` known in it, `cost` in currency, and
        `estimate, lower, upper, level`: discounted margin per customer so far, in currency.

    Raises
    ------
    InputError
        As `payback_period`.

    Examples
    --------
    >>> margins = pd.DataFrame([[60.0, 20], [20, 20], [10, 0]])
    >>> payback_curve(margins, 50)[["tenure", "n_customers", "cost", "estimate"]].round(1)
       tenure  n_customers  cost  estimate
    0       0            3  50.0       0.0
    1       1            3  50.0      30.0
    2       2            3  50.0      43.3
    """
    check_resampling(level=level, n_resamples=n_resamples, seed=seed)
    groups, factor = _read(margins, cost, by, discount_rate, period, per)
    rng = np.random.default_rng(seed)
    parts = []
    for name, (panel, paid) in groups.items():
        draws = _resample(panel, factor, n_resamples, rng)
        lower, upper = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
        known = np.isfinite(panel).sum(axis=0)
        table = pd.DataFrame(
            {"group": name, "tenure": range(panel.shape[1] + 1),
             "n_customers": [len(panel), *known], "cost": paid,
             "estimate": _mean_sums(panel, np.ones((1, len(panel))), factor)[0],
             "lower": lower, "upper": upper, "level": level}
        )  # fmt: skip
        parts.append(table)
    table = pd.concat(parts, ignore_index=True)
    return table.drop(columns=[] if by is not None else "group")


def _read(
    margins: pd.DataFrame, cost: Any, by: pd.Series | None, rate: float, period: str, per: str
) -> tuple[dict[Any, tuple[Floats, float]], Floats]:
    """Margins and cost of each group, and what a margin of each period counts today."""
    if not isinstance(margins, pd.DataFrame):
        raise InputTypeError(
            f"`margins` must be a DataFrame, a row per customer and a column per period; got "
            f"{type(margins).__name__}."
        )
    check_choice("period", period, UNIT_DAYS)
    each = rate_per(check_number("discount_rate", rate, low=0), period, per=per)
    margins = _in_order(margins)
    panel = _read_panel(margins)
    factor = (1 + each) ** -np.arange(1.0, panel.shape[1] + 1)
    if by is None:
        return {"all": (_cut("all", panel), _read_cost(cost, "all"))}, factor
    group = _read_groups(margins, by)
    names = _sort_names(group)
    rows = {name: panel[(group == name).to_numpy()] for name in names}
    return {name: (_cut(name, part), _read_cost(cost, name)) for name, part in rows.items()}, factor


def _in_order(margins: pd.DataFrame) -> pd.DataFrame:
    """Customers in the order of their ids, so that resamples do not depend on that of the rows."""
    if margins.index.has_duplicates:
        name = margins.index[margins.index.duplicated()][0]
        raise InputError(f"`margins` must have one row for each customer; {name!r} has several.")
    try:
        return margins.sort_index()
    except TypeError:  # ids of several kinds
        return margins.sort_index(key=lambda ids: ids.map(repr))


def _sort_names(group: pd.Series) -> list[Any]:
    names = group.unique().tolist()
    if len({isinstance(name, str) for name in names}) > 1:
        raise InputError(
            f"`by` must hold groups of one kind, text or numbers; got {names[0]!r} and others "
            "of another kind. Convert them."
        )
    return sorted(names)


def _read_panel(margins: pd.DataFrame) -> Floats:
    if not margins.size:
        raise InputError("`margins` must have a customer and a period; got none.")
    columns = [
        check_vector("margins", margins.iloc[:, at], negative=True, missing=True)
        for at in range(margins.shape[1])
    ]
    panel = np.stack(columns, axis=1)
    check_size("margins", panel)
    gap = np.isnan(panel[:, :-1]) & ~np.isnan(panel[:, 1:])
    if gap.any():
        name = margins.index[int(np.argmax(gap.any(axis=1)))]
        raise InputError(
            f"`margins` must be known up to some period and missing after it; {name!r} lacks one "
            "in between. A silent period is 0."
        )
    return panel


def _read_groups(margins: pd.DataFrame, by: Any) -> pd.Series:
    if not isinstance(by, pd.Series):
        raise InputTypeError(
            f"`by` must be a Series of groups by customer_id; got {type(by).__name__}."
        )
    if by.index.has_duplicates:
        raise InputError("`by` must have one group for each customer; a customer has two.")
    lost = margins.index.difference(by.index)
    if len(lost):
        raise InputError(
            f"`by` must have a group for each customer; {len(lost):,} of {len(margins):,} have "
            f"none, such as {lost[0]!r}."
        )
    group = by.reindex(margins.index)
    if group.isna().any():
        raise InputError(f"`by` must not be missing; {int(group.isna().sum()):,} customers are.")
    return group


def _read_cost(cost: Any, name: Any) -> float:
    if isinstance(cost, Mapping | pd.Series):
        given = list(cost.keys())
        if name not in given:
            raise InputError(
                f"`cost` lacks {name!r}; it has {', '.join(map(repr, given)) or 'no groups'}."
            )
        if given.count(name) > 1:
            raise InputError(f"`cost` must have one number for each group; {name!r} has several.")
        cost = cost[name]
    return check_number("cost", cost, low=0)


def _cut(name: Any, panel: Floats) -> Floats:
    """Those seen through a period at least, up to the last period that anyone was seen through."""
    panel = panel[~np.isnan(panel[:, 0])]
    if len(panel) < 2:
        raise InputError(
            f"`margins` must hold two customers seen through a period, or more, in each group; "
            f"{name!r} has {len(panel)}."
        )
    return panel[:, ~np.isnan(panel).all(axis=0)]


def _resample(panel: Floats, factor: Floats, n_resamples: int, rng: np.random.Generator) -> Floats:
    """Discounted mean margins so far of each resample of customers."""
    n = len(panel)
    at_once = max(1, int(_CELLS // n))
    parts = []
    for first in range(0, n_resamples, at_once):
        drawn = rng.integers(0, n, (min(at_once, n_resamples - first), n))
        weights = np.array([np.bincount(each, minlength=n) for each in drawn], dtype=float)
        parts.append(_mean_sums(panel, weights, factor))
    return np.concatenate(parts)


def _mean_sums(panel: Floats, weights: Floats, factor: Floats) -> Floats:
    """Discounted mean margins so far, from period 0 on; a row for each row of weights."""
    known = np.isfinite(panel)
    total = weights @ np.where(known, panel, 0.0)
    count = weights @ known.astype(float)
    # Where a resample has nobody who knows a period, nothing is added in it.
    mean = np.where(count > 0, total / np.maximum(count, 1), 0.0) * factor[: panel.shape[1]]
    return np.concatenate([np.zeros((len(mean), 1)), np.cumsum(mean, axis=1)], axis=1)


def _cross(sums: Floats, cost: float) -> Floats:
    """First time at which each row reaches the cost, between its points; infinite if never."""
    reached = sums >= cost
    at = reached.argmax(axis=1)
    rows = np.arange(len(sums))
    before, after = sums[rows, np.maximum(at - 1, 0)], sums[rows, at]
    rise = after - before
    part = np.where(rise > 0, (cost - before) / np.where(rise > 0, rise, 1.0), 1.0)
    when = np.where(at > 0, at - 1 + part, 0.0)
    return np.where(reached.any(axis=1), when, np.inf)
