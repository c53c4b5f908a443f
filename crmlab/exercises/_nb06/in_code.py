"""Exercises of notebook 06 that are answered by a function."""

# mypy: disable-error-code="no-untyped-def"

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode
from crmlab.exercises._nb06 import _wrong_code as wrong

__all__ = ["ALIVE", "MULTIPLE", "RETENTION", "SUMMARY"]


def margin_multiple(retention, discount_rate, n_payments):
    """Return what 1 a year is worth today: the first payment is in a year, by those who stay."""
    value = 0.0
    for year in range(1, n_payments + 1):
        value += retention**year / (1 + discount_rate) ** year
    return value


def _draw_rates(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    drawn = [
        (float(rng.uniform(0.5, 0.95)), float(rng.uniform(0.03, 0.2)), int(rng.integers(3, 40)))
        for _ in range(4)
    ]
    return [(0.8, 0.12, 1), (0.8, 0.12, 5), *drawn]


MULTIPLE = CodeExercise(
    key="06.3",
    objective=1,
    question="""\
Write `margin_multiple(retention, discount_rate, n_payments)`. A customer pays 1 a year. The first
payment that counts is due in one year, paid by those who stay (the *renewal* convention).
Return what `n_payments` such payments are worth today. Add them up in a loop, one year after
another. As a test: with 0.8, 0.12 and 5 it is 2.0352.""",
    starter='''\
def margin_multiple(retention, discount_rate, n_payments):
    """Return what 1 a year is worth today."""
    ...''',
    answer=margin_multiple,
    inputs=_draw_rates,
    mistakes=(
        WrongCode(
            wrong.counts_the_payment_of_today,
            "That counts a payment made today; the first one that counts is in a year.",
        ),
        WrongCode(
            wrong.lets_everybody_pay,
            "That lets all pay who began the year; only those who stay pay at its end.",
        ),
        WrongCode(
            wrong.does_not_discount, "Nothing is discounted; a payment in a year is worth less."
        ),
        WrongCode(
            wrong.takes_the_rate_off, "A discount divides by 1 + rate; it does not take it off."
        ),
        WrongCode(wrong.stops_too_early, "One payment is missing; range() stops before its end."),
        WrongCode(
            wrong.has_no_end, "That is the value without an end; only n_payments payments count."
        ),
    ),
    unit="one number, the value today of 1 a year",
    right="Each payment is multiplied once more by retention / (1 + discount rate).",
    hint="in year k a share retention**k still pays, and its payment is divided by "
    "(1 + discount_rate)**k.",
)


def retention_rates(contracts, last):
    """Return the retention rate at renewals 1 to last, as a list."""
    rates = []
    for renewal in range(1, last + 1):
        asked = (contracts["renewals"] >= renewal - 1).sum()
        renewed = (contracts["renewals"] >= renewal).sum()
        rates.append(renewed / asked)
    return rates


def _draw_contracts(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    drawn: list[tuple[Any, ...]] = []
    for size, last in ((40, 2), (300, 4), (200, 3)):
        leave = rng.beta(0.7, 1.2, size)  # as in the group Regular
        renewals = np.minimum(rng.geometric(np.clip(leave, 0.02, 0.98)) - 1, 12)
        renewals[:3] = [0, 0, 12]  # some leave at once, one stays
        drawn.append((pd.DataFrame({"customer": range(size), "renewals": renewals}), last))
    return drawn


RETENTION = CodeExercise(
    key="06.4",
    objective=2,
    question="""\
`contracts` has one row per customer of one cohort. Its column `renewals` counts how often the
customer renewed before leaving, 0 if never. Write `retention_rates(contracts, last)`. It returns
a list: the retention rate at renewal 1, 2, ... up to `last`. The retention rate is the share of
those *still there* who renew.""",
    starter='''\
def retention_rates(contracts, last):
    """Return the retention rate at renewals 1 to last, as a list."""
    ...''',
    answer=retention_rates,
    inputs=_draw_contracts,
    mistakes=(
        WrongCode(
            wrong.divides_by_all,
            "That is survival, the share of *all* who began; divide by those still there.",
        ),
        WrongCode(wrong.gives_the_leavers, "That is the share that leaves, not that renews."),
        WrongCode(
            wrong.counts_only_this_renewal,
            "With == you count those who leave right after this renewal; those who stay renewed "
            "as well.",
        ),
        WrongCode(
            wrong.begins_one_renewal_late,
            "The list begins one renewal too late; customers with 0 renewals came up for the "
            "first.",
        ),
    ),
    unit="a list of shares between 0 and 1, one for each renewal from 1 to last",
    right="Survival is the product of these rates, one after another.",
    hint="whoever made at least t - 1 renewals came up for renewal t; count those with at least t.",
)


def summary_row(days, end):
    """Return (frequency, recency, T) of one customer; recency and T in weeks."""
    days = pd.Series(days).drop_duplicates()
    first, last = days.min(), days.max()
    frequency = len(days) - 1
    recency = (last - first).days / 7
    T = (end - first).days / 7
    return frequency, recency, T


def _draw_days(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    end = pd.Timestamp("1997-09-30")
    drawn: list[tuple[Any, ...]] = [
        (pd.Series(pd.to_datetime(["1997-01-04", "1997-02-01", "1997-06-21"])), end),
        (pd.Series(pd.to_datetime(["1997-03-10"])), end),
        (pd.Series(pd.to_datetime(["1997-05-02", "1997-01-02", "1997-03-06"])), end),  # no order
        (pd.Series(pd.to_datetime(["1997-02-03", "1997-02-03", "1997-04-01"])), end),  # one day
    ]
    for size in (2, 5):
        start = pd.Timestamp("1997-01-01") + pd.Timedelta(days=int(rng.integers(0, 80)))
        later = np.sort(rng.choice(np.arange(1, 180), size, replace=False))
        drawn.append((pd.Series([start, *(start + pd.to_timedelta(later, unit="D"))]), end))
    return drawn


SUMMARY = CodeExercise(
    key="06.6",
    objective=3,
    question="""\
`days` holds the days on which one customer bought (a pandas Series of dates, in any order; a day
may stand in it twice). `end` is the last day of observation. Write `summary_row(days, end)`. It
returns the tuple (frequency, recency, T): the number of repeat purchases, and recency and T in
weeks. Purchases of one day count as one.""",
    starter='''\
def summary_row(days, end):
    """Return (frequency, recency, T) of one customer; recency and T in weeks."""
    ...''',
    answer=summary_row,
    inputs=_draw_days,
    mistakes=(
        WrongCode(
            wrong.counts_the_first_purchase,
            "The first purchase makes a customer; frequency counts the repeats only.",
        ),
        WrongCode(
            wrong.counts_a_day_twice, "Two purchases on one day count as one; drop duplicates."
        ),
        WrongCode(
            wrong.measures_the_silence,
            "Recency runs from the first to the last purchase, not from the last to the end.",
        ),
        WrongCode(
            wrong.counts_both_ends,
            "One day too many: from day 1 to day 8 are 7 days, so do not add 1.",
        ),
        WrongCode(wrong.measures_in_days, "Those are days; the unit is the week."),
        WrongCode(
            wrong.trusts_the_order, "The days may stand in any order; take the minimum and maximum."
        ),
    ),
    unit="a tuple (frequency, recency, T), recency and T in weeks",
    right="These three numbers are all that the models of section 3 know of a customer.",
    hint="recency and T begin on the same day, the first; subtract dates, take .days, divide by 7.",
)


def probability_alive(summary, params):
    """Return P(alive) of each customer, as a Series."""
    x, t, T = summary["frequency"], summary["recency"], summary["T"]
    r, alpha, a, b = params["r"], params["alpha"], params["a"], params["b"]
    silence = ((alpha + T) / (alpha + t)) ** (r + x)
    alive = 1 / (1 + a / (b + x - 1) * silence)
    return alive.where(x > 0, 1.0)  # without a repeat, no chance to leave so far


def _draw_customers(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    drawn: list[tuple[Any, ...]] = []
    for size in (4, 12):
        T = rng.uniform(27, 39, size).round(2)
        frequency = rng.integers(1, 8, size)
        recency = (T * rng.uniform(0.1, 0.95, size)).round(2)
        frequency[0], recency[0] = 0, 0.0  # never came back
        table = pd.DataFrame(
            {"frequency": frequency, "recency": recency, "T": T},
            index=pd.Index([f"{i:05d}" for i in range(size)], name="customer_id"),
        )
        params = pd.Series({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
        drawn.append((table, params * rng.uniform(0.9, 1.1)))
    return drawn


ALIVE = CodeExercise(
    key="06.7",
    objective=3,
    question="""\
Write `probability_alive(summary, params)`. `summary` has a row per customer with `frequency`,
`recency` and `T`; `params` holds the fitted numbers `params["r"]`, `params["alpha"]`,
`params["a"]` and `params["b"]`. Return P(alive) of each customer as a Series, by the formula
above. Think of customers without a repeat purchase.""",
    starter='''\
def probability_alive(summary, params):
    """Return P(alive) of each customer, as a Series."""
    ...''',
    answer=probability_alive,
    inputs=_draw_customers,
    mistakes=(
        WrongCode(
            wrong.forgets_the_newcomers,
            "A customer without a repeat purchase had no chance to leave: P(alive) is 1 there.",
        ),
        WrongCode(
            wrong.takes_the_silence_for_recency,
            "Recency t runs from the first to the last purchase; T - t is the silence.",
        ),
        WrongCode(wrong.gives_the_dead, "That is the probability of having left; take 1 less it."),
        WrongCode(wrong.swaps_a_and_b, "a and b are swapped; a stands above, b + x - 1 below."),
        WrongCode(wrong.leaves_out_r, "The exponent is r + x, not x."),
    ),
    unit="a Series of probabilities with the index of summary",
    right="The longer the silence, and the more often the customer bought, the lower it is.",
    hint='write the formula with whole columns, then .where(summary["frequency"] > 0, 1.0).',
)
