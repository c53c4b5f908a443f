"""The likelihood of renewals: survival as a function of the parameters, and the fit."""

from typing import Any, Self

import numpy as np
from scipy import special

from crmlab.ltv._contract.gamma_gaps import digamma_gap, log_gamma_gap, stretch
from crmlab.ltv._contract.renewals import Renewals, read_renewals
from crmlab.ltv._contract.subscriptions import Day, Term
from crmlab.ltv._fitting.errors import ConvergenceError
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._fitting.model import Boundary, LikelihoodModel

__all__ = ["LEAVING", "ContractLikelihood"]

LEAVING: tuple[Boundary, ...] = (
    (
        lambda at: at["alpha"] < -4 and at["beta"] < -4,
        "some leave at once and nobody else ever leaves (alpha and beta go to 0).",
    ),
    (lambda at: at["beta"] < -4, "almost everyone leaves at the first renewal (beta goes to 0)."),
    (
        lambda at: at["alpha"] < -4 or at["beta"] - at["alpha"] > 7,
        "almost nobody leaves (alpha / (alpha + beta) goes to 0).",
    ),
)


class ContractLikelihood(LikelihoodModel):
    """A model of renewals, as functions of its parameters.

    Survival after t renewals is B(alpha, beta + t^c) / B(alpha, beta); without a parameter c it
    is 1. Given who came up for a renewal, who renews is binomial: that is the whole likelihood.
    """

    period: Term | None
    observation_end: Day | None

    def __init__(
        self,
        *,
        period: Term | None = None,
        observation_end: Day | None = None,
        penalty: float = 0.0,
    ) -> None:
        self.period = period
        self.observation_end = observation_end
        self.penalty = penalty

    # ------------------------------------------------------------------------------ likelihood

    def _parameters(self, theta: Floats) -> tuple[Any, Any, Any]:
        """The values of alpha, beta and c; arrays if theta holds many."""
        alpha, beta, *c = np.exp(theta)
        return alpha, beta, c[0] if c else 1.0

    def _log_survival(self, theta: Floats, t: Floats) -> Floats:
        """Log of the probability to make t renewals."""
        alpha, beta, c = self._parameters(theta)
        stretched, beyond = stretch(t, c)
        rise = log_gamma_gap(beta + stretched, alpha) - log_gamma_gap(beta, alpha)
        return -rise - alpha * beyond

    def _survival_slopes(self, theta: Floats, t: Floats) -> Floats:
        """Derivatives of the log of survival by theta, one row for each parameter."""
        alpha, beta, c = self._parameters(theta)
        stretched, beyond = stretch(t, c)
        fall = digamma_gap(beta + stretched, alpha)
        by_alpha = (
            special.digamma(alpha + beta) - special.digamma(alpha + beta + stretched) - beyond
        )
        slopes = [alpha * by_alpha, beta * (digamma_gap(beta, alpha) - fall)]
        log_t = np.log(np.maximum(t, 1.0))
        slopes.append(-fall * stretched * c * log_t)
        return np.array(slopes[: len(self._NAMES)])

    def _log_retention(self, theta: Floats, t: Floats) -> Floats:
        """Log of the probability of the t-th renewal."""
        # A probability that rounds to 1 would make one loss impossible.
        rounded = self._log_survival(theta, t) - self._log_survival(theta, t - 1)
        return np.minimum(rounded, -1e-100)

    def _retention_slopes(self, theta: Floats, t: Floats) -> Floats:
        """Derivatives of the log of retention by theta, one row for each parameter."""
        return self._survival_slopes(theta, t) - self._survival_slopes(theta, t - 1)

    def _total(self, theta: Floats, renewals: Renewals) -> tuple[float, Floats]:
        """Log-likelihood of all customers, and its gradient."""
        log_stay = self._log_retention(theta, renewals.t)
        log_leave = np.log(-np.expm1(log_stay))
        value = renewals.renewed @ log_stay + renewals.lost @ log_leave
        weight = renewals.renewed - renewals.lost * np.exp(log_stay - log_leave)
        return float(value), self._retention_slopes(theta, renewals.t) @ weight

    # ------------------------------------------------------------------------------------- fit

    def fit(self, data: Any, y: object = None) -> Self:
        """Find the parameters by maximum likelihood.

        Parameters
        ----------
        data : array-like of shape (n_renewals + 1,) or DataFrame
            One of three: the survivors of one cohort at each renewal, beginning with its size; a
            table `cohort`, `period` (0 is the start), `alive`, with cohorts of different length
            where some were observed for less time, as `survivors` gives it; or subscriptions,
            `customer_id`, `start`, `end` (null while active), read as `survivors` says.
        y : None
            Not used; scikit-learn passes it.

        Returns
        -------
        fitted model

        Raises
        ------
        ConvergenceError
            If the data do not determine the parameters; it names the cause and the remedy.
        InputError, InputTypeError
            If the data are impossible, lack columns, or do not go with the options.
        """
        renewals = read_renewals(data, period=self.period, observation_end=self.observation_end)
        return self._learn(renewals, unit=renewals.unit)

    def _starts(self, renewals: Renewals) -> list[Floats]:
        """Strong, moderate and weak heterogeneity, matched to the first renewal rate."""
        stay = (renewals.renewed[0] + 0.5) / (renewals.at_risk[0] + 1)
        powers = [[]] if len(self._NAMES) == 2 else [[0.0], [0.5], [-0.5]]
        return [
            np.array([*np.log([size * (1 - stay), size * stay]), *power])
            for size in (0.5, 3.0, 30.0)
            for power in powers
        ]

    def _check_identifiable(self, renewals: Renewals, penalty: float) -> None:
        if penalty > 0:
            return
        needed, seen = len(self._NAMES), len(renewals.at_risk)
        if renewals.n_customers <= 1:
            cause = "One customer says nothing about how customers differ."
        elif not renewals.lost.any():
            cause = "Nobody was lost, so the probability to leave cannot be estimated."
        elif not renewals.renewed.any():
            cause = "Everyone was lost at the first renewal, so nothing is seen of who stays."
        elif seen < needed:
            cause = (
                f"{type(self).__name__} has {needed} parameters, and customers came up for "
                f"{seen} renewal{'s' if seen > 1 else ''} only."
            )
        else:
            return
        raise ConvergenceError(
            f"{cause} Pass more customers or cohorts, observe longer, or set `penalty` "
            "(such as 0.01)."
        )
