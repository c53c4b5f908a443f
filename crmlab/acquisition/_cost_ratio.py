"""Winning a customer against keeping one."""

import pandas as pd

from crmlab._checks import check_count, check_day
from crmlab._engine import execute
from crmlab._errors import InputError
from crmlab._types import Day, Table
from crmlab.contracts import SPEND

__all__ = ["cost_ratio"]


def cost_ratio(
    spend: Table,
    *,
    n_won: int,
    n_kept: int,
    start: Day | None = None,
    end: Day | None = None,
) -> pd.DataFrame:
    """Cost of winning a customer, as a multiple of the cost of keeping one.

    Parameters
    ----------
    spend : DataFrame or ibis.Table
        Canonical marketing spend: `date`, `channel`, `amount` (currency) and `purpose`, "acquire"
        or "keep".
    n_won : int
        Customers who came in the time, at least 1.
    n_kept : int
        Customers of before who are still there at its end, at least 1.
    start, end : date, optional
        First and last day of the time. Default: all of the table.

    Returns
    -------
    DataFrame
        One row: `cost_to_win` and `cost_to_keep`, in currency per customer; `ratio` of the two;
        `n_won`, `n_kept`.

    Raises
    ------
    InputError
        If there is no spend of one purpose, or a number of customers is below 1.
    ContractError
        If the table breaks its contract, such as by a negative amount.

    Notes
    -----
    Both are averages. Whether the next won should go into winning or keeping, only the next
    customer's cost tells: see `optimal_spend`, and Pfeifer (2005), The optimal ratio of
    acquisition and retention costs, Journal of Targeting, Measurement and Analysis for Marketing
    13(2), 179-188.

    Examples
    --------
    The claim says 3 to 5 times. Of the simulated company, in its second year:

    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> joined = company.customers.set_index("customer_id")["joined"]
    >>> orders = company.transactions
    >>> buyers = orders.loc[orders["date"] >= "2025-01-01", "customer_id"].unique()
    >>> kept = (joined[buyers] < "2025-01-01").sum()
    >>> cost_ratio(
    ...     company.spend, n_won=int((joined >= "2025-01-01").sum()), n_kept=int(kept),
    ...     start="2025-01-01",
    ... ).round(1)
       cost_to_win  cost_to_keep  ratio  n_won  n_kept
    0      37531.0        5757.6    6.5   2306    1605
    """
    won = check_count("n_won", n_won)
    kept = check_count("n_kept", n_kept)
    rows = SPEND.require(spend)
    first, last = check_day("start", start), check_day("end", end)
    if first is not None:
        rows = rows.filter(rows.date.cast("date") >= first)
    if last is not None:
        rows = rows.filter(rows.date.cast("date") <= last)
    sums = execute(rows.group_by("purpose").aggregate(amount=rows.amount.sum()))
    paid = sums.set_index("purpose")["amount"].astype("float64")
    for purpose in ("acquire", "keep"):
        if not paid.get(purpose, 0.0) > 0:
            raise InputError(
                f"`spend` must hold money spent to {purpose}; it has none in this time. A ratio "
                "with nothing says nothing."
            )
    win, keep = float(paid["acquire"]) / won, float(paid["keep"]) / kept
    return pd.DataFrame(
        {"cost_to_win": [win], "cost_to_keep": [keep], "ratio": [win / keep], "n_won": [won],
         "n_kept": [kept]}
    )  # fmt: skip
