"""What past days teach about leaving: customers then, what became of them, and a model of it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_day
from crmlab._engine import execute
from crmlab._errors import InputError
from crmlab._words import count_words
from crmlab.churn import ChurnModel, churn_features, churn_panel, label_churn, validate_churn
from crmlab.customer_base import read_days, read_lines, rfm_summary, up_to
from crmlab.loaders import read_transactions

__all__ = [
    "Known", "NoList", "Past", "features_today", "find_horizon", "learn", "read_known",
    "status_today",
]  # fmt: skip

LEAST_DAYS = 84  # of history: three horizons of four weeks
LEAST_REPEAT = 10  # customers who bought again
LEAST_OF_EACH = 10  # who left and who stayed, on the days to learn from and on the day to test
_MOST_DAYS = 4  # on which customers are looked at
_SHORTEST = 28  # days
# These grow by themselves, or say the same as others: a model of them is old on the next day.
_LEFT_OUT = ["T", "recency", "n_orders"]


class NoList(Exception):
    """Why no list can be made, in sentences for the page."""


@dataclass(frozen=True)
class Known:
    """What was known on the evening of a day, and what a customer is there."""

    lines: Any
    summary: pd.DataFrame
    spent: pd.DataFrame  # customer_id, day, spent: one row per customer's day
    first: dt.date
    day: dt.date

    @property
    def span(self) -> int:
        return (self.day - self.first).days

    @property
    def window(self) -> int:
        """Days that count as recent: a quarter of the history, at most 90."""
        return max(7, min(90, self.span // 4))

    def spending(self, after: Any, days: int) -> pd.Series:
        """What each customer spent in so many days after a day."""
        start = pd.Timestamp(after)
        inside = self.spent["day"].between(start, start + pd.Timedelta(days=days), "right")
        return self.spent[inside].groupby("customer_id")["spent"].sum()


@dataclass(frozen=True)
class Past:
    """A model of leaving, and how well it would have done on the latest day known by now.

    `panel` has one row per customer and day; `scores` the rows of its latest day, with the
    probability by a model that knew nothing later; `optimistic` as many rows drawn at random, with
    that by a model of all the others.
    """

    horizon: int
    panel: pd.DataFrame
    features: list[str]
    model: ChurnModel
    judged: pd.DataFrame
    scores: pd.DataFrame
    optimistic: pd.DataFrame

    @property
    def days(self) -> pd.DatetimeIndex:
        """Days on which customers were looked at, the latest first."""
        return pd.DatetimeIndex(sorted(self.panel["as_of"].unique(), reverse=True))


def read_known(orders: Any, as_of: Any) -> Known:
    """Read the orders up to a day; it must lie within them."""
    lines, last, returned = read_lines(orders)
    first = pd.Timestamp(execute(lines.aggregate(first=lines.date.min()))["first"].iloc[0]).date()
    day = check_day("as_of", as_of) or last
    if not first <= day <= last:
        raise InputError(f"`as_of` must lie within the data, {first} to {last}; got {day}.")
    days, _ = read_days(lines, day)
    spent = execute(days.filter(days.bought).select("customer_id", "day", "spent"))
    spent["day"] = pd.to_datetime(spent["day"])
    lines = up_to(lines, day)
    if not returned and "refunded" not in lines.columns:
        # Without anything given back a customer's day is all that is asked for.
        lines = read_transactions(spent.rename(columns={"day": "date", "spent": "amount"}))
    return Known(lines, rfm_summary(lines, observation_end=day, unit="D"), spent, first, day)


def status_today(known: Known, horizon: int) -> pd.DataFrame:
    """Who is at risk now, who has gone, and for whom the horizon is too short to tell."""
    end = known.day + dt.timedelta(days=horizon)
    return label_churn(known.lines, as_of=known.day, horizon=horizon, observation_end=end)


def find_horizon(known: Known, asked: int | None) -> int:
    """Days ahead: as asked, or how long a silence may last before it is long; within the data."""
    n_repeat = int((known.summary["frequency"] > 0).sum())
    if n_repeat < LEAST_REPEAT:
        raise NoList(
            f"Of {count_words(len(known.summary), 'customer')}, {n_repeat:,} bought on more than "
            f"one day. At least {LEAST_REPEAT} are needed: without them nobody knows which "
            "silence is long."
        )
    if known.span < LEAST_DAYS:
        raise NoList(
            f"The orders cover {count_words(known.span + 1, 'day')}. At least {LEAST_DAYS + 1} are "
            "needed: a month to learn from, a month to see who leaves, and another as a test."
        )
    longest = known.span // 3
    if asked is not None:
        if asked > (known.span - _SHORTEST) // 2:
            raise NoList(
                f"A horizon of {count_words(asked, 'day')} asks for twice as many days of orders "
                f"and {_SHORTEST} before them; there are {known.span + 1:,}. Choose a horizon of "
                f"at most {(known.span - _SHORTEST) // 2:,} days."
            )
        return asked
    usual = status_today(known, _SHORTEST)["limit_days"].median()
    return int(np.clip(usual, _SHORTEST, longest))


def learn(known: Known, horizon: int) -> Past:
    """Learn who leaves from past days, the latest of which judges."""
    ends = [known.day - dt.timedelta(days=horizon * k) for k in range(1, _MOST_DAYS + 1)]
    days = [day for day in ends if (day - known.first).days >= min(horizon, _SHORTEST)]
    bought_twice = known.spent.groupby("customer_id")["day"].nth(1).min()
    days = [day for day in days if pd.Timestamp(day) >= bought_twice]
    if len(days) < 2:
        raise NoList(
            f"Who leaves within {count_words(horizon, 'day')} is known for too few past days on "
            "which somebody had bought again: a list cannot be tested, so none is made."
        )
    panel = churn_panel(known.lines, as_of=days, horizon=horizon, window=known.window)
    _check_classes(panel, horizon)
    latest = (panel["as_of"] == panel["as_of"].max()).to_numpy()
    known_then = panel.loc[~latest].drop(columns=["as_of", "churned", *_LEFT_OUT])
    names = list(known_then.columns[known_then.max() > known_then.min()])
    X, time = panel[names], panel["as_of"]
    model = ChurnModel(random_state=0)
    try:
        judged = validate_churn(model, X, panel["churned"], time=time, horizon=horizon)
        fitted = ChurnModel(random_state=0).fit(X, panel["churned"], time=time)
    except InputError as error:  # the options are checked, so the data are the reason
        raise NoList(f"These orders do not determine who leaves. {error}") from error
    drawn = np.zeros(len(panel), dtype=bool)  # as `validate_churn` draws them
    drawn[np.random.default_rng(0).choice(len(panel), size=int(latest.sum()), replace=False)] = True
    return Past(
        horizon, panel, names, fitted, judged,
        scores=_foretell(panel, names, ~latest, latest),
        optimistic=_foretell(panel, names, ~drawn, drawn),
    )  # fmt: skip


def _foretell(panel: pd.DataFrame, names: list[str], train: Any, test: Any) -> pd.DataFrame:
    """Rows of the test with the probability by a model of the rows of the training."""
    rows = panel[train]
    time = rows["as_of"] if rows["as_of"].min() < rows["as_of"].max() else None
    model = ChurnModel(random_state=0).fit(rows[names], rows["churned"], time=time)
    found = panel[test]
    return found.assign(probability=model.predict_proba(found[names])[:, 1])


def _check_classes(panel: pd.DataFrame, horizon: int) -> None:
    latest = panel["as_of"] == panel["as_of"].max()
    parts = {"On the days to learn from": panel[~latest], "On the day of the test": panel[latest]}
    for where, part in parts.items():
        n_left, n_all = int(part["churned"].sum()), len(part)
        if min(n_left, n_all - n_left) < LEAST_OF_EACH:
            raise NoList(
                f"{where}, {n_left:,} of {count_words(n_all, 'customer')} at risk left within "
                f"{count_words(horizon, 'day')} and {n_all - n_left:,} stayed. At least "
                f"{LEAST_OF_EACH} of each are needed: who leaves cannot be told from who stays."
            )


def features_today(known: Known) -> pd.DataFrame:
    """What is known of each customer now."""
    return churn_features(known.lines, as_of=known.day, window=known.window)
