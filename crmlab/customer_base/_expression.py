"""The summary of customers as an expression, for bases too large to pull."""

from typing import TYPE_CHECKING

from crmlab._checks import check_day
from crmlab._periods import Day
from crmlab._types import Table
from crmlab.customer_base._days import EPOCH, read_purchases
from crmlab.customer_base._summary import reduce_purchases

if TYPE_CHECKING:
    import ibis

__all__ = ["rfm_expression"]


def rfm_expression(
    transactions: Table, *, observation_end: Day | None = None
) -> "ibis.expr.types.Table":
    """The rows of `rfm_summary` as an Ibis expression, not run yet.

    One query looks at the lines first, and refuses those that are invalid. The rest runs in the
    engine that holds the lines, when the expression, or one built on it, is run.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount`` (currency).
    observation_end : date, optional
        Last day observed; later lines are left out. Default: the last day in the table.

    Returns
    -------
    ibis.Table
        One row per customer with a purchase, in no order: ``customer_id``, ``frequency``,
        ``recency``, ``T``, ``monetary_value``, ``mean_spend``, ``total_spend``, ``n_orders`` and
        ``days_since_last``, as in `rfm_summary`; times are in days.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    InputError
        If an option has a value it cannot have.

    See Also
    --------
    crmlab.segmentation.RFMSegmenter : Scores and segments of such an expression.

    Examples
    --------
    >>> from crmlab.datasets import load_cdnow
    >>> customers = rfm_expression(load_cdnow(sample=True))
    >>> customers.frequency.sum().to_pandas()
    4339
    """
    purchases, end = read_purchases(transactions, check_day("observation_end", observation_end))
    seen = reduce_purchases(purchases)
    seen = seen.filter(seen.n > 0)
    spent, first = seen.spent.cast("float64"), seen.spent_first.cast("float64")
    number = seen.n.cast("int64")
    times = {
        "frequency": number - 1,
        "recency": (seen["last"] - seen["first"]).cast("float64"),
        "T": ((end - EPOCH).days - seen["first"]).cast("float64"),
    }
    repeats = (number - 1).nullif(0)
    return seen.select(
        "customer_id",
        **times,
        monetary_value=((spent - first) / repeats).fill_null(0.0),
        mean_spend=spent / number,
        total_spend=spent,
        n_orders=(seen.n_orders if "n_orders" in seen.columns else seen.n).cast("int64"),
        days_since_last=((end - EPOCH).days - seen["last"]).cast("int64"),
    )
