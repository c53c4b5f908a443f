"""By how much value moves with retention, margin, cost of winning, and the discount rate."""

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_number
from crmlab._errors import InputError
from crmlab._units import UNIT_DAYS, Unit, rate_per

__all__ = ["retention_elasticity"]


def retention_elasticity(
    *,
    margin: float,
    retention: float,
    discount_rate: float,
    acquisition_cost: float = 0.0,
    change: float = 0.01,
    period: Unit = "Y",
    per: Unit = "Y",
) -> pd.DataFrame:
    """Improve each driver of a customer's value by the same fraction and compare.

    The value is margin x r / (1 + d - r) - cost of winning: margins at the end of each period
    from customers who are still there, without end. All changes are relative: 1 % of a retention
    of 80 % is 0.8 percentage points, and 1 % of a discount rate of 10 % is 0.1 points. That a
    percent of one costs as much as a percent of another is not said.

    Parameters
    ----------
    margin : float
        Margin per customer and period, in currency; above 0.
    retention : float
        Probability of staying from one period to the next, in (0, 1).
    discount_rate : float
        Effective rate per `per`, above 0.
    acquisition_cost : float, default=0.0
        Cost of winning the customer, in currency; 0 or more.
    change : float, default=0.01
        Fraction by which each improves, in (0, 1): retention and margin rise, the cost of winning
        and the discount rate fall. Retention stops at 1.
    period : {"D", "W", "M", "Q", "Y"}, default="Y"
        Unit of `margin` and `retention`.
    per : {"D", "W", "M", "Q", "Y"}, default="Y"
        Unit of `discount_rate`.

    Returns
    -------
    DataFrame
        One row per driver: "retention", "margin", "discount_rate", "acquisition_cost"; columns

        * `driver`, `base`, `improved` : before and after; rates per period
        * `value`, `gain` : value per customer after, and how much more, in currency
        * `gain_share` : gain / value before
        * `elasticity` : percent by which the value rises when the driver *improves* by one
          percent, in the limit of small changes

    Raises
    ------
    InputError
        If a number is out of range, or the value before is not positive.
    InputTypeError
        If an argument is not a number.

    See Also
    --------
    crmlab.ltv.ltv_levers : price, frequency and tenure.

    Notes
    -----
    Closed forms, with the share k = margin multiple's value / value: retention k (1 + d) /
    (1 + d - r), margin k, discount rate k d / (1 + d - r), cost of winning k - 1. Retention beats
    the discount rate by (1 + d) / d, at 12 % more than nine times. The paper adds all future
    customers of growing firms, which dampens this: for its five firms it finds about 5 % for
    retention, 1 % for margin, 0.1 % for the cost of winning, and a fifth of retention for the
    discount rate.

    References
    ----------
    Gupta, S., Lehmann, D. R. and Stuart, J. A. (2004). Valuing customers. Journal of Marketing
    Research 41(1), 7-18.

    Examples
    --------
    >>> table = retention_elasticity(
    ...     margin=100, retention=0.8, discount_rate=0.12, acquisition_cost=50
    ... )
    >>> table[["driver", "value", "gain", "elasticity"]].round(2)
                 driver   value  gain  elasticity
    0         retention  208.97  8.97        4.38
    1            margin  202.50  2.50        1.25
    2     discount_rate  200.94  0.94        0.47
    3  acquisition_cost  200.50  0.50        0.25
    """
    base = {
        "retention": check_number(
            "retention", retention, low=0, high=1, open_low=True, open_high=True
        ),
        "margin": check_number("margin", margin, low=0, open_low=True),
        "discount_rate": _read_rate(discount_rate, period, per),
        "acquisition_cost": check_number("acquisition_cost", acquisition_cost, low=0),
    }
    share = check_number("change", change, low=0, high=1, open_low=True, open_high=True)
    before = _value(**base)
    if before <= 0:
        raise InputError(
            f"`acquisition_cost` must be below the value of the margins, "
            f"{before + acquisition_cost:,.2f}; got {acquisition_cost:,.2f}. A percentage of a "
            "loss says nothing."
        )
    improved = {
        "retention": min(base["retention"] * (1 + share), 1.0),
        "margin": base["margin"] * (1 + share),
        "discount_rate": base["discount_rate"] * (1 - share),
        "acquisition_cost": base["acquisition_cost"] * (1 - share),
    }
    value = np.array([_value(**(base | {name: number})) for name, number in improved.items()])
    return pd.DataFrame(
        {
            "driver": list(base),
            "base": base.values(),
            "improved": improved.values(),
            "value": value,
            "gain": value - before,
            "gain_share": (value - before) / before,
            "elasticity": _elasticities(base, before),
        }
    )


def _read_rate(discount_rate: float, period: str, per: str) -> float:
    check_choice("period", period, UNIT_DAYS)
    check_number("discount_rate", discount_rate, low=0, open_low=True)
    return rate_per(discount_rate, period, per=per)


def _value(
    *, retention: float, margin: float, discount_rate: float, acquisition_cost: float
) -> float:
    return margin * retention / (1 + discount_rate - retention) - acquisition_cost


def _elasticities(base: dict[str, float], before: float) -> list[float]:
    r, d = base["retention"], base["discount_rate"]
    earned = (before + base["acquisition_cost"]) / before
    gap = 1 + d - r
    return [earned * (1 + d) / gap, earned, earned * d / gap, earned - 1]
