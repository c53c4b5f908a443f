"""Answers to the exercises of a notebook: right ones, and typical mistakes with the reason."""

from fractions import Fraction

import numpy as np
import pandas as pd

from exercise_cases.case import Case

BY_HAND = {
    "02.1": Case(
        right=[0.72, 720 / 1000, np.float32(0.72), pd.Series([0.72])],
        wrong=[
            (72, "in percent"),
            (0.48, "repeat buyers"),
            (720, "That is money"),
            (0.09, "first two in the list"),
            (0.2, "share of the customers"),
            (0.8, "number in the claim"),
        ],
    ),
    "02.5": Case(
        right=["c", "C", " c ", "c)", "(c)", "c."],
        wrong=[("a", "year to year"), ("B", "no cost is given"), ("d)", "Revenue is not profit")],
    ),
    "02.6": Case(
        right=[0.5, Fraction(1, 2)],
        wrong=[
            (50, "in percent"),
            (0.6, "takes the last customer whole"),
            (0.4, "too early"),
            (2.5, "number of customers"),
            (3, "whole customers"),
            (0.96, "top 80 %"),
            (0.9, "smallest customer"),
        ],
    ),
    "02.7": Case(
        right=[0.36, 28.8 / 80],
        wrong=[
            (0.45, "corrected"),
            (0.288, "by nothing else"),
            (0.18, "area between line and curve"),
            (0.72, "mean difference"),
            (0.64, "under the curve"),
            (0.4, "top customer"),
            (28.8, "in money"),
            (36, "in percent"),
        ],
    ),
    "02.10": Case(
        right=[1.5, 210 / 140],
        wrong=[
            (1.0, "loss-makers left out"),
            (0.676, "revenue"),
            (8 / 7, "sorted by revenue"),
            (9 / 7, "one customer too early"),
            (6 / 7, "best customer only"),
            (210, "peak in money"),
            (150, "in percent"),
            (0.75, "keep its sign"),
            (0.5, "lost behind the peak"),
        ],
    ),
}

SHARE_OF_TOP = Case(
    right=[
        # One customer after another.
        """
def share_of_top(spend, top):
    left, held = top * len(spend), 0.0
    for money in sorted(spend, reverse=True):
        held += money * min(1, max(0, left))
        left -= 1
    return held / sum(spend)
""",
        # The Lorenz curve, read at the cut.
        """
def share_of_top(spend, top):
    held = np.concatenate([[0], np.cumsum(np.sort(spend)[::-1])])
    return np.interp(top * len(spend), np.arange(len(held)), held) / held[-1]
""",
        """
def share_of_top(spend, top):
    from crmlab.concentration import top_share

    return top_share(spend, top=top)
""",
    ],
    wrong=[
        (
            """
def share_of_top(spend, top):
    n = int(len(spend) * top)
    return spend.sort_values(ascending=False).head(n).sum() / spend.sum()
""",
            "cut down to a whole one",
        ),
        (
            """
def share_of_top(spend, top):
    return spend[spend >= spend.quantile(1 - top)].sum() / spend.sum()
""",
            "as by a quantile",
        ),
        (
            """
def share_of_top(spend, top):
    buyers = spend[spend > 0]
    held = np.concatenate([[0], np.cumsum(np.sort(buyers)[::-1])])
    return np.interp(top * len(buyers), np.arange(len(held)), held) / held[-1]
""",
            "Customers with zero are left out",
        ),
        (
            """
def share_of_top(spend, top):
    held = np.concatenate([[0], np.cumsum(np.sort(spend))])
    return np.interp(top * len(spend), np.arange(len(held)), held) / held[-1]
""",
            "smallest customers",
        ),
        (
            """
def share_of_top(spend, top):
    n = top * len(spend)
    whole, ranked = int(n), spend.sort_values(ascending=False)
    held = ranked.iloc[:whole].sum() + (n - whole) * ranked.iloc[whole]
    return held / spend.sum() * 100
""",
            "in percent",
        ),
    ],
)

LIMITS = Case(
    right=[
        """
def limits(shares, level):
    low = (1 - level) / 2
    return pd.Series(shares).quantile([low, 1 - low]).tolist()
""",
        """
def limits(shares, level):
    out = 50 * (1 - level)
    return np.percentile(shares, [out, 100 - out])
""",
        """
def limits(shares, level):
    ordered = sorted(shares)
    ends = []
    for part in ((1 - level) / 2, (1 + level) / 2):
        at = part * (len(ordered) - 1)
        below = int(at)
        ends.append(ordered[below] + (at - below) * (ordered[below + 1] - ordered[below]))
    return tuple(ends)
""",
    ],
    wrong=[
        (
            "def limits(shares, level):\n    return np.quantile(shares, [1 - level, level])\n",
            "leaves out 1 - level at each end",
        ),
        (
            "def limits(shares, level):\n    return [min(shares), max(shares)]\n",
            "whatever the level",
        ),
        (
            """
def limits(shares, level):
    middle, spread = shares.mean(), shares.std()
    return [middle - 1.96 * spread, middle + 1.96 * spread]
""",
            "normal curve",
        ),
        (
            """
def limits(shares, level):
    low = (1 - level) / 2
    return [np.quantile(shares, 1 - low), np.quantile(shares, low)]
""",
            "comes first",
        ),
        (
            "def limits(shares, level):\n    return np.quantile(shares, [0.025, 0.975])\n",
            "use the argument",
        ),
    ],
)

REPEAT_SPEND = Case(
    right=[
        """
def repeat_spend(orders):
    spent = {}
    for customer, rows in orders.groupby("customer_id"):
        spent[customer] = rows.loc[rows["date"] != rows["date"].min(), "amount"].sum()
    return spent
""",
        """
def repeat_spend(orders):
    days = orders.groupby(["customer_id", "date"])["amount"].sum().sort_index()
    all_days = days.groupby("customer_id").sum()
    return all_days - days.groupby("customer_id").first()
""",
        """
def repeat_spend(orders):
    orders = orders.copy()
    first = orders.groupby("customer_id")["date"].min()
    later = orders["date"] > orders["customer_id"].map(first)
    orders["amount"] = np.where(later, orders["amount"], 0)
    return orders.groupby("customer_id")["amount"].sum()
""",
    ],
    wrong=[
        (
            'def repeat_spend(orders):\n    return orders.groupby("customer_id")["amount"].sum()\n',
            "all spending",
        ),
        (
            """
def repeat_spend(orders):
    first = orders.groupby("customer_id")["date"].transform("min")
    return orders[orders["date"] > first].groupby("customer_id")["amount"].sum()
""",
            "without a repeat purchase are missing",
        ),
        (
            """
def repeat_spend(orders):
    groups = orders.groupby("customer_id")["amount"]
    return groups.sum() - groups.first()
""",
            "need not be the first day",
        ),
        (
            """
def repeat_spend(orders):
    groups = orders.sort_values("date", kind="stable").groupby("customer_id")["amount"]
    return groups.sum() - groups.first()
""",
            "leave out the day, not a row",
        ),
        (
            """
def repeat_spend(orders):
    days = orders.drop_duplicates(["customer_id", "date"]).sort_values("date")
    later = days["amount"].where(days["customer_id"].duplicated(), 0)
    return later.groupby(days["customer_id"]).sum()
""",
            "both bring money",
        ),
        (
            """
def repeat_spend(orders):
    first = orders.groupby("customer_id")["date"].transform("min")
    return orders.loc[orders["date"] > first, "amount"].sum()
""",
            "one sum for all",
        ),
    ],
)

SPENT_BY = Case(
    right=[
        """
def spent_by(orders, last_day):
    seen = orders["date"].dt.normalize() <= last_day
    spent = orders[seen].groupby("customer_id")["amount"].sum()
    return spent.reindex(orders["customer_id"].unique(), fill_value=0)
""",
        """
def spent_by(orders, last_day):
    end = np.datetime64(last_day) + np.timedelta64(1, "D")
    spent = dict.fromkeys(orders["customer_id"], 0.0)
    for who, when, money in zip(orders["customer_id"], orders["date"], orders["amount"]):
        if when < end:
            spent[who] += money
    return spent
""",
        """
def spent_by(orders, last_day):
    before = orders["date"].dt.strftime("%Y-%m-%d") <= last_day
    return (orders["amount"] * before).groupby(orders["customer_id"]).sum()
""",
    ],
    wrong=[
        (
            """
def spent_by(orders, last_day):
    seen = orders["date"] < pd.Timestamp(last_day)
    return orders["amount"].where(seen, 0).groupby(orders["customer_id"]).sum()
""",
            "last day itself is missing",
        ),
        (
            """
def spent_by(orders, last_day):
    seen = orders["date"] <= last_day
    return (orders["amount"] * seen).groupby(orders["customer_id"]).sum()
""",
            "means midnight",
        ),
        (
            """
def spent_by(orders, last_day):
    seen = orders["date"].dt.normalize() <= last_day
    return orders[seen].groupby("customer_id")["amount"].sum()
""",
            "they belong to the base, with zero",
        ),
        (
            """
def spent_by(orders, last_day):
    return orders[orders["date"] <= last_day].groupby("customer_id")["amount"].sum()
""",
            "and the last day ends too early",
        ),
        (
            """
def spent_by(orders, last_day):
    return orders.groupby("customer_id")["amount"].sum()
""",
            "all days",
        ),
    ],
)

ON_TOP_AGAIN = Case(
    right=[
        """
def on_top_again(first, second, top):
    groups = []
    for money in (first, second):
        cut = money.quantile(1 - top)
        groups.append(set(money.index[(money > 0) & (money >= cut)]))
    return len(groups[0] & groups[1]) / len(groups[0])
""",
        """
def on_top_again(first, second, top):
    second = second.reindex(first.index)
    best = (first.to_numpy() > 0) & (first.to_numpy() >= np.quantile(first, 1 - top))
    again = (second.to_numpy() > 0) & (second.to_numpy() >= np.quantile(second, 1 - top))
    return (best & again).sum() / best.sum()
""",
        """
def on_top_again(first, second, top):
    both = pd.DataFrame({"first": first, "second": second})
    both = both.where(both > 0) >= both.quantile(1 - top)
    return both.loc[both["first"], "second"].mean()
""",
    ],
    wrong=[
        (
            """
def on_top_again(first, second, top):
    one = (first > 0).values & (first >= first.quantile(1 - top)).values
    two = (second > 0).values & (second >= second.quantile(1 - top)).values
    return two[one].mean()
""",
            "match customers by index",
        ),
        (
            """
def on_top_again(first, second, top):
    best = set(first.index[first >= first.quantile(1 - top)])
    best_next = set(second.index[second >= second.quantile(1 - top)])
    return len(best & best_next) / len(best)
""",
            "spent nothing cannot be on top",
        ),
        (
            """
def on_top_again(first, second, top):
    best = first >= first.quantile(1 - top)
    best_next = (second > 0) & (second >= second.quantile(1 - top))
    return (best & best_next.reindex(best.index)).mean()
""",
            "share of all customers",
        ),
        (
            """
def on_top_again(first, second, top):
    best = first.index[first >= first.quantile(1 - top)]
    return second[best].sum() / second.sum()
""",
            "share of the money",
        ),
        (
            """
def on_top_again(first, second, top):
    best = first.index[first >= first.quantile(1 - top)]
    return (second[best] > 0).mean()
""",
            "who buys again",
        ),
    ],
)

WHALE_PEAK = Case(
    right=[
        """
def whale_peak(revenue, goods, service):
    profit = revenue - goods - service
    return profit[profit > 0].sum() / profit.sum()
""",
        """
def whale_peak(revenue, goods, service):
    from crmlab.concentration import whale_curve

    curve = whale_curve(revenue - goods - service)
    return curve["profit_share"].max()
""",
        """
def whale_peak(revenue, goods, service):
    profits = [r - g - s for r, g, s in zip(revenue, goods, service)]
    so_far = peak = 0
    for profit in sorted(profits, reverse=True):
        so_far += profit
        peak = max(peak, so_far)
    return peak / so_far
""",
    ],
    wrong=[
        (
            """
def whale_peak(revenue, goods, service):
    profit = (revenue - goods - service)[revenue.sort_values(ascending=False).index]
    return profit.cumsum().max() / profit.sum()
""",
            "Sorted by revenue",
        ),
        (
            """
def whale_peak(revenue, goods, service):
    profit = revenue - goods - service
    return profit.cumsum().max() / profit.sum()
""",
            "not sorted",
        ),
        (
            """
def whale_peak(revenue, goods, service):
    profit = (revenue - goods - service).clip(lower=0)
    return profit.sort_values(ascending=False).cumsum().max() / profit.sum()
""",
            "loss-makers left out",
        ),
        (
            """
def whale_peak(revenue, goods, service):
    profit = (revenue - goods).sort_values(ascending=False)
    return profit.cumsum().max() / profit.sum()
""",
            "service is not taken off",
        ),
        (
            """
def whale_peak(revenue, goods, service):
    return (revenue - goods - service).sort_values(ascending=False).cumsum().max()
""",
            "peak in money",
        ),
        (
            """
def whale_peak(revenue, goods, service):
    profit = revenue - goods - service
    return profit[profit > 0].sum() / profit.abs().sum()
""",
            "keep its sign",
        ),
        (
            """
def whale_peak(revenue, goods, service):
    profit = revenue - goods - service
    return -profit[profit < 0].sum() / profit.sum()
""",
            "lost after the peak",
        ),
    ],
)

LOSS_BY_KIND = Case(
    right=[
        """
def loss_by_kind(profit, kind):
    table = pd.DataFrame({"loss": np.minimum(profit, 0), "kind": kind})
    return table.groupby("kind")["loss"].sum() / table["loss"].sum()
""",
        """
def loss_by_kind(profit, kind):
    lost = dict.fromkeys(kind, 0.0)
    for customer in profit.index:
        lost[kind[customer]] += max(0, -profit[customer])
    return {name: amount / sum(lost.values()) for name, amount in lost.items()}
""",
        """
def loss_by_kind(profit, kind):
    loss = profit[profit < 0]
    sums = loss.groupby(kind).sum().reindex(kind.unique(), fill_value=0)
    return sums / sums.sum()
""",
    ],
    wrong=[
        (
            """
def loss_by_kind(profit, kind):
    return profit.groupby(kind).sum() / profit.sum()
""",
            "share of the profit",
        ),
        (
            """
def loss_by_kind(profit, kind):
    loss = profit[profit < 0]
    return loss.groupby(kind).sum() / loss.sum()
""",
            "without a loss is missing",
        ),
        (
            """
def loss_by_kind(profit, kind):
    losing = profit < 0
    return losing.groupby(kind).sum() / losing.sum()
""",
            "counts customers",
        ),
        (
            """
def loss_by_kind(profit, kind):
    return (profit < 0).groupby(kind).mean()
""",
            "how many of each kind",
        ),
        (
            """
def loss_by_kind(profit, kind):
    return profit.clip(upper=0).groupby(kind).sum()
""",
            "loss in money",
        ),
    ],
)


def _slow_money(end, *, cut="1 - top"):
    """Write a wrong answer that differs from the last right one in its end or its cut."""
    return f"""
def slow_money(sales, top):
    by_product = sales.groupby("product_id")["amount"].sum()
    by_customer = sales.groupby("customer_id")["amount"].sum()
    slow = sales["product_id"].map(by_product) < by_product.quantile({cut})
    best = sales["customer_id"].map(by_customer) >= by_customer.quantile(1 - top)
    money = sales["amount"]
    {end}
"""


SLOW_MONEY = Case(
    right=[
        """
def slow_money(sales, top):
    table = sales.pivot_table(
        index="customer_id", columns="product_id", values="amount", aggfunc="sum", fill_value=0
    )
    per_product, per_customer = table.sum(), table.sum(axis=1)
    slow = table.loc[:, per_product < per_product.quantile(1 - top)]
    best = per_customer >= per_customer.quantile(1 - top)
    return slow[best].to_numpy().sum() / slow.to_numpy().sum()
""",
        """
def slow_money(sales, top):
    products, customers = {}, {}
    rows = list(zip(sales["customer_id"], sales["product_id"], sales["amount"]))
    for customer, product, money in rows:
        products[product] = products.get(product, 0) + money
        customers[customer] = customers.get(customer, 0) + money
    cut_product = np.quantile(list(products.values()), 1 - top)
    cut_customer = np.quantile(list(customers.values()), 1 - top)
    slow = [row for row in rows if products[row[1]] < cut_product]
    theirs = sum(row[2] for row in slow if customers[row[0]] >= cut_customer)
    return theirs / sum(row[2] for row in slow)
""",
        """
def slow_money(sales, top):
    by_product = sales.groupby("product_id")["amount"].sum()
    by_customer = sales.groupby("customer_id")["amount"].sum()
    slow = sales["product_id"].map(by_product) < by_product.quantile(1 - top)
    best = sales["customer_id"].map(by_customer) >= by_customer.quantile(1 - top)
    return sales.loc[slow & best, "amount"].sum() / sales.loc[slow, "amount"].sum()
""",
    ],
    wrong=[
        (_slow_money("return money[slow & best].sum() / money.sum()"), "all money"),
        (_slow_money("return money[slow & best].sum() / money[best].sum()"), "turn it round"),
        (_slow_money("return (slow & best).sum() / slow.sum()"), "counts lines"),
        (
            _slow_money("return money[slow & best].sum() / money[slow].sum()", cut="top"),
            "not below that at top",
        ),
        (
            _slow_money(
                "spent = money[slow].groupby(sales['customer_id']).sum()\n"
                "    return spent[spent >= spent.quantile(1 - top)].sum() / spent.sum()"
            ),
            "most money in all products",
        ),
    ],
)

IN_CODE = {
    "02.2": SHARE_OF_TOP,
    "02.3": LIMITS,
    "02.4": REPEAT_SPEND,
    "02.8": SPENT_BY,
    "02.9": ON_TOP_AGAIN,
    "02.11": WHALE_PEAK,
    "02.12": LOSS_BY_KIND,
    "02.13": SLOW_MONEY,
}

# In the order in which the notebook asks.
CASES = dict(sorted((BY_HAND | IN_CODE).items(), key=lambda case: int(case[0].split(".")[1])))
