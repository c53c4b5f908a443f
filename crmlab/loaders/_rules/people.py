"""Doubts about who a customer is: ids of nobody, of many people, of an order, of one twice.

Nothing here leaves a line out. What can be told without a doubt is `is_placeholder`; the rest is
pointed out, because only the owner of the data knows. The thresholds are generous: a family, a
company that buys for its staff, or a customer numbered 0 must not be suspected.
"""

from typing import Any

import ibis
import pandas as pd

from crmlab._engine import execute
from crmlab._revenue.nobody import PLACEHOLDERS, is_placeholder
from crmlab._revenue.refunds import is_return

__all__ = ["PLACEHOLDERS", "find_doubts", "is_placeholder"]

Doubt = tuple[str, int, str, str]
_POINTED_OUT = "pointed out"

# Numbers that programs write for no customer, and that shops give to one as well.
_NUMBER = r"^(0+|-1|9{4,})$"
_NUMBERS = [0, -1, *(10**digits - 1 for digits in range(4, 19))]
# Among fewer customers, the busiest one is often far busier than the others.
_MANY = 20
# A customer numbered 0 seldom is the busiest, and hardly ever twice as busy as the next.
_NUMBER_DAYS, _NUMBER_RATIO = 5, 2
# Under heavy tails such as Pareto's with exponent 1.5, the busiest has five times the lines of
# the next in one shop of eleven, but seldom on the most days and with such a share as well.
_CROWD_IDS, _CROWD_DAYS = 50, 10
_CROWD_SHARE, _CROWD_MEANS, _CROWD_RATIO = 0.05, 10, 5
# With one repeat customer in twenty, a hundred of them without any is a chance of 0.6 %.
_ORDER_IDS, _ORDER_DAYS = 100, 28
# Fewer ids than these are doubted by how they are written only.
_FEWEST = min(_MANY, _CROWD_IDS, _ORDER_IDS)
_NO_SIZES = pd.DataFrame(
    columns=["kind", "n_lines", "n_ids", "n_days", "n_repeat", "first", "last", "name"]
)
_BLANKS = "[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]"


def find_doubts(lines: Any, n_ids: int, *, plain: bool = False) -> list[Doubt]:
    """Point out ids that may not be one customer each, in two queries, rarely three or none.

    - *nobody*: a placeholder; or a number such as 0 or 9999 with at least twice the lines of any
      other id and on no fewer days.
    - *a crowd*: up to three ids with at least 5 % of the lines each, ten times the average, five
      times the next id and on no fewer days than anyone, among 50 or more.
    - *an order*: 100 or more ids in four weeks or more, and nobody (one in a thousand) came back.
    - *one twice*: ids that differ only in letter case or blanks.

    Parameters
    ----------
    lines : ibis.Table
        Valid lines in canonical columns.
    n_ids : int
        How many ids there are, or a number that they do not exceed.
    plain : bool, default=False
        Whether no id is a placeholder, and no two differ in letter case or blanks only.

    Returns
    -------
    list of tuple
        Label, number of lines, treatment and remedy, one for each thing looked for.
    """
    order = {"order_id"} & set(lines.columns)
    lines = lines.filter(~is_return(lines).fill_null(False))
    lines = lines.select("customer_id", *order, day=lines.date.cast("date"))
    ids = _group_ids(lines)
    plain = plain or not ids.customer_id.type().is_string()
    known = plain and n_ids < _FEWEST
    sizes = _NO_SIZES if known else _count_sizes(ids, plain=plain)
    if len(_find_busy_numbers(sizes)) or _find_crowd(sizes)[1]:
        sizes = _count_sizes(_group_ids(lines, days=True), plain=plain)
    return [
        _find_nobody(sizes),
        _find_crowd(sizes),
        _find_order_numbers(sizes),
        _find_spellings(ids, plain=plain),
    ]


def _group_ids(lines: Any, *, days: bool = False) -> Any:
    """One row per id: its lines, first and last day, and whether it bought again.

    To count different days takes long, so it is done only where everything else is odd; till then
    every id has infinitely many.
    """
    again = lines.day.min() != lines.day.max()
    if "order_id" in lines.columns:
        # An id with two orders on its one day is a person as well.
        again = again | (lines.order_id.min() != lines.order_id.max()).fill_null(False)
    ids = lines.group_by("customer_id").aggregate(
        n_lines=lines.count(),
        first=lines.day.min(),
        last=lines.day.max(),
        again=again,
        **({"n_days": lines.day.nunique()} if days else {}),
    )
    return ids if days else ids.mutate(n_days=ibis.literal(float("inf")))


def _count_sizes(ids: Any, *, plain: bool) -> pd.DataFrame:
    """How many ids have how many lines, the busiest first: a short table, however many ids."""
    customer = ids.customer_id
    text = customer.type().is_string()
    number = customer.re_search(_NUMBER) if text else customer.isin(_NUMBERS)
    word = ibis.literal(False) if plain else is_placeholder(customer)
    kind = ibis.cases((word, "word"), (number, "number"), else_="id")
    ids = ids.mutate(kind=kind, name=customer.cast("string"), repeat=ids.again.cast("int64"))
    sizes = ids.group_by("kind", "n_lines").aggregate(
        n_ids=ids.count(),
        n_days=ids.n_days.max(),
        n_repeat=ids.repeat.sum(),
        first=ids["first"].min(),
        last=ids["last"].max(),
        name=ids.name.min(),
    )
    return execute(sizes).sort_values("n_lines", ascending=False, ignore_index=True)


def _lines_of(sizes: pd.DataFrame) -> int:
    return int((sizes["n_lines"] * sizes["n_ids"]).sum())


def _name(names: pd.Series) -> str:
    return ", ".join(map(repr, names.head(3)))


def _find_busy_numbers(sizes: pd.DataFrame) -> pd.DataFrame:
    """Numbers such as 0 with far more lines than any other id, on no fewer days."""
    people = sizes[sizes["kind"] == "id"]
    numbers = sizes[sizes["kind"] == "number"]
    if people["n_ids"].sum() < _MANY:
        return numbers.head(0)
    busy = numbers["n_lines"] >= _NUMBER_RATIO * people["n_lines"].max()
    often = numbers["n_days"] >= max(_NUMBER_DAYS, people["n_days"].max())
    return numbers[busy & often]


def _find_nobody(sizes: pd.DataFrame) -> Doubt:
    found = pd.concat([sizes[sizes["kind"] == "word"], _find_busy_numbers(sizes)])
    remedy = "one id is one customer here: leave lines of guests out, or find who bought"
    if len(found):
        remedy = f"{_name(found['name'])}: {remedy}"
    return "customer_id may be nobody", _lines_of(found), _POINTED_OUT, remedy


def _find_crowd(sizes: pd.DataFrame) -> Doubt:
    people = sizes[sizes["kind"] == "id"]
    remedy = "is it a counter, a reseller or guests? give each buyer an id, or leave it out"
    for n_top in (3, 2, 1):
        top, rest = people.head(n_top), people.iloc[n_top:]
        if len(top) == n_top and _stands_out(top, rest):
            return (
                "customer_id of many people", _lines_of(top), _POINTED_OUT,
                f"{_name(top['name'])}: {remedy}",
            )  # fmt: skip
    return "customer_id of many people", 0, _POINTED_OUT, remedy


def _stands_out(top: pd.DataFrame, rest: pd.DataFrame) -> bool:
    """Whether each of the top ids has lines of a crowd beside the rest."""
    n_ids = rest["n_ids"].sum()
    if n_ids < _CROWD_IDS or (top["n_ids"] > 1).any():
        return False
    fewest, mean = top["n_lines"].min(), _lines_of(rest) / n_ids
    share = fewest / (_lines_of(top) + _lines_of(rest))
    return bool(
        share >= _CROWD_SHARE
        and fewest >= _CROWD_MEANS * mean
        and fewest >= _CROWD_RATIO * rest["n_lines"].max()
        and top["n_days"].min() >= max(_CROWD_DAYS, rest["n_days"].max())
    )


def _find_order_numbers(sizes: pd.DataFrame) -> Doubt:
    people = sizes[sizes["kind"] == "id"]
    label = "customer_id new with every order"
    remedy = "is `customer_id` an order number? map the column that names the person"
    n_ids, n_repeat = people["n_ids"].sum(), people["n_repeat"].sum()
    if n_ids < _ORDER_IDS or n_repeat > n_ids // 1000:
        return label, 0, _POINTED_OUT, remedy
    first, last = pd.Timestamp(people["first"].min()), pd.Timestamp(people["last"].max())
    n_lines = _lines_of(people) if (last - first).days >= _ORDER_DAYS else 0
    return label, n_lines, _POINTED_OUT, remedy


def _find_spellings(ids: Any, *, plain: bool) -> Doubt:
    label = "customer_id alike but for case or blanks"
    remedy = "kept apart; write them alike if they are one customer"
    if plain:
        return label, 0, _POINTED_OUT, remedy
    spelled = ids.select("customer_id", "n_lines", alike=_fold(ids.customer_id))
    groups = spelled.group_by("alike").aggregate(
        n_ids=spelled.count(),
        n_lines=spelled.n_lines.sum(),
        one=spelled.customer_id.min(),
        other=spelled.customer_id.max(),
    )
    groups = groups.filter(groups.n_ids > 1)
    found = execute(
        groups.aggregate(
            n_ids=groups.n_ids.sum().fill_null(0),
            n_lines=groups.n_lines.sum().fill_null(0),
            one=groups.one.min(),
            other=groups.other.argmin(groups.one),
        )
    ).iloc[0]
    if found["n_ids"]:
        n_ids, one, other = int(found["n_ids"]), found["one"], found["other"]
        remedy = f"{n_ids:,} ids such as {one!r} and {other!r} are {remedy}"
    return label, int(found["n_lines"]), _POINTED_OUT, remedy


def _fold(text: Any) -> Any:
    return text.lower().re_replace(_BLANKS, "")
