"""Whom to win back, in which order and why, and what it should bring."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_column, check_columns, check_count, check_fraction, check_number
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Day, Floats, Table
from crmlab.privacy import consented

__all__ = ["say_reasons", "winback_list"]

CALL = "call"
_NOTHING = 1e-9
# What a feature is called in a sentence.
_WORDS = {
    "days_since_last": "days since the last purchase",
    "silence_ratio": "silence in usual intervals",
    "frequency": "repeat purchases",
    "recency": "days from first to last purchase",
    "T": "days since the first purchase",
    "mean_spend": "mean spend",
    "n_orders": "orders",
    "purchases_recent": "recent purchases",
    "purchases_before": "purchases in the window before",
    "spend_recent": "recent spend",
    "spend_before": "spend in the window before",
    "spend_change": "change of spend",
    "n_complaints": "complaints",
    "complaints_recent": "recent complaints",
    "subscribed": "subscribed",
    "subscribed_days": "days subscribed",
}


def say_reasons(model: Any, X: pd.DataFrame, *, n_reasons: int = 2) -> pd.Series:
    """Say in words what raises the risk of each customer most.

    Parameters
    ----------
    model : ChurnModel
        A fitted model.
    X : DataFrame
        The customers, as in `ChurnModel.fit`.
    n_reasons : int, default=2
        Reasons named at most, at least 1.

    Returns
    -------
    Series of str
        By the index of `X`: such as "days since the last purchase 80 (usually 31)"; "nothing
        unusual" where no feature raises the risk. Usual is the median of the training. A reason
        is what the model goes by, and not a cause.

    Notes
    -----
    Features that rise and fall together, such as recent purchases and recent spend, count as one
    reason, with what the model makes of them together; in its words stands the one that is most
    unusual. And a feature is named only where it also raises the risk alone: among features that
    say nearly the same, a model may give one the wrong sign.

    Raises
    ------
    InputError, InputTypeError
        If `n_reasons` is not a whole number of at least 1, or `X` is not a DataFrame.

    Examples
    --------
    >>> from crmlab.churn import ChurnModel
    >>> X = pd.DataFrame({"days_since_last": [5.0, 9, 40, 60, 8, 50]})
    >>> model = ChurnModel(random_state=0).fit(X, [0, 0, 1, 1, 0, 1])
    >>> say_reasons(model, X)[3]
    'days since the last purchase 60 (usually 24.5)'
    """
    check_count("n_reasons", n_reasons)
    if not isinstance(X, pd.DataFrame):
        raise InputTypeError(f"`X` must be a DataFrame; got {type(X).__name__}.")
    names = list(model.contributions(X.head(1)).columns)
    values = X[names].to_numpy(dtype=float)
    raises = _find_reasons(model, X, values)
    order = np.argsort(-raises, axis=1, kind="stable")[:, :n_reasons]
    said = [
        "; ".join(
            f"{_WORDS.get(names[j], names[j])} {_short(values[i, j])} "
            f"(usually {_short(model.medians_[j])})"
            for j in order[i]
            if raises[i, j] > _NOTHING
        )
        or "nothing unusual"
        for i in range(len(X))
    ]
    return pd.Series(said, index=X.index, name="why", dtype="str")


def _find_reasons(model: Any, X: pd.DataFrame, values: Floats) -> Floats:
    """What each feature of each customer adds as a reason; 0 where it is none.

    One feature stands for its group: that which, by what it says alone, is the most unusual.
    """
    moved = model.contributions(X, by="group").to_numpy()
    place = np.column_stack(
        [bins.place(column) for bins, column in zip(model.bins_, values.T, strict=True)]
    )
    toward = (values - model.medians_) * model.alone_ > 0
    alone = np.where(toward, np.abs(model.alone_ * (place - 0.5)) + _NOTHING, 0.0)
    found = np.zeros_like(values)
    for group in np.unique(model.groups_):
        own = np.flatnonzero(model.groups_ == group)
        best = own[alone[:, own].argmax(axis=1)]
        rows = np.arange(len(values))
        found[rows, best] = np.where(alone[rows, best] > 0, moved[rows, best], 0.0)
    return found


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def winback_list(
    customers: pd.DataFrame,
    consents: Table,
    *,
    channel: str,
    purpose: str = "marketing",
    on: Day | None = None,
    accept_rate: float = 0.3,
    offer_cost: float = 0.0,
    contact_cost: float = 0.0,
    capacity: int | None = None,
) -> pd.DataFrame:
    """Decide for each customer whether to make an offer, the largest expected gain first.

    A customer who would leave (probability p) accepts with `accept_rate` a and is then worth
    `value` V less the offer d; a customer who would stay takes the offer all the same; each
    contact costs f. A partial defector, who still comes but spends less, has also `lost_value` L
    to win back:

    gain = p a (V + L - d) + (1 - p) (a L - d) - f

    With L = 0 that is the profit of `expected_maximum_profit`, for one customer. The model says
    who leaves, and not whom an offer moves: test that with a control group.

    Parameters
    ----------
    customers : DataFrame
        One row per customer, `customer_id` as index or column; `probability` of leaving in [0, 1],
        `value` that is lost if the customer leaves (margin in currency; may be negative); perhaps
        `lost_value` of partial defectors (margin in currency that is lost already and may be
        won back; missing or 0 for others) and `why` (text).
    consents : DataFrame or ibis.Table
        Canonical consents, as in `privacy.consented`.
    channel, purpose, on
        By what, what for and when they are contacted, as in `privacy.consented`.
    accept_rate : float, default=0.3
        Share who accept, in [0, 1].
    offer_cost, contact_cost : float, default=0
        In currency, at least 0.
    capacity : int, optional
        Most customers to contact, at least 1.

    Returns
    -------
    DataFrame
        One row per customer, none left out in silence; those to call first, by expected gain, and
        in each group the same order. Index `customer_id`; columns

        * `decision` : "call"; or why not: "no value" (the customer costs more than they bring),
          "no consent", "no gain" (the contact costs more than is to be expected), "no capacity"
        * `place` : 1, 2, ... of those to call; missing for others
        * `expected_gain` : in currency, of a contact
        * `kind` : "partial defector" or "at risk"
        * `probability`, `value`, `lost_value`, and `why` where given

    Raises
    ------
    InputError
        If columns are missing, a probability is outside [0, 1], a customer stands there twice, or
        an option is out of range.

    Examples
    --------
    >>> customers = pd.DataFrame(
    ...     {"customer_id": ["a", "b", "c", "d"], "probability": [0.8, 0.8, 0.4, 0.9],
    ...      "value": [100.0, 900.0, 300.0, -50.0]}
    ... )
    >>> consents = pd.DataFrame(
    ...     {"customer_id": ["a", "c", "d"], "channel": "phone", "purpose": "marketing",
    ...      "granted": True, "date": pd.Timestamp("2024-01-05")}
    ... )
    >>> called = winback_list(
    ...     customers, consents, channel="phone", offer_cost=10.0, contact_cost=2.0
    ... )
    >>> called[["decision", "place", "expected_gain"]].round(2)
                   decision  place  expected_gain
    customer_id
    c                  call      1           26.8
    a                  call      2           17.6
    d              no value   <NA>          -19.2
    b            no consent   <NA>          209.6
    """
    accept = check_fraction("accept_rate", accept_rate)
    offer = check_number("offer_cost", offer_cost, low=0)
    contact = check_number("contact_cost", contact_cost, low=0)
    most = None if capacity is None else check_count("capacity", capacity)
    table = _read_customers(customers)
    p, value, lost = (table[name].to_numpy() for name in ("probability", "value", "lost_value"))
    gain = p * accept * (value + lost - offer) + (1 - p) * (accept * lost - offer) - contact
    table.insert(0, "expected_gain", gain)
    ids = table.index.to_series()
    allowed = ids.isin(consented(ids, consents, channel=channel, purpose=purpose, on=on)).to_numpy()
    decision = np.select(
        [value + lost <= 0, ~allowed, gain <= 0], ["no value", "no consent", "no gain"], CALL
    )
    return _order(table, _keep_capacity(decision, gain, most))


def _read_customers(customers: Any) -> pd.DataFrame:
    if not isinstance(customers, pd.DataFrame):
        raise InputTypeError(f"`customers` must be a DataFrame; got {type(customers).__name__}.")
    table = customers
    if "customer_id" in table.columns:
        table = table.set_index("customer_id")
    elif table.index.name != "customer_id":
        check_columns(table.columns, ["customer_id"], what="`customers`")
    n_missing = int(np.asarray(table.index.isna()).sum())
    if n_missing:
        raise InputError(
            f"`customer_id` must not be missing; {n_missing:,} of {len(table):,} are: nobody "
            "can be called without it."
        )
    twice = table.index.duplicated()
    if twice.any():
        raise InputError(
            "`customers` must have one row per customer; "
            f"{table.index[twice][0]!r} is there more than once."
        )
    p = check_column(table, "probability", what="`customers`")
    if (p > 1).any():
        raise InputError(f"`probability` must be in [0, 1]; got {p[p > 1][0]:g}.")
    value = check_column(table, "value", what="`customers`", negative=True)
    lost: Floats = np.zeros(len(table))
    if "lost_value" in table.columns:
        lost = np.nan_to_num(check_column(table, "lost_value", missing=True))
    kind = np.where(lost > 0, "partial defector", "at risk")
    found = {"kind": kind, "probability": p, "value": value, "lost_value": lost}
    if "why" in table.columns:
        found["why"] = table["why"].to_numpy()
    return pd.DataFrame(found, index=table.index)


def _keep_capacity(decision: Any, gain: Floats, most: int | None) -> Any:
    """Decisions when only the best `most` can be called."""
    called = np.flatnonzero(decision == CALL)
    if most is None or called.size <= most:
        return decision
    best = called[np.argsort(-gain[called], kind="stable")]
    decision = decision.astype(object)
    decision[best[most:]] = "no capacity"
    return decision


def _order(table: pd.DataFrame, decision: Any) -> pd.DataFrame:
    """Those to call first, then the others by the reason, each by the gain."""
    groups = [CALL, "no capacity", "no gain", "no value", "no consent"]
    rank = pd.Series(decision).map({name: i for i, name in enumerate(groups)}).to_numpy()
    gain = table["expected_gain"].to_numpy(dtype=float)
    order = np.lexsort((table.index.astype(str).to_numpy(), -gain, rank))
    ordered = table.iloc[order].copy()
    ordered.insert(0, "decision", pd.Series(decision, dtype="str").to_numpy()[order])
    called = (ordered["decision"] == CALL).to_numpy()
    place = pd.array(np.where(called, np.arange(1, len(ordered) + 1), 0), dtype="Int64")
    place[~called] = pd.NA
    ordered.insert(1, "place", pd.Series(place, index=ordered.index))
    return ordered
