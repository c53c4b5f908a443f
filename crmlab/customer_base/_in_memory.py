"""Clean frames in memory: customers by days as a sparse matrix, without an engine.

A frame that already keeps the contract and holds no returns leaves nothing to decide, and at the
size of a notebook starting an engine costs more than the work. Every other table takes the general
path; tests hold the two equal.
"""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from crmlab._dates import EARLIEST
from crmlab._revenue.settle import CONSUMED
from crmlab.customer_base._days import EPOCH

__all__ = ["reduce_in_memory"]

_DAY = np.timedelta64(1, "D")
# More than this many rows of the matrix per line, and finding the distinct ids is cheaper.
_SPREAD = 4

# The general path knows the exact words that stand for nothing, what counts as white space, and
# what a spreadsheet makes of a long id; here it is enough to send it all that might be one.
_NOTHING = r"(?i)\W*(null|nan|none|nat|na|n/a)?\W*"
_DAMAGED = r"[0-9][eE]\+[0-9]"
_MARK = "\ufeff"

# Columns that say which lines count, and what they are worth.
_WORTH = {"is_return", "refunded", "currency", *CONSUMED}


def reduce_in_memory(
    transactions: object, end: dt.date | None
) -> tuple[pd.DataFrame, dt.date] | None:
    """Reduce each customer's days to one row, exactly as the engine path does.

    Returns None where the general path must take over: the table is not a pandas frame, is not in
    canonical types, has returns, or breaks a rule.
    """
    if not isinstance(transactions, pd.DataFrame) or not _is_plain(transactions):
        return None
    amount = transactions["amount"].to_numpy(dtype="float64")
    day = _days_since_epoch(transactions["date"])
    coded = _code_ids(transactions["customer_id"])
    if day is None or coded is None or not (amount.min() >= 0 and np.isfinite(amount.max())):
        return None
    code, ids = coded
    order = None
    if "order_id" in transactions:
        orders = _code_ids(transactions["order_id"])
        if orders is None:
            return None
        order = orders[0]
    last = int(day.max())
    if end is not None:
        last = (end - EPOCH).days
        seen = day <= last
        code, day, amount = code[seen], day[seen], amount[seen]
        order = order if order is None else order[seen]
        if not len(code):
            return None
    found = _reduce_by_customer(code, day, amount, n_customers=len(ids))
    if order is not None:
        found["n_orders"] = _count_pairs(code, order, n_customers=len(ids))[found.index]
    found.insert(0, "customer_id", ids[found.index])
    return found, EPOCH + dt.timedelta(days=last)


def _is_plain(frame: pd.DataFrame) -> bool:
    """Whether the columns are canonical, in numpy's types or text, and no line is a return."""
    names = ["customer_id", "date", "amount"]
    if frame.empty or not set(names) <= set(frame.columns) or not _is_plain_header(frame.columns):
        return False
    if _WORTH & set(frame.columns) or frame["amount"].dtype.kind not in "if":
        return False
    numbers = [frame[name] for name in ("quantity", "unit_price", "cost") if name in frame]
    if not all(map(_is_finite, numbers)):
        return False
    if "quantity" in frame and bool((frame["quantity"] < 0).any()):
        return False
    return "product_id" not in frame or _is_id(frame["product_id"])


def _is_plain_header(columns: pd.Index) -> bool:
    """Whether engines can tell the columns apart, and none begins as the reader's own do."""
    folded = {str(name).casefold() for name in columns}
    return len(folded) == len(columns) and not any(one.startswith("crmlab:") for one in folded)


def _is_finite(number: pd.Series) -> bool:
    """Whether a column holds numbers, none of them infinite; they may be missing."""
    kind = number.dtype.kind if isinstance(number.dtype, np.dtype) else ""
    return kind == "i" or (kind == "f" and not np.isinf(number.to_numpy()).any())


def _is_id(column: pd.Series) -> bool:
    """Whether a column that is not reduced holds whole numbers, or text no spreadsheet damaged."""
    if column.dtype == "str":
        return not bool(column.str.contains(_DAMAGED, na=False).any())
    return isinstance(column.dtype, np.dtype) and column.dtype.kind == "i"


def _days_since_epoch(date: pd.Series) -> NDArray[np.int64] | None:
    """Day numbers, or None where dates are missing, zoned, too early, in the future or no dates."""
    if date.dtype.kind != "M" or isinstance(date.dtype, pd.DatetimeTZDtype):
        return None
    stamps = date.to_numpy()
    # Not-a-time is the smallest of all numbers, so the minimum finds it.
    first = stamps.view("int64").min().view(stamps.dtype)
    if np.isnat(first) or first < np.datetime64(EARLIEST) or date.max() > pd.Timestamp.now():
        return None
    return stamps.view("int64") // (_DAY.astype(stamps.dtype.str.replace("M8", "m8")).view("int64"))


def _code_ids(column: pd.Series) -> tuple[NDArray[np.int64], pd.Index] | None:
    """Each line's position in the sorted ids, and the ids; None where an id needs tidying."""
    if column.dtype == np.dtype("int64"):
        number = column.to_numpy()
        lowest, highest = int(number.min()), int(number.max())
        if highest - lowest < _SPREAD * len(number):
            return number - lowest, pd.RangeIndex(lowest, highest + 1)
    elif column.dtype != "str":
        return None
    code, ids = pd.factorize(column, sort=True)
    ids = pd.Index(ids)
    if column.dtype == "str" and (code.min() < 0 or not _is_tidy(ids)):
        return None
    return code, ids


def _is_tidy(ids: pd.Index) -> bool:
    """Whether no id has white space at an end, might stand for nothing, or might be damaged."""
    letters = ids.str
    doubts = (
        letters.strip() != ids,
        letters.contains(_MARK, regex=False),
        letters.fullmatch(_NOTHING),
        letters.contains(_DAMAGED),
    )
    return not any(bool(doubt.any()) for doubt in doubts)


def _reduce_by_customer(
    code: NDArray[np.int64], day: NDArray[np.int64], amount: NDArray[np.float64], n_customers: int
) -> pd.DataFrame:
    """Number of days, first and last day, money in all and on the first day; ids by position."""
    start = int(day.min())
    shape = (n_customers, int(day.max()) - start + 1)
    place = np.subtract(day, start, dtype="int32", casting="same_kind")
    days = sparse.coo_array((amount, (code.astype("int32"), place)), shape=shape).tocsr()
    n = np.diff(days.indptr)
    present = np.flatnonzero(n)
    first, last = days.indptr[present], days.indptr[present + 1] - 1
    return pd.DataFrame(
        {
            "n": n[present],
            "first": days.indices[first] + start,
            "last": days.indices[last] + start,
            "spent": np.add.reduceat(days.data, first),
            "spent_first": days.data[first],
        },
        index=present,
        copy=False,
    )


def _count_pairs(
    code: NDArray[np.int64], order: NDArray[np.int64], n_customers: int
) -> NDArray[np.int64]:
    """Count the distinct orders of each customer, by position."""
    order = order - order.min()
    size = int(order.max()) + 1
    pairs = pd.unique(code * size + order)
    return np.bincount(pairs // size, minlength=n_customers)
