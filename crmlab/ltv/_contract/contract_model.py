"""What a fitted model of renewals says: survival, value, and who will be left."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from crmlab._checks import check_count, check_fraction, check_number
from crmlab._errors import InputError
from crmlab._units import force_of_interest
from crmlab.ltv._contract.contract_likelihood import ContractLikelihood
from crmlab.ltv._contract.renewals import read_base, whole_numbers
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._fitting.model import known_covariance

__all__ = ["ContractModel"]

_TERMS = 10_000_000  # longest sum of discounted survival
_LEAST_FORCE = 1e-7  # of interest per period
_DRAWS = 4_000  # of parameters and of fates, for predictive intervals


class ContractModel(ContractLikelihood):
    """Base of `ShiftedBetaGeometric` and `BetaDiscreteWeibull`."""

    # -------------------------------------------------------------------------------- survival

    def survival(
        self, t: float | ArrayLike, *, level: float | None = None
    ) -> float | pd.Series | pd.DataFrame:
        """Share of a cohort that is still there after `t` renewals.

        Parameters
        ----------
        t : int or array-like of int
            Renewals, at least 0.
        level : float, optional
            If given, delta-method intervals of this level, on the scale of the log-odds.

        Returns
        -------
        float, Series or DataFrame
            Share in [0, 1]; for several `t` a Series indexed by `t`; with `level` a table indexed
            by `t` with columns `estimate`, `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            If the model is not fitted, or `t` is negative or not whole.
        """
        self._check_fitted()
        return self._share("survival", t, whole_numbers("t", t), self._log_survival, level)

    def retention_rate(
        self, t: float | ArrayLike, *, level: float | None = None
    ) -> float | pd.Series | pd.DataFrame:
        """Share of those who come up for the `t`-th renewal that renew.

        Parameters
        ----------
        t : int or array-like of int
            Which renewal, from 1.
        level : float, optional
            As for `survival`.

        Returns
        -------
        float, Series or DataFrame
            As for `survival`.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            If the model is not fitted, or `t` is below 1 or not whole.
        """
        self._check_fitted()
        times = whole_numbers("t", t, minimum=1)
        return self._share("retention_rate", t, times, self._log_retention, level)

    def _share(self, name: str, t: Any, times: Floats, log_share: Any, level: float | None) -> Any:
        """A share as a float, a Series, or with intervals that stay in [0, 1]."""
        at = np.atleast_1d(times)
        index = pd.Index(at.astype("int64"), name="t")
        if level is None:
            found = np.exp(log_share(self.theta_, at))
            return float(found[0]) if np.ndim(t) == 0 else pd.Series(found, index=index, name=name)

        def odds(theta: Floats) -> Floats:
            logs = np.minimum(log_share(theta, at), -1e-100)  # survival at 0 is certain
            return np.exp(logs) / -np.expm1(logs)

        table = self._delta(odds, level=level).set_axis(index)
        for column in ("estimate", "lower", "upper"):
            with np.errstate(divide="ignore"):  # odds of 0 are a share of 0
                table[column] = special.expit(np.log(table[column].to_numpy()))
        return table

    # ----------------------------------------------------------------------------------- value

    def discounted_expected_lifetime(
        self, *, discount_rate: float, per: str = "Y", level: float | None = None
    ) -> float | pd.DataFrame:
        """Present value of one currency unit per period from a new customer (DEL).

        The first payment is made now and for certain, the next ones at each renewal.

        Parameters
        ----------
        discount_rate : float
            Effective rate per `per`, above 0.
        per : {"Y", "Q", "M", "W", "D"}, default="Y"
            Unit of `discount_rate`; the model's period is converted to it.
        level : float, optional
            If given, delta-method intervals of this level.

        Returns
        -------
        float or DataFrame
            Discounted number of payments, at least 1; with `level` one row with columns
            `estimate`, `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            If the model is not fitted or does not know the length of a period, or the rate is
            not above 0.
        """
        force = self._force(discount_rate, per)

        def expected(theta: Floats) -> Floats:
            return 1 + np.exp(-force) * self._residual(theta, np.zeros(1), force)

        if level is None:
            return float(expected(self.theta_)[0])
        return self._delta(expected, level=level)

    def discounted_expected_residual_lifetime(
        self,
        renewals: float | ArrayLike,
        *,
        discount_rate: float,
        per: str = "Y",
        level: float | None = None,
    ) -> float | pd.Series | pd.DataFrame:
        """Present value of one currency unit per period from a customer about to renew (DERL).

        The customer has made `renewals` renewals and comes up for the next one now: who renews
        pays at once. Right after a renewal what is still to come is worth one period's discount
        less: divide the value at the next point of renewal by 1 + the rate per period.

        Parameters
        ----------
        renewals : int or array-like of int
            Renewals made, at least 0; a customer in the n-th period has made n - 1.
        discount_rate, per, level
            As for `discounted_expected_lifetime`.

        Returns
        -------
        float, Series or DataFrame
            Discounted number of payments to come; for several `renewals` a Series indexed by
            them; with `level` a table with columns `estimate`, `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            As for `discounted_expected_lifetime`; also if `renewals` is negative or not whole.

        References
        ----------
        Fader and Hardie (2010), "Customer-Base Valuation in a Contractual Setting: The Perils of
        Ignoring Heterogeneity", Marketing Science 29(1), equation 6, with n = renewals + 1.
        """
        force = self._force(discount_rate, per)
        made = np.atleast_1d(whole_numbers("renewals", renewals))
        index = pd.Index(made.astype("int64"), name="renewals")
        distinct, at = np.unique(made, return_inverse=True)

        def expected(theta: Floats) -> Floats:
            return self._residual(theta, distinct, force)[at]

        if level is not None:
            return self._delta(expected, level=level).set_axis(index)
        found = expected(self.theta_)
        if np.ndim(renewals) == 0:
            return float(found[0])
        return pd.Series(found, index=index, name="discounted_expected_residual_lifetime")

    def _force(self, discount_rate: float, per: str) -> float:
        """The discount rate as a force of interest per period."""
        self._check_fitted()
        if self.unit_ is None:
            raise InputError(
                "The model must know how long a period is to discount by the year; it does not. "
                "Set `period` of the model before fitting, or `unit` in `from_params`."
            )
        force = force_of_interest(discount_rate, self.unit_, per=per)
        if force < _LEAST_FORCE:
            raise InputError(
                f"`discount_rate` must be above 0, by more than rounding; got {discount_rate!r}. "
                "Without discount the lifetime of customers who differ may have no end."
            )
        return force

    def _residual(self, theta: Floats, renewals: Floats, force: float) -> Floats:
        """Discounted payments after `renewals` renewals: a sum, until no more than 1e-12 is left.

        Survival falls, so what is left after a term is at most that term times the discounted
        value of 1 for ever.
        """
        made = renewals[:, None]
        survived = self._log_survival(theta, made)
        for_ever = 1 / np.expm1(force)
        total = np.zeros(len(renewals))
        start, size = 0, 256
        while start < _TERMS:
            ahead = np.arange(start, start + size, dtype=float)
            terms = np.exp(self._log_survival(theta, made + 1 + ahead) - survived - force * ahead)
            total += terms.sum(axis=1)
            if (terms[:, -1] * for_ever <= 1e-12 * total).all():
                return total
            start += size
            size = max(256, min(2 * size, 1_000_000 // len(renewals)))
        raise InputError(
            f"`discount_rate` must not be so close to 0; after {_TERMS:,} periods the sum has "
            "not settled. Use a higher rate."
        )

    def value_installed_base(
        self,
        active: pd.Series | pd.DataFrame,
        *,
        margin: float,
        discount_rate: float,
        per: str = "Y",
    ) -> pd.DataFrame:
        """Present value of the customers under contract, by the renewals they have made.

        All of them are taken to be about to renew, as in
        `discounted_expected_residual_lifetime`.

        Parameters
        ----------
        active : Series or DataFrame
            A table with columns `renewals` (made, in the model's periods) and `customers`, as
            `installed_base` gives it: its `time_unit` must be the model's. Or customers, indexed
            by renewals made.
        margin : float
            Margin per customer and period, in currency; may be negative.
        discount_rate, per
            As for `discounted_expected_lifetime`.

        Returns
        -------
        DataFrame
            Columns `renewals`, `customers`, `value_per_customer` and `value` (currency), in the
            order of `active`. The sum of `value` is the value of the base.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            As for `discounted_expected_residual_lifetime`; also if customers are negative or
            missing.
        """
        self._check_fitted()
        renewals, customers = read_base(active, self.unit_)
        paid = check_number("margin", margin)
        expected = self.discounted_expected_residual_lifetime(
            renewals, discount_rate=discount_rate, per=per
        )
        each = paid * np.asarray(expected)
        return pd.DataFrame(
            {
                "renewals": renewals.astype("int64"),
                "customers": customers,
                "value_per_customer": each,
                "value": each * customers,
            }
        )

    def expected_survivors(
        self,
        active: pd.Series | pd.DataFrame,
        periods: int,
        *,
        level: float | None = None,
        seed: int = 0,
    ) -> pd.Series | pd.DataFrame:
        """Customers of today's base that will be left after each of the next renewals.

        Parameters
        ----------
        active : Series or DataFrame
            As for `value_installed_base`.
        periods : int
            Number of renewals to come, at least 1.
        level : float, optional
            If given, predictive intervals of this level for the number that will be counted: the
            parameters are uncertain, and who leaves is chance.
        seed : int, default=0
            Seed of the draws behind the intervals.

        Returns
        -------
        Series or DataFrame
            Expected customers, indexed by `ahead` = 1, 2, … `periods`; with `level` a table with
            columns `estimate`, `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            If the model is not fitted, the base is empty, has negative or missing numbers or, with
            `level`, numbers that are not whole, or an option is out of range.
        """
        self._check_fitted()
        renewals, customers = read_base(active, self.unit_)
        ahead = np.arange(1.0, check_count("periods", periods) + 1)
        index = pd.RangeIndex(1, len(ahead) + 1, name="ahead")
        made = renewals[:, None]
        logs = self._log_survival(self.theta_, made + ahead) - self._log_survival(self.theta_, made)
        expected = customers @ np.exp(logs)
        if level is None:
            return pd.Series(expected, index=index, name="expected_survivors")
        check_fraction("level", level, open_ends=True)
        whole = whole_numbers("customers", customers).astype("int64")
        check_count("seed", seed, minimum=0)
        drawn = self._draw_survivors(renewals, whole, ahead, np.random.default_rng(seed))
        ends = np.quantile(
            drawn, [(1 - level) / 2, (1 + level) / 2], axis=0, method="inverted_cdf"
        ).astype(float)
        table = {"estimate": expected, "lower": ends[0], "upper": ends[1], "level": float(level)}
        return pd.DataFrame(table, index=index)

    def _draw_survivors(
        self, made: Floats, customers: Any, ahead: Floats, rng: np.random.Generator
    ) -> Floats:
        """Total survivors, one row for each draw of the parameters and of who leaves."""
        thetas = rng.multivariate_normal(
            self.theta_, known_covariance(self), size=_DRAWS, method="eigh"
        )
        left = np.tile(customers, (_DRAWS, 1))
        totals = np.empty((_DRAWS, len(ahead)))
        for step, later in enumerate(ahead):
            staying = np.exp(self._log_retention(thetas.T[:, :, None], made + later))
            left = rng.binomial(left, staying)
            totals[:, step] = left.sum(axis=1)
        return totals

    # ------------------------------------------------------------------------------ simulation

    def simulate(self, n_customers: int, *, periods: int, seed: int = 0) -> pd.Series:
        """Draw the survivors of a new cohort.

        Parameters
        ----------
        n_customers : int
            Size of the cohort.
        periods : int
            Number of renewals, at least 1.
        seed : int, default=0
            Seed of the draws.

        Returns
        -------
        Series
            Survivors, indexed by `period` = 0, 1, … `periods`, ready for `fit`. They do not say
            how long a period is: set `period` of the model to be fitted.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            If the model is not fitted or an option is out of range.
        """
        self._check_fitted()
        alive = [check_count("n_customers", n_customers)]
        t = np.arange(1.0, check_count("periods", periods) + 1)
        rng = np.random.default_rng(check_count("seed", seed, minimum=0))
        # Of those who come up for a renewal each one renews with the same probability, as seen from
        # outside: whoever differs has been drawn already.
        for staying in np.exp(self._log_retention(self.theta_, t)):
            alive.append(int(rng.binomial(alive[-1], staying)))
        return pd.Series(alive, index=pd.RangeIndex(len(alive), name="period"), name="alive")
