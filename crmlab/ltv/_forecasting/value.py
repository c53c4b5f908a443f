"""From purchases, spend and margin to what each customer is worth."""

import math

import numpy as np
import pandas as pd
from scipy.linalg import block_diag

from crmlab._checks import check_fraction
from crmlab.ltv._fitting.discounting import check_horizon, find_force
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._fitting.model import delta_intervals
from crmlab.ltv._fitting.rows import read_weights
from crmlab.ltv._forecasting.protocols import (
    RepeatModel,
    SpendModel,
    check_repeat_model,
    check_spend_model,
    one_each,
    read_customers,
)
from crmlab.ltv._forecasting.segments import find_segments

__all__ = ["customer_lifetime_value"]


def customer_lifetime_value(
    model: RepeatModel,
    spend: SpendModel,
    summary: pd.DataFrame,
    *,
    margin: float,
    horizon: float = math.inf,
    discount_rate: float,
    per: str = "Y",
    by: str | pd.Series | None = None,
    total: bool = False,
    level: float = 0.95,
    unit: str | None = None,
) -> pd.DataFrame:
    """Expected present value of what each customer will still buy.

    It is the margin times the expected spend times the discounted expected purchases: the value
    still to come, without what was bought before and without any cost of keeping the customer.

    Parameters
    ----------
    model : fitted model of repeat purchases
        `BetaGeoNBD`, `ModifiedBetaGeoNBD`, `ParetoNBD`, `NBD` or `BetaGeoBetaBinomial`, or any
        `RepeatModel`.
    spend : fitted model of spend
        `GammaGamma`, or any `SpendModel`, fitted on the same customers.
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
    unit : {"D", "W", "M", "Q", "Y"}, optional
        Unit of time of a summary that does not say it.

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
    NotFittedError, InputError, InputTypeError
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
    check_repeat_model(model)
    check_spend_model(spend)
    horizon = check_horizon(horizon, finite=False)
    force = find_force(model.unit_, discount_rate, per, horizon)
    valued = _Valued(model, spend, summary, unit, margin, force, horizon)
    if by is None and not total:
        table, quantity = valued.each(), valued.value
    else:
        segment, names = find_segments(summary, by, total=total)
        weight = read_weights(summary)
        table = pd.DataFrame({"n_customers": np.bincount(segment, weights=weight)}, index=names)

        def quantity(theta: Floats) -> Floats:
            return np.bincount(segment, weights=weight * valued.value(theta)).astype(float)

    covariance = valued.covariance()
    if covariance is None:
        return table.assign(estimate=quantity(valued.theta))
    limits = delta_intervals(quantity, valued.theta, covariance, level=level)
    return table.join(limits.set_axis(table.index))


class _Valued:
    """The value of each customer of a summary, as a function of the parameters of both models."""

    def __init__(
        self,
        model: RepeatModel,
        spend: SpendModel,
        summary: pd.DataFrame,
        unit: str | None,
        margin: float,
        force: float,
        horizon: float,
    ) -> None:
        self.rows, self.past = read_customers(model, summary, unit), spend.read(summary)
        self.model, self.spend, self.index = model, spend, summary.index
        self.margin, self.force, self.horizon = margin, force, horizon
        spend.check_expected(spend.theta_, self.past)
        self.theta = np.concatenate([model.theta_, spend.theta_])

    def parts(self, theta: Floats) -> tuple[Floats, Floats]:
        """Discounted purchases and expected spend of each customer."""
        size = len(self.model.theta_)
        n = len(self.index)
        purchases = self.model.discounted(theta[:size], self.rows, self.force, self.horizon)
        expected_spend = self.spend.expected(theta[size:], self.past)
        return one_each(purchases, n, "discounted"), one_each(expected_spend, n, "expected")

    def value(self, theta: Floats) -> Floats:
        purchases, expected_spend = self.parts(theta)
        return self.margin * expected_spend * purchases

    def each(self) -> pd.DataFrame:
        purchases, expected_spend = self.parts(self.theta)
        columns = {"discounted_purchases": purchases, "expected_spend": expected_spend}
        return pd.DataFrame(columns, index=self.index)

    def covariance(self) -> Floats | None:
        """Covariance of the parameters of both models, which are estimated independently."""
        known = [model.theta_covariance_ for model in (self.model, self.spend)]
        return None if any(each is None for each in known) else block_diag(*known)
