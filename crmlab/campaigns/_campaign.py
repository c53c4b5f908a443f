"""Does it pay? A campaign as six numbers, and the money that follows from them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd

from crmlab._checks import check_count, check_fraction, check_number, check_size, check_vector
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats
from crmlab.campaigns._rates import rate_limits

__all__ = ["Campaign", "break_even_response_rate", "campaign_profit", "tipping_points"]

_COST = "A cost lowers the profit: write it positive."


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """Describe a campaign by its audience, its response, and its money.

    Parameters
    ----------
    n_contacted : int
        Customers contacted, at least 1.
    n_responses : int, optional
        Customers who responded, at most `n_contacted`. With counts, results have limits.
    response_rate : float, optional
        Fraction who respond, in [0, 1]; a plan, without limits. Give this or `n_responses`.
    margin_per_response : float or sequence of float
        What a response brings before the costs of the campaign, in currency. Of several numbers,
        the first comes with the response, the next one period later, and so on.
    cost_per_contact : float
        In currency, 0 or more.
    fixed_cost : float, default=0.0
        Of the campaign, whatever its size, in currency, 0 or more.
    cost_per_response : float, default=0.0
        Such as the gift or the discount of a response, in currency, 0 or more. It is paid to those
        who would have come anyway, too.
    baseline_rate : float, default=0.0
        Fraction who would have responded without the campaign, in [0, 1]: what they bring is not
        earned by it. A control group tells it.
    revenue_per_response : float, optional
        Price paid, in currency. Without it, no revenue is told.

    Raises
    ------
    InputError
        If a number is out of range, there are no customers, or both or none of `n_responses` and
        `response_rate` are given.
    InputTypeError
        If one is not a number.

    Examples
    --------
    >>> letter = Campaign(
    ...     n_contacted=10_000, n_responses=180, margin_per_response=40, cost_per_contact=0.6
    ... )
    >>> letter.rate
    0.018
    """

    n_contacted: int
    margin_per_response: float | Sequence[float]
    cost_per_contact: float
    n_responses: int | None = None
    response_rate: float | None = None
    fixed_cost: float = 0.0
    cost_per_response: float = 0.0
    baseline_rate: float = 0.0
    revenue_per_response: float | None = None

    def __post_init__(self) -> None:
        """Check every number."""
        check_count("n_contacted", self.n_contacted)
        _read_margins(self.margin_per_response)
        for name in ("cost_per_contact", "fixed_cost", "cost_per_response"):
            check_number(name, getattr(self, name), low=0, remedy=_COST)
            check_size(name, getattr(self, name))
        check_fraction("baseline_rate", self.baseline_rate)
        if self.revenue_per_response is not None:
            check_number("revenue_per_response", self.revenue_per_response, low=0)
            check_size("revenue_per_response", self.revenue_per_response)
        self._check_response()

    def _check_response(self) -> None:
        if (self.n_responses is None) == (self.response_rate is None):
            given = "none" if self.n_responses is None else "both"
            raise InputError(
                f"One of `n_responses` and `response_rate` must be given; got {given}. Pass the "
                "count where the campaign is over, the rate where it is a plan."
            )
        if self.response_rate is not None:
            check_fraction("response_rate", self.response_rate)
        elif check_count("n_responses", self.n_responses, minimum=0) > self.n_contacted:
            raise InputError(
                f"`n_responses` must be at most `n_contacted`, {self.n_contacted:,}; got "
                f"{self.n_responses:,}. Count customers who responded, not their orders."
            )

    @property
    def rate(self) -> float:
        """Fraction of those contacted who responded, in [0, 1]."""
        if self.response_rate is not None:
            return float(self.response_rate)
        return (self.n_responses or 0) / self.n_contacted

    @property
    def margins(self) -> Floats:
        """Margin of a response by period, in currency, from the period of the response on."""
        return _read_margins(self.margin_per_response)


def _read_margins(value: float | Sequence[float]) -> Floats:
    one = [value] if isinstance(value, Real) and not isinstance(value, bool) else value
    margins = check_vector("margin_per_response", one, negative=True)
    check_size("margin_per_response", margins)
    return margins


def campaign_profit(
    campaign: Campaign, *, discount_rate: float = 0.0, level: float = 0.95
) -> pd.DataFrame:
    """Tell what a campaign earns: responses, cost, profit, return, break-even, payback.

    profit = margin x (responses - those who would have come anyway) - cost per response x
    responses - cost per contact x contacts - fixed cost.

    Parameters
    ----------
    campaign : Campaign
        What was done, or is planned.
    discount_rate : float, default=0.0
        Effective rate per period of `margin_per_response`, 0 or more; it matters where that has
        several.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        One row per measure; columns `measure`, `unit`, `estimate`, `lower`, `upper`, `level`. The
        limits are missing where the response is a plan rather than a count. Measures:

        * "response_rate" : fraction, with Wilson's limits; all others follow from it
        * "responses", "incremental_responses" : customers
        * "revenue" : of all responses, in currency; only with `revenue_per_response`
        * "margin" : of incremental responses, discounted; "cost", of all kinds; "profit", in
          currency
        * "return" : profit / cost; missing where nothing is spent
        * "break_even_rate" : response rate at which the profit is 0; above 1 where it is out of
          reach, infinite where a response brings no more than it costs
        * "payback" : periods until the margins have covered the cost; infinite for never

    Raises
    ------
    InputError
        If an option is out of range.
    InputTypeError
        If `campaign` is not a Campaign.

    Notes
    -----
    The limits know the luck of the responses only. A wrong margin or a wrong baseline moves the
    profit further than that: see `tipping_points`.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22(158), 209-212.

    Examples
    --------
    >>> letter = Campaign(
    ...     n_contacted=10_000, n_responses=180, margin_per_response=40, cost_per_contact=0.6
    ... )
    >>> campaign_profit(letter).drop(columns="level").round(3)
                     measure       unit  estimate     lower     upper
    0          response_rate   fraction     0.018     0.016     0.021
    1              responses  customers   180.000   155.732   207.969
    2  incremental_responses  customers   180.000   155.732   207.969
    3                 margin   currency  7200.000  6229.291  8318.779
    4                   cost   currency  6000.000  6000.000  6000.000
    5                 profit   currency  1200.000   229.291  2318.779
    6                 return   fraction     0.200     0.038     0.386
    7        break_even_rate   fraction     0.015     0.015     0.015
    8                payback    periods     0.000     0.000     0.000
    """
    if not isinstance(campaign, Campaign):
        raise InputTypeError(f"`campaign` must be a Campaign; got {type(campaign).__name__}.")
    discount = check_number("discount_rate", discount_rate, low=0)
    check_fraction("level", level, open_ends=True)
    estimate = _measure(campaign, campaign.rate, discount)
    table = pd.DataFrame(
        {"measure": list(estimate), "unit": [_UNITS[name] for name in estimate],
         "estimate": list(estimate.values()), "lower": np.nan, "upper": np.nan, "level": level}
    )  # fmt: skip
    if campaign.n_responses is not None:
        rates = rate_limits(campaign.n_responses, campaign.n_contacted, level=level)
        ends = np.array([list(_measure(campaign, rate, discount).values()) for rate in rates])
        table["lower"], table["upper"] = ends.min(axis=0), ends.max(axis=0)
    return table


_UNITS = {
    "response_rate": "fraction",
    "responses": "customers",
    "incremental_responses": "customers",
    "revenue": "currency",
    "margin": "currency",
    "cost": "currency",
    "profit": "currency",
    "return": "fraction",
    "break_even_rate": "fraction",
    "payback": "periods",
}


def _measure(campaign: Campaign, rate: float, discount: float) -> dict[str, float]:
    """All measures at one response rate; each moves one way with it."""
    n = campaign.n_contacted
    gained = n * (rate - campaign.baseline_rate)
    now = campaign.margins / (1 + discount) ** np.arange(campaign.margins.size)
    cost = (
        n * campaign.cost_per_contact + campaign.fixed_cost + n * rate * campaign.cost_per_response
    )
    margin = gained * float(now.sum())
    found = {"response_rate": rate, "responses": n * rate, "incremental_responses": gained}
    if campaign.revenue_per_response is not None:
        found["revenue"] = n * rate * campaign.revenue_per_response
    return found | {
        "margin": margin,
        "cost": cost,
        "profit": margin - cost,
        "return": (margin - cost) / cost if cost > 0 else math.nan,
        "break_even_rate": _break_even(campaign, float(now.sum())),
        "payback": _pay_back(gained * now, cost),
    }


def _pay_back(margins: Floats, cost: float) -> float:
    """First period in which what has come in covers the cost."""
    covered = margins.cumsum() >= cost * (1 - 1e-12)
    return float(covered.argmax()) if covered.any() else math.inf


def _break_even(campaign: Campaign, margin: float) -> float:
    per_head = campaign.cost_per_contact + campaign.fixed_cost / campaign.n_contacted
    gain = margin - campaign.cost_per_response
    need = per_head + campaign.baseline_rate * margin
    return need / gain if gain > 0 else math.inf


def break_even_response_rate(
    *,
    margin_per_response: float,
    cost_per_contact: float,
    fixed_cost: float = 0.0,
    n_contacted: int | None = None,
    cost_per_response: float = 0.0,
    baseline_rate: float = 0.0,
) -> float:
    """Response rate at which a campaign earns what it costs.

    (cost per contact + fixed cost / contacts + baseline x margin) / (margin - cost per response)

    Parameters
    ----------
    margin_per_response, cost_per_contact, fixed_cost, cost_per_response, baseline_rate
        As for `Campaign`; one margin.
    n_contacted : int, optional
        Customers contacted, at least 1; needed where there is a fixed cost.

    Returns
    -------
    float
        Fraction of those contacted who must respond, those who would have come anyway among them.

    Raises
    ------
    InputError
        If a number is out of range, a response brings no more than it costs, or the campaign would
        not pay even if everybody responded.
    InputTypeError
        If one is not a number.

    See Also
    --------
    tipping_points : the value of every other number at which the profit is 0.

    Examples
    --------
    A letter of 0.60 for a margin of 40 needs 15 responses in 1,000.

    >>> break_even_response_rate(margin_per_response=40, cost_per_contact=0.6)
    0.015

    If 1 % would have bought anyway, their margin must be earned first.

    >>> break_even_response_rate(margin_per_response=40, cost_per_contact=0.6, baseline_rate=0.01)
    0.025
    """
    if n_contacted is None and check_number("fixed_cost", fixed_cost, low=0, remedy=_COST) > 0:
        raise InputError(
            "`n_contacted` must be given where there is a `fixed_cost`; got None. A fixed cost "
            "weighs the less on a contact the more there are."
        )
    margin = check_number("margin_per_response", margin_per_response)
    plan = Campaign(
        n_contacted=1 if n_contacted is None else n_contacted,
        response_rate=0,
        margin_per_response=margin,
        cost_per_contact=cost_per_contact,
        fixed_cost=fixed_cost,
        cost_per_response=cost_per_response,
        baseline_rate=baseline_rate,
    )
    if margin <= cost_per_response:
        raise InputError(
            f"`margin_per_response` must be above `cost_per_response`, {cost_per_response:g}; got "
            f"{margin:g}. Each response loses money, so that no response rate pays: raise the "
            "price or lower the cost of a response."
        )
    rate = _break_even(plan, margin)
    if rate > 1:
        raise InputError(
            f"`cost_per_contact` must be low enough for some response rate to pay; got "
            f"{cost_per_contact:g} with a margin of {margin:g}: {rate:.0%} would have to respond. "
            "Not even everybody would be enough: lower the costs."
        )
    return rate


_TIPS = ["rate", "baseline_rate", "margin_per_response", "cost_per_contact", "cost_per_response",
         "fixed_cost"]  # fmt: skip


def tipping_points(campaign: Campaign) -> pd.DataFrame:
    """Find, for each number of a campaign, the value at which its profit would be 0.

    One number moves, the others stay. The assumption whose tipping point lies nearest to what is
    believed is the one to check before the money is spent.

    Parameters
    ----------
    campaign : Campaign
        What was done, or is planned, without discounting.

    Returns
    -------
    DataFrame
        One row per number: `assumption`, `base`, `tips_at` (missing where no possible value turns
        the decision), `change`, tips_at / base - 1 (missing where `base` is 0), and
        `pays_if`, "above" or "below" that value. Several margins are one number: their sum.

    Raises
    ------
    InputTypeError
        If `campaign` is not a Campaign.

    Examples
    --------
    >>> letter = Campaign(
    ...     n_contacted=10_000, n_responses=180, margin_per_response=40, cost_per_contact=0.6
    ... )
    >>> tipping_points(letter).round(3)
                assumption    base   tips_at  change pays_if
    0                 rate   0.018     0.015  -0.167   above
    1        baseline_rate   0.000     0.003     NaN   below
    2  margin_per_response  40.000    33.333  -0.167   above
    3     cost_per_contact   0.600     0.720   0.200   below
    4    cost_per_response   0.000     6.667     NaN   below
    5           fixed_cost   0.000  1200.000     NaN   below
    """
    profit = campaign_profit(campaign).set_index("measure")["estimate"]["profit"]
    base = [campaign.rate, campaign.baseline_rate, float(campaign.margins.sum()),
            campaign.cost_per_contact, campaign.cost_per_response, campaign.fixed_cost]  # fmt: skip
    n, rate, margin = campaign.n_contacted, base[0], base[2]
    slopes = [n * (margin - campaign.cost_per_response), -n * margin,
              n * (rate - campaign.baseline_rate), -n, -n * rate, -1.0]  # fmt: skip
    high = [1.0, 1.0, math.inf, math.inf, math.inf, math.inf]
    tips = [now - profit / slope if slope else math.nan
            for now, slope in zip(base, slopes, strict=True)]  # fmt: skip
    found = [tip if 0 <= tip <= top else math.nan for tip, top in zip(tips, high, strict=True)]
    return pd.DataFrame(
        {
            "assumption": _TIPS,
            "base": base,
            "tips_at": found,
            "change": [tip / now - 1 if now else math.nan
                       for tip, now in zip(found, base, strict=True)],
            "pays_if": ["above" if slope > 0 else "below" for slope in slopes],
        }
    )  # fmt: skip
