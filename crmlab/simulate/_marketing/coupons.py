"""Coupons that come with routine campaigns, and which of them are redeemed."""

import numpy as np
import pandas as pd

from crmlab.simulate._marketing.contacts import REACHED, Diary
from crmlab.simulate._marketing.members import NEVER, as_dates
from crmlab.simulate._marketing.plans import campaign_plans

__all__ = ["issue_coupons"]


def issue_coupons(diary: Diary, rng: np.random.Generator) -> pd.DataFrame:
    """Issue a coupon to everybody who was reached by a campaign with one.

    With the first order after the day of issue and within its validity, a coupon is redeemed
    with probability `coupon_redemption`. The discount is a response of kind "redeem"; the amounts
    of the transactions are before coupons.

    Parameters
    ----------
    diary : Diary
        After the campaigns; gets the responses.
    rng : Generator

    Returns
    -------
    DataFrame
        Columns coupon_id, customer_id, campaign_id, issued, expires (last day of validity),
        face_value (won), redeemed (missing if not); sorted by issue and customer.
    """
    members, settings = diary.members, diary.settings
    plans = campaign_plans(settings)
    face_value = np.array([plan.face_value for plan in plans])
    validity = np.array([plan.validity for plan in plans])
    contacts = pd.concat(diary.contacts, ignore_index=True)
    offered = np.isin(contacts["outcome"], REACHED) & (face_value[contacts["campaign"]] > 0)
    issued = contacts[offered].sort_values(["day", "person"])
    person, day, campaign = (issued[name].to_numpy() for name in ("person", "day", "campaign"))
    expires = day + validity[campaign]
    order = members.next_order(person, day)
    redeems = (order <= expires) & (rng.random(len(person)) < settings.coupon_redemption)
    for plan in plans:
        of_plan = redeems & (campaign == plan.number)
        diary.note_responses(plan, person[of_plan], order[of_plan], "redeem", plan.face_value)
    names = pd.array([plan.campaign_id for plan in plans], dtype="str")
    return pd.DataFrame(
        {
            "coupon_id": "V" + pd.Series(np.arange(1, len(person) + 1)).astype("str").str.zfill(7),
            "customer_id": members.customer_id.array.take(person),
            "campaign_id": names.take(campaign),
            "issued": as_dates(day, settings),
            "expires": as_dates(expires, settings),
            "face_value": face_value[campaign].astype(float),
            "redeemed": as_dates(np.where(redeems, order, NEVER), settings),
        }
    )
