"""Every number the simulated company is made with, its unit, and its default."""

import numbers
from dataclasses import dataclass, fields

import pandas as pd

from crmlab._checks import check_choice, check_count

__all__ = ["CompanySettings", "settings_from"]


@dataclass(frozen=True)
class CompanySettings:
    """What the simulated company is made with; all of it stays in ``company.truth.settings``.

    Money is in won, rates of orders per week, chances between 0 and 1.

    Parameters
    ----------
    start : str, default="2024-01-01"
        First day observed.
    weeks : int, default=104
        Weeks observed.
    seasonality : float, default=1
        Strength of the seasons in orders (설날, 추석, school terms); 0 or False for none.
    returns : float, default=0.04
        Chance that an order line is sent back; 0 or False for none.
    complements : float, default=1
        Strength of the planted complements and substitutes in baskets; 0 or False for none.
    purchase_shape, purchase_scale : float, default=0.9, 9.0
        Orders a week of a customer are Gamma distributed: shape r, rate alpha in weeks.
    dropout_a, dropout_b : float, default=1.0, 5.0
        Chance to stop for good after each repeat order is Beta(a, b).
    spend_p, spend_q, spend_gamma : float, default=4.0, 5.0, 45000.0
        Order totals are Gamma-Gamma: shape p, and across customers shape q and scale gamma in won.
    subscriber_share : float, default=0.55
        Share of customers who take a worksheet subscription.
    churn_alpha, churn_beta : float, default=1.2, 14.0
        Monthly chance to end a standard subscription is Beta(alpha, beta) across customers.
    instructor_effect : float, default=0.9
        Log hazard ratio of ending in the three months after the instructor left.
    dissatisfaction_effect : float, default=1.1
        Log hazard ratio of ending in the three months after a bad experience.

    Examples
    --------
    >>> CompanySettings(returns=0).returns
    0
    """

    # Time
    start: str = "2024-01-01"
    weeks: int = 104

    # Orders
    seasonality: float = 1.0
    returns: float = 0.04
    complements: float = 1.0
    purchase_shape: float = 0.9
    purchase_scale: float = 9.0
    dropout_a: float = 1.0
    dropout_b: float = 5.0
    spend_p: float = 4.0
    spend_q: float = 5.0
    spend_gamma: float = 45_000.0

    # Subscriptions, instructors and satisfaction
    subscriber_share: float = 0.55
    churn_alpha: float = 1.2
    churn_beta: float = 14.0
    instructor_effect: float = 0.9
    dissatisfaction_effect: float = 1.1

    # Marketing: consents, campaigns, contacts, coupons, referrals, spend

    # Sources: who is in which system, and how their records are corrupted

    def __post_init__(self) -> None:
        check_count("weeks", self.weeks, minimum=26)
        pd.Timestamp(self.start)
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type in (float, "float") and not _not_negative(value):
                raise ValueError(
                    f"`{field.name}` must be a number that is finite and not negative; "
                    f"got {value!r}."
                )

    @property
    def first_day(self) -> pd.Timestamp:
        """First day observed."""
        return pd.Timestamp(self.start)

    @property
    def n_days(self) -> int:
        """Days observed."""
        return 7 * self.weeks

    @property
    def last_day(self) -> pd.Timestamp:
        """Last day observed: the truth about "alive" is as of its evening."""
        return self.first_day + pd.Timedelta(days=self.n_days - 1)


def _not_negative(value: object) -> bool:
    return isinstance(value, numbers.Real) and 0 <= float(value) < float("inf")


def settings_from(changes: dict[str, object]) -> CompanySettings:
    """Defaults with `changes`; an unknown name is an error that suggests the nearest."""
    known = [field.name for field in fields(CompanySettings)]
    for name in changes:
        check_choice("setting", name, known)
    return CompanySettings(**changes)  # type: ignore[arg-type]
