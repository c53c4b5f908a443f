"""Failure factor "customer data not integrated": one person with several accounts."""

import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from crmlab._checks import check_columns, check_count, check_fraction
from crmlab._engine import execute, in_memory
from crmlab._intervals import check_resampling
from crmlab._purchases import purchase_days
from crmlab.customer_base import rfm_summary
from crmlab.loaders import read_transactions
from crmlab.readiness._bias import Comparison, Plan, Resampling, View, view_of

__all__ = ["identity_bias", "simulate_split_identities"]

Names = str | Sequence[str]

_BETWEEN = "\x1f"  # made to stand between fields, so no id holds it


def identity_bias(
    transactions: Any,
    *,
    views: Mapping[str, Names],
    truth: Names = "customer_id",
    cost_per_mailing: float,
    mailings: int = 1,
    records: Any = None,
    top: float = 0.2,
    observation_end: Any = None,
    level: float = 0.95,
    n_resamples: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure what each way of telling customers apart gets wrong about the same orders.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions that also hold the id columns named in `views` and `truth`.
    views : mapping of str to str or sequence of str
        Name of each view and the column, or columns together, that are its customer id, such as
        ``{"separate": ["source", "source_id"], "linked": "person_id"}``.
    truth : str or sequence of str, default="customer_id"
        The same for the true ids.
    cost_per_mailing : float
        Cost of one mailing to one entry on the file, in currency.
    mailings : int, default=1
        Mailings that each entry on the file gets.
    records : DataFrame or ibis.Table, optional
        All entries of the systems with the same id columns, to count those who never ordered:
        they get mail too. Default: the file holds those with a line in `transactions`.
    top : float, default=0.2
        Fraction of buyers called the best, by revenue, in (0, 1).
    observation_end : date, optional
        Last day observed; later lines are left out. Default: the last day in the table.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    n_resamples : int, default=200
        Number of resamples, at least 2 / (1 - level).
    seed : int, default=0
        Seed of the resamples; the same seed gives the same limits.

    Returns
    -------
    DataFrame
        A row for each view and measure:

        ``view``, ``measure``, ``unit``
            what is measured, how, and in which unit;
        ``truth``, ``value``
            with the true ids, and in this view;
        ``bias``, ``relative_bias``
            ``value - truth``, and the same as a fraction of the truth (missing where that is 0);
        ``lower``, ``upper``, ``level``
            limits of ``bias``: a percentile bootstrap over people, in which both views of a
            person are drawn together; missing for the measures of the model, which would take a
            fit for each resample;
        ``problem``
            why the model has no answer, which is missing then; else empty.

        The measures are

        ``customers``, ``buyers``
            entries on the file, and those with a purchase (number);
        ``mean_frequency``, ``one_purchase_share``
            repeat purchases of a buyer, and share of buyers who have none;
        ``revenue``, ``spend_per_buyer``
            in currency;
        ``top_share``
            share of revenue from the best buyers, the first `top` of them;
        ``best_overlooked``
            share of the truly best whose entries are all ordinary in this view;
        ``mean_probability_alive``, ``buyers_alive``, ``buyers_at_risk``
            under BG/NBD fitted to the view: mean and sum of the chance to be still a customer,
            and the number of buyers with a chance below a half;
        ``campaign_cost``
            customers times `mailings` times `cost_per_mailing`, in currency;
        ``wasted_mailings``
            mailings to people who get the same one already (number);
        ``people_missed``
            people who get none, as they were merged with somebody else (number).

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    ValueError
        If an id column is missing or not filled, an option is out of range, there is one
        customer only, or nobody spent anything.
    TypeError
        If an option has the wrong type.

    Notes
    -----
    A purchase is a day, so two orders of one person on one day are one purchase in truth and two
    on two accounts. A return booked on another account than its order nets nothing there, so
    revenue can differ too.

    Examples
    --------
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["a", "a", "a", "b", "b", "c"],
    ...     "source": ["web", "web", "shop", "web", "web", "shop"],
    ...     "source_id": [1, 1, 1, 2, 2, 2],
    ...     "date": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"] * 2),
    ...     "amount": 10.0,
    ... })
    >>> views = {"separate": ["source", "source_id"]}
    >>> table = identity_bias(orders, views=views, cost_per_mailing=1500)
    >>> columns = ["measure", "truth", "value", "bias", "relative_bias"]
    >>> table.loc[table["measure"].isin(["customers", "campaign_cost"]), columns].round(2)
              measure   truth   value    bias  relative_bias
    0       customers     3.0     4.0     1.0           0.33
    11  campaign_cost  4500.0  6000.0  1500.0           0.33
    """
    plan = _plan(cost_per_mailing, mailings, top)
    resampling = _resampling(level, n_resamples, seed)
    columns = _id_columns(views, truth)
    lines = _lines(transactions)
    keys = _keys(lines, columns, what="`transactions`")
    people = _summarised(lines, keys[0], observation_end)
    _check_base(people)
    end = people.attrs["observation_end"]
    who = _pairs(lines.filter(lines.date.cast("date") <= ibis.date(end)), keys)
    if records is not None:
        who = pd.concat([who, _on_file(records, columns)], ignore_index=True)
    person, ids = pd.factorize(who["id0"], sort=True)
    true = _view(people, ids)
    tables = {}
    for at, name in enumerate(views, start=1):
        entry, ids = pd.factorize(who[f"id{at}"], sort=True)
        view = _view(_summarised(lines, keys[at], end), ids)
        tables[name] = Comparison(true, view, person, entry).table(plan, resampling)
    return pd.concat(tables, names=["view"]).reset_index("view").reset_index(drop=True)


def simulate_split_identities(
    transactions: Any,
    *,
    cost_per_mailing: float,
    mailings: int = 1,
    share: float | Sequence[float] = 0.2,
    accounts: int = 2,
    top: float = 0.2,
    observation_end: Any = None,
    level: float = 0.95,
    n_resamples: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Open several accounts for a share of the customers, and measure what that distorts.

    Each purchase of a customer so split (a day with its orders) is booked on one of the accounts,
    drawn at random with equal chances. An account on which nothing was booked stays on the file
    and gets mail. Who is split at one share is split at every higher one too, with the same
    bookings.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions with *true* ids: ``customer_id``, ``date``, ``amount`` (currency).
    cost_per_mailing : float
        Cost of one mailing to one account, in currency.
    mailings : int, default=1
        Mailings that each account on the file gets.
    share : float or sequence of float, default=0.2
        Fraction of customers who are split, in [0, 1]; several make a grid.
    accounts : int, default=2
        Accounts of a customer who is split, at least 2.
    top : float, default=0.2
        Fraction of buyers called the best, by revenue, in (0, 1).
    observation_end : date, optional
        Last day observed; later lines are left out. Default: the last day in the table.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    n_resamples : int, default=200
        Number of resamples of customers, at least 2 / (1 - level).
    seed : int, default=0
        Seed of all random draws; the same seed gives the same table.

    Returns
    -------
    DataFrame
        Rows and columns of `identity_bias`, with a column ``share`` in place of ``view``.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    ValueError
        If an option is out of range, there is one customer only, or nobody spent anything.
    TypeError
        If an option has the wrong type.

    See Also
    --------
    identity_bias : the same where the ids of each system are known.

    Notes
    -----
    Real duplicates are not drawn at random: those who buy through several channels, and move or
    marry, are split more often, and they are often the best. `identity_bias` measures those.

    Examples
    --------
    >>> from crmlab.datasets import load_cdnow
    >>> found = simulate_split_identities(load_cdnow(), cost_per_mailing=0.8, mailings=4)
    >>> found = found.set_index("measure")[["truth", "value", "relative_bias"]]
    >>> found.loc[["customers", "mean_frequency", "campaign_cost", "best_overlooked"]].round(3)
                         truth      value  relative_bias
    measure
    customers        23570.000  28284.000          0.200
    mean_frequency       1.868      1.671         -0.105
    campaign_cost    75424.000  90508.800          0.200
    best_overlooked      0.000      0.047            NaN
    """
    plan = _plan(cost_per_mailing, mailings, top)
    resampling = _resampling(level, n_resamples, seed)
    shares = _shares(share)
    accounts = check_count("accounts", accounts, minimum=2)
    lines = _lines(transactions)
    people = _summarised(lines, lines.customer_id, observation_end)
    _check_base(people)
    bought = _purchases(lines, people)
    true = view_of(people, np.arange(len(people)), len(people))
    rng = np.random.default_rng([seed, 1])  # a stream apart from that of the resamples
    rank = rng.permutation(len(people))
    drawn = rng.integers(accounts, size=len(bought))
    tables = {}
    for each in shares:
        n_accounts = np.where(rank < round(each * len(people)), accounts, 1)
        split = _split(true, bought, drawn, n_accounts)
        tables[each] = split.table(plan, resampling)
    return pd.concat(tables, names=["share"]).reset_index("share").reset_index(drop=True)


def _split(
    true: View, bought: pd.DataFrame, drawn: NDArray[np.int64], n_accounts: NDArray[np.int64]
) -> Comparison:
    """The base with so many accounts for each person, against the people themselves."""
    person = np.repeat(np.arange(len(n_accounts)), n_accounts)
    first = np.cumsum(n_accounts) - n_accounts
    owner = bought["person"].to_numpy()
    booked = bought.assign(customer_id=first[owner] + np.minimum(drawn, n_accounts[owner] - 1))
    end = bought.attrs["observation_end"]
    entries = rfm_summary(booked, observation_end=end, unit="W", first_purchase="include")
    view = view_of(entries, entries.index.to_numpy(), len(person))
    return Comparison(true, view, person, np.arange(len(person)))


# --- transactions, read once ----------------------------------------------------------------------


def _lines(transactions: Any) -> Any:
    return transactions if isinstance(transactions, ibis.Table) else read_transactions(transactions)


def _summarised(lines: Any, key: Any, observation_end: Any) -> pd.DataFrame:
    """One row per customer with that key as its id, money averaged over all purchases."""
    keyed = lines.mutate(customer_id=key)
    return rfm_summary(keyed, observation_end=observation_end, unit="W", first_purchase="include")


def _view(summary: pd.DataFrame, ids: Any) -> View:
    """The view whose file holds these ids."""
    return view_of(summary, pd.Index(ids).get_indexer(summary.index), len(ids))


def _check_base(people: pd.DataFrame) -> None:
    """Raise where there is nothing to compare."""
    if len(people) < 2:
        raise ValueError(
            "`transactions` must hold at least two customers; got 1. "
            "One customer says nothing about how customers differ."
        )
    if not people["monetary_value"].any():
        raise ValueError(
            "`transactions` must have a positive total of `amount`; nobody spent anything."
        )


def _purchases(lines: Any, people: pd.DataFrame) -> pd.DataFrame:
    """One row per purchase: position of the person, date, amount."""
    days = purchase_days(lines)
    end = people.attrs["observation_end"]
    kept = days.filter(days.bought & (days.day <= ibis.date(end)))
    found = execute(
        kept.select("customer_id", date=kept.day.cast("timestamp"), amount=kept.spent).order_by(
            "customer_id", "date"
        )
    )
    person = people.index.get_indexer(pd.Index(found.pop("customer_id")))
    bought = found.assign(person=person)
    bought.attrs = {"observation_end": end}
    return bought


# --- ids ------------------------------------------------------------------------------------------


def _id_columns(views: Mapping[str, Names], truth: Names) -> list[list[str]]:
    """The columns of the true ids, then those of each view."""
    if not isinstance(views, Mapping):
        raise TypeError(
            "`views` must map a name to its id columns, such as "
            f"{{'linked': 'person_id'}}; got {type(views).__name__}."
        )
    if not views:
        raise ValueError("`views` must name at least one way of telling customers apart; got none.")
    named = {"`truth`": truth} | {f"`views[{name!r}]`": names for name, names in views.items()}
    columns = []
    for what, names in named.items():
        each = [names] if isinstance(names, str) else names
        if not isinstance(each, Sequence) or not each or {type(name) for name in each} != {str}:
            raise TypeError(f"{what} must be one column name or several; got {names!r}.")
        columns.append(list(each))
    return columns


def _keys(table: Any, columns: list[list[str]], *, what: str) -> list[Any]:
    """Each way's id as one text; a missing column or an id that is not filled is an error."""
    names = list(dict.fromkeys(name for each in columns for name in each))
    check_columns(table.columns, names, what=what)
    n_empty = [table[name].isnull().sum().name(f"n{at}") for at, name in enumerate(names)]
    counted = execute(table.aggregate(n_empty)).iloc[0]
    for name, n in zip(names, counted, strict=True):
        if n:
            raise ValueError(
                f"{what} must have `{name}` filled on every row; {int(n):,} are empty. "
                "Give each of them an id of its own, or leave the rows out of all views."
            )
    return [_key(table, names) for names in columns]


def _key(table: Any, names: list[str]) -> Any:
    key = table[names[0]].cast("string")
    for name in names[1:]:
        key = key + _BETWEEN + table[name].cast("string")
    return key


def _pairs(table: Any, keys: list[Any]) -> pd.DataFrame:
    """The ids that occur together, a column each: the true one first."""
    named = {f"id{at}": key for at, key in enumerate(keys)}
    return execute(table.select(**named).distinct())


def _on_file(records: Any, columns: list[list[str]]) -> pd.DataFrame:
    if isinstance(records, pd.DataFrame):
        records = in_memory(pa.Table.from_pandas(records, preserve_index=False))
    if not isinstance(records, ibis.Table):
        raise TypeError(
            f"`records` must be a DataFrame or an Ibis table; got {type(records).__name__}."
        )
    return _pairs(records, _keys(records, columns, what="`records`"))


# --- options --------------------------------------------------------------------------------------


def _plan(cost_per_mailing: float, mailings: int, top: float) -> Plan:
    cost = cost_per_mailing
    if isinstance(cost, bool) or not isinstance(cost, numbers.Real):
        raise TypeError(f"`cost_per_mailing` must be a number; got {cost!r}.")
    if not 0 <= cost < math.inf:
        raise ValueError(f"`cost_per_mailing` must be finite and not negative; got {cost!r}.")
    return Plan(
        cost_per_mailing=float(cost),
        mailings=check_count("mailings", mailings),
        top=check_fraction("top", top, open_ends=True),
    )


def _resampling(level: float, n_resamples: int, seed: int) -> Resampling:
    check_resampling(level=level, n_resamples=n_resamples, seed=seed)
    return Resampling(level, n_resamples, seed)


def _shares(share: float | Sequence[float]) -> list[float]:
    shares = np.atleast_1d(np.asarray(share, dtype=object)).tolist()
    if not shares:
        raise ValueError("`share` must hold at least one fraction; got none.")
    return [check_fraction("share", each) for each in shares]
