"""What moves lifetime value: one lever at a time."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_count, check_number
from crmlab.ltv._formulas.arithmetic import (
    PAYMENTS,
    Payment,
    Period,
    annuity,
    check_finite,
    find_rate,
)

__all__ = ["ltv_levers"]

_COSTS = ("service_cost", "acquisition_cost")


def ltv_levers(
    *,
    price: float,
    frequency: float,
    margin: float,
    retention: float,
    service_cost: float = 0.0,
    acquisition_cost: float = 0.0,
    discount_rate: float,
    payment: Payment = "advance",
    n_customers: int = 1,
    change: float = 0.1,
    period: Period = "Y",
    per: Period = "Y",
) -> pd.DataFrame:
    """Move each lever of lifetime value by the same fraction and compare what it brings.

    The value of a customer is `price * frequency * margin - service_cost` per period, for as long
    as the customer stays, discounted (`simple_ltv`, no end), less `acquisition_cost`. The first
    three rows are the classical levers: more transactions (cross-selling), a higher price
    (up-selling), a longer tenure (retention).

    Parameters
    ----------
    price : float
        Price of a purchase, in currency.
    frequency : float
        Purchases per period.
    margin : float
        Fraction of the price that is left after the cost of the goods, at most 1.
    retention : float
        Probability of staying from one period to the next, in [0, 1).
    service_cost : float, default=0.0
        Cost of keeping a customer, in currency per period.
    acquisition_cost : float, default=0.0
        Cost of winning a customer, in currency, paid now.
    discount_rate : float
        Effective rate per `per`, above -1.
    payment : {"advance", "renewal", "arrears"}, default="advance"
        When the margin is paid; see `simple_ltv`.
    n_customers : int, default=1
        Customers to whom the change applies.
    change : float, default=0.1
        Fraction by which each lever moves, in (-1, 1]. Costs *fall* by it, all else rises, so
        that a positive change is an improvement throughout.
    period : {"D", "W", "M", "Q", "Y"}, default="Y"
        Unit of `frequency`, `retention` and `service_cost`.
    per : {"D", "W", "M", "Q", "Y"}, default="Y"
        Unit of `discount_rate`.

    Returns
    -------
    DataFrame
        One row per lever; columns

        * `lever` : "frequency", "price", "tenure", "margin", "service_cost", "acquisition_cost"
        * `base`, `changed` : the lever before and after; tenure is `1 / (1 - retention)`
          periods. Margin stops at 1 and tenure at one period, whatever the change.
        * `value` : value per customer with this lever changed, in currency
        * `gain`, `gain_total` : how much more than before, per customer and times `n_customers`
        * `elasticity` : percent by which the value rises when the lever rises by one percent, at
          the base; negative for costs. Missing in every row where the value before is zero or
          negative, since a percentage of a loss says nothing; compare the gains then
        * `value_before`, `change` : value per customer at the base, and the fraction moved, the
          same in every row

        ``attrs`` keeps, as labels, ``n_customers``, ``payment``, ``period`` and ``discount_rate``
        (per period).

    Raises
    ------
    InputError
        If a number is missing or out of range, or the value is infinite.
    InputTypeError
        If an argument is not a number.

    Notes
    -----
    The table cannot tell what it costs to move a lever, or how far it can be moved: a row is the
    most that may be spent on that change. It moves one lever and holds the others, although a
    higher price may cost purchases or customers. Frequency, price and margin have the same
    elasticity because they are multiplied.

    A higher price keeps the margin *rate* here, as a dearer version does that also costs more to
    make. The same product at a higher price, at the same unit cost, brings `1 / margin` times as
    much.

    The elasticity with respect to the retention rate itself is that of tenure times
    `retention / (1 - retention)`.

    References
    ----------
    Gupta, S., Lehmann, D. R. and Stuart, J. A. (2004). Valuing customers. Journal of Marketing
    Research 41(1), 7-18, on the elasticities of retention, margin and acquisition cost.

    Examples
    --------
    >>> levers = ltv_levers(
    ...     price=50, frequency=4, margin=0.3, retention=0.8, service_cost=10,
    ...     acquisition_cost=60, discount_rate=0.12,
    ... )
    >>> levers.drop(columns=["gain_total", "value_before", "change"]).round(2)
                  lever   base  changed   value   gain  elasticity
    0         frequency    4.0     4.40  136.00  21.00        1.83
    1             price   50.0    55.00  136.00  21.00        1.83
    2            tenure    5.0     5.50  125.54  10.54        0.95
    3            margin    0.3     0.33  136.00  21.00        1.83
    4      service_cost   10.0     9.00  118.50   3.50       -0.30
    5  acquisition_cost   60.0    54.00  121.00   6.00       -0.52
    """
    check_choice("payment", payment, PAYMENTS)
    base = _Economics(
        frequency=check_number("frequency", frequency, low=0),
        price=check_number("price", price, low=0),
        tenure=_tenure(retention),
        margin=_margin(margin),
        service_cost=check_number("service_cost", service_cost, low=0),
        acquisition_cost=check_number("acquisition_cost", acquisition_cost, low=0),
        rate=find_rate(discount_rate, period, per),
        payment=payment,
    )
    moved = _fraction(change)
    value = base.value()
    rows = [_move(base, lever, moved, value) for lever in base.slopes()]
    table = pd.DataFrame(rows)
    check_finite(table["value"].to_numpy())
    heads = check_count("n_customers", n_customers)
    table.insert(5, "gain_total", table["gain"] * heads)
    table = table.assign(value_before=value, change=moved)
    table.attrs = {
        "n_customers": heads, "payment": payment, "period": period, "discount_rate": base.rate
    }  # fmt: skip
    return table


@dataclass(frozen=True)
class _Economics:
    """A customer's price, purchases, tenure and costs."""

    frequency: float
    price: float
    tenure: float
    margin: float
    service_cost: float
    acquisition_cost: float
    rate: float
    payment: str

    def contribution(self) -> float:
        return self.price * self.frequency * self.margin - self.service_cost

    def multiple(self) -> float:
        return float(annuity(np.asarray(self.retention()), self.rate, payment=self.payment))

    def retention(self) -> float:
        return 1 - 1 / self.tenure

    def value(self) -> float:
        return self.contribution() * self.multiple() - self.acquisition_cost

    def slopes(self) -> dict[str, float]:
        """Lever times derivative: the money that one percent of each is worth, times 100."""
        multiple = self.multiple()
        earned = self.price * self.frequency * self.margin * multiple
        growth, retention = 1 + self.rate, self.retention()
        rise = (1.0 if self.payment == "arrears" else growth) / (growth - retention) ** 2
        return {
            "frequency": earned,
            "price": earned,
            # Retention rises by 1 / tenure² per period of tenure.
            "tenure": self.contribution() * rise / self.tenure,
            "margin": earned,
            "service_cost": -self.service_cost * multiple,
            "acquisition_cost": -self.acquisition_cost,
        }


def _move(base: _Economics, lever: str, change: float, before: float) -> dict[str, Any]:
    start = getattr(base, lever)
    changed = start * (1 - change if lever in _COSTS else 1 + change)
    if lever == "margin":
        changed = min(changed, 1.0)
    if lever == "tenure":
        changed = max(changed, 1.0)
    value = replace(base, **{lever: changed}).value()
    elasticity = base.slopes()[lever] / before if before > 0 else np.nan
    return {
        "lever": lever, "base": start, "changed": changed, "value": value,
        "gain": value - before, "elasticity": elasticity,
    }  # fmt: skip


def _tenure(retention: Any) -> float:
    stay = check_number(
        "retention",
        retention,
        low=0,
        high=1,
        open_high=True,
        remedy="Write 80 % as 0.8; at 1 tenure, 1 / (1 - retention), is infinite.",
    )
    return 1 / (1 - stay)


def _margin(margin: Any) -> float:
    remedy = "It is a fraction of the price: write 30 % as 0.3, and an amount as amount / price."
    return check_number("margin", margin, high=1, remedy=remedy)


def _fraction(change: Any) -> float:
    remedy = "Write 10 % as 0.1."
    return check_number("change", change, low=-1, high=1, open_low=True, remedy=remedy)
