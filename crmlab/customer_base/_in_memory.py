"""Clean lines in memory: sorted by customer and day, without an engine.

Lines that already keep the contract and hold no returns leave nothing to decide, and sorting
numbers takes a fraction of the time that engines need to group them. So a frame is reduced as it
is, and a table of DuckDB with up to a few million lines is pulled in the columns that are needed.
Every other table takes the general path; tests hold the two equal.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from crmlab._dates import EARLIEST
from crmlab._engine import execute, narrow, run
from crmlab._plain import are_plain_ids, number_ids, read_plain_days
from crmlab._revenue.settle import CONSUMED
from crmlab.contracts import TRANSACTIONS
from crmlab.customer_base._days import EPOCH

__all__ = ["MOST_LINES", "reduce_in_memory"]

_DAY = np.timedelta64(1, "D")
# With numbers further apart than that for each line, finding the distinct ids is cheaper.
_SPREAD = 4
_MOST_BITS, _HALF = 63, 32
# What is pulled of an engine takes up to 0.1 GB for a million lines.
MOST_LINES = 5_000_000

_NEEDED = set(TRANSACTIONS.names(required=True))
# Columns that say which lines count, and what they are worth.
_WORTH = {"is_return", "refunded", "currency", *CONSUMED}


def reduce_in_memory(
    transactions: object, end: dt.date | None
) -> tuple[pd.DataFrame, dt.date] | None:
    """Reduce each customer's days to one row, exactly as the engine path does.

    Returns None where the general path must take over: the table is too large or on another engine,
    is not in canonical types, has returns, or breaks a rule.
    """
    if isinstance(transactions, ibis.Table):
        transactions = _pull(transactions)
    if not isinstance(transactions, pd.DataFrame) or not _is_plain(transactions):
        return None
    amount = transactions["amount"].to_numpy(dtype="float64")
    days = _number_days(transactions["date"])
    ids = _code_ids(transactions["customer_id"])
    if days is None or ids is None or not (amount.min() >= 0 and np.isfinite(amount.max())):
        return None
    code, day, last, order, n_orders = ids.code, days.number, days.last, None, 0
    if "order_id" in transactions:
        orders = _code_ids(transactions["order_id"])
        if orders is None:
            return None
        order, n_orders = orders.code, orders.n
    if end is not None:
        last = (end - EPOCH).days
        if last < days.first:
            return None
        if last < days.last:
            seen = np.flatnonzero(day <= last - days.first)
            code, day, amount = code[seen], day[seen], amount[seen]
            order = order if order is None else order[seen]
    found = _reduce_by_customer(replace(ids, code=code), replace(days, number=day), amount)
    if found is None:
        return None
    if order is not None:
        found["n_orders"] = _count_pairs(code, order, ids.n, n_orders)[found.index]
    if not ids.sorted:
        found = found.sort_values("customer_id")
    return found, EPOCH + dt.timedelta(days=last)


def _pull(table: Any) -> pd.DataFrame | None:
    """The lines of a table of DuckDB in canonical columns, where their types are plain."""
    names = [name for name in TRANSACTIONS.names() if name in table.columns]
    kinds = table.schema()
    if table.get_backend().name != "duckdb" or _WORTH & set(names) or not set(names) >= _NEEDED:
        return None
    ids = [kinds[name] for name in ("customer_id", "order_id", "product_id") if name in names]
    plain = all(kind.is_int64() or kind.is_string() for kind in ids)
    plain &= kinds["date"].is_timestamp() and kinds["date"].timezone is None
    if not plain or not (kinds["amount"].is_float64() or kinds["amount"].is_integer()):
        return None
    lines = narrow(table, names)
    n_lines = int(execute(lines.aggregate(n=lines.count()))["n"].iloc[0])
    return run(lines).to_pandas(split_blocks=True) if n_lines <= MOST_LINES else None


def _is_plain(frame: pd.DataFrame) -> bool:
    """Whether the columns are canonical, in numpy's types or text, and no line is a return."""
    if frame.empty or not set(frame.columns) >= _NEEDED or not _is_plain_header(frame.columns):
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
    """Whether a column that is not reduced holds whole numbers, or codes: no gift card, no tip."""
    if column.dtype == "str":
        return are_plain_ids(_to_arrow(column))
    return isinstance(column.dtype, np.dtype) and column.dtype.kind == "i"


@dataclass(frozen=True)
class _Days:
    """Each line's day, counted from the first one; that and the last one since 1970."""

    number: NDArray[np.uint32]
    first: int
    last: int


def _number_days(date: pd.Series) -> _Days | None:
    """Number days, or None where dates are missing, zoned, too early or late, or not plain."""
    if date.dtype == "str":
        read = read_plain_days(_to_arrow(date))
        stamps = None if read is None else read.to_numpy()
    elif date.dtype.kind != "M" or isinstance(date.dtype, pd.DatetimeTZDtype):
        stamps = None
    else:
        stamps = date.to_numpy()
    if stamps is None:
        return None
    # Not-a-time is the smallest of all numbers, so the minimum finds it.
    count = stamps.view("int64")
    earliest, latest = count.min(), count.max()
    first = earliest.view(stamps.dtype)
    if np.isnat(first) or first < np.datetime64(EARLIEST):
        return None
    if latest.view(stamps.dtype) > pd.Timestamp.now().to_datetime64():
        return None
    a_day = int(_DAY.astype(stamps.dtype.str.replace("M8", "m8")).view("int64"))
    # Written where they stay: new memory costs as much as the work.
    number = np.empty(len(count), "uint32")
    np.floor_divide(count, a_day, out=number, casting="unsafe")  # all but their last 32 bits
    number -= np.uint32((int(earliest) // a_day) % 2**32)
    return _Days(number, int(earliest) // a_day, int(latest) // a_day)


@dataclass(frozen=True)
class _Ids:
    """Each line's code, less than `n`; what names codes; and whether codes sort as ids do."""

    code: NDArray[np.int64]
    n: int
    name: Callable[[NDArray[np.int64]], Any]
    sorted: bool = True


def _code_ids(column: pd.Series) -> _Ids | None:
    """Number ids from 0; None where an id may need mending, or be a word for nobody or a total."""
    if column.dtype == np.dtype("int64"):
        number = column.to_numpy()
        return _code_numbers(number, lambda code: code) or _factorize(column)
    if column.dtype != "str" or column.hasnans:
        return None
    numbered = number_ids(_to_arrow(column, whole=True).chunk(0))
    if numbered is not None:
        found = _code_numbers(numbered.number, lambda code: _to_text(numbered.write(code)))
        if found is not None:
            return replace(found, sorted=numbered.sorted)
    found = _factorize(column)
    names = pd.Series(found.name(np.arange(found.n)))
    return found if are_plain_ids(_to_arrow(names)) else None


def _code_numbers(number: NDArray[np.int64], name: Callable[[Any], Any]) -> _Ids | None:
    """Ids by their numbers, where these lie close together; `name` says the ids of numbers."""
    lowest, highest = int(number.min()), int(number.max())
    room = _SPREAD * len(number)
    if highest - lowest >= room:
        return None
    if lowest >= 0 and highest < room:
        return _Ids(number, highest + 1, name)
    return _Ids(number - lowest, highest - lowest + 1, lambda code: name(code + lowest))


def _factorize(column: pd.Series) -> _Ids:
    code, ids = pd.factorize(column, sort=True)
    ids = pd.Index(ids)
    return _Ids(code, len(ids), lambda code: ids[code])


def _to_text(text: pa.Array) -> Any:
    return pd.Series(text.to_pandas(), dtype="str").array


def _to_arrow(text: pd.Series, *, whole: bool = False) -> pa.ChunkedArray:
    """Text as Arrow has it, in one piece if `whole`: frames put together have several."""
    found = pa.array(text)
    if not isinstance(found, pa.ChunkedArray):
        return pa.chunked_array([found])
    return pa.chunked_array([found.combine_chunks()]) if whole else found


def _reduce_by_customer(ids: _Ids, days: _Days, amount: NDArray[np.float64]) -> pd.DataFrame | None:
    """Number of days, first and last day, money in all and on the first day; by code.

    Code and day make one number, which sorts by both at once. None where it would be too large.
    """
    code, n = ids.code, ids.n
    day_bits = (days.last - days.first).bit_length()
    bits = day_bits + n.bit_length()
    if bits > _MOST_BITS:
        return None
    # Small numbers, changed in place: new memory costs as much as the work.
    kind = "uint32" if bits <= _HALF else "int64"
    key = code.astype(kind)
    key <<= day_bits
    key |= days.number
    key.sort()
    # A customer's days, each once. Places are quicker than a mask.
    key = key[np.flatnonzero(_begins(key))]
    owner = key >> day_bits
    key &= (1 << day_bits) - 1
    first = np.flatnonzero(_begins(owner))
    n_days = np.diff(first, append=len(key))
    who, opened = owner[first].astype("int64"), key[first]
    opening = _find_opening(code, days.number, who, opened, n)
    return pd.DataFrame(
        {
            "customer_id": ids.name(who),
            "n": n_days,
            "first": opened.astype("int64") + days.first,
            "last": key[first + n_days - 1].astype("int64") + days.first,
            "spent": _add_up(code, amount, n)[who],
            "spent_first": _add_up(code[opening], amount[opening], n)[who],
        },
        index=who,
        copy=False,
    )


def _add_up(code: NDArray[np.int64], amount: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """The money of each code, as `bincount` has it, which takes twice the time."""
    money = np.full(n, 0.0)
    np.add.at(money, code, amount)
    return money


def _find_opening(
    code: NDArray[np.int64], day: NDArray[Any], who: NDArray[np.int64], opened: Any, n: int
) -> NDArray[np.int64]:
    """The lines of each customer's first day."""
    first = np.empty(n, "uint32")
    first[who] = opened
    return np.flatnonzero(day == first[code])


def _begins(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Which numbers differ from the one before; the first one does."""
    found = np.empty(len(ordered), "bool")
    found[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=found[1:])
    return found


def _count_pairs(
    code: NDArray[np.int64], order: NDArray[np.int64], n_customers: int, n_orders: int
) -> NDArray[np.int64]:
    """Count the distinct orders of each customer, by position.

    As a rule the lines of an order stand together, and it has one customer.
    """
    starts = np.flatnonzero(_begins(order) | _begins(code))
    first, owner = order[starts], code[starts]
    if n_orders <= _SPREAD * len(order):
        known = np.zeros(n_orders, "bool")
        known[first] = True
        if np.count_nonzero(known) == len(first):
            return np.bincount(owner, minlength=n_customers)
    pairs = pd.unique(owner * n_orders + first)
    return np.bincount(pairs // n_orders, minlength=n_customers)
