"""Customers who are dissatisfied and say nothing: signals, their weight, and what they find."""

import datetime as dt
from typing import Any, Literal

import ibis
import numpy as np
import pandas as pd

from crmlab._checks import (
    check_choice,
    check_column,
    check_columns,
    check_count,
    check_day,
    check_fraction,
)
from crmlab._clocks import check_clocks, date_column
from crmlab._engine import execute
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Day, Floats, Table
from crmlab.contact._records import localise, read_contacts
from crmlab.contact._shares import wilson
from crmlab.contracts import COMPLAINTS, SUBSCRIPTIONS, VISITS, Contract

__all__ = ["SIGNALS", "dissatisfaction_signals", "signal_lift"]

SIGNALS = {
    "refused": "refused a call",
    "stopped": "ended e-mails or calls",
    "visits_missed": "visits did not take place",
    "ended": "ended a subscription",
    "complaint_open": "a complaint was settled late or not at all",
}
_QUIET = 31  # days without a row that are not yet a table that ended, as visits by month
_FEWEST = 20  # complaints from which weights can be learned
_PRIOR = 3.0  # customers with the signal, as many as expected, that are added to those seen


def dissatisfaction_signals(
    customers: Table | pd.Series | pd.Index | list[str],
    *,
    as_of: Day,
    window: int = 180,
    contacts: Table | None = None,
    visits: Table | None = None,
    subscriptions: Table | None = None,
    complaints: Table | None = None,
    missed_share: float = 0.2,
    late_days: int = 14,
    weights: Literal["learned", "equal"] = "learned",
) -> pd.DataFrame:
    """Score customers by signals of dissatisfaction, the silent ones first of all.

    Few of those who are dissatisfied complain. What complainers did beside complaining tells what
    to look for in the others: a signal weighs the log of how much more frequent it is among those
    who complained in the window, drawn towards 0 where few show it and never below. That is fair
    if those who complain do otherwise as those do who are dissatisfied in silence. Nothing later
    than `as_of` is used.

    Parameters
    ----------
    customers : DataFrame, ibis.Table, Series, Index or list
        Ids, or a table with `customer_id` as a column or index: everybody who is scored.
    as_of : date
        Day on which customers are looked at, its evening; within the dates of the tables, or up to
        31 days later.
    window : int, default=180
        Days before it that count.
    contacts : DataFrame or ibis.Table, optional
        Canonical contacts, for `refused` and `stopped`.
    visits : DataFrame or ibis.Table, optional
        Canonical visits by month, for `visits_missed`; a month counts if it began in the window.
    subscriptions : DataFrame or ibis.Table, optional
        Canonical subscriptions, for `ended`.
    complaints : DataFrame or ibis.Table, optional
        Canonical complaints, for `complained`, `complaint_open` and the weights.
    missed_share : float, default=0.2
        Share of planned visits from which missing ones are a signal, in [0, 1].
    late_days : int, default=14
        Days after which a complaint is settled late.
    weights : {"learned", "equal"}, default="learned"
        From those who complained in the window, at least 20; or 1 for each signal.

    Returns
    -------
    DataFrame
        By `customer_id`, the highest score first; columns

        * a bool for each signal that its table allows: `refused`, `stopped` ("unsubscribed" or
          "do_not_call"), `visits_missed`, `ended`, `complaint_open`
        * `complained` in the window (bool), with `complaints`
        * `n_signals`, and `score`, the sum of weights; 0 is what a customer without signals has
        * `why` : the signals in words; empty without any

    Raises
    ------
    ContractError
        If a table breaks its contract.
    InputError
        If no table is given, `as_of` is outside their dates, too few complained to learn from,
        or tables are not on one clock.
    InputTypeError
        If `customers` are neither ids nor a table.

    See Also
    --------
    signal_lift : what each signal finds.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> table = dissatisfaction_signals(
    ...     company.customers, as_of="2025-12-28", contacts=company.contacts,
    ...     subscriptions=company.subscriptions, complaints=company.complaints,
    ... )
    >>> silent = table[~table["complained"]]
    >>> silent[["n_signals", "score"]].head(2).round(2)
                 n_signals  score
    customer_id
    C0004375             3   1.63
    C0000320             2   1.19
    """
    ids = _read_ids(customers)
    tables = {
        "contacts": contacts, "visits": visits, "subscriptions": subscriptions,
        "complaints": complaints,
    }  # fmt: skip
    given = {name: table for name, table in tables.items() if table is not None}
    if not given:
        raise InputError(f"One of {', '.join(tables)} must be given; got none: nothing to go by.")
    check_choice("weights", weights, ["learned", "equal"])
    check_clocks({f"`{name}`": date_column(table, _DATES[name]) for name, table in given.items()})
    share = check_fraction("missed_share", missed_share)
    late = check_count("late_days", late_days)
    rows = {name: _open(name, table) for name, table in given.items()}
    _refuse_strangers(ids, rows)
    span = _find_span(as_of, check_count("window", window), rows)
    flags = _find_shown(rows, span, share, late)
    table = pd.DataFrame({name: ids.isin(who) for name, who in flags.items()}, index=ids)
    names = list(table.columns)
    if "complaints" in rows:
        table["complained"] = ids.isin(_within(rows["complaints"], "date", span)["customer_id"])
    weigh = _learn_weights(table, names) if weights == "learned" else np.ones(len(names))
    raised = table[names].to_numpy()
    table["n_signals"] = raised.sum(axis=1)
    table["score"] = raised @ weigh
    table["why"] = pd.Series([_say(names, row) for row in raised], index=ids, dtype="str")
    place = pd.factorize(ids, sort=True)[0]  # among equals by id, whatever the order of rows
    return table.iloc[np.lexsort((place, -table["score"].to_numpy()))]


def _find_shown(
    rows: dict[str, pd.DataFrame], span: "_Span", share: float, late: int
) -> dict[str, Any]:
    """Who shows each signal, of those whose table is there."""
    shown: dict[str, Any] = {}
    if "contacts" in rows:
        shown |= _from_contacts(_within(rows["contacts"], "date", span))
    if "visits" in rows:
        shown["visits_missed"] = _missing_visits(_within(rows["visits"], "month", span), share)
    if "subscriptions" in rows:
        shown["ended"] = _within(rows["subscriptions"], "end", span)["customer_id"]
    if "complaints" in rows:
        shown["complaint_open"] = _late_complaints(rows["complaints"], span, late)
    return shown


def _say(names: list[str], row: Any) -> str:
    return "; ".join(SIGNALS[name] for name, up in zip(names, row, strict=True) if up)


_DATES = {"contacts": "date", "visits": "month", "subscriptions": "start", "complaints": "date"}
_CONTRACTS: dict[str, Contract] = {
    "visits": VISITS, "subscriptions": SUBSCRIPTIONS, "complaints": COMPLAINTS,
}  # fmt: skip
_Span = tuple[pd.Timestamp, pd.Timestamp]


def _refuse_strangers(ids: pd.Index, rows: dict[str, pd.DataFrame]) -> None:
    """Ids of another kind would look like customers without a signal."""
    ours = ids[:1].tolist()[0]
    for name, table in rows.items():
        there = [*table["customer_id"].head(1).tolist(), ours][0]
        if isinstance(there, str) != isinstance(ours, str):
            raise InputError(
                f"`customers` must have ids of the kind of `{name}`, text or numbers; got "
                f"{ours!r} beside {there!r}. Convert one of them."
            )


def _read_ids(customers: Any) -> pd.Index:
    if isinstance(customers, ibis.Table):
        check_columns(customers.columns, ["customer_id"], what="`customers`")
        customers = execute(customers.select("customer_id"))
    if isinstance(customers, pd.DataFrame) and "customer_id" in customers.columns:
        customers = customers["customer_id"]
    elif isinstance(customers, pd.DataFrame):
        customers = customers.index
        if customers.name != "customer_id":
            raise InputError("`customers` must have `customer_id` as a column or as its index.")
    if isinstance(customers, str) or not pd.api.types.is_list_like(customers):
        raise InputTypeError(
            f"`customers` must be a table or ids; got {type(customers).__name__}. A single id "
            "goes into a list."
        )
    ids = pd.Index(customers, name="customer_id")
    if not len(ids) or ids.has_duplicates or ids.isna().any():
        raise InputError(
            f"`customers` must hold each id once and none missing; got {len(ids):,} ids, "
            f"{ids.dropna().nunique():,} of them different."
        )
    return ids


def _open(name: str, table: Table) -> pd.DataFrame:
    """A checked table in memory, its dates without a zone."""
    if name == "contacts":
        rows = read_contacts(table)
        return rows[rows["treated"]]
    rows = execute(_CONTRACTS[name].require(table))
    dates = {"subscriptions": ("start", "end")}.get(name, (_DATES[name],))
    for column in dates:
        rows[column] = localise(rows.rename(columns={column: "date"})[["date"]])["date"]
    return rows


def _find_span(as_of: Day, window: int, rows: dict[str, pd.DataFrame]) -> _Span:
    """The day before the window, and the day on which customers are looked at."""
    day = check_day("as_of", as_of)
    if day is None:
        raise InputError("`as_of` must be a date such as '2024-12-31'; got None.")
    known = [rows[name][_DATES[name]] for name in rows]
    if "subscriptions" in rows:
        known.append(rows["subscriptions"]["end"])
    first = min(column.min() for column in known if column.notna().any()).date()
    last = max(column.max() for column in known if column.notna().any()).date()
    if not first <= day <= last + dt.timedelta(days=_QUIET):
        raise InputError(
            f"`as_of` must lie within the tables, {first} to {last}, or at most {_QUIET} days "
            f"later; got {day}. Nothing is known of that day."
        )
    return pd.Timestamp(day - dt.timedelta(days=window)), pd.Timestamp(day)


def _within(rows: pd.DataFrame, column: str, span: _Span) -> pd.DataFrame:
    day = rows[column].dt.normalize()
    return rows[(day > span[0]) & (day <= span[1])]


def _from_contacts(contacts: pd.DataFrame) -> dict[str, Any]:
    said = contacts["outcome"].astype("str")
    ended = said.isin(["unsubscribed", "do_not_call"])
    return {
        "refused": contacts.loc[said == "refused", "customer_id"],
        "stopped": contacts.loc[ended, "customer_id"],
    }


def _missing_visits(visits: pd.DataFrame, share: float) -> pd.Index:
    sums = visits.groupby("customer_id")[["planned", "held"]].sum()
    missing = sums["planned"] - sums["held"]
    return sums.index[(missing > 0) & (missing >= share * sums["planned"])]


def _late_complaints(complaints: pd.DataFrame, span: _Span, late: int) -> pd.Series:
    """Who waited longer than `late` days for an answer, as far as was known on the day."""
    known = _within(complaints, "date", span)
    waited = (span[1] - known["date"].dt.normalize()).dt.days.to_numpy(dtype=float)
    took: Floats = np.full(len(known), np.inf)
    if "resolved_days" in known:
        took = known["resolved_days"].to_numpy(dtype=float, na_value=np.inf)
    return known.loc[np.minimum(took, waited) > late, "customer_id"]


def _learn_weights(table: pd.DataFrame, names: list[str]) -> Floats:
    """Log of how much more frequent each signal is among those who complained.

    Drawn towards 0 where few were to be expected, and never below it: not to complain is no sign
    of being satisfied. A late answer is a signal of complainers alone; it weighs as much as the
    strongest other.
    """
    if "complained" not in table.columns:
        raise InputError("`weights` must be 'equal' where no complaints are given; got 'learned'.")
    spoke = table["complained"].to_numpy()
    if spoke.sum() < _FEWEST or spoke.all():
        raise InputError(
            f"`weights` must be 'equal' where fewer than {_FEWEST} customers complained in the "
            f"window, or all; {spoke.sum():,} of {len(spoke):,} did. Or take a longer `window`."
        )
    raised = table[names].to_numpy()
    seen = raised[spoke].sum(axis=0)
    expected = raised[~spoke].mean(axis=0) * spoke.sum()
    found = np.maximum(np.log((seen + _PRIOR) / (expected + _PRIOR)), 0.0)
    if "complaint_open" in names:
        others = [weight for weight, name in zip(found, names, strict=True)
                  if name != "complaint_open"]  # fmt: skip
        found[names.index("complaint_open")] = max([*others, 0.0])
    return np.asarray(found)


def signal_lift(signals: pd.DataFrame, event: pd.Series, *, level: float = 0.95) -> pd.DataFrame:
    """Share of customers with an event among those who show each signal, against all.

    Parameters
    ----------
    signals : DataFrame
        As `dissatisfaction_signals` returns it, or any bool columns by customer; customers may be
        left out of it, such as those who complained.
    event : Series of bool
        By `customer_id`: whether the customer is dissatisfied, as a survey or the truth of a
        simulation says. Customers of `signals` must all be in it.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        One row per signal that somebody shows, and "none" for customers without any; columns
        `signal`, `n_customers` who show it, `found` (share of all with the event who show it),
        the share with the event among them `estimate, lower, upper, level` (Wilson), and `lift`,
        that over the share among all.

    Raises
    ------
    InputError
        If a customer is not in `event`, nobody has the event, or there is no bool column.
    InputTypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> shown = pd.DataFrame({"refused": [True, True, False, False]}, index=["a", "b", "c", "d"])
    >>> table = signal_lift(shown, pd.Series([True, False, False, False], index=shown.index))
    >>> table[["signal", "n_customers", "found", "estimate", "lift"]]
        signal  n_customers  found  estimate  lift
    0  refused            2    1.0       0.5   2.0
    1     none            2    0.0       0.0   0.0
    """
    check_fraction("level", level, open_ends=True)
    if not isinstance(signals, pd.DataFrame):
        raise InputTypeError(f"`signals` must be a DataFrame; got {type(signals).__name__}.")
    if not isinstance(event, pd.Series):
        raise InputTypeError(f"`event` must be a Series by customer; got {type(event).__name__}.")
    check_columns(signals.columns, signals.columns, what="`signals`")
    names = [name for name in signals if pd.api.types.is_bool_dtype(signals[name])]
    names = [name for name in names if name != "complained"]
    for name, index in {"signals": signals.index, "event": event.index}.items():
        if index.has_duplicates:
            twice = index[index.duplicated()][0]
            raise InputError(f"`{name}` must hold each customer once; {twice!r} is there twice.")
    if not names:
        raise InputError("`signals` must have a bool column; got none.")
    if "none" in names:
        raise InputError("`signals` must not have a column 'none', a row of the result. Rename it.")
    gaps = int(signals[names].isna().any(axis=1).sum())
    if gaps:
        raise InputError(
            f"`signals` must not be missing; {gaps:,} of {len(signals):,} customers have gaps. "
            "Fill them with False where nothing was seen."
        )
    unknown = signals.index[~signals.index.isin(event.index)]
    if len(unknown):
        raise InputError(
            f"`event` must hold every customer of `signals`; {len(unknown):,} are not in it, such "
            f"as {unknown[0]!r}."
        )
    happened = check_column(event.reindex(signals.index).to_frame("event"), "event", flags=True)
    if not np.isin(happened, (0, 1)).all():
        raise InputError("`event` must be true or false, 1 or 0.")
    happened = happened.astype(bool)
    if not happened.any():
        raise InputError("`event` must have happened to a customer at least; got none.")
    shown = signals[names].assign(none=~signals[names].any(axis=1))
    shown = shown.loc[:, shown.any()]
    n = shown.sum().to_numpy(dtype=float)
    hits = shown[happened].sum().to_numpy(dtype=float)
    lower, upper = wilson(hits, n, level=level)
    return pd.DataFrame(
        {"signal": shown.columns, "n_customers": n.astype("int64"), "found": hits / happened.sum(),
         "estimate": hits / n, "lower": lower, "upper": upper, "level": level,
         "lift": hits / n / happened.mean()}
    )  # fmt: skip
