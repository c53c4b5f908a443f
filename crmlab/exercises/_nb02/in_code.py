"""Exercises of notebook 02 in code: the learner's own measures, on data like the shops'."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from crmlab.datasets import load_cdnow, load_complete_journey
from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = [
    "LIMITS",
    "LOSS_BY_KIND",
    "ON_TOP_AGAIN",
    "REPEAT_SPEND",
    "SHARE_OF_TOP",
    "SLOW_MONEY",
    "SPENT_BY",
    "WHALE_PEAK",
]

_ONE_SHARE = "one share as a number, where 1 means all"
_PER_CUSTOMER = "a Series of USD with one entry per customer of the table, indexed by customer_id"


@cache
def _cd_orders() -> pd.DataFrame:
    """The orders of some hundred customers of the CD shop."""
    orders = load_cdnow()
    return orders[orders["customer_id"].str.endswith("37")].reset_index(drop=True)


@cache
def _receipts() -> pd.DataFrame:
    """Some weeks of some households of the grocery, with the time of day."""
    lines = load_complete_journey("transactions")
    few = lines["customer_id"].isin(sorted(lines["customer_id"].unique())[::25])
    columns = ["customer_id", "product_id", "date", "amount"]
    return lines.loc[few & (lines["week"] <= 6), columns].reset_index(drop=True)


def _cut(table: pd.DataFrame, rng: np.random.Generator, n_customers: int) -> pd.DataFrame:
    """Take the rows of some customers, in an order that says nothing."""
    ids = rng.choice(table["customer_id"].unique(), n_customers, replace=False)
    return table[table["customer_id"].isin(ids)].sample(frac=1, random_state=rng)


# ---------------------------------------------------------------------------------------------
# The share of the top customers


def share_of_top(spend, top):
    """Share of the money that the top customers hold, 0 to 1."""
    ranked = spend.sort_values(ascending=False).to_numpy()
    n_top = top * len(ranked)
    whole = int(n_top)
    part = (n_top - whole) * ranked[whole : whole + 1].sum()
    return (ranked[:whole].sum() + part) / ranked.sum()


def _inputs_of_share(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    spend = _cut(_cd_orders(), rng, 83).groupby("customer_id")["amount"].sum()
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


def limits(shares, level):
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


def repeat_spend(orders):
    """Money of each customer after the day of the first purchase."""
    first_day = orders.groupby("customer_id")["date"].transform("min")
    later = orders["amount"].where(orders["date"] > first_day, 0)
    return later.groupby(orders["customer_id"]).sum()


def _drop_first_row(orders):
    return (orders["amount"].where(orders["customer_id"].duplicated(), 0)
            .groupby(orders["customer_id"]).sum())  # fmt: skip


def _drop_first_in_time(orders):
    return _drop_first_row(orders.sort_values("date", kind="stable"))


def _inputs_of_repeats(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    small = pd.DataFrame(
        {
            "customer_id": ["B", "A", "A", "A", "C", "B"],
            "date": pd.to_datetime(
                ["2024-03-01", "2024-02-01", "2024-01-05", "2024-01-05", "2024-01-09", "2024-02-20"]
            ),
            "amount": [12.0, 30.0, 7.0, 8.0, 50.0, 5.0],
        }
    )
    return [(small,), (_cut(_cd_orders(), rng, 60),)]


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
            lambda orders: repeat_spend(orders).sum(),
            "That is one sum for all; group by customer_id.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# The observation window


def spent_by(orders, last_day):
    """Money of each customer up to the end of the last day, 0 for later ones."""
    seen = orders["date"] < pd.Timestamp(last_day) + pd.Timedelta(1, unit="D")
    return orders["amount"].where(seen, 0).groupby(orders["customer_id"]).sum()


def _sum_where(orders, seen):
    return orders["amount"].where(seen, 0).groupby(orders["customer_id"]).sum()


def _inputs_of_window(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    days = pd.to_datetime(["2024-01-03", "2024-01-31", "2024-02-01", "2024-01-31"])
    small = pd.DataFrame(
        {"customer_id": list("AABC"), "date": days, "amount": [5.0, 20.0, 40.0, 9.0]}
    )
    with_time = small.assign(date=small["date"] + pd.Timedelta(14, unit="h"))
    lines = _cut(_receipts(), rng, 30).drop(columns="product_id")
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
            lambda orders, last_day: _sum_where(orders, orders["date"] < pd.Timestamp(last_day)),
            "The last day itself is missing; it belongs to the window.",
        ),
        WrongCode(
            lambda orders, last_day: _sum_where(orders, orders["date"] <= pd.Timestamp(last_day)),
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


def on_top_again(first, second, top):
    """Share of the first period's top group that is in the second period's, 0 to 1."""
    best = (first > 0) & (first >= first.quantile(1 - top))
    best_next = (second > 0) & (second >= second.quantile(1 - top))
    return best_next[first.index[best]].mean()


def _by_position(first, second, top):
    return on_top_again(first, second.set_axis(first.index), top)


def _with_zeros(first, second, top):
    return (second >= second.quantile(1 - top))[
        first.index[first >= first.quantile(1 - top)]
    ].mean()


def _of_all(first, second, top):
    best = first >= first.quantile(1 - top)
    return (best & (second >= second.quantile(1 - top)) & (second > 0)).mean()


def _of_money(first, second, top):
    return second[first.index[first >= first.quantile(1 - top)]].sum() / second.sum()


def _buys_again(first, second, top):
    return (second[first.index[first >= first.quantile(1 - top)]] > 0).mean()


def _inputs_of_periods(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    orders = _cut(_cd_orders(), rng, 90)
    early = orders["date"] < "1997-07-01"
    halves = [_sum_where(orders, early), _sum_where(orders, ~early)]
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
    right="This is the column 'again on top' of the table above.",
    hint="choose the two groups of customers first; then ask who of the first is in the second.",
    mistakes=(
        WrongCode(_by_position, "The two Series are in another order; match customers by index."),
        WrongCode(_with_zeros, "Customers who spent nothing cannot be on top; leave them out."),
        WrongCode(_of_all, "That is a share of all customers; divide by the first top group."),
        WrongCode(_of_money, "That is a share of the money; count customers."),
        WrongCode(_buys_again, "That counts who buys again; ask who is in the top group again."),
    ),
)


# ---------------------------------------------------------------------------------------------
# Profit


def whale_peak(revenue, goods, service):
    """Highest point of the whale curve, as a multiple of total profit."""
    profit = (revenue - goods - service).sort_values(ascending=False)
    return profit.cumsum().max() / profit.sum()


def _sorted_by_revenue(revenue, goods, service):
    ranked = (revenue - goods - service)[revenue.sort_values(ascending=False).index]
    return ranked.cumsum().max() / ranked.sum()


def _without_service(revenue, goods, service):
    return whale_peak(revenue, goods, 0 * service)


def _peak_in_money(revenue, goods, service):
    return (revenue - goods - service).clip(lower=0).sum()


def _without_sign(revenue, goods, service):
    profit = revenue - goods - service
    return profit.clip(lower=0).sum() / profit.abs().sum()


def _loss_after_peak(revenue, goods, service):
    return whale_peak(revenue, goods, service) - 1


def _inputs_of_whale(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    revenue = pd.Series(rng.lognormal(4, 0.8, size=40).round(2))
    service = pd.Series(rng.exponential(0.25, size=40) * revenue.mean()).round(2)
    small = pd.DataFrame(
        {
            "revenue": [300.0, 100, 200, 90],
            "goods": [180.0, 60, 110, 30],
            "service": [170.0, 10, 5, 2],
        },
        index=list("ABCD"),
    )
    return [
        (small["revenue"], small["goods"], small["service"]),
        (revenue, (0.5 * revenue).round(2), service),
    ]


WHALE_PEAK = CodeExercise(
    key="02.11",
    objective=4,
    concepts=("A4",),
    question="""\
Write `whale_peak`. The arguments are Series per customer, in USD: revenue, what the goods cost,
and what the service cost. Return the highest point of the whale curve as a multiple of total
profit, so that 1 means the total.""",
    starter='''\
def whale_peak(revenue, goods, service):
    """Highest point of the whale curve, as a multiple of total profit."""
    ...''',
    answer=whale_peak,
    inputs=_inputs_of_whale,
    unit="one multiple of total profit as a number, such as 1.15",
    right="Try it on the ten customers above: it is the height that the picture names.",
    hint="profit per customer first; sort it, largest first; then cumsum.",
    mistakes=(
        WrongCode(_sorted_by_revenue, "Sorted by revenue; the whale curve is sorted by profit."),
        WrongCode(_without_service, "The service is not taken off; it costs money as well."),
        WrongCode(_peak_in_money, "That is the peak in money; divide it by total profit."),
        WrongCode(_without_sign, "A loss lowers the total that you divide by; keep its sign."),
        WrongCode(_loss_after_peak, "That is what is lost after the peak, not the peak."),
    ),
)


def loss_by_kind(profit, kind):
    """Share of all losses that each kind of customer makes, 0 to 1."""
    loss = profit.clip(upper=0)
    return (loss.groupby(kind).sum() / loss.sum()).abs()


def _inputs_of_losses(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    names = list("ABCDEFG")
    small = pd.Series([120.0, 50, -30, -10, 8, -60, 5], index=names)
    kinds = pd.Series(["near", "near", "near", "far", "none", "far", "none"], index=names)
    many = pd.Series(rng.normal(20, 30, size=80).round(2))
    plans = pd.Series(rng.choice(["basic", "standard", "premium"], size=80))
    return [(small, kinds), (many, plans)]


LOSS_BY_KIND = CodeExercise(
    key="02.12",
    objective=4,
    question="""\
Write `loss_by_kind`. `profit` is a Series of profit per customer, `kind` a Series of texts with the
same index, such as the plan of the subscription. Return, for *each* kind, its share of all losses.
A customer who earns something makes no loss, and does not make up for the loss of another one.""",
    starter='''\
def loss_by_kind(profit, kind):
    """Share of all losses that each kind of customer makes, 0 to 1."""
    ...''',
    answer=loss_by_kind,
    inputs=_inputs_of_losses,
    unit="a Series of shares, indexed by kind, that add up to 1",
    right="The shares show where to look first. They do not show what a remedy would earn.",
    hint="profit.clip(upper=0) keeps the losses and makes zeros of the rest.",
    mistakes=(
        WrongCode(
            lambda profit, kind: profit.groupby(kind).sum() / profit.sum(),
            "That is the share of the profit; gains must not make up for losses.",
        ),
        WrongCode(
            lambda profit, kind: loss_by_kind(profit[profit < 0], kind[profit < 0]),
            "A kind without a loss is missing; its share is zero.",
        ),
        WrongCode(
            lambda profit, kind: (profit < 0).groupby(kind).sum() / (profit < 0).sum(),
            "That counts customers; add up the money that they lose.",
        ),
        WrongCode(
            lambda profit, kind: (profit < 0).groupby(kind).mean(),
            "That is how many of each kind make a loss; a share of the money is asked.",
        ),
        WrongCode(
            lambda profit, kind: profit.clip(upper=0).groupby(kind).sum(),
            "That is the loss in money; divide it by all losses.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Products and customers


def slow_money(sales, top):
    """Share of the money of slow products that the best customers pay, 0 to 1."""
    products = sales.groupby("product_id")["amount"].sum()
    customers = sales.groupby("customer_id")["amount"].sum()
    slow = products.index[products < products.quantile(1 - top)]
    best = customers.index[customers >= customers.quantile(1 - top)]
    lines = sales[sales["product_id"].isin(slow)]
    return lines["amount"][lines["customer_id"].isin(best)].sum() / lines["amount"].sum()


def _parts(sales, top, *, slow_below=None):
    """Mark the lines of slow products, and the lines of the best customers."""
    products = sales.groupby("product_id")["amount"].transform("sum")
    cut = sales.groupby("product_id")["amount"].sum().quantile(slow_below or 1 - top)
    spent = sales.groupby("customer_id")["amount"].transform("sum")
    return products < cut, spent >= sales.groupby("customer_id")["amount"].sum().quantile(1 - top)


def _of_all_money(sales, top):
    slow, best = _parts(sales, top)
    return sales["amount"][slow & best].sum() / sales["amount"].sum()


def _of_best_money(sales, top):
    slow, best = _parts(sales, top)
    return sales["amount"][slow & best].sum() / sales["amount"][best].sum()


def _of_lines(sales, top):
    slow, best = _parts(sales, top)
    return best[slow].mean()


def _slowest_only(sales, top):
    slow, best = _parts(sales, top, slow_below=top)
    return sales["amount"][slow & best].sum() / sales["amount"][slow].sum()


def _best_of_slow(sales, top):
    slow, _ = _parts(sales, top)
    spent = sales["amount"][slow].groupby(sales["customer_id"]).sum()
    return spent[spent >= spent.quantile(1 - top)].sum() / spent.sum()


def _inputs_of_sales(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    lines = _cut(_receipts(), rng, 40).drop(columns="date")
    lines = lines[lines["amount"] > 0]
    return [(lines, 0.2), (lines, 0.1)]


SLOW_MONEY = CodeExercise(
    key="02.13",
    objective=4,
    concepts=("E1",),
    question="""\
May the slow products go? Write `slow_money`. `sales` is a table with the columns `customer_id`,
`product_id` and `amount`. A product is *slow* if its money is below the quantile at `1 - top` of
the products; a customer is one of the *best* if their money is at least the quantile at `1 - top`
of the customers. Return the share of the money of slow products that the best customers pay.""",
    starter='''\
def slow_money(sales, top):
    """Share of the money of slow products that the best customers pay, 0 to 1."""
    ...''',
    answer=slow_money,
    inputs=_inputs_of_sales,
    unit=_ONE_SHARE,
    right="A product list cannot show this number: it needs to know who bought.",
    hint="two groupby sums, one by product and one by customer; then two isin.",
    mistakes=(
        WrongCode(_of_all_money, "That divides by all money; divide by the slow products' money."),
        WrongCode(_of_best_money, "That divides by the best customers' money; turn it round."),
        WrongCode(_of_lines, "That counts lines; add up the money."),
        WrongCode(_slowest_only, "Slow is below the quantile at 1 - top, not below that at top."),
        WrongCode(_best_of_slow, "The best customers are those with most money in all products."),
    ),
)
