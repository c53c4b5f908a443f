"""In code in notebook 02: the top share and its limits, who counts, how long, and who stays."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode
from crmlab.exercises._nb02._samples import cd_orders, cut, receipts

__all__ = ["LIMITS", "ON_TOP_AGAIN", "REPEAT_SPEND", "SHARE_OF_TOP", "SPENT_BY"]

_ONE_SHARE = "one share as a number, where 1 means all"
_PER_CUSTOMER = "a Series of USD with one entry per customer of the table, indexed by customer_id"


# ---------------------------------------------------------------------------------------------
# The share of the top customers


def share_of_top(spend: pd.Series, top: float) -> float:
    """Share of the money that the top customers hold, 0 to 1."""
    ranked = spend.sort_values(ascending=False).to_numpy()
    n_top = top * len(ranked)
    whole = int(n_top)
    part = (n_top - whole) * ranked[whole : whole + 1].sum()
    return (ranked[:whole].sum() + part) / ranked.sum()


def _inputs_of_share(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    spend = cut(cd_orders(), rng, 83).groupby("customer_id")["amount"].sum()
    small = pd.Series([5.0, 80.0, 0.0, 10.0, 2.0, 0.0, 40.0], index=list("abcdefg"))
    return [(small, 0.2), (small, 0.5), (spend.sample(frac=1, random_state=rng), 0.2), (spend, 0.1)]


SHARE_OF_TOP = CodeExercise(
    key="02.2",
    objective=1,
    concepts=("A4",),
    question="""\
Write `share_of_top`. `spend` is a Series of money per customer, `top` the fraction of customers
that counts as top. Return the share of all money that they hold. All customers count, those
with zero as well. Where the cut falls *inside* a customer, take that part of the customer's
money: the top 20 % of 7 customers are 1.4 customers.""",
    starter='''\
def share_of_top(spend, top):
    """Share of the money that the top customers hold, 0 to 1."""
    ...''',
    answer=share_of_top,
    inputs=_inputs_of_share,
    unit=_ONE_SHARE,
    right="It agrees with top_share of crmlab, also where the cut falls inside a customer.",
    hint="sort, largest first; add up the whole customers, then the part of the next one.",
    mistakes=(
        WrongCode(
            lambda spend, top: spend.nlargest(int(top * len(spend))).sum() / spend.sum(),
            "The number of top customers is cut down to a whole one; take the part as well.",
        ),
        WrongCode(
            lambda spend, top: spend.nlargest(int(np.ceil(top * len(spend)))).sum() / spend.sum(),
            "The customer at the cut is taken whole, as by a quantile; take only the part inside.",
        ),
        WrongCode(
            lambda spend, top: share_of_top(spend[spend > 0], top),
            "Customers with zero are left out; they count among the customers.",
        ),
        WrongCode(
            lambda spend, top: 1 - share_of_top(spend, 1 - top),
            "Those are the smallest customers; sort with the largest first.",
        ),
        WrongCode(
            lambda spend, top: 100 * share_of_top(spend, top),
            "That is in percent; return a share between 0 and 1.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# How sure


def limits(shares: np.ndarray, level: float) -> list[float]:
    """Lower and upper limit of a percentile bootstrap, as a list of two."""
    outside = (1 - level) / 2
    return [np.quantile(shares, outside), np.quantile(shares, 1 - outside)]


def _inputs_of_limits(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    skewed = rng.beta(8, 3, size=400)
    return [(skewed, 0.95), (skewed, 0.8), (rng.normal(0.6, 0.02, size=250), 0.9)]


LIMITS = CodeExercise(
    key="02.3",
    objective=1,
    question="""\
Write the last step of the percentile bootstrap. `shares` is an array with the top share of each
resample, `level` the confidence, such as 0.9. Return the two limits between which the middle
`level` of the shares lies, with the same part left out at each end.""",
    starter='''\
def limits(shares, level):
    """Lower and upper limit of a percentile bootstrap, as a list of two."""
    ...''',
    answer=limits,
    inputs=_inputs_of_limits,
    unit="a list of two shares, the lower limit first",
    right="That is the whole percentile bootstrap: draw again, measure again, cut both ends off.",
    hint="at level 0.9 a tenth lies outside, half of it below and half of it above.",
    mistakes=(
        WrongCode(
            lambda shares, level: list(np.quantile(shares, [1 - level, level])),
            "That leaves out 1 - level at each end; it belongs to both ends together.",
        ),
        WrongCode(
            lambda shares, level: [np.min(shares), np.max(shares)],
            "Those are the smallest and the largest share, whatever the level.",
        ),
        WrongCode(
            lambda shares, level: [
                np.mean(shares) - 1.96 * np.std(shares),
                np.mean(shares) + 1.96 * np.std(shares),
            ],
            "1.96 belongs to the level 0.95 and to a normal curve; use the quantiles.",
        ),
        WrongCode(
            lambda shares, level: limits(shares, level)[::-1],
            "The lower limit comes first.",
        ),
        WrongCode(
            lambda shares, level: list(np.quantile(shares, [0.025, 0.975])),
            "The level is always 0.95 here; use the argument.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Who counts


def repeat_spend(orders: pd.DataFrame) -> pd.Series:
    """Money of each customer after the day of the first purchase."""
    first_day = orders.groupby("customer_id")["date"].transform("min")
    later = orders["amount"].where(orders["date"] > first_day, 0)
    return later.groupby(orders["customer_id"]).sum()


def _drop_first_row(orders: pd.DataFrame) -> pd.Series:
    return (orders["amount"].where(orders["customer_id"].duplicated(), 0)
            .groupby(orders["customer_id"]).sum())  # fmt: skip


def _drop_first_in_time(orders: pd.DataFrame) -> pd.Series:
    return _drop_first_row(orders.sort_values("date", kind="stable"))


def _one_row_per_day(orders: pd.DataFrame) -> pd.Series:
    return repeat_spend(orders.drop_duplicates(["customer_id", "date"]))


def _inputs_of_repeats(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    small = pd.DataFrame(
        {
            "customer_id": ["B", "A", "A", "A", "C", "B", "A"],
            "date": pd.to_datetime(
                [
                    "2024-03-01",
                    "2024-02-01",
                    "2024-01-05",
                    "2024-01-05",
                    "2024-01-09",
                    "2024-02-20",
                    "2024-02-01",  # two orders on a later day
                ]
            ),
            "amount": [12.0, 30.0, 7.0, 8.0, 50.0, 5.0, 4.0],
        }
    )
    return [(small,), (cut(cd_orders(), rng, 60),)]


REPEAT_SPEND = CodeExercise(
    key="02.4",
    objective=2,
    question="""\
Write `repeat_spend`. `orders` is a table with the columns `customer_id`, `date` and `amount`, in
any order of rows. Return for *each* customer the money spent after the day of the first purchase.
A purchase is a customer's day: two orders on the first day are one purchase. A customer without
a later purchase has zero.""",
    starter='''\
def repeat_spend(orders):
    """Money of each customer after the day of the first purchase."""
    ...''',
    answer=repeat_spend,
    inputs=_inputs_of_repeats,
    unit=_PER_CUSTOMER,
    right="With the zeros it is line 2 of the table above, without them line 3.",
    hint='orders.groupby("customer_id")["date"].transform("min") is the first day, row by row.',
    mistakes=(
        WrongCode(
            lambda orders: orders.groupby("customer_id")["amount"].sum(),
            "That is all spending; leave out the day of the first purchase.",
        ),
        WrongCode(
            lambda orders: repeat_spend(orders).loc[lambda spent: spent > 0],
            "Customers without a repeat purchase are missing; they have zero.",
        ),
        WrongCode(
            _drop_first_row,
            "The first row of a customer need not be the first day; compare dates.",
        ),
        WrongCode(
            _drop_first_in_time,
            "Two orders on the first day are one purchase; leave out the day, not a row.",
        ),
        WrongCode(
            _one_row_per_day,
            "Two orders on one day are one purchase, but both bring money: add them up.",
        ),
        WrongCode(
            lambda orders: repeat_spend(orders).sum(),
            "That is one sum for all; group by customer_id.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# The observation window


def spent_by(orders: pd.DataFrame, last_day: str) -> pd.Series:
    """Money of each customer up to the end of the last day, 0 for later ones."""
    seen = orders["date"] < pd.Timestamp(last_day) + pd.Timedelta(1, unit="D")
    return orders["amount"].where(seen, 0).groupby(orders["customer_id"]).sum()


def sum_where(orders: pd.DataFrame, seen: Any) -> pd.Series:
    return orders["amount"].where(seen, 0).groupby(orders["customer_id"]).sum()


def _inputs_of_window(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    days = pd.to_datetime(["2024-01-03", "2024-01-31", "2024-02-01", "2024-01-31"])
    small = pd.DataFrame(
        {"customer_id": list("AABC"), "date": days, "amount": [5.0, 20.0, 40.0, 9.0]}
    )
    with_time = small.assign(date=small["date"] + pd.Timedelta(14, unit="h"))
    lines = cut(receipts(), rng, 30).drop(columns="product_id")
    return [(small, "2024-01-31"), (with_time, "2024-01-31"), (lines, "2017-01-15")]


SPENT_BY = CodeExercise(
    key="02.8",
    objective=2,
    question="""\
Write `spent_by`, which ends the observation window earlier. `orders` is a table with the columns
`customer_id`, `date` and `amount`; the dates may hold a time of day, as receipts do. `last_day` is
a text such as "2017-01-15". Return for each customer of the table the money spent up to the *end*
of that day. A customer who came later has zero.""",
    starter='''\
def spent_by(orders, last_day):
    """Money of each customer up to the end of the last day, 0 for later ones."""
    ...''',
    answer=spent_by,
    inputs=_inputs_of_window,
    unit=_PER_CUSTOMER,
    right="The whole last day counts, and the base stays the same when the window is shorter.",
    hint="the window ends where the day after the last day begins.",
    mistakes=(
        WrongCode(
            lambda orders, last_day: sum_where(orders, orders["date"] < pd.Timestamp(last_day)),
            "The last day itself is missing; it belongs to the window.",
        ),
        WrongCode(
            lambda orders, last_day: sum_where(orders, orders["date"] <= pd.Timestamp(last_day)),
            "A date without a time means midnight, so the purchases of the last day are missing.",
        ),
        WrongCode(
            lambda orders, last_day: (
                orders[orders["date"] < pd.Timestamp(last_day) + pd.Timedelta(1, unit="D")]
                .groupby("customer_id")["amount"]
                .sum()
            ),
            "Customers who came later are missing; they belong to the base, with zero.",
        ),
        WrongCode(
            lambda orders, last_day: (
                orders[orders["date"] <= pd.Timestamp(last_day)]
                .groupby("customer_id")["amount"]
                .sum()
            ),
            "Customers who came later are missing, and the last day ends too early.",
        ),
        WrongCode(
            lambda orders, last_day: orders.groupby("customer_id")["amount"].sum(),
            "That is the money of all days; leave out what came after the last day.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# The next period


def on_top_again(first: pd.Series, second: pd.Series, top: float) -> float:
    """Share of the first period's top group that is in the second period's, 0 to 1."""
    best = (first > 0) & (first >= first.quantile(1 - top))
    best_next = (second > 0) & (second >= second.quantile(1 - top))
    return best_next[first.index[best]].mean()


def _by_position(first: pd.Series, second: pd.Series, top: float) -> Any:
    return on_top_again(first, second.set_axis(first.index), top)


def _with_zeros(first: pd.Series, second: pd.Series, top: float) -> Any:
    return (second >= second.quantile(1 - top))[
        first.index[first >= first.quantile(1 - top)]
    ].mean()


def _of_all(first: pd.Series, second: pd.Series, top: float) -> Any:
    best = first >= first.quantile(1 - top)
    return (best & (second >= second.quantile(1 - top)) & (second > 0)).mean()


def _of_money(first: pd.Series, second: pd.Series, top: float) -> Any:
    return second[first.index[first >= first.quantile(1 - top)]].sum() / second.sum()


def _buys_again(first: pd.Series, second: pd.Series, top: float) -> Any:
    return (second[first.index[first >= first.quantile(1 - top)]] > 0).mean()


def _inputs_of_periods(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    orders = cut(cd_orders(), rng, 90)
    early = orders["date"] < "1997-07-01"
    halves = [sum_where(orders, early), sum_where(orders, ~early)]
    names = list("abcdefghij")
    first = pd.Series([90.0, 80, 70, 60, 5, 4, 3, 2, 1, 9], index=names)
    second = pd.Series([0.0, 50, 0, 8, 0, 0, 40, 0, 0, 0], index=names)
    return [
        (first, second.sample(frac=1, random_state=rng), 0.2),
        (first, second, 0.4),
        (first, second[::-1], 0.7),
        (halves[0], halves[1].sample(frac=1, random_state=rng), 0.2),
    ]


ON_TOP_AGAIN = CodeExercise(
    key="02.9",
    objective=3,
    question="""\
Write `on_top_again`. `first` and `second` are Series of money per customer in two periods; both
are indexed by the same customers, in any order. In each period the top group is all who spent
something and at least the quantile at `1 - top`. Return the share of the first period's top group
that is in the second period's top group.""",
    starter='''\
def on_top_again(first, second, top):
    """Share of the first period's top group that is in the second period's, 0 to 1."""
    ...''',
    answer=on_top_again,
    inputs=_inputs_of_periods,
    unit=_ONE_SHARE,
    right="This is the column 'on top again' of the table above, there in percent.",
    hint="choose the two groups of customers first; then ask who of the first is in the second.",
    mistakes=(
        WrongCode(_by_position, "The two Series are in another order; match customers by index."),
        WrongCode(_with_zeros, "Customers who spent nothing cannot be on top; leave them out."),
        WrongCode(_of_all, "That is a share of all customers; divide by the first top group."),
        WrongCode(_of_money, "That is a share of the money; count customers."),
        WrongCode(_buys_again, "That counts who buys again; ask who is in the top group again."),
    ),
)
