"""What a retention campaign earns, and whom it should contact."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import betainc

from crmlab._checks import check_fraction, check_number, check_size
from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.churn._ranked import Ranked, rank_customers

__all__ = ["expected_maximum_profit", "maximum_profit", "retention_profit_curve"]


@dataclass(frozen=True)
class _Campaign:
    """Money of a campaign: a customer is worth `value`, an offer and a contact cost."""

    value: float
    offer: float
    contact: float

    def per_churner(self, accept: float | Floats) -> float | Floats:
        """Gain from contacting a customer who would leave: accepts and stays, or leaves."""
        return accept * (self.value - self.offer) - self.contact

    @property
    def per_stayer(self) -> float:
        """Loss from contacting a customer who would stay, and takes the offer all the same."""
        return self.offer + self.contact


def _read_campaign(value: float, offer_cost: float, contact_cost: float) -> _Campaign:
    worth = check_number("value", value, low=0, open_low=True)
    check_size("value", worth)
    offer = check_number("offer_cost", offer_cost, low=0)
    contact = check_number("contact_cost", contact_cost, low=0)
    if offer >= worth:
        raise InputError(
            f"`offer_cost` must be below `value`, {worth:g}; got {offer:g}. An offer that costs "
            "more than the customer is worth never pays."
        )
    return _Campaign(worth, offer, contact)


def expected_maximum_profit(
    churned: ArrayLike,
    score: ArrayLike,
    *,
    value: float = 200.0,
    offer_cost: float = 10.0,
    contact_cost: float = 1.0,
    accept_alpha: float = 6.0,
    accept_beta: float = 14.0,
) -> pd.DataFrame:
    """Profit per customer that a score can earn, when the response is known as a range only.

    A campaign contacts the customers with the highest scores. Of those who would leave, a share
    accepts the offer and stays; those who would have stayed take it too. The share is uncertain,
    with a beta distribution; for each value of it the best number of customers is contacted, and
    the mean of these best profits is the answer. The integral is exact, by the incomplete beta
    function between the corners of the convex hull of the ROC curve.

    Parameters
    ----------
    churned, score
        As in `gains_table`.
    value : float, default=200
        What a customer who is kept is worth, in currency, above 0.
    offer_cost, contact_cost : float, default=10, 1
        Cost of an offer that is taken, and of a contact, in currency, at least 0.
    accept_alpha, accept_beta : float, default=6, 14
        Parameters of the beta distribution of the share who accept; its mean is
        alpha / (alpha + beta), 0.3 by default. Above 0.

    Returns
    -------
    DataFrame
        One row:

        * `profit` : mean best profit per customer of the base, in currency
        * `fraction` : mean best share of the base to contact, in [0, 1]
        * `n_contacted` : the customers whom that share amounts to, ties included
        * `threshold` : their lowest score; infinite where nobody is to be contacted

    Raises
    ------
    InputError
        As in `gains_table`; if money is negative, or an offer costs as much as a customer is
        worth.

    References
    ----------
    Verbraken, T., Verbeke, W. and Baesens, B. (2013). A novel profit maximizing metric for
    measuring classification performance of customer churn prediction models. IEEE TKDE 25(5),
    eq. (8) and (12); the defaults are theirs.

    Examples
    --------
    >>> expected_maximum_profit([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1]).round(3)
       profit  fraction  n_contacted  threshold
    0    28.0       0.5            2        0.8
    """
    campaign = _read_campaign(value, offer_cost, contact_cost)
    alpha = check_number("accept_alpha", accept_alpha, low=0, open_low=True)
    beta = check_number("accept_beta", accept_beta, low=0, open_low=True)
    ranked = rank_customers(churned, score)
    corners = _find_hull(ranked)
    left, stayed = ranked.churners[corners], (ranked.customers - ranked.churners)[corners]
    # Share who accept at which the next corner starts to be better.
    ratio = np.diff(stayed) / np.maximum(np.diff(left), 1e-300)
    turn = (campaign.per_stayer * ratio + campaign.contact) / (campaign.value - campaign.offer)
    edges = np.concatenate([[0.0], np.clip(turn, 0, 1), [1.0]])
    mass = np.diff(betainc(alpha, beta, edges))
    mean = alpha / (alpha + beta) * np.diff(betainc(alpha + 1, beta, edges))
    earned = left * ((campaign.value - campaign.offer) * mean - campaign.contact * mass)
    profit = (earned - stayed * campaign.per_stayer * mass).sum() / ranked.n
    fraction = float((ranked.customers[corners] * mass).sum() / ranked.n)
    return _describe(ranked, float(profit), min(fraction, 1.0))


def _find_hull(ranked: Ranked) -> list[int]:
    """Corners of the upper convex hull of the ROC curve, from nobody to everybody."""
    x, y = ranked.customers - ranked.churners, ranked.churners
    corners: list[int] = []
    for new in range(len(x)):
        while len(corners) > 1:
            a, b = corners[-2], corners[-1]
            turns_left = (x[b] - x[a]) * (y[new] - y[a]) >= (y[b] - y[a]) * (x[new] - x[a])
            if not turns_left:
                break
            corners.pop()
        corners.append(new)
    return corners


def _describe(ranked: Ranked, profit: float, fraction: float) -> pd.DataFrame:
    wanted = np.ceil(fraction * ranked.n - 1e-9)
    threshold = float(ranked.score_of(np.array([wanted]))[0]) if wanted > 0 else np.inf
    at = int(np.searchsorted(-ranked.score, -threshold))
    return pd.DataFrame(
        {
            "profit": [profit],
            "fraction": [fraction],
            "n_contacted": [int(ranked.customers[at])],
            "threshold": [threshold],
        }
    )


def maximum_profit(
    churned: ArrayLike,
    score: ArrayLike,
    *,
    accept_rate: float = 0.3,
    value: float = 200.0,
    offer_cost: float = 10.0,
    contact_cost: float = 1.0,
) -> pd.DataFrame:
    """Profit per customer that a score can earn, when the response is known.

    Parameters
    ----------
    churned, score
        As in `gains_table`.
    accept_rate : float, default=0.3
        Share of those who would leave who accept and stay, in [0, 1].
    value, offer_cost, contact_cost
        As in `expected_maximum_profit`.

    Returns
    -------
    DataFrame
        One row as in `expected_maximum_profit`; the fewest customers where several numbers of
        them earn the same.

    Raises
    ------
    InputError
        As in `expected_maximum_profit`, and if `accept_rate` is outside [0, 1].

    References
    ----------
    Verbeke, W. et al. (2012). New insights into churn prediction in the telecommunication sector:
    a profit driven data mining approach. European Journal of Operational Research 218.

    Examples
    --------
    >>> maximum_profit([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], accept_rate=0.5).round(3)
       profit  fraction  n_contacted  threshold
    0   44.25      0.75            3        0.7
    """
    curve = retention_profit_curve(
        churned, score, accept_rate=accept_rate, value=value, offer_cost=offer_cost,
        contact_cost=contact_cost,
    )  # fmt: skip
    best = curve.loc[[curve["profit"].idxmax()]].reset_index(drop=True)
    n = curve["n_contacted"].iloc[-1]
    best["profit"] = best["profit"] / n
    return best[["profit", "fraction", "n_contacted", "threshold"]]


def retention_profit_curve(
    churned: ArrayLike,
    score: ArrayLike,
    *,
    accept_rate: float = 0.3,
    value: float = 200.0,
    offer_cost: float = 10.0,
    contact_cost: float = 1.0,
) -> pd.DataFrame:
    """Profit of a campaign for every number of customers contacted, the highest scores first.

    Parameters
    ----------
    churned, score, accept_rate, value, offer_cost, contact_cost
        As in `maximum_profit`.

    Returns
    -------
    DataFrame
        One row per distinct score, from nobody (threshold infinite) to everybody: `n_contacted`,
        `fraction` of the base in [0, 1], `threshold`, `profit` of the campaign in currency.

    Raises
    ------
    InputError
        As in `maximum_profit`.

    Examples
    --------
    >>> retention_profit_curve([1, 0], [0.9, 0.1], accept_rate=0.5)
       n_contacted  fraction  threshold  profit
    0            0       0.0        inf     0.0
    1            1       0.5        0.9    94.0
    2            2       1.0        0.1    83.0
    """
    campaign = _read_campaign(value, offer_cost, contact_cost)
    accept = check_fraction("accept_rate", accept_rate)
    ranked = rank_customers(churned, score)
    stayed = ranked.customers - ranked.churners
    return pd.DataFrame(
        {
            "n_contacted": ranked.customers.astype("int64"),
            "fraction": ranked.customers / ranked.n,
            "threshold": ranked.score,
            "profit": ranked.churners * campaign.per_churner(accept) - stayed * campaign.per_stayer,
        }
    )
