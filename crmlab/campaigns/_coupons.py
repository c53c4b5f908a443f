"""What a coupon earns once those who would have bought anyway are counted."""

import math

import pandas as pd

from crmlab._checks import check_count, check_fraction, check_number, check_size
from crmlab._errors import InputError

__all__ = ["coupon_economics"]

_COST = "A cost lowers the profit: write it positive."


def coupon_economics(
    *,
    n_coupons: int,
    face_value: float,
    redemption_rate: float,
    baseline_rate: float,
    margin: float,
    cost_per_coupon: float = 0.0,
    cost_per_redemption: float = 0.0,
    fixed_cost: float = 0.0,
    misredemption: float = 0.0,
    return_rate: float = 0.0,
    cost_per_return: float = 0.0,
) -> pd.DataFrame:
    """Tell what a coupon earns: new buyers less the gift to those who would have come anyway.

    Of all coupons handed in, some are handed in without the purchase (`misredemption`); of the
    buyers, some would have bought at the full price (`baseline_rate`), and some bring the goods
    back (`return_rate`).

    profit = margin x new buyers who keep the goods - (face value + handling) x coupons handed in
    + face value x coupons whose goods came back - returns of new buyers - coupons - fixed cost

    Parameters
    ----------
    n_coupons : int
        Coupons given out, at least 1.
    face_value : float
        Price off, in currency, 0 or more.
    redemption_rate : float
        Fraction of the coupons that are handed in, in [0, 1].
    baseline_rate : float
        Fraction of those who got a coupon who would have bought without it, at the full price,
        in [0, 1]; each of them is taken to use it. A control group without coupons tells it.
    margin : float
        Of a purchase at the full price, in currency; negative for goods sold below cost.
    cost_per_coupon : float, default=0.0
        Printing and sending, in currency, 0 or more.
    cost_per_redemption : float, default=0.0
        Handling by shop and clearing house, in currency, 0 or more.
    fixed_cost : float, default=0.0
        In currency, 0 or more.
    misredemption : float, default=0.0
        Fraction of the coupons handed in that no purchase stands behind, in [0, 1].
    return_rate : float, default=0.0
        Fraction of the purchases whose goods are brought back, in [0, 1]. The customer gets back
        what was paid, so that neither margin nor face value remains.
    cost_per_return : float, default=0.0
        In currency, 0 or more. Those who would have bought anyway would have returned as often, so
        that only the returns of new buyers are a cost of the coupon.

    Returns
    -------
    DataFrame
        One row per measure; columns `measure`, `unit`, `estimate`. Measures:

        * "redeemed", "misredeemed" : coupons
        * "buyers", "cannibalised", "new_buyers" : customers; of the buyers with a coupon, those
          who would have come anyway, and the others
        * "cannibalised_share" : of the buyers; 0 without buyers
        * "margin" : of new buyers, returns left out; "discount", face value given to buyers who
          kept the goods, of it "discount_to_cannibalised"; "misredemption", face value paid for
          no purchase; "costs", all others; "profit", in currency
        * "apparent_profit" : what it seems to earn where all buyers are taken for new
        * "break_even_share" : cannibalised share of the buyers at which the profit is 0; negative
          where the coupon loses though all buyers are new, above 1 where it earns though none is
        * "return" : profit / all that is spent, discounts among it; missing where nothing is

    Raises
    ------
    InputError
        If a number is out of range, or more would have bought anyway than bought with the coupon.
    InputTypeError
        If one is not a number.

    References
    ----------
    Neslin, S. A. and Shoemaker, R. W. (1983). A model for evaluating the profitability of coupon
    promotions. Marketing Science 2(4), 361-388: the decision turns on the purchases that would
    have been made without the coupon.

    Examples
    --------
    4 % of 100,000 coupons come back, and 2.5 % would have bought anyway.

    >>> table = coupon_economics(
    ...     n_coupons=100_000, face_value=2, redemption_rate=0.04, baseline_rate=0.025, margin=8,
    ...     cost_per_coupon=0.02,
    ... )
    >>> found = table.set_index("measure")["estimate"]
    >>> found[["new_buyers", "margin", "discount", "profit", "apparent_profit"]]
    measure
    new_buyers          1500.0
    margin             12000.0
    discount            8000.0
    profit              2000.0
    apparent_profit    22000.0
    Name: estimate, dtype: float64
    """
    n = check_count("n_coupons", n_coupons)
    value = check_number("margin", margin)
    check_size("margin", value)
    costs = {
        "face_value": face_value,
        "cost_per_coupon": cost_per_coupon,
        "cost_per_redemption": cost_per_redemption,
        "fixed_cost": fixed_cost,
        "cost_per_return": cost_per_return,
    }
    for name, cost in costs.items():
        check_number(name, cost, low=0, remedy=_COST)
        check_size(name, cost)
    rates = {"redemption_rate": redemption_rate, "baseline_rate": baseline_rate,
             "misredemption": misredemption, "return_rate": return_rate}  # fmt: skip
    for name, rate in rates.items():
        check_fraction(name, rate)
    buying = redemption_rate * (1 - misredemption)
    if baseline_rate > buying + 1e-12:
        raise InputError(
            f"`baseline_rate` must be at most the rate of purchases with a coupon, {buying:.4g}; "
            f"got {baseline_rate:g}. Then not all who would have bought used it, or the coupon "
            "drove buyers away: count only those who would have bought and used it."
        )
    found = _measure(n, value, costs, rates)
    return pd.DataFrame(
        {"measure": list(found), "unit": [_UNITS[name] for name in found],
         "estimate": list(found.values())}
    )  # fmt: skip


_UNITS = {
    "redeemed": "coupons",
    "misredeemed": "coupons",
    "buyers": "customers",
    "cannibalised": "customers",
    "new_buyers": "customers",
    "cannibalised_share": "fraction",
    "margin": "currency",
    "discount": "currency",
    "discount_to_cannibalised": "currency",
    "misredemption": "currency",
    "costs": "currency",
    "profit": "currency",
    "apparent_profit": "currency",
    "break_even_share": "fraction",
    "return": "fraction",
}


def _measure(
    n: int, value: float, costs: dict[str, float], rates: dict[str, float]
) -> dict[str, float]:
    kept = 1 - rates["return_rate"]
    face, per_return = costs["face_value"], costs["cost_per_return"] * rates["return_rate"]
    redeemed = n * rates["redemption_rate"]
    lost = redeemed * rates["misredemption"]
    buyers, anyway = redeemed - lost, n * rates["baseline_rate"]
    new = max(buyers - anyway, 0.0)
    sure = (
        n * costs["cost_per_coupon"] + redeemed * costs["cost_per_redemption"] + costs["fixed_cost"]
    )
    paid = sure + face * lost + face * buyers * kept  # whoever the buyers are
    each = value * kept - per_return  # a new buyer brings
    profit = new * each - paid
    spent = paid + new * per_return
    return {
        "redeemed": redeemed,
        "misredeemed": lost,
        "buyers": buyers,
        "cannibalised": anyway,
        "new_buyers": new,
        "cannibalised_share": anyway / buyers if buyers > 0 else 0.0,
        "margin": new * value * kept,
        "discount": face * buyers * kept,
        "discount_to_cannibalised": face * anyway * kept,
        "misredemption": face * lost,
        "costs": sure + new * per_return,
        "profit": profit,
        "apparent_profit": buyers * each - paid,
        "break_even_share": 1 - paid / (buyers * each) if buyers * each > 0 else -math.inf,
        "return": profit / spent if spent > 0 else math.nan,
    }
