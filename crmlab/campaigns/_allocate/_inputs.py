"""Values, costs and permissions of contacts as callers write them, as arrays."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_column, check_columns, check_number, check_size, check_vector
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Day, Floats, Table
from crmlab.contracts import CHANNELS
from crmlab.privacy import consented

__all__ = ["ANY", "Offers", "read_costs", "read_eligible", "read_offers"]

ANY = "any"  # the channel where offers are not told apart by it
Pair = tuple[Hashable, Hashable]


@dataclass(frozen=True)
class Offers:
    """What each contact is worth.

    Parameters
    ----------
    customers : Index
    pairs : list of (offer, channel)
    value : float array of shape (n_pairs, n_customers)
    eligible : bool array of the same shape, or None
        None: everybody.
    cost : float array of the same shape, or None
        Where the table of values holds costs.
    """

    customers: pd.Index
    pairs: list[Pair]
    value: Floats
    eligible: NDArray[np.bool_] | None = None
    cost: Floats | None = None

    @property
    def offers(self) -> list[Hashable]:
        """Offers in their order."""
        return list(dict.fromkeys(offer for offer, _ in self.pairs))

    @property
    def channels(self) -> list[Hashable]:
        """Channels in their order."""
        return list(dict.fromkeys(channel for _, channel in self.pairs))


def read_offers(value: Any, currency: str | Mapping[Hashable, str] | None) -> Offers:
    """Read a wide or a tidy table of values."""
    if not isinstance(value, pd.DataFrame):
        raise InputTypeError(f"`value` must be a DataFrame; got {type(value).__name__}.")
    if value.empty:
        raise InputError("`value` must have at least one customer and one offer; got none.")
    tidy = {"offer", "value"} <= set(value.columns)
    read = _read_tidy(value) if tidy else _read_wide(value)
    check_size("value", read.value)
    if tidy and "currency" in value.columns:
        _check_column(value["currency"], currency)
    if isinstance(currency, Mapping):
        missing = [offer for offer in read.offers if offer not in currency]
        if missing:
            raise InputError(f"`currency` must name every offer; it lacks {_listed(missing)}.")
        _check_currency(list(dict.fromkeys(currency[o] for o in read.offers)), "`currency`")
    elif currency is not None and not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be a code or a mapping of offers; got {currency!r}.")
    return read


def _check_column(column: pd.Series, currency: object) -> None:
    """The currencies of a tidy table, which what was said beside it must not contradict."""
    if column.isna().any():
        raise InputError(
            f"`value` must name the `currency` of each row; {column.isna().sum():,} of "
            f"{len(column):,} rows do not. Fill it, or leave the column out."
        )
    found = list(pd.unique(column))
    _check_currency(found, "`value`")
    said = set(currency.values()) if isinstance(currency, Mapping) else {currency}
    if currency is not None and said != set(found):
        raise InputError(
            f"`currency` must be that of `value`, {found[0]!r}; got {currency!r}. Convert the "
            "amounts first, or leave it out."
        )


def _check_currency(found: list[Any], name: str) -> None:
    if len(found) > 1:
        raise InputError(
            f"{name} must be in one currency; offers are in {_listed(found)}. Convert them at one "
            "rate first: a budget cannot be shared between currencies."
        )


def _read_wide(value: pd.DataFrame) -> Offers:
    table = _by_customer(value)
    pairs: list[Pair] = [
        name if isinstance(name, tuple) and len(name) == 2 else (name, ANY)
        for name in table.columns
    ]
    _check_unique(pairs, table.index)
    found = np.empty((len(pairs), len(table)))
    for j, pair in enumerate(pairs):
        name = f"value[{_named(pair)}]"
        found[j] = check_vector(name, table.iloc[:, j], negative=True)
    return Offers(table.index, pairs, found)


def _by_customer(table: pd.DataFrame) -> pd.DataFrame:
    """The table by `customer_id`, which may stand in a column."""
    for name in ("customer_id", ("customer_id", "")):
        if name in table.columns:
            return table.set_index(name).rename_axis(index="customer_id")
    return table


def _check_unique(pairs: list[Pair], customers: pd.Index) -> None:
    if not pairs:
        raise InputError("`value` must have at least one customer and one offer; got none.")
    if len(set(pairs)) < len(pairs):
        twice = next(pair for pair in pairs if pairs.count(pair) > 1)
        raise InputError(f"`value` must name a column once; {_named(twice)} is there twice.")
    if np.asarray(customers.isna()).any():
        raise InputError(
            f"`customer_id` must not be missing; {np.asarray(customers.isna()).sum():,} of "
            f"{len(customers):,} are."
        )
    if not customers.is_unique:
        raise InputError(
            "`value` must have one row per customer; "
            f"{customers[customers.duplicated()][0]!r} is there more than once."
        )


def _read_tidy(value: pd.DataFrame) -> Offers:
    check_columns(value.columns, ["customer_id", "offer", "value"], what="`value`")
    channel = value["channel"] if "channel" in value else pd.Series(ANY, index=value.index)
    row, customers = pd.factorize(value["customer_id"])
    keys = pd.MultiIndex.from_arrays([value["offer"], channel])
    column, labels = pd.factorize(keys)
    gone = (row < 0) | value["offer"].isna().to_numpy() | channel.isna().to_numpy()
    if gone.any():
        raise InputError(
            "`value` must name customer, offer and channel in each row; "
            f"{gone.sum():,} of {gone.size:,} do not."
        )
    shape = len(labels), len(customers)
    eligible = np.zeros(shape, dtype=bool)
    eligible[column, row] = True
    if eligible.sum() < len(value):
        raise InputError(
            "`value` must have one row per customer, offer and channel; "
            f"{len(value) - eligible.sum():,} of {len(value):,} rows repeat another."
        )
    found, cost = np.zeros(shape), None
    found[column, row] = check_column(value, "value", what="`value`", negative=True)
    if "cost" in value.columns:
        cost = np.zeros(shape)
        cost[column, row] = check_column(value, "cost", what="`value`")
        check_size("cost", cost)
    index = pd.Index(customers, name="customer_id")
    return Offers(index, list(labels), found, eligible, cost)


def read_costs(cost: Any, read: Offers) -> Floats:
    """Cost of a contact: one per pair, or one per pair and customer."""
    if cost is None:
        if read.cost is None:
            raise InputTypeError(
                "`cost` must be a number, a mapping or a DataFrame; got None. Give 0 where "
                "contacts cost nothing."
            )
        return read.cost
    if read.cost is not None:
        raise InputError(
            "`cost` must be told once; it is given, and `value` has a column 'cost'. Leave one of "
            "them out."
        )
    if isinstance(cost, pd.DataFrame):
        found = _read_like(cost, read, "cost")
        each = np.array(
            [check_vector(f"cost[{_named(p)}]", c) for p, c in zip(read.pairs, found, strict=True)]
        )
        check_size("cost", each)
        return each
    if isinstance(cost, Mapping):
        each = np.array(_read_mapping(cost, read))
    else:
        each = np.full(
            len(read.pairs),
            check_number("cost", cost, low=0, remedy="A cost is written positive."),
        )
    check_size("cost", each)
    return each


def _read_mapping(cost: Mapping[Any, Any], read: Offers) -> list[float]:
    """By pair, by channel or by offer, whichever names them all."""
    ways: list[tuple[Callable[[Pair], Any], Sequence[Any]]] = [
        (lambda pair: pair, read.pairs),
        (lambda pair: pair[1], read.channels),
        (lambda pair: pair[0], read.offers),
    ]
    for key, wanted in ways:
        if all(name in cost for name in wanted):
            return [
                check_number(f"cost[{key(pair)!r}]", cost[key(pair)], low=0,
                             remedy="A cost is written positive.")
                for pair in read.pairs
            ]  # fmt: skip
    raise InputError(
        f"`cost` must name every channel ({_listed(read.channels)}), every offer "
        f"({_listed(read.offers)}), or every pair of them; it names {_listed(list(cost))}. Give 0 "
        "for one that costs nothing."
    )


def _read_like(table: pd.DataFrame, read: Offers, name: str) -> list[pd.Series]:
    """Columns of a table that has the customers of `value`, by pair, channel or offer."""
    table = _by_customer(table)
    if not table.index.is_unique:
        raise InputError(
            f"`{name}` must have one row per customer; "
            f"{table.index[table.index.duplicated()][0]!r} is there more than once."
        )
    lost = ~read.customers.isin(table.index)
    if lost.any():
        raise InputError(
            f"`{name}` must have one row for each customer of `value`; {lost.sum():,} of "
            f"{lost.size:,} are not there."
        )
    if not table.index.equals(read.customers):
        table = table.loc[read.customers]
    for level in (None, 1, 0):
        keys = [pair if level is None else pair[level] for pair in read.pairs]
        if all(key in table.columns for key in keys):
            return [table[key] for key in keys]
    raise InputError(
        f"`{name}` must have the columns of `value`, or one per channel "
        f"({_listed(read.channels)}) or offer ({_listed(read.offers)}); it has "
        f"{_listed(list(table.columns))}."
    )


def read_eligible(
    read: Offers,
    eligible: pd.DataFrame | None,
    consents: Table | None,
    *,
    purpose: str,
    on: Day | None,
) -> NDArray[np.bool_] | None:
    """Who may get what; an offer that nobody may get is named."""
    found = read.eligible
    if eligible is not None:
        if not isinstance(eligible, pd.DataFrame):
            raise InputTypeError(f"`eligible` must be a DataFrame; got {type(eligible).__name__}.")
        columns = _read_like(eligible, read, "eligible")
        asked = np.array([_flags(p, c) for p, c in zip(read.pairs, columns, strict=True)])
        found = asked if found is None else found & asked
    if consents is not None:
        granted = _read_consents(read, consents, purpose, on)
        found = granted if found is None else found & granted
    if found is not None:
        _check_somebody(read, found)
    return found


def _flags(pair: Pair, column: pd.Series) -> NDArray[np.bool_]:
    flags = check_vector(f"eligible[{_named(pair)}]", column, flags=True)
    if not ((flags == 0) | (flags == 1)).all():
        raise InputError(f"`eligible[{_named(pair)}]` must hold true and false only.")
    return flags == 1


def _read_consents(
    read: Offers, consents: Table, purpose: str, on: Day | None
) -> NDArray[np.bool_]:
    unknown = [channel for channel in read.channels if channel not in CHANNELS]
    if unknown:
        raise InputError(
            f"`consents` are given by channel, one of {_listed(list(CHANNELS))}; `value` has "
            f"{_listed(unknown)}. Write its columns as pairs of an offer and a channel."
        )
    ids = pd.Series(read.customers, name="customer_id")
    by = {
        channel: ids.isin(
            consented(ids, consents, channel=str(channel), purpose=purpose, on=on)
        ).to_numpy()
        for channel in read.channels
    }
    return np.array([by[channel] for _, channel in read.pairs])


def _check_somebody(read: Offers, eligible: NDArray[np.bool_]) -> None:
    for offer in read.offers:
        mine = [j for j, pair in enumerate(read.pairs) if pair[0] == offer]
        if not np.any(eligible[mine]):
            raise InputError(
                f"`eligible` and consent must leave somebody for each offer; nobody may get "
                f"{offer!r}. Leave that offer out, or ask for consent first."
            )


def _listed(names: Sequence[Any]) -> str:
    return ", ".join(map(repr, names)) or "none"


def _named(pair: Pair) -> str:
    return repr(pair[0]) if pair[1] == ANY else f"{pair[0]!r}, {pair[1]!r}"
