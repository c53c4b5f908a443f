"""When customers buy: the process of the BG/NBD model, with seasons through a change of time."""

from dataclasses import dataclass

import numpy as np

from crmlab._types import Floats, Ints
from crmlab.company import CompanySettings
from crmlab.simulate._orders.seasons import OperationalTime

__all__ = ["FUTURE_WEEKS", "Latent", "Placed", "draw_latent", "number_within", "place_orders"]


FUTURE_WEEKS = 52


@dataclass(frozen=True)
class Latent:
    """Latent traits of the customers; arrays of one entry per customer."""

    rate: Floats  # orders a week
    dropout: Floats
    mean_spend: Floats  # won an order


@dataclass(frozen=True)
class Placed:
    """Orders until the end of the future, sorted by day and customer."""

    person: Ints
    day: Ints
    stopped: Ints  # per customer: day of the last order, or a day beyond the future


def draw_latent(
    n: int, settings: CompanySettings, when: np.random.Generator, spend: np.random.Generator
) -> Latent:
    """Draw how fast each customer buys, leaves, and spends."""
    rate = when.gamma(settings.purchase_shape, 1 / settings.purchase_scale, n)
    # A geometric distribution needs a probability above 0; at this one nobody stops in the window.
    dropout = np.maximum(when.beta(settings.dropout_a, settings.dropout_b, n), 1e-12)
    scale = settings.spend_gamma / spend.gamma(settings.spend_q, 1.0, n)
    return Latent(rate, dropout, settings.spend_p * scale)


def place_orders(
    joined: Ints, latent: Latent, settings: CompanySettings, rng: np.random.Generator
) -> Placed:
    """Draw the days of all orders.

    Given their number, moments of a Poisson process are uniform: all are drawn at once, sorted,
    and cut after the one that ends it.
    """
    n, end = len(joined), settings.n_days + 7 * FUTURE_WEEKS
    clock = OperationalTime(settings, end)
    # First orders at noon: from there the whole days that are later counted between orders are
    # right on average. From the morning they would be too many, from the evening too few.
    begin = clock.from_calendar(joined + 0.5)
    length = clock.from_calendar(end) - begin
    could = rng.poisson(latent.rate / 7 * length)
    allowed = rng.geometric(latent.dropout)
    person = np.repeat(np.arange(n), could)
    moment = begin[person] + length[person] * rng.random(len(person))
    moment = moment[np.argsort(person * (begin + length).max(initial=0) + moment)]
    number = number_within(could)
    kept = number < allowed[person]
    person, number = person[kept], number[kept]
    day = np.floor(clock.to_calendar(moment[kept])).astype("int64")
    day = _spread_over_days(person, number, day.clip(joined[person] + 1, end - 1))
    stopped = np.full(n, end)
    stopping = number + 1 == allowed[person]
    stopped[person[stopping]] = day[stopping]
    person = np.concatenate([np.arange(n), person])
    day = np.concatenate([joined, day])
    person, day = person[day < end], day[day < end]
    order = np.argsort(day * n + person)
    return Placed(person[order], day[order], stopped)


def number_within(count: Ints) -> Ints:
    """Number the members 0, 1, … within each of consecutive groups of size `count`."""
    return np.arange(count.sum()) - np.repeat(count.cumsum() - count, count)


def _spread_over_days(person: Ints, number: Ints, day: Ints) -> Ints:
    """Move the sorted days of each customer's orders on until no two are the same."""
    # The k-th order falls k days after the running maximum of (day - k).
    apart = int(day.max(initial=0)) + int(number.max(initial=0)) + 1
    lifted = np.maximum.accumulate(person * apart + day - number)
    return lifted - person * apart + number
