"""Who has bought this tends to buy that later: how many, how soon, and more than after others."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow.compute as pc
from scipy.special import ndtri

from crmlab._checks import check_count, check_day, check_fraction
from crmlab._engine import run
from crmlab._errors import InputError
from crmlab._types import Day, Floats, Table
from crmlab.cross_sell._baskets import Source, bought, name_items, refuse_missing
from crmlab.cross_sell._pairs import First, count_pairs
from crmlab.cross_sell._rules import adjust, chance
from crmlab.customer_base import read_lines, up_to

__all__ = ["sequential_rules"]

_EPOCH = dt.date(1970, 1, 1)


def sequential_rules(
    orders: Table,
    *,
    horizon: int,
    min_customers: int = 30,
    min_confidence: float = 0.0,
    products: Table | None = None,
    level: str | None = None,
    observation_end: Day | None = None,
    interval_level: float = 0.95,
) -> pd.DataFrame:
    """Find what customers buy for the first time within a horizon after the first of another item.

    A customer is followed from the day of the first purchase of the antecedent, if the data reach
    `horizon` days beyond it and the consequent was not bought by then, that day included. So a
    recent buyer does not count as somebody who never came back, and what is bought on one day is
    no sequence: for that see `association_rules`.

    Parameters
    ----------
    orders : DataFrame or ibis.Table
        Canonical transactions with a ``product_id``. They are reduced to the first day of each
        customer and item where they live. What was bought before the first line of the table is
        not known.
    horizon : int
        Days after the first purchase of the antecedent in which the consequent counts.
    min_customers : int, default=30
        Fewest customers who could be followed for a rule.
    min_confidence : float, default=0
        Smallest share of them who buy the consequent within the horizon, in [0, 1].
    products : DataFrame or ibis.Table, optional
        One row for each ``product_id``, with its groups.
    level : str, optional
        Column of `products` to follow instead of the product, such as "category".
    observation_end : date, optional
        Last day observed; later lines are left out. Default: the last day in the table.
    interval_level : float, default=0.95
        Probability between the limits of the confidence, in (0, 1).

    Returns
    -------
    DataFrame
        One row for each rule that at least one customer followed, smallest `q_value` first, then
        highest `lift`, then by name:

        * `antecedent`, `consequent` : the items
        * `n_customers` : customers who could be followed after any item, the denominator of
          `support`
        * `n_at_risk` : of them, those with the antecedent and not yet the consequent
        * `n_later` : of these, those who bought the consequent within the horizon
        * `support` : `n_later / n_customers`
        * `confidence` : `n_later / n_at_risk`, with `lower`, `upper` (Wilson's limits) and `level`
        * `base_rate` : the same share after all other items than the antecedent; missing where
          nobody could be followed after another
        * `lift` : `confidence / base_rate`; 1 if the antecedent says nothing, infinite if nobody
          bought the consequent after another item, missing if nobody could be followed after one
        * `lag_lower`, `lag_median`, `lag_upper` : days from one to the other, quartiles
        * `p_value` : probability of so many or more if the share were as after other items
          (Fisher's exact test, one-sided; a customer counts once in the comparison, however many
          items the base rate follows)
        * `q_value` : largest share of false rules to expect among all with a q no larger
          (Benjamini and Hochberg), of all pairs with `min_customers`

        ``attrs`` say ``n_tests``, ``horizon`` and ``observation_end``.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    InputError
        If an option is out of range, a product has no group, there is only one item, or the data
        are shorter than the horizon.
    InputTypeError
        If an argument has the wrong type.

    References
    ----------
    Agrawal, R. and Srikant, R. (1995), "Mining sequential patterns", ICDE. Wilson, E. B. (1927),
    JASA 22. Benjamini, Y. and Hochberg, Y. (1995), JRSS B 57(1).

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> later = sequential_rules(
    ...     company.transactions, horizon=180, products=company.products, level="category"
    ... )
    >>> later[["antecedent", "consequent", "n_at_risk", "lift", "q_value"]].head(2).round(3)
        antecedent     consequent  n_at_risk   lift  q_value
    0   stationery  art materials        909  1.114    0.571
    1  board games      workbooks        305  1.111    0.571

    None is planted in these data, and by `q_value` none is found.
    """
    check_count("horizon", horizon)
    check_count("min_customers", min_customers)
    least = check_fraction("min_confidence", min_confidence)
    check_fraction("interval_level", interval_level, open_ends=True)
    source = Source("order_id", "product_id", products, level)
    day = check_day("observation_end", observation_end)
    first, names, end = _read_first(orders, source, day)
    seen = _follow(first, (end - _EPOCH).days, horizon)
    pairs = _add_base(seen)
    pairs = pairs[pairs["n_at_risk"] >= min_customers]
    n_tests = _count_tests(seen, min_customers)
    pairs = pairs.assign(p_value=_compare(pairs))
    pairs["q_value"] = adjust(pairs["p_value"].to_numpy(), n_tests)
    enough = np.ceil(least * pairs["n_at_risk"] - 1e-9).clip(lower=1)
    rules = _measure(pairs[pairs["n_later"] >= enough], names, seen.n_customers, interval_level)
    rules.attrs = {"n_tests": n_tests, "horizon": horizon, "observation_end": end.isoformat()}
    return rules


def _read_first(
    orders: Table, source: Source, end: dt.date | None
) -> tuple[First, list[Any], dt.date]:
    """Each customer's first day of each item, as numbers; their names; the end of observation."""
    lines, last, _ = read_lines(orders)
    source.check(lines, what="orders", needs=[source.item])
    end = end or last
    lines = name_items(bought(up_to(lines, end)), source, "customer_id", "date")
    day = lines.date.cast("date").delta(ibis.date(str(_EPOCH)), unit="day")
    # One query: what makes the lines of orders costs more than all that is counted of them.
    query = lines.group_by("customer_id", "item").aggregate(day=day.min(), n=lines.count())
    found = run(query)
    missing = found["item"].is_null()
    n_missing = pc.sum(found["n"].filter(missing)).as_py() or 0
    refuse_missing({"n": pc.sum(found["n"]).as_py() or 0, "item": n_missing}, source, {})
    item, names = pd.factorize(found["item"].to_pandas(), sort=True)
    if len(names) < 2:
        raise InputError(
            f"`{source.unit}` must hold at least two different items; got {names[0]!r} only. "
            "After one item nothing else can follow."
        )
    customer = pd.factorize(found["customer_id"].to_pandas())[0]
    order = np.lexsort((item, customer))
    days = found["day"].to_numpy().astype(np.int64)
    return First(customer[order], item[order], days[order]), list(names), end


@dataclass(frozen=True)
class _Seen:
    """What was counted: of pairs that at least one customer bought, and of items."""

    pairs: pd.DataFrame  # antecedent, consequent, n_before, n_later, lags
    n_followed: pd.Series  # by item: customers who could be followed after it
    n_known: pd.Series  # by item: those who had it already when they were first followed
    n_customers: int  # who could be followed after any item


def _follow(first: First, end: int, horizon: int) -> _Seen:
    """Count who could be followed, and what they bought before and after; days are numbers."""
    start = first.day <= end - horizon
    if not start.any():
        raise InputError(
            f"`horizon` must leave customers who can be followed; nobody bought {horizon:,} days "
            "or more before the end of observation. Ask for a shorter one."
        )
    n_items = int(first.item.max()) + 1
    n_followed = np.bincount(first.item[start], minlength=n_items)
    begun = np.full(int(first.customer.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(begun, first.customer[start], first.day[start])
    known = (first.day <= begun[first.customer]) & np.isin(first.customer, first.customer[start])
    n_known = pd.Series(np.bincount(first.item[known], minlength=n_items))
    pairs = count_pairs(first, np.flatnonzero(start), horizon)
    followed = pd.Series(n_followed)
    n_customers = len(np.unique(first.customer[start]))
    return _Seen(pairs, followed[followed > 0], n_known, n_customers)


def _add_base(seen: _Seen) -> pd.DataFrame:
    """Pairs with those at risk, and the share that buys the consequent after all other items."""
    pairs, of = seen.pairs, seen.pairs["consequent"]
    pairs = pairs.assign(n_at_risk=pairs["antecedent"].map(seen.n_followed) - pairs["n_before"])
    before, later = (pairs.groupby("consequent")[name].sum() for name in ("n_before", "n_later"))
    after_any = seen.n_followed.sum() - seen.n_followed.reindex(before.index, fill_value=0) - before
    others = of.map(after_any) - pairs["n_at_risk"]
    bought_after = of.map(later) - pairs["n_later"]
    # A customer counts once, though followed after several other items.
    n_open = np.minimum(seen.n_customers - of.map(seen.n_known), others)
    return pairs.assign(base_rate=bought_after / others.where(others > 0), n_base=n_open)


def _count_tests(seen: _Seen, min_customers: int) -> int:
    """Pairs with enough customers at risk, also those of which nobody bought both."""
    large = seen.n_followed[seen.n_followed >= min_customers]
    n_followed = seen.pairs["antecedent"].map(large)  # missing where there were too few at all
    few = n_followed - seen.pairs["n_before"] < min_customers
    return len(large) * (len(seen.n_known) - 1) - int(few.sum())


def _compare(pairs: pd.DataFrame) -> Floats:
    """Probability of so many buyers or more, if the share were that after the other items."""
    at_risk, later, n_base = (pairs[c].to_numpy() for c in ("n_at_risk", "n_later", "n_base"))
    base = pairs["base_rate"].fillna(0).to_numpy()
    bought_too = later + np.round(base * n_base).astype(np.int64)
    p_value = chance(at_risk, bought_too, later, at_risk + n_base)
    return np.where(pairs["base_rate"].isna(), 1.0, p_value)


def _measure(pairs: pd.DataFrame, names: list[Any], n_customers: int, level: float) -> pd.DataFrame:
    """All measures of rules, in the order of the columns that are returned."""
    share = pairs["n_later"] / pairs["n_at_risk"]
    lower, upper = _wilson(share, pairs["n_at_risk"], level)
    name = pd.Series(names)
    rules = pairs.assign(
        antecedent=pairs["antecedent"].map(name), consequent=pairs["consequent"].map(name),
        n_customers=n_customers, support=pairs["n_later"] / n_customers, confidence=share,
        lower=lower, upper=upper, level=level,
        lift=share / pairs["base_rate"],  # infinite where nobody bought it after another item
    )  # fmt: skip
    order = {"q_value": True, "lift": False, "antecedent": True, "consequent": True}
    rules = rules.sort_values(list(order), ascending=list(order.values()))
    return rules[_COLUMNS].reset_index(drop=True)


def _wilson(share: pd.Series, n: pd.Series, level: float) -> tuple[pd.Series, pd.Series]:
    z2 = ndtri((1 + level) / 2) ** 2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    return (middle - half).clip(lower=0), (middle + half).clip(upper=1)


_COLUMNS = [
    "antecedent", "consequent", "n_customers", "n_at_risk", "n_later", "support", "confidence",
    "lower", "upper", "level", "base_rate", "lift", "lag_lower", "lag_median", "lag_upper",
    "p_value", "q_value",
]  # fmt: skip
