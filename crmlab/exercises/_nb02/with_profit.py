"""In code in notebook 02: the whale curve, who makes the loss, and who buys slow products."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode
from crmlab.exercises._nb02._samples import cut, receipts

__all__ = ["LOSS_BY_KIND", "SLOW_MONEY", "WHALE_PEAK"]


# ---------------------------------------------------------------------------------------------
# Profit


def whale_peak(revenue: pd.Series, goods: pd.Series, service: pd.Series) -> float:
    """Highest point of the whale curve, as a multiple of total profit."""
    profit = (revenue - goods - service).sort_values(ascending=False)
    return profit.cumsum().max() / profit.sum()


def _sorted_by_revenue(revenue: pd.Series, goods: pd.Series, service: pd.Series) -> Any:
    ranked = (revenue - goods - service)[revenue.sort_values(ascending=False).index]
    return ranked.cumsum().max() / ranked.sum()


def _not_sorted(revenue: pd.Series, goods: pd.Series, service: pd.Series) -> Any:
    profit = revenue - goods - service
    return profit.cumsum().max() / profit.sum()


def _only_gains(revenue: pd.Series, goods: pd.Series, service: pd.Series) -> Any:
    gains = (revenue - goods - service).clip(lower=0)
    return gains.sum() / gains.sum()


def _without_service(revenue: pd.Series, goods: pd.Series, service: pd.Series) -> Any:
    return whale_peak(revenue, goods, 0 * service)


def _peak_in_money(revenue: pd.Series, goods: pd.Series, service: pd.Series) -> Any:
    return (revenue - goods - service).clip(lower=0).sum()


def _without_sign(revenue: pd.Series, goods: pd.Series, service: pd.Series) -> Any:
    profit = revenue - goods - service
    return profit.clip(lower=0).sum() / profit.abs().sum()


def _loss_after_peak(revenue: pd.Series, goods: pd.Series, service: pd.Series) -> Any:
    return whale_peak(revenue, goods, service) - 1


def _inputs_of_whale(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    revenue = pd.Series(rng.lognormal(4, 0.8, size=40).round(2))
    service = pd.Series(rng.exponential(0.25, size=40) * revenue.mean()).round(2)
    small = pd.DataFrame(
        {
            # Profits 85, -50, -5, 30, 58, -20: every other order of the customers has another peak.
            "revenue": [200.0, 300, 50, 100, 90, 250],
            "goods": [110.0, 310, 45, 60, 30, 200],
            "service": [5.0, 40, 10, 10, 2, 70],
        },
        index=list("ABCDEF"),
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
        WrongCode(_not_sorted, "They are not sorted; the most profitable customer comes first."),
        WrongCode(
            _only_gains, "With the loss-makers left out it cannot pass 1; they count as well."
        ),
        WrongCode(_without_service, "The service is not taken off; it costs money as well."),
        WrongCode(_peak_in_money, "That is the peak in money; divide it by total profit."),
        WrongCode(_without_sign, "A loss lowers the total that you divide by; keep its sign."),
        WrongCode(_loss_after_peak, "That is what is lost after the peak, not the peak."),
    ),
)


def loss_by_kind(profit: pd.Series, kind: pd.Series) -> pd.Series:
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


def slow_money(sales: pd.DataFrame, top: float) -> float:
    """Share of the money of slow products that the best customers pay, 0 to 1."""
    products = sales.groupby("product_id")["amount"].sum()
    customers = sales.groupby("customer_id")["amount"].sum()
    slow = products.index[products < products.quantile(1 - top)]
    best = customers.index[customers >= customers.quantile(1 - top)]
    lines = sales[sales["product_id"].isin(slow)]
    return lines["amount"][lines["customer_id"].isin(best)].sum() / lines["amount"].sum()


def _parts(sales: pd.DataFrame, top: float, *, slow_below: float | None = None) -> tuple[Any, Any]:
    """Mark the lines of slow products, and the lines of the best customers."""
    products = sales.groupby("product_id")["amount"].transform("sum")
    cut = sales.groupby("product_id")["amount"].sum().quantile(slow_below or 1 - top)
    spent = sales.groupby("customer_id")["amount"].transform("sum")
    return products < cut, spent >= sales.groupby("customer_id")["amount"].sum().quantile(1 - top)


def _of_all_money(sales: pd.DataFrame, top: float) -> Any:
    slow, best = _parts(sales, top)
    return sales["amount"][slow & best].sum() / sales["amount"].sum()


def _of_best_money(sales: pd.DataFrame, top: float) -> Any:
    slow, best = _parts(sales, top)
    return sales["amount"][slow & best].sum() / sales["amount"][best].sum()


def _of_lines(sales: pd.DataFrame, top: float) -> Any:
    slow, best = _parts(sales, top)
    return best[slow].mean()


def _slowest_only(sales: pd.DataFrame, top: float) -> Any:
    slow, best = _parts(sales, top, slow_below=top)
    return sales["amount"][slow & best].sum() / sales["amount"][slow].sum()


def _best_of_slow(sales: pd.DataFrame, top: float) -> Any:
    slow, _ = _parts(sales, top)
    spent = sales["amount"][slow].groupby(sales["customer_id"]).sum()
    return spent[spent >= spent.quantile(1 - top)].sum() / spent.sum()


def _inputs_of_sales(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    lines = cut(receipts(), rng, 40).drop(columns="date")
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
    unit="one share as a number, where 1 means all",
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
