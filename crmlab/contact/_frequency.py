"""How often it pays to contact a customer, when each contact tires and some end all others."""

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from crmlab._checks import check_count, check_number
from crmlab._types import Floats

__all__ = ["contact_frequency"]


def contact_frequency(
    base_rate: float,
    *,
    fatigue: float,
    margin: float,
    cost: float,
    stop_rate: float = 0.0,
    consent_value: float = 0.0,
    fatigue_days: float = 60.0,
    horizon: float = 365.0,
    most: int = 24,
) -> pd.DataFrame:
    """Profit of a customer by the number of contacts, evenly spread over a time.

    A rested customer responds with the base rate; each contact in the days before changes the log
    odds by `fatigue`. Each contact ends all later ones with `stop_rate`.

    Parameters
    ----------
    base_rate : float
        Share of responses of customers who were left alone before, in (0, 1).
    fatigue : float
        Change of log odds per contact in the days before, as `contact_fatigue` estimates it;
        below 0 where contacts tire, at most 0.
    margin : float
        Expected margin of a response, in currency; 0 or more.
    cost : float
        Of one contact, in currency; 0 or more.
    stop_rate : float, default=0.0
        Probability that a contact ends all later ones ("unsubscribed", "do not call"), in [0, 1].
    consent_value : float, default=0.0
        What is lost with the permission beside the contacts of this time, in currency; 0 or more.
    fatigue_days : float, default=60.0
        Days for which a contact tires, 0 or more.
    horizon : float, default=365.0
        Days over which contacts are spread, above 0.
    most : int, default=24
        Highest number of contacts.

    Returns
    -------
    DataFrame
        One row per planned number of contacts, from 0 to `most`; per customer columns

        * `contacts` planned, and `made` : expected, as some customers end them
        * `response_rate` : responses / made; the base rate where none is made
        * `responses`, `stopped` : expected number, and probability that contact has been ended
        * `cost`, `profit` : in currency over the time
        * `gain` : profit more than with one contact fewer; 0 in the first row

    Raises
    ------
    InputError
        If a number is out of range.
    InputTypeError
        If an argument is not a number.

    Notes
    -----
    The profit may jump where one more contact brings the days between two below `fatigue_days`:
    from there on each contact meets a tired customer.

    Examples
    --------
    >>> table = contact_frequency(
    ...     0.35, fatigue=-0.4, margin=180, cost=30, stop_rate=0.01, consent_value=500, most=8
    ... )
    >>> table[["contacts", "response_rate", "profit", "gain"]].round(2).tail(4)
       contacts  response_rate  profit   gain
    5         5           0.35  137.23  26.90
    6         6           0.35  163.86  26.63
    7         7           0.28  101.80 -62.05
    8         8           0.28  113.67  11.87
    """
    rate = check_number("base_rate", base_rate, low=0, high=1, open_low=True, open_high=True)
    change = check_number("fatigue", fatigue, high=0, remedy="It is 0 where contacts do not tire.")
    worth = check_number("margin", margin, low=0)
    each = check_number("cost", cost, low=0)
    ends = check_number("stop_rate", stop_rate, low=0, high=1)
    lost = check_number("consent_value", consent_value, low=0)
    tires = check_number("fatigue_days", fatigue_days, low=0)
    days = check_number("horizon", horizon, low=0, open_low=True)
    rows = [
        _expect(n, rate, change, ends, tires * n / days)
        for n in range(check_count("most", most) + 1)
    ]
    table = pd.DataFrame(rows, columns=["contacts", "made", "responses"])
    table["stopped"] = 1 - (1 - ends) ** table["contacts"]
    made = table["made"].where(table["made"] > 0, 1)
    share = (table["responses"] / made).where(table["made"] > 0, rate)
    table.insert(2, "response_rate", share)
    table["cost"] = each * table["made"]
    table["profit"] = worth * table["responses"] - table["cost"] - lost * table["stopped"]
    table["gain"] = table["profit"].diff().fillna(0.0)
    return table


def _expect(
    n: int, rate: float, change: float, ends: float, gaps: float
) -> tuple[int, float, float]:
    """Contacts planned, made, and responses; `gaps` of them fit into the days of fatigue."""
    place = np.arange(n)
    earlier: Floats = np.minimum(place, np.floor(gaps + 1e-9)).astype(float)
    still = (1 - ends) ** place
    return n, float(still.sum()), float(still @ expit(logit(rate) + change * earlier))
