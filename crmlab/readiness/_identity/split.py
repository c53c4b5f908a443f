"""Failure factor "customer data not integrated": one person with several accounts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_count, check_fraction, check_number
from crmlab._errors import InputError
from crmlab._intervals import check_resampling
from crmlab._types import Day, Ints, Table
from crmlab.customer_base import rfm_summary
from crmlab.readiness._identity.bias import Comparison, Plan, Resampling, View, make_view
from crmlab.readiness._identity.reading import (
    Names,
    find_last_day,
    list_id_columns,
    make_keys,
    pair_ids,
    pair_records,
    read_lines,
    read_purchases,
    summarise,
)

__all__ = ["draw_accounts", "identity_bias", "simulate_split_identities"]


def identity_bias(
    transactions: Table,
    *,
    views: Mapping[str, Names],
    truth: Names = "customer_id",
    cost_per_mailing: float,
    mailings: int = 1,
    records: Table | None = None,
    top: float = 0.2,
    observation_end: Day | None = None,
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
            under BG/NBD fitted to the view: mean and sum of the probability of being alive,
            and the number of buyers with a probability below a half;
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
    InputError
        If an id column is missing or not filled, an option is out of range, there is one
        customer only, or nobody spent anything.
    InputTypeError
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
    plan = _check_plan(cost_per_mailing, mailings, top)
    resampling = _check_resampling(level, n_resamples, seed)
    columns = list_id_columns(views, truth)
    lines = read_lines(transactions)
    end = find_last_day(lines, observation_end)
    keys = make_keys(lines, columns, what="`transactions`")
    people = summarise(lines, keys[0], end)
    _check_base(people)
    who = pair_ids(lines.filter(lines.date.cast("date") <= ibis.date(end.isoformat())), keys)
    if records is not None:
        who = pd.concat([who, pair_records(records, columns)], ignore_index=True)
    person, ids = pd.factorize(who["id0"], sort=True)
    true = _view_ids(people, ids)
    tables = {}
    for at, name in enumerate(views, start=1):
        entry, ids = pd.factorize(who[f"id{at}"], sort=True)
        view = _view_ids(summarise(lines, keys[at], end), ids)
        tables[name] = Comparison(true, view, person, entry).table(plan, resampling)
    return pd.concat(tables, names=["view"]).reset_index("view").reset_index(drop=True)


def simulate_split_identities(
    transactions: Table,
    *,
    cost_per_mailing: float,
    mailings: int = 1,
    share: float | Sequence[float] = 0.2,
    accounts: int = 2,
    top: float = 0.2,
    observation_end: Day | None = None,
    level: float = 0.95,
    n_resamples: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Open several accounts for a share of the customers, and measure what that distorts.

    Each purchase of a customer so split (a day with its orders) is booked on one of the accounts,
    drawn at random with equal probability. An account on which nothing was booked stays on the file
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
    InputError
        If an option is out of range, there is one customer only, or nobody spent anything.
    InputTypeError
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
    plan = _check_plan(cost_per_mailing, mailings, top)
    resampling = _check_resampling(level, n_resamples, seed)
    shares = _check_shares(share)
    accounts = check_count("accounts", accounts, minimum=2)
    lines = read_lines(transactions)
    end = find_last_day(lines, observation_end)
    people = summarise(lines, lines.customer_id, end)
    _check_base(people)
    bought = read_purchases(lines, people, end)
    true = make_view(people, np.arange(len(people)), len(people))
    rank, drawn = draw_accounts(len(people), len(bought), accounts=accounts, seed=seed)
    tables = {}
    for each in shares:
        n_accounts = np.where(rank < round(each * len(people)), accounts, 1)
        split = _split_base(true, bought, drawn, n_accounts, end)
        tables[each] = split.table(plan, resampling)
    return pd.concat(tables, names=["share"]).reset_index("share").reset_index(drop=True)


def draw_accounts(
    n_people: int, n_purchases: int, *, accounts: int, seed: int
) -> tuple[Ints, Ints]:
    """Draw the rank of each person in being split, 0 first, and the account of each purchase."""
    rng = np.random.default_rng([seed, 1])  # a stream apart from that of the resamples
    return rng.permutation(n_people), rng.integers(accounts, size=n_purchases)


def _split_base(
    true: View,
    bought: pd.DataFrame,
    drawn: NDArray[np.int64],
    n_accounts: NDArray[np.int64],
    end: dt.date,
) -> Comparison:
    """The base with so many accounts for each person, against the people themselves."""
    person = np.repeat(np.arange(len(n_accounts)), n_accounts)
    first = np.cumsum(n_accounts) - n_accounts
    owner = bought["person"].to_numpy()
    booked = bought.assign(customer_id=first[owner] + np.minimum(drawn, n_accounts[owner] - 1))
    entries = rfm_summary(booked, observation_end=end, unit="W")
    view = make_view(entries, entries.index.to_numpy(), len(person))
    return Comparison(true, view, person, np.arange(len(person)))


def _view_ids(summary: pd.DataFrame, ids: Any) -> View:
    """The view whose file holds these ids."""
    return make_view(summary, pd.Index(ids).get_indexer(summary.index), len(ids))


def _check_base(people: pd.DataFrame) -> None:
    """Raise where there is nothing to compare."""
    if len(people) < 2:
        raise InputError(
            "`transactions` must hold at least two customers; got 1. "
            "One customer says nothing about how customers differ."
        )
    if not people["total_spend"].any():
        raise InputError(
            "`transactions` must have a positive total of `amount`; nobody spent anything."
        )


def _check_plan(cost_per_mailing: float, mailings: int, top: float) -> Plan:
    return Plan(
        cost_per_mailing=check_number("cost_per_mailing", cost_per_mailing, low=0),
        mailings=check_count("mailings", mailings),
        top=check_fraction("top", top, open_ends=True),
    )


def _check_resampling(level: float, n_resamples: int, seed: int) -> Resampling:
    check_resampling(level=level, n_resamples=n_resamples, seed=seed)
    return Resampling(level, n_resamples, seed)


def _check_shares(share: float | Sequence[float]) -> list[float]:
    shares = np.atleast_1d(np.asarray(share, dtype=object)).tolist()
    if not shares:
        raise InputError("`share` must hold at least one fraction; got none.")
    return [check_fraction("share", each) for each in shares]
