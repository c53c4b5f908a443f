"""Who was referred by whom."""

import numpy as np
import pandas as pd

from crmlab.company import CompanySettings
from crmlab.simulate._marketing.members import Members, as_dates

__all__ = ["draw_referrals"]


def draw_referrals(
    members: Members, settings: CompanySettings, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the referrer of each customer won by the channel "referral".

    The referrer joined on an earlier day and is drawn with weight exp(`referral_pull` x
    satisfaction). So referrals are a forest: one parent each, and no cycles. Customers of that
    channel who joined on the very first day have nobody before them and no row.

    Parameters
    ----------
    members : Members
    settings : CompanySettings
    rng : Generator

    Returns
    -------
    DataFrame
        Columns referrer_id, customer_id and date (of joining); sorted by date and customer.
    """
    by_day = np.argsort(members.joined, kind="stable")
    days = members.joined[by_day]
    weight = np.exp(settings.referral_pull * members.satisfaction[by_day]).cumsum()
    referred = by_day[(members.channel.to_numpy() == "referral")[by_day]]
    earlier = np.searchsorted(days, members.joined[referred], side="left")
    referred, earlier = referred[earlier > 0], earlier[earlier > 0]
    goal = rng.random(len(referred)) * weight[earlier - 1]
    # Rounding can put a goal onto the total itself.
    spot = np.minimum(np.searchsorted(weight, goal, side="right"), earlier - 1)
    ids = members.customer_id.array
    return pd.DataFrame(
        {
            "referrer_id": ids.take(by_day[spot]),
            "customer_id": ids.take(referred),
            "date": as_dates(members.joined[referred], settings),
        }
    )
