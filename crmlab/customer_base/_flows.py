"""Who comes, stays, returns and goes in each period, reconciled to revenue."""

from typing import Any

import ibis
import pandas as pd

from crmlab._checks import check_choice, check_count, check_day
from crmlab._periods import PERIODS, Day, Period, index_of, starts
from crmlab._types import Table
from crmlab.customer_base._days import read_days, run_sorted, with_period

__all__ = ["customer_flows"]


def customer_flows(
    transactions: Table,
    *,
    period: Period = "M",
    lapse_after: int = 1,
    observation_end: Day | None = None,
) -> pd.DataFrame:
    """Count who comes, stays, returns and goes in each calendar period, and their money.

    A customer is in the base while the last purchase lies at most `lapse_after` periods back, so
    the base grows by new and reactivated customers and shrinks by lapsed ones.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount`` (currency).
    period : {"W", "M", "Q", "Y"}, default="M"
        Calendar weeks (from Monday), months, quarters or years.
    lapse_after : int, default=1
        Periods without a purchase after which a customer counts as lapsed.
    observation_end : date, optional
        Last day observed; later lines are left out. Default: the last day in the table.

    Returns
    -------
    DataFrame
        Five rows per period, ``flow`` being

        ``new``
            first purchase ever;
        ``active``
            bought now, and at most `lapse_after` periods ago;
        ``reactivated``
            bought now, after a longer break;
        ``lapsed``
            no purchase for `lapse_after` periods, counted in the last of them;
        ``returns``
            gave back all they had bought on some day of the period.

        Columns: ``period`` (its first day), ``flow``, ``n_customers``, ``n_purchases``,
        ``revenue`` (currency) and ``complete`` (whether the period ends by the end of
        observation). Within a period the revenues add up to what its purchases came to, less what
        was given back of them, whenever that was.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    InputError
        If an option has a value it cannot have, or there is no line.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["a", "a", "b", "a"],
    ...     "date": ["2024-01-05", "2024-02-05", "2024-01-09", "2024-04-01"],
    ...     "amount": [10.0, 20.0, 7.0, 5.0],
    ... })
    >>> flows = customer_flows(orders)
    >>> flows.pivot(index="period", columns="flow", values="n_customers")[
    ...     ["new", "active", "reactivated", "lapsed"]
    ... ]
    flow        new  active  reactivated  lapsed
    period
    2024-01-01    2       0            0       0
    2024-02-01    0       1            0       1
    2024-03-01    0       0            0       1
    2024-04-01    0       0            1       0
    """
    check_choice("period", period, PERIODS)
    check_count("lapse_after", lapse_after)
    days, end = read_days(transactions, check_day("observation_end", observation_end))
    counted = run_sorted(
        _flow_counts(with_period(days, period), lapse_after), end, by=["period", "flow"]
    )
    first, last = int(counted["period"].min()), index_of(end, period)
    counted = counted[counted["period"] <= last]
    grid = pd.MultiIndex.from_product([range(first, last + 1), _FLOWS], names=["period", "flow"])
    columns = ["n_customers", "n_purchases", "revenue"]
    flows = counted.set_index(["period", "flow"])[columns].reindex(grid, fill_value=0).reset_index()
    after = starts(flows["period"] + 1, period)
    flows["period"] = starts(flows["period"], period)
    flows = flows.astype({"n_customers": "int64", "n_purchases": "int64", "revenue": "float64"})
    flows["complete"] = after <= pd.Timestamp(end) + pd.Timedelta("1D")
    flows.attrs = {
        "period": period, "lapse_after": lapse_after, "observation_end": end.isoformat()
    }  # fmt: skip
    return flows


_FLOWS = ["new", "active", "reactivated", "lapsed", "returns"]


def _flow_counts(days: Any, lapse_after: int) -> Any:
    """Customers, purchases and money by period and flow, as one table expression."""
    bought = days.filter(days.bought)
    visits = bought.group_by("customer_id", "period").aggregate(
        n_purchases=bought.count(), revenue=bought.spent.sum()
    )
    order = {"group_by": visits.customer_id, "order_by": visits.period}
    visits = visits.mutate(
        before=visits.period.lag().over(**order), after=visits.period.lead().over(**order)
    )
    flow = ibis.cases(
        (visits.before.isnull(), "new"),
        (visits.period - visits.before <= lapse_after, "active"),
        else_="reactivated",
    )
    gone = visits.filter(visits.after.isnull() | (visits.after - visits.period > lapse_after))
    back = days.filter(~days.bought)
    kinds = [
        visits.mutate(flow=flow),
        gone.mutate(
            flow=ibis.literal("lapsed"), period=gone.period + lapse_after,
            n_purchases=ibis.literal(0, "int64"), revenue=ibis.literal(0.0),
        ),
        back.group_by("customer_id", "period")
        .aggregate(revenue=back.spent.sum())
        .mutate(flow=ibis.literal("returns"), n_purchases=ibis.literal(0, "int64")),
    ]  # fmt: skip
    names = ["period", "flow", "n_purchases", "revenue"]
    every = ibis.union(*(kind.select(*names) for kind in kinds))
    return every.group_by("period", "flow").aggregate(
        n_customers=every.count(),
        n_purchases=every.n_purchases.sum(),
        revenue=every.revenue.sum(),
    )
