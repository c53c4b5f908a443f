"""Tables in currency: groups of customers by value, and the profit of one after another."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_choice, check_count, check_vector
from crmlab._errors import InputError
from crmlab.concentration._arithmetic import accumulate_from_top, check_spend, check_total

__all__ = ["decile_table", "whale_curve"]


def decile_table(value: ArrayLike, *, n_groups: int = 10) -> pd.DataFrame:
    """Cut customers into groups of equal size by value, the most valuable first.

    Groups are cut by rank and their sizes differ by one at most; the first ones take what is
    left over. Customers of equal value are alike here, so neither a tie across a cut nor the
    order of the rows changes the table.

    Parameters
    ----------
    value : array-like of shape (n_customers,)
        Value per customer over one period, in currency; no negatives.
    n_groups : int, default=10
        Number of groups, from 1 to the number of customers.

    Returns
    -------
    DataFrame
        One row per group; columns

        * `decile` : 1 (most valuable) to `n_groups`
        * `n_customers` : customers in the group
        * `value`, `mean_value` : value of the group and per customer, in currency
        * `share` : fraction of total value, in [0, 1]
        * `cumulative_customer_share`, `cumulative_share` : fraction of customers and of total
          value in this group and those above, in [0, 1]
        * `lowest_value`, `highest_value` : range inside the group, in currency

    Raises
    ------
    InputError
        If there are fewer customers than groups, or `value` is empty, all zeros, overflows when
        added up, or has a negative or missing entry.

    Examples
    --------
    >>> table = decile_table([50, 30, 10, 5, 5], n_groups=2)
    >>> table[["decile", "n_customers", "value", "share", "lowest_value"]]
       decile  n_customers  value  share  lowest_value
    0       1            3   90.0    0.9          10.0
    1       2            2   10.0    0.1           5.0
    """
    ranked = np.sort(check_spend(value))[::-1]
    check_total("value", ranked)
    n_customers = ranked.size
    n_groups = check_count("n_groups", n_groups)
    if n_groups > n_customers:
        raise InputError(
            f"`n_groups` must be at most the number of customers, {n_customers:,}; "
            f"got {n_groups:,}. Ask for fewer groups."
        )
    size = np.full(n_groups, n_customers // n_groups)
    size[: n_customers % n_groups] += 1
    end = size.cumsum()
    start = end - size
    held = np.add.reduceat(ranked, start)
    held_so_far = held.cumsum()
    return pd.DataFrame(
        {
            "decile": np.arange(1, n_groups + 1),
            "n_customers": size,
            "value": held,
            "mean_value": held / size,
            "share": held / held_so_far[-1],
            "cumulative_customer_share": end / n_customers,
            "cumulative_share": held_so_far / held_so_far[-1],
            "lowest_value": ranked[end - 1],
            "highest_value": ranked[start],
        }
    )


def whale_curve(profit: ArrayLike, *, scale: str = "total") -> pd.DataFrame:
    """Whale curve: profit summed up from the most profitable customer down.

    Where some customers lose money the curve rises above the total and falls back to it: the
    hump shows what the profitable customers earn and the others take away.

    Parameters
    ----------
    profit : array-like of shape (n_customers,)
        Profit per customer over one period, in currency; may be negative.
    scale : {"total", "currency"}, default="total"
        "total" also gives the profit as a share of total profit, which must then be positive;
        "currency" leaves that column out.

    Returns
    -------
    DataFrame
        From (0, 0), most profitable customers first, one row per distinct profit; columns

        * `customer_share` : fraction of customers counted so far, in [0, 1]
        * `cumulative_profit` : their profit, in currency
        * `profit_share` : their profit / total profit; above 1 where others lose money

    Raises
    ------
    InputError
        If total profit is not positive and `scale="total"`, if `scale` is another word, or if
        `profit` is empty, overflows when added up, or has a missing entry.

    References
    ----------
    Kaplan, R. S. and Cooper, R. (1998). Cost and Effect. Harvard Business School Press.

    Kaplan, R. S. and Narayanan, V. G. (2001). Measuring and managing customer profitability.
    Journal of Cost Management.

    Examples
    --------
    >>> whale_curve([90, 30, -20])
       customer_share  cumulative_profit  profit_share
    0        0.000000                0.0           0.0
    1        0.333333               90.0           0.9
    2        0.666667              120.0           1.2
    3        1.000000              100.0           1.0
    """
    check_choice("scale", scale, ["total", "currency"])
    checked = check_vector("profit", profit, negative=True)
    check_total("profit", checked)
    values, counts = np.unique(checked, return_counts=True)
    customers, earned = accumulate_from_top(values, counts)
    curve = pd.DataFrame({"customer_share": customers / customers[-1], "cumulative_profit": earned})
    if scale == "currency":
        return curve
    total = earned[-1]
    # A total that is only rounding error of larger gains and losses cannot be divided by.
    if total <= np.finfo(float).eps * np.abs(values * counts).sum():
        raise InputError(
            f"`profit` must have a positive total for a share of it; got {total:,.2f}. "
            "Use scale='currency', which shows profit in currency."
        )
    return curve.assign(profit_share=earned / total)
