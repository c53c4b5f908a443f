"""Gamma-gamma: what a customer spends at a purchase, and whether that depends on how often."""

from collections.abc import Sequence
from typing import overload

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from crmlab._checks import check_count, check_fraction
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._fitting.rows import check_rows, read_column
from crmlab.ltv._spend.density import posterior, scale_level
from crmlab.ltv._spend.spend_likelihood import SpendLikelihood
from crmlab.ltv._spend.summary import correlate, frequency_rules

__all__ = ["GammaGamma"]


class GammaGamma(SpendLikelihood):
    """Spend per purchase: gamma around a customer's own mean, which varies between customers.

    Each purchase of a customer is gamma with shape `p` and rate nu; nu varies between customers as
    a gamma with shape `q` and rate `v`. The model holds only where spend does not depend on how
    often a customer buys; `fit` tests that.

    Spend here is what is in `monetary_value`, revenue as a rule. A margin is stated where a value
    is computed from it.

    Parameters
    ----------
    penalty : float, default=0
        L2 penalty per customer on the distance of log p, log q and log v from 4, 4 and 0.75 mean
        spends. A small one (0.001 to 0.1) gives an answer where the data alone have none.
    correlated : {"raise", "adjust", "ignore"}, default="raise"
        What `fit` does where frequency and spend are correlated: refuse; let `v`, and with it the
        level of spend, be proportional to ``(1 + frequency) ** coefficient``, estimated together
        with the rest; or go on as if they were not. "adjust" corrects the average at each
        frequency. It does not carry over to a frequency that will change: in the future a
        customer is taken to spend as customers with the same past frequency do.
    max_correlation : float, default=0.1
        `correlated` acts where the interval of `independence_test` excludes 0 and the correlation
        is larger than this, up or down. In a large base a correlation of 0.02 is sure, and
        harmless.
    nonpositive : {"raise", "exclude"}, default="raise"
        What to do with repeat buyers whose mean spend is zero or negative, for example after
        returns; gamma spend is positive. "exclude" leaves them out of the fit and counts them in
        `n_nonpositive_`; when scored, their past spend counts as 0, which pulls the expectation
        down but never below 0.

    Attributes
    ----------
    params_ : Series
        `p`, `q`, `v` (currency), and with "adjust" the coefficient ``spend:log1p_frequency``;
        `v` is then that of frequency 0.
    p_, q_, v_ : float
        The same.
    standard_errors_ : Series
        Of `params_`, from the observed information.
    covariance_ : DataFrame
        Of `params_`.
    log_likelihood_ : float
        Of the mean spends at the maximum, without the penalty. The likelihood of the total spends
        is lower by the sum of ``log(frequency)``; both are in print.
    correlation_ : DataFrame
        The row of `independence_test`.
    n_customers_ : float
        Customers in the fit.
    n_without_repeat_ : float
        Customers left out because they never bought again.
    n_nonpositive_ : float
        Customers left out because their mean spend is not positive.
    gradient_norm_ : float
        Length of the gradient per customer, on the log scale, where the search ended.

    References
    ----------
    Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary Value", brucehardie.com/notes/025:
    likelihood (1a), conditional expectation (5).

    Examples
    --------
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> cdnow = load_cdnow(sample=True)
    >>> summary = rfm_summary(cdnow, observation_end="1997-09-30", unit="W")
    >>> spend = GammaGamma().fit(summary)
    >>> spend.params_.round(2).to_dict()
    {'p': 6.25, 'q': 3.74, 'v': 15.44}
    >>> round(spend.log_likelihood_, 4)
    -4055.9177
    >>> spend.expected_spend(summary).head(3).round(2).to_list()
    [24.65, 35.17, 18.91]
    """

    def independence_test(self, summary: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
        """Test whether frequency and mean spend are unrelated among repeat buyers.

        The measure is Pearson's correlation, as in the literature: under the model the *mean* of
        spend is the same at every frequency, while its median and its logarithm are not, so ranks
        and logs would show a relation where there is none. The interval does not assume normal
        data.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`; the model need not be fitted.
        level : float, default=0.95
            Level of the interval, in (0, 1).

        Returns
        -------
        DataFrame
            One row: `estimate` (the correlation), `lower`, `upper`, `level`, `p_value` (that of no
            correlation) and `n_customers`. With fewer than four repeat buyers, or all of one
            frequency or spend, nothing can be told: 0, from -1 to 1.

        Raises
        ------
        InputError, InputTypeError
            If the summary has impossible rows or lacks columns.

        Examples
        --------
        >>> summary = pd.DataFrame({
        ...     "frequency": [1, 2, 3, 4, 5, 6], "monetary_value": [30.0, 10, 40, 10, 50, 9]
        ... })
        >>> GammaGamma().independence_test(summary)["estimate"].round(2).item()
        -0.05
        """
        check_fraction("level", level, open_ends=True)
        self._check_options()
        return correlate(self.read(summary).informative(), level=level)

    # ---------------------------------------------------------------------------- expectations

    @overload
    def expected_spend(self, summary: pd.DataFrame, *, level: None = None) -> pd.Series: ...
    @overload
    def expected_spend(self, summary: pd.DataFrame, *, level: float) -> pd.DataFrame: ...
    def expected_spend(
        self, summary: pd.DataFrame, *, level: float | None = None
    ) -> pd.Series | pd.DataFrame:
        """Expected mean spend of each customer per purchase to come.

        A weighted average of the mean of all customers, ``p v / (q - 1)``, and the customer's own,
        which counts the more the more often it was seen. Without a repeat purchase it is the mean
        of all.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`; every row is one answer.
        level : float, optional
            If given, delta-method intervals of this level for the *expectation*.

        Returns
        -------
        Series or DataFrame
            Expected spend in currency, indexed as `summary`; with `level` the columns `estimate`,
            `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            If the model is not fitted, the summary has impossible rows, or the expectation does
            not exist (p * frequency + q <= 1).
        """
        self._check_fitted()
        spend = self.read(summary)
        self.check_expected(self.theta_, spend)

        def expected(theta: Floats) -> Floats:
            return self.expected(theta, spend)

        return self._answer("expected_spend", expected, summary.index, level)

    def spend_distribution(
        self, summary: pd.DataFrame, *, quantiles: Sequence[float] = (0.05, 0.5, 0.95)
    ) -> pd.DataFrame:
        """Quantiles of each customer's own mean spend, as far as the past tells it.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`; every row is one answer.
        quantiles : sequence of float, default=(0.05, 0.5, 0.95)
            Probabilities in (0, 1).

        Returns
        -------
        DataFrame
            Indexed as `summary`, one column per quantile, in currency.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            If the model is not fitted, the summary has impossible rows, or a quantile is outside
            (0, 1).
        """
        self._check_fitted()
        spend = self.read(summary)
        asked = [check_fraction("quantiles", each, open_ends=True) for each in quantiles]
        p, shape, rate = posterior(self.theta_, spend)
        # The mean is p / nu, so its low quantiles are the high ones of nu.
        table = {each: p * rate / special.gammainccinv(shape, each) for each in asked}
        return pd.DataFrame(table, index=summary.index)

    # ------------------------------------------------------------------------------ simulation

    def simulate(self, frequency: ArrayLike, *, seed: int = 0) -> pd.DataFrame:
        """Draw the mean spend of customers who bought again `frequency` times.

        Parameters
        ----------
        frequency : array-like of shape (n_customers,)
            Repeat purchases of each customer; whole, at least 0.
        seed : int, default=0
            Seed of the random draws.

        Returns
        -------
        DataFrame
            `frequency` and `monetary_value` (0 where `frequency` is 0), indexed as `frequency` if
            that is a Series.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            If the model is not fitted or an option is out of range.
        """
        self._check_fitted()
        check_count("seed", seed, minimum=0)
        series = frequency if isinstance(frequency, pd.Series) else pd.Series(frequency)
        frame = pd.DataFrame({"frequency": series})
        x = read_column(frame, "frequency")
        check_rows(frequency_rules(x), len(x))
        rng = np.random.default_rng(seed)
        theta = self.theta_
        p, q, v = np.exp(theta[:3])
        nu = np.maximum(rng.gamma(q, 1.0, len(x)), 1e-300) / (v * scale_level(theta, np.log1p(x)))
        total = np.where(x > 0, rng.gamma(p * x) / nu, 0.0)
        return frame.assign(monetary_value=total / np.maximum(x, 1))
