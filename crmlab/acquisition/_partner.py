"""What the list of a partner is worth, who writes to its members on our behalf."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import beta

from crmlab._checks import check_count, check_fraction, check_number
from crmlab._errors import InputError, InputTypeError

__all__ = ["partner_list_value"]

_MOST = 1e15  # names, beyond which counting by ones in floats ends


def partner_list_value(
    n_listed: int,
    *,
    response: float | tuple[int, int],
    value: float,
    consent: float = 1.0,
    overlap: float = 0.0,
    overlap_removed: bool = False,
    cost_per_contact: float = 0.0,
    gift: float = 0.0,
    fee_per_name: float = 0.0,
    fee_per_customer: float = 0.0,
    fixed_cost: float = 0.0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Profit from a partner's list, and the price of a name at which it is gone.

    The partner writes to those members who agreed to that. Some of them are our customers already:
    they are paid for, and take the gift that was meant for new ones, unless both sides match their
    lists first and take them out.

    Parameters
    ----------
    n_listed : int
        Names on the list; at least 1.
    response : float or (int, int)
        Share of those contacted who take the offer, in [0, 1]; or how many of how many did in a
        test, which gives the profit its limits.
    value : float
        Of a new customer, in currency, before the cost of winning; 0 or more.
    consent : float, default=1.0
        Share of the names that may be contacted for a partner, in [0, 1].
    overlap : float, default=0.0
        Share of these who are our customers already, in [0, 1].
    overlap_removed : bool, default=False
        Whether they are taken out before anything is sent or paid.
    cost_per_contact : float, default=0.0
        Of sending, in currency.
    gift : float, default=0.0
        To each who takes the offer, in currency; our customers among them too.
    fee_per_name, fee_per_customer, fixed_cost : float, default=0.0
        To the partner for each name contacted, for each new customer, and once, in currency.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        One row; columns

        * `n_consented`, `n_overlap`, `n_contacted` : names that may be contacted; our customers
          among them; names contacted and paid for
        * `n_won` : new customers expected
        * `cost` : all of it, in currency
        * `cost_per_customer` : `cost` by `n_won`; missing where nobody is won
        * `estimate`, `lower`, `upper`, `level` : profit in currency; the limits are missing where
          `response` is not a test
        * `break_even_fee` : fee per name at which nothing is earned; negative where the list does
          not pay even as a present, missing where nobody is contacted
        * `break_even_response` : likewise the response; above 1 it cannot pay, and missing where a
          response brings nothing

    Raises
    ------
    InputError
        If a number is out of range, or a test has more answers than contacts.

    Notes
    -----
    Limits are those of Clopper and Pearson for the response in the test, carried into the profit:
    exact as far as the rest of the list is like the tested part, which should be drawn by lot.

    References
    ----------
    Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated
    in the case of the binomial. Biometrika 26, 404-413.

    Examples
    --------
    20 of 1,000 answered in a test, and one in ten is a customer already:

    >>> deal = partner_list_value(
    ...     50_000, response=(20, 1000), value=90, consent=0.6, overlap=0.1, cost_per_contact=0.4,
    ...     gift=10, fee_per_name=0.5,
    ... )
    >>> deal[["n_contacted", "n_won", "estimate", "lower", "upper", "break_even_fee"]].round(2)
       n_contacted  n_won  estimate   lower     upper  break_even_fee
    0      30000.0  540.0   15600.0 -889.89  38433.67            1.02
    """
    names = _read_names("n_listed", n_listed)
    check_fraction("level", level, open_ends=True)
    if not isinstance(overlap_removed, bool | np.bool_):
        raise InputTypeError(f"`overlap_removed` must be true or false; got {overlap_removed!r}.")
    amounts = {
        "value": value, "cost_per_contact": cost_per_contact, "gift": gift,
        "fee_per_name": fee_per_name, "fee_per_customer": fee_per_customer,
        "fixed_cost": fixed_cost,
    }  # fmt: skip
    money = {name: check_number(name, amount, low=0) for name, amount in amounts.items()}
    rate, limits = _read_response(response, level)
    asked = names * check_fraction("consent", consent)
    ours = asked * check_fraction("overlap", overlap)
    sent, new = asked - ours * bool(overlap_removed), asked - ours
    # Profit is linear in the response: what one response share brings, less what is paid anyway.
    slope = new * (money["value"] - money["fee_per_customer"]) - sent * money["gift"]
    before = sent * money["cost_per_contact"] + money["fixed_cost"]
    paid = before + sent * money["fee_per_name"]
    profit = [slope * each - paid for each in (rate, *limits)]
    won = new * rate
    cost = paid + sent * money["gift"] * rate + won * money["fee_per_customer"]
    return pd.DataFrame(
        {
            "n_consented": [asked],
            "n_overlap": [ours],
            "n_contacted": [sent],
            "n_won": [won],
            "cost": [cost],
            "cost_per_customer": [cost / won if won else np.nan],
            "estimate": [profit[0]],
            "lower": [min(profit[1:])],
            "upper": [max(profit[1:])],
            "level": [level],
            "break_even_fee": [(slope * rate - before) / sent if sent else np.nan],
            "break_even_response": [paid / slope if slope > 0 else np.nan],
        }
    )


def _read_names(name: str, value: Any) -> int:
    return int(check_number(name, check_count(name, value), high=_MOST))


def _read_response(response: Any, level: float) -> tuple[float, tuple[float, float]]:
    """The response and its limits, missing where it is not a test."""
    if not isinstance(response, tuple | list):
        return check_fraction("response", response), (np.nan, np.nan)
    if len(response) != 2:
        raise InputTypeError(
            f"`response` must be a share, or how many of how many; got {len(response)} numbers."
        )
    hits = check_count("response[0]", response[0], minimum=0)
    n = _read_names("response[1]", response[1])
    if hits > n:
        raise InputError(
            f"`response` must have at most as many answers as contacts; got {response!r}."
        )
    tail = (1 - level) / 2
    lower = float(beta.ppf(tail, hits, n - hits + 1)) if hits else 0.0
    upper = float(beta.ppf(1 - tail, hits + 1, n - hits)) if hits < n else 1.0
    return hits / n, (lower, upper)
