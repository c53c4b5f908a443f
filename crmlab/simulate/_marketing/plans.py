"""The campaigns of the two years: when, by which channel, at what cost, for which offer."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlab.company import CompanySettings
from crmlab.simulate._marketing.members import as_dates

__all__ = ["BOOKS", "CAMP", "Plan", "build_campaigns", "campaign_plans"]

CAMP, BOOKS = "summer camp", "book set"


@dataclass(frozen=True)
class Plan:
    """One campaign.

    Parameters
    ----------
    number : int
        Position in the series, by day of start.
    name, channel, design, offer : str
        As in the table of campaigns.
    start : int
        Days after the first day.
    price, margin, cost : float
        Won: of the offer, earned per order, and per contact.
    window : int
        Days from the start in which orders count.
    spread : int
        Days over which first contacts are spread; days between two calls.
    reach : float
        Share of those who may be contacted that a routine campaign contacts.
    attempts : int
        Calls at most.
    order_rate : float
        Probability that a customer who heard a routine campaign orders (e-mail: who clicked).
    face_value, validity : int
        Won and days of the coupon that comes with it; 0 for none.
    """

    number: int
    name: str
    channel: str
    design: str
    offer: str
    start: int
    price: float
    margin: float
    cost: float
    window: int = 28
    spread: int = 1
    reach: float = 1.0
    attempts: int = 1
    order_rate: float = 0.0
    face_value: int = 0
    validity: int = 0

    @property
    def campaign_id(self) -> str:
        """Identifier of the campaign."""
        return f"K{self.number + 1:02d}"


MAILING = {
    "channel": "post", "offer": "term pack", "price": 39_000, "margin": 12_000, "cost": 900,
    "reach": 0.6, "order_rate": 0.06, "face_value": 5_000, "validity": 60,
}  # fmt: skip
CALLS = {
    "channel": "phone", "offer": "trial lesson", "price": 60_000, "margin": 30_000, "cost": 1_500,
    "reach": 0.6, "order_rate": 0.25, "spread": 7, "attempts": 3,
}  # fmt: skip
NEWSLETTER = {
    "channel": "email", "offer": "workbook", "price": 15_000, "margin": 6_000, "cost": 30,
    "order_rate": 0.15, "face_value": 3_000, "validity": 45,
}  # fmt: skip
THE_CAMP = {
    "channel": "post", "offer": "three days of camp", "price": 240_000, "margin": 60_000,
    "cost": 1_500, "design": "randomised",
}  # fmt: skip
THE_BOOKS = {
    "channel": "phone", "offer": "set of story books", "price": 180_000, "margin": 54_000,
    "cost": 2_500, "design": "biased", "spread": 7,
}  # fmt: skip

# Day of start, from Monday 1 January 2024. Campaigns by one channel must not overlap, so that a
# "do not call" of one is known to the next.
SERIES = (
    (245, "autumn mailing", MAILING),
    (266, "autumn calls", CALLS),
    (378, "winter newsletter", NEWSLETTER),
    (399, "spring calls", CALLS),
    (469, "spring newsletter", NEWSLETTER),
    (518, CAMP, THE_CAMP),
    (560, "summer newsletter", NEWSLETTER),
    (651, "autumn newsletter", NEWSLETTER),
    (672, BOOKS, THE_BOOKS),
)

LAID_OUT_FOR = 728  # days observed


def campaign_plans(settings: CompanySettings) -> tuple[Plan, ...]:
    """Campaigns in order; with a window of other length they move in proportion.

    Examples
    --------
    >>> plans = campaign_plans(CompanySettings())
    >>> [plan.name for plan in plans if plan.design != "routine"]
    ['summer camp', 'book set']
    """
    scale = settings.n_days / LAID_OUT_FOR
    return tuple(
        _make_plan(number, name, round(start * scale), row, min(scale, 1.0))
        for number, (start, name, row) in enumerate(SERIES)
    )


def _make_plan(number: int, name: str, start: int, row: dict, shorter: float) -> Plan:
    """Make a plan that starts on day `start`, with its durations times `shorter`."""
    days = {
        "start": start,
        "window": max(round(28 * shorter), 6),
        "spread": max(round(row.get("spread", 1) * shorter), 1),
        "validity": round(row.get("validity", 0) * shorter),
    }
    return Plan(**({"number": number, "name": name, "design": "routine"} | row | days))


def build_campaigns(settings: CompanySettings) -> pd.DataFrame:
    """Build the table of campaigns, one row each, by start.

    Returns
    -------
    DataFrame
        Columns campaign_id, name, channel, start, window_days (days from the start in which
        orders count), design ("randomised", "biased" or "routine"), offer, price, margin
        (won per order, before contacts) and cost_per_contact.

    Examples
    --------
    >>> build_campaigns(CompanySettings()).loc[5, ["name", "design", "start"]].tolist()
    ['summer camp', 'randomised', Timestamp('2025-06-02 00:00:00')]
    """
    plans = campaign_plans(settings)
    return pd.DataFrame(
        {
            "campaign_id": [plan.campaign_id for plan in plans],
            "name": [plan.name for plan in plans],
            "channel": [plan.channel for plan in plans],
            "start": as_dates(np.array([plan.start for plan in plans]), settings),
            "window_days": [plan.window for plan in plans],
            "design": [plan.design for plan in plans],
            "offer": [plan.offer for plan in plans],
            "price": [float(plan.price) for plan in plans],
            "margin": [float(plan.margin) for plan in plans],
            "cost_per_contact": [float(plan.cost) for plan in plans],
        }
    )
