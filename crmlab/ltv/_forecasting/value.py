"""From purchases, spend and margin to what each customer is worth."""

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import block_diag

from crmlab._checks import check_fraction
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._fitting.model import intervals
from crmlab.ltv._forecasting.segments import segments
from crmlab.ltv._noncontract.summary import weights_of
from crmlab.ltv._spend.gamma_gamma import GammaGamma

__all__ = ["customer_lifetime_value"]


def customer_lifetime_value(
    model: Any,
    spend: GammaGamma,
    summary: pd.DataFrame,
    *,
    margin: float,
    horizon: float = math.inf,
    discount_rate: float,
    per: str = "Y",
    by: str | pd.Series | None = None,
    total: bool = False,
    level: float = 0.95,
) -> pd.DataFrame:
    """Expected present value of what each customer will still buy.

    It is the margin times the expected spend times the discounted expected purchases: the value
    still to come, without what was bought before and without any cost of keeping the customer.

    Parameters
    ----------
    model : fitted model of repeat purchases
        `BetaGeoNBD`, `ModifiedBetaGeoNBD`, `ParetoNBD`, `NBD` or `BetaGeoBetaBinomial`.
    spend : GammaGamma
        Fitted on the same customers.
    summary : DataFrame
        As in the models' `fit`: `frequency`, `recency`, `T`, `monetary_value`, one row per
        customer.
    margin : float
        Share of the spend that is kept as contribution, in [0, 1]: 0.3 means 30 %.
    horizon : float, default=inf
        Length of the time to come, in the summary's unit.
    discount_rate : float
        Effective rate per `per`; purchases are discounted continuously.
    per : {"Y", "Q", "M", "W", "D"}, default="Y"
        Unit of `discount_rate`.
    by : str or Series, optional
        Segment of each customer, a column of `summary` or a Series with its index: one row for
        the sum of each segment.
    total : bool, default=False
        One row, for the sum of all customers: the equity of the customers in hand. Limits of
        customers must not be added up; their errors have the same source.
    level : float, default=0.95
        Level of the intervals, in (0, 1).

    Returns
    -------
    DataFrame
        Indexed as `summary`: `discounted_purchases`, `expected_spend` (currency per purchase),
        then `estimate`, `lower`, `upper` (currency) and `level`. A row of a segment or of all
        begins with `n_customers` in their place. The interval says how well the
        *expected* value is known (delta method on both models' parameters); what a customer will
        really bring varies far more, see `predictive_intervals`. Models made from given
        parameters do not know how sure they are: then there is no `lower`, `upper`, `level`.

    Raises
    ------
    NotFittedError, ValueError, TypeError
        If a model is not fitted or has no unit of time, the summary has impossible rows, or an
        option is out of range.

    References
    ----------
    Fader, Hardie and Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base
    Analysis", Journal of Marketing Research 42(4).

    Examples
    --------
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> from crmlab.ltv import BetaGeoNBD, GammaGamma
    >>> summary = rfm_summary(load_cdnow(sample=True), observation_end="1997-09-30", unit="W")
    >>> model, spend = BetaGeoNBD().fit(summary), GammaGamma().fit(summary)
    >>> value = customer_lifetime_value(
    ...     model, spend, summary, margin=0.3, horizon=52, discount_rate=0.15
    ... )
    >>> value[["estimate", "lower", "upper"]].iloc[0].round(1).tolist()
    [10.8, 9.9, 11.8]
    """
    check_fraction("margin", margin)
    check_fraction("level", level, open_ends=True)
    horizon = model._check_horizon(horizon, finite=False)
    rows, at = model._read(summary)
    spend._check_fitted()
    known = spend._read(summary)
    spend._check_expectation_exists(known.x)
    force = model._force(discount_rate, per, horizon)
    size = len(model._theta)

    def purchases(theta: Floats) -> Floats:
        values = model._values(theta, rows)
        return (model._alive(values, rows) * model._discounted(values, rows, force, horizon))[at]

    def each(theta: Floats) -> Floats:
        expected_spend = spend._expected(theta[size:], known.x, known.m)
        return margin * expected_spend * purchases(theta[:size])

    theta = np.concatenate([model._theta, spend._theta])
    if by is None and not total:
        value, table = (
            each,
            pd.DataFrame(
                {
                    "discounted_purchases": purchases(model._theta),
                    "expected_spend": spend._expected(spend._theta, known.x, known.m),
                },
                index=summary.index,
            ),
        )
    else:
        segment, names = segments(summary, by, total=total)
        weight = weights_of(summary)
        table = pd.DataFrame({"n_customers": np.bincount(segment, weights=weight)}, index=names)

        def value(theta: Floats) -> Floats:
            return np.bincount(segment, weights=weight * each(theta)).astype(float)

    if not (hasattr(model, "covariance_") and hasattr(spend, "covariance_")):
        return table.assign(estimate=value(theta))
    covariance = block_diag(model._theta_covariance(), spend._theta_covariance())
    limits = intervals(value, theta, covariance, level=level)
    return table.join(limits.set_axis(table.index))
