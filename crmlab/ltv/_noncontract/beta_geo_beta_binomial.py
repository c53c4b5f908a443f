"""BG/BB: whole opportunities, taken or not, until the customer leaves between two of them."""

import math
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from crmlab._checks import check_count
from crmlab._errors import InputError
from crmlab._time_unit import TIME_UNIT, unit_column
from crmlab.ltv._fitting.errors import ConvergenceError
from crmlab.ltv._fitting.maximum import LIMIT, Floats
from crmlab.ltv._fitting.rows import Rule, number_rows
from crmlab.ltv._noncontract.count_likelihood import Gradient, Values
from crmlab.ltv._noncontract.count_model import CountModel
from crmlab.ltv._noncontract.opportunities import (
    Histories,
    as_histories,
    beta_binomial,
    count_opportunities,
    discount_forever,
    draw_opportunities,
    sum_moments,
)
from crmlab.ltv._noncontract.summary import Counts, CustomerRows, period_rules

__all__ = ["BetaGeoBetaBinomial"]

# Points from which to search: alpha + beta, gamma, delta.
_STARTS = ((1.0, 0.7, 3.0), (4.0, 0.3, 6.0), (0.4, 2.0, 2.0), (2.0, 1.0, 30.0))


class BetaGeoBetaBinomial(CountModel):
    """BG/BB: at each opportunity a customer buys or not, and may leave before the next one.

    For purchases that can happen once a period: a yearly gift, a conference, a renewal by hand.
    While a customer, someone buys at each opportunity with a probability that varies between
    customers as a beta (`alpha`, `beta`); before each opportunity they leave for good with a
    probability that varies as another (`gamma`, `delta`).

    Here the horizon and `t` are whole numbers of opportunities, being alive means still being a
    customer *at the next opportunity*, and purchases are discounted in steps: the next opportunity
    is one period away.

    Parameters
    ----------
    penalty : float, default=0
        L2 penalty per customer on the logs of the parameters. A small one (0.001 to 0.1) gives an
        answer where the data alone have none.
    unit : {"D", "W", "M", "Q", "Y"}, optional
        Time from one opportunity to the next, for summaries that do not say it; needed to
        discount.

    Attributes
    ----------
    params_ : Series
        `alpha`, `beta`, `gamma`, `delta`. The last two often lie on a flat ridge: other pairs fit,
        and predict, all but equally well.
    alpha_, beta_, gamma_, delta_ : float
        The same.
    standard_errors_, covariance_, log_likelihood_, n_customers_, gradient_norm_, unit_
        As for `BetaGeoNBD`.

    References
    ----------
    Fader, Hardie and Shang (2010), "Customer-Base Analysis in a Discrete-Time Noncontractual
    Setting", Marketing Science 29(6): likelihood (5), chance to be alive (11), conditional
    expectation (13), discounted expected transactions (14).

    Examples
    --------
    >>> from crmlab.datasets import load_donations
    >>> donors = load_donations()
    >>> model = BetaGeoBetaBinomial().fit(donors)
    >>> model.params_.round(2).to_dict()
    {'alpha': 1.2, 'beta': 0.75, 'gamma': 0.66, 'delta': 2.78}
    >>> round(model.log_likelihood_, 2)
    -33225.58
    >>> gifts = model.expected_purchases(donors, 5)
    >>> round(float((gifts * donors["n_customers"]).sum()), 1)
    12884.2
    """

    alpha_: float
    beta_: float
    gamma_: float
    delta_: float

    _NAMES = ("alpha", "beta", "gamma", "delta")
    _OBSERVED = "n_periods"
    _ROWS = Histories
    _BOUNDARIES = (
        (
            lambda at: at["delta"] - at["gamma"] > 6 or at["gamma"] < -5,
            "no dropout is visible (gamma / (gamma + delta) goes to 0).",
        ),
        (
            lambda at: at["alpha"] - at["beta"] > 6 or at["beta"] < -5,
            "customers buy at every opportunity until they leave (beta goes to 0).",
        ),
        (
            lambda at: at["alpha"] > 3 and at["beta"] > 3,
            "probabilities to buy do not differ between customers (alpha and beta grow together).",
        ),
        (
            lambda at: at["gamma"] > 3 and at["delta"] > 3,
            "probabilities of dropout do not differ (gamma and delta grow together).",
        ),
        (lambda at: at["alpha"] < -5, "almost nobody bought again (alpha goes to 0)."),
    )

    purchase_covariates = ()
    dropout_covariates = ()

    def __init__(self, *, penalty: float = 0.0, unit: str | None = None) -> None:
        self.penalty = penalty
        self.unit = unit

    # ------------------------------------------------------------------------------------- fit

    def fit(self, summary: pd.DataFrame, y: object = None, *, unit: str | None = None) -> Self:
        """Find the parameters by maximum likelihood.

        Parameters
        ----------
        summary : DataFrame
            One row per customer: `frequency` (opportunities at which they bought), `recency` (the
            number of the last of these, counted from 1; 0 if none) and `n_periods` (opportunities
            there were). The purchase that made them a customer does not count. A column
            `n_customers` holds how many customers a row stands for.
        y : None
            Not used; scikit-learn passes it.
        unit : {"D", "W", "M", "Q", "Y"}, optional
            Time from one opportunity to the next, for a table that does not say it in
            `time_unit`.

        Returns
        -------
        BetaGeoBetaBinomial

        Raises
        ------
        ConvergenceError
            If the data do not determine the parameters; it names the cause and the remedy.
        InputError, InputTypeError
            If the summary has impossible rows, lacks columns or has another unit.
        """
        return super().fit(summary, y, unit=unit)

    def rules(self, table: Mapping[str, Any], *, fitting: bool = False) -> list[Rule]:
        return period_rules(
            table["frequency"], table["recency"], table["n_periods"], fitting=fitting
        )

    def _check_identifiable(self, rows: Counts, penalty: float) -> None:
        super()._check_identifiable(rows, penalty)
        most = rows.T.max()
        if penalty == 0 and most < 3:
            raise ConvergenceError(
                f"`n_periods` is at most {most:.0f}, too few opportunities to tell leaving from "
                "not buying. Observe at least 3, or set `penalty` (such as 0.01)."
            )

    def _starts(self, rows: Counts) -> list[Floats]:
        seen = float(rows.weight @ rows.x) / float(rows.weight @ rows.T)
        # People who have left do not buy, so while customers they buy more often than this.
        chance = min(max(1.5 * seen, 0.02), 0.9)
        return [
            np.clip(np.log([both * chance, both * (1 - chance), gamma, delta]), -LIMIT, LIMIT)
            for both, gamma, delta in _STARTS
        ]

    def _log_likelihood(self, values: Values, counts: Counts) -> tuple[Floats, Gradient]:
        a, b, g, d = (values[name] for name in self._NAMES)
        digamma = special.digamma
        moments = as_histories(counts).moments
        x, k, left = moments.x, moments.k, moments.left
        pairs = special.betaln(a + x, b + k - x) - special.betaln(a, b)
        pairs += special.betaln(g + left, d + k) - special.betaln(g, d)
        likelihood, share = sum_moments(pairs, moments)
        buys = digamma(a + b + k) - digamma(a + b)
        leaves = digamma(g + d + left + k) - digamma(g + d)
        slopes = {
            "alpha": a * (digamma(a + x) - digamma(a) - buys),
            "beta": b * (digamma(b + k - x) - digamma(b) - buys),
            "gamma": g * (digamma(g + left) - digamma(g) - leaves),
            "delta": d * (digamma(d + k) - digamma(d) - leaves),
        }
        gradient = {
            name: np.add.reduceat(share * slope[moments.pair], moments.start)[moments.at]
            for name, slope in slopes.items()
        }
        return likelihood[moments.at], gradient

    # ---------------------------------------------------------------------------- expectations

    def purchases(self, theta: Floats, rows: CustomerRows, horizon: float) -> Floats:
        return super().purchases(theta, rows, self.check_horizon(horizon))

    def discounted(self, theta: Floats, rows: CustomerRows, force: float, horizon: float) -> Floats:
        horizon = self.check_horizon(horizon, finite=False)
        return super().discounted(theta, rows, force, horizon)

    def draw(
        self, theta: Floats, rows: CustomerRows, horizon: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        return super().draw(theta, rows, self.check_horizon(horizon), rng)

    def check_horizon(self, horizon: Any, *, finite: bool = True) -> float:
        horizon = super().check_horizon(horizon, finite=finite)
        if not math.isinf(horizon) and horizon != math.floor(horizon):
            raise InputError(f"`horizon` must be a whole number of opportunities; got {horizon!r}.")
        return horizon

    def _read_times(self, t: float | ArrayLike) -> Floats:
        times = super()._read_times(t)
        if (times != np.floor(times)).any():
            raise InputError("`t` must be whole numbers of opportunities; it has fractions.")
        return times

    def _newcomers(self, T: Floats, covariates: Mapping[str, float] | None) -> Counts:
        return as_histories(super()._newcomers(T, covariates))

    def _alive(self, values: Values, counts: Counts) -> Floats:
        """Chance of being a customer at opportunity n + 1."""
        a, b, g, d = (values[name] for name in self._NAMES)
        x, n = counts.x, counts.T
        there = special.betaln(a + x, b + n - x) - special.betaln(a, b)
        there += special.betaln(g, d + n + 1) - special.betaln(g, d)
        likelihood, _ = self._log_likelihood(values, counts)
        return np.minimum(np.exp(there - likelihood), 1.0)  # rounding may pass 1

    def _posterior(self, values: Values, counts: Counts) -> tuple[Any, Any, Any, Any]:
        """The betas of a customer at opportunity n + 1: chance to buy, chance to leave."""
        a, b, g, d = (values[name] for name in self._NAMES)
        return a + counts.x, b + counts.T - counts.x, g, d + counts.T + 1

    def _future(self, values: Values, counts: Counts, horizon: Floats | float) -> Floats:
        a, b, g, d = self._posterior(values, counts)
        return a / (a + b) * count_opportunities(g, d, np.broadcast_to(horizon, a.shape), 0.0)

    def _discounted_future(
        self, values: Values, rows: Counts, force: float, horizon: float
    ) -> Floats:
        a, b, g, d = self._posterior(values, rows)
        if math.isinf(horizon):
            met = discount_forever(g, d, force)
        else:
            met = count_opportunities(g, d, np.broadcast_to(horizon, a.shape), force)
        return a / (a + b) * met

    def _future_pmf(self, values: Values, counts: Counts, horizon: float, n: Floats) -> Floats:
        at, first = number_rows([counts.x, counts.T])
        a, b, g, d = (np.reshape(v, (-1, 1)) for v in self._posterior(values, counts.rows(first)))
        table = np.zeros((len(a), len(n)))
        if horizon == 0:
            table[:, n == 0] = 1.0
            return table[at]
        for met in range(1, int(horizon) + 1):
            # Leaves after `met` opportunities, or is there for all of them.
            left = float(met < horizon)
            chance = np.exp(special.betaln(g + left, d + met - 1) - special.betaln(g, d))
            table += chance * beta_binomial(n, met, a, b)
        return table[at]

    # ------------------------------------------------------------------------------ simulation

    def _draw_future(
        self, values: Values, counts: Counts, horizon: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        a, b, g, d = self._posterior(values, counts)
        met = np.minimum(draw_opportunities(g, d, len(counts), rng), int(horizon))
        return rng.binomial(met, rng.beta(a, b))

    def simulate(
        self, n_customers: int, *, n_periods: int | ArrayLike, horizon: float = 0, seed: int = 0
    ) -> pd.DataFrame:
        """Draw customers from the model, with what no data set knows: who is still alive.

        Parameters
        ----------
        n_customers : int
            Number of customers.
        n_periods : int or array-like of shape (n_customers,)
            Opportunities observed; whole, at least 0.
        horizon : int, default=0
            Opportunities after these in which purchases are counted too.
        seed : int, default=0
            Seed of the random draws.

        Returns
        -------
        DataFrame
            Index `customer_id`; `frequency`, `recency`, `n_periods`, `alive` (at the next
            opportunity), and with a horizon `frequency_holdout` and `duration_holdout`.
            `time_unit`, where the model knows its unit.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            If the model is not fitted or an option is out of range.

        Examples
        --------
        >>> model = BetaGeoBetaBinomial.from_params(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8)
        >>> model.simulate(3, n_periods=6, seed=1).columns.to_list()
        ['frequency', 'recency', 'n_periods', 'alive']
        """
        self._check_fitted()
        n_customers = check_count("n_customers", n_customers)
        check_count("seed", seed, minimum=0)
        horizon = self.check_horizon(horizon)
        n = np.broadcast_to(np.asarray(n_periods, dtype=float), (n_customers,))
        if not (np.isfinite(n) & (n >= 0) & (n == np.floor(n))).all():
            raise InputError("`n_periods` must be whole numbers, at least 0.")
        rng = np.random.default_rng(seed)
        met = draw_opportunities(self.gamma_, self.delta_, n_customers, rng) - 1
        chance = rng.beta(self.alpha_, self.beta_, n_customers)
        x, last = np.zeros((2, n_customers), dtype="int64")
        for period in range(1, int(n.max()) + 1):
            buys = (rng.random(n_customers) < chance) & (period <= np.minimum(met, n))
            x += buys
            last[buys] = period
        frame = pd.DataFrame(
            {"frequency": x, "recency": last, "n_periods": n.astype("int64"), "alive": met > n},
            index=pd.RangeIndex(n_customers, name="customer_id"),
        )
        if horizon:
            later = np.clip(met - n, 0, horizon).astype("int64")
            frame["frequency_holdout"] = rng.binomial(later, chance)
            frame["duration_holdout"] = int(horizon)
        if self.unit_:
            frame[TIME_UNIT] = unit_column(self.unit_, n_customers)
        return frame
