"""How many customers there are, whether they come or go, and on how few the base depends."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_count, check_fraction
from crmlab._periods import Period
from crmlab._words import count_words, money_words, name_money
from crmlab.concentration import decile_table, lorenz_curve, share_needed, top_share_interval
from crmlab.customer_base import cohort_retention, customer_flows, rfm_summary
from crmlab.reviews._scores import score_base

__all__ = ["CustomerBaseReview", "review_customer_base"]

_FEWEST = 10  # customers needed for deciles
_MOST_LISTED = 10  # customers to win back
_MOST_PERIODS = 6  # in the table of revenue
_MOST_COHORTS = 24  # rows of the map that can be told apart
_COARSER: dict[str, Period] = {"W": "M", "M": "Q", "Q": "Y"}
_PERIODS = {"W": "week", "M": "month", "Q": "quarter", "Y": "year"}
_SOURCES = ["new", "active", "reactivated"]  # of a period's buyers
_SILENCE = {"0 to 30": 30, "31 to 90": 90, "91 to 180": 180, "181 to 365": 365, "over 365": np.inf}
_PURCHASES = {"1": 1, "2": 2, "3 to 4": 4, "5 to 9": 9, "10 and more": np.inf}


@dataclass(frozen=True)
class CustomerBaseReview:
    """The monthly review of a customer base.

    Attributes
    ----------
    customers : DataFrame
        Per customer, index `customer_id`: `frequency` (days with a purchase after the first),
        `n_orders`, `revenue` (currency, of purchases, less what was given back), `last_purchase`
        and `days_since_last`.
    scores : DataFrame
        Per customer `r_score`, `f_score`, `m_score`, `rfm` and `segment`, as `RFMSegmenter` gives
        them for the whole base; missing where it cannot be scored.
    flows, cohorts : DataFrame
        As `customer_flows` and `cohort_retention` return them; cohorts in `cohort_period`.
    cohort_period : {"W", "M", "Q", "Y"}
        Period of the cohorts: the one asked for, or the first longer one with at most 24 of them.
    net_revenue : float
        Revenue up to the last day reviewed: what was sold, less what was given back, in currency.
    n_best : int
        Customers counted as the best.
    quiet : DataFrame
        Those of the best who have not bought for longer than `quiet_after` days, the dearest
        first: rows of `customers`.
    listed : DataFrame
        The first ten of them where customers may be listed; else without rows.
    problem : str
        Why shares and deciles cannot be had; empty where they can.
    lorenz, deciles : DataFrame
        As `lorenz_curve` and `decile_table` return them for `revenue`; without rows where there is
        a problem.
    currency : str
        Name written beside amounts; empty where it is not known.
    quiet_after : int
        Days without a purchase after which a customer is quiet.
    top : float
        Share of customers counted as the best.
    flow_period : {"W", "M", "Q", "Y"}
        Period of the flows.
    has_order_ids : bool
        Whether orders have numbers, so that `n_orders` counts them and not days.
    """

    customers: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    flows: pd.DataFrame = field(repr=False)
    cohorts: pd.DataFrame = field(repr=False)
    cohort_period: Period
    net_revenue: float
    n_best: int
    quiet: pd.DataFrame = field(repr=False)
    listed: pd.DataFrame = field(repr=False)
    problem: str
    lorenz: pd.DataFrame = field(repr=False)
    deciles: pd.DataFrame = field(repr=False)
    currency: str
    quiet_after: int
    top: float
    flow_period: Period
    has_order_ids: bool

    @property
    def money_name(self) -> str:
        """Name of the money in headings: its code, or in words that it is not known."""
        return name_money(self.currency)

    @property
    def revenue_by_period(self) -> pd.DataFrame:
        """Revenue of the last six periods by what their buyers are, and in `all`, in currency."""
        money = self.flows.pivot(index="period", columns="flow", values="revenue")
        money = money[_SOURCES].tail(_MOST_PERIODS)
        return money.assign(all=money.sum(axis=1)).rename_axis(columns=None)

    @property
    def grid(self) -> pd.DataFrame:
        """Customers and the share of spending they hold, by purchases and silence.

        One row per combination: `purchases` (number, in words), `silence` (days, in words),
        `n_customers` and `share` (of spending, in [0, 1]); most purchases first.
        """
        groups = self.customers.groupby(
            [_cut(self.customers["frequency"] + 1, _PURCHASES).rename("purchases"),
             _cut(self.customers["days_since_last"], _SILENCE).rename("silence")],
            observed=False,
        )["revenue"].agg(n_customers="size", share="sum")  # fmt: skip
        total = max(self.customers["revenue"].sum(), 1e-9)
        table = groups.assign(share=groups["share"] / total).reset_index()
        return table.sort_values(["purchases", "silence"], ascending=[False, True])

    def key_figures(self) -> dict[str, str]:
        """The figures at the head of a page: what each means, and the figure as it is read."""
        customers, money = self.customers, self.money_name
        lately = (customers["days_since_last"] <= self.quiet_after).mean()
        n_days = int((customers["frequency"] + 1).sum())
        n_orders = int(customers["n_orders"].sum())
        bought = "customer who bought" if len(customers) == 1 else "customers who bought"
        orders = "purchase" if n_days == 1 else "purchases"
        if self.has_order_ids:
            kept = "order" if n_orders == 1 else "orders"
            orders = f"{kept} not given back, on {count_words(n_days, 'customer-day')}"
        figures = {
            bought: f"{len(customers):,}",
            f"revenue in {money}, less what was given back": f"{self.net_revenue:,.0f}",
            orders: f"{n_orders:,}",
        }
        if len(customers) == 1:  # shares of one customer say nothing
            return figures
        return figures | {
            "of customers bought again": f"{(customers['frequency'] > 0).mean():.0%}",
            f"bought in the last {self.quiet_after} days": f"{lately:.0%}",
            f"revenue a customer, in {money}": f"{self.net_revenue / len(customers):,.2f}",
        }

    def findings(self) -> list[str]:
        """What the tables say, in sentences that begin with their subject in bold Markdown."""
        return [self._on_quiet(), *self._on_dependence(), *self._on_flows()]

    def reconcile(self, revenue_read: float) -> list[str]:
        """Say where the revenue read goes that is not in the review.

        Parameters
        ----------
        revenue_read : float
            Revenue of all valid lines, in currency.
        """
        later = revenue_read - self.net_revenue
        return [f"of which after the last day reviewed: {later:,.2f}"] if round(later, 2) else []

    @property
    def to_do(self) -> pd.DataFrame:
        """The customers that the page advises to do something about: the quiet best ones.

        One row each, index `customer_id`: `why` and `what_to_do` in words, `tested` (whether half
        of them are to be left alone), `spent` and its `currency`, `orders`, `last_purchase`,
        `days_since_last` and the columns of `scores`; the dearest first.
        """
        quiet = self.quiet
        rank = f"among the best {self.top:.0%} of customers"
        return pd.DataFrame(
            {
                "why": [
                    f"{rank}, no purchase for {count_words(days, 'day')}"
                    for days in quiet["days_since_last"]
                ],
                "what_to_do": "write to win back",
                "tested": True,
                "spent": quiet["revenue"].round(2),
                "currency": self.currency,
                "orders": quiet["n_orders"],
                "last_purchase": quiet["last_purchase"].dt.strftime("%Y-%m-%d"),
                "days_since_last": quiet["days_since_last"],
            },
            index=quiet.index,
        ).join(self.scores)

    @property
    def on_cohorts(self) -> str:
        """How the map of cohorts is to be read, and why its periods are longer than asked for."""
        period = _PERIODS[self.cohort_period]
        words = (
            f"Each row follows the customers who first bought in one {period}. Read along a row to "
            "see them leave, down a column to see whether newer customers are better than older "
            "ones."
        )
        if self.cohort_period != self.flow_period:
            words += (
                f" There are too many {_PERIODS[self.flow_period]}s to tell them apart, so this "
                f"map goes by {period}."
            )
        return words

    def _on_quiet(self) -> str:
        money, n_days = self.quiet["revenue"].sum(), self.quiet_after
        if money <= 0:
            return (
                "**Nobody to win back.** None of the best customers who spent anything has been "
                f"quiet for more than {n_days} days."
            )
        share = money / max(self.customers["revenue"].sum(), 1e-9)
        return (
            f"**Whom to win back first.** Of the {count_words(self.n_best, 'best customer')}, "
            f"{len(self.quiet):,} {'has' if len(self.quiet) == 1 else 'have'} not bought for more "
            f"than {n_days} days. So far they brought {money_words(money, self.currency)}, "
            f"{share:.0%} of all spending. Write to half of them, chosen at random: only the other "
            "half shows what it is worth."
        )

    def _on_dependence(self) -> list[str]:
        if self.problem:
            return []
        revenue = self.customers["revenue"]
        held = top_share_interval(revenue, top=self.top).iloc[0]
        return [
            f"**How dependent we are.** The best {self.top:.0%} of customers bring "
            f"{held['estimate']:.1%} of spending ({held['level']:.0%} interval "
            f"{held['lower']:.1%} to {held['upper']:.1%}). It takes the best "
            f"{share_needed(revenue):.0%} to bring 80%."
        ]

    def _on_flows(self) -> list[str]:
        complete = self.flows[self.flows["complete"]]
        counts = complete.pivot(index="period", columns="flow", values="n_customers")
        if len(counts) < 2:
            return []
        now, (before, buyers) = counts.iloc[-1], counts[_SOURCES].sum(axis=1).tail(2)
        change = f"{buyers / before - 1:+.0%} on the one before" if before else "none before"
        return [
            f"**Coming or going.** In the last full period, from {counts.index[-1]:%d %B %Y}, "
            f"{count_words(buyers, 'customer')} bought, {change}: {now['new']:,} new, "
            f"{now['reactivated']:,} back after a break. {now['lapsed']:,} lapsed."
        ]


def review_customer_base(
    orders: Any,
    *,
    observation_end: Any = None,
    period: Period = "M",
    quiet_after: int = 180,
    top: float = 0.2,
    currency: str = "",
    show_customers: bool = False,
) -> CustomerBaseReview:
    """Review a customer base: who comes and goes, and on how few it depends.

    Parameters
    ----------
    orders : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount`` (currency).
    observation_end : date, optional
        Last day reviewed; later lines are left out. Default: the last day in the table.
    period : {"W", "M", "Q", "Y"}, default="M"
        Calendar periods of flows and cohorts.
    quiet_after : int, default=180
        Days without a purchase after which a customer is quiet.
    top : float, default=0.2
        Share of customers counted as the best, in (0, 1); at least one customer is.
    currency : str, default=""
        Name written beside amounts; empty where it is not known.
    show_customers : bool, default=False
        Whether customers to win back may be listed by their id.

    Returns
    -------
    CustomerBaseReview

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    InputError, InputTypeError
        If an option is out of range or of the wrong type, or nobody bought by `observation_end`.

    Examples
    --------
    >>> from crmlab.datasets import load_cdnow
    >>> review = review_customer_base(load_cdnow(sample=True), currency="USD")
    >>> print(review.findings()[1])
    **How dependent we are.** The best 20% of customers bring ...
    """
    check_count("quiet_after", quiet_after)
    check_fraction("top", top, open_ends=True)
    flows = customer_flows(orders, period=period, observation_end=observation_end)
    summary = rfm_summary(orders, observation_end=observation_end)
    customers = _customers(summary)
    best = customers.nlargest(max(1, round(top * len(customers))), "revenue")
    quiet = best[best["days_since_last"] > quiet_after]
    problem = _find_problem(customers["revenue"])
    revenue = customers["revenue"]
    cohort_period = _choose_cohorts(flows, period)
    return CustomerBaseReview(
        customers=customers,
        scores=score_base(summary),
        flows=flows,
        cohorts=cohort_retention(orders, period=cohort_period, observation_end=observation_end),
        cohort_period=cohort_period,
        flow_period=period,
        has_order_ids="order_id" in orders.columns,
        net_revenue=flows["revenue"].sum(),
        n_best=len(best),
        quiet=quiet,
        listed=quiet.head(_MOST_LISTED if show_customers else 0),
        problem=problem,
        lorenz=pd.DataFrame() if problem else lorenz_curve(revenue),
        deciles=pd.DataFrame() if problem else decile_table(revenue),
        currency=currency,
        quiet_after=quiet_after,
        top=top,
    )


def _customers(summary: pd.DataFrame) -> pd.DataFrame:
    """Purchases, spending and silence of each customer."""
    # Equal to `total_spend` but for rounding, which the draws of an interval depend on: so
    # published limits stay.
    revenue = summary["mean_spend"] * (summary["frequency"] + 1)
    kept = ["frequency", "n_orders", "last_purchase", "days_since_last"]
    return summary[kept].assign(revenue=revenue)


def _choose_cohorts(flows: pd.DataFrame, period: Period) -> Period:
    """The period asked for, or the first longer one with few enough cohorts to be told apart."""
    periods = pd.DatetimeIndex(flows["period"].unique())
    while period in _COARSER and periods.to_period(period).nunique() > _MOST_COHORTS:
        period = _COARSER[period]
    return period


def _find_problem(revenue: pd.Series) -> str:
    """Why shares of revenue mean nothing here; empty where they do."""
    if len(revenue) < _FEWEST:
        return f"{len(revenue)} of the ten customers needed for groups are there."
    if revenue.min() < 0 or revenue.sum() == 0:
        return "Shares need spending: somebody's returns exceed it here, or nobody spent anything."
    return ""


def _cut(values: pd.Series, ends: dict[str, float]) -> pd.Series:
    """Values in words, by the last value of each group."""
    return pd.cut(values, [-1, *ends.values()], labels=list(ends))
