"""What marketing cost by month, channel and purpose."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab.company import CompanySettings
from crmlab.contracts import CHANNELS
from crmlab.simulate._marketing.contacts import Diary
from crmlab.simulate._marketing.members import Days, as_dates, as_days, take_labels
from crmlab.simulate._marketing.plans import campaign_plans

__all__ = ["WON_BY", "draw_spend"]

WON_BY = ("search", "referral", "flyer", "tv", "branch")


def draw_spend(diary: Diary, coupons: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the marketing spend: to win customers, and to keep them.

    To win: the joins of the month times the planted cost of the channel, times noise of mean 1.
    To keep: the cost of the contacts of the month plus `keep_overhead`, rounded to won, by
    channel; and the face value of the coupons redeemed.

    Parameters
    ----------
    diary : Diary
        After the campaigns.
    coupons : DataFrame
    rng : Generator

    Returns
    -------
    DataFrame
        Columns date (first day of the month within the window), channel, amount (won), purpose
        ("acquire" by channel of acquisition, "keep" by channel of contact or "coupon"); one row
        per month, channel and purpose, with 0 where nothing was spent.
    """
    settings = diary.settings
    month, starts = _month_starts(settings)
    acquire = _draw_acquisition_costs(diary, month, len(starts), rng)
    keep = _total_keeping_costs(diary, coupons, month, len(starts))
    amount = np.hstack([acquire, keep])
    words = [*WON_BY, *CHANNELS, "coupon"]
    n_months, n_words = amount.shape
    column = np.tile(np.arange(n_words), n_months)
    return pd.DataFrame(
        {
            "date": as_dates(np.repeat(starts, n_words), settings),
            "channel": take_labels(words, column),
            "amount": amount.ravel(),
            "purpose": take_labels(["acquire", "keep"], (column >= len(WON_BY)).astype(np.int64)),
        }
    )


def _month_starts(settings: CompanySettings) -> tuple[Days, Days]:
    """Month of each day of the window, and the first day of each month in it."""
    days = np.datetime64(settings.first_day, "D") + np.arange(settings.n_days)
    month = days.astype("datetime64[M]").astype(np.int64)
    month -= month[0]
    return month, np.flatnonzero(np.diff(month, prepend=-1))


def _draw_acquisition_costs(
    diary: Diary, month: Days, n_months: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    members, settings = diary.members, diary.settings
    cost = np.array([getattr(settings, f"cost_{channel}") for channel in WON_BY])
    channel = pd.Categorical(members.channel, categories=list(WON_BY)).codes.astype(np.int64)
    known = channel >= 0
    cell = month[members.joined[known]] * len(WON_BY) + channel[known]
    joins = np.bincount(cell, minlength=n_months * len(WON_BY)).reshape(n_months, -1)
    sigma = settings.spend_noise
    noise = np.exp(sigma * rng.standard_normal(joins.shape) - sigma**2 / 2)
    return (joins * cost * noise).round()


def _total_keeping_costs(
    diary: Diary, coupons: pd.DataFrame, month: Days, n_months: int
) -> NDArray[np.float64]:
    settings = diary.settings
    contacts = pd.concat(diary.contacts, ignore_index=True)
    plans = campaign_plans(settings)
    of_plan = np.array([CHANNELS.index(plan.channel) for plan in plans])
    cell = month[contacts["day"]] * len(CHANNELS) + of_plan[contacts["campaign"]]
    size = n_months * len(CHANNELS)
    cost = np.bincount(cell, weights=contacts["cost"], minlength=size).reshape(n_months, -1)
    used = coupons[coupons["redeemed"].notna()]
    day = as_days(used["redeemed"], settings)
    discount = np.bincount(month[day], weights=used["face_value"], minlength=n_months)
    return np.column_stack([(cost * (1 + settings.keep_overhead)).round(), discount])
